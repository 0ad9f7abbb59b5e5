"""Matched wake analysis with the tables, defaults and errors of the R package mwa."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from indicators.linkage.wake.events import Events, read_events
from indicators.linkage.wake.matching import Matching, imbalance, match_variables, match_wakes
from indicators.linkage.wake.model import Estimated, estimate, make_model
from indicators.linkage.wake.request import WakeRequest, checked_request
from indicators.linkage.wake.wakes import Wakes, complete_wakes


@dataclass(frozen=True)
class WakeResult:
    """`estimates`, `matching` and `SUTVA` have one row a window, times first.

    `estimates` where estimable, else null with `constant_outcome`. `caveats` hold for all of it.
    """

    estimates: pd.DataFrame
    matching: pd.DataFrame
    SUTVA: pd.DataFrame
    windows: Sequence[tuple[Wakes, Matching]] = field(repr=False)
    caveats: tuple[str, ...] = ()

    @cached_property
    def wakes(self) -> pd.DataFrame:
        """One row an event and window: counts, overlaps, stratum (missing = unmatched), weight."""
        return pd.concat([_frame(*window) for window in self.windows], ignore_index=True)


def _frame(wakes: Wakes, matching: Matching) -> pd.DataFrame:
    stratum = pd.array(matching.stratum, dtype="Int64")
    stratum[~matching.matched] = pd.NA
    return pd.DataFrame({
        "eventID": wakes.event + 1,
        "t_window": wakes.time,
        "spat_window": wakes.radius,
        "treatment": wakes.is_treatment.astype(int),
        **wakes.columns,
        **wakes.covariates,
        "stratum": stratum,
        "cem_weight": matching.weight,
    })  # fmt: skip


def overlap_row(wakes: Wakes) -> dict[str, Any]:
    """Shares of wakes that overlap another of the same (SO) or the other type (MO), README 1.5."""
    row: dict[str, Any] = {"t_window": wakes.time, "spat_window": wakes.radius}
    for kind in ("SO", "MO"):
        before, after = (wakes.columns[f"{kind}_{side}"] > 0 for side in ("pre", "post"))
        for name, found in (("_pre", before), ("_post", after), ("", before | after)):
            row[kind + name] = round(float(np.mean(found)), 3) if found.size else None
    return row


def count_rows(wakes: Wakes, matching: Matching) -> dict[str, Any]:
    """How many of each type before and after matching."""
    row: dict[str, Any] = {"t_window": wakes.time, "spat_window": wakes.radius}
    for side, rows in (("pre", np.ones(len(wakes), dtype=bool)), ("post", matching.matched)):
        row[f"control_{side}"] = int((rows & ~wakes.is_treatment).sum())
        row[f"treatment_{side}"] = int((rows & wakes.is_treatment).sum())
    return row


def as_frame(rows: Iterator[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows of a table, None kept where there is no number."""
    return pd.DataFrame(list(rows))


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


def matched_wake(
    data: pd.DataFrame | duckdb.DuckDBPyRelation,
    t_window: Sequence[float],
    spat_window: Sequence[float],
    treatment: Sequence[Any],
    control: Sequence[Any] | None,
    dependent: Sequence[Any],
    matchColumns: Sequence[str] = (),  # noqa: N803
    t_unit: str = "days",
    estimation: str = "lm",
    formula: str | None = None,
    weighted: bool | None = None,
    estimationControls: Sequence[str] = (),  # noqa: N803
    TCM: bool = False,  # noqa: N803
    deleteSUTVA: bool = False,  # noqa: N803
    alpha1: float = 0.05,
    alpha2: float = 0.1,
    match_default: bool = True,
    *,
    mode: str = "reference",
) -> WakeResult:
    """Matched wake analysis of events (Schutte & Donnay 2014, doi:10.1016/j.polgeo.2014.03.001).

    `data`: one row an event with `timestamp` (UTC), `lat`, `lon` (degrees), a type column and
    covariates. `t_window` (min, max, step) in `t_unit` (days, hours, mins, secs), `spat_window` in
    km; `treatment`, `control`, `dependent`: (column, value). In days whatever lies less than a day
    after an event is counted nowhere: use hours where the first day matters.

    `mode`: "reference", what the R package `mwa` 0.4.3 does, is the only one. `alpha1` and `alpha2`
    are taken as in R and change no figure.

    Raises WrongUse for a request that cannot be answered, as without a control type, CheckFailed
    where no row is of the control or treatment type.
    """
    request = checked_request(
        t_window=t_window,
        spat_window=spat_window,
        treatment=treatment,
        control=control,
        dependent=dependent,
        match_columns=matchColumns,
        t_unit=t_unit,
        estimation=estimation,
        formula=formula,
        weighted=weighted,
        estimation_controls=estimationControls,
        tcm=TCM,
        delete_sutva=deleteSUTVA,
        alpha1=alpha1,
        match_default=match_default,
        mode=mode,
    )
    return analyse(read_events(data, request), request)
