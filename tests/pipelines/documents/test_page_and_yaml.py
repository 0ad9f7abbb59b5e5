"""The table of what can be said in the browser and in YAML has every key of a mapping, every option
of a reader and every question of the page, in both languages."""

import re
from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from dashboards.forms.intake import upload
from indicators.foundation.messages import LANGUAGES, message_catalogue
from indicators.foundation.reading.model_problems import models_in
from pipelines.documents.profile_pages import keys_of
from pipelines.ingest.mapping.model import Source
from pipelines.ingest.readers import reader, readers
from tests.conftest import REPOSITORY

PAGES = {"en": "docs/mapping_a_file.md", "fr": "docs/mapping_a_file.fr.md"}


def table(language: str) -> list[list[str]]:
    """The rows of the table: keys, what they say, on the page."""
    text = (REPOSITORY / PAGES[language]).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def keys(model: type[BaseModel], above: str, seen: set[type[BaseModel]]) -> Iterator[str]:
    """The keys of a model and of those below it, each with the key that it stands under."""
    if model in seen:
        return
    seen.add(model)
    for key, field in keys_of(model).items():
        yield f"{above}{key}"
        for inner in models_in(field.annotation):
            yield from keys(inner, f"{key}.", seen)


def words(start: str, language: str) -> set[str]:
    """The texts of a part of the catalogue, with plain blanks."""
    found = (one[language] for key, one in message_catalogue().items() if key.startswith(start))
    return {re.sub("[\u00a0\u202f]", " ", text) for text in found}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_of_a_mapping_has_its_place_once(language: str) -> None:
    written = [key for cells in table(language) for key in re.findall(r"`([a-z_.]+)`", cells[0])]
    options = {f"options.{option}" for name in readers() for option in reader(name).options}
    known = {*keys(Source, "", set()), *options} - {"options"}
    assert sorted(written) == sorted(known)


def test_both_languages_have_the_same_rows() -> None:
    english, french = table("en"), table("fr")
    assert [cells[0] for cells in english] == [cells[0] for cells in french]
    alone = [["YAML only" in cells[2] for cells in english],
             ["YAML seulement" in cells[2] for cells in french]]  # fmt: skip
    assert alone[0] == alone[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_the_page_are_its_own_and_no_question_is_left_out(language: str) -> None:
    shown = " ".join(cells[2] for cells in table(language))
    # what holds a star itself stands between underscores, its star escaped
    told = re.findall(r"(?<!\\)\*([^*]+)(?<!\\)\*", re.sub(r"_([^_]*\\\*[^_]*)_", "", shown))
    told += [one.replace("\\*", "*") for one in re.findall(r"_([^_]*\\\*[^_]*)_", shown)]
    asked, page = words("map.choice.", language), words("page.intake.", language)
    assert set(told) - asked - page == set()
    assert asked - set(told) == set()


def test_the_page_takes_an_answer_to_every_question() -> None:
    kinds = [key.removeprefix("map.choice.") for key in message_catalogue() if "map.choice." in key]
    assert {
        one for one in kinds if not {one, f"{one}."} & {*upload._CHOICES, *upload._ANSWERS}
    } == set()
