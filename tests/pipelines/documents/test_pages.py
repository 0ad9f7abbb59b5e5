"""Schemas are up to date; pages say in both languages all that contracts and indicators say."""

import json
import posixpath
import re
from datetime import date
from pathlib import Path
from typing import get_args

import pytest
import yaml

from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.checks.coverage import requirements
from indicators.definitions.contracts import Words, contracts
from indicators.definitions.indicator import Change, Indicator
from indicators.definitions.measures import Kind, Measure
from indicators.definitions.versions import with_versions
from indicators.definitions.vocabularies import vocabulary
from indicators.foundation.data_folder import data_folder
from indicators.foundation.messages import message
from pipelines.documents.pages import PAGES, generated_files, write_generated_files
from pipelines.documents.reference.indicator_pages import indicator_page

REPOSITORY = Path(__file__).parents[3]
FILES = dict(generated_files())
SCHEMAS = [name for name in FILES if not name.startswith(PAGES)]


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_up_to_date(name: str) -> None:
    stored = (REPOSITORY / name).read_text(encoding="utf-8")
    assert stored == FILES[name], "run: make docs"


def test_the_schemas_are_those_that_are_kept() -> None:
    kept = {f"data/schemas/{path.name}" for path in (REPOSITORY / "data/schemas").iterdir()}
    assert kept == {name for name in SCHEMAS if name.startswith("data/")}


def test_every_indicator_has_a_page_in_both_languages_with_all_that_its_entry_says() -> None:
    for code, indicator in load_catalogue().items():
        for language in ("en", "fr"):
            page = FILES[f"{PAGES}/indicators/{language}/{code}.md"]
            words = [indicator.title, indicator.definition, indicator.rationale]
            words += [indicator.numerator, indicator.limitations, indicator.owner]
            assert [
                w.in_language(language) for w in words if w.in_language(language) not in page
            ] == []
            assert [text for text in indicator.reference if f"- {text}\n" not in page] == []
            assert f"`poclens catalogue sql {code}`" in page and "SELECT" not in page
            needed = requirements([indicator])
            for table, columns in needed.columns.items():
                (line,) = [row for row in page.splitlines() if f"(`{table}`) | `" in row]
                assert [name for name in columns if f"`{name}`" not in line] == []
            assert [item for item in needed.questions if f"| `{item}` |" not in page] == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_kind_of_measure_and_every_rule_has_its_words(language: str) -> None:
    words = [f"kind.{kind}" for kind in get_args(Kind)]
    for name in ("time_rule", "direction", "level"):
        words += [f"{name}.{code}" for code in get_args(Indicator.model_fields[name].annotation)]
    assert [word for word in words if not message(f"indicator_page.{word}", language)] == []


def test_scored_answers_of_a_survey_are_on_its_page() -> None:
    item = vocabulary("survey_item").codes[0]
    measure = Measure(kind="index", scores={item: {"yes": 1.0, "no": 0.5}})
    scored = load_catalogue()["P2-OC-05"].model_copy(update={"measure": measure})
    page = indicator_page(scored, load_catalogue(), "en")
    assert f"- Scores of answers: `{item}` `yes` 1 `no` 0.5" in page
    assert "- Least number of answers: 1" in page


def test_the_index_names_each_indicator_once_under_each_of_its_tiers() -> None:
    page = FILES[f"{PAGES}/indicators/en/README.md"]
    for code, indicator in load_catalogue().items():
        assert page.count(f"| [{code}]({code}.md) |") == len(indicator.tier)


def test_links_of_the_pages_lead_to_pages() -> None:
    for name in FILES.keys() - set(SCHEMAS):
        for target in re.findall(r"\]\(([^)#]+\.md)", FILES[name]):
            path = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
            assert path in FILES, (name, target)


def test_a_page_shows_an_earlier_version_as_it_stood() -> None:
    indicator = load_catalogue()["P2-OP-01"]
    words = {"en": "Every patrol.", "fr": "Chaque patrouille."}
    before = indicator.model_copy(update={"version": 1, "effective_from": date(2020, 1, 1)})
    before = before.model_copy(update={"definition": Words(**words)})
    what = Change(version=2, on=date(2026, 1, 1), what=Words(en="Police only.", fr="Police."))
    now = indicator.model_copy(update={"version": 2, "changes": (what,)})
    page = indicator_page(with_versions([now, before]), load_catalogue(), "en")
    assert "| 2 | 2026-01-01 | Police only. |" in page and "| 1 | 2020-01-01 | – |" in page
    assert "Every patrol." in page


def test_a_page_names_every_column_and_every_rule_in_both_languages() -> None:
    for table, contract in contracts().items():
        for language in ("en", "fr"):
            page = FILES[f"{PAGES}/data_dictionary/{language}/{table}.md"]
            for name, column in contract.columns.items():
                assert f"| `{name}` | {column.title.in_language(language)} |" in page
            for rule in contract.rules():
                assert f"`{rule.name}`" in page


def test_the_pages_say_what_may_be_answered_to_an_item() -> None:
    page = FILES[f"{PAGES}/data_dictionary/en/code_lists.md"]
    line = next(line for line in page.splitlines() if line.startswith("| `trip_planned`"))
    assert "`yes`, `no`, `dont_know`, `refused`, `not_asked`" in line


def test_no_page_is_left_of_what_is_gone(tmp_path: Path) -> None:
    gone = tmp_path / PAGES / "indicators" / "en" / "P9-OP-99.md"
    gone.parent.mkdir(parents=True)
    gone.touch()
    assert write_generated_files(tmp_path) == len(FILES)
    written = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert written == set(FILES)


def test_writing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    for run in ("first", "second"):
        write_generated_files(tmp_path / run)
    for name in FILES:
        first, second = (tmp_path / run / name for run in ("first", "second"))
        assert first.read_bytes() == second.read_bytes()


def test_the_schema_of_a_contract_refuses_unknown_keys() -> None:
    schema = json.loads(FILES["data/schemas/contract.schema.json"])
    assert schema["additionalProperties"] is False
    assert schema["$defs"]["Column"]["additionalProperties"] is False


def test_the_schema_of_a_contract_knows_every_key_that_a_contract_has() -> None:
    known = json.loads(FILES["data/schemas/contract.schema.json"])["properties"]
    for path in sorted((data_folder() / "contracts").glob("*.yaml")):
        assert set(yaml.safe_load(path.read_text(encoding="utf-8"))) <= set(known), path.name
