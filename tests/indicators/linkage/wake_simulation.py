"""Simulated events with known effects for wake analysis: generators N1–N5, P1, P2 of README §3.2.

Many runs are counted at once: each run's events lie years apart from those of the next, so that
nothing of one run falls into a window of another.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from indicators.linkage.grading import grade
from indicators.linkage.methods.wake.evidence import grading_inputs_of
from indicators.linkage.wake.counts.grid import KM_PER_DEGREE
from indicators.linkage.wake.counts.rings import rings
from indicators.linkage.wake.events import Events
from indicators.linkage.wake.inference.intervals import figures
from indicators.linkage.wake.matching.strata import Matching, match_variables, match_wakes
from indicators.linkage.wake.product import PLACEBO_DAYS, fake_figures, moved, window_rows
from indicators.linkage.wake.request import WakeRequest, checked_request
from indicators.linkage.wake.wakes import MoreCounts, Wakes, complete_wakes

Floats = NDArray[np.float64]
EVENTS, TREATED, DAYS = 250, 100, 900
FIRST_DAY, LAST_DAY = 45, 855
DEGREES, CROWDED_DEGREES = 8.0, 1.2
MIDDLE_LONGITUDE = 20.0
DAY = 86_400_000_000
DAYS_BETWEEN_RUNS = 2000
RUNS_AT_ONCE = 50
OF_OTHER_KIND = 0.5  # incidents after an activity of another kind
OWN_SHARE = 0.2  # of incidents that patrols report themselves, where nothing else is planted


@dataclass(frozen=True)
class Scenario:
    """What is planted: `extra` incidents a treatment, selection by risk, crowding, traps.

    `rate`: incidents beside those of the generator; few of them try the errors hard. `beside`:
    activities of another kind, each followed by OF_OTHER_KIND incidents; `joined`: which share of
    them goes where and when a treatment does.
    """

    name: str
    follows_risk: bool = True
    degrees: float = DEGREES
    extra: float = 0.0
    after_spike: bool = False
    reporting: bool = False
    rate: float = 1.0
    other_activities: int = 0
    joined: float = 0.0

    def truth(self, days: float) -> float:
        """The effect in a window of so many whole days: extra incidents fall on day 1 to 14."""
        return self.extra * min(days, 13) / 13 if days < 14 else self.extra


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("N1", follows_risk=False),
        Scenario("N2"),
        Scenario("N4", degrees=CROWDED_DEGREES),
        Scenario("P1", extra=0.5),
        Scenario("P2", extra=0.25),
        Scenario("N3", after_spike=True),
        Scenario("N5", follows_risk=False, reporting=True),
        Scenario("K2", other_activities=100),
        Scenario("K4", degrees=CROWDED_DEGREES, other_activities=100),
        Scenario("KP", extra=0.5, other_activities=100),
        Scenario("KT", other_activities=100, joined=0.6),
    )
}
TRAPS = ("N3", "N5", "KT")
REQUEST = checked_request(
    t_window=(7, 14, 7),
    spat_window=(10, 20, 10),
    treatment=("type", "patrol"),
    control=("type", "no_patrol"),
    dependent=("type", "incident"),
    match_columns=("risk",),
)


@dataclass(frozen=True)
class Drawn:
    """Events of some runs; which rows are incidents reported by patrols, and of another kind."""

    events: Events
    own_reports: NDArray[np.bool_]
    other_activities: NDArray[np.bool_] | None = None


Block = tuple[int, int, Drawn]  # number of the first run, how many, their events


def draw(scenario: Scenario, runs: int, generator: np.random.Generator) -> Drawn:
    """`runs` runs of a scenario, one after the other in time."""
    size = (runs, EVENTS)
    risk = generator.random(size)
    latitude = (generator.random(size) - 0.5) * scenario.degrees
    longitude = MIDDLE_LONGITUDE + (generator.random(size) - 0.5) * scenario.degrees
    day = FIRST_DAY + generator.random(size) * (LAST_DAY - FIRST_DAY)
    day += np.arange(runs)[:, None] * DAYS_BETWEEN_RUNS
    score = generator.logistic(size=size) + (2 * risk if scenario.follows_risk else 0)
    treated = np.zeros(size, dtype=bool)
    np.put_along_axis(treated, np.argsort(-score, axis=1)[:, :TREATED], True, axis=1)
    place = [values.ravel() for values in (latitude, longitude, day)]
    streams = list(_incidents(scenario, generator, risk.ravel(), treated.ravel()))
    if scenario.other_activities:
        others = _other_kind(scenario, generator, latitude, longitude, day, treated)
        first = place[0].size
        place = [np.concatenate(pair) for pair in zip(place, others, strict=True)]
        count = generator.poisson(OF_OTHER_KIND, others[0].size)
        at, *rest = _beside(generator, np.ones(others[0].size, dtype=bool), count, 1, 14)
        streams.append((first + at, *rest))
    at, km, later, own = (np.concatenate(parts) for parts in zip(*streams, strict=True))
    angle = generator.random(at.size) * 2 * np.pi
    north, east = km * np.cos(angle) / KM_PER_DEGREE, km * np.sin(angle) / KM_PER_DEGREE
    near = np.cos(np.radians(place[0][at]))
    return _sorted(
        np.concatenate([place[0], place[0][at] + north]),
        np.concatenate([place[1], place[1][at] + east / near]),
        np.concatenate([place[2], place[2][at] + later]),
        treated.ravel(),
        {
            "risk": risk.ravel(),
            "run": np.repeat(np.arange(runs, dtype=float), EVENTS),
            "sector": 2.0 * (latitude.ravel() > 0) + (longitude.ravel() > MIDDLE_LONGITUDE),
        },
        own,
    )


def _other_kind(
    scenario: Scenario,
    generator: np.random.Generator,
    latitude: Floats,
    longitude: Floats,
    day: Floats,
    treated: NDArray[np.bool_],
) -> tuple[Floats, Floats, Floats]:
    """Places and days of activities of another kind: anywhere, or near treatments of their own."""
    runs = len(day)
    size = (runs, scenario.other_activities)
    anywhere = [(generator.random(size) - 0.5) * scenario.degrees for _ in range(2)]
    anywhere[1] += MIDDLE_LONGITUDE
    when = FIRST_DAY + generator.random(size) * (LAST_DAY - FIRST_DAY)
    when += np.arange(runs)[:, None] * DAYS_BETWEEN_RUNS
    near = np.argsort(~treated, axis=1, kind="stable")[
        :, : round(scenario.joined * scenario.other_activities)
    ]
    for own, joined, reach in zip(
        (*anywhere, when), (latitude, longitude, day), (0.02, 0.02, 2.0), strict=True
    ):
        other_activities = np.take_along_axis(joined, near, axis=1)
        own[:, : near.shape[1]] = other_activities + generator.uniform(-reach, reach, near.shape)
    return anywhere[0].ravel(), anywhere[1].ravel(), when.ravel()


def _incidents(
    scenario: Scenario, generator: np.random.Generator, risk: Floats, treated: NDArray[np.bool_]
) -> Iterator[tuple[NDArray[np.int64], Floats, Floats, NDArray[np.bool_]]]:
    """Of each incident: its event, distance (km), days later, reported by patrols."""
    at = np.repeat(np.arange(risk.size), generator.poisson(scenario.rate * (6 + 14 * risk)))
    later = generator.uniform(-35, 35, at.size)
    own = generator.random(at.size) < OWN_SHARE
    kept = np.ones(at.size, dtype=bool)
    if scenario.reporting:
        chance = generator.random(at.size)
        more = treated[at] & (later > 0) & (later <= 14) & (chance >= 0.5) & (chance < 0.7)
        kept, own = (chance < 0.5) | more, own | more
    yield at[kept], _distance(generator, at.size, 25)[kept], later[kept], own[kept]
    if scenario.extra:
        yield _beside(generator, treated, generator.poisson(scenario.extra, risk.size), 1, 14)
    if scenario.after_spike:
        yield _beside(generator, treated, 1 + generator.poisson(1, risk.size), -7, -0.05)


def _beside(
    generator: np.random.Generator,
    treated: NDArray[np.bool_],
    count: NDArray[np.int64],
    first: float,
    last: float,
) -> tuple[NDArray[np.int64], Floats, Floats, NDArray[np.bool_]]:
    """Incidents within 10 km of treatments, from `first` to `last` days after."""
    at = np.repeat(np.arange(treated.size), np.where(treated, count, 0))
    own = generator.random(at.size) < OWN_SHARE
    return at, _distance(generator, at.size, 10), generator.uniform(first, last, at.size), own


def _distance(generator: np.random.Generator, size: int, km: float) -> Floats:
    """Uniform in a disc."""
    return km * np.sqrt(generator.random(size))


def _sorted(
    latitude: Floats,
    longitude: Floats,
    day: Floats,
    treated: NDArray[np.bool_],
    covariates: Mapping[str, Floats],
    own: NDArray[np.bool_],
) -> Drawn:
    """Rows: treatments and controls, activities of another kind, incidents (as many as `own`)."""
    moment = np.round(day * DAY).astype(np.int64)
    order = np.argsort(moment, kind="stable")
    row = np.arange(moment.size)
    is_dependent = row >= moment.size - own.size

    def with_incidents(values: NDArray[np.generic], fill: float) -> NDArray[np.generic]:
        rest = np.full(moment.size - treated.size, fill, dtype=values.dtype)
        return np.concatenate([values, rest])[order]

    events = Events(
        moment[order],
        latitude[order],
        longitude[order],
        with_incidents(treated, False),
        with_incidents(~treated, False),
        is_dependent[order],
        {name: with_incidents(values, np.nan) for name, values in covariates.items()},
    )
    own_rows = np.concatenate([np.zeros(moment.size - own.size, dtype=bool), own])[order]
    is_beside = (row >= treated.size) & ~is_dependent
    return Drawn(events, own_rows, is_beside[order])


Windows = list[tuple[Wakes, Matching]]


def windows_by_run(
    events: Events, runs: int, request: WakeRequest, more: MoreCounts | None = None
) -> list[Windows]:
    """For each run its windows, the widest last, and how they match."""
    variables = match_variables(request.match_columns, request.match_overlap)
    found: list[Windows] = [[] for _ in range(runs)]
    for wakes in complete_wakes(events, request, more):
        for number in range(runs):
            one = wakes.keep(wakes.covariates["run"] == number)
            found[number].append((one, match_wakes(one, variables)))
    return found


def blocks(name: str, runs: int, seed: int) -> Iterator[Block]:
    """The runs of a scenario, some at once."""
    for first in range(0, runs, RUNS_AT_ONCE):
        count = min(RUNS_AT_ONCE, runs - first)
        seeds = [seed, list(SCENARIOS).index(name), first]
        yield first, count, draw(SCENARIOS[name], count, np.random.default_rng(seeds))


def simulate(name: str, runs: int, seed: int, request: WakeRequest = REQUEST) -> pd.DataFrame:
    """One row a run and window: the figures that product mode shows, and the planted truth."""
    found = figures_of_blocks(blocks(name, runs, seed), seed, request)
    return found.assign(truth=found["t_window"].map(SCENARIOS[name].truth))


def graded(name: str, runs: int, seed: int, request: WakeRequest = REQUEST) -> pd.DataFrame:
    """One row a run and window: everything that product mode shows, and the grade of it."""
    return grades_of_blocks(blocks(name, runs, seed), seed, request)


def figures_of_blocks(found: Iterable[Block], seed: int, request: WakeRequest) -> pd.DataFrame:
    """One row a run and window: the figures that product mode shows."""
    rows = []
    for first, count, drawn in found:
        for number, windows in enumerate(windows_by_run(drawn.events, count, request), first):
            one = replace(request, seed=seed + number)
            rows += [{"run": number} | row for row in _figure_rows(windows, one)]
    return pd.DataFrame(rows)


def grades_of_blocks(found: Iterable[Block], seed: int, request: WakeRequest) -> pd.DataFrame:
    """One row a run and window: everything that product mode shows, and the grade of it."""
    rows = []
    for first, count, drawn in found:
        more = rings(drawn.events, request, drawn.own_reports, drawn.other_activities)
        fakes = {
            days: windows_by_run(moved(drawn.events, days), count, request) for days in PLACEBO_DAYS
        }
        for at, windows in enumerate(windows_by_run(drawn.events, count, request, more)):
            one = replace(request, seed=seed + first + at)
            of_run = window_rows(windows, one)
            for days in PLACEBO_DAYS:
                for row, (wakes, matching) in zip(of_run, fakes[days][at], strict=True):
                    row[f"fake_{days}_p"] = fake_figures(wakes, matching, request).p_value
            rows += [{"run": first + at, **row} for row in _with_grades(of_run, windows, one)]
    return pd.DataFrame(rows)


def _with_grades(
    rows: list[dict[str, Any]], windows: Windows, request: WakeRequest
) -> Iterator[dict[str, Any]]:
    signs = [float(np.sign(row["estimate"])) for row in rows if row["estimate"]]
    for row, (wakes, _) in zip(rows, windows, strict=True):
        evidence = replace(grading_inputs_of(row, signs, wakes, request), q_value=row["q_value"])
        found = grade(evidence)
        yield row | {"grade": found.letter, "grade_reasons": found.reasons}


def _figure_rows(windows: Windows, request: WakeRequest) -> list[dict[str, Any]]:
    return [
        {"t_window": wakes.time, "spat_window": wakes.radius}
        | vars(
            figures(
                wakes,
                matching,
                request.formula,
                request.alpha,
                request.permutations,
                request.seed,
            )
        )
        for wakes, matching in windows
    ]
