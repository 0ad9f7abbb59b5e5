"""The fictional country: its areas, sites for displaced people, bases and units.

What happens there is drawn elsewhere; here stands only what does not change with the seed.
"""

import json
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from indicators.foundation.data_folder import data_folder
from pipelines.sample.draws import Array
from pipelines.sample.facts import facts

MISSION = "sample"
COUNTRY = "Minutam"
STARTS_ON = date(2024, 1, 1)
LAST_DAY = date(2026, 9, 30)
AS_OF = date(2026, 10, 15)
DAYS = (LAST_DAY - STARTS_ON).days + 1
MONTHS = 33

_SAID = facts("country")
_AREAS = {code: (name, sector, region) for code, name, sector, region in _SAID["areas"]}
COLUMNS, ROWS = 7, 5
AREAS = tuple(_AREAS)
SECTORS = tuple(code for code, (_, sector, _) in _AREAS.items() if sector == code)
REGIONS: dict[str, tuple[str, str]] = _SAID["regions"]


@dataclass(frozen=True)
class Site:
    """One site for displaced people, an area of level `site`; persons as of January 2024."""

    code: str
    name_en: str
    name_fr: str
    area: str
    kind: str
    persons: int


@dataclass(frozen=True)
class Unit:
    """One unit; `home` is where its base lies, `covers` the areas that it reports on."""

    code: str
    name: str
    component: str
    kind: str
    country: str
    home: str
    strength: int
    covers: tuple[str, ...]
    valid_from: date = date(2023, 7, 1)


def area_name(area: str) -> str:
    """The name of an admin 2 area as people write it, the same in both languages."""
    return _AREAS[area][0]


def sector(area: str) -> str:
    """The main area to whose sector an area belongs."""
    return _AREAS[area][1]


def region(area: str) -> str:
    """The admin 1 area above an admin 2 area."""
    return _AREAS[area][2]


def _unit(sectors: tuple[str, ...] = (), areas: tuple[str, ...] = (), **said: str) -> Unit:
    covers = tuple(area for area in AREAS if area in areas or sector(area) in sectors)
    return Unit(**said, covers=covers)  # type: ignore[arg-type]


SITES = tuple(Site(*entry) for entry in _SAID["sites"])
SITE_AREA = {site.code: site.area for site in SITES}
UNITS = tuple(_unit(**entry) for entry in _SAID["units"])
AREA_CODES = np.array(AREAS, dtype=object)
"""The codes of areas, to be taken by position."""


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
