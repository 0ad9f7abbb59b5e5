"""A rota drawn by lot: which fortnight of each pair the patrols go, and what it could show.

In each area, of every two fortnights one is drawn in which the patrols that can be moved go; in the
other they stay away. What is recorded is then compared between the two by the draw itself (Fisher
1935; re-randomisation): whatever patrols answer and whatever the season, any other draw was as
likely. The first week of a fortnight, when patrols of the one before still count, is left out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
FORTNIGHT, CHANGEOVER = 14, 7  # days; of each fortnight the first week is not counted
DRAWS, LEVEL = 999, 0.05
LEAST_FOLLOWED = 0.8  # of the fortnights drawn, else it was no such rota
RATIOS = (0.8, 0.72, 0.65, 0.5)
_EFFECT_DAYS, _PATROL_DAYS = 14, (0, 7)  # of the simulation: after a patrol; within a fortnight


def draw(areas: int, pairs: int, seed: int) -> Bools:
    """areas × fortnights: whether the patrols go; one of each two. The same seed, the same rota."""
    return _drawn(np.random.default_rng(seed), areas, pairs)


def _drawn(generator: np.random.Generator, areas: int, pairs: int) -> Bools:
    first = generator.random((areas, pairs)) < 0.5
    return np.stack([first, ~first], axis=2).reshape(areas, 2 * pairs)


@dataclass(frozen=True)
class Answer:
    """Ratio of incidents with patrols to without, its 95 % interval and p by re-randomisation."""

    ratio: float
    low: float
    high: float
    p_value: float
    incidents: int


def answer(counts: Floats, rota: Bools, seed: int) -> Answer:
    """`counts`, `rota`: areas × fortnights. Raises ValueError where nothing was recorded."""
    areas, fortnights = rota.shape
    generator = np.random.default_rng([seed, 1])
    signs = generator.choice([-1.0, 1.0], (DRAWS, areas * fortnights // 2))
    gone, stayed = float(counts[rota].sum()), float(counts[~rota].sum())
    if not gone + stayed > 0:
        raise ValueError("no incident in any fortnight")

    def p_of(ratio: float) -> float:
        """Of the hypothesis that patrols multiply what is recorded by `ratio`."""
        return _p(np.where(rota, counts / ratio, -counts), signs)

    ratio = gone / stayed if stayed else float("inf")
    low, high = (_limit(p_of, max(ratio, 1e-3), step) for step in (-1.0, 1.0))
    return Answer(ratio, low, high, p_of(1.0), round(gone + stayed))


def _limit(p_of: object, ratio: float, direction: float) -> float:
    """The ratio at which p falls to 5 %, by bisection on the logarithm."""
    assert callable(p_of)
    inside, outside = np.log(ratio), np.log(ratio) + 6 * direction
    if not np.isfinite(inside) or p_of(float(np.exp(outside))) > LEVEL:
        return 0.0 if direction < 0 else float("inf")
    while abs(outside - inside) > 0.01:
        middle = (inside + outside) / 2
        inside, outside = (
            (middle, outside) if p_of(float(np.exp(middle))) > LEVEL else (inside, middle)
        )
    return float(np.exp(outside))


def counted(days: Floats) -> Floats:
    """areas × fortnights from areas × days: without the days of the change-over."""
    areas, length = days.shape
    return days.reshape(areas, length // FORTNIGHT, FORTNIGHT)[:, :, CHANGEOVER:].sum(axis=2)


def power(
    areas: int,
    months: int,
    a_month: float,
    ratio: float,
    runs: int = 200,
    seed: int = 1,
    spread: float = 0.5,
) -> float:
    """How often p is below 5 % where patrols multiply incidents by `ratio` for a fortnight.

    `a_month`: incidents in all areas. Simulated: areas differ (gamma, shape 2), incidents cluster
    (gamma of variance `spread` an area and fortnight), two patrols in a fortnight of the rota.
    """
    generator = np.random.default_rng(seed)
    pairs = max(1, round(months * 30.44 / (2 * FORTNIGHT)))
    days = 2 * pairs * FORTNIGHT
    found = 0
    for run in range(runs):
        rota = _drawn(generator, areas, pairs)
        share = generator.gamma(2, 1, areas)
        daily = a_month / 30.44 * share / share.sum()
        bursts = generator.gamma(1 / spread, spread, rota.shape).repeat(FORTNIGHT, axis=1)
        is_after = np.zeros((areas, days), dtype=bool)
        for at in _PATROL_DAYS:
            starts = np.flatnonzero(rota.ravel())
            area, first = starts // rota.shape[1], starts % rota.shape[1] * FORTNIGHT + at
            for later in range(1, _EFFECT_DAYS + 1):
                is_seen = first + later < days
                is_after[area[is_seen], first[is_seen] + later] = True
        rate = daily[:, None] * bursts * np.where(is_after, ratio, 1.0)
        counts = counted(generator.poisson(rate).astype(float))
        found += p_of_draw(counts, rota, seed + run) < LEVEL
    return found / runs


def p_of_draw(counts: Floats, rota: Bools, seed: int, draws: int = 499) -> float:
    """The p of no difference: within a pair either fortnight might have been drawn."""
    generator = np.random.default_rng([seed, 2])
    signs = generator.choice([-1.0, 1.0], (draws, rota.size // 2))
    return _p(np.where(rota, counts, -counts), signs)


def _p(signed: Floats, signs: Floats) -> float:
    """`signed`: with a minus where patrols stayed away; `signs`: draws × pairs."""
    pair = signed.reshape(len(signed), -1, 2).sum(axis=2).ravel()
    moved = np.abs(signs @ pair) >= abs(pair.sum()) * (1 - 1e-12)
    return float((1 + moved.sum()) / (1 + len(signs)))
