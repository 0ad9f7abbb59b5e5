"""One indicator over time: line, interval, target and path.

Gaps by kind and what another version of the definition gave are never joined.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

import plotly.graph_objects as go

from dashboards.queries.cells import Cell, Dated, new_definitions
from dashboards.theme import THEMES, plotly_template
from dashboards.wording import formats
from dashboards.wording.formats import Unit
from dashboards.wording.words import Words

_MOST_TICKS = 12
_HEADROOM = 1.12
_LABELS_APART = 0.16  # of the time shown: nearer gaps share the first one's label
_PATTERNS = {"not-reported": "/", "suppressed": "."}  # by look; the rest is a plain ground
# Reasons for which nothing is drawn: there is nothing that could have been reported.
_NOT_DRAWN = ("no_cases", "no_survey", "not_asked", "not_in_copy", "published_for")


@dataclass(frozen=True)
class Path:
    """The straight path from a dated baseline to a dated target."""

    baseline: float
    baseline_on: date
    target: float
    target_on: date


@dataclass(frozen=True)
class Sketch:
    """What every part of the chart needs: unit, words, colours and the height of the frame."""

    unit: Unit
    words: Words
    theme: str
    top: float

    def colour(self, token: str) -> str:
        """A colour of the theme."""
        return THEMES[self.theme][token]


def middle(dated: Dated) -> date:
    """The middle of a period: where its point stands, so that gaps fill whole periods."""
    return dated.start + (dated.end - dated.start) / 2


def series_figure(
    series: Sequence[Dated],
    unit: Unit,
    words: Words,
    theme: str,
    path: Path | None = None,
    is_survey: bool = False,
    frame: Sequence[Dated] = (),
) -> go.Figure:
    """The chart of a series, oldest first; survey waves are joined by a thin line.

    `frame` gives the periods of the time axis where they are more than those of the series.
    """
    sketch = Sketch(unit, words, theme, _top(series, path))
    figure = go.Figure(layout={"template": plotly_template(theme)})
    _add_gaps(figure, series, sketch)
    for run in _runs(series, is_survey):
        _add_band(figure, run, sketch, is_survey)
    if path is not None:
        _add_path(figure, path, sketch)
    for run in _runs(series, is_survey):
        _add_line(figure, run, sketch, is_survey)
    _add_lacking(figure, series, sketch)
    _add_definition_lines(figure, series, sketch)
    _label_last(figure, series, sketch)
    _set_axes(figure, frame or series, sketch, path)
    figure.update_layout(meta={"said": _said(series, sketch)})
    return figure


def _top(series: Sequence[Dated], path: Path | None) -> float:
    numbers = [n for d in series for n in (d.cell.value, d.cell.high) if n is not None]
    numbers += [path.baseline, path.target] if path else []
    return max([n for n in numbers if not math.isnan(n)] or [1.0]) * _HEADROOM or 1.0


def _runs(series: Sequence[Dated], is_survey: bool) -> list[list[Dated]]:
    """Stretches of one definition without a gap; waves are joined over gaps."""
    new = new_definitions([dated.cell for dated in series])
    runs: list[list[Dated]] = [[]]
    for place, dated in enumerate(series):
        if place in new or not (is_survey or dated.cell.is_figure):
            runs.append([])
        if dated.cell.is_figure:
            runs[-1].append(dated)
    return [run for run in runs if run]


def _add_band(figure: go.Figure, run: list[Dated], sketch: Sketch, is_survey: bool) -> None:
    bounded = [dated for dated in run if dated.cell.low is not None and dated.cell.high is not None]
    if is_survey or len(bounded) < 2:
        _add_bars(figure, bounded, sketch)
        return
    days = [middle(dated) for dated in bounded]
    figure.add_scatter(
        x=days + days[::-1],
        y=[dated.cell.high for dated in bounded] + [dated.cell.low for dated in bounded][::-1],
        fill="toself",
        fillcolor=sketch.colour("band"),
        line={"width": 0},
        mode="lines",
        hoverinfo="skip",
    )


def _add_bars(figure: go.Figure, bounded: list[Dated], sketch: Sketch) -> None:
    if not bounded:
        return
    figure.add_scatter(
        x=[middle(dated) for dated in bounded],
        y=[((dated.cell.low or 0) + (dated.cell.high or 0)) / 2 for dated in bounded],
        error_y={
            "type": "data",
            "array": [((dated.cell.high or 0) - (dated.cell.low or 0)) / 2 for dated in bounded],
            "color": sketch.colour("series"),
            "thickness": 2,
            "width": 6,
        },
        mode="markers",
        marker={"size": 1, "color": sketch.colour("series")},
        hoverinfo="skip",
    )


def _add_line(figure: go.Figure, run: list[Dated], sketch: Sketch, is_survey: bool) -> None:
    zeros = [dated.cell.state == "zero" for dated in run]
    surface, series = sketch.colour("surface"), sketch.colour("series")
    figure.add_scatter(
        x=[middle(dated) for dated in run],
        y=[dated.cell.value for dated in run],
        mode="lines+markers",
        line={"color": series, "width": 1 if is_survey else 2.2},
        marker={
            "size": 8 if is_survey else 6,
            "color": [surface if is_zero else series for is_zero in zeros],
            "line": {"color": series, "width": 1.5},
        },
        text=[_hover(dated, sketch) for dated in run],
        hovertemplate="%{text}<extra></extra>",
        cliponaxis=False,
    )


def _add_lacking(figure: go.Figure, series: Sequence[Dated], sketch: Sketch) -> None:
    """A slash at the foot of each point for which reports are missing."""
    lacking = [dated for dated in series if dated.cell.reports_missing is not None]
    if not lacking:
        return
    figure.add_scatter(
        x=[middle(dated) for dated in lacking],
        y=[0] * len(lacking),
        mode="markers",
        marker={
            "symbol": "line-ne",
            "size": 7,
            "line": {"color": sketch.colour("ink-2"), "width": 1.3},
        },
        hoverinfo="skip",
        cliponaxis=False,
    )


def _add_definition_lines(figure: go.Figure, series: Sequence[Dated], sketch: Sketch) -> None:
    """A hair line with its words before the first figure under each new definition."""
    ink = sketch.colour("ink-2")
    for place in sorted(new_definitions([dated.cell for dated in series])):
        day, version = series[place].start, series[place].cell.version
        figure.add_shape(
            type="line", x0=day, x1=day, y0=0, y1=1, yref="paper", line={"color": ink, "width": 1}
        )
        figure.add_annotation(
            x=day,
            y=1,
            yref="paper",
            yanchor="top",
            xanchor="left",
            xshift=4,
            text=sketch.words("versions.new", version=str(version)),
            showarrow=False,
            font={"size": 11.5, "color": ink},
        )


def _said(series: Sequence[Dated], sketch: Sketch) -> list[str]:
    """Every point as it is read out; the first under a new definition says so."""
    words, new = sketch.words, new_definitions([dated.cell for dated in series])
    return [
        words("value.and").join(
            [
                _hover(dated, sketch),
                *([words("versions.new", version=str(dated.cell.version))] * (place in new)),
            ]
        )
        for place, dated in enumerate(series)
    ]


def _hover(dated: Dated, sketch: Sketch) -> str:
    words, unit, cell = sketch.words, sketch.unit, dated.cell
    name = formats.period_name(dated, words)
    if not cell.is_figure:
        return words.told(name, _gap_words(cell, sketch))
    value = unit.value(cell.value or 0.0, words, cell.half_width)
    if cell.low is not None and cell.high is not None:
        value = f"{value} ({unit.interval(cell.low, cell.high, words)})"
    return words.told(
        name, words("value.and").join([value, *(words.said(said) for said in cell.beside)])
    )


def _add_gaps(figure: go.Figure, series: Sequence[Dated], sketch: Sketch) -> None:
    labelled: dict[str, date] = {}
    apart = (series[-1].end - series[0].start) * _LABELS_APART if series else timedelta()
    for (state, is_drawn), group in groupby(series, key=lambda d: (d.cell.state, d.cell.is_drawn)):
        run = list(group)
        if is_drawn or state in _NOT_DRAWN:
            continue
        _add_gap(figure, run, sketch)
        if not labelled or run[0].start - max(labelled.values()) > apart:
            _add_gap_label(figure, run, sketch)
            labelled[state] = run[-1].end


def _add_gap(figure: go.Figure, run: list[Dated], sketch: Sketch) -> None:
    first, last, top = run[0].start, run[-1].end, sketch.top
    shape = _PATTERNS.get(run[0].cell.look, "")
    sunk, ink = sketch.colour("sunk"), sketch.colour("control")
    figure.add_scatter(
        x=[first, last, last, first, first],
        y=[0, 0, top, top, 0],
        fill="toself",
        mode="lines",
        line={"width": 0},
        fillcolor=sunk,
        fillpattern={"shape": shape, "fgcolor": ink, "bgcolor": sunk, "size": 7, "solidity": 0.16}
        if shape
        else None,
        name=_gap_words(run[0].cell, sketch),
        hoverinfo="name",
    )


def _gap_words(cell: Cell, sketch: Sketch) -> str:
    said = cell.said.empty or cell.reports_missing
    return "" if said is None else sketch.words.said(said, "table")


def _add_gap_label(figure: go.Figure, run: list[Dated], sketch: Sketch) -> None:
    """The kind of gap in words, above it."""
    cell = run[0].cell
    sign = "⊘ " if cell.look == "no-access" else ""
    figure.add_annotation(
        x=run[0].start + (run[-1].end - run[0].start) / 2,
        y=sketch.top,
        yshift=8,
        text=sign + _gap_words(cell, sketch),
        showarrow=False,
        font={"size": 11.5, "color": sketch.colour("ink-2")},
    )


def _add_path(figure: go.Figure, path: Path, sketch: Sketch) -> None:
    ink, words, unit = sketch.colour("ink"), sketch.words, sketch.unit
    figure.add_scatter(
        x=[path.baseline_on, path.target_on],
        y=[path.baseline, path.target],
        mode="lines",
        line={"color": ink, "width": 1.3, "dash": "5px,4px"},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=[path.baseline_on],
        y=[path.baseline],
        mode="markers",
        marker={"size": 9, "color": sketch.colour("surface"), "line": {"color": ink, "width": 1.5}},
        text=[words("range.baseline", value=unit.value(path.baseline, words))],
        hovertemplate="%{text}<extra></extra>",
    )
    figure.add_scatter(
        x=[path.target_on],
        y=[path.target],
        mode="markers+text",
        marker={"symbol": "line-ns", "size": 16, "line": {"color": ink, "width": 2.5}},
        text=[
            f"<b>{words('range.target', value=unit.value(path.target, words))}</b><br>"
            f"{formats.month(path.target_on, words)}"
        ],
        # Away from the path, which comes from the left.
        textposition="top left" if path.target >= path.baseline else "bottom left",
        textfont={"color": ink, "size": 12},
        hoverinfo="skip",
        cliponaxis=False,
    )
    text = words("range.baseline", value=unit.value(path.baseline, words))
    figure.add_annotation(
        x=path.baseline_on,
        y=path.baseline,
        yshift=-16,
        xanchor="left",
        text=text,
        showarrow=False,
        font={"size": 11.5, "color": sketch.colour("ink-2")},
    )


def _label_last(figure: go.Figure, series: Sequence[Dated], sketch: Sketch) -> None:
    last = series[-1] if series else None
    if last is None or not last.cell.is_figure or last.cell.value is None:
        return
    value = sketch.unit.value(last.cell.value, sketch.words, last.cell.half_width)
    figure.add_annotation(
        x=middle(last),
        y=last.cell.value,
        text=f"<b>{value}</b>",
        showarrow=False,
        xanchor="left",
        xshift=9,
        yshift=8,
        font={"size": 14, "color": sketch.colour("series")},
    )


def _set_axes(
    figure: go.Figure, series: Sequence[Dated], sketch: Sketch, path: Path | None
) -> None:
    ticked = series[:: max(1, math.ceil(len(series) / _MOST_TICKS))]
    figure.update_xaxes(
        tickangle=0,
        tickvals=[middle(dated) for dated in ticked],
        ticktext=_tick_texts(ticked, sketch.words),
        range=[series[0].start, _right_end(series, path)],
    )
    suffix = (
        "" if not sketch.unit.is_percent else sketch.words("format.percent", number="").rstrip()
    )
    figure.update_yaxes(range=[0, sketch.top], ticksuffix=suffix, separatethousands=True)
    separators = formats.axis_separators(sketch.words)
    figure.update_layout(hovermode="closest", separators=separators)


def _right_end(series: Sequence[Dated], path: Path | None) -> date:
    """Room for the last number."""
    end = max(series[-1].end, path.target_on) if path else series[-1].end
    return end + (end - series[0].start) / 14 + timedelta(days=15)


def _tick_texts(ticked: Sequence[Dated], words: Words) -> list[str]:
    texts, year = [], None
    for dated in ticked:
        name = _tick_name(dated, words)
        is_new = dated.start.year != year and dated.period_type in "QMSW"
        texts.append(f"{name}<br><b>{dated.start.year}</b>" if is_new else name)
        year = dated.start.year
    return texts


def _tick_name(dated: Dated, words: Words) -> str:
    if dated.period_type == "M":
        return formats.month_name(dated.start, words)
    if dated.period_type == "W":
        return dated.name[-2:]
    name = formats.period_name(dated, words)
    return name.split("\u00a0")[0] if dated.period_type in "QS" else name.split("\u00a0")[-1]
