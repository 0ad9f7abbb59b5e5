"""How many incidents an area may expect next month, and which way of telling it is shown.

Three ways. The forecast, a discounted gamma–Poisson mean: each area's past counts lose weight month
by month (the discount) and are drawn towards the mission's mean (the shrinkage); both numbers are
chosen on earlier months only. "Last month again". The mean of the last three years. On each of the
last months, none of which any of them had seen, all three are scored by what then happened: the
ranked probability score and the log score, proper scores (Gneiting and Raftery 2007), the Brier
score of any incident at all, and how many of the five areas put highest were among the five with
most. The forecast is shown where it beats both others beyond chance; else the better of those that
it does not beat. Which incidents are counted does not belong here (`table.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from scipy.special import gammaincinv, stdtrit

FORECAST, LAST_MONTH, THREE_YEARS = METHODS = ("forecast", "last_month", "three_year_mean")
BASELINES = (LAST_MONTH, THREE_YEARS)
TOP = 5  # areas that a month's hits are counted among
YEARS_MONTHS = 36
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

    def of(self, areas: np.ndarray) -> "Expectation":
        """That of some areas."""
        return Expectation(self.shape[areas], self.rate[areas])

    def interval(self, confidence: float = _CONFIDENCE) -> tuple[np.ndarray, np.ndarray]:
        """(low, high) of the expected incidents a month."""
        tail = (1 - confidence) / 2
        low, high = (gammaincinv(self.shape, q) / self.rate for q in (tail, 1 - tail))
        return low, high

    def predicted(self) -> tuple[np.ndarray, np.ndarray]:
        """(size, probability) of the negative binomial that next month's count follows."""
        return self.shape, self.rate / (self.rate + 1)


@dataclass(frozen=True)
class MonthScore:
    """How one way did in one month: `month` is the column; `areas` had a count to compare with.

    `hits`: of the five areas put highest, those among the five with most incidents, ties included;
    None with five areas or fewer. Scores are means over areas; less is better.
    """

    method: str
    month: int
    areas: int
    hits: int | None
    brier: float
    log_score: float
    ranked_score: float


@dataclass(frozen=True)
class Skill:
    """1 - score / score of a baseline, over the held-out months, with its 95 % interval.

    NaN where the baseline was wrong in one of them at most.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Fifth:
    """A fifth of all held-out area-months, by what was expected: what came, both as sums."""

    number: int
    area_months: int
    expected: float
    seen: float


@dataclass(frozen=True)
class Forecast:
    """What is expected for the month after the last, and how each way did before.

    `shown`: the way that may be shown; `expectations` and `fifths` are of each. `skills`: of the
    forecast, against each baseline. `coverage`: share of held-out counts inside the central 80 % of
    what the forecast predicted.
    """

    shown: str
    expectations: Mapping[str, Expectation]
    scores: tuple[MonthScore, ...]
    skills: Mapping[str, Skill]
    fifths: Mapping[str, tuple[Fifth, ...]]
    coverage: float
    held_out: int

    @property
    def expectation(self) -> Expectation:
        """Of the way that is shown."""
        return self.expectations[self.shown]


def forecast(counts: np.ndarray) -> Forecast | None:
    """What to expect of the month after the last column.

    `counts`: areas × months, NaN where nothing was reported. None where there are fewer than
    18 months or nothing was ever counted. Raises ValueError for another shape.
    """
    if counts.ndim != 2:
        raise ValueError(f"counts must be areas × months, not {counts.shape}")
    months = counts.shape[1]
    if months < MIN_MONTHS or not np.nansum(counts) > 0:
        return None
    held_out = min(HELD_OUT_MONTHS, months // 3)
    choice = _choice(counts[:, : months - held_out])
    scores, pairs, inside = [], [], []
    for month in range(months - held_out, months):
        known = ~np.isnan(counts[:, month])
        if not known.any() or np.isnan(counts[:, :month]).all():
            continue
        seen = counts[known, month]
        told = _expectations(counts[:, :month], *choice)
        for method, expectation in told.items():
            own = expectation.of(known)
            scores.append(_score(method, month, own, seen))
            pairs.append((method, own.mean, seen))
        low, high = central_counts(_CENTRAL, *told[FORECAST].of(known).predicted())
        inside.append((low <= seen) & (seen <= high))
    if len(inside) < 3:
        return None
    coverage = float(np.concatenate(inside).mean())
    by_month = {name: _of(scores, name) for name in METHODS}
    skills = {name: _skill(by_month[FORECAST], by_month[name]) for name in BASELINES}
    return Forecast(
        _shown(skills, by_month, coverage),
        _expectations(counts, *choice),
        tuple(scores),
        skills,
        {name: _fifths(pairs, name) for name in METHODS},
        coverage,
        len(inside),
    )


def _expectations(counts: np.ndarray, discount: float, shrinkage: float) -> dict[str, Expectation]:
    """Of each way, after the last column; half an incident more keeps nought off nil (Jeffreys)."""
    recent = counts[:, -YEARS_MONTHS:]
    return {
        FORECAST: _expectation(counts, discount, shrinkage),
        LAST_MONTH: Expectation(_last_known(counts) + 0.5, np.ones(len(counts))),
        THREE_YEARS: Expectation(
            np.nansum(recent, axis=1) + 0.5, np.maximum((~np.isnan(recent)).sum(axis=1), 1.0)
        ),
    }


def central_counts(share: float, size: Any, probability: Any) -> tuple[Any, Any]:
    """(low, high): the middle `share` of the negative binomial distributions of these counts."""
    low, high = _counts().interval(share, size, probability)
    return low, high


def _counts() -> Any:
    """The negative binomial distribution: loaded where a month is told, as it takes a second."""
    from scipy.stats import nbinom

    return nbinom


def _score(method: str, month: int, told: Expectation, seen: np.ndarray) -> MonthScore:
    size, probability = told.predicted()
    predicted = _counts()(size[:, None], probability[:, None])
    none = _counts().pmf(0, size, probability)
    ranked = _ranked_score(predicted, seen)
    if method == LAST_MONTH:
        # The better of two forms: the count itself, and what may come about it.
        point = np.abs(told.mean - 0.5 - seen)
        ranked = point if point.mean() < ranked.mean() else ranked
    return MonthScore(
        method,
        month,
        len(seen),
        _hits(told.mean, seen),
        float(((1 - none - (seen > 0)) ** 2).mean()),
        float(-_counts().logpmf(seen, size, probability).mean()),
        float(ranked.mean()),
    )


def _hits(expected: np.ndarray, seen: np.ndarray) -> int | None:
    if len(seen) <= TOP:
        return None
    highest = np.argsort(-expected, kind="stable")[:TOP]
    return int((seen[highest] >= max(np.sort(seen)[-TOP], 1)).sum())


def _of(scores: Sequence[MonthScore], method: str) -> np.ndarray:
    return np.array([score.ranked_score for score in scores if score.method == method])


def _shown(skills: Mapping[str, Skill], by_month: Mapping[str, np.ndarray], coverage: float) -> str:
    """The forecast, where it beats both baselines and is not too sure of itself."""
    unbeaten = [name for name in BASELINES if not skills[name].low > 0]
    if not unbeaten and coverage >= _LEAST_COVERAGE:
        return FORECAST
    return min(unbeaten or BASELINES, key=lambda name: float(by_month[name].mean()))


def _fifths(pairs: Sequence[tuple[str, np.ndarray, np.ndarray]], method: str) -> tuple[Fifth, ...]:
    expected, seen = (
        np.concatenate([pair[part] for pair in pairs if pair[0] == method]) for part in (1, 2)
    )
    order = np.argsort(expected, kind="stable")
    return tuple(
        Fifth(number, len(own), float(expected[own].sum()), float(seen[own].sum()))
        for number, own in enumerate(np.array_split(order, 5), start=1)
    )


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
    return float(np.nansum(_counts().logpmf(counts[:, months], size, probability)))


def _ranked_score(predicted: Any, seen: np.ndarray) -> np.ndarray:
    """Ranked probability score of each area: the sum over x of (F(x) - 1[seen <= x])²."""
    top = int(max(seen.max(), np.max(predicted.ppf(0.9999)))) + 1
    values = np.arange(top + 1)[None, :]
    return ((predicted.cdf(values) - (seen[:, None] <= values)) ** 2).sum(axis=1)


def _last_known(history: np.ndarray) -> np.ndarray:
    """Of each area its last reported count; the mean of all where it has none."""
    last = np.full(history.shape[0], np.nanmean(history))
    for column in history.T:
        last = np.where(np.isnan(column), last, column)
    return last


def _skill(ours: np.ndarray, theirs: np.ndarray) -> Skill:
    """With a t interval over months (delete-one jackknife)."""
    months = len(ours)
    if np.count_nonzero(theirs) < 2:
        return Skill(np.nan, np.nan, np.nan)
    skill = 1 - ours.sum() / theirs.sum()
    left_out = 1 - (ours.sum() - ours) / (theirs.sum() - theirs)
    spread = np.sqrt((months - 1) / months * ((left_out - left_out.mean()) ** 2).sum())
    reach = stdtrit(months - 1, (1 + _CONFIDENCE) / 2) * spread
    return Skill(float(skill), float(skill - reach), float(skill + reach))
