"""Weeks, months, quarters, half-years, calendar and budget years: names, bounds and months.

Pure functions of dates. What belongs to which period is said by a measure's time rule.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

PERIOD_TYPES = ("W", "M", "Q", "S", "A", "B")
_MONTHS = {"M": 1, "Q": 3, "S": 6, "A": 12, "B": 12}
_FIRST_BUDGET_MONTH = 7

# The period types in which a date of this precision counts (definitions 17).
PRECISION_PERIODS = {
    "day": ("W", "M", "Q", "S", "A", "B"),
    "week": ("W", "M", "Q", "S", "A", "B"),
    "month": ("M", "Q", "S", "A", "B"),
    "quarter": ("Q", "S", "A", "B"),
    "year": ("A",),
}


@dataclass(frozen=True)
class Period:
    """One period: `start` and `end` are its first and last day."""

    period_type: str
    name: str
    start: date
    end: date

    @property
    def middle(self) -> date:
        """First day plus half the days, rounded down (definitions 39)."""
        return self.start + timedelta(days=((self.end - self.start).days + 1) // 2)

    @property
    def months(self) -> list[date]:
        """First days of its months; a week has the month of its Thursday (definitions 11)."""
        if self.period_type == "W":
            return [(self.start + timedelta(days=3)).replace(day=1)]
        first = self.start
        return [add_months(first, step) for step in range(_MONTHS[self.period_type])]


def add_months(first: date, months: int) -> date:
    """The first day of the month so many months after the month of `first`."""
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def day_months_after(day: date, months: int) -> date:
    """The same day of a later month, else that month's last day (definitions 14)."""
    first = add_months(day, months)
    return first + timedelta(days=min(day.day, (add_months(first, 1) - first).days) - 1)


def period_of(day: date, period_type: str) -> Period:
    """The period of this type that holds the day."""
    if period_type == "W":
        start = day - timedelta(days=day.weekday())
        return Period("W", _name("W", start), start, start + timedelta(days=6))
    length = _MONTHS[period_type]
    offset = _FIRST_BUDGET_MONTH - 1 if period_type == "B" else 0
    start = add_months(day, -((day.month - 1 - offset) % length))
    return Period(
        period_type, _name(period_type, start), start, add_months(start, length) - timedelta(days=1)
    )


def _name(period_type: str, start: date) -> str:
    match period_type:
        case "W":
            year, week, _ = start.isocalendar()
            return f"{year}-W{week:02d}"
        case "M":
            return f"{start:%Y-%m}"
        case "Q":
            return f"{start.year}-Q{(start.month + 2) // 3}"
        case "S":
            return f"{start.year}-S{(start.month + 5) // 6}"
        case "B":
            return f"{start.year}/{(start.year + 1) % 100:02d}"
        case _:
            return str(start.year)


def periods_between(first: date, last: date, period_types: Sequence[str]) -> list[Period]:
    """Every period of these types that holds a day of [first, last], by type, then in time."""
    found = []
    for period_type in period_types:
        period = period_of(first, period_type)
        while period.start <= last:
            found.append(period)
            period = period_of(period.end + timedelta(days=1), period_type)
    return found


def previous_year(period: Period) -> Period:
    """The same period of last year."""
    if period.period_type == "W":
        return period_of(period.start + timedelta(days=3) - timedelta(weeks=52), "W")
    return period_of(add_months(period.start, -12), period.period_type)


def period_named(name: str) -> Period:
    """The period of a name: 2026-W31, 2026-07, 2026-Q3, 2026-S2, 2026, 2025/26.

    Raises ValueError where the text names no period.
    """
    period_type, start = _parse(name)
    period = period_of(start, period_type)
    if period.name != name:
        raise ValueError(name)
    return period


def _parse(name: str) -> tuple[str, date]:
    year = int(name[:4])
    rest = name[4:]
    if not rest:
        return "A", date(year, 1, 1)
    if rest.startswith("/"):
        return "B", date(year, _FIRST_BUDGET_MONTH, 1)
    number = int(rest.lstrip("-WQS"))
    match rest[1:2]:
        case "W":
            return "W", date.fromisocalendar(year, number, 1)
        case "Q":
            return "Q", date(year, number * 3 - 2, 1)
        case "S":
            return "S", date(year, number * 6 - 5, 1)
        case _:
            return "M", date(year, number, 1)
