"""Messy files of every kind, taken in: each row arrives right or is rejected for what it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import duckdb
import pytest

from indicators.definitions.contracts import contracts
from pipelines.ingest.file_report import FileReport
from pipelines.ingest.inbox import ingest
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.worlds.messy.deliveries import Delivery, deliveries
from tests.worlds.messy.kinds import PLACES, UNITS, Row
from tests.worlds.mission.own_names import make_workspace
from tests.worlds.mission.profile import write_source

FILES = {file.kind: file for file in deliveries()}
ZONE_HOURS = {None: 2}  # the mission's: Juba


@dataclass(frozen=True)
class Taken:
    """The warehouse after all files, and what was said of each."""

    connection: duckdb.DuckDBPyConnection
    reports: dict[str, FileReport]


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taken]:
    workspace, mission = make_workspace(tmp_path_factory.mktemp("messy"))
    inbox, profile = workspace.inbox("faulty"), workspace.profile("faulty")
    parents = {
        "areas": [["area_code", "parent_area_code", "area_level", "name_en", "name_fr",
                   "valid_from"], ["XX", "", "country", "Country", "Pays", "2024-01-01"],
                  *([code, "XX", "admin1", *names, "2024-01-01"]
                    for code, names in PLACES.items())],
        "units": [["unit_code", "unit_name", "component", "unit_type", "valid_from"],
                  *([code, name, "police", "FPU", "2024-01-01"] for code, name in UNITS.items())],
    }  # fmt: skip
    for table, lines in parents.items():
        text = "\n".join(",".join(line) for line in lines) + "\n"
        (inbox / f"{table}.csv").write_text(text, encoding="utf-8")
        columns = {name: {"from": name} for name in lines[0]}
        entry = {"source": table, "files": [f"{table}.csv"], "reader": "csv"}
        write_source(profile, {**entry, "tables": [{"table": table, "columns": columns}]})
    for file in FILES.values():
        (inbox / file.name).write_bytes(file.content)
        write_source(profile, {"source": file.kind, "files": [file.name], **file.mapping})
    with open_warehouse(workspace.warehouse("faulty")) as connection:
        report = ingest(workspace, mission, connection=connection, settled=0)
        yield Taken(connection, {one.name: one for one in report.files})


def test_there_are_files_of_every_reader() -> None:
    readers = {file.mapping["reader"] for file in FILES.values()}
    assert len(FILES) >= 40
    assert readers >= {"csv", "xlsx", "xls", "ods", "parquet", "jsonl", "spss", "stata"}
    assert readers >= {"form_export", "hxl", "ged", "geopko"}


@pytest.mark.parametrize("kind", FILES)
def test_every_row_arrives_right_or_is_rejected_for_what_it_is(taken: Taken, kind: str) -> None:
    file = FILES[kind]
    report = taken.reports[file.name]
    assert arrived(taken, file, report.sha256) == sorted(
        ({name: text or None for name, text in row.items()} for row in file.rows), key=repr
    )
    rejects = taken.connection.execute(
        f"SELECT row_number, coalesce(column_name, ''), rule FROM quarantine.{file.table} "
        "WHERE file_sha256 = ?",
        [report.sha256],
    ).fetchall()
    assert set(rejects) == file.rejected
    warnings = taken.connection.execute(
        "SELECT DISTINCT rule FROM ops.row_warning WHERE file_sha256 = ?", [report.sha256]
    ).fetchall()
    remarks = {remark.rule for remark in report.remarks}
    assert warnings or "rows_warned" not in remarks  # which tells of rows that have some
    # These files tell the same cases under codes of their own, and most are told that.
    told = {rule for (rule,) in warnings} | remarks - {"rows_warned", "renumbered"}
    assert told == file.told
    assert report.rows_read == report.rows_loaded + report.rows_rejected + report.rows_unchanged
    assert report.rows_rejected == len({row for row, _, _ in file.rejected})


def arrived(taken: Taken, file: Delivery, sha256: str) -> list[Row]:
    """The rows of core that came from the file, in the columns of its truth."""
    if not file.rows:
        query = f"FROM core.{file.table} WHERE file_sha256 = ?"
        return taken.connection.execute(query, [sha256]).fetchall()
    names = list(file.rows[0])
    rows = taken.connection.execute(
        f"SELECT {', '.join(names)} FROM core.{file.table} WHERE file_sha256 = ?", [sha256]
    ).fetchall()
    found = [dict(zip(names, row, strict=True)) for row in rows]
    return sorted(
        ({name: shown(file, name, value) for name, value in row.items()} for row in found), key=repr
    )


def shown(file: Delivery, name: str, value: Any) -> str | None:
    """A value of core as the truth writes it."""
    kind = contracts()[file.table].columns[name].base_type
    if value is None:
        return None
    if kind == "time":
        assert isinstance(value, datetime)
        return (value + timedelta(hours=2)).isoformat(" ", "minutes")
    if kind == "bool":
        return str(value).lower()
    if kind == "list<code>":
        return ";".join(value)
    return f"{value.normalize():f}" if kind == "dec" else str(value)
