"""Early-warning alerts: what was received, confirmed, answered and closed."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipelines.sample import effects
from pipelines.sample.country import AREAS, AS_OF, DAYS, SECTORS, sector
from pipelines.sample.draws import Array, by_block, column, numbered, pick, spread, stream
from pipelines.sample.tables.presence import DAY, Presence, reported_days

TARGET_HOURS = {"high": 24, "medium": 48, "low": 72}  # as in the profile's parameters

_SOURCES = {
    "community_network": 38, "hotline": 14, "patrol": 12, "clo": 9, "cla": 11, "host_state": 5,
    "ngo": 6, "un_agency": 3, "other": 2,
}  # fmt: skip
_THREATS = {
    "armed_attack": 18, "intercommunal_violence": 17, "cattle_raid": 16, "ambush": 9,
    "sexual_violence": 7, "abduction": 7, "forced_displacement": 6, "looting": 11,
    "arbitrary_detention": 3, "public_disorder": 3, "crime": 3,
}  # fmt: skip
_RESPONDERS = {
    "police": 48, "military": 24, "civil_affairs": 9, "human_rights": 4, "joint": 13, "other": 2,
}  # fmt: skip
_SPEECH_SHARE = 0.09
_OUTCOMES = {
    "no_violence_seen": 55, "violence_before_arrival": 12, "violence_after_arrival": 6,
    "threat_moved": 9, "false_alarm": 10, "handed_to_host_state": 5, "not_known": 3,
}  # fmt: skip
_OUTCOMES_WITHOUT_ACTION = {"not_known": 50, "threat_moved": 30, "violence_before_arrival": 20}
_OUTCOME_OF_REASON = {"not_credible": "false_alarm", "host_state_acted": "handed_to_host_state"}
_NO_ACTION = {"not_credible": 45, "host_state_acted": 25, "too_late": 20, "other": 10}
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
        threat = dict(
            zip(*(self.rows[n].to_pylist() for n in ("alert_code", "threat_type")), strict=True)
        )
        at = np.array([threat[code] in ("hate_speech", "disinformation") for code in self.code])
        order = np.argsort(self.received_at[at], kind="stable")
        return self.code[at][order], self.area[at][order], self.received_at[at][order]


def draw_alerts(seed: int, presence: Presence, count: int) -> Alerts:
    """`count` alerts over the days on which returns of alerts came."""
    generator = stream(seed, "alerts")
    area, received = _where_and_when(generator, presence, count)
    order = np.argsort(received, kind="stable")
    number = np.empty(count, dtype=int)
    number[order] = np.arange(1, count + 1)
    code = numbered("E-", number, 7)
    level = pick(generator, {"high": 30, "medium": 45, "low": 25}, count)
    target = np.array([TARGET_HOURS[name] for name in level])
    action_needed = generator.random(count) < 0.88
    in_time = _in_time(generator, received, action_needed)
    acted, acted_at = _first_action(generator, received, target, in_time, action_needed, area)
    confirmed, confirmed_at = _confirmation(generator, received, acted, acted_at)
    responder = pick(generator, _RESPONDERS, count)
    by_police = np.isin(responder, ("police", "joint"))
    unit = _responding_unit(generator, area)
    arrived_at = confirmed_at + generator.lognormal(4.5, 0.7, count).astype("timedelta64[m]")
    arrived_at = np.maximum(arrived_at, acted_at)
    arrived = acted & confirmed & (generator.random(count) < 0.7) & (arrived_at <= _LAST_MOMENT)
    closed_at = np.maximum(acted_at, arrived_at) + generator.integers(
        1, 15, count
    ) * np.timedelta64(12, "h")
    closed = acted & (generator.random(count) < 0.9) & (closed_at <= _LAST_MOMENT)
    rows = pa.table({
        "alert_code": column(code),
        "merged_into": column(_merged_into(generator, area, received, code)),
        "source_type": column(pick(generator, _SOURCES, count)),
        "source_sex": column(pick(generator, {"F": 34, "M": 51, "_U": 15}, count)),
        "threat_type": column(pick(generator, _THREATS, count)),
        "level": column(level),
        "area_code": column(np.array(AREAS, dtype=object)[area]),
        "received_at": column(received),
        "confirmed_at": column(confirmed_at, confirmed),
        "action_needed": column(action_needed),
        "no_action_reason": column(pick(generator, _NO_ACTION, count), ~action_needed),
        "first_action_at": column(acted_at, acted),
        "responding_component": column(responder, acted),
        "responding_unit_code": column(unit, acted & by_police),
        "arrived_at": column(arrived_at, arrived),
        "outcome": column(pick(generator, _OUTCOMES, count), closed),
        "closed_at": column(closed_at, closed),
    })  # fmt: skip
    by_time = np.argsort(number)
    rows = _closed_without_action(stream(seed, "alerts without action"), rows)
    rows = _of_speech_and_host_state(stream(seed, "speech and host State"), rows)
    return Alerts(rows.take(pa.array(by_time)), area, received, code)


def _closed_without_action(generator: np.random.Generator, rows: pa.Table) -> pa.Table:
    """The rows, with those that nobody acted on closed: soon if no action was needed, else late."""
    closed_at, received = (
        np.array(rows[name]).astype("datetime64[s]") for name in ("closed_at", "received_at")
    )
    outcome = np.array(rows["outcome"].to_pylist(), dtype=object)
    needed = np.array(rows["action_needed"], dtype=bool)
    reason = np.array(rows["no_action_reason"].to_pylist(), dtype=object)
    late = pick(generator, _OUTCOMES_WITHOUT_ACTION, rows.num_rows)
    days = np.where(
        needed, generator.integers(21, 60, rows.num_rows), generator.integers(1, 7, rows.num_rows)
    )
    at = received + days * np.timedelta64(1, "D")
    chosen = np.isnat(np.array(rows["first_action_at"]).astype("datetime64[s]"))
    chosen &= at <= _LAST_MOMENT
    by_reason = np.array([_OUTCOME_OF_REASON.get(name, "not_known") for name in reason], object)
    outcome[chosen] = np.where(needed, late, by_reason)[chosen]
    closed_at = np.where(chosen, at, closed_at)
    new = {"outcome": column(outcome), "closed_at": column(closed_at, ~np.isnat(closed_at))}
    for name, values in new.items():
        rows = rows.set_column(rows.column_names.index(name), name, values)
    return rows


def _of_speech_and_host_state(generator: np.random.Generator, rows: pa.Table) -> pa.Table:
    """Some alerts of other threats are of hate speech or disinformation, and some that were
    answered by others were answered by the host State; nothing else of a row changes."""
    size = rows.num_rows
    threat, by = (
        np.array(rows[name].to_pylist(), dtype=object)
        for name in ("threat_type", "responding_component")
    )
    is_speech = (generator.random(size) < _SPEECH_SHARE) & (threat != "sexual_violence")
    speech = pick(generator, {"hate_speech": 55, "disinformation": 45}, size)
    drawn = generator.random(size)
    is_police = (by == "other") | ((by == "civil_affairs") & (drawn < 0.45))
    is_military = (by == "military") & (drawn < 0.04)
    by = np.where(is_police, "host_state_police", np.where(is_military, "host_state_military", by))
    new = {"threat_type": np.where(is_speech, speech, threat), "responding_component": by}
    for name, values in new.items():
        rows = rows.set_column(rows.column_names.index(name), name, column(values))
    return rows


def _where_and_when(
    generator: np.random.Generator, presence: Presence, count: int
) -> tuple[Array, Array]:
    """Area and local minute of receipt of each alert, sorted by area and time."""
    risk = generator.gamma(2.5, 0.4, len(AREAS))
    dry = 1 + 0.35 * np.cos(2 * np.pi * (np.arange(DAYS) - 45) / 365.25)
    weights = risk[:, None] * dry[None, :] * by_block(generator, len(AREAS), DAYS, 7, 0.8)
    after_meeting = presence.after(presence.meetings_completed)
    weights = weights * np.where(after_meeting, effects.NETWORK_MEETING_FACTOR, 1.0)
    counts = spread(generator, weights * reported_days(presence, "alerts"), count)
    area, day = np.nonzero(counts)
    times = counts[area, day]
    area, day = np.repeat(area, times), np.repeat(day, times)
    minute = generator.integers(0, 24 * 60, count)
    received = DAY[day].astype("datetime64[m]") + minute
    order = np.lexsort((received, area))
    return area[order], received[order].astype("datetime64[s]")


def _in_time(generator: np.random.Generator, received: Array, action_needed: Array) -> Array:
    """Which alerts are answered in time: in each quarter the planted share, not one by chance."""
    quarter = received.astype("datetime64[M]").astype(int) // 3
    found = np.zeros(received.size, dtype=bool)
    for number in np.unique(quarter):
        own = np.flatnonzero((quarter == number) & action_needed)
        share = effects.ANSWERED_IN_TIME_PCT[1970 + int(number) // 4] / 100
        found[generator.permutation(own)[: round(share * own.size)]] = True
    return found


def _first_action(
    generator: np.random.Generator,
    received: Array,
    target_hours: Array,
    in_time: Array,
    action_needed: Array,
    area: Array,
) -> tuple[Array, Array]:
    """Was there a first action, and when: within the target, or at up to four times of it."""
    share = np.where(
        in_time,
        generator.uniform(0.02, 0.95, in_time.size),
        generator.uniform(1.05, 4, in_time.size),
    )
    at = received + (share * target_hours * 60).astype("timedelta64[m]")
    never = ~in_time & (generator.random(in_time.size) < 0.3)
    waiting = (area == AREAS.index(effects.UNVISITED_AREA)) & (
        received >= np.datetime64(effects.UNVISITED_FROM, "s")
    )
    acted = action_needed & ~never & ~waiting & (at <= _LAST_MOMENT)
    return acted, at.astype("datetime64[s]")


def _confirmation(
    generator: np.random.Generator, received: Array, acted: Array, acted_at: Array
) -> tuple[Array, Array]:
    """Was the alert confirmed, and when: before the first action where there was one."""
    before_action = acted_at - generator.lognormal(4.0, 0.7, received.size).astype("timedelta64[m]")
    later = received + (generator.uniform(0.5, 48, received.size) * 60).astype("timedelta64[m]")
    at = np.where(acted, np.maximum(before_action, received), later)
    confirmed = np.where(acted, 0.92, 0.4) > generator.random(received.size)
    return confirmed & (at <= _LAST_MOMENT), at


def _responding_unit(generator: np.random.Generator, area: Array) -> Array:
    """The formed unit or the individual officers of the area's sector."""
    formed = dict(zip(SECTORS, _FORMED, strict=True))
    sectors = [sector(name) for name in AREAS]
    officers = np.array([f"IPO-{name}" for name in sectors], dtype=object)[area]
    formed_units = np.array([formed[name] for name in sectors], dtype=object)[area]
    return np.where(generator.random(area.size) < 0.6, formed_units, officers)


_FORMED = (
    "FPU-1", "FPU-2", "FPU-2", "FPU-3", "FPU-1", "FPU-2", "FPU-3", "FPU-4", "FPU-1", "FPU-4",
    "FPU-4", "FPU-3",
)  # fmt: skip


def _merged_into(
    generator: np.random.Generator, area: Array, received: Array, code: Array
) -> Array:
    """One in twenty repeats the alert before it in the same area and is merged into it."""
    merged = np.full(code.size, None, dtype=object)
    near = np.zeros(code.size, dtype=bool)
    near[1:] = (area[1:] == area[:-1]) & (np.diff(received).astype(int) < 3 * 86_400)
    near &= generator.random(code.size) < 0.2
    near[1:] &= ~near[:-1]  # never into one that is itself merged
    merged[1:][near[1:]] = code[:-1][near[1:]]
    return merged
