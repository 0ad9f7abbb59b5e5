"""Charts never join a gap, keep classes fixed over periods, and stripe what is uncertain."""

import json
from dataclasses import replace
from datetime import date
from itertools import pairwise
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from dash import html

from dashboards.components.small_multiples import sparkline_words
from dashboards.figures.area_drawing import Look, area_drawing
from dashboards.figures.outlines import outlines
from dashboards.figures.plot import Plot, value_axis
from dashboards.figures.series import Path, series_plot
from dashboards.figures.theme import THEMES
from dashboards.figures.vector import Drawing, line_drawing
from dashboards.pages.effects.over_time.leads_and_lags import TimePoint, leads_and_lags_plot
from dashboards.pages.map.classes import fill_of, fixed_classes
from dashboards.reading.queries.cells import Cell, Dated
from dashboards.wording.formats import Unit
from dashboards.wording.words import Words
from indicators.assessment.empty_reasons import Said, Statement
from tests.dashboards.rendered import components

_SVG = "{http://www.w3.org/2000/svg}"
RATE = Unit("per_1000", "rate")


def _month(number: int, cell: Cell) -> Dated:
    return Dated("M", f"2026-{number:02d}", date(2026, number, 1), date(2026, number, 28), cell)


def _figure(value: float) -> Cell:
    return Cell(Statement(), value=value, low=value - 1, high=value + 1, n=10)


def _empty(code: str) -> Cell:
    return Cell(Statement(Said("empty", code)))


def _with(plot: Plot, look: str) -> list[html.Span]:
    """What is drawn with this look, in its order."""
    found = [part for part in components(plot.drawn()) if isinstance(part, html.Span)]
    return [part for part in found if look in (getattr(part, "className", None) or "").split()]


def _lines(plot: Plot) -> list[int]:
    """How many points each line has."""
    (image,) = [part for part in components(plot.drawn()) if isinstance(part, html.Img)]
    root = ElementTree.fromstring(unquote(image.src.partition(",")[2]))
    paths = [found for found in root.iter(f"{_SVG}path") if found.get("fill") == "none"]
    series = THEMES["light"]["series"]
    return [
        (found.get("d") or "").count("L") + 1 for found in paths if found.get("stroke") == series
    ]


def test_the_line_breaks_at_a_gap_and_the_gap_is_patterned() -> None:
    cells = [_figure(3), _figure(4), _empty("not_reported"), *map(_figure, (5, 6, 7))]
    series = [_month(number + 1, cell) for number, cell in enumerate(cells)]
    plot = series_plot(series, RATE, Words("en"), "light")
    assert _lines(plot) == [2, 3]
    (gap,) = _with(plot, "plot-gap")
    (words,) = _with(plot, "plot-above")
    assert "empty-not-reported" in gap.className and words.children == "not reported"
    # the gap fills its month: from the end of the second to the start of the fourth
    points = _with(plot, "plot-point")
    assert len(points) == len(cells) and gap.style == points[2].style


@pytest.mark.parametrize("is_survey", [True, False])
def test_figures_of_two_definitions_are_not_joined(is_survey: bool) -> None:
    """Not even over a gap, and the place says which definition begins."""
    cells = [
        *(replace(_figure(value), version=1) for value in (30, 31)),
        _empty("not_asked"),
        *(replace(_figure(value), version=2) for value in (17, 18, 19)),
    ]
    series = [_month(number + 1, cell) for number, cell in enumerate(cells)]
    plot = series_plot(series, RATE, Words("fr"), "light", is_survey=is_survey)
    assert _lines(plot) == [2, 3]
    (border,) = _with(plot, "plot-right")
    assert "version 2" in border.children
    points = [getattr(point, "data-said") for point in _with(plot, "plot-point")]
    said = [text for text in points if "nouvelle définition" in text]
    assert len(said) == 1 and "version 2" in said[0] and "17" in said[0]
    drawing = Drawing(132, 64, 0, 40, "light")
    assert line_drawing(drawing, cells, joins_gaps=is_survey).count("polyline") == 2
    assert sparkline_words(cells, RATE, Words("en")).endswith("the definition changed")


def test_kinds_of_gap_have_different_patterns() -> None:
    states = ("not_reported", "no_access", "below_8")
    series = [_month(1, _figure(3)), *(_month(n + 2, _empty(s)) for n, s in enumerate(states))]
    plot = series_plot(series, RATE, Words("en"), "light")
    looks = [gap.className.split()[-1] for gap in _with(plot, "plot-gap")]
    assert looks == ["empty-not-reported", "empty-no-access", "empty-suppressed"]


def test_a_true_zero_is_a_hollow_dot_at_the_foot() -> None:
    series = [_month(1, _figure(3)), _month(2, Cell(Statement(), value=0.0, n=0))]
    plot = series_plot(series, RATE, Words("en"), "light")
    full, hollow = _with(plot, "plot-dot")
    assert "plot-hollow" not in full.className and "plot-hollow" in hollow.className
    assert hollow.style == {"--v": "0.00%"}


def test_waves_are_one_line_and_each_has_its_interval() -> None:
    cells = [_figure(30), _empty("not_asked"), _figure(40), _figure(41)]
    series = [_month(number * 3, cell) for number, cell in enumerate(cells, start=1)]
    unit = Unit("percent", "proportion")
    plot = series_plot(series, unit, Words("en"), "light", is_survey=True)
    assert _lines(plot) == [3]
    ends = [(bar.style["--lo"], bar.style["--hi"]) for bar in _with(plot, "plot-interval")]
    top = 42 * 1.12
    assert ends == [
        (f"{100 * (n - 1) / top:.2f}%", f"{100 * (n + 1) / top:.2f}%") for n in (30, 40, 41)
    ]


@pytest.mark.parametrize(
    ("ends", "ticks"),
    [
        ((0.0, 8.7), ["0", "2", "4", "6", "8"]),
        ((-0.27, 0.31), ["−0.2", "0.0", "0.2"]),
        ((0.0, 4_310.0), ["0", "1,000", "2,000", "3,000", "4,000"]),
        ((0.0, 0.0), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    ],
)
def test_the_ticks_of_an_axis_are_round_and_few(
    ends: tuple[float, float], ticks: list[str]
) -> None:
    assert [text for _, text in value_axis(ends, Words("en")).ticks] == ticks


def test_classes_do_not_depend_on_the_period_shown() -> None:
    values = [0.5, 1.2, 2.2, 3.1, 4.9, 7.5, 9.9]
    classes = fixed_classes(values, is_percent=False, is_risk=True)
    assert len(classes.bounds) == 4
    assert list(classes.bounds) == sorted(set(classes.bounds))
    assert [classes.of(classes.bounds[0]), classes.of(0.0), classes.of(99.0)] == [1, 0, 4]


@pytest.mark.parametrize("values", [[], [0.0, 0.0], [5.0, 5.0, 5.0]])
def test_classes_hold_where_values_are_few_or_equal(values: list[float]) -> None:
    bounds = fixed_classes(values, is_percent=False, is_risk=True).bounds
    assert all(before < after for before, after in pairwise(bounds))


@pytest.mark.parametrize(
    ("values", "bounds"),
    [
        ([28.0, 33.0, 36.0, 39.0, 43.0, 46.0], (30.0, 35.0, 40.0, 45.0)),
        ([2.0, 25.0, 50.0, 75.0, 98.0], (20.0, 40.0, 60.0, 80.0)),
        ([99.0, 99.2, 100.0, 100.0], (96.0, 97.0, 98.0, 99.0)),
    ],
)
def test_classes_of_shares_tell_areas_apart(values: list[float], bounds: tuple[float, ...]) -> None:
    assert fixed_classes(values, is_percent=True, is_risk=False).bounds == bounds


def _square(west: float) -> str:
    ring = [[west, 0], [west + 1, 0], [west + 1, 1], [west, 1], [west, 0]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


def test_the_map_stripes_crossing_intervals_and_crosses_out_no_access() -> None:
    cells = {
        "sure": Cell(Statement(), value=50.0, low=45.0, high=55.0),
        "unsure": Cell(Statement(), value=50.0, low=35.0, high=65.0),
        "closed": _empty("no_access"),
        "silent": _empty("not_reported"),
        "hidden": _empty("suppressed_cases"),
        "early": _empty("before_record"),
        "nothing": _empty("no_cases"),
    }
    classes = fixed_classes([], is_percent=True, is_risk=False)
    fills = {area: fill_of(cell, classes) for area, cell in cells.items()}
    middle = classes.colours[2]
    assert fills == {
        "sure": (middle, False),
        "unsure": (middle, True),
        "closed": ("no-access", False),
        "silent": ("not-reported", False),
        "hidden": ("suppressed", False),
        "early": ("unknown", False),
        "nothing": ("", False),  # white alone says that there is nothing to measure here
    }
    drawn = outlines({name: _square(2.0 * place) for place, name in enumerate(cells)})
    looks = {area: Look(area, *fill) for area, fill in fills.items()}
    looks["sure"] = replace(looks["sure"], rank=1, disc="due", is_chosen=True)
    made = area_drawing(drawn, looks, 660, "light")
    root = ElementTree.fromstring(made.svg)
    paths = [(found.get("fill"), found.get("stroke-width")) for found in root.iter(f"{_SVG}path")]
    white, grey = THEMES["light"]["surface"], THEMES["light"]["rule"]
    fillings = [fill for fill, width in paths if width in ("0.8", "3") and fill != "none"]
    assert fillings[-7:] == [middle, white, white, white, grey, white, middle]  # the chosen last
    over = [fill for fill, _ in paths if str(fill).startswith("url")]
    assert over == [
        f"url(#{name})" for name in ("stripes", "no-access", "not-reported", "suppressed")
    ]
    assert [found.text for found in root.iter(f"{_SVG}text")].count("1") == 1
    west, *_ = (int(x) for x in made.corners("sure").split(","))
    assert 0 <= west <= made.width and made.height <= 1.2 * made.width


def test_a_point_before_the_activity_is_hollow_and_has_its_interval() -> None:
    points = [TimePoint(time, time / 2, time / 2 - 1, time / 2 + 3, str(time)) for time in (-1, 0)]
    plot = leads_and_lags_plot(points, ("Months", "points"), Words("fr"), "light")
    before, after = _with(plot, "plot-dot")
    assert "plot-hollow" in before.className and "plot-hollow" not in after.className
    heights = [
        plot.values.low
        + float(bar.style[end].rstrip("%")) / 100 * (plot.values.high - plot.values.low)
        for bar in _with(plot, "plot-interval")
        for end in ("--lo", "--hi")
    ]
    assert heights == pytest.approx([-1.5, 2.5, -1, 3], abs=0.01)
    assert [getattr(point, "data-said") for point in _with(plot, "plot-point")] == ["-1", "0"]
    (title,) = _with(plot, "plot-title-values")
    assert title.children == "points" and plot.values.ticks[0][1] == "−1"


def _path_words(values: list[float], path: Path) -> list[str]:
    """Where the words of a baseline and of a target stand, beside a series of months."""
    series = [_month(number, _figure(value)) for number, value in enumerate(values, start=1)]
    plot = series_plot(series, RATE, Words("en"), "light", path)
    looks = [part.className.split() for part in _with(plot, "plot-words")]
    return [look[1] for look in looks if {"plot-start", "plot-end"} & set(look)]


@pytest.mark.parametrize(
    ("values", "baseline", "target", "sides"),
    [
        ([30.0, 34.0, 38.0, 40.0], 30.0, 50.0, ["plot-below", "plot-above"]),  # rising
        ([50.0, 44.0, 40.0, 38.0], 50.0, 20.0, ["plot-above", "plot-below"]),  # falling
        (
            [30.0, 40.0, 50.0, 52.0, 54.0],
            30.0,
            50.0,
            ["plot-below", "plot-below"],
        ),  # beyond the target
    ],
)
def test_the_words_of_a_path_stand_beside_it_and_not_on_the_last_number(
    values: list[float], baseline: float, target: float, sides: list[str]
) -> None:
    path = Path(baseline, date(2026, 1, 15), target, date(2026, 5, 31))
    assert _path_words(values, path) == sides
