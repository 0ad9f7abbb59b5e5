"""With equal weights, the weighted quantile rules are the types of Hyndman and Fan.

Except type 3, for which R's survey package, and so this one, takes the step above.
"""

import duckdb
import numpy as np
import pandas as pd
import pytest

from indicators.survey import Design, Quantile, estimate
from indicators.survey.estimators.quantiles import WeightedValues

NUMPY_NAMES = {
    "math": "inverted_cdf",
    "hf1": "inverted_cdf",
    "school": "averaged_inverted_cdf",
    "hf2": "averaged_inverted_cdf",
    "hf4": "interpolated_inverted_cdf",
    "hf5": "hazen",
    "hf6": "weibull",
    "hf7": "linear",
    "hf8": "median_unbiased",
    "hf9": "normal_unbiased",
}
VALUES = np.array([7.0, 1.0, 4.0, 12.0, 2.0, 9.0, 31.0, 5.0])


@pytest.mark.parametrize("rule", NUMPY_NAMES)
@pytest.mark.parametrize("share", [0.0, 0.05, 0.125, 0.3, 0.5, 0.75, 0.9, 1.0])
def test_equal_weights(rule: str, share: float) -> None:
    weighted = WeightedValues.of(VALUES, np.full(len(VALUES), 2.5))
    expected = np.quantile(VALUES, share, method=NUMPY_NAMES[rule])
    assert weighted.quantile(share, rule) == pytest.approx(expected)


@pytest.mark.parametrize("rule", ["math", "school"])
def test_a_weight_of_three_is_three_people(rule: str) -> None:
    weights = np.array([3.0, 1.0, 2.0, 1.0, 1.0, 3.0, 1.0, 2.0])
    people = np.repeat(VALUES, weights.astype(int))
    for share in (0.1, 0.25, 0.5, 0.8):
        expected = np.quantile(people, share, method=NUMPY_NAMES[rule])
        assert WeightedValues.of(VALUES, weights).quantile(share, rule) == expected


def test_rows_without_weight_do_not_count() -> None:
    weights = np.where(VALUES == 31.0, 0.0, 1.0)
    assert WeightedValues.of(VALUES, weights).quantile(1.0, "math") == 12.0


def test_below_the_first_step_is_the_smallest_value() -> None:
    assert WeightedValues.of(VALUES, np.ones(8)).quantile(0.01, "math") == 1.0


def test_shah_vaish_takes_a_value_that_was_given() -> None:
    assert WeightedValues.of(VALUES, np.ones(8)).quantile(0.5, "shahvaish") in VALUES


@pytest.mark.parametrize(("share", "expected"), [(2 / 8, 2.0), (3 / 8, 5.0), (0.3, 4.0)])
def test_hf3_stays_at_an_even_step_and_else_goes_up(share: float, expected: float) -> None:
    assert WeightedValues.of(VALUES, np.ones(8)).quantile(share, "hf3") == expected


def test_no_values_no_quantile() -> None:
    nothing = np.array([])
    assert np.isnan(WeightedValues.of(nothing, nothing).quantile(0.5, "math"))


@pytest.mark.parametrize(
    ("weights", "expected"), [([3.0, 0.5, 2.0], 2.44), ([0.5, 3.0, 2.0], 3.22)]
)
def test_equal_values_count_in_the_order_of_the_data(weights: list[float], expected: float) -> None:
    # hf5: 1 + 3 (0.7 * 5.5 - mid-point of the last 1) / (mid-point of the 4 - that of the last 1)
    people = pd.DataFrame({"x": [1.0, 1.0, 4.0], "weight": weights})
    median = Quantile("x", 0.7, qrule="hf5")
    for data in (people, duckdb.from_df(people)):
        row = estimate(data, Design(weights="weight"), median).iloc[0]
        assert row["estimate"] == pytest.approx(expected)
