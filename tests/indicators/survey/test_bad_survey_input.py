"""Wrong designs and data: the error names the column and what to do."""

import math
from typing import Any

import duckdb
import pandas as pd
import pytest

from indicators.foundation.errors import WrongUse
from indicators.foundation.messages import message_catalogue
from indicators.survey import (
    Condition,
    Design,
    Mean,
    Proportion,
    Quantile,
    estimate,
    estimate_many,
)

PEOPLE = pd.DataFrame(
    {
        "stratum": ["a", "a", "b", "b"],
        "psu": [1, 2, 3, 4],
        "weight": [1.0, 2.0, 1.0, 2.0],
        "population": [20, 20, 30, 30],
        "answer": ["yes", "no", "yes", "no"],
        "age": [20.0, 30.0, 40.0, 50.0],
    }
)
DESIGN = Design(ids=("psu",), strata=("stratum",), weights="weight", fpc=("population",))


def error(statistic: Any = None, **changes: list[Any]) -> str:
    with pytest.raises(WrongUse) as caught:
        estimate(PEOPLE.assign(**changes), DESIGN, statistic or Mean("age"))
    return str(caught.value)


def test_missing_weights_name_the_column_and_the_rows() -> None:
    text = error(weight=[1.0, None, None, 2.0])
    assert "'weight'" in text
    assert "2 rows" in text


def test_negative_weights_name_the_value() -> None:
    text = error(weight=[1.0, 2.0, -0.5, 2.0])
    assert "'weight'" in text
    assert "-0.5" in text


def test_infinite_weights_name_the_column() -> None:
    text = error(weight=[1.0, 2.0, math.inf, 2.0])
    assert "'weight'" in text
    assert "inf" in text
    with pytest.raises(WrongUse, match="'weight'"):
        people = PEOPLE.assign(weight=[1.0, 2.0, math.inf, 2.0])
        estimate_many(duckdb.from_df(people), DESIGN, [Mean("age")], [()])


@pytest.mark.parametrize("column", ["psu", "stratum", "population"])
def test_missing_design_values_name_the_column(column: str) -> None:
    values = PEOPLE[column].astype(object).where(PEOPLE.index != 1, None)
    assert f"'{column}'" in error(**{column: values.tolist()})


def test_a_population_below_the_sample() -> None:
    text = error(population=[1, 1, 30, 30])
    assert "'population'" in text
    assert "2 units" in text


def test_a_population_that_varies_within_a_stratum() -> None:
    assert "'population'" in error(population=[20, 21, 30, 30])


def test_a_psu_in_two_strata_points_to_nest() -> None:
    text = error(psu=[1, 2, 2, 3])
    assert "'psu'" in text
    assert "nest" in text


def test_psu_codes_that_repeat_are_right_with_nest() -> None:
    people = PEOPLE.assign(psu=[1, 2, 1, 2])
    design = Design(ids=("psu",), strata=("stratum",), weights="weight", nest=True)
    assert estimate(people, design, Mean("age")).iloc[0]["df"] == 2


def test_an_unknown_column_brings_the_nearest_name() -> None:
    text = error(Mean("agee"))
    assert "'agee'" in text
    assert "'age'" in text


def test_a_mean_of_words() -> None:
    text = error(Mean("answer"))
    assert "'answer'" in text
    assert "proportion" in text


def test_a_number_asked_of_a_text_column() -> None:
    assert "'answer'" in error(Proportion("answer", 1))


def test_text_asked_of_a_number_column() -> None:
    assert "'age'" in error(Proportion("age", "20"))


def test_a_by_column_with_the_name_of_a_result_column() -> None:
    with pytest.raises(WrongUse, match="'estimate'"):
        estimate(PEOPLE.assign(estimate="x"), DESIGN, Mean("age"), by=("estimate",))


def test_choices_are_named() -> None:
    for make in (
        lambda: Design(lonely_psu="centre"),
        lambda: Condition("age", "=", 3),
        lambda: Proportion("answer", "yes", interval="wilson"),
        lambda: Quantile("age", 0.5, qrule="hf10"),
    ):
        with pytest.raises(WrongUse, match="Choose one of"):
            make()


def test_impossible_designs() -> None:
    with pytest.raises(WrongUse, match="strata"):
        Design(strata=("a", "b"))
    with pytest.raises(WrongUse, match="population counts"):
        Design(ids=("psu",), fpc=("one", "two"))
    with pytest.raises(WrongUse, match="design effect"):
        Design(stated_deff=0.0)
    with pytest.raises(WrongUse, match="quantile"):
        Quantile("age", 50)


@pytest.mark.parametrize("scale", [0.0, -1.0, math.inf, math.nan])
def test_a_scale_that_leaves_no_weights(scale: float) -> None:
    with pytest.raises(WrongUse, match="above 0"):
        Design(weights="weight", weight_scale=scale)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95.0, math.nan])
def test_a_confidence_that_is_none(confidence: float) -> None:
    with pytest.raises(WrongUse, match=r"0\.95"):
        estimate(PEOPLE, DESIGN, Mean("age"), confidence=confidence)


def test_one_column_may_be_named_alone_and_none_is_no_column() -> None:
    alone = Design(ids="psu", strata="stratum", weights="weight", fpc="population")  # type: ignore[arg-type]
    assert alone == DESIGN
    assert Design(ids=None, strata=None, fpc=None) == Design()  # type: ignore[arg-type]


def test_a_column_to_group_by_counts_once() -> None:
    twice = estimate(PEOPLE, DESIGN, Mean("age"), by=["answer", "answer"])
    pd.testing.assert_frame_equal(twice, estimate(PEOPLE, DESIGN, Mean("age"), by="answer"))


def test_survey_sentences_stand_in_both_languages() -> None:
    keys = [key for key in message_catalogue() if key.split(".")[-1].startswith("survey_")]
    assert len(keys) > 10
    for key in keys:
        assert set(message_catalogue()[key]) == {"en", "fr"}


@pytest.mark.parametrize("as_read", ["frame", "relation", "many"])
def test_yes_and_no_that_a_reader_made_truth_values_are_still_found(as_read: str) -> None:
    read = PEOPLE.assign(answer=PEOPLE["answer"] == "yes")
    data = read if as_read == "frame" else duckdb.from_df(read)

    def asked(people: Any, statistic: Any, value: str) -> pd.DataFrame:
        domain = (Condition("answer", "==", value),)
        if as_read == "many" and people is data:
            return estimate_many(people, DESIGN, [statistic], [()], domain)
        return estimate(people, DESIGN, statistic, domain=domain)

    for statistic, value in ((Proportion("answer", "yes"), "no"), (Mean("age"), "yes")):
        row, expected = (asked(people, statistic, value).iloc[0] for people in (data, PEOPLE))
        assert row["estimate"] == expected["estimate"]
        assert (row["n"], row["df"]) == (expected["n"], expected["df"])
    with pytest.raises(WrongUse, match="'answer'"):
        estimate(data, DESIGN, Proportion("answer", "maybe"))
