"""Indicators from `referrals`, `un_personnel` and `un_detentions`: rows of police units only."""

from collections.abc import Iterator

import pandas as pd

from tests.oracle.cells import Recomputed
from tests.oracle.world import World

_BY_UNIT = {"unit_type": "unit_type"}


def recompute(world: World) -> Iterator[Recomputed]:
    """Every indicator from these sources that is recomputed here."""
    yield from _referrals(world)
    yield _trained(world)
    yield _in_time(world)


def _rows(world: World, source: str, day: str) -> pd.DataFrame:
    """Rows up to the as-of date by the local date of `day`, with the unit of that date."""
    rows = world.tables[source].reset_index(drop=True)
    rows["day"] = world.local(rows[day]).dt.normalize() if day.endswith("_at") else rows[day]
    rows = rows[rows["day"] <= world.as_of]
    return rows.join(world.unit_at(rows["unit_code"], rows["day"]))


def _referrals(world: World) -> Iterator[Recomputed]:
    rows = _rows(world, "referrals", "referred_on")
    police = rows[rows["component"] == "police"]
    concerns = police[police["referral_kind"] == "human_rights"]
    by = {**_BY_UNIT, "actor": "alleged_actor_type"}
    yield Recomputed("P1-OP-05", "count", concerns, rows, by, "referrals", True)

    dated = concerns[concerns["observed_on"] <= concerns["referred_on"]]
    days = (dated["referred_on"] - dated["observed_on"]).dt.days
    dated = dated.assign(amount=days.astype(float))
    yield Recomputed("P1-OP-06", "median", dated, rows, _BY_UNIT, "referrals", True)

    told = police[police["referral_kind"].isin(["mrm", "mara"])]  # 57
    told = told[told["observed_on"] <= told["referred_on"]]
    told = told.assign(amount=(told["referred_on"] - told["observed_on"]).dt.days.astype(float))
    yield Recomputed("P1-OP-11", "median", told, rows, _BY_UNIT, "referrals", True)

    services = police[
        (police["referral_kind"] == "survivor_services") & police["consent_given"].astype(bool)
    ]
    by = {"sex": "sex", "age_group": "age_group", "service_type": "service_type"}
    yield Recomputed("P3-OP-08", "count", services, rows, by, "referrals", True)


def _trained(world: World) -> Recomputed:
    """P2-OP-11 (definition 28): one deployment one case, thirty days after arrival, the country."""
    rows = _rows(world, "un_personnel", "arrived_on").assign(area_code=world.mission.country_area)
    due = rows["arrived_on"] + pd.Timedelta(days=30)
    everybody = rows.assign(day=due, hit=rows["poc_certificate_on"] <= due, base=1)
    everybody = everybody[due <= world.as_of]
    cases = everybody[everybody["component"] == "police"]
    by = {**_BY_UNIT, "sex": "sex", "contributing_country": "contributing_country"}
    cases = cases.join(_countries(world, cases))
    return Recomputed(
        "P2-OP-11", "ratio", cases, everybody, by, "un_personnel", True, only_country=True,
        waits=pd.DateOffset(days=30),
    )  # fmt: skip


def _countries(world: World, rows: pd.DataFrame) -> pd.Series:
    newest = world.tables["units"].sort_values("valid_from").groupby("unit_code").tail(1)
    return (
        rows["unit_code"]
        .map(newest.set_index("unit_code")["contributing_country"])
        .rename("contributing_country")
    )


def _in_time(world: World) -> Recomputed:
    """P2-OP-14 (definition 29): month of the end; handed over or released within the limit."""
    rows = _rows(world, "un_detentions", "started_at")
    ended = world.local(rows["ended_at"]).dt.normalize()
    hours = (rows["ended_at"] - rows["started_at"]).dt.total_seconds() / 3600
    in_time = rows["detention_end"].isin(["handed_over", "released"]) & (
        hours <= rows["limit_hours"]
    )
    cases = rows.assign(day=ended, hit=in_time, base=1)
    cases = cases[(cases["component"] == "police") & (ended <= world.as_of) & (hours >= 0)]
    by = {"sex": "sex", "age_group": "age_group", "actor": "handover_actor"}
    rows = world.on_both_clocks(rows, ended)
    return Recomputed("P2-OP-14", "ratio", cases, rows, by, "un_detentions", True)
