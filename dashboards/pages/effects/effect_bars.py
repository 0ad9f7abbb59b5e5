"""Differences by setting as dots with their intervals, about an upright line at zero."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboards.theme import THEMES, plotly_template
from dashboards.wording.formats import axis_separators
from dashboards.wording.words import Words

_WIDEST = 200.0  # percent: an interval beyond it ends at the frame


@dataclass(frozen=True)
class EffectBar:
    """A setting's name, its figures (middle, low, high), whether it is a check, its words."""

    name: str
    figures: tuple[float, float, float]
    is_check: bool
    said: str


def effect_bars_figure(bars: Sequence[EffectBar], axis: str, words: Words, theme: str) -> go.Figure:
    """The bars from above in the order given; the dot of a check is hollow."""
    colour = THEMES[theme]
    figure = go.Figure(layout={"template": plotly_template(theme)})
    figure.add_vline(x=0, line={"color": colour["ink-2"], "width": 1})
    middles = [bar.figures[0] for bar in bars]
    highs = [min(bar.figures[2], _WIDEST) for bar in bars]
    figure.add_scatter(
        x=middles,
        y=list(range(len(bars))),
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [max(0.0, high - middle) for high, middle in zip(highs, middles, strict=True)],
            "arrayminus": [
                middle - bar.figures[1] for bar, middle in zip(bars, middles, strict=True)
            ],
            "color": colour["series"],
            "thickness": 2,
            "width": 6,
        },
        mode="markers",
        marker={
            "size": 10,
            "color": [colour["surface" if bar.is_check else "series"] for bar in bars],
            "line": {"color": colour["series"], "width": 2},
        },
        text=[bar.said for bar in bars],
        hovertemplate="%{text}<extra></extra>",
        cliponaxis=False,
    )
    # The names stand in the plot, above their bars: also on a phone the bars have room.
    for place, bar in enumerate(bars):
        figure.add_annotation(
            {"x": 0, "xref": "paper", "xanchor": "left", "y": place - 0.34, "text": bar.name},
            showarrow=False,
            font={"size": 12, "color": colour["ink"]},
        )
    title = {"text": axis, "font": {"size": 12}}
    figure.update_xaxes(title=title, ticksuffix=_suffix(words), nticks=6, tickangle=0)
    figure.update_yaxes(showticklabels=False, range=[len(bars) - 0.4, -0.7], showgrid=False)
    figure.update_layout(
        margin={"l": 12, "r": 16, "t": 8, "b": 44},
        separators=axis_separators(words),
        showlegend=False,
        meta={"said": [bar.said for bar in bars]},
    )
    return figure


def _suffix(words: Words) -> str:
    return words("format.percent", number="")
