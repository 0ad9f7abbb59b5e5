"""One line an area: its own figure thin and hollow, the one drawn towards all areas full."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.figures.plot import Axis, Plot
from dashboards.pages.effects.readings.effect_bars import differences_axis
from dashboards.wording.words import Words


@dataclass(frozen=True)
class ForestRow:
    """A name, its own figure (None: it has none) and the shrunken one: middle, low, high; words."""

    name: str
    own: tuple[float, ...] | None
    shrunken: tuple[float, ...]
    text: str


def forest_plot(rows: Sequence[ForestRow], axis: str, words: Words, theme: str) -> Plot:
    """The rows from above in the order given; percent more or less, nought as an upright line."""
    figures = [one for row in rows for one in (row.own, row.shrunken) if one is not None]
    names = [(place + 0.5, row.name) for place, row in enumerate(rows)]
    values = differences_axis(figures, axis, words)
    plot = Plot(Axis(0, len(rows), names), values, theme, is_across=True)
    for place, row in enumerate(rows):
        drawn = []
        for one, look in ((row.own, "plot-own"), (row.shrunken, "")):
            if one is not None:
                middle, low, high = one
                drawn.append(plot.interval((low, high), look))
                drawn.append(plot.dot(middle, f"plot-hollow {look}" if look else ""))
        plot.point((place, place + 1), row.text, drawn)
    return plot
