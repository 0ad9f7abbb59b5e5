"""One question over survey waves: dot and interval bar a wave, joined by a thin line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.queries.cells import Cell, new_definitions
from dashboards.theme import THEMES, plotly_template
from dashboards.wording.words import Words


@dataclass(frozen=True)
class WavePoint:
    """A wave's name, its month, its cell and the words for it."""

    name: str
    month: str
    cell: Cell
    text: str

    def said(self, words: Words) -> str:
        """The point as it is read out."""
        return words.told(f"{self.name}, {self.month}", self.text)


def waves_figure(
    points: Sequence[WavePoint], top: float, last: str, theme: str, words: Words
) -> dict[str, Any]:
    """Waves at equal steps on a scale from 0 to `top`; `last` is written at the last figure.

    A dictionary: a page has twenty, and each object of Plotly's would look at every property.
    """
    colour = THEMES[theme]
    known = [(place, point) for place, point in enumerate(points) if point.cell.value is not None]
    new = new_definitions([point.cell for point in points])
    runs: list[list[tuple[int, WavePoint]]] = [[]]
    for place, point in known:
        runs += [[]] if place in new else []
        runs[-1].append((place, point))
    gaps = [
        _gap(place, top, point.text, colour["ink-2"])
        for place, point in enumerate(points)
        if point.cell.value is None
    ]
    layout = {
        "template": plotly_template(theme).to_plotly_json(),
        "annotations": [*gaps, _last_figure(*known[-1], last, len(points), colour["series"])],
        "xaxis": {
            "tickvals": list(range(len(points))),
            "ticktext": [point.name for point in points],
            "range": [-0.5, len(points) - 0.15],
        },
        "yaxis": {"range": [0, top], "dtick": 20},
        "margin": {"l": 26, "r": 8, "t": 8, "b": 22},
        "meta": {"said": [point.said(words) for point in points]},
    }
    return {"data": [_run(run, theme, words) for run in runs], "layout": layout}


def _run(run: Sequence[tuple[int, WavePoint]], theme: str, words: Words) -> dict[str, Any]:
    """Waves of one definition, joined."""
    colour = THEMES[theme]
    return {
        "type": "scatter",
        "x": [place for place, _ in run],
        "y": [point.cell.value for _, point in run],
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [(p.cell.high or p.cell.value or 0) - (p.cell.value or 0) for _, p in run],
            "arrayminus": [(p.cell.value or 0) - (p.cell.low or p.cell.value or 0) for _, p in run],
            "color": colour["series"],
            "thickness": 2,
            "width": 6,
        },
        "mode": "lines+markers",
        "line": {"color": colour["series"], "width": 1},
        "marker": {"size": 8, "color": colour["series"]},
        "text": [point.said(words) for _, point in run],
        "hovertemplate": "%{text}<extra></extra>",
        "cliponaxis": False,
    }


def _last_figure(place: int, point: WavePoint, last: str, number: int, ink: str) -> dict[str, Any]:
    """The figure in words, to the right of the newest wave or above an earlier one."""
    is_last = place == number - 1
    return {
        "x": place,
        "y": point.cell.value,
        "text": f"<b>{last}</b>",
        "showarrow": False,
        "xanchor": "left" if is_last else "center",
        "xshift": 8 if is_last else 0,
        "yshift": 0 if is_last else 20,
        "font": {"size": 13.5, "color": ink},
    }


def _gap(place: int, top: float, text: str, ink: str) -> dict[str, Any]:
    """Why a wave has no figure, at its place."""
    return {
        "x": place,
        "y": top * 0.62,
        "text": text.replace(" ", "<br>"),
        "showarrow": False,
        "font": {"size": 11, "color": ink},
    }
