"""Coarsened exact matching: strata, weights and imbalance (README 1.6; R package cem 1.1.31)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indicators.linkage.wake.wakes import Wakes

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]
UNMATCHED = -1


@dataclass(frozen=True)
class Matching:
    """`stratum` numbers matched strata from 0, -1 where unmatched; weights are 0 there."""

    stratum: Integers
    weight: Floats

    @property
    def matched(self) -> Bools:
        """Which wakes lie in a stratum with both types."""
        return self.stratum != UNMATCHED

    @property
    def strata(self) -> int:
        """How many strata hold both types."""
        return int(self.stratum.max(initial=UNMATCHED)) + 1


def match_variables(match_columns: Sequence[str], match_overlap: bool) -> tuple[str, ...]:
    """What wakes are matched on: the columns asked for, the trend, and overlaps with TCM."""
    overlap = ("SO_pre", "MO_pre") if match_overlap else ()
    return tuple(dict.fromkeys((*match_columns, "dependent_trend", *overlap)))


def match_wakes(wakes: Wakes, variables: Sequence[str]) -> Matching:
    """Strata of equal bins that hold at least one treatment and one control event."""
    stratum = np.zeros(len(wakes), dtype=np.int64)
    for name in variables:
        bins = coarsened(wakes.column(name))
        _, stratum = np.unique(stratum * (bins.max(initial=0) + 1) + bins, return_inverse=True)
    return _weighted(stratum, wakes.is_treatment)


def coarsened(values: NDArray[Any]) -> Integers:
    """The bin of each value, from 0: numbers by Sturges' number of break points, text exactly.

    Bins are closed on the right, the lowest value lies in the first. Missing numbers are a bin of
    their own.
    """
    if values.dtype.kind not in "fiu":
        return np.asarray(np.unique(values, return_inverse=True)[1], dtype=np.int64)
    known = np.isfinite(values)
    bins = np.zeros(values.size, dtype=np.int64)
    if known.any():
        breaks = _breaks(values[known], values.size)
        bins[known] = 1 + np.maximum(np.searchsorted(breaks, values[known], side="left") - 1, 0)
    return bins


def _breaks(known: Floats, size: int) -> Floats:
    """Break points from the least to the greatest value, evenly apart (R: nclass.Sturges)."""
    points = math.ceil(math.log2(size) + 1)
    low, high = known.min(), known.max()
    return np.linspace(low, high, points) if low < high else np.array([low])


def _weighted(stratum: Integers, is_treatment: Bools) -> Matching:
    size = int(stratum.max(initial=-1)) + 1
    treated = np.bincount(stratum[is_treatment], minlength=size)
    control = np.bincount(stratum[~is_treatment], minlength=size)
    both = (treated > 0) & (control > 0)
    number = np.where(both, np.cumsum(both) - 1, UNMATCHED)
    ratio = np.zeros(size)
    if both.any():
        share = control[both].sum() / treated[both].sum()
        ratio[both] = treated[both] / control[both] * share
    matched = both[stratum]
    weight = np.where(matched, np.where(is_treatment, 1.0, ratio[stratum]), 0.0)
    return Matching(np.asarray(number[stratum], dtype=np.int64), weight)
