"""Simulated monthly counts, and the share of series for which the count test calls a change."""

from dataclasses import dataclass

import numpy as np

from indicators.assessment.change_tests import Floats, count_change_p, dispersion

LEVEL_A_MONTH = 100.0
SEASON = 0.4
MONTHS = 33  # January of one year to September of the third, as the sample mission has
DAYS = 30.0

DISPERSIONS = (1.0, 1.25, 1.5, 2.0, 3.0)
PERIODS = {"month": 1, "quarter": 3, "half-year": 6}
CHANGES = {"none": 1.0, "rise": 1.3, "fall": 0.7}

Key = tuple[str, float, str]  # period, dispersion, change


def simulated(size: int, change: float, phi: float, months: int, seed: int) -> Floats:
    """Series of about 100 a month with a season of 40 % at a place of their own.

    Negative binomial about the mean with variance phi times the mean (Poisson for 1); the last
    `months` are multiplied by `change`.
    """
    draws = np.random.default_rng(seed)
    month = np.arange(MONTHS)
    place = draws.uniform(0, 2 * np.pi, (size, 1))
    season = 1 + SEASON * np.sin(2 * np.pi * month / 12 + place)
    mean = LEVEL_A_MONTH * season * np.where(month >= MONTHS - months, change, 1.0)
    level = draws.gamma(mean / (phi - 1), phi - 1) if phi > 1 else mean
    return draws.poisson(level).astype(float)


def share_called(counts: Floats, months: int) -> float:
    """The share of series with p < .05: the last months against those of last year, each alone."""
    size, length = counts.shape
    earlier, month = counts[:, : length - months], np.arange(length - months)
    years_back = (length - months - 1 - month) // 12
    noise = dispersion(earlier, np.full(earlier.shape, DAYS), years_back, month % 12)
    now = counts[:, length - months :].sum(axis=1)
    before = counts[:, length - months - 12 : length - 12].sum(axis=1)
    days = np.full(size, DAYS * months)
    return float((count_change_p(now, before, days, days, noise) < 0.05).mean())


@dataclass(frozen=True)
class ErrorRates:
    """Shares of series called, by period, dispersion and change."""

    size: int
    called: dict[Key, float]

    def found(self, period: str, phi: float) -> float:
        """Share of changes found where half of them are rises and half are falls."""
        return (self.called[period, phi, "rise"] + self.called[period, phi, "fall"]) / 2

    def table(self) -> str:
        """As text, in percent."""
        lines = [f"{self.size} series of 100 a month: percent with an arrow, at 30 % and at none"]
        lines.append(f"{'period':12}{'dispersion':>12}{'null':>8}{'rise':>8}{'fall':>8}{'both':>8}")
        for period in PERIODS:
            for phi in DISPERSIONS:
                figures = [self.called[period, phi, change] for change in CHANGES]
                figures.append(self.found(period, phi))
                cells = "".join(f"{100 * figure:8.1f}" for figure in figures)
                lines.append(f"{period:12}{phi:12.2f}{cells}")
        return "\n".join(lines)


def error_rates(size: int) -> ErrorRates:
    """Every period, dispersion and change, `size` series each; the same every time."""
    called = {}
    keys = [(p, phi, change) for p in PERIODS for phi in DISPERSIONS for change in CHANGES]
    for seed, (period, phi, change) in enumerate(keys):
        months = PERIODS[period]
        counts = simulated(size, CHANGES[change], phi, months, seed)
        called[period, phi, change] = share_called(counts, months)
    return ErrorRates(size, called)
