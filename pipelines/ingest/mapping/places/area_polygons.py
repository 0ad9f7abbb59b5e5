"""The mission's area outlines: which area a point lies in, and area rows made from the features."""

import json
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from indicators.definitions.contracts import Words
from indicators.definitions.mission_profile import Mission, resolve_path
from indicators.engine.polygons import repaired
from indicators.foundation.errors import Problem, WrongUse, nearest
from indicators.foundation.reading.yaml_files import row_of_key
from pipelines.ingest.mapping.model import ColumnMapping, Source, TableMapping
from pipelines.ingest.readers.table import SourceTable, source_table

OUTLINES_SOURCE = "areas_geojson"
IN_NO_OUTLINE = "=∅"
"""The text of an area that was looked for at a point which lies in no outline."""
_EARTH_KM = 6371.0
_COLUMNS = (
    "area_code",
    "parent_area_code",
    "area_level",
    "name_en",
    "name_fr",
    "valid_from",
    "latitude",
    "longitude",
)
_FACTS = ("parent_area_code", "area_level", "valid_from")  # alike in the parts of one area
_MADE = "is_made"  # by the outlines, as no list of areas states its code


@dataclass(frozen=True)
class Outlines:
    """Area codes and their polygons (longitude, latitude), in the order of the file."""

    codes: tuple[str, ...]
    tree: shapely.STRtree

    def locate(self, longitude: np.ndarray, latitude: np.ndarray) -> np.ndarray:
        """The area code each point lies in; None outside of all, or without coordinates.

        On a shared border the area that comes first in the file takes the point.
        """
        found = np.full(len(longitude), None, dtype=object)
        known = np.flatnonzero(np.isfinite(longitude) & np.isfinite(latitude))
        points = shapely.points(longitude[known], latitude[known])
        at, outline = self._touching(points)
        order = np.lexsort((-outline, at))  # the first outline is written last, so it stays
        found[known[at[order]]] = np.array(self.codes, dtype=object)[outline[order]]
        return found

    def _touching(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Which points lie in which outlines, border included: places of both, in pairs.

        Of prepared outlines, which the tree's own predicate does not make use of.
        """
        at, outline = self.tree.query(points)
        shapely.prepare(self.tree.geometries)
        is_in = shapely.intersects(self.tree.geometries[outline], points[at])
        return at[is_in], outline[is_in]

    def km_outside(self, longitude: np.ndarray, latitude: np.ndarray) -> np.ndarray:
        """How far each point lies from the nearest outline, in km along the ground; 0 inside.

        NaN without coordinates. The nearest point is looked for in degrees, its distance measured
        on a sphere: good to a few per cent, for saying what lies far away.
        """
        away = np.full(len(longitude), np.nan)
        known = np.flatnonzero(np.isfinite(longitude) & np.isfinite(latitude))
        if not len(known) or not len(self.codes):
            return away
        points = shapely.points(longitude[known], latitude[known])
        inside = np.unique(self._touching(points)[0])
        away[known[inside]] = 0  # nearly all of them, and much sooner known than a distance
        known, points = np.delete(known, inside), np.delete(points, inside)
        at, outline = self.tree.query_nearest(points, all_matches=False)
        away[known[at]] = _km_between(points[at], self.tree.geometries[outline])
        return away

    def km_from(self, longitude: np.ndarray, latitude: np.ndarray, areas: np.ndarray) -> np.ndarray:
        """How far each point lies from the outline of its area, in km along the ground; 0 inside.

        `areas`: codes of outlines; None stands for all outlines together. Of an area of many
        outlines the nearest. NaN without coordinates.
        """
        away = self.km_outside(longitude, latitude)
        is_elsewhere = self.locate(longitude, latitude) != areas
        known = np.isfinite(away) & np.array([area is not None for area in areas], dtype=bool)
        for code in sorted(set(areas[known & is_elsewhere])):
            rows = np.flatnonzero(known & is_elsewhere & (areas == code))
            points = shapely.points(longitude[rows], latitude[rows])
            parts = self.tree.geometries[[own == code for own in self.codes]]
            away[rows] = np.min([_km_between(points, part) for part in parts], axis=0)
        return away


def _km_between(points: np.ndarray, shapes: np.ndarray | shapely.Geometry) -> np.ndarray:
    """From points to shapes; the nearest place is looked for in degrees, measured on a sphere."""
    lines = shapely.shortest_line(points, shapes)
    ends = np.radians(shapely.get_coordinates(lines).reshape(-1, 2, 2))
    (x1, y1), (x2, y2) = ends[:, 0].T, ends[:, 1].T
    half = np.sin((y2 - y1) / 2) ** 2 + np.cos(y1) * np.cos(y2) * np.sin((x2 - x1) / 2) ** 2
    return np.asarray(2 * _EARTH_KM * np.arcsin(np.sqrt(half)))


def outlines_path(profile: Path, mission: Mission) -> Path | None:
    """Where the mission's outlines lie, if it has any."""
    return resolve_path(mission.areas_geojson, profile) if mission.areas_geojson else None


def read_outlines(profile: Path, mission: Mission) -> Outlines:
    """The mission's outlines. Raises WrongUse where there are none or the file is no GeoJSON."""
    path = outlines_path(profile, mission)
    if path is None:
        raise WrongUse(Problem("no_outlines", "mission.yaml"))
    features = list(_features(path, mission))
    codes = tuple(_code(path, mission, properties) for properties, _ in features)
    return Outlines(codes, shapely.STRtree([shape for _, shape in features]))


def _features(path: Path, mission: Mission) -> Iterator[tuple[dict[str, Any], shapely.Geometry]]:
    """Properties and repaired polygon of each feature. Raises WrongUse for what draws no area."""
    for number, (properties, geometry) in enumerate(_raw_features(path), start=1):
        named = _named(number, properties, mission)
        try:
            shape = shapely.from_geojson(json.dumps(geometry))
        except (shapely.GEOSException, ValueError) as error:
            raise _no_outlines(path, f"feature {named}: {' '.join(str(error).split())}") from None
        problem = _geometry_problem(path, named, shape)
        if problem:
            raise WrongUse(problem)
        area = repaired(shape)
        if area.is_empty:
            parameters = {"feature": named}
            raise WrongUse(Problem("outlines_no_area", path.name, parameters=parameters))
        yield properties, area


def outline_names(profile: Path, mission: Mission) -> dict[str, str]:
    """By area the code and the name by which people know its outline."""
    path = outlines_path(profile, mission)
    found = _raw_features(path) if path else []
    return {_code(path, mission, own): _known(own, mission) for own, _ in found if path}


def _known(properties: dict[str, Any], mission: Mission) -> str:
    code = mission.area_property
    beside = ("name", "name_en", "name_fr", *(f"{code[:4]}_{end}" for end in ("EN", "FR", "NAME")))
    texts = (str(properties[key]) for key in (code, *beside) if properties.get(key))
    return ", ".join(list(dict.fromkeys(texts))[:2])


def _named(number: int, properties: dict[str, Any], mission: Mission) -> str:
    """The place of a feature in the file, with the code and the name by which people know it."""
    known = _known(properties, mission)
    return f"{number} ({known})" if known else str(number)


def _raw_features(path: Path) -> list[tuple[dict[str, Any], Any]]:
    try:
        collection = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _no_outlines(path, " ".join(str(error).split())) from None
    features = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(features, list) or not features:
        raise _no_outlines(path, "no features")
    for number, feature in enumerate(features, start=1):
        if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
            raise _no_outlines(path, f"feature {number}: no properties")
    return [(feature["properties"], feature.get("geometry")) for feature in features]


def _no_outlines(path: Path, reason: str) -> WrongUse:
    return WrongUse(Problem("outlines_no_features", path.name, parameters={"reason": reason}))


def _geometry_problem(path: Path, named: str, shape: shapely.Geometry | None) -> Problem | None:
    if shape is None or shape.is_empty or shape.geom_type not in ("Polygon", "MultiPolygon"):
        kind = "–" if shape is None else shape.geom_type + (" (∅)" if shape.is_empty else "")
        parameters: dict[str, Any] = {"feature": named, "kind": kind}
        return Problem("outlines_geometry", path.name, parameters=parameters)
    west, south, east, north = shape.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        x, y = max(west, east, key=abs), max(south, north, key=abs)
        parameters = {"feature": named, "x": x, "y": y}
        return Problem("outlines_degrees", path.name, parameters=parameters)
    return None


def outlines_problems(path: Path, profile: Path, mission: Mission) -> list[Problem]:
    """What is wrong in the outlines, and in `area_codes` that name what no feature has."""
    try:
        found = {_property(path, mission, properties) for properties, _ in _features(path, mission)}
    except WrongUse as error:
        return error.problems
    unknown = [
        Problem(
            "outlines_unknown_code",
            "mission.yaml",
            row=row_of_key(profile / "mission.yaml", f"area_codes.{value}"),
            value=value,
            parameters={
                "key": "area_codes",
                "file_name": path.name,
                "property": mission.area_property,
                "nearest": nearest(value, found),
            },
        )
        for value in mission.area_codes
        if value not in found
    ]
    return unknown + list(_area_problems(path, mission))


def outlines_remarks(path: Path, mission: Mission) -> list[Problem]:
    """Features whose line touches or crosses itself: they are read as areas all the same."""
    found = []
    for number, (properties, geometry) in enumerate(_raw_features(path), start=1):
        reason = shapely.is_valid_reason(shapely.from_geojson(json.dumps(geometry)))
        if reason != "Valid Geometry":
            place = re.search(r"\[(\S+) ([^] ]+)", reason)
            x, y = map(float, place.groups()) if place else ("–", "–")
            words = {"feature": _named(number, properties, mission), "x": x, "y": y}
            found.append(Problem("outlines_touch", path.name, parameters=words))
    return found


def _area_problems(path: Path, mission: Mission) -> Iterator[Problem]:
    """What keeps features from making areas: two are one area with different facts.

    One that is the country draws it and makes nothing.
    """
    facts: dict[str, tuple[Any, ...]] = {}
    for number, (properties, _) in enumerate(_features(path, mission), start=1):
        code = _code(path, mission, properties)
        own = tuple(
            properties.get(name) for name in ("parent_area_code", "area_level", "valid_from")
        )
        if code != mission.country_area and facts.setdefault(code, own) != own:
            found = {"feature": _named(number, properties, mission)}
            yield Problem("outlines_one_area", path.name, value=code, parameters=found)


def _code(path: Path, mission: Mission, properties: dict[str, Any]) -> str:
    value = _property(path, mission, properties)
    return mission.area_codes.get(value, value)


def _property(path: Path, mission: Mission, properties: dict[str, Any]) -> str:
    try:
        return str(properties[mission.area_property])
    except KeyError:
        parameters = {"name": mission.area_property, "nearest": ", ".join(properties)}
        raise WrongUse(Problem("missing_property", path.name, parameters=parameters)) from None


def read_area_rows(
    path: Path, mission: Mission, listed: AbstractSet[str] = frozenset()
) -> Iterator[SourceTable]:
    """The country and one area a feature, as text in the columns of the contract `areas`.

    `listed`: codes that a list of areas states. Of these the outlines draw the area and do not
    make it: lists and outlines meet by code.

    Row 1 is the country, whether or not a feature draws it; feature n is row n + 1. A code that
    several features share (an area of many parts) is one area, that of its first feature.
    """
    starts_on = mission.starts_on.isoformat()
    country = mission.country_area
    names = mission.area_names.get(country, mission.name)
    records: list[list[str | None]] = [
        [country, None, "country", names.en, names.fr, starts_on, None, None]
    ]
    numbers, seen = [1], {country}
    for number, (properties, shape) in enumerate(_features(path, mission), start=2):
        code = _code(path, mission, properties)
        if code in seen:
            continue
        seen.add(code)
        name = str(properties.get("name") or properties[mission.area_property])
        names = mission.area_names.get(code, Words(en=name, fr=name))
        point = shapely.point_on_surface(shape)
        records.append(
            [
                code,
                str(properties.get("parent_area_code") or country),
                str(properties.get("area_level") or "admin1"),
                str(properties.get("name_en") or names.en),
                str(properties.get("name_fr") or names.fr),
                str(properties.get("valid_from") or starts_on),
                f"{point.y:.5f}",
                f"{point.x:.5f}",
            ]
        )
        numbers.append(number)
    made = [[*record, str(record[0] not in listed).lower()] for record in records]
    yield source_table("", (*_COLUMNS, _MADE), made, numbers)


def outlines_source() -> Source:
    """The mapping of `read_area_rows` to the contract: each column under its own name."""
    columns = {name: ColumnMapping.model_validate({"from": name}) for name in _COLUMNS}
    table = TableMapping(table="areas", where={_MADE: ("true",)}, columns=columns)
    return Source(source=OUTLINES_SOURCE, files=("*.geojson",), reader="geojson", tables=(table,))
