"""What a wake analysis is asked for: windows, types, matching, model; checked before counting."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from indicators.foundation.errors import Problem, WrongUse

DEFAULT_FORMULA = "dependent_post ~ dependent_pre + treatment"
_NAME = re.compile(r"[A-Za-z.][A-Za-z0-9._]*")


@dataclass(frozen=True)
class Formula:
    """`outcome` is a column or the difference of two; `regressors` hold `treatment`."""

    outcome: str
    less: str | None
    regressors: tuple[str, ...]


def read_formula(text: str, controls: Sequence[str] = ()) -> Formula:
    """`a ~ x + y` or `a - b ~ x + y`, controls added on the right; `treatment` must be there.

    Raises WrongUse for anything else.
    """
    left, tilde, right = text.partition("~")
    outcome = [name.strip() for name in left.split("-")]
    regressors = tuple(dict.fromkeys([*(name.strip() for name in right.split("+")), *controls]))
    names = [*outcome, *regressors]
    is_read = bool(tilde) and len(outcome) <= 2 and all(_NAME.fullmatch(name) for name in names)
    if not is_read or "treatment" not in regressors:
        parameters = {"formula": text, "default": DEFAULT_FORMULA}
        raise WrongUse(Problem("wake_formula", parameters=parameters))
    return Formula(outcome[0], outcome[1] if len(outcome) == 2 else None, regressors)


UNIT_MICROSECONDS = {
    "days": 86_400_000_000,
    "hours": 3_600_000_000,
    "mins": 60_000_000,
    "secs": 1_000_000,
}
MIN_TIME_WINDOW = 2


@dataclass(frozen=True)
class EventType:
    """Rows of one kind: those whose `column` holds `value`."""

    column: str
    value: Any


@dataclass(frozen=True)
class WakeRequest:
    """A checked request; times in units of `unit`, radii in km."""

    times: tuple[int, ...]
    radii: tuple[float, ...]
    treatment: EventType
    control: EventType
    dependent: EventType
    match_columns: tuple[str, ...]
    unit: str
    formula: Formula
    weighted: bool
    controls: tuple[str, ...]
    match_overlap: bool
    delete_overlap: bool

    @property
    def unit_microseconds(self) -> int:
        """Length of the time unit."""
        return UNIT_MICROSECONDS[self.unit]

    @property
    def covariates(self) -> tuple[str, ...]:
        """Columns of the data that are matched on or regressed on, each once."""
        return tuple(dict.fromkeys((*self.match_columns, *self.controls)))


def problem(rule: str, value: Any = None, **parameters: Any) -> Problem:
    """A problem of wake analysis; `rule` without its prefix."""
    written = None if value is None else str(value)
    return Problem(f"wake_{rule}", value=written, parameters=parameters)


def refuse(rule: str, value: Any = None, **parameters: Any) -> WrongUse:
    """The error for a request that cannot be answered as it was put."""
    return WrongUse(problem(rule, value, **parameters))


def checked_request(
    *,
    t_window: Sequence[float],
    spat_window: Sequence[float],
    treatment: Sequence[Any],
    control: Sequence[Any] | None,
    dependent: Sequence[Any],
    match_columns: Sequence[str] = (),
    t_unit: str = "days",
    estimation: str = "lm",
    formula: str | None = None,
    weighted: bool | None = None,
    estimation_controls: Sequence[str] = (),
    tcm: bool = False,
    delete_sutva: bool = False,
    alpha1: float = 0.05,
    match_default: bool = True,
    mode: str = "reference",
) -> WakeRequest:
    """The request with its windows spread out. Raises WrongUse with the first thing wrong."""
    if mode != "reference":
        raise refuse("unknown_choice", name="mode", value=mode, allowed="reference")
    if t_unit not in UNIT_MICROSECONDS:
        allowed = ", ".join(UNIT_MICROSECONDS)
        raise refuse("unknown_choice", name="t_unit", value=t_unit, allowed=allowed)
    if estimation != "lm":
        raise refuse("unknown_choice", name="estimation", value=estimation, allowed="lm")
    if not match_default:
        raise refuse("unknown_choice", name="match.default", value=False, allowed="true")
    if control is None:
        raise refuse("no_control")
    types = [_event_type(pair) for pair in (treatment, control, dependent)]
    if types[0] == types[1] or types[1] == types[2]:
        raise refuse("control_is_other_type", value=types[1].value)
    controls = _names(estimation_controls)
    read = read_formula(formula or DEFAULT_FORMULA, controls)
    _check_level(alpha1)
    return WakeRequest(
        times=_times(t_window),
        radii=_radii(spat_window),
        treatment=types[0],
        control=types[1],
        dependent=types[2],
        match_columns=_names(match_columns),
        unit=t_unit,
        formula=read,
        weighted=bool(weighted),
        controls=controls,
        match_overlap=bool(tcm),
        delete_overlap=bool(delete_sutva),
    )


def _event_type(pair: Sequence[Any]) -> EventType:
    if isinstance(pair, str) or len(pair) != 2:
        raise refuse("event_type", value=pair)
    return EventType(str(pair[0]), pair[1])


def _names(columns: Sequence[str] | str | None) -> tuple[str, ...]:
    if columns is None:
        return ()
    return (columns,) if isinstance(columns, str) else tuple(columns)


def _check_level(alpha: float) -> None:
    if not 0 < alpha < 1:
        raise refuse("unknown_choice", name="alpha1", value=alpha, allowed="0 – 1")


def _times(window: Sequence[float]) -> tuple[int, ...]:
    steps = spread_window(window, "t_window")
    if any(step != int(step) for step in steps) or steps[0] < MIN_TIME_WINDOW:
        raise refuse("time_window", value=list(window), least=MIN_TIME_WINDOW)
    return tuple(int(step) for step in steps)


def _radii(window: Sequence[float]) -> tuple[float, ...]:
    steps = spread_window(window, "spat_window")
    if steps[0] <= 0:
        raise refuse("space_window", value=list(window))
    return steps


def spread_window(window: Sequence[float], name: str) -> tuple[float, ...]:
    """All values of (min, max, step), the last one at most max; step 0 only where min = max."""
    if len(window) != 3 or not all(math.isfinite(float(value)) for value in window):
        raise refuse("window", name=name, value=list(window))
    low, high, step = (float(value) for value in window)
    if low == high:
        return (low,)
    if step <= 0 or high < low:
        raise refuse("window", name=name, value=list(window))
    count = int((high - low) / step + 1e-10)
    return tuple(min(low + at * step, high) for at in range(count + 1))
