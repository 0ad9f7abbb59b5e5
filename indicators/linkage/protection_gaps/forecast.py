"""How many incidents an area may expect next month: a discounted gamma–Poisson forecast.

Each area's past counts lose weight month by month (the discount) and are drawn towards the
mission's mean (the shrinkage). Both numbers are chosen on earlier months only; the forecast is
then compared with naive persistence on months that it has not seen, by the ranked probability
score, a proper score (Gneiting and Raftery 2007), and `beats_persistence` says whether it may be
shown. Which incidents are counted does not belong here (`table.py`).
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy import stats

MIN_MONTHS = 18  # below this there is no room for choosing and for comparing
HELD_OUT_MONTHS = 12  # at most; a third of the months where there are fewer
_FIRST_ORIGIN = 6  # months that are history only
_DISCOUNTS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0)
_SHRINKAGES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
_CENTRAL = 0.8  # the predictive interval whose coverage is checked
_LEAST_COVERAGE = 0.7
_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Expectation:
    """Gamma distribution of each area's expected incidents a month: arrays of length areas."""

    shape: np.ndarray
    rate: np.ndarray

    @property
    def mean(self) -> np.ndarray:
        """Expected incidents a month."""
        return self.shape / self.rate

    def interval(self, confidence: float = _CONFIDENCE) -> tuple[np.ndarray, np.ndarray]:
        """(low, high) of the expected incidents a month."""
        tail = (1 - confidence) / 2
        low, high = (stats.gamma.ppf(q, self.shape) / self.rate for q in (tail, 1 - tail))
        return low, high

    def predicted(self) -> tuple[np.ndarray, np.ndarray]:
        """(size, probability) of the negative binomial that next month's count follows."""
        return self.shape, self.rate / (self.rate + 1)


@dataclass(frozen=True)
class Forecast:
    """The expectation for the month after the last, and how the forecast did before.

    `skill`: 1 - score / score of persistence, over the held-out months, with its interval; NaN
    where persistence was wrong in one of them at most. `coverage`: share of held-out counts inside
    the central 80 % of what was predicted.
    """

    expectation: Expectation
    skill: float
    skill_low: float
    skill_high: float
    coverage: float
    held_out: int

    @property
    def beats_persistence(self) -> bool:
        """Better than last month's count beyond chance, and not too sure of itself."""
        return self.skill_low > 0 and self.coverage >= _LEAST_COVERAGE


def forecast(counts: np.ndarray) -> Forecast | None:
    """Forecast of the month after the last column.

    `counts`: areas × months, NaN where nothing was reported. None where there are fewer than
    18 months or nothing was ever counted. Raises ValueError for another shape.
    """
    if counts.ndim != 2:
        raise ValueError(f"counts must be areas × months, not {counts.shape}")
    months = counts.shape[1]
    if months < MIN_MONTHS or not np.nansum(counts) > 0:
        return None
    held_out = min(HELD_OUT_MONTHS, months // 3)
    discount, shrinkage = _choice(counts[:, : months - held_out])
    ours, theirs, inside = [], [], []
    for month in range(months - held_out, months):
        known = ~np.isnan(counts[:, month])
        if not known.any() or np.isnan(counts[:, :month]).all():
            continue
        seen = counts[known, month]
        size, probability = _expectation(counts[:, :month], discount, shrinkage).predicted()
        size, probability = size[known], probability[known]
        ours.append(_ranked_score(stats.nbinom(size[:, None], probability[:, None]), seen))
        theirs.append(_persistence_score(counts[:, :month], known, seen))
        low, high = stats.nbinom.interval(_CENTRAL, size, probability)
        inside.append((low <= seen) & (seen <= high))
    if len(ours) < 3:
        return None
    skill, low, high = _skill(
        np.array([score.mean() for score in ours]), np.array([score.mean() for score in theirs])
    )
    coverage = float(np.concatenate(inside).mean())
    expected = _expectation(counts, discount, shrinkage)
    return Forecast(expected, skill, low, high, coverage, len(ours))


def _expectation(counts: np.ndarray, discount: float, shrinkage: float) -> Expectation:
    """The posterior after the last column; `shrinkage` is the weight of the mission's mean."""
    seen, exposure = _discounted(counts, discount)
    return _posterior(seen[:, -1], exposure[:, -1], shrinkage)


def _posterior(seen: np.ndarray, exposure: np.ndarray, shrinkage: float) -> Expectation:
    """Areas × … in, the same shape out; the mission's mean is that over the areas."""
    mean = np.maximum(seen.sum(axis=0) / np.maximum(exposure.sum(axis=0), 1e-9), 1e-6)
    return Expectation(shrinkage + seen, shrinkage / mean + exposure)


def _discounted(counts: np.ndarray, discount: float) -> tuple[np.ndarray, np.ndarray]:
    """Discounted counts and months before each column and after the last: areas × (months + 1)."""
    known = ~np.isnan(counts)
    steps = np.stack([np.where(known, counts, 0.0), known.astype(float)])
    sums = np.zeros((*steps.shape[:2], steps.shape[2] + 1))
    for month in range(steps.shape[2]):
        sums[:, :, month + 1] = discount * sums[:, :, month] + steps[:, :, month]
    return sums[0], sums[1]


def _choice(counts: np.ndarray) -> tuple[float, float]:
    """The discount and shrinkage under which these months were likeliest, one step ahead."""
    scores = {
        (discount, shrinkage): _log_score(counts, *_discounted(counts, discount), shrinkage)
        for discount, shrinkage in product(_DISCOUNTS, _SHRINKAGES)
    }
    return max(scores, key=lambda choice: scores[choice])


def _log_score(
    counts: np.ndarray, seen: np.ndarray, exposure: np.ndarray, shrinkage: float
) -> float:
    months = slice(_FIRST_ORIGIN, counts.shape[1])
    size, probability = _posterior(seen[:, months], exposure[:, months], shrinkage).predicted()
    return float(np.nansum(stats.nbinom.logpmf(counts[:, months], size, probability)))


def _ranked_score(predicted: stats.distributions.rv_frozen, seen: np.ndarray) -> np.ndarray:
    """Ranked probability score of each area: the sum over x of (F(x) - 1[seen <= x])²."""
    top = int(max(seen.max(), np.max(predicted.ppf(0.9999)))) + 1
    values = np.arange(top + 1)[None, :]
    return ((predicted.cdf(values) - (seen[:, None] <= values)) ** 2).sum(axis=1)


def _persistence_score(history: np.ndarray, known: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """The better of two forms of "as last month": the count itself, and a Poisson around it."""
    last = _last_known(history)[known]
    point = np.abs(last - seen)
    spread = _ranked_score(stats.poisson(np.maximum(last, 0.5)[:, None]), seen)
    return point if point.mean() < spread.mean() else spread


def _last_known(history: np.ndarray) -> np.ndarray:
    """Of each area its last reported count; the mean of all where it has none."""
    last = np.full(history.shape[0], np.nanmean(history))
    for column in history.T:
        last = np.where(np.isnan(column), last, column)
    return last


def _skill(ours: np.ndarray, theirs: np.ndarray) -> tuple[float, float, float]:
    """Skill with a t interval over months (delete-one jackknife): (skill, low, high)."""
    months = len(ours)
    if np.count_nonzero(theirs) < 2:
        return np.nan, np.nan, np.nan
    skill = 1 - ours.sum() / theirs.sum()
    left_out = 1 - (ours.sum() - ours) / (theirs.sum() - theirs)
    spread = np.sqrt((months - 1) / months * ((left_out - left_out.mean()) ** 2).sum())
    reach = stats.t.ppf((1 + _CONFIDENCE) / 2, months - 1) * spread
    return float(skill), float(skill - reach), float(skill + reach)
