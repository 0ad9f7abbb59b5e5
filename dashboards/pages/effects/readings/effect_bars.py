"""Differences by setting as dots with their intervals, about an upright line at zero."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.figures.plot import Axis, Plot, value_axis
from dashboards.wording.words import Words

_WIDEST = 200.0  # percent: an interval beyond it ends at the frame


@dataclass(frozen=True)
class EffectBar:
    """A setting's name, its figures (middle, low, high), whether it is a check, its words."""

    name: str
    figures: tuple[float, float, float]
    is_check: bool
    said: str


def effect_bars_plot(bars: Sequence[EffectBar], axis: str, words: Words, theme: str) -> Plot:
    """The bars from above in the order given; the dot of a check is hollow."""
    values = differences_axis([bar.figures for bar in bars], axis, words)
    plot = Plot(Axis(0, len(bars)), values, theme, is_across=True)
    for place, bar in enumerate(bars):
        middle, low, high = bar.figures
        # The name stands in the plot, above its bar: also on a phone the bar has room.
        plot.words(place, values.low, _name(bar, values.high, words), "plot-name")
        dot = plot.dot(middle, "plot-hollow" if bar.is_check else "")
        plot.point((place, place + 1), bar.said, [plot.interval((low, high)), dot])
    return plot


def _name(bar: EffectBar, end: float, words: Words) -> str:
    """With the end of an interval that the frame cuts off."""
    high = bar.figures[2]
    if high <= end:
        return bar.name
    return f"{bar.name} (→ +{words('format.percent', number=round(high))})"


def differences_axis(figures: Sequence[Sequence[float]], title: str, words: Words) -> Axis:
    """Percent more or less, zero among them, from the lowest to the highest end of an interval."""
    low = min(0.0, *(one[1] for one in figures))
    high = max(0.0, *(min(one[2], _WIDEST) for one in figures))
    room = 0.04 * (high - low or 1.0)
    suffix = words("format.percent", number="")
    return value_axis((low - room, high + room), words, title, suffix, most=6)
