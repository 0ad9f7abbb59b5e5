"""Every survey question wave by wave, with its change; a wave that did not ask it says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from dashboards.components.card import page_link
from dashboards.components.chart import DRAWN, chart, chart_card, shows_table
from dashboards.components.empty import empty_mark
from dashboards.components.rating import trend_mark
from dashboards.components.table import Column, table
from dashboards.components.value import value_cells, value_columns, value_in_brief, value_sentence
from dashboards.components.waves import (
    Row,
    asked_points,
    later_waves,
    latest_cell,
    wave_label,
    wave_name,
)
from dashboards.figures.plot import Axis, Plot, value_axis
from dashboards.reading.context import Context
from dashboards.reading.queries.cells import Cell, new_definitions
from dashboards.wording import formats
from dashboards.wording.words import Words


@dataclass(frozen=True)
class WavePoint:
    """A wave's name, its month, its cell and the words for it."""

    name: str
    month: str
    cell: Cell
    text: str

    def said(self, words: Words) -> str:
        """The point as it is read out."""
        return words.told(f"{self.name}, {self.month}", self.text)


def waves_plot(
    points: Sequence[WavePoint], top: float, last: str, theme: str, words: Words
) -> Plot:
    """Waves at equal steps on a scale from 0 to `top`; `last` is written at the last figure."""
    known = [(place, point) for place, point in enumerate(points) if point.cell.value is not None]
    new = new_definitions([point.cell for point in points])
    runs: list[list[tuple[float, float]]] = [[]]
    for place, point in known:
        runs += [[]] if place in new else []
        runs[-1].append((place, point.cell.value or 0.0))
    names = [(place, point.name) for place, point in enumerate(points)]
    plot = Plot(Axis(-0.5, len(points) - 0.15, names), value_axis((0.0, top), words), theme)
    for run in runs:
        plot.line(run, "series", 1)
    for place, point in enumerate(points):
        cell, drawn = point.cell, []
        if cell.value is None:
            plot.words(place, top * 0.62, point.text, "plot-why")
        else:
            ends = (cell.low or cell.value, cell.high or cell.value)
            drawn = [plot.interval(ends), plot.dot(cell.value)]
        plot.point((place - 0.5, place + 0.5), point.said(words), drawn)
    place, point = known[-1]
    look = "plot-beside" if place == len(points) - 1 else "plot-above plot-end"
    plot.words(place, point.cell.value or 0.0, last, f"{look} plot-last")
    return plot


def questions_card(context: Context, waves: list[Row], questions: list[str]) -> html.Section:
    """Every question wave by wave, as small charts or as one table."""
    words = context.words
    title = words("perceptions.questions_title")
    dates = words.listed(
        [
            words(
                "perceptions.wave_date",
                wave=wave_label(context, row["wave"]),
                month=formats.month(row["last_on"], words),
            )
            for row in waves
        ]
    )
    subtitle = words("perceptions.questions_subtitle", dates=dates)
    drawn: list[Any] = []
    if not shows_table(context.address):
        highs = [d.cell.high or 0.0 for code in questions for d in asked_points(context, code)]
        top = max([20.0, *highs]) * 1.15
        fields = [_field(context, waves, code, top) for code in questions]
        drawn = [html.Div(fields, className="fields", **DRAWN)]
    numbers = _questions_table(context, waves, questions)
    return chart_card(context, "questions", (title, subtitle), drawn, numbers)


def _wave_points(context: Context, waves: list[Row], code: str) -> list[WavePoint]:
    """The question wave by wave; a wave after its first one that did not ask it says so."""
    unit, words = context.unit(code), context.words
    points = [
        WavePoint(
            wave_name(context, waves, dated),
            formats.month(dated.end, words),
            dated.cell,
            value_sentence(dated.cell, unit, words),
        )
        for dated in asked_points(context, code)
    ]
    return points + [
        WavePoint(
            wave_label(context, wave["wave"]),
            formats.month(wave["last_on"], words),
            Cell.absent(),
            words("perceptions.not_asked"),
        )
        for wave in later_waves(context, waves, code)
    ]


def _field(context: Context, waves: list[Row], code: str, top: float) -> html.Div:
    words, unit, cell = context.words, context.unit(code), latest_cell(context, code)
    row = context.indicator(code)
    later = later_waves(context, waves, code)
    if later:
        wave = wave_label(context, later[-1]["wave"])
        said: list[Any] = [html.B(words("perceptions.not_asked_in", wave=wave))]
    else:
        mark = trend_mark(cell, str(row["direction"]), unit, words)
        said = [mark, _change(context, code)]
    head = [
        html.H3(page_link(context.short(code), context.address.link(f"/indicators/{code}"))),
        html.P(said, className="subtitle"),
    ]
    points = _wave_points(context, waves, code)
    figures = [point for point in points if point.cell.is_figure]
    if not figures:
        return html.Div([*head, empty_mark(cell, words)], className="field")
    caption = words.told(
        context.short(code), words("value.and").join(f"{p.name} {p.text}" for p in points)
    )
    value = unit.value(figures[-1].cell.value or 0.0, words)
    plot = waves_plot(points, top, value, context.address.theme, words)
    return html.Div([*head, chart(plot, caption, f"wave-{code}", 150)], className="field")


def _change(context: Context, code: str) -> str:
    points = asked_points(context, code)
    figures = [dated.cell for dated in points if dated.cell.is_figure]
    if len(figures) < 2 or not points[-1].cell.is_figure:
        return ""
    unit, words = context.unit(code), context.words
    difference = unit.change((figures[-1].value or 0.0) - (figures[-2].value or 0.0), words)
    before, after = (value_in_brief(cell, unit, words) for cell in figures[-2:])
    return " " + words("perceptions.from_to", change=difference, before=before, after=after)


def _questions_table(context: Context, waves: list[Row], questions: list[str]) -> html.Div:
    words = context.words
    columns = [
        Column(words("perceptions.question")),
        Column(words("perceptions.wave")),
        *value_columns(words("perceptions.of_answers"), words),
    ]
    rows = []
    for code in questions:
        for dated in asked_points(context, code):
            name = wave_name(context, waves, dated)
            cells = value_cells(dated.cell, context.unit(code), words)
            rows.append([context.short(code), name, *cells])
    return table(columns, rows, words("perceptions.questions_title"))
