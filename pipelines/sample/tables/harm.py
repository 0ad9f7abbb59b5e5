"""Displacement, monitored violations and reviews that follow from incidents; threats assessed."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.sample.country import AREAS, AS_OF, COLUMNS, DAYS, SITES, STARTS_ON
from pipelines.sample.days.presence import DAY, MONTH
from pipelines.sample.days.returns import Owed
from pipelines.sample.draws import (
    Array,
    Generator,
    column,
    numbered,
    pick,
    season,
    spread,
    stream,
    table_of,
)
from pipelines.sample.tables.alerts import TARGET_HOURS

_FLOODS = 60
_DRIVEN_OUT = 35  # persons displaced for each victim that the incident names
_SOURCES = {"Displacement tracking partner": 5, "Local authority": 3, "Registration on arrival": 2}
_VIOLATION = {
    "killing": "killing", "injury": "injury", "sexual_violence": "rape", "abduction": "abduction",
    "displacement": "forced_displacement",
}  # fmt: skip
_GRAVE_VIOLATION = {
    "killing": "killing_maiming", "injury": "killing_maiming", "sexual_violence": "sexual_violence",
    "abduction": "abduction",
}  # fmt: skip
_OF_SEXUAL_VIOLENCE = {"rape": 66, "sexual_violence": 22, "sexual_slavery": 6, "forced_marriage": 6}
_SEEN_IN_CUSTODY = {"arbitrary_detention": 52, "torture": 22, "enforced_disappearance": 8,
                    "property": 18}  # fmt: skip
_SEEN_OF_CHILDREN = {"child_recruitment": 46, "attack_school_hospital": 30, "aid_denial": 24}
_IN_CUSTODY, _OF_CHILDREN = 260, 90
_REVIEW_KINDS = {"after_action_review": 78, "inquiry": 17, "board_of_inquiry": 5}
_REVIEWED_PCT = {"near_base": 70, "known_threat": 45, "roe_duf": 0.4, "other": 0.6}
_NEAR_KM, _EARTH_KM = 5.0, 6371.0088  # definitions 41
_THREATS = {
    "armed_group": ("armed_attack", "ambush", "abduction"),
    "militia": ("looting", "cattle_raid", "armed_attack"),
    "community": ("intercommunal_violence", "cattle_raid", "crime"),
    "state_police": ("arbitrary_detention", "public_disorder", "crime"),
}  # fmt: skip


def displacement_events(seed: int, incidents: pa.Table, victims: pa.Table) -> pa.Table:
    """People driven out by incidents of displacement, and by floods in the rains."""
    generator = stream(seed, "displacement_events")
    driven = incidents.filter(pc.equal(incidents["incident_type"], "displacement"))
    names = _victims_of(driven, victims)
    violent = [
        (day, area, "violence", max(2, round(count * _DRIVEN_OUT * factor)))
        for day, area, count, factor in zip(
            driven["occurred_on"].to_pylist(), driven["area_code"].to_pylist(), names,
            generator.lognormal(0, 0.5, driven.num_rows), strict=True,
        )
    ]  # fmt: skip
    rains = np.maximum(season(DAYS, 1.0, 235) - 1, 0)
    days = np.repeat(np.arange(DAYS), spread(generator, rains, _FLOODS))
    floods = [
        (STARTS_ON + timedelta(days=int(day)), AREAS[int(area)], "disaster", int(persons))
        for day, area, persons in zip(
            days, generator.integers(0, len(AREAS), _FLOODS),
            generator.lognormal(5.8, 0.7, _FLOODS), strict=True,
        )
    ]  # fmt: skip
    rows: list[tuple[Any, ...]] = []
    for day, area, cause, persons in sorted([*violent, *floods]):
        rows += _displaced(generator, len(rows), day, area, cause, persons)
    return table_of("displacement_events", rows)


def _victims_of(incidents: pa.Table, victims: pa.Table) -> list[int]:
    """Victims of each of these incidents."""
    counted: dict[str, int] = {}
    own = victims.filter(pc.is_in(victims["incident_code"], incidents["incident_code"]))
    for code, count in zip(
        own["incident_code"].to_pylist(), own["victims_count"].to_pylist(), strict=True
    ):
        counted[code] = counted.get(code, 0) + count
    return [counted.get(code, 1) for code in incidents["incident_code"].to_pylist()]


def _displaced(
    generator: Generator, before: int, day: date, area: str, cause: str, persons: int
) -> list[tuple[Any, ...]]:
    """One row, or two where women and men were counted."""
    (source,) = pick(generator, _SOURCES, 1)
    arrival = _neighbour(generator, area) if generator.random() < 0.85 else None
    by_sex = generator.random() < 0.6
    women = round(persons * generator.uniform(0.5, 0.58))
    parts = [("F", women), ("M", persons - women)] if by_sex else [(None, persons)]
    has_range = generator.random() < 0.85
    return [
        (
            f"DP-{before + at + 1:05d}", area, arrival, day, cause, sex, None, count,
            round(count * 0.8) if has_range else None, round(count * 1.3) if has_range else None,
            source,
        )
        for at, (sex, count) in enumerate(parts)
    ]  # fmt: skip


def _neighbour(generator: Generator, area: str) -> str | None:
    """An area beside this one on the grid, or its own site; None where only admin 1 is known."""
    sites = [site.code for site in SITES if site.area == area]
    if sites and generator.random() < 0.5:
        return sites[0]
    if area not in AREAS:
        return None
    at = AREAS.index(area)
    near = [
        number
        for number in (at - COLUMNS, at + COLUMNS, at - 1 if at % COLUMNS else -1, at + 1)
        if 0 <= number < len(AREAS)
    ]
    return AREAS[near[int(generator.integers(0, len(near)))]]


def rights_monitoring(seed: int, owed: Owed, incidents: pa.Table, victims: pa.Table) -> pa.Table:
    """Verified incidents counted by month, area, mechanism, violation, actor, sex and age.

    With them what shows in no incident: detention, torture, children recruited. Only months whose
    return came.
    """
    generator = stream(seed, "rights_monitoring")
    verified = _verified(incidents, victims)
    records = [*_of_incidents(generator, verified), *_seen_elsewhere(generator)]
    cells: dict[tuple[Any, ...], list[Any]] = {}
    for (month, area, *rest), incident, violations, killed, injured in records:
        if owed.months[area, month]:
            cell = cells.setdefault((month, area, *rest), [set(), 0, 0, 0])
            cell[0].add(incident)
            cell[1] += violations
            cell[2] += killed
            cell[3] += injured
    rows = [_cell(generator, key, *cells[key]) for key in sorted(cells)]
    return table_of("rights_monitoring", rows)


def _verified(incidents: pa.Table, victims: pa.Table) -> list[dict[str, Any]]:
    """Victims of verified incidents, each with what is known of its incident."""
    wanted = incidents.filter(pc.equal(incidents["verification"], "verified"))
    known = {row["incident_code"]: row for row in wanted.select([
        "incident_code", "incident_type", "occurred_on", "area_code", "alleged_actor_type",
    ]).to_pylist()}  # fmt: skip
    own = victims.filter(pc.is_in(victims["incident_code"], wanted["incident_code"]))
    return [{**row, **known[row["incident_code"]]} for row in own.to_pylist()]


def _of_incidents(generator: Generator, verified: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """(key, incident, violations, killed, injured) by mechanism; places below admin 2 go up."""
    site_area = {site.code: site.area for site in SITES}
    kinds = pick(generator, _OF_SEXUAL_VIOLENCE, len(verified))
    found: list[tuple[Any, ...]] = []
    for row, of_sexual_violence in zip(verified, kinds, strict=True):
        area = site_area.get(row["area_code"], row["area_code"])
        kind, count = row["incident_type"], row["victims_count"]
        if area not in AREAS or kind not in _VIOLATION:
            continue
        day = row["occurred_on"]
        month = (day.year - STARTS_ON.year) * 12 + day.month - 1
        of_whom = (row["alleged_actor_type"], row["sex"], row["age_group"])
        killed, injured = count * (kind == "killing"), count * (kind == "injury")
        places = (month, AREAS.index(area))
        violations = [("human_rights", _VIOLATION[kind])]
        if kind == "sexual_violence":
            violations.append(("mara", of_sexual_violence))
        if row["age_group"] == "Y0T17" and kind in _GRAVE_VIOLATION:
            violations.append(("mrm", _GRAVE_VIOLATION[kind]))
        found += [
            ((*places, *violation, *of_whom), row["incident_code"], count, killed, injured)
            for violation in violations
        ]
    return found


def _seen_elsewhere(generator: Generator) -> list[tuple[Any, ...]]:
    """Violations that monitors found without an incident report."""
    found: list[tuple[Any, ...]] = []
    for mechanism, shares, count in (
        ("human_rights", _SEEN_IN_CUSTODY, _IN_CUSTODY), ("mrm", _SEEN_OF_CHILDREN, _OF_CHILDREN)
    ):  # fmt: skip
        violation = pick(generator, shares, count)
        of_state = {"state_police": 55, "state_military": 35, "armed_group": 10}
        of_others = {"armed_group": 62, "militia": 28, "unknown": 10}
        actor = pick(generator, of_state if mechanism == "human_rights" else of_others, count)
        sex = pick(generator, {"M": 66, "F": 26, "_U": 8}, count)
        ages = {"Y18T29": 44, "Y30T44": 34, "Y45T59": 12, "_U": 10}
        age = pick(generator, ages if mechanism == "human_rights" else {"Y0T17": 1}, count)
        places = zip(
            generator.integers(0, len(MONTH), count), generator.integers(0, len(AREAS), count),
            strict=True,
        )  # fmt: skip
        found += [
            ((int(month), int(area), mechanism, *rest), f"{mechanism} {number}", 1, 0, 0)
            for number, ((month, area), *rest) in enumerate(
                zip(places, violation, actor, sex, age, strict=True)
            )
        ]
    return found


def _cell(
    generator: Generator, key: tuple[Any, ...], incidents: set[str], violations: int, killed: int,
    injured: int,
) -> tuple[Any, ...]:  # fmt: skip
    """A row; allegations against State forces and others are passed on to the authorities."""
    month, area, mechanism, *rest = key
    counts: tuple[int | None, ...] = (None, None, None, None)
    if mechanism == "human_rights":
        reported = violations + int(generator.poisson(0.6 * violations))
        referred = int(generator.binomial(violations, 0.55))
        counts = (reported, violations, referred, int(generator.binomial(referred, 0.27)))
    first = MONTH[month].astype("datetime64[D]").astype(object)
    return (
        first, AREAS[area], mechanism, *rest, len(incidents), violations, killed, injured, *counts
    )  # fmt: skip


def after_action_reviews(
    seed: int, incidents: pa.Table, alerts: pa.Table, deployments: pa.Table
) -> pa.Table:
    """Reviews of incidents near bases, after known threats, and of a few others (2023.05 §87)."""
    generator = stream(seed, "after_action_reviews")
    size = incidents.num_rows
    trigger = pick(generator, {"roe_duf": 1, "other": 2}, size)
    trigger[_after_a_known_threat(incidents, alerts)] = "known_threat"
    trigger[_near_a_base(incidents, deployments)] = "near_base"
    share = np.array([_REVIEWED_PCT[name] / 100 for name in trigger])
    taken = np.flatnonzero(generator.random(size) < share)
    dates = _Dates.draw(generator, incidents.take(pa.array(taken, pa.int64())))
    kept = dates.started <= DAY[-1]
    count = int(kept.sum())
    codes = incidents["incident_code"].take(pa.array(taken[kept], pa.int64()))
    done = dates.is_completed[kept]
    return pa.table({
        "review_code": column(numbered("AR-", np.arange(1, count + 1), 4)),
        "incident_code": codes,
        "review_kind": column(pick(generator, _REVIEW_KINDS, count)),
        "trigger": column(trigger[taken][kept]),
        "started_on": column(dates.started[kept], generator.random(count) < 0.97),
        "completed_on": column(dates.completed[kept], done),
        "recommendations_count": column(generator.poisson(3.2, count), done),
    })  # fmt: skip


@dataclass(frozen=True)
class _Dates:
    """Start and completion of reviews, one row an incident."""

    started: Array
    completed: Array
    is_completed: Array

    @classmethod
    def draw(cls, generator: Generator, incidents: pa.Table) -> "_Dates":
        """Most are completed within 60 days of the closing of the incident, some later."""
        size = incidents.num_rows
        occurred = np.array(incidents["occurred_on"]).astype("datetime64[D]")
        closed = np.array(incidents["closed_on"]).astype("datetime64[D]")
        closed = np.where(np.isnat(closed), occurred + 40, closed)
        started = occurred + generator.integers(1, 21, size)
        late = generator.random(size) < 0.22
        after = np.where(late, generator.integers(62, 150, size), generator.integers(-10, 58, size))
        completed = np.maximum(closed + after, started + 3)
        is_completed = (generator.random(size) < 0.86) & (completed <= DAY[-1])
        return cls(started, completed, is_completed)


def _near_a_base(incidents: pa.Table, deployments: pa.Table) -> Array:
    """Within 5 km of a base that was manned on the day, on a sphere."""
    latitude, longitude = (
        np.radians(incidents[name].to_numpy().astype(float)) for name in ("latitude", "longitude")
    )
    occurred = np.array(incidents["occurred_on"]).astype("datetime64[D]")
    found = np.zeros(incidents.num_rows, dtype=bool)
    for base in deployments.to_pylist():
        north, east = np.radians(base["latitude"]), np.radians(base["longitude"])
        half = np.sin((latitude - north) / 2) ** 2 + (
            np.cos(latitude) * np.cos(north) * np.sin((longitude - east) / 2) ** 2
        )
        near = 2 * _EARTH_KM * np.arcsin(np.sqrt(half)) <= _NEAR_KM
        manned = (occurred >= np.datetime64(base["from_on"])) & (
            occurred <= np.datetime64(base["to_on"] or AS_OF)
        )
        found |= near & manned
    return found


def _after_a_known_threat(incidents: pa.Table, alerts: pa.Table) -> Array:
    """In an area with a confirmed alert whose target time was over and that nobody had acted on."""
    is_open = np.zeros((len(AREAS), DAYS + 1), dtype=int)
    confirmed = alerts.filter(
        pc.and_(pc.and_(alerts["action_needed"], pc.is_valid(alerts["confirmed_at"])),
                pc.is_null(alerts["merged_into"]))
    )  # fmt: skip
    area = np.array([AREAS.index(code) for code in confirmed["area_code"].to_pylist()], dtype=int)
    hours = np.array([TARGET_HOURS[level] for level in confirmed["level"].to_pylist()], dtype=int)
    first = _position(np.array(confirmed["received_at"]).astype("datetime64[h]") + hours) + 1
    ends = [
        np.array(confirmed[name]).astype("datetime64[s]")
        for name in ("first_action_at", "closed_at")
    ]
    last = np.where(np.isnat(ends[0]), ends[1], ends[0])
    last = np.where(np.isnat(last), np.datetime64(AS_OF, "s"), last)
    first, after = first.clip(0, DAYS), _position(last).clip(0, DAYS)
    some = first < after
    np.add.at(is_open, (area[some], first[some]), 1)
    np.add.at(is_open, (area[some], after[some]), -1)
    waits = is_open.cumsum(axis=1) > 0
    site_area = {site.code: site.area for site in SITES}
    places = [site_area.get(code, code) for code in incidents["area_code"].to_pylist()]
    at = np.array([AREAS.index(code) if code in AREAS else -1 for code in places], dtype=int)
    return (at >= 0) & waits[at, _position(np.array(incidents["occurred_on"]))]


def _position(moment: Array) -> Array:
    """The position of a moment's day among the days of the sample."""
    return (moment.astype("datetime64[D]") - DAY[0]).astype(int)


def threat_assessments(seed: int) -> pa.Table:
    """Two or three threats an area and quarter, up to the quarter that has just begun."""
    generator = stream(seed, "threat_assessments")
    rows: list[tuple[Any, ...]] = []
    for area in AREAS:
        for actor in generator.permutation(list(_THREATS))[: int(generator.integers(2, 4))]:
            threat = _THREATS[actor][int(generator.integers(0, 3))]
            likelihood = int(generator.integers(2, 5))
            for quarter in range(12):
                change = int(pick(generator, {-1: 2, 0: 6, 1: 2}, 1)[0])
                likelihood = min(max(likelihood + change, 1), 5)
                if generator.random() < 0.9:
                    rows.append(
                        _threat(generator, quarter, area, str(actor), threat, likelihood, change)
                    )
    rows.sort(key=lambda row: row[:4])
    return table_of("threat_assessments", rows)


def _threat(
    generator: Generator, quarter: int, area: str, actor: str, threat: str, likelihood: int,
    change: int,
) -> tuple[Any, ...]:  # fmt: skip
    year, number = STARTS_ON.year + quarter // 4, quarter % 4 + 1
    shared = date(year, number * 3 - 2, 1) - timedelta(days=int(generator.integers(-12, 20)))
    leadership, headquarters = generator.random() < 0.96, generator.random() < 0.97
    scale = [str(value) for value in generator.integers(1, 6, 6)]
    with_hq = shared + timedelta(days=int(generator.integers(1, 12)))
    return (
        f"{year}-Q{number}", area, actor, threat, str(likelihood), *scale[:2],
        {-1: "falling", 0: "stable", 1: "rising"}[change], *scale[2:],
        min(shared, AS_OF) if leadership else None,
        min(with_hq, AS_OF) if leadership and headquarters else None,
    )  # fmt: skip
