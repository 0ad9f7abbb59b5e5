"""Places: a row counts at its own level and above, never below what is known of its place."""

from datetime import date

import pytest

from tests.worlds.rows.warehouse import SmallWarehouse, total_rows


@pytest.mark.parametrize(
    ("precision", "areas"),
    [
        ("exact", {"S1", "A1a", "A1", "C"}),
        ("near", {"S1", "A1a", "A1", "C"}),
        ("admin2", {"A1a", "A1", "C"}),
        ("admin1", {"A1", "C"}),
        ("country", {"C"}),
    ],
)
def test_a_row_counts_as_far_down_as_its_place_is_known(precision: str, areas: set[str]) -> None:
    small = SmallWarehouse()
    small.add("activities", [{"area_code": "S1", "location_precision": precision}])
    values = total_rows(small.compute("P2-OP-01"))
    assert set(values.loc[values["value"] == 1, "area"]) == areas


def test_every_area_lies_in_the_mission_even_without_a_parent() -> None:
    small = SmallWarehouse()
    lost = {"area_code": "X", "area_level": "admin1", "valid_from": date(2020, 1, 1)}
    small.add("areas", [{**lost, "name_en": "X", "name_fr": "X"}])
    small.add("activities", [{"area_code": "X"}])
    assert small.totals("P2-OP-01", "A") == {"2026": 1}
