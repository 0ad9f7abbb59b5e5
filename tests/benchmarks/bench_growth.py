"""How the catalogue's cost grows: with rows (10⁵ to 10⁷) and with indicators (15 to 240).

- `growth_rows`: core rows to cells of all `activities` indicators, by the number of rows; `theirs`
  is one scan of the same columns.
- `growth_indicators`: the same at a tenth of the largest size, by the number of indicators: those
  of the list and as many more under other codes as it takes; `theirs` is the run with the fewest.

- `growth_engines`: the same by Apache Spark on two cores of this machine, beside DuckDB (`theirs`),
  its session open and the rows written as Parquet once; with the peak memory of Java and of
  DuckDB's process. `… bench_growth ROWS growth_engines` gives these alone.

Seconds are of CPU, Java's included, so that lines from a busy machine can be held against each
other; one round a point. `python -m tests.benchmarks.bench_growth [ROWS]`;
`python -m tests.benchmarks.growth_plot` draws the lines.
"""

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from indicators.definitions.indicator import Indicator
from indicators.engine.spark.row_engine import SparkRows
from indicators.engine.spark.session import missing_parts
from tests.benchmarks.bench_catalogue import Line, cells_of, filled, of_activities, touched_columns
from tests.benchmarks.measuring import (
    children_cpu_seconds,
    children_peak_mb,
    cpu_seconds,
    forget_peak,
    peak_mb,
)
from tests.worlds.rows.catalogue import Size

ROWS = 10_000_000
MONTHS = 36
STEPS_OF_ROWS = (100, 30, 10, 3, 1)  # the largest size divided by these
INDICATORS = (15, 30, 60, 120, 240)


def many(count: int) -> dict[str, Indicator]:
    """So many indicators: those of `activities`, again and again under other codes."""
    listed = of_activities()
    again = [
        entry.model_copy(update={"code": f"{entry.code[:-2]}{int(entry.code[-2:]) + 20 * turn:03}"})
        for turn in range(count // len(listed) + 1)
        for entry in listed
    ]
    return {entry.code: entry for entry in again[:count]}


def cpu(act: Callable[..., object], *given: object) -> float:
    """CPU seconds of one round."""
    begun = cpu_seconds()
    act(*given)
    return cpu_seconds() - begun


def line(bench: str, ours: float, theirs: float, n: int) -> Line:
    """One point."""
    seconds = {"ours": round(ours, 3), "theirs": round(theirs, 3)}
    return {"bench": bench, **seconds, "ratio": round(ours / theirs, 3), "unit": "CPU s", "n": n}


def by_rows(folder: str, rows: int) -> Iterator[Line]:
    """A point a size."""
    touched = ", ".join(f"max({column})" for column in touched_columns())
    catalogue = {entry.code: entry for entry in of_activities()}
    for step in STEPS_OF_ROWS:
        size = Size(rows // step, alerts=rows // step // 10, months=MONTHS)
        with filled(folder, f"rows{step}", size) as connection:
            scan = f"SELECT {touched} FROM core.activities"
            theirs = cpu(connection.execute, scan)
            ours = cpu(cells_of(connection, catalogue, size.last_day))
        yield line("growth_rows", ours, theirs, size.activities)


def by_indicators(folder: str, rows: int) -> Iterator[Line]:
    """A point a number of indicators."""
    size = Size(rows, alerts=rows // 10, months=MONTHS)
    fewest = None
    with filled(folder, "indicators", size) as connection:
        for count in INDICATORS:
            ours = cpu(cells_of(connection, many(count), size.last_day))
            fewest = fewest or ours
            yield line("growth_indicators", ours, fewest, count)


def by_engines(folder: str, rows: int) -> Iterator[Line]:
    """A point a size, where Spark can run."""
    if missing_parts():
        return
    catalogue = {entry.code: entry for entry in of_activities()}
    for step in STEPS_OF_ROWS:
        size = Size(rows // step, alerts=rows // step // 10, months=MONTHS)
        with filled(folder, f"engines{step}", size) as connection:
            spark = SparkRows("local[2]", Path(folder) / f"rows{step}")
            by_spark = cells_of(connection, catalogue, size.last_day, spark)
            by_spark()  # the first time writes the rows and warms up
            begun = children_cpu_seconds()
            ours = cpu(by_spark) + children_cpu_seconds() - begun
            java = children_peak_mb()
            forget_peak()
            theirs = cpu(cells_of(connection, catalogue, size.last_day))
        point = line("growth_engines", ours, theirs, size.activities)
        yield point | {"peak_mb": java, "theirs_peak_mb": peak_mb()}


def run(rows: int = ROWS, curve: str = "") -> Iterator[Line]:
    """All curves, or one of them."""
    curves = {
        "growth_rows": (by_rows, rows),
        "growth_indicators": (by_indicators, rows // 10),
        "growth_engines": (by_engines, rows),
    }
    with tempfile.TemporaryDirectory() as folder:
        for draw, most in [curves[curve]] if curve else curves.values():
            yield from draw(folder, most)


if __name__ == "__main__":
    for figure in run(*map(int, sys.argv[1:2]), *sys.argv[2:3]):
        print(json.dumps(figure), flush=True)
