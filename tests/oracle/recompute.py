"""All recomputed indicators as one frame of cells, and its comparison with the engine's cells.

A new indicator of a source is a few lines in that source's module; a new source is one line here.
"""

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from tests.oracle import (
    recompute_activities,
    recompute_alerts,
    recompute_follow_up,
    recompute_harm,
    recompute_host_state,
    recompute_incidents,
    recompute_police_census,
    recompute_registers,
    recompute_surveys,
    recompute_un_police,
)
from tests.oracle.cells import (
    CELL,
    CROSSED,
    NOT_STATED,
    TOTAL,
    Recomputed,
    grid,
    parts,
    returns_of,
    with_status,
)
from tests.oracle.rates import persons_of, rate_parts, with_figure_of
from tests.oracle.world import World

KEY = ["indicator", *CELL]
EXACT = ["obs_status", "n", "returns_due", "returns_received"]
CLOSE = ["value", "numerator", "denominator", "se", "ci_low", "ci_high", "df", "deff"]
_DIMENSIONS = ["unit_type", "activity_type", "actor", "sex", "age_group", "breakdown"]
_RELATIVE = 1e-9
_WITH_RETURNS = [
    recompute_activities,
    recompute_alerts,
    recompute_incidents,
    recompute_un_police,
    recompute_host_state,
    recompute_harm,
    recompute_follow_up,
]
_WITH_OWN_RULES = [recompute_police_census, recompute_registers, recompute_surveys]


def engine_cells(values: pd.DataFrame) -> pd.DataFrame:
    """Rows of `mart.indicator_value`, keyed as `KEY`: no pair of dimensions but one is shown."""
    values = values.reset_index(drop=True)
    split = values[_DIMENSIONS] != TOTAL
    crossed = split["sex"] & split["age_group"]
    assert (split.sum(axis=1) == 1 + crossed)[split.any(axis=1)].all()
    dimension = pd.Series(TOTAL, index=values.index)
    code = pd.Series(TOTAL, index=values.index)
    for name in _DIMENSIONS:
        here = split[name]
        is_breakdown = name == "breakdown"
        dimension[here] = values.loc[here, "breakdown"] if is_breakdown else name
        code[here] = values.loc[here, "breakdown_value" if is_breakdown else name]
    dimension[crossed] = CROSSED
    code[crossed] = values["sex"][crossed] + " " + values["age_group"][crossed]
    kept = values[["indicator", "period_type", "period", "area", "period_end", *EXACT, *CLOSE]]
    return kept.assign(dimension=dimension, code=code)


def recompute(world: World, engine: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Cells of every indicator that is recomputed: totals, those with a case, those of `engine`.

    The engine may show a breakdown's empty cell; it is recomputed too, so that its zero is judged.
    """
    codes = set(engine["indicator"])
    world = world.since(engine["period_end"].min())
    for source in _WITH_RETURNS:
        for indicator in source.recompute(world):
            if indicator.code in codes:
                yield _cells(world, indicator, engine).assign(indicator=indicator.code)
    wanted = _wanted_of_all(world, engine)
    for own_rules in _WITH_OWN_RULES:
        for code, cells in own_rules.recompute(world, wanted):
            yield cells.assign(indicator=code)


def _wanted_of_all(world: World, engine: pd.DataFrame) -> pd.DataFrame:
    codes = engine["indicator"].unique()
    totals = pd.concat([grid(world, code).assign(indicator=code) for code in codes])
    return pd.concat([totals, engine[KEY]]).drop_duplicates()


def _cells(world: World, indicator: Recomputed, engine: pd.DataFrame) -> pd.DataFrame:
    found = rate_parts(world, indicator) if indicator.kind == "rate" else None
    found = parts(world, indicator) if found is None else found
    known = engine[(engine["indicator"] == indicator.code)]
    known = known[known["dimension"].isin([TOTAL, CROSSED, *indicator.dimensions])]
    totals = grid(world, indicator.code, indicator.only_country)
    owed = _unit_types_that_owed_returns(world, indicator)
    wanted = pd.concat([totals, known[CELL], owed]).drop_duplicates()
    if indicator.kind != "rate":
        return with_status(world, indicator, wanted.merge(found, on=CELL, how="outer"))
    persons = persons_of(world, indicator.base)
    peopled = _parts_with_people(indicator, persons, found, totals)
    wanted = pd.concat([wanted, peopled]).drop_duplicates()
    found = wanted.merge(found, on=CELL, how="outer")
    found = with_figure_of(
        found.assign(per=indicator.per).drop(columns="denominator", errors="ignore")
    )
    found = found.merge(persons, on=["period_type", "period", "area", "of", "figure"], how="left")
    cells = with_status(world, indicator, found)
    empty = cells["n"].isna()
    cells["denominator"] = cells["denominator"].mask(empty)
    is_told = (cells["dimension"] == TOTAL) | cells["value"].notna() | (cells["numerator"] > 0)
    return cells[is_told]


def _parts_with_people(
    indicator: Recomputed, persons: pd.DataFrame, found: pd.DataFrame, totals: pd.DataFrame
) -> pd.DataFrame:
    """The parts of a rate that are 0 without a case: all of a sex or age group with persons; of
    other dimensions every code of a case anywhere, where there is anybody."""
    is_crossed = CROSSED in set(found["dimension"])
    of_people = {*indicator.dimensions, *([CROSSED] if is_crossed else [])}
    peopled = persons[persons["denominator"] > 0].rename(columns={"of": "dimension"})
    by_people = peopled[peopled["dimension"].isin(of_people)].rename(columns={"figure": "code"})
    codes = found[["dimension", "code"]].drop_duplicates()
    others = ~codes["dimension"].isin([TOTAL, "sex", "age_group", CROSSED])
    codes = codes[others & (codes["code"] != NOT_STATED)]
    by_others = peopled.loc[peopled["dimension"] == TOTAL, CELL[:3]].merge(codes, how="cross")
    parts_wanted = pd.concat([by_people[CELL], by_others])
    return parts_wanted.merge(totals[CELL[:3]], on=CELL[:3])


def _unit_types_that_owed_returns(world: World, indicator: Recomputed) -> pd.DataFrame:
    """Each of these is a part of its own, whether or not it has a case."""
    if "unit_type" not in indicator.dimensions:
        return pd.DataFrame(columns=CELL)
    returns = returns_of(world, indicator)
    areas = [world.mission.country_area] if indicator.only_country else world.level.index
    owed = (returns["dimension"] == "unit_type") & (returns["due"] > 0)
    owed &= returns["code"] != NOT_STATED
    return returns.loc[owed & returns["area"].isin(areas), CELL]


def published(world: World, ours: pd.DataFrame, adding: Iterable[str]) -> pd.DataFrame:
    """The cells of the grid that is published, without the zeros that a reader gets back.

    `adding`: counts and sums. Their part is left out where it is zero, or as empty as its total.
    """
    level = ours["area"].map(world.level)
    is_total, is_crossed = ours["dimension"] == TOTAL, ours["dimension"] == CROSSED
    is_upper = level.isin(["country", "admin1"])
    kind = ours["period_type"]
    kept = (is_total & (level.isin(["country", "admin1", "admin2"]) | kind.isin(["M", "Q"]))) | (
        ~is_total
        & (
            (is_upper & ~is_crossed & kind.isin(["M", "Q", "A", "B"]))
            | (is_upper & is_crossed & (kind == "Q"))
            | (~is_upper & ~is_crossed & (kind == "Q"))
        )
    )
    cell = ["indicator", "period_type", "period", "area"]
    state = ours[is_total].set_index(cell)["obs_status"]
    of_total = state.reindex(pd.MultiIndex.from_frame(ours[cell])).to_numpy()
    is_nothing = ours[["value", "numerator", "n"]].fillna(0).eq(0).all(axis=1)
    # A unit type has returns of its own; of a source that owes none it is a part like others.
    is_own = (ours["dimension"] == "unit_type") & ours["returns_due"].notna()
    given_back = (
        is_nothing & ours["indicator"].isin(list(adding)) & (ours["obs_status"] == of_total)
    )
    return ours[kept & ~(given_back & ~is_total & ~is_own)]


def differences(ours: pd.DataFrame, engine: pd.DataFrame) -> pd.DataFrame:
    """One row a cell and column that differ: `indicator … code, column, ours, engine`."""
    ours = _from_first_period(ours.reindex(columns=[*KEY, *EXACT, *CLOSE, "end"]), engine)
    both = ours.drop(columns="end").merge(
        engine, on=KEY, how="outer", suffixes=("", "_engine"), indicator="side"
    )
    found = [
        both.loc[both["side"] == side, KEY].assign(column=f"cell {side}")
        for side in ["left_only", "right_only"]
    ]
    both = both[both["side"] == "both"]
    for column in [*EXACT, *CLOSE]:
        mine, theirs = both[column], both[f"{column}_engine"]
        differs = _differs(mine, theirs, column)
        rows = both.loc[differs, KEY]
        found.append(rows.assign(column=column, ours=mine[differs], engine=theirs[differs]))
    return pd.concat(found, ignore_index=True)


def _from_first_period(ours: pd.DataFrame, engine: pd.DataFrame) -> pd.DataFrame:
    """Without empty cells of periods before the engine's first: where a source begins is its
    choice (docs/decisions); a case before it would still be a difference."""
    first = engine.groupby("indicator")["period_end"].min()
    is_early = ours["end"] < ours["indicator"].map(first)
    return ours[~(is_early & ~(ours["n"] > 0))]


def _differs(mine: pd.Series, theirs: pd.Series, column: str) -> "pd.Series[bool]":
    if column == "obs_status":
        return mine != theirs
    left, right = (side.astype(float).to_numpy() for side in (mine, theirs))
    is_near = np.isclose(left, right, rtol=_RELATIVE, atol=1e-12)
    same = left == right if column in EXACT else is_near
    return pd.Series(~(same | (np.isnan(left) & np.isnan(right))), index=mine.index)
