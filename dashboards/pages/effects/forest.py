"""One line an area: its own figure thin and hollow, the one drawn towards all areas full."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboards.theme import THEMES, plotly_template
from dashboards.wording.formats import axis_separators
from dashboards.wording.words import Words

_WIDEST = 200.0  # percent: an interval beyond it ends at the frame


@dataclass(frozen=True)
class ForestRow:
    """A name, its own figure (None: it has none) and the shrunken one: middle, low, high; words."""

    name: str
    own: tuple[float, ...] | None
    shrunken: tuple[float, ...]
    text: str


def forest_figure(rows: Sequence[ForestRow], axis: str, words: Words, theme: str) -> go.Figure:
    """The rows from above in the order given; percent more or less, nought as an upright line."""
    colour = THEMES[theme]
    figure = go.Figure(layout={"template": plotly_template(theme)})
    figure.add_vline(x=0, line={"color": colour["ink-2"], "width": 1})
    own = [(row.name, row.own, row.text) for row in rows if row.own is not None]
    shrunken = [(row.name, row.shrunken, row.text) for row in rows]
    looks = ((own, colour["surface"], 1, 0.18), (shrunken, colour["series"], 3, -0.18))
    places = {row.name: place for place, row in enumerate(rows)}
    for entries, fill, width, beside in looks:
        figure.add_scatter(
            x=[figures[0] for _, figures, _ in entries],
            y=[places[name] - beside for name, _, _ in entries],
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [
                    max(0.0, min(high, _WIDEST) - middle) for _, (middle, _, high), _ in entries
                ],
                "arrayminus": [middle - low for _, (middle, low, _), _ in entries],
                "color": colour["series"],
                "thickness": width,
                "width": 0,
            },
            mode="markers",
            marker={"size": 8, "color": fill, "line": {"color": colour["series"], "width": 1.5}},
            text=[text for _, _, text in entries],
            hovertemplate="%{text}<extra></extra>",
        )
    figure.update_xaxes(title={"text": axis, "font": {"size": 12}}, range=[-100, None])
    figure.update_yaxes(
        tickvals=list(places.values()),
        ticktext=list(places),
        range=[len(rows) - 0.4, -0.6],
        showgrid=False,
    )
    figure.update_layout(
        margin={"l": 110, "r": 16, "t": 12, "b": 44},
        separators=axis_separators(words),
        showlegend=False,
        meta={"said": [row.text for row in rows]},
    )
    return figure
