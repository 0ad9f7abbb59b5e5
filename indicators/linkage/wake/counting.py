"""Rows before and after each treatment or control event, by radius and time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from indicators.linkage.wake.events import Bools, Events, Floats, Integers

KM_PER_DEGREE = 111.111


@dataclass(frozen=True)
class Tally:
    """How many rows of each mark lie around each event: events × side × lag × ring.

    Sides are before and after; a ring is the smallest radius that holds the row, a lag whole units
    of time away.
    """

    counts: Mapping[str, Integers]

    def before(self, mark: str, time: int) -> Floats:
        """Rows of a mark in [0, time + 1) units before: radii × events."""
        return _by_radius(self.counts[mark][:, 0, : time + 1])

    def after(self, mark: str, time: int) -> Floats:
        """Rows of a mark in [1, time + 1) units after: radii × events."""
        return _by_radius(self.counts[mark][:, 1, : time + 1])

    def trend(self, mark: str, time: int) -> Floats:
        """Rows in the later half before an event less those in the earlier half (README 1.4)."""
        weights = trend_weights(time)[:, np.newaxis]
        return _by_radius(self.counts[mark][:, 0, : time + 1] * weights)


def _by_radius(cells: Integers | Floats) -> Floats:
    return np.cumsum(cells.sum(axis=1), axis=1).T.astype(float)


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


def tally_around(
    events: Events, radii: Sequence[float], time: int, unit: int, marks: Mapping[str, Bools]
) -> Tally:
    """Counts rows with a mark around each intervention, up to the last radius and `time` units.

    `unit`: microseconds; `marks`: by name, which rows of `events` to count. A row never counts for
    itself. Of rows less than a unit away those sorted before count as lag 0, those after not at
    all.
    """
    at, moments, rings = events.interventions, events.microseconds, np.asarray(radii, dtype=float)
    first = np.searchsorted(moments, moments[at] - (time + 1) * unit, side="right")
    last = np.searchsorted(moments, moments[at] + (time + 1) * unit, side="left")
    shape = (at.size, 2, time + 1, rings.size)
    counts = {name: np.zeros(shape, dtype=np.int64) for name in marks}
    for number, event in enumerate(at):
        rows = np.arange(first[number], last[number])
        lag = np.abs(moments[rows] - moments[event]) // unit
        is_after = rows > event
        distance = _kilometres(events, event, rows)
        near = (rows != event) & (distance <= rings[-1]) & ((lag >= 1) | ~is_after)
        ring = np.searchsorted(rings, distance[near])
        cell = is_after[near].astype(int), lag[near], ring
        for name, marked in marks.items():
            np.add.at(counts[name][number], cell, marked[rows[near]])
    return Tally(counts)


def _kilometres(events: Events, event: int, rows: Integers) -> Floats:
    """Along the great circle by atan2, a degree being 111.111 km (README 1.2); no place: NaN."""
    a, b = np.radians(events.latitude[event]), np.radians(events.latitude[rows])
    across = np.radians(events.longitude[event]) - np.radians(events.longitude[rows])
    beside = np.cos(b) * np.sin(across)
    above = np.cos(a) * np.sin(b) - np.sin(a) * np.cos(b) * np.cos(across)
    along = np.sin(a) * np.sin(b) + np.cos(a) * np.cos(b) * np.cos(across)
    return np.degrees(np.arctan2(np.hypot(beside, above), along)) * KM_PER_DEGREE
