"""Wake analysis of a framework's edges: from core rows to `mart.wake_effect` and `result_link`."""

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from indicators.definitions.catalogue import load_catalogue
from indicators.foundation.mart_tables import mart_ddl
from indicators.foundation.messages import LANGUAGES, has_message, message
from indicators.linkage.framework.model import Framework
from indicators.linkage.methods.wake.effects import METHOD, MatchedWake
from indicators.linkage.results import edge_evidence
from tests.worlds.rows.warehouse import SmallWarehouse, small_mission

EDGE = {
    "id": "night_patrols",
    "from": "P2-OP-04",
    "to": "P2-OC-07",
    "lag": 0,
    "expected_sign": 1,
    "why": {"en": "–", "fr": "–"},
}
FRAMEWORK = Framework.model_validate({
    "objective": {"en": "–", "fr": "–"},
    "outcomes": [{"id": "o", "title": {"en": "–", "fr": "–"}, "indicator": "P2-OC-07"}],
    "outputs": [{"id": "a", "title": {"en": "–", "fr": "–"}, "indicator": "P2-OP-04"}],
    "edges": [EDGE],
})  # fmt: skip
MISSION = small_mission(["P2-OP-04", "P2-OC-07"])
AS_OF = date(2026, 12, 31)
PATROLS, CALLED_OFF, INCIDENTS = 60, 60, 900
# incidents in the three days after each completed patrol; some spread, so that errors are not nil
PLANTED = [0, 1, 2] * (PATROLS // 3)
EXTRA = sum(PLANTED) / PATROLS


def with_controls(controls: Any) -> Framework:
    edge = type(FRAMEWORK.edges[0]).model_validate(EDGE | {"controls": controls})
    return FRAMEWORK.model_copy(update={"edges": (edge,)})


def night_patrol(generator: np.random.Generator, **other: Any) -> dict[str, Any]:
    started = datetime(2026, 1, 25, 20) + timedelta(days=int(generator.integers(0, 280)))
    return {
        "started_at": started,
        "ended_at": started + timedelta(hours=3),
        "latitude": round(float(generator.uniform(3, 5)), 5),
        "longitude": round(float(generator.uniform(20, 22)), 5),
        **other,
    }


def incident(moment: datetime, latitude: float, longitude: float, **other: Any) -> dict[str, Any]:
    return {
        "occurred_at": moment,
        "occurred_on": moment.date(),
        "latitude": latitude,
        "longitude": longitude,
        "area_code": "S1",
        "site_code": "S1",
        "reported_by": "community",
        **other,
    }


def warehouse(**controls: Any) -> SmallWarehouse:
    """Night patrols and, as controls, as many activities that differ in what is given."""
    generator = np.random.default_rng(5)
    done = [night_patrol(generator) for _ in range(PATROLS)]
    off = [night_patrol(generator, **controls) for _ in range(CALLED_OFF)]
    start = datetime(2026, 1, 1)
    around = [
        incident(
            start + timedelta(minutes=int(generator.integers(0, 340 * 1440))),
            round(float(generator.uniform(3, 5)), 5),
            round(float(generator.uniform(20, 22)), 5),
        )
        for _ in range(INCIDENTS)
    ]
    after = [
        incident(
            patrol["started_at"] + timedelta(hours=12 + 20 * number),
            patrol["latitude"] + 0.01,
            patrol["longitude"],
        )
        for patrol, planted in zip(done, PLANTED, strict=True)
        for number in range(planted)
    ]
    coarse = incident(start, 3.0, 20.0, date_precision="month", occurred_at=None)
    found = SmallWarehouse()
    found.add("activities", [*done, *off])
    found.add("incidents", [*around, *after, coarse])
    return found


def filled(reason: str = "weather", spoil: str = "SELECT 1") -> SmallWarehouse:
    small = warehouse(status="aborted", status_reason=reason)
    small.connection.execute(spoil)
    return linked(small, FRAMEWORK)


def linked(small: SmallWarehouse, framework: Framework) -> SmallWarehouse:
    """With the indicators, their wakes and grades in the mart."""
    small.compute("P2-OP-04", "P2-OC-07")
    edge_evidence(small.connection, MISSION, framework, load_catalogue(), AS_OF)
    return small


@pytest.fixture(scope="module")
def small() -> SmallWarehouse:
    return filled()


def rows(small: SmallWarehouse, table: str, where: str) -> list[dict[str, Any]]:
    frame = small.connection.execute(f"SELECT * FROM mart.{table} WHERE {where}").df()
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def test_what_was_planted_after_patrols_is_found(small: SmallWarehouse) -> None:
    windows = rows(small, "wake_effect", "status = 'estimated'")
    assert [row["specification"] for row in windows] == [
        "7d_10km", "7d_20km", "14d_10km", "14d_20km",
    ]  # fmt: skip
    for row in windows:
        assert row["estimate"] == pytest.approx(EXTRA, abs=3 * row["se"])
        assert row["n_treated"] <= PATROLS and row["n_control"] <= CALLED_OFF
        assert row["p_value"] <= row["q_value"]
    assert windows[0]["q_value"] < 0.05


def test_each_window_has_its_checks(small: SmallWarehouse) -> None:
    names = {row["specification"] for row in rows(small, "wake_effect", "t_window = 336")}
    for check in ("outer_ring", "far_ring", "reported_by_others", "moved_60_days", "moved_90_days"):
        assert f"14d_10km_{check}" in names


def test_findings_are_graded_and_worded_with_all_others(small: SmallWarehouse) -> None:
    links = rows(small, "result_link", f"method = '{METHOD}'")
    assert len(links) == 4
    for row in links:
        assert row["grade"] in "ABCD" and row["sentence_en"] and row["sentence_fr"]
        for caveat in (row["caveats"] or "").split("|"):
            assert not caveat or has_message(f"linkage.caveat.{caveat}"), caveat
        assert "wake_dates_too_coarse" in row["caveats"]
        is_shown = row["grade"] != "D"
        assert ("An unmeasured factor would have to explain" in row["sentence_en"]) == is_shown


def test_the_row_side_by_side_has_the_caveats_of_the_finding_it_tells(
    small: SmallWarehouse,
) -> None:
    (told,) = rows(small, "result_link", f"method = '{METHOD}' AND specification = '14d_10km'")
    beside = rows(small, "result_link", "method = 'side_by_side'")
    assert len(beside) > 1
    for row in beside:
        assert told["sentence_en"] in row["sentence_en"]
        assert set(told["caveats"].split("|")) <= set(row["caveats"].split("|"))


def test_called_off_for_insecurity_is_no_control() -> None:
    small = filled("insecurity")
    (row,) = rows(small, "wake_effect", "true")
    assert (row["status"], row["caveats"]) == ("not_estimable", "wake_no_control_rows")
    (link,) = rows(small, "result_link", f"method = '{METHOD}'")
    assert (link["grade"], link["grade_reasons"]) == ("D", "wake_no_control_rows")
    assert has_message(f"linkage.grade_reason.{link['grade_reasons']}")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        ("DELETE FROM core.activities WHERE status = 'completed'", "wake_no_treatment_rows"),
        ("UPDATE core.activities SET latitude = NULL", "wake_no_treatment_places"),
        ("UPDATE core.activities SET latitude = 0, longitude = 0", "wake_no_treatment_places"),
        (
            "UPDATE core.activities SET longitude = NULL WHERE status = 'aborted'",
            "wake_no_control_places",
        ),
        ("UPDATE core.activities SET area_code = 'A2' WHERE status = 'aborted'", "separation"),
        ("UPDATE core.incidents SET latitude = NULL", "wake_constant_outcome"),
        ("DELETE FROM core.incidents", "wake_constant_outcome"),
        (
            "UPDATE core.activities SET started_at = TIMESTAMP '2026-05-05 20:00',"
            " ended_at = TIMESTAMP '2026-05-05 23:00';"
            " UPDATE core.incidents SET occurred_on = DATE '2026-05-05',"
            " occurred_at = TIMESTAMP '2026-05-05 21:00'",
            "wake_all_on_one_day",
        ),
    ],
)
def test_what_cannot_be_compared_says_why_in_row_and_sentence(spoil: str, reason: str) -> None:
    for link in rows(filled(spoil=spoil), "result_link", f"method = '{METHOD}'"):
        assert (link["status"], link["grade"]) == ("not_estimable", "D")
        assert link["estimate"] is None and reason in link["grade_reasons"]
        for language in LANGUAGES:
            words = message(f"linkage.grade_reason.{link['grade_reasons']}", language)
            assert words in link[f"sentence_{language}"]


@pytest.mark.parametrize(
    ("spoil", "caveat"),
    [
        (
            "UPDATE core.activities SET latitude = 0, longitude = 0 WHERE row_number < 5",
            "wake_coordinates_zero",
        ),
        (
            "UPDATE core.incidents SET latitude = NULL WHERE row_number < 5",
            "wake_coordinates_missing",
        ),
        (
            "INSERT INTO core.incidents BY NAME SELECT * REPLACE ("
            "incident_code || '-again' AS incident_code) FROM core.incidents",
            "wake_events_repeated",
        ),
    ],
)
def test_what_was_left_out_is_said_with_every_figure(spoil: str, caveat: str) -> None:
    found = filled(spoil=spoil)
    for table in ("result_link", "wake_effect"):
        where = f"method = '{METHOD}'" if table == "result_link" else "p_permutation IS NOT NULL"
        windows = rows(found, table, where)
        assert len(windows) == 4
        assert all(caveat in row["caveats"].split("|") for row in windows)


def test_the_same_rows_give_the_same_figures(small: SmallWarehouse) -> None:
    once = rows(small, "wake_effect", "true")
    edge_evidence(small.connection, MISSION, FRAMEWORK, load_catalogue(), AS_OF)
    assert rows(small, "wake_effect", "true") == once


def test_an_edge_without_single_events_has_no_rows() -> None:
    edge = type(FRAMEWORK.edges[0]).model_validate(EDGE | {"to": "P2-OC-05"})
    framework = FRAMEWORK.model_copy(update={"edges": (edge,)})
    empty = SmallWarehouse()
    for statement in mart_ddl():
        empty.connection.execute(statement)
    assert not MatchedWake().applies(edge, load_catalogue())
    edge_evidence(empty.connection, MISSION, framework, load_catalogue(), AS_OF)
    assert rows(empty, "wake_effect", "true") == []


def test_indicators_that_the_mission_did_not_select_have_no_wakes() -> None:
    small = warehouse(status="aborted", status_reason="weather")
    small.compute("P2-OP-04")
    other = small_mission(["P2-OP-04"])
    edge_evidence(small.connection, other, FRAMEWORK, load_catalogue(), AS_OF)
    (row,) = rows(small, "result_link", "area = 'C'")
    assert (row["method"], row["grade"]) == ("side_by_side", "D")
    assert row["grade_reasons"] == "not_tested|unknown_indicator"
    assert "P2-OC-07" in row["sentence_en"]
