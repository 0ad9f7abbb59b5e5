"""A survey whose PSUs are not known: simple random sampling times a stated design effect."""

import pandas as pd
import pytest

from indicators.foundation.messages import has_message
from indicators.survey import Design, Difference, Mean, Proportion, Quantile, Total, estimate

PEOPLE = pd.DataFrame(
    {
        "weight": [1.0, 2.0, 1.5, 0.5, 1.0, 3.0, 1.0, 2.0],
        "sex": ["f", "m"] * 4,
        "y": [1.0, 5.0, 3.0, 4.0, 2.0, 8.0, 1.0, 6.0],
    }
)
TWICE = Design(weights="weight", stated_deff=2.0)
SIMPLE = Design(weights="weight", stated_deff=1.0)


@pytest.mark.parametrize(
    "statistic", [Mean("y"), Total("y"), Proportion("sex", "f"), Difference("y", "sex", "f", "m")]
)
def test_variance_doubles_and_the_method_is_named(statistic: Mean | Total | Proportion) -> None:
    simple = estimate(PEOPLE, SIMPLE, statistic).iloc[0]
    twice = estimate(PEOPLE, TWICE, statistic).iloc[0]
    assert twice["estimate"] == simple["estimate"]
    assert twice["se"] ** 2 == pytest.approx(2 * simple["se"] ** 2)
    assert twice["method"] == "stated_deff"
    assert has_message("survey.method.stated_deff")


def test_simple_variance_is_that_of_a_simple_random_sample() -> None:
    people = PEOPLE.assign(weight=1.0)
    row = estimate(people, SIMPLE, Mean("y")).iloc[0]
    assert row["se"] ** 2 == pytest.approx(people["y"].var(ddof=1) / len(people))


def test_stated_design_effect_is_returned() -> None:
    row = estimate(PEOPLE, TWICE, Mean("y")).iloc[0]
    assert (row["deff"], row["deff_replace"]) == (2.0, 2.0)


def test_quantile_interval_is_wider() -> None:
    people = pd.concat([PEOPLE.assign(y=PEOPLE["y"] + step / 10) for step in range(20)])
    simple = estimate(people, SIMPLE, Quantile("y", 0.5)).iloc[0]
    twice = estimate(people, TWICE, Quantile("y", 0.5)).iloc[0]
    assert twice["estimate"] == simple["estimate"]
    assert twice["ci_high"] - twice["ci_low"] > simple["ci_high"] - simple["ci_low"]


def test_without_it_the_method_is_taylor() -> None:
    assert estimate(PEOPLE, Design(weights="weight"), Mean("y")).iloc[0]["method"] == "taylor"
