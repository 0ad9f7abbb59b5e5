"""False discovery rates, and the limits of a count."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

Floats = NDArray[np.float64]
CONFIDENCE = 0.95


def benjamini_hochberg(p: Floats, family: NDArray[np.int64]) -> Floats:
    """q-values (Benjamini and Hochberg 1995) within families; nan p-values are no tests."""
    q = np.full(len(p), np.nan)
    tested = np.flatnonzero(np.isfinite(p))
    if not len(tested):
        return q
    order = tested[np.lexsort((p[tested], family[tested]))]
    group = family[order]
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    sizes = np.diff(np.r_[starts, len(order)])
    rank = np.arange(len(order)) - np.repeat(starts, sizes) + 1
    raw = p[order] * np.repeat(sizes, sizes) / rank
    # From the largest p-value down, a q-value is never above that of a larger p-value.
    for start, size in zip(starts, sizes, strict=True):
        part = slice(start, start + size)
        raw[part] = np.minimum.accumulate(raw[part][::-1])[::-1]
    q[order] = np.minimum(raw, 1.0)
    return q


def poisson_limits(events: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Exact confidence limits of a Poisson count's mean (Garwood 1936, Biometrika 28)."""
    tail = (1 - confidence) / 2
    low = float(chi2.ppf(tail, 2 * events)) / 2 if events else 0.0
    return low, float(chi2.ppf(1 - tail, 2 * events + 2)) / 2
