"""The marks of the brief as SVG: shapes that need no colour, with the sentence that they stand for.

Sizes are in points of the page.
"""

from dataclasses import dataclass

from dashboards.components.evidence import BARS
from dashboards.components.range_mark import Scale
from dashboards.context import Against
from dashboards.queries.cells import Cell
from dashboards.theme import THEMES

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
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}">'
    return head + "".join(shapes) + "</svg>"


def _circle(x: float, y: float, r: float, look: str) -> str:
    return f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{r:g}" {look}/>'


def _path(line: str, look: str) -> str:
    return f'<path d="{line}" {look}/>'


def _stroke(colour: str, width: float, more: str = "") -> str:
    return f'fill="none" stroke="{colour}" stroke-width="{width:g}" {more}'


def range_svg(cell: Cell, against: Against, direction: str) -> str:
    """Dot, band, ring, path and target bar, as `components.range_mark` draws them on the screen."""
    scale = Scale.of(cell, against)

    def at(value: float) -> float:
        return 4 + (_WIDTH - 8) * scale.place(value) / 100

    shapes = [_path(f"M2 {_LINE}H{_WIDTH - 2}", _stroke(_INK["comparator"], 0.8))]
    if direction in ("up", "down"):
        x, way = (_WIDTH - 2, -4) if direction == "up" else (2, 4)
        line = f"M{x + way} {_LINE - 4}L{x} {_LINE}L{x + way} {_LINE + 4}"
        shapes.append(_path(line, _stroke(_INK["ink-3"], 1)))
    if cell.is_figure and cell.low is not None and cell.high is not None:
        shapes += _band(at(cell.low), at(cell.high))
    if against.target is not None:
        x = at(against.target)
        shapes.append(_path(f"M{x:.2f} {_LINE - 7}V{_LINE + 7}", _stroke(_INK["ink"], 1.8)))
    if against.baseline is not None:
        look = f'fill="#fff" stroke="{_INK["ink-2"]}" stroke-width="1.3"'
        shapes.append(_circle(at(against.baseline), _LINE, 3, look))
    if cell.is_figure and cell.value is not None:
        fill = "#fff" if cell.value == 0 else _INK["series"]
        look = f'fill="{fill}" stroke="{_INK["series"]}" stroke-width="1.2"'
        shapes.append(_circle(at(cell.value), _LINE, 3.4, look))
    if against.expected is not None:
        x = at(against.expected)
        line = f"M{x - 3.6:.2f} 1H{x + 3.6:.2f}L{x:.2f} 6Z"
        shapes.append(_path(line, f'fill="{_INK["ink-2"]}"'))
    return _svg(_WIDTH, _HEIGHT, shapes)


def _band(low: float, high: float) -> list[str]:
    top, bottom = _LINE - 4.5, _LINE + 4.5
    ends = "".join(f"M{x:.2f} {top}V{bottom}" for x in (low, high))
    box = f'<rect x="{low:.2f}" y="{top}" width="{max(high - low, 0.1):.2f}" height="9"'
    return [f'{box} fill="{_INK["band"]}"/>', _path(ends, _stroke(_INK["series"], 1.2))]


def rating_mark(rating: str, word: str) -> Mark:
    """The shape of a rating: form and word say the same."""
    full = rating.removesuffix("_likely")
    colour = _INK.get(full, _INK["ink-3"])
    filled, line = f'fill="{colour}"', _stroke(colour, 1.2)
    dashed = _stroke(colour, 1.4, 'stroke-dasharray="2.2 1.4"')
    white = _stroke("#fff", 1.5, 'stroke-linecap="round"')
    shapes = {
        "achieved": [_circle(6, 6, 5.5, filled), _path("M3.4 6.2L5.2 8L8.6 4.2", white)],
        "on_track": [_circle(6, 6, 4.8, _stroke(colour, 1.6)), _circle(6, 6, 2, filled)],
        "at_risk": [
            _path("M6 .2L11.8 6L6 11.8L.2 6Z", filled),
            _path("M6 3.2V6.4M6 8.6V8.7", white),
        ],
        "off_track": [
            _path("M.8 .8H11.2V11.2H.8Z", filled),
            _path("M3.6 3.6L8.4 8.4M8.4 3.6L3.6 8.4", white),
        ],
        "achieved_likely": [
            _circle(6, 6, 4.8, dashed),
            _path("M3.6 6.2L5.3 7.8L8.4 4.4", _stroke(colour, 1.4, 'stroke-linecap="round"')),
        ],
        "on_track_likely": [_circle(6, 6, 4.8, dashed), _circle(6, 6, 2, filled)],
        "too_close": [_circle(6, 6, 4.2, line), _path("M.2 6H11.8", line)],
        "not_enough_data": [
            _circle(6, 6, 5, line),
            _path("M4.5 4.8Q4.5 3.3 6 3.3T7.5 4.8Q7.5 5.6 6 6.4V7M6 8.6V8.7", line),
        ],
        "no_data": [_circle(6, 6, 5, _stroke(colour, 1.2, 'stroke-dasharray="2 1.6"'))],
    }
    return Mark(_svg(12, 12, shapes[rating]), word, colour)


def grade_svg(grade: str) -> str:
    """Three bars, filled by grade."""
    shapes = []
    for number, height in enumerate((5.0, 8.0, 11.0)):
        fill = _INK["ink"] if number < BARS[grade] else "none"
        shapes.append(
            f'<rect x="{1 + 5 * number}" y="{11.5 - height}" width="3.4" height="{height}" '
            f'fill="{fill}" stroke="{_INK["ink"]}" stroke-width=".8"/>'
        )
    return _svg(16, 12, shapes)
