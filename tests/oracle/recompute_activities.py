"""Indicators from `activities`, recomputed from the core tables."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from tests.oracle.cells import Recomputed
from tests.oracle.world import World

_BY_UNIT = {"unit_type": "unit_type"}
_HOST_POLICE = ["police", "gendarmerie"]
_MISSION_CIVILIANS = {
    "civil_affairs", "human_rights", "poc_adviser", "child_protection", "women_protection",
    "justice", "mine_action", "public_information", "mission_support",
}  # fmt: skip


def recompute(world: World) -> Iterator[Recomputed]:
    """Every indicator from `activities` that is recomputed here."""
    everything = _activities(world)
    done = everything[everything["status"] == "completed"]
    police = done[done["component"] == "police"]
    for code, kind, cases, by in _of_police(world, police):
        by = by if code == "P2-OP-08" else {**_BY_UNIT, **by}
        yield Recomputed(code, kind, cases, everything, by, "activities", True)
    yield _called_off(everything)
    yield _handed_over(world, everything, done)
    yield _assessed(world, everything)


def _activities(world: World) -> pd.DataFrame:
    """Activities up to the as-of date, with local times and the unit of that day."""
    rows = world.tables["activities"].reset_index(drop=True)
    rows["start"], rows["end"] = world.local(rows["started_at"]), world.local(rows["ended_at"])
    rows["day"] = rows["start"].dt.normalize()
    rows = rows[rows["day"] <= world.as_of]
    rows = rows.join(world.unit_at(rows["unit_code"], rows["day"]))
    rows["partners"] = rows["partner_components"].map(
        lambda codes: sorted(set(codes)) if np.iterable(codes) else []
    )
    rows["is_night"] = night_share(rows["start"], rows["end"]) >= 0.5
    valid = rows["end"] >= rows["start"]
    rows["time_of_day"] = np.where(rows["is_night"], "night", "day")
    rows["time_of_day"] = rows["time_of_day"].where(valid)
    return rows


def night_share(start: pd.Series, end: pd.Series) -> pd.Series:
    """Share of each span that lies between 18:00 and 06:00; 1 or 0 for a moment (definition 24).

    Minutes are added up night by night: slow and plain.
    """
    night = pd.Series(0.0, index=start.index)
    length = (end - start).dt.total_seconds()
    first = start.dt.normalize() - pd.Timedelta(days=1)
    days = int(length.max() // 86400) + 3
    for number in range(days):
        dusk = first + pd.Timedelta(days=number, hours=18)
        dawn = dusk + pd.Timedelta(hours=12)
        shared = np.minimum(end, dawn) - np.maximum(start, dusk)
        night += shared.dt.total_seconds().clip(lower=0).fillna(0)
    moment = ((start.dt.hour >= 18) | (start.dt.hour < 6)).astype(float)
    return (night / length).where(length > 0, moment)


def _of_police(
    world: World, police: pd.DataFrame
) -> Iterator[tuple[str, str, pd.DataFrame, dict[str, str]]]:
    """Code, kind, cases, dimensions beside the unit type (definition 1)."""
    of_type = dict(iter(police.groupby("activity_type")))
    patrols = of_type["patrol"]
    partners = {"partner_component": "partners"}

    talks = of_type["host_state_dialogue"]
    talks = talks[
        talks["host_state_actor"].isin([*_HOST_POLICE, "interior_ministry"])
        & (talks["counterpart_grade"] == "command")
        & talks["protection_on_agenda"].fillna(False).astype(bool)
    ]
    yield "P1-OP-01", "count", talks, {"actor": "host_state_actor"}

    sessions = of_type["community_session"]
    yield "P1-OP-02", "count", sessions, partners
    yield "P1-OP-03", "ratio", _participants(world, sessions), {"age_group": "age_group"}

    information = of_type["public_information"]
    yield "P1-OP-07", "count", information, {"channel": "channel", "language": "language"}

    mediation = of_type["mediation"]
    tracks = mediation[mediation["process_code"].notna()].assign(key=mediation["process_code"])
    yield "P1-OP-09", "distinct", tracks, {"conflict_type": "conflict_type", **partners}

    by_mode = {"patrol_mode": "patrol_mode"}
    yield "P2-OP-01", "count", patrols, {**by_mode, "time_of_day": "time_of_day"}
    yield "P2-OP-02", "sum", _person_days(patrols), by_mode

    nights = patrols["nights_out"].astype(float) * patrols["personnel_count"].astype(float)
    out = patrols.assign(amount=nights)[nights.notna()]  # 54
    yield "P2-OP-18", "sum", out, by_mode

    seen = police[police["activity_type"].isin(["patrol", "community_session"])]  # 56
    seen = seen[seen["women_personnel_count"].notna()]
    seen = seen.assign(hit=seen["women_personnel_count"].astype(float) >= 1, base=1)
    yield "P1-OP-10", "ratio", seen, {"activity_type": "activity_type"}

    known_mode = patrols[patrols["patrol_mode"].notna()]
    on_foot = known_mode.assign(hit=known_mode["patrol_mode"] == "foot", base=1)
    yield "P2-OP-03", "ratio", on_foot, {"activity_type": "activity_type"}

    timed = patrols[patrols["end"] >= patrols["start"]]
    yield "P2-OP-04", "ratio", timed.assign(hit=timed["is_night"], base=1), {}

    joint = patrols[patrols["host_state_actor"].isin(_HOST_POLICE)]
    yield "P2-OP-05", "count", joint, {"actor": "host_state_actor"}

    integrated = patrols["partners"].map(
        lambda codes: "military" in codes and bool(_MISSION_CIVILIANS & set(codes))
    )
    yield "P2-OP-06", "count", patrols[integrated], partners

    cited = patrols.assign(hit=_cites_current(world, patrols), base=1)
    yield "P2-OP-07", "ratio", cited, {}

    yield "P2-OP-08", "count", _on_agreed_days(world, patrols), {"route_type": "route_type"}

    exercises = of_type["exercise"]
    components = exercises["partners"].map(lambda codes: 1 + len(set(codes) - {"humanitarian"}))
    exercises = exercises[
        exercises["exercise_type"].isin(["table_top", "field"]) & (components >= 2)
    ]
    yield "P2-OP-10", "count", exercises, {"exercise_type": "exercise_type"}

    escorts = of_type["escort"]  # 50: humanitarian and civilian-component convoys
    escorts = escorts[escorts["convoy_type"].isin(["humanitarian", "civilian_component"])]
    yield "P2-OP-12", "count", escorts, {"convoy_type": "convoy_type"}

    searches = of_type["weapons_search"]
    searches = searches[searches["site_type"].notna()]
    yield "P2-OP-13", "count", searches, {"site_type": "site_type", "found_type": "found_type"}

    presence = of_type["colocation"]
    with_police = presence["host_state_actor"].isin(["police", "gendarmerie"])  # 2, 50
    presence = presence[presence["presence_days"].notna() & with_police]
    presence = presence.assign(amount=presence["presence_days"])
    yield "P3-OP-04", "sum", presence, {"actor": "host_state_actor"}


def _participants(world: World, sessions: pd.DataFrame) -> pd.DataFrame:
    """Participants of known sex; one row a session, sex and age group."""
    persons = world.tables["activity_participants"]
    persons = persons[persons["sex"].isin(["F", "M"])]
    rows = sessions.merge(persons, on="activity_code")
    women = rows["participants_count"].where(rows["sex"] == "F", 0)
    return rows.assign(hit=women, base=rows["participants_count"])


def _person_days(patrols: pd.DataFrame) -> pd.DataFrame:
    """Personnel times begun 24-hour periods (definition 23); an end before its start is no case."""
    rows = patrols[patrols["personnel_count"].notna() & ~(patrols["end"] < patrols["start"])]
    begun = (
        np.ceil((rows["end"] - rows["start"]).dt.total_seconds() / 86400).fillna(1).clip(lower=1)
    )
    return rows.assign(amount=rows["personnel_count"].astype(float) * begun)


def _called_off(everything: pd.DataFrame) -> Recomputed:
    """P2-OP-17 (definition 53): each reason and the caveat over all patrols."""
    is_patrol = everything["activity_type"] == "patrol"
    rows = everything[is_patrol & (everything["component"] == "police")]
    wanting = ["vehicle", "fuel", "escort", "medevac", "caveat", "clearance"]
    hit = rows["status"].isin(["cancelled", "aborted"]) & rows["status_reason"].isin(wanting)
    caveat = rows["national_caveat"].fillna(False).astype(bool).map({True: "yes", False: "no"})
    rows = rows.assign(
        hit=hit, base=1, reason=rows["status_reason"].where(hit), caveat=caveat.where(hit)
    )
    by = {**_BY_UNIT, "status_reason": "reason", "national_caveat": "caveat"}
    return Recomputed(
        "P2-OP-17", "ratio", rows, everything, by, "activities", True,
        of_numerator=["status_reason", "national_caveat"],
    )  # fmt: skip


def _handed_over(world: World, everything: pd.DataFrame, done: pd.DataFrame) -> Recomputed:
    """P3-OP-07: distinct police facilities by the day of handover, all components."""
    rows = done[
        (done["activity_type"] == "facility_handover")
        & done["facility_type"].isin(["police_station", "police_post"])
        & (done["handed_over_on"] <= world.as_of)
        & done["facility_code"].notna()
    ]
    rows = rows.assign(day=rows["handed_over_on"], key=rows["facility_code"])
    by = {"facility_type": "facility_type", "funding_source": "funding_source"}
    return Recomputed("P3-OP-07", "distinct", rows, everything, by, "activities")


def _cites_current(world: World, patrols: pd.DataFrame) -> "pd.Series[bool]":
    """Definition 25: a hot spot valid at the local start date, or an alert open at the start."""
    spots = world.tables["hot_spots"][["hot_spot_code", "valid_from", "valid_to"]]
    spots = patrols.reset_index().merge(spots, on="hot_spot_code")
    current = (spots["valid_from"] <= spots["day"]) & ~(spots["valid_to"] < spots["day"])
    alerts = world.tables["alerts"][["alert_code", "received_at", "closed_at"]]
    alerts = patrols.reset_index().merge(alerts, on="alert_code")
    is_open = (alerts["received_at"] < alerts["started_at"]) & ~(
        alerts["closed_at"] <= alerts["started_at"]
    )
    cited = set(spots["index"][current]) | set(alerts["index"][is_open])
    return pd.Series(patrols.index.isin(sorted(cited)), index=patrols.index)


def _on_agreed_days(world: World, patrols: pd.DataFrame) -> pd.DataFrame:
    """Definition 26: patrols on a market or farm route on one of its agreed days."""
    routes = world.tables["route_days"]
    routes = routes[routes["route_type"].isin(["market", "farm"])]
    days = routes[["route_code", "agreed_on", "route_type"]].drop_duplicates()
    return patrols.merge(days, left_on=["route_code", "day"], right_on=["route_code", "agreed_on"])


def _assessed(world: World, everything: pd.DataFrame) -> Recomputed:
    """P1-OP-08 (definitions 2, 21): every support to host police, completed or aborted."""
    rows = everything[
        (everything["activity_type"] == "host_police_support")
        & everything["status"].isin(["completed", "aborted"])
        & (everything["component"] == "police")
    ]
    assessments = world.tables["hrddp_assessments"].set_index("assessment_code")["completed_on"]
    completed = rows["hrddp_assessment_code"].map(assessments)
    cases = rows.assign(hit=completed < rows["day"], base=1)
    by = {"actor": "host_state_actor", "support_type": "support_type"}
    return Recomputed("P1-OP-08", "ratio", cases, everything, by, "activities", True)
