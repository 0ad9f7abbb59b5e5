"""What a model asks of each known day of each area: exposure, history and incidents.

Days lie on a grid of areas × days of the record, where windows are differences of running sums:
window functions of SQL over the same grid took five times as long.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, TypeVar

import duckdb
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[Any]  # whole numbers and flags of any width
Flags = NDArray[np.bool_]
Name = TypeVar("Name")
Days = TypeVar("Days", bound="KnownDays")
WASH_OUT = 14  # days after an activity that count as exposed
WINDOW_ENDS = (3, 7, 14)
LEAD = 7
RECENT, EARLIER = 7, 28  # days of history: the last week, and the three before it
THIRDS = 3  # of a month, within which an area's own season stays the same
MOST_RECENT, MOST_EARLIER = 4, 7  # incidents beyond these say no more
_CODES_SQL = """(
  SELECT unnest($areas) AS area, unnest(range(len($areas))) AS code
)"""


@dataclass(frozen=True)
class KnownDays:
    """One entry a known area-day, by area and day; all arrays have the same length.

    area: codes from 0 in the order of names. month: year × 12 + month - 1. third: of the month,
    from 0. state: 0 unexposed, 1 to 3 the window since the last activity. short, long: incidents of
    the last week and of the three weeks before it, cut off; `independent` ones leave out what UN
    police reported.
    """

    area: Ints
    month: Ints
    third: Ints
    state: Ints
    same: Ints
    lead: Ints
    short: Ints
    long: Ints
    independent_short: Ints
    independent_long: Ints
    incidents: Ints
    independent: Ints


@dataclass(frozen=True)
class ReadingDays(KnownDays):
    """The same days with further exposures by name, as flags; days may have several."""

    exposures: Mapping[str, Ints]


@dataclass(frozen=True)
class Record:
    """Areas × days from the first month of returns to the last: what is on record of each.

    `sent`, `possible`: of each source the days for which returns came, and for which they came or
    still could. `month`, `third`: of each day, as in `KnownDays`.
    """

    areas: tuple[str, ...]
    month: Ints
    third: Ints
    acted: Flags
    incidents: Ints
    independent: Ints
    sent: dict[str, Flags]
    possible: dict[str, Flags]


@dataclass(frozen=True)
class _Frame:
    """The areas that owe returns and the days from the first month of returns to the last."""

    areas: tuple[str, ...]
    first: date
    size: int

    def grid(self, rows: dict[str, Ints], counted: str = "rows") -> Ints:
        """What is counted, by area and day; what lies outside the record is left out."""
        inside = (rows["day"] >= 0) & (rows["day"] < self.size)
        cell = rows["area"][inside] * self.size + rows["day"][inside]
        sums = np.bincount(cell, rows[counted][inside], len(self.areas) * self.size)
        return sums.astype(np.int32).reshape(len(self.areas), self.size)


def read_record(connection: duckdb.DuckDBPyConnection) -> Record:
    """What is on record (`analysis.analyse` says in which tables).

    Raises KeyError where no return is recorded.
    """
    frame = _read_frame(connection)
    independent = "CASE WHEN is_independent THEN rows ELSE 0 END AS independent"
    incident = _read_rows(connection, frame, "series_incident", independent)
    activity = _read_rows(connection, frame, "series_activity")
    month, third = calendar(frame.first, frame.size)
    returned = {
        wanted: {
            source: _read_returned(connection, frame, source, wanted)[:, month - month[0]]
            for source in ("activities", "incidents")
        }
        for wanted in ("is_sent", "is_sent IS NOT NULL")
    }
    return Record(
        frame.areas,
        month,
        third,
        frame.grid(activity) > 0,
        frame.grid(incident),
        frame.grid(incident, "independent"),
        sent=returned["is_sent"],
        possible=returned["is_sent IS NOT NULL"],
    )


def read_counts(
    connection: duckdb.DuckDBPyConnection, queries: Mapping[Name, str]
) -> dict[Name, Ints]:
    """By name the counts (area, day, rows) of a query, by area and day of the record."""
    frame = _read_frame(connection)
    return {
        name: frame.grid(_read_rows(connection, frame, f"({query})"))
        for name, query in queries.items()
    }


def calendar(first: date, size: int) -> tuple[Ints, Ints]:
    """Month and third of the month of so many days from the first on."""
    dates = [first + timedelta(days=day) for day in range(size)]
    month = [day.year * 12 + day.month - 1 for day in dates]
    third = [min((day.day - 1) // 10, THIRDS - 1) for day in dates]
    return np.asarray(month, dtype=np.int32), np.asarray(third, dtype=np.int8)


def possible_days(record: Record) -> Ints:
    """By area the days that would be known, had every return come that still can."""
    return np.asarray(_covers(record.possible, 0).sum(axis=1))


def known_days(record: Record, earlier: int = 0, only: Flags | None = None) -> KnownDays:
    """The known days of the series; `only` these where it is given.

    A day is known where the returns of incidents came for it and the 28 days before, and those of
    activities from 14 days before it to 7 after. `earlier`: days by which activities, and with them
    their returns, are moved back (a placebo).
    """
    acted = moved(record.acted, earlier)
    known = is_known(record, earlier)
    at = np.flatnonzero(known if only is None else known & only)
    area, day = np.divmod(at.astype(np.int32), np.int32(len(record.month)))
    before, independent_before = _running(record.incidents), _running(record.independent)
    found: dict[str, Ints] = {
        "state": _states(acted),
        "same": acted,
        "lead": _summed(_running(acted), -LEAD, -1) > 0,
        "short": _cut_off(_summed(before, 1, RECENT), MOST_RECENT),
        "long": _cut_off(_summed(before, RECENT + 1, EARLIER), MOST_EARLIER),
        "independent_short": _cut_off(_summed(independent_before, 1, RECENT), MOST_RECENT),
        "independent_long": _cut_off(
            _summed(independent_before, RECENT + 1, EARLIER), MOST_EARLIER
        ),
        "incidents": record.incidents,
        "independent": record.independent,
    }
    of_known = {name: values.ravel()[at] for name, values in found.items()}
    return KnownDays(area=area, month=record.month[day], third=record.third[day], **of_known)


def is_known(record: Record, earlier: int = 0) -> Flags:
    """Whether returns came for all that a day is compared by, activities moved back."""
    return _covers(record.sent, earlier)


def activities_known(record: Record) -> Flags:
    """Whether returns came for the activities that a day is compared by."""
    return _covered(record.sent["activities"], WASH_OUT, LEAD)


def exposed_days(record: Record) -> Flags:
    """Days of the fortnight after an activity."""
    return after(record.acted)


def _covers(returned: dict[str, Flags], earlier: int) -> Flags:
    activities = moved(returned["activities"], earlier)
    return _covered(returned["incidents"], EARLIER, 0) & _covered(activities, WASH_OUT, LEAD)


def by_others(days: Days) -> Days:
    """The same days, of which only what others than UN police reported counts, history too."""
    return replace(
        days,
        incidents=days.independent,
        short=days.independent_short,
        long=days.independent_long,
    )


def reading_days(
    record: Record, exposures: Mapping[str, Flags], only: Flags | None = None
) -> ReadingDays:
    """The known days of a record with further exposures by area and day."""
    known = is_known(record) if only is None else is_known(record) & only
    flags = {name: np.asarray(own[known], dtype=np.int8) for name, own in exposures.items()}
    return ReadingDays(**vars(known_days(record, only=only)), exposures=flags)


def after(acted: Flags) -> Flags:
    """Days of the fortnight after an activity, the day itself not counted."""
    return np.asarray(_summed(_running(acted), 1, WASH_OUT) > 0)


def around(record: Record, touches: Flags) -> tuple[dict[str, Flags], Flags]:
    """Exposures of an area's neighbours and of the days after the window; and where both are known.

    `touches`: areas × areas. own: the fortnight after an activity; near: the same after one in an
    area that touches; later: days 15 to 28 after the last one.
    """
    own, returned = after(record.acted), record.sent["activities"]
    later = np.asarray(_summed(_running(record.acted), WASH_OUT + 1, EARLIER) > 0) & ~own
    near = np.asarray(touches.astype(np.int32) @ own.astype(np.int32) > 0)
    unknown = (~_covered(returned, WASH_OUT, 0)).astype(np.int32)
    is_heard = np.asarray(touches.astype(np.int32) @ unknown == 0)
    has_neighbours = np.asarray(touches.any(axis=1))[:, None]
    known = is_heard & has_neighbours & _covered(returned, EARLIER, 0)
    return {"own": own, "near": near, "later": later}, known


def _cut_off(counts: Ints, most: int) -> Ints:
    return np.minimum(counts, most).astype(np.int8)


def _read_frame(connection: duckdb.DuckDBPyConnection) -> _Frame:
    areas = connection.execute("SELECT DISTINCT area FROM series_returned ORDER BY area").fetchall()
    found = connection.execute(
        """SELECT CAST(min("month") AS DATE), last_day(max("month")) FROM series_returned"""
    ).fetchone()
    if not areas or found is None:
        raise KeyError("no return is recorded")
    first, last = found
    return _Frame(tuple(area for (area,) in areas), first, (last - first).days + 1)


def _read_rows(
    connection: duckdb.DuckDBPyConnection, frame: _Frame, table: str, *more: str
) -> dict[str, Ints]:
    """Of each count `area` (its code), `day` of the record, `rows`, and further columns."""
    columns = ", ".join(['code AS area, "day" - $first AS "day", rows', *more])
    query = f"""SELECT {columns} FROM {table} JOIN {_CODES_SQL} USING (area)
      WHERE "day" IS NOT NULL"""
    return _numbers(connection, query, frame)


def _read_returned(
    connection: duckdb.DuckDBPyConnection, frame: _Frame, source: str, wanted: str
) -> Flags:
    """By area and month of the record: whether its return is as wanted."""
    months = _numbers(
        connection,
        f"""SELECT code AS area, datediff('month', $first, "month") AS "month"
        FROM series_returned JOIN {_CODES_SQL} USING (area)
        WHERE {wanted} AND source = '{source}'""",
        frame,
    )
    found = np.zeros((len(frame.areas), frame.size // 28 + 1), dtype=bool)
    found[months["area"], months["month"]] = True
    return found


def _numbers(connection: duckdb.DuckDBPyConnection, query: str, frame: _Frame) -> dict[str, Ints]:
    found = connection.execute(query, {"areas": list(frame.areas), "first": frame.first})
    columns = found.fetchnumpy()
    return {name: np.asarray(values, dtype=np.int64) for name, values in columns.items()}


def moved(flags: Flags, earlier: int) -> Flags:
    """Each day what stands `earlier` days later; nothing where the record has ended."""
    found = np.zeros_like(flags)
    left = max(flags.shape[1] - earlier, 0)
    found[:, :left] = flags[:, earlier:]
    return found


def _running(values: Ints | Flags) -> Ints:
    """Sums before each day, with room on both sides for windows that reach beyond the record."""
    first, end = EARLIER + 1, EARLIER + 1 + values.shape[1]
    running = np.zeros((len(values), end + LEAD), dtype=np.int32)
    np.cumsum(values, axis=1, out=running[:, first:end])
    running[:, end:] = running[:, end - 1 : end]
    return running


def _summed(running: Ints, nearest: int, furthest: int) -> Ints:
    """Sums over the days from `furthest` to `nearest` days before each; negative: after it."""
    size = running.shape[1] - EARLIER - 1 - LEAD
    last, before_first = EARLIER + 1 - nearest, EARLIER - furthest
    return running[:, last : last + size] - running[:, before_first : before_first + size]


def _covered(sent: Flags, before: int, after: int) -> Flags:
    """Whether returns came for every day from `before` days before to `after` days after."""
    return np.asarray(_summed(_running(sent), -after, before) == before + after + 1)


def _states(acted: Flags) -> Ints:
    """The window in which the last activity lies, the day itself not counted; 0: none of them."""
    running = _running(acted)
    within = [(_summed(running, 1, end) > 0).astype(np.int8) for end in WINDOW_ENDS]
    # Windows lie inside each other: one less for each narrower one that holds an activity.
    return np.asarray(within[-1] * len(within) - sum(within[:-1]), dtype=np.int8)
