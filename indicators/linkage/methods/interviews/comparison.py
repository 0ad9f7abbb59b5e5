"""Answers given by chance before or after an event in the same area, compared.

The unexpected-event-during-survey design (Muñoz, Falcó-Gimeno and Hernández 2020): during fieldwork
something happens in an area; who was interviewed there before and after it is, within a few days,
a matter of the interviewers' route. Differences within area and event, with the design weights;
standard errors from leaving out one sampling unit at a time (CV3: MacKinnon, Nielsen and Webb
2023) with t of units - 1. What an event is and which answers count does not belong here
(`method.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from indicators.linkage.power import LEVEL

MIN_INTERVIEWS = 30  # on either side; a cell of fewer is not shown (NCHS, DHS)
MIN_CLUSTERS = 10  # sampling units on either side together
MIN_EVENTS = 2
_NO_EVENT, _NO_SIDE = "no_event_in_fieldwork", "no_interviews_on_one_side"
_BALANCE_LEVEL = 0.05


@dataclass(frozen=True)
class Difference:
    """After minus before in units of the outcome; `reason` (a message key) where there is none.

    `level`: of the outcome before. `by_place`: the share of the information of each place.
    """

    n_before: int = 0
    n_after: int = 0
    n_events: int = 0
    n_areas: int = 0
    n_clusters: int = 0
    estimate: float | None = None
    se: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    p_value: float | None = None
    reason: str | None = None
    level: float | None = None
    by_place: Mapping[str, float] = field(default_factory=dict)

    @property
    def df(self) -> float:
        """Degrees of freedom of its t."""
        return max(self.n_clusters - 1, 1)


@dataclass(frozen=True)
class Comparison:
    """The difference with the checks of the design.

    `balance`: p-value of each covariate's own difference; `placebo`: before a false date halfway
    through the days before; `same_interviewers`: of those alone who asked on both sides;
    `no_other_event`: without activities near which something else happened (Muñoz et al. 2020).
    """

    days: int
    difference: Difference
    placebo: Difference
    balance: dict[str, float] = field(default_factory=dict)
    same_interviewers: Difference = Difference()
    no_other_event: Difference = Difference()

    @property
    def is_balanced(self) -> bool:
        """Whether those asked before and after are alike, over all covariates together."""
        return all(p * len(self.balance) >= _BALANCE_LEVEL for p in self.balance.values())

    @property
    def placebo_passes(self) -> bool | None:
        """Whether a false date shows nothing; None where none could be tried."""
        if self.placebo.p_value is None:
            return None
        return self.placebo.p_value >= LEVEL


def unexpected_event(
    answers: pd.DataFrame,
    events: pd.DataFrame,
    days: int,
    covariates: tuple[str, ...] = (),
    others: pd.DataFrame | None = None,
) -> Comparison:
    """Compares interviews up to `days` before each event with those up to `days` after.

    `answers`: one row an interview: area, day (datetime), outcome, weight, cluster, place (its
    area whatever the wave), the covariates (numbers), and interviewer where known. `events`: area,
    day. The day of an event itself is left out, and so is an event with another one in the days
    before it. `others`: place, day of what else happened; None: not known. Raises ValueError for
    days < 2.
    """
    if days < 2:
        raise ValueError(f"days before and after must be 2 or more, not {days}")
    known = answers.dropna(subset=["outcome", "weight"])
    near = _placed(known, _clean(events, days), days)
    near = near.assign(is_after=(near["distance"] > 0).astype(float))
    false_day = -(days // 2 + 1)
    earlier = near[near["distance"] < 0]
    earlier = earlier.assign(is_after=(earlier["distance"] > false_day).astype(float))
    difference = _difference(near, "outcome")
    balance = {
        name: found.p_value
        for name in covariates
        if (found := _difference(near, name)).p_value is not None
    }
    return Comparison(
        days,
        difference,
        _difference(earlier, "outcome"),
        balance,
        _of_same_interviewers(near),
        _without_other_events(near, others, events, days),
    )


def _of_same_interviewers(near: pd.DataFrame) -> Difference:
    """Of interviewers who asked on both sides; with a reason where nobody is known to have."""
    if "interviewer" not in near:
        return Difference(reason="few_interviews")
    sides = near.groupby("interviewer")["is_after"].transform("nunique")
    return _difference(near[sides == 2], "outcome")


def _without_other_events(
    near: pd.DataFrame, others: pd.DataFrame | None, events: pd.DataFrame, days: int
) -> Difference:
    """Without events near which, before or after, there was another or something else."""
    if others is None:
        return Difference(reason="few_interviews")
    named = near[["event", "area", "place", "event_day"]].drop_duplicates()
    again = named.merge(events[["area", "day"]].drop_duplicates(), on="area")
    again = again[again["day"] != again["event_day"]]
    beside = pd.concat([again, named.merge(others, on="place")])
    apart = (beside["day"] - beside["event_day"]).dt.days.abs()
    return _difference(near[~near["event"].isin(beside.loc[apart <= days, "event"])], "outcome")


def soon_or_later(answers: pd.DataFrame, days: int, covariates: tuple[str, ...] = ()) -> Comparison:
    """Compares interviews up to `days` after the last activity with later ones, over all areas.

    `answers` as in `unexpected_event`, with `days_since` the activity and `area`, which is the unit
    whose answers stand together: nobody chose by chance where to ask when.
    """
    known = answers_after_activities(answers)
    rows = known.assign(
        event=0, cluster=known["area"], is_after=(known["days_since"] <= days).astype(float)
    )
    difference = _difference(rows, "outcome", 1, _NO_SIDE)
    balance = {
        name: found.p_value
        for name in covariates
        if (found := _difference(rows, name, 1, _NO_SIDE)).p_value is not None
    }
    return Comparison(days, difference, Difference(), balance)


def answers_after_activities(answers: pd.DataFrame) -> pd.DataFrame:
    """The answers that `soon_or_later` compares: given, with a weight, and after an activity."""
    return answers.dropna(subset=["outcome", "weight", "days_since"])


def _clean(events: pd.DataFrame, days: int) -> pd.DataFrame:
    """Events with no other in the same area in the `days` before; one row an area and day."""
    ordered = events[["area", "day"]].drop_duplicates().sort_values(["area", "day"])
    since = ordered.groupby("area")["day"].diff().dt.days
    return ordered[~(since <= days)]


def _placed(answers: pd.DataFrame, events: pd.DataFrame, days: int) -> pd.DataFrame:
    """Each interview with its nearest event in the area (the earlier of two), if near enough."""
    named = events.assign(event=np.arange(len(events)), event_day=events["day"]).drop(columns="day")
    pairs = answers.assign(interview=np.arange(len(answers))).merge(named, on="area")
    pairs["distance"] = (pairs["day"] - pairs["event_day"]).dt.days
    pairs = pairs[(pairs["distance"].abs() <= days) & (pairs["distance"] != 0)]
    pairs = pairs.assign(reach=pairs["distance"].abs())
    nearest = pairs.sort_values(["interview", "reach", "event_day"], kind="stable")
    return nearest.drop_duplicates("interview")


def _difference(
    rows: pd.DataFrame, outcome: str, least_events: int = MIN_EVENTS, too_few: str = _NO_EVENT
) -> Difference:
    """The weighted difference within events that have interviews on both sides.

    `too_few`: the reason where these are fewer than `least_events`.
    """
    rows = rows.dropna(subset=[outcome])
    sides = rows.groupby("event")["is_after"].transform("nunique")
    rows = rows[sides == 2]
    after = int(rows["is_after"].sum())
    counted = Difference(
        n_before=len(rows) - after,
        n_after=after,
        n_events=rows["event"].nunique(),
        n_areas=rows["place"].nunique(),
        n_clusters=rows["cluster"].nunique(),
    )
    reason = too_few if counted.n_events < least_events else _reason(counted)
    if reason is None and rows[outcome].nunique() < 2:
        reason = "no_variation_outcome"
    if reason:
        return replace(counted, reason=reason)
    estimate, se = _within(rows, outcome)
    if not se > 0:
        return replace(counted, reason="too_few_clusters")
    reach = float(stdtrit(counted.df, 1 - LEVEL / 2)) * se
    p_value = float(2 * stdtr(counted.df, -abs(estimate / se)))
    before = rows[rows["is_after"] == 0]
    return replace(
        counted,
        level=float(np.average(before[outcome], weights=before["weight"])),
        estimate=estimate,
        se=se,
        ci_low=estimate - reach,
        ci_high=estimate + reach,
        p_value=p_value,
        by_place=_by_place(rows),
    )


def _by_place(rows: pd.DataFrame) -> dict[str, float]:
    """Of each event interviews × share before × share after, summed by place."""
    events = rows.groupby(["place", "event"])["is_after"].agg(["size", "mean"])
    own = (events["size"] * events["mean"] * (1 - events["mean"])).groupby("place").sum()
    return {str(place): float(share) for place, share in (own / own.sum()).items() if share > 0}


def _reason(counted: Difference) -> str | None:
    if min(counted.n_before, counted.n_after) < MIN_INTERVIEWS:
        return "few_interviews"
    return "too_few_clusters" if counted.n_clusters < MIN_CLUSTERS else None


def _within(rows: pd.DataFrame, outcome: str) -> tuple[float, float]:
    """(estimate, CV3 standard error) of `is_after` with a mean for each event.

    Sums by sampling unit and event are enough: leaving a unit out takes its sums away.
    """
    weight, after = rows["weight"].to_numpy(float), rows["is_after"].to_numpy(float)
    value = rows[outcome].to_numpy(float)
    event = pd.factorize(rows["event"])[0]
    cluster = pd.factorize(rows["cluster"])[0]
    sums = np.zeros((cluster.max() + 1, event.max() + 1, 4))
    terms = np.stack([weight, weight * after, weight * value, weight * after * value], axis=1)
    np.add.at(sums, (cluster, event), terms)
    whole = sums.sum(axis=0)
    estimate = float(_slope(whole[None])[0])
    left_out = _slope(whole[None] - sums)
    units = len(left_out)
    spread = (units - 1) / units * float(((left_out - estimate) ** 2).sum())
    return estimate, float(np.sqrt(spread))


def _slope(sums: np.ndarray) -> np.ndarray:
    """Units × events × (w, wx, wy, wxy) to one slope a unit; an event without weight drops out."""
    weight = np.where(sums[..., 0] > 1e-12, sums[..., 0], np.inf)
    moved = sums[..., 3] - sums[..., 1] * sums[..., 2] / weight
    spread = sums[..., 1] - sums[..., 1] ** 2 / weight
    return moved.sum(axis=-1) / np.maximum(spread.sum(axis=-1), 1e-12)
