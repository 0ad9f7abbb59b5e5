"""Small pictures of a row: plan and done, answered in time, states over time, threats by scale.

SVG text by `figures.svg`; the words beside say the same, so that none of them needs its colour.
"""

from collections.abc import Mapping, Sequence

from dashboards.figures import svg
from dashboards.figures.theme import THEMES

_HEIGHT = 18.0
_STEP = 22.0  # between the states of two quarters
_DOT = 11.0  # between two alerts
_MOST_DOTS = 60
_CELL = 44.0  # of the grid of threats
_SCALE = 5


def plan_bar(planned: float, due: float, done: float, most: float, theme: str) -> str:
    """What was done, filled, in the frame of the year's plan; an upright line at what is due."""
    colour, width = THEMES[theme], 260.0
    scale = (width - 4) / (most or 1.0)
    parts = [svg.box(1, 4, planned * scale, 10, fill=colour["sunk"], stroke=colour["control"])]
    parts.append(svg.box(1, 6, done * scale, 6, fill=colour["series"]))
    if due:
        line = f"M{1 + due * scale:.1f} 1V17"
        parts.append(svg.path(line, stroke=colour["ink"], stroke_width=2))
    return svg.drawing(width, _HEIGHT, parts)


def answered_strip(in_time: int, late: int, theme: str) -> str:
    """An alert a dot: filled where it was answered in time, hollow where it was not."""
    colour = THEMES[theme]
    fills = ([colour["series"]] * in_time + [colour["surface"]] * late)[:_MOST_DOTS]
    look = {"stroke": colour["series"], "stroke_width": 1.4}
    dots = [
        svg.circle(6 + _DOT * place, _HEIGHT / 2, 4, fill=fill, **look)
        for place, fill in enumerate(fills)
    ]
    return svg.drawing(12 + _DOT * max(0, len(fills) - 1), _HEIGHT, dots)


def state_row(states: Sequence[str | None], theme: str) -> str:
    """A disc a quarter: full where met, half where in part, hollow where not, dashed unknown."""
    parts = [_state(_STEP * (place + 0.5), state, theme) for place, state in enumerate(states)]
    return svg.drawing(_STEP * len(states), _HEIGHT, parts)


def _state(x: float, state: str | None, theme: str) -> str:
    colour, y, radius = THEMES[theme], _HEIGHT / 2, 6.0
    ink = colour["ink"]
    if state is None:
        return svg.circle(
            x, y, radius, fill="none", stroke=colour["control"], stroke_dasharray="2 2"
        )
    fill = ink if state == "met" else colour["surface"]
    drawn = svg.circle(x, y, radius, fill=fill, stroke=ink, stroke_width=1.5)
    if state == "partly":
        drawn += svg.path(
            f"M{x:.1f} {y - radius}a{radius} {radius} 0 0 0 0 {2 * radius}Z", fill=ink
        )
    return drawn


def effort_grid(
    heads: tuple[Sequence[str], Sequence[str]],
    cells: Mapping[tuple[int, int], tuple[str, float, str]],
    theme: str,
) -> str:
    """Rows by columns: a number on a ground as dark as its share of the most, its outcome below.

    `cells`: by row and column the number, its share from 0 to 1 and the words under it.
    """
    colour, (rows, columns) = THEMES[theme], heads
    left, top, wide, high = 122.0, 24.0, 168.0, 56.0
    parts = []
    middle = {"text-anchor": "middle"}
    for place, name in enumerate(columns):
        at = left + (place + 0.5) * wide
        parts.append(svg.text(at, 15, name, 12.5, fill=colour["ink-2"], **middle))
    for row, name in enumerate(rows):
        y = top + row * high
        parts.append(svg.text(0, y + high / 2 + 4, name, 12.5, fill=colour["ink"]))
        for column in range(len(columns)):
            number, share, under = cells.get((row, column), ("–", 0.0, ""))
            x = left + column * wide
            edge = {"stroke": colour["rule"], "stroke_width": 1}
            parts.append(svg.box(x, y, wide - 4, high - 4, rx=4, fill=colour["surface"], **edge))
            look = {"fill": colour["series"], "fill_opacity": 0.32 * share}
            parts.append(svg.box(x, y, wide - 4, high - 4, rx=4, **look))
            at = x + wide / 2 - 2
            look = {"fill": colour["ink"], "font-weight": 620, **middle}
            parts.append(svg.text(at, y + 22, number, 14, **look))
            parts.append(svg.text(at, y + 41, under, 11.5, fill=colour["ink-2"], **middle))
    return svg.drawing(left + len(columns) * wide, top + len(rows) * high, parts)


def threat_grid(
    places: Mapping[tuple[int, int], Sequence[str]], axes: tuple[str, str], theme: str
) -> str:
    """Numbers of threats by likelihood (to the right) and impact (upwards), each from 1 to 5."""
    colour, edge = THEMES[theme], 30.0
    size = edge + _SCALE * _CELL
    parts = []
    for likelihood in range(1, _SCALE + 1):
        for impact in range(1, _SCALE + 1):
            x, y = edge + (likelihood - 1) * _CELL, (_SCALE - impact) * _CELL
            shade = colour["band" if likelihood * impact >= 15 else "sunk"]
            parts.append(
                svg.box(x, y, _CELL, _CELL, fill=shade, stroke=colour["surface"], stroke_width=2)
            )
            numbers = ", ".join(places.get((likelihood, impact), ()))
            if numbers:
                given = {"fill": colour["ink"], "text-anchor": "middle", "font-weight": 700}
                at = (x + _CELL / 2, y + _CELL / 2 + 5)
                parts.append(svg.text(at[0], at[1], numbers, 13, **given))
    given = {"fill": colour["ink-2"], "text-anchor": "middle"}
    for number in range(1, _SCALE + 1):
        middle = (number - 0.5) * _CELL
        parts.append(svg.text(edge + middle, size - 14, str(number), 11, **given))
        parts.append(svg.text(edge - 8, size - edge - middle + 4, str(number), 11, **given))
    parts.append(svg.text(edge + 2.5 * _CELL, size - 1, axes[0], 11, **given))
    turned = {**given, "transform": f"rotate(-90 10 {2.5 * _CELL:g})"}
    parts.append(svg.text(10, 2.5 * _CELL, axes[1], 11, **turned))
    return svg.drawing(size, size, parts)
