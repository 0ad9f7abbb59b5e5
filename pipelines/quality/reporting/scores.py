"""`mart.quality_score`: what each source owed and gave of each area and month, and its score."""

from datetime import date

from indicators.assessment.quality_score import QualityCounts, quality_parts, quality_score
from indicators.definitions.contracts import Contract, contracts
from indicators.definitions.mission_profile import Mission
from indicators.foundation.sql_text import quoted, sql_file
from indicators.foundation.stored.database import named_rows
from indicators.foundation.stored.mart_rows import store_rows
from pipelines.quality.facts.outliers import number_columns, outlier_sql
from pipelines.quality.facts.volumes import DATED_TO_THE_MONTH
from pipelines.quality.rejects.summary import local_day_sql
from pipelines.workspace.warehouse.inspect import Connection


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
    query = sql_file(__file__, "scores").format(
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
