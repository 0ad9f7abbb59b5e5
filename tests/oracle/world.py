"""What the independent recomputation starts from: core tables as pandas frames, areas, periods.

Written from `definitions.md` and `source_tables.md` alone. Nothing of the engine belongs here.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

import duckdb
import pandas as pd

from indicators.definitions.mission_profile import Mission

LEVELS = ["country", "admin1", "admin2", "admin3", "site"]
PERIOD_TYPES = ["W", "M", "Q", "S", "A", "B"]
LINEAGE = ["mission", "file_sha256", "sheet", "row_number"]


@dataclass(frozen=True)
class World:
    """All core tables of one mission, and the day as of which it is seen."""

    tables: dict[str, pd.DataFrame]
    mission: Mission
    as_of: pd.Timestamp
    first: pd.Timestamp  # a day of the first month that is shown
    counted: dict[Any, pd.DataFrame] = field(default_factory=dict, init=False)  # `returns_of`

    def since(self, day: pd.Timestamp) -> "World":
        """The same, shown from an earlier day, where a source has older rows than the mission."""
        return replace(self, first=min(self.first, day))

    @cached_property
    def level(self) -> "pd.Series[str]":
        """Area code: level."""
        newest = self.tables["areas"].sort_values("valid_from").groupby("area_code").tail(1)
        return newest.set_index("area_code")["area_level"]

    @cached_property
    def above(self) -> pd.DataFrame:
        """Columns `area_code`, `area`, `rank`: each area with itself and all that hold it."""
        newest = self.tables["areas"].sort_values("valid_from").groupby("area_code").tail(1)
        parent = newest.set_index("area_code")["parent_area_code"]
        pairs = []
        for code in parent.index:
            holder = code
            while isinstance(holder, str):
                pairs.append((code, holder, LEVELS.index(self.level[holder])))
                holder = parent[holder]
        return pd.DataFrame(pairs, columns=["area_code", "area", "rank"])

    @cached_property
    def periods(self) -> pd.DataFrame:
        """Columns `period_type`, `period`, `start`, `end`: from the first day to the as-of day."""
        days = pd.Series(pd.date_range(self.first, self.as_of, freq="D"))
        named = pd.concat(
            pd.DataFrame({"period_type": kind, "period": period_of(days, kind)})
            for kind in PERIOD_TYPES
        ).drop_duplicates()
        spans = [bounds(period) for period in named["period"]]
        named["start"], named["end"] = zip(*spans, strict=True)
        return named.reset_index(drop=True)

    def local(self, times: pd.Series) -> pd.Series:
        """UTC times on the clock of the mission's zone (definition 6)."""
        zone = times.dt.tz_localize("UTC").dt.tz_convert(self.mission.time_zone)
        return zone.dt.tz_localize(None)

    def on_both_clocks(self, rows: pd.DataFrame, other: pd.Series) -> pd.DataFrame:
        """Rows by their own `day` and once more by another date, both up to the as-of date."""
        again = rows.assign(day=other)
        return pd.concat([rows, again[again["day"] <= self.as_of]], ignore_index=True)

    def unit_at(self, codes: pd.Series, days: pd.Series) -> pd.DataFrame:
        """`component`, `unit_type` of units on days; the last version is kept (definition 4)."""
        units = self.tables["units"].sort_values("valid_from")
        asked = pd.DataFrame({"unit_code": codes, "day": days, "at": range(len(codes))})
        pairs = asked.merge(units[["unit_code", "valid_from", "component", "unit_type"]])
        pairs = pairs[pairs["valid_from"] <= pairs["day"]]
        newest = pairs.sort_values("valid_from").groupby("at").tail(1).set_index("at")
        found = newest.reindex(range(len(codes)))[["component", "unit_type"]]
        return found.set_axis(codes.index)


def read_world(connection: duckdb.DuckDBPyConnection, mission: Mission, as_of: date) -> World:
    """Every core table, read whole."""
    names = connection.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'core'"
    ).fetchall()
    tables = {
        name: connection.execute(f'SELECT * FROM core."{name}"').df().drop(columns=LINEAGE)
        for (name,) in names
    }
    return World(tables, mission, pd.Timestamp(as_of), pd.Timestamp(mission.starts_on))


def period_of(days: pd.Series, kind: str) -> pd.Series:
    """The name of the period that holds each day: ISO week (Monday to Sunday), month, quarter,
    half-year, calendar year or budget year (July to June); each day is named once."""
    at, each = pd.factorize(days.dt.normalize())
    names = _names(pd.Series(each), kind).array
    return pd.Series(names.take(at, allow_fill=True), index=days.index)


def _names(days: pd.Series, kind: str) -> pd.Series:
    year = days.dt.year
    if kind == "W":
        return days.dt.strftime("%G-W%V")
    if kind == "S":
        return year.astype("string") + "-S" + (1 + (days.dt.month > 6)).astype("string")
    if kind == "M":
        return days.dt.strftime("%Y-%m")
    if kind == "Q":
        return year.astype("string") + "-Q" + days.dt.quarter.astype("string")
    if kind == "A":
        return year.astype("string")
    first = year - (days.dt.month < 7)
    return first.astype("string") + "/" + ((first + 1) % 100).astype("string").str.zfill(2)


def bounds(period: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First and last day of a period by its name."""
    if "/" in period:
        first, months = pd.Timestamp(int(period[:4]), 7, 1), 12
    elif "W" in period:
        first = pd.Timestamp.fromisocalendar(int(period[:4]), int(period[6:]), 1)
        return first, first + pd.Timedelta(days=6)
    elif "S" in period:
        first, months = pd.Timestamp(int(period[:4]), 6 * int(period[-1]) - 5, 1), 6
    elif "Q" in period:
        first, months = pd.Timestamp(int(period[:4]), 3 * int(period[-1]) - 2, 1), 3
    elif "-" in period:
        first, months = pd.Timestamp(int(period[:4]), int(period[5:]), 1), 1
    else:
        first, months = pd.Timestamp(int(period), 1, 1), 12
    return first, first + pd.DateOffset(months=months) - pd.Timedelta(days=1)
