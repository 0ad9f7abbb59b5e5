"""The days that a file speaks for: declared, in its name, or from its first row to its last."""

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, NamedTuple

from pydantic import StringConstraints

from pipelines.ingest.mapping.files.file_names import fits

Precision = Literal["day", "month", "year"]
SpanEnd = Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]
"""A day, a month or a year as ISO writes it."""
Declared = tuple[SpanEnd | None, SpanEnd | None]
Covers = Declared | Literal["name", "dates"] | Mapping[str, Declared]
_PRECISIONS: dict[int, Precision] = {4: "year", 7: "month", 10: "day"}  # by the length of the text
_COARSE: tuple[Precision, ...] = ("day", "month", "year")
_IN_NAME = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?:-?(?P<quarter>[qt][1-4])|"
    r"-?(?P<month>0[1-9]|1[0-2])(?:-?(?P<day>0[1-9]|[12]\d|3[01]))?)?(?!\d)",
    re.IGNORECASE,
)


class Span(NamedTuple):
    """The days that a file speaks for; None where an end is open.

    `precision`: day, month or year: the shortest period in which no row means that nothing was.
    """

    first: date | None
    last: date | None
    precision: Precision

    def holds(self, other: "Span") -> bool:
        """Whether every day of the other span lies in this one."""
        begins = self.first is None or (other.first is not None and self.first <= other.first)
        ends = self.last is None or (other.last is not None and self.last >= other.last)
        return begins and ends

    def __str__(self) -> str:
        return f"{self.first or '…'} – {self.last or '…'}"


def declared_span(declared: Declared, precision: Precision | None = None) -> Span:
    """First and last day of two ISO dates, months or years."""
    first, last = declared
    stated: set[Precision] = {_PRECISIONS[len(text)] for text in declared if text}
    coarsest: Precision = next((name for name in reversed(_COARSE) if name in stated), "day")
    return Span(
        _end(first, is_last=False) if first else None,
        _end(last, is_last=True) if last else None,
        precision or coarsest,
    )


def _end(text: str, *, is_last: bool) -> date:
    year, month, day = [*(int(part) for part in text.split("-")), None, None][:3]
    assert year is not None
    if month is None:
        return date(year, 12, 31) if is_last else date(year, 1, 1)
    if day is None:
        return date(year, month, monthrange(year, month)[1] if is_last else 1)
    return date(year, month, day)


def span_of(
    covers: Covers | None,
    precision: Precision | None,
    name: str,
    dates: tuple[date, date] | None,
) -> Span | None:
    """What a file of this name covers; `dates`: those of its first and its last row.

    None where nothing says so: its name has no period, its rows have no date.
    """
    if covers is None:
        return None
    if covers == "dates":
        return Span(*dates, precision or "day") if dates else None
    if covers == "name":
        return _span_in(name, precision)
    if isinstance(covers, Mapping):
        found = (ends for pattern, ends in covers.items() if fits(name, pattern))
        ends = next(found, None)
        return declared_span(ends, precision) if ends else None
    assert not isinstance(covers, str)
    return declared_span(covers, precision)


def _span_in(name: str, precision: Precision | None) -> Span | None:
    """From the first period of the name to the last: `2011_2017`, `2026-03`, `2026Q1`."""
    ends = [end for found in _IN_NAME.finditer(name) for end in _of_period(found)]
    return declared_span((min(ends), max(ends, key=_last_day)), precision) if ends else None


def _last_day(text: str) -> date:
    return _end(text, is_last=True)


def _of_period(found: re.Match[str]) -> list[str]:
    year = found["year"]
    if found["quarter"]:
        first = 3 * int(found["quarter"][1]) - 2
        return [f"{year}-{first:02d}", f"{year}-{first + 2:02d}"]
    return ["-".join(part for part in (year, found["month"], found["day"]) if part)]
