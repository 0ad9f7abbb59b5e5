"""Events in the order of time, with place, type and covariates as arrays."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from indicators.foundation.errors import CheckFailed
from indicators.linkage.wake.request import EventType, WakeRequest, problem, refuse

DIGITS = 7


def through_text(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The column after R's `format` with seven digits; missing values stay missing."""
    finite = np.isfinite(values)
    if not finite.any():
        return values.copy()
    digits, exponent = _digits_and_exponent(values[finite])
    decimals = int(max(0, (digits - exponent - 1).max()))
    result = values.copy()
    pattern = f".{decimals}f" if _is_fixed(digits, exponent, decimals) else f".{digits.max() - 1}e"
    result[finite] = [float(format(value, pattern)) for value in values[finite]]
    return result


def _digits_and_exponent(values: NDArray[np.float64]) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """Of each value: significant digits that are needed, at most seven, and its power of ten."""
    written = [format(value, f".{DIGITS - 1}e").lstrip("-").split("e") for value in values]
    digits = [max(len(mantissa.rstrip("0").replace(".", "")), 1) for mantissa, _ in written]
    return np.array(digits), np.array([int(exponent) for _, exponent in written])


def _is_fixed(digits: NDArray[np.int_], exponent: NDArray[np.int_], decimals: int) -> bool:
    """R writes powers of ten only where that is shorter."""
    fixed = max(int(exponent.max()) + 1, 1) + (decimals + 1 if decimals else 0)
    mantissa = int(digits.max())
    scientific = mantissa + (mantissa > 1) + (5 if abs(exponent).max() >= 100 else 4)
    return fixed <= scientific


Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Events:
    """Rows sorted by time, ties as they came; times in microseconds UTC, places in degrees.

    `covariates` holds a column of numbers or of text for each name; `caveats` name what was wrong
    with rows that were left out.
    """

    microseconds: Integers
    latitude: Floats
    longitude: Floats
    is_treatment: Bools
    is_control: Bools
    is_dependent: Bools
    covariates: Mapping[str, NDArray[Any]]
    caveats: tuple[str, ...] = ()

    @cached_property
    def interventions(self) -> Integers:
        """Positions of treatment and control events."""
        return np.flatnonzero(self.is_treatment | self.is_control)


def read_events(data: pd.DataFrame | duckdb.DuckDBPyRelation, request: WakeRequest) -> Events:
    """The rows of `data` with a time: `timestamp`, `lat`, `lon`, type columns and covariates.

    Raises WrongUse for a missing column or an unreadable time, CheckFailed where no row is of the
    treatment or of the control type.
    """
    frame = data if isinstance(data, pd.DataFrame) else data.df()
    _check_columns(frame, request)
    frame = frame.reset_index(drop=True)
    times = _times(frame["timestamp"])
    caveats = ("time_missing",) if times.isna().any() else ()
    order = np.flatnonzero(times.notna().to_numpy())
    micro = times.to_numpy().astype("datetime64[us]").astype(np.int64)
    order = order[np.argsort(micro[order], kind="stable")]
    frame = frame.iloc[order]
    roles = {
        name: _is_type(frame, getattr(request, name))
        for name in ("treatment", "control", "dependent")
    }
    for name in ("treatment", "control"):
        if not roles[name].any():
            value = getattr(request, name)
            raise CheckFailed(problem(f"no_{name}_rows", column=value.column, value=value.value))
    return Events(
        micro[order],
        _degrees(frame["lat"]),
        _degrees(frame["lon"]),
        roles["treatment"],
        roles["control"],
        roles["dependent"],
        {name: _covariate(frame[name]) for name in request.covariates},
        caveats,
    )


def _check_columns(frame: pd.DataFrame, request: WakeRequest) -> None:
    types = (request.treatment, request.control, request.dependent)
    needed = ["timestamp", "lat", "lon", *(kind.column for kind in types)]
    missing = [
        name for name in dict.fromkeys([*needed, *request.covariates]) if name not in frame.columns
    ]
    if missing:
        raise refuse("missing_columns", columns=", ".join(missing))


def _times(column: pd.Series) -> pd.Series:
    """Times as UTC without a zone."""
    try:
        if not pd.api.types.is_datetime64_any_dtype(column):
            column = pd.to_datetime(column, utc=True, format="ISO8601")
    except (ValueError, TypeError) as error:
        raise refuse("unreadable_time", reason=str(error)) from error
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
    return column


def _degrees(column: pd.Series) -> Floats:
    return pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)


def _is_type(frame: pd.DataFrame, kind: EventType) -> Bools:
    column = frame[kind.column]
    found = (column == kind.value).fillna(False).to_numpy(dtype=bool)
    if not found.any():  # a code read as a number by one side and as text by the other
        found = (column.astype(str) == str(kind.value)).to_numpy(dtype=bool)
    return found


def _covariate(column: pd.Series) -> NDArray[Any]:
    """Numbers as R hands them on, anything else as text."""
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        return through_text(column.to_numpy(dtype=float, na_value=np.nan))
    return column.astype(object).where(column.notna(), "").astype(str).to_numpy(dtype=str)
