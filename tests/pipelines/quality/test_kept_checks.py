"""Checks kept of the run before: the same as computed anew, whatever changed in between."""

import random

import pytest

from indicators.definitions.contracts import contracts
from pipelines.quality.checks import checks_of_table, kept_checks, rules_of, run_checks
from pipelines.workspace.paths import Workspace
from tests.worlds.mission.figures import (
    add,
    add_file,
    insert,
)


def kept(connection, mission, checked):
    return kept_checks(connection, checked, mission, rules_of(mission))


TABLES = ("areas", "units", "deployments")


def computed(connection) -> set[str]:
    rows = connection.execute(
        "SELECT subject FROM cube.kept_result WHERE is_computed AND method = 'contract_checks'"
    ).fetchall()
    return {subject for (subject,) in rows}


def anew(connection, mission, checked):
    return [r for one in checked for r in checks_of_table(connection, one, mission)]


def change(connection, dice: random.Random) -> None:
    table = dice.choice(TABLES)
    column = dice.choice(list(contracts()[table].columns))
    dice.choice(
        [
            lambda: add(connection, table, {}),
            lambda: connection.execute(f"DELETE FROM core.{table} WHERE row_number % 3 = 1"),
            lambda: connection.execute(
                f'UPDATE core.{table} SET "{column}" = NULL WHERE row_number % 2 = 1'
            ),
            lambda: None,
        ]
    )()


@pytest.mark.parametrize("seed", range(3))
def test_kept_checks_equal_computed_ones_after_any_changes(warehouse, mission, seed) -> None:
    dice, checked = random.Random(seed), [contracts()[table] for table in TABLES]
    for _ in range(8):
        change(warehouse, dice)
        assert kept(warehouse, mission, checked) == anew(warehouse, mission, checked)


def test_only_a_table_that_changed_and_those_that_refer_to_it_are_checked(
    warehouse, mission
) -> None:
    checked = [contracts()[table] for table in TABLES]
    kept(warehouse, mission, checked)
    assert computed(warehouse) == set(TABLES)
    kept(warehouse, mission, checked)
    assert computed(warehouse) == set()
    add(warehouse, "units", {})
    kept(warehouse, mission, checked)
    assert computed(warehouse) == {"units", "deployments"}
    other = mission.model_copy(update={"country_area": "XX"})
    kept(warehouse, other, checked)
    assert computed(warehouse) == set(TABLES)


def test_tables_are_judged_again_only_where_a_question_is_another(warehouse, mission) -> None:
    def is_judged() -> bool:
        kept(warehouse, mission, [contracts()["units"]])
        query = "SELECT is_computed FROM cube.kept_result WHERE method = 'contract_judgement'"
        return bool(warehouse.execute(query).fetchone()[0])

    add(warehouse, "units", {})
    assert is_judged()
    add(warehouse, "units", {})  # counted anew, and as sound as before
    assert not is_judged()
    warehouse.execute("UPDATE core.units SET component = 'no such component'")
    assert is_judged()


def test_a_check_that_broke_is_not_kept(warehouse, mission) -> None:
    words = {"title": {"en": "Broken", "fr": "Cassé"}, "severity": "blocking"}
    declared = words | {"expectation": "ExpectNoSuchThing", "arguments": {}}
    units = contracts()["units"]
    broken = units.model_validate(units.model_dump() | {"expectations": {"broken": declared}})
    for _ in range(2):
        results = kept(warehouse, mission, [broken])
        assert [entry.status for entry in results if entry.check == "units.broken"] == ["error"]
    assert computed(warehouse) == set()


def test_rejected_rows_are_told_anew_when_a_reject_comes_or_its_file_is_replaced(
    warehouse, mission, tmp_path
) -> None:
    profile = Workspace(tmp_path).profile(mission.mission)

    def told() -> list[tuple[object, ...]]:
        run_checks(warehouse, mission, profile)
        return warehouse.execute("SELECT source, rule, rows FROM mart.reject_summary").fetchall()

    assert told() == []
    sha256 = add_file(warehouse, "units.csv")
    reject = {"file": "units.csv", "file_sha256": sha256, "sheet": "", "row_number": 3}
    insert(warehouse, "quarantine.units", reject | {"rule": "required", "parameters": "{}"})
    assert told() == told() == [("units", "required", 1)]
    warehouse.execute("UPDATE ops.input_file SET status = 'superseded'")
    assert told() == []
