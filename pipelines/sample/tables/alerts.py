"""Early-warning alerts: what was received, confirmed, answered and closed."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipelines.sample import effects
from pipelines.sample.country import AREA_CODES, AREAS, AS_OF, DAYS, UNITS, sector
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
