"""Who was to report from where, what came, and how many activities each day: counts, no rows.

The counts are small whatever the size of the sample (posts × days), so that everything that
depends on presence is known before the first row is drawn.
"""

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np

from pipelines.sample import effects
from pipelines.sample.country import AREAS, DAYS, MONTHS, STARTS_ON, UNITS, Unit
from pipelines.sample.draws import (
    Array,
    Generator,
    by_block,
    over_dispersion,
    recent,
    some_of,
    spread,
    stream,
)

STATUSES = ("submitted", "not_submitted", "no_access", "not_due")
SUBMITTED, NOT_SUBMITTED, NO_ACCESS, NOT_DUE = range(4)
FIRST_DAY = np.datetime64(STARTS_ON, "D")
DAY = FIRST_DAY + np.arange(DAYS)
MONTH_OF_DAY = (
    DAY.astype("datetime64[M]") - FIRST_DAY.astype("datetime64[M]")
).astype(int)  # fmt: skip
MONTH = FIRST_DAY.astype("datetime64[M]") + np.arange(MONTHS)

_WEIGHT_OF_KIND = {"IPO": 3.0, "FPU": 2.2, "SPT": 0.6, "PSU": 0.8, "MIL": 0.7, "CIV": 0.35}
_NIGHT_OF_KIND = {"IPO": 0.25, "FPU": 1.0, "SPT": 0.0, "PSU": 0.8, "MIL": 0.2, "CIV": 0.0}
# Of all activities; the rest is patrols to hot spots and what is neither.
_SHARES = {"night": 0.127, "liaison": 0.073, "meetings": 0.027, "day_patrols": 0.368}
_COMPLETED_SHARE = 0.95
_NOT_SUBMITTED_SHARE, _NO_ACCESS_SHARE = 0.03, 0.02
_ROTA_DAYS = 28


@dataclass(frozen=True)
class Posts:
    """The pairs of unit and area that report, as positions in UNITS and AREAS."""

    unit: Array
    area: Array

    @property
    def units(self) -> list[Unit]:
        """The unit of each post."""
        return [UNITS[position] for position in self.unit]

    def __len__(self) -> int:
        return len(self.unit)


@dataclass(frozen=True)
class Presence:
    """Counts by post and day, and the state of each return by source, post and month."""

    posts: Posts
    reporters: Posts  # who reports incidents and alerts: the individual officers of the sector
    return_status: dict[str, Array]  # source: (posts or reporters) × months, positions in STATUSES
    night_completed: Array  # posts × days
    night_other: Array
    liaison_completed: Array
    liaison_other: Array
    meetings_completed: Array
    meetings_other: Array
    hot_spot_completed: Array
    hot_spot_other: Array
    day_patrols: Array
    others: Array

    @cached_property
    def all_counts(self) -> Array:
        """Activities of whatever kind by post and day."""
        return sum(
            (
                self.night_completed, self.night_other, self.liaison_completed, self.liaison_other,
                self.meetings_completed, self.meetings_other, self.hot_spot_completed,
                self.hot_spot_other, self.day_patrols, self.others,
            ),
            np.zeros_like(self.others),
        )  # fmt: skip

    @cached_property
    def patrols_by_area(self) -> Array:
        """Day patrols by area and day."""
        return self.by_area(self.day_patrols)

    def by_area(self, counts: Array) -> Array:
        """Counts by post and day as counts by area and day."""
        found = np.zeros((len(AREAS), DAYS))
        np.add.at(found, self.posts.area, counts)
        return found

    def after(self, completed: Array) -> Array:
        """By area and day: was one of these, by post and day, completed in the days before?"""
        return recent(self.by_area(completed), effects.DAYS_AFTER) > 0

    def after_many_patrols(self) -> Array:
        """By area and day: were there more day patrols in the days before than usual there?"""
        before = recent(self.patrols_by_area, effects.REPORTING_DAYS)
        return before > np.median(before, axis=1, keepdims=True)


def draw_presence(seed: int, activities: int) -> Presence:
    """Presence of all units over all days, `activities` in all; none to hot spots yet."""
    generator = stream(seed, "presence")
    posts, reporters = posts_of(UNITS), posts_of([unit for unit in UNITS if unit.kind == "IPO"])
    status = {
        "activities": return_status(generator, posts),
        "incidents": return_status(generator, reporters),
        "alerts": return_status(generator, reporters),
    }
    days = open_days(posts, status["activities"])
    unvisited = posts.area == AREAS.index(effects.UNVISITED_AREA)
    days[unvisited, day_number(effects.UNVISITED_FROM) :] = 0
    totals = generator.multinomial(activities, [*_SHARES.values(), 1 - sum(_SHARES.values())])
    usual = days * _usual(generator, posts)
    by_officers = np.array([unit.kind == "IPO" for unit in posts.units])[:, None]
    night = spread(generator, usual * _night_rota(generator, posts), totals[0])
    liaison = spread(generator, days * by_officers * _liaison_rota(generator, posts), totals[1])
    meetings = spread(generator, usual * by_officers, totals[2])
    logged = np.where(posts.area == AREAS.index(effects.LOGGED_NOT_SEEN_AREA), 1.0, 0.0)
    day_weights = usual * (1 + (effects.LOGGED_FACTOR - 1) * logged)[:, None]
    none = np.zeros_like(night)
    return Presence(
        posts, reporters, status, *_by_completion(generator, night),
        *_by_completion(generator, liaison), *_by_completion(generator, meetings), none, none,
        spread(generator, day_weights, totals[3]), spread(generator, usual, totals[4]),
    )  # fmt: skip


def with_hot_spot_patrols(presence: Presence, generator: Generator, counts: Array) -> Presence:
    """Patrols to hot spots (by post and day) in place of as many other activities."""
    room = int(presence.others.sum())
    counts = some_of(generator, counts, room)
    others = some_of(generator, presence.others, room - int(counts.sum()))
    completed, other = _by_completion(generator, counts)
    return replace(presence, hot_spot_completed=completed, hot_spot_other=other, others=others)


def _by_completion(generator: Generator, counts: Array) -> tuple[Array, Array]:
    """Those completed, and those that were not."""
    completed = generator.binomial(counts, _COMPLETED_SHARE)
    return completed, counts - completed


def reported_days(presence: Presence, source: str) -> Array:
    """By area and day: 1 where the reporters of incidents or alerts sent their return, else 0."""
    found = np.zeros((len(AREAS), DAYS))
    sent = open_days(presence.reporters, presence.return_status[source])
    np.maximum.at(found, presence.reporters.area, sent)
    return found


def month_days(month: int) -> slice:
    """The days of a month, as positions."""
    found = np.flatnonzero(month == MONTH_OF_DAY)
    return slice(int(found[0]), int(found[-1]) + 1)


def day_number(day: date) -> int:
    """The position of a day among the days of the sample."""
    return (day - STARTS_ON).days


def month_number(day: date) -> int:
    """The position of a day's month."""
    return (day.year - STARTS_ON.year) * 12 + day.month - STARTS_ON.month


def posts_of(units: list[Unit] | tuple[Unit, ...]) -> Posts:
    """The posts of these units: each with every area that it covers."""
    pairs = [
        (UNITS.index(unit), AREAS.index(area)) for unit in units for area in unit.covers
    ]  # fmt: skip
    unit, area = np.array(pairs).T
    return Posts(unit, area)


def return_status(generator: np.random.Generator, posts: Posts) -> Array:
    """The state of each return that is not nil: nil follows from what happened."""
    drawn = generator.random((len(posts), MONTHS))
    rains = np.isin((MONTH.astype(int) % 12) + 1, (7, 8, 9))
    status = np.where(drawn < _NOT_SUBMITTED_SHARE, NOT_SUBMITTED, SUBMITTED)
    cut_off = (drawn > 1 - _NO_ACCESS_SHARE * 3) & rains
    status[cut_off] = NO_ACCESS
    codes = np.array([unit.code for unit in posts.units])
    silent = posts.area == AREAS.index(effects.SILENT_AREA)
    status[silent, month_number(effects.SILENT_FROM) :] = NOT_SUBMITTED
    closed = posts.area == AREAS.index(effects.CLOSED_AREA)
    status[closed, month_number(effects.CLOSED_FROM) :] = NO_ACCESS
    status[codes == effects.LATE_UNIT, month_number(effects.LATE_MONTH)] = NOT_SUBMITTED
    for row, unit in enumerate(posts.units):
        status[row, : max(month_number(unit.valid_from), 0)] = NOT_DUE
    return status


def open_days(posts: Posts, status: Array) -> Array:
    """1 for days from which rows came, by post and day."""
    sent = (status == SUBMITTED)[:, MONTH_OF_DAY].astype(float)
    closed = posts.area == AREAS.index(effects.CLOSED_AREA)
    last_open = day_number(effects.CLOSED_FROM)
    month = month_days(month_number(effects.CLOSED_FROM))
    sent[closed, month.start : last_open] = 1.0
    return sent


def _usual(generator: np.random.Generator, posts: Posts) -> Array:
    """Weights by post and day: unit, area, weekday, season, growth, over-dispersion."""
    kind = np.array([_WEIGHT_OF_KIND[unit.kind] for unit in posts.units])
    weekday = np.array([1.1, 1.1, 1.1, 1.0, 1.0, 0.9, 0.7])[(DAY.astype(int) + 3) % 7]
    season = 1 - 0.2 * np.isin((DAY.astype("datetime64[M]").astype(int) % 12) + 1, (7, 8, 9))
    growth = 1 + 0.1 * np.arange(DAYS) / 365
    area = over_dispersion(generator, (len(AREAS),), 0.3)[posts.area]
    weights = (kind * area)[:, None] * (weekday * season * growth)[None, :]
    weights = weights * by_block(generator, len(posts), DAYS, 14, 0.35)
    for row, unit in enumerate(posts.units):
        if unit.code == effects.NIL_UNIT:
            for month in effects.NIL_MONTHS:
                weights[row, month_days(month_number(month))] = 0
    return weights


def _night_rota(generator: np.random.Generator, posts: Posts) -> Array:
    """By post and day: is the area on the night rota of these four weeks, and by how much?"""
    kind = np.array([_NIGHT_OF_KIND[unit.kind] for unit in posts.units])
    return _rota(generator)[posts.area] * kind[:, None]


def _liaison_rota(generator: np.random.Generator, posts: Posts) -> Array:
    """By post and day: is the area visited in these four weeks?"""
    visited = np.isin(AREAS, effects.LIAISON_AREAS)[:, None]
    return (_rota(generator) * visited)[posts.area]


def _rota(generator: np.random.Generator) -> Array:
    """By area and day: 1 in blocks of four weeks that are on."""
    blocks = DAYS // _ROTA_DAYS + 1
    on_duty = generator.random((len(AREAS), blocks)) < 0.55
    return np.repeat(on_duty, _ROTA_DAYS, axis=1)[:, :DAYS].astype(float)
