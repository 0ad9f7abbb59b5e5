"""Code lists: every code has a label in both languages, whatever names it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.contracts import contracts
from indicators.definitions.vocabularies import read_vocabularies, vocabularies, vocabulary
from indicators.foundation.errors import WrongUse
from indicators.foundation.mart_tables import NO_ANSWER
from indicators.foundation.messages import LANGUAGES
from tests.conftest import SPECIFICATION

BRACES = re.compile(r"(\w+)\*? (?:list<)?code\{([^}]*)\}")
# In braces, and no codes: what the list holds in words.
NO_CODES = {"contract names", "ISO 639-3", "ISO 3166-1 alpha-3", "Annex A roles"}
CODE_COLUMNS = [
    (table, name)
    for table, contract in contracts().items()
    for name, column in contract.columns.items()
    if column.allowed_codes is not None
]


@pytest.mark.parametrize("name", sorted(vocabularies()))
def test_every_code_has_a_label_in_both_languages(name: str) -> None:
    entry = vocabulary(name)
    assert entry.codes
    for code in entry.codes:
        for language in LANGUAGES:
            assert entry.label(code, language).strip(), (name, code, language)


@pytest.mark.parametrize("name", sorted(vocabularies()))
def test_no_two_codes_of_a_list_read_alike(name: str) -> None:
    entry = vocabulary(name)
    for language in LANGUAGES:
        labels = [entry.label(code, language) for code in entry.codes]
        assert len(labels) == len(set(labels)), (name, language)


@pytest.mark.parametrize(
    "line",
    [
        "nil: {en: Nil return, fr: Rendu, néant}",  # the comma makes a third key
        "nil: {en: Nil return}",
        "1: {en: One, fr: Un}",  # YAML reads the code as a number
    ],
)
def test_a_code_without_its_two_labels_is_refused_with_file_list_and_code(
    line: str, tmp_path: Path
) -> None:
    path = tmp_path / "returns.yaml"
    path.write_text(f"return_status:\n  codes:\n    {line}\n", encoding="utf-8")
    with pytest.raises(WrongUse, match=r"returns\.yaml: The code return_status\.codes\.\w+ needs"):
        read_vocabularies(path)


def codes_written_as(text: str, name: str) -> set[str]:
    """The codes in braces behind a name in definitions.md 47, or after names joined by `and`."""
    found = re.search(rf"\b{name}\b[^{{;]*\{{([^}}]*)\}}", text)
    assert found, name
    return {code.strip() for code in found[1].split(",")}


# Codes of §8 of the agreed list, by column of the sections before it.
ADDED_CODES = {
    "activity_type": {"coordination_meeting"},
    "incident_type": {"explosive_hazard"},
    "referral_kind": {"mrm", "mara"},
    "register_code": {"community_protection_plan"},
}


@pytest.mark.parametrize(
    "name", ["course_topic", "visiting_component", "responding_component", "facility_type"]
)
def test_pinned_codes_are_those_of_the_definitions(name: str) -> None:
    text = (SPECIFICATION / "definitions.md").read_text(encoding="utf-8")
    pinned = text[text.index("47. Codes pinned") :]
    added = (
        {"host_state_police", "host_state_military"} if name == "responding_component" else set()
    )
    assert (
        set(vocabulary(name).codes) == codes_written_as(pinned, name) | added
    )  # source_tables.md §8


def agreed_codes(text: str) -> Iterator[tuple[str, str, set[str]]]:
    """(table, column, codes) for each column whose codes the agreed list writes in braces."""
    table = ""
    for line in text.splitlines():
        if line.startswith("**"):
            heading = re.match(r"\*\*(\w+)\*\* ·", line)
            table = heading[1] if heading else ""
        for name, braces in BRACES.findall(line):
            codes = {code.strip() for code in braces.split(",")}
            if table in contracts() and name in contracts()[table].columns:
                yield table, name, {"1", "2", "3", "4", "5"} if codes == {"1..5"} else codes


def test_codes_in_braces_of_the_agreed_columns_are_those_of_their_lists() -> None:
    text = (SPECIFICATION / "source_tables.md").read_text(encoding="utf-8")
    found = [entry for entry in agreed_codes(text) if not entry[2] & NO_CODES]
    assert len(found) > 40
    for table, name, codes in found:
        ours = set(contracts()[table].columns[name].allowed_codes or ())
        assert ours == codes | ADDED_CODES.get(name, set()), (table, name)


@pytest.mark.parametrize(("table", "column"), CODE_COLUMNS)
def test_a_code_column_takes_its_labels_from_a_list(table: str, column: str) -> None:
    entry = contracts()[table].columns[column]
    assert entry.vocabulary in vocabularies()
    assert entry.allowed_codes == vocabulary(str(entry.vocabulary)).codes


def test_every_list_is_used() -> None:
    named = {
        column.vocabulary
        for contract in contracts().values()
        for column in contract.columns.values()
    }
    derived = {name for contract in contracts().values() for name in contract.derived}
    parts = {name for indicator in load_catalogue().values() for name in indicator.disaggregate}
    # Answers: see survey_item. What a benchmark's figure says is computed, and in no source.
    beside = {"answer", "computed_state"}
    assert set(vocabularies()) - named - derived - parts == beside


def test_a_derived_column_with_codes_of_its_own_takes_them_from_the_list_of_its_name() -> None:
    for table, contract in contracts().items():
        for name, column in contract.derived.items():
            if column.codes and name in vocabularies():
                assert column.codes == vocabulary(name).codes, (table, name)


def test_every_answer_of_an_item_is_a_labelled_answer() -> None:
    items, answers = vocabulary("survey_item"), vocabulary("answer")
    assert set(items.answer_lists) == set(items.codes)
    for item in items.codes:
        assert set(items.answers(item)) <= set(answers.codes), item
        assert items.answers(item)[-3:] == NO_ANSWER


def test_every_answer_is_asked_by_some_item() -> None:
    items = vocabulary("survey_item")
    asked = {answer for item in items.codes for answer in items.answers(item)}
    assert asked == set(vocabulary("answer").codes)


def test_only_the_items_that_count_days_take_a_number() -> None:
    items = vocabulary("survey_item")
    counting = {item for item in items.codes if items.takes_integer(item)}
    assert counting == {"trip_days_planned", "trip_days_prevented"}


def test_countries_are_those_of_iso_3166() -> None:
    countries = vocabulary("contributing_country").codes
    assert len(countries) == 249
    assert all(len(code) == 3 and code.isupper() for code in countries)


def test_a_code_no_is_the_word_and_not_false(tmp_path: Path) -> None:
    path = tmp_path / "answers.yaml"
    path.write_text("answer:\n  codes:\n    no: {en: No, fr: Non}\n", encoding="utf-8")
    assert list(read_vocabularies(path)["answer"].codes) == ["no"]
