"""The mart's tables beside the values, and where a computation that fails leaves the mart."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from indicators.assessment.rating import rate
from indicators.definitions.catalogue import load_catalogue
from indicators.engine.refresh import compute
from indicators.foundation.errors import WrongUse
from indicators.foundation.mart_tables import MART_TABLES
from tests.worlds.rows.warehouse import SmallWarehouse, returned, small_mission


def test_the_mart_has_the_columns_of_its_definition() -> None:
    small = SmallWarehouse()
    small.add("activities", [{}])
    small.compute("P2-OP-01")
    for table, columns in MART_TABLES.items():
        found = small.connection.execute(f"DESCRIBE mart.{table}").fetchall()
        assert [name for name, *_ in found] == list(columns)


def test_baseline_and_target_stand_at_the_mission_as_a_whole() -> None:
    small = SmallWarehouse()
    small.add("activities", [{}])
    entry = {
        "code": "P2-OP-01",
        "baseline": {"value": 3, "on": date(2025, 12, 31)},
        "target": {"value": 9, "on": date(2026, 12, 31)},
        "tolerance": 1,
    }
    small.compute(indicators=[entry])
    rate(small.connection, small_mission([], indicators=[entry]))
    values = small.connection.execute("FROM mart.indicator_value").df()
    filled = values[values["target"].notna()]
    assert set(filled["area"]) == {"C"} and set(filled["unit_type"]) == {"_T"}
    row = small.connection.execute(
        "SELECT baseline, target, target_on, tolerance FROM mart.indicator"
    ).fetchall()
    assert row == [(3, 9, date(2026, 12, 31), 1)]


def test_who_owns_an_indicator_stands_in_both_languages() -> None:
    small = SmallWarehouse()
    small.add("activities", [{}])
    small.compute("P2-OP-01")
    owned = "SELECT owner_en, owner_fr, owner_reference FROM mart.indicator"
    owner = load_catalogue()["P2-OP-01"]
    assert owner.owner.en != owner.owner.fr
    assert small.connection.execute(owned).fetchall() == [
        (owner.owner.en, owner.owner.fr, owner.owner_reference)
    ]


def test_what_may_not_compare_areas_says_so_and_has_no_good_direction() -> None:
    """Definition 63: fewer verified cases may mean less trust or access."""
    small = SmallWarehouse()
    small.compute("X-IM-03", "X-IM-04", "X-IM-05")
    marked = "SELECT indicator, compared_by_area, direction FROM mart.indicator ORDER BY indicator"
    assert small.connection.execute(marked).fetchall() == [
        ("X-IM-03", True, "down"),
        ("X-IM-04", False, "neutral"),
        ("X-IM-05", False, "neutral"),
    ]


def test_a_mart_of_before_takes_new_columns_at_its_end() -> None:
    """A warehouse gains columns after those that it has; rows are written by name."""
    small = SmallWarehouse()
    small.add("activities", [{}])
    small.compute("P2-OP-01")
    shown = f"SELECT {', '.join(MART_TABLES['indicator'])} FROM mart.indicator"
    before = small.connection.execute(shown).fetchall()
    small.connection.execute("ALTER TABLE mart.indicator RENAME owner_en TO owner")
    small.connection.execute("ALTER TABLE mart.indicator ADD COLUMN owner_en VARCHAR")
    small.compute("P2-OP-01")
    assert small.connection.execute(shown).fetchall() == before


def test_files_behind_a_total_are_named_with_their_rows() -> None:
    small = SmallWarehouse()
    small.connection.execute("INSERT INTO ops.input_file (file_sha256, name) VALUES ('g', 'g.csv')")
    small.add("activities", [{}, {}, {"file_sha256": "g", "activity_code": "x"}])
    small.add("activities", [{"status": "aborted", "activity_code": "y"}])
    small.compute("P2-OP-01")
    found = small.connection.execute(
        "SELECT file, rows FROM mart.contribution "
        "WHERE period = '2026-Q1' AND area = 'A1' ORDER BY ALL"
    ).fetchall()
    assert found == [("f.csv", 2), ("g.csv", 1)]


def test_returns_are_listed_with_their_due_day() -> None:
    small = SmallWarehouse()
    small.add("reporting_returns", returned({2: "not_submitted"}))
    small.compute("P2-OP-01")
    found = small.connection.execute(
        "SELECT unit_name, area, month, status, due_on FROM mart.return_status"
    ).fetchall()
    assert found == [("P1", "A1a", date(2026, 2, 1), "not_submitted", date(2026, 3, 10))]


@pytest.mark.parametrize(
    ("received_on", "status"),
    [(date(2026, 3, 31), "submitted"), (date(2026, 4, 1), "not_submitted"), (None, "submitted")],
)
def test_a_return_that_came_after_the_as_of_day_has_not_come(
    received_on: date | None, status: str
) -> None:
    small = SmallWarehouse()
    small.add("reporting_returns", returned({2: "submitted"}, received_on=received_on))
    small.compute("P2-OP-01", as_of=date(2026, 3, 31))
    found = small.connection.execute("SELECT status, received_on FROM mart.return_status")
    assert found.fetchall() == [(status, received_on if status == "submitted" else None)]


_SQUARE = [[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]]
_SPUR = [[0, 0], [0, 1], [1, 1], [2, 2], [1, 1], [1, 0], [0, 0]]
_BOW_TIE_AND_SPUR = [[0, 0], [1, 1], [2, 2], [1, 1], [1, 0], [0, 1], [0, 0]]


@pytest.mark.parametrize(
    ("ring", "kind"),
    [(_SQUARE, "Polygon"), (_SPUR, "Polygon"), (_BOW_TIE_AND_SPUR, "MultiPolygon")],
)
def test_outlines_are_drawn_at_their_areas(tmp_path: Path, ring: list[Any], kind: str) -> None:
    outlines = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"name": "Alpha"},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        ],
    }
    (tmp_path / "areas.geojson").write_text(json.dumps(outlines), encoding="utf-8")
    small = SmallWarehouse()
    mission = small_mission(
        ["P2-OP-01"],
        areas_geojson="areas.geojson",
        area_property="name",
        area_codes={"Alpha": "A1"},
    )
    compute(small.connection, mission, load_catalogue(), date(2026, 1, 31), tmp_path)
    drawn = small.connection.execute(
        "SELECT area_code, geometry FROM mart.area WHERE geometry IS NOT NULL"
    ).fetchall()
    assert [code for code, _ in drawn] == ["A1"]
    assert json.loads(drawn[0][1])["type"] == kind  # without the line that a repair leaves


def test_an_unknown_indicator_leaves_the_mart_as_it_was() -> None:
    small = SmallWarehouse()
    small.add("activities", [{"started_at": datetime(2026, 1, 10)}])
    before = small.compute("P2-OP-01")
    with pytest.raises(WrongUse):
        small.compute("P2-OP-01", "P9-OP-99")
    after = small.connection.execute("SELECT count(*) FROM mart.indicator_value").fetchone()
    assert after == (len(before),)
