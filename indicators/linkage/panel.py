"""Panel models of an outcome by area and month, through pyfixest; `estimate` is the one entry.

    from indicators.linkage.panel import estimate
    estimate(data, spec)

`spec` is a mapping as in `reference/linkage/panel` (README, "Machine-readable cases"), or a
`PanelSpec`. What is estimated, with which errors, follows `reference/linkage/README.md` §2:
two-way fixed effects (least squares or Poisson), event studies, and the interaction-weighted
estimate of Sun and Abraham (2021). Where a mission's rows come from does not belong here.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

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
_CONFIDENCE = 0.95
# Poisson: a fitted mean below this is a cell that the model drives to zero for ever.
_SEPARATED = 1e-8
_ROUNDING = 1e-10


REASONS = (
    "no_rows",
    "no_variation_outcome",
    "no_variation_regressor",
    "too_few_clusters",
    "no_residual_variation",
    "collinear",
    "separated",
    "negative_counts",
    "not_converged",
    "no_period_before",
    "unknown_column",
    "unknown_model",
)


class NotEstimable(ValueError):
    """The data do not hold what the model asks; `reason` is one of REASONS."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        if reason not in REASONS:
            raise KeyError(reason)
        self.reason = reason


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
    None. `dropped`: terms that the data cannot tell apart. `influence`: of least squares with one
    cluster column how far each cluster moves each term (clusters in the order of their values ×
    terms, last the average); its squares add up to the variance, without small-sample corrections.
    """

    coefficients: pd.DataFrame
    covariance: Floats
    nobs: int
    n_clusters: int
    df_t: float
    pretrend: Wald | None = None
    average: Mapping[str, Any] | None = None
    dropped: tuple[str, ...] = ()
    influence: Floats | None = None

    def term(self, name: str) -> Mapping[str, Any]:
        """The row of one term. Raises NotEstimable where the data cannot tell it."""
        found = self.coefficients[self.coefficients["term"] == name]
        if found.empty:
            raise NotEstimable("collinear", name)
        return {str(name): value for name, value in found.iloc[0].items()}


def estimate(data: pd.DataFrame, spec: PanelSpec | Mapping[str, Any]) -> PanelResult:
    """Estimate one model on rows of area and month.

    Raises NotEstimable with a named reason where the data cannot carry the model, ValueError for a
    spec that says nothing the engine knows.
    """
    chosen = spec if isinstance(spec, PanelSpec) else PanelSpec.from_mapping(spec)
    frame = _with_derived(data, chosen)
    if chosen.estimator == "twfe":
        return fit(frame, chosen, {name: frame[name] for name in chosen.regressors})
    # The two designs with time since adoption build on `fit` and stand in a module of their own.
    from indicators.linkage import event_study

    if chosen.estimator == "event_study":
        return event_study.event_study(frame, chosen)
    if chosen.estimator == "sun_abraham":
        return event_study.sun_abraham(frame, chosen)
    raise NotEstimable("unknown_model", str(chosen.estimator))


def fit(frame: pd.DataFrame, spec: PanelSpec, columns: Mapping[str, Any]) -> PanelResult:
    """Fixed effects by least squares or Poisson with `columns` (term → values) as regressors.

    pyfixest sees columns of our own naming only, so no name in the data can be read as a formula.
    """
    table, names = _numbered(frame, spec, columns)
    _check_variation(table, len(columns), spec)
    _check_rows(table, spec)
    model = _run(table, spec, len(columns))
    return _result(model, table, spec, names)


def _with_derived(data: pd.DataFrame, spec: PanelSpec) -> pd.DataFrame:
    frame = data
    for name, expression in spec.derived.items():
        frame = frame.copy(deep=False)
        frame[name] = frame.eval(expression.replace("^", "**"), engine="python")
    named = [spec.outcome, *spec.regressors, *spec.clusters]
    named += [part for effect in spec.fixed_effects for part in effect.split("^")]
    unknown = [name for name in named if name not in frame.columns]
    if unknown:
        raise NotEstimable("unknown_column", ", ".join(unknown))
    return frame


def _numbered(
    frame: pd.DataFrame, spec: PanelSpec, columns: Mapping[str, Any]
) -> tuple[pd.DataFrame, dict[str, str]]:
    """The rows that are complete, under the names y, x…, f…, c…; and x… → term."""
    table = pd.DataFrame({"y": frame[spec.outcome].astype(float)}, index=frame.index)
    numbered = {f"x{at}": term for at, term in enumerate(columns)}
    regressors = {name: np.asarray(columns[term], float) for name, term in numbered.items()}
    table = pd.concat([table, pd.DataFrame(regressors, index=frame.index)], axis=1)
    for name, effect in zip(_effect_names(spec), spec.fixed_effects, strict=True):
        table[name] = _group_numbers(frame, effect.split("^"))
    for at, cluster in enumerate(spec.clusters):
        table[f"c{at}"] = _group_numbers(frame, cluster.split("^"))
    table = table[np.isfinite(table.to_numpy()).all(axis=1)]
    if table.empty:
        raise NotEstimable("no_rows")
    return table.reset_index(drop=True), numbered


def _effect_names(spec: PanelSpec) -> list[str]:
    """The columns f… of the fixed effects, named so that pyfixest takes these in their order.

    It keeps the names of a formula in a set, whose order changes from process to process; taking
    effects in another order changes the last digits of what it gives.
    """
    return list({f"f{at}" for at in range(len(spec.fixed_effects))})


def _group_numbers(frame: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """A number a combination, missing where one of the columns is."""
    numbers = frame.groupby(list(columns), sort=True, observed=True).ngroup().astype(float)
    return numbers.where(frame[list(columns)].notna().all(axis=1))


def _check_rows(table: pd.DataFrame, spec: PanelSpec) -> None:
    """Some rows must be left once singletons, and for Poisson groups without any case, are gone.

    Of no rows the compiled core of pyfixest makes no exception: it ends the whole process.
    """
    left = table
    effects = [f"f{at}" for at in range(len(spec.fixed_effects))]
    while len(left):
        kept = pd.Series(True, index=left.index)
        for effect in effects:
            groups = left.groupby(effect)["y"]
            if spec.drop_singletons:
                kept &= groups.transform("size") > 1
            if spec.family == "poisson":
                kept &= groups.transform("sum") > 0
        if kept.all():
            return
        left = left[kept]
    raise NotEstimable("no_rows")


def _check_variation(table: pd.DataFrame, regressors: int, spec: PanelSpec) -> None:
    if spec.family == "poisson" and (table["y"] < 0).any():
        raise NotEstimable("negative_counts")
    if table["y"].nunique() < 2:
        raise NotEstimable("no_variation_outcome")
    if regressors and all(table[f"x{at}"].nunique() < 2 for at in range(regressors)):
        raise NotEstimable("no_variation_regressor")
    for at, name in enumerate(spec.clusters if spec.vcov == "cluster" else ()):
        if table[f"c{at}"].nunique() < 2:
            raise NotEstimable("too_few_clusters", name)


def _run(table: pd.DataFrame, spec: PanelSpec, regressors: int) -> Any:
    import pyfixest

    right = " + ".join(f"x{at}" for at in range(regressors)) or "1"
    effects = " + ".join(f"f{at}" for at in range(len(spec.fixed_effects)))
    formula = f"y ~ {right} | {effects}" if effects else f"y ~ {right}"
    clusters = "+".join(f"c{at}" for at in range(len(spec.clusters)))
    corrections = spec.corrections
    arguments: dict[str, Any] = {
        "vcov": {"CRV1": clusters} if spec.vcov == "cluster" else spec.vcov,
        "ssc": pyfixest.ssc(
            k_adj=corrections.k_adj,
            k_fixef=corrections.k_fixef,
            G_adj=corrections.g_adj,
            G_df=corrections.g_df,
        ),
        "fixef_rm": "singleton" if spec.drop_singletons else "none",
        "fixef_tol": 1e-10,
        "fixef_maxiter": 100_000,
    }
    fitted = pyfixest.fepois if spec.family == "poisson" else pyfixest.feols
    if spec.family == "poisson":
        arguments |= {"iwls_tol": 1e-11, "iwls_maxiter": 100}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return fitted(formula, table, **arguments)
        except (ValueError, RuntimeError, np.linalg.LinAlgError, ZeroDivisionError) as error:
            raise NotEstimable(_why(error), str(error)) from error


def _why(error: Exception) -> str:
    """The named reason behind what pyfixest raised."""
    said = f"{type(error).__name__} {error}".lower()
    if "collinear" in said or "singular" in said or "matri" in said:
        return "collinear"
    if "separat" in said:
        return "separated"
    if "converge" in said:
        return "not_converged"
    return "no_rows" if "empty" in said or "zero-size" in said else "collinear"


def _result(
    model: Any, table: pd.DataFrame, spec: PanelSpec, names: Mapping[str, str]
) -> PanelResult:
    kept = [names[name] for name in model._coefnames if name in names]
    dropped = tuple(term for term in names.values() if term not in set(kept))
    covariance = np.atleast_2d(np.asarray(model._vcov, float))
    estimates = np.asarray(model._beta_hat, float)
    if not kept or not np.isfinite(estimates).all() or not np.isfinite(covariance).all():
        raise NotEstimable("collinear" if dropped else "separated")
    _check_fit(model, estimates, covariance, spec)
    df_t = float(model._df_t) if np.isfinite(model._df_t) else np.inf
    coefficients = terms_table(kept, estimates, covariance, df_t, spec)
    clusters = min(model._G) if spec.vcov == "cluster" else model._N
    return PanelResult(
        coefficients,
        covariance,
        int(model._N),
        int(clusters),
        df_t,
        dropped=dropped,
        influence=_influence(model, table, spec),
    )


def _influence(model: Any, table: pd.DataFrame, spec: PanelSpec) -> Floats | None:
    if spec.family != "gaussian" or spec.vcov != "cluster" or len(spec.clusters) != 1:
        return None
    inside = np.asarray(model._X, float)
    scores = inside * np.asarray(model._u_hat, float)[:, None]
    moved = np.zeros((int(table["c0"].max()) + 1, inside.shape[1]))
    np.add.at(moved, model._data["c0"].to_numpy(dtype=np.int64), scores)
    return np.asarray(moved @ np.linalg.inv(inside.T @ inside))


def _check_fit(model: Any, estimates: Floats, covariance: Floats, spec: PanelSpec) -> None:
    """A mean driven to zero is separation; errors of zero, a perfect fit or too few areas."""
    if spec.family == "poisson" and np.min(model._Y_hat_response) < _SEPARATED:
        raise NotEstimable("separated")
    if (np.diag(covariance) <= (_ROUNDING * np.abs(estimates)) ** 2).any():
        fits = np.abs(model._u_hat).max() <= _SEPARATED * np.ptp(np.asarray(model._Y_untransformed))
        raise NotEstimable("no_residual_variation" if fits else "too_few_clusters")


def terms_table(
    terms: Sequence[str], estimates: Floats, covariance: Floats, df_t: float, spec: PanelSpec
) -> pd.DataFrame:
    """Terms with error, statistic, two-sided p and 95% interval; normal for Poisson."""
    errors = np.sqrt(np.clip(np.diag(covariance), 0, None))
    with np.errstate(divide="ignore", invalid="ignore"):
        statistics = estimates / errors
    law = stats.norm() if spec.family == "poisson" else stats.t(df_t)
    reach = law.ppf(0.5 + _CONFIDENCE / 2) * errors
    values = (
        list(terms),
        estimates,
        errors,
        statistics,
        2 * law.sf(np.abs(statistics)),
        estimates - reach,
        estimates + reach,
    )
    return pd.DataFrame(dict(zip(TERM_COLUMNS, values, strict=True)))


def wald(result: PanelResult, terms: Sequence[str], df_denominator: float) -> Wald | None:
    """The joint test that all of `terms` are zero; None where none of them was estimated."""
    at = [i for i, term in enumerate(result.coefficients["term"]) if term in set(terms)]
    if not at:
        return None
    estimates = result.coefficients["estimate"].to_numpy()[at]
    covariance = result.covariance[np.ix_(at, at)]
    # With fewer clusters than terms the covariance is singular: test what it does span.
    rank = int(np.linalg.matrix_rank(covariance, hermitian=True))
    inverse = (
        np.linalg.inv(covariance) if rank == len(at) else np.linalg.pinv(covariance, hermitian=True)
    )
    chi2 = float(estimates @ inverse @ estimates)
    f = chi2 / rank
    named = tuple(result.coefficients["term"].iloc[at])
    p_f, p_chi2 = float(stats.f.sf(f, rank, df_denominator)), float(stats.chi2.sf(chi2, rank))
    return Wald(named, chi2, rank, f, p_f, p_chi2)
