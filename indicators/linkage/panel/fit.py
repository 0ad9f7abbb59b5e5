"""Fitting one panel model: the rows and regressors that carry it, pyfixest, tests of its terms.

Two-way fixed effects, least squares or Poisson (`reference/linkage/README.md` §2).
"""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from indicators.linkage.finding import NotEstimable
from indicators.linkage.panel.specification import (
    TERM_COLUMNS,
    Floats,
    PanelResult,
    PanelSpec,
    Wald,
)

_CONFIDENCE = 0.95
# Poisson: a fitted mean below this is a cell that the model drives to zero for ever.
_SEPARATED = 1e-8
_ROUNDING = 1e-10


def fit(frame: pd.DataFrame, spec: PanelSpec, columns: Mapping[str, Any]) -> PanelResult:
    """Fixed effects by least squares or Poisson with `columns` (term → values) as regressors.

    pyfixest sees columns of our own naming only, so no name in the data can be read as a formula.
    """
    table, names = _numbered(frame, spec, columns)
    _check_variation(table, len(columns), spec)
    _check_rows(table, spec)
    model = _run(table, spec, len(columns))
    return _result(model, table, spec, names)


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
