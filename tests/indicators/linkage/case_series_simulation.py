"""Simulated missions for the case series: areas × days with patrols and incidents, effects known.

Worlds of `case_series.md`. Counts, models, checks and grades are the product's;
many missions are counted at once, as areas of their own.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indicators.linkage.finding import EffectEstimate, Finding, MethodResult
from indicators.linkage.framework.model import Edge
from indicators.linkage.grading import Q_ASSOCIATION, GradingInputs
from indicators.linkage.methods.case_series.analysis import MODELS, fit
from indicators.linkage.methods.case_series.days import Record, by_others, calendar
from indicators.linkage.methods.case_series.method import (
    METHOD,
    PRIMARY,
    CaseSeries,
    Series,
    series_of_record,
)
from indicators.linkage.methods.case_series.reports import counts_others

Floats = NDArray[np.float64]
AREAS, FIRST, LAST = 9, date(2022, 1, 1), date(2024, 9, 30)
DAYS = (LAST - FIRST).days + 1
INCIDENTS = 1350
OTHERS_SHARE = 0.69  # of incidents that UN police do not report
CALLED_OFF = 0.05
ON_SHARE, ON_DAYS, ON_RATE = 0.55, 28, 0.3
AFTER = 14
BAD_WEEK = 1.25
OFFSPRING, OFFSPRING_DAYS = 0.4, 5.0
RUNS_AT_ONCE = 100
EDGE = Edge.model_validate(
    {
        "id": "edge",
        "from": "P2-OP-01",
        "to": "P2-OC-07",
        "expected_sign": -1,
        "why": {"en": "text", "fr": "texte"},
    }
)


@dataclass(frozen=True)
class World:
    """How patrols go and incidents happen.

    `ratio`: of rates on the 14 days after a patrol. `daily`: chance of a patrol a day, none: by
    rota. `reaction`: chance that an incident draws a patrol `answer` days later. `reporting`:
    recorded in place of each incident of UN police on the days after. `wave`, `fewer`: yearly wave
    and decline of incidents. `seasonal`: fewer patrols in the rains, more each year and where the
    rate is high. `slow_risk`: standard deviation of an area's monthly log risk, which patrols
    follow. `bursts`: self-exciting. `in_bad_weeks`: how much more often patrols go in them.
    `own_season`: of each area, as a log rate at its height; `in_own_season`: how much more often
    patrols go at its height. `fixed`: blocks of the rota change at fixed dates, on and off in turn.
    `is_wet`: the own season is four months long, with a sharp beginning and end. `quiet`: share of
    areas with a twentieth of the rate. `dispersion`: variance of weeks. `missing`: chance that the
    return of a month with more incidents than most of its area never came. `spill`: ratio next door
    on the days after, areas lying in a ring. `silence`: share that the mission's own log still
    records on the days after. `unhidden`: share of incidents that no silence reaches.
    """

    name: str
    ratio: float = 1.0
    incidents: int = INCIDENTS
    daily: float | None = None
    reaction: float = 0.0
    answer: tuple[int, int] = (1, 7)
    reporting: float = 1.0
    wave: float = 0.2
    fewer: float = 0.1
    seasonal: bool = False
    slow_risk: float = 0.0
    bursts: bool = False
    in_bad_weeks: float = 1.0
    own_season: float = 0.0
    in_own_season: float = 1.0
    fixed: bool = False
    is_wet: bool = False
    quiet: float = 0.0
    dispersion: float = 0.25
    missing: float = 0.0
    spill: float = 1.0
    silence: float = 1.0
    unhidden: float = 0.0


_PATROLS: dict[str, dict[str, Any]] = {
    "rota": {},
    "once a month": {"daily": 1 / 30},
    "once a week": {"daily": 1 / 7},
    "twice a week": {"daily": 2 / 7},
    "reaction .3": {"daily": 1 / 30, "reaction": 0.3},
    "650 incidents": {"incidents": 650},
}
NULLS = (
    *(World(name, **kind) for name, kind in _PATROLS.items() if name != "650 incidents"),
    World("daily", daily=1.0),
    World("reaction .9", daily=1 / 60, reaction=0.9),
    World("late reaction .5", daily=1 / 30, reaction=0.5, answer=(8, 14)),
    World("reporting × 1.5", reporting=1.5),
    World("season and trend", wave=0.5, fewer=0.3, seasonal=True),
    World("slow risk followed", slow_risk=0.5),
    World("bursts", bursts=True),
    World("bursts, reaction .5", bursts=True, daily=1 / 30, reaction=0.5),
    World("bad weeks shunned", in_bad_weeks=0.3),
    World("bad weeks sought", in_bad_weeks=3.0),
    World("own season shunned", daily=1 / 15, own_season=0.6, in_own_season=0.35),
    World("own season much shunned", daily=1 / 15, own_season=0.8, in_own_season=0.25),
    World("own wet months shunned", daily=1 / 15, own_season=0.8, in_own_season=0.25, is_wet=True),
    World("fixed rota", fixed=True),
)
PLANTED = tuple(
    World(f"{ratio}, {name}", ratio=ratio, **kind)
    for ratio in (0.72, 0.85)
    for name, kind in _PATROLS.items()
)
STRONG = (
    World("0.5, rota", ratio=0.5),
    World("0.5, fixed rota", ratio=0.5, fixed=True),
    World("0.72, fixed rota", ratio=0.72, fixed=True),
    World("0.72, own season", ratio=0.72, daily=1 / 15, own_season=0.6, in_own_season=0.35),
)
_ONCE = 1 / 15
TEN_NULLS = (
    World("ten: drifting risk", slow_risk=0.5),
    World("ten: area seasons", daily=_ONCE, own_season=0.8, in_own_season=0.25),
    World("ten: reaction", daily=1 / 30, reaction=0.5),
    World("ten: reporting by presence", reporting=1.5),
    World("ten: overdispersion", dispersion=1.0),
    World("ten: zeros", quiet=0.5),
    World("ten: missing returns after violence", missing=0.5),
    World("ten: spill-over", spill=1.3),
    World("ten: shared season", wave=0.5, fewer=0.3, seasonal=True),
    World("ten: rota", fixed=True),
)
# The mission's own log is thinned by a third on the days after; a quarter of incidents is not.
SILENT = World("silence after patrols", silence=2 / 3, unhidden=0.25)
CORROBORATED = World("0.72, a quarter hard to hide", ratio=0.72, unhidden=0.25)
HALVED = World("0.5, a quarter hard to hide", ratio=0.5, unhidden=0.25)
FURTHER = (*TEN_NULLS, SILENT, replace(SILENT, name="silence, no source", unhidden=0.0))
FURTHER = (*FURTHER, CORROBORATED, HALVED)
WORLDS = {world.name: world for world in (*NULLS, *PLANTED, *STRONG, *FURTHER)}


@dataclass(frozen=True)
class Missions:
    """Runs × areas × days: patrol or none, incidents, and those that police do not report."""

    acted: NDArray[np.bool_]
    incidents: NDArray[np.int64]
    independent: NDArray[np.int64]
    unhidden: NDArray[np.int64]
    sent: NDArray[np.bool_]


def draw(world: World, runs: int, generator: np.random.Generator) -> Missions:
    """Missions of a world, day by day, as patrols answer incidents and incidents patrols."""
    rate, chance = _rates(world, runs, generator)
    size = (runs, AREAS, DAYS)
    room = max(world.answer[1], 1) + 1
    acted = np.zeros((runs, AREAS, DAYS + room), dtype=bool)
    acted[..., :DAYS] = generator.random(size) < chance * (1 - CALLED_OFF)
    offspring = np.zeros((runs, AREAS, DAYS + 1))  # expected of what happened before
    incidents, independent = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    unhidden = np.zeros(size, dtype=np.int64)
    last = np.full((runs, AREAS), -AFTER - 1)
    for day in range(DAYS):
        exposed = day - last <= AFTER
        happens = rate[..., day] * (1 - OFFSPRING * world.bursts) + offspring[..., day]
        expected = happens * np.where(exposed, world.ratio, 1.0)
        if world.spill != 1:
            near = np.roll(exposed, 1, axis=1) | np.roll(exposed, -1, axis=1)
            expected = expected * np.where(near, world.spill, 1.0)
        if world.unhidden:
            unhidden[..., day] = generator.poisson(expected * world.unhidden)
        if world.silence != 1 or world.unhidden:
            expected = expected * (1 - world.unhidden) * np.where(exposed, world.silence, 1.0)
        others = generator.poisson(expected * OTHERS_SHARE)
        recorded = np.where(exposed, world.reporting, 1.0)
        own = generator.poisson(expected * (1 - OTHERS_SHARE) * recorded)
        independent[..., day] = others + unhidden[..., day]
        incidents[..., day] = independent[..., day] + own
        if world.bursts:
            # Delays are geometric: of what is due, the same share each day.
            later = offspring[..., day] * (1 - 1 / OFFSPRING_DAYS)
            offspring[..., day + 1] = later + incidents[..., day] * OFFSPRING / OFFSPRING_DAYS
        if world.reaction:
            _answer(world, acted, incidents[..., day], day, generator)
        last[acted[..., day]] = day
    sent = np.ones(size, dtype=bool)
    if world.missing:
        month = calendar(FIRST, DAYS)[0] - calendar(FIRST, 1)[0][0]
        begins = np.flatnonzero(np.r_[True, np.diff(month) > 0])
        counts = np.add.reduceat(incidents, begins, axis=-1)
        is_high = counts > np.quantile(counts, 0.7, axis=-1, keepdims=True)
        is_lost = is_high & (generator.random(counts.shape) < world.missing)
        sent = ~is_lost[..., month]
    return Missions(acted[..., :DAYS], incidents, independent, unhidden, sent)


def _rates(world: World, runs: int, generator: np.random.Generator) -> tuple[Floats, Floats]:
    """Expected incidents without patrols, and the chance of a patrol, by run, area and day."""
    day = np.arange(DAYS)
    years = day / 365.25
    season = np.sin(2 * np.pi * (years + generator.random((runs, 1, 1))))
    common = (1 + world.wave * season) * (1 - world.fewer) ** years
    common /= common.mean(axis=-1, keepdims=True)
    level = generator.gamma(2, 1 / 2, (runs, AREAS, 1))
    shape = 1 / world.dispersion
    weeks = generator.gamma(shape, 1 / shape, (runs, AREAS, DAYS // 7 + 1))[..., day // 7]
    if world.quiet:
        level = level * np.where(np.arange(AREAS) < world.quiet * AREAS, 0.05, 1.0)[:, None]
        level = level / level.mean(axis=1, keepdims=True)
    rate = world.incidents / (AREAS * DAYS) * level * common * weeks
    if world.daily is None:
        chance = np.where(_on(world, runs, generator)[..., day // ON_DAYS], ON_RATE, 0.0)
    else:
        chance = np.full(rate.shape, world.daily)
    if world.seasonal:
        chance = chance * np.where(season < -0.5, 0.5, 1.0) * 1.3**years * np.sqrt(level)
    if world.slow_risk:
        risk = _slow_risk(world.slow_risk, runs, generator)[..., np.minimum(day // 30, 33)]
        rate, chance = rate * np.exp(risk - world.slow_risk**2 / 2), chance * np.exp(risk)
    chance = chance * np.where(weeks > BAD_WEEK, world.in_bad_weeks, 1.0)
    if world.own_season:
        own = np.sin(2 * np.pi * (years + generator.random((runs, AREAS, 1))))
        height = np.where(own > 0.5, 1.0, 0.0) if world.is_wet else own
        rate = rate * np.exp(world.own_season * height)
        rate *= world.incidents / rate.sum(axis=(1, 2), keepdims=True)
        chance = chance * world.in_own_season ** (own > 0.5 if world.is_wet else own)
    return rate, np.minimum(chance, 1.0)


def _on(world: World, runs: int, generator: np.random.Generator) -> NDArray[np.bool_]:
    """By run, area and block of the rota."""
    drawn = generator.random((runs, AREAS, DAYS // ON_DAYS + 1))
    if world.fixed:
        return (np.arange(drawn.shape[-1]) + (drawn[..., :1] < 0.5)) % 2 == 0
    return drawn < ON_SHARE


def _slow_risk(spread: float, runs: int, generator: np.random.Generator) -> Floats:
    risk = generator.normal(0, spread, (runs, AREAS, 34))
    for month in range(1, risk.shape[-1]):
        risk[..., month] = 0.7 * risk[..., month - 1] + np.sqrt(1 - 0.49) * risk[..., month]
    return risk


def _answer(
    world: World,
    acted: NDArray[np.bool_],
    incidents: NDArray[np.int64],
    day: int,
    generator: np.random.Generator,
) -> None:
    run, area = np.nonzero(incidents)
    many = generator.binomial(incidents[run, area], world.reaction * (1 - CALLED_OFF))
    run, area = np.repeat(run, many), np.repeat(area, many)
    first, last = world.answer
    later = generator.integers(first, last + 1, run.size)
    acted[run, area, np.minimum(day + later, acted.shape[-1] - 1)] = True


def record_of(
    acted: NDArray[np.bool_],
    incidents: NDArray[Any],
    independent: NDArray[Any],
    known: NDArray[np.bool_] | None = None,
) -> Record:
    """Areas × days of one mission, all returns received but those of incidents not `known`."""
    sent = dict.fromkeys(("activities", "incidents"), np.ones((AREAS, DAYS), dtype=bool))
    if known is not None:
        sent["incidents"] = known
    areas = tuple(f"A{number}" for number in range(AREAS))
    return Record(areas, *calendar(FIRST, DAYS), acted, incidents, independent, sent, sent)


def series_of(missions: Missions) -> Iterator[Series]:
    """Each mission as the product counts it; rows of single areas are not looked at."""
    parts = (missions.acted, missions.incidents, missions.independent, missions.sent)
    for unhidden, own in zip(missions.unhidden, zip(*parts, strict=True), strict=True):
        hard = unhidden if unhidden.any() else None
        yield series_of_record(record_of(*own), is_protected=True, unhidden=hard)


def findings(name: str, first: int, runs: int, seed: int, with_checks: int) -> list[MethodResult]:
    """What the product finds in runs of a world from number `first` on, its primary finding first.

    Checks and windows only in runs before `with_checks`, and where p < .10: without, the grade is D
    whatever they say.
    """
    generator = np.random.default_rng([seed, list(WORLDS).index(name), first])
    found = []
    for run, series in enumerate(series_of(draw(WORLDS[name], runs, generator)), first):
        alone = primary_alone(series)
        p_value = alone.effect.p_value
        if run < with_checks and p_value is not None and p_value < Q_ASSOCIATION:
            result = CaseSeries().evidence(series, EDGE)
            if result.findings[0].effect.p_value != p_value:
                raise AssertionError("the primary model is another one")
            found.append(result)
        else:
            found.append(MethodResult((alone,)))
    return found


def primary_alone(series: Series) -> Finding:
    """The primary finding without checks and windows; what it says of its grade is not known."""
    is_others = counts_others(series.days, is_named=False)
    model = fit(by_others(series.days) if is_others else series.days, MODELS["primary"])
    reason = model.unfit_for_a_grade
    effect = EffectEstimate(METHOD, PRIMARY, 0, reason=reason, n_eff=model.information)
    if not reason:
        post = model.terms[0]
        effect = replace(
            effect,
            estimate=post.estimate,
            ci_low=post.ci_low,
            ci_high=post.ci_high,
            p_value=post.p_value,
        )
    inputs = GradingInputs("case_series", None, reason=reason)
    return Finding(effect, inputs, contrast="case_series", scale="log_ratio")
