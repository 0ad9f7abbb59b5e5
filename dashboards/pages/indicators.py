"""Indicators: search, then a list with value, interval, rating and trend."""

from typing import Any

import pandas as pd
from dash import dcc, html

from dashboards.components.card import notice
from dashboards.components.links import page_link
from dashboards.components.page_head import page_head
from dashboards.components.rating import rating_mark
from dashboards.components.sparkline import sparkline
from dashboards.components.table import Column, table
from dashboards.components.trend import trend_mark
from dashboards.components.value import value_with_interval
from dashboards.context import Context

PATH = "/indicators"
NAME = "indicators"

_LEVELS = ("impact", "outcome", "output")


def sentence(context: Context) -> str:
    """How many indicators the release holds, and how many have a figure in the period."""
    known = sum(context.cell(code).is_figure for code in context.indicators.index)
    total = len(context.indicators)
    return context.words("indicators.sentence", known=str(known), total=str(total))


def _found(context: Context) -> pd.DataFrame:
    """The indicators whose code, title or definition holds the words asked for."""
    frame = context.indicators
    asked = (context.address.get("q") or "").strip().casefold()
    language = context.words.language
    columns = ["indicator", f"title_{language}", f"short_{language}", f"definition_{language}"]
    text = frame[columns].fillna("").agg(" ".join, axis=1).str.casefold()
    hits = pd.Series(True, index=frame.index)
    for word in asked.split():
        hits &= text.str.contains(word, regex=False)
    return frame[hits]


def _search(context: Context) -> html.Form:
    words = context.words
    field = dcc.Input(
        id="search", type="search", value=context.address.get("q") or "", debounce=True
    )
    label = html.Label(words("indicators.search"), htmlFor="search")
    button = html.Button(words("indicators.find"), className="button", type="submit")
    return html.Form([label, field, button], className="search", role="search")


def _row(context: Context, code: str) -> list[Any]:
    words, row, cell = context.words, context.indicator(code), context.cell(code)
    is_survey = context.is_survey(code)
    cells = [dated.cell for dated in context.series(code)][-12:]
    unit = context.unit(code)
    title = [
        page_link(words.of(row, "title"), context.address.link(f"{PATH}/{code}")),
        html.Span(f"{code} · {words.labels('tier', str(row['tier']))}", className="note"),
    ]
    return [
        title,
        sparkline(cells, unit, words, context.address.theme, is_survey),
        value_with_interval(cell, unit, words, context.bound(code)),
        unit.words(words),
        None if row["direction"] == "neutral" else rating_mark(cell.rating, words),
        trend_mark(cell.trend, str(row["direction"]), words),
    ]


def _list(context: Context, frame: pd.DataFrame, level: str) -> list[Any]:
    words = context.words
    codes = list(frame.index[frame["level"] == level])
    if not codes:
        return []
    columns = [
        Column(words("indicators.head.indicator")),
        Column(words("indicators.head.line")),
        Column(words("indicators.head.value")),
        Column(words("indicators.head.unit")),
        Column(words("indicators.head.rating")),
        Column(words("indicators.head.trend")),
    ]
    heading = words(f"indicators.level.{level}")
    rows = [_row(context, code) for code in codes]
    return [
        html.Section(
            [html.H2(heading), table(columns, rows, heading, "table-indicators")],
            className="card",
            **{"aria-label": heading},
        )
    ]


def body(context: Context) -> list[Any]:
    """Search, then the levels of the results chain from impact to output."""
    frame = _found(context)
    lists = [part for level in _LEVELS for part in _list(context, frame, level)]
    shown = lists or [notice(context.words("indicators.nothing"))]
    head = page_head(sentence(context), context.words("indicators.lead"))
    return [head, _search(context), html.Div(shown, className="stack")]
