"""Threats by tier, hot spots, operations and missed warnings, recomputed from the core tables."""

import numpy as np
import pandas as pd

from tests.oracle.cells import finest_counted
from tests.oracle.world import World, period_of

_POOLED = {"sexual_violence": "crime_or_protected", "crime": "crime_or_protected"}
_KEY = ["quarter", "area", "threat_type", "tier"]


def threat_response(world: World) -> pd.DataFrame:
    """2023.05 §76-77: an assessed threat, an area and a quarter, by tier and for all (`_T`)."""
    assessed = world.tables["threat_assessments"]
    assessed = assessed[assessed["quarter"] <= _quarter(pd.Series([world.as_of]))[0]]
    assessed = assessed.assign(threat_type=assessed["threat_type"].replace(_POOLED))
    rows = []
    above = world.above[["area_code", "area"]]
    activities, alerts, lines = (
        _by_kind(_done(world)),
        _by_kind(_alerts(world)),
        _by_kind(_lines(world)),
    )
    for (quarter, area, threat), own in assessed.merge(above, on="area_code").groupby(
        ["quarter", "area", "threat_type"]
    ):
        inside = set(above.loc[above["area"] == area, "area_code"])
        risk = own["likelihood"].astype(int) * own["impact"].astype(int)
        rising = own.loc[own["trend"] == "rising", "area_code"].nunique()
        done, told, planned = (
            _inside(rows_of_kind.get((quarter, threat)), inside)
            for rows_of_kind in (activities, alerts, lines)
        )
        for tier in ("I", "II", "III", "_T"):
            of_tier = done if tier == "_T" else done[done["tier"] == tier]
            of_plan = planned if tier == "_T" else planned[planned["tier"] == tier]
            of_alerts = (len(told), int(told["is_answered"].sum()))
            rows.append((
                quarter, area, threat, tier, risk.max(), own["area_code"].nunique(), rising,
                of_plan["planned_quantity"].sum(min_count=1),
                len(of_tier), of_tier["area_code"].nunique(),
                *(of_alerts if tier == "_T" else (np.nan, np.nan)),
            ))  # fmt: skip
    columns = ["risk", "areas_assessed", "areas_rising", "planned", "done", "places", "alerts",
               "alerts_answered"]  # fmt: skip
    return pd.DataFrame(rows, columns=[*_KEY, *columns]).sort_values(_KEY, ignore_index=True)


def _by_kind(rows: pd.DataFrame) -> dict[tuple[str, str], pd.DataFrame]:
    return dict(list(rows.groupby(["quarter", "threat_type"])))


def _inside(rows: pd.DataFrame | None, areas: set[str]) -> pd.DataFrame:
    if rows is None:
        return pd.DataFrame(columns=["area_code", "tier", "planned_quantity", "is_answered"])
    return rows[rows["area_code"].isin(areas)]


def _lines(world: World) -> pd.DataFrame:
    """The newest version of each planned line, in activities."""
    found = world.tables["activity_plan"].sort_values("plan_version")
    found = found.drop_duplicates("plan_line_code", keep="last")
    found = found[found["quantity_unit"] == "activity"]
    kinds = found["threat_type"].replace(_POOLED)
    month = pd.to_datetime(found["month"])
    return found.assign(threat_type=kinds, quarter=_quarter(month))


def _done(world: World) -> pd.DataFrame:
    found = world.tables["activities"]
    day = world.local(found["started_at"]).dt.normalize()
    found = found.assign(day=day, area_code=finest_counted(world, found))
    found = found[(found["status"] == "completed") & (day <= world.as_of)]
    kinds = found["threat_type"].replace(_POOLED)
    return found.assign(threat_type=kinds, quarter=_quarter(found["day"]))


def _alerts(world: World) -> pd.DataFrame:
    found = world.tables["alerts"]
    day = world.local(found["received_at"]).dt.normalize()
    acted = world.local(found["first_action_at"]).dt.normalize()
    found = found.assign(quarter=_quarter(day), is_answered=acted <= world.as_of)
    found = found[found["merged_into"].isna() & found["action_needed"].fillna(False).astype(bool)]
    kinds = found["threat_type"].replace(_POOLED)
    return found[day.loc[found.index] <= world.as_of].assign(threat_type=kinds)


def _quarter(days: pd.Series) -> pd.Series:
    return period_of(days, "Q")


def hot_spots(world: World) -> pd.DataFrame:
    """Those that stand on the as-of day: visits since they were listed, and the last one."""
    spots, patrols = world.tables["hot_spots"], world.tables["activities"]
    is_standing = spots["valid_to"].isna() | (spots["valid_to"] >= world.as_of)
    spots = spots[is_standing & (spots["valid_from"] <= world.as_of)]
    day = world.local(patrols["started_at"]).dt.normalize()
    patrols = patrols.assign(day=day)[
        (patrols["activity_type"] == "patrol") & (patrols["status"] == "completed")
        & (day <= world.as_of)
    ]  # fmt: skip
    rows = []
    for spot in spots.to_dict("records"):
        cited = patrols[patrols["hot_spot_code"] == spot["hot_spot_code"]]
        since = cited.loc[cited["day"] >= spot["valid_from"], "day"]
        rows.append((spot["hot_spot_code"], len(since), since.max()))
    found = pd.DataFrame(rows, columns=["hot_spot_code", "visits", "last_visit_on"])
    return found.sort_values("hot_spot_code", ignore_index=True)


def operations(world: World) -> pd.DataFrame:
    """2023.05 §54-55: the first completed review of each operation, and whether one heard views."""
    found, reviews = world.tables["operations"], world.tables["after_action_reviews"]
    found = found[found["started_on"] <= world.as_of]
    rows = []
    for one in found.to_dict("records"):
        own = reviews[reviews["operation_code"] == one["operation_code"]]
        own = own[own["completed_on"] <= world.as_of]
        own = own[own["started_on"].isna() | (own["completed_on"] >= own["started_on"])]
        heard = own["perceptions_heard"].dropna()
        rows.append((one["operation_code"], own["completed_on"].min(),
                     bool(heard.any()) if len(heard) else None))  # fmt: skip
    columns = ["operation_code", "reviewed_on", "are_residents_heard"]
    return pd.DataFrame(rows, columns=columns).sort_values("operation_code", ignore_index=True)
