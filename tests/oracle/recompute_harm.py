"""Indicators from `rights_monitoring` and `displacement_events`."""

from collections.abc import Iterator

import pandas as pd

from tests.oracle.cells import Recomputed
from tests.oracle.rates import population
from tests.oracle.world import World

_ACTOR = {"actor": "alleged_actor_type"}
_SEX_AND_AGE = {"sex": "sex", "age_group": "age_group"}


def recompute(world: World) -> Iterator[Recomputed]:
    """Every indicator from these sources that is recomputed here."""
    yield from _monitoring(world)
    yield _displaced(world)


def _monitoring(world: World) -> Iterator[Recomputed]:
    """Verified counts (definition 40)."""
    rows = world.tables["rights_monitoring"].reset_index(drop=True)
    rows = rows.assign(day=rows["month"])
    rows = rows[rows["day"] <= world.as_of]

    allegations = rows[rows["mechanism"] == "human_rights"]
    allegations = allegations.assign(
        hit=_number(allegations["allegations_with_follow_up"]),
        base=_number(allegations["allegations_referred"]),
    )
    by = {**_ACTOR, "violation_type": "violation_type"}
    yield Recomputed("P1-OC-03", "ratio", allegations, rows, by, "rights_monitoring")

    harmed = allegations.assign(
        amount=_number(allegations["persons_killed"]) + _number(allegations["persons_injured"])
    )
    yield Recomputed(
        "X-IM-03", "rate", harmed, rows, {**_ACTOR, **_SEX_AND_AGE}, "rights_monitoring",
        per=100_000, base=population(world, "resident"),
    )  # fmt: skip

    sexual = rows[(rows["mechanism"] == "mara") & rows["incidents_count"].notna()]
    sexual = sexual.assign(amount=_number(sexual["incidents_count"]))
    yield Recomputed(
        "X-IM-04", "total", sexual, rows, {**_ACTOR, **_SEX_AND_AGE}, "rights_monitoring"
    )

    grave = rows[(rows["mechanism"] == "mrm") & rows["violations_count"].notna()]
    grave = grave.assign(amount=_number(grave["violations_count"]))
    by = {**_ACTOR, "sex": "sex", "violation_type": "violation_type"}
    yield Recomputed("X-IM-05", "total", grave, rows, by, "rights_monitoring")


def _number(column: pd.Series) -> pd.Series:
    return column.fillna(0).astype(float)


def _displaced(world: World) -> Recomputed:
    """X-IM-06: persons displaced by violence, where they fled from."""
    rows = world.tables["displacement_events"].reset_index(drop=True)
    rows = rows.assign(day=rows["displaced_on"], area_code=rows["origin_area_code"])
    rows = rows[rows["day"] <= world.as_of]
    cases = rows[rows["cause"] == "violence"]
    cases = cases.assign(amount=_number(cases["persons"]))
    return Recomputed("X-IM-06", "total", cases, rows, _SEX_AND_AGE, "displacement_events")
