"""Survey waves: what is kept of them equals a full run bit for bit, and only what is new is made.

New respondents, answers, weights, designs and definitions, in any order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indicators.definitions.catalogue import Indicator, load_catalogue
from indicators.engine.refresh import compute
from indicators.survey.waves.changes import overlapping_sample_se
from tests.worlds.rows.stored import rows_were_changed
from tests.worlds.rows.warehouse import SmallWarehouse, small_mission

FIRST = date(2026, 1, 20)
ITEMS = {
    "safety_overall": ["very_bad", "bad", "good", "very_good", "dont_know"],
    "saw_unpol_patrol": ["yes", "no", "refused", "not_asked"],
}
CODES = ("X-IM-01", "X-IM-02", "P2-OC-01")  # the first two of one item
CHANGED: Mapping[str, Mapping[str, Any]] = {
    "as it was": {},
    "other people": {"where": "sex = 'F'"},
    "other answers": {"items": {"safety_overall": ("very_good",)}},
    "as of a day": {"where": "interviewed_on > as_of_day() - 200"},
}
CORRECTIONS = (
    "SELECT 1",
    "UPDATE core.survey_answers SET answer = 'good' WHERE item = 'safety_overall' AND {some}",
    "UPDATE core.survey_answers SET answer = 'yes' WHERE item = 'saw_unpol_patrol' AND {some}",
    "DELETE FROM core.survey_answers WHERE {some}",
    "DELETE FROM core.survey_respondents WHERE wave = 'w1' AND {some}",
    "UPDATE core.survey_respondents SET weight_person = weight_person * 1.37 WHERE {some}",
    "UPDATE core.survey_respondents SET weight_person = NULL WHERE {some}",
    "UPDATE core.survey_respondents SET psu = '1' WHERE {some}",
    "UPDATE core.survey_respondents SET psu = NULL WHERE wave = 'w2'",
    "UPDATE core.survey_respondents SET stratum = '2', area_code = 'A2' WHERE {some}",
    "UPDATE core.survey_respondents SET fpc_psu = 40 WHERE wave = 'w1'",
    "UPDATE core.survey_respondents SET consent_given = false WHERE {some}",
    "UPDATE core.survey_respondents SET is_adult = false WHERE {some}",
    "UPDATE core.survey_respondents SET interviewed_on = interviewed_on + 40 WHERE wave = 'w1'",
    "UPDATE core.survey_respondents SET file_sha256 = 'later' WHERE {some}",
    "UPDATE core.areas SET parent_area_code = 'A2' WHERE area_code = 'A1b'",
    "UPDATE ops.input_file SET name = 'renamed.csv'",
    "DELETE FROM mart.contribution WHERE area = 'A1'",
)
TABLES = ("indicator_value", "contribution", "survey_response", "survey_result")


@dataclass(frozen=True)
class Step:
    """Interviews of one wave added, a correction of some rows, and how all is computed."""

    wave: int
    people: list[dict[str, Any]]
    correction: str
    remainder: int
    definition: str
    design_effect: float | None
    as_of: date


people = st.fixed_dictionaries(
    {
        "psu": st.sampled_from(["1", "2", "3", "4"]),
        "stratum": st.sampled_from(["1", "2"]),
        "area_code": st.sampled_from(["A1a", "A1b", "A2"]),
        "sex": st.sampled_from(["F", "M"]),
        "age_group": st.sampled_from(["Y18T29", "Y30T44", None]),
        "weight_person": st.integers(1, 3_000).map(lambda thousandths: thousandths / 1000),
        "answers": st.fixed_dictionaries({item: st.sampled_from(ITEMS[item]) for item in ITEMS}),
    }
)
steps = st.builds(
    Step,
    st.integers(1, 3),
    st.lists(people, max_size=25),
    st.sampled_from(CORRECTIONS),
    st.integers(0, 4),
    st.sampled_from(sorted(CHANGED)),
    st.sampled_from([None, 1.5, 2.5]),
    st.sampled_from([date(2026, 7, 31), date(2026, 12, 31)]),
)


def interview(small: SmallWarehouse, wave: int, persons: list[dict[str, Any]], first: int) -> None:
    """One interview a day, half a year after those of the wave before."""
    respondents, given = [], []
    for number, person in enumerate(persons, first):
        name = {"wave": f"w{wave}", "respondent_key": f"p{number}", "row_number": number}
        day = FIRST + timedelta(days=150 * (wave - 1) + number % 20)
        row = {key: value for key, value in person.items() if key != "answers"}
        respondents.append({**row, **name, "interviewed_on": day})
        answers = person["answers"].items()
        given += [{**name, "item": item, "answer": answer} for item, answer in answers]
    small.add("survey_respondents", respondents)
    small.add("survey_answers", given)


def catalogue(definition: str) -> Mapping[str, Indicator]:
    entries = load_catalogue()
    first = entries[CODES[0]]
    measure = first.measure.model_copy(update=dict(CHANGED[definition]))
    return {**entries, first.code: first.model_copy(update={"measure": measure})}


def refresh(
    small: SmallWarehouse,
    as_of: date = date(2026, 12, 31),
    definition: str = "as it was",
    design_effect: float | None = None,
    codes: tuple[str, ...] = CODES,
) -> dict[str, list[tuple[Any, ...]]]:
    """All that follows from the interviews, row by row."""
    stated = {"survey_code": "s", "wave": "w2", "reason": {"en": "–", "fr": "–"}}
    substitutes = [{**stated, "design_effect": design_effect}] if design_effect else []
    mission = small_mission(codes, survey_substitutes=substitutes)
    rows_were_changed(small.connection)
    compute(small.connection, mission, catalogue(definition), as_of)
    errors = overlapping_sample_se(small.connection, mission, dict.fromkeys(codes, 1))
    found = {
        table: small.connection.execute(f"SELECT * FROM mart.{table} ORDER BY ALL").fetchall()
        for table in TABLES
    }
    rows = errors.astype(object).where(errors.notna(), None).itertuples(index=False, name=None)
    return {**found, "changes": sorted(map(tuple, rows), key=repr)}


SETTINGS: dict[str, Any] = {
    "deadline": None,
    "derandomize": True,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
}


@settings(max_examples=2, **SETTINGS)
@given(st.lists(steps, min_size=4, max_size=4))
def test_what_is_kept_equals_a_full_run_after_any_change(taken: list[Step]) -> None:
    assert_equals_a_full_run(taken)


@pytest.mark.soak
@settings(max_examples=8, **SETTINGS)
@given(st.lists(steps, min_size=4, max_size=4))
def test_what_is_kept_equals_a_full_run_for_long(taken: list[Step]) -> None:
    assert_equals_a_full_run(taken)


def assert_equals_a_full_run(taken: list[Step]) -> None:
    kept, rebuilt = both = SmallWarehouse(threads=2), SmallWarehouse()
    number = 0
    for step in taken:
        for warehouse in both:
            interview(warehouse, step.wave, step.people, number)
            some = f"row_number % 5 = {step.remainder}"
            if not step.correction.startswith("DELETE FROM mart") or warehouse is kept:
                warehouse.connection.execute(step.correction.format(some=some))
        number += len(step.people)
        rebuilt.connection.execute("DROP SCHEMA IF EXISTS cube CASCADE")
        how = step.as_of, step.definition, step.design_effect
        found, expected = (refresh(warehouse, *how) for warehouse in both)
        for table, rows in expected.items():
            assert found[table] == rows, (table, step)


@pytest.fixture(scope="module")
def content() -> bytes:
    small = SmallWarehouse()
    answers = [
        dict(zip(ITEMS, pair, strict=True))
        for pair in zip(ITEMS["safety_overall"] * 8, ITEMS["saw_unpol_patrol"] * 10, strict=True)
    ]
    persons = [
        {"psu": str(number % 4), "weight_person": 1 + number / 7, "answers": given}
        for number, given in enumerate(answers)
    ]
    for wave in (1, 2):
        interview(small, wave, persons, 100 * wave)
    refresh(small)
    return small.held()


@pytest.fixture
def two_waves(content: bytes) -> SmallWarehouse:
    return SmallWarehouse(content=content)


def made(small: SmallWarehouse) -> set[str]:
    """What the last refresh computed: waves of indicators, and changes of them."""
    rows = small.connection.execute(
        """SELECT indicator || ' ' || wave FROM stale_wave
        UNION SELECT split_part(subject, ' ', 1) || ' change' FROM cube.kept_result
        WHERE method = 'overlapping_samples' AND is_computed"""
    ).fetchall()
    return {row for (row,) in rows}


FIRST_WAVE = {f"{code} w1" for code in CODES}
CHANGES = {"X-IM-01 change", "P2-OC-01 change"}  # a difference has none


@pytest.mark.parametrize(
    ("correction", "expected"),
    [
        ("UPDATE ops.input_file SET name = 'renamed.csv'", set()),
        (
            "UPDATE core.survey_answers SET answer = 'no' WHERE wave = 'w1' "
            "AND item = 'saw_unpol_patrol' AND row_number = 100",
            {"P2-OC-01 w1", "P2-OC-01 change"},
        ),
        (
            "UPDATE core.survey_respondents SET weight_person = 2 WHERE row_number = 101",
            FIRST_WAVE | CHANGES,
        ),
        (
            "UPDATE core.survey_respondents SET psu = '9' WHERE row_number = 101",
            FIRST_WAVE | CHANGES,
        ),
        (
            "UPDATE core.areas SET parent_area_code = 'A2' WHERE area_code = 'A1a'",
            FIRST_WAVE | {f"{code} w2" for code in CODES} | CHANGES,
        ),
    ],
)
def test_only_waves_that_changed_are_computed(
    two_waves: SmallWarehouse, correction: str, expected: set[str]
) -> None:
    two_waves.connection.execute(correction)
    refresh(two_waves)
    assert made(two_waves) == expected


def test_another_definition_computes_its_indicator_alone(two_waves: SmallWarehouse) -> None:
    refresh(two_waves, definition="other people")
    assert made(two_waves) == {"X-IM-01 w1", "X-IM-01 w2", "X-IM-01 change"}


def test_another_day_computes_nothing_unless_a_definition_looks_at_it(
    two_waves: SmallWarehouse,
) -> None:
    refresh(two_waves, date(2026, 12, 30))
    assert made(two_waves) == set()
    refresh(two_waves, definition="as of a day")
    refresh(two_waves, date(2026, 12, 30), definition="as of a day")
    assert made(two_waves) == {"X-IM-01 w1", "X-IM-01 w2", "X-IM-01 change"}


def test_of_an_indicator_no_longer_chosen_nothing_is_left(two_waves: SmallWarehouse) -> None:
    found = refresh(two_waves, codes=CODES[1:])
    assert made(two_waves) == set()
    for rows in (found["indicator_value"], found["contribution"]):
        assert not any(CODES[0] in row for row in rows) and any(CODES[1] in row for row in rows)
