"""Indicators from `alerts`, recomputed from the core tables."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from tests.oracle.cells import Recomputed
from tests.oracle.world import LEVELS, World

_BY_UNIT = {"unit_type": "unit_type"}


def recompute(world: World) -> Iterator[Recomputed]:
    """Every indicator from `alerts` that is recomputed here; merged alerts are in none (37)."""
    everything = _alerts(world)
    alerts = everything[everything["merged_into"].isna()].drop(columns="day")
    everything = everything[everything["day"] <= world.as_of]
    received = everything[everything["merged_into"].isna()]
    by = {"alert_source": "source_type", "threat_type": "threat_type", "sex": "source_sex"}
    yield Recomputed("P2-OP-09", "count", received, everything, by, "alerts")

    by = {"threat_type": "threat_type", "responding_component": "responding_component"}
    longest = max(dict(world.mission.parameters.target_hours).values())
    yield Recomputed(
        "P2-OC-02", "ratio", _answered(world, alerts), everything, by, "alerts",
        waits=pd.DateOffset(days=int(np.ceil(longest / 24))),
    )  # fmt: skip

    waits = pd.DateOffset(days=int(np.ceil(longest / 24)))
    by_threat = {"threat_type": "threat_type"}
    spoken = _answered_by_message(world, alerts)
    yield Recomputed("P1-OC-08", "ratio", spoken, everything, by_threat, "alerts", waits=waits)

    answered = _answered(world, alerts)
    by_host = answered["responding_component"] == "host_state_police"
    answered = answered.assign(hit=answered["hit"] & by_host)
    yield Recomputed("P3-OC-10", "ratio", answered, everything, by_threat, "alerts", waits=waits)

    by = {**_BY_UNIT, "time_of_day": "time_of_day"}
    yield Recomputed("P2-OC-03", "median", _minutes(world, alerts), everything, by, "alerts")

    by = {**_BY_UNIT, "threat_type": "threat_type"}
    yield Recomputed(
        "P2-OC-04", "ratio", _no_violence(world, alerts), everything, by, "alerts",
        waits=pd.DateOffset(days=14),
    )  # fmt: skip


def _alerts(world: World) -> pd.DataFrame:
    rows = world.tables["alerts"].reset_index(drop=True)
    names = {"received_at": "received", "confirmed_at": "confirmed", "first_action_at": "acted"}
    for column, name in {**names, "arrived_at": "arrived"}.items():
        rows[name] = world.local(rows[column])
    rows["day"] = rows["received"].dt.normalize()
    rows = rows.join(world.unit_at(rows["responding_unit_code"], rows["day"]))
    no_unit = rows["responding_unit_code"].isna()
    rows["is_police"] = (rows["component"] == "police") | (
        no_unit & (rows["responding_component"] == "police")
    )
    return rows


def _answered(world: World, alerts: pd.DataFrame) -> pd.DataFrame:
    """P2-OC-02: due = received + target hours; an action before receipt leaves both parts."""
    rows = alerts[alerts["action_needed"] & ~(alerts["acted"] < alerts["received"])]
    hours = rows["level"].map(dict(world.mission.parameters.target_hours)).astype(float)
    due = world.local(rows["received_at"] + pd.to_timedelta(hours, unit="h"))
    rows = rows.assign(day=due.dt.normalize(), hit=rows["acted"] <= due, base=1)
    return rows[rows["day"] <= world.as_of]


def _answered_by_message(world: World, alerts: pd.DataFrame) -> pd.DataFrame:
    """P1-OC-08 (definition 58): a completed message of any component between receipt and due."""
    rows = alerts[alerts["threat_type"].isin(["hate_speech", "disinformation"])]
    hours = rows["level"].map(dict(world.mission.parameters.target_hours)).astype(float)
    rows = rows.assign(due=rows["received_at"] + pd.to_timedelta(hours, unit="h"))
    messages = world.tables["activities"]
    messages = messages[
        (messages["activity_type"] == "public_information") & (messages["status"] == "completed")
    ]
    sent = messages[["answers_alert_code", "started_at"]]
    pairs = rows.merge(sent, left_on="alert_code", right_on="answers_alert_code")
    in_time = pairs["started_at"].between(pairs["received_at"], pairs["due"])
    hits = set(pairs.loc[in_time, "alert_code"])
    day = world.local(rows["due"]).dt.normalize()
    rows = rows.assign(day=day, hit=rows["alert_code"].isin(hits), base=1)
    return rows[rows["day"] <= world.as_of]


def _minutes(world: World, alerts: pd.DataFrame) -> pd.DataFrame:
    """P2-OC-03: minutes from confirmation to arrival of a police response."""
    rows = alerts[alerts["is_police"] & (alerts["arrived"] >= alerts["confirmed"])]
    hour = rows["confirmed"].dt.hour
    rows = rows.assign(
        day=rows["confirmed"].dt.normalize(),
        amount=(rows["arrived_at"] - rows["confirmed_at"]).dt.total_seconds() / 60,
        time_of_day=np.where((hour >= 18) | (hour < 6), "night", "day"),
    )
    return rows[rows["arrived"].dt.normalize() <= world.as_of]


def _no_violence(world: World, alerts: pd.DataFrame) -> pd.DataFrame:
    """P2-OC-04: confirmed, acted on by police; the 14 days after the action end in the period."""
    known_from = world.tables["incidents"]["occurred_on"].min().to_period("M").start_time
    rows = alerts[
        alerts["is_police"]
        & alerts["confirmed"].notna()
        & (alerts["acted"] >= alerts["received"])
        & (alerts["acted"] >= known_from)
    ]
    action_day = rows["acted"].dt.normalize()
    followed = _violence_follows(world, rows["area_code"], action_day)
    rows = rows.assign(day=action_day + pd.Timedelta(days=14), hit=~followed, base=1)
    return rows[rows["day"] <= world.as_of]


def _violence_follows(world: World, areas: pd.Series, days: pd.Series) -> "pd.Series[bool]":
    """An incident against civilians in the area or below it on day 0 to 14, dated to the day."""
    incidents = world.tables["incidents"]
    incidents = incidents[incidents["against_civilians"] & (incidents["date_precision"] == "day")]
    held = incidents.merge(world.above, on="area_code")
    rank = {level: number for number, level in enumerate(LEVELS)}
    finest = held["location_precision"].map(rank).fillna(len(LEVELS))
    held = held[held["rank"] <= finest]
    asked = pd.DataFrame({"area": areas, "day": days, "row": areas.index})
    pairs = asked.merge(held[["area", "occurred_on"]], on="area")
    after = (pairs["occurred_on"] - pairs["day"]).dt.days
    return pd.Series(areas.index.isin(pairs["row"][after.between(0, 14)]), index=areas.index)
