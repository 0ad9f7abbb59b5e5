"""Ingest of a CSV and of a workbook, beside the plainest way to read the same file.

Ingest does what reading does not: hash, archive, ledger, mapping, casting with a reason for each
rule, references, duplicate keys, raw and core. `ingest_csv`: beside DuckDB's `read_csv` of all
columns as text into a table. `ingest_xlsx`, of a 25th of the rows: beside python-calamine reading
the sheet, and nothing else. The ratio is ours to theirs: how many times longer ingest takes; the
peak is that of ingest. `python -m tests.benchmarks.bench_ingest [ROWS]` prints two JSON lines.
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import xlsxwriter
from python_calamine import CalamineWorkbook

from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import Mission
from pipelines.ingest.inbox import ingest
from pipelines.workspace.paths import Workspace
from tests.benchmarks.measuring import Measured, medians, note
from tests.faults.fault_rows import base_rows, write_rows
from tests.worlds.mission.mappings import under_own_names
from tests.worlds.mission.own_names import make_workspace
from tests.worlds.mission.profile import write_source

ROUNDS = 3
XLSX_SHARE = 25


def activities(rows: int) -> Iterator[list[str]]:
    """A header of the contract's own columns, then rows that are all good."""
    started = datetime(2024, 1, 1, 6)
    header = list(contracts()["activities"].columns)
    yield header
    for number in range(rows):
        cells = _cells(number, started + timedelta(minutes=number % 1_000_000))
        yield [cells.get(name, "") for name in header]


def _cells(number: int, start: datetime) -> dict[str, str]:
    return {
        "activity_code": f"A-{number:08d}",
        "activity_type": ("patrol", "escort", "community_session")[number % 3],
        "status": "completed",
        "unit_code": "U-1",
        "tier": ("I", "II", "III")[number % 3],
        "phase": "prevention",
        "area_code": "XX",
        "latitude": f"{4 + number % 1000 / 1000:.5f}",
        "longitude": f"{31 + number % 777 / 777:.5f}",
        "location_precision": "exact",
        "started_at": f"{start:%Y-%m-%d %H:%M}",
        "ended_at": f"{start + timedelta(hours=3):%Y-%m-%d %H:%M}",
        "personnel_count": str(4 + number % 20),
        "is_long_range": "false",
        "distance_km": f"{number % 90}.5",
    }


def write_csv(path: Path, rows: int) -> None:
    """The rows as CSV."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(",".join(cells) + "\n" for cells in activities(rows))


def write_xlsx(path: Path, rows: int) -> None:
    """The rows as a workbook, numbers as numbers."""
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_numbers": True}) as book:
        page = book.add_worksheet("Activities")
        for at, cells in enumerate(activities(rows)):
            page.write_row(at, 0, cells)


def ingested(folder: Path, path: Path) -> Callable[[], None]:
    """One ingest of the file into a fresh warehouse, the parents of its rows in it already."""
    waiting = [_with_parents(folder / f"{path.suffix}{at}", path) for at in range(ROUNDS)]

    def run() -> None:
        workspace, mission = waiting.pop()
        (report,) = ingest(workspace, mission, [path], settled=0).files
        assert report.rows_loaded == report.rows_read > 0
        shutil.rmtree(workspace.home)

    return run


def _with_parents(folder: Path, path: Path) -> tuple[Workspace, Mission]:
    workspace, mission = make_workspace(folder)
    if path.suffix == ".xlsx":
        mapping = under_own_names("activities", contracts()["activities"].columns)
        named = {"files": ["activities*.xlsx"], "reader": "xlsx"}
        write_source(workspace.profile(mission.mission), mapping | named)
    for table in ("areas", "units"):
        parent = folder / f"{table}.parent.csv"
        write_rows(parent, [base_rows()[table].row], contracts()[table])
        ingest(workspace, mission, [parent], settled=0)
    return workspace, mission


def read_csv(path: Path) -> None:
    """DuckDB's own reader, all columns text, into a table of a fresh database."""
    with (
        tempfile.TemporaryDirectory() as folder,
        duckdb.connect(str(Path(folder) / "theirs.duckdb")) as connection,
    ):
        connection.execute("CREATE TABLE t AS FROM read_csv(?, all_varchar = true)", [str(path)])


def read_sheet(path: Path) -> None:
    """The cells of the sheet as calamine gives them."""
    CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


def run(rows: int = 5_000_000) -> Iterator[dict[str, object]]:
    """The two lines: `rows` of CSV, and a 25th of that as a workbook."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "activities.bench.csv"
        write_csv(path, rows)
        note(f"{rows} rows of CSV, {path.stat().st_size >> 20} MB")
        found = medians(ROUNDS, ours=ingested(Path(folder), path), theirs=lambda: read_csv(path))
        yield _line("ingest_csv", found, rows)
        path.unlink()
        path, rows = path.with_suffix(".xlsx"), max(1, rows // XLSX_SHARE)
        write_xlsx(path, rows)
        note(f"{rows} rows of a workbook, {path.stat().st_size >> 20} MB")
        found = medians(ROUNDS, ours=ingested(Path(folder), path), theirs=lambda: read_sheet(path))
        yield _line("ingest_xlsx", found, rows)


def _line(bench: str, found: dict[str, Measured], rows: int) -> dict[str, object]:
    ours, theirs = found["ours"], found["theirs"]
    return {
        "bench": bench,
        "ours": round(ours.seconds, 2),
        "theirs": round(theirs.seconds, 2),
        "ratio": round(ours.seconds / theirs.seconds, 2),
        "unit": "s",
        "n": rows,
        "peak_mb": ours.peak_mb,
        "peak_mb_theirs": theirs.peak_mb,
    }


if __name__ == "__main__":
    for line in run(*(int(argument) for argument in sys.argv[1:])):
        print(json.dumps(line), flush=True)
