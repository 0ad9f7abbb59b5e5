"""Tests notice a wrong line: mutants drawn by lot are killed, or a person has said why not."""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml

from tests.mutation.mutants import drawn, failures, importing_tests, mutants

ROOT = Path(__file__).parents[2]
EXPLAINED = Path(__file__).with_name("explained.yaml")
# Another lot on request; the same by default, so that a red run can be repeated.
SEED = int(os.environ.get("POCLENS_MUTATION_SEED", "1"))
COUNT = int(os.environ.get("POCLENS_MUTATION_COUNT", "40"))


@pytest.fixture(scope="module")
def copy() -> Iterator[Path]:
    """The project, to be broken, where a process of another user can read it: a test has one."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        target = Path(folder) / "project"
        shutil.copytree(ROOT, target, ignore=left_out)
        yield target


def left_out(folder: str, names: list[str]) -> set[str]:
    """What is made, not written; `pipelines/workspace` is a package of that name."""
    made = {".git", ".venv", "workspace", "build"} if Path(folder) == ROOT else set()
    return made | shutil.ignore_patterns("__pycache__", ".*_cache")(folder, names)


@pytest.mark.soak
def test_tests_notice_a_wrong_line(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(copy))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    entries = yaml.safe_load(EXPLAINED.read_text())
    explained = {(one["path"], one.get("line")) for one in entries}
    further = {one["path"]: one.get("tests", []) for one in entries}
    survivors = []
    for mutant in drawn(copy, COUNT, SEED):
        path, tests = copy / mutant.path, importing_tests(copy, mutant.path)
        tests += further.get(mutant.path, [])
        source = path.read_text(encoding="utf-8")
        begun = time.monotonic()
        assert not (told := failures(copy, tests, 600)), f"red without any change:\n{told}"
        path.write_text(mutant.text(source), encoding="utf-8")
        survives = not failures(copy, tests, 30 + 3 * (time.monotonic() - begun))
        path.write_text(source, encoding="utf-8")
        text = source.splitlines()[mutant.line - 1].strip()
        if survives and (mutant.path, text) not in explained:
            survivors.append(f"{mutant.path}:{mutant.line} {mutant.operator}: {text}")
    assert not survivors, "no test notices:\n" + "\n".join(survivors)


def test_a_line_that_is_explained_still_stands() -> None:
    for one in yaml.safe_load(EXPLAINED.read_text()):
        lines = [line.strip() for line in (ROOT / one["path"]).read_text("utf-8").splitlines()]
        assert one["tests"] if "tests" in one else one["line"] in lines and one["why"], one
        assert all((ROOT / test).is_file() for test in one.get("tests", [])), one


@pytest.mark.soak
def test_a_mutant_is_noticed_by_a_test_and_only_where_it_changes_something(tmp_path: Path) -> None:
    (tmp_path / "indicators/compiler").mkdir(parents=True)
    for package in ("indicators", "indicators/compiler"):
        (tmp_path / package / "__init__.py").touch()
    module = tmp_path / "indicators/compiler/sign.py"
    module.write_text("def more(a, b):\n    return a > b\n")
    folder = tmp_path / "tests/indicators"
    folder.mkdir(parents=True)
    (folder / "test_sign.py").write_text(
        "from indicators.compiler.sign import more\n\ndef test_more():\n    assert more(2, 1)\n"
        "    assert not more(1, 1) and not more(1, 2)\n"
    )
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\nmarkers =\n    soak\n    browser\npythonpath = .\n"
    )
    tests = importing_tests(tmp_path, "indicators/compiler/sign.py")
    assert tests == ["tests/indicators/test_sign.py"]
    assert not failures(tmp_path, tests, 60)
    found = [one for one in mutants(tmp_path, "indicators/compiler/sign.py") if one.line == 2]
    assert found
    original = module.read_text()
    for one in found[:3]:
        module.write_text(one.text(original))
        assert failures(tmp_path, tests, 60), one
