"""Every rule of every contract catches its fault, and a fault is caught by its rule alone."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from indicators.definitions.contracts import Contract, contracts, load_order
from indicators.foundation.messages import LANGUAGES
from pipelines.ingest.inbox import ingest
from pipelines.ingest.rows.quarantine import reject_sentence
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.faults.fault_rows import Fault, base_rows, faults, missing, write_rows
from tests.worlds.mission.mappings import under_own_names
from tests.worlds.mission.own_names import make_workspace
from tests.worlds.mission.profile import write_source

FAULTS = [fault for contract in contracts().values() for fault in faults(contract)]
FIRST_ROW = 3  # of the faults in their file: 1 is the header, 2 the good row

Flaw = tuple[str, str, str, str | None, str]  # severity, rule, column, value, parameters


@dataclass(frozen=True)
class TakenIn:
    """What became of the faulty rows, by the full name of their rule.

    caught: all that was found in the row; a good row that is caught stands under its file's name.
    loaded: the rows that are in core.
    """

    caught: dict[str, list[Flaw]]
    loaded: set[str]


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> TakenIn:
    """One warehouse with a valid parent for everything takes in all faults."""
    workspace, mission = make_workspace(tmp_path_factory.mktemp("faults"))
    for table, contract in contracts().items():  # one sender, who may correct the parents
        source = under_own_names(table, contract.columns) | {"sender": "series"}
        write_source(workspace.profile("faulty"), source)
    places = write_faults(workspace.home / "faults")
    parents = write_parents(workspace.home / "parents")
    with open_warehouse(workspace.warehouse("faulty")) as connection:
        report = ingest(workspace, mission, parents, connection=connection)
        assert [file.rows_rejected for file in report.files] == [0] * len(parents)
        paths = sorted((workspace.home / "faults").iterdir())
        ingest(workspace, mission, paths, connection=connection)
        columns = "file, row_number, rule, column_name, raw_value, parameters"
        severities = {f"quarantine.{table}": "blocking" for table in contracts()}
        caught = defaultdict(list)
        for table, severity in (severities | {"ops.row_warning": "warning"}).items():
            for file, row, *flaw in connection.execute(f"SELECT {columns} FROM {table}").fetchall():
                caught[places.get((file, row), file)].append((severity, *flaw))
        loaded = {
            places.get(place, "")
            for table in contracts()
            for place in connection.execute(
                f"SELECT name, row_number FROM core.{table} JOIN ops.input_file USING (file_sha256)"
            ).fetchall()
        }
    return TakenIn(dict(caught), loaded)


def write_faults(folder: Path) -> dict[tuple[str, int], str]:
    """Writes the files of all tables, a good row first in each; (file, row): the rule broken."""
    folder.mkdir()
    places: dict[tuple[str, int], str] = {}
    for table, contract in contracts().items():
        for number, batch in enumerate(batches(contract)):
            name = f"{table}_20{number:02}.csv"
            rows = [base_rows()[table].row, *(fault.row for fault in batch)]
            write_rows(folder / name, rows, contract)
            places |= {(name, row): f.rule.name for row, f in enumerate(batch, FIRST_ROW)}
    return places


def batches(contract: Contract) -> Iterator[list[Fault]]:
    """What stands in one file: faults of single columns together, each rule of the row alone.

    Columns that are empty in a whole file are passed over, which must not hide a rule of the row;
    and a row that is only warned of is loaded, so that no other row of its file may have its key.
    """
    of_the_row = [fault for fault in faults(contract) if fault.rule.kind in contract.row_rules]
    yield [fault for fault in faults(contract) if fault.rule.kind not in contract.row_rules]
    yield from ([fault] for fault in of_the_row)


def write_parents(folder: Path) -> list[Path]:
    """One valid row of every table, each in a file of its own."""
    folder.mkdir()
    paths = [folder / f"{table}_2099.csv" for table in load_order(contracts())]
    for table, path in zip(load_order(contracts()), paths, strict=True):
        write_rows(path, [base_rows()[table].row], contracts()[table])
    return paths


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.rule.name)
def test_fault_is_caught_under_its_name_and_alone(fault: Fault, taken_in: TakenIn) -> None:
    rule = fault.rule
    found = [flaw[:3] for flaw in taken_in.caught.get(rule.name, [])]
    assert found == [(rule.severity, rule.kind, rule.column)]


def test_no_good_row_is_caught(taken_in: TakenIn) -> None:
    assert taken_in.caught.keys() - {fault.rule.name for fault in FAULTS} == set()


def test_only_rows_that_are_warned_of_are_loaded(taken_in: TakenIn) -> None:
    severities = {fault.rule.name: fault.rule.severity for fault in FAULTS}
    loaded = {severities[name] for name in taken_in.loaded if name}
    assert loaded == {"warning"}


def test_each_fault_has_a_sentence_in_both_languages(taken_in: TakenIn) -> None:
    for name, flaws in taken_in.caught.items():
        for _, rule, _, value, parameters in flaws:
            for language in LANGUAGES:
                sentence = reject_sentence(rule, json.loads(parameters), value, language)
                assert sentence.strip() and "{" not in sentence, name


def test_every_rule_of_every_contract_has_its_fault() -> None:
    assert missing() == []
    assert len(FAULTS) == sum(1 for c in contracts().values() for _ in c.rules())


def changed(contract: Contract) -> dict[str, Contract]:
    return {**contracts(), contract.table: contract}


def test_a_rule_without_a_fault_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    known = contracts()["activities"]
    rule = known.row_rules["ended_after_start"]
    more = known.model_copy(update={"row_rules": {**known.row_rules, "ends_late": rule}})
    monkeypatch.setattr("tests.faults.fault_rows.contracts", lambda: changed(more))
    assert missing() == ["no fault for rule activities.ended_at.ends_late"]


def test_a_fault_without_a_rule_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    known = contracts()["activities"]
    fewer = known.model_copy(update={"row_rules": {}})
    monkeypatch.setattr("tests.faults.fault_rows.contracts", lambda: changed(fewer))
    assert "base_rows.yaml: no such rule: activities.ended_at.ended_after_start" in missing()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_missing_row_is_suggested_only_where_some_row_is_like_it(language: str) -> None:
    alike = {"table": "areas", "nearest": "Kessi", "hint_key": "hint.nearest_row"}
    assert "Kessi." in reject_sentence("reference", alike, "Kesi", language)
    assert "–" not in reject_sentence("reference", {"table": "areas"}, "Q-77", language)
    # What an earlier version wrote down, where nothing was like it.
    assert "–" not in reject_sentence(
        "reference", {"table": "areas", "nearest": "–"}, "Q-77", language
    )
