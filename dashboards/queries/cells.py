"""One published value as a page must show it: a figure, or which kind of empty it is.

The four kinds of empty (true zero, not reported, no access, withheld) are told apart here and
nowhere else (design §6; definitions 12-13).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import pandas as pd

from dashboards.rows import rows_of
from indicators import values

State = Literal[
    "value",
    "zero",
    "not_reported",
    "no_access",
    "withheld",
    "withheld_other",
    "not_computable",
    "too_imprecise",
    "no_figure",
]
FIGURES: tuple[State, ...] = ("value", "zero")

_WITHHELD: Mapping[str, State] = {
    values.CONFIDENTIAL: "withheld",
}
_EMPTY: Mapping[str, State] = {
    values.NOT_REPORTED: "not_reported",
    values.NO_ACCESS: "no_access",
    values.NOT_COMPUTABLE: "not_computable",
    values.TOO_IMPRECISE: "too_imprecise",
}


def _number(row: Mapping[str, Any], name: str) -> float | None:
    found = row.get(name)
    return None if found is None or pd.isna(found) else float(found)


def _text(row: Mapping[str, Any], name: str) -> str | None:
    found = row.get(name)
    return found if isinstance(found, str) else None


def _held_against(row: Mapping[str, Any]) -> dict[str, Any]:
    """What may stand even where no figure does: baseline, target, rating, trend."""
    return {
        "baseline": _number(row, "baseline"),
        "target": _number(row, "target"),
        "rating": _text(row, "rating"),
        "trend": _text(row, "trend"),
    }


@dataclass(frozen=True)
class Cell:
    """One value of `mart.indicator_value`; numbers are None where nothing is published."""

    state: State
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    numerator: float | None = None
    denominator: float | None = None
    baseline: float | None = None
    target: float | None = None
    rating: str | None = None
    trend: str | None = None
    method: str | None = None
    is_provisional: bool = False
    returns_due: int | None = None
    returns_received: int | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any] | None) -> "Cell":
        """The cell of a row; `no_figure` where the release has no such row."""
        if row is None:
            return cls("no_figure")
        state = _state(row)
        if state not in FIGURES:
            return cls(state, **_held_against(row))
        counts = {name: _number(row, name) for name in ("n", "returns_due", "returns_received")}
        whole: dict[str, Any] = {
            name: None if found is None else int(found) for name, found in counts.items()
        }
        return cls(
            state=state,
            value=_number(row, "value"),
            low=_number(row, "ci_low"),
            high=_number(row, "ci_high"),
            numerator=_number(row, "numerator"),
            denominator=_number(row, "denominator"),
            **_held_against(row),
            method=_text(row, "method"),
            is_provisional=row.get("obs_status") == values.PROVISIONAL,
            **whole,
        )

    @property
    def is_figure(self) -> bool:
        """Whether a number stands here, zero included."""
        return self.state in FIGURES

    @property
    def half_width(self) -> float | None:
        """Half of the interval, None where there is none."""
        if self.low is None or self.high is None:
            return None
        return (self.high - self.low) / 2


def _state(row: Mapping[str, Any]) -> State:
    withheld = _WITHHELD.get(row.get("conf_status") or "")
    if withheld is not None:
        return withheld
    value = _number(row, "value")
    if value is None or row.get("obs_status") == values.TOO_IMPRECISE:
        return _EMPTY.get(row.get("obs_status") or "", "not_reported")
    return "zero" if value == 0 else "value"


@dataclass(frozen=True)
class Dated:
    """A cell and the period that it stands for."""

    period_type: str
    period: str
    start: date
    end: date
    cell: Cell


def dated_cells(frame: pd.DataFrame) -> list[Dated]:
    """The rows of a frame of values as dated cells, in the frame's order."""
    return [
        Dated(
            row["period_type"],
            row["period"],
            row["period_start"].date(),
            row["period_end"].date(),
            Cell.of(row),
        )
        for row in rows_of(frame)
    ]
