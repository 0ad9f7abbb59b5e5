"""A query as SDMX-REST writes it, read into conditions on cells; nothing of it becomes SQL text.

Method: SDMX-REST API 2.1.0, data and availability queries: key, component filters with operators
(`eq, ne, lt, le, gt, ge, co, nc, sw, ew`), `,` for or and `+` for and; `offset` and `limit` of 2.2.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from dashboards.api.problems import ApiProblem
from indicators.dissemination.components import (
    AGENCY,
    BY_ID,
    DIMENSIONS,
    STRUCTURE,
    VERSION,
    Component,
)
from indicators.dissemination.notation import code_of
from indicators.foundation.periods import Period, add_months, period_named

_CONTEXTS = ("dataflow", "datastructure", "provisionagreement", "*")
# How the one version there is may be asked for.
VERSIONS = ("*", "~", "+", VERSION, "1+", "1.0+", "1+.0.0", "1.0+.0", "1.0.0+", "1.0", "1")
_ANY = "*"
_OPERATORS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_TEXT_OPERATORS = ("co", "nc", "sw", "ew")
# Known before a cell is worked out: what a total has in common with its parts.
_OF_THE_TOTAL = ("FREQ", "INDICATOR", "REF_AREA", "MISSION", "TIME_PERIOD")
_FREQUENCY_SQL = "CASE period_type WHEN 'B' THEN 'A' ELSE period_type END"
_RANGE = re.compile(r"(\d{4}-\d{2}-\d{2})/P(\d+)([DWMY])")


@dataclass
class Condition:
    """A condition in SQL whose values are parameters, all named with `prefix` and a number."""

    prefix: str
    text: str = "true"
    parameters: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class CellQuery:
    """What is asked for: `before` holds of totals and parts alike, `after` of single cells."""

    before: Condition
    after: Condition

    @property
    def told(self) -> tuple[object, ...]:
        """What tells it from every other query."""
        return tuple(
            part
            for condition in (self.before, self.after)
            for part in (condition.text, *condition.parameters.items())
        )


def check_flow(parts: Sequence[str]) -> None:
    """Context, agency, resource and version; raises ApiProblem where they are not those here."""
    context, agency, resource, version = [*parts, *[_ANY] * (4 - len(parts))]
    if context not in _CONTEXTS:
        known = ", ".join(_CONTEXTS)
        raise ApiProblem("unknown_value", name="context", value=context, known=known)
    is_ours = context != "provisionagreement" and _names(agency, AGENCY)
    is_ours = is_ours and _names(resource, STRUCTURE)
    if not is_ours or not any(one in VERSIONS for one in version.split(",")):
        raise ApiProblem("no_data")


def _names(asked: str, own: str) -> bool:
    return any(one in (_ANY, own) for one in asked.split(","))


def cell_query(key: str, filters: Mapping[str, Sequence[str]]) -> CellQuery:
    """The conditions of a key and of component filters. Raises ApiProblem where one is wrong."""
    before, after = Condition("b"), Condition("a")
    keys = [_key(one) for one in key.split(",")] if key not in ("", _ANY) else []
    if keys:
        _add(before, _any_of(before, keys, of_total=True))
        _add(after, _any_of(after, keys, of_total=False))
    for name, texts in filters.items():
        component = BY_ID.get(name)
        if component is None:
            raise ApiProblem("unknown_component", name=name, known=", ".join(BY_ID))
        target = before if name in _OF_THE_TOTAL else after
        for text in texts:
            for part in re.split(r"[+ ]", text):
                _add(target, _alternatives(target, component, part.split(",")))
    return CellQuery(before, after)


def _add(condition: Condition, text: str) -> None:
    condition.text = f"{condition.text} AND ({text})"


def _key(text: str) -> list[str]:
    parts = text.split(".")
    if len(parts) != len(DIMENSIONS):
        known = ".".join(one.id for one in DIMENSIONS)
        raise ApiProblem("bad_key", value=text, number=len(DIMENSIONS), known=known)
    return parts


def _any_of(condition: Condition, keys: Iterable[Sequence[str]], of_total: bool) -> str:
    """One of several keys, of which only the dimensions of totals are looked at, or all."""
    told = []
    for key in keys:
        parts = [
            _compared(condition, component, "=", value)
            for component, value in zip(DIMENSIONS, key, strict=True)
            if value not in ("", _ANY) and (not of_total or component.id in _OF_THE_TOTAL)
        ]
        told.append(" AND ".join(parts) or "true")
    return " OR ".join(f"({one})" for one in told)


def _alternatives(condition: Condition, component: Component, texts: Sequence[str]) -> str:
    told = []
    for text in texts:
        operator, _, value = text.rpartition(":")
        if operator and operator not in (*_OPERATORS, *_TEXT_OPERATORS):
            operator, value = "", text
        if value == "":
            raise ApiProblem("unknown_value", name=f"c[{component.id}]", value=text, known="–")
        if operator in _TEXT_OPERATORS:
            told.append(_text_compared(condition, component, operator, value))
        elif value == _ANY and not operator:
            told.append("true")
        else:
            told.append(_compared(condition, component, _OPERATORS[operator or "eq"], value))
    return " OR ".join(told)


def _compared(condition: Condition, component: Component, operator: str, value: str) -> str:
    if component.kind == "period":
        return _period_compared(condition, operator, value)
    if component.kind in ("number", "integer"):
        try:
            return f"{component.column} {operator} {_given(condition, float(value))}"
        except ValueError as error:
            raise ApiProblem("bad_number", name=component.id, value=value) from error
    return f"{_column(component)} {operator} {_given(condition, code_of(value))}"


def _text_compared(condition: Condition, component: Component, operator: str, value: str) -> str:
    if component.kind in ("number", "integer", "period"):
        raise ApiProblem("unknown_value", name="operator", value=operator, known="eq, ne, lt …")
    column, given = f"CAST({_column(component)} AS VARCHAR)", _given(condition, code_of(value))
    function = {"co": "contains", "nc": "NOT contains", "sw": "starts_with", "ew": "ends_with"}
    return f"{function[operator]}({column}, {given})"


def _column(component: Component) -> str:
    return _FREQUENCY_SQL if component.id == "FREQ" else component.column


def _period_compared(condition: Condition, operator: str, value: str) -> str:
    """From or up to a period, its own days included; equal to it in both."""
    period = _period(value)
    text = {
        "=": "period_start = {start} AND period_end = {end}",
        "<>": "NOT (period_start = {start} AND period_end = {end})",
        "<": "period_end < {start}",
        "<=": "period_end <= {end}",
        ">": "period_start > {end}",
        ">=": "period_start >= {start}",
    }[operator]
    days = {"start": period.start, "end": period.end}
    return text.format(
        **{name: _given(condition, day) for name, day in days.items() if f"{{{name}}}" in text}
    )


def _period(text: str) -> Period:
    """2026-Q3, 2026-07, 2026-W31, 2026-S2, 2026, 2025/26, 2026-07-15 or 2026-07-01/P3M."""
    try:
        found = _RANGE.fullmatch(text)
        if found:
            return _from_range(date.fromisoformat(found[1]), int(found[2]), found[3])
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}(T.*)?", text):
            day = date.fromisoformat(text[:10])
            return Period("", text, day, day)
        if re.fullmatch(r"\d{4}(-M\d{2}|-A1)", text):
            text = text.replace("-A1", "").replace("M", "")
        return period_named(text)
    except (ValueError, OverflowError) as error:
        raise ApiProblem("bad_period", value=text) from error


def _from_range(start: date, number: int, unit: str) -> Period:
    if unit in "DW":
        days = number * (7 if unit == "W" else 1)
        return Period("", "", start, start + timedelta(days=days - 1))
    later = add_months(start, number * (12 if unit == "Y" else 1))
    return Period("", "", start, later.replace(day=start.day) - timedelta(days=1))


def _given(condition: Condition, value: object) -> str:
    """The place of a parameter; its name is its number, nothing of its value."""
    name = f"{condition.prefix}{len(condition.parameters)}"
    condition.parameters[name] = value
    return f"${name}"
