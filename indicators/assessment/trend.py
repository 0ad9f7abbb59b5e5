"""Trends: whether a value has changed, by a test; otherwise "no clear change".

Which cells are compared with which, and in which family; the tests are in `change_tests.py`.

Surveys: the newest wave of a period against the wave before it, by the t-test of the difference;
where both went back to the same sampling units, with their covariance (`changes.py`).
Counts, sums, distinct counts and rates over time: against the same period of last year; exposure is
days, for rates persons x days. Shares of registers: the same, by Fisher's exact test. Dispersion
comes from the months (weeks for weeks; where there are no months the shortest period) before the
period, and needs at least 8 of them. No trend: stocks, means and medians (null in this version),
parts of a breakdown, and cells that are not complete (only status A is compared with A).
Figures of two versions of a definition are never compared: where the earlier period or wave was
computed by another version, the trend says that the definition changed.

Families of Benjamini and Hochberg: all indicators' mission totals of one period; within an
indicator, all areas of one period. A trend is called at q < .05.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from indicators.assessment.change_tests import (
    Dispersion,
    Floats,
    count_change_p,
    dispersion,
    estimate_change_p,
    share_change_p,
)
from indicators.definitions.measures import SURVEY_KINDS
from indicators.definitions.mission_profile import Mission
from indicators.foundation.codes import NORMAL, TOO_IMPRECISE
from indicators.foundation.mart_tables import totals_sql
from indicators.foundation.periods import period_named, previous_year
from indicators.foundation.statistics import benjamini_hochberg
from indicators.survey.waves.changes import overlapping_sample_se

DEFINITION_CHANGED = "definition_changed"
TRENDS = ("improving", "worsening", "more", "fewer", "no_clear_change", DEFINITION_CHANGED)
LEVEL = 0.05
_COUNTS = ("count", "sum", "count_distinct", "rate")
_LONGER_TYPES = ("M", "Q", "S", "A", "B")
_BY_LENGTH = ("M", "W", "Q", "S", "A", "B")
_SERIES = ["indicator", "indicator_version", "area"]


def trends(connection: duckdb.DuckDBPyConnection, mission: Mission) -> None:
    """Set `trend` in `mart.indicator_value`: one of TRENDS, null where it cannot be told.

    Reads `mart.indicator` (measure, direction) and the cells' own figures.
    """
    cells = connection.execute(cells_sql(), {"mission": mission.mission}).df()
    surveys = cells[cells["is_survey"]]
    versions = dict(zip(surveys["indicator"], surveys["indicator_version"], strict=True))
    errors = overlapping_sample_se(connection, mission, versions)
    tested = pd.concat([*_register_changes(cells), _wave_changes(cells, errors)], ignore_index=True)
    named = cells.set_index("cell_id")[[*_SERIES, "direction", "period_type", "period"]]
    tested = tested.join(named, on="cell_id")
    found = pd.concat([_called(tested, mission.country_area), _across_versions(cells)])
    connection.execute(
        "UPDATE mart.indicator_value SET trend = NULL WHERE mission = ?", [mission.mission]
    )
    connection.register("found_trends", found)
    connection.execute(
        """UPDATE mart.indicator_value AS cell SET trend = found_trends.trend
        FROM found_trends WHERE cell.rowid = found_trends.cell_id"""
    )
    connection.unregister("found_trends")


def cells_sql() -> str:
    """Total cells with what their indicator says of tests. Parameter: mission."""
    survey_kinds = ", ".join(f"'{kind}'" for kind in SURVEY_KINDS)
    return f"""
SELECT cell.rowid AS cell_id, cell.indicator, cell.indicator_version, cell.area,
  cell.period_type, cell.period, cell.period_start, cell.period_end,
  cell.value, cell.numerator, cell.denominator, cell.se, cell.df, cell.obs_status,
  indicator.measure, indicator.direction,
  indicator.measure IN ({survey_kinds}) AS is_survey,
  cell.time_rule = 'stock' AS is_stock
FROM mart.indicator_value AS cell
JOIN mart.indicator AS indicator
  ON indicator.mission = cell.mission AND indicator.indicator = cell.indicator
  AND indicator.version = cell.indicator_version
WHERE cell.mission = $mission AND {totals_sql("cell.")}
ORDER BY cell.indicator, cell.indicator_version, cell.area, cell.period_type, cell.period_start"""


# Registers ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    """Figures of one period type, series x period in time; nan where a cell is not complete."""

    periods: pd.DataFrame  # period, period_start, period_end
    cell_id: Floats
    part: Floats
    whole: Floats  # exposure of a count, denominator of a share

    def before(self, day: pd.Timestamp) -> np.ndarray:
        """The periods that end before a day."""
        return np.flatnonzero(self.periods["period_end"].to_numpy() < np.datetime64(day))


def _register_changes(cells: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Tests of counts and of shares; kinds that start from other periods go apart."""
    registers = cells[~cells["is_survey"] & ~cells["is_stock"]]
    shortest = _shortest_type(registers)
    for is_share, measures in ((False, _COUNTS), (True, ("ratio",))):
        chosen = registers[registers["measure"].isin(measures)]
        for base in (*_LONGER_TYPES, "W"):
            of_base = chosen[shortest.reindex(chosen.index) == base]
            if len(of_base):
                yield from _changes_from(of_base, base, is_share)
            if base == "M":
                weeks = chosen[chosen["period_type"] == "W"]
                yield from _changes_from(weeks, "W", is_share) if len(weeks) else ()


def _shortest_type(cells: pd.DataFrame) -> pd.Series:
    """By cell: the shortest period type, weeks apart, that its indicator is published for."""
    longer = cells[cells["period_type"] != "W"]
    rank = longer["period_type"].map({name: at for at, name in enumerate(_LONGER_TYPES)})
    by_indicator = [longer["indicator"], longer["indicator_version"]]
    return rank.groupby(by_indicator).transform("min").map(dict(enumerate(_LONGER_TYPES)))


def _changes_from(cells: pd.DataFrame, base: str, is_share: bool) -> Iterator[pd.DataFrame]:
    """Tests of all period types whose dispersion comes from periods of type `base`."""
    series = cells[_SERIES].drop_duplicates().reset_index(drop=True)
    number = cells.merge(series.reset_index(names="series"), on=_SERIES)["series"].to_numpy()
    tables = {
        period_type: _table(cells[at], number[at], len(series))
        for period_type in sorted(set(cells["period_type"]))
        for at in [(cells["period_type"] == period_type).to_numpy()]
    }
    noise: dict[pd.Timestamp, Dispersion] = {}
    for table in tables.values():
        for now, before in _pairs(table):
            start = table.periods["period_start"].iloc[now]
            if start not in noise:
                noise[start] = _noise(tables[base], base, start, is_share)
            yield _tested(table, (now, before), noise[start], is_share)


def _table(cells: pd.DataFrame, series: np.ndarray, size: int) -> Table:
    periods = (
        cells[["period", "period_start", "period_end"]]
        .drop_duplicates("period")
        .sort_values("period_start", ignore_index=True)
    )
    at = (series, periods.reset_index().set_index("period")["index"].loc[cells["period"]])
    days = (cells["period_end"] - cells["period_start"]).dt.days.to_numpy() + 1.0
    is_share = cells["measure"].eq("ratio").to_numpy()
    persons = np.where(cells["measure"].eq("rate"), cells["denominator"].astype(float), 1.0)
    whole = np.where(is_share, cells["denominator"].astype(float), days * persons)
    complete = cells["obs_status"].eq(NORMAL).to_numpy()
    part = cells["numerator"].astype(float).fillna(cells["value"].astype(float)).to_numpy()

    def spread(values: np.ndarray, fits: np.ndarray) -> Floats:
        table = np.full((size, len(periods)), np.nan)
        table[at[0][fits], at[1].to_numpy()[fits]] = values[fits]
        return table

    every = np.ones(len(cells), dtype=bool)
    return Table(
        periods,
        spread(cells["cell_id"].to_numpy(dtype=float), every),
        spread(part, complete),
        spread(whole, complete),
    )


def _pairs(table: Table) -> Iterator[tuple[int, int]]:
    """Each period with the same period of last year, by their places in the table."""
    place = {name: at for at, name in enumerate(table.periods["period"])}
    for name, at in place.items():
        earlier = previous_year(period_named(name)).name
        if earlier in place:
            yield at, place[earlier]


def _noise(table: Table, base: str, start: pd.Timestamp, is_share: bool) -> Dispersion:
    earlier = table.before(start)
    if not len(earlier):
        nothing = np.full(len(table.part), np.nan)
        return Dispersion(nothing, nothing)
    year, season = _year_and_season(table.periods["period_start"].iloc[earlier], base, start)
    return dispersion(table.part[:, earlier], table.whole[:, earlier], year, season, is_share)


def _year_and_season(
    starts: pd.Series, base: str, day: pd.Timestamp
) -> tuple[np.ndarray, np.ndarray]:
    """By period: whole years that it lies before a day, and its place in the year, both from 0.

    Counted back from the day, two years of quarters are two years and not parts of three. Years
    have no season, and no year of their own: with one figure a year there is nothing but a level.
    """
    if base in ("A", "B"):
        return np.zeros(len(starts), dtype=np.int64), np.zeros(len(starts), dtype=np.int64)
    if base == "W":
        weeks = (day - starts).dt.days.to_numpy() // 7
        back = (weeks - 1) // 52
        place = starts.dt.isocalendar()["week"].to_numpy()
    else:
        months = (day.year - starts.dt.year) * 12 + day.month - starts.dt.month
        back, place = (months.to_numpy() - 1) // 12, starts.dt.month.to_numpy()
    return back.astype(np.int64), np.unique(place, return_inverse=True)[1].astype(np.int64)


def _tested(table: Table, at: tuple[int, int], noise: Dispersion, is_share: bool) -> pd.DataFrame:
    now, before = at
    test = share_change_p if is_share else count_change_p
    figures = (
        table.part[:, now],
        table.whole[:, now],
        table.part[:, before],
        table.whole[:, before],
    )
    x, n, y, m = figures
    p = test(x, n, y, m, noise) if is_share else test(x, y, n, m, noise)
    with np.errstate(divide="ignore", invalid="ignore"):
        change = x / n - y / m
    frame = pd.DataFrame({"cell_id": table.cell_id[:, now], "change": change, "p": p})
    return frame[np.isfinite(p)]


# Surveys ------------------------------------------------------------------------------------------


def _wave_changes(cells: pd.DataFrame, errors: pd.DataFrame) -> pd.DataFrame:
    """Each period's newest wave against the wave before it; both must be fit to be shown.

    `errors`: standard errors of pairs that share sampling units (`changes.py`); the others
    are independent samples.
    """
    surveys = cells[cells["is_survey"] & cells["obs_status"].isin([NORMAL, TOO_IMPRECISE])]
    frame = _wave_pairs(surveys)
    frame = _with_shared_units(frame, cells, errors)
    frame["p"] = estimate_change_p(
        *(frame[name].to_numpy(dtype=float) for name in ("change", "se", "df"))
    )
    return frame.loc[np.isfinite(frame["p"]), ["cell_id", "change", "p"]]


def _with_shared_units(
    frame: pd.DataFrame, cells: pd.DataFrame, errors: pd.DataFrame
) -> pd.DataFrame:
    key = ["indicator", "period_type", "period", "area"]
    named = frame.join(cells.set_index("cell_id")[key], on="cell_id")
    shared = named.merge(errors, how="left", on=key)
    for name in ("se", "df"):
        found = pd.to_numeric(shared[f"shared_{name}"]).to_numpy(dtype=float)
        frame[name] = np.where(np.isfinite(found), found, frame[name])
    return frame


def _wave_pairs(surveys: pd.DataFrame) -> pd.DataFrame:
    """`cell_id, change, se, df` of the newest wave in each period against the wave before it.

    A wave is told from the next by the shortest periods of its series: no two show the same one.
    The standard error is that of independent samples.
    """
    cells = surveys.assign(series=surveys.groupby(_SERIES).ngroup(), place=np.arange(len(surveys)))
    length = cells["period_type"].map({name: at for at, name in enumerate(_BY_LENGTH)})
    is_base = length == length.groupby(cells["series"]).transform("min")
    waves = cells[is_base].sort_values("period_end")
    before = waves.groupby("series")[["value", "se", "df", "obs_status"]].shift()
    waves = waves[["series", "period_start", "period_end"]].assign(
        change=waves["value"] - before["value"],
        se=np.hypot(waves["se"].astype(float), before["se"].astype(float)),
        df=waves["df"] + before["df"],
        is_told=waves["obs_status"].eq(NORMAL) & before["obs_status"].eq(NORMAL),
    )
    newest = pd.merge_asof(
        cells[["cell_id", "place", "series", "period_start", "period_end"]].sort_values(
            "period_end"
        ),
        waves.rename(columns={"period_start": "wave_start"}),
        on="period_end",
        by="series",
    )
    told = newest["is_told"].eq(True) & (newest["wave_start"] >= newest["period_start"])
    return (
        newest[told]
        .sort_values("place", ignore_index=True)[["cell_id", "change", "se", "df"]]
        .astype(float)
    )


# Versions -----------------------------------------------------------------------------------------


def _across_versions(cells: pd.DataFrame) -> pd.DataFrame:
    """Complete cells whose earlier period or wave another version of the definition computed."""
    several = cells.groupby("indicator")["indicator_version"].transform("nunique") > 1
    tested = cells["measure"].isin([*_COUNTS, "ratio"]) | cells["is_survey"]
    complete = cells["obs_status"].eq(NORMAL) & cells["value"].notna() & ~cells["is_stock"]
    chosen = cells[several & tested & complete]
    place = ["indicator", "area", "period_type"]
    waves = chosen[chosen["is_survey"]].sort_values("period_start")
    years = {name: previous_year(period_named(name)).name for name in set(chosen["period"])}
    wave_before = waves.groupby(place)["period"].shift().reindex(chosen.index)
    before = wave_before.where(chosen["is_survey"], chosen["period"].map(years))
    earlier = chosen[[*place, "period", "indicator_version"]].rename(
        columns={"period": "before", "indicator_version": "version_before"}
    )
    compared = chosen.assign(before=before.astype(chosen["period"].dtype)).merge(
        earlier, on=[*place, "before"]
    )
    broken = compared[compared["version_before"] != compared["indicator_version"]]
    return pd.DataFrame({"cell_id": broken["cell_id"].astype("int64"), "trend": DEFINITION_CHANGED})


# Calls --------------------------------------------------------------------------------------------


def _called(tested: pd.DataFrame, country_area: str) -> pd.DataFrame:
    """One row a tested cell: `cell_id, trend`."""
    is_mission = tested["area"].eq(country_area)
    scope = tested["indicator"].where(~is_mission, "")
    keys = [tested["period_type"], tested["period"], scope]
    family = pd.Series(list(zip(*keys, strict=True)), dtype=object)
    q = benjamini_hochberg(
        tested["p"].to_numpy(dtype=float), pd.factorize(family)[0].astype(np.int64)
    )
    rises = tested["change"].to_numpy(dtype=float) > 0
    neutral = tested["direction"].eq("neutral").to_numpy()
    better = rises == tested["direction"].eq("up").to_numpy()
    word = np.select(
        [q >= LEVEL, neutral & rises, neutral, better],
        ["no_clear_change", "more", "fewer", "improving"],
        "worsening",
    )
    return pd.DataFrame(
        {"cell_id": tested["cell_id"].astype(np.int64).to_numpy(), "trend": word.astype(object)}
    )
