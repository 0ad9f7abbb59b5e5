"""A rota drawn by lot: which fortnight of each pair the patrols go, and what it could show.

In each area, of every two fortnights one is drawn in which the patrols that can be moved go; in the
other they stay away. What is recorded on days that the draw puts after patrols is then compared
with other days of the same area and twelve weeks, by the draw itself (Fisher 1935; re-randomisation
of a score, Rosenbaum 2002): whatever patrols answer and whatever the season, any other draw was as
likely. Patrols of a fortnight still count in the first days of the next.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
FORTNIGHT = 14  # days
# Of a fortnight: its first day, after which its own patrols count; the days on which those of the
# one before still do; the others.
PARTS = (1, 7, 6)
BLOCK = 6  # fortnights of one area that are compared
DRAWS, LEVEL = 999, 0.05
LEAST_FOLLOWED = 0.8  # of the fortnights drawn, else it was no such rota
RATIOS = (0.8, 0.72, 0.65, 0.5)
_EFFECT_DAYS, _PATROL_DAYS = 14, (0, 7)  # of the simulation: after a patrol; within a fortnight
_OTHERS = 300  # draws of a simulation beside those that are tried


def draw(areas: int, pairs: int, seed: int) -> Bools:
    """areas × fortnights: whether the patrols go; one of each two. The same seed, the same rota."""
    return _drawn(np.random.default_rng(seed), (areas, pairs))


def _drawn(generator: np.random.Generator, shape: tuple[int, ...]) -> Bools:
    """The same for any number of draws before areas × pairs."""
    first = generator.random(shape) < 0.5
    return np.stack([first, ~first], axis=-1).reshape(*shape[:-1], 2 * shape[-1])


def exposed(rota: Bools) -> Bools:
    """… × areas × fortnights × parts: whether the draw puts these days after patrols."""
    before = np.roll(rota, 1, axis=-1)
    before[..., 0] = False
    return np.stack([before, rota | before, rota], axis=-1)


def counted(days: Floats) -> Floats:
    """areas × fortnights × parts from areas × days."""
    areas, length = days.shape
    first = np.cumsum((0, *PARTS[:-1]))
    by_day = days.reshape(areas, length // FORTNIGHT, FORTNIGHT)
    return np.asarray(np.add.reduceat(by_day, first, axis=2), dtype=np.float64)


@dataclass(frozen=True)
class Answer:
    """Ratio of incidents after patrols to others, its 95 % interval and p by re-randomisation."""

    ratio: float
    low: float
    high: float
    p_value: float
    incidents: int


def answer(counts: Floats, rota: Bools, seed: int, known: Bools | None = None) -> Answer:
    """`counts`: as `counted`; `known`: areas × fortnights whose counts are known, without it all.

    Raises ValueError where nothing was recorded.
    """
    known = np.ones(rota.shape, dtype=bool) if known is None else known
    days, counts = _days(known), counts * known[..., None]
    if not counts.any():
        raise ValueError("no incident in any fortnight")
    generator = np.random.default_rng([seed, 1])
    pairs = rota.shape[1] // 2
    draws = np.concatenate([rota[None], _drawn(generator, (DRAWS, rota.shape[0], pairs))])
    after = exposed(rota)
    centred = _centred(exposed(draws), days)

    def p_of(ratio: float) -> float:
        """Of the hypothesis that patrols multiply what is recorded by `ratio`."""
        return _p(centred, np.where(after, counts / ratio, counts))

    ratio = _ratio(counts, after, days)
    low, high = (_limit(p_of, max(ratio, 1e-3), step) for step in (-1.0, 1.0))
    return Answer(ratio, low, high, p_of(1.0), round(float(counts.sum())))


def _days(known: Bools) -> Floats:
    """areas × fortnights × parts: how many days are known."""
    return np.multiply.outer(known, np.array(PARTS, dtype=np.float64))


def _blocks(by_fortnight: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """… × areas × blocks: sums over fortnights and parts, and the block of each fortnight."""
    fortnights = by_fortnight.shape[-2]
    block = np.minimum(np.arange(fortnights) // BLOCK, max(fortnights // BLOCK - 1, 0))
    first = np.unique(block, return_index=True)[1]
    return np.add.reduceat(by_fortnight.sum(axis=-1), first, axis=-1), block


def _centred(after: Bools, days: Floats) -> Floats:
    """draws × cells: exposure less its mean over the known days of area and block."""
    exposure, block = _blocks(after * days)
    whole, _ = _blocks(days)
    mean = exposure / np.maximum(whole, 1.0)
    return np.asarray((after - mean[..., block, None]).reshape(len(after), -1))


def _ratio(counts: Floats, after: Bools, days: Floats) -> float:
    """Mantel and Haenszel's ratio of rates over areas and blocks."""
    (own, _), (own_days, _) = _blocks(counts * after), _blocks(days * after)
    (every, _), (all_days, _) = _blocks(counts), _blocks(days)
    share = own_days / np.maximum(all_days, 1.0)
    others = float(((every - own) * share).sum())
    return float((own * (1 - share)).sum()) / others if others else float("inf")


def _p(centred: Floats, counts: Floats) -> float:
    """How many draws lie as far from their mean as the first, which was made; itself counted."""
    score = centred @ counts.ravel()
    far = np.abs(score - score.mean())
    return float((far >= far[0] * (1 - 1e-9)).mean())


def _limit(p_of: Callable[[float], float], ratio: float, direction: float) -> float:
    """The ratio at which p falls to 5 %, by bisection on the logarithm."""
    inside, outside = np.log(ratio), np.log(ratio) + 6 * direction
    if not np.isfinite(inside) or p_of(float(np.exp(outside))) > LEVEL:
        return 0.0 if direction < 0 else float("inf")
    while abs(outside - inside) > 0.01:
        middle = (inside + outside) / 2
        inside, outside = (
            (middle, outside) if p_of(float(np.exp(middle))) > LEVEL else (inside, middle)
        )
    return float(np.exp(outside))


def power(
    areas: int,
    months: int,
    a_month: float,
    ratio: float,
    runs: int = 500,
    seed: int = 1,
    spread: float = 0.5,
    patrol_days: tuple[int, ...] = _PATROL_DAYS,
) -> float:
    """How often p is below 5 % where patrols multiply incidents by `ratio` for a fortnight.

    `a_month`: incidents in all areas. Simulated: areas differ (gamma, shape 2), incidents cluster
    (gamma of variance `spread` an area and fortnight), two patrols in a fortnight of the rota. 0 of
    no area.
    """
    if not areas:
        return 0.0
    generator = np.random.default_rng(seed)
    pairs = max(1, round(months * 30.44 / (2 * FORTNIGHT)))
    rotas = _drawn(generator, (runs + _OTHERS, areas, pairs))
    centred = _centred(exposed(rotas), _days(np.ones(rotas.shape[1:], dtype=bool)))
    counts = np.empty((runs, centred.shape[1]))
    for run, rota in enumerate(rotas[:runs]):
        share = generator.gamma(2, 1, areas)
        daily = a_month / 30.44 * share / share.sum()
        bursts: Floats = np.ones(rota.shape)
        if spread:
            bursts = generator.gamma(1 / spread, spread, rota.shape)
        rate = daily[:, None] * bursts.repeat(FORTNIGHT, axis=1)
        rate *= np.where(_after(rota, patrol_days), ratio, 1.0)
        counts[run] = generator.poisson(counted(rate)).ravel()
    score = centred @ counts.T
    far = np.abs(score - score.mean(axis=0))
    p_values = (far >= np.diagonal(far) * (1 - 1e-9)).mean(axis=0)
    return float((p_values < LEVEL).mean())


def _after(rota: Bools, patrol_days: tuple[int, ...]) -> Bools:
    """areas × days: up to a fortnight after a patrol."""
    areas, fortnights = rota.shape
    days = np.zeros((areas, fortnights, FORTNIGHT), dtype=bool)
    days[:, :, list(patrol_days)] = rota[:, :, None]
    flat, found = days.reshape(areas, -1), np.zeros((areas, fortnights * FORTNIGHT), dtype=bool)
    for later in range(1, _EFFECT_DAYS + 1):
        found[:, later:] |= flat[:, :-later]
    return found
