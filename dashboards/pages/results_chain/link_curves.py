"""Curves between two columns of cards as one SVG drawing: the look of each says its grade.

Width is drawn in hundredths, so that the drawing may stretch between the columns; strokes keep
their width.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from dashboards.theme import THEMES

# Grade: width in pixels and dashes (none: solid); a link without grade is a hair line.
_STROKES = {"A": (4.0, ""), "B": (2.6, ""), "C": (1.8, "7 4"), "D": (1.8, "1.8 4")}
_HAIR = (1.2, "")
_PLACES = (0.5, 0.34, 0.66, 0.22, 0.78)  # along a curve, where its tag may stand
_TAG_HEIGHT, _TAG_WIDTH = 30.0, 40.0  # pixels, hundredths of the width


@dataclass(frozen=True)
class Curve:
    """From one height to another, in pixels from above; `grade`: A to D or none."""

    start: float
    end: float
    grade: str | None = None
    is_chosen: bool = False

    def at(self, part: float) -> tuple[float, float]:
        """Hundredths of the width and pixels from above after a part of the way."""
        along = 1.5 * (1 - part) ** 2 * part + 1.5 * (1 - part) * part**2 + part**3
        rise = 3 * part**2 - 2 * part**3
        return 100 * along, self.start + (self.end - self.start) * rise


def tag_places(curves: Sequence[Curve]) -> list[tuple[float, float]]:
    """Where each curve's tag stands (hundredths, pixels): the middle, unless another is there."""
    found: list[tuple[float, float]] = []
    for curve in curves:
        places = [curve.at(part) for part in _PLACES]
        free = [place for place in places if not any(_overlap(place, other) for other in found)]
        found.append((free or places)[0])
    return found


def _overlap(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return abs(one[0] - other[0]) < _TAG_WIDTH and abs(one[1] - other[1]) < _TAG_HEIGHT


def link_curves(curves: Sequence[Curve], height: float, theme: str) -> str:
    """All curves as a data address for an image 100 wide and `height` pixels high."""
    token = THEMES[theme]
    body = [_path(curve, token["highlight"], 12.0, "") for curve in curves if curve.is_chosen]
    for curve in curves:
        width, dashes = _STROKES.get(curve.grade or "", _HAIR)
        colour = token["ink-2"] if curve.grade in _STROKES else token["control"]
        body.append(_path(curve, token["ink"] if curve.is_chosen else colour, width, dashes))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 {height:.0f}"'
        f' preserveAspectRatio="none">{"".join(body)}</svg>'
    )
    return "data:image/svg+xml," + quote(svg, safe="/:='(),. ")


def _path(curve: Curve, colour: str, width: float, dashes: str) -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    start, end = f"{curve.start:.1f}", f"{curve.end:.1f}"
    return (
        f'<path d="M0 {start}C50 {start} 50 {end} 100 {end}"'
        f' fill="none" stroke="{colour}" stroke-width="{width}"{dashed}'
        ' vector-effect="non-scaling-stroke"/>'
    )
