"""Rows before and after each treatment or control event, by radius and time, counted in DuckDB.

Rules: README of the reference set, 1.2 to 1.4. The neighbour cells are stored before the join: left
to itself the planner takes many times longer.
"""

import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from indicators.linkage.wake.counts.grid import KM_PER_DEGREE, make_grid
from indicators.linkage.wake.events import Events

MEMORY_LIMIT = "1GB"
_ROUNDING = 1e-12
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class PairTally:
    """How many rows of each mark lie at each lag and ring of each event; one entry a combination.

    `event`: position among the events counted for; `ring`: position of the smallest radius that
    holds the row; `lag`: whole units of time away.
    """

    events: int
    radii: tuple[float, ...]
    event: Integers
    is_after: Bools
    lag: Integers
    ring: Integers
    counts: Mapping[str, Integers]

    def before(self, mark: str, time: int) -> Floats:
        """Rows of a mark in [0, time + 1) units before: radii × events."""
        return self._summed((~self.is_after) & (self.lag <= time), self.counts[mark])

    def after(self, mark: str, time: int) -> Floats:
        """Rows of a mark in [1, time + 1) units after: radii × events."""
        return self._summed(self.is_after & (self.lag <= time), self.counts[mark])

    def trend(self, mark: str, time: int) -> Floats:
        """Rows in the later half before an event less those in the earlier half (README 1.4)."""
        weights = trend_weights(time)
        chosen = (~self.is_after) & (self.lag <= time)
        scaled = self.counts[mark] * weights[np.minimum(self.lag, time)]
        return self._summed(chosen, scaled)

    def _summed(self, chosen: Bools, values: NDArray[np.generic]) -> Floats:
        cell = self.ring[chosen] * self.events + self.event[chosen]
        size = len(self.radii) * self.events
        found = np.bincount(cell, weights=values[chosen], minlength=size)
        return np.cumsum(found.reshape(len(self.radii), self.events), axis=0)


def trend_weights(time: int) -> Floats:
    """The weight of a row k units before an event in its trend, k = 0 … time."""
    k = np.arange(time + 1)
    if time % 2 == 0:
        return np.where(k < time // 2, 1.0, -1.0)
    half = (time + 1) // 2
    ratio = half // (half - 1)
    first = np.where(k < half, 1.0, -ratio)
    second = np.where(k < half - 1, ratio, -1.0)
    return 0.5 * (first + second)


def tally_pairs(
    events: Events,
    at: Integers,
    radii: Sequence[float],
    time: int,
    unit: int,
    marks: Mapping[str, Bools],
) -> PairTally:
    """Counts rows with a mark around the rows `at`, up to the last radius and `time` units away.

    `unit`: microseconds; `marks`: by name, which rows of `events` to count. A row never counts for
    itself. Of rows less than a unit away those sorted before count as lag 0, those after not at
    all.
    """
    rings = tuple(float(radius) for radius in radii)
    has_place = np.isfinite(events.latitude) & np.isfinite(events.longitude)
    is_marked = np.logical_or.reduce(list(marks.values()))
    rows = np.flatnonzero(is_marked & has_place)
    centres = np.flatnonzero(has_place[at])
    grid = make_grid(rings[-1], (time + 1) * unit, events.microseconds)
    centre, cell = grid.neighbours(*_place_and_time(events, at[centres]))
    located = _located(events, rows, marks)
    located["cell"] = grid.cell(*_place_and_time(events, rows))
    around = pd.DataFrame({"event": centre, "cell": cell})
    reach = _Reach(rings, time, unit)
    found = _run(_located(events, at[centres], {}), around, located, reach, len(marks))
    event, is_after, lag, ring = reach.decoded(found["combined"].astype(np.int64))
    counts = {name: found[f"mark_{number}"].astype(np.int64) for number, name in enumerate(marks)}
    return PairTally(at.size, rings, centres[event], is_after, lag, ring, counts)


def _place_and_time(events: Events, rows: Integers) -> tuple[Floats, Floats, Integers]:
    return events.latitude[rows], events.longitude[rows], events.microseconds[rows]


def _located(events: Events, rows: Integers, marks: Mapping[str, Bools]) -> pd.DataFrame:
    latitude, longitude = np.radians(events.latitude[rows]), np.radians(events.longitude[rows])
    return pd.DataFrame({
        "event": np.arange(rows.size),
        "position": rows,
        "moment": events.microseconds[rows],
        "sin_latitude": np.sin(latitude),
        "cos_latitude": np.cos(latitude),
        "longitude": longitude,
        "x": np.cos(latitude) * np.cos(longitude),
        "y": np.cos(latitude) * np.sin(longitude),
        **{
            f"mark_{number}": mask[rows].astype(np.int32)
            for number, mask in enumerate(marks.values())
        },
    })  # fmt: skip


@dataclass(frozen=True)
class _Reach:
    """How far to look, and what to do with rows less than a unit later."""

    rings: tuple[float, ...]
    time: int
    unit: int

    def parameters(self) -> dict[str, float]:
        """What `pairs_sql` asks for."""
        radii = {f"radius_{at}": radius for at, radius in enumerate(self.rings)}
        angle = min(math.radians(self.rings[-1] / KM_PER_DEGREE), math.pi)
        least_cosine = math.cos(angle) - _ROUNDING
        return {
            "unit": self.unit,
            "time": self.time,
            "least_cosine": least_cosine,
            **radii,
        }

    def decoded(self, at: Integers) -> tuple[Integers, Bools, Integers, Integers]:
        """Event, is_after, lag and ring of the numbers of `pairs_sql`."""
        rest, ring = np.divmod(at, len(self.rings))
        rest, lag = np.divmod(rest, self.time + 1)
        event, is_after = np.divmod(rest, 2)
        return event, is_after.astype(bool), lag, ring


def _run(
    centres: pd.DataFrame, around: pd.DataFrame, located: pd.DataFrame, reach: _Reach, marks: int
) -> Mapping[str, Any]:
    """The rows of `pairs_sql` as arrays; what does not fit in memory goes to a folder on disk."""
    with (
        tempfile.TemporaryDirectory(prefix="wake-") as folder,
        duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "temp_directory": folder}) as database,
    ):
        for name, frame in (("centres", centres), ("around", around), ("rows", located)):
            database.register(f"given_{name}", frame)
            database.execute(f"CREATE TABLE {name} AS FROM given_{name}")
        database.execute(
            "CREATE TABLE neighbour AS SELECT around.cell, centres.* "
            "FROM around JOIN centres USING (event)"
        )
        sql = pairs_sql(len(reach.rings), marks)
        return database.execute(sql, reach.parameters()).fetchnumpy()


def pairs_sql(rings: int, marks: int) -> str:
    """One row an event, side, lag and ring, with how many rows of each mark lie there.

    The four are one number, for that is quicker to group by: `combined` =
    ((event × 2 + is_after) × (time + 1) + lag) × rings + ring. Distance along the great circle by
    atan2, in degrees of 111.111 km (README 1.2); what is too far by the angle between the two unit
    vectors is left out before.
    """
    ring = " ".join(f"WHEN km <= $radius_{at} THEN {at}" for at in range(rings))
    names = ", ".join(f"mark_{number}" for number in range(marks))
    sums = ", ".join(f"sum(mark_{number})::BIGINT AS mark_{number}" for number in range(marks))
    return f"""
WITH candidate AS (
  SELECT neighbour.event, rows.position > neighbour.position AS is_after,
    abs(rows.moment - neighbour.moment) // $unit AS lag,
    neighbour.sin_latitude AS sin_a, neighbour.cos_latitude AS cos_a,
    rows.sin_latitude AS sin_b, rows.cos_latitude AS cos_b,
    neighbour.longitude - rows.longitude AS l, {names}
  FROM neighbour JOIN rows USING (cell)
  WHERE rows.position <> neighbour.position
    AND neighbour.x * rows.x + neighbour.y * rows.y
      + neighbour.sin_latitude * rows.sin_latitude >= $least_cosine
),
in_time AS (
  SELECT * FROM candidate WHERE lag <= $time AND (lag >= 1 OR NOT is_after)
),
measured AS (
  SELECT event, is_after, lag, {names},
    degrees(atan2(
      sqrt(pow(cos_b * sin(l), 2) + pow(cos_a * sin_b - sin_a * cos_b * cos(l), 2)),
      sin_a * sin_b + cos_a * cos_b * cos(l)
    )) * {KM_PER_DEGREE} AS km
  FROM in_time
),
ringed AS (
  SELECT event, is_after, lag, CASE {ring} END AS ring, {names} FROM measured
)
SELECT ((event * 2 + is_after::BIGINT) * ($time + 1) + lag) * {rings} + ring AS combined, {sums}
FROM ringed WHERE ring IS NOT NULL
GROUP BY combined
"""
