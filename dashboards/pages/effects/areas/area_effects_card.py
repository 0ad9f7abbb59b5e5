"""Where a result comes from: each area's own ratio, and the same drawn towards the mission's.

In the order of names; areas are not ranked and not tested alone.
"""

import math
from typing import Any

from dash import html

from dashboards.components.card import card, how_to_read, notice
from dashboards.components.chart import chart, chart_card, shows_table
from dashboards.components.table import Column, table
from dashboards.pages.effects.areas.forest import ForestRow, forest_plot
from dashboards.reading.context import Context
from dashboards.reading.queries import framework
from dashboards.reading.rows import rows_of
from dashboards.wording import formats
from dashboards.wording.words import Words

Row = dict[str, Any]
_ROW_HEIGHT, _FRAME = 26, 90  # pixels


def area_effects(context: Context, link: Row) -> html.Section:
    """The card of one edge; in words where no case series has a figure."""
    words = context.words
    found = rows_of(framework.area_effects(context.release, link["edge"]))
    if not found:
        return card(words("areas.title"), [notice(words("areas.none"))], key="area-effects")
    rows = sorted(found, key=lambda row: context.area_name(row["area"]))
    points = [_point(context, row) for row in rows if not formats.is_missing(row["shrunken"])]
    titles = (words("areas.title"), words("areas.under"))
    drawn: list[Any] = []
    if points and not shows_table(context.address):
        plot = forest_plot(points, words("areas.axis"), words, context.address.theme)
        caption = words("areas.caption", title=context.short(link["to_indicator"]))
        drawn = [chart(plot, caption, "area-effects", _FRAME + _ROW_HEIGHT * len(points), 200)]
    reading = how_to_read("areas", words)
    return chart_card(context, "area-effects", titles, drawn, _table(context, rows), reading)


def _point(context: Context, row: Row) -> ForestRow:
    name = context.area_name(row["area"])
    own = _percents(row, ("estimate", "ci_low", "ci_high"))
    drawn_in = _percents(row, ("shrunken", "shrunken_low", "shrunken_high"))
    assert drawn_in is not None
    text = context.words.told(name, " ".join(_cells(drawn_in, context.words)))
    return ForestRow(name, own, drawn_in, text)


def _percents(row: Row, names: tuple[str, ...]) -> tuple[float, ...] | None:
    """Log ratios as percent more or less; None where the area has none of its own."""
    if formats.is_missing(row[names[0]]):
        return None
    return tuple(100 * math.expm1(row[name]) for name in names)


def _cells(figures: tuple[float, ...] | None, words: Words) -> list[str]:
    if figures is None:
        return ["–", "–"]
    middle, low, high = figures
    bounds = {"low": formats.number(low, words), "high": formats.number(high, words)}
    return [formats.signed(middle, words), words("format.range_signed", **bounds)]


def _table(context: Context, rows: list[Row]) -> html.Div:
    words = context.words
    heads = ("incidents", "own", "own_interval", "shrunken", "shrunken_interval")
    columns = [
        Column(words("table.area")),
        *(Column(words(f"areas.{name}"), True) for name in heads),
        Column(words("areas.note")),
    ]
    lines = [
        [
            context.area_name(row["area"]),
            formats.number(row["n_events"], words),
            *_cells(_percents(row, ("estimate", "ci_low", "ci_high")), words),
            *_cells(_percents(row, ("shrunken", "shrunken_low", "shrunken_high")), words),
            "" if row["status"] == "estimated" else words(f"areas.status.{row['status']}"),
        ]
        for row in rows
    ]
    return table(columns, lines, words("areas.title"))
