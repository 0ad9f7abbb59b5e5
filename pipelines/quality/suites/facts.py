"""What a suite has to know of its table: a frame of facts, counted in SQL by one scan.

A row an expectation. `value` must be `least` or more (where there is nothing to judge it is
empty): the share of the filled cells that are as they should be, the rows of the table, the listed
codes that occur. `unexpected` of `elements` rows break an expectation of all rows; of other
expectations both are empty.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from indicators.definitions.contracts import Contract
from indicators.foundation.sql_text import literal, literals, quoted
from pipelines.quality.suites.expectations import LIST_SEPARATOR, PlannedExpectation
from pipelines.workspace.warehouse.inspect import Connection


@dataclass(frozen=True)
class Fact:
    """One expectation's facts: aggregates in SQL over the table, and the limit of `value`."""

    value: str
    least: float
    unexpected: str = "NULL"
    elements: str = "NULL"
    is_shown: bool = False  # the value itself is what people are told


def fact_of(contract: Contract, planned: PlannedExpectation) -> Fact:
    """How to count it. Raises ValueError or TypeError for what is no expectation of the table."""
    if planned.expectation not in _FACTS:
        raise ValueError(f"{planned.expectation}: none of {', '.join(_FACTS)}")
    return _FACTS[planned.expectation](contract, **planned.arguments)


def suite_facts(connection: Connection, table: str, facts: Mapping[str, Fact]) -> pd.DataFrame:
    """The frame: a row a check, by its name, in the order of `facts`."""
    counted = [f"{one.value}, {one.unexpected}, {one.elements}" for one in facts.values()]
    row = connection.execute(f"SELECT {', '.join(counted)} FROM core.{quoted(table)}").fetchone()
    assert row is not None  # aggregates without GROUP BY
    frame = {
        "check": list(facts),
        "value": row[0::3],
        "least": [fact.least for fact in facts.values()],
        "unexpected": row[1::3],
        "elements": row[2::3],
    }
    return pd.DataFrame(frame).astype(dict.fromkeys(list(frame)[1:], "float64"))


def _not_null(contract: Contract, column: str, mostly: float = 1) -> Fact:
    return _share(f"{_cell(contract, column)} IS NULL", "count(*)", mostly)


def _in_set(contract: Contract, column: str, value_set: Sequence[str], mostly: float = 1) -> Fact:
    cell = _cell(contract, column)
    return _share(f"{cell} NOT IN ({literals(value_set)})", f"count({cell})", mostly)


def _not_in_set(
    contract: Contract, column: str, value_set: Sequence[str], mostly: float = 1
) -> Fact:
    cell = _cell(contract, column)
    return _share(f"{cell} IN ({literals(value_set)})", f"count({cell})", mostly)


def _regex(contract: Contract, column: str, regex: str, mostly: float = 1) -> Fact:
    cell = _cell(contract, column)
    return _share(f"NOT regexp_matches({cell}, {literal(regex)})", f"count({cell})", mostly)


def _between(
    contract: Contract,
    column: str,
    min_value: float | None = None,
    max_value: float | None = None,
    mostly: float = 1,
) -> Fact:
    cell = _cell(contract, column)
    limits = [f"{cell} < {min_value!r}"] if min_value is not None else []
    limits += [f"{cell} > {max_value!r}"] if max_value is not None else []
    return _share(" OR ".join(limits) or "false", f"count({cell})", mostly)


def _unique(contract: Contract, column: str) -> Fact:
    return _unique_together(contract, [column])


def _unique_together(contract: Contract, column_list: Sequence[str]) -> Fact:
    """Rows whose key stands more than once, all of them; a row without any of it has no key."""
    key = ", ".join(_cell(contract, column) for column in column_list)
    filled = " OR ".join(f"{_cell(contract, column)} IS NOT NULL" for column in column_list)
    repeated = f"""(SELECT coalesce(sum(rows), 0) FROM (
      SELECT count(*) AS rows FROM core.{quoted(contract.table)} WHERE {filled}
      GROUP BY {key} HAVING count(*) > 1))"""
    return _share_of(repeated, f"count(*) FILTER (WHERE {filled})", 1)


def _row_count(contract: Contract, min_value: float) -> Fact:
    return Fact("count(*)", min_value, is_shown=True)


def _codes_that_occur(contract: Contract, column: str, value_set: Sequence[str]) -> Fact:
    cell, listed = _cell(contract, column), literals(value_set)
    occurring = f"count(DISTINCT {cell}) FILTER (WHERE {cell} IN ({listed}))"
    return Fact(occurring, len(set(value_set)))


_FACTS: Mapping[str, Callable[..., Fact]] = {
    "ExpectColumnValuesToNotBeNull": _not_null,
    "ExpectColumnValuesToBeInSet": _in_set,
    "ExpectColumnValuesToNotBeInSet": _not_in_set,
    "ExpectColumnValuesToBeBetween": _between,
    "ExpectColumnValuesToMatchRegex": _regex,
    "ExpectColumnValuesToBeUnique": _unique,
    "ExpectCompoundColumnsToBeUnique": _unique_together,
    "ExpectTableRowCountToBeBetween": _row_count,
    "ExpectColumnDistinctValuesToContainSet": _codes_that_occur,
}
"""Of each expectation that a contract may declare, how its facts are counted."""


def _share(broken: str, filled: str, mostly: float) -> Fact:
    return _share_of(f"count(*) FILTER (WHERE {broken})", filled, mostly)


def _share_of(unexpected: str, filled: str, mostly: float) -> Fact:
    """The share of the filled cells that are as expected; without such cells there is none."""
    share = f"({filled} - {unexpected}) / nullif({filled}, 0)"
    return Fact(share, mostly, unexpected, "count(*)")


def _cell(contract: Contract, column: str) -> str:
    """A column in SQL; a list of codes is the text that patterns of lists are made for."""
    if column not in contract.columns:
        raise ValueError(f"{contract.table} has no column {column}")
    if contract.columns[column].type == "list<code>":
        return f"array_to_string({quoted(column)}, {literal(LIST_SEPARATOR)})"
    return quoted(column)
