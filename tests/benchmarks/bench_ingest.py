"""Rows per second of ingest against DuckDB's `read_csv` of the same file into a table.

Ingest does what `read_csv` does not: hash, archive, ledger, mapping, casting with a reason for each
rule, references, duplicate keys, raw and core. The ratio is theirs to ours: how many times longer
ingest takes. `python -m tests.benchmarks.bench_ingest [ROWS]` prints one JSON line.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from indicators.definitions.contracts import contracts
from pipelines.ingest.inbox import ingest
from tests.benchmarks.measuring import peak_mb
from tests.faults.fault_rows import base_rows, write_rows
from tests.worlds.mission.own_names import make_workspace

ROUNDS = 5


def write_activities(path: Path, rows: int) -> None:
    """Activities of the contract's own columns, every row good."""
    started = datetime(2024, 1, 1, 6)
    header = list(contracts()["activities"].columns)
    filled = [name for name in header if name in _cells(0, started)]
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(header) + "\n")
        for number in range(rows):
            cells = _cells(number, started + timedelta(minutes=number % 1_000_000))
            file.write(",".join(cells[name] if name in filled else "" for name in header) + "\n")


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


def ingest_seconds(folder: Path, path: Path) -> float:
    """One ingest of the file into a fresh warehouse that holds the parents."""
    workspace, mission = make_workspace(folder)
    for table in ("areas", "units"):
        parent = folder / f"{table}.parent.csv"
        write_rows(parent, [base_rows()[table].row], contracts()[table])
        ingest(workspace, mission, [parent])
    started = time.perf_counter()
    (report,) = ingest(workspace, mission, [path]).files
    seconds = time.perf_counter() - started
    assert report.rows_loaded == report.rows_read > 0
    return seconds


def read_csv_seconds(folder: Path, path: Path) -> float:
    """DuckDB's own reader into a table of a fresh database."""
    with duckdb.connect(str(folder / "theirs.duckdb")) as connection:
        started = time.perf_counter()
        connection.execute("CREATE TABLE activities AS FROM read_csv(?)", [str(path)])
        return time.perf_counter() - started


def median_of(measure: Callable[[Path, Path], float], path: Path) -> float:
    """The median of some rounds, each in a folder of its own."""
    seconds = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            seconds.append(measure(Path(folder), path))
    return statistics.median(seconds)


def run(rows: int = 100_000) -> dict[str, object]:
    """The figures of one size."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "activities.bench.csv"
        write_activities(path, rows)
        ours = rows / median_of(ingest_seconds, path)
        theirs = rows / median_of(read_csv_seconds, path)
    return {
        "bench": "ingest_csv",
        "ours": round(ours),
        "theirs": round(theirs),
        "ratio": round(theirs / ours, 1),
        "unit": "rows/s",
        "n": rows,
        "peak_mb": peak_mb(),
    }


if __name__ == "__main__":
    print(json.dumps(run(*(int(argument) for argument in sys.argv[1:]))))
