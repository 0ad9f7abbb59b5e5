"""The kinds of empty are told apart by the two statuses, and withholding beats all else."""

import math

import pytest

from dashboards.queries.cells import Cell


@pytest.mark.parametrize(
    ("row", "state"),
    [
        ({"value": 3.0, "obs_status": "A", "conf_status": "F"}, "value"),
        ({"value": 0.0, "obs_status": "A", "conf_status": "F"}, "zero"),
        ({"value": None, "obs_status": "O", "conf_status": "F"}, "not_reported"),
        ({"value": math.nan, "obs_status": "L", "conf_status": "F"}, "no_access"),
        ({"value": None, "obs_status": "M", "conf_status": "F"}, "not_computable"),
        ({"value": None, "obs_status": "U", "conf_status": "F"}, "too_imprecise"),
        ({"value": None, "obs_status": "A", "conf_status": "C"}, "withheld"),
        ({"value": None, "obs_status": "O", "conf_status": "D"}, "withheld_other"),
    ],
)
def test_state_of_a_cell(row: dict[str, object], state: str) -> None:
    assert Cell.of(row).state == state


def test_a_missing_row_is_not_a_missing_report() -> None:
    assert Cell.of(None).state == "no_figure"


def test_a_withheld_value_is_never_a_figure_even_if_a_number_slipped_through() -> None:
    assert not Cell.of({"value": 3.0, "conf_status": "C"}).is_figure
