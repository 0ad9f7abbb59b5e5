"""Host-State police and justice: training, posts, custody, cases, complaints, commitments."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.sample import effects
from pipelines.sample.country import AREA_CODES, AREAS, AS_OF, DAYS, LAST_DAY, STARTS_ON
from pipelines.sample.days.presence import DAY, MONTH, MONTH_OF_DAY, day_number, month_number
from pipelines.sample.days.returns import Owed
from pipelines.sample.draws import Stream, season, stream
from pipelines.sample.facts import facts
from pipelines.sample.rows import looked_up, moments, numbered, rows_of, table_of, texts
from pipelines.sample.tables.registers import Places, last_day_of, mediation_track

_SHARES = facts("shares")
_CODES = facts("codes")["host_state"]
_COURSES, _OFFICERS_PER_POOL = 150, 70
_COMMITMENTS, _AGREEMENTS, _COMPLAINTS = 420, 120, 380
_CELLS = (("M", "Y18T29"), ("M", "Y30T44"), ("M", "Y0T17"), ("F", "Y18T29"))  # of detainees
_CELL_SHARES = (0.42, 0.31, 0.11, 0.16)
_OBSERVED_AFTER = {0.32: (95, 180), 0.36: (40, 85), 0.4: (190, 260)}  # days, by a draw up to this
_SILENT_SINCE = {
    effects.SILENT_AREA: effects.SILENT_FROM, effects.CLOSED_AREA: effects.CLOSED_FROM
}  # fmt: skip
_Row = tuple[Any, ...]


def training(seed: int) -> pa.Table:
    """One row a person and course; officers of an area come again to other courses."""
    draw = stream(seed, "training")
    start = np.repeat(np.arange(DAYS), draw.spread(season(DAYS, 0.3, 30), _COURSES))
    rows: list[_Row] = []
    for number, day in enumerate(start, 1):
        rows += _course(seed, draw, number, STARTS_ON + timedelta(days=int(day)))
    return table_of("training", rows)


def _course(seed: int, draw: Stream, number: int, started: date) -> Iterator[_Row]:
    shares = _SHARES["training"]
    area = int(draw.integers(0, len(AREAS)))
    actor, topic, length = (
        draw.one(shares[name]) for name in ("host_state_actor", "course_topic", "duration_days")
    )
    completed = started + timedelta(days=max(int(np.ceil(length)) - 1, 0))
    # the same officers whatever the course: a pool by area and service
    women = stream(seed, f"officers {actor}", area).chance(0.16, _OFFICERS_PER_POOL)
    version = f"{topic[:2].upper()}-{completed.year}" if topic in _CODES["tested"] else None
    officers = draw.permutation(_OFFICERS_PER_POOL)[: int(draw.integers(10, 26))]
    for officer in np.sort(officers):
        finished = draw.chance(0.94)
        taken = finished and version is not None and draw.chance(0.9)
        passed = taken and draw.chance(0.7 + 0.08 * (completed.year - 2024))
        observed, applied = _observation(draw, completed) if finished else (None, None)
        sex = ("F" if women[officer] else "M") if draw.chance(0.98) else "_U"
        yield (
            f"HP-{actor[0].upper()}{area:02d}-{officer + 1:03d}", f"C-{number:03d}", topic, actor,
            AREAS[area], sex, started, completed if finished else None, float(length),
            version if taken else None, taken if version else None, passed if taken else None,
            observed, applied,
        )  # fmt: skip


def _observation(draw: Stream, completed: date) -> tuple[date | None, bool | None]:
    """A third are observed at work 3 to 6 months later, some earlier or later than that."""
    drawn = draw.random()
    if drawn > max(_OBSERVED_AFTER):
        return None, None
    day = completed + draw.days(*next(_OBSERVED_AFTER[to] for to in _OBSERVED_AFTER if drawn <= to))
    applied = bool(draw.chance(0.58))
    return (day, applied) if day <= LAST_DAY else (None, None)


def custody_visits(seed: int, owed: Owed, places: Places) -> pa.Table:
    """Visits to facilities while they are on the register, with detainees by sex and age group."""
    draw, number = stream(seed, "custody_visits"), np.arange(DAYS)
    open_days = np.zeros((len(AREAS), DAYS), dtype=bool)
    np.logical_or.at(open_days, owed.posts.area, owed.days > 0)
    visits: list[tuple[date, str, dict[str, Any]]] = []
    for facility in places.entries("detention_facility"):
        first = max(day_number(facility["valid_from"]), 0)
        listed = (number >= first) & (number <= day_number(last_day_of(facility)))
        may_be = listed & open_days[AREAS.index(facility["area_code"])]
        busy = 0.55 if facility["facility_type"] == "prison" else 0.4
        rate = busy / 30 * (1 + 0.15 * number / DAYS) * season(DAYS, 0.15, 30)
        days = np.flatnonzero(may_be & draw.chance(rate, DAYS))
        code = facility["entry_code"]
        visits += [(STARTS_ON + timedelta(days=int(day)), code, facility) for day in days]
    visits.sort(key=lambda visit: visit[:2])
    rows: list[_Row] = []
    for at, (day, _, facility) in enumerate(visits, 1):
        rows += _visit(draw, f"CV-{at:05d}", day, facility)
    return table_of("custody_visits", rows)


def _visit(draw: Stream, code: str, day: date, facility: dict[str, Any]) -> Iterator[_Row]:
    """A row a sex and age group; some visits give their total only."""
    shares, kind = _SHARES["custody_visits"], facility["facility_type"]
    visitor = draw.one(shares["visiting_component"])
    usual = shares["detainees"][kind] * season(DAYS, 0.1, 300)[day_number(day)]
    detainees = draw.poisson(usual)
    counts = zip(_CELLS, draw.multinomial(detainees, _CELL_SHARES), strict=True)
    if draw.chance(0.05):
        counts = zip([(None, None)], [detainees], strict=True)  # type: ignore[list-item]
    for (sex, age), persons in counts:
        undated = int(draw.binomial(persons, 0.12))
        dated = int(persons) - undated
        past_limit = int(draw.binomial(dated, 0.34 - 0.03 * (day.year - 2024)))
        place = (facility["entry_code"], kind, facility["area_code"])
        yield (code, *place, day, visitor, sex, age, dated, past_limit, undated)


def police_posts(seed: int, places: Places) -> pa.Table:
    """One row a locality and month; one in eight is missing, in silent areas all."""
    draw = stream(seed, "police_posts")
    rows: list[_Row] = []
    for locality in places.entries("coverage_locality"):
        usual = draw.beta(2.2, 1.6)
        staffed = draw.chance(usual)
        silent_from = month_number(_SILENT_SINCE.get(locality["area_code"], AS_OF))
        for number, month in enumerate(MONTH.astype("datetime64[D]").astype(object)):
            if draw.chance(0.12):  # a post opens or closes; slowly more are open
                staffed = draw.chance(usual + 0.004 * number)
            missing = draw.chance(0.12)
            silent = month_number(month) >= silent_from
            if missing or silent or month < locality["valid_from"]:
                continue
            days = draw.one(_SHARES["police_posts"]["open_days_per_week"])
            verified = month + draw.days(0, 27)
            rows.append((
                locality["entry_code"], month, bool(staffed), days if staffed else 0.0,
                verified if draw.chance(0.66) else None, locality["host_state_actor"],
            ))  # fmt: skip
    return table_of("police_posts", rows)


def justice_cases(seed: int, incidents: pa.Table) -> pa.Table:
    """Some of the serious incidents become cases of police, some of these reach a prosecutor."""
    draw, shares = stream(seed, "justice_cases"), _SHARES["justice_cases"]
    kind = texts(incidents, "incident_type")
    civil = np.array(incidents["against_civilians"], dtype=bool)
    of_kind = looked_up(shares["of_incidents"], kind, 0.0)
    taken = np.flatnonzero(civil & draw.chance(of_kind, kind.size))
    size, kind = taken.size, kind[taken]
    referred = moments(incidents, "occurred_on")[taken] + draw.integers(3, 45, size)
    received = referred + draw.lognormal(4.6, 0.8, size).astype(int)
    reached = draw.chance(0.62, size) & (received <= DAY[-1])
    of_violence, of_others = (
        draw.pick(shares[name], size) for name in ("sex_of_sexual_violence", "sex")
    )
    sexes = np.where(kind == "sexual_violence", of_violence, of_others)
    rows = rows_of(
        case_type=looked_up(_CODES["case_of_incident"], kind),
        area_code=texts(incidents, "area_code")[taken],
        referred_on=referred,
        prosecutor_received_on=(received, reached),
        victim_sex=(sexes, draw.chance(0.96, size)),
        victim_age_group=(draw.pick(shares["age_group"], size), draw.chance(0.96, size)),
    )
    kept = rows.filter(pa.array(referred <= DAY[-1])).sort_by([("referred_on", "ascending")])
    return kept.add_column(0, "case_code", pa.array(numbered("JC-", kept.num_rows), pa.string()))


def police_complaints(seed: int) -> pa.Table:
    """Complaints against police: more each year, as people come to know the way."""
    draw, shares, size = (
        stream(seed, "police_complaints"),
        _SHARES["police_complaints"],
        _COMPLAINTS,
    )
    weights = draw.gamma(2, 0.5, len(AREAS))[:, None] * (1 + 0.4 * np.arange(DAYS) / DAYS)
    day, area = np.nonzero(draw.spread(weights, _COMPLAINTS).T)  # one a day and area
    size = day.size
    closed = DAY[day] + draw.lognormal(4.1, 0.6, size).astype(int)
    is_closed = draw.chance(0.74, size) & (closed <= DAY[-1])
    return rows_of(
        complaint_code=numbered("PC-", size),
        complaint_type=draw.pick(shares["complaint_type"], size),
        complainant_sex=(draw.pick(shares["complainant_sex"], size), draw.chance(0.96, size)),
        area_code=AREA_CODES[area],
        received_on=DAY[day],
        closed_on=(closed, is_closed),
        has_written_finding=(draw.chance(0.72, size), is_closed),
    )


def commitments(seed: int, owed: Owed) -> pa.Table:
    """Commitments of police leaders: many acted on within 60 days, some later, some never."""
    draw, shares, size = stream(seed, "commitments"), _SHARES["commitments"], _COMMITMENTS
    post, day = owed.cases(draw, season(DAYS, 0.15, 60), size)
    acted = DAY[day] + draw.lognormal(3.55, 0.65, size).astype(int)
    is_acted = draw.chance(0.7, size) & (acted <= DAY[-1])
    verified = acted + draw.integers(2, 75, size)
    is_verified = is_acted & draw.chance(0.84, size) & (verified <= DAY[-1])
    return rows_of(
        commitment_code=numbered("CM-", size),
        host_state_actor=draw.pick(shares["host_state_actor"], size),
        area_code=owed.area_code[post],
        made_on=DAY[day],
        acted_on=(acted, is_acted),
        verified_on=(verified, is_verified),
        verifier_role=(draw.pick(shares["verifier_role"], size), is_verified),
    )


def local_agreements(seed: int, owed: Owed) -> pa.Table:
    """Agreements out of the mediation tracks that activities name; most are followed up."""
    draw, size = stream(seed, "local_agreements"), _AGREEMENTS
    post, day = owed.cases(draw, season(DAYS, 0.35, 150), size)
    followed = DAY[day] + draw.integers(25, 240, size)
    breached = DAY[day] + draw.integers(4, 320, size)
    track = mediation_track(owed.posts.area[post], MONTH_OF_DAY[day])
    return rows_of(
        agreement_code=numbered("LA-", size, 4),
        process_code=(track, draw.chance(0.9, size)),
        conflict_type=draw.pick(_SHARES["local_agreements"]["conflict_type"], size),
        area_code=owed.area_code[post],
        signed_on=DAY[day],
        followed_up_on=(followed, draw.chance(0.82, size) & (followed <= DAY[-1])),
        violent_breach_on=(breached, draw.chance(0.24, size) & (breached <= DAY[-1])),
    )
