"""Small lines: one of a row, and one an area on one scale; kinds of empty keep their looks."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import page_link
from dashboards.components.chart import DRAWN
from dashboards.components.empty import empty_mark, empty_words, reports_mark
from dashboards.figures.vector import Drawing, frame_range, line_drawing, value_range
from dashboards.reading.context import Context
from dashboards.reading.queries.cells import Cell, dated_cells_by, new_definitions
from dashboards.wording.formats import Unit
from dashboards.wording.words import Words

_SIZE = (132, 64)
MOST = 24  # drawings a page
_DOUBTS = ("area_without_access", "area_without_report", "caution")


def cells_now(context: Context, code: str, frame: pd.DataFrame) -> dict[str, Cell]:
    """The cell of the chosen period for every area of a frame of values; where none is, why."""
    known = dated_cells_by(frame[frame["period"] == context.period.name], "area")
    return {
        area: known[area][0].cell if area in known else context.absent(code, area)
        for area in sorted(set(frame["area"]))
    }


def small_multiples(
    context: Context, code: str, frame: pd.DataFrame, now: Mapping[str, Cell]
) -> html.Div:
    """All areas, by value (by name where an indicator ranks no areas); empties last.

    `frame`: their values in all periods up to the chosen one. Only those of the areas that are
    shown become cells.
    """
    drawing = Drawing(*_SIZE, *frame_range(frame), context.address.theme)
    order = sorted(now, key=lambda area: area_rank(context, code, area, now[area]))
    page = int(context.address.get("page") or 1)
    shown = order[(page - 1) * MOST : page * MOST]
    series = dated_cells_by(frame[frame["area"].isin(shown)], "area")
    cells = {area: [dated.cell for dated in series[area]] for area in shown}
    items = [_multiple(context, code, area, cells[area], now[area], drawing) for area in shown]
    drawn = html.Div(items, className="multiples", **DRAWN)
    return html.Div([drawn, _pager(context, len(order), page)])


def area_rank(context: Context, code: str, area: str, cell: Cell) -> tuple[bool, float, str]:
    """What to sort areas by: figures first, highest first; by name alone where that ranks."""
    if not context.ranks_areas(code):
        return False, 0.0, context.area_name(area)
    return not cell.is_figure, -(cell.value or 0.0), context.area_name(area)


def _multiple(
    context: Context, code: str, area: str, cells: list[Cell], now: Cell, drawing: Drawing
) -> html.Div:
    words, unit = context.words, context.unit(code)
    is_survey = context.is_survey(code)
    link = page_link(context.area_name(area), context.address.link(area=area))
    value = unit.value(now.value, words, now.half_width) if now.value is not None else ""
    marks = reports_mark(now.reports_missing, words)
    head = html.Div([link, html.Span([value, *marks])], className="multiple-head")
    if not any(cell.is_figure for cell in cells):
        shown: Any = empty_mark(now, words, "table")
    else:
        image = line_drawing(drawing, cells, now.target, joins_gaps=is_survey, with_axis=True)
        shown = [html.Img(src=image, alt=sparkline_words(cells, unit, words))]
        said = [empty_words(now, words)] if not now.is_figure else _doubts(now, words)
        shown += [html.Span(text, className="note") for text in said]
    return html.Div([head, html.Div(shown)], className="multiple")


def _doubts(cell: Cell, words: Words) -> list[str]:
    """Why a figure must not be read as calm or as certain; the table says the rest."""
    return [words.said(said) for said in cell.beside if said.code in _DOUBTS]


def _pager(context: Context, total: int, page: int) -> html.Div | None:
    pages = -(-total // MOST)
    if pages < 2:
        return None
    links = [
        page_link(
            str(number),
            context.address.link(page=str(number)),
            **({"aria-current": "true"} if number == page else {}),
        )
        for number in range(1, pages + 1)
    ]
    return html.Div(links, className="tabs", role="group")


_LINE_SIZE = (66, 30)


def sparkline_words(cells: Sequence[Cell], unit: Unit, words: Words) -> str:
    """From 34 to 41 over 4 points; and that the definition changed between them, where it did."""
    figures = [cell.value for cell in cells if cell.is_figure and cell.value is not None]
    if len(figures) < 2:
        return words("spark.too_few")
    ends = {"first": unit.value(figures[0], words), "last": unit.value(figures[-1], words)}
    line = words("spark.line", number=str(len(figures)), **ends)
    line = words("spark.new_definition", line=line) if new_definitions(cells) else line
    lacking = sum(cell.reports_missing is not None for cell in cells)
    return words("spark.reports_missing", line=line, number=str(lacking)) if lacking else line


def sparkline(
    cells: Sequence[Cell], unit: Unit, words: Words, theme: str, joins_gaps: bool = False
) -> html.Img | None:
    """The line of the newest points; nothing where fewer than two are known."""
    if sum(cell.is_figure for cell in cells) < 2:
        return None
    drawing = Drawing(*_LINE_SIZE, *value_range([cells], from_zero=False), theme)
    source = line_drawing(drawing, cells, joins_gaps=joins_gaps)
    return html.Img(
        src=source,
        alt=sparkline_words(cells, unit, words),
        className="spark",
        width=str(_LINE_SIZE[0]),
        height=str(_LINE_SIZE[1]),
    )
