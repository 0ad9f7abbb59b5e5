"""A value with its interval against baseline, path and target, on one line.

Positions reach the page as CSS variables, so no chart library is needed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from dash import html

from dashboards.components.rating import trend_sentence
from dashboards.components.value import value_sentence
from dashboards.reading.context import Against
from dashboards.reading.queries.cells import Cell
from dashboards.wording.formats import Unit
from dashboards.wording.words import Words

_PADDING = 0.12  # share of the scale left free on both sides
_NEAR = 9.0  # percent of the line: closer than this, two numbers would overlap


@dataclass(frozen=True)
class Scale:
    """The stretch of numbers that a mark covers."""

    low: float
    high: float

    @classmethod
    def of(cls, cell: Cell, against: Against) -> "Scale":
        """Wide enough for the value, its interval and all that it is held against."""
        numbers = (against.baseline, against.expected, against.target)
        return cls._over((*numbers, cell.value, cell.low, cell.high))

    @classmethod
    def _over(cls, numbers: Iterable[float | None]) -> "Scale":
        known = [number for number in numbers if number is not None]
        low, high = (min(known), max(known)) if known else (0.0, 1.0)
        room = (high - low or abs(high) or 1.0) * _PADDING
        return cls(low - room, high + room)

    def place(self, number: float) -> float:
        """Where a number stands, in percent of the scale."""
        return 100 * (number - self.low) / (self.high - self.low)


def _at(class_name: str, place: float, children: str | None = None) -> html.Span:
    return html.Span(children, className=class_name, style={"--at": f"{place:.1f}%"})


def _band(cell: Cell, scale: Scale) -> list[html.Span]:
    if cell.low is None or cell.high is None or not cell.is_figure:
        return []
    ends = {"--lo": f"{scale.place(cell.low):.1f}%", "--hi": f"{scale.place(cell.high):.1f}%"}
    return [html.Span(className="range-band", style=ends)]


def scale_numbers(
    against: Against, scale: Scale, unit: Unit, words: Words
) -> list[tuple[str, float, str]]:
    """Name, place and text: target below its bar; baseline unless both would overlap."""
    marks = []
    target = None if against.target is None else scale.place(against.target)
    if target is not None and against.target is not None:
        marks.append(("target", target, unit.bare(against.target, words)))
    if against.baseline is not None:
        place = scale.place(against.baseline)
        if target is None or abs(place - target) >= _NEAR:
            marks.append(("baseline", place, unit.bare(against.baseline, words)))
    return marks


def range_sentence(cell: Cell, against: Against, unit: Unit, direction: str, words: Words) -> str:
    """The whole mark as one sentence, for those who hear it."""
    parts = [value_sentence(cell, unit, words)]
    for name in ("baseline", "expected", "target"):
        number = getattr(against, name)
        if number is not None:
            parts.append(words(f"range.{name}", value=unit.value(number, words)))
    if cell.rating is not None:
        parts.append(words(f"rating.{cell.rating}"))
        parts += [words("rating.lacks_reports")] if cell.lacks_reports else []
    if cell.trend is not None:
        parts.append(trend_sentence(cell, direction, words))
    return words("value.and").join(parts)


def range_mark(cell: Cell, against: Against, unit: Unit, direction: str, words: Words) -> html.Div:
    """Dot, band, ring, path and target bar; a chevron at the good end of the scale."""
    if against.baseline is None and against.target is None:
        return html.Div(words("range.none"), className="note")
    scale = Scale.of(cell, against)
    marks = [html.Span(className=f"range-line range-better-{direction}"), *_band(cell, scale)]
    if against.baseline is not None:
        marks.append(_at("range-baseline", scale.place(against.baseline)))
    if against.target is not None:
        marks.append(_at("range-target", scale.place(against.target)))
    if cell.is_figure and cell.value is not None:
        look = "range-dot range-dot-zero" if cell.state == "zero" else "range-dot"
        marks.append(_at(look, scale.place(cell.value)))
    if against.expected is not None:
        marks.append(_at("range-expected", scale.place(against.expected)))
    for name, place, text in scale_numbers(against, scale, unit, words):
        marks.append(_at(f"range-{name}-number", place, text))
    label = range_sentence(cell, against, unit, direction, words)
    return html.Div(marks, className="range", role="img", **{"aria-label": label})


def range_key(words: Words) -> html.Ul:
    """What the parts of the mark mean."""
    names = ("now", "interval", "baseline", "expected", "target", "better")
    items = [
        html.Li(
            [html.Span(className=f"key-{name}", **{"aria-hidden": "true"}), words(f"key.{name}")]
        )
        for name in names
    ]
    return html.Ul(items, className="key")
