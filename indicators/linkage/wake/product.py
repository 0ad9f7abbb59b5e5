"""Product mode: what may be shown, by the rules of README 1.9.

Weights on; HC2 and HC3 errors and a permutation p inside strata; q-values over all windows; and
for each window the checks that tell how far its figure can be trusted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indicators.foundation.statistics import benjamini_hochberg
from indicators.linkage.wake.checks import (
    matched_counts,
    overlap_checks,
    own_reports_grew,
    reporting_check,
    ring_checks,
    rise_check,
)
from indicators.linkage.wake.counts.rings import rings
from indicators.linkage.wake.events import Events
from indicators.linkage.wake.inference.formula import read_formula
from indicators.linkage.wake.inference.intervals import Figures, figures, shuffled_figures
from indicators.linkage.wake.matching.strata import Matching, match_variables, match_wakes
from indicators.linkage.wake.reference import without_overlap
from indicators.linkage.wake.request import WakeRequest
from indicators.linkage.wake.result import WakeResult, as_frame, count_rows, overlap_row
from indicators.linkage.wake.wakes import Wakes, complete_wakes

Bools = NDArray[np.bool_]
PLACEBO_DAYS = (60, 90)
_AFTER_ONLY = read_formula("dependent_post ~ treatment")
FEW_EVENTS, MANY_OVERLAPS, SOME_OVERLAPS = 20, 0.25, 0.10
RISE_LEVEL, LEVEL = 0.10, 0.05


def analyse(
    events: Events,
    request: WakeRequest,
    own_reports: Bools | None = None,
    other_activities: Bools | None = None,
) -> WakeResult:
    """Every window with its checks. `own_reports`: rows reported by those who act themselves.

    `other_activities`: rows of other activities, which are compared with nothing and overlap.
    """
    windows = list(matched_windows(events, request, own_reports, other_activities))
    rows = window_rows(windows, request)
    for days in PLACEBO_DAYS:
        for row, fake in zip(rows, fake_date_figures(events, request, days), strict=True):
            row |= {f"fake_{days}_estimate": fake.estimate, f"fake_{days}_p": fake.p_value}
    general = general_caveats(events, request)
    for row in rows:
        if row["status"] != "estimated" and events.on_one_day:
            row["reason"] = "all_on_one_day"
        row["caveats"] = (*general, *row_caveats(row))
    return WakeResult(
        estimates=as_frame(iter(rows)),
        matching=as_frame(count_rows(*window) for window in windows),
        SUTVA=as_frame(overlap_row(wakes) for wakes, _ in windows),
        windows=windows,
        caveats=general,
    )


def matched_windows(
    events: Events,
    request: WakeRequest,
    own_reports: Bools | None = None,
    other_activities: Bools | None = None,
) -> Iterator[tuple[Wakes, Matching]]:
    """The wakes of each window and how they match."""
    variables = match_variables(request.match_columns, request.match_overlap)
    around = rings(events, request, own_reports, other_activities)
    for wakes in complete_wakes(events, request, around):
        kept = without_overlap(wakes) if request.delete_overlap else wakes
        yield kept, match_wakes(kept, variables)


def window_rows(
    windows: Sequence[tuple[Wakes, Matching]], request: WakeRequest
) -> list[dict[str, Any]]:
    """Figures, checks and q-value of each window; placebo dates and caveats come later.

    `windows` end with the widest.
    """
    grew = own_reports_grew(*windows[-1], request)
    rows = [_window_row(wakes, matching, request, grew) for wakes, matching in windows]
    return [row | {"q_value": q_value} for row, q_value in zip(rows, q_values(rows), strict=True)]


def _window_row(
    wakes: Wakes, matching: Matching, request: WakeRequest, grew: bool | None
) -> dict[str, Any]:
    seed = hash((request.seed, wakes.time, round(wakes.radius * 1000)))  # of numbers: always equal
    found = figures(
        wakes, matching, request.formula, request.alpha, request.permutations, abs(seed)
    )
    return {
        "t_window": wakes.time,
        "spat_window": wakes.radius,
        "t_unit": request.unit,
        **_shown(found),
        **matched_counts(wakes, matching),
        **overlap_checks(wakes, request),
        **rise_check(wakes, request),
        **ring_checks(wakes, matching, request),
        **reporting_check(wakes, matching, request, found, grew),
        "status": "estimated" if found.reason is None else "not_estimable",
        "reason": found.reason,
    }


def _shown(found: Figures) -> dict[str, Any]:
    return {
        "estimate": found.estimate,
        "std_error": found.se,
        "ci_low": found.ci_low,
        "ci_high": found.ci_high,
        "pvalue": found.p_value,
        "std_error_hc3": found.se_hc3,
        "pvalue_hc3": found.p_hc3,
        "pvalue_permutation": found.p_permutation,
        "smallest_visible": found.minimum_detectable_effect,
        "df_residual": found.df,
    }


def fake_date_figures(events: Events, request: WakeRequest, days: int) -> Iterator[Figures]:
    """The same windows with all treatments and controls moved to `days` earlier."""
    variables = match_variables(request.match_columns, request.match_overlap)
    for wakes in complete_wakes(moved(events, days), request):
        yield fake_figures(wakes, match_wakes(wakes, variables), request)


def fake_figures(wakes: Wakes, matching: Matching, request: WakeRequest) -> Figures:
    """The figures of one window at false dates, where there may be few incidents or none.

    As many after every event: no difference, and every shuffle of labels says the same, p = 1. As
    many before every event: compared without the count before, which tells nothing then. Few: the
    p of shuffles, which holds for any number.
    """
    found = figures(wakes, matching, request.formula, request.alpha)
    if found.reason == "constant_outcome":
        return Figures(estimate=0.0, p_value=1.0)
    formula = _AFTER_ONLY if found.reason == "collinear" else request.formula
    if found.reason == "collinear":
        found = figures(wakes, matching, formula, request.alpha)
    if found.reason == "few_incidents":
        return shuffled_figures(wakes, matching, formula, request.permutations, request.seed)
    return found


def moved(events: Events, days: int) -> Events:
    """Interventions at other dates, everything else as it was; those before the record left out."""
    first = events.microseconds.min(initial=0)
    times = events.microseconds.copy()
    times[events.interventions] -= days * 86_400_000_000
    kept = np.flatnonzero(times >= (events.microseconds[0] if times.size else first))
    order = kept[np.argsort(times[kept], kind="stable")]
    return replace(
        events,
        microseconds=times[order],
        latitude=events.latitude[order],
        longitude=events.longitude[order],
        is_treatment=events.is_treatment[order],
        is_control=events.is_control[order],
        is_dependent=events.is_dependent[order],
        covariates={name: values[order] for name, values in events.covariates.items()},
    )


def q_values(rows: list[dict[str, Any]]) -> list[float | None]:
    """Benjamini–Hochberg over all windows that were tested; the checks are no findings."""
    p_values = np.array([np.nan if row["pvalue"] is None else row["pvalue"] for row in rows])
    found = benjamini_hochberg(p_values, np.zeros(len(rows), dtype=np.int64))
    return [None if np.isnan(value) else float(value) for value in found]


def general_caveats(events: Events, request: WakeRequest) -> tuple[str, ...]:
    """What holds for every window: rows left out, the first day, no outer source."""
    first_day = ("first_day_not_counted",) if request.unit == "days" else ()
    return (*events.caveats, *first_day)


def row_caveats(row: dict[str, Any]) -> Iterator[str]:
    """The named warnings of one window, each with a message `linkage.caveat.wake_<name>`."""
    if row["reason"]:
        yield str(row["reason"])
    if row["n_treated"] < FEW_EVENTS:
        yield "few_treated"
    if row["n_eff"] < FEW_EVENTS:
        yield "few_controls"
    share = row["overlap_share"] or 0.0
    if share > SOME_OVERLAPS:
        yield "many_overlaps" if share > MANY_OVERLAPS else "some_overlaps"
    if row["reporting"] != "pass":
        yield "reporting_not_checked" if row["reporting"] == "not_run" else "reporting_differs"
    if row["estimate"] is None:
        return
    if _is_below(row["rise_before_p"], RISE_LEVEL):
        yield "rise_before"
    if _is_below(row["ring_p"], LEVEL) and row["ring_estimate"] * row["estimate"] < 0:
        yield "displacement"
    if any(_is_below(row[f"{name}_p"], LEVEL) for name in ("far", "fake_60", "fake_90")):
        yield "placebo_found"


def _is_below(p_value: float | None, level: float) -> bool:
    return p_value is not None and p_value < level
