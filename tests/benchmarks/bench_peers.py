"""The same figures by other ways of work: pandas by hand, one SQL query a figure, a metric layer.

Six indicators of activities (two counts, three shares, a count of distinct processes) in five types
of periods at three levels of areas, in all and by type of unit: 144 tables. Every way begins with
the same core tables, and every cell with cases is compared with ours before seconds are told.
The metric layer is Boring Semantic Layer over DuckDB, where it can be imported (an environment of
its own: `pip install boring-semantic-layer`, with this folder on PYTHONPATH).
`python -m tests.benchmarks.bench_peers [ROWS]` prints one JSON line a way.
"""

import importlib.util
import itertools
import json
import sys
import tempfile
from collections.abc import Callable, Iterator

import duckdb
import pandas as pd

from tests.benchmarks.bench_catalogue import LEVELS, Line, cells_of, filled, of_activities
from tests.benchmarks.measuring import Measured, cpu_seconds, medians, note
from tests.worlds.rows.catalogue import Size

ROWS = 1_000_000
MONTHS = 36
PERIOD_TYPES = ("M", "Q", "S", "A", "B")
CODES = ("P2-OP-01", "P2-OP-05", "P2-OP-03", "P2-OP-04", "P1-OP-10", "P1-OP-09")
BY = ("_T", "unit_type")
# Parts are published of quarters at every level, of months and years not below admin 1.
TASKS = [
    (period_type, level, by)
    for period_type, level, by in itertools.product(PERIOD_TYPES, LEVELS, BY)
    if by == "_T" or period_type == "Q" or (period_type != "S" and level != "admin2")
]
Cells = pd.DataFrame  # indicator, period_type, level, unit_type, period, area, value

PATROL = "activity_type = 'patrol' AND status = 'completed' AND component = 'police'"
# As a person writes them: what is counted, the numerator, and of a share the denominator.
WRITTEN = {
    "P2-OP-01": (PATROL, "count(*)", None),
    "P2-OP-05": (f"{PATROL} AND host_state_actor IN ('police', 'gendarmerie')", "count(*)", None),
    "P2-OP-03": (
        PATROL,
        "count(*) FILTER (patrol_mode = 'foot')",
        "count(*) FILTER (patrol_mode IS NOT NULL)",
    ),
    "P2-OP-04": (
        PATROL,
        "count(*) FILTER (time_of_day = 'night')",
        "count(*) FILTER (time_of_day IS NOT NULL)",
    ),
    "P1-OP-10": (
        "activity_type IN ('patrol', 'community_session') AND status = 'completed' "
        "AND component = 'police' AND women_personnel_count IS NOT NULL",
        "count(*) FILTER (women_personnel_count >= 1)",
        "count(*)",
    ),
    "P1-OP-09": (
        "activity_type = 'mediation' AND status = 'completed' AND component = 'police'",
        "count(DISTINCT process_code)",
        None,
    ),
}
# Rows with their unit, their area at each level as far as they are precise, and their periods.
FLAT = """
    SELECT own.*, unit.component, unit.unit_type, 'C' AS country,
      if(place.area_level = 'admin1', place.area_code, place.parent_area_code) AS admin1,
      CASE WHEN place.area_level = 'admin2' AND location_precision <> 'admin1' THEN place.area_code
      END AS admin2,
      strftime(started_on_local, '%Y-%m') AS M, year(started_on_local)::VARCHAR AS A,
      A || '-Q' || quarter(started_on_local) AS Q,
      A || '-S' || CASE WHEN month(started_on_local) <= 6 THEN 1 ELSE 2 END AS S,
      (year(started_on_local) - (month(started_on_local) <= 6)::INT) AS begun,
      begun || '/' || right((begun + 1)::VARCHAR, 2) AS B
    FROM core.activities AS own JOIN core.units AS unit USING (unit_code)
    JOIN core.areas AS place USING (area_code)
"""


def _labelled(found: Cells, code: str, task: tuple[str, str, str]) -> Cells:
    period_type, level, by = task
    if by == "_T":
        found["unit_type"] = "_T"
    return found.assign(indicator=code, period_type=period_type, level=level)


def by_query(connection: duckdb.DuckDBPyConnection) -> Cells:
    """One query for each figure, period type, level and breakdown, from the core tables."""
    parts = []
    for (code, (where, top, below)), task in itertools.product(WRITTEN.items(), TASKS):
        period_type, level, by = task
        value = f"100.0 * {top} / nullif({below}, 0)" if below else top
        part = f", {by}" if by != "_T" else ""
        found = connection.execute(
            f"""SELECT {period_type} AS period, {level} AS area{part}, {value} AS value
            FROM ({FLAT}) WHERE {where} AND {level} IS NOT NULL GROUP BY ALL"""
        ).df()
        parts.append(_labelled(found, code, task))
    return pd.concat(parts)


def by_pandas(connection: duckdb.DuckDBPyConnection) -> Cells:
    """By hand: rows read and merged once, then a group-by for each table."""
    columns = "started_on_local, activity_type, status, unit_code, area_code, location_precision, "
    more = "host_state_actor, patrol_mode, time_of_day, women_personnel_count, process_code"
    rows = connection.execute(f"SELECT {columns}{more} FROM core.activities").df()
    units = connection.execute("SELECT unit_code, component, unit_type FROM core.units").df()
    areas = connection.execute(
        "SELECT area_code, parent_area_code, area_level FROM core.areas"
    ).df()
    rows = rows.merge(units, on="unit_code").merge(areas, on="area_code")
    day = rows["started_on_local"].dt
    rows["country"] = "C"
    is_upper = rows["area_level"] == "admin1"
    rows["admin1"] = rows["area_code"].where(is_upper, rows["parent_area_code"])
    is_placed = (rows["area_level"] == "admin2") & (rows["location_precision"] != "admin1")
    rows["admin2"] = rows["area_code"].where(is_placed)
    year, first_half = day.year.astype(str), day.month <= 6
    rows["M"], rows["A"] = day.strftime("%Y-%m"), year
    rows["Q"] = year + "-Q" + day.quarter.astype(str)
    rows["S"] = year + "-S" + first_half.map({True: "1", False: "2"})
    begun = day.year - first_half
    rows["B"] = begun.astype(str) + "/" + (begun + 1).astype(str).str[2:]
    done = rows[(rows["status"] == "completed") & (rows["component"] == "police")]
    patrols = done[done["activity_type"] == "patrol"]
    asked = done[done["activity_type"].isin(["patrol", "community_session"])]
    asked = asked[asked["women_personnel_count"].notna()]
    ways: dict[str, tuple[pd.DataFrame, Callable[[pd.core.groupby.DataFrameGroupBy], pd.Series]]]
    ways = {
        "P2-OP-01": (patrols, lambda group: group.size()),
        "P2-OP-05": (
            patrols[patrols["host_state_actor"].isin(["police", "gendarmerie"])],
            lambda group: group.size(),
        ),
        "P2-OP-03": (
            patrols[patrols["patrol_mode"].notna()].assign(
                hit=lambda found: 100.0 * (found["patrol_mode"] == "foot")
            ),
            lambda group: group["hit"].mean(),
        ),
        "P2-OP-04": (
            patrols[patrols["time_of_day"].notna()].assign(
                hit=lambda found: 100.0 * (found["time_of_day"] == "night")
            ),
            lambda group: group["hit"].mean(),
        ),
        "P1-OP-10": (
            asked.assign(hit=lambda found: 100.0 * (found["women_personnel_count"] >= 1)),
            lambda group: group["hit"].mean(),
        ),
        "P1-OP-09": (
            done[done["activity_type"] == "mediation"],
            lambda group: group["process_code"].nunique(),
        ),
    }
    parts = []
    for (code, (frame, value)), task in itertools.product(ways.items(), TASKS):
        period_type, level, by = task
        keys = [period_type, level, *([by] if by != "_T" else [])]
        found = value(frame.groupby(keys, observed=True)).rename("value").reset_index()
        found = found.rename(columns={period_type: "period", level: "area"})
        parts.append(_labelled(found, code, task))
    return pd.concat(parts)


def by_layer(connection: duckdb.DuckDBPyConnection) -> Cells:
    """A model of Boring Semantic Layer over the joined rows, asked once for each table."""
    import ibis
    from boring_semantic_layer import to_semantic_table

    backend = ibis.duckdb.from_connection(connection)
    connection.execute(f"CREATE OR REPLACE TEMP VIEW flat AS {FLAT}")
    table = backend.table("flat")
    done = (table.status == "completed") & (table.component == "police")
    patrol = done & (table.activity_type == "patrol")
    mediation = done & (table.activity_type == "mediation")
    asked = done & table.activity_type.isin(["patrol", "community_session"])
    asked = asked & table.women_personnel_count.notnull()

    def share(hit: ibis.Value, of: ibis.Value) -> Callable[[ibis.Table], ibis.Value]:
        return lambda rows: 100.0 * (of & hit).sum() / of.sum().nullif(0)

    names = dict.fromkeys(("unit_type", *LEVELS, *PERIOD_TYPES))
    model = (
        to_semantic_table(table, name="activities")
        .with_dimensions(**{name: (lambda rows, at=name: rows[at]) for name in names})
        .with_measures(
            p2_op_01=lambda rows: patrol.sum(),
            p2_op_05=lambda rows: (
                patrol & table.host_state_actor.isin(["police", "gendarmerie"])
            ).sum(),
            p2_op_03=share(table.patrol_mode == "foot", patrol & table.patrol_mode.notnull()),
            p2_op_04=share(table.time_of_day == "night", patrol & table.time_of_day.notnull()),
            p1_op_10=share(table.women_personnel_count >= 1, asked),
            p1_op_09=lambda rows: table.process_code.nunique(where=mediation),
        )
    )
    measures = {code: code.lower().replace("-", "_") for code in CODES}
    parts = []
    for task in TASKS:
        period_type, level, by = task
        keys = [period_type, level, *([by] if by != "_T" else [])]
        found = model.group_by(*keys).aggregate(*measures.values()).execute()
        found = found.rename(columns={period_type: "period", level: "area"})
        for code, measure in measures.items():
            one = found.drop(columns=[m for m in measures.values() if m != measure])
            parts.append(_labelled(one.rename(columns={measure: "value"}), code, task))
    return pd.concat(parts)


def differing(connection: duckdb.DuckDBPyConnection, theirs: Cells) -> int:
    """Cells of either side that the other has not, or has otherwise, where there are cases."""
    connection.register("theirs", theirs)
    ((count,),) = connection.execute(
        """SELECT count(*) FROM (
          SELECT indicator, period_type, period, area, unit_type, value FROM cube.cell
          WHERE n > 0 AND breakdown = '_T' AND activity_type = '_T' AND actor = '_T'
        ) AS ours FULL JOIN (
          SELECT * FROM theirs WHERE value IS NOT NULL AND value <> 0 AND area IS NOT NULL
        ) AS other USING (indicator, period_type, period, area, unit_type)
        WHERE (ours.value IS NULL OR other.value IS NULL OR abs(ours.value - other.value) > 1e-9)
        AND NOT (other.value IS NULL AND ours.value = 0)"""
    ).fetchall()
    return int(count)


def run(rows: int = ROWS) -> Iterator[Line]:
    """A line a way: `ours` processor seconds of the engine, `theirs` of that way, cells that
    differ."""
    catalogue = {entry.code: entry for entry in of_activities() if entry.code in CODES}
    ways = {"pandas": by_pandas, "query": by_query}
    if importlib.util.find_spec("boring_semantic_layer"):
        ways["layer"] = by_layer
    else:
        note("SKIPPED peers_layer: boring-semantic-layer is not installed")
    with tempfile.TemporaryDirectory() as folder:
        size = Size(rows, alerts=rows // 10, months=MONTHS)
        with filled(folder, "peers", size) as connection:
            ours = cells_of(connection, catalogue, size.last_day)
            kept: dict[str, Cells] = {}
            used: dict[str, float] = {}

            def taken(name: str) -> Callable[[], None]:
                def act() -> None:
                    begun = cpu_seconds()
                    if name == "ours":
                        ours()
                    else:
                        kept[name] = ways[name](connection)
                    used[name] = cpu_seconds() - begun

                return act

            found = medians(1, **{name: taken(name) for name in ("ours", *ways)})
            for name in ways:
                other = differing(connection, kept[name])
                yield _line(name, used, found, rows) | {"differing": other}


def _line(name: str, used: dict[str, float], found: dict[str, Measured], rows: int) -> Line:
    seconds = {"ours": round(used["ours"], 2), "theirs": round(used[name], 2)}
    ratio = round(used[name] / used["ours"], 2)
    memory = {"peak_mb": found["ours"].peak_mb, "their_peak_mb": found[name].peak_mb}
    return {
        "bench": f"peers_{name}",
        **seconds,
        "ratio": ratio,
        "n": rows,
        "unit": "CPU s",
        **memory,
    }


if __name__ == "__main__":
    for figure in run(*(int(argument) for argument in sys.argv[1:])):
        print(json.dumps(figure), flush=True)
