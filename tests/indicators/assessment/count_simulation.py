"""Series of counts that come in clusters, and how often their limits hold the mean behind them."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from indicators.assessment.changes.change_tests import Floats, dispersion
from indicators.foundation.numbers.statistics import count_limits

MONTHS = 33
SEASON = 0.4
PERIODS = {"month": 1, "quarter": 3, "year": 12}
LEVELS = (40.0, 4.0, 1.0)  # incidents a month
DISPERSIONS = (1.0, 2.0, 3.0)  # of incidents
# What is counted: incidents, persons killed or injured in them, persons who fled them.
KINDS = ("incidents", "casualties", "displaced")


@dataclass(frozen=True)
class Key:
    """One setting."""

    kind: str
    level: float
    dispersion: float
    period: str


def _series(draws: np.random.Generator, size: int, key: Key) -> tuple[Floats, Floats]:
    """Counts and their means, series x month."""
    month = np.arange(MONTHS)
    place = draws.uniform(0, 2 * np.pi, (size, 1))
    mean = key.level * (1 + SEASON * np.sin(2 * np.pi * month / 12 + place))
    phi = key.dispersion
    incidents = draws.poisson(draws.gamma(mean / (phi - 1), phi - 1) if phi > 1 else mean)
    if key.kind == "incidents":
        return incidents.astype(float), mean
    if key.kind == "casualties":
        return draws.poisson(0.6 * incidents).astype(float), 0.6 * mean
    # Three persons an incident, of a geometric distribution from one on.
    more = draws.negative_binomial(np.maximum(incidents, 1), 1 / 3) * (incidents > 0)
    return (incidents + more).astype(float), 3.0 * mean


def coverage(size: int, kinds: Iterable[str], levels: Iterable[float]) -> dict[Key, float]:
    """By setting the share of series whose last period has its mean inside the limits."""
    keys = [
        Key(kind, level, phi, period)
        for kind in kinds for level in levels for phi in DISPERSIONS for period in PERIODS
    ]  # fmt: skip
    return {key: _covered(np.random.default_rng([7, at]), size, key) for at, key in enumerate(keys)}


def _covered(draws: np.random.Generator, size: int, key: Key) -> float:
    counts, mean = _series(draws, size, key)
    found = dispersion(counts, np.ones_like(counts), 12).phi
    phi = np.where(np.isfinite(found), found, 1.0)
    months = PERIODS[key.period]
    low, high = count_limits(counts[:, -months:].sum(axis=1), phi)
    behind = mean[:, -months:].sum(axis=1)
    return float(((low <= behind) & (behind <= high)).mean())


def table(found: dict[Key, float]) -> str:
    """As text, in percent."""
    lines = [f"{'kind':12}{'level':>6}{'disp.':>6}" + "".join(f"{one:>9}" for one in PERIODS)]
    for key in found:
        if key.period == "month":
            cells = [found[Key(key.kind, key.level, key.dispersion, period)] for period in PERIODS]
            lines.append(
                f"{key.kind:12}{key.level:6.0f}{key.dispersion:6.1f}"
                + "".join(f"{100 * one:9.1f}" for one in cells)
            )
    return "\n".join(lines)
