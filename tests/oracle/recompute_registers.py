"""Indicators from `registers`: what became of the entries held at a date (definition 15)."""

from collections.abc import Callable, Iterator

import pandas as pd

from tests.oracle.cells import (
    CELL,
    NOT_STATED,
    PARTS,
    TOTAL,
    Recomputed,
    fill_zeros,
    finish,
    in_part,
    kinds_of,
    period_names,
    status_by_returns,
    with_returns,
)
from tests.oracle.world import World

_HOST_POLICE = ["police", "gendarmerie"]
_DIMENSIONS = {
    "P1-OP-04": {},
    "P3-OP-06": {"facility_type": "facility_type", "visiting_component": "visitors"},
    "P3-OC-03": {"actor": "actor"},
    "P2-OP-19": {},
}


def recompute(world: World, wanted: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Code and cells; `wanted` as for the census."""
    entries = {"P1-OP-04": _networks, "P3-OP-06": _facilities, "P3-OC-03": _localities}
    entries["P2-OP-19"] = _bases
    for code in sorted(entries.keys() & set(wanted["indicator"])):
        cells = _cells(world, entries[code], _DIMENSIONS[code])
        asked = wanted[wanted["indicator"] == code].drop(columns="indicator")
        found = asked.merge(cells, on=CELL, how="outer")
        if code in ("P3-OC-03", "P2-OP-19"):
            yield code, _statuses(world, found)
        else:
            yield code, _statuses_by_hits(world, _hits(world, code), found)


def held(world: World, register: str, day: pd.Timestamp) -> pd.DataFrame:
    """The entries of a register on a day; of several versions the newest counts (definition 4)."""
    rows = world.tables["registers"]
    rows = rows[(rows["register_code"] == register) & (rows["valid_from"] <= day)]
    rows = rows[~(rows["valid_to"] < day)]
    return rows.sort_values("valid_from").groupby("entry_code").tail(1)


def _networks(world: World, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """P1-OP-04: on the register when the period begins; met and minuted in it."""
    rows = world.tables["activities"]
    is_meeting = (rows["activity_type"] == "network_meeting") & (rows["status"] == "completed")
    rows = rows[is_meeting & rows["minutes_recorded"].fillna(False).astype(bool)]
    day = world.local(rows["started_at"]).dt.normalize()
    is_police = world.unit_at(rows["unit_code"], day)["component"] == "police"
    met = rows.loc[is_police & day.between(start, end), "network_code"]
    networks = held(world, "community_network", start)
    return networks.assign(hit=networks["entry_code"].isin(met), is_known=True)


def _facilities(world: World, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """P3-OP-06: on the register when the period ends; visited in it by police or joint teams."""
    visits = world.tables["custody_visits"]
    visits = visits[visits["visited_on"].between(start, end)]
    visits = visits[visits["visiting_component"].isin(["police", "joint"])]
    by = visits.groupby("facility_code")["visiting_component"].unique().map(sorted)
    facilities = held(world, "detention_facility", end)
    visitors = facilities["entry_code"].map(by)
    return facilities.assign(visitors=visitors, hit=visitors.notna(), is_known=True)


def _localities(world: World, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """P3-OC-03: a locality's last row counts for its month and the three that follow."""
    posts = world.tables["police_posts"]
    oldest = end.to_period("M").to_timestamp() - pd.DateOffset(months=3)
    posts = posts[posts["month"].between(oldest, end)]
    last = posts.sort_values("month").groupby("entry_code").tail(1)
    last = last.rename(columns={"host_state_actor": "post_actor"})
    columns = ["entry_code", "staffed", "open_days_per_week", "post_actor"]
    localities = held(world, "coverage_locality", end).merge(last[columns], how="left")
    is_open = localities["staffed"].fillna(False).astype(bool)
    is_open &= (localities["open_days_per_week"] >= 5).fillna(False)
    return localities.assign(
        actor=localities["post_actor"].fillna(localities["host_state_actor"]),
        hit=is_open & localities["post_actor"].isin(_HOST_POLICE),
        is_known=localities["staffed"].notna(),
    )


def _bases(world: World, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """P2-OP-19 (definition 55): the newest review of that plan, and its newest exercise."""
    rows = world.tables["deployments"]
    rows = rows[(rows["from_on"] <= end) & ~(rows["to_on"] < end)]
    bases = rows.sort_values("from_on").groupby("base_code").tail(1)
    plans = world.tables["preparedness"]
    plans = plans[plans["plan_kind"] == "civilians_seeking_protection"]
    year_before = end - pd.DateOffset(months=12)
    reviews = plans[plans["reviewed_on"] <= end].sort_values("reviewed_on")
    newest = reviews.groupby("base_code").tail(1)
    current = ~(newest["valid_to"] < end) & _counts_until(newest["reviewed_on"], end)
    exercised = plans[plans["exercised_on"].between(year_before - pd.Timedelta(days=3), end)]
    exercised = exercised[_counts_until(exercised["exercised_on"], end)]
    hit = bases["base_code"].isin(newest["base_code"][current])
    hit &= bases["base_code"].isin(exercised["base_code"])
    return bases.assign(hit=hit, is_known=True)


def _counts_until(days: pd.Series, end: pd.Timestamp) -> "pd.Series[bool]":
    return (days + pd.DateOffset(months=12)) >= end


def _hits(world: World, code: str) -> Recomputed:
    """Definition 48: the source whose rows are counted as hits, with its own days."""
    if code == "P1-OP-04":
        rows, source = world.tables["activities"], "activities"
        rows = rows.assign(day=world.local(rows["started_at"]).dt.normalize())
    else:
        rows, source = world.tables["custody_visits"], "custody_visits"
        rows = rows.assign(day=rows["visited_on"])
    rows = rows[rows["day"] <= world.as_of]
    only_police = code == "P1-OP-04"
    return Recomputed(code, "ratio", rows, rows, {}, source, only_police_returns=only_police)


_Entries = Callable[[World, pd.Timestamp, pd.Timestamp], pd.DataFrame]


def _cells(world: World, entries: _Entries, dimensions: dict[str, str]) -> pd.DataFrame:
    found = []
    periods = world.periods[world.periods["period_type"] != "W"]
    for period in periods.itertuples():
        rows = entries(world, period.start, min(period.end, world.as_of))
        rows = rows.assign(period_type=period.period_type, period=period.period)
        rows = rows.merge(world.above, on="area_code")
        found.append(rows.assign(dimension=TOTAL, code=TOTAL))
        for dimension, column in dimensions.items():
            of_visits = column == "visitors"
            named = rows.explode(column) if of_visits else rows
            named = named.dropna(subset=column) if of_visits else named.fillna({column: NOT_STATED})
            found.append(named.assign(dimension=dimension, code=named[column]))
    cells = _summed(pd.concat(found, ignore_index=True))
    # Who visited says nothing of those not visited: the whole register.
    is_whole = cells["dimension"].map(dimensions) == "visitors"
    whole = cells[cells["dimension"] == TOTAL].set_index(CELL[:3])[["base", "known"]]
    of_all = whole.reindex(pd.MultiIndex.from_frame(cells[CELL[:3]])).set_index(cells.index)
    for name in ("base", "known"):
        cells[name] = cells[name].mask(is_whole, of_all[name])
    cells = cells.rename(columns={"hit": "numerator", "base": "denominator"})
    cells["n"] = cells["denominator"]
    cells["value"] = float("nan")
    return cells[[*CELL, *PARTS, "known"]]


def _summed(rows: pd.DataFrame) -> pd.DataFrame:
    groups = rows.astype({"hit": float, "is_known": float}).groupby(CELL)
    return (
        groups.agg(hit=("hit", "sum"), base=("hit", "size"), known=("is_known", "sum"))
        .astype(float)
        .reset_index()
    )


def _statuses(world: World, cells: pd.DataFrame) -> pd.DataFrame:
    """Held is A, nothing held O (definition 13); P where some state is unknown, O where all are."""
    cells = cells.merge(world.periods, on=["period_type", "period"])
    told = cells["known"] > 0
    cells["obs_status"] = told.map({True: "A", False: "O"})
    cells.loc[told & (cells["known"] < cells["denominator"]), "obs_status"] = "P"
    cells.loc[~told, PARTS] = float("nan")
    cells[["returns_due", "returns_received"]] = float("nan")
    return finish(world, fill_zeros("ratio", cells))


def _statuses_by_hits(world: World, hits: Recomputed, cells: pd.DataFrame) -> pd.DataFrame:
    """Without a received return nothing is 0 % (definition 48); no entry on the register: O."""
    cells = cells.merge(world.periods, on=["period_type", "period"])
    entries = cells["n"].notna()
    found = cells["numerator"] > 0
    if (world.tables["reporting_returns"]["source"] == hits.returns).any():
        cells = with_returns(world, hits, cells)
        status = status_by_returns(cells, found)
    else:
        since = hits.source[hits.source["day"] >= pd.Timestamp(world.mission.starts_on)]
        told = period_names(since, kinds_of(hits.code))
        keys = pd.MultiIndex.from_frame(cells[["period_type", "period"]])
        status = pd.Series(keys.isin(pd.MultiIndex.from_frame(told)), index=cells.index)
        status = status.map({True: "A", False: "O"}).mask(found, "A")
        cells[["returns_due", "returns_received"]] = float("nan")
    cells["obs_status"] = status.mask(~entries & (status != "L"), "O")
    cells.loc[cells["obs_status"].isin(["O", "L"]), PARTS] = float("nan")
    cells = finish(world, fill_zeros("ratio", cells))
    return in_part(world, hits.returns, cells)
