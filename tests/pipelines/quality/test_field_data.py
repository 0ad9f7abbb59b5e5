"""What looks like personal data, units that are elsewhere, and how interviews were held."""

from datetime import date, datetime

import pytest

from indicators.definitions.contracts import contracts
from pipelines.quality.check_results import CheckResult
from pipelines.quality.facts.interviews import INTERVIEWS_A_DAY, interviews_held
from pipelines.quality.facts.personal_data import personal_data, personal_data_of_rejects
from pipelines.quality.facts.references import activities_of_units
from tests.worlds.mission.figures import add, add_file, insert

PERSONAL = {
    "email": ["see amina.k@example.org", "Amina <a-k@mail.example.net>"],
    "telephone": ["+211 912 345 678", "tel. 00211912345678.", "appeler le 06 12 34 56 78"],
    "coordinates": ["4.85917, 31.60912", "at -4.8591 31.6091", "4,85917 ; 31,60912"],
    "name": ["Mme Koné", "by Chief Lado", "le capitaine absent, Capt. Deng", "M. et Mme Écho"],
}
PLAIN = [
    "PLN-2026-07-0012", "2026-07-03 08:00:15", "03.07.2026 08.15", "03-07-2026 08-15-00-00",
    "INC-20260703-000123456", "2025/26", "10.5 km", "route 4.85", "Chief", "chef de village",
    "Doctors", "Majority", "Colonie Nord", "00123456", "Estimates of OCHA, 2026",
    "base at 4.9 31.6", "@field", "0.12345 of 1.12345 shares",
]  # fmt: skip


def by_kind(results: object) -> dict[str, CheckResult]:
    """Results by the last part of their name."""
    return {entry.check.split(".")[2]: entry for entry in results}  # type: ignore[attr-defined]


@pytest.mark.parametrize(("kind", "text"), [(k, t) for k, ts in PERSONAL.items() for t in ts])
def test_a_text_like_personal_data_is_told_but_not_repeated(warehouse, kind, text) -> None:
    sha256 = add_file(warehouse, "people.csv")
    plain = {"area_code": "BK", "file_sha256": sha256}
    add(warehouse, "population", plain, plain | {"estimate_source": text, "row_number": 7})
    found = by_kind(personal_data(warehouse, contracts()["population"]))
    assert {name for name, entry in found.items() if entry.status == "failed"} == {kind}
    told = found[kind]
    assert (told.severity, told.rows_failed) == ("warning", 1)
    for sentence in (told.sentence_en, told.sentence_fr):
        assert "people.csv" in sentence and "7" in sentence and text not in sentence


def test_codes_dates_and_plain_words_are_none(warehouse) -> None:
    rows = [{"area_code": "BK", "estimate_source": text} for text in PLAIN]
    add(warehouse, "population", *rows)
    found = personal_data(warehouse, contracts()["population"])
    assert {entry.status for entry in found} == {"passed"}


def test_names_of_bases_are_no_names_of_persons(warehouse) -> None:
    add(warehouse, "deployments", {"area_code": "BK", "base_name": "Camp Captain Deng"})
    found = by_kind(personal_data(warehouse, contracts()["deployments"]))
    assert set(found) == {"email", "telephone", "coordinates"}


def test_of_what_was_loaded_and_what_was_rejected_only_rejects_are_looked_at_twice(
    warehouse,
) -> None:
    sha256 = add_file(warehouse, "people.csv")
    for row in (3, 4):
        place = {"file_sha256": sha256, "sheet": "", "row_number": row}
        insert(warehouse, "raw.population", place | {"persons": "ask +211 912 345 678"})
    contract = contracts()["population"]
    assert list(personal_data_of_rejects(warehouse, contract)) == []
    reject = {"file_sha256": sha256, "sheet": "", "row_number": 4, "rule": "not_a_number"}
    insert(warehouse, "quarantine.population", reject)
    told = by_kind(personal_data_of_rejects(warehouse, contract))["telephone"]
    assert (told.status, told.rows_failed) == ("failed", 1)
    assert "row 4 of people.csv" in told.sentence_en


def patrol(day: int, unit: str, **changes: object) -> dict[str, object]:
    plain = {"activity_type": "patrol", "status": "completed", "unit_code": unit}
    on = {"area_code": "BK", "started_on_local": date(2026, 7, day)}
    return plain | on | changes


def test_patrols_of_a_unit_that_is_at_no_base_that_day(warehouse) -> None:
    there = {"valid_from": date(2026, 1, 1), "valid_to": date(2026, 7, 20)}
    add(warehouse, "units", {"unit_code": "A"} | there, {"unit_code": "B"} | there)
    base = {"unit_code": "A", "area_code": "BK", "from_on": date(2026, 7, 5)}
    add(warehouse, "deployments", base | {"to_on": date(2026, 7, 10)}, {"area_code": "BK"})
    add(
        warehouse,
        "activities",
        *(patrol(day, "A") for day in (4, 5, 10, 11)),
        patrol(4, "A", status="cancelled"),
        patrol(4, "A", activity_type="exercise"),
        patrol(4, "B"),  # the list does not know the unit
        patrol(21, "B"),  # it had left the mission
    )
    found = {entry.check: entry.rows_failed for entry in activities_of_units(warehouse)}
    assert found == {
        "activities.patrols_where_deployed": 2,
        "activities.activities_while_there": 1,
    }


@pytest.fixture
def held(warehouse):
    """Adds an interview with these answers; returns what stands out, by kind."""
    items = contracts()["survey_answers"].columns["item"].allowed_codes[:10]

    def hold(key: str, answers: list[str], **changes: object) -> None:
        row = {"survey_code": "PS", "wave": "1", "instrument": "household", "result": "complete"}
        row |= {"respondent_key": key, "psu": "1", "interviewer_key": "I", "consent_given": True}
        row |= {"area_code": "BK", "interviewed_on": date(2026, 8, 1), "weight_person": 1}
        add(warehouse, "survey_respondents", row | changes)
        same = {"survey_code": "PS", "wave": "1", "respondent_key": key}
        pairs = zip(items, answers, strict=False)
        add(warehouse, "survey_answers", *(same | {"item": i, "answer": a} for i, a in pairs))

    return hold


def told(warehouse) -> dict[str, str]:
    return {e.check.split(".")[1]: e.observed for e in interviews_held(warehouse)}


MIXED = ["yes", "no", "yes", "no", "dont_know", "yes", "no", "no", "yes", "no"]


def test_interviews_held_as_they_should_be(warehouse, held) -> None:
    held("a", MIXED)
    held("b", MIXED[::-1])
    held("c", MIXED[:9])  # too few answers to tell anything by their being equal
    held("d", MIXED[:9])
    assert told(warehouse) == {
        "interviewer_pace": "0 / 1",
        "straight_lining": "0 / 2",
        "same_answers": "0 / 2",
        "psu_sizes": "0 / 1",
    }


def test_equal_answers_are_told_within_one_interviewer_and_sampling_unit(warehouse, held) -> None:
    held("a", MIXED)
    held("b", MIXED)
    held("c", MIXED, interviewer_key="J")
    held("d", MIXED, psu="2")
    held("e", ["yes"] * 10)
    held("f", MIXED, result="refusal")
    assert told(warehouse) | {"interviewer_pace": ""} == {
        "interviewer_pace": "",
        "straight_lining": "1 / 5",
        "same_answers": "2 / 5",
        "psu_sizes": "0 / 2",
    }


def test_sampling_units_are_held_against_the_design_of_their_own_wave(warehouse) -> None:
    """A unit of one interview among units of twelve; the same one in a wave of few a unit."""

    def rows(wave: str, sizes: dict[str, int]) -> list[dict[str, object]]:
        row = {"survey_code": "PS", "wave": wave, "instrument": "household", "result": "complete"}
        row |= {"consent_given": True, "area_code": "BK", "interviewed_on": date(2026, 8, 1)}
        keys = ((psu, n) for psu, size in sizes.items() for n in range(size))
        return [row | {"respondent_key": f"{psu}-{n}", "psu": psu} for psu, n in keys]

    twelve = {f"u{number}": 12 for number in range(10)}
    few = {f"u{number}": 1 + number % 4 for number in range(20)}
    split = rows("1", twelve | {"single": 1, "merged": 40})
    add(warehouse, "survey_respondents", *split, *rows("2", few), *rows("3", twelve))
    found = {e.check.split(".", 2)[2]: e.observed for e in interviews_held(warehouse)
             if "psu_sizes" in e.check}  # fmt: skip
    assert found == {"PS.1": "2 / 12", "PS.2": "0 / 20", "PS.3": "0 / 10"}


def test_more_interviews_a_day_than_a_day_holds(warehouse, held) -> None:
    for number in range(INTERVIEWS_A_DAY + 1):
        held(f"a{number}", [], started_at=datetime(2026, 8, 1, 8))
        held(f"b{number}", [], interviewer_key="J", interviewed_on=date(2026, 8, 1 + number % 2))
    assert told(warehouse)["interviewer_pace"] == "1 / 3"
