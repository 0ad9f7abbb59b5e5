"""No small cell follows from published ones, over areas, parts and periods together."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indicators.disclosure import suppress
from indicators.mission import DisclosurePolicy
from tests.indicators.disclosure.linked_tables import (
    LEAVES,
    PARENTS,
    QUARTERS,
    SEXES,
    Cell,
    follows,
    incidence,
    roll_ups,
)
from tests.indicators.mart_rows import COUNTRY, MISSION, empty_mart, fill, indicator, value

MIN_N = 5


def table(leaves: np.ndarray) -> dict[Cell, int]:
    """All cells of months x areas x sexes with every roll-up, from counts of the finest cells."""
    cells: dict[Cell, int] = defaultdict(int)
    for leaf, count in zip(LEAVES, leaves, strict=True):
        for cell in roll_ups(leaf):
            cells[cell] += int(count)
    return dict(cells)


def lines(cells: dict[Cell, int]) -> Iterator[tuple[Cell, list[Cell]]]:
    """Every total with parts that add up to it."""
    months_of = {"2025": list(QUARTERS)} | {
        quarter: [month for month in QUARTERS if QUARTERS[month] == quarter]
        for quarter in QUARTERS.values()
    }
    for period, area, sex in cells:
        total = (period, area, sex)
        below = [child for child, parent in PARENTS.items() if parent == area]
        splits = [[(period, child, sex) for child in below]]
        splits.append([(month, area, sex) for month in months_of.get(period, [])])
        if period == "2025":
            splits.append([(quarter, area, sex) for quarter in sorted(set(QUARTERS.values()))])
        if sex == "_T":
            splits.append([(period, area, part) for part in SEXES])
        yield from ((total, parts) for parts in splits if parts)


def statuses(
    cells: dict[Cell, int], measure: str = "count", time_rule: str = "flow"
) -> dict[Cell, str]:
    """The published table after suppression: status by cell."""
    connection = empty_mart()
    fill(connection, "indicator", [indicator(measure=measure, time_rule=time_rule)])
    areas = {**PARENTS, COUNTRY: None}
    fill(
        connection,
        "area",
        [
            {"mission": MISSION, "area_code": area, "parent_area_code": parent}
            for area, parent in areas.items()
        ],
    )
    rows = [
        value(
            period=period,
            area=area,
            sex=sex,
            n=n,
            value=float(n),
            numerator=float(n),
            time_rule=time_rule,
        )
        for (period, area, sex), n in cells.items()
    ]
    fill(connection, "indicator_value", rows)
    suppress(connection, DisclosurePolicy(min_n=MIN_N), "mission")
    found = connection.execute("SELECT period, area, sex, conf_status FROM mart.indicator_value")
    return {(period, area, sex): status for period, area, sex, status in found.fetchall()}


def derivable(cells: dict[Cell, int], status: dict[Cell, str]) -> list[Cell]:
    """Withheld cells whose number one line gives away."""
    found = []
    for total, parts in lines(cells):
        hidden = [cell for cell in (total, *parts) if status[cell] != "F"]
        if len(hidden) == 1:
            found.append(hidden[0])
        small = [cell for cell in hidden if cell != total and status[cell] == "C"]
        if len(hidden) > 1 and small == hidden and sum(cells[c] for c in hidden) == len(hidden):
            found.extend(hidden)
    return found


counts = st.lists(
    st.sampled_from([0, 0, 1, 2, 4, 5, 7, 12, 30]),
    min_size=len(LEAVES),
    max_size=len(LEAVES),
)


@settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
@given(counts)
def test_no_small_cell_follows_from_one_line(leaves: list[int]) -> None:
    cells = table(np.array(leaves))
    status = statuses(cells)
    small = [cell for cell in derivable(cells, status) if status[cell] == "C"]
    assert small == []
    for cell, n in cells.items():
        assert (status[cell] == "C") == (1 <= n < MIN_N)


@settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
@given(counts)
def test_no_small_cell_is_a_linear_combination_of_published_ones(leaves: list[int]) -> None:
    """By exact elimination over the leaves, which knows nothing of lines."""
    status = statuses(table(np.array(leaves)))
    rows = incidence(leaves)
    shown = [row for cell, row in rows.items() if status[cell] == "F"]
    small = [cell for cell in rows if status[cell] == "C"]
    told = follows(shown, [rows[cell] for cell in small])
    assert [cell for cell, is_told in zip(small, told, strict=True) if is_told] == []


def test_lines_that_are_each_safe_can_give_a_cell_away_together() -> None:
    """What the elimination is for: the rule of lines alone leaves such cells."""
    leaves = np.tile([3, 9, 20, 30, 15, 8, 40, 11, 12, 13], 6)
    cells = table(leaves)
    rows = incidence(list(leaves))
    small = [cell for cell, n in cells.items() if 1 <= n < MIN_N]
    shown = [row for cell, row in rows.items() if cell not in small]
    assert any(follows(shown, [rows[cell] for cell in small]))


def test_without_the_second_step_cells_would_be_given_away() -> None:
    """The check above can fail: primary suppression alone does not pass it."""
    cells = table(np.tile([3, 9, 20, 30, 15, 8, 40, 11, 12, 13], 6))
    primary = {cell: "C" if 1 <= n < MIN_N else "F" for cell, n in cells.items()}
    assert derivable(cells, primary) != []
    assert derivable(cells, statuses(cells)) == []


def test_most_of_a_table_with_one_small_cell_stays() -> None:
    leaves = np.full(60, 20)
    leaves[0] = 3
    status = statuses(table(leaves))
    assert list(status.values()).count("C") == 1
    assert sum(state == "F" for state in status.values()) > 0.8 * len(status)


def test_nothing_is_withheld_where_nothing_is_small() -> None:
    leaves = np.full(60, 20)
    leaves[:10] = 0
    assert set(statuses(table(leaves)).values()) == {"F"}


def test_the_smallest_other_part_is_withheld_and_no_zero() -> None:
    cells = {("2026-07", area, "_T"): n for area, n in [("N1", 3), ("N2", 0), ("N3", 8), ("N", 11)]}
    status = statuses(cells)
    assert [status["2026-07", area, "_T"] for area in ("N1", "N2", "N3", "N")] == list("CFDF")


def test_two_cells_of_one_are_not_each_others_cover() -> None:
    cells = {("2026-07", area, "_T"): n for area, n in [("N1", 1), ("N2", 1), ("N3", 9), ("N", 11)]}
    assert statuses(cells)["2026-07", "N3", "_T"] == "D"


def test_distinct_counts_do_not_add_up_and_are_protected_cell_by_cell() -> None:
    cells = table(np.tile([3, 9, 20, 30, 15, 8, 40, 11, 12, 13], 6))
    assert set(statuses(cells, "count_distinct").values()) == {"C", "F"}


def test_the_cases_behind_a_median_add_up() -> None:
    cells = table(np.tile([3, 9, 20, 30, 15, 8, 40, 11, 12, 13], 6))
    assert statuses(cells, "median") == statuses(cells, "count")


@pytest.mark.parametrize("time_rule", ["stock", "distinct"])
def test_periods_are_no_line_where_months_do_not_add_up(time_rule: str) -> None:
    """One small month, and a quarter that is the sum of its months by chance."""
    numbers = {"2025-01": 3, "2025-02": 20, "2025-03": 20, "2025-Q1": 43}
    cells = {(period, "N", "_T"): n for period, n in numbers.items()}
    assert sorted(statuses(cells, "count", time_rule).values()) == ["C", "F", "F", "F"]
    assert sorted(statuses(cells).values()) == ["C", "D", "F", "F"]


def test_a_stock_is_withheld_in_the_quarter_as_in_its_last_month() -> None:
    """Both hold the figure of one day: N2 protects N1 in both or in neither."""
    areas = {"N1": 3, "N2": 8, "N3": 9, "N": 20}
    cells = {
        (period, area, "_T"): n for period in ("2025-03", "2025-Q1") for area, n in areas.items()
    }
    status = statuses(cells, "count", "stock")
    assert [status["2025-03", area, "_T"] for area in areas] == list("CDFF")
    assert [status["2025-Q1", area, "_T"] for area in areas] == list("CDFF")


def test_what_the_parts_leave_out_is_cover_enough() -> None:
    """Forty cases without a known area: the one small area cannot be told from them."""
    cells = {("2026-07", area, "_T"): n for area, n in [("N1", 3), ("N2", 30), ("N", 73)]}
    assert [statuses(cells)["2026-07", area, "_T"] for area in ("N1", "N2", "N")] == list("CFF")


def test_the_same_table_is_withheld_the_same_way_whatever_the_order_of_rows() -> None:
    cells: dict[Any, int] = table(np.arange(60) % 11)
    backwards = dict(reversed(list(cells.items())))
    assert statuses(cells) == statuses(backwards)


def test_the_missions_totals_stay_where_its_areas_can_be_withheld_instead() -> None:
    """Alone, the line of parts would take its total; the areas of one part protect as well."""
    cells: dict[Cell, int] = {}
    for at, month in enumerate(("2025-01", "2025-02", "2025-03")):
        for area, women, men in [("N1", 20, 1 if at == 0 else 0), ("N2", 18, 0), ("N3", 17, 0)]:
            cells[month, area, "F"], cells[month, area, "M"] = women, men
            cells[month, area, "_T"] = women + men
        for sex in ("F", "M", "_T"):
            cells[month, COUNTRY, sex] = sum(cells[month, a, sex] for a in ("N1", "N2", "N3"))
    for area in ("N1", "N2", "N3", COUNTRY):
        for sex in ("F", "M", "_T"):
            months = (f"2025-{month:02d}" for month in (1, 2, 3))
            cells["2025-Q1", area, sex] = sum(cells[month, area, sex] for month in months)
    status = statuses(cells)
    assert status["2025-01", "N1", "M"] == "C"
    assert "D" in status.values()
    totals = [key for key in cells if key[1] == COUNTRY and key[2] == "_T"]
    assert {key: status[key] for key in totals} == dict.fromkeys(totals, "F")
