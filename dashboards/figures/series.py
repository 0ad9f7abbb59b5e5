"""One indicator over time: line, interval, target and path.

Gaps by kind and what another version of the definition gave are never joined.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from dashboards.figures.plot import Axis, Bounds, Plot, value_axis
from dashboards.reading.queries.cells import Cell, Dated, new_definitions
from dashboards.wording import formats
from dashboards.wording.formats import Unit
from dashboards.wording.words import Words

_MOST_TICKS = 12
_HEADROOM = 1.12
_LABELS_APART = 0.16  # of the time shown: nearer gaps share the first one's label
_SIDES = ("plot-below", "plot-above")
_WORDS_HIGH, _WORDS_WIDE = 14.0, 21.0  # percent of the chart: the words of a target, with room
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
    """What every part of the chart needs: the plot, unit, words and the height of the frame."""

    plot: Plot
    unit: Unit
    words: Words
    top: float


def _middle(dated: Dated) -> float:
    """The middle of a period: where its point stands, so that gaps fill whole periods."""
    return sum(_ends(dated, dated)) / 2


def _ends(first: Dated, last: Dated) -> Bounds:
    return float(first.start.toordinal()), float(last.end.toordinal())


def series_plot(
    series: Sequence[Dated],
    unit: Unit,
    words: Words,
    theme: str,
    path: Path | None = None,
    is_survey: bool = False,
    frame: Sequence[Dated] = (),
) -> Plot:
    """The chart of a series, oldest first; survey waves are joined by a thin line.

    `frame` gives the periods of the time axis where they are more than those of the series.
    """
    top = _top(series, path)
    suffix = words("format.percent", number="").rstrip() if unit.is_percent else ""
    values = value_axis((0.0, top), words, suffix=suffix)
    sketch = Sketch(Plot(_time_axis(frame or series, path, words), values, theme), unit, words, top)
    _add_gaps(series, sketch)
    for run in _runs(series, is_survey):
        _add_band(run, sketch, is_survey)
    if path is not None:
        _add_path(path, series, sketch)
    for run in _runs(series, is_survey):
        line = [(_middle(dated), dated.cell.value or 0.0) for dated in run]
        sketch.plot.line(line, "series", 1 if is_survey else 2.2)
    _add_definition_lines(series, sketch)
    for dated, said in zip(series, _said(series, sketch), strict=True):
        _add_point(dated, said, sketch, is_survey)
    _label_last(series, sketch)
    return sketch.plot


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


def _add_band(run: list[Dated], sketch: Sketch, is_survey: bool) -> None:
    bounded = [(_middle(dated), bounds) for dated in run if (bounds := _bounds(dated.cell))]
    if not is_survey and len(bounded) > 1:
        upper = [(day, high) for day, (_, high) in bounded]
        sketch.plot.area(upper + [(day, low) for day, (low, _) in reversed(bounded)], "band")


def _bounds(cell: Cell) -> Bounds | None:
    return None if cell.low is None or cell.high is None else (cell.low, cell.high)


def _add_point(dated: Dated, said: str, sketch: Sketch, is_survey: bool) -> None:
    """A disc, hollow at zero; its interval where it is a survey's; a slash where reports lack."""
    plot, cell, drawn = sketch.plot, dated.cell, []
    if cell.is_figure and cell.value is not None:
        if is_survey and (bounds := _bounds(cell)):
            drawn.append(plot.interval(bounds))
        drawn.append(plot.dot(cell.value, "plot-hollow" if cell.state == "zero" else ""))
    if cell.reports_missing is not None:
        plot.words(_middle(dated), 0, "╱", "plot-lacking")
    plot.point(_ends(dated, dated), said, drawn)


def _add_definition_lines(series: Sequence[Dated], sketch: Sketch) -> None:
    """A hair line with its words before the first figure under each new definition."""
    for place in sorted(new_definitions([dated.cell for dated in series])):
        day = float(series[place].start.toordinal())
        sketch.plot.line([(day, 0), (day, sketch.top)], "ink-2", 1)
        said = sketch.words("versions.new", version=str(series[place].cell.version))
        sketch.plot.words(day, sketch.top, said, "plot-right")


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


def _add_gaps(series: Sequence[Dated], sketch: Sketch) -> None:
    labelled: dict[str, date] = {}
    apart = (series[-1].end - series[0].start) * _LABELS_APART if series else timedelta()
    for (state, is_drawn), group in groupby(series, key=lambda d: (d.cell.state, d.cell.is_drawn)):
        run = list(group)
        if is_drawn or state in _NOT_DRAWN:
            continue
        sketch.plot.ground(_ends(run[0], run[-1]), f"plot-gap empty-{run[0].cell.look}")
        if not labelled or run[0].start - max(labelled.values()) > apart:
            _add_gap_label(run, sketch)
            labelled[state] = run[-1].end


def _gap_words(cell: Cell, sketch: Sketch) -> str:
    said = cell.said.empty or cell.reports_missing
    return "" if said is None else sketch.words.said(said, "table")


def _add_gap_label(run: list[Dated], sketch: Sketch) -> None:
    """The kind of gap in words, above it."""
    cell = run[0].cell
    sign = "⊘ " if cell.look == "no-access" else ""
    middle = sum(_ends(run[0], run[-1])) / 2
    sketch.plot.words(middle, sketch.top, sign + _gap_words(cell, sketch), "plot-above")


def _add_path(path: Path, series: Sequence[Dated], sketch: Sketch) -> None:
    plot, words, unit = sketch.plot, sketch.words, sketch.unit
    begin, end = (float(on.toordinal()) for on in (path.baseline_on, path.target_on))
    plot.line([(begin, path.baseline), (end, path.target)], "ink", 1.3, "5 4")
    plot.mark(begin, path.baseline, "plot-baseline")
    plot.mark(end, path.target, "plot-target")
    # Away from the path, which leads from the one to the other.
    is_rising = path.target >= path.baseline
    text = words("range.baseline", value=unit.value(path.baseline, words))
    plot.words(begin, path.baseline, text, f"{_SIDES[not is_rising]} plot-start")
    target = words("range.target", value=unit.value(path.target, words))
    is_above = is_rising is not _is_taken(path, series, plot)
    text = f"{target}, {formats.month(path.target_on, words)}"
    plot.words(end, path.target, text, f"{_SIDES[is_above]} plot-end plot-strong")


def _is_taken(path: Path, series: Sequence[Dated], plot: Plot) -> bool:
    """Whether the last point's number stands where the words of the target would."""
    last = series[-1] if series else None
    if last is None or last.cell.value is None:
        return False
    over = plot.values.at(last.cell.value) - plot.values.at(path.target)
    over = over if path.target >= path.baseline else -over
    before = plot.places.at(path.target_on.toordinal()) - plot.places.at(_middle(last))
    return 0 <= over < _WORDS_HIGH and before < _WORDS_WIDE


def _label_last(series: Sequence[Dated], sketch: Sketch) -> None:
    last = series[-1] if series else None
    if last is None or not last.cell.is_figure or last.cell.value is None:
        return
    value = sketch.unit.value(last.cell.value, sketch.words, last.cell.half_width)
    sketch.plot.words(_middle(last), last.cell.value, value, "plot-beside plot-last")


def _time_axis(series: Sequence[Dated], path: Path | None, words: Words) -> Axis:
    """Room for the last number; at most a dozen names."""
    end = max(series[-1].end, path.target_on) if path else series[-1].end
    end += (end - series[0].start) / 14 + timedelta(days=15)
    ticked = series[:: max(1, math.ceil(len(series) / _MOST_TICKS))]
    names = zip(map(_middle, ticked), tick_texts(ticked, words), strict=True)
    return Axis(series[0].start.toordinal(), end.toordinal(), list(names))


def tick_texts(ticked: Sequence[Dated], words: Words) -> list[str]:
    """Names of periods, the year under the first of each."""
    texts, year = [], None
    for dated in ticked:
        name = _tick_name(dated, words)
        is_new = dated.start.year != year and dated.period_type in "QMSW"
        texts.append(f"{name}\n{dated.start.year}" if is_new else name)
        year = dated.start.year
    return texts


def _tick_name(dated: Dated, words: Words) -> str:
    if dated.period_type == "M":
        return formats.month_name(dated.start, words)
    if dated.period_type == "W":
        return dated.name[-2:]
    name = formats.period_name(dated, words)
    return name.split("\u00a0")[0] if dated.period_type in "QS" else name.split("\u00a0")[-1]
