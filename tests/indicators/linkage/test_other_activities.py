"""Activities of another type as controls of an edge, named by the indicator that counts them."""

import pytest

from indicators.definitions.catalogue import load_catalogue
from indicators.foundation.messages import LANGUAGES, has_message
from indicators.linkage.methods.wake.effects import METHOD
from indicators.linkage.results import edge_evidence
from tests.indicators.linkage.test_wake_effects import (
    AS_OF,
    CALLED_OFF,
    EXTRA,
    MISSION,
    PATROLS,
    rows,
    warehouse,
    with_controls,
)
from tests.worlds.rows.warehouse import SmallWarehouse

SESSIONS = "P1-OP-02"


def linked(small: SmallWarehouse, activity: str = SESSIONS) -> SmallWarehouse:
    small.compute("P2-OP-04", "P2-OC-07", SESSIONS)
    framework = with_controls({"activity": activity})
    edge_evidence(small.connection, MISSION, framework, load_catalogue(), AS_OF)
    return small


@pytest.fixture(scope="module")
def small() -> SmallWarehouse:
    return linked(warehouse(activity_type="community_session"))


def test_what_was_planted_after_patrols_is_found_beside_sessions(small: SmallWarehouse) -> None:
    windows = rows(small, "wake_effect", "status = 'estimated'")
    assert len(windows) == 4
    for row in windows:
        assert row["estimate"] == pytest.approx(EXTRA, abs=3 * row["se"])
        assert 0 < row["n_treated"] <= PATROLS and 0 < row["n_control"] <= CALLED_OFF
        assert "wake_other_activity" in row["caveats"].split("|")


def test_every_row_says_what_another_type_leaves_open(small: SmallWarehouse) -> None:
    links = rows(small, "result_link", f"method = '{METHOD}'")
    assert links
    for row in links:
        assert row["grade"] != "A"
        if row["grade"] in "BC":
            assert "controls_elsewhere" in row["grade_reasons"].split("|")
        assert f"beside “{load_catalogue()[SESSIONS].title.en}”" in row["sentence_en"]
        assert "other places for other reasons" in row["sentence_en"]
        assert "ailleurs pour d’autres raisons" in row["sentence_fr"]
        for caveat in row["caveats"].split("|"):
            assert has_message(f"linkage.caveat.{caveat}"), caveat


def test_without_such_activities_the_row_says_so() -> None:
    (link,) = rows(linked(warehouse(status="aborted")), "result_link", f"method = '{METHOD}'")
    assert (link["grade"], link["grade_reasons"]) == ("D", "wake_no_other_activity")
    for language in LANGUAGES:
        assert has_message("linkage.grade_reason.wake_no_other_activity")
        assert link[f"sentence_{language}"]


def test_what_both_count_is_no_control() -> None:
    """All patrols as controls of night patrols: those by night are what is looked at."""
    beside = linked(warehouse(patrol_mode="foot"), "P2-OP-03")
    (row,) = rows(beside, "wake_effect", "true")
    assert (row["status"], row["caveats"]) == ("not_estimable", "wake_no_other_activity")
