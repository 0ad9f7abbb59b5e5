"""`matched_wake`: the one entry to wake analysis, by the argument names of the R function."""

from collections.abc import Sequence
from typing import Any

import duckdb
import pandas as pd

from indicators.linkage.wake import reference
from indicators.linkage.wake.events import read_events
from indicators.linkage.wake.request import checked_request
from indicators.linkage.wake.result import WakeResult


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
    return reference.analyse(read_events(data, request), request)
