"""Survey indicators: which wave a period shows, who is in the domain, what comes out."""

from datetime import date
from typing import Any

import pandas as pd
import pytest

from indicators.survey import Design, Proportion, estimate
from tests.worlds.rows.warehouse import SmallWarehouse, total_rows

SAFE = "safety_overall"


def wave(
    small: SmallWarehouse,
    name: str,
    answers: list[str | None],
    on: date = date(2026, 2, 10),
    item: str = SAFE,
    **person: Any,
) -> None:
    """Respondents of one wave, two a PSU, four a stratum, weights 1 to 3."""
    people = [
        {
            "wave": name,
            "respondent_key": f"{name}-{number}",
            "stratum": str(number // 4),
            "psu": str(number // 2),
            "weight_person": number % 3 + 1,
            "interviewed_on": on,
            **person,
        }
        for number in range(len(answers))
    ]
    small.add("survey_respondents", people)
    small.add(
        "survey_answers",
        [
            {"wave": name, "respondent_key": who["respondent_key"], "item": item, "answer": answer}
            for who, answer in zip(people, answers, strict=True)
            if answer is not None
        ],
    )


ANSWERS = ["good", "bad", "very_good", "dont_know", "fair", "good", None, "very_bad"] * 3


def one(values: pd.DataFrame, period: str, area: str = "C") -> pd.Series:
    rows = total_rows(values)
    (row,) = rows[(rows["period"] == period) & (rows["area"] == area)].iloc
    return row


def test_an_estimate_is_that_of_the_survey_package_over_valid_answers() -> None:
    small = SmallWarehouse()
    wave(small, "w1", ANSWERS)
    found = one(small.compute("X-IM-01"), "2026-02")
    favourable = {"good": 1.0, "very_good": 1.0, "dont_know": None, None: None}
    frame = pd.DataFrame(
        {
            "y": [favourable.get(answer, 0.0) for answer in ANSWERS],
            "psu": [number // 2 for number in range(len(ANSWERS))],
            "stratum": [number // 4 for number in range(len(ANSWERS))],
            "w": [number % 3 + 1.0 for number in range(len(ANSWERS))],
        }
    )
    design = Design(ids=("psu",), strata=("stratum",), weights="w", nest=True, lonely_psu="adjust")
    (expected,) = estimate(frame, design, Proportion("y", 1.0)).iloc
    assert found["value"] == pytest.approx(100 * expected["estimate"])
    assert found["se"] == pytest.approx(100 * expected["se"])
    assert (found["ci_low"], found["ci_high"]) == pytest.approx(
        (100 * expected["ci_low"], 100 * expected["ci_high"])
    )
    assert (found["n"], found["df"]) == (18, expected["df"])
    assert found["numerator"] / found["denominator"] == pytest.approx(expected["estimate"])
    assert found["method"] == "taylor"


def test_a_period_shows_the_latest_wave_and_never_pools() -> None:
    small = SmallWarehouse()
    wave(small, "w1", ["good"] * 8, date(2026, 1, 31))
    wave(small, "w2", ["bad"] * 8, date(2026, 3, 1))
    totals = {kind: small.totals("X-IM-01", kind) for kind in ("M", "Q", "A")}
    assert totals == {
        "M": {"2026-01": 100, "2026-03": 0},
        "Q": {"2026-Q1": 0},
        "A": {"2026": 0},
    }


def test_a_wave_belongs_to_its_last_completed_interview_and_is_not_split() -> None:
    small = SmallWarehouse()
    wave(small, "w1", ["good"] * 8, date(2026, 1, 31))
    small.add(
        "survey_respondents",
        [
            {"respondent_key": "late", "interviewed_on": date(2026, 2, 2), "psu": "9"},
            {
                "respondent_key": "refused",
                "interviewed_on": date(2026, 3, 2),
                "result": "refusal",
                "psu": "9",
            },
        ],
    )
    assert small.totals("X-IM-01", "M") == {"2026-02": 100}


def test_a_wave_with_interviews_after_the_as_of_date_is_not_shown() -> None:
    small = SmallWarehouse()
    wave(small, "w1", ["good"] * 8)
    assert small.totals("X-IM-01", "M", as_of=date(2026, 2, 9)) == {}
    assert small.totals("X-IM-01", "M", as_of=date(2026, 2, 10)) == {"2026-02": 100}
    assert small.statuses("X-IM-01", "M", as_of=date(2026, 2, 10))["2026-02"] in ("P", "U")


def test_a_wave_that_did_not_ask_the_item_gives_way_to_one_that_did() -> None:
    small = SmallWarehouse()
    wave(small, "w1", ["good"] * 8, date(2026, 1, 31))
    wave(small, "w2", ["not_asked"] * 8, date(2026, 3, 1))
    assert small.totals("X-IM-01", "Q") == {"2026-Q1": 100}
    assert small.statuses("X-IM-01", "M")["2026-03"] == "O"


def test_without_consent_or_of_age_nobody_counts() -> None:
    small = SmallWarehouse()
    wave(small, "w1", ["good"] * 8)
    small.connection.execute(
        """UPDATE core.survey_respondents SET consent_given = false
        WHERE respondent_key IN ('w1-0', 'w1-1')"""
    )
    small.connection.execute(
        "UPDATE core.survey_respondents SET is_adult = false WHERE respondent_key = 'w1-2'"
    )
    assert one(small.compute("X-IM-01"), "2026-02")["n"] == 5


def test_never_going_out_counts_as_not_safe() -> None:
    small = SmallWarehouse()
    answers = ["safe", "never_go_out", "very_safe", "refused"]
    wave(small, "w1", answers, item="safe_walking_night")
    found = one(small.compute("P2-OC-05"), "2026-02")
    assert (found["n"], found["value"]) == (3, pytest.approx(100 * (1 + 3) / (1 + 2 + 3)))


def test_a_gap_is_men_minus_women() -> None:
    small = SmallWarehouse()
    wave(small, "w1", ["good", "good", "good", "bad"] * 4)
    small.connection.execute(
        "UPDATE core.survey_respondents "
        "SET sex = CASE WHEN row_number % 2 = 0 THEN 'M' ELSE 'F' END"
    )
    share = {
        sex: 100
        * sum(n % 3 + 1 for n in range(16) if n % 2 == odd and n % 4 != 3)
        / sum(n % 3 + 1 for n in range(16) if n % 2 == odd)
        for sex, odd in (("M", 0), ("F", 1))
    }
    found = one(small.compute("X-IM-02"), "2026-02")
    assert found["value"] == pytest.approx(share["M"] - share["F"])
    assert found["se"] > 0 and pd.isna(found["numerator"])


def test_without_psus_the_stated_design_effect_widens_the_interval_and_says_so() -> None:
    small = SmallWarehouse()
    wave(small, "w1", ANSWERS)
    small.connection.execute("UPDATE core.survey_respondents SET psu = NULL")
    plain = one(small.compute("X-IM-01"), "2026-02")
    stated = {
        "survey_code": "s",
        "wave": "w1",
        "design_effect": 2.0,
        "reason": {"en": "–", "fr": "–"},
    }
    found = one(small.compute("X-IM-01", survey_substitutes=[stated]), "2026-02")
    assert (plain["method"], found["method"]) == ("taylor", "stated_deff")
    assert found["deff"] == 2 and found["value"] == plain["value"]


def test_parts_of_the_area_and_of_the_people_are_domains() -> None:
    small = SmallWarehouse()
    wave(small, "w1", ["good"] * 4, area_code="A1a", sex="F", age_group="Y18T29")
    wave(small, "w2", ["good"] * 4, date(2026, 2, 1))
    small.connection.execute(
        "UPDATE core.survey_respondents SET area_code = 'A2', sex = 'M' "
        "WHERE respondent_key = 'w1-3'"
    )
    values = small.compute("X-IM-01")
    quarter = values[(values["period"] == "2026-Q1") & values["value"].notna()]
    counted = quarter[quarter["area"].isin(["C", "A1", "A2"])]
    key = ["area", "sex", "age_group"]
    found = counted[counted["breakdown"] == "_T"].set_index(key)["n"].to_dict()
    assert found == {
        ("C", "_T", "_T"): 4,
        ("C", "F", "_T"): 3,
        ("C", "M", "_T"): 1,
        ("C", "_T", "Y18T29"): 4,
        ("C", "F", "Y18T29"): 3,
        ("C", "M", "Y18T29"): 1,
        ("A1", "_T", "_T"): 3,
        ("A1", "F", "_T"): 3,
        ("A1", "_T", "Y18T29"): 3,
        ("A1", "F", "Y18T29"): 3,
        ("A2", "_T", "_T"): 1,
        ("A2", "M", "_T"): 1,
        ("A2", "_T", "Y18T29"): 1,
        ("A2", "M", "Y18T29"): 1,
    }


def test_files_behind_a_survey_value_are_named() -> None:
    small = SmallWarehouse()
    wave(small, "w1", ANSWERS)
    small.compute("X-IM-01")
    found = small.connection.execute(
        "SELECT file, rows FROM mart.contribution WHERE period = '2026-02' AND area = 'C'"
    ).fetchall()
    assert found == [("f.csv", 18)]


def test_an_area_visited_whole_says_why_it_has_no_interval() -> None:
    """Two of two PSU in each stratum: nothing was left to chance; two of three: an interval."""
    answers = ["good", "bad", "good", "good", "bad", "bad", "good", "bad"] * 6
    said = {}
    for population in (2, 3):
        small = SmallWarehouse()
        wave(small, "w1", answers, fpc_psu=population)
        found = one(small.compute("X-IM-01"), "2026-02")
        said[population] = (found["method"], pd.isna(found["ci_low"]))
    assert said == {2: ("all_units", True), 3: ("taylor", False)}
