"""What people wait for with the sample mission, by the commands that they type; wall seconds.

`refresh_sample`: against reading the same files into DuckDB as text. `nothing_changed_sample`,
`corrected_sample`: refreshes after it, the second after one number of one incident log was
corrected, against the first. `publish_sample`: against copying the mart to Parquet.
`demo_first_page`: from the command to its word that there is something to read, against the first
refresh alone. `python -m tests.benchmarks.bench_sample [ACTIVITIES]`; it at whole size only.
"""

import io
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd

from pipelines.workspace.paths import Workspace
from tests.benchmarks.measuring import measured, median_of, note

WHOLE = 20_000
_REFRESH = ("refresh", "--mission", "sample", "--as-of", "2026-10-15")
_CORRECTED = "incidents_2026.xlsx"
_PUBLISH = ("publish", "--mission", "sample", "--period", "2026-Q3")


def poclens(home: Path, *words: str) -> float:
    """Seconds of one command, from the start of its process to its end."""
    command = [sys.executable, "-m", "pipelines.cli.main", *words]
    started = time.perf_counter()
    environment = os.environ | {"POCLENS_HOME": str(home), "DAGSTER_DISABLE_TELEMETRY": "1"}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    seconds = time.perf_counter() - started
    note(f"{words[0]}: {seconds:.1f} s")
    return seconds


def first_page(home: Path) -> float:
    """Seconds until the demonstration says where to read, with its newest quarter alone."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [sys.executable, "-m", "pipelines.cli.main", "demo", "--port", port]
    environment = os.environ | {"POCLENS_HOME": str(home), "DAGSTER_DISABLE_TELEMETRY": "1"}
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        told = next((line for line in process.stdout if f"127.0.0.1:{port}" in line), "")
        seconds = time.perf_counter() - started
        process.terminate()
    if not told:
        raise RuntimeError("the demonstration ended without a page")
    return seconds


def read_as_text(folder: Path) -> None:
    """Every file of the inbox into a table of text."""
    with duckdb.connect() as connection:
        for number, path in enumerate(sorted(folder.iterdir())):
            if path.suffix == ".csv":
                options = "all_varchar = true, null_padding = true, ignore_errors = true"
                rows = f"read_csv('{path}', {options})"
                connection.execute(f"CREATE TABLE file_{number} AS FROM {rows}")
            else:
                sheets = pd.read_excel(path, sheet_name=None, dtype=str, engine="calamine")
                for place, sheet in enumerate(sheets.values()):
                    connection.register("sheet", sheet)
                    connection.execute(f"CREATE TABLE file_{number}_{place} AS FROM sheet")


def with_one_number_corrected(log: bytes) -> bytes:
    """An incident log that says of one incident of the last month that one more was killed."""
    book = openpyxl.load_workbook(io.BytesIO(log))
    sheet = book["Incidents"]
    column = [cell.value for cell in sheet[1]].index("Civilians killed") + 1
    killed = sheet.cell(sheet.max_row - 40, column)
    killed.value = int(killed.value or 0) + 1
    book.save(corrected := io.BytesIO())
    return corrected.getvalue()


def copy_mart(warehouse: Path, folder: Path) -> None:
    """Every table of the mart as Parquet."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        tables = connection.sql(
            "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'mart'"
        ).fetchall()
        for (table,) in tables:
            connection.sql(f"FROM mart.{table}").write_parquet(str(folder / f"{table}.parquet"))


def line(bench: str, ours: float, theirs: float, size: int) -> dict[str, object]:
    """One bench as the table of `make bench` wants it."""
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    figures = {"ours": round(ours, 2), "theirs": round(theirs, 3), "ratio": round(ours / theirs, 3)}
    return {"bench": bench, **figures, "unit": "activities, s", "n": size, "peak_mb": peak}


def run(activities: int = WHOLE) -> Iterator[dict[str, object]]:
    """The lines, as they come."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder) / "home")
        poclens(workspace.home, "sample", "--activities", str(activities))
        inbox = workspace.inbox("sample")
        read = median_of([measured(lambda: read_as_text(inbox)) for _ in range(3)]).seconds
        corrected = with_one_number_corrected((inbox / _CORRECTED).read_bytes())
        first = poclens(workspace.home, *_REFRESH)
        yield line("refresh_sample", first, read, activities)
        again = sorted(poclens(workspace.home, *_REFRESH) for _ in range(3))[1]
        yield line("nothing_changed_sample", again, first, activities)
        (inbox / _CORRECTED).write_bytes(corrected)
        yield line("corrected_sample", poclens(workspace.home, *_REFRESH), first, activities)
        copied = measured(lambda: copy_mart(workspace.warehouse("sample"), Path(folder))).seconds
        yield line("publish_sample", poclens(workspace.home, *_PUBLISH), copied, activities)
        if activities == WHOLE:
            yield line("demo_first_page", first_page(Path(folder) / "demo"), first, activities)


if __name__ == "__main__":
    for measured_line in run(*(int(argument) for argument in sys.argv[1:])):
        print(json.dumps(measured_line), flush=True)
