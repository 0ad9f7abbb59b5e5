"""What grading looks at for one window of a wake analysis: checks passed, failed, not run.

Rules: `grading.py` and `grading.md` §1; what was measured of them: `docs/decisions`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from indicators.linkage.grading import Q_ASSOCIATION, CheckOutcome, GradingInputs
from indicators.linkage.methods.wake.events import OTHER_ACTIVITY
from indicators.linkage.methods.wake.place_times import PLANNED
from indicators.linkage.wake import product
from indicators.linkage.wake.inference.intervals import figures
from indicators.linkage.wake.matching.strata import match_variables, match_wakes
from indicators.linkage.wake.request import WakeRequest
from indicators.linkage.wake.wakes import Wakes

STABLE_SHARE = 0.8
LEVEL, RISE_LEVEL = 0.05, 0.10
# What a kind of controls leaves open, where a reason of its own for not going does not.
DOWNGRADES = {PLANNED: ("controls_unexplained",), OTHER_ACTIVITY: ("controls_elsewhere",)}


def grading_inputs_of(
    row: Mapping[str, Any], signs: Sequence[float], wakes: Wakes, request: WakeRequest
) -> GradingInputs:
    """The evidence of one window of product mode, with its placebo dates; q-value comes later.

    `signs`: of the estimates of all windows; `wakes` hold `sector` for leaving sectors out.
    """
    sign = np.sign(row["estimate"] or 0)
    agreeing = sum(1 for other in signs if other == sign)
    apart, error = row["estimate_apart"], row["std_error"]
    is_robust = (
        apart is not None
        and error is not None
        and np.sign(apart) == sign
        and abs(apart - row["estimate"]) <= error
    )
    return GradingInputs(
        "wake",
        q_value=None,
        reason=f"wake_{row['reason']}" if row["reason"] else None,
        agreeing=agreeing,
        specifications=len(signs),
        checks={
            "pretrend": _passed([row["rise_before_p"]], RISE_LEVEL),
            "fake_date": _passed([row[f"fake_{days}_p"] for days in product.PLACEBO_DAYS], LEVEL),
            "far_ring": _passed([row["far_p"]], LEVEL),
            "permutation": _permuted(row["pvalue_permutation"]),
            "reporting": _reported(row["reporting"]),
            "stability": "passed" if agreeing >= STABLE_SHARE * len(signs) else "failed",
            "leave_one_out": _leave_one_out(row, wakes, request),
        },
        n_treated=row["n_treated"],
        n_effective=row["n_eff"],
        overlap=row["overlap_share"] or 0.0,
        is_robust_overlap=bool(is_robust),
        downgrades=DOWNGRADES.get(request.control.value, ()),
    )


def _passed(p_values: Sequence[float | None], level: float) -> CheckOutcome:
    """A placebo passes where it finds nothing; without any figure it was not run."""
    known = [p for p in p_values if p is not None]
    if not known:
        return "not_run"
    return "passed" if min(known) >= level else "failed"


def _permuted(p_value: float | None) -> CheckOutcome:
    if p_value is None:
        return "not_run"
    return "passed" if p_value <= LEVEL else "failed"


def _reported(reporting: str) -> CheckOutcome:
    return {"pass": "passed", "fail": "failed"}.get(reporting, "not_run")  # type: ignore[return-value]


def _leave_one_out(row: Mapping[str, Any], wakes: Wakes, request: WakeRequest) -> CheckOutcome:
    """Whether the sign holds when the events of each sector are left out in turn.

    Not run where p alone rules out a grade above D: no q-value is below its p-value.
    """
    sectors = np.unique(wakes.covariates["sector"])
    if sectors.size < 2 or row["pvalue"] is None or row["pvalue"] >= Q_ASSOCIATION:
        return "not_run"
    sign = np.sign(row["estimate"])
    variables = match_variables(request.match_columns, request.match_overlap)
    for sector in sectors:
        rest = wakes.keep(wakes.covariates["sector"] != sector)
        found = figures(rest, match_wakes(rest, variables), request.formula, request.alpha)
        if found.estimate is None or np.sign(found.estimate) != sign:
            return "failed"
    return "passed"
