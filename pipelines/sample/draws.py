"""Random draws from named streams, and Arrow columns made of them.

Every stream has its own seed, so that one part's size never shifts the numbers of another.
"""

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from indicators.definitions.contracts import contracts

Array = np.ndarray[Any, Any]
Generator = np.random.Generator


def stream(seed: int, name: str, *index: int) -> Generator:
    """The generator of one part of the sample, as `stream(2026, "alerts")`."""
    return np.random.default_rng([seed, zlib.crc32(name.encode()), *index])


def pick(generator: Generator, shares: Mapping[Any, float], size: int) -> Array:
    """`size` codes drawn with these shares (scaled to 1), as an object array."""
    codes = np.array(list(shares), dtype=object)
    edges = np.cumsum(list(shares.values()))
    drawn = np.searchsorted(edges / edges[-1], generator.random(size), side="right")
    return codes[np.minimum(drawn, len(codes) - 1)]


def spread(generator: Generator, weights: Array, total: int) -> Array:
    """`total` cases spread over cells in proportion to their weights: counts of that shape."""
    shares = weights.ravel() / weights.sum()
    return generator.multinomial(total, shares).reshape(weights.shape)


def some_of(generator: Generator, counts: Array, most: int) -> Array:
    """At most this many of the cases counted, each as likely to stay as any other."""
    cells = np.repeat(np.arange(counts.size), counts.ravel())
    kept = generator.permutation(cells)[: max(most, 0)]
    return np.bincount(kept, minlength=counts.size).reshape(counts.shape)


def over_dispersion(generator: Generator, shape: tuple[int, ...], variation: float) -> Array:
    """Gamma factors with mean 1 and this coefficient of variation."""
    size = 1 / variation**2
    return generator.gamma(size, 1 / size, shape)


def by_block(generator: Generator, rows: int, days: int, block: int, variation: float) -> Array:
    """Gamma factors by row and day that stay the same for `block` days."""
    factors = over_dispersion(generator, (rows, days // block + 1), variation)
    return np.repeat(factors, block, axis=1)[:, :days]


def recent(counts: Array, days: int) -> Array:
    """Sum over the `days` days before each day (the day itself not counted), along axis 1."""
    total = np.concatenate([np.zeros((len(counts), 1)), np.cumsum(counts, axis=1)], axis=1)
    day = np.arange(counts.shape[1])
    return total[:, day] - total[:, np.maximum(day - days, 0)]


def season(days: int, swing: float, peak: int) -> Array:
    """Factors by day of a yearly wave around 1 that is highest on this day of the year."""
    return 1 + swing * np.cos(2 * np.pi * (np.arange(days) - peak) / 365.25)


def column(values: Array | Sequence[Any], present: Array | None = None) -> pa.Array:
    """An Arrow column; where `present` is false the cell is empty."""
    mask = None if present is None else ~np.asarray(present, dtype=bool)
    values = np.asarray(values)
    if values.dtype.kind == "M":
        unit = "D" if values.dtype == "datetime64[D]" else "s"
        array = pa.array(values.astype(f"datetime64[{unit}]"), mask=mask)
        return array.cast(pa.date32()) if unit == "D" else array
    if values.dtype.kind in "OU":
        return pa.array(values.astype(object), type=pa.string(), mask=mask, from_pandas=True)
    return pa.array(values, mask=mask, from_pandas=True)


def numbered(prefix: str, numbers: Array, digits: int = 5) -> Array:
    """Codes as `A-000123` from whole numbers."""
    if not numbers.size:  # zfill looks for the widest of them
        return np.empty(0, dtype=object)
    return np.char.add(prefix, np.char.zfill(numbers.astype(str), digits)).astype(object)


def only(values: Array, where: Array) -> Array:
    """The values where `where` is true, else None, as an object array."""
    found = np.full(values.size, None, dtype=object)
    found[where] = values[where]
    return found


def table_of(table: str, rows: Sequence[Sequence[Any]]) -> pa.Table:
    """Rows with every column of a contract in its order; columns of nulls where no row is."""
    names = contracts()[table].columns
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    return pa.table(dict(zip(names, map(list, columns), strict=True)))
