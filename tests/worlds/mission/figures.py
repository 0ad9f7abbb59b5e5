"""A small fictional mission for tests of checks and releases: profile, core rows, figures."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.contracts import Column, contracts
from indicators.definitions.mission_profile import Mission, read_mission
from indicators.foundation.mart_tables import MART_TABLES, mart_ddl
from pipelines.quality.checks import run_checks
from pipelines.release.publishing import Release, publish
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import open_warehouse
from pipelines.workspace.warehouse.ddl import create_all
from pipelines.workspace.warehouse.refresh_number import STEPS, end_step
from tests.worlds.mission.profile import profile, write_yaml

MISSION = "bako"
PERIOD = "2026-Q3"
AS_OF = date(2026, 10, 15)
PATROLS = "P2-OP-01"
SAFE = "P2-OC-05"
# Plans of bases: area, base, kind of plan
BASE_PLANS = (
    ("BK-1", "Camp Secret North", "evacuation"),
    ("BK-1", "Camp Secret North", "rapid_reaction"),
    ("BK-1", "Camp Secret South", "evacuation"),
    ("BK-2", "Camp Secret North", "evacuation"),
)


def write_profile(workspace: Workspace, **changes: Any) -> Mission:
    """Writes mission.yaml into the workspace and reads it back."""
    folder = workspace.profile(MISSION)
    (folder / "sources").mkdir(parents=True, exist_ok=True)
    content: dict[str, Any] = {
        "name": {"en": "Mission in Bako", "fr": "Mission au Bako"},
        "country_area": "BK",
        "time_zone": "Africa/Bamako",
        "starts_on": "2024-01-01",
        "is_fictional": True,
        "boundaries": {"en": "Outlines are invented.", "fr": "Les contours sont inventés."},
        "indicators": [{"code": PATROLS}, {"code": SAFE}],
    }
    write_yaml(folder / "mission.yaml", profile(MISSION, **content | changes))
    return read_mission(folder)


@contextmanager
def memory_warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """All tables of a warehouse and of the mart, empty, in memory."""
    with duckdb.connect(":memory:") as connection:
        create_all(connection)
        make_mart(connection)
        yield connection


@contextmanager
def workspace_warehouse(
    workspace: Workspace, coming: int = 0
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The mission's real warehouse, locked down as in production, with its mart."""
    with open_warehouse(workspace.warehouse(MISSION), coming) as connection:
        make_mart(connection)
        yield connection


def make_mart(connection: duckdb.DuckDBPyConnection) -> None:
    for statement in mart_ddl():
        connection.execute(statement)


def call_refreshed(connection: duckdb.DuckDBPyConnection) -> None:
    """A mart that a test filled by hand counts as that of one whole refresh."""
    connection.execute("DELETE FROM ops.refresh_step")
    for step in STEPS:
        end_step(connection, "by hand", step)


def add(connection: duckdb.DuckDBPyConnection, table: str, *rows: Mapping[str, Any]) -> None:
    """Core rows; required columns that a row leaves out get a value that the contract allows."""
    columns = contracts()[table].columns
    start = connection.execute(f"SELECT count(*) FROM core.{table}").fetchone()
    for number, row in enumerate(rows, start=start[0] + 1 if start else 1):
        filled = {
            name: _value(name, column, number)
            for name, column in columns.items()
            if column.required
        }
        lineage = {"mission": MISSION, "file_sha256": "f" * 64, "sheet": "", "row_number": number}
        insert(connection, f"core.{table}", filled | lineage | dict(row))


def _value(name: str, column: Column, number: int) -> object:
    if column.allowed_codes:
        code = column.allowed_codes[0]
        return [code] if column.base_type.startswith("list") else code
    if column.pattern:
        return column.example
    plain: dict[str, object] = {
        "int": number,
        "dec": 1,
        "bool": True,
        "date": date(2026, 7, 1),
        "time": datetime(2026, 7, 1, 8, 0),
    }
    return plain.get(column.base_type, "BK" if name == "area_code" else f"{name}-{number}")


def insert(connection: duckdb.DuckDBPyConnection, table: str, row: Mapping[str, Any]) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    places = ", ".join("?" for _ in row)
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", list(row.values()))


def sha256_of(name: str) -> str:
    """A SHA-256 for a file that is not there: always the same for one name."""
    return hashlib.sha256(name.encode()).hexdigest()


def add_file(connection: duckdb.DuckDBPyConnection, name: str, **facts: Any) -> str:
    """A ledger entry; returns its SHA-256, made up from the name."""
    sha256 = sha256_of(name)
    row = {
        "file_sha256": sha256,
        "name": name,
        "source": "patrols",
        "status": "loaded",
        "sequence": 1,
        "rows_read": 10,
        "rows_loaded": 10,
        "rows_rejected": 0,
        "rows_unchanged": 0,
        "rows_ignored": 0,
    }
    insert(connection, "ops.input_file", row | facts)
    return sha256


def add_figure(connection: duckdb.DuckDBPyConnection, **facts: Any) -> None:
    """One row of `mart.indicator_value`: a count of the quarter for the country."""
    dimensions = ("unit_type", "activity_type", "actor", "sex", "age_group")
    row = {
        "mission": MISSION,
        "indicator": PATROLS,
        "indicator_version": 1,
        "time_rule": "flow",
        "period_type": "Q",
        "period": PERIOD,
        "period_start": date(2026, 7, 1),
        "period_end": date(2026, 9, 30),
        "area": "BK",
        "area_level": "country",
        **dict.fromkeys((*dimensions, "breakdown", "breakdown_value"), "_T"),
        "value": 40.0,
        "numerator": 40.0,
        "n": 40,
        "obs_status": "A",
        "conf_status": "F",
        "disclosure": "exact",
    }
    insert(connection, "mart.indicator_value", row | facts)


def add_definition(connection: duckdb.DuckDBPyConnection, code: str, **facts: Any) -> None:
    """One row of `mart.indicator`, its texts made from the code."""
    texts = {
        name: f"{name} of {code}"
        for name, kind in MART_TABLES["indicator"].items()
        if kind == "VARCHAR"
    }
    row = texts | {
        "mission": MISSION,
        "indicator": code,
        "version": 1,
        "source": "activities",
        "measure": "count",
        "time_rule": "flow",
        "unit_of_measure": "number",
        "confidentiality": "institutional",
        "confidentiality_of_parts": "",
        "not_recorded": None,
        "effective_from": date(2024, 1, 1),
        "entry": load_catalogue()[code].model_dump_json(exclude_unset=True),
    }
    insert(connection, "mart.indicator", row | facts)


def add_mission(connection: duckdb.DuckDBPyConnection, as_of: date = AS_OF) -> None:
    """`mart.mission` and the country in `mart.area`."""
    row = {
        "mission": MISSION,
        "name_en": "Mission in Bako",
        "name_fr": "Mission au Bako",
        "country_area": "BK",
        "time_zone": "Africa/Bamako",
        "is_fictional": True,
        "boundaries_en": "Outlines are invented.",
        "boundaries_fr": "Les contours sont inventés.",
        "notes_en": '["Patrols are logged by units."]',
        "notes_fr": '["Les patrouilles sont notées par les unités."]',
        "as_of": as_of,
    }
    insert(connection, "mart.mission", row)
    area = {
        "mission": MISSION,
        "area_code": "BK",
        "area_level": "country",
        "name_en": "Bako",
        "name_fr": "Bako",
    }
    insert(connection, "mart.area", area)


def fill(connection: duckdb.DuckDBPyConnection) -> None:
    """Two indicators over the country and two areas, their files, returns, bases and a reject."""
    add(connection, "areas", {"area_code": "BK", "area_level": "country"})
    add(connection, "units", {"strength_count": 140})
    add_mission(connection)
    for number, area in enumerate(("BK-1", "BK-2", "BK-3"), start=1):
        row = {"mission": MISSION, "area_code": area, "parent_area_code": "BK"}
        names = {"area_level": "admin1", "name_en": f"Area {number}", "name_fr": f"Zone {number}"}
        insert(connection, "mart.area", row | names)
    add_definition(connection, PATROLS)
    asked = {"measure": "proportion", "confidentiality": "survey"}
    add_definition(connection, SAFE, unit_of_measure="percent", source="survey_answers", **asked)
    july = add_file(connection, "patrols_2026-07.xlsx", sequence=1)
    add_file(connection, "patrols_2026-08.xlsx", sequence=2, rows_loaded=8, rows_rejected=2)
    counts = {"BK": 60, "BK-1": 30, "BK-2": 23, "BK-3": 7}
    for area, count in counts.items():
        level = "country" if area == "BK" else "admin1"
        place = {"area": area, "area_level": level}
        add_figure(connection, **place, value=count, numerator=count, n=count)
        add_contribution(connection, july, "patrols_2026-07.xlsx", count, area=area)
        proportion = {"indicator": SAFE, "time_rule": "distinct", "method": "taylor"}
        interval = {"value": 41.25, "se": 2.0, "ci_low": 37.3, "ci_high": 45.2, "n": 10 * count}
        sums = {"numerator": 412.5, "denominator": 1000.0}
        add_figure(connection, **place, **proportion, **interval, **sums)
    add_figure(connection, area="BK-4", value=None, numerator=None, n=None, obs_status="O")
    by_country = {"breakdown": "contributing_country", "breakdown_value": "RWA"}
    add_figure(connection, **by_country, value=50, numerator=50, n=50)
    _fill_beside(connection)


def add_contribution(
    connection: duckdb.DuckDBPyConnection, sha256: str, name: str, rows: int, **facts: Any
) -> None:
    """One row of `mart.contribution`: rows of a file in a figure of the quarter."""
    row = {
        "mission": MISSION,
        "indicator": PATROLS,
        "indicator_version": 1,
        "period_type": "Q",
        "period": PERIOD,
        "area": "BK",
        "file_sha256": sha256,
        "file": name,
        "rows": rows,
    }
    insert(connection, "mart.contribution", row | facts)


def _fill_wave_counts(connection: duckdb.DuckDBPyConnection) -> None:
    """Who answered the wave and one of its questions: seven refused to answer it."""
    wave = {"mission": MISSION, "survey_code": "PS", "wave": "1", "instrument": "household"}
    results = {"complete": 300, "partial": 7, "refusal": 60, "no_contact": 45}
    others = {"without_consent": 0, "ineligible": 7, "response_rate": 307 / 412}
    insert(connection, "mart.survey_result", wave | results | others)
    item = {"item": "safety_overall", "interviewed": 307, "valid": 264}
    parts = {"dont_know": 20, "refused": 7, "not_asked": 0, "missing": 16}
    insert(connection, "mart.survey_item_response", wave | item | parts)


def _fill_beside(connection: duckdb.DuckDBPyConnection) -> None:
    """A base, a return, survey responses, a protection gap and a rejected row."""
    base = {"mission": MISSION, "base_name": "Camp Secret", "area": "BK-1", "latitude": 4.85}
    insert(connection, "mart.base", base)
    returned = {"mission": MISSION, "source": "activities", "area": "BK-1", "status": "submitted"}
    unit = {"unit_code": "FPU-HIDDEN", "unit_name": "Unit Hidden", "month": date(2026, 7, 1)}
    insert(connection, "mart.return_status", returned | unit)
    for area, sampled, answered in (("BK", 412, 307), ("BK-1", 400, 300), ("BK-3", 12, 7)):
        wave = {"survey_code": "PS", "wave": "1", "instrument": "household"}
        cell = {"mission": MISSION, "area": area, "sex": "_T", "age_group": "_T"}
        counts = {"sampled": sampled, "answered": answered}
        insert(connection, "mart.survey_response", wave | cell | counts)
    _fill_wave_counts(connection)
    gap = {"mission": MISSION, "area": "BK-1", "period": "2026-09", "component": "gap"}
    insert(connection, "mart.protection_gap", gap | {"value": 1, "reason_en": "Risk-Hidden"})
    for text, leaves in (("Judgement-Hidden", False), ("Judgement-Shown", True)):
        judgement = {"mission": MISSION, "edge": "e1", "area": "BK", "for_headquarters": leaves}
        insert(connection, "mart.field_judgement", judgement | {"text_en": text})
    for lesson, leaves in (("Lesson-Hidden", False), ("Lesson-Shown", True)):
        reviewed = {"mission": MISSION, "area": "BK", "for_headquarters": leaves}
        insert(connection, "mart.lesson", reviewed | {"lesson": lesson})
    for area, said in (("BK", 12), ("BK", 7), ("BK-1-1", 941)):  # below admin 1
        heard = {"mission": MISSION, "quarter": PERIOD, "area": area, "disclosure": "exact"}
        theme = {"breakdown": "theme", "breakdown_value": f"theme-{said}"}
        insert(connection, "mart.community_feedback", heard | theme | {"said": said})
    handover = {"mission": MISSION, "area": "BK-1", "base_name": "Camp Secret Left"}
    insert(connection, "mart.handover", handover)
    for area, name, kind in BASE_PLANS:
        plan = {"mission": MISSION, "area": area, "base_name": name, "plan_kind": kind}
        insert(
            connection,
            "mart.base_plan",
            plan | {"is_current": True, "is_exercised": True, "is_overdue": False},
        )
    reject = {
        "file": "patrols_2026-08.xlsx",
        "file_sha256": sha256_of("patrols_2026-08.xlsx"),
        "sheet": "Patrols",
        "row_number": 214,
        "column_name": "Type",
        "raw_value": "Patrouille-Brute",
        "rule": "code",
        "parameters": '{"field": "activity_type", "nearest": "patrol"}',
    }
    insert(connection, "quarantine.activities", reject)


def make_workspace(home: Path) -> Workspace:
    """A fresh workspace with the small mission, its mart filled and its checks run."""
    workspace = Workspace(home)
    mission = write_profile(workspace)
    with workspace_warehouse(workspace) as connection:
        fill(connection)
        run_checks(connection, mission, workspace.profile(MISSION))
        call_refreshed(connection)
    return workspace


def publish_again(workspace: Workspace, coming: int = 0) -> Release:
    """Publishes what the mart holds now."""
    with workspace_warehouse(workspace, coming) as connection:
        return publish(workspace, MISSION, PERIOD, connection)
