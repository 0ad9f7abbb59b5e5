"""Wakes of one kind of activity: against the same rows with all other kinds taken out."""

from typing import Any

import numpy as np
import pytest

from indicators.definitions.catalogue import load_catalogue
from indicators.foundation.messages import LANGUAGES, has_message, message
from indicators.linkage.grading import GradingInputs
from indicators.linkage.methods.wake.effects import METHOD, MatchedWake
from indicators.linkage.methods.wake.events import TREATED, read_edge_events
from indicators.linkage.methods.wake.place_times import PLANNED
from tests.indicators.linkage import test_place_times as plans
from tests.indicators.linkage.test_result_links import wake
from tests.indicators.linkage.test_wake_effects import (
    filled,
    linked,
    rows,
    with_controls,
)
from tests.worlds.rows.warehouse import SmallWarehouse

WINDOWS = [f"{days}d_{km}km" for days in (7, 14) for km in (10, 20)]
# Four out of five at long range; of these, as of the others, some were called off.
MIXED = "UPDATE core.activities SET is_long_range = (row_number % 5 > 0)"
ONLY_LONG_RANGE = f"{MIXED}; DELETE FROM core.activities WHERE NOT is_long_range"


@pytest.fixture(scope="module")
def mixed() -> SmallWarehouse:
    return filled(spoil=MIXED)


@pytest.fixture(scope="module")
def alone() -> SmallWarehouse:
    return filled(spoil=ONLY_LONG_RANGE)


def effects(small: SmallWarehouse) -> dict[str, dict[str, Any]]:
    return {row["specification"]: row for row in rows(small, "wake_effect", "true")}


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("check", ["", "_outer_ring", "_far_ring", "_moved_60_days"])
def test_a_kind_has_the_figures_that_it_has_without_the_others(
    window: str, check: str, mixed: SmallWarehouse, alone: SmallWarehouse
) -> None:
    own = effects(mixed)[f"{window}_long_range{check}"]
    other = effects(alone)[f"{window}{check}"]
    assert own["estimate"] is not None
    for name in ("estimate", "ci_low", "ci_high", "p_value", "n_treated", "n_control", "n_eff"):
        assert own[name] == other[name], name
    for name in ("person_days", "nights", "km"):
        assert own[name] == other[name], name


@pytest.mark.parametrize("window", WINDOWS)
def test_activities_of_other_kinds_nearby_overlap(
    window: str, mixed: SmallWarehouse, alone: SmallWarehouse
) -> None:
    own, other = effects(mixed)[f"{window}_long_range"], effects(alone)[window]
    assert own["overlap_share"] >= other["overlap_share"]
    if window == "14d_20km":
        assert own["overlap_share"] > other["overlap_share"]


def test_all_activities_are_looked_at_as_if_there_were_no_kinds(mixed: SmallWarehouse) -> None:
    plain = effects(filled())
    assert not any("range" in name for name in plain), "none is said to be of either kind"
    found = effects(mixed)
    for name, row in plain.items():
        assert found[name] | {"q_value": None} == row | {"q_value": None}


def test_a_kind_without_enough_of_it_says_why(mixed: SmallWarehouse) -> None:
    """Twelve short ones beside twelve that were called off: too few incidents, or too few."""
    for row in rows(mixed, "result_link", "specification LIKE '%not_long_range'"):
        assert row["grade"] == "D" and row["grade_reasons"]
        for reason in row["grade_reasons"].split("|"):
            assert has_message(f"linkage.grade_reason.{reason}"), reason


def test_a_kind_of_which_none_was_called_off_has_no_control() -> None:
    change = f"""{MIXED}; UPDATE core.activities SET personnel_count = row_number % 7 + 1;
        UPDATE core.activities SET is_long_range = true WHERE status = 'aborted'"""
    small = filled(spoil=change)
    found = effects(small)
    row = found["none_not_long_range"]
    assert (row["status"], row["caveats"]) == ("not_estimable", "wake_no_control_rows")
    parts = row["person_days"] + found["14d_10km_long_range"]["person_days"]
    assert parts == found["14d_10km"]["person_days"]
    (link,) = rows(small, "result_link", "specification = 'none_not_long_range'")
    assert (link["grade"], link["grade_reasons"]) == ("D", "wake_no_control_rows")


def test_each_finding_of_a_kind_is_tested_and_worded(mixed: SmallWarehouse) -> None:
    links = rows(mixed, "result_link", f"method = '{METHOD}' AND specification LIKE '%km_long%'")
    assert len(links) == len(WINDOWS)
    tested = rows(mixed, "result_link", "p_value IS NOT NULL AND q_value IS NOT NULL")
    (primary,) = [row for row in tested if row["specification"] == "14d_10km"]
    assert primary["q_value"] == primary["p_value"], "the only question asked beforehand"
    others = [row for row in tested if row is not primary]
    p = np.array(sorted(row["p_value"] for row in others))
    q = np.minimum.accumulate((p * len(p) / np.arange(1, len(p) + 1))[::-1])[::-1]
    assert sorted(row["q_value"] for row in others) == pytest.approx(list(q))
    for row in links:
        for language in LANGUAGES:
            of_kind = message("linkage.of_kind.long_range", language)
            assert of_kind and of_kind in row[f"sentence_{language}"]
        assert "wake_controls_of_kind" in row["caveats"].split("|")
        for caveat in row["caveats"].split("|"):
            assert has_message(f"linkage.caveat.{caveat}"), caveat


def test_what_is_found_of_a_kind_never_speaks_for_the_edge() -> None:
    usable = GradingInputs("wake", None, n_treated=60)
    of_kind = wake(14, 10, grading_inputs=usable, kind="police")
    of_all = wake(14, 20, grading_inputs=usable)
    assert MatchedWake().primary([of_kind]) is None
    assert MatchedWake().primary([of_kind, of_all]) is of_all


def test_with_place_times_a_kind_stands_in_the_months_in_which_it_went() -> None:
    """The later one of each month is at long range; controls are the months without any."""
    change = """UPDATE core.activities
        SET is_long_range = (day(started_at) > 10), personnel_count = row_number % 7 + 1"""
    small = plans.warehouse(plans.MONTHS[1::2])
    small.connection.execute(change)
    linked(small, with_controls(PLANNED))
    found = effects(small)
    everything, later = found["14d_10km"], found["14d_10km_long_range"]
    assert later["estimate"] == pytest.approx(sum(plans.PLANTED) / 3, abs=3 * later["se"])
    short = found["14d_10km_not_long_range"]
    assert later["person_days"] + short["person_days"] == everything["person_days"]
    for link in rows(small, "result_link", "specification = '14d_10km_long_range'"):
        assert "wake_controls_of_all_kinds" in link["caveats"].split("|")
    catalogue = load_catalogue()
    pair = catalogue["P2-OP-04"], catalogue["P2-OC-07"]
    events = read_edge_events(small.connection, *pair, PLANNED)
    own = events.by_kind["long_range"]
    treated = own.loc[own["type"] == TREATED, "timestamp"]
    assert len(treated) == len(plans.CENTRES) * 12 and (treated.dt.day > 10).all()
    months = [
        set(zip(of["area"], of["timestamp"].dt.to_period("M"), strict=True))
        for of in (events.rows[events.rows["type"] == PLANNED], own[own["type"] == PLANNED])
    ]
    assert months[0] == months[1] and months[0]
