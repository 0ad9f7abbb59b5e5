"""`mart.quality_score`: what each source owed and gave of each area and month, and its score."""

from datetime import date

from indicators.assessment.quality_score import QualityCounts, quality_parts, quality_score
from indicators.definitions.contracts import Contract, contracts
from indicators.definitions.mission_profile import Mission
from indicators.foundation.sql_text import quoted
from indicators.foundation.stored.database import named_rows
from indicators.foundation.stored.mart_rows import store_rows
from pipelines.quality.facts.outliers import number_columns, outlier_sql
from pipelines.quality.facts.volumes import DATED_TO_THE_MONTH
from pipelines.quality.rejects.summary import local_day_sql
from pipelines.warehouse.inspect import Connection

# A report that is not here and whose day has not come is not owed yet.
_SCORES_SQL = """
WITH RECURSIVE lineage AS (
  SELECT DISTINCT area_code, area_code AS area, 0 AS steps FROM core.areas
  UNION
  SELECT lineage.area_code, own.parent_area_code, steps + 1
  FROM lineage JOIN core.areas AS own ON own.area_code = lineage.area
  WHERE own.parent_area_code IS NOT NULL AND steps < 8
),
owed AS (
  SELECT area, month, status, received_on, due_on,
         status <> 'not_due' AND (status IN ('submitted', 'nil') OR due_on <= $as_of) AS is_due
  FROM mart.return_status WHERE mission = $mission AND source = $source
),
returns AS (
  SELECT area, month,
    count(*) FILTER (is_due) AS returns_due,
    count(*) FILTER (status IN ('submitted', 'nil')) AS returns_received,
    count(*) FILTER (received_on IS NOT NULL) AS returns_dated,
    count(*) FILTER (received_on <= due_on) AS returns_in_time,
    coalesce(bool_and(status = 'no_access') FILTER (is_due), false) AS is_closed
  FROM owed GROUP BY ALL
),
nearest AS (
  SELECT area_code, arg_min(area, steps) AS area
  FROM lineage WHERE area IN (SELECT area FROM returns) GROUP BY area_code
),
flagged AS ({flagged}),
accepted AS (
  SELECT nearest.area, CAST(date_trunc('month', {day}) AS DATE) AS month,
         count(*) AS rows_accepted, count(flagged.row_number) AS rows_flagged
  FROM core.{table} AS own
  JOIN nearest ON nearest.area_code = own.{area}
  LEFT JOIN flagged ON flagged.file_sha256 = own.file_sha256
    AND flagged.row_number = own.row_number AND flagged.sheet IS NOT DISTINCT FROM own.sheet
  {dated}
  GROUP BY ALL
),
rejected AS (
  SELECT nearest.area, month, sum(rows) AS rows_rejected
  FROM mart.reject_place AS own JOIN nearest ON nearest.area_code = own.area
  WHERE mission = $mission AND source = $source AND indicator IS NULL GROUP BY ALL
)
SELECT area, month, returns_due, returns_received, returns_dated, returns_in_time, is_closed,
       coalesce(rows_accepted, 0) AS rows_accepted,
       CAST(coalesce(rows_rejected, 0) AS BIGINT) AS rows_rejected,
       coalesce(rows_flagged, 0) AS rows_flagged
FROM returns LEFT JOIN accepted USING (area, month) LEFT JOIN rejected USING (area, month)
ORDER BY area, month
"""


def write_scores(connection: Connection, mission: Mission, as_of: date) -> None:
    """Fills the table anew for the sources that owe returns.

    Needs the returns that the engine writes and the rejects of the last checks.
    """
    owing = connection.execute(
        "SELECT DISTINCT source FROM mart.return_status WHERE mission = ? ORDER BY source",
        [mission.mission],
    ).fetchall()
    rows = [
        {"source": source, **row}
        for (source,) in owing
        if source in contracts() and contracts()[source].area_column
        for row in _rows(connection, mission, contracts()[source], as_of)
    ]
    store_rows(connection, mission.mission, "quality_score", rows)


def _rows(
    connection: Connection, mission: Mission, contract: Contract, as_of: date
) -> list[dict[str, object]]:
    dated = f"WHERE {DATED_TO_THE_MONTH}" if "date_precision" in contract.columns else ""
    query = _SCORES_SQL.format(
        table=quoted(contract.table),
        area=quoted(str(contract.area_column)),
        day=local_day_sql(contract, mission),
        flagged=_flagged_sql(contract),
        dated=dated,
    )
    asked = {"mission": mission.mission, "source": contract.table, "as_of": as_of}
    # How many rows an area has of a protected source is told nowhere else by area and month.
    is_told = contract.confidentiality.total != "protected"
    return [_scored(row, is_told) for row in named_rows(connection.execute(query, asked))]


def _scored(row: dict[str, object], is_told: bool) -> dict[str, object]:
    is_closed = row.pop("is_closed")
    if not is_told:
        row |= {"rows_accepted": None, "rows_rejected": None, "rows_flagged": None}
    counts = {name: value for name, value in row.items() if name not in ("area", "month")}
    parts = quality_parts(QualityCounts(**counts))  # type: ignore[arg-type]
    if is_closed or not parts:
        return row | {"reason": "no_access" if is_closed else "not_due"}
    return row | parts | {"score": quality_score(parts)}


def _flagged_sql(contract: Contract) -> str:
    """Places of rows that break a warning rule or hold an outlier, each once."""
    warned = (
        f"SELECT file_sha256, sheet, row_number FROM ops.row_warning "
        f"WHERE table_name = '{contract.table}'"
    )
    found = [outlier_sql(contract, column) for column in number_columns(contract)]
    far = [f"SELECT file_sha256, sheet, row_number FROM ({query})" for query in found if query]
    return " UNION ".join([warned, *far])
