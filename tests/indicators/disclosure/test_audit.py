"""The audit finds counts that only one table explains, and no others."""

from typing import Any

import pandas as pd
import pytest

from indicators.disclosure.copy import restrict
from tests.indicators.disclosure.audit import pinned_cells
from tests.indicators.disclosure.test_policy_table import OF_CLASS, a_mission
from tests.worlds.rows.mart import empty_mart, fill, indicator, value

CODE = OF_CLASS["person"]
PARENTS = {"A": "TST", "B": "TST"}
WHOLE = {"confidentiality": "person"}
TOTAL_IS_EXACT = {"confidentiality": "event", "confidentiality_of_parts": "sex=person"}


def pinned(
    cells: list[dict[str, Any]], classes: dict[str, str] = WHOLE, measure: str = "count"
) -> set[tuple[Any, ...]]:
    mart = empty_mart()
    told = {"measure": measure, "unit_of_measure": "percent" if measure == "ratio" else "persons"}
    fill(mart, "indicator", [indicator(indicator=CODE, **told, **classes)])
    rows = []
    for cell in cells:
        level = "country" if cell.get("area", "TST") == "TST" else "admin1"
        rows.append(value(indicator=CODE, area_level=level, **cell))
    fill(mart, "indicator_value", rows)
    exact = mart.execute("SELECT * FROM mart.indicator_value").df()
    restrict(mart, a_mission(), "hq")
    shown = mart.execute("SELECT * FROM mart.indicator_value").df()
    shown["is_displayed"] = (classes == WHOLE) | shown["sex"].ne("_T")
    found = pinned_cells(exact, shown, PARENTS, measure)
    return set(found[["period", "area", "sex"]].itertuples(index=False, name=None))


def count(number: int, **cell: Any) -> dict[str, Any]:
    return {"value": number, "numerator": number, "n": number, **cell}


def test_few_beside_a_displayed_total_are_not_pinned() -> None:
    assert pinned([count(3, sex="F"), count(20, sex="M"), count(23)]) == set()


def test_two_few_ones_of_an_exact_total_are_not_pinned() -> None:
    cells = [count(9), count(4, sex="F"), count(5, sex="M")]
    assert pinned(cells, TOTAL_IS_EXACT) == set()


def test_the_only_part_of_an_exact_total_is_pinned() -> None:
    cells = [count(3), count(3, sex="M")]
    assert pinned(cells, TOTAL_IS_EXACT) == {("2026-Q3", "TST", "M")}


def test_all_parts_are_pinned_where_only_the_largest_add_up() -> None:
    cells = [count(14), count(7, sex="F"), count(7, sex="M")]
    assert pinned(cells, TOTAL_IS_EXACT) == {("2026-Q3", "TST", sex) for sex in "FM"}


def test_areas_and_periods_are_lines_too() -> None:
    by_area = [count(14, sex="F"), *(count(7, sex="F", area=area) for area in "AB")]
    assert pinned(by_area) == set()  # 15 is displayed: 13 to 17, and 6 + 7 is 13
    year = [count(7, sex="F", period=f"2026-Q{quarter}") for quarter in range(1, 5)]
    four = {(f"2026-Q{quarter}", "TST", "F") for quarter in range(1, 5)}
    assert pinned([*year, count(28, sex="F", period="2026")]) == four  # 30: 28 at least


def test_a_displayed_share_of_an_exact_count_of_cases_may_pin_its_numerator() -> None:
    share = {"value": 100 * 7 / 30, "numerator": 7, "denominator": 30, "n": 30}
    assert pinned([share], measure="ratio") == {("2026-Q3", "TST", "_T")}
    wide = {"value": 100 * 5 / 100, "numerator": 5, "denominator": 100, "n": 100}
    assert pinned([wide], measure="ratio") == set()


def test_cells_that_contradict_what_is_shown_are_no_silent_success() -> None:
    frame = pd.DataFrame()
    with pytest.raises(KeyError):
        pinned_cells(frame, frame, PARENTS, "count")
