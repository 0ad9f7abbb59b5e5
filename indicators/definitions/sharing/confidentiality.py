"""What a figure is about by the contract of its source: the class that decides who may see it."""

from collections.abc import Iterator

from sqlglot import exp

from indicators.definitions.contracts import CLASSES, Contract
from indicators.definitions.expressions import parsed
from indicators.definitions.measures import Measure, Part, expressions_of

ALL_PARTS = "_T"  # stands for no dimension: the totals


def class_by_source(contract: Contract, measure: Measure, column: str | None = None) -> str:
    """The class of a measure's figures, in total or by a column of its source.

    It is that of the rows, or of any column that the measure reads where that is higher. A column
    that is only asked whether it is filled says nothing of the persons in it.
    """
    told = contract.confidentiality
    names = {*_columns_read(measure), *([column] if column else [])}
    found = [_class_of_rows(contract, measure)]
    found += [told.columns[name] for name in names if name in told.columns]
    return max(found, key=CLASSES.index)


def codes_compared(text: str, column: str) -> set[str]:
    """The codes that an expression holds a column against."""
    found = set()
    for tree in parsed(text).find_all(exp.In, exp.EQ, exp.NEQ):
        if any(own.name == column for own in tree.find_all(exp.Column)):
            found |= {own.name for own in tree.find_all(exp.Literal) if own.is_string}
    return found


def _class_of_rows(contract: Contract, measure: Measure) -> str:
    told = contract.confidentiality
    kept = {tree.sql() for tree in _conditions(measure.where)}
    for condition, found in told.rows.items():
        if parsed(condition).sql() in kept:
            return found
    return told.total


def _conditions(where: str | None) -> Iterator[exp.Expression]:
    """The conditions of which a filter asks that all hold."""
    if where:
        tree = parsed(where)
        yield from tree.flatten() if isinstance(tree, exp.And) else (tree,)


def _columns_read(measure: Measure) -> Iterator[str]:
    for part in (measure, measure.numerator, measure.denominator):
        if part:
            for text in _texts(part):
                for column in parsed(text).find_all(exp.Column):
                    if not isinstance(column.parent, exp.Is):
                        yield column.name


def _texts(part: Measure | Part) -> Iterator[str]:
    yield from (text for text in (part.where, part.value) if text)
    yield from expressions_of(part.distinct)
