"""Small marts for tests: rows of values and indicators with only what a test says of them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import duckdb
import pandas as pd

from indicators.definitions.mission_profile import Mission
from indicators.foundation.mart_tables import DIMENSIONS, MART_TABLES, TOTAL, mart_ddl
from indicators.foundation.periods import period_named

MISSION = "testland"
COUNTRY = "TST"

INDICATOR: dict[str, Any] = {
    "mission": MISSION,
    "indicator": "P2-OC-02",
    "version": 1,
    "source": "alerts",
    "measure": "ratio",
    "time_rule": "flow",
    "direction": "up",
    "title_en": "Alerts answered in time",
    "title_fr": "Alertes traitées à temps",
    "periods": "M|Q|A|B",
    "confidentiality": "institutional",
    "tolerance": 0.0,
}
VALUE: dict[str, Any] = {
    "mission": MISSION,
    "indicator": "P2-OC-02",
    "indicator_version": 1,
    "time_rule": "flow",
    "period": "2026-Q3",
    "area": COUNTRY,
    "area_level": "country",
    **dict.fromkeys(DIMENSIONS, TOTAL),
    "obs_status": "A",
    "conf_status": "F",
    "disclosure": "exact",
}


def mission(**fields: Any) -> Mission:
    """A mission with nothing but what a profile must say."""
    words = {"en": "Testland", "fr": "Testland"}
    given = {"mission": MISSION, "name": words, "country_area": COUNTRY, "boundaries": words}
    given |= {"time_zone": "Africa/Bamako", "starts_on": date(2024, 1, 1), "indicators": ()}
    return Mission.model_validate(given | fields)


def empty_mart() -> duckdb.DuckDBPyConnection:
    """All mart tables, without a row."""
    connection = duckdb.connect()
    for statement in mart_ddl():
        connection.execute(statement)
    return connection


def fill(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Mapping[str, Any]]
) -> None:
    """Adds rows to a mart table; columns that a row does not name are null."""
    columns = MART_TABLES[table]
    frame = pd.DataFrame(list(rows)).reindex(columns=list(columns)).astype(object)
    frame = frame.where(frame.notna(), None)
    connection.register("rows_to_add", frame)
    casts = ", ".join(f'CAST("{name}" AS {kind})' for name, kind in columns.items())
    connection.execute(f"INSERT INTO mart.{table} SELECT {casts} FROM rows_to_add")
    connection.unregister("rows_to_add")


def value(**fields: Any) -> dict[str, Any]:
    """A row of values; bounds and type of its period follow from the period's name."""
    row = VALUE | fields
    period = period_named(row["period"])
    bounds = {"period_type": period.period_type, "period_start": period.start}
    return bounds | {"period_end": period.end} | row


def indicator(**fields: Any) -> dict[str, Any]:
    """A row of the mart's table of indicators."""
    return INDICATOR | fields
