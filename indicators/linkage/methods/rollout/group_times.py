"""Group-time effects of what begins in areas at dates, with areas not yet reached beside them.

Callaway and Sant'Anna (2021, Journal of Econometrics 225, §§2–4), unconditional, "not yet treated"
comparison, one base for all periods. A group is a date of arrival, a cell a group and a period.
Units of an outcome: the change of the areas reached since their base, less that of areas not yet
reached. Counts: what the areas reached recorded over what they would have, had they changed from
their base in the ratio of areas not yet reached; sums of both are taken before the ratio, so that
months without incidents do no harm. Every figure is computed for many assignments of dates at once:
the true one, without each unit in turn, and with dates dealt out anew (permutation).
"""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from operator import eq
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
NEVER = 10**9  # a day after all others
LEFT_OUT = -1  # neither reached nor compared
LEVEL, CHECK_LEVEL = 0.05, 0.10
_WIDENINGS = 6  # of the first guess of a limit, until it is infinite


@dataclass(frozen=True)
class Observed:
    """Outcomes by area and period, nan where not known, and who was reached when.

    `outcome`: areas × periods. `starts`, `ends`: first and last day of each period, as ordinals.
    `unit`: of each area, which unit of arrival it belongs to (0, 1, …): a team's areas are reached
    together. `arrival`: of each unit its day, NEVER where it was not reached. `base`: how many
    known periods before the arrival others are compared with; `gap`: how many before the arrival
    are left out of it, as arrivals may answer what happened just then.
    """

    outcome: Floats
    starts: Ints
    ends: Ints
    unit: Ints
    arrival: Ints
    scale: Literal["units", "log_ratio"] = "units"
    base: int = 1
    gap: int = 0

    @property
    def middle(self) -> float:
        """Where the base lies, in periods since arrival."""
        return -self.gap - (self.base + 1) / 2


@dataclass(frozen=True)
class Cell:
    """One group in one period: parts of its effect for each assignment (nan: none).

    `at`: periods since arrival, 0 the first after it; −1 the last before. `first`, `second`: change
    of the reached and of the others, or recorded and expected counts. `areas`: reached and known.
    """

    group: int
    at: int
    first: Floats
    second: Floats
    areas: Floats


def cells(observed: Observed, arrival: Ints, *, from_arrival: bool = False) -> list[Cell]:
    """All cells but those of the base, or those from the arrival on. `arrival`: assignments ×
    areas, days."""
    known = np.isfinite(observed.outcome)
    periods = np.flatnonzero(known.any(axis=0))
    found = []
    for day in np.unique(observed.arrival[observed.arrival < NEVER]):
        before = periods[observed.ends[periods] < day]
        after = periods[observed.starts[periods] >= day]
        base = before[: len(before) - observed.gap][-observed.base :]
        if not len(base):
            continue
        since = {int(period): at for at, period in enumerate(after)}
        if not from_arrival:
            since |= {int(period): at - len(before) for at, period in enumerate(before)}
        level = _mean(observed.outcome[:, base])
        reached = arrival == day
        for period, at in since.items():
            if period in base:
                continue
            last = max(observed.ends[period], observed.ends[base[-1]])
            beside = (arrival > last) & ~reached
            found.append(_cell(observed, period, at, level, reached, beside, int(day)))
    return found


def _cell(
    observed: Observed,
    period: int,
    at: int,
    level: Floats,
    reached: NDArray[np.bool_],
    beside: NDArray[np.bool_],
    day: int,
) -> Cell:
    value = observed.outcome[:, period]
    is_known = np.isfinite(value) & np.isfinite(level)
    own, others = (part[:, is_known].astype(float) for part in (reached, beside))
    value, level = value[is_known], level[is_known]
    areas, compared = own.sum(axis=1), others.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        if observed.scale == "units":
            first = own @ (value - level) / areas
            second = others @ (value - level) / compared
        else:
            first = own @ value
            second = (own @ level) * (others @ value) / (others @ level)
    missing = ~((areas > 0) & (compared > 0) & np.isfinite(second))
    first, second = (np.where(missing, np.nan, part) for part in (first, second))
    return Cell(day, at, first, second, np.where(missing, 0.0, areas))


def _mean(values: Floats) -> Floats:
    is_known = np.isfinite(values)
    count = is_known.sum(axis=1)
    total = np.where(is_known, values, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def combined(parts: list[Cell], scale: str) -> Floats:
    """One effect of several cells, by assignment: nan where none is known.

    Units: the mean over a group's periods, groups by the areas that they reached (Callaway and
    Sant'Anna 2021, equations 3.7 and 3.8). Counts: the logarithm of the ratio of the sums.
    """
    if not parts:
        return np.full(1, np.nan)
    if scale == "log_ratio":
        sums = [np.nansum([getattr(cell, name) for cell in parts], axis=0) for name in _PARTS]
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.log(sums[0] / sums[1])
        return np.where(np.isfinite(ratio), ratio, np.nan)
    total, weight = np.zeros(len(parts[0].first)), np.zeros(len(parts[0].first))
    for group in sorted({cell.group for cell in parts}):
        own = [cell for cell in parts if cell.group == group]
        effect = _mean(np.array([cell.first - cell.second for cell in own]).T)
        areas = np.max([cell.areas for cell in own], axis=0)
        is_known = np.isfinite(effect)
        total += np.where(is_known, effect * areas, 0.0)
        weight += np.where(is_known, areas, 0.0)
    return np.where(weight > 0, total / np.maximum(weight, 1e-300), np.nan)


_PARTS = ("first", "second")


@dataclass(frozen=True)
class Figures:
    """A figure, and what it is under dates dealt out anew where the whole effect is taken out."""

    estimate: float
    permuted: Floats

    @property
    def se(self) -> float:
        """Standard deviation over the assignments; nan where one of them has no figure."""
        return float(self.permuted.std(ddof=1)) if len(self.permuted) > 1 else float("nan")

    @property
    def reach(self) -> float:
        """Half of the 95 % interval: what 95 % of the assignments stay below, in size."""
        return float(np.quantile(np.append(_sizes(self.permuted), np.inf), 0.95, method="higher"))

    @property
    def p_value(self) -> float:
        """Of this figure alone."""
        return _share(self.permuted, self.estimate)


@dataclass(frozen=True)
class Effects:
    """One effect, its path by periods since arrival, and what went before.

    `p_value`, `low`, `high`: by the permutation of dates over units, exact where any unit might
    have been reached on any of the dates; the interval holds every size with p above 5 %.
    `left_out`: the effect without each unit. `before`: of all periods before the base, as one;
    `lead`: of those after it and before the arrival. `path`: by periods since arrival, those of the
    base left out. `weights`: of each period of `path` from 0 on, its share in `whole`.
    """

    whole: Figures
    p_value: float
    low: float
    high: float
    left_out: Floats
    before: Figures | None
    lead: Figures | None
    path: dict[int, Figures]
    weights: dict[int, float]


def effects(observed: Observed, permutations: int = 499, seed: int = 20210912) -> Effects | None:
    """All figures; None where no area is seen before and after with another beside it."""
    units = len(observed.arrival)
    generator = np.random.default_rng(seed)
    dealt = np.array([generator.permutation(observed.arrival) for _ in range(permutations)])
    dealt = dealt[:, observed.unit]
    true = observed.arrival[observed.unit]
    without = np.where(observed.unit == np.arange(units)[:, None], LEFT_OUT, true)
    found = [cell for cell in cells(observed, np.vstack([true, without])) if cell.areas[0] > 0]
    after = [cell for cell in found if cell.at >= 0]
    whole = combined(after, observed.scale)
    if not np.isfinite(whole[0]):
        return None
    shuffled = cells(_less(observed, float(whole[0])), dealt)

    def figures(is_part: Callable[[int], bool]) -> Figures | None:
        own, anew = ([cell for cell in part if is_part(cell.at)] for part in (found, shuffled))
        estimate = float(combined(own, observed.scale)[0])
        known = np.isfinite(estimate) and bool(own)
        return Figures(estimate, combined(anew, observed.scale)) if known else None

    path = {at: figures(partial(eq, at)) for at in sorted({cell.at for cell in found})}
    of_all = figures(lambda at: at >= 0)
    assert of_all is not None

    return Effects(
        of_all,
        _share(_permuted(observed, dealt, 0.0), float(whole[0])),
        *_interval(observed, dealt, float(whole[0])),
        whole[1:],
        figures(lambda at: at < -observed.gap),
        figures(lambda at: -observed.gap <= at < 0),
        {at: own for at, own in path.items() if own is not None},
        _weights(after, observed),
    )


def _less(observed: Observed, size: float) -> Observed:
    """The same without an effect of this size in all areas and periods reached."""
    is_reached = observed.starts >= observed.arrival[observed.unit][:, None]
    if observed.scale == "units":
        return replace(observed, outcome=observed.outcome - size * is_reached)
    return replace(observed, outcome=observed.outcome * np.exp(-size * is_reached))


def _permuted(observed: Observed, dealt: Ints, size: float) -> Floats:
    after = cells(_less(observed, size), dealt, from_arrival=True)
    return combined(after, observed.scale)


def _sizes(permuted: Floats) -> Floats:
    """Without sign; an assignment without a figure counts as large."""
    return np.where(np.isfinite(permuted), np.abs(permuted), np.inf)


def _share(permuted: Floats, estimate: float) -> float:
    """(1 + those at least as large) / (1 + all)."""
    as_large = (_sizes(permuted) >= abs(estimate) * (1 - 1e-12)).sum()
    return float((1 + as_large) / (1 + len(permuted)))


def _interval(observed: Observed, dealt: Ints, estimate: float) -> tuple[float, float]:
    """Every size whose p is above 5 %, by bisection to a fiftieth of its reach."""
    step = float(np.nanquantile(np.abs(_permuted(observed, dealt, estimate)), 0.95))
    return (
        _limit(observed, dealt, estimate, -step),
        _limit(observed, dealt, estimate, step),
    )


def _limit(observed: Observed, dealt: Ints, estimate: float, step: float) -> float:
    def is_inside(size: float) -> bool:
        return _share(_permuted(observed, dealt, size), estimate - size) > LEVEL

    inside, outside = estimate, estimate + step
    for _ in range(_WIDENINGS):
        if not is_inside(outside):
            break
        inside, outside = outside, outside + step
    else:
        return math.copysign(math.inf, step)
    while abs(outside - inside) > abs(step) / 50:
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if is_inside(middle) else (inside, middle)
    return outside


def _weights(after: list[Cell], observed: Observed) -> dict[int, float]:
    """How much each period since arrival counts in the whole; they add up to one."""
    weights: dict[int, float] = {}
    for cell in after:
        own = [other for other in after if other.group == cell.group]
        part = cell.second[0] if observed.scale == "log_ratio" else cell.areas[0] / len(own)
        weights[cell.at] = weights.get(cell.at, 0.0) + float(part)
    total = sum(weights.values())
    return {at: weight / total for at, weight in sorted(weights.items())} if total else weights


# --- had the areas drifted apart anyway -----------------------------------------------------------


def distance(found: Effects, observed: Observed) -> tuple[float, float]:
    """How many periods the base lies from those before it and from those after, on average."""
    after = sum(weight * (at - observed.middle) for at, weight in found.weights.items())
    earlier = [observed.middle - at for at in found.path if at < -observed.gap]
    return (float(np.mean(earlier)) if earlier else 0.0), float(after)


def chance_to_see_drift(found: Effects, observed: Observed, share: float) -> float:
    """How probably the periods before would have shown (p < .10) a drift that explains `share`.

    Of the effect, by areas that drift apart straight on from before the base to after the arrival
    (Roth 2022, American Economic Review: Insights 4). 0 where nothing lies before.
    """
    earlier, after = distance(found, observed)
    if found.before is None or not found.before.se > 0 or not after > 0:
        return 0.0
    shift = share * abs(found.whole.estimate) * earlier / after / found.before.se
    least = float(special.ndtri(1 - CHECK_LEVEL / 2))
    return float(special.ndtr(shift - least) + special.ndtr(-shift - least))


def drift_bound(found: Effects, observed: Observed, reach: float) -> float | None:
    """How many times the largest drift before arrival leaves nothing of the effect.

    Rambachan and Roth (2023, Review of Economic Studies 90, §2.4.1), relative magnitudes: from one
    period to the next areas drift apart at most M times as much as they ever did before. This
    simple form takes the largest drift seen for the true one and sets it against what the interval,
    `reach` to both sides, leaves; theirs also counts that the drift is estimated. Where the base
    has several periods, all before it are one step. None where no drift was seen.
    """
    earlier, after = distance(found, observed)
    if observed.base > 1:
        steps = [abs(found.before.estimate) / earlier] if found.before and earlier > 0 else []
    else:
        points = [(at, own.estimate) for at, own in found.path.items() if at < 0] + [(-1, 0.0)]
        pairs = itertools.pairwise(points)
        steps = [abs(late - early) / (then - at) for (at, early), (then, late) in pairs]
    if not steps or not max(steps) > 0:
        return None
    return max(0.0, (abs(found.whole.estimate) - reach) / (max(steps) * after))
