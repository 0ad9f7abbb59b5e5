"""The model of one window: its matrix from matched wakes, and why it cannot be estimated."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indicators.linkage.wake.inference.formula import Formula
from indicators.linkage.wake.inference.regression import Fit, fit, rank_of
from indicators.linkage.wake.matching.strata import Matching
from indicators.linkage.wake.request import refuse
from indicators.linkage.wake.wakes import Wakes

Floats = NDArray[np.float64]


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
