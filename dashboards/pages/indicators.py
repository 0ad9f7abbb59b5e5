"""Indicators: search and facets, then a list with value, interval, rating and trend."""

from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import notice, page_head, page_link
from dashboards.components.chart import take_away
from dashboards.components.facets import (
    STAGES,
    facet_panel,
    found_indicators,
    narrowed,
    search_form,
)
from dashboards.components.rating import rating_mark, trend_mark
from dashboards.components.small_multiples import sparkline
from dashboards.components.table import Column, table
from dashboards.components.value import value_with_interval
from dashboards.pages import path_of
from dashboards.reading.context import Context


def sentence(context: Context) -> str:
    """How many indicators the release holds, and how many have a figure in the period."""
    known = sum(context.cell(code).is_figure for code in context.indicators.index)
    total = len(context.indicators)
    return context.words("indicators.sentence", known=str(known), total=str(total))


def _tiers(context: Context, codes: str) -> str:
    """The tier's name; of several tiers the bare numerals: Tier I, II, III."""
    if "|" not in codes:
        return context.words.label("tier", codes)
    numerals = ", ".join(codes.split("|"))
    return f"{context.words('indicators.facet.tier')} {numerals}"


def _row(context: Context, code: str) -> list[Any]:
    words, row, cell = context.words, context.indicator(code), context.cell(code)
    is_survey = context.is_survey(code)
    cells = [dated.cell for dated in context.series(code)][-12:]
    unit = context.unit(code)
    title = [
        page_link(words.of(row, "title"), context.address.link(f"{path_of('indicators')}/{code}")),
        html.Span(f"{code} · {_tiers(context, str(row['tier']))}", className="note"),
    ]
    return [
        title,
        sparkline(cells, unit, words, context.address.theme, is_survey),
        value_with_interval(cell, unit, words, names_unit=False),
        unit.words(words),
        rating_mark(cell, words),
        trend_mark(cell, str(row["direction"]), unit, words),
    ]


def _list(context: Context, frame: pd.DataFrame, level: str) -> list[Any]:
    words = context.words
    codes = list(frame.index[frame["level"] == level])
    if not codes:
        return []
    heads = {
        name: words(f"indicators.head.{name}")
        for name in ("indicator", "line", "value", "unit", "rating", "trend")
    }
    columns = [
        Column(head, sort_label=None if name == "line" else words("table.sort", column=head))
        for name, head in heads.items()
    ]
    heading = words(f"indicators.level.{level}")
    rows = [_row(context, code) for code in codes]
    return [
        html.Section(
            [
                html.H2(heading),
                table(columns, rows, heading, "table-indicators"),
                take_away(context, level, ("csv",), heading),
            ],
            className="card",
            **{"aria-label": heading},
        )
    ]


def body(context: Context) -> list[Any]:
    """Search, then the levels of the results chain from impact to output."""
    found = found_indicators(context)
    frame = narrowed(context, found)
    lists = [part for level in STAGES for part in _list(context, frame, level)]
    shown = lists or [notice(context.words("indicators.nothing"))]
    head = page_head(sentence(context), context.words("indicators.lead"))
    return [
        head,
        search_form(context),
        facet_panel(context, found),
        html.Div(shown, className="stack"),
    ]
