"""What may make an estimate mislead, checked for each window: overlap, trend, rings, reports.

Rules: `grading.md` §1 and §2. A check gives figures; the grade that follows is not decided here.
"""

from typing import Any

import numpy as np

from indicators.linkage.wake.inference.formula import Formula, read_formula
from indicators.linkage.wake.inference.intervals import Figures, figures
from indicators.linkage.wake.matching.strata import Matching, match_variables, match_wakes
from indicators.linkage.wake.request import WakeRequest
from indicators.linkage.wake.wakes import Wakes

LEVEL = 0.05
_RING = read_formula("ring_post ~ ring_pre + treatment")
_FAR = read_formula("far_post ~ far_pre + treatment")
_RISE = read_formula("rise_before ~ treatment")
_INDEPENDENT = read_formula("independent_post ~ independent_pre + treatment")
_OWN_SHARE = read_formula("own_post ~ dependent_post + treatment")


def overlap_checks(wakes: Wakes, request: WakeRequest) -> dict[str, Any]:
    """Share of wakes that overlap by the 2R rule, and the estimate without these.

    Where activities of other kinds were near, their share is that of treatments or of controls,
    whichever is greater: what is near one group only makes the difference, however small that is.
    """
    overlapping = wakes.columns["overlap"] > 0
    shares = [overlapping.mean()] if len(wakes) else []
    if "other_activities" in wakes.columns:
        near = wakes.columns["other_activities"] > 0
        groups = (near[wakes.is_treatment], near[~wakes.is_treatment])
        shares += [group.mean() for group in groups if group.size]
    apart = wakes.keep(~overlapping)
    found = _matched_figures(apart, request, request.formula)
    return {
        "overlap_share": float(max(shares)) if shares else None,
        "estimate_apart": found.estimate,
        "std_error_apart": found.se,
    }


def rise_check(wakes: Wakes, request: WakeRequest) -> dict[str, Any]:
    """Had incidents risen before treatments more than before controls at like places?

    Matched on the columns only: matching on the trend would hide what is looked for. Compared are
    two windows of equal length, for a spike may fill the whole of the last one.
    """
    matching = match_wakes(wakes, request.match_columns)
    found = figures(wakes, matching, _RISE, request.alpha)
    return {"rise_before": found.estimate, "rise_before_p": found.p_value}


def ring_checks(wakes: Wakes, matching: Matching, request: WakeRequest) -> dict[str, Any]:
    """The same comparison from 2R to 4R (displacement) and from 50 to 100 km (cannot respond)."""
    row: dict[str, Any] = {}
    for name, formula in (("ring", _RING), ("far", _FAR)):
        found = figures(wakes, matching, formula, request.alpha)
        row |= {
            f"{name}_estimate": found.estimate,
            f"{name}_ci_low": found.ci_low,
            f"{name}_ci_high": found.ci_high,
            f"{name}_p": found.p_value,
        }
    return row


def own_reports_grew(wakes: Wakes, matching: Matching, request: WakeRequest) -> bool | None:
    """Whether own reports make up more of all reports after treatments than after controls.

    To be asked of the widest window: who reports does not depend on the window. None without the
    column that tells who reported.
    """
    if "own_post" not in wakes.columns:
        return None
    share = figures(wakes, matching, _OWN_SHARE, request.alpha)
    return share.p_value is not None and share.p_value < LEVEL and (share.estimate or 0) > 0


def reporting_check(
    wakes: Wakes, matching: Matching, request: WakeRequest, found: Figures, grew: bool | None
) -> dict[str, Any]:
    """Whether more was reported rather than happened: `pass`, `fail` or `not_run`.

    Fails where own reports grew, or where incidents that others reported point the other way.
    """
    if grew is None:
        return {"reporting": "not_run", "independent_estimate": None, "independent_p": None}
    independent = figures(wakes, matching, _INDEPENDENT, request.alpha)
    is_seen = found.p_value is not None and found.p_value < LEVEL
    turned = is_seen and (independent.estimate or 0) * (found.estimate or 0) < 0
    return {
        "reporting": "fail" if grew or turned else "pass",
        "independent_estimate": independent.estimate,
        "independent_p": independent.p_value,
    }


def matched_counts(wakes: Wakes, matching: Matching) -> dict[str, Any]:
    """Treated and control events that are compared, effective controls, and the controls' mean."""
    rows = matching.matched
    control = rows & ~wakes.is_treatment
    weights = matching.weight[control]
    squares = float((weights**2).sum())
    after = wakes.columns["dependent_post"][control]
    return {
        "n_treated": int((rows & wakes.is_treatment).sum()),
        "n_control": int(control.sum()),
        "n_eff": float(weights.sum()) ** 2 / squares if squares else 0.0,
        "control_mean": float(np.average(after, weights=weights)) if squares else None,
    }


def _matched_figures(wakes: Wakes, request: WakeRequest, formula: Formula) -> Figures:
    variables = match_variables(request.match_columns, request.match_overlap)
    return figures(wakes, match_wakes(wakes, variables), formula, request.alpha)
