"""Ranking areas by what is known of them, with the ranks that uncertainty leaves possible.

An area's score is the mean of its standing among the ranked areas in risk, in days without a
patrol and in lack of trust, each with the same weight; a standing is the share of areas that need
less. Days without a patrol log, and trust that nobody was asked about, are left out of the mean and
not guessed.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

DRAWS = 2000
_SEED = 20230501
_TAIL = 0.025


@dataclass(frozen=True)
class Needs:
    """What is ranked: arrays of one length, one entry an area; NaN in days or trust: not known.

    Risk is gamma distributed (`shape`, `rate`); days lie anywhere from `days` to `days_as_of`;
    trust (percent) is normal with standard error `trust_se`.
    """

    shape: np.ndarray
    rate: np.ndarray
    days: np.ndarray
    days_as_of: np.ndarray
    trust: np.ndarray
    trust_se: np.ndarray


@dataclass(frozen=True)
class Ranks:
    """1 = looked at first: the rank by best figures, and the 95 % interval of possible ranks."""

    rank: np.ndarray
    low: np.ndarray
    high: np.ndarray


def rank(needs: Needs) -> Ranks:
    """Ranks of the areas and their simulation interval (2,000 draws, fixed seed)."""
    best = _ranks(_score(needs.shape / needs.rate, needs.days, needs.trust))
    drawn = _ranks(_score(*_draws(needs)))
    low, high = np.quantile(drawn, [_TAIL, 1 - _TAIL], axis=0, method="nearest")
    return Ranks(best, np.minimum(low.astype(int), best), np.maximum(high.astype(int), best))


def _draws(needs: Needs) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Risk, days and trust as they may be: draws × areas each."""
    random = np.random.default_rng(_SEED)
    size = (DRAWS, len(needs.days))
    risk = random.gamma(needs.shape, size=size) / needs.rate
    days = needs.days + random.random(size) * (needs.days_as_of - needs.days)
    trust = random.normal(needs.trust, np.nan_to_num(needs.trust_se), size)
    return risk, days, np.clip(trust, 0, 100)


def _score(risk: np.ndarray, days: np.ndarray, trust: np.ndarray) -> np.ndarray:
    """Mean standing of each area, 0 to 1, along the last axis; more is more need."""
    return np.nanmean([_standing(risk), _standing(days), _standing(-trust)], axis=0)


def _standing(values: np.ndarray) -> np.ndarray:
    """Share of the other known areas that need less, ties by half; NaN stays NaN."""
    known = ~np.isnan(values.reshape(-1, values.shape[-1])[0])  # the same in each draw
    found = np.full(values.shape, np.nan)
    others = max(int(known.sum()) - 1, 1)
    found[..., known] = (stats.rankdata(values[..., known], axis=-1) - 1) / others
    return found


def _ranks(score: np.ndarray) -> np.ndarray:
    """1 for the highest score; equal scores keep the order of the areas."""
    order = np.argsort(-np.round(score, 9), axis=-1, kind="stable")
    ranks = np.empty(score.shape, dtype=int)
    np.put_along_axis(ranks, order, np.arange(1, score.shape[-1] + 1), axis=-1)
    return ranks
