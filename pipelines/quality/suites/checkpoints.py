"""Has Great Expectations judge what was counted of all tables: one validation a run.

The only module that imports Great Expectations, and only when there is something to judge that was
not judged before: the import takes seconds, in a process of its own. Its SQL route does not take
DuckDB in version 1.24 (it fetches after DuckDB has dropped the result), and an expectation takes a
fiftieth of a second however few rows it is about: so it gets a frame of facts, and one expectation
of that.
"""

import os
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from indicators.definitions.contracts import Contract
from pipelines.quality.check_results import CheckResult, Status, crashed_check, worded
from pipelines.quality.suites.expectations import PlannedExpectation
from pipelines.quality.suites.facts import Fact, fact_of, suite_facts
from pipelines.workspace.other_core import other_core
from pipelines.workspace.warehouse.inspect import Connection


@dataclass(frozen=True)
class Counted:
    """What was counted for one expectation, or why it could not be (`broken`)."""

    check: str
    value: float | None = None  # None: nothing to judge
    least: float = 0
    rows: int = 0
    observed: str = ""
    broken: str = ""


Question = tuple[str, float | None, float]  # a check, its value, the least that it must be


class JudgingFailed(Exception):
    """Great Expectations gave no judgement; its reason."""


def count_suite(
    connection: Connection, contract: Contract, planned: Sequence[PlannedExpectation]
) -> list[Counted]:
    """What each planned expectation of a table asks for, counted by one scan."""
    facts: dict[str, Fact] = {}
    found: dict[str, Counted] = {}
    for entry in planned:
        try:
            facts[entry.name] = fact_of(contract, entry)
        except (TypeError, ValueError) as error:
            found[entry.name] = Counted(entry.name, broken=str(error))
    for row in suite_facts(connection, contract.table, facts).to_dict("records"):
        found[row["check"]] = _counted(facts[row["check"]], row)
    return [found[entry.name] for entry in planned]


def _counted(fact: Fact, row: Mapping[Any, Any]) -> Counted:
    value = None if pd.isna(row["value"]) else float(row["value"])
    rows = 0 if pd.isna(row["unexpected"]) else int(row["unexpected"])
    return Counted(row["check"], value, fact.least, rows, _observed(fact, row))


def questions(counted: Iterable[Counted]) -> list[Question]:
    """What is to be judged: each value, or its limit where it is above.

    So a table that holds what is expected of it asks the same however many rows it has.
    """
    return [
        (one.check, None if one.value is None else min(one.value, one.least), one.least)
        for one in counted
        if not one.broken
    ]


def unjudged(counted: Iterable[Counted], reason: str) -> list[Counted]:
    """The same with the reason why none of it was judged."""
    return [Counted(one.check, broken=one.broken or reason) for one in counted]


def suite_results(
    planned: Sequence[PlannedExpectation], counted: Iterable[Counted], failed: Iterable[str]
) -> list[CheckResult]:
    """The results in the plan's order; `failed`: the checks whose value is below its limit."""
    known, below = {one.check: one for one in counted}, set(failed)
    return [_worded(entry, known[entry.name], entry.name not in below) for entry in planned]


def prepare() -> None:
    """Begins to load what judges, beside what goes on here."""
    other_core().submit(_judge, ())


def judge(asked: Sequence[Question]) -> list[str]:
    """The checks whose value is below its limit; raises JudgingFailed where nothing was judged."""
    return other_core().submit(_judge, asked).result()


def _judge(asked: Sequence[Question]) -> list[str]:
    frame = pd.DataFrame(asked, columns=["check", "value", "least"])
    frame = frame.astype({"value": "float64", "least": "float64"})
    batch = _batch_definition().get_batch({"dataframe": frame})
    import great_expectations as gx

    least = gx.expectations.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A="value", column_B="least", or_equal=True, ignore_row_if="either_value_is_missing"
    )
    suite = gx.ExpectationSuite(name="contracts", expectations=[least])
    shown = {"result_format": "COMPLETE", "unexpected_index_column_names": ["check"]}
    (outcome,) = batch.validate(suite, result_format=shown).results
    crash = _crash_message(outcome.exception_info)
    if crash is not None:
        raise JudgingFailed(crash)
    return sorted(place["check"] for place in outcome.result["unexpected_index_list"] or ())


@cache
def _batch_definition() -> Any:
    """Where frames come in; one context for the run."""
    os.environ["GX_ANALYTICS_ENABLED"] = "False"
    with warnings.catch_warnings():  # where Spark is installed it loads that as well, which warns
        warnings.simplefilter("ignore", FutureWarning)
        import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    frames = context.data_sources.add_pandas("frames").add_dataframe_asset("facts")
    return frames.add_batch_definition_whole_dataframe("whole")


def _worded(entry: PlannedExpectation, counted: Counted, passed: bool) -> CheckResult:
    if counted.broken:
        return _crashed(entry, counted.broken)
    status: Status = "passed" if passed else "failed"
    unlike, _, of = counted.observed.partition(" / ")
    words = {"title": entry.title, "observed": counted.observed, "rows": unlike, "of": of}
    kind = "failed_rows" if of and not passed else status
    english, french = worded(f"quality.expectation.{kind}", **words)
    return CheckResult(
        entry.name,
        entry.table,
        entry.severity,
        status,
        counted.observed,
        entry.expected,
        counted.rows,
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
