"""Changes of counts and shares against the same period of last year: figures, then the tests.

Two complete periods are compared as they are published. Where returns are missing in one of them,
or where the period is still running, the area-months that came in both are compared
(`comparable_months.py`), if they are at least half of those that were due. A fall found there has
to hold with the silent areas at a high value too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from indicators.assessment.changes.change_tests import (
    LEVEL,
    Dispersion,
    Floats,
    Sizes,
    count_change_p,
    count_change_sizes,
    dispersion,
    share_change_p,
    share_change_sizes,
)
from indicators.assessment.changes.comparable_months import AreaMonths, Flags
from indicators.definitions.measures import COUNT_KINDS
from indicators.foundation.mart_tables import NORMAL, NOT_COMPUTABLE, PROVISIONAL
from indicators.foundation.periods import Period, period_named, previous_year

SERIES = ["indicator", "indicator_version", "area"]
SIZES = ("change", "change_ci_low", "change_ci_high", "change_visible")
BASIS = ("trend_areas", "trend_areas_due", "trend_months", "trend_months_due")
_LONGER_TYPES = ("M", "Q", "S", "A", "B")
_ADDS = ("flow", "matured")
_NOTHING = -1  # the column of a month that is not there


def register_changes(
    cells: pd.DataFrame, above: pd.DataFrame, periods: pd.DataFrame
) -> Iterator[pd.DataFrame]:
    """Tests of counts and of shares: `cell_id, way, p, trend_reason`, SIZES and BASIS.

    cells: `total_cells`; above: `area, below`, each area with itself and all below it; periods:
    `total_periods` of all indicators, be `cells` of some of them.
    A row for every cell with a value; p is nan where it was not tested, and the reason says why.
    Kinds that start from other periods go apart.
    """
    for base, is_share, tables in tables_by_base(cells, above, periods):
        yield from _changes_from(base, is_share, *tables)


def tables_by_base(
    cells: pd.DataFrame, above: pd.DataFrame, periods: pd.DataFrame
) -> Iterator[tuple[str, bool, tuple["Series", dict[str, "Table"], AreaMonths]]]:
    """Registers by kind of measure and by the periods that they start from.

    Gives the type of these periods, whether they are shares, and their tables. A table has a column
    for each of `periods`: its sums are the same, to the last digit, whichever cells it is made of.
    """
    registers, known = _registers(cells), _registers(periods)
    for is_share, measures in ((False, COUNT_KINDS), (True, ("ratio",))):
        for base in (*_LONGER_TYPES, "W"):
            group, spans = (
                frame[frame["measure"].isin(measures) & (frame["base"] == base)]
                for frame in (registers, known)
            )
            found = _tables_of(group, base, above, spans) if len(group) else None
            if found is not None:
                yield base, is_share, found


def _registers(cells: pd.DataFrame) -> pd.DataFrame:
    """With `base`: W of weeks, else the shortest type that the indicator is published for."""
    found = cells[~cells["is_survey"] & ~cells["is_stock"]]
    longer = found[found["period_type"] != "W"]
    rank = longer["period_type"].map({name: at for at, name in enumerate(_LONGER_TYPES)})
    by_indicator = [longer["indicator"], longer["indicator_version"]]
    shortest = rank.groupby(by_indicator).transform("min").map(dict(enumerate(_LONGER_TYPES)))
    return found.assign(base=shortest.reindex(found.index).fillna("W"))


# Figures ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    """Figures of one period type, series x period in time; nan where a cell is not complete."""

    periods: pd.DataFrame  # period, period_start, period_end, is_running
    cell_id: Floats  # nan where the cell holds no value
    part: Floats
    whole: Floats  # exposure of a count, denominator of a share

    def before(self, day: pd.Timestamp) -> np.ndarray:
        """The periods that end before a day."""
        return np.flatnonzero(self.periods["period_end"].to_numpy() < np.datetime64(day))

    @cached_property
    def place(self) -> dict[str, int]:
        """Periods by name."""
        return {name: at for at, name in enumerate(self.periods["period"])}


@dataclass(frozen=True)
class Series:
    """What is known of each series beside its figures, in the order of its rows."""

    frame: pd.DataFrame  # SERIES, known_from, known_to
    adds: Flags  # whether its figures are sums over areas and months

    def begins_by(self, day: date) -> Flags:
        """Whether the record has begun on a day."""
        known_from = self.frame["known_from"]
        return np.asarray(known_from.isna() | (known_from <= pd.Timestamp(day)))

    def lasts_until(self, day: date) -> Flags:
        """Whether the record has not ended before a day."""
        known_to = self.frame["known_to"]
        return np.asarray(known_to.isna() | (known_to >= pd.Timestamp(day)))


def _changes_from(
    base: str, is_share: bool, series: Series, tables: dict[str, Table], months: AreaMonths
) -> Iterator[pd.DataFrame]:
    """Tests of all period types whose dispersion comes from periods of type `base`."""
    noise: dict[tuple[pd.Timestamp, int], Dispersion] = {}
    for period_type, table in tables.items():
        length = length_in(base, period_type)
        for now, start in enumerate(table.periods["period_start"]):
            if (start, length) not in noise:
                noise[start, length] = noise_before(
                    months, tables[base], base, start, length, is_share
                )
            usual = noise[start, length]
            yield _tested(table, now, months, tables[base], series, usual, is_share)


def _tables_of(
    cells: pd.DataFrame, base: str, above: pd.DataFrame, spans: pd.DataFrame
) -> tuple[Series, dict[str, Table], AreaMonths] | None:
    """The series of these cells, their figures by type of period, and their months."""
    named = cells.groupby(SERIES, sort=False, as_index=False).agg(
        known_from=("known_from", "first"),
        known_to=("known_to", "first"),
        time_rule=("time_rule", "first"),
        measure=("measure", "first"),
    )
    adds = named["time_rule"].isin(_ADDS) & (named["measure"] != "count_distinct")
    series = Series(named, adds.to_numpy())
    number = cells[SERIES].merge(named[SERIES].reset_index(names="series"), on=SERIES)["series"]
    tables = {
        period_type: _table(
            cells[at],
            number.to_numpy()[at],
            len(named),
            spans[spans["period_type"] == period_type],
        )
        for period_type in sorted(cells["period_type"].unique())
        for at in [(cells["period_type"] == period_type).to_numpy()]
    }
    if base not in tables:
        return None
    is_base = (cells["period_type"] == base).to_numpy()
    months = _area_months(cells[is_base], number.to_numpy()[is_base], tables[base], series, above)
    return series, tables, months


def has_value(cells: pd.DataFrame) -> pd.Series:
    """Whether a cell has a value that may be compared, be it provisional."""
    return cells["obs_status"].isin([NORMAL, PROVISIONAL]) & cells["value"].notna()


def _table(cells: pd.DataFrame, series: np.ndarray, size: int, spans: pd.DataFrame) -> Table:
    periods = (
        spans[["period", "period_start", "period_end", "is_running"]]
        .drop_duplicates("period")
        .sort_values("period_start", ignore_index=True)
    )
    at = (series, periods.reset_index().set_index("period")["index"].loc[cells["period"]])
    complete = cells["obs_status"].eq(NORMAL).to_numpy()
    is_told = has_value(cells).to_numpy()
    part, whole = _figures(cells)

    def spread(values: np.ndarray, fits: np.ndarray) -> Floats:
        table = np.full((size, len(periods)), np.nan)
        table[at[0][fits], at[1].to_numpy()[fits]] = values[fits]
        return table

    return Table(
        periods,
        spread(cells["cell_id"].to_numpy(dtype=float), is_told),
        spread(part, complete),
        spread(whole, complete),
    )


def _figures(cells: pd.DataFrame) -> tuple[Floats, Floats]:
    """By cell: what was counted, and its exposure (of a share the denominator)."""
    days = (cells["period_end"] - cells["period_start"]).dt.days.to_numpy() + 1.0
    is_share = cells["measure"].eq("ratio").to_numpy()
    persons = np.where(cells["measure"].eq("rate"), cells["denominator"].astype(float), 1.0)
    whole = np.where(is_share, cells["denominator"].astype(float), days * persons)
    part = cells["numerator"].astype(float).fillna(cells["value"].astype(float))
    return np.array(part, dtype=np.float64), np.array(whole, dtype=np.float64)


def _area_months(
    cells: pd.DataFrame, number: np.ndarray, table: Table, series: Series, above: pd.DataFrame
) -> AreaMonths:
    """The months of each series; `cells` and `number` are those of the base type alone."""
    at = (number, cells["period"].map(table.place).to_numpy())
    received, due = _received(cells), _due(cells, number)
    part, whole = (np.nan_to_num(figures) for figures in _figures(cells))

    def spread(values: np.ndarray) -> np.ndarray:
        grid = np.zeros((len(series.frame), len(table.place) + 1), dtype=values.dtype)
        grid[at] = values
        return grid

    return AreaMonths(
        spread(np.where(received, part, 0.0)),
        spread(np.where(received, whole, 0.0)),
        spread(received),
        spread(due),
        np.append(~table.periods["is_running"].to_numpy(), False),
        spread(np.where(received, 0.0, part)),
        spread(np.where(received, 0.0, whole)),
        _members(cells, number, series, above),
    )


def _received(cells: pd.DataFrame) -> Flags:
    """All returns of the area came for the month; a share without a case is a month too."""
    no_case = cells["obs_status"].eq(NOT_COMPUTABLE) & cells["measure"].ne("rate")
    returns_due = cells["returns_due"].astype(float)
    all_came = (returns_due > 0) & (cells["returns_received"].astype(float) >= returns_due)
    on_record = (cells["known_from"].isna() | (cells["known_from"] <= cells["period_start"])) & (
        cells["known_to"].isna() | (cells["known_to"] >= cells["period_end"])
    )
    whole = all_came & on_record & ~cells["is_running"]
    return np.asarray(cells["obs_status"].eq(NORMAL) | (no_case & whole))


def _due(cells: pd.DataFrame, number: np.ndarray) -> Flags:
    """Something was due for the month. A rate asks for areas with people."""
    returns_due = cells["returns_due"].astype(float)
    owed = np.where(returns_due.notna(), returns_due > 0, cells["obs_status"] != NOT_COMPUTABLE)
    persons = cells["denominator"].astype(float) > 0
    has_people = persons.groupby(number).transform("any") | cells["measure"].ne("rate").to_numpy()
    return np.asarray(owed & has_people.to_numpy())


def _members(
    cells: pd.DataFrame, number: np.ndarray, series: Series, above: pd.DataFrame
) -> csr_array:
    """Series x series: 1 where the second is one of the areas that the first is made of.

    These are the lowest areas that owe returns. Every other series is made of itself: that of a
    source without returns, below the areas that owe them, and of what does not add up.
    """
    named = series.frame[SERIES].reset_index(names="series")
    owes = np.zeros(len(named), dtype=bool)
    owes[number[cells["returns_due"].notna().to_numpy()]] = True
    owing = named[owes & series.adds]
    pairs = owing.merge(above, on="area").merge(
        owing.rename(columns={"area": "below", "series": "member"}),
        on=["indicator", "indicator_version", "below"],
    )
    inner = pairs.loc[pairs["series"] != pairs["member"], "series"].unique()
    pairs = pairs[~pairs["member"].isin(inner)]
    alone = named.loc[~named["series"].isin(pairs["series"]), "series"].to_numpy()
    rows = np.concatenate([pairs["series"].to_numpy(), alone])
    columns = np.concatenate([pairs["member"].to_numpy(), alone])
    return csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(named), len(named)))


# Dispersion ---------------------------------------------------------------------------------------

# Periods of each base type in a year, and in a period of each longer type.
_YEAR = {"W": 52, "M": 12, "Q": 4, "S": 2, "A": 1, "B": 1}


def length_in(base: str, period_type: str) -> int:
    """How many periods of type `base` a period has."""
    return 1 if period_type == "W" else _YEAR[base] // _YEAR[period_type]


def noise_before(
    months: AreaMonths, table: Table, base: str, day: pd.Timestamp, length: int, is_share: bool
) -> Dispersion:
    """How much periods of so many months vary by themselves, from the months that end before a
    day."""
    earlier = table.before(day)
    if not len(earlier):
        nothing = np.full(len(months.part), np.nan)
        return Dispersion(nothing, nothing)
    count, usual, exposure = months.monthly(earlier)
    return dispersion(count, usual, _YEAR[base], length, exposure if is_share else None)


# Tests --------------------------------------------------------------------------------------------


def _tested(
    table: Table,
    now: int,
    months: AreaMonths,
    base: Table,
    series: Series,
    noise: Dispersion,
    is_share: bool,
) -> pd.DataFrame:
    """All series of one period against the year before; a row for each cell with a value."""
    period = period_named(table.periods["period"].iloc[now])
    earlier = previous_year(period)
    before = table.place.get(earlier.name)
    published = _published(table, now, before)
    is_complete = np.isfinite(published).all(axis=0)
    columns = _paired_months(base, period)
    sums = months.compared(*columns)
    is_running = bool(table.periods["is_running"].iloc[now])
    on_record = series.begins_by(earlier.start) & (is_running | series.lasts_until(period.end))
    in_part = ~is_complete & series.adds & on_record & sums.is_enough
    figures = np.where(is_complete, published, np.where(in_part, sums.figures, np.nan))
    p, change = p_and_change(figures, noise, is_share)
    sizes = _sizes(figures, noise, is_share, p)
    held = p
    if not is_share:
        with_silent = months.with_silent(*columns)
        held = np.where(in_part, held_p(p, change, with_silent, noise), p)
        # What a fall may still be with the silent areas at a high value.
        most = _sizes(with_silent, noise, is_share, p).high
        high = np.where(in_part & (change < 0), np.fmax(sizes.high, most), sizes.high)
        sizes = Sizes(sizes.low, high, sizes.visible)
    reason = np.select(
        [
            (p < LEVEL) & (held >= LEVEL),
            np.isfinite(p),
            ~on_record | (before is None),
            ~is_complete & ~series.adds,
            ~is_complete & (sums.months_due == 0),
            ~is_complete & ~sums.is_enough,
            ~np.isfinite(noise.phi),
        ],
        ["fall_in_doubt", "", "no_year_before", "does_not_add", "period_not_over",
         "reports_missing", "few_months_before"],
        "no_cases",
    )  # fmt: skip
    says_basis = in_part | (reason == "reports_missing")
    counts = (sums.areas, sums.areas_due, sums.months, sums.months_due)
    basis = {
        name: np.where(says_basis, count, np.nan) for name, count in zip(BASIS, counts, strict=True)
    }
    is_told = np.isfinite(p)
    shown = {
        "change": _relative(figures, change, is_share),
        "change_ci_low": sizes.low,
        "change_ci_high": sizes.high,
        "change_visible": sizes.visible,
    }
    found = {"cell_id": table.cell_id[:, now], "way": change, "p": held, "trend_reason": reason}
    found |= {name: np.where(is_told, size, np.nan) for name, size in shown.items()}
    frame = pd.DataFrame(found | basis)
    return frame[np.isfinite(frame["cell_id"])]


def _published(table: Table, now: int, before: int | None) -> Floats:
    """Both periods' figures where both are complete: part and whole now, then before."""
    if before is None:
        return np.full((4, len(table.part)), np.nan)
    return np.stack(
        [figures[:, at] for at in (now, before) for figures in (table.part, table.whole)]
    )


def _paired_months(base: Table, period: Period) -> tuple[list[int], list[int]]:
    """The months of a period, and the same of the year before."""
    names = base.periods["period"]
    starts, ends = base.periods["period_start"], base.periods["period_end"]
    inside = (starts >= pd.Timestamp(period.start)) & (ends <= pd.Timestamp(period.end))
    months = [int(at) for at in np.flatnonzero(inside)]
    earlier = [previous_year(period_named(names.iloc[at])).name for at in months]
    return months, [base.place.get(name, _NOTHING) for name in earlier]


def p_and_change(figures: Floats, noise: Dispersion, is_share: bool) -> tuple[Floats, Floats]:
    """By series; nan where one of both periods has nothing that could be counted in."""
    x, n, y, m = np.where((figures[1] > 0) & (figures[3] > 0), figures, np.nan)
    p = share_change_p(x, n, y, m, noise) if is_share else count_change_p(x, y, n, m, noise)
    return p, x / n - y / m


def _relative(figures: Floats, change: Floats, is_share: bool) -> Floats:
    """A change of a share as it is, of a count in percent of the year before."""
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = 100 * change / (figures[2] / figures[3])
    return change if is_share else np.where(np.isfinite(relative), relative, np.nan)


def _sizes(figures: Floats, noise: Dispersion, is_share: bool, p: Floats) -> Sizes:
    x, n, y, m = np.where((figures[1] > 0) & (figures[3] > 0), figures, np.nan)
    if is_share:
        return share_change_sizes(x, n, y, m, noise, p)
    return count_change_sizes(x, y, n, m, noise)


def held_p(p: Floats, change: Floats, with_silent: Floats, noise: Dispersion) -> Floats:
    """p-values of counts, of falls no smaller than with the silent areas at a high value."""
    silent_p, still = p_and_change(with_silent, noise, is_share=False)
    doubtful = np.where(still < 0, silent_p, 1.0)
    return np.where(change < 0, np.maximum(p, doubtful), p)
