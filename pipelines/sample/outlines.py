"""Points within the fictional country's areas and sites, by the outlines of its profile."""

import json

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from indicators.foundation.data_folder import data_folder
from pipelines.sample.country import MISSION, SITES
from pipelines.sample.draws import Array

_POINTS_PER_AREA = 400
_NEAR = 0.02  # degrees: a site's points lie within 3 km


def outlines() -> dict[str, BaseGeometry]:
    """Outline by area code, in the order of the file: admin 2 areas, admin 1 areas, the country."""
    path = data_folder() / "missions" / MISSION / "areas.geojson"
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return {
        feature["properties"]["area_code"]: shapely.geometry.shape(feature["geometry"])
        for feature in features
    }


def points_of_places() -> dict[str, Array]:
    """(longitude, latitude) rows within each area; those of a site lie within 3 km."""
    found = {
        code: points_within(outline, _POINTS_PER_AREA, seed)
        for seed, (code, outline) in enumerate(outlines().items())
    }
    for number, site in enumerate(SITES):
        shift = np.random.default_rng(number).uniform(-_NEAR, _NEAR, found[site.area].shape)
        found[site.code] = (found[site.area][number] + shift).round(5)
    return found


def points_within(outline: BaseGeometry, count: int, seed: int) -> Array:
    """`count` points drawn evenly within an outline, as (longitude, latitude) rows."""
    generator = np.random.default_rng(seed)
    west, south, east, north = outline.bounds
    found = np.empty((0, 2))
    while len(found) < count:
        drawn = generator.uniform((west, south), (east, north), (2 * count, 2))
        found = np.vstack([found, drawn[shapely.contains_xy(outline, drawn[:, 0], drawn[:, 1])]])
    return found[:count].round(5)
