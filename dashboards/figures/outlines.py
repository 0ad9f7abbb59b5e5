"""Outlines of areas as a map draws them: projected, simplified, once a release and level."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from dashboards.reading.queries import catalogue as area_queries
from dashboards.reading.releases import Release

_DETAIL = 350  # simplification: the map's extent over this


@dataclass(frozen=True)
class Outlines:
    """Projected, simplified outlines by area code, and the projection's shrink of longitudes."""

    shapes: Mapping[str, BaseGeometry]
    shrink: float


def outlines(geometries: Mapping[str, str]) -> Outlines:
    """From GeoJSON texts: longitudes shrunk by the middle latitude, borders simplified together."""
    found = {code: shape(json.loads(text)) for code, text in geometries.items()}
    if not found:
        return Outlines({}, 1.0)
    west, south, east, north = shapely.total_bounds(list(found.values()))
    shrink = math.cos(math.radians((south + north) / 2))
    projected = [shapely.transform(g, lambda c: c * [shrink, 1.0]) for g in found.values()]
    tolerance = max((east - west) * shrink, north - south) / _DETAIL
    simple = shapely.coverage_simplify(projected, tolerance)
    return Outlines(dict(zip(found, simple, strict=True)), shrink)


@lru_cache(maxsize=8)
def outlines_of(folder: str, level: str, release: Release) -> Outlines:
    """The outlines of a level's areas; empty where the release has none."""
    frame = area_queries.areas(release)
    rows = frame[(frame["area_level"] == level) & frame["geometry"].notna()]
    return outlines(dict(zip(rows["area_code"], rows["geometry"], strict=True)))
