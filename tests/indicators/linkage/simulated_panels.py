"""Made-up panels with a known truth: README 3.3 of the linkage reference.

60 areas × 48 months, counts Poisson(exp(area + month + shock)), the shock AR(1) with rho .5 and
sd .4. Half of the incidents are reported by the mission, half by others. Everything is drawn for
many runs at once: arrays of runs × areas × months.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
AREAS, MONTHS, SECTORS = 60, 48, 6
RHO, SD = 0.5, 0.4
BETA = -0.15  # on log2(1 + patrols) of the month before, in the planted scenario
_DRAWN = ("outcome", "independent", "patrols")


@dataclass(frozen=True)
class Panels:
    """Drawn runs: outcome, independent reports and activity, runs first."""

    outcome: Array
    independent: Array
    patrols: Array
    lag: int = 0
    expected_sign: int = -1

    def some(self, runs: slice) -> "Panels":
        """A part of the runs."""
        return replace(self, **{name: getattr(self, name)[runs] for name in _DRAWN})

    def areas(self, keep: NDArray[np.bool_]) -> "Panels":
        """A part of the areas."""
        return replace(self, **{name: getattr(self, name)[:, keep] for name in _DRAWN})


@dataclass(frozen=True)
class Scenario:
    """What is drawn. `reacts`: months after a shock in which patrols answer it."""

    name: str
    kind: str  # null, planted, trap
    beta: float = 0.0
    reacts: int | None = None
    reporting: bool = False
    lag: int = 1
    tags: tuple[str, ...] = field(default=())


SCENARIOS = (
    Scenario("patrols by month, nothing planted", "null"),
    Scenario("patrols by month, effect a month later", "planted", beta=BETA),
    Scenario("patrols answer the same month", "trap", reacts=0, lag=0),
    Scenario("patrols answered the same month, lag 1", "trap", reacts=0),
    Scenario("patrols answer the last month", "trap", reacts=1),
    Scenario("patrols by month, reporting rises", "trap", reporting=True, lag=0),
)


def draw(
    scenario: Scenario, runs: int, seed: int, areas: int = AREAS, months: int = MONTHS
) -> Panels:
    """Runs of one scenario; the seed fixes them."""
    generator = np.random.default_rng(seed)
    shock = _shocks(generator, runs, areas, months)
    base = generator.normal(np.log(3.0), 0.5, (runs, areas, 1))
    base = base + generator.normal(0, 0.15, (runs, 1, months))
    patrols = _patrols(generator, scenario, shock)
    x = np.log2(1 + patrols)
    effect = scenario.beta * _earlier(x, scenario.lag)
    many = x - x.mean(axis=2, keepdims=True)
    own = np.clip(1 + (_own_share(scenario) - 1) * many, 0.2, 3)
    expected = np.exp(base + shock + effect)
    return _counted(generator, expected, own, patrols=patrols, lag=scenario.lag)


def _shocks(generator: np.random.Generator, runs: int, areas: int, months: int) -> Array:
    shock = np.empty((runs, areas, months))
    shock[:, :, 0] = generator.normal(0, SD, (runs, areas))
    fresh = generator.normal(0, SD * np.sqrt(1 - RHO**2), (runs, areas, months))
    for month in range(1, months):
        shock[:, :, month] = RHO * shock[:, :, month - 1] + fresh[:, :, month]
    return shock


def _patrols(generator: np.random.Generator, scenario: Scenario, shock: Array) -> Array:
    runs, areas, _ = shock.shape
    usual = generator.normal(np.log(4.0), 0.4, (runs, areas, 1))
    answered = np.zeros_like(shock)
    if scenario.reacts is not None:
        answered = _earlier(shock, scenario.reacts)
    return generator.poisson(np.exp(usual + answered)).astype(float)


def _earlier(values: Array, lag: int) -> Array:
    """The value `lag` months before; before the first month as in it."""
    if lag == 0:
        return values
    return np.concatenate([np.repeat(values[:, :, :1], lag, axis=2), values[:, :, :-lag]], axis=2)


def _own_share(scenario: Scenario) -> float:
    """Of two reports by the mission as many more: 50 % of incidents become 70 %."""
    return 1.4 if scenario.reporting else 1.0


def _counted(generator: np.random.Generator, expected: Array, own: Array, **parts) -> Panels:  # type: ignore[no-untyped-def]
    independent = generator.poisson(expected / 2).astype(float)
    outcome = independent + generator.poisson(expected / 2 * own)
    return Panels(outcome, independent, **parts)
