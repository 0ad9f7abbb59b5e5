"""Outlines that draw themselves over: repaired to areas, without the lines that a repair leaves."""

import shapely


def repaired(shape: shapely.Geometry) -> shapely.Geometry:
    """The shape as a valid Polygon or MultiPolygon; empty where no area is left."""
    valid = shapely.make_valid(shape)
    parts = shapely.get_parts(valid)
    # a part can itself be a MultiPolygon beside a line
    flat = shapely.get_parts(parts[shapely.get_dimensions(parts) == 2])
    return valid if valid.geom_type in _AREAS else shapely.union_all(flat)


_AREAS = ("Polygon", "MultiPolygon")
