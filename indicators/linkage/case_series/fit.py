"""Poisson models of cells with one effect a stratum conditioned out, and their robust errors.

Estimates: conditional maximum likelihood (Farrington 1995; Xu et al. 2012, conditional Poisson for
time-stratified series). Errors: sandwich of the scores summed by cluster, times G / (G - 1), as
`sandwich::vcovCL(type = "HC0", cadjust = TRUE)` of R.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse, stats
from scipy.sparse import csgraph

from indicators.linkage.case_series.cells import Cells, Floats
from indicators.linkage.case_series.days import Ints
from indicators.linkage.finding import NotEstimable

_CONFIDENCE = 0.95
_MOST_STEPS = 50
_CONVERGED = 1e-12
# A column whose variation within strata is below this share of its variation has none.
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
class _Design:
    """Cells with where the months of their strata begin: sums by month of a stratum come first.

    begins: first cell of each month of a stratum; stratum: of each such month; columns: months of
    strata × months that have an effect, which is sparse.
    """

    cells: Cells
    begins: Ints
    stratum: Ints
    months: sparse.csr_array

    @property
    def size(self) -> int:
        return self.cells.terms.shape[1] + self.months.shape[1]

    def sums(self, values: Floats) -> Floats:
        """By month of a stratum."""
        return np.asarray(np.add.reduceat(values, self.begins, axis=0))

    def by_stratum(self, of_months: Floats) -> Floats:
        begins = np.flatnonzero(np.r_[True, self.stratum[1:] != self.stratum[:-1]])
        return np.asarray(np.add.reduceat(of_months, begins, axis=0))

    def of_cells(self, of_months: Floats) -> Floats:
        """Each month's value for each of its cells."""
        sizes = np.diff(np.r_[self.begins, len(self.cells.days)])
        return np.repeat(of_months, sizes)


def fit_poisson(cells: Cells, names: Sequence[str], areas_with_contrast: int) -> tuple[Term, ...]:
    """The terms of the model, in their order.

    Raises NotEstimable: no_rows, collinear (a term does not vary within strata), separated (a
    term's days hold no incident at all) or not_converged.
    """
    if not len(cells.days):
        raise NotEstimable("no_rows")
    design = _design(cells)
    _refuse_collinear(design)
    beta = _maximise(design)
    return _with_errors(design, beta, names, areas_with_contrast)


def _design(cells: Cells) -> _Design:
    month = np.zeros_like(cells.stratum) if cells.month is None else cells.month
    is_new = (np.diff(cells.stratum) != 0) | (np.diff(month) != 0)
    begins = np.flatnonzero(np.r_[True, is_new])
    return _Design(cells, begins, cells.stratum[begins], _month_columns(cells, begins))


def _month_columns(cells: Cells, begins: Ints) -> sparse.csr_array:
    """A column a month; of the months of a quarter that strata compare, the first is reference."""
    if cells.month is None:
        return sparse.csr_array((len(begins), 0))
    months, code = np.unique(cells.month[begins], return_inverse=True)
    ones = sparse.csr_array(
        (np.ones(len(begins)), (np.arange(len(begins)), code)), (len(begins), len(months))
    )
    in_strata = _sum_rows(ones, cells.stratum[begins])
    _, compared = csgraph.connected_components(in_strata.T @ in_strata, directed=False)
    first = np.unique(compared, return_index=True)[1]
    return ones[:, np.setdiff1d(np.arange(len(months)), first)]


def _information(design: _Design, weights: Floats) -> Floats:
    """Sum of weight × column × column, less what the strata's own effects take of it."""
    terms = design.cells.terms
    of_months = design.sums(np.column_stack([weights, weights[:, None] * terms]))
    of_strata = design.by_stratum(of_months)
    total, term_sums = of_strata[:, 0], of_strata[:, 1:]
    months = design.months
    # Months of a stratum × effects, summed to strata: what each effect weighs in a stratum.
    in_stratum = _sum_rows(months.multiply(of_months[:, [0]]).tocsr(), design.stratum)
    scaled = in_stratum.multiply(1 / np.sqrt(total)[:, None]).tocsr()
    of_terms = terms.T @ (weights[:, None] * terms) - (term_sums / total[:, None]).T @ term_sums
    mixed = (months.T @ of_months[:, 1:]) - in_stratum.T @ (term_sums / total[:, None])
    of_effects = np.diag(np.asarray(months.T @ of_months[:, 0])) - (scaled.T @ scaled).toarray()
    return np.block([[of_terms, mixed.T], [mixed, of_effects]])


def _sum_rows(rows: sparse.csr_array, group: Ints) -> sparse.csr_array:
    size = len(group)
    picks = sparse.csr_array((np.ones(size), (group, np.arange(size))), (group.max() + 1, size))
    return (picks @ rows).tocsr()


def _refuse_collinear(design: _Design) -> None:
    """Days weigh: before the fit it is known whether the columns can be told apart."""
    information = _information(design, design.cells.days)
    whole = np.r_[
        design.cells.days @ design.cells.terms**2,
        design.months.T @ design.sums(design.cells.days),
    ]
    scale = np.sqrt(np.maximum(whole, 1.0))
    if np.linalg.eigvalsh(information / np.outer(scale, scale))[0] < _COLLINEAR:
        raise NotEstimable("collinear")


def _expected(design: _Design, beta: Floats) -> Floats:
    """Incidents expected in each cell, where every stratum keeps its own total."""
    cells = design.cells
    terms = cells.terms.shape[1]
    linear = cells.terms @ beta[:terms] + design.of_cells(design.months @ beta[terms:])
    raw = cells.days * np.exp(linear - linear.max())
    given = design.by_stratum(design.sums(np.column_stack([cells.incidents, raw])))
    return np.asarray(raw * (given[:, 0] / given[:, 1])[cells.stratum])


def _log_likelihood(cells: Cells, expected: Floats) -> float:
    """Up to a constant; strata keep their totals, so the sum of what is expected does not move."""
    has = cells.incidents > 0
    return float(cells.incidents[has] @ np.log(expected[has]))


def _score(design: _Design, rest: Floats) -> Floats:
    return np.r_[design.cells.terms.T @ rest, design.months.T @ design.sums(rest)]


def _maximise(design: _Design) -> Floats:
    """Newton's steps, halved while the likelihood falls."""
    beta: Floats = np.zeros(design.size)
    expected = _expected(design, beta)
    for _ in range(_MOST_STEPS):
        score = _score(design, design.cells.incidents - expected)
        step = np.linalg.solve(_information(design, expected), score)
        if score @ step < _CONVERGED:
            return beta
        beta, expected = _climb(design, beta, step, _log_likelihood(design.cells, expected))
        if np.abs(beta).max() > 25:  # a ratio of e^25: the term's days hold no incident
            raise NotEstimable("separated")
    raise NotEstimable("not_converged")


def _climb(design: _Design, beta: Floats, step: Floats, before: float) -> tuple[Floats, Floats]:
    for halving in range(_MOST_STEPS):
        tried = beta + step / 2**halving
        expected = _expected(design, tried)
        if _log_likelihood(design.cells, expected) >= before - 1e-9 * abs(before):
            return tried, expected
    raise NotEstimable("not_converged")


def _with_errors(
    design: _Design, beta: Floats, names: Sequence[str], areas_with_contrast: int
) -> tuple[Term, ...]:
    expected = _expected(design, beta)
    bread = np.linalg.inv(_information(design, expected))
    by_stratum = _stratum_scores(design, design.cells.incidents - expected)
    area = design.cells.area[design.begins][np.unique(design.stratum, return_index=True)[1]]
    by_area = np.asarray(_sum_rows(sparse.csr_array(by_stratum), area).toarray())
    errors = [_cluster_errors(scores, bread) for scores in (by_stratum, by_area)]
    df = (len(by_stratum) - 1, areas_with_contrast - 1)
    return tuple(
        _term(
            name,
            float(beta[at]),
            (math.sqrt(bread[at, at]), float(errors[0][at]), float(errors[1][at])),
            df,
        )
        for at, name in enumerate(names)
    )


def _stratum_scores(design: _Design, rest: Floats) -> Floats:
    """Strata × columns."""
    of_terms = design.by_stratum(design.sums(rest[:, None] * design.cells.terms))
    months = design.months.multiply(design.sums(rest)[:, None]).tocsr()
    return np.column_stack([of_terms, _sum_rows(months, design.stratum).toarray()])


def _cluster_errors(scores: Floats, bread: Floats) -> Floats:
    """Standard error of each column; nan with a single cluster."""
    size = len(scores)
    if size < 2:
        return np.full(len(bread), np.nan)
    spread = bread @ (scores.T @ scores) @ bread * size / (size - 1)
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


def relative_days(cells: Cells) -> Floats:
    """Days of each cell times its rate by the fitted model, but for what the first term says.

    What a ratio of one area alone is held against: months, history and the other terms stay those
    of all areas. Raises NotEstimable as `fit_poisson`.
    """
    design = _design(cells)
    beta = _maximise(design)
    terms = cells.terms.shape[1]
    linear = cells.terms[:, 1:] @ beta[1:terms] + design.of_cells(design.months @ beta[terms:])
    return np.asarray(cells.days * np.exp(linear - linear.max()))
