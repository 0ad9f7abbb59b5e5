"""Fitting one panel model: the rows and regressors that carry it, its errors, tests of its terms.

Two-way fixed effects, least squares or Poisson (`linkage_methods.md` §2).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import chdtrc, fdtrc, ndtr, ndtri, stdtr, stdtrit

from indicators.linkage.finding import NotEstimable
from indicators.linkage.panel.fixed_effects import FixedEffects, Regression, least_squares, poisson
from indicators.linkage.panel.specification import (
    TERM_COLUMNS,
    Floats,
    PanelResult,
    PanelSpec,
    Wald,
)

_CONFIDENCE = 0.95
_PERFECT = 1e-8  # residuals, of the outcome's range
_ROUNDING = 1e-10


def fit(frame: pd.DataFrame, spec: PanelSpec, columns: Mapping[str, Any]) -> PanelResult:
    """Fixed effects by least squares or Poisson with `columns` (term → values) as regressors."""
    table = _numbered(frame, spec, columns)
    _check_variation(table, len(columns), spec)
    table = _with_weight(table, spec)
    effects = FixedEffects([_codes(table[name]) for name in _effects(spec)])
    solve = poisson if spec.family == "poisson" else least_squares
    x = table[[f"x{at}" for at in range(len(columns))]].to_numpy()
    return _result(solve(table["y"].to_numpy(), x, effects), table, spec, list(columns))


def _numbered(frame: pd.DataFrame, spec: PanelSpec, columns: Mapping[str, Any]) -> pd.DataFrame:
    """The rows that are complete, as y, x… (in the order of terms), f…, c…."""
    parts = {"y": np.asarray(frame[spec.outcome], float)}
    parts |= {f"x{at}": np.asarray(values, float) for at, values in enumerate(columns.values())}
    for name, effect in zip(_effects(spec), spec.fixed_effects, strict=True):
        parts[name] = _group_numbers(frame, effect.split("^"))
    for at, cluster in enumerate(spec.clusters):
        parts[f"c{at}"] = _group_numbers(frame, cluster.split("^"))
    table = pd.DataFrame(parts)
    table = table[np.isfinite(table.to_numpy()).all(axis=1)]
    if table.empty:
        raise NotEstimable("no_rows")
    return table.reset_index(drop=True)


def _effects(spec: PanelSpec) -> list[str]:
    return [f"f{at}" for at in range(len(spec.fixed_effects))]


def _group_numbers(frame: pd.DataFrame, columns: Sequence[str]) -> Floats:
    """A number a combination, missing where one of the columns is."""
    if len(columns) == 1:
        codes = pd.factorize(frame[columns[0]], sort=True)[0]
        return np.where(codes < 0, np.nan, codes)
    numbers = frame.groupby(list(columns), sort=True, observed=True).ngroup().astype(float)
    kept = numbers.where(frame[list(columns)].notna().all(axis=1))
    return np.asarray(kept, float)


def _codes(column: pd.Series) -> NDArray[np.int64]:
    return np.asarray(np.unique(column.to_numpy(), return_inverse=True)[1])


def _with_weight(table: pd.DataFrame, spec: PanelSpec) -> pd.DataFrame:
    """Without rows alone in an effect and, for Poisson, without groups that have no case."""
    while len(table):
        kept = pd.Series(True, index=table.index)
        for effect in _effects(spec):
            groups = table.groupby(effect)["y"]
            if spec.drop_singletons:
                kept &= groups.transform("size") > 1
            if spec.family == "poisson":
                kept &= groups.transform("sum") > 0
        if kept.all():
            return table
        table = table[kept]
    raise NotEstimable("no_rows")


def _check_variation(table: pd.DataFrame, regressors: int, spec: PanelSpec) -> None:
    if spec.family == "poisson" and (table["y"] < 0).any():
        raise NotEstimable("negative_counts")
    if table["y"].nunique() < 2:
        raise NotEstimable("no_variation_outcome")
    if all(table[f"x{at}"].nunique() < 2 for at in range(regressors)):
        raise NotEstimable("no_variation_regressor")
    for at, name in enumerate(spec.clusters if spec.vcov == "cluster" else ()):
        if table[f"c{at}"].nunique() < 2:
            raise NotEstimable("too_few_clusters", name)


def _result(
    found: Regression, table: pd.DataFrame, spec: PanelSpec, terms: Sequence[str]
) -> PanelResult:
    clusters = _clusters(table, spec)
    covariance, df_t = _covariance(found, table, clusters, spec)
    _check_fit(found, covariance, table, spec)
    kept = [terms[at] for at in found.kept]
    return PanelResult(
        terms_table(kept, found.estimates, covariance, df_t, spec),
        covariance,
        len(table),
        min((int(own.max()) + 1 for own in clusters), default=len(table)),
        df_t,
        dropped=tuple(term for term in terms if term not in set(kept)),
    )


def _clusters(table: pd.DataFrame, spec: PanelSpec) -> list[NDArray[np.int64]]:
    """The cluster columns and, of two, their combinations; none for other errors."""
    if spec.vcov != "cluster":
        return []
    found = [_codes(table[f"c{at}"]) for at in range(len(spec.clusters))]
    if len(found) == 2:
        both = table.groupby(["c0", "c1"]).ngroup()
        return [*found, _codes(both)]
    return found


def _covariance(
    found: Regression, table: pd.DataFrame, clusters: Sequence[NDArray[np.int64]], spec: PanelSpec
) -> tuple[Floats, float]:
    """(covariance, degrees of freedom of t), with the small-sample factors of fixest."""
    n, counted = len(table), _counted(found, table, clusters, spec)
    if n <= counted:
        raise NotEstimable("no_residual_variation")
    scores = found.x * found.residual[:, None]
    factor = (n - (spec.vcov != "HC1")) / (n - counted) if spec.corrections.k_adj else 1.0
    if spec.vcov == "iid":
        spread = (found.residual**2).sum() / (n - 1) if spec.family == "gaussian" else 1.0
        return factor * spread * found.bread, n - counted
    if spec.vcov == "HC1":
        return factor * found.bread @ (scores.T @ scores) @ found.bread, n - counted
    sizes = [int(own.max()) + 1 for own in clusters]
    if min(sizes) < 2:
        raise NotEstimable("too_few_clusters")
    covariance = np.zeros_like(found.bread)
    for own, size, sign in zip(clusters, sizes, (1, 1, -1), strict=False):
        g = min(sizes) if spec.corrections.g_df == "min" else size
        moved = _summed(scores, own, size) @ found.bread
        covariance += sign * (g / (g - 1) if spec.corrections.g_adj else 1) * (moved.T @ moved)
    return factor * covariance, min(sizes) - 1


def _summed(scores: Floats, groups: NDArray[np.int64], size: int) -> Floats:
    total = np.zeros((size, scores.shape[1]))
    np.add.at(total, groups, scores)
    return total


def _counted(
    found: Regression, table: pd.DataFrame, clusters: Sequence[NDArray[np.int64]], spec: PanelSpec
) -> int:
    """K: the slopes and, by `k_fixef`, the effects; those nested in a cluster are one."""
    slopes, effects = len(found.kept), _effects(spec)
    if spec.corrections.k_fixef == "none":
        return slopes
    levels = [int(table[effect].nunique()) for effect in effects]
    if spec.corrections.k_fixef == "nonnested":
        nested = [any(_is_nested(table[effect], own) for own in clusters) for effect in effects]
        levels = [1 if inside else n for n, inside in zip(levels, nested, strict=True)]
    return slopes + sum(levels) - (len(levels) - 1)


def _is_nested(effect: pd.Series, cluster: NDArray[np.int64]) -> bool:
    of_effect = pd.Series(cluster).groupby(effect.to_numpy())
    return bool((of_effect.nunique() == 1).all())


def _check_fit(found: Regression, covariance: Floats, table: pd.DataFrame, spec: PanelSpec) -> None:
    """A perfect fit, whose errors are rounding; errors of zero: too few areas."""
    if np.abs(found.residual).max() <= _PERFECT * np.ptp(table["y"].to_numpy()):
        raise NotEstimable("no_residual_variation")
    if (np.diag(covariance) <= (_ROUNDING * np.abs(found.estimates)) ** 2).any():
        raise NotEstimable("too_few_clusters")


def terms_table(
    terms: Sequence[str], estimates: Floats, covariance: Floats, df_t: float, spec: PanelSpec
) -> pd.DataFrame:
    """Terms with error, statistic, two-sided p and 95% interval; normal for Poisson."""
    errors = np.sqrt(np.clip(np.diag(covariance), 0, None))
    with np.errstate(divide="ignore", invalid="ignore"):
        statistics = estimates / errors
    chance, beyond = 0.5 + _CONFIDENCE / 2, -np.abs(statistics)
    is_normal = spec.family == "poisson"
    reach = (ndtri(chance) if is_normal else stdtrit(df_t, chance)) * errors
    values = (
        list(terms),
        estimates,
        errors,
        statistics,
        2 * (ndtr(beyond) if is_normal else stdtr(df_t, beyond)),
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
    p_f, p_chi2 = float(fdtrc(rank, df_denominator, max(f, 0.0))), float(chdtrc(rank, chi2))
    return Wald(named, chi2, rank, f, p_f, p_chi2)
