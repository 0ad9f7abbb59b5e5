"""Places that no map can show, points far outside the outlines, points that can hardly be right."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from indicators.definitions.contracts import Contract, contracts
from indicators.definitions.mission_profile import Mission
from indicators.foundation.sql_text import literals, quoted
from pipelines.ingest.mapping.places.area_polygons import (
    OUTLINES_SOURCE,
    outlines_path,
    read_outlines,
)
from pipelines.ingest.mapping.places.suspect_points import RULES
from pipelines.quality.check_results import CheckResult, none_wrong
from pipelines.workspace.warehouse.inspect import Connection, has_rows, single

_WITHOUT_OUTLINE_SQL = """
SELECT count(DISTINCT area_code) FILTER (geometry IS NULL), count(DISTINCT area_code)
FROM mart.area WHERE area_level IN ('admin1', 'admin2', 'admin3')
"""


def unmapped_rows(
    connection: Connection, contract: Contract, mission: Mission
) -> Iterator[CheckResult]:
    """Rows with coordinates whose area is still the whole country: they fell outside the outlines.

    A row that its source placed no finer than the country is no finding.
    """
    if contract.area_column is None or "latitude" not in contract.columns:
        return
    if contract.area_column in contract.key:  # a list of areas places nothing
        return
    precise = (
        "AND location_precision <> 'country'" if "location_precision" in contract.columns else ""
    )
    rows = single(
        connection,
        f"SELECT count(*) FROM core.{quoted(contract.table)} "
        f"WHERE {quoted(contract.area_column)} = ? AND latitude IS NOT NULL {precise}",
        [mission.country_area],
    )
    yield none_wrong("unmapped_rows", contract.table, rows)


def areas_without_outline(connection: Connection) -> Iterator[CheckResult]:
    """Administrative areas that the mission's map cannot draw."""
    if not has_rows(connection, "mart", "area"):
        return
    row = connection.execute(_WITHOUT_OUTLINE_SQL).fetchone()
    without, areas = row or (0, 0)
    if areas:
        yield none_wrong("outlines", "indicator_value", without, of=areas)


_AT_ONCE_SQL = """
SELECT count(*), list_sort(list_distinct(list(own.area_code)))[:10],
  list_sort(list_distinct(list(file.name) || list(by_file.name)))
FROM core.areas AS own
JOIN core.areas AS other ON other.area_code = own.area_code AND own.valid_from < other.valid_from
  AND other.valid_from <= coalesce(own.valid_to, DATE 'infinity')
JOIN ops.input_file AS file ON file.file_sha256 = own.file_sha256
JOIN ops.input_file AS by_file ON by_file.file_sha256 = other.file_sha256
"""


def one_row_an_area_and_day(connection: Connection) -> CheckResult:
    """Areas of which two rows are valid on one day: nobody can tell where it lies then."""
    row = connection.execute(_AT_ONCE_SQL).fetchone()
    rows, codes, files = row or (0, [], [])
    return none_wrong(
        "one_row_a_day",
        "areas",
        rows,
        kind="areas_at_once",
        severity="blocking",
        codes=", ".join(codes or []),
        files=", ".join(files or []),
    )


_MADE_SQL = """
SELECT count(*) FILTER (source <> $outlines),
  list_sort(list(DISTINCT area_code) FILTER (source = $outlines AND area_code <> $country))
FROM core.areas JOIN ops.input_file USING (file_sha256)
"""


def made_beside_a_list(connection: Connection, mission: Mission) -> Iterator[CheckResult]:
    """Areas that the outlines make although there is a list of areas, which lacks their codes."""
    given = {"outlines": OUTLINES_SOURCE, "country": mission.country_area}
    row = connection.execute(_MADE_SQL, given).fetchone()
    listed, made = row or (0, [])
    if listed and mission.areas_geojson:
        codes = list(made or [])
        yield none_wrong("made_by_outlines", "areas", len(codes), codes=", ".join(codes[:10]))


_OUTSIDE = {"latitude", "longitude"}


def outside_area(connection: Connection, mission: Mission, profile: Path) -> Iterator[CheckResult]:
    """Rows whose point lies more than `warn_outside_km` outside all outlines, table by table.

    Outlines are simplified, and an event at a border may well lie beside them: hence the distance.
    """
    if outlines_path(profile, mission) is None:
        return
    limit = mission.parameters.warn_outside_km
    outlines = read_outlines(profile, mission)
    for table, contract in contracts().items():
        if not contract.columns.keys() >= _OUTSIDE or not has_rows(connection, "core", table):
            continue
        rows = connection.execute(
            f"""
            SELECT CAST(o.longitude AS DOUBLE) AS x, CAST(o.latitude AS DOUBLE) AS y,
                   coalesce(f.name, o.file_sha256) AS file, o.row_number
            FROM core.{quoted(table)} AS o LEFT JOIN ops.input_file AS f USING (file_sha256)
            WHERE o.longitude IS NOT NULL AND o.latitude IS NOT NULL
            ORDER BY file, o.sheet, o.row_number
            """
        ).df()
        away = outlines.km_outside(rows["x"].to_numpy(), rows["y"].to_numpy())
        far = int((away > limit).sum())
        parameters: dict[str, Any] = {"limit": f"{limit:g}"}
        if far:
            farthest = rows.iloc[int(np.nanargmax(away))]
            parameters |= {
                "farthest": round(float(np.nanmax(away))),
                "file": farthest["file"],
                "row": int(farthest["row_number"]),
            }
        yield none_wrong("outside_area", table, far, **parameters)


_SUSPECT = {"latitude", "longitude"}
_COUNTED_SQL = f"""
SELECT count(*) FILTER (rule = 'coordinates_swapped'), count(*) FILTER (rule = 'coordinates_sign'),
  count(*) FILTER (rule = 'place_disagrees')
FROM ops.row_warning JOIN ops.input_file AS file USING (file_sha256)
WHERE table_name = ? AND file.status <> 'superseded' AND rule IN ({literals(RULES)})
"""


def points_in_their_area(
    connection: Connection, contract: Contract, mission: Mission
) -> Iterator[CheckResult]:
    """Rows whose point lies far from the area that they name; the rows count there all the same."""
    if mission.areas_geojson is None or not contract.columns.keys() >= _SUSPECT:
        return
    row = connection.execute(_COUNTED_SQL, [contract.table]).fetchone()
    swapped, sign, elsewhere = (int(count) for count in row or (0, 0, 0))
    rows = swapped + sign + elsewhere
    yield none_wrong(
        "suspect_points",
        contract.table,
        rows,
        swapped=swapped,
        sign=sign,
        elsewhere=elsewhere,
        limit=f"{mission.parameters.warn_outside_km:g}",
    )
