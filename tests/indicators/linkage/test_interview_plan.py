"""The plan of pulse interviews: its size, its areas, and whether it shows what it promises."""

import numpy as np
import pandas as pd
import pytest

from indicators.linkage.methods.interviews.comparison import soon_or_later
from indicators.linkage.methods.interviews.plan import (
    INTRA_VISIT,
    PER_VISIT,
    InterviewPlan,
    plan_interviews,
    smallest_with,
)

PATROLS = {f"A{number:02}": 12.0 - number / 4 for number in range(30)}
SEED = 20261124


def asked(
    plan: InterviewPlan, level: float, effect: float, random: np.random.Generator
) -> pd.DataFrame:
    """What comes back: areas differ, and so do visits; the effect is on visits soon after."""
    visit = len(plan.areas) * plan.visits
    area = np.tile(np.arange(len(plan.areas)), 2 * plan.visits)
    soon = np.repeat([1, 0], visit)
    own = random.normal(0, 0.08, len(plan.areas))[area]
    spread = random.normal(0, np.sqrt(INTRA_VISIT * level * (1 - level)), 2 * visit)
    chance = np.clip(level + own + spread + effect * (soon - 0.5), 0.01, 0.99)
    answers = random.random((2 * visit, PER_VISIT)) < chance[:, None]
    names = np.asarray(plan.areas)[area].repeat(PER_VISIT)
    return pd.DataFrame(
        {
            "area": names,
            "place": names,
            "cluster": names,
            "outcome": 100.0 * answers.ravel(),
            "weight": 1.0,
            "days_since": np.where(soon, 4, 12).repeat(PER_VISIT),
        }
    )


def power(change: float, level: float, effect: float, runs: int) -> float:
    """Share of runs in which the comparison that reads the answers has p < .05."""
    plan = plan_interviews(change, level, PATROLS)
    assert plan is not None
    random = np.random.default_rng(SEED)
    found = [
        soon_or_later(asked(plan, level, effect, random), 7).difference.p_value for _ in range(runs)
    ]
    return float(np.mean([p is not None and p < 0.05 for p in found]))


def test_the_plan_has_about_eighty_percent_power(capsys: pytest.CaptureFixture[str]) -> None:
    planned, none = power(15, 0.45, 0.15, 80), power(15, 0.45, 0.0, 40)
    with capsys.disabled():
        print(f"\npulse plan: power {planned:.0%}, without a change {none:.1%}")
    assert 0.65 <= planned <= 0.95
    assert none <= 0.2


@pytest.mark.soak
@pytest.mark.parametrize("change", [10, 15, 20])
@pytest.mark.parametrize("level", [0.25, 0.5])
def test_power_in_a_thousand_runs(
    change: float, level: float, capsys: pytest.CaptureFixture[str]
) -> None:
    planned, none = power(change, level, change / 100, 1000), power(change, level, 0.0, 1000)
    with capsys.disabled():
        print(f"\n{change} points at {level:.0%}: power {planned:.1%}, null {none:.1%}")
    assert 0.76 <= planned <= 0.88
    assert none <= 0.065


def test_no_smaller_plan_of_the_same_visits_shows_the_change() -> None:
    """Against every plan tried one by one."""
    plan = plan_interviews(10, 0.4, PATROLS)
    assert plan is not None and plan.smallest <= 10
    fewest = min(
        areas * visits
        for areas in range(10, 31)
        for visits in range(1, 60)
        if areas * visits * PER_VISIT >= 30 and smallest_with(areas, visits, 0.4) <= 10
    )
    assert plan.interviews == 2 * fewest * PER_VISIT


def test_areas_are_those_with_most_patrols_and_at_least_ten() -> None:
    plan = plan_interviews(20, 0.5, PATROLS)
    assert plan is not None
    assert plan.areas == tuple(sorted(PATROLS, key=lambda area: -PATROLS[area])[: len(plan.areas)])
    assert plan_interviews(20, 0.5, dict(list(PATROLS.items())[:9])) is None
    assert plan_interviews(20, 0.5, {**PATROLS, "B": 0.0}) == plan
