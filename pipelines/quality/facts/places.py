"""Rows and areas that no map can show: places known only as the country, areas without outline."""

from collections.abc import Iterator

from indicators.definitions.contracts import Contract
from indicators.definitions.mission_profile import Mission
from indicators.foundation.sql_text import quoted
from pipelines.quality.check_results import CheckResult, check_result
from pipelines.warehouse.inspect import Connection, has_rows, single

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
    yield check_result(
        "unmapped_rows",
        contract.table,
        rows == 0,
        kind="unmapped_rows",
        observed=rows,
        expected=0,
        rows_failed=rows,
    )


def areas_without_outline(connection: Connection) -> Iterator[CheckResult]:
    """Administrative areas that the mission's map cannot draw."""
    if not has_rows(connection, "mart", "area"):
        return
    row = connection.execute(_WITHOUT_OUTLINE_SQL).fetchone()
    without, areas = row or (0, 0)
    if areas:
        yield check_result(
            "outlines",
            "indicator_value",
            without == 0,
            kind="outlines",
            observed=f"{without} / {areas}",
            expected=0,
            rows_failed=without,
        )
