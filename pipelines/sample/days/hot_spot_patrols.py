"""Violence outside sites and the patrols to hot spots that answer it, drawn together day by day."""

import numpy as np

from pipelines.sample import effects
from pipelines.sample.country import AREAS, DAYS
from pipelines.sample.days.presence import (
    Presence,
    draw_presence,
    open_days,
    reported_days,
    with_hot_spot_patrols,
)
from pipelines.sample.draws import Array, Stream, stream
from pipelines.sample.tables.incidents import OUTSIDE_SHARE, area_rates

_USUAL_ACTIVITIES = 22_000  # at which the routine is what `effects` says
_DAYS_A_MONTH = 30.4
_MEAN_FACTOR = 0.85  # of the rate, patrols being where they are


def draw_days(seed: int, activities: int, incidents: int) -> tuple[Presence, Array]:
    """Presence with its patrols to hot spots, and violence outside sites by area and day."""
    presence = draw_presence(seed, activities)
    draw = stream(seed, "hot spots")
    patrolled = np.array([unit.kind in ("FPU", "IPO") for unit in presence.posts.units])[:, None]
    open_posts = open_days(presence.posts, presence.return_status["activities"]) * patrolled
    routine = effects.HOT_SPOT_ROUTINE_A_MONTH / _DAYS_A_MONTH * activities / _USUAL_ACTIVITIES
    weights = area_rates(stream(seed, "risk"), presence) * reported_days(presence, "incidents")
    weights = weights * draw.by_block(len(AREAS), DAYS, 7, 0.5)
    rates = weights / weights.sum() * incidents * OUTSIDE_SHARE / _MEAN_FACTOR
    is_open = np.zeros((len(AREAS), DAYS))
    np.maximum.at(is_open, presence.posts.area, open_posts)
    patrols, violence = _day_by_day(draw, rates, routine * is_open)
    by_post = _by_post(draw, presence, open_posts, patrols * (is_open > 0))
    return with_hot_spot_patrols(presence, draw, by_post), violence


def _day_by_day(draw: Stream, rates: Array, routine: Array) -> tuple[Array, Array]:
    """Patrols and incidents by area and day: each day looks at what was there before it."""
    patrols = draw.poisson(routine)
    incidents = np.zeros_like(patrols)
    first, last = effects.HOT_SPOT_ANSWER_DAYS
    for day in range(DAYS):
        exposed = patrols[:, max(day - effects.DAYS_AFTER, 0) : day].any(axis=1)
        factor = np.where(exposed, effects.HOT_SPOT_FACTOR, 1.0)
        incidents[:, day] = draw.poisson(rates[:, day] * factor)
        answered = draw.binomial(incidents[:, day], effects.HOT_SPOT_ANSWERED_SHARE)
        area = np.repeat(np.arange(len(AREAS)), answered)
        when = day + draw.integers(first, last + 1, area.size)
        np.add.at(patrols, (area[when < DAYS], when[when < DAYS]), 1)
    return patrols, incidents


def _by_post(draw: Stream, presence: Presence, is_open: Array, patrols: Array) -> Array:
    """Each patrol of an area by one of the units that report there."""
    counts = np.zeros(is_open.shape, dtype=int)
    area, day = np.nonzero(patrols)
    chance = draw.random((len(presence.posts), area.size))
    chance *= is_open[:, day] * (presence.posts.area[:, None] == area)
    np.add.at(counts, (chance.argmax(axis=0), day), patrols[area, day])
    return counts
