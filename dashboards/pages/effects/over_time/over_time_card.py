"""Output and outcome of a link over time and by area: two charts, never two scales in one.

The comparison shows no effect, and its card says so.
"""

from typing import Any

import pandas as pd
from dash import html

from dashboards.components.area_level import area_level, cells_by_area, level_switch, levels_of
from dashboards.components.card import card, how_to_read, page_link
from dashboards.components.chart import DRAWN, chart, chart_card, shows_table
from dashboards.components.empty import empty_mark
from dashboards.components.table import Column, table
from dashboards.components.value import value_cells
from dashboards.figures.series import series_plot
from dashboards.reading.context import Context
from dashboards.reading.queries import indicator_values
from dashboards.reading.queries.cells import Cell, Dated, dated_cells
from dashboards.reading.rows import rows_of
from dashboards.wording import formats

_FINEST_FIRST = "MQSABW"


def period_type_of(context: Context, link: dict[str, Any]) -> str:
    """The finest kind of period for which both have rows; months where they share none."""
    codes = (link["from_indicator"], link["to_indicator"])
    output, outcome = (context.period_types(code) for code in codes)
    return next((name for name in _FINEST_FIRST if name in output and name in outcome), "M")


def _series(context: Context, code: str, period_type: str) -> list[Dated]:
    frame = indicator_values.totals(
        context.release, indicator=code, period_type=period_type, area=context.area
    )
    return dated_cells(rows_of(frame[frame["period_end"] <= pd.Timestamp(context.period.end)]))


def _shown(context: Context, code: str, months: list[Dated]) -> list[Dated]:
    if context.is_survey(code):
        return [d for d in months if not d.cell.is_unasked]
    return months


def _chart(context: Context, code: str, months: list[Dated], frame: list[Dated], key: str) -> Any:
    words, unit = context.words, context.unit(code)
    head = html.H3(words.told(words(f"side.{key}"), f"{context.short(code)}, {unit.words(words)}"))
    points = _shown(context, code, months)
    if not any(d.cell.is_figure for d in points):
        cell = (
            (points or months)[-1].cell if points or months else context.absent(code, context.area)
        )
        return html.Div([head, empty_mark(cell, words)])
    plot = series_plot(
        points,
        unit,
        words,
        context.address.theme,
        None,
        context.is_survey(code),
        frame,
    )
    caption = words("side.caption", title=context.short(code), area=context.area_name(context.area))
    return html.Div([head, chart(plot, caption, key, 220)])


def over_time(context: Context, link: dict[str, Any]) -> html.Section:
    """Both series of the chosen area, each on its own scale."""
    words = context.words
    output, outcome = link["from_indicator"], link["to_indicator"]
    period_type = period_type_of(context, link)
    outputs = _series(context, output, period_type)
    outcomes = _series(context, outcome, period_type)
    title = words(f"side.by.{period_type}", area=context.area_name(context.area))
    drawn: list[Any] = []
    if not shows_table(context.address):
        frame = max(outputs, outcomes, key=len)
        pair = [
            _chart(context, output, outputs, frame, "output"),
            _chart(context, outcome, outcomes, frame, "outcome"),
        ]
        drawn = [html.Div(pair, className="pair", **DRAWN)]
    numbers = _months_table(context, link, outputs, outcomes)
    titles = (title, words("side.by_month_under"))
    return chart_card(context, "months", titles, drawn, numbers, how_to_read("over_time", words))


def _months_table(
    context: Context, link: dict[str, Any], outputs: list[Dated], outcomes: list[Dated]
) -> html.Div:
    words = context.words
    first = {dated.name: dated for dated in outputs}
    second = {dated.name: dated for dated in outcomes}
    all_months = {**first, **second}
    periods = sorted(all_months, reverse=True)
    rows = []
    for period in periods:
        cells = [
            found[period].cell if period in found else Cell.absent() for found in (first, second)
        ]
        dated = all_months[period]
        name = formats.period_name(dated, words)
        rows.append([name, *_pair_cells(context, link, *cells)])
    return table(_pair_columns(context, link, words("table.period")), rows, words("side.table"))


def _pair_columns(context: Context, link: dict[str, Any], first: str) -> list[Column]:
    words = context.words
    return [
        Column(first),
        Column(context.short(link["from_indicator"]), True),
        Column(context.short(link["to_indicator"]), True),
        Column(words("table.interval"), True),
        Column(words("table.n"), True),
    ]


def _pair_cells(context: Context, link: dict[str, Any], done: Cell, changed: Cell) -> list[Any]:
    words = context.words
    output, outcome = context.unit(link["from_indicator"]), context.unit(link["to_indicator"])
    return [value_cells(done, output, words)[0], *value_cells(changed, outcome, words)]


def by_area(context: Context, link: dict[str, Any]) -> list[Any]:
    """Both figures of the chosen period in every area that has both as rows."""
    words, period = context.words, context.period
    level = area_level(context, link["to_indicator"])
    if level is None:
        return []
    outputs, outcomes = (
        cells_by_area(context, code, level, period.period_type, period.name)
        for code in (link["from_indicator"], link["to_indicator"])
    )
    areas = sorted(outputs.keys() | outcomes.keys(), key=context.area_name)
    rows = [
        [
            page_link(context.area_name(area), context.address.link(area=area)),
            *_pair_cells(
                context,
                link,
                outputs.get(area) or context.absent(link["from_indicator"], area),
                outcomes.get(area) or context.absent(link["to_indicator"], area),
            ),
        ]
        for area in areas
    ]
    name = formats.period_name(period, words)
    title = words("side.by_area", period=name)
    columns = _pair_columns(context, link, words("table.area"))
    switch = level_switch(context, levels_of(context, link["to_indicator"]), level)
    content = [switch, table(columns, rows, title)]
    return [card(title, content, words("side.by_area_under"), key="areas")]
