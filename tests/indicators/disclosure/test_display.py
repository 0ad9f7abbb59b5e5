"""The one display of counts of persons, against a slow and obvious version of it."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from indicators.disclosure.copy import restrict
from tests.indicators.disclosure.test_policy_table import OF_CLASS, a_mission
from tests.worlds.rows.mart import empty_mart, fill, indicator, value

AMOUNTS = [*range(61), 112, 113, 997, 998]


def slowly(count: int) -> int | None:
    """0, nothing for 1 to 7, else whichever multiple of 5 is nearest, the upper one of two."""
    if count == 0:
        return 0
    if count < 8:
        return None
    return min(range(0, count + 10, 5), key=lambda step: (abs(step - count), -step))


def all_shown(
    definition: Mapping[str, Any], figures: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """What headquarters sees of cells of persons, in their order."""
    mart, code = empty_mart(), OF_CLASS["person"]
    fill(mart, "indicator", [indicator(indicator=code, confidentiality="person", **definition)])
    rows = [value(indicator=code, area=f"{at:05d}", **cell) for at, cell in enumerate(figures)]
    fill(mart, "indicator_value", rows)
    restrict(mart, a_mission(), "hq")
    found = mart.execute("SELECT * FROM mart.indicator_value ORDER BY area")
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def shown(measure: str, unit: str = "persons", **figures: Any) -> dict[str, Any]:
    (cell,) = all_shown({"measure": measure, "unit_of_measure": unit}, [figures])
    return cell


@pytest.mark.parametrize("measure", ["count", "sum", "count_distinct"])
def test_counts(measure: str) -> None:
    counts = [{"value": at, "numerator": at, "n": at} for at in AMOUNTS]
    for cell, count in zip(all_shown({"measure": measure}, counts), AMOUNTS, strict=True):
        wanted = slowly(count)
        assert [cell[name] for name in ("value", "numerator", "n")] == [wanted] * 3
        kind = "below_8" if wanted is None else "rounded_5"
        assert cell["disclosure"] == ("exact" if wanted == 0 else kind)


@pytest.mark.parametrize("cases", [0, 3, 13])
def test_cases_of_a_rate_without_a_population_are_displayed_too(cases: int) -> None:
    cell = shown("rate", value=None, numerator=cases, n=cases, obs_status="M")
    wanted = slowly(cases)
    assert (cell["value"], cell["numerator"], cell["n"]) == (None, wanted, wanted)
    kind = "below_8" if wanted is None else "rounded_5"
    assert cell["disclosure"] == ("exact" if wanted == 0 else kind)
    assert cell["conf_status"] == ("C" if wanted is None else "F")


def test_shares() -> None:
    pairs = [(above, cases) for cases in (0, 1, 7, 24, 25, 26, 41, 99, 333)
             for above in sorted({*range(min(cases, 30) + 1), cases // 2, cases})]  # fmt: skip
    cells = all_shown(
        {"measure": "ratio", "unit_of_measure": "percent"},
        [
            {
                "value": 100 * above / cases if cases else None,
                "numerator": above,
                "denominator": cases,
                "n": cases,
                "ci_low": 1.0,
                "se": 1.0,
                "rating": "on_track",
                "trend": "improving",
                "obs_status": "A" if cases else "M",
            }
            for above, cases in pairs
        ],
    )
    for cell, (above, cases) in zip(cells, pairs, strict=True):
        figures = [cell[name] for name in ("value", "numerator", "denominator", "n")]
        if not cases:
            assert figures == [None, 0, 0, 0] and cell["disclosure"] == "exact"
        elif cases < 25:
            assert figures == [None] * 4 and cell["disclosure"] == "suppressed"
            assert (cell["rating"], cell["trend"], cell["conf_status"]) == (None, None, "C")
        else:
            assert abs(cell["value"] - 100 * above / cases) <= 2.5 and cell["value"] % 5 == 0
            assert figures[1:] == [slowly(above), slowly(cases), slowly(cases)]
            assert (cell["disclosure"], cell["conf_status"]) == ("rounded_5", "F")
            assert (cell["rating"], cell["trend"]) == ("on_track", "improving")
        assert cell["ci_low"] is None and cell["se"] is None


@pytest.mark.parametrize(("cases", "wanted"), [(24, None), (25, 11.0), (300, 11.0)])
def test_a_median_keeps_its_own_unit(cases: int, wanted: float | None) -> None:
    cell = shown("median", "days", value=10.6, n=cases)
    assert cell["value"] == wanted


def test_a_rate_has_the_displayed_numerator_over_the_whole_population() -> None:
    people, counts = 12_345, [0, 3, 8, 12, 13, 500]
    cells = all_shown(
        {"measure": "rate"},
        [{"value": 1e5 * count / people, "numerator": count, "denominator": people, "n": count}
         for count in counts],
    )  # fmt: skip
    for cell, count in zip(cells, counts, strict=True):
        wanted = slowly(count)
        assert cell["denominator"] == people
        if wanted is None:
            assert (cell["value"], cell["disclosure"]) == (None, "below_8")
        else:
            assert cell["value"] == pytest.approx(1e5 * wanted / people)


def test_what_is_not_reported_stays_so() -> None:
    cell = shown("count", value=None, n=None, obs_status="O")
    assert (cell["obs_status"], cell["conf_status"], cell["disclosure"]) == ("O", "F", "exact")
