"""A suite judged on facts counted in SQL against Great Expectations on the rows themselves."""

import random

import pandas as pd
import pytest

from indicators.definitions.contracts import contracts
from pipelines.quality.suites.checkpoints import count_suite, judge, questions, suite_results
from pipelines.quality.suites.expectations import suite_of
from tests.worlds.mission.figures import add, memory_warehouse

TABLES = ("activities", "registers", "survey_answers", "training")
STRANGE = {"code": "choir", "list<code>": ["choir"], "int": -5, "dec": -5, "text": "?"}


@pytest.mark.parametrize("table", TABLES)
def test_facts_tell_what_great_expectations_finds_in_the_rows(table) -> None:
    contract, dice = contracts()[table], random.Random(table)
    for rows in (0, 40):
        with memory_warehouse() as connection:
            add(connection, table, *({} for _ in range(rows)))
            spoil(connection, table, dice)
            planned = suite_of(contract)
            counted = count_suite(connection, contract, planned)
            results = suite_results(planned, counted, judge(questions(counted)))
            frame = whole_frame(connection, table)
        found = {
            entry.check: (entry.status, entry.rows_failed, entry.observed) for entry in results
        }
        assert found == slowly(contract, frame)


def spoil(connection, table: str, dice: random.Random) -> None:
    """Some cells empty, some strange, some rows the same as others."""
    for name, column in contracts()[table].columns.items():
        strange = STRANGE.get(column.type)
        for value, share in ((None, 0.2), (strange, 0.15)):
            connection.execute(
                f'UPDATE core.{table} SET "{name}" = ? WHERE list_contains(?, row_number)',
                [value, [number for number in range(1, 41) if dice.random() < share]],
            )
    connection.execute(f"INSERT INTO core.{table} FROM core.{table} WHERE row_number % 7 = 0")


def whole_frame(connection, table: str) -> pd.DataFrame:
    columns = contracts()[table].columns
    shown = [
        f'array_to_string("{name}", \'|\') AS "{name}"'
        if column.type == "list<code>"
        else f'"{name}"'
        for name, column in columns.items()
    ]
    return connection.execute(f"SELECT {', '.join(shown)} FROM core.{table}").df()


def slowly(contract, frame: pd.DataFrame) -> dict[str, tuple[str, int, str]]:
    """Each expectation by its own class on all rows, its figures as it gives them itself."""
    import great_expectations as gx

    planned = suite_of(contract)
    batch = (
        gx.get_context(mode="ephemeral")
        .data_sources.add_pandas("rows")
        .add_dataframe_asset("rows")
        .add_batch_definition_whole_dataframe("rows")
        .get_batch({"dataframe": frame})
    )
    suite = gx.ExpectationSuite(
        name="rows",
        expectations=[
            getattr(gx.expectations, entry.expectation)(**entry.arguments, meta={"at": entry.name})
            for entry in planned
        ],
    )
    found = {}
    for outcome in batch.validate(suite, result_format="BASIC").results:
        told, value = outcome.result, outcome.result.get("observed_value")
        observed = f"{value:g}" if isinstance(value, int | float) else ""
        if "unexpected_count" in told:
            observed = f"{told['unexpected_count']} / {told['element_count']}"
        status = "passed" if outcome.success else "failed"
        failed = int(told.get("unexpected_count") or 0)
        found[outcome.expectation_config.meta["at"]] = (status, failed, observed)
    return found
