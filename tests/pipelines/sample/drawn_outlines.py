"""How the outlines of the fictional country were drawn: adjoining areas, shared crooked borders.

Straight Voronoi borders are made crooked by midpoint displacement (Fournier, Fussell and
Carpenter 1982, Communications of the ACM 25(6)), each border once for both its neighbours, so
that no gap and no overlap arises. The country lies in the open South Atlantic: it has the
outline of no real one, and no base map is ever drawn under it.

`python -m tests.pipelines.sample.drawn_outlines` writes the profile's file again.
"""

import itertools
import json

import numpy as np
import shapely
from shapely.geometry import MultiPoint, Polygon
from shapely.geometry.base import BaseGeometry

from indicators.foundation.data_folder import data_folder
from pipelines.sample.country import AREAS, COLUMNS, COUNTRY, MISSION, REGIONS, ROWS, region

FILE = data_folder() / "missions" / MISSION / "areas.geojson"

_SEED = 20261033
_WEST, _NORTH = -29.0, -5.5  # degrees
_CELL = 1.05  # degrees: the distance of two areas' middles before they are shifted
_DEPTH = 4  # times that a border is halved
_ROUGHNESS = 0.13  # sideways shift of a midpoint, as a share of the piece's length
_DECIMALS = 4

Point = tuple[float, float]


def outlines() -> dict[str, Polygon]:
    """Outline by area code: admin 2 areas, then admin 1, then the country, in degrees."""
    straight = _straight_areas()
    crooked = {area: _crooked(polygon) for area, polygon in straight.items()}
    above = {
        name: _union([crooked[area] for area in AREAS if region(area) == name]) for name in REGIONS
    }
    return {**crooked, **above, COUNTRY: _union(list(crooked.values()))}


def outlines_json() -> str:
    """The outlines as GeoJSON text: property `area_code`, coordinates to 4 decimals."""
    features = [
        {
            "type": "Feature",
            "properties": {"area_code": code},
            "geometry": {"type": "Polygon", "coordinates": [_ring(polygon)]},
        }
        for code, polygon in outlines().items()
    ]
    lines = ",\n".join(json.dumps(feature, separators=(",", ":")) for feature in features)
    return f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n'


def _straight_areas() -> dict[str, Polygon]:
    """Voronoi cells of shifted grid points, cut at the country's border."""
    middles = _middles()
    country = _border()
    cells = list(shapely.voronoi_polygons(MultiPoint(middles), extend_to=country).geoms)
    areas = {}
    for area, middle in zip(AREAS, middles, strict=True):
        cell = next(cell for cell in cells if cell.contains(shapely.Point(middle)))
        areas[area] = _rounded(cell.intersection(country))
    return areas


def _middles() -> np.ndarray:
    """One point an area: a grid with every point shifted at random."""
    generator = np.random.default_rng(_SEED)
    row, column = np.divmod(np.arange(len(AREAS)), COLUMNS)
    grid = np.column_stack([_WEST + (column + 0.5) * _CELL, _NORTH - (row + 0.5) * _CELL])
    return grid + generator.uniform(-0.27, 0.27, grid.shape) * _CELL


def _border() -> Polygon:
    """A border around all areas, neither round nor square."""
    generator = np.random.default_rng(_SEED + 1)
    angles = np.linspace(0, 2 * np.pi, 26, endpoint=False)
    # a superellipse: fuller at the corners than an ellipse
    reach = (np.abs(np.cos(angles)) ** 4 + np.abs(np.sin(angles)) ** 4) ** (-1 / 4)
    reach *= generator.uniform(0.97, 1.09, angles.size)
    centre = (_WEST + COLUMNS * _CELL / 2, _NORTH - ROWS * _CELL / 2)
    half = (COLUMNS * _CELL / 2, ROWS * _CELL / 2)
    ring = np.column_stack(
        [centre[0] + half[0] * reach * np.cos(angles), centre[1] + half[1] * reach * np.sin(angles)]
    )
    return Polygon(ring)


def _rounded(polygon: BaseGeometry) -> Polygon:
    """The polygon on a grid of 4 decimals, so that neighbours share their corners exactly."""
    return Polygon([_corner(point) for point in polygon.exterior.coords])


def _corner(point: tuple[float, ...]) -> Point:
    return round(point[0], _DECIMALS), round(point[1], _DECIMALS)


def _crooked(polygon: Polygon) -> Polygon:
    corners = [_corner(point) for point in polygon.exterior.coords]
    ring: list[Point] = []
    for start, end in itertools.pairwise(corners):
        ring.extend(_crooked_border(start, end)[:-1])
    return Polygon(ring)


def _crooked_border(start: Point, end: Point) -> list[Point]:
    """The points of one border; the same, in reverse, for the neighbour on its other side."""
    if start > end:
        return _crooked_border(end, start)[::-1]
    key = [round((value + 90) * 10**_DECIMALS) for value in (*start, *end)]
    generator = np.random.default_rng([_SEED, *key])
    points = np.array([start, end])
    for _ in range(_DEPTH):
        points = _halved(points, generator)
    return [start, *(_corner(tuple(point)) for point in points[1:-1]), end]


def _halved(points: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Between each two points their middle, shifted sideways."""
    pieces = np.diff(points, axis=0)
    sideways = np.column_stack([-pieces[:, 1], pieces[:, 0]])
    shift = generator.normal(0, _ROUGHNESS, (len(pieces), 1)).clip(-0.25, 0.25)
    middles = points[:-1] + pieces / 2 + sideways * shift
    joined = np.empty((len(points) + len(middles), 2))
    joined[0::2], joined[1::2] = points, middles
    return joined


def _union(polygons: list[Polygon]) -> Polygon:
    return shapely.unary_union(polygons, grid_size=10**-_DECIMALS)


def _ring(polygon: Polygon) -> list[list[float]]:
    """The outer ring from its smallest point on, counter-clockwise (RFC 7946 §3.1.6)."""
    ring = [_corner(point) for point in shapely.geometry.polygon.orient(polygon).exterior.coords]
    ring = ring[:-1]
    first = ring.index(min(ring))
    return [list(point) for point in (*ring[first:], *ring[: first + 1])]


if __name__ == "__main__":
    FILE.write_text(outlines_json(), encoding="utf-8")
