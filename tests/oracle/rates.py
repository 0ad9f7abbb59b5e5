"""Rates: persons at the middle of a period, who counts against them."""

import numpy as np
import pandas as pd

from tests.oracle.cells import CELL, CROSSED, NOT_STATED, TOTAL, Recomputed, kinds_of, spread
from tests.oracle.world import World


def population(world: World, kind: str) -> pd.DataFrame:
    """`area_code`, period, `dimension`, `code`, `persons`: everybody, by sex, age group, both."""
    dimensions = [None, "sex", "age_group", CROSSED]
    return pd.concat([_mid_period(world, kind, dimension) for dimension in dimensions])


def _mid_period(world: World, kind: str, by: str | None) -> pd.DataFrame:
    """Persons of each area at the middle of each period (definition 39); no row: no figure."""
    figures = world.tables["population"]
    figures = figures[figures["population_kind"] == kind]
    figures = figures.assign(**{CROSSED: figures["sex"] + " " + figures["age_group"]})
    figures = figures.assign(code=figures[by] if by else TOTAL, dimension=by or TOTAL)
    keys = ["area_code", "dimension", "code"]
    totals = figures.groupby([*keys, "reference_on"])["persons"].sum().reset_index()
    length = (world.periods["end"] - world.periods["start"]).dt.days + 1
    middle = world.periods["start"] + pd.to_timedelta(length // 2, unit="D")
    found = []
    for names, rows in totals.groupby(keys):
        on = rows["reference_on"].astype("int64").to_numpy()
        persons = rows["persons"].to_numpy(dtype=float)
        asked = middle.astype(rows["reference_on"].dtype).astype("int64").to_numpy()
        value = np.interp(asked, on, persons, left=np.nan)
        named = dict(zip(keys, names, strict=True))
        found.append(world.periods[["period_type", "period"]].assign(**named, persons=value))
    return pd.concat(found).dropna(subset="persons")


def rate_parts(world: World, indicator: Recomputed) -> pd.DataFrame:
    """Numerator and n of each cell with a case; an area without a figure leaves it."""
    assert indicator.base is not None
    rows = with_figure_of(
        spread(world, indicator.cases, indicator.dimensions, kinds_of(indicator.code))
    )
    rows = rows.assign(row=rows.index, amount=rows.get("amount", 1.0))
    figures = indicator.base.rename(
        columns={"dimension": "of", "code": "figure", "area_code": "peopled"}
    )
    up = world.above[["area_code", "area"]].rename(columns={"area": "peopled"})
    everybody = figures[figures["of"] == TOTAL]  # not stated counts where anybody does
    unstated = [everybody.assign(of=of, figure=NOT_STATED) for of in ("sex", "age_group")]
    figures = pd.concat([figures, *unstated])
    keys = ["period_type", "period", "peopled", "of", "figure"]
    held = rows.merge(up, on="area_code").merge(figures[keys], on=keys)
    counted = rows[rows["row"].isin(held["row"])].groupby(CELL)["amount"].sum()
    found = counted.rename("n").reset_index()
    return found.assign(numerator=found["n"], value=np.nan, per=indicator.per)


def with_figure_of(cells: pd.DataFrame) -> pd.DataFrame:
    """`of`, `figure`: whose figure stands below: those of a sex or age group, else everybody's."""
    own = cells["dimension"].isin(["sex", "age_group", CROSSED])
    return cells.assign(
        of=cells["dimension"].where(own, TOTAL), figure=cells["code"].where(own, TOTAL)
    )


def persons_of(world: World, base: pd.DataFrame) -> pd.DataFrame:
    """Persons by `area` (added up over those below), period, `of` and `figure`."""
    held = base.rename(columns={"dimension": "of", "code": "figure"}).merge(
        world.above, on="area_code"
    )
    keys = ["period_type", "period", "area", "of", "figure"]
    return held.groupby(keys)["persons"].sum().rename("denominator").reset_index()
