"""Indicators without a figure in the period and area: why, and which data are missing."""

from typing import Any

from dash import html

from dashboards.components.card import card, page_link
from dashboards.components.chart import take_away
from dashboards.components.empty import empty_mark
from dashboards.components.table import Column, table
from dashboards.context import Context
from dashboards.queries import indicator_values
from dashboards.wording import formats


def without_figure_card(context: Context) -> list[html.Section]:
    """One row an indicator in the order of codes; a sentence where each has a figure."""
    words = context.words
    codes = [str(code) for code in context.indicators.index if not context.cell(code).is_figure]
    title = words("lacking.title")
    under = words("lacking.under", number=str(len(codes)), total=str(len(context.indicators)))
    if not codes:
        return [card(title, [], under, key="lacking")]
    columns = [
        Column(words("indicators.head.indicator")),
        Column(words("lacking.reason")),
        Column(words("lacking.missing")),
        Column(words("lacking.last")),
    ]
    newest = indicator_values.newest_figures(
        context.release, context.area, context.period.period_type, context.period.end.isoformat()
    )
    counted = indicator_values.with_rows(context.release)
    rows = [_row(context, code, newest.get(code), code in counted) for code in codes]
    content = [table(columns, rows, title), take_away(context, "lacking", ("csv",), title)]
    return [card(title, content, under, key="lacking")]


def _row(context: Context, code: str, newest: str | None, has_rows: bool) -> list[Any]:
    words = context.words
    name = [
        page_link(context.short(code), context.address.link(f"/indicators/{code}")),
        html.Span(code, className="note"),
    ]
    period = next((one for one in context.periods if one.name == newest), None)
    last = formats.period_name(period, words) if period else words("lacking.never")
    return [name, empty_mark(context.cell(code), words), _missing(context, code, has_rows), last]


def _missing(context: Context, code: str, has_rows: bool) -> str:
    """The source whose rows, reports or answers are missing, as far as the release says."""
    words, source = context.words, str(context.indicator(code)["source"])
    name, cell = words.label("source", source), context.cell(code)
    if not has_rows:
        return words("lacking.no_rows", source=name)
    if cell.reports_due and (cell.reports_received or 0) < cell.reports_due:
        number = cell.reports_due - (cell.reports_received or 0)
        return words(
            "lacking.reports",
            source=name,
            number=formats.number(number, words),
            due=formats.number(cell.reports_due, words),
        )
    kind = _kind(cell.state)
    return words(f"lacking.because.{kind}", source=name)


def _kind(state: str) -> str:
    """Families of reasons that ask for the same data."""
    if state.startswith("suppressed") or state in ("unreliable", "no_survey", "not_asked"):
        return "answers"
    if state in ("period_not_over", "no_cases"):
        return state
    return "see_reason"
