"""Writes what is generated: pages to read, which are not kept, and JSON Schemas, which are.

`make docs`, or `python -m pipelines.documents.pages [REPOSITORY]`, writes the pages below
`build/docs/` and the schemas into `data/schemas/`; a test fails while a schema is out of date.
"""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.contracts import Contract, contracts, json_schema
from indicators.definitions.indicator import Indicator
from indicators.definitions.sharing.audiences import Policy
from pipelines.documents import policy_page, profile_pages
from pipelines.documents.reference import contract_pages as data_dictionary
from pipelines.documents.reference import indicator_pages

PAGES = "build/docs"


def generated_files() -> Iterator[tuple[str, str]]:
    """Every generated file as (path below the repository, text), in a fixed order."""
    for path, text in data_dictionary.pages(contracts().values()):
        yield f"{PAGES}/data_dictionary/{path}", text
    for path, text in indicator_pages.pages(load_catalogue()):
        yield f"{PAGES}/indicators/{path}", text
    yield "data/schemas/contract.schema.json", json_schema(Contract)
    yield "data/schemas/indicator.schema.json", json_schema(Indicator)
    for name, text in profile_pages.profile_schemas():
        yield f"data/schemas/{name}.schema.json", text
    yield "data/schemas/disclosure.schema.json", json_schema(Policy)
    yield "docs/policy.md", policy_page.policy_page()
    yield "docs/profile.md", profile_pages.profile_page("en")
    yield "docs/profile.fr.md", profile_pages.profile_page("fr")


def write_generated_files(repository: Path) -> int:
    """Writes all generated files, the pages' folder anew; returns how many there are."""
    files = dict(generated_files())
    shutil.rmtree(repository / PAGES, ignore_errors=True)
    for name, text in files.items():
        path = repository / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return len(files)


if __name__ == "__main__":
    write_generated_files(Path(sys.argv[1]) if len(sys.argv) > 1 else Path())
