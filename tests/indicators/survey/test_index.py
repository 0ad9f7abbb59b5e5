"""An index: the mean over people of each person's mean over items."""

import pandas as pd

from indicators.survey import Design, Index, Mean, estimate

PEOPLE = pd.DataFrame(
    {"a": [1.0, 3.0, None, None], "b": [3.0, None, 4.0, None], "score": [2.0, 3.0, 4.0, None]}
)


def test_an_index_is_the_mean_of_row_means() -> None:
    index = estimate(PEOPLE, Design(), Index(("a", "b"))).iloc[0]
    score = estimate(PEOPLE, Design(), Mean("score")).iloc[0]
    assert (index["estimate"], index["se"], index["n"]) == (score["estimate"], score["se"], 3)


def test_people_with_too_few_items_have_no_index() -> None:
    row = estimate(PEOPLE, Design(), Index(("a", "b"), minimum_answered=2)).iloc[0]
    assert (row["estimate"], row["n"]) == (2.0, 1)
