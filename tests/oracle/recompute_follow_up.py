"""What was done after, in time: hot spots, deployments, operations, incidents, recommendations."""

from collections.abc import Iterator

import pandas as pd

from tests.oracle.cells import Recomputed
from tests.oracle.world import World


def recompute(world: World) -> Iterator[Recomputed]:
    """Every indicator from these sources that is recomputed here."""
    yield _reached(world)
    yield _left(world)
    yield _reviewed(world)
    yield _done_on_time(world)
    yield _days_to_review(world)


def _reached(world: World) -> Recomputed:
    """P2-OP-16 (definition 52): a completed patrol of any component on local day 0 to 7."""
    spots = world.tables["hot_spots"]
    spots = spots[spots["priority"] == "1"]
    activities = world.tables["activities"]
    activities = activities.assign(day=world.local(activities["started_at"]).dt.normalize())
    patrols = activities[
        (activities["activity_type"] == "patrol") & (activities["status"] == "completed")
    ]
    pairs = spots.merge(patrols[["hot_spot_code", "day"]], on="hot_spot_code")
    after = (pairs["day"] - pairs["valid_from"]).dt.days
    hits = set(pairs.loc[after.between(0, 7), "hot_spot_code"])
    due = spots["valid_from"] + pd.Timedelta(days=7)
    spots = spots.assign(day=due, hit=spots["hot_spot_code"].isin(hits), base=1)
    known = activities[activities["day"] <= world.as_of]
    return Recomputed(
        "P2-OP-16", "ratio", spots[due <= world.as_of], known, {"threat_type": "threat_type"},
        "activities", waits=pd.DateOffset(days=7), counts_hits=True,
    )  # fmt: skip


def _left(world: World) -> Recomputed:
    """P3-OC-11 (definition 61): no police on the next day; a staffed post six months later."""
    rows = world.tables["deployments"]
    rows = rows[rows["to_on"].notna()].reset_index(drop=True)
    due = rows["to_on"] + pd.DateOffset(months=6)
    rows = rows.assign(day=due, base=1)
    police = rows[rows["component"] == "police"].sort_values("deployment_code")
    police = police.drop_duplicates(["area_code", "to_on"])
    cases = police[[_has_left(world, row) for row in police.itertuples()]]
    found = [_post(world, row) for row in cases.itertuples()]
    cases = cases.assign(
        is_known=[bool(staffed) for staffed in found], hit=[any(staffed) for staffed in found]
    )
    return Recomputed(
        "P3-OC-11", "ratio", cases[cases["day"] <= world.as_of], rows[rows["day"] <= world.as_of],
        {}, "deployments", waits=pd.DateOffset(months=6),
    )  # fmt: skip


def _has_left(world: World, row: object) -> bool:
    bases, next_day = world.tables["deployments"], row.to_on + pd.Timedelta(days=1)
    there = bases[(bases["from_on"] <= next_day) & ~(bases["to_on"] < next_day)]
    within = world.above.loc[world.above["area"] == row.area_code, "area_code"]
    police = there[(there["component"] == "police") & there["area_code"].isin(within)]
    return len(there) > 0 and len(police) == 0


def _post(world: World, row: object) -> list[bool]:
    """Whether each post of the area, or below it, that has a row of the month was staffed."""
    month = row.day.to_period("M").to_timestamp()
    posts = world.tables["police_posts"]
    posts = posts[posts["month"] == month]
    places = world.tables["registers"]
    places = places[places["register_code"] == "coverage_locality"]
    places = places[places["valid_from"] <= month + pd.offsets.MonthEnd(0)]
    newest = places.sort_values("valid_from").groupby("entry_code").tail(1)
    area = posts["entry_code"].map(newest.set_index("entry_code")["area_code"])
    within = world.above.loc[world.above["area"] == row.area_code, "area_code"]
    return [bool(staffed) for staffed in posts.loc[area.isin(within), "staffed"]]


def _reviewed(world: World) -> Recomputed:
    """P2-OP-20 (definition 62): a review that heard residents by day 60 after closing."""
    rows = world.tables["operations"].reset_index(drop=True)
    rows["day"] = rows["started_on"]
    rows = rows.join(world.unit_at(rows["unit_code"], rows["started_on"]))
    due = rows["closed_on"] + pd.Timedelta(days=60)
    due = due.mask(rows["closed_on"] < rows["started_on"])
    reviews = world.tables["after_action_reviews"]
    heard = reviews["perceptions_heard"].fillna(False).astype(bool)
    reviews = reviews[heard & ~(reviews["completed_on"] < reviews["started_on"])]
    first = reviews.groupby("operation_code")["completed_on"].min()
    hit = rows["operation_code"].map(first) <= due
    cases = rows.assign(day=due, hit=hit, base=1)
    cases = cases[(rows["component"] == "police") & (due <= world.as_of)]
    everything = world.on_both_clocks(rows, due)
    by = {"unit_type": "unit_type", "operation_type": "operation_type"}
    waits = pd.DateOffset(days=60)
    return Recomputed("P2-OP-20", "ratio", cases, everything, by, "operations", waits=waits)


def _done_on_time(world: World) -> Recomputed:
    """D-OP-08: what was dropped by the day first agreed is left out; a later day changes nothing."""
    rows = world.tables["recommendations"].reset_index(drop=True)
    due = rows["first_due_on"]
    left_out = rows["dropped_on"] <= due
    rows = rows.assign(day=due, hit=rows["done_on"] <= due, base=1)
    cases = rows[~left_out & (due <= world.as_of)]
    everything = world.on_both_clocks(rows.assign(day=rows["made_on"]), due.mask(left_out))
    return Recomputed("D-OP-08", "ratio", cases, everything, {}, "recommendations")


def _days_to_review(world: World) -> Recomputed:
    """D-OP-09: from an incident dated to the day to its first completed review."""
    rows = world.tables["incidents"].reset_index(drop=True)
    reviews = world.tables["after_action_reviews"]
    reviews = reviews[~(reviews["completed_on"] < reviews["started_on"])]
    first = rows["incident_code"].map(reviews.groupby("incident_code")["completed_on"].min())
    days = (first - rows["occurred_on"]).dt.days
    is_known = (days >= 0) & (rows["date_precision"] == "day")
    rows = rows.assign(day=rows["occurred_on"])
    everything = world.on_both_clocks(rows, first)
    cases = rows.drop(columns="date_precision").assign(day=first, amount=days)
    cases = cases[is_known & (first <= world.as_of)]
    return Recomputed("D-OP-09", "median", cases, everything, {}, "incidents")
