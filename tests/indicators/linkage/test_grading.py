"""Grades follow the rules of grading.md, one rule a test."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from indicators.linkage.grading import (
    CEILINGS,
    CHECKS,
    SOFT_CHECKS,
    CheckOutcome,
    GradingInputs,
    grade,
)


def passed(design: Any) -> Mapping[str, CheckOutcome]:
    return dict.fromkeys(CHECKS[design], "passed")


ROLLOUT = GradingInputs(
    "rollout", 0.01, n_areas=40, agreeing=4, specifications=4, checks=passed("rollout")
)
CONTINUOUS = replace(ROLLOUT, design="continuous", checks=passed("continuous"))
CASE_SERIES = GradingInputs("case_series", 0.01, n_areas=9, checks=passed("case_series"))
SOFT = [
    (best, name)
    for best in (ROLLOUT, CASE_SERIES)
    for name in CHECKS[best.design]
    if name in SOFT_CHECKS
]
HARD = [
    (best, name)
    for best in (ROLLOUT, CONTINUOUS, CASE_SERIES)
    for name in CHECKS[best.design]
    if name not in SOFT_CHECKS
]


def with_check(evidence: GradingInputs, name: str, outcome: CheckOutcome) -> GradingInputs:
    return replace(evidence, checks={**evidence.checks, name: outcome})


@pytest.mark.parametrize("evidence", [ROLLOUT, CASE_SERIES])
def test_all_conditions_give_an_a(evidence: GradingInputs) -> None:
    assert grade(evidence).letter == "A"
    assert grade(evidence).reasons == ()


def test_an_activity_that_varies_by_month_is_never_above_b() -> None:
    assert grade(CONTINUOUS).letter == "B"
    assert grade(CONTINUOUS).reasons == ("continuous_activity",)


@pytest.mark.parametrize(("evidence", "name"), HARD)
@pytest.mark.parametrize("outcome", ["failed", "not_run"])
def test_a_hard_check_that_fails_or_is_not_run_gives_a_c(
    evidence: GradingInputs, name: str, outcome: CheckOutcome
) -> None:
    given = grade(with_check(evidence, name, outcome))
    assert (given.letter, given.reasons) == ("C", (f"{name}_{outcome}",))


@pytest.mark.parametrize(
    ("outcomes", "letter"),
    [
        ({"lead": "weak"}, "B"),
        ({"fake_date": "weak"}, "B"),
        ({"lead": "weak", "fake_date": "weak"}, "C"),
        ({"lead": "weak", "lead_size": "failed"}, "C"),
        ({"area_omission": "failed", "lead_size": "failed"}, "C"),
        ({"lead_size": "not_run"}, "C"),
        ({"area_omission": "not_run"}, "C"),
    ],
)
def test_a_case_series_may_lack_one_thing(outcomes: dict[str, Any], letter: str) -> None:
    given = grade(replace(CASE_SERIES, checks={**CASE_SERIES.checks, **outcomes}))
    assert given.letter == letter
    assert set(given.reasons) == {f"{name}_{how}" for name, how in outcomes.items()}


@pytest.mark.parametrize(("evidence", "name"), SOFT)
def test_one_soft_condition_may_be_missing_for_a_b(evidence: GradingInputs, name: str) -> None:
    given = grade(with_check(evidence, name, "failed"))
    assert (given.letter, given.reasons) == ("B", (f"{name}_failed",))


def test_two_soft_conditions_missing_are_a_c() -> None:
    both = {**ROLLOUT.checks, **dict.fromkeys(SOFT_CHECKS, "failed")}
    assert grade(replace(ROLLOUT, checks=both)).letter == "C"


@pytest.mark.parametrize("ceiling", CEILINGS)
@pytest.mark.parametrize("evidence", [ROLLOUT, CONTINUOUS, CASE_SERIES])
def test_a_ceiling_holds_whatever_is_passed(evidence: GradingInputs, ceiling: str) -> None:
    given = grade(replace(evidence, ceilings=(ceiling,)))
    assert given.letter == "C"
    assert ceiling in given.reasons


@pytest.mark.parametrize(("q", "letter"), [(0.049, "A"), (0.05, "C"), (0.099, "C"), (0.10, "D")])
def test_q_decides_between_letters(q: float, letter: str) -> None:
    assert grade(replace(ROLLOUT, q_value=q)).letter == letter


def test_signs_that_differ_leave_nothing() -> None:
    assert grade(replace(ROLLOUT, agreeing=2, specifications=3)).letter == "A"
    assert grade(replace(ROLLOUT, agreeing=2, specifications=4)).letter == "D"


@pytest.mark.parametrize("reason", ["separated", "too_few_clusters", "no_overlap_in_time"])
def test_without_an_estimate_the_reason_is_the_grades(reason: str) -> None:
    given = grade(GradingInputs("rollout", None, reason=reason))
    assert (given.letter, given.reasons) == ("D", (reason,))


def test_few_areas_need_the_wild_bootstrap() -> None:
    few = replace(CONTINUOUS, n_areas=12)
    assert grade(few).reasons[0] == "wild_bootstrap_not_run"
    assert grade(with_check(few, "wild_bootstrap", "failed")).letter == "C"
    assert grade(with_check(few, "wild_bootstrap", "passed")).letter == "B"


def test_a_correlation_by_ranks_stays_an_association() -> None:
    given = grade(replace(ROLLOUT, design="association", checks={}))
    assert (given.letter, given.reasons) == ("C", ("association_only",))


def test_an_unknown_ceiling_is_an_error() -> None:
    with pytest.raises(ValueError, match="no such ceiling"):
        grade(replace(ROLLOUT, ceilings=("invented",)))
