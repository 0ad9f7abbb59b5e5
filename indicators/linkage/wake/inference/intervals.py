"""The figures of one window as product mode shows them: weighted, HC2 and HC3, permutation p."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from indicators.linkage.wake.inference.formula import Formula
from indicators.linkage.wake.inference.model import Estimated, Model, estimate, make_model
from indicators.linkage.wake.inference.permutation import permutation_p
from indicators.linkage.wake.matching.strata import Matching
from indicators.linkage.wake.wakes import Wakes

Floats = NDArray[np.float64]
POWER = 0.8
FEWEST_INCIDENTS = 5  # as of the chi-square test: errors by HC2 are too small below it


@dataclass(frozen=True)
class Figures:
    """Estimate of the treatment with HC2 error and interval, or the named reason for none.

    `p_value` rests on HC2; `minimum_detectable_effect` would have been seen with 80% power.
    """

    estimate: float | None = None
    se: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    p_value: float | None = None
    se_hc3: float | None = None
    p_hc3: float | None = None
    p_permutation: float | None = None
    minimum_detectable_effect: float | None = None
    df: int = 0
    reason: str | None = None


def figures(
    wakes: Wakes,
    matching: Matching,
    formula: Formula,
    alpha: float,
    permutations: int = 0,
    seed: int = 0,
) -> Figures:
    """The treatment's coefficient over matched wakes, weighted; without permutations no such p."""
    found = estimate(make_model(wakes, matching, formula, weighted=True))
    if found.fit is None:
        return Figures(reason=_reason(found, wakes, matching), df=found.df)
    at, fitted = found.model.treatment, found.fit
    if fitted.df < 1:
        return Figures(reason="no_degrees_of_freedom")
    if _expected_in_smaller_group(found.model) < FEWEST_INCIDENTS:
        return Figures(reason="few_incidents", df=fitted.df)
    se, value = fitted.hc2[at], float(fitted.coefficients[at])
    if not _is_positive(se, found):
        return Figures(reason="no_residual_variation", df=fitted.df)
    half = fitted.half_width(fitted.hc2, at, alpha)
    return Figures(
        estimate=value,
        se=float(se),
        ci_low=value - half,
        ci_high=value + half,
        p_value=fitted.p_value(fitted.hc2, at),
        se_hc3=float(fitted.hc3[at]),
        p_hc3=fitted.p_value(fitted.hc3, at),
        p_permutation=_shuffled(found, matching, value, permutations, seed),
        minimum_detectable_effect=float(
            (stdtrit(fitted.df, 1 - alpha / 2) + stdtrit(fitted.df, POWER)) * se
        ),
        df=fitted.df,
    )


def shuffled_figures(
    wakes: Wakes, matching: Matching, formula: Formula, permutations: int, seed: int
) -> Figures:
    """The estimate with the p of shuffles alone, for placebos; no interval."""
    found = estimate(make_model(wakes, matching, formula, weighted=True))
    if found.fit is None:
        return Figures(reason=_reason(found, wakes, matching), df=found.df)
    value = float(found.fit.coefficients[found.model.treatment])
    p_value = permutation_p(found.model, matching, value, permutations, seed)
    return Figures(estimate=value, p_value=p_value, p_permutation=p_value, df=found.fit.df)


def _expected_in_smaller_group(model: Model) -> float:
    """How many events of the smaller group would have an outcome other than 0 at the common share.

    Where it is near none, all of a small group may have 0; its part of the error is then nil though
    nothing is known.
    """
    is_treated = model.columns[:, model.treatment] == 1
    sizes = [
        weights.sum() ** 2 / (weights**2).sum()
        for weights in (model.weights[is_treated], model.weights[~is_treated])
    ]
    return float((model.outcome != 0).mean() * min(sizes))


def _shuffled(
    found: Estimated, matching: Matching, value: float, permutations: int, seed: int
) -> float | None:
    if not permutations:
        return None
    return permutation_p(found.model, matching, value, permutations, seed)


def _is_positive(se: float, found: Estimated) -> bool:
    """Whether an error is more than what rounding leaves."""
    scale = float(np.abs(found.model.outcome).max(initial=0))
    return math.isfinite(se) and se > 1e-12 * max(scale, 1.0)


def _reason(found: Estimated, wakes: Wakes, matching: Matching) -> str:
    """Why there is no figure, as exactly as the wakes tell."""
    if found.reason != "no_matched_wakes":
        return str(found.reason)
    if len(wakes) == 0:
        return "no_complete_wakes"
    if wakes.is_treatment.all():
        return "no_complete_control_wakes"
    if not wakes.is_treatment.any():
        return "no_complete_treatment_wakes"
    return "perfect_separation"
