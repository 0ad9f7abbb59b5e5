"""The engine again, slow and obvious: pandas and loops over single rows, areas and periods.

Shares nothing with the compiler but the definitions; property tests compare the two.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from tests.worlds.rows.warehouse import AREAS, UNITS

Row = Mapping[str, Any]
Cell = tuple[str, str, str, str]  # period type, period, area, unit type or _T
Figure = tuple[str, float | None, float | None]  # status, value, n
Move = tuple[str, str, date]  # area, new parent, first day
AS_OF = date(2026, 12, 31)
STARTS_ON = date(2026, 1, 1)
_RANK = {"country": 0, "admin1": 1, "admin2": 2, "admin3": 3, "site": 4}
_FINEST = {"exact": 4, "near": 4, "admin2": 2, "admin1": 1, "country": 0}


@dataclass(frozen=True)
class World:
    """What the rows lie in: areas that change parent, and residents of `area: (day, persons)`."""

    moves: Sequence[Move] = ()
    residents: Mapping[str, Sequence[tuple[date, int]]] = None  # type: ignore[assignment]

    def chain(self, area: str, day: date) -> list[str]:
        """The area and those that hold it on that day."""
        found = [area]
        while (above := self._parent(found[-1], day)) is not None:
            found.append(above)
        return found

    def _parent(self, area: str, day: date) -> str | None:
        moved = [(on, to) for where, to, on in self.moves if where == area and on <= day]
        return max(moved)[1] if moved else AREAS[area][0]

    def places(self, row: Row, day: date) -> list[str]:
        """The areas in which a row of a day counts, finest first."""
        finest = _FINEST[row.get("location_precision", "exact")]
        chain = self.chain(row["area_code"], day)
        return [area for area in chain if _RANK[AREAS[area][1]] <= finest]

    def persons(self, area: str, day: date) -> float | None:
        """Residents of one area on a day: linear between two figures, then the last."""
        figures = sorted(self.residents.get(area, ()))
        if not figures or day < figures[0][0]:
            return None
        days = [(on - date(2000, 1, 1)).days for on, _ in figures]
        asked = (day - date(2000, 1, 1)).days
        return float(np.interp(asked, days, [persons for _, persons in figures]))


def periods_of(day: date) -> list[tuple[str, str]]:
    """Week, month, quarter, half-year, year and budget year of a day."""
    budget = day.year if day.month >= 7 else day.year - 1
    year, week, _ = day.isocalendar()
    return [
        ("W", f"{year}-W{week:02d}"),
        ("M", f"{day.year}-{day.month:02d}"),
        ("Q", f"{day.year}-Q{(day.month - 1) // 3 + 1}"),
        ("S", f"{day.year}-S{1 if day.month < 7 else 2}"),
        ("A", str(day.year)),
        ("B", f"{budget}/{(budget + 1) % 100:02d}"),
    ]


@dataclass
class Span:
    """The days of one period, found by counting."""

    first: date
    last: date

    @property
    def middle(self) -> date:
        """The first day and half of the days."""
        return self.first + timedelta(days=((self.last - self.first).days + 1) // 2)


def all_periods(first: date, kinds: str) -> dict[tuple[str, str], Span]:
    """Every period of these types that holds a day from the first to the as-of day."""
    found: dict[tuple[str, str], Span] = {}
    for number in range(-400, 800):
        day = first + timedelta(days=number)
        for key in periods_of(day):
            if key[0] in kinds:
                found.setdefault(key, Span(day, day)).last = day
    return {key: span for key, span in found.items() if span.last >= first and span.first <= AS_OF}


@dataclass(frozen=True)
class Slow:
    """One indicator: the day of a row, the rows that count, and what a cell's rows come to.

    `value_of` gives value and n; None for a value that there is not. `has_zero`: nothing is zero.
    `default_time_dimension`: the day by which any row shows that the source reports.
    """

    code: str
    table: str
    day_of: Callable[[Row], date | None]
    counts: Callable[[Row], bool]
    value_of: Callable[[list[Row]], tuple[float | None, float]]
    default_time_dimension: Callable[[Row], date]
    has_zero: bool = False
    unit_column: str | None = "unit_code"
    kinds: str = "MQSAB"
    per: int | None = None  # a rate by residents
    reach_days: int = 0  # of a case that ripens: how long before its period it may begin

    def is_known_in_part(self, span: Span) -> bool:
        """Whether the period still runs, or begins before the mission or reaches before it."""
        begins = span.first
        if span.last - begins == timedelta(days=6):  # a week goes with the month of its Thursday
            begins = (begins + timedelta(days=3)).replace(day=1)
        return span.last > AS_OF or begins - timedelta(days=self.reach_days) < STARTS_ON


def flow_cells(slow: Slow, rows: Sequence[Row], world: World) -> dict[Cell, Figure]:
    """Every total cell and every cell of a unit type with a case, for all but states."""
    rows = [row for row in rows if (slow.day_of(row) or AS_OF) <= AS_OF]
    days = [day for row in rows if (day := slow.day_of(row)) is not None]
    periods = all_periods(min(days, default=STARTS_ON), slow.kinds)
    told = {
        key
        for row in rows
        if slow.default_time_dimension(row) <= AS_OF
        for key in periods_of(slow.default_time_dimension(row))
    }
    told |= {key for day in days for key in periods_of(day)}
    members: dict[Cell, list[Row]] = {}
    for row in rows:
        day = slow.day_of(row)
        if day is None or not slow.counts(row):
            continue
        places = world.places(row, day)
        for key in periods_of(day):
            if key not in periods or not _has_residents(slow, world, places, periods[key]):
                continue
            for area in places:
                for group in ["_T", *_unit_types(slow, row)]:
                    members.setdefault((*key, area, group), []).append(row)
    wanted = {(*key, area, "_T") for key in periods for area in AREAS} | members.keys()
    found: dict[Cell, Figure] = {}
    for cell in wanted:
        span, is_told = periods[cell[:2]], cell[:2] in told
        is_part = slow.is_known_in_part(span)
        found[cell] = _figure(slow, members.get(cell, []), cell, span, is_told, is_part, world)
    return found


def _unit_types(slow: Slow, row: Row) -> Iterable[str]:
    if not slow.unit_column:
        return []
    unit = row[slow.unit_column]
    return [UNITS[unit][1] if unit else "_U"]


def _has_residents(slow: Slow, world: World, places: list[str], span: Span) -> bool:
    """Whether a case lies in, below or above an area with a figure at the middle of the period."""
    if slow.per is None:
        return True
    peopled = [area for area in world.residents if world.persons(area, span.middle) is not None]
    return any(area in places or places[0] in world.chain(area, span.middle) for area in peopled)


def _figure(
    slow: Slow, rows: list[Row], cell: Cell, span: Span, is_told: bool, is_part: bool, world: World
) -> Figure:
    if not rows and not is_told:
        return "O", None, None
    value, n = slow.value_of(rows) if rows or not slow.has_zero else (0.0, 0.0)
    if slow.per is not None:
        held = [a for a in world.residents if cell[2] in world.chain(a, span.middle)]
        persons = [p for a in held if (p := world.persons(a, span.middle)) is not None]
        value = slow.per * len(rows) / sum(persons) if sum(persons) > 0 else None
    if value is None:
        return "M", None, n
    return ("P" if is_part else "A"), value, n


def state_cells(
    slow: Slow,
    rows: Sequence[Row],
    world: World,
    held_on: Callable[[Sequence[Row], date], list[Row]],
) -> dict[Cell, Figure]:
    """Every total cell of a stock: the rows that are held on the last day of the period."""
    days = [day for row in rows if (day := slow.day_of(row)) is not None and day <= AS_OF]
    found: dict[Cell, Figure] = {}
    for key, span in all_periods(min(days, default=STARTS_ON), slow.kinds).items():
        day = min(span.last, AS_OF)
        held = held_on(rows, day)
        for area in AREAS:
            here = [r for r in held if slow.counts(r) and area in world.chain(r["area_code"], day)]
            cell = (*key, area, "_T")
            found[cell] = ("O", None, None)
            if here:
                is_part = span.last > AS_OF  # a state is known or not by its own date
                found[cell] = _figure(slow, here, cell, span, True, is_part, world)
    return found


def published(cells: Mapping[Cell, Figure], adds_up: bool, is_rate: bool) -> dict[Cell, Figure]:
    """The cells of the grid; of counts and sums with the zeros of every unit type that is shown.

    Shown: at that level of areas, by that kind of period. Of a rate with the zeros of every unit
    type of any cell, where its total has a figure.
    """
    kept = {cell: figure for cell, figure in cells.items() if _is_published(cell)}
    if is_rate:
        return _zero_rates(cells) | kept
    if not adds_up:
        return kept
    totals = {cell[:3]: figure for cell, figure in kept.items() if cell[3] == "_T"}
    zeros = {cell: _zero_of(status) for cell, (status, _, _) in totals.items()}
    shown: dict[tuple[str, str], set[str]] = defaultdict(set)
    for cell, figure in kept.items():
        if cell[3] != "_T" and figure != zeros[cell[:3]]:
            shown[_place_of(cell)].add(cell[3])
    every = {
        (*cell, unit_type): zero
        for cell, zero in zeros.items()
        for unit_type in shown[_place_of(cell)]
    }
    return {cell: figure for cell, figure in every.items() if _is_published(cell)} | {
        cell: figure for cell, figure in kept.items() if cell[3] in {*shown[_place_of(cell)], "_T"}
    }


def _zero_rates(cells: Mapping[Cell, Figure]) -> dict[Cell, Figure]:
    unit_types = {cell[3] for cell in cells} - {"_T", "_U"}
    zeros = {
        (*cell[:3], unit_type): (status, 0.0, 0.0)
        for cell, (status, value, _) in cells.items()
        if cell[3] == "_T" and value is not None
        for unit_type in unit_types
    }
    return {cell: figure for cell, figure in zeros.items() if _is_published(cell)}


def _place_of(cell: Sequence[str]) -> tuple[str, str]:
    """The kind of period and the level of the area."""
    return cell[0], AREAS[cell[2]][1]


def _zero_of(status: str) -> Figure:
    return (status, 0.0, 0.0) if status in "AP" else (status, None, None)


def _is_published(cell: Cell) -> bool:
    kind, _, area, unit_type = cell
    level = AREAS[area][1]
    if unit_type == "_T":
        return kind in ("MQ" if level in ("admin3", "site") else "WMQSAB")
    return kind in ("MQAB" if level in ("country", "admin1") else "Q")


def newest_lists(rows: Sequence[Row], day: date) -> list[Row]:
    """The census of each area and actor that was listed last by that day."""
    listed = [row for row in rows if row["listed_on"] <= day]
    newest: dict[tuple[str, str], date] = {}
    for row in listed:
        key = (row["area_code"], row["host_state_actor"])
        newest[key] = max(newest.get(key, date.min), row["listed_on"])
    return [r for r in listed if r["listed_on"] == newest[r["area_code"], r["host_state_actor"]]]


def in_force(rows: Sequence[Row], day: date) -> list[Row]:
    """The deployments that have begun by that day and not ended before it."""
    return [r for r in rows if r["from_on"] <= day and (r["to_on"] is None or r["to_on"] >= day)]


def is_police_patrol(row: Row) -> bool:
    """A completed patrol of a police unit."""
    return row["activity_type"] == "patrol" and is_police_done(row)


def is_police_done(row: Row) -> bool:
    """A completed activity of a police unit."""
    return row["status"] == "completed" and UNITS[row["unit_code"]][0] == "police"


def person_days(row: Row) -> float | None:
    """Personnel times begun 24-hour periods; None without personnel or with an end too early."""
    if row["personnel_count"] is None:
        return None
    days = 1
    if row["ended_at"] is not None:
        if row["ended_at"] < row["started_at"]:
            return None
        days = max(1, -(-(row["ended_at"] - row["started_at"]) // timedelta(days=1)))
    return float(row["personnel_count"] * days)


def minutes_to_arrival(row: Row) -> float | None:
    """Minutes from confirmation to arrival; None where either is missing or out of order."""
    arrived, confirmed = row["arrived_at"], row["confirmed_at"]
    if arrived is None or confirmed is None or arrived < confirmed:
        return None
    return float((arrived - confirmed).total_seconds() / 60)


def is_police_response(row: Row) -> bool:
    """The unit is of the police, or there is none and the component is."""
    unit = row["responding_unit_code"]
    return UNITS[unit][0] == "police" if unit else row["responding_component"] == "police"


def due_at(row: Row) -> datetime:
    """When an alert's target time ends."""
    hours = {"high": 24, "medium": 48, "low": 72}[row["level"]]
    received: datetime = row["received_at"]
    return received + timedelta(hours=hours)


def counted(rows: list[Row]) -> tuple[float | None, float]:
    """Rows."""
    return float(len(rows)), float(len(rows))


def summed(value: Callable[[Row], float | None]) -> Callable[[list[Row]], tuple[float, float]]:
    """The sum of a value, and how many were summed."""
    return lambda rows: (float(sum(_numbers(rows, value))), float(len(_numbers(rows, value))))


def averaged(value: Callable[[Row], float | None]) -> Callable[[list[Row]], Any]:
    """The mean of a value."""
    return _of_numbers(value, lambda numbers: float(np.mean(numbers)))


def at_quantile(value: Callable[[Row], float | None], share: float) -> Callable[[list[Row]], Any]:
    """A quantile of a value, linear between two."""
    return _of_numbers(value, lambda numbers: float(pd.Series(numbers).quantile(share)))


def share_of(
    numerator: Callable[[Row], float | None], denominator: Callable[[Row], float | None]
) -> Callable[[list[Row]], tuple[float | None, float]]:
    """Hundred times one sum over another; None where the other is zero."""

    def value_of(rows: list[Row]) -> tuple[float | None, float]:
        below = float(sum(_numbers(rows, denominator)))
        above = float(sum(_numbers(rows, numerator)))
        return (100 * above / below if below > 0 else None), below

    return value_of


def distinct(name: Callable[[Row], Any]) -> Callable[[list[Row]], tuple[float, float]]:
    """How many different ones."""

    def value_of(rows: list[Row]) -> tuple[float, float]:
        found = float(len({name(row) for row in rows}))
        return found, found

    return value_of


def _numbers(rows: list[Row], value: Callable[[Row], float | None]) -> list[float]:
    return [float(found) for row in rows if (found := value(row)) is not None]


def _of_numbers(
    value: Callable[[Row], float | None], of: Callable[[list[float]], float]
) -> Callable[[list[Row]], tuple[float | None, float]]:
    def value_of(rows: list[Row]) -> tuple[float | None, float]:
        numbers = _numbers(rows, value)
        return (of(numbers) if numbers else None), float(len(numbers))

    return value_of
