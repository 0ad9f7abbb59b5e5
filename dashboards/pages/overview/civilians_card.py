"""What happened to civilians in the period: counts, their line, their change, and who did it."""

from typing import Any

from dash import html

from dashboards.components.card import card, page_link
from dashboards.components.empty import reports_mark
from dashboards.components.harm import counted, counted_harm, who_words
from dashboards.components.outcome_summary import change_line
from dashboards.components.small_multiples import sparkline
from dashboards.reading.context import Context
from dashboards.wording import formats

_POINTS = 11


def civilians_card(context: Context) -> html.Section:
    """A line a kind of harm; where a part is not known, that stands beside it."""
    words = context.words
    items = [_line(context, code) for code in counted_harm(context)]
    if not items:
        items = [html.Li(words("civilians.none"))]
    title = words("civilians.title", period=formats.period_name(context.period, words))
    link = page_link(words("civilians.link"), context.address.link("/incidents"))
    lacking = [context.cell(code).reports_missing for code in counted_harm(context)]
    said = next((words.said(one) for one in lacking if one is not None), None)
    return card(title, [html.Ul(items, className="civilians"), link], said, key="civilians")


def _line(context: Context, code: str) -> html.Li:
    words, cell, unit = context.words, context.cell(code), context.unit(code)
    href = context.address.link(f"/indicators/{code}")
    marks = reports_mark(cell.reports_missing, words)
    name = html.Div(
        [page_link(context.short(code), href), html.B([counted(context, code), *marks])]
    )
    series = [dated.cell for dated in context.series(code)][-_POINTS:]
    line = sparkline(series, unit, words, context.address.theme)
    parts: list[Any] = [name, html.Div(line, className="spark-cell")]
    parts.append(html.Div(change_line(context, code), className="change"))
    who = who_words(context, code)
    return html.Li([*parts, *([html.Span(who, className="note civilians-who")] if who else [])])
