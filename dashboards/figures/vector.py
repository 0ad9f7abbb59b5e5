"""Small line drawings as SVG text in a data address: sparklines and small multiples.

They need no chart library, and keep the four kinds of empty apart as the large charts do.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from dashboards.figures import svg
from dashboards.figures.theme import THEMES
from dashboards.reading.queries.cells import Cell, new_definitions
from indicators.foundation import mart_tables


@dataclass(frozen=True)
class Drawing:
    """Size in pixels, the range of values drawn, and the colours."""

    width: int
    height: int
    low: float
    high: float
    theme: str
    margin: float = 5.0

    def x(self, number: int, total: int) -> float:
        """Where point `number` of `total` stands."""
        span = self.width - 2 * self.margin
        return self.margin + span * (number / (total - 1) if total > 1 else 1.0)

    def y(self, value: float) -> float:
        """Where a value stands, the range's lower end at the bottom."""
        span = (self.high - self.low) or 1.0
        return (
            self.height - self.margin - (self.height - 2 * self.margin) * (value - self.low) / span
        )

    def colour(self, token: str) -> str:
        """A colour of the theme."""
        return THEMES[self.theme][token]


def value_range(series: Sequence[Sequence[Cell]], from_zero: bool) -> tuple[float, float]:
    """The range that holds all values and intervals of a family of drawings."""
    numbers = [
        number
        for cells in series
        for cell in cells
        for number in (cell.value, cell.low, cell.high)
        if number is not None
    ]
    return _range(numbers, from_zero)


def frame_range(frame: pd.DataFrame) -> tuple[float, float]:
    """The same from zero, of the figures in a frame of values."""
    figures = frame[frame["value"].notna() & (frame["obs_status"] != mart_tables.TOO_IMPRECISE)]
    columns = [figures[name].dropna() for name in ("value", "ci_low", "ci_high")]
    ends = [float(end) for column in columns if len(column) for end in (column.min(), column.max())]
    return _range(ends, from_zero=True)


def _range(numbers: Sequence[float], from_zero: bool) -> tuple[float, float]:
    if not numbers:
        return 0.0, 1.0
    low = min(0.0, *numbers) if from_zero else min(numbers)
    return low, max(numbers) if max(numbers) > low else low + 1.0


def _runs(cells: Sequence[Cell], joins_gaps: bool) -> list[list[tuple[int, Cell]]]:
    """Stretches of figures; a new definition ends one, and a gap unless points are waves."""
    runs: list[list[tuple[int, Cell]]] = [[]]
    new = new_definitions(cells)
    for place, cell in enumerate(cells):
        if place in new:
            runs.append([])
        if cell.is_figure and cell.value is not None:
            runs[-1].append((place, cell))
        elif not joins_gaps:
            runs.append([])
    return [run for run in runs if run]


def _band_path(drawing: Drawing, run: list[tuple[int, Cell]], total: int) -> str:
    bounded = [(place, cell) for place, cell in run if cell.low is not None]
    if len(bounded) < 2:
        return ""
    upper = [f"{drawing.x(p, total):.1f},{drawing.y(c.high or 0):.1f}" for p, c in bounded]
    lower = [f"{drawing.x(p, total):.1f},{drawing.y(c.low or 0):.1f}" for p, c in reversed(bounded)]
    return f'<polygon points="{" ".join(upper + lower)}" fill="{drawing.colour("band")}"/>'


def _line_path(drawing: Drawing, run: list[tuple[int, Cell]], total: int) -> str:
    points = [f"{drawing.x(p, total):.1f},{drawing.y(c.value or 0):.1f}" for p, c in run]
    colour = drawing.colour("series")
    if len(points) == 1:
        x, y = points[0].split(",")
        return f'<circle cx="{x}" cy="{y}" r="1.8" fill="{colour}"/>'
    return (
        f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="1.8"/>'
    )


def _last_dot(drawing: Drawing, cells: Sequence[Cell], joins_gaps: bool) -> str:
    """The newest value at its own place; of what is joined over gaps the last wave."""
    known = [place for place, cell in enumerate(cells) if cell.value is not None]
    if not known or not (joins_gaps or known[-1] == len(cells) - 1):
        return ""
    last = cells[known[-1]]
    x, y = drawing.x(known[-1], len(cells)), drawing.y(last.value or 0.0)
    colour = drawing.colour("series")
    fill = drawing.colour("surface") if last.state == "zero" else colour
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{fill}" stroke="{colour}"'
        ' stroke-width="1.4"/>'
    )


def _gaps(drawing: Drawing, cells: Sequence[Cell]) -> str:
    step = (drawing.width - 2 * drawing.margin) / max(1, len(cells) - 1)
    marks = []
    for place, cell in enumerate(cells):
        if cell.look not in svg.PATTERNS:
            continue
        left = drawing.x(place, len(cells)) - step / 2
        left, right = max(0.0, left), min(float(drawing.width), left + step)
        marks.append(
            f'<rect x="{left:.1f}" y="{drawing.margin}" width="{right - left:.1f}"'
            f' height="{drawing.height - 2 * drawing.margin}" fill="url(#{cell.look})"/>'
        )
    return "".join(marks)


def _target_line(drawing: Drawing, target: float | None) -> str:
    if target is None or not drawing.low <= target <= drawing.high:
        return ""
    y = f"{drawing.y(target):.1f}"
    return (
        f'<line x1="{drawing.margin}" x2="{drawing.width - drawing.margin}" y1="{y}" y2="{y}"'
        f' stroke="{drawing.colour("ink-2")}" stroke-width="1" stroke-dasharray="3 3"/>'
    )


def _definition_lines(drawing: Drawing, cells: Sequence[Cell]) -> str:
    """A hair line before the first figure under each new definition."""
    step = (drawing.width - 2 * drawing.margin) / max(1, len(cells) - 1)
    places = (f"{drawing.x(place, len(cells)) - step / 2:.1f}" for place in new_definitions(cells))
    return "".join(
        f'<line x1="{x}" x2="{x}" y1="0" y2="{drawing.height}"'
        f' stroke="{drawing.colour("ink-2")}" stroke-width="1"/>'
        for x in sorted(places)
    )


def _axis(drawing: Drawing) -> str:
    y = drawing.height - drawing.margin
    return (
        f'<line x1="{drawing.margin}" x2="{drawing.width - drawing.margin}" y1="{y}" y2="{y}"'
        f' stroke="{drawing.colour("control")}" stroke-width="1"/>'
    )


def _lacking(drawing: Drawing, cells: Sequence[Cell]) -> str:
    """A slash at the foot of each point for which reports are missing."""
    y = drawing.height - drawing.margin
    places = [place for place, cell in enumerate(cells) if cell.reports_missing is not None]
    return "".join(
        f'<path d="M{drawing.x(place, len(cells)) - 1.5:.1f} {y + 1.5}l3-3"'
        f' stroke="{drawing.colour("ink-2")}" stroke-width="1"/>'
        for place in places
    )


def line_drawing(
    drawing: Drawing,
    cells: Sequence[Cell],
    target: float | None = None,
    joins_gaps: bool = False,
    with_axis: bool = False,
) -> str:
    """A line with its band as a data address for an image; gaps are patterned, never joined."""
    runs = _runs(cells, joins_gaps)
    total = len(cells)
    body = [] if joins_gaps else [_gaps(drawing, cells)]
    body += [_band_path(drawing, run, total) for run in runs]
    body += [_axis(drawing)] if with_axis else []
    body += [_target_line(drawing, target), _definition_lines(drawing, cells)]
    body += [_line_path(drawing, run, total) for run in runs]
    body += [_lacking(drawing, cells)]
    body += [_last_dot(drawing, cells, joins_gaps)]
    has_gaps = any(cell.look in svg.PATTERNS for cell in cells) and not joins_gaps
    parts = [svg.patterns(drawing.theme) if has_gaps else "", *body]
    return svg.as_image(svg.drawing(drawing.width, drawing.height, parts))
