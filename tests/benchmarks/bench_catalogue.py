"""The catalogue's speed: against one scan, against a query for each, twice over, a month more.

- `catalogue_scan`: core rows to the cells of all `activities` indicators in every grouping, area
  and period, against one scan that touches the same columns of the table.
- `catalogue_whole`: the engine's whole run over all sources and surveys, statuses and files too,
  against the same scan.
- `catalogue_naive`: a query for each indicator and grouping (a breakdown at one level of areas in
  one type of period) against the cubes, which hold them all, at a tenth of the size, as it takes
  a hundred times as long; `theirs` is the sum over all of them.
- `catalogue_naive_by_breakdown`: a query for each indicator and breakdown, each with the engine's
  own roll-ups to all areas and periods; without an aim.
- `catalogue_double`: twice the indicators (each once more under another code) against once; the
  copies share all that the engine lets indicators share, and have cells of their own.
  `catalogue_double_small`: the same of a hundredth of the rows.
- `month_append`: the engine's run after one more month against its run from nothing, `activities`
  indicators; statuses and the writing of the mart are part of both.
- `nothing_changed`: the same run once more, when nothing changed, against its run from nothing.

`python -m tests.benchmarks.bench_catalogue [ACTIVITIES [MONTHS]]` prints one JSON line a figure,
medians of five rounds (`catalogue_whole`, `catalogue_naive`: of one, as they take minutes), with
the peak memory of ours. Run it on a machine that does nothing else. What was measured, and why aims
are met or missed, stands in decision 0008.
"""

import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import duckdb

from indicators.compiler.base_cube import cube_stages
from indicators.compiler.cells.ratios import cells_sql
from indicators.compiler.ctes import with_stages
from indicators.compiler.plan import Grouping, cube_plans, single_plan
from indicators.compiler.roll_ups import roll_up_stages
from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.contracts import contracts
from indicators.definitions.derivations import core_columns
from indicators.definitions.indicator import Indicator
from indicators.definitions.mission_profile import Mission
from indicators.engine.refresh import compute
from indicators.incremental.row_engine import DUCKDB, RowEngine
from indicators.incremental.stored_columns import complete_rows
from pipelines.workspace.warehouse.connection import bound_memory, lock_down
from tests.benchmarks.measuring import Measured, measured, median_of, medians, note
from tests.worlds.cells import compute_cells
from tests.worlds.rows.catalogue import FIRST_DAY, Size, append_month, fill_core, later_files

ACTIVITIES = 10_000_000
MONTHS = 36
YEARS_OF_MONTHS = 120  # of month_append
ROUNDS = 5
PERIOD_TYPES = ("M", "Q", "S", "A", "B")
LEVELS = ("country", "admin1", "admin2")
Line = dict[str, object]


def mission_of(codes: Sequence[str]) -> Mission:
    """A mission that chose these indicators, without weeks."""
    return Mission.model_validate(
        {
            "mission": "bench",
            "name": {"en": "Bench", "fr": "Banc"},
            "country_area": "C",
            "time_zone": "Africa/Juba",
            "starts_on": FIRST_DAY,
            "boundaries": {"en": "–", "fr": "–"},
            "period_types": PERIOD_TYPES,
            "indicators": [{"code": code} for code in codes],
        }
    )


def of_activities() -> list[Indicator]:
    """The indicators of the list whose rows are activities."""
    catalogue = load_catalogue().values()
    return [entry for entry in catalogue if entry.source == "activities"]


def twice(indicators: Sequence[Indicator]) -> dict[str, Indicator]:
    """Each indicator and the same once more under another code."""
    again = [entry.model_copy(update={"code": f"X{entry.code[1:]}"}) for entry in indicators]
    return {entry.code: entry for entry in [*indicators, *again]}


def touched_columns() -> list[str]:
    """The columns of the core table that the indicators of `activities` read."""
    (contract, plans) = contracts()["activities"], cube_plans(of_activities())
    return core_columns(contract, {column for plan in plans for column in plan.source_columns})


def line(bench: str, ours: Measured, theirs: Measured, ratio: float, n: int) -> Line:
    """One figure with the peak memory of ours."""
    return {
        "bench": bench,
        "ours": round(ours.seconds, 3),
        "theirs": round(theirs.seconds, 3),
        "ratio": round(ratio, 4),
        "unit": "s",
        "n": n,
        "peak_mb": ours.peak_mb,
    }


def filled(folder: str, name: str, size: Size) -> duckdb.DuckDBPyConnection:
    """A warehouse file with the rows of this size, within the bounds of every warehouse."""
    note(f"{name}: {size.activities:,} activities, {size.months} months")
    path = Path(folder) / f"{name}.bench"
    connection = duckdb.connect(str(path))
    bound_memory(connection, path.with_suffix(".tmp"))
    lock_down(connection)
    fill_core(connection, size)
    complete_rows(connection, mission_of([]))  # as ingest does
    for _ in later_files(connection, size):
        connection.execute("CHECKPOINT")
    connection.execute("CHECKPOINT")
    return connection


def forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Nothing is kept: the next run is a full one."""
    connection.execute("DROP SCHEMA IF EXISTS cube CASCADE")


def cells_of(
    connection: duckdb.DuckDBPyConnection,
    catalogue: Mapping[str, Indicator],
    as_of: date,
    engine: RowEngine = DUCKDB,
) -> Callable[[], None]:
    """Core rows to cells, from nothing."""

    def act() -> None:
        forget(connection)
        compute_cells(connection, mission_of(list(catalogue)), catalogue, as_of, engine)

    return act


def scan(folder: str, activities: int, months: int, name: str = "") -> Iterator[Line]:
    """One scan, and twice the indicators."""
    size = Size(activities, alerts=activities // 10, months=months)
    with filled(folder, f"scan{name}", size) as connection:
        once = {entry.code: entry for entry in of_activities()}
        touched = ", ".join(f"max({column})" for column in touched_columns())
        found = medians(
            ROUNDS,
            ours=cells_of(connection, once, size.last_day),
            theirs=lambda: connection.execute(f"SELECT {touched} FROM core.activities").fetchall(),
            double=cells_of(connection, twice(of_activities()), size.last_day),
        )
    ours, theirs, double = found["ours"], found["theirs"], found["double"]
    if not name:
        yield line("catalogue_scan", ours, theirs, ours.seconds / theirs.seconds, activities)
    yield line(f"catalogue_double{name}", double, ours, double.seconds / ours.seconds, activities)


def whole(folder: str, activities: int, months: int) -> Iterator[Line]:
    """The engine's whole run over the list of 63, against one scan of the activities."""
    tenth = activities // 10
    size = Size(activities, tenth, tenth, activities // 100, months)
    listed = [code for code in load_catalogue() if not code.startswith("D-")]
    touched = ", ".join(f"max({column})" for column in touched_columns())
    with filled(folder, "whole", size) as connection:

        def ours() -> None:
            forget(connection)
            compute(connection, mission_of(listed), load_catalogue(), size.last_day)

        def theirs() -> None:
            connection.execute(f"SELECT {touched} FROM core.activities").fetchall()

        found = medians(1, ours=ours, theirs=theirs)
    ratio = found["ours"].seconds / found["theirs"].seconds
    yield line("catalogue_whole", found["ours"], found["theirs"], ratio, activities)


def naive_queries(level: str | None = None, period_type: str | None = None) -> Iterator[str]:
    """A query for each indicator and breakdown, from the core rows each time.

    Of the areas of one level in the periods of one type; of all without them.
    """
    of_level = f"area IN (SELECT area_code FROM core.areas WHERE area_level = '{level}')"
    one = f"period_type = '{period_type}' AND {of_level}" if level else "true"
    for indicator in of_activities():
        for grouping in single_plan(indicator).indicators[0].groupings:
            yield f"{_alone(indicator, grouping)} AND {one}"


def _alone(indicator: Indicator, grouping: Grouping) -> str:
    columns = {dimension.name: dimension.column for dimension in grouping}
    plan = single_plan(indicator.model_copy(update={"disaggregate": columns}))
    stages = [*cube_stages(plan), *roll_up_stages(plan)]
    sql = with_stages(stages, cells_sql(plan, plan.indicators[0]))
    wanted = " AND ".join(
        f"{'breakdown' if d.mart_column == 'breakdown_value' else d.mart_column} <> '_T'"
        for d in grouping
    )
    return f"SELECT count(*) FROM ({sql}) WHERE {wanted or 'true'}"


def naive(folder: str, activities: int, months: int) -> Iterator[Line]:
    """The cubes against a query for each indicator and grouping, and for each breakdown."""
    size = Size(activities, alerts=activities // 10, months=months)
    with filled(folder, "naive", size) as connection:
        once = {entry.code: entry for entry in of_activities()}
        ours = cells_of(connection, once, size.last_day)
        ours()

        def each(queries: list[str]) -> Callable[[], None]:
            def act() -> None:
                for query in queries:
                    connection.execute(query).fetchall()

            return act

        single = [
            q for level in LEVELS for kind in PERIOD_TYPES for q in naive_queries(level, kind)
        ]
        note(f"{len(single)} groupings")
        found = medians(1, ours=ours, theirs=each(single), few=each(list(naive_queries())))
    ours_found = found["ours"]
    for name, theirs in (("", found["theirs"]), ("_by_breakdown", found["few"])):
        ratio = theirs.seconds / ours_found.seconds
        yield line(f"catalogue_naive{name}", ours_found, theirs, ratio, activities)


def month(folder: str, activities: int) -> Iterator[Line]:
    """One month onto ten years, the engine's whole run."""
    size = Size(activities, alerts=activities // 10, months=YEARS_OF_MONTHS)
    mission = mission_of([entry.code for entry in of_activities()])
    with filled(folder, "month", size) as connection:

        def run(as_of: date) -> Measured:
            found = measured(lambda: compute(connection, mission, load_catalogue(), as_of))
            note(f"as of {as_of}: {found.seconds:.2f}")
            return found

        forget(connection)
        full, appended = [run(size.last_day)], []
        unchanged = [run(size.last_day) for _ in range(ROUNDS)]
        for step in range(ROUNDS):
            reached = Size(activities, size.incidents, size.alerts, months=size.months + step)
            append_month(connection, reached, activities // YEARS_OF_MONTHS)
            complete_rows(connection, mission)
            appended.append(run(reached.last_day + timedelta(days=28)))
        for _ in range(ROUNDS - 1):
            forget(connection)
            full.append(run(reached.last_day + timedelta(days=28)))
    ours, theirs = median_of(appended), median_of(full)
    again = median_of(unchanged)
    yield line("month_append", ours, theirs, ours.seconds / theirs.seconds, activities)
    yield line("nothing_changed", again, theirs, again.seconds / theirs.seconds, activities)


def run(activities: int = ACTIVITIES, months: int = MONTHS) -> Iterator[Line]:
    """All figures of one size; naive at a tenth of it."""
    with tempfile.TemporaryDirectory() as folder:
        yield from scan(folder, activities, months)
        yield from scan(folder, activities // 100, months, "_small")
        yield from naive(folder, activities // 10, months)
        yield from month(folder, activities)
        yield from whole(folder, activities, months)


if __name__ == "__main__":
    for figure in run(*(int(argument) for argument in sys.argv[1:])):
        print(json.dumps(figure), flush=True)
