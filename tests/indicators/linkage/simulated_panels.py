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
NEVER, WAVES, FIRST, EVERY = 20, 8, 10, 4
RHO, SD = 0.5, 0.4
PATH = (-0.10, -0.20, -0.30, -0.35)
BETA = -0.15  # on log2(1 + patrols) of the month before, in the planted scenario


@dataclass(frozen=True)
class Panels:
    """Drawn runs: outcome and independent reports, activity or cohort (0 = never), runs first."""

    outcome: Array
    independent: Array
    patrols: Array | None = None
    cohort: NDArray[np.int64] | None = None
    lag: int = 0
    expected_sign: int = -1

    def some(self, runs: slice) -> "Panels":
        """A part of the runs."""
        cut = {
            name: getattr(self, name)[runs]
            for name in ("outcome", "independent", "patrols", "cohort")
            if getattr(self, name) is not None
        }
        return replace(self, **cut)

    def areas(self, keep: NDArray[np.bool_]) -> "Panels":
        """A part of the areas."""
        cut = {
            name: getattr(self, name)[:, keep]
            for name in ("outcome", "independent", "patrols", "cohort")
            if getattr(self, name) is not None
        }
        return replace(self, **cut)


@dataclass(frozen=True)
class Scenario:
    """What is drawn. `reacts`: months after a shock in which patrols answer it."""

    name: str
    staggered: bool
    kind: str  # null, planted, trap
    path: tuple[float, ...] = ()
    beta: float = 0.0
    reacts: int | None = None
    after_spike: bool = False
    reporting: bool = False
    lag: int = 1
    tags: tuple[str, ...] = field(default=())


SCENARIOS = (
    Scenario("staggered, nothing planted", True, "null"),
    Scenario("staggered, homogeneous effect", True, "planted", path=PATH),
    Scenario("staggered after a spike", True, "trap", after_spike=True),
    Scenario("staggered, reporting rises", True, "trap", reporting=True),
    Scenario("patrols by month, nothing planted", False, "null"),
    Scenario("patrols by month, effect a month later", False, "planted", beta=BETA),
    Scenario("patrols answer the same month", False, "trap", reacts=0, lag=0),
    Scenario("patrols answered the same month, lag 1", False, "trap", reacts=0),
    Scenario("patrols answer the last month", False, "trap", reacts=1),
    Scenario("patrols by month, reporting rises", False, "trap", reporting=True, lag=0),
)


def draw(
    scenario: Scenario, runs: int, seed: int, areas: int = AREAS, months: int = MONTHS
) -> Panels:
    """Runs of one scenario; the seed fixes them."""
    generator = np.random.default_rng(seed)
    shock = _shocks(generator, runs, areas, months)
    base = generator.normal(np.log(3.0), 0.5, (runs, areas, 1))
    base = base + generator.normal(0, 0.15, (runs, 1, months))
    if scenario.staggered:
        cohort = _cohorts(generator, scenario, shock)
        since = np.arange(1, months + 1)[None, None, :] - cohort[:, :, None]
        active = (since >= 0) & (cohort[:, :, None] > 0)
        effect = np.zeros_like(shock)
        if scenario.path:
            steps = np.array(scenario.path)[np.clip(since, 0, len(scenario.path) - 1)]
            effect = np.where(active, steps, 0.0)
        own = np.where(active, _own_share(scenario), 1.0)
        expected = np.exp(base + shock + effect)
        return _counted(generator, expected, own, cohort=cohort, lag=0)
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


def _cohorts(generator: np.random.Generator, scenario: Scenario, shock: Array) -> NDArray[np.int64]:
    """Months of adoption from 1: in waves at random, or the month after an area's worst."""
    runs, areas, months = shock.shape
    never = areas * NEVER // AREAS
    last = months - EVERY
    if scenario.after_spike:
        window = slice(FIRST - 2, last - 1)
        worst = shock[:, :, window].argmax(axis=2) + FIRST - 1  # the worst month, from 1
        cohort = worst + 1
    else:
        starts = np.linspace(FIRST, FIRST + EVERY * (WAVES - 1), WAVES).astype(int)
        wave = np.arange(areas) % WAVES
        cohort = np.broadcast_to(starts[wave], (runs, areas)).copy()
    cohort[:, :never] = 0
    return np.asarray(generator.permuted(cohort, axis=1) if not scenario.after_spike else cohort)


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
