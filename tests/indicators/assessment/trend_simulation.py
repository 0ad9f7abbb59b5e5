"""Simulated monthly counts, and the share of series for which the count test calls a change."""

from dataclasses import dataclass

import numpy as np

from indicators.assessment.changes.change_tests import Floats, count_change_p, dispersion

SEASON = 0.4
MONTHS = 33  # January of one year to September of the third, as the sample mission has
YEARS = 36  # whole calendar years, where years are compared
DAYS = 30.0

PERIODS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
CHANGES = {"none": 1.0, "rise": 1.3, "fall": 0.7, "half": 0.5}


@dataclass(frozen=True)
class World:
    """Level a month, variance over mean within a month, and a risk that drifts: the standard
    deviation of its logarithm and the correlation of a month with the next."""

    level: float = 100.0
    dispersion: float = 1.0
    drift: float = 0.0
    correlation: float = 0.0


DISPERSED = tuple(World(dispersion=phi) for phi in (1.0, 1.25, 1.5, 2.0, 3.0))
DRIFTING = tuple(
    World(40.0, 1.0, drift, correlation)
    for correlation in (0.6, 0.7, 0.8)
    for drift in (0.2, 0.3, 0.4)
)
# (period, world, change)
Key = tuple[str, World, str]


def simulated(size: int, world: World, change: float, months: int, seed: int) -> Floats:
    """Series with a season of 40 % at a place of their own; the last `months` times `change`.

    Negative binomial about the mean (Poisson for dispersion 1), which drifts as an autoregression.
    """
    draws = np.random.default_rng(seed)
    length = YEARS if months == 12 else MONTHS
    month = np.arange(length)
    place = draws.uniform(0, 2 * np.pi, (size, 1))
    season = 1 + SEASON * np.sin(2 * np.pi * month / 12 + place)
    risk = np.exp(_drift(draws, size, world, length) - world.drift**2 / 2)
    mean = world.level * season * risk * np.where(month >= length - months, change, 1.0)
    phi = world.dispersion
    level = draws.gamma(mean / (phi - 1), phi - 1) if phi > 1 else mean
    return draws.poisson(level).astype(float)


def _drift(draws: np.random.Generator, size: int, world: World, length: int) -> Floats:
    steps = world.drift * draws.standard_normal((size, length))
    fresh = np.sqrt(1 - world.correlation**2)
    for month in range(1, length):
        steps[:, month] = world.correlation * steps[:, month - 1] + fresh * steps[:, month]
    return steps


def share_called(counts: Floats, months: int) -> float:
    """The share of series with p < .05: the last months against those of last year, each alone."""
    size, length = counts.shape
    earlier = counts[:, : length - months]
    noise = dispersion(earlier, np.full(earlier.shape, DAYS), 12, months)
    now = counts[:, length - months :].sum(axis=1)
    before = counts[:, length - months - 12 : length - 12].sum(axis=1)
    days = np.full(size, DAYS * months)
    return float((count_change_p(now, before, days, days, noise) < 0.05).mean())


@dataclass(frozen=True)
class ErrorRates:
    """Shares of series called, by period, world and change."""

    size: int
    called: dict[Key, float]

    def found(self, period: str, world: World) -> float:
        """Share of changes found where half of them are rises and half are falls of 30 %."""
        return (self.called[period, world, "rise"] + self.called[period, world, "fall"]) / 2

    def table(self) -> str:
        """As text, in percent."""
        lines = [f"{self.size} series: percent with an arrow"]
        heads = "".join(f"{name:>8}" for name in CHANGES)
        lines.append(f"{'period':12}{'level':>7}{'disp.':>7}{'drift':>7}{'corr.':>7}{heads}")
        for period, world in dict.fromkeys((period, world) for period, world, _ in self.called):
            named = (world.level, world.dispersion, world.drift, world.correlation)
            cells = "".join(f"{100 * self.called[period, world, one]:8.1f}" for one in CHANGES)
            lines.append(f"{period:12}" + "".join(f"{one:7.2f}" for one in named) + cells)
        return "\n".join(lines)


def error_rates(size: int, worlds: tuple[World, ...], periods: tuple[str, ...]) -> ErrorRates:
    """These periods and worlds with every change, `size` series each; the same every time."""
    called = {}
    keys = [(p, world, change) for p in periods for world in worlds for change in CHANGES]
    for seed, (period, world, change) in enumerate(keys):
        months = PERIODS[period]
        counts = simulated(size, world, CHANGES[change], months, seed)
        called[period, world, change] = share_called(counts, months)
    return ErrorRates(size, called)
