"""Charts never join a gap, keep classes fixed over periods, and stripe what is uncertain."""

import json
from dataclasses import replace
from datetime import date
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from dashboards.components.small_multiples import sparkline_words
from dashboards.figures.area_drawing import Look, area_drawing
from dashboards.figures.outlines import outlines
from dashboards.figures.series import series_figure
from dashboards.figures.vector import Drawing, line_drawing
from dashboards.pages.effects.leads_and_lags import TimePoint, leads_and_lags_figure
from dashboards.pages.map.classes import fill_of, fixed_classes
from dashboards.queries.cells import Cell, Dated
from dashboards.theme import THEMES
from dashboards.wording.formats import Unit
from dashboards.wording.words import Words
from indicators.assessment.empty_reasons import Said, Statement

_SVG = "{http://www.w3.org/2000/svg}"
RATE = Unit("per_1000", "rate")


def _month(number: int, cell: Cell) -> Dated:
    return Dated("M", f"2026-{number:02d}", date(2026, number, 1), date(2026, number, 28), cell)


def _figure(value: float) -> Cell:
    return Cell(Statement(), value=value, low=value - 1, high=value + 1, n=10)


def _empty(code: str) -> Cell:
    return Cell(Statement(Said("empty", code)))


def test_the_line_breaks_at_a_gap_and_the_gap_is_patterned() -> None:
    cells = [_figure(3), _figure(4), _empty("not_reported"), _figure(5), _figure(6)]
    series = [_month(number + 1, cell) for number, cell in enumerate(cells)]
    figure = series_figure(series, RATE, Words("en"), "light")
    lines = [trace for trace in figure.data if trace.mode == "lines+markers"]
    assert [list(line.y) for line in lines] == [[3, 4], [5, 6]]
    gaps = [trace for trace in figure.data if trace.name == "not reported"]
    assert [gap.fillpattern.shape for gap in gaps] == ["/"]


@pytest.mark.parametrize("is_survey", [True, False])
def test_figures_of_two_definitions_are_not_joined(is_survey: bool) -> None:
    """Not even over a gap, and the place says which definition begins."""
    cells = [
        *(replace(_figure(value), version=1) for value in (30, 31)),
        _empty("not_asked"),
        *(replace(_figure(value), version=2) for value in (17, 18)),
    ]
    series = [_month(number + 1, cell) for number, cell in enumerate(cells)]
    figure = series_figure(series, RATE, Words("fr"), "light", is_survey=is_survey)
    lines = [trace for trace in figure.data if trace.mode == "lines+markers"]
    assert [list(line.y) for line in lines] == [[30, 31], [17, 18]]
    (border,) = figure.layout.shapes
    assert border.x0 == border.x1 == series[3].start
    said = [text for text in figure.layout.meta["said"] if "nouvelle définition" in text]
    assert len(said) == 1 and "version 2" in said[0] and "17" in said[0]
    drawing = Drawing(132, 64, 0, 40, "light")
    assert line_drawing(drawing, cells, joins_gaps=is_survey).count("polyline") == 2
    assert sparkline_words(cells, RATE, Words("en")).endswith("the definition changed")


def test_kinds_of_gap_have_different_patterns() -> None:
    states = ("not_reported", "no_access", "below_8")
    series = [_month(1, _figure(3)), *(_month(n + 2, _empty(s)) for n, s in enumerate(states))]
    figure = series_figure(series, RATE, Words("en"), "light")
    looks = {
        trace.name: trace.fillpattern.shape for trace in figure.data if trace.hoverinfo == "name"
    }
    assert looks == {"not reported": "/", "no access": None, "<8": "."}


def test_a_true_zero_is_a_hollow_dot() -> None:
    series = [_month(1, _figure(3)), _month(2, Cell(Statement(), value=0.0, n=0))]
    figure = series_figure(series, RATE, Words("en"), "light")
    line = next(trace for trace in figure.data if trace.mode == "lines+markers")
    assert line.marker.color == (THEMES["light"]["series"], THEMES["light"]["surface"])


def test_waves_are_one_line_with_bars() -> None:
    cells = [_figure(30), _figure(40), _figure(41)]
    series = [_month(number * 3, cell) for number, cell in enumerate(cells, start=1)]
    figure = series_figure(
        series, Unit("percent", "proportion"), Words("en"), "light", is_survey=True
    )
    bars = [trace for trace in figure.data if trace.error_y.array is not None]
    assert [list(bar.error_y.array) for bar in bars] == [[1, 1, 1]]


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
    figure = leads_and_lags_figure(points, ("Months", "points"), Words("fr"), "light")
    (dots,) = figure.data
    assert dots.marker.color == (THEMES["light"]["surface"], THEMES["light"]["series"])
    assert list(dots.error_y.array) == [3, 3] and list(dots.error_y.arrayminus) == [1, 1]
    assert figure.layout.meta["said"] == ["-1", "0"]
    assert figure.layout.yaxis.title.text == "points" and figure.layout.separators[0] == ","
