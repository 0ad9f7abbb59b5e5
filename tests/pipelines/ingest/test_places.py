"""Points far outside the mission area, and bases that no mapping knows, are told by name."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import resolve_path
from indicators.foundation.data_folder import data_folder
from indicators.foundation.errors import WrongUse
from pipelines.ingest.files.delivered_file import Delivery, file_rows, with_remarks
from pipelines.ingest.mapping.model import load_sources
from pipelines.ingest.mapping.places.area_polygons import Outlines
from pipelines.ingest.rows.quarantine import reject_sentence
from pipelines.quality.checks import run_checks
from pipelines.workspace.warehouse.connection import open_warehouse
from pipelines.workspace.warehouse.ddl import create_mart
from tests.faults.fault_rows import base_rows
from tests.worlds.mission.delivered import SmallMission
from tests.worlds.mission.mappings import under_own_names

COLUMNS = list(contracts()["incidents"].columns)
POINTS = {  # code: latitude, longitude; the mission is the square from 30 E 5 N to 31 E 6 N
    "inside": ("5.5", "30.5"),
    "at_the_border": ("5.5", "31.1"),
    "hundred_km": ("5.5", "31.9"),
    "far_away": ("30.5", "8.5"),
    "nowhere": ("", ""),
}


def with_outlines(small: SmallMission, **parameters: Any) -> None:
    ring = [[30, 5], [31, 5], [31, 6], [30, 6], [30, 5]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {"area_code": "XX01"}, "geometry": geometry}
    collection = {"type": "FeatureCollection", "features": [feature]}
    (small.profile / "areas.geojson").write_text(json.dumps(collection), encoding="utf-8")
    small.settings |= {"areas_geojson": "areas.geojson", "parameters": parameters}


def incidents() -> str:
    good = dict.fromkeys(COLUMNS, "") | base_rows()["incidents"].row
    lines = [COLUMNS]
    for code, (latitude, longitude) in POINTS.items():
        row = good | {"incident_code": code, "area_code": "XX01"}
        row |= {"latitude": latitude, "longitude": longitude}
        lines.append([str(row[name]) for name in COLUMNS])
    return "\n".join(",".join(cells) for cells in lines) + "\n"


def found_by_points(**keys: str) -> dict[str, Any]:
    entry = under_own_names("incidents", COLUMNS) | {"ignore": ["area_code"]}
    entry["tables"][0]["columns"]["area_code"] = {"point": ["longitude", "latitude"], **keys}
    return entry


def outside_check(small: SmallMission) -> tuple[str, int, str]:
    with open_warehouse(small.workspace.warehouse("small")) as connection:
        create_mart(connection)
        run_checks(connection, small.mission, small.profile)
    ((status, rows, sentence),) = small.query(
        "SELECT status, rows_failed, sentence_en FROM mart.quality_check "
        "WHERE check_name = 'incidents.outside_area'"
    )
    return status, rows, sentence


def test_rows_far_outside_are_counted_and_the_farthest_named(small: SmallMission) -> None:
    with_outlines(small)
    small.add_source(under_own_names("incidents", COLUMNS))
    report = small.deliver("incidents.csv", incidents())
    assert report.rows_loaded == 5
    status, rows, sentence = outside_check(small)
    assert (status, rows) == ("failed", 2)
    assert "row 5 of incidents.csv" in sentence and "more than 25 km" in sentence


def test_the_profile_says_from_where_on_they_are_rejected(small: SmallMission) -> None:
    with_outlines(small, reject_outside_km=150)
    small.add_source(under_own_names("incidents", COLUMNS))
    report = small.deliver("incidents.csv", incidents())
    assert (report.rows_loaded, report.rows_rejected) == (4, 1)
    ((rule, row, parameters),) = small.query(
        "SELECT rule, row_number, parameters FROM quarantine.incidents"
    )
    assert (rule, row) == ("too_far_outside", 5)
    told = json.loads(parameters)
    assert (told["latitude"], told["longitude"], told["limit"]) == ("30.5", "8.5", "150")
    assert outside_check(small)[:2] == ("failed", 1)


def test_a_point_in_no_outline_is_told_as_such_and_not_as_an_empty_cell(
    small: SmallMission,
) -> None:
    with_outlines(small)
    small.add_source(found_by_points())
    assert small.deliver("incidents.csv", incidents()).rows_rejected == 4
    found = small.query(
        "SELECT row_number, rule, column_name, raw_value FROM quarantine.incidents ORDER BY 1"
    )
    sides = "longitude + latitude"
    assert found == [
        (3, "point_in_no_area", sides, "31.1 5.5"),
        (4, "point_in_no_area", sides, "31.9 5.5"),
        (5, "point_in_no_area", sides, "8.5 30.5"),
        (6, "required", sides, None),
    ]
    english = reject_sentence("point_in_no_area", {}, "31.1 5.5", "en")
    assert "(31.1 5.5) lies in no area" in english and "exchanged" in english


def test_a_point_of_one_cell_is_told_once(small: SmallMission) -> None:
    with_outlines(small)
    entry = found_by_points()
    columns = entry["tables"][0]["columns"]
    columns["area_code"] = {"point": ["place", "place"], "part": 1}
    for name in ("latitude", "longitude"):
        del columns[name]
    small.add_source(entry)
    lines = incidents().strip().splitlines()
    at = lines[0].split(",").index("latitude")
    rows = [line.split(",") for line in lines[:3]]
    rows = [[*row[:at], *row[at + 2 :], f"{row[at]} {row[at + 1]}"] for row in rows]
    rows[0][-1] = "place"
    small.deliver("incidents.csv", "\n".join(map(",".join, rows)) + "\n")
    found = small.query("SELECT column_name, raw_value FROM quarantine.incidents")
    assert found == [("place", "5.5 31.1")]


def test_a_point_in_no_outline_counts_where_the_mapping_says(small: SmallMission) -> None:
    with_outlines(small)
    small.add_source(found_by_points(outside="XX01"))
    assert small.deliver("incidents.csv", incidents()).rows_rejected == 1


def test_no_row_outside_is_told_too(small: SmallMission) -> None:
    with_outlines(small, reject_outside_km=20)
    small.add_source(under_own_names("incidents", COLUMNS))
    assert small.deliver("incidents.csv", incidents()).rows_rejected == 2
    assert outside_check(small)[:2] == ("passed", 0)


def test_a_distance_without_outlines_is_a_fault_of_the_profile(small: SmallMission) -> None:
    small.settings["parameters"] = {"reject_outside_km": 20}
    with pytest.raises(WrongUse, match=r"mission.yaml.*areas_geojson"):
        _ = small.mission


def test_distances_are_those_on_the_ground() -> None:
    """Against the sphere's own formula for points straight north and east of a square."""
    square = shapely.box(30, 5, 31, 6)
    outlines = Outlines(("X",), shapely.STRtree([square]))
    longitude = np.array([30.5, 30.5, 33.0, np.nan])
    latitude = np.array([5.5, 8.0, 5.5, 5.5])
    degree = math.radians(1) * 6371
    expected = [0, 2 * degree, 2 * degree * math.cos(math.radians(5.5))]
    found = outlines.km_outside(longitude, latitude)
    assert found[:3] == pytest.approx(expected, rel=1e-3) and np.isnan(found[3])


@pytest.mark.parametrize(
    ("mission", "source", "known", "new", "field"),
    [
        ("south_sudan", "geopko_maps", "Bunji", "Bunjo", "deployments.base_code"),
        ("south_sudan", "radpko", "bunj", "bunjo", "deployments.base_name"),
        ("mali", "geopko_years", "Kidal", "Kidall", "deployments.base_code"),
        ("mali", "radpko", "kidal", "kidall", "deployments.base_name"),
    ],
)
def test_a_base_that_no_mapping_knows_is_named(
    not_passed_on: Path,
    tmp_path: Path,
    mission: str,
    source: str,
    known: str,
    new: str,
    field: str,
) -> None:
    profile = data_folder() / "missions" / mission
    entry = load_sources(profile)[source]
    original = resolve_path(entry.files[0], profile)
    text = original.read_text(encoding="utf-8")
    path = tmp_path / original.name
    path.write_text(text.replace(f'"{known}"', f'"{new}"').replace(f",{known},", f",{new},"))
    before, after = (
        [
            remark
            for _, remark in with_remarks(
                file_rows(Delivery(place, place.name, "0", entry)), entry
            ).remarks
            if remark.rule == "recode_unlisted"
        ]
        for place in (original, path)
    )
    assert before == [], "the shipped mappings know every base of the shipped files"
    (remark,) = after
    assert (remark.raw_value, remark.parameters["field"]) == (new, field)
    assert remark.parameters["nearest"] == known
    assert remark.parameters["mapping"] == f"{source}.yaml"
    row = text.splitlines()[(remark.row_number or 0) - 1]
    assert known in row, "the row is the one that a person sees"


def test_it_is_told_when_the_file_comes(small: SmallMission) -> None:
    entry = under_own_names("incidents", COLUMNS)
    sides = {"from": "incident_type", "recode": {"killing": "killing"}, "unlisted": "warn"}
    entry["tables"][0]["columns"]["incident_type"] = sides
    small.add_source(entry)
    report = small.deliver("incidents.csv", incidents().replace("killing", "ambush"))
    (remark,) = report.remarks
    assert remark.row == 2 and "incidents.csv" in remark.sentence("fr")
