"""Columns, codes and statuses of the mart: what a published value is made of.

One place for names, order and SQL types of every `mart` table; who fills a table stands elsewhere.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb
import pandas as pd

from indicators.foundation.codes import NOT_APPLICABLE, TOTAL

DIMENSIONS = (
    "unit_type", "activity_type", "actor", "sex", "age_group", "breakdown", "breakdown_value",
)  # fmt: skip

# What names one value; two rows of `mart.indicator_value` never agree in all of these.
VALUE_KEY = (
    "mission", "indicator", "indicator_version", "period_type", "period", "area", *DIMENSIONS,
)  # fmt: skip


def totals_sql(prefix: str = "", dimensions: Iterable[str] = DIMENSIONS) -> str:
    """The condition that keeps cells which none of these breaks down; `prefix` as in `cell.`."""
    closed = (f"{prefix}{name} IN ('{TOTAL}', '{NOT_APPLICABLE}')" for name in dimensions)
    return " AND ".join(closed)


def _read_tables() -> Mapping[str, Mapping[str, str]]:
    """Columns and SQL types by table, as `mart_tables.sql` states them."""
    text = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    text = re.sub("--.*", "", text)
    return MappingProxyType({
        table: MappingProxyType(dict(re.findall(r"(\w+) ([A-Z]+(?:\([\d,]+\))?)", columns)))
        for table, columns in re.findall(r"CREATE TABLE mart\.(\w+) \((.*?)\);", text, re.DOTALL)
    })  # fmt: skip


MART_TABLES = _read_tables()
VALUE_COLUMNS, INDICATOR_COLUMNS = MART_TABLES["indicator_value"], MART_TABLES["indicator"]
# A trend, what it was found on, and why there is none.
TREND_COLUMNS = tuple(name for name in VALUE_COLUMNS if name.startswith(("trend", "change")))
# A rating, and what it was held against.
RATING_COLUMNS = (
    "baseline", "target", "expected", "rating", "rating_probability", "rating_reason",
)  # fmt: skip


def mart_ddl() -> Iterator[str]:
    """One CREATE statement a mart table, after the schema's own; all may run again unharmed."""
    yield "CREATE SCHEMA IF NOT EXISTS mart"
    for table, columns in MART_TABLES.items():
        body = ",\n  ".join(f'"{name}" {sql_type}' for name, sql_type in columns.items())
        yield f"CREATE TABLE IF NOT EXISTS mart.{table} (\n  {body}\n)"


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
