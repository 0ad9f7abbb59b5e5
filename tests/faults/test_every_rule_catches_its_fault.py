"""Every fault file breaks its rule and only it; faults.csv says which, and where."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from indicators.contracts import contracts, load_order
from indicators.messages import LANGUAGES
from indicators.mission import Mission
from pipelines.ingest.inbox import ingest
from pipelines.ingest.quarantine import reject_sentence
from pipelines.warehouse.connection import open_warehouse
from pipelines.workspace import Workspace
from tests.faults.check import missing
from tests.faults.conftest import make_workspace
from tests.faults.make_faults import FILES, TABLE, base_rows, write_file

Caught = dict[str, list[tuple[str, str, int, str, str | None, str]]]


def faults() -> list[dict[str, str]]:
    """The rows of faults.csv."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def caught(tmp_path_factory: pytest.TempPathFactory) -> Caught:
    """File: (severity, rule, row, column, value, parameters) of all that was caught in it.

    One warehouse with a valid parent for everything takes in all files one after the other.
    """
    workspace, mission = make_workspace(tmp_path_factory.mktemp("faults"))
    with open_warehouse(workspace.warehouse("faulty")) as connection:
        parents = list(parent_files(workspace))
        report = ingest(workspace, mission, parents, connection=connection)
        assert [file.rows_rejected for file in report.files] == [0] * len(parents)
        bad = [FILES / row["file"] for row in faults()]
        ingest(workspace, mission, bad, connection=connection)
        found: Caught = {path.name: [] for path in bad}
        for table in contracts():
            selected = "SELECT file, rule, row_number, column_name, raw_value, parameters FROM "
            rejects = connection.execute(f"{selected} quarantine.{table}").fetchall()
            for file, *rest in rejects:
                found[file].append(("blocking", *rest))
        for file, *rest in connection.execute(f"{selected} ops.row_warning").fetchall():
            found[file].append(("warning", *rest))
    return found


def parent_files(workspace: Workspace) -> Iterator[Path]:
    """One valid row of every table."""
    base = base_rows()
    for table in load_order(contracts()):
        path = workspace.home / f"{table}.parent.csv"
        write_file(path, [base[table]["row"]], contracts()[table])
        yield path


@pytest.mark.parametrize("fault", faults(), ids=lambda fault: fault["file"])
def test_fault_is_caught_under_its_name_and_alone(fault: dict[str, str], caught: Caught) -> None:
    found = [(rule, row, column) for _, rule, row, column, _, _ in caught[fault["file"]]]
    assert found == [(fault["rule"], int(fault["row"]), fault["column"])]


@pytest.mark.parametrize("fault", faults(), ids=lambda fault: fault["file"])
def test_fault_has_a_sentence_in_both_languages(fault: dict[str, str], caught: Caught) -> None:
    for _, rule, _, _, value, parameters in caught[fault["file"]]:
        for language in LANGUAGES:
            sentence = reject_sentence(rule, json.loads(parameters), value, language)
            assert sentence.strip()
            assert "{" not in sentence


def test_severity_of_a_fault_is_that_of_its_rule(caught: Caught) -> None:
    stated = {
        (rule.table, rule.column, rule.kind): rule.severity
        for contract in contracts().values()
        for rule in contract.rules()
    }
    for fault in faults():
        severities = [severity for severity, *_ in caught[fault["file"]]]
        assert severities == [stated[fault["table"], fault["column"], fault["rule"]]]


def test_every_rule_of_every_contract_has_its_fault_file() -> None:
    assert missing() == []


def test_a_rule_without_a_fault_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    known = contracts()["activities"]
    more = known.columns | {"weather": known.columns["area_code"]}
    changed = known.model_copy(update={"columns": more})
    monkeypatch.setattr(
        "tests.faults.check.contracts", lambda: {**contracts(), "activities": changed}
    )
    assert "no fault file for rule activities.weather.required" in missing()


def test_the_warehouse_keeps_no_row_that_breaks_a_blocking_rule(
    faulty: tuple[Workspace, Mission],
) -> None:
    workspace, mission = faulty
    with open_warehouse(workspace.warehouse("faulty")) as connection:
        ingest(workspace, mission, list(parent_files(workspace)), connection=connection)
        required = [row for row in faults() if row["rule"] == "required"]
        bad = [FILES / row["file"] for row in required if row["table"] == "incidents"]
        report = ingest(workspace, mission, bad, connection=connection)
        assert {(f.rows_read, f.rows_rejected) for f in report.files} == {(2, 1)}
        assert connection.execute("SELECT incident_code FROM core.incidents").fetchall() == [
            ("IN-1",)
        ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_missing_row_is_suggested_only_where_some_row_is_like_it(language: str) -> None:
    alike = {"table": "areas", "nearest": "Kessi", "hint_key": "hint.nearest_row"}
    assert "Kessi." in reject_sentence("reference", alike, "Kesi", language)
    assert "–" not in reject_sentence("reference", {"table": "areas"}, "Q-77", language)
    # What an earlier version wrote down, where nothing was like it.
    assert "–" not in reject_sentence(
        "reference", {"table": "areas", "nearest": "–"}, "Q-77", language
    )
