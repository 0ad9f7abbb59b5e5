"""Where a count stands whose reports did not all come, a mark and its words stand with it."""

from collections.abc import Callable
from typing import Any

import pytest
from dash import html

from dashboards.components.empty import with_marks_key
from dashboards.figures.vector import Drawing, line_drawing
from dashboards.pages import effort, police_matrices
from dashboards.reading.address import Address
from dashboards.reading.context import Context
from dashboards.reading.queries.cells import Cell
from dashboards.reading.queries.quality import RECEIVED, due_returns, returns
from dashboards.serving.app import answer
from dashboards.wording.words import Words
from indicators.foundation.periods import Period, period_named
from tests.dashboards.rendered import classes_of, components, text_of

At = Callable[..., Context]
_ZERO = {"value": 0.0, "obs_status": "A", "conf_status": "F", "disclosure": "exact"}
CLOSED = Cell.of(_ZERO | {"area_due": 3.0, "area_received": 0.0, "area_no_access": 3.0})
LACKING = Cell.of(
    _ZERO | {"value": 13.0, "obs_status": "P", "returns_due": 9.0, "returns_received": 7.0}
)
WHOLE = Cell.of(_ZERO | {"value": 25.0, "returns_due": 9.0, "returns_received": 9.0})


def _closed(context: Context) -> tuple[str, Period]:
    """An area and month without access for a source's reporters, as the release has it."""
    frame = due_returns(returns(context.release, "2024-01-01", "2026-12-31"))
    own = frame[frame["source"] == "activities"]
    for (area, month), rows in own.groupby(["area", "month"]):
        if (rows["status"] == "no_access").all() and context.is_lowest(str(area)):
            return str(area), period_named(f"{month:%Y-%m}")
    raise AssertionError("no area is closed in this world")


@pytest.mark.parametrize("page", [effort, police_matrices])
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "No access to the area in this period."),
        ("fr", "Zone inaccessible pendant la période."),
    ],
)
def test_no_activity_of_a_closed_area_is_no_plain_nothing(
    context_at: At, page: Any, language: str, words: str
) -> None:
    area, month = _closed(context_at())
    context = context_at(f"/?area={area}&period={month.name}&lang={language}")
    assert page.sentence(context).endswith(words)
    assert "reports-mark" in classes_of(page.body(context))


def test_the_reports_of_a_count_are_those_due_in_its_area_and_months(context_at: At) -> None:
    context = context_at("/effort")
    period = context.period
    frame = due_returns(returns(context.release, period.start.isoformat(), period.end.isoformat()))
    due = frame[frame["source"] == "activities"]
    came = int(due["status"].isin(RECEIVED).sum())
    assert 0 < came < len(due)
    said = f"provisional: {came} of {len(due)} reports"
    note = next(
        part
        for part in components(effort.body(context))
        if getattr(part, "className", "") == "note"
    )
    assert text_of(note).split(maxsplit=1)[1] == said


def test_the_key_of_the_marks_stands_once_and_only_where_a_mark_stands(context_at: At) -> None:
    words = Words("en")
    assert with_marks_key([html.P("25")], words)[1:] == []
    parts = answer(context_at().home, "mission", Address.parse("/effort", "")).body()
    assert sum("reports-key" in str(getattr(p, "className", "")) for p in components(parts)) == 1


def test_a_zero_of_a_closed_area_is_drawn_as_unknown_and_a_lacking_point_is_marked() -> None:
    assert (CLOSED.look, CLOSED.sign, CLOSED.is_drawn) == ("no-access", "⊘", False)
    assert (LACKING.look, LACKING.sign, LACKING.is_drawn) == ("plain", "╱", True)
    assert (WHOLE.sign, WHOLE.reports_missing) == ("", None)
    drawing = Drawing(132, 64, 0.0, 25.0, "light")
    slash = "l3-3"
    assert slash in line_drawing(drawing, [WHOLE, LACKING])
    assert slash not in line_drawing(drawing, [WHOLE, WHOLE])
    assert "url(%23no-access)" in line_drawing(drawing, [WHOLE, CLOSED])
