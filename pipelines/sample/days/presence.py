"""Who was to report from where, what came, how much each post did, and what was planned."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
import pyarrow as pa

from pipelines.sample import effects
from pipelines.sample.country import AREA_CODES, AREAS, DAYS, MONTHS, STARTS_ON, UNITS, Unit
from pipelines.sample.draws import Array, Stream, recent, stream
from pipelines.sample.facts import facts
from pipelines.sample.rows import looked_up, numbered, rows_of, with_columns

SUBMITTED, NOT_SUBMITTED, NO_ACCESS, NOT_DUE = range(4)
DAY = np.datetime64(STARTS_ON, "D") + np.arange(DAYS)
MONTH = np.datetime64(STARTS_ON, "M") + np.arange(MONTHS)
MONTH_OF_DAY = (DAY.astype("datetime64[M]") - MONTH[0]).astype(int)
RAINS = (7, 8, 9)  # months of the year

_WEEKDAYS = np.array([1.1, 1.1, 1.1, 1.0, 1.0, 0.9, 0.7])  # from Monday
# Night patrols, liaison visits, meetings and day patrols, of all activities; the rest is patrols to
# hot spots and what is neither.
_SHARES = (0.127, 0.073, 0.027, 0.368)
_CODES = facts("codes")["presence"]
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

    @cached_property
    def unit_code(self) -> Array:
        """The code of the unit of each post."""
        return np.array([unit.code for unit in self.units], dtype=object)

    def __len__(self) -> int:
        return len(self.unit)


@dataclass(frozen=True)
class Presence:
    """Counts by post and day, and the state of each return by source, post and month."""

    posts: Posts
    reporters: Posts  # who reports incidents and alerts: the individual officers of the sector
    return_status: dict[str, Array]  # source: (posts or reporters) × months, SUBMITTED and so on
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
        kept = ("posts", "reporters", "return_status")
        counts = [getattr(self, name) for name in self.__dataclass_fields__ if name not in kept]
        return np.sum(counts, axis=0)

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
    draw = stream(seed, "presence")
    posts, reporters = posts_of(UNITS), posts_of([unit for unit in UNITS if unit.kind == "IPO"])
    of_source = {"activities": posts, "incidents": reporters, "alerts": reporters}
    status = {source: return_status(draw, owed) for source, owed in of_source.items()}
    days = open_days(posts, status["activities"])
    unvisited = posts.area == AREAS.index(effects.UNVISITED_AREA)
    days[unvisited, day_number(effects.UNVISITED_FROM) :] = 0
    totals = draw.multinomial(activities, [*_SHARES, 1 - sum(_SHARES)])
    usual = days * _usual(draw, posts)
    by_officers = np.array([unit.kind == "IPO" for unit in posts.units])[:, None]
    by_night = np.array([_CODES["night_of_kind"][unit.kind] for unit in posts.units])[:, None]
    night = draw.spread(usual * (_rota(draw)[posts.area] * by_night), totals[0])
    visited = _rota(draw) * np.isin(AREAS, effects.LIAISON_AREAS)[:, None]
    liaison = draw.spread(days * by_officers * visited[posts.area], totals[1])
    meetings = draw.spread(usual * by_officers, totals[2])
    logged = np.where(posts.area == AREAS.index(effects.LOGGED_NOT_SEEN_AREA), 1.0, 0.0)
    day_weights = usual * (1 + (effects.LOGGED_FACTOR - 1) * logged)[:, None]
    none = np.zeros_like(night)
    return Presence(
        posts, reporters, status, *_by_completion(draw, night), *_by_completion(draw, liaison),
        *_by_completion(draw, meetings), none, none, draw.spread(day_weights, totals[3]),
        draw.spread(usual, totals[4]),
    )  # fmt: skip


def with_hot_spot_patrols(presence: Presence, draw: Stream, counts: Array) -> Presence:
    """Patrols to hot spots (by post and day) in place of as many other activities."""
    room = int(presence.others.sum())
    counts = draw.some_of(counts, room)
    others = draw.some_of(presence.others, room - int(counts.sum()))
    completed, other = _by_completion(draw, counts)
    return replace(presence, hot_spot_completed=completed, hot_spot_other=other, others=others)


def _by_completion(draw: Stream, counts: Array) -> tuple[Array, Array]:
    """Those completed, and those that were not."""
    completed = draw.binomial(counts, _COMPLETED_SHARE)
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


def month_of_year(days: Array) -> Array:
    """1 for January and so on, of days or months."""
    return days.astype("datetime64[M]").astype(int) % 12 + 1


def posts_of(units: list[Unit] | tuple[Unit, ...]) -> Posts:
    """The posts of these units: each with every area that it covers."""
    pairs = [(UNITS.index(unit), AREAS.index(area)) for unit in units for area in unit.covers]
    return Posts(*np.array(pairs).T)


def return_status(draw: Stream, posts: Posts) -> Array:
    """The state of each return that is not nil: nil follows from what happened."""
    drawn = draw.random((len(posts), MONTHS))
    status = np.where(drawn < _NOT_SUBMITTED_SHARE, NOT_SUBMITTED, SUBMITTED)
    cut_off = (drawn > 1 - _NO_ACCESS_SHARE * 3) & np.isin(month_of_year(MONTH), RAINS)
    status[cut_off] = NO_ACCESS
    silent = posts.area == AREAS.index(effects.SILENT_AREA)
    status[silent, month_number(effects.SILENT_FROM) :] = NOT_SUBMITTED
    closed = posts.area == AREAS.index(effects.CLOSED_AREA)
    status[closed, month_number(effects.CLOSED_FROM) :] = NO_ACCESS
    late = posts.unit_code == effects.LATE_UNIT
    status[late, month_number(effects.LATE_MONTH)] = NOT_SUBMITTED
    for row, unit in enumerate(posts.units):
        status[row, : max(month_number(unit.valid_from), 0)] = NOT_DUE
    return status


def open_days(posts: Posts, status: Array) -> Array:
    """1 for days from which rows came, by post and day."""
    sent = (status == SUBMITTED)[:, MONTH_OF_DAY].astype(float)
    closed = posts.area == AREAS.index(effects.CLOSED_AREA)
    month = month_days(month_number(effects.CLOSED_FROM))
    sent[closed, month.start : day_number(effects.CLOSED_FROM)] = 1.0
    return sent


def _usual(draw: Stream, posts: Posts) -> Array:
    """Weights by post and day: unit, area, weekday, season, growth, over-dispersion."""
    kind = np.array([_CODES["weight_of_kind"][unit.kind] for unit in posts.units])
    season = 1 - 0.2 * np.isin(month_of_year(DAY), RAINS)
    growth = 1 + 0.1 * np.arange(DAYS) / 365
    area = draw.over_dispersion((len(AREAS),), 0.3)[posts.area]
    weights = (kind * area)[:, None] * (_WEEKDAYS[weekday(DAY)] * season * growth)[None, :]
    weights = weights * draw.by_block(len(posts), DAYS, 14, 0.35)
    for month in effects.NIL_MONTHS:
        weights[posts.unit_code == effects.NIL_UNIT, month_days(month_number(month))] = 0
    return weights


def weekday(days: Array) -> Array:
    """0 for Monday and so on."""
    return (days.astype(int) + 3) % 7


def _rota(draw: Stream) -> Array:
    """By area and day: 1 in blocks of four weeks that are on."""
    on_duty = draw.chance(0.55, (len(AREAS), DAYS // _ROTA_DAYS + 1))
    return np.repeat(on_duty, _ROTA_DAYS, axis=1)[:, :DAYS].astype(float)


PLANNED_TYPES = ("patrol", "community_session", "host_state_dialogue", "escort")
_PLAN_SHARES = facts("shares")["activity_plan"]
_PLAN_CODES = facts("codes")["activity_plan"]


def activity_plan(presence: Presence) -> pa.Table:
    """One line for each post, month and planned type: about what its kind of unit does."""
    draw = stream(0, "plan")
    posts = presence.posts
    share = np.array([
        [0.55 if kind == "patrol" else share_of_others(unit.kind, kind) for kind in PLANNED_TYPES]
        for unit in posts.units
    ])  # fmt: skip
    month_starts = np.flatnonzero(np.diff(MONTH_OF_DAY, prepend=-1))
    usual = np.add.reduceat(presence.all_counts, month_starts, axis=1).mean(axis=1)
    planned = np.ceil(usual[:, None, None] * share[:, None, :] * np.ones((1, MONTHS, 1)))
    planned = np.maximum(1, planned + draw.integers(-1, 2, planned.shape))
    planned *= (share > 0)[:, None]
    post, month, kind = np.nonzero(planned)
    names = np.array(PLANNED_TYPES, dtype=object)[kind]
    threat = _planned_against(names)
    years = np.array([_budget_year(at) for at in range(MONTHS)])
    return rows_of(
        plan_line_code=plan_line_code(post, month, names),
        plan_version=np.ones(post.size, dtype=int),
        budget_year=years[month],
        unit_code=posts.unit_code[post],
        activity_type=names,
        area_code=AREA_CODES[posts.area[post]],
        month=MONTH.astype("datetime64[D]")[month],
        planned_quantity=planned[post, month, kind],
        quantity_unit="activity",
        outcome_code=looked_up(_PLAN_CODES["outcome_of_type"], names),
        tier=looked_up(_PLAN_CODES["tier_of_type"], names, "II"),
        phase=looked_up(_PLAN_CODES["phase_of_type"], names, "prevention"),
        threat_type=threat,
        # the fifteenth of the June before the budget year
        approved_on=np.array([f"{year[:4]}-06-15" for year in years], "datetime64[D]")[month],
    )


def _planned_against(names: Array) -> Array:
    """The threat that a line names: of patrols two in five, of other types none."""
    draw = stream(0, "threats of the plan")
    threat = draw.pick(facts("shares")["activities"]["threat_type"], names.size)
    threat[(names != "patrol") | (draw.random(names.size) > 0.4)] = None
    return threat


def plan_revisions(seed: int, plan: pa.Table) -> pa.Table:
    """Second versions of some lines from October on: another quantity, and why."""
    draw = stream(seed, "plan revisions")
    month = np.array(plan["month"]).astype("datetime64[M]")
    is_late = ~np.isin(month.astype(int) % 12, (6, 7, 8))
    changed = np.flatnonzero(is_late & draw.chance(0.08, plan.num_rows))
    rows = plan.take(pa.array(changed))
    factor = draw.pick(_PLAN_SHARES["change_factor"], changed.size).astype(float)
    rows = with_columns(
        rows,
        plan_version=np.full(changed.size, 2),
        planned_quantity=np.maximum(1, np.round(np.array(rows["planned_quantity"]) * factor)),
        approved_on=(month[changed] - 1).astype("datetime64[D]") + 14,
    )
    reasons = draw.pick(_PLAN_SHARES["change_reason"], changed.size)
    return rows.append_column("change_reason", pa.array(reasons, pa.string()))


def plan_line_code(post: Array, month: Array, kind: Array) -> Array:
    """The code of the line that plans this type at this post in this month."""
    types = np.array([PLANNED_TYPES.index(name) for name in kind])
    return numbered("PL-", month * 10_000 + post + types * 1_000_000, 8)


def share_of_others(unit_kind: str, activity_type: str) -> float:
    """The share of a type in what a kind of unit does, apart from patrols, visits and meetings."""
    types = facts("shares")["activities"]["activity_type"][unit_kind]
    return 0.42 * types.get(activity_type, 0) / sum(types.values())


def _budget_year(month: int) -> str:
    first = 2024 + month // 12 - (month % 12 < 6)
    return f"{first}/{(first + 1) % 100:02d}"
