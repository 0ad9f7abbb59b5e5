"""Days after police, military and joint patrols side by side, with what these patrols cost.

Secondary comparisons: they carry no grade, and the card says how many were made over all links.
"""

import math
from typing import Any

from dash import html

from dashboards.components.card import card, notice
from dashboards.components.finding import effort_cells, effort_columns
from dashboards.components.table import Column, table
from dashboards.context import Context
from dashboards.queries import framework
from dashboards.rows import rows_of
from dashboards.wording import formats

Row = dict[str, Any]


def component_effects(context: Context, edge: str) -> html.Section:
    """The card of one edge; in words where its output counts no patrols."""
    words = context.words
    every = rows_of(framework.component_effects(context.release))
    rows = [row for row in every if row["edge"] == edge]
    title = words("components.title")
    if not rows:
        return card(title, [notice(words("components.none"))], key="components")
    alone = [row for row in rows if formats.is_missing(row["beside"])]
    sentences = html.Ul([html.Li(words.of(row, "sentence")) for row in rows], className="facts")
    made = sum(row["status"] == "compared" for row in every)
    questions = len(framework.primary_tests(context.release))
    count = words("components.counts", made=made, of=len(every), questions=questions)
    parts = [_cost(context, alone), _ratios(context, rows), sentences, html.P(count)]
    return card(title, parts, words("components.under"), key="components")


def _cost(context: Context, rows: list[Row]) -> html.Div:
    words = context.words
    heads = [Column(words(f"components.{name}"), True) for name in ("patrols", "days")]
    columns = [Column(words("components.by")), *heads, *effort_columns(words)]
    lines = [
        [
            words(f"components.name.{row['component']}"),
            *(formats.number(row[name], words) for name in ("n_patrols", "n_days")),
            *effort_cells(row, words),
        ]
        for row in rows
    ]
    return table(columns, lines, words("components.cost"), "table-findings")


def _ratios(context: Context, rows: list[Row]) -> html.Div:
    words = context.words
    heads = [Column(words(f"components.{name}"), True) for name in ("difference", "interval")]
    heads.append(Column(words("components.smallest"), True))
    lines = [[_name(context, row), *_figures(context, row)] for row in rows]
    columns = [Column(words("components.compared")), *heads]
    return table(columns, lines, words("components.figures"), "table-findings")


def _name(context: Context, row: Row) -> str:
    words = context.words
    name = words(f"components.name.{row['component']}")
    if formats.is_missing(row["beside"]):
        return words("components.alone", component=name)
    beside = words(f"components.name.{row['beside']}")
    return words("components.beside", component=name, beside=beside)


def _figures(context: Context, row: Row) -> list[Any]:
    words = context.words
    smallest = row["smallest_change"]
    seen = "–" if formats.is_missing(smallest) else formats.number(smallest, words)
    if formats.is_missing(row["estimate"]):
        return [html.Span(words("components.not_enough"), className="no-figure"), "", seen]
    middle, low, high = (100 * math.expm1(row[name]) for name in ("estimate", "ci_low", "ci_high"))
    bounds = {"low": formats.number(low, words), "high": formats.number(high, words)}
    return [formats.signed(middle, words), words("format.range_signed", **bounds), seen]
