"""Ways of not answering are kept apart, by wave and by question."""

from datetime import date

import pandas as pd
import pytest

from indicators.survey.waves.response_rates import interview_results_sql, item_responses
from tests.indicators.survey.test_waves import wave
from tests.worlds.rows.warehouse import SmallWarehouse

ANSWERS = ["good", "bad", "dont_know", "refused", "refused", None, "not_asked", "fair"]
PARTS = ["valid", "dont_know", "refused", "not_asked", "missing"]


def test_each_way_of_not_answering_a_question_is_counted_apart() -> None:
    small = SmallWarehouse()
    wave(small, "w1", ANSWERS)
    wave(small, "w2", ["good"] * 3, item="safe_walking_night")
    small.compute("X-IM-01")
    found = item_responses(small.connection).set_index(["wave", "item"])
    assert found[PARTS].sum(axis=1).eq(found["interviewed"]).all()
    assert found.loc[("w1", "safety_overall"), PARTS].tolist() == [3, 1, 2, 1, 1]
    assert found.loc[("w2", "safe_walking_night"), PARTS].tolist() == [3, 0, 0, 0, 0]
    assert len(found) == 2


def test_who_was_not_interviewed_has_not_failed_to_answer_a_question() -> None:
    small = SmallWarehouse()
    wave(small, "w1", ["good", "good", "good", None, None, None])
    small.connection.execute(
        "UPDATE core.survey_respondents SET result = 'refusal', consent_given = false "
        "WHERE respondent_key = 'w1-3'"
    )
    small.connection.execute(
        "UPDATE core.survey_respondents SET result = 'no_contact' WHERE respondent_key = 'w1-4'"
    )
    small.compute("X-IM-01")
    (row,) = item_responses(small.connection).to_dict("records")
    assert (row["interviewed"], row["valid"], row["missing"]) == (4, 3, 1)


def test_non_response_is_told_by_its_result_and_rated_over_the_eligible() -> None:
    small = SmallWarehouse()
    results = ["complete", "complete", "partial", "refusal", "no_contact", "ineligible"]
    for number, result in enumerate(results):
        wave(small, "w1", [None] * (number + 1), result=result)
        small.connection.execute(
            "UPDATE core.survey_respondents SET respondent_key = respondent_key || result || ? "
            "WHERE respondent_key NOT LIKE '%x%'",
            [f"x{number}"],
        )
    small.compute("X-IM-01")
    (row,) = small.connection.execute(interview_results_sql()).df().to_dict("records")
    found = [row[name] for name in ("complete", "partial", "refusal", "no_contact", "ineligible")]
    assert found == [3, 3, 4, 5, 6]
    assert (row["drawn"], row["without_consent"]) == (21, 0)
    assert row["response_rate"] == pytest.approx(6 / 15)


def test_an_interview_without_consent_is_no_response() -> None:
    small = SmallWarehouse()
    wave(small, "w1", ["good"] * 4)
    small.connection.execute(
        "UPDATE core.survey_respondents SET consent_given = false WHERE respondent_key = 'w1-0'"
    )
    small.compute("X-IM-01")
    (row,) = small.connection.execute(interview_results_sql()).df().to_dict("records")
    assert (row["drawn"], row["complete"], row["without_consent"]) == (4, 3, 1)
    assert row["response_rate"] == pytest.approx(3 / 4)


def test_what_comes_after_the_as_of_day_is_not_yet_known() -> None:
    small = SmallWarehouse()
    wave(small, "w1", ANSWERS)
    wave(small, "w2", ANSWERS, on=date(2026, 8, 1))
    small.compute("X-IM-01", as_of=date(2026, 7, 31))
    assert item_responses(small.connection)["wave"].tolist() == ["w1"]
    assert small.connection.execute(interview_results_sql()).df()["wave"].tolist() == ["w1"]


def test_of_a_wave_that_goes_on_after_the_as_of_day_nothing_is_told() -> None:
    small = SmallWarehouse()
    wave(small, "w1", ANSWERS)
    wave(small, "w2", ANSWERS, on=date(2026, 7, 31))
    small.connection.execute(
        "UPDATE core.survey_respondents SET interviewed_on = DATE '2026-08-01' "
        "WHERE respondent_key = 'w2-0'"
    )
    for as_of, waves in ((date(2026, 7, 31), {"w1"}), (date(2026, 8, 1), {"w1", "w2"})):
        small.compute("X-IM-01", as_of=as_of)
        for table in ("survey_result", "survey_item_response", "survey_response"):
            assert set(small.connection.table(f"mart.{table}").df()["wave"]) == waves


def test_the_mart_holds_what_the_core_tables_say_counted_with_pandas() -> None:
    small = SmallWarehouse()
    wave(small, "w1", ANSWERS)
    wave(small, "w2", ["good", "refused", None, "dont_know", "fair"], area_code="A2")
    small.connection.execute(
        """UPDATE core.survey_respondents SET result = CASE respondent_key
          WHEN 'w1-0' THEN 'refusal' WHEN 'w1-1' THEN 'partial' WHEN 'w2-4' THEN 'no_contact'
          ELSE result END"""
    )
    small.compute("X-IM-01")
    people = small.connection.table("core.survey_respondents").df()
    answers = small.connection.table("core.survey_answers").df()
    by_result = pd.crosstab(people["wave"], people["result"])
    results = small.connection.table("mart.survey_result").df().set_index("wave")
    for result in by_result:
        assert results[result].tolist() == by_result[result].tolist()
    done = people[people["result"].isin(["complete", "partial"])]
    rate = done.groupby("wave").size() / people.groupby("wave").size()
    assert results["response_rate"].to_dict() == pytest.approx(rate.to_dict())
    given = done.merge(answers, on=["wave", "respondent_key"], how="left")
    said = given["answer"].fillna("missing")
    by_way = pd.crosstab(given["wave"], said.where(said.isin(PARTS), "valid"))
    items = small.connection.table("mart.survey_item_response").df().set_index("wave")
    assert items["interviewed"].to_dict() == done.groupby("wave").size().to_dict()
    for way in PARTS:
        assert items[way].tolist() == by_way.get(way, 0 * by_way["valid"]).tolist()
    assert set(items["mission"]) == set(results["mission"]) == {"small"}
