"""Missions in which returns are missing: how often a trend is called, with and without a change.

Counts of areas by month about a level of their own, with a season and more variance than Poisson's;
then months fall silent by one of SILENCES. What is drawn is independent of the code that is tested.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from indicators.assessment.changes.change_tests import Floats, dispersion
from indicators.assessment.changes.comparable_months import AreaMonths
from indicators.assessment.changes.register_changes import held_p, p_and_change

AREAS = 30
MONTHS = 33  # January of one year to September of the third
DAYS = 30.0
PERIODS = {"month": 1, "quarter": 3, "half-year": 6}
LEVELS = (1.0, 4.0)  # a month in an area
DISPERSIONS = (1.0, 1.5, 3.0)
SEASON = 0.4

# Share of area-months silent: after calm ones, after violent ones (above three quarters of their
# own), in the later period, in the year before, and in all other months.
RANDOM, CALM, VIOLENT = 0.2, 0.05, 0.5
SILENCES = ("none", "random", "violence in both years", "violence this year", "violence last year")

Key = tuple[str, float, float, str, float]  # period, level, dispersion, silence, change


def drawn_counts(
    draws: np.random.Generator, worlds: int, level: float, phi: float, change: float, months: int
) -> Floats:
    """Counts, world x area x month; areas differ in level, the last months are times `change`."""
    month = np.arange(MONTHS)
    place = draws.uniform(0, 2 * np.pi, (worlds, 1, 1))
    season = 1 + SEASON * np.sin(2 * np.pi * month / 12 + place)
    own = draws.gamma(1.0, level, (worlds, AREAS, 1))
    mean = own * season * np.where(month >= MONTHS - months, change, 1.0)
    drawn = draws.gamma(mean / (phi - 1), phi - 1) if phi > 1 else mean
    return draws.poisson(drawn).astype(float)


def received(
    draws: np.random.Generator, counts: Floats, silence: str, months: int
) -> NDArray[np.bool_]:
    """Which area-months came."""
    share = np.full(counts.shape, 0.0 if silence == "none" else CALM)
    if silence == "random":
        share[:] = RANDOM
    usual = np.quantile(counts, 0.75, axis=2, keepdims=True)
    is_violent = counts > usual
    later = np.arange(MONTHS) >= MONTHS - months
    earlier = np.roll(later, -12)
    where = {"both": later | earlier, "this": later, "last": earlier}
    for name, columns in where.items():
        if silence.startswith("violence") and name in silence:
            share[is_violent & columns] = VIOLENT
    return np.asarray(draws.random(counts.shape) >= share)


def area_months(counts: Floats, came: NDArray[np.bool_]) -> AreaMonths:
    """As the engine has them: totals of the worlds first, then their areas, an empty month last."""
    worlds, areas, months = counts.shape
    size = worlds * (1 + areas)

    def spread(values: NDArray[np.generic]) -> np.ndarray:
        table = np.zeros((size, months + 1), dtype=values.dtype)
        table[worlds:, :months] = values.reshape(worlds * areas, months)
        return table

    rows = np.repeat(np.arange(worlds), areas)
    columns = worlds + np.arange(worlds * areas)
    members = csr_array((np.ones(len(rows)), (rows, columns)), shape=(size, size))
    return AreaMonths(
        spread(np.where(came, counts, 0.0)),
        spread(np.where(came, DAYS, 0.0)),
        spread(came),
        spread(np.ones_like(came)),
        np.append(np.ones(months, dtype=bool), False),
        spread(np.zeros_like(counts)),
        spread(np.zeros_like(counts)),
        members,
    )


@dataclass(frozen=True)
class Called:
    """Shares of worlds: with enough to compare, and of these called `fewer` and `more`; `naive`:
    called `fewer` without the silent areas."""

    compared: float
    fewer: float
    more: float
    naive: float


def called(worlds: int, key: Key, seed: int) -> Called:
    """One setting, `worlds` missions of it, each alone; the same every time."""
    period, level, phi, silence, change = key
    months = PERIODS[period]
    draws = np.random.default_rng([seed, worlds])
    counts = drawn_counts(draws, worlds, level, phi, change, months)
    areas = area_months(counts, received(draws, counts, silence, months))
    now = list(range(MONTHS - months, MONTHS))
    before = [month - 12 for month in now]
    earlier = np.arange(MONTHS - months)
    count, usual, _ = areas.monthly(earlier)
    noise = dispersion(count, usual, 12, months)
    sums = areas.compared(now, before)
    p, way = p_and_change(sums.figures, noise, is_share=False)
    held = held_p(p, way, areas.with_silent(now, before), noise)
    tested = np.flatnonzero(sums.is_enough[:worlds])
    ways = ((held, way < 0), (held, way > 0), (p, way < 0))
    shares = [((one < 0.05) & is_way)[tested].mean() for one, is_way in ways]
    return Called(len(tested) / worlds, *map(float, shares))


def key_of(line: Key) -> str:
    """The setting as the table's first columns."""
    period, level, phi, silence, change = line
    return f"{period:11}{level:5.0f}{phi:7.1f}  {silence:24}{change:7.1f}"


def table(found: dict[Key, Called]) -> str:
    """As text, in percent of missions."""
    heads = f"{'period':11}{'level':>5}{'disp.':>7}  {'silence':24}{'change':>7}"
    lines = [f"{heads}{'compared':>10}{'fewer':>8}{'more':>8}{'naive fewer':>13}"]
    for key, one in found.items():
        figures = (one.compared, one.fewer, one.more, one.naive)
        cells = zip(figures, (10, 8, 8, 13), strict=True)
        lines.append(key_of(key) + "".join(f"{100 * share:{width}.1f}" for share, width in cells))
    return "\n".join(lines)
