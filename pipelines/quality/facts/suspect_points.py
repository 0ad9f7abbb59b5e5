"""Points that can hardly be right, as the intake told them: how many rows of a table have one."""

from collections.abc import Iterator

from indicators.definitions.contracts import Contract
from indicators.definitions.mission_profile import Mission
from indicators.foundation.sql_text import literals
from pipelines.mapping.suspect_points import RULES
from pipelines.quality.check_results import CheckResult, check_result
from pipelines.warehouse.inspect import Connection

_PLACE = {"latitude", "longitude"}
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
    if mission.areas_geojson is None or not contract.columns.keys() >= _PLACE:
        return
    row = connection.execute(_COUNTED_SQL, [contract.table]).fetchone()
    swapped, sign, elsewhere = (int(count) for count in row or (0, 0, 0))
    rows = swapped + sign + elsewhere
    yield check_result(
        "suspect_points",
        contract.table,
        rows == 0,
        kind="suspect_points",
        observed=rows,
        expected=0,
        rows_failed=rows,
        swapped=swapped,
        sign=sign,
        elsewhere=elsewhere,
        limit=f"{mission.parameters.warn_outside_km:g}",
    )
