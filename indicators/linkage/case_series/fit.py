"""Poisson models of cells with one effect a stratum conditioned out, and their robust errors.

Estimates: conditional maximum likelihood (Farrington 1995; Xu et al. 2012, conditional Poisson for
time-stratified series). Errors: sandwich of the scores summed by cluster, times G / (G - 1), as
`sandwich::vcovCL(type = "HC0", cadjust = TRUE)` of R.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from indicators.linkage.panel import NotEstimable

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
_CONFIDENCE = 0.95
_MOST_STEPS = 50
_CONVERGED = 1e-12
# A term whose variation within strata is below this share of its variation is none.
_COLLINEAR = 1e-10


@dataclass(frozen=True)
class Term:
    """A log ratio of rates with model-based and cluster-robust errors.

    p-value and 95% interval are those of the wider of the two robust errors, each by t with its
    own degrees of freedom: strata less one, areas with contrast less one.
    """

    term: str
    estimate: float
    se_model: float
    se_stratum: float
    se_area: float
    df_stratum: int
    df_area: int
    p_value: float
    ci_low: float
    ci_high: float


@dataclass(frozen=True)
class CellRows:
    """Cells of one model, in the same order: exposure, outcome, and where each cell lies.

    `stratum`, `area` and `period` are codes from 0; `terms` is cells × terms. `period` marks the
    calendar months whose common effect is estimated; None leaves month effects out.
    """

    days: Floats
    incidents: Floats
    terms: Floats
    names: tuple[str, ...]
    stratum: Codes
    area: Codes
    period: Codes | None


def fit_poisson(rows: CellRows, areas_with_contrast: int) -> tuple[Term, ...]:
    """The terms of the model, in their order.

    Raises NotEstimable: no_rows, collinear (a term does not vary within strata), separated (a
    term's days hold no incident at all) or not_converged.
    """
    if not len(rows.days):
        raise NotEstimable("no_rows")
    columns = np.column_stack([rows.terms, _month_columns(rows)])
    _refuse_collinear(rows, columns)
    beta = _maximise(rows, columns)
    return _with_errors(rows, columns, beta, areas_with_contrast)


def _month_columns(rows: CellRows) -> Floats:
    """A dummy a month; the first month present in a quarter is its reference."""
    if rows.period is None:
        return np.empty((len(rows.days), 0))
    months = np.unique(rows.period)
    quarters = months // 3
    is_reference = np.r_[True, quarters[1:] != quarters[:-1]]
    return np.asarray(rows.period[:, None] == months[~is_reference][None, :], dtype=np.float64)


def _refuse_collinear(rows: CellRows, columns: Floats) -> None:
    """Days weigh: before the fit it is known whether the columns can be told apart."""
    within = _within_strata(rows, columns, rows.days)
    scale = np.sqrt(np.maximum((rows.days[:, None] * columns**2).sum(axis=0), 1.0))
    sizes = np.linalg.svd(
        np.sqrt(rows.days)[:, None] * within / scale, compute_uv=False, full_matrices=False
    )
    if sizes.size and sizes[-1] ** 2 < _COLLINEAR:
        raise NotEstimable("collinear")


def _within_strata(rows: CellRows, columns: Floats, weights: Floats) -> Floats:
    """Columns less their weighted mean in the stratum."""
    total = np.bincount(rows.stratum, weights)
    means = [np.bincount(rows.stratum, weights * column) / total for column in columns.T]
    return columns - np.column_stack(means)[rows.stratum]


def _expected(rows: CellRows, columns: Floats, beta: Floats) -> Floats:
    """Incidents expected in each cell, where every stratum keeps its own total."""
    linear = columns @ beta
    raw = rows.days * np.exp(linear - linear.max())
    share = np.bincount(rows.stratum, rows.incidents) / np.bincount(rows.stratum, raw)
    return np.asarray(raw * share[rows.stratum])


def _log_likelihood(rows: CellRows, expected: Floats) -> float:
    """Up to a constant; strata keep their totals, so the sum of what is expected does not move."""
    has = rows.incidents > 0
    return float(rows.incidents[has] @ np.log(expected[has]))


def _maximise(rows: CellRows, columns: Floats) -> Floats:
    """Newton's steps, halved while the likelihood falls."""
    beta = np.zeros(columns.shape[1])
    expected = _expected(rows, columns, beta)
    for _ in range(_MOST_STEPS):
        score = columns.T @ (rows.incidents - expected)
        step = np.linalg.solve(_information(rows, columns, expected), score)
        if score @ step < _CONVERGED:
            return beta
        beta, expected = _climb(rows, columns, beta, step, _log_likelihood(rows, expected))
        if np.abs(beta).max() > 25:  # a ratio of e^25: the term's days hold no incident
            raise NotEstimable("separated")
    raise NotEstimable("not_converged")


def _climb(
    rows: CellRows, columns: Floats, beta: Floats, step: Floats, before: float
) -> tuple[Floats, Floats]:
    for halving in range(_MOST_STEPS):
        tried = beta + step / 2**halving
        expected = _expected(rows, columns, tried)
        if _log_likelihood(rows, expected) >= before - 1e-9 * abs(before):
            return tried, expected
    raise NotEstimable("not_converged")


def _information(rows: CellRows, columns: Floats, expected: Floats) -> Floats:
    within = _within_strata(rows, columns, expected)
    return np.asarray(within.T @ (expected[:, None] * within))


def _with_errors(
    rows: CellRows, columns: Floats, beta: Floats, areas_with_contrast: int
) -> tuple[Term, ...]:
    expected = _expected(rows, columns, beta)
    bread = np.linalg.inv(_information(rows, columns, expected))
    scores = columns * (rows.incidents - expected)[:, None]
    by_stratum = _cluster_errors(scores, rows.stratum, bread)
    by_area = _cluster_errors(scores, rows.area, bread)
    strata = len(np.unique(rows.stratum))
    return tuple(
        _term(
            name,
            float(beta[at]),
            (math.sqrt(bread[at, at]), float(by_stratum[at]), float(by_area[at])),
            (strata - 1, areas_with_contrast - 1),
        )
        for at, name in enumerate(rows.names)
    )


def _cluster_errors(scores: Floats, cluster: Codes, bread: Floats) -> Floats:
    """Standard error of each column; nan with a single cluster."""
    sums = np.column_stack([np.bincount(cluster, column) for column in scores.T])
    size = len(np.unique(cluster))
    if size < 2:
        return np.full(len(bread), np.nan)
    spread = bread @ (sums.T @ sums) @ bread * size / (size - 1)
    return np.asarray(np.sqrt(np.diag(spread)))


def _term(
    name: str, estimate: float, errors: tuple[float, float, float], df: tuple[int, int]
) -> Term:
    judged = [_judge(estimate, error, own) for error, own in zip(errors[1:], df, strict=True)]
    p_value = max(p for p, _ in judged)
    reach = max(reach for _, reach in judged)
    return Term(name, estimate, *errors, *df, p_value, estimate - reach, estimate + reach)


def _judge(estimate: float, error: float, df: int) -> tuple[float, float]:
    """p-value and half of the 95% interval; 1 and infinity where nothing can be said."""
    if df < 1 or not error > 0:
        return 1.0, math.inf
    law = stats.t(df)
    reach = float(law.ppf((1 + _CONFIDENCE) / 2)) * error
    return float(2 * law.sf(abs(estimate) / error)), reach


def codes_of(values: Sequence[object] | NDArray[np.generic]) -> Codes:
    """Codes from 0 in the order of the sorted values."""
    return np.asarray(np.unique(np.asarray(values), return_inverse=True)[1], dtype=np.int64)
