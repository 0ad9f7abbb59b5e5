"""How the cost of counting rows grows, by DuckDB and by Spark side by side.

Core rows to the cells of indicators of `activities`, nothing kept from before: by the number of
rows (`growth_rows`, 10⁵ to 10⁸), of areas (`growth_areas`, 5 to 5,000), of indicators
(`growth_indicators`, 15 to 240: those of the list, then the same under other codes) and of missions
of their own warehouse, one after the other (`growth_missions`, 1 to 20).

A point is a line an engine: `ours` seconds of CPU, Java's included, which a busy machine changes
less than `wall`; `theirs` one scan of the same columns; `peak_mb` of all its processes. Spark, on
two cores of this machine, counts twice: in `…_spark_first` its session is opened, the rows are
written as Parquet and Java's code is not compiled yet, in `…_spark` all of that is done.

Rows are made in a process of their own, ten million to a file, later files of the first one's rows
again; then each engine counts in a new process, of at most half an hour: what takes longer is told
and left out, as is Spark where it is not.
`python -m tests.benchmarks.bench_growth [ROWS [CURVE [POINT]]]`; `growth_plot` draws the lines.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from indicators.definitions.indicator import Indicator
from indicators.engine.spark.row_engine import SparkRows
from indicators.engine.spark.session import missing_parts
from indicators.incremental.row_engine import DUCKDB, RowEngine
from tests.benchmarks.bench_catalogue import Line, cells_of, filled, of_activities, touched_columns
from tests.benchmarks.measuring import (
    children_cpu_seconds,
    children_peak_mb,
    cpu_seconds,
    note,
    peak_mb,
)
from tests.worlds.rows.catalogue import Size

ROWS = 100_000_000
MONTHS = 36
PATIENCE = 1_800  # seconds of a process
MEMORY = "8GB"  # of DuckDB; beyond, it writes to the disk
CURVES = {
    "growth_rows": (100_000, 300_000, 1_000_000, 3_000_000, 10_000_000, 30_000_000, 100_000_000),
    "growth_areas": (5, 50, 500, 5_000),
    "growth_indicators": (15, 30, 60, 120, 240),
    "growth_missions": (1, 2, 5, 10, 20),
}
# Points of which Spark's seconds are taken too: the others would take two cores longer than they
# may, or say what their neighbours say.
BY_SPARK = {
    "growth_rows": (100_000, 1_000_000, 10_000_000, 30_000_000),
    "growth_areas": (5, 500, 5_000),
    "growth_indicators": (15, 60, 240),
    "growth_missions": (1, 2, 5),
}


@dataclass(frozen=True)
class Point:
    """What is counted at one point of a curve; `n` is what grows along it."""

    curve: str
    n: int
    rows: int  # a mission
    areas: int = 100
    indicators: int = 0  # 0: those of the list
    missions: int = 1
    is_by_spark: bool = False

    @property
    def size(self) -> Size:
        alerts = min(self.rows, 10_000_000) // 10  # rows beyond are those of the first file again
        return Size(self.rows, alerts=alerts, months=MONTHS, areas=self.areas)


def points(rows: int) -> Iterator[Point]:
    """All points, of at most so many rows."""
    for curve, steps in CURVES.items():
        for n in steps:
            is_by_spark = n in BY_SPARK[curve]
            if curve == "growth_rows":
                yield Point(curve, n * rows // ROWS, n * rows // ROWS, is_by_spark=is_by_spark)
            elif curve == "growth_missions":
                yield Point(curve, n, rows // 1000, missions=n, is_by_spark=is_by_spark)
            else:
                one = {curve.removeprefix("growth_"): n}
                yield Point(curve, n, rows // 100, **one, is_by_spark=is_by_spark)


def many(count: int) -> dict[str, Indicator]:
    """So many indicators: those of `activities`, again and again under other codes."""
    listed = of_activities()
    again = [
        entry.model_copy(update={"code": f"{entry.code[:-2]}{int(entry.code[-2:]) + 20 * turn:03}"})
        for turn in range(count // len(listed) + 1)
        for entry in listed
    ]
    return {entry.code: entry for entry in again[: count or len(listed)]}


def warehouse(folder: Path, mission: int) -> Path:
    return folder / f"mission{mission}.bench"


def make(point: Point, folder: Path) -> None:
    """The warehouse of each mission; all have the same rows."""
    filled(str(folder), "mission0", point.size).close()
    for mission in range(1, point.missions):
        shutil.copy(warehouse(folder, 0), warehouse(folder, mission))


def count(point: Point, folder: Path, engine: str) -> Iterator[Line]:
    """The lines of one engine, of warehouses that were made."""
    missions = range(point.missions)
    catalogue = many(point.indicators)
    connections = [duckdb.connect(str(warehouse(folder, mission))) for mission in missions]
    for connection in connections:
        connection.execute(f"SET TimeZone = 'UTC'; SET memory_limit = '{MEMORY}'")
    engines: list[RowEngine] = [DUCKDB for _ in missions]
    if engine == "spark":
        engines = [SparkRows("local[2]", folder / f"rows{mission}") for mission in missions]

    def act() -> None:
        for connection, rows in zip(connections, engines, strict=True):
            cells_of(connection, catalogue, point.size.last_day, rows)()

    for name in ("spark_first", "spark") if engine == "spark" else ("duckdb",):
        yield _line(f"{point.curve}_{name}", act, connections) | {"n": point.n}


def _line(
    bench: str, act: Callable[[], object], connections: Sequence[duckdb.DuckDBPyConnection]
) -> Line:
    ours, wall = taken(act)
    peak = peak_mb() + children_peak_mb()
    scan = f"SELECT {', '.join(f'max({one})' for one in touched_columns())} FROM core.activities"
    theirs, _ = taken(lambda: [connection.execute(scan).fetchall() for connection in connections])
    ratio = round(ours / max(theirs, 0.01), 1)
    seconds = {"ours": ours, "theirs": theirs, "ratio": ratio, "unit": "CPU s", "wall": wall}
    return {"bench": bench, **seconds, "peak_mb": peak}


def taken(act: Callable[[], object]) -> tuple[float, float]:
    """CPU seconds of this process and those that it started, and seconds of the clock."""
    begun = cpu_seconds() + children_cpu_seconds(), time.perf_counter()
    act()
    ended = cpu_seconds() + children_cpu_seconds(), time.perf_counter()
    return round(ended[0] - begun[0], 2), round(ended[1] - begun[1], 2)


def run(rows: int = ROWS, curve: str = "", n: int = 0) -> Iterator[Line]:
    """All points, those of one curve, or one of them."""
    for place, point in enumerate(points(rows)):
        if curve not in ("", point.curve) or n not in (0, point.n):
            continue
        is_by_spark = point.is_by_spark and not missing_parts()
        with tempfile.TemporaryDirectory(prefix="growth") as folder:
            for step in ("make", "duckdb", "spark") if is_by_spark else ("make", "duckdb"):
                for told in in_a_process(rows, place, folder, step).splitlines():
                    yield json.loads(told)


def in_a_process(rows: int, place: int, folder: str, step: str) -> str:
    """What the step prints; with a note where it takes too long or fails."""
    command = [sys.executable, "-m", "tests.benchmarks.bench_growth", str(rows)]
    command += ["step", str(place), folder, step]
    try:
        told = subprocess.run(command, stdout=subprocess.PIPE, timeout=PATIENCE, check=True).stdout
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        note(f"NOT ALL of {step} of point {place}: {error}")
        told = error.stdout or b""
    return told.decode()


def take_step(rows: int, place: int, folder: Path, step: str) -> None:
    """One step of `run`, in this process."""
    point = list(points(rows))[place]
    if step == "make":
        make(point, folder)
        return
    for line in count(point, folder, step):
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    if sys.argv[2:3] == ["step"]:
        take_step(int(sys.argv[1]), int(sys.argv[3]), Path(sys.argv[4]), sys.argv[5])
    else:
        sizes, curves, single = sys.argv[1:2], sys.argv[2:3], sys.argv[3:4]
        for figure in run(*map(int, sizes), *curves, *map(int, single)):
            print(json.dumps(figure), flush=True)
