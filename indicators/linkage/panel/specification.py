"""What a panel model is asked for, and what it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from indicators.linkage.finding import NotEstimable

Floats = NDArray[np.float64]


Estimator = Literal["twfe", "event_study", "sun_abraham"]


TERM_COLUMNS = (
    "term",
    "estimate",
    "std_error",
    "statistic",
    "p_value",
    "conf_low",
    "conf_high",
)


@dataclass(frozen=True)
class EventTime:
    """Column of periods since adoption, the omitted period, and the mark of the never treated."""

    column: str
    reference: int = -1
    never_treated: int | None = -1000


@dataclass(frozen=True)
class Cohort:
    """Column of each area's first treated period, and the mark of the never treated.

    An empty cell means never treated too, and is all that does where the mark is None.
    """

    column: str
    never_treated: int | None = 0


@dataclass(frozen=True)
class Corrections:
    """Small-sample corrections as fixest counts them (README §2)."""

    k_adj: bool = True
    k_fixef: str = "nonnested"
    g_adj: bool = True
    g_df: str = "min"


@dataclass(frozen=True)
class PanelSpec:
    """One model. `fixed_effects`: `a^b` is one effect for each combination of a and b.

    `vcov`: `cluster` by one or two columns, `iid` or `HC1`. `derived`: column from an expression
    over others. Rows that stand alone in a fixed effect are dropped unless `drop_singletons` is
    false.
    """

    outcome: str
    regressors: tuple[str, ...] = ()
    fixed_effects: tuple[str, ...] = ("area", "month")
    estimator: Estimator = "twfe"
    family: Literal["gaussian", "poisson"] = "gaussian"
    vcov: Literal["cluster", "iid", "HC1"] = "cluster"
    clusters: tuple[str, ...] = ("area",)
    corrections: Corrections = Corrections()
    derived: Mapping[str, str] = field(default_factory=dict)
    event_time: EventTime | None = None
    cohort: Cohort | None = None
    time: str = "month"
    reference_period: int = -1
    drop_singletons: bool = True

    @classmethod
    def from_mapping(cls, given: Mapping[str, Any]) -> "PanelSpec":
        """A spec as a reference case gives it; keys about the comparison itself are left alone."""
        plain = ("outcome", "estimator", "family", "time", "reference_period", "drop_singletons")
        parts: dict[str, Any] = {name: given[name] for name in plain if name in given}
        for name in ("regressors", "fixed_effects"):
            if name in given:
                parts[name] = tuple(given[name])
        errors = given.get("vcov", {})
        return cls(
            **parts,
            vcov=errors.get("type", "cluster"),
            clusters=tuple(errors.get("clusters", ("area",))),
            corrections=Corrections(**given.get("ssc", {})),
            derived=dict(given.get("derived", {})),
            event_time=EventTime(**given["event_time"]) if given.get("event_time") else None,
            cohort=Cohort(**given["cohort"]) if given.get("cohort") else None,
        )


@dataclass(frozen=True)
class Wald:
    """A joint test that `terms` are all zero: F with (df, df_denominator) and chi-square."""

    terms: tuple[str, ...]
    chi2: float
    df: int
    f: float
    p_f: float
    p_chi2: float


@dataclass(frozen=True)
class PanelResult:
    """What a model gives.

    `coefficients`: a row a term with TERM_COLUMNS, 95% intervals. `covariance`: of these terms, in
    this order. `df_t`: degrees of freedom of t; Poisson has normal statistics whatever it says.
    `average`: the effect over all treated periods (Sun–Abraham) as one row of TERM_COLUMNS, else
    None. `dropped`: terms that the data cannot tell apart.
    """

    coefficients: pd.DataFrame
    covariance: Floats
    nobs: int
    n_clusters: int
    df_t: float
    pretrend: Wald | None = None
    average: Mapping[str, Any] | None = None
    dropped: tuple[str, ...] = ()

    def term(self, name: str) -> Mapping[str, Any]:
        """The row of one term. Raises NotEstimable where the data cannot tell it."""
        found = self.coefficients[self.coefficients["term"] == name]
        if found.empty:
            raise NotEstimable("collinear", name)
        return {str(name): value for name, value in found.iloc[0].items()}
