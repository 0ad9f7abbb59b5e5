"""Everybody or nobody gave the answer: no standard interval, a Korn-Graubard interval instead."""

import math

import pandas as pd
import pytest

from indicators.foundation.messages import has_message
from indicators.survey import Design, Proportion, estimate

PEOPLE = pd.DataFrame(
    {
        "village": [number // 5 for number in range(40)],
        "sex": ["f", "m"] * 20,
        "safe": ["no" if number % 2 == 0 else "yes" for number in range(40)],
    }
)
DESIGN = Design(ids=("village",))


def test_zero_and_one_are_exact_and_have_no_standard_interval() -> None:
    table = estimate(PEOPLE, DESIGN, Proportion("safe", "yes"), by=("sex",))
    assert table["estimate"].tolist() == [0.0, 1.0]
    assert table["se"].tolist() == [0.0, 0.0]
    assert table["ci_low"].isna().all()
    assert set(table["ci_reason"]) == {"zero_or_full"}
    assert has_message("survey.ci_reason.zero_or_full")


def test_korn_graubard_is_the_exact_binomial_interval_there() -> None:
    statistic = Proportion("safe", "yes", interval="kg_capped")
    none, every = estimate(PEOPLE, DESIGN, statistic, by=("sex",)).itertuples()
    edge = 1 - 0.025 ** (1 / 20)  # 20 people, none of them: (1 - p)^20 = 2.5 %
    assert (none.ci_low, none.ci_high) == pytest.approx((0.0, edge))
    assert (every.ci_low, every.ci_high) == pytest.approx((1 - edge, 1.0))
    assert none.ci_reason is None


def test_answers_that_do_not_count_leave_the_denominator() -> None:
    people = PEOPLE.assign(safe=PEOPLE["safe"].where(PEOPLE.index >= 4, "refused"))
    row = estimate(people, DESIGN, Proportion("safe", "yes", not_counted=("refused",))).iloc[0]
    assert (row["n"], row["n_rows"]) == (36, 40)
    assert (row["numerator"], row["denominator"]) == (18.0, 36.0)


def test_several_levels_count_as_one() -> None:
    people = pd.DataFrame({"trust": ["a_lot", "somewhat", "little", "not_at_all"]})
    row = estimate(people, Design(), Proportion("trust", ("a_lot", "somewhat"))).iloc[0]
    assert row["estimate"] == 0.5


def test_a_proportion_inside_one_psu_has_no_interval_but_a_reason() -> None:
    row = estimate(PEOPLE[PEOPLE["village"] == 0], DESIGN_ADJUST, Proportion("safe", "yes")).iloc[0]
    assert row["df"] == 0
    assert math.isnan(row["ci_low"])
    assert row["ci_reason"] == "no_degrees_of_freedom"


DESIGN_ADJUST = Design(ids=("village",), lonely_psu="adjust")
