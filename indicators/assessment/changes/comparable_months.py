"""What two periods are compared on where returns are missing: the area-months that came in both.

A total is made of the lowest areas that owe returns, its members. An area-month is compared where
all returns of the area came for the month, and for the same month of the year before. The test of
the sums over them is the one of whole periods (`change_tests.py`).

Silence may follow violence. Where it does in the later period alone, what came is calmer than what
happened, and a test of it calls falls that are none. A fall therefore has to hold also with every
silent area-month of the later period put in at the second highest of the area's own last twelve
received months, or at what came of it where that is more (docs/decisions/0019).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from indicators.assessment.changes.change_tests import Floats

Flags = NDArray[np.bool_]

# Fewer of the area-months that were due say too little of the period.
LEAST_SHARE = 0.5
_REMEMBERED, _NONE = 12, -1


@dataclass(frozen=True)
class Sums:
    """By series: what was compared of two periods, and of how many areas and area-months."""

    figures: Floats  # 4 x series: part and whole of the later period, then of the earlier
    areas: Floats
    areas_due: Floats
    months: Floats
    months_due: Floats

    @property
    def is_enough(self) -> Flags:
        """Whether at least half of the area-months that were due came in both periods."""
        return np.asarray((self.months > 0) & (self.months >= LEAST_SHARE * self.months_due))


@dataclass(frozen=True)
class AreaMonths:
    """Figures by series and month; a series is an indicator in an area. The last column is empty.

    part, whole: what was counted and its exposure (shares: denominator), 0 where not received.
    received: all returns of the area came; due: a return was due. is_over: by month. came,
    came_whole: what was counted although returns are missing. members: series x series, 1 where
    the second is one of the areas that the first is made of.
    """

    part: Floats
    whole: Floats
    received: Flags
    due: Flags
    is_over: Flags
    came: Floats
    came_whole: Floats
    members: csr_array

    def compared(self, now: Sequence[int], before: Sequence[int]) -> Sums:
        """Sums over the area-months that came in both; columns of `before` pair with `now`."""
        both = self._both(now, before)
        due = (self.due[:, now] | self.due[:, before] | both) & self.is_over[now]
        columns = self._figures(now, before, both)
        columns += [flags.any(axis=1).astype(float) for flags in (both, due)]
        columns += [flags.sum(axis=1).astype(float) for flags in (both, due)]
        found = np.asarray((self.members @ np.column_stack(columns)).T)
        return Sums(found[:4], *found[4:])

    def with_silent(self, now: Sequence[int], before: Sequence[int]) -> Floats:
        """The figures of `compared` with silent area-months of the later period at a high value."""
        silent = ~self.received[:, now] & self.due[:, now] & self.received[:, before]
        silent &= self.is_over[now]
        high = np.maximum(self.high[:, now], self.came[:, now])
        # What a silent month's exposure was is not known either: that of the year before.
        exposure, part = self.whole[:, before], self.part[:, before]
        added = [(table * silent).sum(axis=1) for table in (high, exposure, part, exposure)]
        columns = np.add(self._figures(now, before, self._both(now, before)), added)
        return np.asarray((self.members @ columns.T).T)

    def _both(self, now: Sequence[int], before: Sequence[int]) -> Flags:
        return np.asarray(self.received[:, now] & self.received[:, before])

    def _figures(self, now: Sequence[int], before: Sequence[int], used: Flags) -> list[Floats]:
        """By series, before they are summed over areas: part and whole of both periods."""
        pairs = ((table, at) for at in (now, before) for table in (self.part, self.whole))
        return [(table[:, at] * used).sum(axis=1) for table, at in pairs]

    def monthly(self, months: NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
        """By series and month: what was counted in the areas received, what these usually count
        (exposure x their own rate over these months), and their exposure; nan where none came."""
        part, whole = self.part[:, months], self.whole[:, months]
        total = whole.sum(axis=1)
        rate = np.divide(part.sum(axis=1), total, out=np.zeros_like(total), where=total > 0)
        is_told = self.members @ self.received[:, months].astype(float) > 0
        found = (self.members @ table for table in (part, whole * rate[:, None], whole))
        count, usual, exposure = (np.where(is_told, table, np.nan) for table in found)
        return count, usual, exposure

    def put_in(self, inside: NDArray[np.int64], is_share: bool, highest: bool) -> Floats:
        """By series part and whole to put in for its silent months of a period, beyond what came.

        Each as the area's second highest (or lowest) of its last months; of a share the month is
        chosen by the share. nan where an area has no received month to go by.
        """
        silent = (~self.received & self.due & self.is_over)[:, inside]
        chosen = self._second(self._ordered(is_share), highest)[:, inside]
        known, rows = chosen >= 0, np.arange(len(chosen))[:, None]
        # Months without a case leave a share nothing to put in; without any month none knows.
        reported = np.cumsum(self.received, axis=1)[:, inside] > 0
        part, whole = (table[rows, chosen] for table in (self.part, self.whole))
        came, came_whole = (table[:, inside] for table in (self.came, self.came_whole))
        more = np.maximum(whole - came_whole, 0.0)
        share = np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
        added = share * more if is_share else np.maximum(part - came, 0.0)
        columns = [
            np.where(silent, np.where(known, table, np.where(reported, 0.0, np.nan)), 0.0).sum(
                axis=1
            )
            for table in (added, more)
        ]
        return np.stack([_summed(self.members, column) for column in columns])

    def _ordered(self, is_share: bool) -> Floats:
        """What the received months are put in order by; nan where one says nothing."""
        if not is_share:
            return np.where(self.received, self.part, np.nan)
        usable = self.received & (self.whole > 0)
        return np.where(usable, self.part / np.where(usable, self.whole, 1.0), np.nan)

    @cached_property
    def high(self) -> Floats:
        """By series and month: the second highest of the last 12 months received before it."""
        chosen = self._second(self._ordered(is_share=False), highest=True)
        return np.where(chosen >= 0, self.part[np.arange(len(chosen))[:, None], chosen], 0.0)

    def _second(self, order: Floats, highest: bool) -> NDArray[np.int64]:
        """By series and month: which of the last 12 months before it is the second in this order.

        The first where there is one alone, -1 where there is none.
        """
        turned = order if highest else -order
        size, months = turned.shape
        last = np.full((size, _REMEMBERED), -np.inf)
        of_month = np.full((size, _REMEMBERED), _NONE)
        place = np.zeros(size, dtype=np.int64)
        found = np.empty((size, months), dtype=np.int64)
        series = np.arange(size)
        for month in range(months):
            ranked = np.argsort(last, axis=1)
            second = of_month[series, ranked[:, -2]]
            found[:, month] = np.where(second == _NONE, of_month[series, ranked[:, -1]], second)
            rows = np.flatnonzero(np.isfinite(turned[:, month]))
            last[rows, place[rows] % _REMEMBERED] = turned[rows, month]
            of_month[rows, place[rows] % _REMEMBERED] = month
            place[rows] += 1
        return found


def _summed(members: csr_array, column: Floats) -> Floats:
    """Over the areas that each series is made of; nan only where one of these is."""
    unknown = np.isnan(column)
    total = members @ np.where(unknown, 0.0, column)
    return np.where(members @ unknown.astype(float) > 0, np.nan, total)
