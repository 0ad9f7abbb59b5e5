"""Which rows of its source an indicator counts, as SQL: for methods that look at single rows."""

from collections.abc import Collection, Iterable

from sqlglot import exp, parse_one

from indicators.definitions.contracts import contracts
from indicators.definitions.expressions import Expression, parse_expression, table_operands
from indicators.definitions.indicator import Indicator


def filter_sql(
    indicator: Indicator, without: str | None = None, within: Collection[str] | None = None
) -> str:
    """The conditions that a row must meet to count.

    Those on the column `without` are left out, and those on any column that is not `within`.
    """
    kept = [
        f"({part.sql})"
        for part in _checked(indicator)
        if without not in part.columns and (within is None or set(part.columns) <= set(within))
    ]
    return " AND ".join(kept) or "true"


def counted_columns(indicator: Indicator) -> set[str]:
    """The columns at which these conditions look."""
    return {name for part in _checked(indicator) for name in part.columns}


def _checked(indicator: Indicator) -> list[Expression]:
    operands = table_operands(contracts()[indicator.source])
    return [parse_expression(text, operands) for text in _conditions(indicator)]


def _conditions(indicator: Indicator) -> list[str]:
    """Every condition on a row, one an entry."""
    measure = indicator.measure
    numerator = measure.numerator.where if measure.numerator else None
    texts = [text for text in (measure.where, numerator) if text]
    return [part.sql(dialect="duckdb") for text in texts for part in _joined_by_and(text)]


def _joined_by_and(text: str) -> Iterable[exp.Expression]:
    tree = parse_one(text, dialect="duckdb")
    return tree.flatten() if isinstance(tree, exp.And) else [tree]
