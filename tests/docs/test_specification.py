"""The specification stands in the repository: every page and rule that is cited is there."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
import yaml

from tests.conftest import REPOSITORY, SPECIFICATION

READ = (".py", ".sql", ".yaml", ".json", ".toml", ".md", ".css")
# `definitions.md` 49, definitions 12 to 14, `disclosure.md` §2, grading.md §1
PAGE = re.compile(r"(?<![\w.-])([a-z_]+)\.md`?(?: (?:§)?(\d+))?")
MADE = {"code_lists", "a"}  # by `make docs`; in an example of a test
RULE = re.compile(r"\bdefinitions? (\d+)(?:(?:,| to| and|–) (\d+))?")


@cache
def texts() -> dict[str, str]:
    """Each committed or new file that may cite, but those that speak of what was."""
    shown = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"],
        cwd=REPOSITORY, capture_output=True, text=True, check=True,
    )  # fmt: skip
    names = [name for name in shown.stdout.split("\0") if name.endswith(READ)]
    kept = [name for name in names if not name.startswith("tests/real/data/")]
    return {
        name: (REPOSITORY / name).read_text(encoding="utf-8")
        for name in kept
        if (REPOSITORY / name).is_file()
    }


@cache
def numbers(page: str) -> set[int]:
    """The rules and sections of a page of the specification."""
    text = (SPECIFICATION / f"{page}.md").read_text(encoding="utf-8")
    found = re.findall(r"(?:^|(?<=[.;:)] ))(?:## )?(\d+)\. ", text, re.MULTILINE)
    return {int(number) for number in found}


def pages() -> set[str]:
    return {path.stem for path in SPECIFICATION.glob("*.md")}


def known_pages() -> set[str]:
    return {Path(name).stem for name in texts() if name.endswith(".md")}


def test_no_page_is_cited_that_is_not_there() -> None:
    dangling = {
        (name, page)
        for name, text in texts().items()
        for page, _ in PAGE.findall(text)
        if page not in known_pages() | MADE and not name.startswith("tests/docs/test_specification")
    }
    assert dangling == set()


def test_no_section_is_cited_that_is_not_there() -> None:
    dangling = {
        (name, page, number)
        for name, text in texts().items()
        for page, number in PAGE.findall(text)
        if number and page in pages() and int(number) not in numbers(page)
    }
    assert dangling == set()


def test_no_rule_is_cited_that_is_not_there() -> None:
    cited = {
        (name, int(number))
        for name, text in texts().items()
        for found in RULE.findall(text)
        for number in found
        if number
    }
    assert len(cited) > 50
    assert {(name, rule) for name, rule in cited if rule not in numbers("definitions")} == set()


def test_rules_are_numbered_without_a_gap() -> None:
    assert numbers("definitions") == set(range(1, 76))


def test_nothing_outside_the_repository_is_named_as_if_it_lay_beside_it() -> None:
    outside = re.compile(r"\.\./shared|shared/(?:design|house|ux|words|style|deps)")
    allowed = {"tests/docs/test_specification.py", "indicators/definitions/mission_profile.py"}
    assert {
        name for name, text in texts().items() if outside.search(text) and name not in allowed
    } == set()


@pytest.mark.parametrize("key", ["title", "license", "authors", "version", "message"])
def test_the_citation_says(key: str) -> None:
    citation = yaml.safe_load((REPOSITORY / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation[key]


def test_licence_citation_and_package_agree() -> None:
    citation = yaml.safe_load((REPOSITORY / "CITATION.cff").read_text(encoding="utf-8"))
    package = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    assert f'license = "{citation["license"]}"' in package
    assert f'version = "{citation["version"]}"' in package
    assert "Apache License" in (REPOSITORY / "LICENSE").read_text(encoding="utf-8")
