"""Poisson models of cells with one effect a stratum conditioned out, and their robust errors.

Estimates: conditional maximum likelihood (Farrington 1995; Xu et al. 2012, conditional Poisson for
time-stratified series). Errors: sandwich of the scores summed by cluster, times G / (G - 1), as
`sandwich::vcovCL(type = "HC0", cadjust = TRUE)` of R. What an area's own season differs by from the
common effects of months is drawn towards nil, so that an area with few incidents has a finite one;
errors are wider by the degrees of freedom that these seasons take.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse, special

from indicators.linkage.finding import NotEstimable
from indicators.linkage.methods.case_series.cells import Cells, Floats
from indicators.linkage.methods.case_series.days import THIRDS, Ints

_CONFIDENCE = 0.95
_MOST_STEPS = 50
_CONVERGED = 1e-12
# A column whose variation within strata is below this share of its variation has none.
_COLLINEAR = 1e-10
_WAVES = (1, 2)  # a year of an area's own season
_SEASON_SPREAD = 2.0  # of an area's own sine and cosine: prior standard deviation of a log rate


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
class Contrast:
    """A sum of a model's terms: `weights` in their order; `areas`: that can tell it."""

    weights: Floats
    areas: int


@dataclass(frozen=True)
class _Design:
    """Cells with what does not change while the model is fitted.

    of_months, of_strata: incidents; terms_of_incidents: rows × terms, summed over incidents.
    begins: the first row of each stratum. levels: rows × effects of calendar months
    and of areas' own seasons; by_level: the same turned over. precision: of each column's prior.
    """

    cells: Cells
    of_months: Floats
    terms_of_incidents: Floats
    of_strata: Floats
    begins: Ints
    levels: sparse.csr_array
    by_level: sparse.csr_array
    precision: Floats

    def by_stratum(self, values: Floats) -> Floats:
        return np.asarray(np.add.reduceat(values, self.begins))

    def weighted_levels(self, values: Floats) -> sparse.csr_array:
        """The effects of rows, each times a value."""
        levels = self.levels
        scaled = levels.data * np.repeat(values, np.diff(levels.indptr))
        return sparse.csr_array((scaled, levels.indices, levels.indptr), levels.shape)

    def spread(self, values: Floats) -> sparse.csr_array:
        """Strata × effects: of a stratum's rows the sums of values times effects."""
        size = (len(self.begins), len(values))
        ends = np.r_[self.begins, len(values)]
        of_strata = sparse.csr_array((values, np.arange(len(values)), ends), size)
        return sparse.csr_array(of_strata @ self.levels)


@dataclass(frozen=True)
class _Weighted:
    """Weights that a model gives to days: `rates` by pattern times `levels` by row.

    sums: rows × (1 and each term), the weights' sums.
    """

    rates: Floats
    levels: Floats
    sums: Floats


def fit_poisson(cells: Cells, names: Sequence[str], areas_with_contrast: int) -> tuple[Term, ...]:
    """The terms of the model, in their order.

    Raises as `fit_contrasts`.
    """
    each = zip(names, np.eye(len(names)), strict=True)
    return fit_contrasts(cells, {name: Contrast(row, areas_with_contrast) for name, row in each})


def fit_contrasts(cells: Cells, contrasts: Mapping[str, Contrast]) -> tuple[Term, ...]:
    """Sums of the model's terms, in their order; errors carry the terms' covariance.

    Raises NotEstimable: no_rows, collinear (a term does not vary within strata), separated (a
    term's days hold no incident at all) or not_converged.
    """
    if not len(cells.stratum):
        raise NotEstimable("no_rows")
    design = _design(cells)
    _refuse_collinear(design)
    beta, expected = _maximise(design)
    return _with_errors(design, beta, expected, contrasts)


def null_information(cells: Cells) -> Floats:
    """Of the terms, as if they went with nothing: incidents of each stratum fall on all its days.

    Terms × terms, less what the strata take of it; known before anybody looks at the split.
    """
    by_stratum = np.bincount(cells.stratum, cells.incidents.sum(axis=1))
    days = np.bincount(cells.stratum, cells.days.sum(axis=1))
    weight = (by_stratum / days)[cells.stratum]
    terms, sums = cells.terms, cells.days @ cells.terms * weight[:, None]
    of_strata = np.column_stack([np.bincount(cells.stratum, column) for column in sums.T])
    whole = terms.T @ ((cells.days.T @ weight)[:, None] * terms)
    return np.asarray(whole - of_strata.T @ (of_strata / by_stratum[:, None]))


def _design(cells: Cells) -> _Design:
    begins = np.flatnonzero(np.r_[True, np.diff(cells.stratum) != 0])
    of_months = cells.incidents.sum(axis=1)
    of_strata = np.add.reduceat(of_months, begins)
    months, seasons = _month_effects(cells), _own_seasons(cells)
    levels = sparse.csr_array(sparse.hstack([months, seasons]))
    free = cells.terms.shape[1] + months.shape[1]
    precision = np.repeat([0.0, 1 / _SEASON_SPREAD**2], [free, seasons.shape[1]])
    times = cells.incidents @ cells.terms
    by_level = sparse.csr_array(levels.T)
    return _Design(cells, of_months, times, of_strata, begins, levels, by_level, precision)


def _month_effects(cells: Cells) -> sparse.csr_array:
    """Of the months of a quarter that strata compare, the first is their reference."""
    from scipy.sparse import csgraph  # as long to load as all else here, and links mostly stand

    months, code = np.unique(cells.month, return_inverse=True)
    ones = np.ones(len(code))
    if cells.by_month:
        return sparse.csr_array((len(code), 0))
    in_strata = sparse.csr_array((ones, (cells.stratum, code)))
    _, compared = csgraph.connected_components(in_strata.T @ in_strata, directed=False)
    references = np.unique(compared, return_index=True)[1]
    effects = sparse.csr_array((ones, (np.arange(len(code)), code)))
    return sparse.csr_array(effects[:, np.delete(np.arange(len(months)), references)])


def _own_seasons(cells: Cells) -> sparse.csr_array:
    """Of each area with enough months its sine and cosine of the year, and of half of it.

    A wave of the year alone leaves much of a season with sharp edges to what is compared.
    """
    angle = 2 * np.pi * (cells.month % 12 + (cells.third + 0.5) / THIRDS) / 12
    area = np.unique(cells.area, return_inverse=True)[1]
    has = np.flatnonzero(cells.has_season)
    at = (has, np.unique(area[has], return_inverse=True)[1])
    size = (len(area), int(at[1].max(initial=-1)) + 1)
    waves = [wave(times * angle[has]) for times in _WAVES for wave in (np.sin, np.cos)]
    return sparse.csr_array(sparse.hstack([sparse.csr_array((wave, at), size) for wave in waves]))


def _weighted(design: _Design, rates: Floats, levels: Floats) -> _Weighted:
    terms = design.cells.terms
    sums = design.cells.days @ np.column_stack([rates, rates[:, None] * terms])
    return _Weighted(rates, levels, sums * levels[:, None])


def _expected(design: _Design, beta: Floats) -> tuple[_Weighted, float]:
    """Incidents expected, where every stratum keeps its own total, and the log-likelihood.

    The likelihood is up to a constant: that of how each stratum's incidents fall on its days, times
    the prior of areas' own seasons.
    """
    cells = design.cells
    linear = cells.terms @ beta[: cells.terms.shape[1]]
    of_effect = design.levels @ beta[cells.terms.shape[1] :]
    highest = linear.max()
    raw = _weighted(design, np.exp(linear - highest), np.exp(of_effect))
    totals = design.by_stratum(raw.sums[:, 0])
    given = (design.of_strata / totals)[cells.stratum]
    likelihood = (
        (cells.incidents.sum(axis=0) * (linear - highest)).sum()
        + (design.of_months * of_effect).sum()
        - (design.of_strata * np.log(totals)).sum()
        - (design.precision * beta**2).sum() / 2
    )
    whole = _Weighted(raw.rates, raw.levels * given, raw.sums * given[:, None])
    return whole, float(likelihood)


def _information(design: _Design, weighted: _Weighted) -> Floats:
    """Sum of weight × column × column, less what the strata's effects take of it, and the prior."""
    cells, sums = design.cells, weighted.sums
    of_strata = design.by_stratum(sums)
    total, term_sums = of_strata[:, 0], of_strata[:, 1:]
    means = term_sums / total[:, None]
    of_patterns = (cells.days.T @ weighted.levels) * weighted.rates
    of_terms = cells.terms.T @ (of_patterns[:, None] * cells.terms) - means.T @ term_sums
    mixed = design.by_level @ (sums[:, 1:] - sums[:, :1] * means[cells.stratum])
    scaled = design.spread(sums[:, 0] / np.sqrt(total)[cells.stratum])
    whole = design.by_level @ design.weighted_levels(sums[:, 0])
    of_effects = (whole - scaled.T @ scaled).toarray()
    return np.block([[of_terms, mixed.T], [mixed, of_effects]]) + np.diag(design.precision)


def _refuse_collinear(design: _Design) -> None:
    """Days weigh: before the fit it is known whether the columns can be told apart."""
    cells = design.cells
    days = _weighted(design, np.ones(len(cells.terms)), np.ones(len(cells.month)))
    of_levels = design.by_level.power(2) @ days.sums[:, 0]
    whole = np.r_[cells.days.sum(axis=0) @ cells.terms**2, of_levels]
    scale = np.sqrt(np.maximum(whole, 1.0))
    information = _information(design, days) / np.outer(scale, scale)
    if np.linalg.eigvalsh(information)[0] < _COLLINEAR:
        raise NotEstimable("collinear")


def _maximise(design: _Design) -> tuple[Floats, _Weighted]:
    """Newton's steps, halved while the likelihood falls; with what is then expected."""
    beta: Floats = np.zeros(len(design.precision))
    expected, likelihood = _expected(design, beta)
    for _ in range(_MOST_STEPS):
        of_terms, of_months = _rest(design, expected)
        score = np.r_[of_terms.sum(axis=0), design.by_level @ of_months] - design.precision * beta
        step = np.linalg.solve(_information(design, expected), score)
        if score @ step < _CONVERGED:
            return beta, expected
        beta, expected, likelihood = _climb(design, beta, step, likelihood)
        if np.abs(beta).max() > 25:  # a ratio of e^25: the term's days hold no incident
            raise NotEstimable("separated")
    raise NotEstimable("not_converged")


def _climb(
    design: _Design, beta: Floats, step: Floats, before: float
) -> tuple[Floats, _Weighted, float]:
    for halving in range(_MOST_STEPS):
        tried = beta + step / 2**halving
        expected, likelihood = _expected(design, tried)
        if likelihood >= before - 1e-9 * abs(before):
            return tried, expected, likelihood
    raise NotEstimable("not_converged")


def _with_errors(
    design: _Design, beta: Floats, expected: _Weighted, contrasts: Mapping[str, Contrast]
) -> tuple[Term, ...]:
    terms = design.cells.terms.shape[1]
    weights = np.column_stack([contrast.weights for contrast in contrasts.values()])
    bread = np.linalg.inv(_information(design, expected))
    by_stratum = _pulls(design, expected, bread[:, :terms] @ weights)
    area = design.cells.area[design.begins]
    by_area = np.add.reduceat(by_stratum, np.flatnonzero(np.r_[True, np.diff(area) != 0]))
    wider = _for_own_seasons(design)
    errors = [wider * _cluster_errors(pulls) for pulls in (by_stratum, by_area)]
    values = beta[:terms] @ weights
    variances = np.diag(weights.T @ bread[:terms, :terms] @ weights)
    return tuple(
        _term(
            name,
            float(values[at]),
            (math.sqrt(variances[at]), float(errors[0][at]), float(errors[1][at])),
            (len(by_stratum) - 1, contrast.areas - 1),
        )
        for at, (name, contrast) in enumerate(contrasts.items())
    )


def _rest(design: _Design, expected: _Weighted) -> tuple[Floats, Floats]:
    """Incidents less what is expected, by row: times each term, and alone."""
    of_terms = design.terms_of_incidents - expected.sums[:, 1:]
    return of_terms, design.of_months - expected.sums[:, 0]


def _pulls(design: _Design, expected: _Weighted, bread: Floats) -> Floats:
    """Strata × estimates: what each stratum's score does to them (score × bread)."""
    of_terms, of_months = _rest(design, expected)
    terms = of_terms.shape[1]
    return np.asarray(
        design.by_stratum(of_terms) @ bread[:terms] + design.spread(of_months) @ bread[terms:]
    )


def _for_own_seasons(design: _Design) -> float:
    """√(n / (n - k)): n area-months beyond one a stratum, k columns of areas' own seasons."""
    seasons = int((design.precision > 0).sum())
    if not seasons:
        return 1.0
    months = np.unique(np.column_stack([design.cells.area, design.cells.month]), axis=0)
    free = len(months) - len(design.begins)
    return math.sqrt(free / max(free - seasons, 1))


def _cluster_errors(pulls: Floats) -> Floats:
    """Standard error of each term; nan with a single cluster."""
    size = len(pulls)
    if size < 2:
        return np.full(pulls.shape[1], np.nan)
    return np.asarray(np.sqrt((pulls**2).sum(axis=0) * size / (size - 1)))


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
    reach = float(special.stdtrit(df, (1 + _CONFIDENCE) / 2)) * error
    return float(2 * special.stdtr(df, -abs(estimate) / error)), reach


def relative_days(cells: Cells) -> sparse.csr_array:
    """Days of each cell times its rate by the fitted model, but for what the first term says.

    What a ratio of one area alone is held against: months, history and the other terms stay those
    of all areas. Raises NotEstimable as `fit_poisson`.
    """
    design = _design(cells)
    beta, _ = _maximise(design)
    terms = cells.terms.shape[1]
    linear = cells.terms[:, 1:] @ beta[1:terms]
    levels = np.exp(design.levels @ beta[terms:])
    scaled = cells.days.multiply(np.exp(linear - linear.max())).multiply(levels[:, None])
    return sparse.csr_array(scaled)
