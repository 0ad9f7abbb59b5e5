"""Generated files of the repository are those that contracts and code lists give today."""

import json
from pathlib import Path

import pytest
import yaml

from indicators.contracts import contracts
from indicators.data_folder import data_folder
from pipelines.documentation import generated_files, write_generated_files

REPOSITORY = Path(__file__).parent.parent.parent
FILES = dict(generated_files())


@pytest.mark.parametrize("name", FILES)
def test_a_generated_file_is_up_to_date(name: str) -> None:
    stored = (REPOSITORY / name).read_text(encoding="utf-8")
    assert stored == FILES[name], "run: python -m pipelines.documentation"


def test_no_page_is_left_of_a_table_that_is_gone() -> None:
    pages = (REPOSITORY / "docs/data_dictionary").rglob("*.md")
    assert {str(page.relative_to(REPOSITORY)) for page in pages} <= set(FILES)


def test_a_page_names_every_column_and_every_rule_in_both_languages() -> None:
    for table, contract in contracts().items():
        for language in ("en", "fr"):
            page = FILES[f"docs/data_dictionary/{language}/{table}.md"]
            for name, column in contract.columns.items():
                assert f"| `{name}` | {column.title.in_language(language)} |" in page
            for rule in contract.rules():
                assert f"`{rule.name}`" in page


def test_the_pages_say_what_may_be_answered_to_an_item() -> None:
    page = FILES["docs/data_dictionary/en/code_lists.md"]
    line = next(line for line in page.splitlines() if line.startswith("| `trip_planned`"))
    assert "`yes`, `no`, `dont_know`, `refused`, `not_asked`" in line


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
