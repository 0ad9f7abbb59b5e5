"""Periods, numbers and rows as SDMX-CSV writes them.

Method: SDMX-CSV field guide of the SDMX Technical Working Group, version 2.0; time formats of the
SDMX standards, section 6.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from indicators.dissemination.components import COMPONENTS, Component

Columns = Mapping[str, Sequence[Any]]

# A budget year is a year to SDMX; where its range and its reporting year start tells it apart.
FREQUENCY = {"W": "W", "M": "M", "Q": "Q", "S": "S", "A": "A", "B": "A"}
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9_@-]")
_ESCAPED = re.compile(r"\$([0-9A-F]{1,5})\$")
_DURATION = {"W": "P7D", "M": "P1M", "Q": "P3M", "S": "P6M", "A": "P1Y", "B": "P1Y"}


def observation_texts(cells: Columns) -> dict[str, Iterable[str]]:
    """Every component of the cells, by its id, as the text of each row."""
    return {component.id: _texts(component, cells) for component in COMPONENTS}


def _texts(component: Component, cells: Columns) -> Iterable[str]:
    if component.id == "FREQ":
        return map(FREQUENCY.__getitem__, cells["period_type"])
    if component.id == "TIME_PERIOD":
        return map(time_period, cells["period_type"], cells["period_start"])
    write: Callable[[Any], str] = _WRITTEN.get(component.kind, _text)
    return map(write, cells[component.column])


def time_period(period_type: str, start: date) -> str:
    """First day and duration, `2026-07-01/P3M`.

    The short form `2026-Q3` would move with the reporting year's start day.
    """
    return f"{start.isoformat()}/{_DURATION[period_type]}"


def number_text(value: float | None) -> str:
    """The shortest decimal text that reads back as the same number; empty for null."""
    if value is None:
        return ""
    number = float(value)
    return str(int(number)) if number.is_integer() else _plain(number)


def _plain(number: float) -> str:
    """Without an exponent, which spreadsheet programs of the field read as text."""
    text = repr(number)
    return f"{number:.20f}".rstrip("0") if "e" in text else text


@lru_cache(maxsize=65_536)  # a column repeats its few codes for thousands of rows
def code_id(code: str) -> str:
    """A code as SDMX allows the id of one: other characters by their number, `$20$` for a space."""
    return _NOT_IN_ID.sub(lambda found: f"${ord(found[0]):X}$", code)


def code_of(identifier: str) -> str:
    """The code that has this id."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), identifier)


def _code(value: object) -> str:
    return "" if value is None else code_id(str(value))


def _text(value: object) -> str:
    return "" if value is None else str(value)


_WRITTEN: Mapping[str, Callable[[Any], str]] = {"number": number_text, "code": _code}
