"""Random rows: the compiled SQL and the slow engine agree on every cell, the empty ones too.

All kinds of measure and all four time rules; missing values, empty groups, zero denominators and
areas that change parent.
"""

import math
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from indicators.compiler.cells.breakdowns import parts_sql
from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.indicator import Indicator
from indicators.definitions.measures import Measure, Part, Snapshot
from indicators.foundation.mart_tables import DIMENSIONS
from tests.oracle import slow_engine as slow
from tests.worlds.rows.warehouse import AREAS, UNITS, SmallWarehouse

FIRST = datetime(2026, 1, 1)
minutes = st.integers(0, 60 * 24 * 360)
moments = minutes.map(lambda count: FIRST + timedelta(minutes=count))
days = moments.map(lambda moment: moment.date())
activities = st.fixed_dictionaries(
    {
        "activity_type": st.sampled_from(["patrol", "patrol", "patrol", "mediation", "escort"]),
        "status": st.sampled_from(["completed", "completed", "completed", "aborted"]),
        "unit_code": st.sampled_from(sorted(UNITS)),
        "area_code": st.sampled_from(sorted(AREAS)),
        "location_precision": st.sampled_from(["exact", "near", "admin2", "admin1", "country"]),
        "started_at": moments,
        "ended_at": st.none() | moments,
        "personnel_count": st.none() | st.integers(0, 40),
        "women_personnel_count": st.none() | st.integers(0, 9),
        "patrol_mode": st.none() | st.sampled_from(["foot", "vehicle"]),
        "process_code": st.none() | st.sampled_from(["a", "b", "c"]),
    }
)
alerts = st.fixed_dictionaries(
    {
        "area_code": st.sampled_from(sorted(AREAS)),
        "level": st.sampled_from(["high", "medium", "low"]),
        "action_needed": st.sampled_from([True, True, False]),
        "received_at": moments,
        "confirmed_at": st.none() | moments,
        "first_action_at": st.none() | moments,
        "arrived_at": st.none() | moments,
        "merged_into": st.sampled_from([None, None, None, "alerts0"]),
        "responding_unit_code": st.none() | st.sampled_from(sorted(UNITS)),
        "responding_component": st.none() | st.sampled_from(["police", "military"]),
    }
)
census = st.fixed_dictionaries(
    {
        "listed_on": days,
        "area_code": st.sampled_from(sorted(AREAS)),
        "host_state_actor": st.sampled_from(["police", "gendarmerie", "armed_forces"]),
        "rank_group": st.sampled_from(["command", "junior"]),
        "sex": st.sampled_from(["F", "M", "_U"]),
        "officers_count": st.integers(0, 9),
    }
)
deployments = st.fixed_dictionaries(
    {
        "area_code": st.sampled_from(sorted(AREAS)),
        "component": st.sampled_from(["police", "police", "military"]),
        "from_on": days,
        "to_on": st.none() | days,
        "personnel_count": st.none() | st.integers(0, 90),
    }
)
PARENTS = {"A1a": ["A1", "A2"], "A1b": ["A1", "A2"], "S1": ["A1a", "A1b"]}
moves = st.lists(
    st.sampled_from(sorted(PARENTS)).flatmap(
        lambda area: st.tuples(st.just(area), st.sampled_from(PARENTS[area]), days)
    ),
    max_size=4,
    unique_by=lambda move: (move[0], move[2]),
)
figures = st.lists(
    st.tuples(days | st.just(date(2025, 6, 1)), st.integers(0, 5000)),
    max_size=3,
    unique_by=lambda figure: figure[0],
)
residents = st.fixed_dictionaries(dict.fromkeys(("A1a", "A1b"), figures))

PATROL = "activity_type = 'patrol' and status = 'completed' and component = 'police'"
MEDIATION = "activity_type = 'mediation' and status = 'completed' and component = 'police'"
MADE = {  # kinds of measure of which the list has none, or none so plain
    "D-OP-91": Measure(kind="mean", value="personnel_count", where=PATROL),
    "D-OP-92": Measure(kind="quantile", value="personnel_count", quantile=0.9, where=PATROL),
    "D-OP-93": Measure(
        kind="ratio",
        where=PATROL,
        numerator=Part(value="women_personnel_count"),
        denominator=Part(value="personnel_count"),
    ),
    "D-OP-94": Measure(kind="rate", where=PATROL, population="resident", per=1000),
    "D-OP-95": Measure(
        kind="count_distinct", where=MEDIATION, distinct=("process_code", "patrol_mode")
    ),
}


def made_indicators() -> dict[str, Indicator]:
    catalogue = dict(load_catalogue())
    for code, measure in MADE.items():
        kind = measure.kind
        changes: dict[str, Any] = {"code": code, "measure": measure}
        changes["time_rule"] = "distinct" if kind == "count_distinct" else "flow"
        changes["unit_of_measure"] = "percent" if kind == "ratio" else "patrols"
        catalogue[code] = catalogue["P2-OP-01"].model_copy(update=changes)
    held = {"kind": "sum", "value": "personnel_count", "where": "component = 'police'"}
    state = Snapshot(valid_from="from_on", valid_to="to_on")
    changes = {"code": "D-OP-96", "measure": Measure(**held, state=state)}
    catalogue["D-OP-96"] = catalogue["D-OP-04"].model_copy(update=changes)
    return catalogue


def start_day(row: slow.Row) -> date:
    """The day of an activity's start (the small mission's clock is UTC)."""
    return row["started_at"].date()


def column(name: str) -> Callable[[slow.Row], Any]:
    return lambda row: row[name]


def activity(code: str, counts: Any, value_of: Any, **more: Any) -> slow.Slow:
    return slow.Slow(code, "activities", start_day, counts, value_of, start_day, **more)


def has_mode(row: slow.Row) -> bool:
    return slow.is_police_patrol(row) and row["patrol_mode"] is not None


def tells(*names: str) -> Callable[[slow.Row], bool]:
    return lambda row: (
        row["activity_type"] == "mediation"
        and slow.is_police_done(row)
        and all(row[name] is not None for name in names)
    )


def is_due(row: slow.Row) -> bool:
    acted = row["first_action_at"]
    is_valid = acted is None or acted >= row["received_at"]
    return row["merged_into"] is None and row["action_needed"] and is_valid


def is_in_time(row: slow.Row) -> float:
    return float(row["first_action_at"] is not None and row["first_action_at"] <= slow.due_at(row))


def waited_for_police(row: slow.Row) -> bool:
    is_valid = slow.minutes_to_arrival(row) is not None
    return row["merged_into"] is None and slow.is_police_response(row) and is_valid


def has_personnel(row: slow.Row) -> bool:
    return slow.is_police_patrol(row) and row["personnel_count"] is not None


patrol, personnel = slow.is_police_patrol, column("personnel_count")
FLOWS = [
    activity("P2-OP-01", patrol, slow.counted, has_zero=True, kinds="WMQSAB"),
    activity(
        "P2-OP-02",
        lambda row: patrol(row) and slow.person_days(row) is not None,
        slow.summed(slow.person_days),
        has_zero=True,
        kinds="WMQSAB",
    ),
    activity(
        "P2-OP-03",
        has_mode,
        slow.share_of(lambda row: row["patrol_mode"] == "foot", lambda row: 1),
    ),
    activity(
        "P1-OP-09",
        tells("process_code"),
        slow.distinct(column("process_code")),
        has_zero=True,
    ),
    activity("D-OP-91", has_personnel, slow.averaged(personnel), kinds="WMQSAB"),
    activity("D-OP-92", has_personnel, slow.at_quantile(personnel, 0.9), kinds="WMQSAB"),
    activity(
        "D-OP-93",
        patrol,
        slow.share_of(column("women_personnel_count"), personnel),
        kinds="WMQSAB",
    ),
    activity("D-OP-94", patrol, slow.counted, has_zero=True, kinds="WMQSAB", per=1000),
    activity(
        "D-OP-95",
        tells("process_code", "patrol_mode"),
        slow.distinct(lambda row: (row["process_code"], row["patrol_mode"])),
        has_zero=True,
        kinds="WMQSAB",
    ),
    slow.Slow(
        "P2-OC-02",
        "alerts",
        lambda row: slow.due_at(row).date(),
        is_due,
        slow.share_of(is_in_time, lambda row: 1),
        lambda row: row["received_at"].date(),
        unit_column=None,
        reach_days=3,  # the longest target time of an alert
    ),
    slow.Slow(
        "P2-OC-03",
        "alerts",
        lambda row: row["confirmed_at"] and row["confirmed_at"].date(),
        waited_for_police,
        slow.at_quantile(slow.minutes_to_arrival, 0.5),
        lambda row: row["received_at"].date(),
        unit_column="responding_unit_code",
    ),
]
STATES = [
    (
        slow.Slow(
            "P3-OC-07",
            "police_census",
            column("listed_on"),
            lambda row: row["host_state_actor"] in ("police", "gendarmerie"),
            slow.share_of(
                lambda row: row["officers_count"] if row["sex"] == "F" else 0,
                lambda row: row["officers_count"] if row["sex"] in ("F", "M") else 0,
            ),
            column("listed_on"),
        ),
        slow.newest_lists,
    ),
    (
        slow.Slow(
            "D-OP-96",
            "deployments",
            column("from_on"),
            lambda row: row["component"] == "police" and row["personnel_count"] is not None,
            slow.summed(personnel),
            column("from_on"),
        ),
        slow.in_force,
    ),
]
CODES = [one.code for one in FLOWS] + [one.code for one, _ in STATES]
RANDOM = {
    "activities": st.just([]) | st.lists(activities, min_size=10, max_size=30),
    "alerts": st.just([]) | st.lists(alerts, min_size=5, max_size=15),
    "police_census": st.lists(census, min_size=2, max_size=12),
    "deployments": st.lists(deployments, min_size=1, max_size=8),
}
SETTINGS: dict[str, Any] = {
    "deadline": None,
    "derandomize": True,
    "phases": [Phase.explicit, Phase.generate],  # to make an example smaller takes too long
    "suppress_health_check": [
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
}


@pytest.fixture(scope="module")
def small() -> SmallWarehouse:
    return SmallWarehouse(threads=2)


@settings(max_examples=10, **SETTINGS)
@given(rows=st.fixed_dictionaries(RANDOM), moves=moves, residents=residents)
def test_every_cell_agrees(small: SmallWarehouse, rows: Any, moves: Any, residents: Any) -> None:
    assert_agrees(small, rows, slow.World(moves, residents))


@pytest.mark.soak
@settings(max_examples=60, **SETTINGS)
@given(rows=st.fixed_dictionaries(RANDOM), moves=moves, residents=residents)
def test_every_cell_agrees_for_long(
    small: SmallWarehouse, rows: Any, moves: Any, residents: Any
) -> None:
    assert_agrees(small, rows, slow.World(moves, residents))


def assert_agrees(
    small: SmallWarehouse, rows: dict[str, list[dict[str, Any]]], world: slow.World
) -> None:
    for table in [*rows, "population"]:
        small.connection.execute(f"DELETE FROM core.{table}")
    small.connection.execute("DELETE FROM core.areas WHERE valid_from > DATE '2020-01-01'")
    for table, added in rows.items():
        small.add(table, added)
    small.add("areas", [moved(*move) for move in world.moves])
    small.add("population", peopled(world))
    values = small.compute(*CODES, catalogue=made_indicators())
    totals = values[(values[list(DIMENSIONS)] == "_T").all(axis=1)]
    values = pd.concat([totals, small.connection.execute(parts_sql()).df()])
    for one in FLOWS:
        assert_cells(values, one.code, slow.flow_cells(one, rows[one.table], world))
    for one, held_on in STATES:
        assert_cells(values, one.code, slow.state_cells(one, rows[one.table], world, held_on))


def moved(area: str, parent: str, day: date) -> dict[str, Any]:
    names = {"area_code": area, "name_en": area, "name_fr": area}
    kind = "camp" if area == "S1" else None
    level = {"area_level": AREAS[area][1], "site_kind": kind}
    return {**names, **level, "parent_area_code": parent, "valid_from": day}


def peopled(world: slow.World) -> list[dict[str, Any]]:
    return [
        {"population_kind": "resident", "area_code": area, "reference_on": on, "persons": persons}
        for area, dated in world.residents.items()
        for on, persons in dated
    ]


def assert_cells(values: pd.DataFrame, code: str, cells: dict[slow.Cell, slow.Figure]) -> None:
    kind = made_indicators()[code].measure.kind
    expected = slow.published(cells, kind in ("count", "sum", "count_distinct"), kind == "rate")
    found = found_cells(values, code)
    assert found.keys() == expected.keys(), code
    differing = {
        cell: (found[cell], figure)
        for cell, figure in expected.items()
        if found[cell][0] != figure[0]
        or any(not _is_near(*pair) for pair in zip(found[cell][1:], figure[1:], strict=True))
    }
    assert not differing, (code, dict(sorted(differing.items())[:5]))


def _is_near(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


def found_cells(values: pd.DataFrame, code: str) -> dict[slow.Cell, slow.Figure]:
    """What the engine gives in the slow engine's form: totals and unit types."""
    others = ["activity_type", "actor", "sex", "age_group", "breakdown"]
    kept = values[(values["indicator"] == code) & (values[others] == "_T").all(axis=1)]
    key = kept[["period_type", "period", "area", "unit_type"]].itertuples(index=False, name=None)
    figures = kept[["obs_status", "value", "n"]].astype(object)
    figures = figures.where(figures.notna(), None).itertuples(index=False, name=None)
    return dict(zip(key, figures, strict=True))


def test_the_order_of_rows_and_the_number_of_threads_change_no_bit() -> None:
    rows = [
        {
            "activity_type": "colocation",
            "area_code": area,
            "presence_days": f"{number % 1000}.{number % 97:02d}",
            "started_at": FIRST + timedelta(hours=7 * number),
            "personnel_count": number % 9,
        }
        for number, area in enumerate(sorted(AREAS) * 60)
    ]
    tables = [
        computed(rows, 1, lambda entries: entries),
        computed(rows, 2, lambda entries: entries[::-1]),
    ]
    assert len(tables[0]) > 100
    pd.testing.assert_frame_equal(*tables, check_exact=True)


def computed(
    rows: list[dict[str, Any]], threads: int, order: Callable[[list[Any]], list[Any]]
) -> pd.DataFrame:
    small = SmallWarehouse(threads=threads)
    named = [row | {"activity_code": str(number)} for number, row in enumerate(rows)]
    small.add("activities", order(named))
    return small.compute("P3-OP-04", "P2-OP-01")


def test_computing_twice_gives_the_same_and_a_removed_row_is_gone() -> None:
    small = SmallWarehouse()
    small.add("activities", [{}, {}])
    once = small.compute("P2-OP-01")
    pd.testing.assert_frame_equal(small.compute("P2-OP-01"), once, check_exact=True)
    small.connection.execute("DELETE FROM core.activities WHERE activity_code = 'activities1'")
    assert small.totals("P2-OP-01", "A") == {"2026": 1}
