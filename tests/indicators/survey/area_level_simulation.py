"""Worlds of areas whose true shares are known, asked as a survey asks, direct and modelled.

`python -m tests.indicators.survey.area_level_simulation 400` prints what `docs/evidence.md` 8 says.
"""

import sys
from dataclasses import dataclass

import numpy as np
import pandas as pd

from indicators.survey import Design, Proportion, estimate_many
from indicators.survey.areas import DirectShares, ModelledShares, modelled_shares

SIGNAL = np.array([0.6, 0.4, -0.3])  # of the three covariates
DESIGN = Design(ids=("psu",), strata=("stratum",), weights="w", nest=True, lonely_psu="adjust")


@dataclass(frozen=True)
class World:
    """Areas on the logit scale: `spread` is the standard deviation of their true shares,
    `explained` the part of its variance that the covariates give; `tail`: degrees of freedom of
    the rest where it is not normal. `icc`: how alike people of one sampling unit answer.
    """

    areas: int = 34
    mean: float = 0.0
    spread: float = 0.5
    explained: float = 0.5
    tail: float = np.inf
    units: int = 7
    a_unit: int = 9
    icc: float = 0.05


WORLDS = {
    "65 answers an area": World(),
    "28 answers, as of one sex": World(a_unit=4),
    "15 answers": World(a_unit=2),
    "covariates that say nothing": World(explained=0.0),
    "nearly all explained": World(explained=0.9),
    "all explained": World(explained=1.0),
    "areas that hardly differ": World(spread=0.2),
    "areas with heavy tails": World(tail=3),
    "rare, 28 answers": World(mean=-2.2, a_unit=4),
    "frequent and far apart, 28 answers": World(mean=2.0, spread=0.8, a_unit=4),
    "strong clusters": World(icc=0.15),
    "20 areas": World(areas=20),
}


@dataclass(frozen=True)
class Score:
    """Means over areas and runs, in percent and points."""

    coverage: float
    width: float
    error: float
    direct_coverage: float
    direct_width: float
    direct_error: float
    shown: float


def replicate(
    rng: np.random.Generator, world: World
) -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    """True shares, covariates, and the answers of one survey."""
    known = rng.normal(size=(world.areas, len(SIGNAL)))
    rest = rng.normal(size=world.areas)
    if np.isfinite(world.tail):
        rest = rng.standard_t(world.tail, size=world.areas) / np.sqrt(world.tail / (world.tail - 2))
    signal = known @ SIGNAL / np.linalg.norm(SIGNAL)
    mixed = np.sqrt(world.explained) * signal + np.sqrt(1 - world.explained) * rest
    truth = 1 / (1 + np.exp(-(world.mean + world.spread * mixed)))
    area = np.repeat(np.arange(world.areas), world.units)
    alike = (1 - world.icc) / world.icc
    of_unit = rng.beta(
        np.maximum(truth[area] * alike, 1e-9), np.maximum((1 - truth[area]) * alike, 1e-9)
    )
    unit = np.repeat(np.arange(len(area)), rng.poisson(world.a_unit, len(area)).clip(1))
    size = np.exp(rng.normal(0, 0.5, world.areas))  # what a person of the area stands for
    answers = pd.DataFrame({
        "area": area[unit], "stratum": area[unit], "psu": unit,
        "w": size[area[unit]] * np.exp(rng.normal(0, 0.25, len(unit))),
        "y": (rng.random(len(unit)) < of_unit[unit]).astype(float),
    })  # fmt: skip
    return truth, known, answers


def both(known: np.ndarray, answers: pd.DataFrame) -> tuple[pd.DataFrame, ModelledShares]:
    """The direct figures of the survey kernel, and those of the model."""
    direct = estimate_many(answers, DESIGN, [Proportion("y", 1.0)], [["area"]])
    names = ("estimate", "n", "deff_replace", "df", "denominator")
    shares = DirectShares(*(direct[name].to_numpy(float) for name in names))
    columns = {str(number): known[:, number] for number in range(known.shape[1])}
    return direct, modelled_shares(shares, columns)


def simulate(world: World, runs: int, seed: int) -> Score:
    """How often intervals hold the truth, how wide they are, and how far off figures are."""
    rng, rows, shown = np.random.default_rng(seed), [], 0
    for _ in range(runs):
        truth, known, answers = replicate(rng, world)
        direct, model = both(known, answers)
        shown += model.reason is None
        sides = (
            (model.low, model.high, model.share),
            tuple(direct[name].to_numpy(float) for name in ("ci_low", "ci_high", "estimate")),
        )
        rows.append([
            figure
            for low, high, share in sides
            for figure in (
                np.nanmean(((low <= truth) & (truth <= high))[np.isfinite(low)]),
                np.nanmean(high - low),
                np.sqrt(np.mean((share - truth) ** 2)),
            )
        ])  # fmt: skip
    return Score(*(100 * np.mean(rows, axis=0)), shown=100 * shown / runs)


if __name__ == "__main__":
    for name, world in WORLDS.items():
        score = simulate(world, int(sys.argv[1]), seed=41)
        print(
            f"| {name} | {score.coverage:.1f} | {score.direct_width:.0f} → {score.width:.0f} "
            f"| {score.direct_error:.1f} → {score.error:.1f} | {score.shown:.0f} |",
            f"(direct coverage {score.direct_coverage:.1f})",
            flush=True,
        )
