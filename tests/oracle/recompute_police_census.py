"""Indicators from `police_census`: the newest headcount of each area and actor (definition 15)."""

from collections.abc import Iterator

import pandas as pd

from tests.oracle.cells import (
    CELL,
    NOT_STATED,
    PARTS,
    TOTAL,
    Recomputed,
    fill_zeros,
    finish,
    owed_returns,
    with_returns,
)
from tests.oracle.world import World

_DIMENSIONS = {
    "P3-OP-05": {"actor": "host_state_actor", "rank_group": "rank_group", "sex": "sex"},
    "P3-OC-07": {"actor": "host_state_actor", "rank_group": "rank_group"},
}


def recompute(world: World, wanted: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Code and cells; `wanted` has the cells of all indicators, column `indicator`."""
    for code in sorted(_DIMENSIONS.keys() & set(wanted["indicator"])):
        cells = _state_cells(world, code, _DIMENSIONS[code])
        asked = wanted[wanted["indicator"] == code].drop(columns="indicator")
        yield code, _statuses(world, code, asked.merge(cells, on=CELL, how="outer"))


def _state_cells(world: World, code: str, dimensions: dict[str, str]) -> pd.DataFrame:
    found = []
    for period in world.periods[world.periods["period_type"] != "W"].itertuples():
        rows = _parts_of(code, newest_lists(world, period.end)).merge(world.above, on="area_code")
        for dimension, column in {TOTAL: TOTAL, **dimensions}.items():
            named = rows.assign(
                dimension=dimension,
                code=TOTAL if dimension == TOTAL else rows[column].fillna(NOT_STATED),
                period_type=period.period_type,
                period=period.period,
            )
            found.append(named[[*CELL, "hit", "base"]])
    cells = pd.concat(found, ignore_index=True).groupby(CELL)[["hit", "base"]].sum().reset_index()
    cells = cells.rename(columns={"hit": "numerator", "base": "denominator"})
    cells["n"] = cells["denominator"]
    cells["value"] = float("nan")
    return cells[[*CELL, *PARTS]]


def newest_lists(world: World, end: pd.Timestamp) -> pd.DataFrame:
    """All cells of the newest list of each area and actor, at or before the end and as of."""
    rows = world.tables["police_census"]
    rows = rows[rows["listed_on"] <= min(end, world.as_of)]
    newest = rows.groupby(["area_code", "host_state_actor"])["listed_on"].transform("max")
    return rows[rows["listed_on"] == newest]


def _parts_of(code: str, rows: pd.DataFrame) -> pd.DataFrame:
    if code == "P3-OP-05":  # definition 33: cells without a vetted count leave both parts
        rows = rows.assign(hit=rows["officers_vetted_count"], base=rows["officers_count"])
        left_out = rows["officers_vetted_count"].isna()
    else:  # P3-OC-07: women among those of recorded sex
        women = rows["officers_count"].where(rows["sex"] == "F", 0)
        rows = rows.assign(hit=women, base=rows["officers_count"])
        left_out = ~rows["sex"].isin(["F", "M"])
    return rows.assign(
        hit=rows["hit"].mask(left_out, 0).astype(float),
        base=rows["base"].mask(left_out, 0).astype(float),
    )


def _statuses(world: World, code: str, cells: pd.DataFrame) -> pd.DataFrame:
    """Definition 13: a state held is A, none is O; 48: P where a newest return is missing."""
    cells = cells.merge(world.periods, on=["period_type", "period"])
    held = cells["n"].notna()
    cells["obs_status"] = held.map({True: "A", False: "O"})
    cells[["returns_due", "returns_received"]] = float("nan")
    rows = world.tables["police_census"]
    census = Recomputed(code, "ratio", rows, rows, {}, "police_census")
    if (world.tables["reporting_returns"]["source"] == "police_census").any():
        newest = with_returns(world, census, cells.copy(), _newest_returns)
        cells = with_returns(world, census, cells)
        due, received, refused = (newest[name] for name in ["due", "received", "refused"])
        cells.loc[held & ((received < due) | (due == 0)), "obs_status"] = "P"
        cells.loc[~held & (due > 0) & (refused == due), "obs_status"] = "L"
    return finish(world, fill_zeros("ratio", cells))


def _newest_returns(world: World, census: Recomputed) -> pd.DataFrame:
    """Of each reporter the newest return due by the end of each period, added up by area."""
    owed = owed_returns(world, census).sort_values("month")
    found = []
    for period in world.periods[world.periods["period_type"] != "W"].itertuples():
        newest = owed[owed["month"] <= period.end].groupby(["unit_code", "area_code"]).tail(1)
        held = newest.merge(world.above, on="area_code")
        sums = held.groupby("area")[["due", "received", "refused"]].sum().reset_index()
        found.append(sums.assign(period_type=period.period_type, period=period.period))
    return pd.concat(found).assign(dimension=TOTAL, code=TOTAL)
