"""What a unit reports against its own history: planted slips are found, busy days are not."""

from datetime import date, datetime

import pytest

from indicators.definitions.contracts import contracts
from pipelines.quality.facts.outliers import outliers
from pipelines.quality.facts.volumes import unit_volumes
from tests.worlds.mission.figures import add


def patrols(unit: str, month: int, distances) -> list[dict[str, object]]:
    row = {"unit_code": unit, "area_code": "BK", "status": "completed", "activity_type": "patrol"}
    return [
        row | {"started_at": datetime(2026, month, 1 + n % 28, 8), "distance_km": km}
        for n, km in enumerate(distances)
    ]


def distances(warehouse):
    found = outliers(warehouse, contracts()["activities"])
    return next(e for e in found if e.check == "activities.outliers.distance_km")


def test_a_distance_in_metres_is_told_by_unit_and_month(warehouse) -> None:
    usual = [10 + n % 7 for n in range(30)]
    far = [200 + n for n in range(30)]  # a unit of long roads: its own usual
    add(warehouse, "activities", *patrols("A", 7, usual), *patrols("B", 7, far))
    assert distances(warehouse).status == "passed"
    add(warehouse, "activities", *patrols("A", 8, [12_000, 90, 0.1]))
    found = distances(warehouse)
    assert (found.status, found.severity, found.rows_failed) == ("failed", "warning", 1)
    assert "A (August 2026)" in found.sentence_en and "A (août 2026)" in found.sentence_fr


def test_of_few_numbers_the_usual_one_is_not_known(warehouse) -> None:
    add(warehouse, "activities", *patrols("A", 7, [10] * 15), *patrols("A", 8, [9000]))
    assert distances(warehouse).status == "passed"


@pytest.mark.parametrize(
    ("last", "returned", "told"),
    [
        (20, "submitted", "0 / 2"),
        (12, "submitted", "0 / 2"),  # more than half of the usual: a quiet month
        (1, "submitted", "1 / 2"),
        (70, "submitted", "1 / 2"),
        (1, "not_submitted", "0 / 1"),  # what is missing is told as a missing report
    ],
)
def test_a_unit_is_held_against_its_own_months(warehouse, last, returned, told) -> None:
    for month in range(1, 10):
        rows = last if month == 9 else 18 + month % 4
        add(warehouse, "activities", *patrols("A", month, [1] * rows))
        add(warehouse, "activities", *patrols("B", month, [1] * 90))
    owed = {"source": "activities", "unit_code": "A", "area_code": "BK"}
    owed |= {"month": date(2026, 9, 1), "return_status": returned}
    add(warehouse, "reporting_returns", owed)
    (found,) = unit_volumes(warehouse, contracts()["activities"])
    assert found.observed == told
    assert ("A (September 2026)" in found.sentence_en) == told.startswith("1")
