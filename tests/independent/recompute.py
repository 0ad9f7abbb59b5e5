"""All recomputed indicators as one frame of cells, and its comparison with the engine's cells.

A new indicator of a source is a few lines in that source's module; a new source is one line here.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from tests.independent import (
    recompute_activities,
    recompute_alerts,
    recompute_incidents,
    recompute_police_census,
    recompute_surveys,
)
from tests.independent.cells import CELL, TOTAL, Recomputed, grid, parts, with_status
from tests.independent.recompute_incidents import poisson_interval, rate_parts
from tests.independent.world import PERIOD_TYPES, World

KEY = ["indicator", *CELL]
EXACT = ["obs_status", "n", "returns_due", "returns_received"]
CLOSE = ["value", "numerator", "denominator", "se", "ci_low", "ci_high", "df"]
_DIMENSIONS = ["unit_type", "activity_type", "actor", "sex", "age_group", "breakdown"]
_RELATIVE = 1e-9
_PER = 1000.0  # P2-OC-07
_WITH_RETURNS = [recompute_activities, recompute_alerts, recompute_incidents]
_WITH_OWN_RULES = [recompute_police_census, recompute_surveys]


def engine_cells(values: pd.DataFrame) -> pd.DataFrame:
    """Rows of `mart.indicator_value` that have no more than one dimension, keyed as `KEY`."""
    split = values[_DIMENSIONS] != TOTAL
    values = values[(split.sum(axis=1) <= 1) & values["period_type"].isin(PERIOD_TYPES)]
    split = split.loc[values.index]
    dimension = pd.Series(TOTAL, index=values.index)
    code = pd.Series(TOTAL, index=values.index)
    for name in _DIMENSIONS:
        here = split[name]
        is_breakdown = name == "breakdown"
        dimension[here] = values.loc[here, "breakdown"] if is_breakdown else name
        code[here] = values.loc[here, "breakdown_value" if is_breakdown else name]
    kept = values[["indicator", "period_type", "period", "area", *EXACT, *CLOSE]]
    return kept.assign(dimension=dimension, code=code)


def recompute(world: World, engine: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Cells of every indicator that is recomputed: totals, those with a case, those of `engine`.

    The engine may show a breakdown's empty cell; it is recomputed too, so that its zero is judged.
    """
    codes = set(engine["indicator"])
    for source in _WITH_RETURNS:
        for indicator in source.recompute(world):
            if indicator.code in codes:
                yield _cells(world, indicator, engine).assign(indicator=indicator.code)
    wanted = _wanted_of_all(world, engine)
    for own_rules in _WITH_OWN_RULES:
        for code, cells in own_rules.recompute(world, wanted):
            yield cells.assign(indicator=code)


def _wanted_of_all(world: World, engine: pd.DataFrame) -> pd.DataFrame:
    codes = pd.DataFrame({"indicator": engine["indicator"].unique()})
    totals = codes.merge(grid(world), how="cross")
    return pd.concat([totals, engine[KEY]]).drop_duplicates()


def _cells(world: World, indicator: Recomputed, engine: pd.DataFrame) -> pd.DataFrame:
    found = rate_parts(world, indicator, _PER) if indicator.kind == "rate" else None
    found = parts(world, indicator) if found is None else found
    known = engine[(engine["indicator"] == indicator.code)]
    known = known[known["dimension"].isin([TOTAL, *indicator.dimensions])]
    wanted = pd.concat([grid(world), known[CELL]]).drop_duplicates()
    found = wanted.merge(found, on=CELL, how="outer")
    if indicator.kind != "rate":
        return with_status(world, indicator, found)
    found = found.assign(per=_PER).drop(columns="denominator", errors="ignore")
    found = found.merge(indicator.base, on=["period_type", "period", "area"], how="left")
    cells = with_status(world, indicator, found.rename(columns={"base": "denominator"}))
    empty = cells["n"].isna()
    cells["denominator"] = cells["denominator"].mask(empty)
    limits = poisson_interval(cells["numerator"], cells["denominator"], _PER)
    return cells.assign(**limits)


def differences(ours: pd.DataFrame, engine: pd.DataFrame) -> pd.DataFrame:
    """One row a cell and column that differ: `indicator … code, column, ours, engine`."""
    both = ours.reindex(columns=[*KEY, *EXACT, *CLOSE]).merge(
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


def _differs(mine: pd.Series, theirs: pd.Series, column: str) -> "pd.Series[bool]":
    if column == "obs_status":
        return mine != theirs
    left, right = (side.astype(float).to_numpy() for side in (mine, theirs))
    is_near = np.isclose(left, right, rtol=_RELATIVE, atol=1e-12)
    same = left == right if column in EXACT else is_near
    return pd.Series(~(same | (np.isnan(left) & np.isnan(right))), index=mine.index)
