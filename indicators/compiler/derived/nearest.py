"""The distance to the nearest place in force, as SQL over a grid.

A row is compared with few places only: those that can be the nearest to some point of its cell on
some day of its quarter. Of a place c km from the middle of a cell no point of the cell is farther
than c + r or nearer than c - r, where r is the middle's distance to a corner. So a place farther
than the nearest one that is in force all the quarter by more than 2 r is nobody's nearest. Whole
degrees first, then quarters of a degree among what is left to their degree. What is left is
measured as if there were no grid: the same figure, bit for bit.
"""

import math

from indicators.definitions.contracts import Derived

EARTH_RADIUS_KM = 6371.0088
_COARSE, _FINE = 1, 4  # cells in a degree
# Distances are rounded, those of opposite ends of the earth most: a metre is far more than that.
_ROUNDING_KM = 0.001


def nearest_sql(name: str, derived: Derived, previous: str, others: str) -> str:
    """The SELECT that adds the column `name`: km to the nearest of `others` in force, else null."""
    at = derived.at
    return f"""  WITH places AS (
    SELECT DISTINCT latitude, longitude, {derived.valid_from} AS begins, {derived.valid_to} AS ends
    FROM ({others})
    WHERE latitude IS NOT NULL AND longitude IS NOT NULL
  ),
  cells AS (
    SELECT DISTINCT
      {_cell("latitude", _COARSE)} AS north,
      {_cell("longitude", _COARSE)} AS east,
      {_cell("latitude", _FINE)} AS fine_north,
      {_cell("longitude", _FINE)} AS fine_east,
      {_quarter(at)} AS quarter
    FROM {previous}
    WHERE latitude IS NOT NULL AND longitude IS NOT NULL AND {at} IS NOT NULL
  ),
  near_degree AS (
    SELECT cell.*, place.*,
      {_km_from_middle("north", "east", _COARSE)} AS km
    FROM (SELECT DISTINCT north, east, quarter FROM cells) AS cell
    JOIN places AS place
      ON place.begins < cell.quarter + INTERVAL 3 MONTH
      AND (place.ends IS NULL OR place.ends >= cell.quarter)
    {_may_be_nearest("north", "east", _COARSE)}
  ),
  near_cell AS (
    SELECT cell.fine_north, cell.fine_east, cell.quarter,
      place.latitude, place.longitude, place.begins, place.ends,
      {_km_from_middle("fine_north", "fine_east", _FINE)} AS fine_km
    FROM cells AS cell JOIN near_degree AS place USING (north, east, quarter)
    {_may_be_nearest("fine_north", "fine_east", _FINE, "fine_km")}
  )
  SELECT own.*, other.km AS {name}
  FROM {previous} AS own LEFT JOIN (
    SELECT point.latitude, point.longitude, point.day,
      min(great_circle_km(point.latitude, point.longitude, near.latitude, near.longitude)) AS km
    FROM (SELECT DISTINCT latitude, longitude, {at} AS day FROM {previous}) AS point
    JOIN near_cell AS near
      ON near.fine_north = {_cell("point.latitude", _FINE)}
      AND near.fine_east = {_cell("point.longitude", _FINE)}
      AND near.quarter = {_quarter("point.day")}
      AND near.begins <= point.day AND (near.ends IS NULL OR near.ends >= point.day)
    GROUP BY ALL
  ) AS other
    ON other.latitude = own.latitude AND other.longitude = own.longitude AND other.day = own.{at}"""


def _cell(degrees: str, cells: int) -> str:
    """The number of the cell in which a row lies, northward or eastward."""
    return f"CAST(floor({degrees if cells == 1 else f'{cells} * {degrees}'}) AS INTEGER)"


def _quarter(at: str | None) -> str:
    return f"CAST(date_trunc('quarter', {at}) AS DATE)"


def _km_from_middle(north: str, east: str, cells: int) -> str:
    middle = [f"(cell.{number} + 0.5) / {cells}" for number in (north, east)]
    return f"great_circle_km(\n        {', '.join(middle)}, place.latitude, place.longitude)"


def _may_be_nearest(north: str, east: str, cells: int, km: str = "km") -> str:
    """QUALIFY that leaves a cell the places that may be the nearest to a point of it."""
    # No way along a sphere is longer than in degrees on a plane, so the corner is at most so far.
    corner = EARTH_RADIUS_KM * math.radians(math.sqrt(2) / 2 / cells)
    return f"""QUALIFY {km} <= {2 * corner + _ROUNDING_KM:.3f} + coalesce(
      min({km}) FILTER (
        WHERE place.begins <= cell.quarter
          AND (place.ends IS NULL OR place.ends >= cell.quarter + INTERVAL 3 MONTH))
        OVER (PARTITION BY cell.{north}, cell.{east}, cell.quarter),
      'infinity')"""
