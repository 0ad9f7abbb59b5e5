"""What an indicator reads of its source: columns, checked expressions, the class of its figures."""

from collections.abc import Iterator
from typing import Any

from indicators.definitions.contracts import (
    CLASSES,
    contracts,
)
from indicators.definitions.expressions import (
    NUMBER,
    parse_expression,
    table_operands,
)
from indicators.definitions.indicator import Indicator
from indicators.definitions.measures import Measure, Part, expressions_of
from indicators.definitions.sharing.confidentiality import ALL_PARTS, class_by_source

_MART_DIMENSIONS = ("unit_type", "activity_type", "actor", "sex", "age_group")


def named_columns(indicator: Indicator) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """(key, column, types that it may have) for each key of the entry that names a column."""
    dated = ("date",)
    if indicator.date:
        yield "date", indicator.date, dated
    if indicator.precision:
        yield "precision", indicator.precision, ("code", "text")
    if indicator.area:
        yield "area", indicator.area, ("text",)
    for dimension, column in indicator.disaggregate.items():
        yield f"disaggregate.{dimension}", column, ("code", "text", "list")
    state = indicator.measure.state
    if state:
        for name in ("valid_from", "valid_to", "newest"):
            if getattr(state, name):
                yield f"measure.state.{name}", getattr(state, name), dated
        for column in state.by:
            yield "measure.state.by", column, ("text", "code")
    if indicator.measure.between:
        yield "measure.between.column", indicator.measure.between.column, ("code",)


def expressions(measure: Measure) -> Iterator[tuple[str, str, str | None]]:
    """(key, text, kind of value wanted) for each expression of a measure."""
    parts: dict[str, Measure | Part | None] = {"measure": measure}
    parts |= {"measure.numerator": measure.numerator, "measure.denominator": measure.denominator}
    for key, part in parts.items():
        for name, wanted in (("where", "bool"), ("value", NUMBER)):
            text = getattr(part, name, None)
            if text:
                yield f"{key}.{name}", text, wanted
        for text in expressions_of(part.distinct) if part else ():
            yield f"{key}.distinct", text, None
    if measure.known:
        yield "measure.known", measure.known, "bool"


def checked_measure(indicator: Indicator) -> Measure:
    """The measure with every expression written anew from its checked tree.

    Raises RefusedExpressionError: nothing that was not checked goes on to the compiler.
    """
    operands = table_operands(contracts()[indicator.source])

    def rewritten(part: Measure | Part) -> dict[str, Any]:
        texts = {"where": part.where, "value": part.value}
        found: dict[str, Any] = {
            name: parse_expression(text, operands).sql for name, text in texts.items() if text
        }
        named = expressions_of(part.distinct)
        if named:
            found["distinct"] = tuple(parse_expression(text, operands).sql for text in named)
        return found

    measure = indicator.measure
    inner = {
        name: getattr(measure, name).model_copy(update=rewritten(getattr(measure, name)))
        for name in ("numerator", "denominator")
        if getattr(measure, name)
    }
    known = measure.known and parse_expression(measure.known, operands, "bool").sql
    return measure.model_copy(update={**rewritten(measure), **inner, "known": known})


def columns_used(indicator: Indicator) -> set[str]:
    """The columns of the source that the indicator reads, with those that say where."""
    places = (area_column(indicator), "location_precision")
    return columns_counted(indicator) | {column for column in places if column}


def columns_counted(indicator: Indicator) -> set[str]:
    """The columns of the source that the indicator reads to count, wherever it was."""
    operands = table_operands(contracts()[indicator.source])
    used = {column for _, column, _ in named_columns(indicator)}
    for _, text, _ in expressions(indicator.measure):
        used.update(parse_expression(text, operands).columns)
    return used


def area_column(indicator: Indicator) -> str | None:
    """The column that says where a row happened; None where its source knows no place."""
    contract = contracts()[indicator.source]
    known = "area_code" in table_operands(contract)
    return indicator.area or contract.area_column or ("area_code" if known else None)


def class_of_total(indicator: Indicator) -> str:
    """The class of its figures that nothing breaks down."""
    return class_of_part(indicator, ALL_PARTS)


def class_of_part(indicator: Indicator, dimension: str) -> str:
    """The class of its figures by this dimension of `disaggregate`; `ALL_PARTS`: of its totals."""
    raised, source = indicator.confidentiality, contracts()[indicator.source]
    column = indicator.disaggregate.get(dimension)
    found = class_by_source(source, indicator.measure, column)
    own = (raised.total, raised.breakdowns.get(dimension))
    return max([found, *(name for name in own if name)], key=CLASSES.index)


def dimension_of(name: str) -> str:
    """The mart column of a dimension: its own, or `breakdown`."""
    return name if name in _MART_DIMENSIONS else "breakdown"
