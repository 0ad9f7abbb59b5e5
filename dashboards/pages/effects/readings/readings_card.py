"""The same link read in other ways: moved or not, by actor, component, dose, day and night.

Secondary comparisons: they carry no grade, and the card says how many were made over all links.
"""

import math
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from dash import html

from dashboards.components.card import card, notice
from dashboards.components.finding import effort_cells, effort_columns
from dashboards.components.table import Column, table
from dashboards.reading.context import Context
from dashboards.reading.queries import framework
from dashboards.reading.rows import rows_of
from dashboards.wording import formats
from dashboards.wording.words import sentence_case
from indicators.foundation.messages import message

Row = dict[str, Any]


def readings(context: Context, edge: str) -> html.Section:
    """The card of one edge; in words where its outcome is not counted day by day."""
    words = context.words
    every = rows_of(framework.secondary_readings(context.release))
    rows = [row for row in every if row["edge"] == edge]
    title = words("readings.title")
    if not rows:
        return card(title, [notice(words("readings.none"))], key="readings")
    patrols = [row for row in rows if not formats.is_missing(row["n_patrols"])]
    alone = [row for row in patrols if formats.is_missing(row["beside"])]
    made = sum(row["status"] == "compared" for row in every)
    questions = len(framework.primary_tests(context.release))
    count = words("readings.counts", made=made, of=len(every), questions=questions)
    tables = [
        _figures_of(context, name, list(own))
        for name, own in groupby(rows, lambda row: row["reading"])
    ]
    cost = [_cost(context, alone)] if alone else []
    return card(title, [*tables, *cost, html.P(count)], words("readings.under"), key="readings")


def moved_or_not(context: Context, edge: str) -> list[html.Li]:
    """What neighbouring areas and later days say, a line each, under the checks."""
    rows = rows_of(framework.secondary_readings(context.release))
    said = [row for row in rows if row["edge"] == edge and row["reading"] == "place"]
    if not said:
        return []
    head = html.B(context.words("readings.place"))
    text = " ".join(context.words.of(row, "sentence") for row in said)
    return [html.Li([head, html.Span(text, className="note")])]


def _cost(context: Context, rows: Sequence[Row]) -> html.Div:
    words = context.words
    heads = [Column(words(f"readings.{name}"), True) for name in ("patrols", "days")]
    columns = [Column(words("readings.by")), *heads, *effort_columns(words)]
    lines = [
        [
            _named(context, row, "name"),
            *(formats.number(row[name], words) for name in ("n_patrols", "n_days")),
            *effort_cells(row, words),
        ]
        for row in rows
    ]
    return table(columns, lines, words("readings.cost"), "table-findings")


def _figures_of(context: Context, reading: str, rows: Sequence[Row]) -> html.Div:
    words = context.words
    heads = [Column(words(f"readings.{name}"), True) for name in ("difference", "interval")]
    heads.append(Column(words("readings.smallest"), True))
    lines = [[_name(context, row), *_figures(context, row)] for row in rows]
    return table(
        [Column(words(f"readings.{reading}")), *heads],
        lines,
        words(f"readings.{reading}"),
        "table-findings",
    )


def _named(context: Context, row: Row, part: str) -> str:
    key = f"linkage.reading.{row['reading']}.{row[part]}"
    return sentence_case(message(key, context.words.language))


def _name(context: Context, row: Row) -> str:
    name = _named(context, row, "name")
    if formats.is_missing(row["beside"]):
        return name
    return context.words("readings.beside", name=name, beside=_named(context, row, "beside"))


def _figures(context: Context, row: Row) -> list[Any]:
    words = context.words
    smallest = row["smallest_change"]
    seen = "–" if formats.is_missing(smallest) else formats.number(smallest, words)
    if formats.is_missing(row["estimate"]):
        return [html.Span(words("readings.not_enough"), className="no-figure"), "", seen]
    middle, low, high = (100 * math.expm1(row[name]) for name in ("estimate", "ci_low", "ci_high"))
    bounds = {"low": formats.number(low, words), "high": formats.number(high, words)}
    return [formats.signed(middle, words), words("format.range_signed", **bounds), seen]
