"""The committed outlines are what the module makes, and they fit together."""

import json

import shapely

from pipelines.sample.country import AREAS, COUNTRY, REGIONS, outlines, points_within, region
from tests.pipelines.sample.drawn_outlines import FILE, outlines_json


def test_committed_file_has_the_same_bytes() -> None:
    assert FILE.read_text(encoding="utf-8") == outlines_json()


def test_areas_adjoin_without_gap_or_overlap() -> None:
    found = outlines()
    areas = [found[area] for area in AREAS]
    assert all(area.is_valid for area in found.values())
    assert abs(sum(area.area for area in areas) - found[COUNTRY].area) < 1e-6
    assert not list(found[COUNTRY].interiors)
    for name in REGIONS:
        below = shapely.unary_union([found[area] for area in AREAS if region(area) == name])
        assert below.symmetric_difference(found[name]).area < 1e-6


def test_every_area_is_drawn_once_and_the_file_stays_small() -> None:
    text = outlines_json()
    codes = [feature["properties"]["area_code"] for feature in json.loads(text)["features"]]
    assert codes == [*AREAS, *REGIONS, COUNTRY]
    assert len(AREAS) >= 30
    assert len(text) < 150_000


def test_points_lie_within_their_area() -> None:
    kessi = outlines()["Kessi"]
    points = points_within(kessi, 50, seed=1)
    assert shapely.contains_xy(kessi.buffer(1e-4), points[:, 0], points[:, 1]).all()
