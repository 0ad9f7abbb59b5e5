"""What people wait for with the sample mission, by the commands that they type; wall seconds.

`refresh_sample`: against reading the same files into DuckDB as text. `nothing_changed_sample`,
`corrected_sample`: refreshes after it, the second after one number of one incident log was
corrected, against the first. `first_line_sample`: processor seconds of that refresh until its first
line. `publish_sample`: against copying the mart to Parquet; `publish_again_sample`: the second
release with its revisions, against the first. `demo_first_page`: from the command to its word that
there is something to read, against the first refresh alone. `installed_mb`: what the locked
requirements of the run time take. Peaks are of the largest process.
`python -m tests.benchmarks.bench_sample [ACTIVITIES]`; the demonstration at whole size only.
"""

import io
import json
import os
import socket
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import psutil
from packaging.utils import canonicalize_name

from pipelines.workspace.paths import Workspace
from tests.benchmarks.measuring import measured, median_of, note

PROJECT = Path(__file__).parents[2]
WHOLE = 20_000
_REFRESH = ("refresh", "--mission", "sample", "--as-of", "2026-10-15")
_CORRECTED = "incidents_2026.xlsx"
_SETTLED = 3_600  # a file just written is waited for, which says nothing of the refresh
_PUBLISH = ("publish", "--mission", "sample", "--period", "2026-Q3")


@dataclass(frozen=True)
class Command:
    """Seconds of one command from the start of its process to its end, its processor seconds until
    its first line, and the peak of its largest process in MB."""

    seconds: float
    first_line: float
    peak_mb: int


def poclens(home: Path, *words: str) -> Command:
    """Run one command. Raises CalledProcessError where it fails."""
    command = [sys.executable, "-m", "pipelines.cli.main", *words]
    environment = os.environ | {"POCLENS_HOME": str(home), "DAGSTER_DISABLE_TELEMETRY": "1"}
    started = time.perf_counter()
    # Progress is written for a terminal only; `wait4` tells what this one process used.
    terminal, end = os.openpty()
    termios.tcsetwinsize(end, (24, 80))  # a bar of no width writes nothing
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=end, env=environment
    ) as process:
        os.close(end)
        told = _written(terminal)
        used = psutil.Process(process.pid).cpu_times()
        while more := _written(terminal):
            told += more
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    os.close(terminal)
    seconds = time.perf_counter() - started
    if process.returncode:
        print(told.decode(errors="replace"), file=sys.stderr)
        raise subprocess.CalledProcessError(process.returncode, command)
    note(f"{words[0]}: {seconds:.1f} s")
    return Command(seconds, used.user + used.system, usage.ru_maxrss // 1024)


def _written(terminal: int) -> bytes:
    """What comes next to a terminal; nothing once its other end is closed."""
    try:
        return os.read(terminal, 1_000)
    except OSError:
        return b""


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


def installed_megabytes() -> float:
    """The files of all that `requirements.txt` locks."""
    locked = (PROJECT / "requirements.txt").read_text().splitlines()
    names = (line.partition("==")[0].split("[")[0] for line in locked if "==" in line)
    wanted = {*map(canonicalize_name, names)}
    here = [one for one in metadata.distributions() if canonicalize_name(one.name) in wanted]
    files = [file for one in here for file in one.files or ()]  # not those of other systems
    kept = [Path(str(file.locate())) for file in files if file.suffix != ".pyc"]
    return sum(path.stat().st_size for path in kept if path.exists()) / 1e6


def line(bench: str, ours: float, theirs: float, size: int, peak: int = 0) -> dict[str, object]:
    """One bench as the table of `make bench` wants it."""
    ratio = round(ours / theirs, 3) if theirs else 0.0
    figures = {"ours": round(ours, 2), "theirs": round(theirs, 3), "ratio": ratio}
    more = {"peak_mb": peak} if peak else {}
    return {"bench": bench, **figures, "unit": "activities, s", "n": size, **more}


def run(activities: int = WHOLE) -> Iterator[dict[str, object]]:
    """The lines, as they come."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder) / "home")
        poclens(workspace.home, "sample", "--activities", str(activities))
        inbox = workspace.inbox("sample")
        read = median_of([measured(lambda: read_as_text(inbox)) for _ in range(3)]).seconds

        def of(bench: str, did: Command, theirs: float) -> dict[str, object]:
            return line(bench, did.seconds, theirs, activities, did.peak_mb)

        def corrected(log: bytes) -> bytes:
            (inbox / _CORRECTED).write_bytes(with_one_number_corrected(log))
            os.utime(inbox / _CORRECTED, (time.time() - _SETTLED,) * 2)
            return (inbox / _CORRECTED).read_bytes()

        log = (inbox / _CORRECTED).read_bytes()
        first = poclens(workspace.home, *_REFRESH)
        yield of("refresh_sample", first, read)
        again = sorted(poclens(workspace.home, *_REFRESH).seconds for _ in range(3))[1]
        yield line("nothing_changed_sample", again, first.seconds, activities)
        log = corrected(log)
        one = poclens(workspace.home, *_REFRESH)
        yield line("first_line_sample", one.first_line, one.seconds, activities)
        yield of("corrected_sample", one, first.seconds)
        copied = measured(lambda: copy_mart(workspace.warehouse("sample"), Path(folder))).seconds
        published = poclens(workspace.home, *_PUBLISH)
        yield of("publish_sample", published, copied)
        corrected(log)
        poclens(workspace.home, *_REFRESH)
        yield of("publish_again_sample", poclens(workspace.home, *_PUBLISH), published.seconds)
        yield line("installed_mb", installed_megabytes(), 0, activities)
        if activities == WHOLE:
            seconds = first_page(Path(folder) / "demo")
            yield line("demo_first_page", seconds, first.seconds, activities)


if __name__ == "__main__":
    for measured_line in run(*(int(argument) for argument in sys.argv[1:])):
        print(json.dumps(measured_line), flush=True)
