"""Rows of a mission, written into a table of the mart."""

from collections.abc import Iterable, Mapping
from typing import Any

import duckdb
import pandas as pd

from indicators.foundation.mart_tables import MART_TABLES


def store_rows(
    connection: duckdb.DuckDBPyConnection,
    mission: str,
    table: str,
    rows: Iterable[Mapping[str, Any]],
) -> None:
    """Replace this mission's rows of `mart.<table>`; what a row does not name is null.

    `rows`: values by column, without `mission`.
    """
    columns = MART_TABLES[table]
    connection.execute(f"DELETE FROM mart.{table} WHERE mission = ?", [mission])
    named = [{**row, "mission": mission} for row in rows]
    if not named:
        return
    frame = pd.DataFrame(named).reindex(columns=list(columns)).astype(object)
    frame = frame.where(frame.notna(), None)
    casts = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in columns.items())
    connection.register("rows_to_store", frame)
    connection.execute(f"INSERT INTO mart.{table} BY NAME SELECT {casts} FROM rows_to_store")
    connection.unregister("rows_to_store")
