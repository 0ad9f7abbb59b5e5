"""One small line an area on one scale; the kinds of empty keep their looks."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from dash import html

from dashboards.components.chart import DRAWN
from dashboards.components.empty import empty_mark, empty_words
from dashboards.components.links import page_link
from dashboards.components.reports_mark import reports_mark
from dashboards.components.sparkline import sparkline_words
from dashboards.context import Context
from dashboards.figures.vector import Drawing, frame_range, line_drawing
from dashboards.queries.cells import Cell, dated_cells_by
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
