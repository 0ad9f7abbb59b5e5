"""The marks of the brief as SVG: shapes that need no colour, with the sentence that they stand for.

Sizes are in points of the page.
"""

from dataclasses import dataclass

from dashboards.components.range_mark import Scale
from dashboards.components.rating import BARS
from dashboards.figures import svg
from dashboards.figures.theme import THEMES
from dashboards.reading.context import Against
from dashboards.reading.queries.cells import Cell

_INK = THEMES["light"]
_WIDTH, _HEIGHT = 100.0, 18.0
_LINE = 11.0  # where the axis lies


@dataclass(frozen=True)
class Mark:
    """A drawing and what it says to those who hear it; `colour` is that of the word beside it."""

    svg: str
    alt: str
    colour: str = _INK["ink"]


def _svg(width: float, height: float, shapes: list[str]) -> str:
    return svg.drawing(width, height, shapes, is_sized=False)


def _stroke(colour: str, width: float, **more: str) -> dict[str, object]:
    return {"fill": "none", "stroke": colour, "stroke-width": width, **more}


def range_svg(cell: Cell, against: Against, direction: str) -> str:
    """Dot, band, ring, path and target bar, as `components.range_mark` draws them on the screen."""
    scale = Scale.of(cell, against)

    def at(value: float) -> float:
        return 4 + (_WIDTH - 8) * scale.place(value) / 100

    shapes = [svg.path(f"M2 {_LINE}H{_WIDTH - 2}", **_stroke(_INK["comparator"], 0.8))]
    if direction in ("up", "down"):
        x, way = (_WIDTH - 2, -4) if direction == "up" else (2, 4)
        line = f"M{x + way} {_LINE - 4}L{x} {_LINE}L{x + way} {_LINE + 4}"
        shapes.append(svg.path(line, **_stroke(_INK["ink-3"], 1)))
    if cell.is_figure and cell.low is not None and cell.high is not None:
        shapes += _band(at(cell.low), at(cell.high))
    if against.target is not None:
        x = at(against.target)
        shapes.append(svg.path(f"M{x:.2f} {_LINE - 7}V{_LINE + 7}", **_stroke(_INK["ink"], 1.8)))
    if against.baseline is not None:
        look = {"fill": "#fff", "stroke": _INK["ink-2"], "stroke_width": 1.3}
        shapes.append(svg.circle(at(against.baseline), _LINE, 3, **look))
    if cell.is_figure and cell.value is not None:
        fill = "#fff" if cell.value == 0 else _INK["series"]
        look = {"fill": fill, "stroke": _INK["series"], "stroke_width": 1.2}
        shapes.append(svg.circle(at(cell.value), _LINE, 3.4, **look))
    if against.expected is not None:
        x = at(against.expected)
        line = f"M{x - 3.6:.2f} 1H{x + 3.6:.2f}L{x:.2f} 6Z"
        shapes.append(svg.path(line, fill=_INK["ink-2"]))
    return _svg(_WIDTH, _HEIGHT, shapes)


def _band(low: float, high: float) -> list[str]:
    top, bottom = _LINE - 4.5, _LINE + 4.5
    ends = "".join(f"M{x:.2f} {top}V{bottom}" for x in (low, high))
    box = svg.box(low, top, high - low, 9, fill=_INK["band"])
    return [box, svg.path(ends, **_stroke(_INK["series"], 1.2))]


def rating_mark(rating: str, word: str) -> Mark:
    """The shape of a rating: form and word say the same."""
    full = rating.removesuffix("_likely")
    colour = _INK.get(full, _INK["ink-3"])
    filled, line = {"fill": colour}, _stroke(colour, 1.2)
    dashed = _stroke(colour, 1.4, stroke_dasharray="2.2 1.4")
    white = _stroke("#fff", 1.5, stroke_linecap="round")
    shapes = {
        "achieved": [svg.circle(6, 6, 5.5, **filled), svg.path("M3.4 6.2L5.2 8L8.6 4.2", **white)],
        "on_track": [svg.circle(6, 6, 4.8, **_stroke(colour, 1.6)), svg.circle(6, 6, 2, **filled)],
        "at_risk": [
            svg.path("M6 .2L11.8 6L6 11.8L.2 6Z", **filled),
            svg.path("M6 3.2V6.4M6 8.6V8.7", **white),
        ],
        "off_track": [
            svg.path("M.8 .8H11.2V11.2H.8Z", **filled),
            svg.path("M3.6 3.6L8.4 8.4M8.4 3.6L3.6 8.4", **white),
        ],
        "achieved_likely": [
            svg.circle(6, 6, 4.8, **dashed),
            svg.path("M3.6 6.2L5.3 7.8L8.4 4.4", **_stroke(colour, 1.4, stroke_linecap="round")),
        ],
        "on_track_likely": [svg.circle(6, 6, 4.8, **dashed), svg.circle(6, 6, 2, **filled)],
        "too_close": [svg.circle(6, 6, 4.2, **line), svg.path("M.2 6H11.8", **line)],
        "not_enough_data": [
            svg.circle(6, 6, 5, **line),
            svg.path("M4.5 4.8Q4.5 3.3 6 3.3T7.5 4.8Q7.5 5.6 6 6.4V7M6 8.6V8.7", **line),
        ],
        "no_data": [svg.circle(6, 6, 5, **_stroke(colour, 1.2, stroke_dasharray="2 1.6"))],
    }
    return Mark(_svg(12, 12, shapes[rating]), word, colour)


def grade_svg(grade: str) -> str:
    """Three bars, filled by grade."""
    shapes = []
    for number, height in enumerate((5.0, 8.0, 11.0)):
        fill = _INK["ink"] if number < BARS[grade] else "none"
        look = {"fill": fill, "stroke": _INK["ink"], "stroke_width": 0.8}
        shapes.append(svg.box(1 + 5 * number, 11.5 - height, 3.4, height, **look))
    return _svg(16, 12, shapes)
