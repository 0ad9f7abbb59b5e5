"""Simulated events with known effects for wake analysis: generators N1–N5, P1, P2 of README §3.2.

Many runs are counted at once: each run's events lie years apart from those of the next, so that
nothing of one run falls into a window of another.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from indicators.linkage.wake.events import Events
from indicators.linkage.wake.grid import KM_PER_DEGREE
from indicators.linkage.wake.inference import figures
from indicators.linkage.wake.matching import Matching, match_variables, match_wakes
from indicators.linkage.wake.product import window_rows
from indicators.linkage.wake.request import WakeRequest, checked_request
from indicators.linkage.wake.surroundings import surroundings
from indicators.linkage.wake.wakes import Wakes, complete_wakes

Floats = NDArray[np.float64]
EVENTS, TREATED, DAYS = 250, 100, 900
FIRST_DAY, LAST_DAY = 45, 855
DEGREES, CROWDED_DEGREES = 8.0, 1.2
DAY = 86_400_000_000
DAYS_BETWEEN_RUNS = 2000
RUNS_AT_ONCE = 50
OWN_SHARE = 0.2  # of incidents that patrols report themselves, where nothing else is planted
PERMUTATIONS = 499


@dataclass(frozen=True)
class Scenario:
    """What is planted: `extra` incidents a treatment, selection by risk, crowding, traps."""

    name: str
    follows_risk: bool = True
    degrees: float = DEGREES
    extra: float = 0.0
    after_spike: bool = False
    reporting: bool = False

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
    )
}
TRAPS = ("N3", "N5")
REQUEST = checked_request(
    t_window=(7, 14, 7),
    spat_window=(10, 20, 10),
    treatment=("type", "patrol"),
    control=("type", "no_patrol"),
    dependent=("type", "incident"),
    match_columns=("risk",),
    t_unit="days",
    estimation="lm",
    formula=None,
    weighted=None,
    estimation_controls=(),
    tcm=False,
    delete_sutva=False,
    alpha1=0.05,
    match_default=True,
    mode="product",
    permutations=PERMUTATIONS,
    seed=0,
)


@dataclass(frozen=True)
class Drawn:
    """Events of some runs, and which rows are incidents reported by patrols."""

    events: Events
    own_reports: NDArray[np.bool_]

    def run_of(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        return self.events.microseconds[rows] // (DAYS_BETWEEN_RUNS * DAY)


def draw(scenario: Scenario, runs: int, generator: np.random.Generator) -> Drawn:
    """`runs` runs of a scenario, one after the other in time."""
    size = (runs, EVENTS)
    risk = generator.random(size)
    latitude = (generator.random(size) - 0.5) * scenario.degrees
    longitude = 20 + (generator.random(size) - 0.5) * scenario.degrees
    day = FIRST_DAY + generator.random(size) * (LAST_DAY - FIRST_DAY)
    day += np.arange(runs)[:, None] * DAYS_BETWEEN_RUNS
    score = generator.logistic(size=size) + (2 * risk if scenario.follows_risk else 0)
    treated = np.zeros(size, dtype=bool)
    np.put_along_axis(treated, np.argsort(-score, axis=1)[:, :TREATED], True, axis=1)
    place = [values.ravel() for values in (latitude, longitude, day)]
    streams = list(_incidents(scenario, generator, risk.ravel(), treated.ravel()))
    at, km, later, own = (np.concatenate(parts) for parts in zip(*streams, strict=True))
    angle = generator.random(at.size) * 2 * np.pi
    north, east = km * np.cos(angle) / KM_PER_DEGREE, km * np.sin(angle) / KM_PER_DEGREE
    near = np.cos(np.radians(place[0][at]))
    return _sorted(
        np.concatenate([place[0], place[0][at] + north]),
        np.concatenate([place[1], place[1][at] + east / near]),
        np.concatenate([place[2], place[2][at] + later]),
        treated.ravel(),
        risk.ravel(),
        own,
    )


def _incidents(
    scenario: Scenario, generator: np.random.Generator, risk: Floats, treated: NDArray[np.bool_]
) -> Iterator[tuple[NDArray[np.int64], Floats, Floats, NDArray[np.bool_]]]:
    """Of each incident: its event, distance (km), days later, reported by patrols."""
    at = np.repeat(np.arange(risk.size), generator.poisson(6 + 14 * risk))
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
    risk: Floats,
    own: NDArray[np.bool_],
) -> Drawn:
    moment = np.round(day * DAY).astype(np.int64)
    order = np.argsort(moment, kind="stable")
    is_event = np.arange(moment.size) < treated.size

    def with_incidents(values: NDArray[np.generic], fill: float) -> NDArray[np.generic]:
        rest = np.full(moment.size - treated.size, fill, dtype=values.dtype)
        return np.concatenate([values, rest])[order]

    events = Events(
        moment[order],
        latitude[order],
        longitude[order],
        with_incidents(treated, False),
        with_incidents(~treated, False),
        ~is_event[order],
        {"risk": with_incidents(risk, np.nan)},
    )
    own_rows = np.concatenate([np.zeros(treated.size, dtype=bool), own])[order]
    return Drawn(events, own_rows)


def windows_by_run(
    drawn: Drawn, runs: int, request: WakeRequest, with_checks: bool
) -> list[list[tuple[Wakes, Matching]]]:
    """For each run its windows, the widest last, and how they match."""
    more = surroundings(drawn.events, request, drawn.own_reports) if with_checks else None
    variables = match_variables(request.match_columns, request.match_overlap)
    found: list[list[tuple[Wakes, Matching]]] = [[] for _ in range(runs)]
    for wakes in complete_wakes(drawn.events, request, more):
        run = drawn.run_of(wakes.event)
        for number in range(runs):
            one = wakes.keep(run == number)
            found[number].append((one, match_wakes(one, variables)))
    return found


def simulate(
    name: str, runs: int, seed: int, *, with_checks: bool = False, request: WakeRequest = REQUEST
) -> pd.DataFrame:
    """One row a run and window: figures, and with `with_checks` all that product mode shows."""
    scenario = SCENARIOS[name]
    rows = []
    for first in range(0, runs, RUNS_AT_ONCE):
        count = min(RUNS_AT_ONCE, runs - first)
        seeds = [seed, list(SCENARIOS).index(name), first]
        drawn = draw(scenario, count, np.random.default_rng(seeds))
        for number, windows in enumerate(windows_by_run(drawn, count, request, with_checks), first):
            one = replace(request, seed=seed + number)
            of_run = window_rows(windows, one) if with_checks else _figure_rows(windows, one)
            rows += [
                {"run": number, "truth": scenario.truth(row["t_window"])} | row for row in of_run
            ]
    return pd.DataFrame(rows)


def _figure_rows(
    windows: list[tuple[Wakes, Matching]], request: WakeRequest
) -> list[dict[str, Any]]:
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
