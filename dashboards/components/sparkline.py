"""A small line with its band, described by a sentence."""

from collections.abc import Sequence

from dash import html

from dashboards.figures.vector import Drawing, line_drawing, value_range
from dashboards.queries.cells import Cell, new_definitions
from dashboards.wording.formats import Unit
from dashboards.wording.words import Words

_SIZE = (66, 30)


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
    drawing = Drawing(*_SIZE, *value_range([cells], from_zero=False), theme)
    source = line_drawing(drawing, cells, joins_gaps=joins_gaps)
    return html.Img(
        src=source,
        alt=sparkline_words(cells, unit, words),
        className="spark",
        width=str(_SIZE[0]),
        height=str(_SIZE[1]),
    )
