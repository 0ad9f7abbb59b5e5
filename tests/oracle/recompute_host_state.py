"""Indicators from `training`, `custody_visits`, `justice_cases`, `police_complaints`,
`commitments` and `local_agreements`."""

from collections.abc import Iterator

import pandas as pd

from tests.oracle.cells import Recomputed
from tests.oracle.world import World

_ACTOR = {"actor": "host_state_actor"}
_TOPIC = {"course_topic": "course_topic"}
_SEX_AND_AGE = {"sex": "sex", "age_group": "age_group"}
_HOST_POLICE = ["police", "gendarmerie"]


def recompute(world: World) -> Iterator[Recomputed]:
    """Every indicator from these sources that is recomputed here."""
    yield from _training(world)
    yield _custody(world)
    yield _cases(world)
    yield _complaints(world)
    yield _commitments(world)
    yield _agreements(world)


def _rows(world: World, source: str, day: str) -> pd.DataFrame:
    rows = world.tables[source].reset_index(drop=True)
    rows = rows.assign(day=rows[day])
    return rows[rows["day"] <= world.as_of]


def same_day_later(days: pd.Series, months: int) -> pd.Series:
    """The same day of a later month, else that month's last day (definition 14)."""
    return days + pd.DateOffset(months=months)


def _training(world: World) -> Iterator[Recomputed]:
    """Definitions 31 and 44; courses of police and gendarmerie."""
    everything = _rows(world, "training", "completed_on")
    rows = everything[everything["host_state_actor"].isin(_HOST_POLICE)]
    rows = rows[~(rows["completed_on"] < rows["started_on"])]  # definition 18
    whole_days = rows[rows["duration_days"] >= 1]
    year = whole_days["day"].dt.year.astype(str)
    pairs = whole_days["officer_key"] + " " + whole_days["course_topic"] + " " + year
    by = {"sex": "sex", **_TOPIC, **_ACTOR}
    trained = whole_days.assign(key=pairs)
    yield Recomputed("P3-OP-01", "distinct", trained, everything, by, "training")

    known = whole_days[whole_days["sex"].isin(["F", "M"])]
    women = known.assign(key=known["officer_key"], hit=known["sex"] == "F")
    by = {**_TOPIC, **_ACTOR}
    yield Recomputed("P3-OP-02", "distinct_ratio", women, everything, by, "training")

    sat = rows[rows["course_topic"].isin(["human_rights", "sgbv"]) & _true(rows["test_taken"])]
    sat = sat.assign(key=sat["officer_key"], hit=_true(sat["test_passed"]))
    by = {"sex": "sex", **_TOPIC}
    yield Recomputed("P3-OP-03", "distinct_ratio", sat, everything, by, "training")

    after = rows["observed_on"] >= same_day_later(rows["completed_on"], 3)
    before = rows["observed_on"] <= same_day_later(rows["completed_on"], 6)
    seen = rows[after & before & (rows["observed_on"] <= world.as_of)]
    seen = seen.assign(day=seen["observed_on"], hit=_true(seen["skill_applied"]), base=1)
    by = {"sex": "sex", **_TOPIC, **_ACTOR}
    everything = world.on_both_clocks(everything, everything["observed_on"])
    yield Recomputed("P3-OC-01", "ratio", seen, everything, by, "training")


def _true(column: pd.Series) -> "pd.Series[bool]":
    return column.fillna(False).astype(bool)


def _custody(world: World) -> Recomputed:
    rows = _rows(world, "custody_visits", "visited_on")
    known = rows["detainees_past_limit"].notna() & rows["detainees_with_arrest_date"].notna()
    cases = rows[known].assign(
        hit=rows["detainees_past_limit"], base=rows["detainees_with_arrest_date"]
    )
    by = {**_SEX_AND_AGE, "facility_type": "facility_type"}
    return Recomputed("P3-OC-05", "ratio", cases, rows, by, "custody_visits")


def _cases(world: World) -> Recomputed:
    rows = _rows(world, "justice_cases", "referred_on")
    due = same_day_later(rows["referred_on"], 6)
    received = rows["prosecutor_received_on"]
    cases = rows.assign(day=due, hit=received <= due, base=1)
    cases = cases[(due <= world.as_of) & ~(received < rows["referred_on"])]
    by = {"sex": "victim_sex", "age_group": "victim_age_group", "case_type": "case_type"}
    rows = world.on_both_clocks(rows, due)
    waits = pd.DateOffset(months=6)
    return Recomputed("P3-OC-06", "ratio", cases, rows, by, "justice_cases", waits=waits)


def _complaints(world: World) -> Recomputed:
    rows = _rows(world, "police_complaints", "received_on")
    due = rows["received_on"] + pd.Timedelta(days=90)
    closed = (rows["closed_on"] <= due) & _true(rows["has_written_finding"])
    cases = rows.assign(day=due, hit=closed, base=1)
    cases = cases[(due <= world.as_of) & ~(rows["closed_on"] < rows["received_on"])]
    by = {"sex": "complainant_sex", "complaint_type": "complaint_type"}
    rows = world.on_both_clocks(rows, due)
    waits = pd.DateOffset(days=90)
    return Recomputed("P3-OC-08", "ratio", cases, rows, by, "police_complaints", waits=waits)


def _commitments(world: World) -> Recomputed:
    """P1-OC-02: acted on within 60 days and verified by the as-of date (definition 36)."""
    rows = _rows(world, "commitments", "made_on")
    due = rows["made_on"] + pd.Timedelta(days=60)
    kept = (rows["acted_on"] <= due) & (rows["verified_on"] <= world.as_of)
    cases = rows.assign(day=due, hit=kept, base=1)
    is_police = rows["host_state_actor"].isin(_HOST_POLICE)
    backwards = (rows["acted_on"] < rows["made_on"]) | (rows["verified_on"] < rows["acted_on"])
    cases = cases[is_police & (due <= world.as_of) & ~backwards]
    rows = world.on_both_clocks(rows, due)
    waits = pd.DateOffset(days=60)
    return Recomputed("P1-OC-02", "ratio", cases, rows, _ACTOR, "commitments", waits=waits)


def _agreements(world: World) -> Recomputed:
    """P1-OC-06: a case needs a follow-up; a breach by the last day breaks it (definition 36)."""
    rows = _rows(world, "local_agreements", "signed_on")
    due = same_day_later(rows["signed_on"], 6)
    followed, breached = rows["followed_up_on"], rows["violent_breach_on"]
    known = (followed <= world.as_of) | (breached <= world.as_of)
    valid = ~(followed < rows["signed_on"]) & ~(breached < rows["signed_on"])
    cases = rows.assign(day=due, hit=~(breached <= due), base=1)
    cases = cases[known & valid & (due <= world.as_of)]
    by = {"conflict_type": "conflict_type"}
    rows = world.on_both_clocks(rows, due)
    waits = pd.DateOffset(months=6)
    return Recomputed("P1-OC-06", "ratio", cases, rows, by, "local_agreements", waits=waits)
