"""The Great Expectations suite of a contract, as a plan: what to expect of which column and why.

What it takes to judge them is counted in `suite_facts`; `checkpoints` has them judged.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from indicators.definitions.contracts import Column, Contract, Words
from indicators.foundation.messages import LANGUAGES
from pipelines.quality.check_results import Severity, worded

LIST_SEPARATOR = "|"


@dataclass(frozen=True)
class PlannedExpectation:
    """One expectation of a whole table: a Great Expectations class and its arguments.

    `name` is `<table>.<column>.<kind>`, or `<table>.<name in the contract>`.
    """

    name: str
    table: str
    expectation: str
    arguments: Mapping[str, object]
    severity: Severity
    title: Words
    expected: str


def suite_of(contract: Contract) -> list[PlannedExpectation]:
    """Every expectation of a contract: its columns', its key's and its own, in this order.

    What the contract declares in its own words is not derived a second time.
    """
    declared = list(_declared(contract))
    said = [(entry.expectation, dict(entry.arguments)) for entry in declared]
    derived = [
        expectation
        for name, column in contract.columns.items()
        for expectation in _of_column(contract.table, name, column)
    ]
    derived.append(_unique_key(contract))
    return [e for e in derived if (e.expectation, dict(e.arguments)) not in said] + declared


def _of_column(table: str, name: str, column: Column) -> Iterator[PlannedExpectation]:
    if column.required:
        yield _planned(table, name, column, "not_null", "ExpectColumnValuesToNotBeNull", {}, "")
    codes = column.allowed_codes
    if codes is not None and column.type == "list<code>":
        pattern = _list_pattern(codes)
        yield _planned(
            table,
            name,
            column,
            "codes",
            "ExpectColumnValuesToMatchRegex",
            {"regex": pattern},
            ", ".join(codes),
        )
    elif codes is not None:
        yield _planned(
            table,
            name,
            column,
            "codes",
            "ExpectColumnValuesToBeInSet",
            {"value_set": list(codes)},
            ", ".join(codes),
        )
    if column.minimum is not None or column.maximum is not None:
        limits = {"min_value": column.minimum, "max_value": column.maximum}
        yield _planned(
            table,
            name,
            column,
            "range",
            "ExpectColumnValuesToBeBetween",
            limits,
            f"{_limit(column.minimum)} … {_limit(column.maximum)}",
        )
    if column.pattern is not None:
        yield _planned(
            table,
            name,
            column,
            "pattern",
            "ExpectColumnValuesToMatchRegex",
            {"regex": f"^(?:{column.pattern})$"},
            column.pattern,
        )


def _planned(
    table: str,
    name: str,
    column: Column,
    kind: str,
    expectation: str,
    arguments: Mapping[str, object],
    expected: str,
) -> PlannedExpectation:
    """Ingest rejects such rows one by one, so one in core means that something broke: blocking."""
    english, french = worded(f"quality.title.{kind}", column=column.title)
    return PlannedExpectation(
        f"{table}.{name}.{kind}",
        table,
        expectation,
        {"column": name, **arguments},
        "blocking",
        Words(en=english, fr=french),
        expected,
    )


def _unique_key(contract: Contract) -> PlannedExpectation:
    titles = [contract.columns[name].title for name in contract.key]
    listed = {one: ", ".join(title.in_language(one) for title in titles) for one in LANGUAGES}
    english, french = worded("quality.title.key", columns=Words(**listed))
    several = len(contract.key) > 1
    return PlannedExpectation(
        f"{contract.table}.key",
        contract.table,
        "ExpectCompoundColumnsToBeUnique" if several else "ExpectColumnValuesToBeUnique",
        {"column_list": list(contract.key)} if several else {"column": contract.key[0]},
        "blocking",
        Words(en=english, fr=french),
        ", ".join(contract.key),
    )


def _declared(contract: Contract) -> Iterator[PlannedExpectation]:
    for name, entry in contract.expectations.items():
        limits = [f"{key} {value}" for key, value in entry.arguments.items() if key != "column"]
        yield PlannedExpectation(
            f"{contract.table}.{name}",
            contract.table,
            entry.expectation,
            entry.arguments,
            entry.severity,
            entry.title,
            ", ".join(limits),
        )


def _list_pattern(codes: tuple[str, ...]) -> str:
    one = "(?:" + "|".join(re.escape(code) for code in codes) + ")"
    return rf"^(?:{one}(?:\{LIST_SEPARATOR}{one})*)?$"


def _limit(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
