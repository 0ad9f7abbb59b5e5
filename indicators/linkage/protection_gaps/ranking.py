"""Ranking areas by what is known of them, with the ranks that uncertainty leaves possible.

Risk comes first: expected incidents, weighted by up to twice for days without a patrol and lack of
trust, each as the share of areas that need less. An area with twice as many incidents thus comes
first whatever else is known. What is not known weighs nothing, so that it never raises an area; in
the draws it may be anything that is known of others, so that it widens the ranks.
"""

from dataclasses import dataclass

import numpy as np

LEAST_RISK = 0.25  # incidents a month: areas below weigh alike
DRAWS = 2000
_SEED = 20230501
_TAIL = 0.025


@dataclass(frozen=True)
class Needs:
    """What is ranked: arrays of one length, one entry an area; NaN in days or trust: not known.

    Risk is gamma distributed (`shape`, `rate`); days lie anywhere from `days` to `days_as_of`;
    trust (percent) is normal with standard error `trust_se`. `is_vague`: too imprecise to be told,
    so not known for the rank, and known with its error for the interval.
    """

    shape: np.ndarray
    rate: np.ndarray
    days: np.ndarray
    days_as_of: np.ndarray
    trust: np.ndarray
    trust_se: np.ndarray
    is_vague: np.ndarray


@dataclass(frozen=True)
class Ranks:
    """1 = looked at first: the rank by best figures, and the 95 % interval of possible ranks."""

    rank: np.ndarray
    low: np.ndarray
    high: np.ndarray


def rank(needs: Needs) -> Ranks:
    """Ranks of the areas and their simulation interval (2,000 draws, fixed seed)."""
    told = np.where(needs.is_vague, np.nan, needs.trust)
    best = _ranks(needs.shape / needs.rate, [needs.days, -told])
    random = np.random.default_rng(_SEED)
    size = (DRAWS, len(needs.days))
    risk = random.gamma(needs.shape, size=size) / needs.rate
    days = needs.days + random.random(size) * (needs.days_as_of - needs.days)
    trust = np.clip(random.normal(needs.trust, np.nan_to_num(needs.trust_se), size), 0, 100)
    drawn = _ranks(risk, [_filled(days, random), _filled(-trust, random)])
    low, high = np.quantile(drawn, [_TAIL, 1 - _TAIL], axis=0, method="nearest")
    return Ranks(best, np.minimum(low.astype(int), best), np.maximum(high.astype(int), best))


def _filled(drawn: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Draws × areas; what is not known of an area is that of any other, in each draw anew."""
    known = np.flatnonzero(~np.isnan(drawn[0]))
    unknown = np.flatnonzero(np.isnan(drawn[0]))
    if len(known) and len(unknown):
        others = known[random.integers(len(known), size=(len(drawn), len(unknown)))]
        drawn[:, unknown] = np.take_along_axis(drawn, others, axis=1)
    return drawn


def _ranks(risk: np.ndarray, needs: list[np.ndarray]) -> np.ndarray:
    """1 for the first: by weighted risk, then by risk, along the last axis.

    Areas alike in both keep their order.
    """
    standing = np.mean([_standing(need) for need in needs], axis=0)
    weighted = np.maximum(risk, LEAST_RISK) * (1 + standing)
    order = np.lexsort((-risk, -np.round(weighted, 9)), axis=-1)
    ranks = np.empty(risk.shape, dtype=int)
    np.put_along_axis(ranks, order, np.arange(1, risk.shape[-1] + 1), axis=-1)
    return ranks


def _standing(need: np.ndarray) -> np.ndarray:
    """Share of the other areas that need less; what is not known is least."""
    from scipy.stats import rankdata  # takes a second to load, and few refreshes rank anew

    least = np.where(np.isnan(need), -np.inf, need)
    others = max(need.shape[-1] - 1, 1)
    return np.asarray((rankdata(least, axis=-1, method="min") - 1) / others)
