"""The rows of one edge, activity and outcome by area and period, as panel models read them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class ExposureUnit:
    """What one unit of the activity means: `doubled`, `ten_points`, `one_unit`."""

    name: str


@dataclass(frozen=True)
class EdgePanel:
    """One edge's rows at one level of areas.

    `rows`: area, sector, period (consecutive numbers), activity (in exposure units), count
    (the activity as published), outcome, n (respondents or cases), is_partial, is_redefined
    (figures by an older definition are left out). Periods without a value of one of the two keep
    the other. `lag`: in periods. `unreported`: by area, periods whose report of one of the two is
    missing.
    """

    rows: pd.DataFrame
    lag: int
    exposure_unit: ExposureUnit
    outcome_is_count: bool = False
    outcome_is_survey: bool = False
    outcome_source: str = ""
    months_per_period: int = 1
    independent: pd.DataFrame | None = None
    unreported: Mapping[str, int] = field(default_factory=dict)

    def with_lagged(self) -> pd.DataFrame:
        """The rows with `x`, the activity `lag` periods before the outcome; both known."""
        lagged = shifted(self.rows, "activity", self.lag)
        return self.rows.assign(x=lagged).dropna(subset=["x", "outcome"])


def shifted(rows: pd.DataFrame, column: str, periods: int) -> pd.Series:
    """The value that the same area had `periods` earlier (later where negative)."""
    area, period = pd.factorize(rows["area"])[0], rows["period"].to_numpy(np.int64)
    apart = int(period.max() - period.min()) + 2 * abs(periods) + 1 if len(rows) else 1
    key = area * apart + period
    order = np.argsort(key)
    at = np.searchsorted(key, key - periods, sorter=order).clip(max=max(len(key) - 1, 0))
    found = order[at] if len(rows) else at
    values = rows[column].to_numpy(float)[found]
    return pd.Series(np.where(key[found] == key - periods, values, np.nan), index=rows.index)
