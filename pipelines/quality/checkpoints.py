"""Has Great Expectations judge a suite on the facts of its table: one validation a table.

The only module that imports Great Expectations, and only when a suite is judged: the import takes
seconds. Its SQL route does not take DuckDB in version 1.24 (it fetches after DuckDB has dropped the
result), and an expectation takes a fiftieth of a second however few rows it is about: so it gets a
frame of facts, and one expectation of that.
"""

import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pandas as pd

from indicators.definitions.contracts import Contract
from pipelines.quality.check_results import CheckResult, Status, crashed_check, worded
from pipelines.quality.suite_facts import Fact, fact_of, suite_facts
from pipelines.quality.suites import PlannedExpectation
from pipelines.warehouse.inspect import Connection


def run_suite(
    connection: Connection, contract: Contract, planned: Sequence[PlannedExpectation]
) -> list[CheckResult]:
    """One result a planned expectation, in the plan's order.

    An expectation that cannot be counted gives status `error`.
    """
    facts: dict[str, Fact] = {}
    results: dict[str, CheckResult] = {}
    for entry in planned:
        try:
            facts[entry.name] = fact_of(contract, entry)
        except (TypeError, ValueError) as error:
            results[entry.name] = _crashed(entry, str(error))
    frame = suite_facts(connection, contract.table, facts)
    failed, crash = _judge(frame)
    known: dict[str, Mapping[Any, Any]] = {row["check"]: row for row in frame.to_dict("records")}
    for entry in planned:
        if entry.name in known and crash:
            results[entry.name] = _crashed(entry, crash)
        elif entry.name in known:
            observed = _observed(facts[entry.name], known[entry.name])
            unexpected = known[entry.name]["unexpected"]
            rows = 0 if pd.isna(unexpected) else int(unexpected)
            results[entry.name] = _result(entry, entry.name not in failed, observed, rows)
    return [results[entry.name] for entry in planned]


@cache
def _batch_definition() -> Any:
    """Where frames come in; one context for the run."""
    os.environ["GX_ANALYTICS_ENABLED"] = "False"
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    frames = context.data_sources.add_pandas("frames").add_dataframe_asset("facts")
    return frames.add_batch_definition_whole_dataframe("whole")


def _judge(frame: pd.DataFrame) -> tuple[set[str], str | None]:
    """The checks whose value is below its limit; what went wrong where nothing was judged."""
    batch = _batch_definition().get_batch({"dataframe": frame})
    import great_expectations as gx

    least = gx.expectations.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A="value", column_B="least", or_equal=True, ignore_row_if="either_value_is_missing"
    )
    suite = gx.ExpectationSuite(name="contract", expectations=[least])
    shown = {"result_format": "COMPLETE", "unexpected_index_column_names": ["check"]}
    (outcome,) = batch.validate(suite, result_format=shown).results
    crash = _crash_message(outcome.exception_info)
    failed = () if crash is not None else outcome.result["unexpected_index_list"] or ()
    return {place["check"] for place in failed}, crash


def _result(entry: PlannedExpectation, passed: bool, observed: str, rows: int) -> CheckResult:
    status: Status = "passed" if passed else "failed"
    english, french = worded(
        f"quality.expectation.{status}", title=entry.title, observed=observed, rows=rows
    )
    return CheckResult(
        entry.name,
        entry.table,
        entry.severity,
        status,
        observed,
        entry.expected,
        rows,
        english,
        french,
    )


def _crash_message(exception_info: Mapping[str, Any] | None) -> str | None:
    """What an expectation raised, None where it ran: a crash also comes as `success: False`.

    The information stands either at the top or once for each metric that raised.
    """
    if not exception_info:
        return None
    entries = [exception_info, *(v for v in exception_info.values() if isinstance(v, Mapping))]
    raised = [entry for entry in entries if entry.get("raised_exception")]
    return str(raised[0].get("exception_message") or "") if raised else None


def _crashed(entry: PlannedExpectation, reason: str) -> CheckResult:
    first_line = (reason.strip().splitlines() or [""])[0]
    return crashed_check(entry.name, entry.table, entry.severity, entry.expected, first_line)


def _observed(fact: Fact, counted: Mapping[Any, Any]) -> str:
    """Rows that break an expectation of all rows, or the number of rows; no raw values."""
    if not pd.isna(counted["unexpected"]):
        return f"{counted['unexpected']:.0f} / {counted['elements']:.0f}"
    return f"{counted['value']:g}" if fact.is_shown else ""
