"""The worked examples of CONTRIBUTING.md are compiled, mapped and rendered, not only printed."""

import re
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from indicators.compiler.explanation.figure_sql import indicator_sql
from indicators.definitions.catalogue import read_indicator
from indicators.definitions.mission_profile import read_mission
from pipelines.ingest.inbox import ingest
from pipelines.sample import install
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.conftest import REPOSITORY

TEXT = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
HOTLINE = "No;What;Urgency;Where;Day;Hour;Caller\nH-1;attaque;1;Kessi;03/09/2026;21:10;a name\n"


def example(name: str) -> str:
    found = re.search(rf"<!-- worked example: {name} -->\n```\w+\n(.*?)```", TEXT, re.DOTALL)
    assert found, f"CONTRIBUTING.md has no worked example of a {name}"
    return found[1]


def test_the_folders_and_tests_that_are_named_exist() -> None:
    rows = re.findall(r"^\| [^|]+ \| `([^`]+)` \| `([^`]+)` \|$", TEXT, re.MULTILINE)
    assert len(rows) >= 6
    for folder, test in rows:
        assert (REPOSITORY / folder).is_dir(), folder
        assert (REPOSITORY / test).is_file() and test.startswith("tests/"), test
    linked = re.findall(r"\]\((?!http)([^)#]+)\)", TEXT)
    assert [name for name in linked if not (REPOSITORY / name).exists()] == []


def test_the_indicator_compiles(tmp_path: Path) -> None:
    path = tmp_path / "D-OP-99.yaml"
    path.write_text(example("indicator"), encoding="utf-8")
    indicator = read_indicator(path)
    assert "patrol_mode" in indicator_sql(indicator)


def test_the_source_takes_a_file_in_and_leaves_names_outside(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    sizes = {"incidents": 200, "alerts": 100, "waves": 2, "respondents": 240}
    install(workspace, activities=400, **sizes)
    source = workspace.profile("sample") / "sources" / "hotline.yaml"
    source.write_text(example("source"), encoding="utf-8")
    (workspace.inbox("sample") / "hotline_0926.csv").write_text(HOTLINE, encoding="utf-8")
    ingest(workspace, read_mission(workspace.profile("sample")))
    with open_warehouse(workspace.warehouse("sample")) as connection:
        taken = connection.execute(
            "SELECT threat_type, level, area_code, strftime(received_at, '%Y-%m-%d %H:%M') "
            "FROM core.alerts WHERE alert_code = 'H-1'"
        ).fetchall()
        raw = connection.execute("SELECT * FROM raw.alerts WHERE alert_code = 'H-1'").fetchall()
    assert taken == [("armed_attack", "high", "Kessi", "2026-09-03 20:10")]
    assert "a name" not in str(raw)


@pytest.fixture
def page(tmp_path: Path) -> ModuleType:
    path = tmp_path / "sources.py"
    path.write_text(example("page"), encoding="utf-8")
    spec = spec_from_file_location("example_page", path)
    assert spec and spec.loader
    module = module_from_spec(spec)
    sys.modules["example_page"] = module
    spec.loader.exec_module(module)
    return module


def test_the_page_opens_with_its_sentence(page: ModuleType, tmp_path: Path) -> None:
    from dashboards.reading.address import Address
    from dashboards.reading.context import read_context
    from tests.worlds.release import write_release

    write_release(tmp_path)
    context = read_context(tmp_path, "mission", Address.parse("/", ""))
    assert context is not None
    head = page.body(context)[0]
    assert page.sentence(context) in str(head)
