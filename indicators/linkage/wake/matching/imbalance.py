"""How far treatment and control differ over cells of the matching variables: L1, common support."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indicators.linkage.wake.wakes import Wakes

Floats = NDArray[np.float64]


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
