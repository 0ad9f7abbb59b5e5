"""The engine again, slow and obvious: pandas and loops over single rows, areas and periods.

Shares nothing with the compiler but the definitions; property tests compare the two.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from tests.indicators.small_warehouse import ABOVE, AREAS, UNITS

Row = Mapping[str, Any]
_RANK = {"country": 0, "admin1": 1, "admin2": 2, "admin3": 3, "site": 4}
_FINEST = {"exact": 4, "near": 4, "admin2": 2, "admin1": 1, "country": 0}
Cell = tuple[str, str, str, str]


def areas_of(row: Row) -> list[str]:
    """The areas in which a row counts: its own and above, as far as its place is known."""
    finest = _FINEST[row.get("location_precision", "exact")]
    return [area for area in ABOVE[row["area_code"]] if _RANK[AREAS[area][1]] <= finest]


def periods_of(day: date) -> list[tuple[str, str]]:
    """Month, quarter, year and budget year of a day."""
    budget = day.year if day.month >= 7 else day.year - 1
    return [
        ("M", f"{day.year}-{day.month:02d}"),
        ("Q", f"{day.year}-Q{(day.month - 1) // 3 + 1}"),
        ("A", str(day.year)),
        ("B", f"{budget}/{(budget + 1) % 100:02d}"),
    ]


def cells(
    rows: Sequence[Row],
    day_of: Callable[[Row], date | None],
    unit_column: str,
    value_of: Callable[[list[Row]], float | None],
) -> dict[Cell, float]:
    """(period type, period, area, unit type or _T): value, where it is neither empty nor zero."""
    members: dict[Cell, list[Row]] = {}
    for row in rows:
        day = day_of(row)
        if day is None:
            continue
        unit_type = UNITS[row[unit_column]][1] if row.get(unit_column) else None
        for period_type, period in periods_of(day):
            for area in areas_of(row):
                for group in ["_T", *([unit_type] if unit_type else [])]:
                    members.setdefault((period_type, period, area, group), []).append(row)
    values = {cell: value_of(found) for cell, found in members.items()}
    return {cell: value for cell, value in values.items() if value}


def is_police_patrol(row: Row) -> bool:
    """A completed patrol of a police unit."""
    return (
        row["activity_type"] == "patrol"
        and row["status"] == "completed"
        and UNITS[row["unit_code"]][0] == "police"
    )


def patrols(rows: list[Row]) -> float:
    """P2-OP-01."""
    return len([row for row in rows if is_police_patrol(row)])


def person_days(rows: list[Row]) -> float:
    """P2-OP-02."""
    total = 0
    for row in filter(is_police_patrol, rows):
        if row["personnel_count"] is None:
            continue
        days = 1
        if row["ended_at"] is not None:
            if row["ended_at"] < row["started_at"]:
                continue
            length = row["ended_at"] - row["started_at"]
            days = max(1, -(-length // timedelta(days=1)))
        total += row["personnel_count"] * days
    return total


def foot_share(rows: list[Row]) -> float | None:
    """P2-OP-03."""
    known = [row for row in rows if is_police_patrol(row) and row["patrol_mode"] is not None]
    on_foot = [row for row in known if row["patrol_mode"] == "foot"]
    return 100 * len(on_foot) / len(known) if known else None


def processes(rows: list[Row]) -> float:
    """P1-OP-09."""
    return len(
        {
            row["process_code"]
            for row in rows
            if row["activity_type"] == "mediation"
            and row["status"] == "completed"
            and UNITS[row["unit_code"]][0] == "police"
            and row["process_code"] is not None
        }
    )


def minutes_to_arrival(rows: list[Row]) -> float | None:
    """P2-OC-03."""
    waited = []
    for row in rows:
        unit = row["responding_unit_code"]
        police = UNITS[unit][0] == "police" if unit else row["responding_component"] == "police"
        arrived, confirmed = row["arrived_at"], row["confirmed_at"]
        if police and row["merged_into"] is None and arrived is not None and arrived >= confirmed:
            waited.append((arrived - confirmed).total_seconds() / 60)
    return float(pd.Series(waited).median()) if waited else None


def start_day(row: Row) -> date:
    """The day of an activity's start (the small mission's clock is UTC)."""
    start: datetime = row["started_at"]
    return start.date()


def confirmation_day(row: Row) -> date | None:
    """The day on which an alert was confirmed."""
    confirmed: datetime | None = row["confirmed_at"]
    return confirmed.date() if confirmed else None
