"""The dated links of a drawn sample, graded without files: what its rows alone say.

Core tables are filled with the rows as drawn, so that a seed takes seconds. The six links on
surveys and months have nothing planted; their p-values are drawn evenly here.
"""

from collections.abc import Mapping
from dataclasses import replace

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.mission_profile import read_mission
from indicators.engine.refresh import compute
from indicators.foundation.data_folder import data_folder
from indicators.foundation.numbers.statistics import benjamini_hochberg
from indicators.linkage.finding import Finding
from indicators.linkage.framework.model import read_framework
from indicators.linkage.grading import Grade, grade
from indicators.linkage.methods.case_series.method import METHOD, PRIMARY, CaseSeries
from indicators.linkage.methods.protocol import Warehouse
from pipelines.sample.country import AS_OF, MISSION, points_of_places
from pipelines.sample.days.hot_spot_patrols import draw_days
from pipelines.sample.days.returns import (
    activities_by_month,
    draw_owed,
    reporting_returns,
    rows_by_month,
)
from pipelines.sample.tables import activities, readiness, registers
from pipelines.sample.tables.activities import Cited
from pipelines.sample.tables.alerts import draw_alerts
from pipelines.sample.tables.incidents import draw_incidents
from pipelines.sample.tables.registers import draw_places
from pipelines.sample.tables.un_police import draw_assessments
from pipelines.workspace.warehouse.ddl import create_all

PROFILE = data_folder() / "missions" / MISSION
UTC_OFFSET = pa.scalar(3600, pa.duration("s"))  # rows are drawn in local time, core holds UTC


def graded(seed: int) -> Mapping[str, tuple[Grade, Finding]]:
    """By link its grade and the finding of its primary test."""
    connection = drawn_warehouse(seed)
    catalogue = load_catalogue()
    framework = read_framework(PROFILE, catalogue)
    assert framework is not None
    dated = [edge for edge in framework.edges if edge.primary and edge.primary.method == METHOD]
    codes = {code for edge in dated for code in (edge.from_indicator, edge.to_indicator)}
    mission = read_mission(PROFILE)
    chosen = tuple(entry for entry in mission.indicators if entry.code in codes)
    mission = mission.model_copy(update={"indicators": chosen, "period_types": ("Q",)})
    compute(connection, mission, catalogue, AS_OF)
    warehouse, method = Warehouse(connection, mission, catalogue, AS_OF), CaseSeries()
    found = {}
    for edge in dated:
        findings = method.evidence(method.read(warehouse, edge), edge).findings
        found[edge.id] = next(own for own in findings if own.effect.specification == PRIMARY)
    others = np.random.default_rng(seed).random(len(framework.edges) - len(dated))
    known = [own.effect.p_value for own in found.values()]
    p_values = np.array([*(np.nan if p is None else p for p in known), *others], dtype=float)
    q_values = benjamini_hochberg(p_values, np.zeros(len(p_values), dtype=np.int64))
    letters = {}
    for (edge_id, own), q in zip(found.items(), q_values, strict=False):
        inputs = replace(own.grading_inputs, q_value=float(q) if np.isfinite(q) else None)
        letters[edge_id] = (grade(inputs), replace(own, grading_inputs=inputs))
    return letters


def drawn_warehouse(seed: int) -> duckdb.DuckDBPyConnection:
    """Areas, units, returns, activities, incidents and alerts of a sample of usual size."""
    points = points_of_places()
    presence, outside = draw_days(seed, 22_000, 3_350)
    alerts = draw_alerts(seed, presence, 1_200)
    incidents = draw_incidents(seed, presence, points, 3_350, outside)
    owed = {
        source: own
        for source, own in draw_owed(seed, presence).items()
        if source in ("activities", "incidents", "alerts")
    }
    counts = {
        "activities": activities_by_month(presence),
        "incidents": rows_by_month(owed["incidents"].posts, incidents.rows, "occurred_on"),
        "alerts": rows_by_month(owed["alerts"].posts, alerts.rows, "received_at"),
    }
    cited = Cited(alerts, draw_places(seed), draw_assessments(seed), readiness.operations(seed))
    months = activities.draw_activities(seed, presence, cited, points)
    tables = {
        "areas": registers.areas(points),
        "units": registers.units(),
        "reporting_returns": reporting_returns(seed, owed, counts),
        "incidents": incidents.rows,
        "alerts": alerts.rows,
        "activities": pa.concat_tables(
            [drawn for drawn, _ in months], promote_options="permissive"
        ),
    }
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("SET TimeZone = 'UTC'")
    create_all(connection)
    for table, rows in tables.items():
        connection.register("drawn", _in_utc(rows))
        columns = _columns(connection, table, rows)
        connection.execute(f"INSERT INTO core.{table} BY NAME SELECT {columns} FROM drawn")
    return connection


def _columns(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> str:
    described = connection.execute(f"DESCRIBE core.{table}").fetchall()
    kinds = {name: kind for name, kind, *_ in described}
    lists = [name for name in rows.column_names if kinds[name].endswith("[]")]
    return ", ".join(
        f"string_split({name}, '|') AS {name}" if name in lists else name
        for name in rows.column_names
    )


def _in_utc(rows: pa.Table) -> pa.Table:
    for at, field in enumerate(rows.schema):
        if pa.types.is_timestamp(field.type):
            moved = pc.subtract(rows[at], UTC_OFFSET)
            rows = rows.set_column(at, field.name, moved)
    return rows
