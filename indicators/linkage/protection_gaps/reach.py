"""Who lives within reach of a base: by places with population, else by the area's territory.

Places are sites and settlements; they speak for an area where they hold at least half of its
residents. One point never stands for an area. Distances are straight lines over the ground.
"""

import json
import math
from datetime import date

import duckdb
import pandas as pd
import shapely
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry

_KM_PER_DEGREE = 111.195
_ENOUGH_RESIDENTS = 0.5
COLUMNS = ("area", "component", "places", "persons", "percent")  # no places: by territory


def reach(connection: duckdb.DuckDBPyConnection, as_of: date, within_km: float) -> pd.DataFrame:
    """Percent of an area within reach of a component's bases: the columns of COLUMNS.

    `functions_sql` must have run on the connection.
    """
    by_people = _by_places(connection, as_of, within_km)
    bases = connection.execute(
        """SELECT DISTINCT component, latitude, longitude FROM core.deployments
        WHERE from_on <= $1 AND coalesce(to_on >= $1, true) AND latitude IS NOT NULL
        ORDER BY ALL""",
        [as_of],
    ).df()
    told = set(zip(by_people["area"], by_people["component"], strict=True))
    outlines = connection.execute(
        "SELECT area_code, geometry FROM mart.area WHERE geometry IS NOT NULL ORDER BY area_code"
    ).fetchall()
    rows = [
        (area, component, 0, None, _percent_of_territory(outline, own, within_km))
        for area, outline in outlines
        for component, own in bases.groupby("component")
        if (area, component) not in told
    ]
    return pd.concat([by_people, pd.DataFrame(rows, columns=COLUMNS)], ignore_index=True)


def _by_places(
    connection: duckdb.DuckDBPyConnection, as_of: date, within_km: float
) -> pd.DataFrame:
    """Of areas whose places hold half of the residents: the latest figures by the as-of day."""
    return (
        connection.execute(
            f"""
        WITH latest AS (
          SELECT area_code, population_kind, sum(persons) AS persons
          FROM core.population
          WHERE population_kind IN ('resident', 'site') AND reference_on <= $as_of
          GROUP BY area_code, population_kind, estimate_source, reference_on
          QUALIFY dense_rank() OVER (
            PARTITION BY area_code, population_kind ORDER BY reference_on DESC, estimate_source) = 1
        ),
        base AS (
          SELECT DISTINCT component, latitude, longitude FROM core.deployments
          WHERE from_on <= $as_of AND coalesce(to_on >= $as_of, true) AND latitude IS NOT NULL
        ),
        place AS (
          SELECT latest.area_code, component, any_value(persons) AS persons,
            min(great_circle_km(own.latitude, own.longitude, base.latitude, base.longitude)) AS km
          FROM latest JOIN mart.area AS own USING (area_code) CROSS JOIN base
          WHERE own.area_level = 'site' AND own.latitude IS NOT NULL GROUP BY ALL
        ),
        resident AS (
          SELECT area_code AS area, persons AS residents FROM latest
          WHERE population_kind = 'resident'
        )
        SELECT area, component, count(*) AS places, CAST(sum(persons) AS DOUBLE) AS persons,
          CAST(100 * sum(persons) FILTER (km <= $within_km) / sum(persons) AS DOUBLE) AS percent
        FROM place JOIN cube.area_ancestor AS up USING (area_code) JOIN resident USING (area)
        GROUP BY area, component, residents
        HAVING sum(persons) >= {_ENOUGH_RESIDENTS} * residents ORDER BY ALL""",
            {"as_of": as_of, "within_km": within_km},
        )
        .df()
        .fillna({"percent": 0.0})
    )


def _percent_of_territory(outline: str, bases: pd.DataFrame, within_km: float) -> float:
    """The part of an outline that lies within circles about the bases."""
    ground = shape(json.loads(outline))
    middle = math.radians(ground.centroid.y)
    circles = shapely.union_all(
        [
            _on_the_ground(Point(longitude, latitude), middle).buffer(within_km)
            for longitude, latitude in zip(bases["longitude"], bases["latitude"], strict=True)
        ]
    )
    flat = shapely.make_valid(_on_the_ground(ground, middle))
    return 100 * flat.intersection(circles).area / flat.area if flat.area else math.nan


def _on_the_ground(geometry: BaseGeometry, latitude: float) -> BaseGeometry:
    """Degrees as kilometres about a parallel."""
    scale = (_KM_PER_DEGREE * math.cos(latitude), _KM_PER_DEGREE)
    return shapely.transform(geometry, lambda points: points * scale)
