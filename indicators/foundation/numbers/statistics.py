"""False discovery rates, and the limits of counts."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

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


def count_limits(
    counts: Floats, dispersion: Floats | float = 1.0, confidence: float = CONFIDENCE
) -> tuple[Floats, Floats]:
    """Limits of the mean of counts whose variance is dispersion x mean (definitions 73).

    Quantiles of the gamma distribution of the effective count, count / dispersion, plus a half
    (Jeffreys; Brown, Cai and DasGupta 2003): between the two exact ones of Garwood, which for few
    cases cover more than they say. Of no case the lower limit is 0.
    """
    tail = (1 - confidence) / 2
    shape = np.asarray(counts, dtype=np.float64) / dispersion + 0.5
    low = np.where(np.asarray(counts) > 0, dispersion * gammaincinv(shape, tail), 0.0)
    return low, np.asarray(dispersion * gammaincinv(shape, 1 - tail))
