"""Points far outside the mission's outlines: how many rows have one, and which lies farthest."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import Mission
from indicators.foundation.sql_text import quoted
from pipelines.mapping.area_polygons import outlines_path, read_outlines
from pipelines.quality.check_results import CheckResult, check_result
from pipelines.warehouse.inspect import Connection, has_rows

_PLACE = {"latitude", "longitude"}


def outside_area(connection: Connection, mission: Mission, profile: Path) -> Iterator[CheckResult]:
    """Rows whose point lies more than `warn_outside_km` outside all outlines, table by table.

    Outlines are simplified, and an event at a border may well lie beside them: hence the distance.
    """
    if outlines_path(profile, mission) is None:
        return
    limit = mission.parameters.warn_outside_km
    outlines = read_outlines(profile, mission)
    for table, contract in contracts().items():
        if not contract.columns.keys() >= _PLACE or not has_rows(connection, "core", table):
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
        yield check_result(
            "outside_area",
            table,
            far == 0,
            kind="outside_area",
            observed=far,
            expected=0,
            rows_failed=far,
            **parameters,
        )
