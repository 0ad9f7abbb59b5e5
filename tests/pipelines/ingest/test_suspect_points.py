"""Points that can hardly be right: against a slow version, in real outlines, and as warnings."""

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.definitions.mission_profile import read_mission
from indicators.foundation.data_folder import data_folder
from pipelines.ingest.mapping.model import load_sources
from pipelines.ingest.mapping.places.area_polygons import Outlines, read_outlines
from pipelines.ingest.mapping.places.suspect_points import ELSEWHERE, SIGN, SWAPPED, suspect_points
from pipelines.ingest.rows.quarantine import reject_sentence
from pipelines.quality.checks import run_checks
from pipelines.workspace.warehouse.connection import open_warehouse
from pipelines.workspace.warehouse.ddl import create_mart
from tests.faults.fault_rows import base_rows
from tests.worlds.mission.delivered import SmallMission
from tests.worlds.mission.mappings import under_own_names

COLUMNS = list(base_rows()["incidents"].row)
SQUARES = {"XX01": (30, 5, 31, 6), "XX02": (31, 5, 32, 6)}


def outlines_of(squares: dict[str, tuple[int, int, int, int]]) -> Outlines:
    return Outlines(tuple(squares), shapely.STRtree([shapely.box(*s) for s in squares.values()]))


def found(
    points: list[tuple[float, float, str | None]], limit: float = 25
) -> dict[int, tuple[Any, ...]]:
    """At which point which rule, with the point mended."""
    x, y = (np.array([point[at] for point in points], dtype=float) for at in (0, 1))
    named = np.array([point[2] for point in points], dtype=object)
    suspects = suspect_points(outlines_of(SQUARES), x, y, named, limit)
    return {one.at: (one.rule, one.longitude, one.latitude, one.area) for one in suspects}


def test_each_kind_is_told_with_its_mend() -> None:
    points: list[tuple[float, float, str | None]] = [
        (30.5, 5.5, "XX01"),
        (5.5, 30.5, "XX01"),
        (30.5, -5.5, "XX01"),
        (-30.5, 5.5, None),
        (31.9, 5.5, "XX01"),
        (31.1, 5.5, "XX01"),  # beside the border
        (50.0, 20.0, None),  # far away, which is another check's
        (5.5, 31.5, "XX01"),  # exchanged it would lie in another area
        (math.nan, 5.5, "XX01"),
    ]
    assert found(points) == {
        1: (SWAPPED, 30.5, 5.5, None),
        2: (SIGN, 30.5, 5.5, None),
        3: (SIGN, 30.5, 5.5, None),
        4: (ELSEWHERE, None, None, "XX02"),
        7: (ELSEWHERE, None, None, None),
    }


def slow_area(x: float, y: float) -> str | None:
    for code, (west, south, east, north) in SQUARES.items():
        if west <= x <= east and south <= y <= north:
            return code
    return None


def slow_km(x: float, y: float, codes: list[str]) -> float:
    """To the nearest point of a square: of all its points, the nearest by degrees."""
    found = []
    for code in codes:
        west, south, east, north = SQUARES[code]
        near = min(max(x, west), east), min(max(y, south), north)
        half = (
            math.sin(math.radians(y - near[1]) / 2) ** 2
            + math.cos(math.radians(y))
            * math.cos(math.radians(near[1]))
            * math.sin(math.radians(x - near[0]) / 2) ** 2
        )
        degrees = math.hypot(x - near[0], y - near[1])
        found.append((degrees, 2 * 6371 * math.asin(math.sqrt(half))))
    return min(found)[1]


coordinates = st.one_of(
    st.floats(29, 33), st.floats(4, 7), st.floats(-33, -29), st.floats(-7, -4), st.floats(-60, 60)
)


@settings(max_examples=120, deadline=None)
@given(
    st.lists(
        st.tuples(coordinates, coordinates, st.sampled_from(["XX01", "XX02", None])), min_size=1
    )
)
def test_areas_distances_and_suspicions_are_those_of_the_slow_version(
    points: list[tuple[float, float, str | None]],
) -> None:
    outlines = outlines_of(SQUARES)
    x, y = (np.array([point[at] for point in points]) for at in (0, 1))
    assert list(outlines.locate(x, y)) == [slow_area(*point[:2]) for point in points]
    named = np.array([point[2] for point in points], dtype=object)
    away = outlines.km_from(x, y, named)
    slow = [slow_km(a, b, [code] if code else list(SQUARES)) for a, b, code in points]
    assert away == pytest.approx(slow, rel=1e-6, abs=1e-6)
    expected: dict[int, str] = {}
    for at, (a, b, code) in enumerate(points):
        if slow[at] <= 25:
            continue
        fits = [
            slow_area(*way) in ((code,) if code else tuple(SQUARES))
            for way in ((b, a), (-a, b), (a, -b), (-a, -b))
        ]
        if fits[0]:
            expected[at] = SWAPPED
        elif any(fits[1:]):
            expected[at] = SIGN
        elif code:
            expected[at] = ELSEWHERE
    assert {at: one[0] for at, one in found(points).items()} == expected


def test_real_events_lie_in_the_states_that_they_name(real_folder: Path) -> None:
    """UCDP events of South Sudan: name by the mapping, point by the outlines; 25 km are allowed."""
    profile = data_folder() / "missions" / "south_sudan"
    outlines = read_outlines(profile, read_mission(profile))
    recode = load_sources(profile)["events"].tables[0].columns["area_code"].recode
    (path,) = (real_folder / "ucdp_ged_ssd").glob("*.csv")
    with path.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["adm_1"] in recode]
    rows = [row for row in rows if row["where_prec"] in "1234"]
    x, y = (np.array([float(row[name]) for row in rows]) for name in ("longitude", "latitude"))
    named = np.array([recode[row["adm_1"]] for row in rows], dtype=object)
    right = list(suspect_points(outlines, x, y, named, 25))
    assert len(right) < 0.05 * len(rows)
    assert {one.rule for one in right} <= {ELSEWHERE}
    swapped = list(suspect_points(outlines, y, x, named, 25))
    assert sum(one.rule == SWAPPED for one in swapped) > 0.9 * len(rows)
    flipped = list(suspect_points(outlines, x, -y, named, 25))
    assert sum(one.rule == SIGN for one in flipped) > 0.8 * len(rows)
    print(len(rows), len(right), len(swapped), len(flipped))


def draw_areas(small: SmallMission) -> None:
    geometry = {"type": "Polygon", "coordinates": [[[30, 5], [31, 5], [31, 6], [30, 6], [30, 5]]]}
    feature = {"type": "Feature", "properties": {"area_code": "XX01"}, "geometry": geometry}
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})
    (small.profile / "areas.geojson").write_text(text, encoding="utf-8")
    small.settings |= {"areas_geojson": "areas.geojson"}


def test_they_are_warnings_of_the_file_and_the_rows_count(small: SmallMission) -> None:
    draw_areas(small)
    small.add_source(under_own_names("incidents", [*COLUMNS, "latitude", "longitude"]))
    good = base_rows()["incidents"].row | {"area_code": "XX01"}
    points = {"in": (5.5, 30.5), "swap": (30.5, 5.5), "sign": (-5.5, 30.5), "far": (5.5, 33.5)}
    lines = [[*COLUMNS, "latitude", "longitude"]]
    for code, place in points.items():
        row = good | {"incident_code": code}
        lines.append([*(str(row[name]) for name in COLUMNS), *map(str, place)])
    small.deliver("incidents.csv", "\n".join(",".join(line) for line in lines))
    assert small.query("SELECT count(*) FROM core.incidents") == [(4,)]
    kept = "SELECT incident_code FROM core.incidents WHERE latitude IS NOT NULL ORDER BY 1"
    assert small.query(kept) == [("far",), ("in",)]  # near a base is undecided for the others
    with open_warehouse(small.workspace.warehouse("small")) as connection:
        create_mart(connection)
        checks = run_checks(connection, small.mission, small.profile)
    (check,) = [one for one in checks if one.check == "incidents.suspect_points"]
    assert (check.status, check.rows_failed) == ("failed", 3)
    told = small.query("SELECT row_number, rule, parameters FROM ops.row_warning ORDER BY 1")
    assert [row[:2] for row in told] == [(3, SWAPPED), (4, SIGN), (5, ELSEWHERE)]
    assert json.loads(told[0][2])["latitude"] == "5.5"
    assert json.loads(told[2][2])["km"] == 277  # 2.5 degrees at 5.5 N
    for _, rule, parameters in told:
        for language in ("en", "fr"):
            assert "25" in reject_sentence(rule, json.loads(parameters), "x", language) or (
                rule == ELSEWHERE
            )


def test_a_base_at_an_exchanged_point_is_no_base(small: SmallMission) -> None:
    draw_areas(small)
    base = base_rows()["deployments"].row | {"area_code": "XX01"}
    small.add_source(under_own_names("deployments", base))
    lines = [
        base | {"base_code": code, "latitude": str(y), "longitude": str(x)}
        for code, y, x in (("B1", 5.5, 30.5), ("B2", 30.5, 5.5))
    ]
    text = "\n".join(",".join(row) for row in [list(base), *(line.values() for line in lines)])
    small.deliver("deployments.csv", text)
    assert small.query("SELECT base_code FROM core.deployments") == [("B1",)]
    assert small.query("SELECT row_number, rule FROM quarantine.deployments") == [(3, SWAPPED)]
