"""Rows of the mart that are kept from one refresh to the next, by indicator and period.

A period of an indicator keeps its rows in `mart.indicator_value` while all that they follow from is
the same: the indicator's cells of the period, its returns and population, of a rate the codes of
its parts, whether the source has rows in it and files the columns that are asked for, whether it is
over and all on record, places. Beside these stands what all rows follow from: definitions and the
version of the method. When that changes, or when rows of the mart are missing or too many, all are
written anew. Ratings and trends come after, of all rows (`assessment/`).
"""

from collections.abc import Iterable

import duckdb

from indicators.compiler.cells.parts import rate_codes_sql
from indicators.definitions.indicator import Indicator
from indicators.definitions.mission_profile import Mission
from indicators.foundation.mart_tables import DIMENSIONS
from indicators.incremental.code_version import METHOD_VERSION
from indicators.incremental.inputs import row_counts
from indicators.incremental.partition_fingerprints import definition_of, fingerprint_sql

COUNTED_BY_MONTH = ("joint_activity", "police_task")  # of completed activities and nothing else
KEPT_TABLES = ("indicator_value", "contribution", *COUNTED_BY_MONTH)
STALE_VALUE = "stale_value"
_PUBLISHED = "split_part(indicator, '@', 1)"  # without the mark of an earlier version


def content_of_values(
    connection: duckdb.DuckDBPyConnection, mission: Mission, indicators: Iterable[Indicator]
) -> str:
    """What all rows follow from, and how many there are: as the last run left them, they may stay.

    `indicators`: every version that is computed.
    """
    entries = [f"{entry.code} {entry.model_dump_json()}" for entry in indicators]
    definition = definition_of([METHOD_VERSION, mission.mission, *entries])
    return f"{definition} {row_counts(connection, KEPT_TABLES)}"


def prepare_values(connection: duckdb.DuckDBPyConnection, are_kept: bool) -> None:
    """Makes what is kept of them; empties the tables where nothing may stay."""
    connection.execute(
        """CREATE TABLE IF NOT EXISTS cube.value_content (indicator VARCHAR,
        indicator_version INTEGER, period_type VARCHAR, period VARCHAR, content VARCHAR)"""
    )
    if are_kept:
        return
    for table in (*(f"mart.{name}" for name in KEPT_TABLES), "cube.value_content"):
        connection.execute(f"DELETE FROM {table}")


def drop_stale_values(connection: duckdb.DuckDBPyConnection) -> None:
    """Delete the rows of periods that changed; `stale_value` names those to write."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE value_content_now AS {contents_sql()}")
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE {STALE_VALUE} AS
        SELECT * EXCLUDE (content) FROM (FROM value_content_now EXCEPT FROM cube.value_content)"""
    )
    gone = f"""SELECT DISTINCT {_PUBLISHED}, indicator_version, period_type, period
      FROM (FROM cube.value_content EXCEPT FROM value_content_now)"""
    connection.execute(
        f"""DELETE FROM mart.indicator_value
        WHERE (indicator, indicator_version, period_type, period) IN ({gone})"""
    )
    connection.execute("CREATE OR REPLACE TABLE cube.value_content AS FROM value_content_now")


def contents_sql() -> str:
    """Of what each indicator's rows of a period are made: version, period and fingerprint."""
    places = " || ".join(
        f"(SELECT {fingerprint_sql(['*COLUMNS(*)'])} FROM cube.{table})"
        for table in ("area", "reporting_coverage")
    )
    return f"""
WITH returned AS (
  SELECT returns_key, period_type, period,
    {fingerprint_sql(["unit_type", "area", "due", "received", "no_access"])} AS returned
  FROM cube.return_cell
  GROUP BY ALL
),
newest AS (
  SELECT returns_key, period_type, period,
    {fingerprint_sql(["unit_type", "area", "due", "received", "no_access"])} AS newest
  FROM cube.newest_return
  GROUP BY ALL
),
people AS (
  SELECT population_kind, period_type, period,
    {fingerprint_sql(["area", "sex", "age_group", "persons"])} AS people
  FROM cube.population_area
  GROUP BY ALL
),
codes AS (
  SELECT indicator, {fingerprint_sql(list(DIMENSIONS))} AS codes
  FROM ({rate_codes_sql()})
  GROUP BY ALL
)
SELECT rule.indicator, rule.indicator_version, period.period_type, period.period,
  concat_ws(' ', {places}, coalesce(cells.content, ''), coalesce(returned, ''),
    coalesce(newest, ''), coalesce(people, ''), coalesce(codes, ''),
    source_period.period IS NOT NULL, coalesce(known.is_whole, false),
    period.period_end >= first_day.day,
    period.period_end > as_of_day(), rule.is_recorded) AS content
FROM cube.rule AS rule
JOIN cube.first_day AS first_day USING (indicator)
JOIN cube.period AS period ON list_contains(rule.periods, period.period_type)
LEFT JOIN cube.cell_content AS cells
  ON cells.indicator = rule.indicator
  AND cells.period_type = period.period_type AND cells.period = period.period
LEFT JOIN returned
  ON returned.returns_key = rule.returns_key
  AND returned.period_type = period.period_type AND returned.period = period.period
LEFT JOIN newest
  ON rule.is_state AND newest.returns_key = rule.returns_key
  AND newest.period_type = period.period_type AND newest.period = period.period
LEFT JOIN cube.known_period AS known
  ON known.indicator = rule.indicator
  AND known.period_type = period.period_type AND known.period = period.period
LEFT JOIN people
  ON people.population_kind = rule.population
  AND people.period_type = period.period_type AND people.period = period.period
LEFT JOIN codes ON codes.indicator = rule.indicator
LEFT JOIN cube.source_period AS source_period
  ON source_period.indicator = rule.indicator
  AND source_period.period_type = period.period_type AND source_period.period = period.period"""


def drop_contributions(
    connection: duckdb.DuckDBPyConnection, entries: Iterable[Indicator], where: str = "true"
) -> None:
    """Delete what files gave to these, under a condition on the period."""
    versions = [f"{entry.code.split('@')[0]} {entry.version}" for entry in entries]
    connection.execute(
        f"""DELETE FROM mart.contribution
        WHERE list_contains(?, indicator || ' ' || indicator_version) AND ({where})""",
        [versions],
    )


def name_files(connection: duckdb.DuckDBPyConnection) -> None:
    """Each contribution names its file as the ledger does now."""
    connection.execute(
        """UPDATE mart.contribution AS line SET file = named.name
        FROM (
          SELECT file_sha256, min(file.name) AS name
          FROM (SELECT DISTINCT file_sha256 FROM mart.contribution)
          LEFT JOIN ops.input_file AS file USING (file_sha256)
          GROUP BY file_sha256
        ) AS named
        WHERE line.file_sha256 = named.file_sha256 AND line.file IS DISTINCT FROM named.name"""
    )
