"""Do activity and outcome move together? Rank correlations by lag; descriptive only.

Lag k sets the activity of period t − k beside the outcome of period t; both signs of k are shown,
since an activity that follows its outcome looks the same from one side. `rank` is Spearman's over
all areas and periods; `partial` takes the means of areas and of periods (so also the season) out of
the ranks first. Intervals are by the jackknife over areas on Fisher's scale: rows of one area are
not independent of each other.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from indicators.linkage.finding import EffectEstimate
from indicators.linkage.grading import MIN_AREAS, MIN_PERIODS
from indicators.linkage.panel.edge_panel import EdgePanel, shifted
from indicators.linkage.panel.fixed_effects import FixedEffects
from indicators.linkage.panel.specification import Floats

METHOD = "association"
LAGS = range(-6, 7)
MIN_ROWS = 12
_SETTLED = 1e-10


def associations(panel: EdgePanel) -> Iterator[EffectEstimate]:
    """`rank` and `partial` at every lag; only `partial` at the edge's own lag is a test.

    The own lag is among them however long it is.
    """
    for lag in sorted({*LAGS, panel.lag}):
        rows = panel.rows.assign(x=shifted(panel.rows, "activity", lag))
        rows = rows.dropna(subset=["x", "outcome"])
        months = lag * panel.months_per_period
        yield correlation(rows, "rank", months, is_test=False)
        yield correlation(rows, "partial", months, is_test=lag == panel.lag)


def correlation(rows: pd.DataFrame, specification: str, lag: int, is_test: bool) -> EffectEstimate:
    """One correlation of `x` and `outcome` over rows of area and period, with its interval."""
    n_areas, n_periods = rows["area"].nunique(), rows["period"].nunique()
    counted: dict[str, Any] = {
        "lag": lag,
        "n_areas": n_areas,
        "n_periods": n_periods,
        "is_test": is_test,
    }
    reason = _reason(rows, n_areas)
    if reason:
        return EffectEstimate(METHOD, specification, reason=reason, **counted)
    area = pd.factorize(rows["area"], sort=True)[0]
    x, y = (np.asarray(rows[name].rank(), dtype=np.float64) for name in ("x", "outcome"))
    if specification == "partial":
        period = pd.factorize(rows["period"], sort=True)[0]
        x, y = (two_way_residuals(ranks, area, period) for ranks in (x, y))
    else:
        x, y = x - x.mean(), y - y.mean()
    return _jackknifed(x, y, area, specification, counted)


def two_way_residuals(values: Floats, area: NDArray[np.int64], period: NDArray[np.int64]) -> Floats:
    """What is left without the means of areas and periods."""
    left = FixedEffects([area, period]).without(values[:, None], np.ones_like(values))
    return np.asarray(left[:, 0])


def _reason(rows: pd.DataFrame, n_areas: int) -> str | None:
    if rows.empty:
        return "no_overlap_in_time"
    if rows["x"].nunique() < 2 or rows["outcome"].nunique() < 2:
        return "no_variation"
    if n_areas < MIN_AREAS:
        return "too_few_areas"
    few = rows["period"].nunique() < MIN_PERIODS or len(rows) < MIN_ROWS
    return "few_periods" if few else None


def _jackknifed(
    x: Floats, y: Floats, area: NDArray[np.int64], specification: str, counted: dict[str, Any]
) -> EffectEstimate:
    """Areas leave one by one: their part of the sums does, which for means of areas is exact."""
    sums = np.array([np.bincount(area, part) for part in (x * y, x * x, y * y)])
    total = sums.sum(axis=1, keepdims=True)
    scale = np.array([[x @ x], [y @ y]])
    if (scale <= _SETTLED * len(x) ** 2).any():
        reason = "no_variation"
        return EffectEstimate(METHOD, specification, reason=reason, **counted)
    estimate = float(_correlation(total)[0])
    z, left_out = np.arctanh(_inside(_correlation(total))), _correlation(total - sums)
    without = np.arctanh(_inside(left_out[np.isfinite(left_out)]))
    groups = len(without)
    se_z = float(np.sqrt((groups - 1) / groups * ((without - without.mean()) ** 2).sum()))
    if groups < MIN_AREAS or se_z <= _SETTLED:
        reason = "too_few_areas" if groups < MIN_AREAS else "no_residual_variation"
        return EffectEstimate(METHOD, specification, reason=reason, **counted)
    if specification == "partial":
        se_z *= groups / (groups - 1)  # an area is in the means of periods that its leaving keeps
    reach = float(stdtrit(groups - 1, 0.975)) * se_z
    p_value = float(2 * stdtr(groups - 1, -abs(z[0]) / se_z))
    return EffectEstimate(
        METHOD,
        specification,
        estimate=estimate,
        se=se_z * (1 - estimate**2),
        ci_low=float(np.tanh(z[0] - reach)),
        ci_high=float(np.tanh(z[0] + reach)),
        p_value=p_value if counted["is_test"] else None,
        df=groups - 1,
        **counted,
    )


def _correlation(sums: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(sums[0] / np.sqrt(sums[1] * sums[2]))


def _inside(correlations: Floats) -> Floats:
    return np.clip(correlations, -1 + 1e-12, 1 - 1e-12)
