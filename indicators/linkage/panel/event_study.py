"""Outcomes by time since an activity began in an area: event study and Sun–Abraham.

`linkage_methods.md` §2. The event study has one dummy a period since adoption, the
reference period and the never treated none. Where areas adopt at different times and effects grow,
that mixes periods; the interaction-weighted estimate of Sun and Abraham (2021, Journal of
Econometrics 225) does not, and is reported beside it.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from indicators.linkage.finding import NotEstimable
from indicators.linkage.panel.fit import fit, terms_table, wald
from indicators.linkage.panel.specification import Floats, PanelResult, PanelSpec


def event_study(frame: pd.DataFrame, spec: PanelSpec) -> PanelResult:
    """One coefficient a period since adoption, with the joint test of the periods before.

    Raises NotEstimable: no_period_before where no area is seen before the reference period.
    """
    if spec.event_time is None:
        raise NotEstimable("unknown_column", "event_time")
    since = frame[spec.event_time.column]
    omitted = {spec.event_time.reference, spec.event_time.never_treated}
    columns: dict[str, object] = {
        f"{spec.event_time.column}::{period:d}": (since == period).astype(float)
        for period in sorted({int(value) for value in since.dropna()} - omitted)
    }
    columns |= {name: frame[name] for name in spec.regressors}
    result = fit(frame, spec, columns)
    before = [
        f"{spec.event_time.column}::{period}"
        for period in _periods_in(result, spec.event_time.column)
        if period < spec.event_time.reference
    ]
    return replace(result, pretrend=wald(result, before, _denominator(result)))


def sun_abraham(frame: pd.DataFrame, spec: PanelSpec) -> PanelResult:
    """Coefficients by period since adoption, cohorts weighted by their rows, and their average.

    The never treated are the comparison; where all are treated, the last cohort before its own
    start is. Areas treated from their first period on say nothing and are left out.
    """
    if spec.cohort is None:
        raise NotEstimable("unknown_column", "cohort")
    frame = _comparable(frame, spec)
    cells = _cells(frame, spec)
    columns: dict[str, object] = {
        _cell_name(since, cohort): rows.astype(float) for (since, cohort), rows in cells.items()
    }
    columns |= {name: frame[name] for name in spec.regressors}
    result = fit(frame, spec, columns)
    return _weighted(result, spec, {cell: int(rows.sum()) for cell, rows in cells.items()})


def _denominator(result: PanelResult) -> float:
    return max(result.n_clusters - 1, 1)


def _periods_in(result: PanelResult, column: str) -> list[int]:
    prefix = f"{column}::"
    return [
        int(term.removeprefix(prefix))
        for term in result.coefficients["term"]
        if term.startswith(prefix)
    ]


_NEVER = -(10**6)


def _comparable(frame: pd.DataFrame, spec: PanelSpec) -> pd.DataFrame:
    """Rows of cohorts with a period before their start, and of a comparison never treated.

    Adds `cohort` as whole numbers, _NEVER for the never treated.
    """
    assert spec.cohort is not None
    given, time = frame[spec.cohort.column], frame[spec.time]
    is_never = given.isna() | (given == spec.cohort.never_treated)
    if is_never.all():
        raise NotEstimable("no_period_before")
    if not is_never.any():
        frame, time = frame[time < given.max()], time[time < given.max()]
        is_never = frame[spec.cohort.column] == given.max()
    cohort = frame[spec.cohort.column].where(~is_never, _NEVER).astype(int)
    kept = is_never | (cohort > time.min())
    if is_never[kept].all():
        raise NotEstimable("no_period_before")
    return frame.assign(cohort=cohort)[kept]


def _cells(frame: pd.DataFrame, spec: PanelSpec) -> Mapping[tuple[int, int], pd.Series]:
    """(period since adoption, cohort) → its rows, the reference period left out."""
    cohort = frame["cohort"]
    since = frame[spec.time].astype(int) - cohort
    treated = cohort != _NEVER
    pairs = sorted(set(zip(since[treated], cohort[treated], strict=True)))
    return {
        (period, start): treated & (cohort == start) & (since == period)
        for period, start in pairs
        if period != spec.reference_period
    }


def _cell_name(since: int, cohort: int) -> str:
    return f"since {since} cohort {cohort}"


def _weighted(
    result: PanelResult, spec: PanelSpec, rows: Mapping[tuple[int, int], int]
) -> PanelResult:
    """Cohorts' coefficients summed by period since adoption, and over all periods from 0 on."""
    position = {term: at for at, term in enumerate(result.coefficients["term"])}
    found = [
        (cell, position[_cell_name(*cell)], n)
        for cell, n in rows.items()
        if _cell_name(*cell) in position
    ]
    periods = sorted({since for (since, _), _, _ in found})
    weights = np.zeros((len(periods) + 1, len(position)))
    for (since, _), at, n in found:
        weights[periods.index(since), at] = n
        weights[-1, at] = n if since >= 0 else 0
    if not weights[-1].any():
        raise NotEstimable("collinear", "no treated period")
    weights /= weights.sum(axis=1, keepdims=True)
    estimates = weights @ result.coefficients["estimate"].to_numpy()
    covariance: Floats = weights @ result.covariance @ weights.T
    names = [f"{spec.time}::{period}" for period in periods] + ["average"]
    table = terms_table(names, estimates, covariance, result.df_t, spec)
    by_period = replace(result, coefficients=table.iloc[:-1], covariance=covariance[:-1, :-1])
    before = [f"{spec.time}::{period}" for period in periods if period < spec.reference_period]
    pretrend = wald(by_period, before, _denominator(result))
    average = {str(name): value for name, value in table.iloc[-1].items()}
    return replace(by_period, pretrend=pretrend, average=average)
