"""Items of households: asked of some only, a number as answer, weights of the household (45)."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from indicators.definitions.catalogue import read_indicator
from indicators.foundation.data_folder import data_folder
from indicators.foundation.errors import WrongUse
from tests.worlds.rows.warehouse import SmallWarehouse, total_rows

Answers = tuple[str | None, str | None]


def surveyed(items: tuple[str, str], *answers: Answers, **household: Any) -> SmallWarehouse:
    """Households with weights 1, 2, 3, … and their answers to the two items."""
    small = SmallWarehouse()
    keys = [f"h{number}" for number in range(len(answers))]
    small.add(
        "survey_respondents",
        [
            {
                "respondent_key": key,
                "household_key": key,
                "psu": str(number // 2),
                "weight_person": 100,
                "weight_household": number + 1,
                "household_head_sex": "F",
                "is_adult": False,
                **household,
            }
            for number, key in enumerate(keys)
        ],
    )
    small.add(
        "survey_answers",
        [
            {"respondent_key": key, "item": item, "answer": answer}
            for key, given in zip(keys, answers, strict=True)
            for item, answer in zip(items, given, strict=True)
            if answer is not None
        ],
    )
    return small


def february(small: SmallWarehouse, code: str) -> Any:
    values = total_rows(small.compute(code, as_of=date(2026, 3, 31)))
    (row,) = values[(values["period"] == "2026-02") & (values["area"] == "C")].iloc
    return row


TRIPS = ("trip_planned", "trip_days_prevented")


def test_households_that_planned_a_trip_and_gave_up_no_day() -> None:
    small = surveyed(
        TRIPS,
        ("yes", "0"),
        ("yes", "00"),
        ("yes", "3"),
        ("no", "0"),
        ("yes", "dont_know"),
        ("refused", "0"),
        ("yes", None),
    )
    found = february(small, "P2-OC-06")
    assert (found["numerator"], found["denominator"], found["n"]) == (1 + 2, 1 + 2 + 3, 3)
    files = small.connection.execute(
        "SELECT rows FROM mart.contribution WHERE period = '2026-02' AND area = 'C'"
    ).fetchall()
    assert files == [(3,)]


def test_the_head_of_the_household_gives_the_sex() -> None:
    small = surveyed(TRIPS, ("yes", "0"), ("yes", "1"), sex="M")
    values = small.compute("P2-OC-06", as_of=date(2026, 3, 31))
    assert set(values[values["period"] == "2026-02"]["sex"]) == {"_T", "F"}


def test_displaced_households_that_know_where_they_are_from() -> None:
    small = surveyed(
        ("has_origin_known", "origin_safe_enough"),
        ("yes", "yes"),
        ("yes", "no"),
        ("no", "yes"),
        ("yes", "yes"),
        displacement_status="displaced",
        origin_area_code="A2",
    )
    small.connection.execute(
        "UPDATE core.survey_respondents SET displacement_status = 'resident' "
        "WHERE respondent_key = 'h3'"
    )
    found = february(small, "P3-OC-09")
    assert (found["numerator"], found["denominator"], found["n"]) == (1, 3, 2)
    values = small.compute("P3-OC-09", as_of=date(2026, 3, 31))
    origin = values[(values["breakdown"] == "area_of_origin") & (values["period"] == "2026-Q1")]
    assert set(origin["breakdown_value"]) == {"A2"}
    assert "A1a" in set(origin["area"]) and "A2" not in set(origin["area"])


@pytest.mark.parametrize(
    ("right", "wrong", "nearest"),
    [
        ("trip_days_prevented: ['0']", "trip_days_prevented: [none]", "not_asked"),
        ("trip_planned: ['yes']", "trip_planned: [yess]", "yes"),
        ("trip_planned: ['yes']", "trip_plan: ['yes']", "trip_planned"),
    ],
)
def test_an_answer_that_the_item_does_not_take_is_refused(
    tmp_path: Path, right: str, wrong: str, nearest: str
) -> None:
    text = (data_folder() / "indicators" / "P2-OC-06.yaml").read_text(encoding="utf-8")
    path = tmp_path / "P2-OC-06.yaml"
    path.write_text(text.replace(right, wrong), encoding="utf-8")
    with pytest.raises(WrongUse) as refused:
        read_indicator(path)
    (problem,) = refused.value.problems
    assert problem.rule == "expression_unknown_code"
    assert nearest in str(problem.parameters["nearest"])
