"""From counted cases to cells: areas above, periods, breakdowns; sums; status by the returns.

A case is one row that an indicator counts: `area_code`, `day`, its parts and its dimensions.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tests.oracle.world import LEVELS, PERIOD_TYPES, World, period_of

CELL = ["period_type", "period", "area", "dimension", "code"]
PARTS = ["value", "numerator", "denominator", "n"]
TOTAL = "_T"
NOT_STATED = "_U"  # definition 7: null and not known are one part
CROSSED = "sex and age_group"  # the one pair of dimensions that is shown together
_COARSE = {"M": {"day", "week", "month"}, "A": {"day", "week", "month", "quarter", "year"}}
_COARSE |= {kind: {"day", "week", "month", "quarter"} for kind in ["Q", "S", "B"]}
_COARSE["W"] = {"day", "week"}
# The list asks for these by week; nothing else is shown by week.
WEEKLY = {"P2-OP-01", "P2-OP-02", "P2-OP-09"}


def kinds_of(code: str) -> list[str]:
    """The period types in which an indicator is shown."""
    return [kind for kind in PERIOD_TYPES if kind != "W" or code in WEEKLY]


@dataclass(frozen=True)
class Recomputed:
    """One indicator: its cases and how they become a value.

    `cases` has `area_code`, `day`, optionally `location_precision`, `date_precision`, and by kind:
    count nothing more; sum, total (n is the sum) and median `amount`; distinct `key`;
    ratio `hit`, `base`, optionally `is_known`; distinct_ratio `key`, `hit`; rate nothing or
    `amount`.
    `dimensions`: mart dimension or breakdown: column of `cases` (a list column is split).
    `source`: all rows of its source with their own `day`, which say where there is any.
    `returns`: source whose returns say whether an empty cell is zero.
    """

    code: str
    kind: str
    cases: pd.DataFrame
    source: pd.DataFrame
    dimensions: Mapping[str, str]
    returns: str
    only_police_returns: bool = False
    harm_checked: bool = False
    only_country: bool = False
    per: int = 100
    base: pd.DataFrame | None = None  # rate: persons by area_code, period, dimension, code
    waits: pd.DateOffset | None = None  # matured: how long a case waits at most
    of_numerator: Sequence[str] = ()  # dimensions whose parts have the denominator of the total
    counts_hits: bool = False  # 48: without a received return only a hit is a figure


def spread(
    world: World, cases: pd.DataFrame, dimensions: Mapping[str, str], kinds: Sequence[str]
) -> pd.DataFrame:
    """Each case once for every area, period and breakdown that it counts in."""
    held = _by_area(world, cases)
    stated = {column: held[column].fillna(NOT_STATED) for column in dimensions.values()}
    held, dimensions = with_crossed(held.assign(**stated), dimensions)
    return pd.concat(
        [
            _of_period(rows, kind)
            for dimension, column in {TOTAL: TOTAL, **dimensions}.items()
            for rows in [_of_dimension(held, dimension, column)]
            for kind in kinds
        ],
        ignore_index=True,
    )


def with_crossed(
    rows: pd.DataFrame, dimensions: Mapping[str, str]
) -> tuple[pd.DataFrame, Mapping[str, str]]:
    """Sex and age group together where a row has one of each; null where either is."""
    columns = [dimensions.get("sex"), dimensions.get("age_group")]
    if None in columns or rows[columns[0]].map(lambda code: isinstance(code, list)).any():
        return rows, dimensions
    sex, age_group = (rows[column].astype("string") for column in columns)
    return rows.assign(crossed=sex + " " + age_group), {**dimensions, CROSSED: "crossed"}


def _by_area(world: World, cases: pd.DataFrame) -> pd.DataFrame:
    """Definition 5: own area for exact and near, else the named level; always all above."""
    held = cases.merge(world.above, on="area_code")
    if "location_precision" not in held:
        return held
    rank = {level: number for number, level in enumerate(LEVELS)}
    finest = held["location_precision"].map(rank).fillna(len(LEVELS))
    return held[held["rank"] <= finest]


def finest_counted(world: World, rows: pd.DataFrame) -> pd.Series:
    """The finest area in which each row counts, by how precisely its place is known."""
    held = _by_area(world, rows.assign(row=rows.index)).sort_values("rank")
    return held.groupby("row")["area"].last().reindex(rows.index)


def _of_period(held: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Definition 17: a coarse date counts only where the period holds it whole."""
    if "date_precision" in held:
        held = held[held["date_precision"].isin(_COARSE[kind])]
    return held.assign(period_type=kind, period=period_of(held["day"], kind))


def _of_dimension(held: pd.DataFrame, dimension: str, column: str) -> pd.DataFrame:
    if column == TOTAL:
        return held.assign(dimension=TOTAL, code=TOTAL)
    rows = held.explode(column) if held[column].map(np.iterable).any() else held
    code = rows[column].astype("string").fillna(NOT_STATED)  # of an empty list too
    return rows.assign(dimension=dimension, code=code)


def parts(world: World, indicator: Recomputed) -> pd.DataFrame:
    """Value, numerator, denominator and n of each cell with a case (definitions 9 and 10)."""
    held_rows = spread(world, indicator.cases, indicator.dimensions, kinds_of(indicator.code))
    rows = held_rows.groupby(CELL)
    found = pd.DataFrame({"n": rows.size()})
    if indicator.kind == "count":
        found["value"] = found["numerator"] = found["n"]
    elif indicator.kind == "distinct":
        found["value"] = found["numerator"] = found["n"] = rows["key"].nunique()
    elif indicator.kind == "sum":
        found["value"] = found["numerator"] = rows["amount"].sum()
    elif indicator.kind == "total":
        found["value"] = found["numerator"] = found["n"] = rows["amount"].sum()
    elif indicator.kind == "distinct_ratio":
        found["denominator"] = found["n"] = rows["key"].nunique()
        hits = held_rows[held_rows["hit"].astype(bool)].groupby(CELL)["key"].nunique()
        found["numerator"] = hits.reindex(found.index, fill_value=0)
        found["value"] = 100 * found["numerator"] / found["denominator"]
    elif indicator.kind == "median":
        found["value"] = rows["amount"].median()
    elif indicator.kind == "ratio":
        found["numerator"], found["denominator"] = rows["hit"].sum(), rows["base"].sum()
        found["value"] = 100 * found["numerator"] / found["denominator"]
        found["n"] = found["denominator"]
    known = ["known"] if "is_known" in indicator.cases else []
    if known:
        found["known"] = rows["is_known"].sum()
    found = found.reindex(columns=[*PARTS, *known]).astype(float).reset_index()
    return _with_whole_denominator(found, indicator.of_numerator)


def _with_whole_denominator(found: pd.DataFrame, dimensions: Sequence[str]) -> pd.DataFrame:
    place = CELL[:3]
    totals = found[found["dimension"] == TOTAL].set_index(place)["denominator"]
    whole = totals.reindex(pd.MultiIndex.from_frame(found[place])).to_numpy()
    is_part = found["dimension"].isin(list(dimensions))
    found["denominator"] = found["denominator"].mask(is_part, whole)
    found["n"] = found["n"].mask(is_part, whole)
    found["value"] = found["value"].mask(is_part, 100 * found["numerator"] / whole)
    return found[~(is_part & (found["code"] == NOT_STATED) & (found["numerator"] == 0))]


def grid(world: World, code: str, only_country: bool = False) -> pd.DataFrame:
    """The total of every area and period of an indicator: none of these may be absent."""
    country = [world.mission.country_area]
    areas = pd.DataFrame({"area": country if only_country else world.level.index})
    shown = world.periods[world.periods["period_type"].isin(kinds_of(code))]
    cells = shown[["period_type", "period"]].merge(areas, how="cross")
    return cells.assign(dimension=TOTAL, code=TOTAL)


def owed_returns(world: World, indicator: Recomputed) -> pd.DataFrame:
    """Returns owed up to the as-of date: `due`, `received`, `refused`, `day`, `unit_type`."""
    returns = world.tables["reporting_returns"]
    returns = returns[(returns["source"] == indicator.returns) & (returns["month"] <= world.as_of)]
    units = world.unit_at(returns["unit_code"], returns["month"] + pd.offsets.MonthEnd(0))
    returns = returns.join(units)[returns["return_status"] != "not_due"]
    if indicator.only_police_returns:
        returns = returns[returns["component"] == "police"]
    received = returns["return_status"].isin(["submitted", "nil"])
    received &= ~(returns["received_on"] > world.as_of)  # definition 8
    if indicator.harm_checked:
        received &= returns["harm_checked"].fillna(False).astype(bool)
    return returns.assign(
        received=received,
        refused=returns["return_status"] == "no_access",
        due=True,
        day=returns["month"],
    )


def returns_of(world: World, indicator: Recomputed) -> pd.DataFrame:
    """Due, received and no access by area, period and unit type (`_T`: all) (definition 11)."""
    asked = (indicator.returns, indicator.only_police_returns, indicator.harm_checked)
    key = (*asked, *kinds_of(indicator.code))
    if key not in world.counted:  # of many indicators alike
        world.counted[key] = _returns_of(world, indicator)
    return world.counted[key]


def _returns_of(world: World, indicator: Recomputed) -> pd.DataFrame:
    returns = owed_returns(world, indicator)
    kinds = kinds_of(indicator.code)
    by = {"unit_type": "unit_type"}
    rows = spread(world, returns, by, [kind for kind in kinds if kind != "W"])
    if "W" in kinds:
        rows = pd.concat([rows, _in_weeks(world, spread(world, returns, by, ["M"]))])
    return rows.groupby(CELL)[["due", "received", "refused"]].sum().reset_index()


def _in_weeks(world: World, monthly: pd.DataFrame) -> pd.DataFrame:
    """Returns of a month under each of its weeks: a week has the month of its Thursday."""
    weeks = world.periods[world.periods["period_type"] == "W"]
    months = period_of(weeks["start"] + pd.Timedelta(days=3), "M")
    weeks = weeks[["period_type", "period"]].assign(month_name=months)
    rows = monthly.drop(columns="period_type").rename(columns={"period": "month_name"})
    return rows.merge(weeks, on="month_name")


def with_status(world: World, indicator: Recomputed, found: pd.DataFrame) -> pd.DataFrame:
    """Cells with returns and observation status (definitions 12 and 13).

    `found` has every wanted cell; parts are null where the cell has no case.
    """
    cells = found.merge(world.periods, on=["period_type", "period"])
    if not (world.tables["reporting_returns"]["source"] == indicator.returns).any():
        return _without_returns(world, indicator, cells)
    has_rows = cells["numerator"] > 0 if indicator.counts_hits else cells["n"].notna()
    if indicator.kind == "rate":  # a part without a case is 0 and no silence where others have one
        has_rows |= _of_total(cells, has_rows)
    cells = with_returns(world, indicator, cells)
    cells["obs_status"] = status_by_returns(cells, has_rows)
    cells.loc[cells["obs_status"].isin(["O", "L"]), PARTS] = float("nan")
    cells = fill_zeros(indicator.kind, cells)
    return in_part(world, indicator.returns, finish(world, cells), indicator.waits)


def _of_total(cells: pd.DataFrame, told: "pd.Series[bool]") -> "pd.Series[bool]":
    totals = told[cells["dimension"] == TOTAL]
    totals.index = pd.MultiIndex.from_frame(cells.loc[cells["dimension"] == TOTAL, CELL[:3]])
    found = totals.reindex(pd.MultiIndex.from_frame(cells[CELL[:3]]))
    return pd.Series(found.eq(True).to_numpy(), index=cells.index)


def status_by_returns(cells: pd.DataFrame, has_rows: "pd.Series[bool]") -> "pd.Series[str]":
    """Definition 12 by `due`, `received` and `refused` of each cell."""
    due, received, refused = (cells[name] for name in ["due", "received", "refused"])
    status = pd.Series("P", index=cells.index)
    status[(received == due) & (due > 0)] = "A"
    status[(received == 0) & ~has_rows] = "O"
    status[(received == 0) & ~has_rows & (due > 0) & (refused == due)] = "L"
    return status


def record_of(world: World, source: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First and last day that can be known of a source (definition 49)."""
    begins, ends = pd.Timestamp(world.mission.starts_on), pd.Timestamp.max
    months = world.tables["reporting_returns"].loc[lambda rows: rows["source"] == source, "month"]
    if len(months):
        begins, ends = max(begins, months.min()), months.max() + pd.offsets.MonthEnd(0)
    return begins, ends


def in_part(
    world: World, source: str, cells: pd.DataFrame, waits: pd.DateOffset | None = None
) -> pd.DataFrame:
    """Definition 49: what the record holds only in part is never A; a week goes with its month."""
    begins, ends = record_of(world, source)
    thursday = cells["start"] + pd.Timedelta(days=3)
    is_week = cells["period_type"] == "W"
    first = cells["start"].where(~is_week, thursday.dt.to_period("M").dt.start_time)
    last = cells["end"].where(~is_week, thursday.dt.normalize() + pd.offsets.MonthEnd(0))
    partly = (first < (begins + waits if waits is not None else begins)) | (last > ends)
    cells["obs_status"] = cells["obs_status"].mask(partly & (cells["obs_status"] == "A"), "P")
    return cells


def _without_returns(world: World, indicator: Recomputed, cells: pd.DataFrame) -> pd.DataFrame:
    """Definition 13: zero where the mission has any row of the source in the period, else O.

    A row is in the period by its own date, or as a case of the indicator (docs/decisions). What
    lies outside the part that can be known (49) is a value and breaks no silence.
    """
    begins, ends = record_of(world, indicator.returns)
    rows = [
        table[(table["day"] >= begins) & (table["day"] <= ends)]
        for table in [indicator.source, indicator.cases]
    ]
    periods = period_names(pd.concat(rows), kinds_of(indicator.code))
    cells = cells.merge(periods.assign(is_told=True), how="left", on=["period_type", "period"])
    cells["obs_status"] = cells["is_told"].map({True: "A"}).fillna("O")
    cells.loc[cells["is_told"].isna() & cells["n"].notna(), "obs_status"] = "P"
    cells[["returns_due", "returns_received"]] = float("nan")
    cells = finish(world, fill_zeros(indicator.kind, cells))
    if "known" in cells:
        unknown = (cells["obs_status"] == "A") & (cells["known"] < cells["n"])
        cells["obs_status"] = cells["obs_status"].mask(unknown, "P")
    return in_part(world, indicator.returns, cells, indicator.waits)


def period_names(rows: pd.DataFrame, kinds: Sequence[str]) -> pd.DataFrame:
    """`period_type`, `period` of all periods that hold a row."""
    held = pd.concat([_of_period(rows, kind) for kind in kinds])
    return held[["period_type", "period"]].drop_duplicates()


def fill_zeros(kind: str, cells: pd.DataFrame) -> pd.DataFrame:
    """Zero where a status says that nothing happened; null and M without a denominator."""
    told = ~cells["obs_status"].isin(["O", "L"])
    shares = ["numerator", "denominator", "n"]
    zero = {"median": ["n"], "ratio": shares, "distinct_ratio": shares, "rate": ["numerator", "n"]}
    for column in zero.get(kind, ["value", "numerator", "n"]):
        cells[column] = cells[column].mask(told & cells[column].isna(), 0.0)
    if kind in ("ratio", "distinct_ratio", "rate"):
        scale = cells["denominator"].where(cells["denominator"] > 0)
        cells["value"] = cells.get("per", 100) * cells["numerator"] / scale
    cells["obs_status"] = cells["obs_status"].mask(told & cells["value"].isna(), "M")
    return cells


def finish(world: World, cells: pd.DataFrame) -> pd.DataFrame:
    """A period that still runs is provisional (definition 8); O, L and M come before P."""
    running = (cells["end"] > world.as_of) & (cells["obs_status"] == "A")
    cells["obs_status"] = cells["obs_status"].mask(running, "P")
    return cells


def with_returns(
    world: World,
    indicator: Recomputed,
    cells: pd.DataFrame,
    counted: Callable[[World, Recomputed], pd.DataFrame] = returns_of,
) -> pd.DataFrame:
    """Returns of the cell; below the level at which they are owed, those of the area above
    decide on the status and the two columns stay empty."""
    source = world.tables["reporting_returns"]
    owed = source.loc[source["source"] == indicator.returns, "area_code"]
    rank = world.level.map(LEVELS.index)
    owed_rank = int(rank[owed.unique()].max())
    holder = world.above[world.above["rank"] <= owed_rank].sort_values("rank")
    cells["asked"] = cells["area"].map(holder.groupby("area_code")["area"].last())
    by_unit = cells["dimension"] == "unit_type"
    cells["asked_type"] = cells["code"].where(by_unit & (cells["code"] != NOT_STATED), TOTAL)
    returns = counted(world, indicator).rename(columns={"area": "asked", "code": "asked_type"})
    keys = ["period_type", "period", "asked", "asked_type"]
    cells = cells.merge(returns.drop(columns="dimension"), on=keys, how="left")
    for name in ["due", "received", "refused"]:
        cells[name] = cells[name].fillna(0)
    below = cells["area"].map(rank) > owed_rank
    cells["returns_due"] = cells["due"].mask(below)
    cells["returns_received"] = cells["received"].mask(below)
    return cells
