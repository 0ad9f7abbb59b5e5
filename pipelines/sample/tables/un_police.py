"""UN police: who came and left, whom they detained, what they referred, what they assessed."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.sample.country import AS_OF, DAYS, LAST_DAY, SECTORS, STARTS_ON, UNITS, Unit
from pipelines.sample.days.presence import DAY
from pipelines.sample.days.returns import Owed
from pipelines.sample.draws import (
    Array,
    Generator,
    column,
    numbered,
    only,
    pick,
    season,
    stream,
    table_of,
)

_REFERRALS, _DETENTIONS = 900, 380
_ADVISERS_SHARE = 0.3  # referrals to protection advisers for each other one
_WOMEN_SHARE = {"IPO": 0.27, "FPU": 0.14, "SPT": 0.6, "PSU": 0.12}
_CERTIFICATE = {
    # before arrival, within 30 days of it, later, none
    "IPO": {"before": 74, "within": 14, "later": 7, "none": 5},
    "FPU": {"before": 56, "within": 22, "later": 12, "none": 10},
    "SPT": {"before": 88, "within": 8, "later": 2, "none": 2},
    "PSU": {"before": 50, "within": 20, "later": 15, "none": 15},
}
_AGAIN_SHARE = 0.03  # who comes a second time
_ACTORS = {
    "armed_group": 28, "militia": 16, "community": 14, "state_military": 16, "state_police": 18,
    "unknown": 8,
}  # fmt: skip
_SERVICES = {"medical": 38, "psychosocial": 30, "legal": 18, "shelter": 9, "livelihood": 5}
_SURVIVOR_AGES = {"Y0T17": 26, "Y18T29": 34, "Y30T44": 24, "Y45T59": 9, "Y_GE60": 3, "_U": 4}
_DETAINEE_AGES = {"Y0T17": 11, "Y18T29": 48, "Y30T44": 29, "Y45T59": 9, "Y_GE60": 1, "_U": 2}
_ENDS = {"handed_over": 62, "released": 33, "transferred": 3, "escaped": 1.6, "died": 0.4}
_LIMIT_HOURS, _LIMIT_HOURS_OF_CHILDREN = 48, 24
_BY_SECTOR, _MISSION_WIDE = (
    ("police", "gendarmerie"), ("interior_ministry", "justice", "local_authority")
)  # fmt: skip
_SUPPORTS = ("training", "equipment", "transport", "joint_operation", "advice")


def personnel(seed: int) -> pa.Table:
    """One row a tour of duty: formed units change over together, others one by one.

    Who came before the mission's first month stands in an older list that nobody sends.
    """
    generator = stream(seed, "un_personnel")
    rows: list[tuple[Any, ...]] = []
    for unit in UNITS:
        if unit.component == "police":
            rows += _tours(generator, unit, len(rows))
    return table_of("un_personnel", [row for row in rows if row[3] >= STARTS_ON])


def _tours(generator: Generator, unit: Unit, numbered_before: int) -> list[tuple[Any, ...]]:
    """The tours in one unit, seat after seat until the sample's last day."""
    together = unit.kind in ("FPU", "PSU")
    handover = unit.valid_from + timedelta(days=int(generator.integers(0, 60)))
    rows: list[tuple[Any, ...]] = []
    for _ in range(unit.strength):
        arrived = handover + timedelta(days=int(generator.integers(0, 4)))
        if not together:
            arrived = unit.valid_from + timedelta(days=int(generator.integers(0, 300)))
        while arrived <= LAST_DAY:
            months = 12 if together or generator.random() < 0.7 else 18
            departed = arrived + timedelta(days=round(months * 30.4 + generator.integers(-6, 7)))
            key, sex = _person(generator, unit, rows, arrived, numbered_before + len(rows))
            certificate = _certificate_on(generator, unit, arrived)
            left = departed if departed <= LAST_DAY else None
            rows.append((key, unit.code, sex, arrived, left, certificate))
            arrived = departed + timedelta(days=int(generator.integers(0, 4 if together else 25)))
    return rows


def _person(
    generator: Generator, unit: Unit, before: list[tuple[Any, ...]], arrived: date, number: int
) -> tuple[str, str]:
    """Key and sex: a new person, or at times one who left the unit half a year ago."""
    if before and generator.random() < _AGAIN_SHARE:
        key, _, sex, _, left, _ = before[int(generator.integers(0, len(before)))]
        keys_since = {row[0] for row in before if not row[4] or row[4] > arrived}
        if left and left + timedelta(days=180) < arrived and key not in keys_since:
            return key, sex
    women = generator.random() < _WOMEN_SHARE[unit.kind]
    return f"UNP-{number + 1:05d}", "F" if women else "M"


def _certificate_on(generator: Generator, unit: Unit, arrived: date) -> date | None:
    """The day of the certificate, if there is one by the day of the sample."""
    (when,) = pick(generator, _CERTIFICATE[unit.kind], 1)
    first, last = {"before": (-60, -4), "within": (1, 31), "later": (31, 100), "none": (0, 1)}[when]
    day = arrived + timedelta(days=int(generator.integers(first, last)))
    return day if when != "none" and day <= AS_OF else None


def detentions(seed: int, owed: Owed) -> pa.Table:
    """Detentions by formed units, most of them ended within the limit; children's is shorter."""
    generator = stream(seed, "un_detentions")
    post, day = owed.cases(generator, season(DAYS, 0.25, 30), _DETENTIONS)
    size = post.size
    started = DAY[day].astype("datetime64[m]") + generator.integers(300, 1380, size)
    age = pick(generator, _DETAINEE_AGES, size)
    limit = np.where(age == "Y0T17", _LIMIT_HOURS_OF_CHILDREN, _LIMIT_HOURS)
    in_time = generator.random(size) < 0.8 + 0.06 * day / DAYS
    share = np.where(
        in_time, generator.uniform(0.1, 0.97, size), generator.uniform(1.03, 2.4, size)
    )
    ended = started + (share * limit * 60).astype("timedelta64[m]")
    has_ended = (generator.random(size) < 0.985) & (ended <= np.datetime64(AS_OF, "m"))
    end = pick(generator, _ENDS, size)
    return pa.table({
        "detention_code": column(numbered("DT-", np.arange(1, size + 1), 5)),
        "unit_code": column(owed.unit_code[post]),
        "area_code": column(owed.area_code[post]),
        "started_at": column(started),
        "ended_at": column(ended, has_ended),
        "limit_hours": column(limit),
        "detention_end": column(end, has_ended),
        "handover_actor": column(
            pick(generator, {"police": 64, "gendarmerie": 36}, size),
            has_ended & (end == "handed_over"),
        ),
        "sex": column(pick(generator, {"M": 88, "F": 12}, size)),
        "age_group": column(age),
    })  # fmt: skip


def referrals(seed: int, owed: Owed) -> pa.Table:
    """Concerns passed to human rights or protection advisers, survivors referred to services.

    Some rows lack consent or an assessment of the risk; none of these is kept at intake.
    """
    generator = stream(seed, "referrals")
    is_team = np.array([unit.kind == "SPT" for unit in owed.posts.units])
    post, day = owed.cases(generator, np.where(is_team, 2.0, 1.0)[:, None], _REFERRALS)
    size = post.size
    survivor = generator.random(size) < np.where(is_team[post], 0.75, 0.27)
    # passing on takes a median of 6 days at first and 4 in the end
    lag = generator.lognormal(np.log(6 - 2 * day / DAYS), 0.8, size).astype(int)
    sexes = np.where(
        survivor,
        pick(generator, {"F": 89, "M": 9, "_U": 2}, size),
        pick(generator, {"F": 41, "M": 49, "_U": 10}, size),
    )
    observed = DAY[day] - lag
    generator.random(size)  # every referral is dated: what was drawn after this stays as it was
    actor = pick(generator, _ACTORS, size)
    rows = {
        "referral_kind": np.where(survivor, "survivor_services", "human_rights").astype(object),
        "unit_code": owed.unit_code[post],
        "area_code": owed.area_code[post],
        "observed_on": observed,
        "referred_on": DAY[day],
        "alleged_actor_type": only(actor, ~survivor | (generator.random(size) < 0.5)),
        "service_type": only(pick(generator, _SERVICES, size), survivor),
        "sex": sexes,
        "age_group": pick(generator, _SURVIVOR_AGES, size),
        "consent_given": survivor | (generator.random(size) < 0.78),
    }
    return _with_advisers_told(seed, rows)


def _with_advisers_told(seed: int, rows: dict[str, Array]) -> pa.Table:
    """Adds what was passed to child- and women-protection advisers, from a stream of its own.

    Each comes with a report that brought another referral, so that no return changes.
    """
    generator = stream(seed, "referrals to advisers")
    before = len(rows["unit_code"])
    beside = np.sort(generator.integers(0, before, round(before * _ADVISERS_SHARE)))
    is_child = generator.random(beside.size) < 0.55
    lag = generator.lognormal(np.log(4), 0.9, beside.size).astype(int)
    told = {
        "referral_kind": np.where(is_child, "mrm", "mara").astype(object),
        "unit_code": rows["unit_code"][beside],
        "area_code": rows["area_code"][beside],
        "observed_on": rows["referred_on"][beside] - lag,
        "referred_on": rows["referred_on"][beside],
        "alleged_actor_type": pick(generator, _ACTORS, beside.size),
        "service_type": np.full(beside.size, None, dtype=object),
        "sex": np.where(
            is_child,
            pick(generator, {"F": 48, "M": 47, "_U": 5}, beside.size),
            pick(generator, {"F": 92, "M": 6, "_U": 2}, beside.size),
        ),
        "age_group": np.where(is_child, "Y0T17", "Y18T29").astype(object),
        "consent_given": generator.random(beside.size) < 0.9,
    }
    joined = {name: np.concatenate([rows[name], told[name]]) for name in rows}
    size = before + beside.size
    joined["protection_risk_assessed"] = generator.random(size) < 0.96
    codes = numbered("RF-", np.arange(1, size + 1), 5)
    return pa.table({
        "referral_code": column(codes), **{name: column(values) for name, values in joined.items()}
    })  # fmt: skip


@dataclass(frozen=True)
class Assessments:
    """HRDDP risk assessments as rows, and those that support can cite."""

    rows: pa.Table
    dated: dict[tuple[str, str, str], tuple[list[date], list[str]]]  # sector or "", actor, support

    def cited(self, sector: str, actor: str, support: str, day: date) -> str | None:
        """The last one completed by this day, else the first after it: made too late."""
        key = (sector if actor in _BY_SECTOR else "", actor, support)
        days, codes = self.dated.get(key, ([], []))
        return codes[max(bisect_right(days, day) - 1, 0)] if codes else None


def draw_assessments(seed: int) -> Assessments:
    """By sector for police and gendarmerie, for the whole mission area for others, with reviews."""
    generator = stream(seed, "hrddp_assessments")
    keys = [(area, actor) for area in SECTORS for actor in _BY_SECTOR]
    keys += [("", actor) for actor in _MISSION_WIDE]
    drawn = [
        (day, area, actor, support)
        for area, actor in keys
        for support in _SUPPORTS
        for day in _completed_on(generator)
    ]
    drawn.sort()
    rows: list[tuple[Any, ...]] = []
    dated: dict[tuple[str, str, str], tuple[list[date], list[str]]] = {}
    for number, (day, area, actor, support) in enumerate(drawn, 1):
        code = f"HR-{day.year}-{number:04d}"
        row = _assessment(generator, code, day, area, actor, support)
        rows.append(row)
        if row[6] != "refuse":
            days, codes = dated.setdefault((area, actor, support), ([], []))
            days.append(day)
            codes.append(code)
    return Assessments(table_of("hrddp_assessments", rows), dated)


def _completed_on(generator: Generator) -> Iterator[date]:
    """The first assessment in 2024, for most; then one about every year."""
    day = STARTS_ON + timedelta(days=int(generator.integers(2, 200)))
    if generator.random() < 0.15:
        day += timedelta(days=300)
    while day <= LAST_DAY:
        yield day
        day += timedelta(days=int(generator.integers(300, 460)))


def _assessment(
    generator: Generator, code: str, day: date, area: str, actor: str, support: str
) -> tuple[Any, ...]:
    (risk,) = pick(generator, {"low": 34, "medium": 46, "high": 20}, 1)
    decisions = {
        "low": {"proceed": 9, "mitigate": 1}, "medium": {"proceed": 3, "mitigate": 7},
        "high": {"mitigate": 7, "refuse": 3},
    }  # fmt: skip
    (decision,) = pick(generator, decisions[risk], 1)
    followed_up = day + timedelta(days=int(generator.integers(30, 250)))
    has_follow_up = generator.random() < 0.6 and followed_up <= LAST_DAY
    return (
        code, actor, support, area or None, day, risk, decision, day + timedelta(days=365),
        followed_up if has_follow_up else None,
    )  # fmt: skip


def cited_assessments(
    generator: Generator, assessments: Assessments, support: list[tuple[str, str, str, date]]
) -> Array:
    """For each support (sector, actor, type, local day) the assessment that it names, or None."""
    named = generator.random(len(support)) < 0.88
    found = [
        assessments.cited(*entry) if is_named else None
        for entry, is_named in zip(support, named, strict=True)
    ]
    return np.array(found, dtype=object)
