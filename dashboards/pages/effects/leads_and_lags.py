"""An outcome by time since an activity: a dot and its interval a period, about a line at zero."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboards.theme import THEMES, plotly_template
from dashboards.wording.formats import axis_separators
from dashboards.wording.words import Words

_MOST_TICKS = 12


@dataclass(frozen=True)
class TimePoint:
    """Periods since the activity (before it negative), the difference, its interval, its words."""

    time: int
    estimate: float
    low: float
    high: float
    text: str


def leads_and_lags_figure(
    points: Sequence[TimePoint], axes: tuple[str, str], words: Words, theme: str
) -> go.Figure:
    """The points in order of time; hollow and shaded where they lie before the activity.

    `axes`: what the time and the difference are in.
    """
    colour = THEMES[theme]
    figure = go.Figure(layout={"template": plotly_template(theme)})
    times = [point.time for point in points]
    if min(times) < 0:
        before = {"fillcolor": colour["sunk"], "line_width": 0, "layer": "below"}
        figure.add_vrect(x0=min(times) - 0.5, x1=-0.5, **before)
    figure.add_hline(y=0, line={"color": colour["ink-2"], "width": 1})
    fills = [colour["surface"] if point.time < 0 else colour["series"] for point in points]
    figure.add_scatter(
        x=[point.time for point in points],
        y=[point.estimate for point in points],
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [point.high - point.estimate for point in points],
            "arrayminus": [point.estimate - point.low for point in points],
            "color": colour["series"],
            "thickness": 2,
            "width": 6,
        },
        mode="markers",
        marker={"size": 9, "color": fills, "line": {"color": colour["series"], "width": 2}},
        text=[point.text for point in points],
        hovertemplate="%{text}<extra></extra>",
        cliponaxis=False,
    )
    step = 1 + (max(times) - min(times)) // _MOST_TICKS
    across, up = ({"text": text, "font": {"size": 12}} for text in axes)
    figure.update_yaxes(title=up)
    figure.update_xaxes(
        title=across,
        tickvals=[time for time in times if time % step == 0],
        range=[min(times) - 0.5, max(times) + 0.5],
        tickangle=0,
    )
    figure.update_layout(
        margin={"l": 64, "r": 16, "t": 12, "b": 44},
        separators=axis_separators(words),
        showlegend=False,
        meta={"said": [point.text for point in points]},
    )
    return figure
