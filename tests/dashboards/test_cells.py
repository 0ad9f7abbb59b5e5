"""A cell of a page is a figure or one kind of empty, as `empty_reasons` says."""

import math

import pytest

from dashboards.reading.queries.cells import Cell


@pytest.mark.parametrize(
    ("row", "state", "look"),
    [
        ({"value": 3.0, "obs_status": "A"}, "value", "plain"),
        ({"value": 0.0, "obs_status": "A"}, "zero", "plain"),
        ({"value": None, "obs_status": "O"}, "not_reported", "not-reported"),
        ({"value": math.nan, "obs_status": "L"}, "no_access", "no-access"),
        ({"value": None, "obs_status": "M"}, "no_cases", "plain"),
        ({"value": None, "obs_status": "U"}, "unreliable", "plain"),
        ({"obs_status": "A", "conf_status": "C", "disclosure": "below_8"}, "below_8", "suppressed"),
        (
            {"obs_status": "A", "conf_status": "C", "disclosure": "suppressed"},
            "suppressed_cases",
            "suppressed",
        ),
    ],
)
def test_state_and_look_of_a_cell(row: dict[str, object], state: str, look: str) -> None:
    cell = Cell.of({"conf_status": "F", "disclosure": "exact", "value": None, **row})
    assert (cell.state, cell.look) == (state, look)


def test_a_missing_row_is_not_a_missing_report() -> None:
    assert Cell.absent().state == "not_in_copy"
    assert Cell.absent({"area_level": ("country",)}).state == "published_for"


def test_a_suppressed_value_is_never_a_figure_even_if_a_number_slipped_through() -> None:
    cell = Cell.of({"value": 3.0, "n": 3, "conf_status": "C", "disclosure": "suppressed"})
    assert not cell.is_figure and cell.value is None and cell.n is None
