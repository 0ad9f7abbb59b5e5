"""What must not stand in the project: hosts of registries, paths of a machine, large files."""

import re
import subprocess

import pytest

from tests.conftest import REPOSITORY


def committed_files() -> list[str]:
    shown = subprocess.run(
        ["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    return shown.stdout.split()


@pytest.mark.parametrize("lock", ["requirements.txt", "deploy/requirements.txt"])
def test_a_lock_has_hashes_and_no_index(lock: str) -> None:
    text = (REPOSITORY / lock).read_text(encoding="utf-8")
    assert not re.search(r"index-url|find-links|https?://|@ file", text)
    pinned = re.findall(r"^[A-Za-z0-9._\[\],-]+==", text, re.MULTILINE)
    hashed = re.findall(r"^[A-Za-z0-9._\[\],-]+==[^\n]*\\\n    --hash=sha256:", text, re.MULTILINE)
    assert len(pinned) == len(hashed) > 100


def test_what_is_deployed_is_what_was_tested() -> None:
    """The lock without what only tests need has the very versions and hashes of the other."""
    deployed, tested = (
        re.findall(r"^([A-Za-z0-9._-]+)(?:\[[a-z, ]+\])?(==[^\n]*(?:\n    --hash=\S+(?: \\)?)+)",
                   (REPOSITORY / name).read_text(encoding="utf-8"), re.MULTILINE)
        for name in ("deploy/requirements.txt", "requirements.txt")
    )  # fmt: skip
    assert len(deployed) > 100
    assert set(deployed) < set(tested)


def test_no_absolute_path_of_a_machine() -> None:
    pattern = re.compile(r"(^|[^A-Za-z.])/(work|farm|root|home)/[a-z.]")
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
