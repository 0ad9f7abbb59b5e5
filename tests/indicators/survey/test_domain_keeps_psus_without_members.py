"""A domain is not a smaller survey: PSUs without a member still count in the variance."""

import math

import pandas as pd
import pytest

from indicators.survey import Condition, Design, Mean, Proportion, Total, estimate

# Four villages of two people; only villages 1 and 2 have displaced people.
PEOPLE = pd.DataFrame(
    {
        "village": [1, 1, 2, 2, 3, 3, 4, 4],
        "weight": [1.0] * 8,
        "displaced": ["yes", "yes", "yes", "no", "no", "no", "no", "no"],
        "trips": [4.0, 6.0, 2.0, 9.0, 1.0, 3.0, 5.0, 7.0],
    }
)
DESIGN = Design(ids=("village",), weights="weight")
DISPLACED = (Condition("displaced", "==", "yes"),)


def test_total_of_a_domain_counts_empty_villages_as_zero() -> None:
    row = estimate(PEOPLE, DESIGN, Total("trips"), domain=DISPLACED).iloc[0]
    village_totals = [10.0, 2.0, 0.0, 0.0]
    mean = sum(village_totals) / 4
    variance = 4 / 3 * sum((total - mean) ** 2 for total in village_totals)
    assert row["estimate"] == 12.0
    assert row["se"] == pytest.approx(math.sqrt(variance))


def test_dropping_the_other_rows_first_gives_another_standard_error() -> None:
    inside = estimate(PEOPLE, DESIGN, Total("trips"), domain=DISPLACED).iloc[0]
    only = PEOPLE[PEOPLE["displaced"] == "yes"]
    dropped = estimate(only, DESIGN, Total("trips")).iloc[0]
    assert dropped["estimate"] == inside["estimate"]
    assert dropped["se"] != pytest.approx(inside["se"])


def test_degrees_of_freedom_count_villages_with_members_only() -> None:
    row = estimate(PEOPLE, DESIGN, Mean("trips"), domain=DISPLACED).iloc[0]
    assert (row["df"], row["n"], row["n_rows"]) == (1, 3, 3)


def test_a_missing_answer_leaves_n_but_not_the_rows_of_the_domain() -> None:
    people = PEOPLE.assign(trips=PEOPLE["trips"].where(PEOPLE.index != 0))
    row = estimate(people, DESIGN, Mean("trips"), domain=DISPLACED).iloc[0]
    assert (row["n"], row["n_rows"], row["df"]) == (2, 3, 1)
    assert row["estimate"] == pytest.approx(4.0)


def test_a_missing_value_of_the_domain_column_is_outside() -> None:
    people = PEOPLE.assign(displaced=PEOPLE["displaced"].where(PEOPLE.index != 1))
    outside = (Condition("displaced", "!=", "no"),)
    assert estimate(people, DESIGN, Mean("trips"), domain=outside).iloc[0]["n_rows"] == 2


def test_a_missing_by_value_has_no_row() -> None:
    people = PEOPLE.assign(displaced=PEOPLE["displaced"].where(PEOPLE.index != 1))
    table = estimate(people, DESIGN, Mean("trips"), by=("displaced",))
    assert table["displaced"].tolist() == ["no", "yes"]
    assert table["n"].tolist() == [5, 2]


def test_an_empty_domain_has_one_row_without_figures_and_says_why() -> None:
    nobody = (Condition("trips", ">", 100),)
    for statistic in (Mean("trips"), Total("trips"), Proportion("displaced", "yes")):
        row = estimate(PEOPLE, DESIGN, statistic, domain=nobody).iloc[0]
        assert (row["n"], row["n_rows"], row["ci_reason"]) == (0, 0, "no_values")
        assert all(math.isnan(row[name]) for name in ("estimate", "se", "ci_low", "ci_high"))


def test_an_empty_domain_with_by_has_no_row() -> None:
    nobody = (Condition("trips", ">", 100),)
    table = estimate(PEOPLE, DESIGN, Mean("trips"), by=("displaced",), domain=nobody)
    assert table.empty
    assert "estimate" in table.columns
