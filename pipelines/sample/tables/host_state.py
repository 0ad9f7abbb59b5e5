"""Host-State police and justice: training, posts, custody, cases, complaints, commitments."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.sample import effects
from pipelines.sample.country import AREAS, DAYS, LAST_DAY, STARTS_ON
from pipelines.sample.days.presence import DAY, MONTH, MONTH_OF_DAY, day_number, month_number
from pipelines.sample.days.returns import Owed
from pipelines.sample.draws import (
    Generator,
    column,
    numbered,
    only,
    pick,
    season,
    spread,
    stream,
    table_of,
)
from pipelines.sample.tables.places import Places, last_day_of, mediation_track

_COURSES, _OFFICERS_PER_POOL = 150, 70
_COMMITMENTS, _AGREEMENTS, _COMPLAINTS = 420, 120, 380
_TOPICS = {
    "human_rights": 24, "sgbv": 18, "community_policing": 18, "investigation": 13,
    "public_order": 11, "custody": 8, "command": 5, "other": 3,
}  # fmt: skip
_TESTED = ("human_rights", "sgbv", "investigation", "custody", "command")
_COURSE_DAYS = {0.5: 6, 1: 14, 2: 22, 3: 26, 5: 24, 10: 8}
_CASE_OF_INCIDENT = {
    "killing": "killing", "injury": "serious_injury", "sexual_violence": "sexual_violence",
    "abduction": "abduction", "looting": "armed_robbery",
}  # fmt: skip
_CASE_SHARE = {"killing": 0.34, "injury": 0.2, "sexual_violence": 0.3, "abduction": 0.22,
               "looting": 0.1}  # fmt: skip
_COMPLAINT_TYPES = {
    "excessive_force": 24, "arbitrary_arrest": 22, "ill_treatment": 14, "sexual_misconduct": 6,
    "extortion": 20, "discrimination": 5, "neglect": 7, "other": 2,
}  # fmt: skip
_VERIFIERS = {
    "police_commissioner": 42, "field_office": 22, "human_rights": 18, "civil_affairs": 12,
    "poc_adviser": 6,
}  # fmt: skip
_CONFLICTS = {"land": 30, "livestock": 33, "communal": 26, "political": 6, "other": 5}
_VISITORS = {"police": 46, "joint": 30, "human_rights": 14, "justice": 10}
_DETAINEES = {"police_cell": 7.0, "camp": 12.0, "prison": 34.0}  # a visit, on average
_CELL_SHARES = {
    ("M", "Y18T29"): 0.42, ("M", "Y30T44"): 0.31, ("M", "Y0T17"): 0.11, ("F", "Y18T29"): 0.16,
}  # fmt: skip


def training(seed: int) -> pa.Table:
    """One row a person and course; officers of an area come again to other courses."""
    generator = stream(seed, "training")
    weights = season(DAYS, 0.3, 30)
    start = np.repeat(np.arange(DAYS), spread(generator, weights, _COURSES))
    rows: list[tuple[Any, ...]] = []
    for number, day in enumerate(start, 1):
        rows += _course(seed, generator, number, STARTS_ON + timedelta(days=int(day)))
    return table_of("training", rows)


def _course(
    seed: int, generator: Generator, number: int, started: date
) -> Iterator[tuple[Any, ...]]:
    area = int(generator.integers(0, len(AREAS)))
    (actor,) = pick(generator, {"police": 68, "gendarmerie": 32}, 1)
    (topic,), (length,) = pick(generator, _TOPICS, 1), pick(generator, _COURSE_DAYS, 1)
    completed = started + timedelta(days=max(int(np.ceil(length)) - 1, 0))
    # the same officers whatever the course: a pool by area and service
    women = stream(seed, f"officers {actor}", area).random(_OFFICERS_PER_POOL) < 0.16
    version = f"{topic[:2].upper()}-{completed.year}" if topic in _TESTED else None
    officers = generator.permutation(_OFFICERS_PER_POOL)[: int(generator.integers(10, 26))]
    for officer in np.sort(officers):
        sex = "F" if women[officer] else "M"
        finished = generator.random() < 0.94
        taken = finished and version is not None and generator.random() < 0.9
        passed = taken and generator.random() < 0.7 + 0.08 * (completed.year - 2024)
        observed, applied = _observation(generator, completed) if finished else (None, None)
        yield (
            f"HP-{actor[0].upper()}{area:02d}-{officer + 1:03d}", f"C-{number:03d}", topic, actor,
            AREAS[area], sex if generator.random() < 0.98 else "_U", started,
            completed if finished else None, float(length), version if taken else None,
            taken if version else None, passed if taken else None, observed, applied,
        )  # fmt: skip


def _observation(generator: Generator, completed: date) -> tuple[date | None, bool | None]:
    """A third are observed at work 3 to 6 months later, some earlier or later than that."""
    drawn = generator.random()
    if drawn > 0.4:
        return None, None
    first, last = (95, 180) if drawn < 0.32 else (40, 85) if drawn < 0.36 else (190, 260)
    day = completed + timedelta(days=int(generator.integers(first, last)))
    applied = bool(generator.random() < 0.58)
    return (day, applied) if day <= LAST_DAY else (None, None)


def custody_visits(seed: int, owed: Owed, places: Places) -> pa.Table:
    """Visits to facilities while they are on the register, with detainees by sex and age group."""
    generator = stream(seed, "custody_visits")
    open_days = np.zeros((len(AREAS), DAYS), dtype=bool)
    np.logical_or.at(open_days, owed.posts.area, owed.days > 0)
    visits: list[tuple[date, dict[str, Any]]] = []
    for facility in places.entries("detention_facility"):
        first = max(day_number(facility["valid_from"]), 0)
        listed = (np.arange(DAYS) >= first) & (np.arange(DAYS) <= day_number(last_day_of(facility)))
        may_be = listed & open_days[AREAS.index(facility["area_code"])]
        busy = 0.55 if facility["facility_type"] == "prison" else 0.4
        rate = busy / 30 * (1 + 0.15 * np.arange(DAYS) / DAYS) * season(DAYS, 0.15, 30)
        days = np.flatnonzero(may_be & (generator.random(DAYS) < rate))
        visits += [(STARTS_ON + timedelta(days=int(day)), facility) for day in days]
    visits.sort(key=lambda visit: (visit[0], visit[1]["entry_code"]))
    rows = [
        row
        for number, (day, facility) in enumerate(visits, 1)
        for row in _visit(generator, f"CV-{number:05d}", day, facility)
    ]
    return table_of("custody_visits", rows)


def _visit(
    generator: Generator, code: str, day: date, facility: dict[str, Any]
) -> Iterator[tuple[Any, ...]]:
    """A row a sex and age group; some visits give their total only."""
    (visitor,) = pick(generator, _VISITORS, 1)
    kind = facility["facility_type"]
    detainees = generator.poisson(_DETAINEES[kind] * season(DAYS, 0.1, 300)[(day - STARTS_ON).days])
    held_too_long = 0.34 - 0.03 * (day.year - 2024)
    cells = list(_CELL_SHARES)
    counts = generator.multinomial(detainees, list(_CELL_SHARES.values()))
    if generator.random() < 0.05:
        cells, counts = [(None, None)], np.array([detainees])  # type: ignore[list-item]
    for (sex, age), persons in zip(cells, counts, strict=True):
        undated = int(generator.binomial(persons, 0.12))
        dated = int(persons) - undated
        yield (
            code, facility["entry_code"], kind, facility["area_code"], day, visitor, sex, age,
            dated, int(generator.binomial(dated, held_too_long)), undated,
        )  # fmt: skip


def police_posts(seed: int, places: Places) -> pa.Table:
    """One row a locality and month; one in eight is missing, in silent areas all."""
    generator = stream(seed, "police_posts")
    rows: list[tuple[Any, ...]] = []
    for locality in places.entries("coverage_locality"):
        usual = generator.beta(2.2, 1.6)
        staffed = generator.random() < usual
        for number, month in enumerate(MONTH.astype("datetime64[D]").astype(object)):
            if generator.random() < 0.12:  # a post opens or closes; slowly more are open
                staffed = generator.random() < usual + 0.004 * number
            missing = generator.random() < 0.12
            if missing or month < locality["valid_from"] or _is_silent(locality, month):
                continue
            rows.append(_post(generator, locality, month, bool(staffed)))
    return table_of("police_posts", rows)


def _is_silent(locality: dict[str, Any], month: date) -> bool:
    return any(
        locality["area_code"] == area and month_number(month) >= month_number(since)
        for area, since in (
            (effects.SILENT_AREA, effects.SILENT_FROM), (effects.CLOSED_AREA, effects.CLOSED_FROM)
        )
    )  # fmt: skip


def _post(
    generator: Generator, locality: dict[str, Any], month: date, staffed: bool
) -> tuple[Any, ...]:
    (days,) = pick(generator, {7.0: 34, 6.0: 18, 5.0: 22, 3.5: 12, 2.0: 14}, 1)
    verified = month + timedelta(days=int(generator.integers(0, 27)))
    return (
        locality["entry_code"], month, staffed, days if staffed else 0.0,
        verified if generator.random() < 0.66 else None, locality["host_state_actor"],
    )  # fmt: skip


def justice_cases(seed: int, incidents: pa.Table) -> pa.Table:
    """Some of the serious incidents become cases of police, some of these reach a prosecutor."""
    generator = stream(seed, "justice_cases")
    kind = np.array(incidents["incident_type"].to_pylist(), dtype=object)
    share = np.array([_CASE_SHARE.get(name, 0.0) for name in kind])
    civil = np.array(incidents["against_civilians"], dtype=bool)
    taken = np.flatnonzero(civil & (generator.random(kind.size) < share))
    size = taken.size
    occurred = np.array(incidents["occurred_on"]).astype("datetime64[D]")[taken]
    referred = occurred + generator.integers(3, 45, size)
    received = referred + generator.lognormal(4.6, 0.8, size).astype(int)
    reached = (generator.random(size) < 0.62) & (received <= DAY[-1])
    violence = kind[taken] == "sexual_violence"
    sexes = np.where(
        violence,
        pick(generator, {"F": 92, "M": 8}, size),
        pick(generator, {"F": 39, "M": 57, "_U": 4}, size),
    )
    ages = {"Y0T17": 18, "Y18T29": 32, "Y30T44": 27, "Y45T59": 13, "Y_GE60": 5, "_U": 5}
    rows = pa.table({
        "case_type": column(np.array([_CASE_OF_INCIDENT[name] for name in kind[taken]], object)),
        "area_code": incidents["area_code"].take(pa.array(taken)),
        "referred_on": column(referred),
        "prosecutor_received_on": column(received, reached),
        "victim_sex": column(sexes, generator.random(size) < 0.96),
        "victim_age_group": column(pick(generator, ages, size), generator.random(size) < 0.96),
    })  # fmt: skip
    kept = rows.filter(pa.array(referred <= DAY[-1])).sort_by([("referred_on", "ascending")])
    codes = numbered("JC-", np.arange(1, kept.num_rows + 1), 5)
    return kept.add_column(0, "case_code", column(codes))


def police_complaints(seed: int) -> pa.Table:
    """Complaints against police: more each year, as people come to know the way."""
    generator = stream(seed, "police_complaints")
    weights = generator.gamma(2, 0.5, len(AREAS))[:, None] * (1 + 0.4 * np.arange(DAYS) / DAYS)
    day, area = np.nonzero(spread(generator, weights, _COMPLAINTS).T)
    size = day.size
    closed = DAY[day] + generator.lognormal(4.1, 0.6, size).astype(int)
    is_closed = (generator.random(size) < 0.74) & (closed <= DAY[-1])
    return pa.table({
        "complaint_code": column(numbered("PC-", np.arange(1, size + 1), 5)),
        "complaint_type": column(pick(generator, _COMPLAINT_TYPES, size)),
        "complainant_sex": column(
            pick(generator, {"M": 60, "F": 36, "_U": 4}, size), generator.random(size) < 0.96
        ),
        "area_code": column(np.array(AREAS, dtype=object)[area]),
        "received_on": column(DAY[day]),
        "closed_on": column(closed, is_closed),
        "has_written_finding": column(generator.random(size) < 0.72, is_closed),
    })  # fmt: skip


def commitments(seed: int, owed: Owed) -> pa.Table:
    """Commitments of police leaders: many acted on within 60 days, some later, some never."""
    generator = stream(seed, "commitments")
    post, day = owed.cases(generator, season(DAYS, 0.15, 60), _COMMITMENTS)
    size = post.size
    acted = DAY[day] + generator.lognormal(3.55, 0.65, size).astype(int)
    is_acted = (generator.random(size) < 0.7) & (acted <= DAY[-1])
    verified = acted + generator.integers(2, 75, size)
    is_verified = is_acted & (generator.random(size) < 0.84) & (verified <= DAY[-1])
    actors = {"police": 58, "gendarmerie": 30, "interior_ministry": 12}
    return pa.table({
        "commitment_code": column(numbered("CM-", np.arange(1, size + 1), 5)),
        "host_state_actor": column(pick(generator, actors, size)),
        "area_code": column(owed.area_code[post]),
        "made_on": column(DAY[day]),
        "acted_on": column(acted, is_acted),
        "verified_on": column(verified, is_verified),
        "verifier_role": column(only(pick(generator, _VERIFIERS, size), is_verified)),
    })  # fmt: skip


def local_agreements(seed: int, owed: Owed) -> pa.Table:
    """Agreements out of the mediation tracks that activities name; most are followed up."""
    generator = stream(seed, "local_agreements")
    post, day = owed.cases(generator, season(DAYS, 0.35, 150), _AGREEMENTS)
    size = post.size
    followed = DAY[day] + generator.integers(25, 240, size)
    breached = DAY[day] + generator.integers(4, 320, size)
    track = mediation_track(owed.posts.area[post], MONTH_OF_DAY[day])
    return pa.table({
        "agreement_code": column(numbered("LA-", np.arange(1, size + 1), 4)),
        "process_code": column(track, generator.random(size) < 0.9),
        "conflict_type": column(pick(generator, _CONFLICTS, size)),
        "area_code": column(owed.area_code[post]),
        "signed_on": column(DAY[day]),
        "followed_up_on": column(
            followed, (generator.random(size) < 0.82) & (followed <= DAY[-1])
        ),
        "violent_breach_on": column(
            breached, (generator.random(size) < 0.24) & (breached <= DAY[-1])
        ),
    })  # fmt: skip
