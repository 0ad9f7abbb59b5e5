"""No small count of a way of not answering is published, nor had from what is."""

from itertools import product
from typing import Any

import duckdb
import pytest

from indicators.disclosure import suppress
from indicators.mission import DisclosurePolicy
from indicators.values import DIMENSIONS
from tests.indicators.mart_rows import COUNTRY, MISSION, empty_mart, fill, indicator, value

WAVE = {"mission": MISSION, "survey_code": "S", "wave": "1", "instrument": "household"}
WAYS = ("dont_know", "refused", "not_asked", "missing")
MIN_N = 5


def mart(
    ways: tuple[int, ...] = (20, 9, 0, 6), valid: int = 400, **results: int
) -> duckdb.DuckDBPyConnection:
    """One wave of one question, its persons as they follow from the counts."""
    connection = empty_mart()
    counts = {"complete": valid + sum(ways), "partial": 0, "refusal": 60, "no_contact": 45}
    counts |= {"without_consent": 0, "ineligible": 12, **results}
    answered = counts["complete"] + counts["partial"]
    sampled = answered + counts["refusal"] + counts["no_contact"] + counts["without_consent"]
    fill(connection, "area", [{"mission": MISSION, "area_code": COUNTRY, "area_level": "country"}])
    place = {"area": COUNTRY, "sex": "_T", "age_group": "_T", "last_on": "2026-08-20"}
    fill(connection, "survey_response", [WAVE | place | {"sampled": sampled, "answered": answered}])
    fill(connection, "survey_result", [WAVE | counts | {"response_rate": answered / sampled}])
    parts = dict(zip(WAYS, ways, strict=True))
    row = WAVE | {"item": "safety_overall", "interviewed": answered, "valid": valid}
    fill(connection, "survey_item_response", [row | parts])
    return connection


def restricted(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, Any]:
    suppress(connection, DisclosurePolicy(min_n=MIN_N), "mission")
    (row,) = (
        connection.execute(f"SELECT * FROM mart.{table}").df().astype(object).to_dict("records")
    )
    return {name: None if count != count else count for name, count in row.items()}


def ways_left(*ways: int) -> list[int | None]:
    row = restricted(mart(ways), "survey_item_response")
    assert (row["valid"], row["interviewed"]) == (400, 400 + sum(ways))
    return [row[name] for name in WAYS]


def test_counts_that_are_not_small_and_zeros_stay() -> None:
    assert ways_left(20, 9, 0, 6) == [20, 9, 0, 6]
    row = restricted(mart(), "survey_result")
    assert [row[name] for name in ("refusal", "no_contact", "ineligible")] == [60, 45, 12]


def test_a_small_count_takes_the_least_other_with_it() -> None:
    assert ways_left(20, 4, 0, 6) == [20, None, 0, None]


def test_small_counts_that_hide_each_other_take_no_other_with_them() -> None:
    assert ways_left(20, 3, 0, 2) == [20, None, 0, None]


def test_a_small_count_with_nothing_but_zeros_beside_it_takes_the_zeros_too() -> None:
    assert ways_left(3, 0, 0, 0) == [None] * 4


@pytest.mark.parametrize("ways", [(0, 1, 4, 5), (4, 0, 6, 0), (1, 1, 1, 1), (2, 30, 0, 0)])
def test_what_is_withheld_may_be_less_or_more_by_all_that_the_totals_leave(ways) -> None:
    left = ways_left(*ways)
    hidden = [way for way, count in zip(ways, left, strict=True) if count is None]
    total = sum(hidden)
    fitting = [
        guess for guess in product(range(total + 1), repeat=len(hidden)) if sum(guess) == total
    ]
    for at in range(len(hidden)):
        attainable = [guess[at] for guess in fitting]
        assert max(attainable) - min(attainable) >= min(MIN_N, total) > 0


def test_few_valid_answers_take_all_parts_with_them() -> None:
    row = restricted(mart((20, 9, 0, 6), valid=4), "survey_item_response")
    assert [row[name] for name in ("valid", *WAYS)] == [None] * 5 and row["interviewed"] == 39


def test_interviews_by_result_cannot_be_had_from_those_who_answered_or_did_not() -> None:
    row = restricted(mart(partial=2, without_consent=1), "survey_result")
    hidden = ("complete", "partial", "no_contact", "without_consent")
    assert [row[name] for name in hidden] == [None] * 4
    assert (row["refusal"], row["ineligible"]) == (60, 12) and row["response_rate"] > 0


def test_few_who_were_not_eligible_are_withheld() -> None:
    assert restricted(mart(ineligible=3), "survey_result")["ineligible"] is None


def test_a_wave_whose_persons_are_withheld_tells_nothing_here_either() -> None:
    few = mart((0, 0, 0, 0), valid=4)
    item = restricted(few, "survey_item_response")
    assert [item[name] for name in ("interviewed", "valid", *WAYS)] == [None] * 6
    (row,) = few.execute("SELECT * FROM mart.survey_result").df().to_dict("records")
    kept = {name for name, count in row.items() if count == count and count is not None}
    assert kept == set(WAVE)


def test_an_n_that_protects_another_figure_is_not_told_by_the_valid_answers() -> None:
    connection = mart()
    fill(connection, "indicator", [indicator(indicator="X-IM-01", source="survey_answers")])
    whole = {"indicator": "X-IM-01", "area": COUNTRY, **dict.fromkeys(DIMENSIONS, "_T")}
    fill(connection, "indicator_value", [value(**whole, n=400, conf_status="D")])
    row = restricted(connection, "survey_item_response")
    assert [row[name] for name in ("valid", *WAYS)] == [None] * 5
