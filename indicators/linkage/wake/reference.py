"""The tables that the R package gives, with its defaults and its errors: for comparison only."""

import math
from typing import Any

from indicators.linkage.wake.events import Events
from indicators.linkage.wake.inference.model import Estimated, estimate, make_model
from indicators.linkage.wake.matching.imbalance import imbalance
from indicators.linkage.wake.matching.strata import Matching, match_variables, match_wakes
from indicators.linkage.wake.request import WakeRequest
from indicators.linkage.wake.result import WakeResult, as_frame, count_rows, overlap_row
from indicators.linkage.wake.wakes import Wakes, complete_wakes


def analyse(events: Events, request: WakeRequest) -> WakeResult:
    """Every window as the R package does it."""
    variables = match_variables(request.match_columns, request.match_overlap)
    windows = []
    for wakes in complete_wakes(events, request):
        kept = without_overlap(wakes) if request.delete_overlap else wakes
        windows.append((kept, match_wakes(kept, variables)))
    return WakeResult(
        estimates=as_frame(_estimate_row(*window, request) for window in windows),
        matching=as_frame(_matching_row(*window, variables) for window in windows),
        SUTVA=as_frame(overlap_row(wakes) for wakes, _ in windows),
        windows=windows,
        caveats=events.caveats,
    )


def without_overlap(wakes: Wakes) -> Wakes:
    """Only wakes with no other treatment or control event before them (deleteSUTVA)."""
    return wakes.keep((wakes.columns["SO_pre"] == 0) & (wakes.columns["MO_pre"] == 0))


def _estimate_row(wakes: Wakes, matching: Matching, request: WakeRequest) -> dict[str, Any]:
    found = estimate(make_model(wakes, matching, request.formula, request.weighted))
    return {
        "t_window": wakes.time,
        "spat_window": wakes.radius,
        **_figures(found, request),
        "n_matched": int(matching.matched.sum()),
        "n_strata_matched": matching.strata,
        "df_residual": found.df,
        "constant_outcome": found.reason == "constant_outcome",
    }


def _figures(found: Estimated, request: WakeRequest) -> dict[str, float | None]:
    names = found.model.names
    row = {
        **_coefficient(found, names, "treatment", "estimate", "pvalue"),
        "adj.r.squared": None if found.fit is None else _number(found.fit.adjusted_r2),
    }
    for name in request.controls:
        row |= _coefficient(found, names, name, f"{name}.coef", f"{name}.pval")
    row |= _coefficient(found, names, "intercept", "intercept", "intercept.pval")
    at = found.model.treatment
    row["std_error"] = None if found.fit is None else _number(found.fit.classical[at])
    row["coef_pre"] = _coefficient(found, names, "dependent_pre", "value", "p")["value"]
    return row


def _coefficient(
    found: Estimated, names: tuple[str, ...], name: str, label: str, p_label: str
) -> dict[str, float | None]:
    """A coefficient and its p, both None where there is no such term or no fit."""
    fitted = found.fit
    if fitted is None or name not in names:
        return {label: None, p_label: None}
    at = names.index(name)
    p_value = fitted.p_value(fitted.classical, at)
    return {label: _number(fitted.coefficients[at]), p_label: _number(p_value)}


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _matching_row(wakes: Wakes, matching: Matching, variables: tuple[str, ...]) -> dict[str, Any]:
    row = count_rows(wakes, matching)
    for side, some in (("pre", wakes), ("post", wakes.keep(matching.matched))):
        distance, support = imbalance(some, variables)
        row[f"L1_{side}"] = None if distance is None else round(distance, 3)
        row[f"commonSupport_{side}"] = None if support is None else round(support, 1)
    return row
