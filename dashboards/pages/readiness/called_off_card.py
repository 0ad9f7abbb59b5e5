"""Patrols called off for lack of means or permission: by reason and caveat, by month, by area."""

from typing import Any

from dash import html

from dashboards.components.area_level import area_level, cells_by_area
from dashboards.components.card import card, notice, page_link
from dashboards.components.chart import take_away
from dashboards.components.table import Column, table
from dashboards.components.value import value_cells
from dashboards.context import Context
from dashboards.lists.readiness import CALLED_OFF
from dashboards.queries import indicator_values
from dashboards.queries.cells import Cell
from dashboards.rows import rows_of
from dashboards.wording import formats
from indicators.foundation.periods import period_named

_MONTHS = 12
_PARTS = ("status_reason", "national_caveat")


def called_off_cards(context: Context) -> list[html.Div]:
    """By reason and caveat, below it by area in the order of names; beside them by month."""
    if CALLED_OFF not in context.indicators.index:
        return []
    words = context.words
    period = formats.period_name(context.period, words)
    first = [_card(context, "reasons", "called_off.head.reason", _by_reason(context), period)]
    if areas := _by_area(context):
        first.append(_card(context, "areas", "table.area", areas, period))
    months = _card(context, "months", "called_off.head.month", _by_month(context), period)
    return [
        html.Div([html.Div(first, className="stack"), months], className="columns columns-half")
    ]


def _card(
    context: Context, name: str, first: str, lines: list[tuple[Any, Cell]], period: str
) -> html.Section:
    words, unit = context.words, context.unit(CALLED_OFF)
    title = words(f"called_off.{name}", period=period)
    key = f"called-off-{name}"
    if not lines:
        return card(title, [notice(words("called_off.none"))], key=key)
    columns = [
        Column(words(first)),
        Column(words("called_off.head.number"), True),
        Column(words("called_off.head.of"), True),
        Column([words("called_off.head.share"), html.Span(unit.words(words))], True),
    ]
    rows = [
        [head, _count(context, cell.numerator), _count(context, cell.denominator),
         value_cells(cell, unit, words)[0]]
        for head, cell in lines
    ]  # fmt: skip
    content = [table(columns, rows, title), take_away(context, key, ("csv",), title)]
    return card(title, content, words(f"called_off.{name}_under"), key=key)


def _count(context: Context, number: float | None) -> str:
    return formats.number_or_dash(number, context.words)


def _by_reason(context: Context) -> list[tuple[Any, Cell]]:
    words, period = context.words, context.period
    filters = {"indicator": CALLED_OFF, "period": period.name, "area": context.area}
    lines: list[tuple[Any, Cell]] = []
    for part in _PARTS:
        own = rows_of(indicator_values.kinds(context.release, part, **filters))
        own.sort(key=lambda row: -(row["numerator"] or 0))
        for row in own:
            key = f"called_off.caveat.{row['breakdown_value']}"
            name = words(key) if words.known(key) else words.label(part, row["breakdown_value"])
            lines.append((name, Cell.of(row)))
    total = context.cell(CALLED_OFF)
    return [*lines, (words("called_off.all"), total)] if lines or total.is_figure else []


def _by_month(context: Context) -> list[tuple[Any, Cell]]:
    frame = indicator_values.totals(
        context.release, indicator=CALLED_OFF, period_type="M", area=context.area
    )
    frame = frame[frame["period_end"].dt.date <= context.period.end]
    newest = rows_of(frame.sort_values("period_start"))[: -_MONTHS - 1 : -1]
    return [
        (formats.period_name(period_named(row["period"]), context.words), Cell.of(row))
        for row in newest
    ]


def _by_area(context: Context) -> list[tuple[Any, Cell]]:
    """Areas inside the chosen one from which a patrol was called off."""
    level, period = area_level(context, CALLED_OFF), context.period
    cells = cells_by_area(context, CALLED_OFF, level, period.period_type, period.name)
    inside = context.areas_inside - {context.area}
    return [
        (page_link(context.area_name(area), context.address.link(area=area)), cell)
        for area, cell in sorted(cells.items(), key=lambda item: context.area_name(item[0]))
        if area in inside and not (cell.is_figure and not cell.numerator)
    ]
