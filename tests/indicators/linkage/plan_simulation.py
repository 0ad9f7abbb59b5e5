"""Simulated plans with known effects: areas and months, patrols done in some and not in others.

The events of a run come out of the product's own SQL (`events.py` with `controls: planned`),
so that what makes a place-time eligible is simulated too. Many runs are read at once: areas of
their own, and years between one run and the next.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from indicators.compiler.derived.functions import functions_sql
from indicators.definitions.catalogue import load_catalogue
from indicators.foundation.mart_tables import mart_ddl
from indicators.linkage.methods.panel.rows import PATROLLING_REPORTERS
from indicators.linkage.methods.wake.effects import edge_request
from indicators.linkage.methods.wake.events import read_edge_events
from indicators.linkage.methods.wake.place_times import PLANNED
from indicators.linkage.wake.counts.grid import KM_PER_DEGREE
from indicators.linkage.wake.events import read_events
from tests.indicators.linkage.wake_simulation import (
    Block,
    Drawn,
    figures_of_blocks,
    grades_of_blocks,
)
from tests.worlds.rows.warehouse import SmallWarehouse, small_mission

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]
PATROLS, INCIDENTS = "P2-OP-01", "D-IM-02"
AREAS, IN_A_ROW, DEGREES_APART = 24, 5, 0.8
VILLAGES, VILLAGE_KM, INCIDENT_KM, NEAR_KM = 3, 20.0, 25.0, 10.0
MONTHS, FIRST_PLANNED, PLANNED_MONTHS = 29, 4, 24
MONTHS_BETWEEN_RUNS, RUNS_AT_ONCE = 48, 50
FIRST_MONTH = np.datetime64("2021-01", "M")  # units are known from 2020 on
AS_OF = "2240-01-01"
FEWEST, MOST = 2.6, 8.6  # incidents a month at the least and the greatest risk, as N2 of README 3.2
SPIKE = 1.0  # standard deviations above the area's own months at which no patrol can go
OWN_SHARE = 0.2  # of incidents that patrols report themselves
WHERE, WHERE_NOT = "un_police", "community"
REQUEST = edge_request(PLANNED)


@dataclass(frozen=True)
class Plan:
    """What is planted of a plan that asks for patrols in every area and month.

    `slope`: how much more often patrols go at high risk, in logits. `persistence`: how much more
    often where they went the month before. `a_month`: patrols in a month in which they go, at most.
    `shock`: standard deviation of an area's months around its risk, autocorrelated by one half.
    `extra`: incidents within 10 km and 14 days after a patrol. `reaction`: how much more often they
    go for each standard deviation of last month's incidents. `insecurity`: none goes where this
    month is violent, and the log says so; `logged_reason`: or something else; `logs_all`: or
    nothing, where none would have gone anyhow.
    """

    name: str
    slope: float = 2.0
    persistence: float = 0.0
    a_month: int = 1
    shock: float = 0.0
    extra: float = 0.0
    reaction: float = 0.0
    insecurity: bool = False
    logged_reason: str | None = "insecurity"
    logs_all: bool = True

    def truth(self, days: float) -> float:
        """The effect in a window of so many whole days, the first day counted."""
        return self.extra * min(days, 14) / 14


PLANS = {
    plan.name: plan
    for plan in (
        Plan("random", slope=0.0),
        Plan("risk"),
        Plan("crowded", a_month=4, shock=0.4),
        Plan("lasting", a_month=2, shock=0.4, persistence=2.0),
        Plan("insecurity", shock=0.4, insecurity=True),
        Plan("effect", extra=0.5),
        Plan("small_effect", extra=0.25, shock=0.4),
        Plan("reacts", shock=0.8, reaction=2.0),
        Plan("other_reason", shock=0.4, insecurity=True, logged_reason="weather"),
        Plan("unlogged", shock=0.4, insecurity=True, logs_all=False),
    )
}


@dataclass(frozen=True)
class Months:
    """What happens in each run, area and month: incidents, and which months have patrols."""

    incidents: Integers  # runs × areas × months
    has_patrols: Bools
    called_off: Bools  # months in which the log says that patrols were called off


def draw_months(plan: Plan, runs: int, generator: np.random.Generator) -> Months:
    """Incidents by area risk and shocks; patrols by risk, by the month before, never by effect."""
    risk = generator.random((runs, AREAS, 1))
    mean = FEWEST + (MOST - FEWEST) * risk
    shock = _shocks(plan, runs, generator)
    incidents = generator.poisson(mean * np.exp(shock - plan.shock**2 / 2))
    spread = np.sqrt(mean + (mean * plan.shock) ** 2)
    score = (incidents - mean) / spread
    has_patrols = np.zeros(incidents.shape, dtype=bool)
    last = generator.random((runs, AREAS)) < 0.4
    for month in range(FIRST_PLANNED, FIRST_PLANNED + PLANNED_MONTHS):
        logit = plan.slope * (risk[..., 0] - 0.5) + plan.persistence * (last - 0.4) - 0.4
        logit += plan.reaction * score[..., month - 1]
        last = generator.logistic(size=logit.shape) < logit
        has_patrols[..., month] = last
    is_insecure = (score > SPIKE) & plan.insecurity
    is_insecure[..., :FIRST_PLANNED] = is_insecure[..., FIRST_PLANNED + PLANNED_MONTHS :] = False
    called_off = is_insecure if plan.logs_all else is_insecure & has_patrols
    return Months(incidents, has_patrols & ~is_insecure, called_off)


def _shocks(plan: Plan, runs: int, generator: np.random.Generator) -> Floats:
    fresh = generator.normal(0, plan.shock, (runs, AREAS, MONTHS))
    shocks = fresh.copy()
    for month in range(1, MONTHS):
        shocks[..., month] = 0.5 * shocks[..., month - 1] + np.sqrt(0.75) * fresh[..., month]
    return shocks


@dataclass(frozen=True)
class Places:
    """Villages of each run and area, and how much of everything falls on each."""

    latitude: Floats  # runs × areas × villages
    longitude: Floats
    upto: Floats  # cumulated shares

    def around(
        self, run: Integers, area: Integers, km: float, generator: np.random.Generator
    ) -> tuple[Floats, Floats]:
        """Points within `km` of villages chosen by their shares."""
        draw = generator.random(run.size)[:, None]
        village = (draw > self.upto[run, area]).sum(axis=1)
        at = (run, area, village)
        return _beside(self.latitude[at], self.longitude[at], km, generator)


def _beside(
    latitude: Floats, longitude: Floats, km: float, generator: np.random.Generator
) -> tuple[Floats, Floats]:
    """A point uniform in a disc around each point."""
    away = km * np.sqrt(generator.random(latitude.size)) / KM_PER_DEGREE
    angle = 2 * np.pi * generator.random(latitude.size)
    near = np.cos(np.radians(latitude))
    return latitude + away * np.cos(angle), longitude + away * np.sin(angle) / near


def draw_places(runs: int, generator: np.random.Generator) -> Places:
    """Areas on a grid, each with villages of which some see more than others."""
    row, column = np.divmod(np.arange(AREAS), IN_A_ROW)
    size = (runs, AREAS, VILLAGES)
    centre = [np.broadcast_to(at[:, None] * DEGREES_APART, size) for at in (row + 3, column + 25)]
    latitude, longitude = _beside(centre[0].ravel(), centre[1].ravel(), VILLAGE_KM, generator)
    shares = generator.dirichlet(np.full(VILLAGES, 2.0), size[:2])
    upto = np.cumsum(shares, axis=2)
    upto[..., -1] = 1.0
    return Places(latitude.reshape(size), longitude.reshape(size), upto)


def draw_warehouse(plan: Plan, runs: int, generator: np.random.Generator) -> SmallWarehouse:
    """`runs` runs of a plan as core rows."""
    months, places = draw_months(plan, runs, generator), draw_places(runs, generator)
    patrols = _patrols(plan, months, places, generator)
    incidents = _incidents(months, places, generator)
    if plan.extra:
        incidents = pd.concat([incidents, _after(plan, patrols, generator)])
    warehouse = SmallWarehouse()
    codes = _area_codes(*np.indices((runs, AREAS)).reshape(2, -1))
    areas = pd.DataFrame({"area_code": codes, "area_level": "admin2"})
    areas["parent_area_code"] = ["R" + str(number % 4) for number in range(len(areas))]
    warehouse.add_frame("areas", areas)
    warehouse.add_frame("activities", pd.concat([patrols, _called_off(plan, months)]))
    warehouse.add_frame("incidents", incidents)
    warehouse.add_frame("activity_plan", _plan_lines(runs))
    return warehouse


def _area_codes(run: Integers, area: Integers) -> NDArray[np.str_]:
    return np.char.add(
        np.char.mod("%04d-", run),
        np.char.mod("%02d", area),
    )


def _first_days(run: Integers, month: Integers) -> NDArray[np.datetime64]:
    return (FIRST_MONTH + (run * MONTHS_BETWEEN_RUNS + month)).astype("datetime64[us]")


def _moments(
    run: Integers, month: Integers, generator: np.random.Generator
) -> NDArray[np.datetime64]:
    """Any time of the month."""
    start, end = _first_days(run, month), _first_days(run, month + 1)
    length = (end - start).astype(np.int64)
    return start + (generator.random(run.size) * length).astype("timedelta64[us]")


def _patrols(
    plan: Plan, months: Months, places: Places, generator: np.random.Generator
) -> pd.DataFrame:
    run, area, month = np.nonzero(months.has_patrols)
    many = generator.integers(1, plan.a_month + 1, run.size)
    run, area, month = (np.repeat(part, many) for part in (run, area, month))
    latitude, longitude = places.around(run, area, 2.0, generator)
    started = _moments(run, month, generator)
    return pd.DataFrame({
        "area_code": _area_codes(run, area),
        "started_at": started,
        "ended_at": started + np.timedelta64(3, "h"),
        "latitude": latitude.round(5),
        "longitude": longitude.round(5),
        "status": "completed",
    })  # fmt: skip


def _called_off(plan: Plan, months: Months) -> pd.DataFrame:
    run, area, month = np.nonzero(months.called_off)
    return pd.DataFrame({
        "area_code": _area_codes(run, area),
        "started_at": _first_days(run, month) + np.timedelta64(10, "D"),
        "status": "cancelled",
        "status_reason": plan.logged_reason,
    })  # fmt: skip


def _incidents(months: Months, places: Places, generator: np.random.Generator) -> pd.DataFrame:
    at = np.indices(months.incidents.shape).reshape(3, -1)
    run, area, month = (np.repeat(part, months.incidents.ravel()) for part in at)
    latitude, longitude = places.around(run, area, INCIDENT_KM, generator)
    codes = _area_codes(run, area)
    return _incident_rows(codes, _moments(run, month, generator), latitude, longitude, generator)


def _after(plan: Plan, patrols: pd.DataFrame, generator: np.random.Generator) -> pd.DataFrame:
    """What is planted after each patrol."""
    some = patrols.loc[patrols.index.repeat(generator.poisson(plan.extra, len(patrols)))]
    place = [some[name].to_numpy() for name in ("latitude", "longitude")]
    latitude, longitude = _beside(*place, NEAR_KM - 0.1, generator)
    later = (generator.random(len(some)) * 14 * 86_400_000_000).astype("timedelta64[us]")
    moments = some["started_at"].to_numpy() + later
    return _incident_rows(some["area_code"].to_numpy(), moments, latitude, longitude, generator)


def _incident_rows(
    codes: NDArray[np.str_],
    moments: NDArray[np.datetime64],
    latitude: Floats,
    longitude: Floats,
    generator: np.random.Generator,
) -> pd.DataFrame:
    return pd.DataFrame({
        "area_code": codes,
        "occurred_at": moments,
        "occurred_on": moments.astype("datetime64[D]").astype("datetime64[us]"),
        "latitude": latitude.round(5),
        "longitude": longitude.round(5),
        "reported_by": np.where(generator.random(codes.size) < OWN_SHARE, WHERE, WHERE_NOT),
    })  # fmt: skip


def _plan_lines(runs: int) -> pd.DataFrame:
    size = (runs, AREAS, PLANNED_MONTHS)
    run, area, month = np.indices(size).reshape(3, -1)
    return pd.DataFrame({
        "plan_line_code": np.arange(run.size).astype(str),
        "area_code": _area_codes(run, area),
        "month": _first_days(run, month + FIRST_PLANNED),
        "activity_type": "patrol",
        "planned_quantity": 1,
    })  # fmt: skip


def read_runs(plan: Plan, runs: int, generator: np.random.Generator) -> pd.DataFrame:
    """Events of `runs` runs as the product reads them, with the number of their `run`."""
    warehouse = draw_warehouse(plan, runs, generator)
    mission = small_mission([PATROLS, INCIDENTS])
    for statement in [*mart_ddl(), *functions_sql(mission, AS_OF)]:
        warehouse.connection.execute(statement)
    catalogue = load_catalogue()
    pair = catalogue[PATROLS], catalogue[INCIDENTS]
    rows = read_edge_events(warehouse.connection, *pair, PLANNED).rows
    warehouse.connection.close()
    return rows.assign(run=rows["area"].str.slice(0, 4).astype(float))


def blocks(plan: Plan, runs: int, seed: int) -> Iterator[Block]:
    """The runs of a plan, some at once."""
    for first in range(0, runs, RUNS_AT_ONCE):
        count = min(RUNS_AT_ONCE, runs - first)
        seeds = [seed, list(PLANS).index(plan.name), first]
        rows = read_runs(plan, count, np.random.default_rng(seeds))
        events = read_events(rows, REQUEST, keep=("sector", "reported_by", "run"))
        own = np.isin(events.covariates["reported_by"], PATROLLING_REPORTERS)
        yield first, count, Drawn(events, own)


def simulate(name: str, runs: int, seed: int) -> pd.DataFrame:
    """One row a run and window: the figures that product mode shows, and the planted truth."""
    found = figures_of_blocks(blocks(PLANS[name], runs, seed), seed, REQUEST)
    found["t_window"] //= 24
    return found.assign(truth=found["t_window"].map(PLANS[name].truth))


def graded(name: str, runs: int, seed: int) -> pd.DataFrame:
    """One row a run and window: everything that product mode shows, and the grade of it."""
    found = grades_of_blocks(blocks(PLANS[name], runs, seed), seed, REQUEST)
    return found.assign(t_window=found["t_window"] // 24)
