"""Areas and months of the plan as events: which count, as what, and when there are too few."""

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from indicators.compiler.derived.functions import functions_sql
from indicators.definitions.catalogue import load_catalogue
from indicators.foundation.mart_tables import mart_ddl
from indicators.foundation.messages import LANGUAGES, has_message
from indicators.linkage.methods.wake.effects import METHOD
from indicators.linkage.methods.wake.events import TREATED, read_edge_events
from indicators.linkage.methods.wake.place_times import PLANNED
from tests.indicators.linkage.test_wake_effects import (
    MISSION,
    incident,
    linked,
    rows,
    with_controls,
)
from tests.worlds.rows.warehouse import SmallWarehouse

CENTRES = {"A1a": 3.0, "A1b": 4.0, "A2": 5.0}
MONTHS = [date(year, month, 1) for year in (2025, 2026) for month in range(1, 13)]
PLANTED = [0, 1, 2]  # incidents in the three days after each patrol, by turns


def patrol(area: str, started: datetime, latitude: float, **other: Any) -> dict[str, Any]:
    return {
        "area_code": area,
        "started_at": started,
        "ended_at": started + timedelta(hours=3),
        "latitude": round(latitude, 5),
        "longitude": 20.0,
        **other,
    }


def line(area: str, month: date, **other: Any) -> dict[str, Any]:
    return {
        "plan_line_code": f"{area} {month} {other}",
        "budget_year": "2025/26",
        "unit_code": "P1",
        "activity_type": "patrol",
        "area_code": area,
        "month": month,
        "planned_quantity": 2,
        "quantity_unit": "activity",
        **other,
    }


def warehouse(planned_months: list[date]) -> SmallWarehouse:
    """Night patrols planned in odd months and carried out, planned in some of the even ones.

    One is called off for insecurity, one goes where none was planned.
    """
    generator = np.random.default_rng(3)
    done, after, around = [], [], []
    for area, centre in CENTRES.items():
        for number in range(2 * 12):
            month, side = MONTHS[2 * (number // 2)], number % 2
            start = datetime(month.year, month.month, 7 + 9 * side, 20)
            # The two places of an area are farther apart than two windows reach.
            place = centre - 0.3 + 0.6 * side + float(generator.uniform(-0.05, 0.05))
            done.append(patrol(area, start, place))
            after += [
                incident(
                    start + timedelta(hours=12 + 20 * n),
                    done[-1]["latitude"] + 0.01,
                    20.0,
                    area_code=area,
                )
                for n in range(PLANTED[(number // 2) % 3])
            ]
        around += [
            incident(
                datetime(2025, 1, 1) + timedelta(minutes=int(generator.integers(0, 729 * 1440))),
                round(centre + float(generator.uniform(-0.4, 0.4)), 5),
                20.0,
                area_code=area,
            )
            for _ in range(400)
        ]
    off = patrol("A1a", datetime(2025, 1, 20, 20), 3.0, status="aborted")
    unplanned = patrol("A1", datetime(2025, 1, 9, 20), 4.5)
    found = SmallWarehouse()
    found.add("activities", [*done, unplanned, off | {"status_reason": "insecurity"}])
    found.add("incidents", [*around, *after])
    planned = [*MONTHS[::2], *planned_months]
    found.add("activity_plan", [line(area, month) for area in CENTRES for month in planned])
    return found


@pytest.fixture(scope="module")
def small() -> SmallWarehouse:
    return linked(warehouse(MONTHS[1::2]), with_controls(PLANNED))


def test_place_times_are_controls_where_nothing_else_is(small: SmallWarehouse) -> None:
    windows = rows(small, "wake_effect", "status = 'estimated'")
    assert len(windows) == 4
    for row in windows:
        assert row["n_treated"] <= len(CENTRES) * 12, "one a month, though two went"
        assert row["n_control"] <= len(CENTRES) * 12
        assert row["estimate"] == pytest.approx(sum(PLANTED) / 3, abs=3 * row["se"])
    for link in rows(small, "result_link", f"method = '{METHOD}'"):
        assert link["grade"] != "A", "nobody knows why none went"
        assert "wake_place_times" in link["caveats"].split("|")
        assert has_message("linkage.caveat.wake_place_times")
        assert "none went" in link["sentence_en"] and "sans avoir lieu" in link["sentence_fr"]


def test_without_them_the_same_rows_have_no_control() -> None:
    (row,) = rows(
        linked(warehouse(MONTHS[1::2]), with_controls("called_off")), "wake_effect", "true"
    )
    assert (row["status"], row["caveats"]) == ("not_estimable", "wake_no_control_rows")


def test_too_few_place_times_are_refused_by_name() -> None:
    small = linked(warehouse(MONTHS[1:12:2]), with_controls(PLANNED))  # 3 areas x 6 months
    (row,) = rows(small, "wake_effect", "true")
    assert (row["status"], row["caveats"]) == ("not_estimable", "wake_few_place_times")
    (link,) = rows(small, "result_link", f"method = '{METHOD}'")
    assert (link["grade"], link["grade_reasons"]) == ("D", "wake_few_place_times")
    for language in LANGUAGES:
        assert "20" in link[f"sentence_{language}"]


def test_a_plan_for_other_months_is_named() -> None:
    small = warehouse([])
    small.connection.execute(
        """UPDATE core.activity_plan SET "month" = "month" - INTERVAL 5 YEAR"""
    )
    (link,) = rows(linked(small, with_controls(PLANNED)), "result_link", f"method = '{METHOD}'")
    assert (link["grade"], link["grade_reasons"]) == ("D", "wake_no_planned_activity")
    assert "the plan asked for it" in link["sentence_en"]


def test_which_months_are_eligible() -> None:
    """A plan in each month of the year; what happened in each says whether it is a control."""
    months = MONTHS[12:]
    day = [datetime(month.year, month.month, 9, 20) for month in months]
    last, first = datetime(2026, 1, 31, 20), datetime(2026, 6, 12, 21)
    small = SmallWarehouse()
    small.add(
        "activities",
        [
            patrol("A1a", last, 3.1, personnel_count=2),
            patrol("A1a", day[1] - timedelta(hours=8), 3.1, unit_code="M1"),  # by day, another's
            patrol("A1a", day[2], 3.1, status="aborted", status_reason="insecurity"),
            patrol("A1a", day[3], 3.1, status="aborted", status_reason="weather"),
            patrol("A1a", day[4], 3.1, status="cancelled"),  # nobody said why
            patrol("S1", first + timedelta(days=9), 3.3, personnel_count=4, nights_out=1),
            patrol("S1", first, 3.2, unit_code="P2", personnel_count=3),  # in a site of the area
            patrol("A1a", day[6], 3.1, activity_type="community_session"),
        ],
    )
    plan = [line("A1a", month) for month in months]
    plan[9] |= {"planned_quantity": 0}
    plan[10] |= {"activity_type": "escort"}
    plan += [line("A1", month) for month in months]  # a wider area is no place
    plan += [line("A1b", month) for month in months]  # no patrol ever goes there
    small.add("activity_plan", plan)
    for statement in [*mart_ddl(), *functions_sql(MISSION, "2026-12-15")]:
        small.connection.execute(statement)
    small.connection.execute(
        "INSERT INTO mart.return_status BY NAME SELECT 'activities' AS source, 'A1a' AS area,"
        " unnest([DATE '2026-08-01', DATE '2026-09-01']) AS month,"
        " unnest(['not_submitted', 'nil']) AS status"
    )
    catalogue = load_catalogue()
    events = read_edge_events(
        small.connection, catalogue["P2-OP-04"], catalogue["P2-OC-07"], PLANNED
    )
    went = events.rows[events.rows["type"] == TREATED]
    assert list(went["timestamp"]) == [last, first], "the first of each month"
    assert list(went["person_days"]) == [2, 7], "with the effort of all"
    assert list(went["is_back_same_day"]) == [True, False], "only where all of them were"
    assert np.isnan(went["nights"].iloc[0]) and went["nights"].iloc[1] == 1
    found = events.rows[events.rows["type"] == PLANNED]
    same_days = [(4, 30, 20), (7, 12, 21), (9, 12, 21)]  # April has no 31st
    assert list(found["timestamp"]) == [datetime(2026, *other) for other in same_days]
    assert list(found["lat"]) == [3.1, 3.2, 3.2] and set(found["area"]) == {"A1a"}
