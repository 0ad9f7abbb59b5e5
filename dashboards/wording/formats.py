"""Numbers, intervals, dates and periods in the reader's language, by Babel and the catalogue.

Spaces before signs and in large numbers do not break; the minus is U+2212.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from babel.dates import format_date

from dashboards.wording.words import Words
from indicators.foundation.calendar.day_text import DAY_OF_YEAR, MONTH, day_text
from indicators.foundation.messages import has_message, message
from indicators.foundation.numbers.number_format import number_text
from indicators.foundation.periods import Period, period_of

_WHOLE_MEASURES = ("count", "count_distinct", "sum")


def number(value: float, words: Words, decimals: int = 0) -> str:
    """A number with the language's separators: 1,234.5 or 1 234,5."""
    if round(abs(value), decimals) == 0:
        value = 0.0
    return number_text(value, words.language, decimals).replace("-", "−")


def number_or_dash(value: Any, words: Words, decimals: int = 0) -> str:
    """A number, or an en dash where there is none."""
    return "–" if is_missing(value) else number(value, words, decimals)


def signed(value: float, words: Words, decimals: int = 0) -> str:
    """A difference with + or −; zero has no sign."""
    text = number(abs(value), words, decimals)
    is_zero = round(abs(value), decimals) == 0
    return text if is_zero else ("−" if value < 0 else "+") + text


def percent(value: float, words: Words, decimals: int = 0) -> str:
    """A share of 100 with its sign."""
    return words("format.percent", number=number(value, words, decimals))


def day(value: date | pd.Timestamp, words: Words) -> str:
    """12 Oct 2026, 12 oct. 2026; words of a date do not break."""
    return day_text(value, words.language)


def day_beside(value: date | pd.Timestamp, other: date | pd.Timestamp, words: Words) -> str:
    """A day of which the year is said only where it is not that of another day beside it."""
    if value.year != other.year:
        return day(value, words)
    return day_text(value, words.language, DAY_OF_YEAR)


def month(value: date | pd.Timestamp, words: Words) -> str:
    """Sep 2026, sept. 2026."""
    return day_text(value, words.language, MONTH)


def month_name(value: date | pd.Timestamp, words: Words) -> str:
    """Sep, sept."""
    return str(format_date(value, "LLL", locale=words.language))


def months(values: Sequence[date | pd.Timestamp], words: Words) -> str:
    """Jul–Sep 2026 where they follow each other within a year; else each by its name."""
    first, last = values[0], values[-1]
    if 0 < len(values) - 1 == last.month - first.month and first.year == last.year:
        return words("format.months", first=month_name(first, words), last=month(last, words))
    return words.listed([month(value, words) for value in values])


def is_missing(value: Any) -> bool:
    """Whether a cell of a frame holds nothing."""
    return value is None or bool(pd.isna(value))


@dataclass(frozen=True)
class Unit:
    """How the values of one indicator are written: unit of measure, kind of measure."""

    unit_of_measure: str
    measure: str

    @property
    def is_percent(self) -> bool:
        """Whether values are shares of 100."""
        return self.unit_of_measure == "percent"

    def decimals(self, half_width: float | None) -> int:
        """Percent none (one under a half-width of 1), counts none, the rest one."""
        if self.is_percent:
            return 1 if half_width is not None and half_width < 1 else 0
        return 0 if self.measure in _WHOLE_MEASURES else 1

    def value(self, value: float, words: Words, half_width: float | None = None) -> str:
        """A value as it stands in a table whose head names the unit."""
        decimals = self.decimals(half_width) if value else 0
        text = number(value, words, decimals)
        return words("format.percent", number=text) if self.is_percent else text

    def bare(self, value: float, words: Words) -> str:
        """A value without its sign of percent, where the mark beside it has one."""
        return number(value, words, self.decimals(None))

    def interval(self, low: float, high: float, words: Words) -> str:
        """37–45, 37 à 45, −5 to 7."""
        decimals = self.decimals((high - low) / 2)
        key = "format.range_signed" if low < 0 else "format.range"
        bounds = {"low": number(low, words, decimals), "high": number(high, words, decimals)}
        return words(key, **bounds)

    def words(self, words: Words, number: str = "2") -> str:
        """The unit in words: percent, patrols, per 100,000 people; as it goes with a number."""
        key = f"unit.{self.unit_of_measure}"
        if has_message(key):
            return message(key, words.language, number=number)
        return self.unit_of_measure.replace("_", " ")

    def change(self, difference: float, words: Words) -> str:
        """A difference of two values with its sign; in percentages as points."""
        return self.as_change(signed(difference, words, self.decimals(None)), words)

    def as_change(self, text: str, words: Words) -> str:
        """The text of a number as the size of a change."""
        return words("format.points" if self.differs_in_points else "format.change", number=text)

    @property
    def differs_in_points(self) -> bool:
        """Whether a difference of two figures is told in points: of shares, in their percent."""
        return self.unit_of_measure in ("percent", "percentage_points")


def period_name(period: Period, words: Words) -> str:
    """Q3 2026, Sep 2026, 2026, budget year 2025/26, week 31 of 2026."""
    kind, code = period.period_type, period.name
    if kind == "M":
        return month(period.start, words)
    if kind in "QS":
        return words(f"period.{kind}", number=code[-1], year=str(period.start.year))
    if kind == "W":
        return words("period.W", number=code[-2:], year=code[:4])
    return words(f"period.{kind}", code=code)


def period_heading(period: Period, words: Words) -> str:
    """Both names of a quarter (calendar and budget year), else the period's one name."""
    if period.period_type != "Q":
        return period_name(period, words)
    code, start, end = period.name, period.start, period.end
    budget_year = period_of(start, "B")
    return words(
        "period.quarter_heading",
        first=format_date(start, "LLLL", locale=words.language),
        last=format_date(end, "LLLL", locale=words.language),
        year=str(start.year),
        quarter=code[-1],
        budget_year=budget_year.name,
        budget_quarter=str(budget_year.months.index(start) // 3 + 1),
    )
