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
from pipelines.sample.draws import Array, Stream, season, stream
from pipelines.sample.facts import facts
from pipelines.sample.rows import numbered, only, rows_of, table_of

_SHARES = facts("shares")
_CODES = facts("codes")["un_police"]
_REFERRALS, _DETENTIONS = 900, 380
_ADVISERS_SHARE = 0.3  # referrals to protection advisers for each other one
_AGAIN_SHARE = 0.03  # who comes a second time
_LIMIT_HOURS, _LIMIT_HOURS_OF_CHILDREN = 48, 24
_Row = tuple[Any, ...]


def personnel(seed: int) -> pa.Table:
    """One row a tour of duty: formed units change over together, others one by one.

    Who came before the mission's first month stands in an older list that nobody sends.
    """
    draw = stream(seed, "un_personnel")
    rows: list[_Row] = []
    for unit in UNITS:
        if unit.component == "police":
            rows += _tours(draw, unit, len(rows))
    return table_of("un_personnel", [row for row in rows if row[3] >= STARTS_ON])


def _tours(draw: Stream, unit: Unit, numbered_before: int) -> list[_Row]:
    """The tours in one unit, seat after seat until the sample's last day."""
    together = unit.kind in ("FPU", "PSU")
    handover = unit.valid_from + draw.days(0, 60)
    rows: list[_Row] = []
    for _ in range(unit.strength):
        arrived = handover + draw.days(0, 4)
        if not together:
            arrived = unit.valid_from + draw.days(0, 300)
        while arrived <= LAST_DAY:
            months = 12 if together or draw.chance(0.7) else 18
            departed = arrived + timedelta(days=round(months * 30.4 + draw.integers(-6, 7)))
            key, sex = _person(draw, unit, rows, arrived, numbered_before + len(rows))
            certificate = _certificate_on(draw, unit, arrived)
            left = departed if departed <= LAST_DAY else None
            rows.append((key, unit.code, sex, arrived, left, certificate))
            arrived = departed + draw.days(0, 4 if together else 25)
    return rows


def _person(
    draw: Stream, unit: Unit, before: list[_Row], arrived: date, number: int
) -> tuple[str, str]:
    """Key and sex: a new person, or at times one who left the unit half a year ago."""
    if before and draw.chance(_AGAIN_SHARE):
        key, _, sex, _, left, _ = before[int(draw.integers(0, len(before)))]
        keys_since = {row[0] for row in before if not row[4] or row[4] > arrived}
        if left and left + timedelta(days=180) < arrived and key not in keys_since:
            return key, sex
    women = draw.chance(_SHARES["un_personnel"]["women"][unit.kind])
    return f"UNP-{number + 1:05d}", "F" if women else "M"


def _certificate_on(draw: Stream, unit: Unit, arrived: date) -> date | None:
    """The day of the certificate, if there is one by the day of the sample."""
    when = draw.one(_SHARES["un_personnel"]["certificate"][unit.kind])
    day = arrived + draw.days(*_CODES["certified_after"][when])
    return day if when != "none" and day <= AS_OF else None


def detentions(seed: int, owed: Owed) -> pa.Table:
    """Detentions by formed units, most of them ended within the limit; children's is shorter."""
    draw, shares, size = stream(seed, "un_detentions"), _SHARES["un_detentions"], _DETENTIONS
    post, day = owed.cases(draw, season(DAYS, 0.25, 30), size)
    started = DAY[day].astype("datetime64[m]") + draw.integers(300, 1380, size)
    age = draw.pick(shares["age_group"], size)
    limit = np.where(age == "Y0T17", _LIMIT_HOURS_OF_CHILDREN, _LIMIT_HOURS)
    in_time = draw.chance(0.8 + 0.06 * day / DAYS, size)
    share = np.where(in_time, draw.uniform(0.1, 0.97, size), draw.uniform(1.03, 2.4, size))
    ended = started + (share * limit * 60).astype("timedelta64[m]")
    has_ended = draw.chance(0.985, size) & (ended <= np.datetime64(AS_OF, "m"))
    end = draw.pick(shares["detention_end"], size)
    handed_over = has_ended & (end == "handed_over")
    return rows_of(
        detention_code=numbered("DT-", size),
        unit_code=owed.posts.unit_code[post],
        area_code=owed.area_code[post],
        started_at=started,
        ended_at=(ended, has_ended),
        limit_hours=limit,
        detention_end=(end, has_ended),
        handover_actor=(draw.pick(shares["handover_actor"], size), handed_over),
        sex=draw.pick(shares["sex"], size),
        age_group=age,
    )


def referrals(seed: int, owed: Owed) -> pa.Table:
    """Concerns passed to human rights or protection advisers, survivors referred to services.

    Some rows lack consent or an assessment of the risk; none of these is kept at intake.
    """
    draw, shares, size = stream(seed, "referrals"), _SHARES["referrals"], _REFERRALS
    is_team = np.array([unit.kind == "SPT" for unit in owed.posts.units])
    post, day = owed.cases(draw, np.where(is_team, 2.0, 1.0)[:, None], size)
    survivor = draw.chance(np.where(is_team[post], 0.75, 0.27), size)
    # passing on takes a median of 6 days at first and 4 in the end
    lag = draw.lognormal(np.log(6 - 2 * day / DAYS), 0.8, size).astype(int)
    of_survivors, of_others = (
        draw.pick(shares["sex"][kind], size) for kind in ("survivor_services", "human_rights")
    )
    draw.random(size)  # every referral is dated: what was drawn after this stays as it was
    actor = draw.pick(shares["alleged_actor_type"], size)
    rows = {
        "referral_kind": np.where(survivor, "survivor_services", "human_rights").astype(object),
        "unit_code": owed.posts.unit_code[post],
        "area_code": owed.area_code[post],
        "observed_on": DAY[day] - lag,
        "referred_on": DAY[day],
        "alleged_actor_type": only(actor, ~survivor | draw.chance(0.5, size)),
        "service_type": only(draw.pick(shares["service_type"], size), survivor),
        "sex": np.where(survivor, of_survivors, of_others),
        "age_group": draw.pick(shares["age_group"], size),
        "consent_given": survivor | draw.chance(0.78, size),
    }
    return _with_advisers_told(seed, rows)


def _with_advisers_told(seed: int, rows: dict[str, Array]) -> pa.Table:
    """Adds what was passed to child- and women-protection advisers, from a stream of its own.

    Each comes with a report that brought another referral, so that no return changes.
    """
    draw, shares = stream(seed, "referrals to advisers"), _SHARES["referrals"]
    before = len(rows["unit_code"])
    beside = np.sort(draw.integers(0, before, round(before * _ADVISERS_SHARE)))
    is_child = draw.chance(0.55, beside.size)
    lag = draw.lognormal(np.log(4), 0.9, beside.size).astype(int)
    actor = draw.pick(shares["alleged_actor_type"], beside.size)
    of_children, of_women = (
        draw.pick(shares["sex"][kind], beside.size) for kind in ("mrm", "mara")
    )
    told = {name: values[beside] for name, values in rows.items()} | {
        "referral_kind": np.where(is_child, "mrm", "mara").astype(object),
        "observed_on": rows["referred_on"][beside] - lag,
        "alleged_actor_type": actor,
        "service_type": np.full(beside.size, None, dtype=object),
        "sex": np.where(is_child, of_children, of_women),
        "age_group": np.where(is_child, "Y0T17", "Y18T29").astype(object),
        "consent_given": draw.chance(0.9, beside.size),
    }
    joined = {name: np.concatenate([rows[name], told[name]]) for name in rows}
    size = before + beside.size
    assessed = draw.chance(0.96, size)
    return rows_of(referral_code=numbered("RF-", size), **joined, protection_risk_assessed=assessed)


@dataclass(frozen=True)
class Assessments:
    """HRDDP risk assessments as rows, and those that support can cite."""

    rows: pa.Table
    dated: dict[tuple[str, str, str], tuple[list[date], list[str]]]  # sector or "", actor, support

    def cited(self, sector: str, actor: str, support: str, day: date) -> str | None:
        """The last one completed by this day, else the first after it: made too late."""
        key = (sector if actor in _CODES["by_sector"] else "", actor, support)
        days, codes = self.dated.get(key, ([], []))
        return codes[max(bisect_right(days, day) - 1, 0)] if codes else None


def draw_assessments(seed: int) -> Assessments:
    """By sector for police and gendarmerie, for the whole mission area for others, with reviews."""
    draw = stream(seed, "hrddp_assessments")
    keys = [(area, actor) for area in SECTORS for actor in _CODES["by_sector"]]
    keys += [("", actor) for actor in _CODES["mission_wide"]]
    drawn = [
        (day, area, actor, support)
        for area, actor in keys
        for support in _CODES["supports"]
        for day in _completed_on(draw)
    ]
    rows: list[_Row] = []
    dated: dict[tuple[str, str, str], tuple[list[date], list[str]]] = {}
    for number, (day, area, actor, support) in enumerate(sorted(drawn), 1):
        code = f"HR-{day.year}-{number:04d}"
        risk, decision, followed_up = _assessed(draw, day)
        ends = day + timedelta(days=365)
        rows.append((code, actor, support, area or None, day, risk, decision, ends, followed_up))
        if decision != "refuse":
            days, codes = dated.setdefault((area, actor, support), ([], []))
            days.append(day)
            codes.append(code)
    return Assessments(table_of("hrddp_assessments", rows), dated)


def _completed_on(draw: Stream) -> Iterator[date]:
    """The first assessment in 2024, for most; then one about every year."""
    day = STARTS_ON + draw.days(2, 200)
    if draw.chance(0.15):
        day += timedelta(days=300)
    while day <= LAST_DAY:
        yield day
        day += draw.days(300, 460)


def _assessed(draw: Stream, day: date) -> tuple[str, str, date | None]:
    """Level of risk, decision, and the day of the follow-up."""
    risk = draw.one(_SHARES["hrddp_assessments"]["risk_level"])
    decision = draw.one(_SHARES["hrddp_assessments"]["decision"][risk])
    followed_up = day + draw.days(30, 250)
    has_follow_up = draw.chance(0.6) and followed_up <= LAST_DAY
    return risk, decision, followed_up if has_follow_up else None


def cited_assessments(
    draw: Stream, assessments: Assessments, support: list[tuple[str, str, str, date]]
) -> Array:
    """For each support (sector, actor, type, local day) the assessment that it names, or None."""
    named = draw.chance(0.88, len(support))
    found = [
        assessments.cited(*entry) if is_named else None
        for entry, is_named in zip(support, named, strict=True)
    ]
    return np.array(found, dtype=object)
