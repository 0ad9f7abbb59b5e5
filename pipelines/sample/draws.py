"""Random draws from named streams.

Every stream has its own seed, so that one part's size never shifts the numbers of another.
"""

import zlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


class Stream(np.random.Generator):
    """The draws of one part of the sample, each in its turn."""

    def pick(self, shares: Mapping[Any, float], size: int) -> Array:
        """`size` codes drawn with these shares (scaled to 1), as an object array."""
        codes = np.array(list(shares), dtype=object)
        edges = np.cumsum(list(shares.values()))
        drawn = np.searchsorted(edges / edges[-1], self.random(size), side="right")
        return codes[np.minimum(drawn, len(codes) - 1)]

    def one(self, shares: Mapping[Any, float]) -> Any:
        """One code drawn with these shares."""
        return self.pick(shares, 1)[0]

    def one_of(self, among: Sequence[str]) -> str:
        """One of these, each as likely as any other."""
        return among[int(self.integers(0, len(among)))]

    def chance(self, share: Any, size: Any = None) -> Any:
        """True with this share: once, or for each of `size` rows."""
        return self.random(size) < share

    def days(self, least: int, below: int) -> timedelta:
        """A number of days."""
        return timedelta(days=int(self.integers(least, below)))

    def spread(self, weights: Array, total: int) -> Array:
        """`total` cases spread over cells in proportion to their weights: counts of that shape."""
        shares = weights.ravel() / weights.sum()
        return self.multinomial(total, shares).reshape(weights.shape)

    def some_of(self, counts: Array, most: int) -> Array:
        """At most this many of the cases counted, each as likely to stay as any other."""
        cells = np.repeat(np.arange(counts.size), counts.ravel())
        kept = self.permutation(cells)[: max(most, 0)]
        return np.bincount(kept, minlength=counts.size).reshape(counts.shape)

    def over_dispersion(self, shape: tuple[int, ...], variation: float) -> Array:
        """Gamma factors with mean 1 and this coefficient of variation."""
        size = 1 / variation**2
        return self.gamma(size, 1 / size, shape)

    def by_block(self, rows: int, days: int, block: int, variation: float) -> Array:
        """Gamma factors by row and day that stay the same for `block` days."""
        factors = self.over_dispersion((rows, days // block + 1), variation)
        return np.repeat(factors, block, axis=1)[:, :days]


def stream(seed: int, name: str, *index: int) -> Stream:
    """The draws of one part of the sample, as `stream(2026, "alerts")`."""
    return Stream(np.random.PCG64([seed, zlib.crc32(name.encode()), *index]))


def each_case(counts: Array) -> tuple[Array, Array]:
    """Row and column of each case counted, row by row."""
    row, at = np.nonzero(counts)
    times = counts[row, at]
    return np.repeat(row, times), np.repeat(at, times)


def recent(counts: Array, days: int) -> Array:
    """Sum over the `days` days before each day (the day itself not counted), along axis 1."""
    total = np.concatenate([np.zeros((len(counts), 1)), np.cumsum(counts, axis=1)], axis=1)
    day = np.arange(counts.shape[1])
    return total[:, day] - total[:, np.maximum(day - days, 0)]


def season(days: int, swing: float, peak: int) -> Array:
    """Factors by day of a yearly wave around 1 that is highest on this day of the year."""
    return 1 + swing * np.cos(2 * np.pi * (np.arange(days) - peak) / 365.25)
