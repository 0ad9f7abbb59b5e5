"""A chart as HTML: places along one axis, values along the other, each shape placed by CSS.

Its words stay text at any width, and a browser draws it without a library. Lines and bands, which
CSS cannot draw, are SVG that stretches with the chart.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dash import html

from dashboards.figures import svg
from dashboards.figures.theme import THEMES
from dashboards.wording import formats
from dashboards.wording.words import Words

_SIDE = 1000.0  # of the SVG, whatever it is stretched to
_STEPS = (1.0, 2.0, 5.0, 10.0)
_LATE = 50.0  # percent: from here on the words of a point stand to its left
Bounds = tuple[float, float]


@dataclass(frozen=True)
class Axis:
    """From where to where, the ticks with their words, and what the axis is of."""

    low: float
    high: float
    ticks: Sequence[tuple[float, str]] = ()
    title: str = ""

    def at(self, number: float) -> float:
        """Where a number stands, in percent; what lies outside stands at the end."""
        share = (number - self.low) / ((self.high - self.low) or 1.0)
        return 100 * min(max(share, 0.0), 1.0)


def value_axis(
    ends: Bounds, words: Words, title: str = "", suffix: str = "", most: int = 5
) -> Axis:
    """An axis of numbers with at most so many steps of 1, 2 or 5 times a power of ten."""
    low, high = ends if ends[1] > ends[0] else (ends[0], ends[0] + 1.0)
    power = 10 ** math.floor(math.log10((high - low) / most))
    step = next(power * n for n in _STEPS if power * n * most >= high - low)
    decimals = max(0, -math.floor(math.log10(step)))
    places = range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
    ticks = [(n * step, formats.number(n * step, words, decimals) + suffix) for n in places]
    return Axis(low, high, ticks, title)


def _style(**given: float) -> dict[str, str]:
    return {f"--{name}": f"{percent:.2f}%" for name, percent in given.items()}


@dataclass(frozen=True)
class Plot:
    """Both axes and the theme, and what is drawn, gathered part by part.

    `is_across`: places run from above down, values from left to right.
    """

    places: Axis
    values: Axis
    theme: str
    is_across: bool = False
    _lines: list[str] = field(default_factory=list)
    _grounds: list[html.Span] = field(default_factory=list)
    _marks: list[html.Span] = field(default_factory=list)
    _points: list[html.Span] = field(default_factory=list)

    def colour(self, token: str) -> str:
        """A colour of the theme."""
        return THEMES[self.theme][token]

    def _corner(self, place: float, value: float) -> str:
        x, y = self.places.at(place), 100 - self.values.at(value)
        return f"{x * _SIDE / 100:.1f} {y * _SIDE / 100:.1f}"

    def line(self, points: Sequence[Bounds], ink: str, width: float, dashes: str = "none") -> None:
        """A line through points of place and value."""
        drawn = "M" + "L".join(self._corner(*point) for point in points)
        look = {"stroke": self.colour(ink), "stroke_width": width, "stroke_dasharray": dashes}
        self._lines.append(svg.path(drawn, fill="none", vector_effect="non-scaling-stroke", **look))

    def area(self, points: Sequence[Bounds], ink: str) -> None:
        """The ground within a line."""
        drawn = "M" + "L".join(self._corner(*point) for point in points) + "Z"
        self._lines.append(svg.path(drawn, fill=self.colour(ink)))

    def ground(self, ends: Bounds, look: str) -> None:
        """A stretch of places from end to end, with the look of a kind of empty or of a ground."""
        start, end = (self.places.at(end) for end in ends)
        at = _style(at=(start + end) / 2, wide=end - start)
        self._grounds.append(html.Span(className=f"plot-ground {look}", style=at))

    def words(self, place: float, value: float, text: str, look: str = "") -> None:
        """Words at a place and a value."""
        at = _style(at=self.places.at(place), v=self.values.at(value))
        self._marks.append(html.Span(text, className=f"plot-words {look}".strip(), style=at))

    def mark(self, place: float, value: float, look: str) -> None:
        """A shape that is not a point of the series."""
        at = _style(at=self.places.at(place), v=self.values.at(value))
        self._marks.append(html.Span(className=f"plot-mark {look}", style=at))

    def point(self, ends: Bounds, said: str, drawn: Sequence[html.Span] = ()) -> None:
        """The stretch of places of one point, which says its words, and what is drawn there."""
        start, end = (self.places.at(end) for end in ends)
        at = _style(at=(start + end) / 2, wide=end - start)
        look = "plot-point plot-late" if (start + end) / 2 > _LATE else "plot-point"
        self._points.append(html.Span(list(drawn), className=look, style=at, **{"data-said": said}))

    def dot(self, value: float, look: str = "") -> html.Span:
        """A disc at a value, within a point."""
        at = _style(v=self.values.at(value))
        return html.Span(className=f"plot-dot {look}".strip(), style=at)

    def interval(self, ends: Bounds, look: str = "") -> html.Span:
        """From the one end of an interval to the other, within a point."""
        at = _style(lo=self.values.at(ends[0]), hi=self.values.at(ends[1]))
        return html.Span(className=f"plot-interval {look}".strip(), style=at)

    def bar(self, value: float, look: str = "") -> html.Span:
        """A bar from zero, within a point."""
        return html.Span(
            className=f"plot-bar {look}".strip(), style=_style(v=self.values.at(value))
        )

    def _axes(self) -> list[Any]:
        grid = [
            html.Span(className=f"plot-grid{' plot-zero' * (not number)}", style=_style(v=at))
            for number, _ in self.values.ticks
            for at in [self.values.at(number)]
        ]
        values = [
            html.Span(text, className="plot-value", style=_style(v=self.values.at(number)))
            for number, text in self.values.ticks
        ]
        places = [
            html.Span(text, className="plot-place", style=_style(at=self.places.at(place)))
            for place, text in self.places.ticks
        ]
        titles = [
            html.Span(axis.title, className=f"plot-title plot-title-{name}")
            for name, axis in (("places", self.places), ("values", self.values))
            if axis.title
        ]
        # Apart, so that a narrow screen can leave out every second one.
        return [*grid, html.Span(values), html.Span(places, className="plot-places"), *titles]

    def _image(self) -> list[html.Img]:
        if not self._lines:
            return []
        return [html.Img(src=svg.stretched(_SIDE, _SIDE, self._lines), alt="")]

    def drawn(self) -> html.Div:
        """The chart: grounds, axes, lines, words, and the points in their order."""
        inside = [*self._grounds, *self._axes(), *self._image(), *self._marks, *self._points]
        look = "plot plot-across" if self.is_across else "plot"
        return html.Div(html.Div(inside, className="plot-in"), className=look)
