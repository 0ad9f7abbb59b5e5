"""Runs a suite of planned expectations on a pandas frame with Great Expectations.

The only module that imports Great Expectations, and only when a suite runs: the import takes
seconds. Its SQL route does not take DuckDB (deps.md §2), so it gets frames.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from pipelines.quality.check_results import CheckResult, broken, worded
from pipelines.quality.suites import PlannedExpectation


def run_suite(planned: Sequence[PlannedExpectation], frame: pd.DataFrame) -> list[CheckResult]:
    """One result a planned expectation, in the plan's order.

    An expectation that cannot be built or that raises gives status `error`.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "False"
    import great_expectations.expectations as classes

    built: dict[str, Any] = {}
    results: dict[str, CheckResult] = {}
    for entry in planned:
        try:
            expectation = getattr(classes, entry.expectation)
            built[entry.name] = expectation(**entry.arguments, meta={"check": entry.name})
        except (AttributeError, TypeError, ValueError) as error:
            results[entry.name] = _broken(entry, str(error))
    outcomes = _validate(list(built.values()), frame) if built else {}
    for entry in planned:
        if entry.name in outcomes:
            results[entry.name] = _result(entry, outcomes[entry.name])
    return [results[entry.name] for entry in planned]


def _validate(expectations: list[Any], frame: pd.DataFrame) -> dict[str, Any]:
    """Great Expectations' own results by the name of the check."""
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    batch = (
        context.data_sources.add_pandas("frames")
        .add_dataframe_asset("table")
        .add_batch_definition_whole_dataframe("whole")
        .get_batch({"dataframe": frame})
    )
    suite = gx.ExpectationSuite(name="contract", expectations=expectations)
    outcome = batch.validate(suite, result_format="BASIC")
    return {result.expectation_config.meta["check"]: result for result in outcome.results}


def _result(entry: PlannedExpectation, outcome: Any) -> CheckResult:
    crash = _crash_message(outcome.exception_info)
    if crash is not None:
        return _broken(entry, crash)
    details = outcome.result
    failed = int(details.get("unexpected_count") or 0)
    observed = _observed(details)
    kind = "passed" if outcome.success else "failed"
    english, french = worded(
        f"quality.expectation.{kind}", title=entry.title, observed=observed, rows=failed
    )
    return CheckResult(
        entry.name,
        entry.table,
        entry.severity,
        "passed" if outcome.success else "failed",
        observed,
        entry.expected,
        failed,
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


def _broken(entry: PlannedExpectation, reason: str) -> CheckResult:
    first_line = (reason.strip().splitlines() or [""])[0]
    return broken(entry.name, entry.table, entry.severity, entry.expected, first_line)


def _observed(details: Mapping[str, Any]) -> str:
    """Rows that break the expectation of all rows, or the figure of an aggregate; no raw values."""
    if "unexpected_count" in details:
        return f"{details['unexpected_count']} / {details['element_count']}"
    value = details.get("observed_value")
    return f"{value:g}" if isinstance(value, int | float) else ""
