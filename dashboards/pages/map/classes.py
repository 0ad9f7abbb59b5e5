"""Five classes of a map that no other period moves, their key, and how a cell is filled."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from dash import html

from dashboards.figures.area_drawing import UNKNOWN
from dashboards.figures.theme import RISK_CLASSES, SHARE_CLASSES
from dashboards.reading.queries.cells import SUPPRESSED, Cell
from dashboards.wording.words import Words

_PATTERNED = ("no-access", "not-reported", SUPPRESSED)


@dataclass(frozen=True)
class Classes:
    """Five fixed classes: four bounds and five colours."""

    bounds: tuple[float, ...]
    colours: tuple[str, ...]

    def of(self, value: float) -> int:
        """The class of a value, 0 to 4; a bound belongs to the class above it."""
        return int(np.searchsorted(self.bounds, value, side="right"))

    def crosses(self, low: float | None, high: float | None) -> bool:
        """Whether an interval reaches into another class."""
        return low is not None and high is not None and self.of(low) != self.of(high)


def fixed_classes(values: Sequence[float], is_percent: bool, is_risk: bool) -> Classes:
    """Classes over all periods, so that another period never recolours: fifths, rounded."""
    colours = RISK_CLASSES if is_risk else SHARE_CLASSES
    if is_percent:
        return Classes(_percent_bounds(values), colours)
    positive = sorted(value for value in values if value > 0) or [1.0]
    fifths = [float(np.quantile(positive, share)) for share in (0.2, 0.4, 0.6, 0.8)]
    bounds = [_round_figure(bound) for bound in fifths]
    for place in range(len(bounds) - 1):
        before, after = bounds[place], bounds[place + 1]
        if after <= before:
            bounds[place + 1] = _next_figure(before)
    return Classes(tuple(bounds), colours)


def _percent_bounds(values: Sequence[float]) -> tuple[float, ...]:
    """Four bounds, evenly apart, over the middle three fifths: fine enough to tell areas apart."""
    if not values:
        return (20.0, 40.0, 60.0, 80.0)
    low, high = (float(np.quantile(values, share)) for share in (0.2, 0.8))
    step = next(size for size in (1.0, 2.0, 5.0, 10.0, 20.0) if 3 * size >= min(high - low, 60.0))
    first = round(((low + high) / 2 - 1.5 * step) / step) * step
    first = min(max(first, step), 100 - 4 * step)
    return tuple(first + step * place for place in range(4))


def _round_figure(value: float) -> float:
    """One leading figure, or one and a half: 1, 1.5, 2, 2.5, 3 … times a power of ten."""
    if value <= 0:
        return 0.0
    power = 10.0 ** math.floor(math.log10(value))
    return float(round(value / power * 2) / 2 * power)


def _next_figure(value: float) -> float:
    """The next such figure above."""
    return value + 10.0 ** math.floor(math.log10(value)) / 2 if value > 0 else 0.5


def fill_of(cell: Cell, classes: Classes) -> tuple[str, bool]:
    """The fill of a cell, and whether its interval reaches into another class."""
    if cell.is_drawn and cell.value is not None:
        fill = classes.colours[classes.of(cell.value)]
        return fill, classes.crosses(cell.low, cell.high)
    if cell.state == "no_cases":
        return "", False  # white: there is nothing here to measure
    return (cell.look if cell.look in _PATTERNED else UNKNOWN), False


def class_row(bounds: Sequence[str], classes: Classes, words: Words) -> html.Span:
    """The fills with their bounds in words."""
    texts = [
        words("map.class_first", high=bounds[0]),
        *(words("map.class", low=low, high=high) for low, high in pairwise(bounds)),
        words("map.class_last", low=bounds[-1]),
    ]
    fills = [
        html.Span(
            [html.Span(className="class-fill", style={"background": colour}), text],
            className="class",
        )
        for colour, text in zip(classes.colours, texts, strict=True)
    ]
    return html.Span(fills, className="class-row")


def stripes_key(classes: Classes, words: Words) -> html.Li:
    """What the stripes mean."""
    swatch = html.Span(className="swatch striped", style={"backgroundColor": classes.colours[3]})
    return html.Li([swatch, words("map.key_stripes")])
