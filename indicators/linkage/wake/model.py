"""The model of one window: least squares over matched wakes, and why it cannot be estimated."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from indicators.linkage.wake.events import Floats
from indicators.linkage.wake.matching import Matching
from indicators.linkage.wake.request import Formula, refuse
from indicators.linkage.wake.wakes import Wakes

_COLLINEAR = 1e-7  # as R's lm


@dataclass(frozen=True)
class Fit:
    """Coefficients in the order of the columns, with their standard errors."""

    coefficients: Floats
    classical: Floats
    df: int
    adjusted_r2: float

    def p_value(self, se: Floats, at: int) -> float:
        """Two-sided p of one coefficient, nan where its error is not positive."""
        if self.df < 1 or not se[at] > 0:
            return float("nan")
        return float(2 * stdtr(self.df, -abs(self.coefficients[at] / se[at])))


def rank_of(columns: Floats) -> int:
    """How many columns are not, to seven digits, a combination of those before them."""
    if columns.shape[0] == 0:
        return 0
    _, upper = np.linalg.qr(columns)
    norms = np.linalg.norm(columns, axis=0)
    diagonal = np.zeros(columns.shape[1])
    known = np.abs(np.diag(upper))
    diagonal[: known.size] = known
    return int((diagonal > _COLLINEAR * np.maximum(norms, 1e-300)).sum())


def fit(columns: Floats, outcome: Floats, weights: Floats) -> Fit:
    """Least squares of `outcome` (n) on `columns` (n × p, the first all ones), of full rank."""
    root = np.sqrt(weights)
    scaled = columns * root[:, None]
    basis, upper = np.linalg.qr(scaled)
    coefficients = np.linalg.solve(upper, basis.T @ (outcome * root))
    residuals = (outcome - columns @ coefficients) * root
    df = outcome.size - columns.shape[1]
    inverse = np.linalg.inv(upper)
    bread = inverse @ inverse.T
    rss = float(residuals @ residuals)
    with np.errstate(divide="ignore", invalid="ignore"):
        classical = np.sqrt(np.diag(bread) * np.divide(rss, df))
    adjusted = _adjusted_r2(columns @ coefficients, weights, rss, df)
    return Fit(coefficients, classical, df, adjusted)


def _adjusted_r2(fitted: Floats, weights: Floats, rss: float, df: int) -> float:
    mean = np.average(fitted, weights=weights)
    explained = float(weights @ (fitted - mean) ** 2)
    if df < 1 or explained + rss == 0:
        return float("nan")
    return 1 - rss / (explained + rss) * (fitted.size - 1) / df


@dataclass(frozen=True)
class Model:
    """Outcome, columns (the first all ones) and weights of matched wakes."""

    names: tuple[str, ...]
    columns: Floats
    outcome: Floats
    weights: Floats

    @property
    def treatment(self) -> int:
        """The column of the treatment."""
        return self.names.index("treatment")


@dataclass(frozen=True)
class Estimated:
    """A fitted model, or the named reason why there is none."""

    model: Model
    fit: Fit | None
    reason: str | None
    df: int


def make_model(wakes: Wakes, matching: Matching, formula: Formula, weighted: bool) -> Model:
    """The model over the matched wakes. Raises WrongUse for a name that no wake has."""
    rows = matching.matched
    known = {"treatment", *wakes.columns, *wakes.covariates}
    outcome_names = [name for name in (formula.outcome, formula.less) if name]
    for name in (*outcome_names, *formula.regressors):
        if name not in known or (name in outcome_names and _is_text(wakes.column(name))):
            raise refuse("regressor", name=name, allowed=", ".join(sorted(known)))
    outcome = wakes.column(formula.outcome)[rows].astype(float)
    if formula.less:
        outcome = outcome - wakes.column(formula.less)[rows]
    terms = {"intercept": np.ones(outcome.size)}
    for name in formula.regressors:
        terms |= _terms(name, wakes.column(name)[rows])
    columns = np.column_stack(list(terms.values()))
    weights = matching.weight[rows] if weighted else np.ones(outcome.size)
    return Model(tuple(terms), columns, outcome, weights)


def _is_text(values: NDArray[Any]) -> bool:
    return values.dtype.kind not in "fiu"


def _terms(name: str, values: NDArray[Any]) -> dict[str, Floats]:
    """Columns of the model: the numbers; of text one a level but the first, named as R does."""
    if not _is_text(values):
        return {name: values.astype(float)}
    return {f"{name}{level}": (values == level).astype(float) for level in np.unique(values)[1:]}


def estimate(model: Model) -> Estimated:
    """The fit, or `no_matched_wakes`, `constant_outcome`, `collinear` (README 1.7)."""
    size = model.outcome.size
    if size == 0:
        return Estimated(model, None, "no_matched_wakes", 0)
    rank = rank_of(model.columns * np.sqrt(model.weights)[:, None])
    if np.ptp(model.outcome) == 0:
        return Estimated(model, None, "constant_outcome", size - rank)
    if rank < len(model.names):
        return Estimated(model, None, "collinear", size - rank)
    return Estimated(model, fit(model.columns, model.outcome, model.weights), None, size - rank)
