"""Seconds to count wakes: 100,000 interventions and events, and the R package's own data.

`wake_100k` counts in bounded memory (`counting.MEMORY_LIMIT`) for 35 windows; theirs is the aim of
six seconds. `wake_r_example`: the package's events repeated to 4,500 rows in 20 windows; theirs is
what the R package needs, about two seconds. The ratio is ours to theirs: below 1 is faster.
`python -m tests.benchmarks.bench_wake [ROWS]` prints one JSON line a bench.
"""

import json
import sys
from collections.abc import Iterator

import numpy as np
import pandas as pd

from indicators.linkage.wake import matched_wake
from indicators.linkage.wake.counts.counting import tally_pairs
from indicators.linkage.wake.events import Events
from indicators.linkage.wake.request import UNIT_MICROSECONDS, spread_window
from tests.benchmarks.measuring import Measured, medians
from tests.conftest import FIGURES

ROUNDS = 5
DAYS, DEGREES = 1000, 8.0
TIMES, RADII = (6, 30, 4), (5, 25, 5)
AIM_100K, R_SECONDS = 6.0, 2.0
R_ROWS = 4500
EXAMPLE = FIGURES / "linkage" / "mwa" / "mwa_data.csv"


def make_events(rows: int) -> Events:
    """`rows` interventions, 40 in 100 treated, and as many incidents, all over place and time."""
    generator = np.random.default_rng(1)
    size = 2 * rows
    is_event = generator.permutation(size) < rows
    treated = is_event & (generator.random(size) < 0.4)
    return Events(
        np.sort(generator.integers(0, DAYS * UNIT_MICROSECONDS["days"], size)),
        generator.uniform(0, DEGREES, size),
        generator.uniform(20, 20 + DEGREES, size),
        treated,
        is_event & ~treated,
        ~is_event,
        {},
    )


def count_all(events: Events) -> float:
    """Counts, trends and overlaps of all interventions in all windows; how many were counted."""
    times, radii = spread_window(TIMES, "t_window"), spread_window(RADII, "spat_window")
    marks = {
        "dependent": events.is_dependent,
        "treatment": events.is_treatment,
        "control": events.is_control,
    }
    unit = UNIT_MICROSECONDS["days"]
    tally = tally_pairs(events, events.interventions, radii, int(times[-1]), unit, marks)
    total = 0.0
    for step in times:
        for mark in marks:
            total += tally.before(mark, int(step)).sum() + tally.after(mark, int(step)).sum()
        tally.trend("dependent", int(step))
    return total


def r_example() -> pd.DataFrame:
    """The package's events, again and again some years later, to 4,500 rows."""
    given = pd.read_csv(EXAMPLE)
    given["timestamp"] = pd.to_datetime(given["timestamp"])
    span = given["timestamp"].max() - given["timestamp"].min() + pd.Timedelta(days=60)
    times = -(-R_ROWS // len(given))
    copies = [given.assign(timestamp=given["timestamp"] + number * span) for number in range(times)]
    return pd.concat(copies).head(R_ROWS)


def run_r_example(data: pd.DataFrame) -> int:
    """Matching and estimates of 20 windows as the R package does them."""
    result = matched_wake(
        data,
        t_window=(2, 10, 2),
        spat_window=(2, 8, 2),
        treatment=("type", "treatment"),
        control=("type", "control"),
        dependent=("type", "dependent"),
        matchColumns=("match1", "match2"),
        weighted=True,
        mode="reference",
    )
    return len(result.estimates)


def line(bench: str, ours: Measured, theirs: float, rows: int) -> dict[str, object]:
    """One bench as the table of `make bench` wants it."""
    return {
        "bench": bench,
        "ours": round(ours.seconds, 2),
        "theirs": theirs,
        "ratio": round(ours.seconds / theirs, 2),
        "unit": "s",
        "n": rows,
        "peak_mb": ours.peak_mb,
    }


def run(rows: int = 100_000) -> Iterator[dict[str, object]]:
    """Windows of many events, and the example of the R package."""
    events = make_events(rows)
    yield line("wake_100k", medians(ROUNDS, ours=lambda: count_all(events))["ours"], AIM_100K, rows)
    data = r_example()
    found = medians(ROUNDS, ours=lambda: run_r_example(data))["ours"]
    yield line("wake_r_example", found, R_SECONDS, len(data))


if __name__ == "__main__":
    for figure in run(*(int(argument) for argument in sys.argv[1:])):
        print(json.dumps(figure), flush=True)
