"""Early-warning alerts, and reviews of incidents and operations after them."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.sample import effects
from pipelines.sample.country import AREA_CODES, AREAS, AS_OF, DAYS, SITE_AREA, UNITS, sector
from pipelines.sample.days.presence import DAY, Presence, reported_days
from pipelines.sample.draws import Array, Stream, each_case, season, stream
from pipelines.sample.facts import facts
from pipelines.sample.rows import looked_up, moments, numbered, rows_of, texts, with_columns

TARGET_HOURS = {"high": 24, "medium": 48, "low": 72}  # as in the profile's parameters

_SHARES = facts("shares")["alerts"]
_SPEECH_SHARE = 0.09
_OUTCOME_OF_REASON = {"not_credible": "false_alarm", "host_state_acted": "handed_to_host_state"}
_LAST_MOMENT = np.datetime64(AS_OF, "s") - np.timedelta64(1, "D")


@dataclass(frozen=True)
class Alerts:
    """All alerts as rows, and where and when they came, sorted by area and time of receipt."""

    rows: pa.Table
    area: Array
    received_at: Array  # local time
    code: Array

    def last_before(self, area: Array, moment: Array, within_days: int) -> Array:
        """The code of the last alert of the area in the days before each moment, else None."""
        keys = self.area * 1e12 + self.received_at.astype("int64")
        at = np.searchsorted(keys, area * 1e12 + moment.astype("int64")) - 1
        found = self.code[np.maximum(at, 0)].copy()
        age = moment.astype("int64") - self.received_at[np.maximum(at, 0)].astype("int64")
        wrong = (at < 0) | (self.area[np.maximum(at, 0)] != area) | (age > within_days * 86_400)
        found[wrong] = None
        return found

    def of_speech(self) -> tuple[Array, Array, Array]:
        """Code, area (position) and local time of receipt of alerts of speech, oldest first."""
        names = (self.rows[name].to_pylist() for name in ("alert_code", "threat_type"))
        threat = dict(zip(*names, strict=True))
        at = np.array([threat[code] in _SHARES["speech"] for code in self.code])
        order = np.argsort(self.received_at[at], kind="stable")
        return self.code[at][order], self.area[at][order], self.received_at[at][order]


def draw_alerts(seed: int, presence: Presence, count: int) -> Alerts:
    """`count` alerts over the days on which returns of alerts came."""
    draw = stream(seed, "alerts")
    area, received = _where_and_when(draw, presence, count)
    order = np.argsort(received, kind="stable")
    number = np.empty(count, dtype=int)
    number[order] = np.arange(1, count + 1)
    code = numbered("E-", number, 7)

    def pick(name: str) -> Array:
        return draw.pick(_SHARES[name], count)

    level = pick("level")
    action_needed = draw.chance(0.88, count)
    in_time = _in_time(draw, received, action_needed)
    target = looked_up(TARGET_HOURS, level).astype(int)
    acted, acted_at = _first_action(draw, received, target, in_time, action_needed, area)
    confirmed, confirmed_at = _confirmation(draw, received, acted, acted_at)
    responder = pick("responding_component")
    by_police = np.isin(responder, ("police", "joint"))
    unit = _responding_unit(draw, area)
    arrived_at = confirmed_at + draw.lognormal(4.5, 0.7, count).astype("timedelta64[m]")
    arrived_at = np.maximum(arrived_at, acted_at)
    arrived = acted & confirmed & draw.chance(0.7, count) & (arrived_at <= _LAST_MOMENT)
    half_days = draw.integers(1, 15, count) * np.timedelta64(12, "h")
    closed_at = np.maximum(acted_at, arrived_at) + half_days
    closed = acted & draw.chance(0.9, count) & (closed_at <= _LAST_MOMENT)
    rows = rows_of(
        alert_code=code,
        merged_into=_merged_into(draw, area, received, code),
        source_type=pick("source_type"),
        source_sex=pick("source_sex"),
        threat_type=pick("threat_type"),
        level=level,
        area_code=AREA_CODES[area],
        received_at=received,
        confirmed_at=(confirmed_at, confirmed),
        action_needed=action_needed,
        no_action_reason=(pick("no_action_reason"), ~action_needed),
        first_action_at=(acted_at, acted),
        responding_component=(responder, acted),
        responding_unit_code=(unit, acted & by_police),
        arrived_at=(arrived_at, arrived),
        outcome=(pick("outcome"), closed),
        closed_at=(closed_at, closed),
    )
    rows = _closed_without_action(stream(seed, "alerts without action"), rows)
    rows = _of_speech_and_host_state(stream(seed, "speech and host State"), rows)
    return Alerts(rows.take(pa.array(np.argsort(number))), area, received, code)


def _closed_without_action(draw: Stream, rows: pa.Table) -> pa.Table:
    """The rows, with those that nobody acted on closed: soon if no action was needed, else late."""
    size, needed = rows.num_rows, np.array(rows["action_needed"], dtype=bool)
    late = draw.pick(_SHARES["outcome_without_action"], size)
    days = np.where(needed, draw.integers(21, 60, size), draw.integers(1, 7, size))
    at = moments(rows, "received_at", "s") + days * np.timedelta64(1, "D")
    chosen = np.isnat(moments(rows, "first_action_at", "s")) & (at <= _LAST_MOMENT)
    by_reason = looked_up(_OUTCOME_OF_REASON, texts(rows, "no_action_reason"), "not_known")
    outcome = np.where(chosen, np.where(needed, late, by_reason), texts(rows, "outcome"))
    closed_at = np.where(chosen, at, moments(rows, "closed_at", "s"))
    return with_columns(rows, outcome=outcome, closed_at=(closed_at, ~np.isnat(closed_at)))


def _of_speech_and_host_state(draw: Stream, rows: pa.Table) -> pa.Table:
    """Some alerts of other threats are of hate speech or disinformation, and some that were
    answered by others were answered by the host State; nothing else of a row changes."""
    size = rows.num_rows
    threat, by = texts(rows, "threat_type"), texts(rows, "responding_component")
    is_speech = draw.chance(_SPEECH_SHARE, size) & (threat != "sexual_violence")
    speech = draw.pick(_SHARES["speech"], size)
    drawn = draw.random(size)
    is_police = (by == "other") | ((by == "civil_affairs") & (drawn < 0.45))
    is_military = (by == "military") & (drawn < 0.04)
    by = np.where(is_police, "host_state_police", np.where(is_military, "host_state_military", by))
    threat = np.where(is_speech, speech, threat)
    return with_columns(rows, threat_type=threat, responding_component=by)


def _where_and_when(draw: Stream, presence: Presence, count: int) -> tuple[Array, Array]:
    """Area and local minute of receipt of each alert, sorted by area and time."""
    risk = draw.gamma(2.5, 0.4, len(AREAS))
    dry = season(DAYS, 0.35, 45)
    weights = risk[:, None] * dry[None, :] * draw.by_block(len(AREAS), DAYS, 7, 0.8)
    after_meeting = presence.after(presence.meetings_completed)
    weights = weights * np.where(after_meeting, effects.NETWORK_MEETING_FACTOR, 1.0)
    area, day = each_case(draw.spread(weights * reported_days(presence, "alerts"), count))
    received = DAY[day].astype("datetime64[m]") + draw.integers(0, 24 * 60, count)
    order = np.lexsort((received, area))
    return area[order], received[order].astype("datetime64[s]")


def _in_time(draw: Stream, received: Array, action_needed: Array) -> Array:
    """Which alerts are answered in time: in each quarter the planted share, not one by chance."""
    quarter = received.astype("datetime64[M]").astype(int) // 3
    found = np.zeros(received.size, dtype=bool)
    for number in np.unique(quarter):
        own = np.flatnonzero((quarter == number) & action_needed)
        share = effects.ANSWERED_IN_TIME_PCT[1970 + int(number) // 4] / 100
        found[draw.permutation(own)[: round(share * own.size)]] = True
    return found


def _first_action(
    draw: Stream, received: Array, target: Array, in_time: Array, needed: Array, area: Array
) -> tuple[Array, Array]:
    """Was there a first action, and when: within the target, or at up to four times of it."""
    size = in_time.size
    share = np.where(in_time, draw.uniform(0.02, 0.95, size), draw.uniform(1.05, 4, size))
    at = received + (share * target * 60).astype("timedelta64[m]")
    never = ~in_time & draw.chance(0.3, size)
    unvisited = area == AREAS.index(effects.UNVISITED_AREA)
    waiting = unvisited & (received >= np.datetime64(effects.UNVISITED_FROM, "s"))
    acted = needed & ~never & ~waiting & (at <= _LAST_MOMENT)
    return acted, at.astype("datetime64[s]")


def _confirmation(
    draw: Stream, received: Array, acted: Array, acted_at: Array
) -> tuple[Array, Array]:
    """Was the alert confirmed, and when: before the first action where there was one."""
    before_action = acted_at - draw.lognormal(4.0, 0.7, received.size).astype("timedelta64[m]")
    later = received + (draw.uniform(0.5, 48, received.size) * 60).astype("timedelta64[m]")
    at = np.where(acted, np.maximum(before_action, received), later)
    confirmed = draw.chance(np.where(acted, 0.92, 0.4), received.size)
    return confirmed & (at <= _LAST_MOMENT), at


def _responding_unit(draw: Stream, area: Array) -> Array:
    """The formed unit or the individual officers of the area's sector."""
    formed = [next(u.code for u in UNITS if u.kind == "FPU" and a in u.covers) for a in AREAS]
    officers = np.array([f"IPO-{sector(name)}" for name in AREAS], dtype=object)
    is_formed = draw.chance(0.6, area.size)
    return np.where(is_formed, np.array(formed, dtype=object)[area], officers[area])


def _merged_into(draw: Stream, area: Array, received: Array, code: Array) -> Array:
    """One in twenty repeats the alert before it in the same area and is merged into it."""
    merged = np.full(code.size, None, dtype=object)
    near = np.zeros(code.size, dtype=bool)
    near[1:] = (area[1:] == area[:-1]) & (np.diff(received).astype(int) < 3 * 86_400)
    near &= draw.chance(0.2, code.size)
    near[1:] &= ~near[:-1]  # never into one that is itself merged
    merged[1:][near[1:]] = code[:-1][near[1:]]
    return merged


_REVIEW_SHARES = facts("shares")["after_action_reviews"]
_CODES = facts("codes")["reviews"]
_NEAR_KM, _EARTH_KM = 5.0, 6371.0088  # definitions 41
_REVIEWED_PCT, _HEARD_PCT = 74, (38, 72)  # of operations closed; residents heard, first to last


def after_action_reviews(
    seed: int, incidents: pa.Table, alerts: pa.Table, deployments: pa.Table
) -> pa.Table:
    """Reviews of incidents near bases, after known threats, and of a few others (2023.05 §87)."""
    draw = stream(seed, "after_action_reviews")
    trigger = draw.pick(_REVIEW_SHARES["trigger"], incidents.num_rows)
    trigger[_after_a_known_threat(incidents, alerts)] = "known_threat"
    trigger[_near_a_base(incidents, deployments)] = "near_base"
    share = looked_up(_REVIEW_SHARES["reviewed"], trigger)
    taken = np.flatnonzero(draw.chance(share, incidents.num_rows))
    started, completed, is_completed = _dates(draw, incidents.take(pa.array(taken, pa.int64())))
    kept = started <= DAY[-1]
    count, done = int(kept.sum()), is_completed[kept]
    return rows_of(
        review_code=numbered("AR-", count, 4),
        incident_code=texts(incidents, "incident_code")[taken[kept]],
        review_kind=draw.pick(_REVIEW_SHARES["review_kind"], count),
        trigger=trigger[taken][kept],
        started_on=(started[kept], draw.chance(0.97, count)),
        completed_on=(completed[kept], done),
        recommendations_count=(draw.poisson(3.2, count), done),
    )


def _dates(draw: Stream, incidents: pa.Table) -> tuple[Array, Array, Array]:
    """Start and end of reviews: most within 60 days of the incident's closing, some later."""
    size = incidents.num_rows
    occurred, closed = moments(incidents, "occurred_on"), moments(incidents, "closed_on")
    closed = np.where(np.isnat(closed), occurred + 40, closed)
    started = occurred + draw.integers(1, 21, size)
    late = draw.chance(0.22, size)
    after = np.where(late, draw.integers(62, 150, size), draw.integers(-10, 58, size))
    completed = np.maximum(closed + after, started + 3)
    return started, completed, draw.chance(0.86, size) & (completed <= DAY[-1])


def _near_a_base(incidents: pa.Table, deployments: pa.Table) -> Array:
    """Within 5 km of a base that was manned on the day, on a sphere."""
    latitude, longitude = (
        np.radians(incidents[name].to_numpy().astype(float)) for name in ("latitude", "longitude")
    )
    occurred = moments(incidents, "occurred_on")
    found = np.zeros(incidents.num_rows, dtype=bool)
    for base in deployments.to_pylist():
        north, east = np.radians(base["latitude"]), np.radians(base["longitude"])
        half = np.sin((latitude - north) / 2) ** 2 + (
            np.cos(latitude) * np.cos(north) * np.sin((longitude - east) / 2) ** 2
        )
        near = 2 * _EARTH_KM * np.arcsin(np.sqrt(half)) <= _NEAR_KM
        opened, closed = np.datetime64(base["from_on"]), np.datetime64(base["to_on"] or AS_OF)
        found |= near & (occurred >= opened) & (occurred <= closed)
    return found


def _after_a_known_threat(incidents: pa.Table, alerts: pa.Table) -> Array:
    """In an area with a confirmed alert whose target time was over and that nobody had acted on."""
    is_open = np.zeros((len(AREAS), DAYS + 1), dtype=int)
    needed = pc.and_(alerts["action_needed"], pc.is_valid(alerts["confirmed_at"]))
    confirmed = alerts.filter(pc.and_(needed, pc.is_null(alerts["merged_into"])))
    area = np.array([AREAS.index(code) for code in confirmed["area_code"].to_pylist()], dtype=int)
    hours = looked_up(TARGET_HOURS, texts(confirmed, "level")).astype(int)
    first = _position(moments(confirmed, "received_at", "h") + hours) + 1
    acted, closed = (moments(confirmed, name, "s") for name in ("first_action_at", "closed_at"))
    last = np.where(np.isnat(acted), closed, acted)
    last = np.where(np.isnat(last), np.datetime64(AS_OF, "s"), last)
    first, after = first.clip(0, DAYS), _position(last).clip(0, DAYS)
    some = first < after
    np.add.at(is_open, (area[some], first[some]), 1)
    np.add.at(is_open, (area[some], after[some]), -1)
    waits = is_open.cumsum(axis=1) > 0
    places = [SITE_AREA.get(code, code) for code in incidents["area_code"].to_pylist()]
    at = np.array([AREAS.index(code) if code in AREAS else -1 for code in places], dtype=int)
    return (at >= 0) & waits[at, _position(moments(incidents, "occurred_on"))]


def _position(moment: Array) -> Array:
    """The position of a moment's day among the days of the sample."""
    return (moment.astype("datetime64[D]") - DAY[0]).astype(int)


def operation_reviews(seed: int, operations: pa.Table) -> pa.Table:
    """Reviews of closed operations; in most of the later ones residents were heard."""
    draw = stream(seed, "operation reviews")
    closed = moments(operations, "closed_on")
    size, number = closed.size, np.arange(closed.size)
    threats = np.array(_CODES["threats"], dtype=object)
    in_time = draw.chance(0.8, size)
    done = closed + np.where(in_time, draw.integers(5, 58, size), draw.integers(62, 130, size))
    reviewed = draw.chance(_REVIEWED_PCT / 100, size)
    keep = np.flatnonzero(~np.isnat(closed) & reviewed & (done <= DAY[-1]))
    first, last = _HEARD_PCT
    heard = draw.chance((first + (last - first) * number / size) / 100, size)
    lessons = ["|".join(sorted(draw.permutation(_CODES["lessons"])[: 1 + at % 3])) for at in number]
    return rows_of(
        review_code=numbered("OR-", keep.size, 4),
        operation_code=texts(operations, "operation_code")[keep],
        review_kind="after_action_review",
        trigger="other",
        started_on=closed[keep] + 2,
        completed_on=done[keep],
        recommendations_count=draw.poisson(2.4, size)[keep],
        perceptions_heard=heard[keep],
        lessons=np.array(lessons, dtype=object)[keep],
        tier="II",
        phase=looked_up(_CODES["phase_of"], texts(operations, "operation_type"), "response")[keep],
        threat_type=threats[number % threats.size][keep],
        for_headquarters=(number % 3 > 0)[keep],
    )
