"""Indicators from `incidents`, recomputed from the core tables."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from tests.oracle.cells import Recomputed, finest_counted
from tests.oracle.rates import population
from tests.oracle.world import World

_PHYSICAL = ["killing", "injury", "sexual_violence", "abduction"]


def recompute(world: World) -> Iterator[Recomputed]:
    """Every indicator from `incidents` that is recomputed here."""
    incidents = world.tables["incidents"]
    incidents = incidents[incidents["occurred_on"] <= world.as_of].reset_index(drop=True)
    incidents["day"] = incidents["occurred_on"]
    yield _at_sites(world, incidents)
    yield _harm(world, incidents)
    yield _reviewed(world, incidents)
    yield _warned_of(world, incidents)
    yield from _recorded(world, incidents)


def _recorded(world: World, incidents: pd.DataFrame) -> Iterator[Recomputed]:
    """D-IM-01, D-IM-02, D-IM-04: civilians killed, incidents against civilians, injured."""
    by = {"actor": "alleged_actor_type", "violence_type": "violence_type",
          "incident_type": "incident_type"}  # fmt: skip
    for code, column in {"D-IM-01": "deaths_civilian", "D-IM-04": "injured_civilian"}.items():
        known = incidents[incidents[column].notna()]
        amount = known.assign(amount=known[column].astype(float))
        yield Recomputed(code, "sum", amount, incidents, by, "incidents")
    aimed_at = incidents[incidents["against_civilians"].fillna(False).astype(bool)]
    yield Recomputed("D-IM-02", "count", aimed_at, incidents, by, "incidents")


def _warned_of(world: World, incidents: pd.DataFrame) -> Recomputed:
    """P2-OC-10 (definition 51): an alert on one of the 14 days before, in the area or above."""
    rows = incidents[
        incidents["against_civilians"].fillna(False).astype(bool)
        & incidents["incident_type"].isin(_PHYSICAL)
        & (incidents["date_precision"] == "day")
    ]
    alerts = world.tables["alerts"]
    alerts = alerts[alerts["merged_into"].isna()]
    received = world.local(alerts["received_at"]).dt.normalize()
    told = pd.DataFrame({"area": alerts["area_code"], "received": received})
    asked = pd.DataFrame({"row": rows.index, "day": rows["day"]})
    asked["area_code"] = finest_counted(world, rows)
    pairs = asked.merge(world.above[["area_code", "area"]], on="area_code").merge(told, on="area")
    before = (pairs["day"] - pairs["received"]).dt.days
    rows = rows.assign(hit=rows.index.isin(pairs["row"][before.between(1, 14)]), base=1)
    by = {"incident_type": "incident_type"}
    waits = pd.DateOffset(days=14)
    return Recomputed("P2-OC-10", "ratio", rows, incidents, by, "incidents", waits=waits)


def _harm(world: World, incidents: pd.DataFrame) -> Recomputed:
    """P2-OC-08 (definition 38): linked to police or joint operations, and civilians harmed."""
    victims = world.tables["incident_victims"]
    linked = incidents["linked_operation"].isin(["un_police", "un_military", "joint_host_state"])
    harmed = (
        incidents["against_civilians"].fillna(False).astype(bool)
        | (incidents["deaths_civilian"] > 0)
        | (incidents["injured_civilian"] > 0)
        | incidents["incident_code"].isin(victims["incident_code"])
    )
    rows = with_victims(world, incidents[linked & harmed])
    by = {"operation_type": "operation_type", "sex": "sexes", "age_group": "age_groups"}
    return Recomputed("P2-OC-08", "count", rows, incidents, by, "incidents", harm_checked=True)


def with_victims(world: World, incidents: pd.DataFrame) -> pd.DataFrame:
    """Columns `sexes`, `age_groups`: those among the incident's victims, each once."""
    victims = world.tables["incident_victims"].groupby("incident_code")
    for name, column in {"sexes": "sex", "age_groups": "age_group"}.items():
        of_incident = victims[column].agg(lambda values: sorted(set(values)))
        found = incidents["incident_code"].map(of_incident)
        incidents = incidents.assign(
            **{name: found.map(lambda codes: codes if np.iterable(codes) else [])}
        )
    return incidents


def _at_sites(world: World, incidents: pd.DataFrame) -> Recomputed:
    """P2-OC-07: physical violence at a site for displaced people, per 1,000 residents."""
    areas = world.tables["areas"]
    sites = areas.loc[areas["site_kind"].isin(["poc_site", "camp"]), "area_code"]
    rows = incidents[
        incidents["incident_type"].isin(_PHYSICAL) & incidents["site_code"].isin(sites)
    ]
    rows = rows.assign(area_code=rows["site_code"]).drop(columns="location_precision")
    rows = with_victims(world, rows)
    by = {"incident_type": "incident_type", "sex": "sexes", "age_group": "age_groups"}
    people = population(world, "site")
    people = people[people["area_code"].isin(sites)]
    return Recomputed("P2-OC-07", "rate", rows, incidents, by, "incidents", base=people, per=1000)


def _reviewed(world: World, incidents: pd.DataFrame) -> Recomputed:
    """P2-OP-15: incidents that the review rule of 2023.05 §87 names; definitions 41 to 43."""
    aimed_at = incidents["against_civilians"].fillna(False).astype(bool)
    civilians = (
        (incidents["deaths_civilian"] > 0)
        | (incidents["injured_civilian"] > 0)
        | (aimed_at & incidents["incident_type"].isin(_PHYSICAL))
    )
    needed = civilians & (_is_near_a_base(world, incidents) | _was_known(world, incidents))
    due = incidents["closed_on"] + pd.Timedelta(days=60)
    rows = incidents.drop(columns="date_precision").assign(day=due, base=1)
    reviews = world.tables["after_action_reviews"]
    kinds = ["after_action_review", "inquiry", "board_of_inquiry"]
    reviews = reviews[reviews["review_kind"].isin(kinds)]
    reviews = reviews[~(reviews["completed_on"] < reviews["started_on"])]
    first = reviews.groupby("incident_code")["completed_on"].min()
    rows = rows.assign(hit=rows["incident_code"].map(first) <= due)
    valid = ~(incidents["closed_on"] < incidents["occurred_on"])
    cases = rows[needed & valid & (due <= world.as_of)]
    everything = world.on_both_clocks(incidents, due)
    by = {"incident_type": "incident_type"}
    waits = pd.DateOffset(days=60)
    return Recomputed("P2-OP-15", "ratio", cases, everything, by, "incidents", waits=waits)


def _is_near_a_base(world: World, incidents: pd.DataFrame) -> np.ndarray:
    """Great circle to any deployment of that day, on a sphere of 6371.0088 km (definition 41).

    A place that is missing or coarser than near is undecided until a person decides (42), and so
    is a day later than the list of bases goes: no deployment is near on it either.
    """
    bases = world.tables["deployments"]
    here = [np.radians(incidents[name].to_numpy(float))[:, None] for name in _POINT]
    there = [np.radians(bases[name].to_numpy(float))[None, :] for name in _POINT]
    half = [np.sin((b - a) / 2) ** 2 for a, b in zip(here, there, strict=True)]
    root = np.sqrt(half[0] + np.cos(here[0]) * np.cos(there[0]) * half[1])
    km = 2 * 6371.0088 * np.arcsin(np.minimum(root, 1))
    day = incidents["occurred_on"].to_numpy()[:, None]
    ended = bases["to_on"].fillna(pd.Timestamp("2100-01-01")).to_numpy()[None, :]
    present = (bases["from_on"].to_numpy()[None, :] <= day) & (day <= ended)
    is_near = (km <= world.mission.parameters.near_base_km) & present
    measured = is_near.any(axis=1) & incidents["location_precision"].isin(["exact", "near"])
    decided = incidents["near_base"].astype("boolean")
    return np.asarray(decided.fillna(pd.Series(measured)).astype(bool))


_POINT = ("latitude", "longitude")


def _was_known(world: World, incidents: pd.DataFrame) -> np.ndarray:
    """An alert received before and confirmed by then, open and without action (definition 42)."""
    alerts = world.tables["alerts"]
    alerts = alerts[alerts["merged_into"].isna() & alerts["action_needed"]]
    zone = world.mission.time_zone
    midnight = (
        incidents["occurred_on"].dt.tz_localize(zone).dt.tz_convert("UTC").dt.tz_localize(None)
    )
    asked = pd.DataFrame(
        {
            "row": range(len(incidents)),
            "area_code": finest_counted(world, incidents),
            "at": incidents["occurred_at"].fillna(midnight),
        }
    )
    up = world.above[["area_code", "area"]]
    around = pd.concat([up, up.set_axis(["area", "area_code"], axis=1)]).drop_duplicates()
    pairs = asked.merge(around, on="area_code").merge(
        alerts.rename(columns={"area_code": "area"}), on="area"
    )
    known = (
        (pairs["confirmed_at"] <= pairs["at"])
        & (pairs["received_at"] < pairs["at"])
        & ~(pairs["closed_at"] <= pairs["at"])
        & ~(pairs["first_action_at"] <= pairs["at"])
    )
    return np.isin(np.arange(len(incidents)), pairs["row"][known])
