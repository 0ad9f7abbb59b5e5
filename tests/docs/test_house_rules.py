"""What must not stand in the project: hosts of registries, paths of a machine, large files."""

import ast
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY


def committed_files() -> list[str]:
    shown = subprocess.run(
        ["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    return shown.stdout.rstrip("\0").split("\0")


@pytest.mark.parametrize(
    ("lock", "least"),
    [("requirements.txt", 90), ("requirements-test.txt", 90), ("requirements-spark.txt", 5)],
)
def test_a_lock_has_hashes_and_no_index(lock: str, least: int) -> None:
    text = (REPOSITORY / lock).read_text(encoding="utf-8")
    assert not re.search(r"index-url|find-links|https?://|@ file", text)
    pinned = re.findall(r"^[A-Za-z0-9._\[\],-]+==", text, re.MULTILINE)
    hashed = re.findall(r"^[A-Za-z0-9._\[\],-]+==[^\n]*\\\n    --hash=sha256:", text, re.MULTILINE)
    assert len(pinned) == len(hashed) >= least


def locked(lock: str) -> set[str]:
    text = (REPOSITORY / lock).read_text(encoding="utf-8")
    return set(re.findall(r"^([A-Za-z0-9._-]+)[^\n]*==", text, re.MULTILINE))


def test_what_only_tests_need_stands_apart() -> None:
    """Of no package are there two versions, and none that tests alone need is run."""
    runs, tests = locked("requirements.txt"), locked("requirements-test.txt")
    assert not runs & tests
    assert {"pytest", "pyfixest", "matplotlib", "ipython"} <= tests


def test_what_the_product_imports_is_in_the_lock_of_what_runs() -> None:
    runs = locked("requirements.txt") | locked("requirements-spark.txt")
    own = {"indicators", "records", "pipelines", "dashboards"}
    providers = packages_distributions()
    missing = {
        f"{path.relative_to(REPOSITORY)}: {name}"
        for package in own
        for path in (REPOSITORY / package).rglob("*.py")
        for name in imported(path) - own - sys.stdlib_module_names
        if not {re.sub("[._]", "-", one.lower()) for one in providers.get(name, [])} & runs
    }
    assert missing == set()


def imported(path: Path) -> set[str]:
    """The first part of the name of every module that a file imports."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = {one.name for node in nodes if isinstance(node, ast.Import) for one in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize(
    ("folder", "mark"),
    [("pipelines/ingest/readers", "\nREADER = "), ("pipelines/release/extracts", "\nsuffix = ")],
)
def test_every_reader_and_extract_stands_in_the_rule_that_none_knows_another(
    folder: str, mark: str
) -> None:
    rules = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    files = (REPOSITORY / folder).glob("*.py")
    own = [one.stem for one in files if mark in one.read_text(encoding="utf-8")]
    package = folder.replace("/", ".")
    assert own and [name for name in own if f'"{package}.{name}"' not in rules] == []


def test_no_absolute_path_of_a_machine() -> None:
    # After a parenthesis it is a step of XPath, as in forms.
    pattern = re.compile(r"(^|[^A-Za-z.)])/(work|farm|root|home)/[a-z.]")
    suffixes = (".py", ".md", ".yaml", ".toml", ".txt", ".json", ".css", ".js")
    found = [
        name
        for name in committed_files()
        if name.endswith(suffixes) and name != "tests/docs/test_house_rules.py"
        if pattern.search((REPOSITORY / name).read_text(encoding="utf-8", errors="replace"))
    ]
    assert found == []


def test_no_large_file() -> None:
    large = [name for name in committed_files() if (REPOSITORY / name).stat().st_size > 2_000_000]
    assert large == []


def test_a_decision_is_one_page() -> None:
    texts = {
        path.name: path.read_text(encoding="utf-8")
        for path in (REPOSITORY / "docs" / "decisions").glob("0*.md")
    }
    long = {name for name, text in texts.items() if len(text.split()) > 600}
    assert texts and long == set()


def test_the_architecture_names_what_exists() -> None:
    text = (REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8")
    paths = re.findall(r"`((?:indicators|pipelines|dashboards|data)/[^`*<]*)`", text)
    paths += [f"docs/{name}" for name in re.findall(r"\]\(([^)]+\.md)\)", text)]
    assert len(paths) > 20
    assert [path for path in paths if not (REPOSITORY / path).exists()] == []
