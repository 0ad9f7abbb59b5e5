"""What is kept: after any change a refresh gives what a rebuild of everything gives, bit for bit.

That is the whole mart of the engine with ratings and trends, out of kept cubes, cells and rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indicators.assessment.standing import rate_and_test
from indicators.compiler.plan import cube_plans
from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.indicator import EarlierVersion, Indicator
from indicators.engine.refresh import compute
from indicators.incremental.inputs import table_totals
from indicators.incremental.partition_fingerprints import changed_months, find_changes
from indicators.incremental.rows_by_month import clock_of, clocks_of, count_rows_by_month
from indicators.incremental.stored_columns import complete_rows
from tests.worlds.rows.stored import rows_were_changed
from tests.worlds.rows.warehouse import (
    AREAS,
    UNITS,
    SmallWarehouse,
    small_mission,
)

CODES = [
    "P1-OP-02",  # a list of partners
    "P1-OP-08",  # looks up assessments
    "P1-OP-09",  # distinct
    "P2-OC-03",  # a median
    "P2-OC-04",  # looks at incidents that follow
    "P2-OP-01",  # by week too
    "P2-OP-07",  # as of hot spots and alerts
    "P2-OC-07",  # a rate of a population
    "D-OP-04",  # a state
    "X-IM-01",  # a survey
]
PERIODS = ("W", "M", "Q")
FIRST = datetime(2026, 1, 1)
LAST_YEAR = datetime(2025, 1, 1)
TABLES = (
    "indicator_value",
    "contribution",
    "indicator",
    "area",
    "base",
    "effort",
    "joint_activity",
    "police_task",
    "return_status",
    "survey_response",
    "survey_result",
    "survey_item_response",
    "mission",
)
HELD_AGAINST = {
    "baseline": {"value": 4, "on": date(2026, 1, 1)},
    "target": {"value": 30, "on": date(2026, 9, 30)},
    "tolerance": 2,
}
minutes = st.integers(0, 60 * 24 * 240)
moments = minutes.map(lambda count: FIRST + timedelta(minutes=count))
CHOSEN = [{"code": code, **HELD_AGAINST} for code in CODES]
areas = st.sampled_from(sorted(AREAS))
units = st.sampled_from(sorted(UNITS))
ROWS: Mapping[str, Mapping[str, st.SearchStrategy[Any]]] = {
    "activities": {
        "activity_type": st.sampled_from(
            ["patrol", "patrol", "mediation", "host_police_support", "community_session"]
        ),
        "unit_code": units,
        "area_code": areas,
        "started_at": moments,
        "patrol_mode": st.none() | st.sampled_from(["foot", "vehicle"]),
        "process_code": st.none() | st.sampled_from(["a", "b"]),
        "partner_components": st.none() | st.just(["military", "justice"]),
        "hot_spot_code": st.none() | st.sampled_from(["H0", "H1"]),
        "alert_code": st.none() | st.sampled_from(["alerts0", "alerts1"]),
        "hrddp_assessment_code": st.none() | st.sampled_from(["D0", "D1"]),
    },
    "alerts": {
        "area_code": areas,
        "received_at": moments,
        "confirmed_at": st.none() | moments,
        "arrived_at": st.none() | moments,
        "first_action_at": st.none() | moments,
        "closed_at": st.none() | moments,
        "responding_unit_code": st.none() | units,
    },
    "incidents": {
        "area_code": areas,
        "occurred_on": moments.map(datetime.date),
        "site_code": st.none() | st.just("S1"),
    },
    "hot_spots": {
        "hot_spot_code": st.sampled_from(["H0", "H1"]),
        "area_code": areas,
        "threat_type": st.just("other"),
        "priority": st.just("1"),
        "valid_from": moments.map(datetime.date),
        "valid_to": st.none() | moments.map(datetime.date),
    },
    "hrddp_assessments": {
        "assessment_code": st.sampled_from(["D0", "D1"]),
        "host_state_actor": st.just("police"),
        "support_type": st.just("training"),
        "completed_on": moments.map(datetime.date),
    },
    "reporting_returns": {
        "source": st.sampled_from(["activities", "alerts", "incidents"]),
        "unit_code": units,
        "area_code": areas,
        "month": st.integers(1, 12).map(lambda month: date(2026, month, 1)),
        "return_status": st.sampled_from(["submitted", "nil", "not_submitted", "no_access"]),
        "received_on": st.none() | moments.map(datetime.date),
    },
    "deployments": {
        "area_code": areas,
        "from_on": moments.map(datetime.date),
        "to_on": st.none() | moments.map(datetime.date),
        "personnel_count": st.integers(1, 90),
    },
    "population": {
        "area_code": st.just("S1"),
        "reference_on": moments.map(datetime.date),
        "persons": st.integers(1, 900),
    },
    "survey_respondents": {
        "wave": st.sampled_from(["w1", "w2"]),
        "psu": st.sampled_from(["1", "2", "3"]),
        "interviewed_on": moments.map(datetime.date),
        "sex": st.sampled_from(["F", "M"]),
    },
}
CORRECTIONS = (
    "UPDATE core.activities SET started_at = started_at + INTERVAL 40 DAY WHERE {some}",
    "UPDATE core.activities SET status = 'aborted' WHERE {some}",
    "UPDATE core.activities SET file_sha256 = 'corrected' WHERE {some}",
    "UPDATE core.activities SET area_code = 'A2', patrol_mode = 'river' WHERE {some}",
    "DELETE FROM core.activities WHERE {some}",
    "DELETE FROM core.alerts WHERE {some}",
    "UPDATE core.alerts SET closed_at = received_at WHERE {some}",
    "UPDATE core.incidents SET occurred_on = occurred_on - 20 WHERE {some}",
    "UPDATE core.units SET unit_type = 'SPT' WHERE unit_code = 'P1'",
    "UPDATE core.areas SET parent_area_code = 'A2' WHERE area_code = 'A1b'",
    "UPDATE core.hot_spots SET valid_to = valid_from",
    "DELETE FROM core.hrddp_assessments",
    "UPDATE core.reporting_returns SET return_status = 'not_due' WHERE {some}",
    "UPDATE core.population SET persons = persons + 1 WHERE {some}",
    "UPDATE core.survey_answers SET answer = 'bad' WHERE {some}",
    "UPDATE ops.input_file SET name = 'renamed.csv'",
)


@dataclass(frozen=True)
class Step:
    """Rows added, one correction of some rows, and the day as of which is computed."""

    added: Mapping[str, list[dict[str, Any]]]
    correction: str
    remainder: int
    as_of: date


steps = st.builds(
    Step,
    st.fixed_dictionaries(
        {
            table: st.lists(st.fixed_dictionaries(dict(row)), max_size=12 if number == 0 else 4)
            for number, (table, row) in enumerate(ROWS.items())
        }
    ),
    st.sampled_from(CORRECTIONS),
    st.integers(0, 4),
    st.sampled_from([date(2026, 5, 20), date(2026, 8, 31), date(2026, 12, 31)]),
)


def _patrols_of_last_year() -> list[dict[str, Any]]:
    """Enough to tell trends from."""
    days = [LAST_YEAR + timedelta(days=day, hours=8) for day in range(0, 500, 3)]
    return [{"activity_code": f"old{day:%j%Y}", "started_at": day} for day in days]


def _returns_of_both_years() -> list[dict[str, Any]]:
    return [{"month": date(2025 + at // 12, at % 12 + 1, 1)} for at in range(24)]


def answer_of(respondent: dict[str, Any]) -> dict[str, Any]:
    answer = "good" if respondent["row_number"] % 3 else "very_bad"
    named = {name: respondent[name] for name in ("wave", "respondent_key", "row_number")}
    return {**named, "item": "safety_overall", "answer": answer}


KEYS = {
    "activities": "activity_code",
    "alerts": "alert_code",
    "incidents": "incident_code",
    "deployments": "deployment_code",
    "survey_respondents": "respondent_key",
}


class Pair:
    """Two warehouses that hold the same rows; one keeps its cubes, the other never does."""

    def __init__(self) -> None:
        self.both = [SmallWarehouse(threads=2), SmallWarehouse(threads=1)]
        self.added = 0
        for warehouse in self.both:
            warehouse.add("activities", _patrols_of_last_year())
            warehouse.add("reporting_returns", _returns_of_both_years())

    def take(self, step: Step) -> None:
        for table, rows in step.added.items():
            named = []
            for row in rows:
                self.added += 1
                name = {KEYS[table]: f"{table}{self.added}"} if table in KEYS else {}
                named.append({**row, **name, "row_number": self.added})
            for warehouse in self.both:
                warehouse.add(table, named)
                if table == "survey_respondents":
                    warehouse.add("survey_answers", [answer_of(row) for row in named])
        some = f"row_number % 5 = {step.remainder}"
        for warehouse in self.both:
            warehouse.connection.execute(step.correction.format(some=some))

    def computed(self, as_of: date) -> list[dict[str, list[tuple[Any, ...]]]]:
        _, rebuilt = self.both
        rebuilt.connection.execute("DROP SCHEMA IF EXISTS cube CASCADE")
        for warehouse in self.both:
            mission = small_mission(CODES, period_types=PERIODS, indicators=CHOSEN)
            rows_were_changed(warehouse.connection)
            compute(warehouse.connection, mission, catalogue(), as_of)
            rate_and_test(warehouse.connection, mission)
        return [_rows(warehouse.connection) for warehouse in self.both]


def catalogue() -> Mapping[str, Indicator]:
    """The repository, with a second version of one definition."""
    entries = load_catalogue()
    joint = entries["P1-OP-02"]
    first = {"kind": "count", "where": "partner_components is not null"}
    older = EarlierVersion(
        version=joint.version, effective_from=joint.effective_from, differs={"measure": first}
    )
    second = {"version": joint.version + 1, "effective_from": date(2026, 4, 1)}
    newer = joint.model_copy(update={**second, "earlier_versions": (older,)})
    return {**entries, joint.code: newer}


def _rows(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table: connection.execute(f"SELECT * FROM mart.{table} ORDER BY ALL").fetchall()
        for table in TABLES
    }


SETTINGS: dict[str, Any] = {
    "deadline": None,
    "derandomize": True,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
}


@settings(max_examples=2, **SETTINGS)
@given(st.lists(steps, min_size=2, max_size=2))
def test_a_refresh_equals_a_rebuild_after_any_change(taken: list[Step]) -> None:
    assert_equals_a_rebuild(taken)


@pytest.mark.soak
@settings(max_examples=8, **SETTINGS)
@given(st.lists(steps, min_size=3, max_size=3))
def test_a_refresh_equals_a_rebuild_for_long(taken: list[Step]) -> None:
    assert_equals_a_rebuild(taken)


def assert_equals_a_rebuild(taken: list[Step]) -> None:
    pair = Pair()
    for step in taken:
        pair.take(step)
        kept, rebuilt = pair.computed(step.as_of)
        for table in TABLES:
            assert kept[table] == rebuilt[table], (table, step)


@pytest.fixture(scope="module")
def content() -> bytes:
    small = SmallWarehouse()
    days = [datetime(2026, month, day, 8) for month in range(1, 7) for day in (3, 20)]
    small.add("activities", [{"started_at": day, "hot_spot_code": "H0"} for day in days])
    small.add(
        "hot_spots",
        [{"hot_spot_code": "H0", "area_code": "A1a", "threat_type": "other", "priority": "1",
          "valid_from": date(2026, 1, 1)}],
    )  # fmt: skip
    small.compute("P2-OP-01", "P2-OP-07")
    return small.held()


@pytest.fixture
def warehouse(content: bytes) -> SmallWarehouse:
    return SmallWarehouse(content=content)


def stale(small: SmallWarehouse, definition: str = "as it was") -> list[date] | None:
    catalogue = load_catalogue()
    (plan,) = cube_plans([catalogue["P2-OP-01"], catalogue["P2-OP-07"]])
    rows_were_changed(small.connection)
    complete_rows(small.connection, small_mission([]))
    small.connection.execute("CREATE OR REPLACE TEMP MACRO as_of_day() AS DATE '2026-12-31'")
    clock = clock_of(plan)
    assert clock is not None
    clocks = clocks_of([clock], [], weekly=False)
    count_rows_by_month(small.connection, clocks)
    find_changes(small.connection, clocks, table_totals(small.connection))
    return changed_months(small.connection, plan.name, clock, definition)


def months(*numbers: int) -> list[date]:
    return [date(2026, number, 1) for number in numbers]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SELECT 1", []),
        ("UPDATE core.activities SET personnel_count = 9 WHERE row_number = 4", months(3)),
        ("UPDATE core.activities SET status = 'aborted' WHERE row_number = 4", months(3)),
        ("DELETE FROM core.activities WHERE row_number IN (0, 1)", months(1)),
        (
            "UPDATE core.activities SET started_at = started_at + INTERVAL 31 DAY "
            "WHERE row_number = 4",
            months(3, 4),
        ),
        (
            "UPDATE core.activities SET hot_spot_code = NULL WHERE row_number < 10",
            months(1, 2, 3, 4, 5),
        ),
        ("UPDATE core.hot_spots SET valid_to = DATE '2026-03-01'", months(1, 2, 3, 4, 5, 6)),
        ("UPDATE core.areas SET parent_area_code = 'A2' WHERE area_code = 'A1a'", None),
    ],
)
def test_only_months_whose_content_changed_are_computed_anew(
    warehouse: SmallWarehouse, statement: str, expected: list[date] | None
) -> None:
    assert stale(warehouse) is None  # another definition: everything
    assert stale(warehouse) == []
    warehouse.connection.execute(statement)
    _place_anew(warehouse)
    assert stale(warehouse) == expected


def test_a_late_alert_reaches_only_the_months_that_cite_it(warehouse: SmallWarehouse) -> None:
    stale(warehouse)
    warehouse.add("alerts", [{"received_at": datetime(2026, 1, 5)}, {}])
    assert stale(warehouse) == []
    cite = "UPDATE core.activities SET alert_code = 'alerts0' WHERE row_number = 6"
    warehouse.connection.execute(cite)
    assert stale(warehouse) == months(4)
    warehouse.connection.execute(
        "UPDATE core.alerts SET closed_at = TIMESTAMP '2026-02-01' WHERE alert_code = 'alerts0'"
    )
    assert stale(warehouse) == months(4)


def _place_anew(small: SmallWarehouse) -> None:
    from indicators.compiler.areas import place_tables_sql
    from indicators.compiler.derived.functions import functions_sql

    mission = small_mission([])
    for statement in [*functions_sql(mission, "2026-12-31"), *place_tables_sql()]:
        small.connection.execute(statement)
