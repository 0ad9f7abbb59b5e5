"""Coarsened exact matching: strata, weights and imbalance (README 1.6; R package cem 1.1.31)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indicators.linkage.wake.events import Bools, Floats, Integers
from indicators.linkage.wake.wakes import Wakes

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


def imbalance(wakes: Wakes, variables: Sequence[str]) -> tuple[float | None, float | None]:
    """L1 distance (0–1) and common support (%); None where one of the two types is missing.

    Iacus, King & Porro (2011), Journal of the American Statistical Association 106:345–361.
    """
    is_treatment = wakes.is_treatment
    if is_treatment.all() or not is_treatment.any():
        return None, None
    cell = np.zeros(len(wakes), dtype=np.int64)
    for name in variables:
        bins = _cells(wakes.column(name))
        _, cell = np.unique(cell * (bins.max() + 1) + bins, return_inverse=True)
    size = int(cell.max()) + 1
    treated = np.bincount(cell[is_treatment], minlength=size) / is_treatment.sum()
    control = np.bincount(cell[~is_treatment], minlength=size) / (~is_treatment).sum()
    both = (treated > 0) & (control > 0)
    return 0.5 * float(np.abs(treated - control).sum()), 100 * float(both.mean())


def _cells(values: NDArray[np.generic]) -> NDArray[np.int64]:
    if values.dtype.kind not in "fiu":
        return np.asarray(np.unique(values, return_inverse=True)[1], dtype=np.int64)
    numbers = np.asarray(values, dtype=float)
    breaks = pretty(float(np.nanmin(numbers)), float(np.nanmax(numbers)), scott_classes(numbers))
    return np.maximum(np.searchsorted(breaks, numbers, side="left"), 1).astype(np.int64)


def scott_classes(values: Floats) -> int:
    """Number of classes by Scott's rule (R: nclass.scott)."""
    if values.size < 2:
        return 1
    width = 3.5 * math.sqrt(float(np.nanvar(values, ddof=1))) * values.size ** (-1 / 3)
    return max(1, math.ceil(float(np.nanmax(values) - np.nanmin(values)) / width)) if width else 1


def pretty(low: float, high: float, classes: int) -> Floats:
    """Break points at round numbers that cover low to high in about `classes` steps (R: pretty)."""
    spread = high - low
    if spread == 0:
        spread = max(abs(low), 1e-10) / 3
    cell = spread / max(classes, 1)
    base = 10.0 ** math.floor(math.log10(cell))
    unit = base
    # R's defaults: high.u.bias 1.5, u5.bias 0.5 + 1.5 * 1.5
    for factor, bias in ((2, 1.5), (5, 2.75), (10, 1.5)):
        if factor * base - cell < bias * (cell - unit):
            unit = factor * base
        else:
            break
    first, last = math.floor(low / unit + 1e-7), math.ceil(high / unit - 1e-7)
    return np.asarray(np.arange(first, last + 1) * unit, dtype=float)
