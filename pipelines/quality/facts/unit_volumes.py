"""Rows that each unit reports for the last month, against its own twelve months before.

A month for which the unit sent no report is left out: that is told as a missing report, and not as
a change of what the unit did. Far is less than half or more than twice the usual number, and more
than chance explains.
"""

from collections.abc import Iterator

from indicators.definitions.contracts import Contract
from indicators.foundation.sql_text import quoted
from pipelines.quality.check_results import CheckResult, check_result
from pipelines.quality.facts.outliers import named_places, unit_column
from pipelines.quality.facts.robust import FAR, count_scale, distance
from pipelines.quality.facts.volumes import DATED_TO_THE_MONTH, HISTORY_MONTHS, LEAST_MONTHS
from pipelines.warehouse.inspect import Connection


def unit_volume_sql(contract: Contract, unit: str) -> str:
    """Units whose last month lies far from their own history, and how many units were compared.

    Columns: `unit, month, rows, is_far`, one row a unit.
    """
    table, day = quoted(contract.table), quoted(str(contract.date_column))
    dated = f"AND {DATED_TO_THE_MONTH}" if "date_precision" in contract.columns else ""
    return f"""
    WITH counted AS (
      SELECT {quoted(unit)} AS unit, CAST(date_trunc('month', {day}) AS DATE) AS month,
             count(*) AS rows
      FROM core.{table} WHERE {day} IS NOT NULL AND {quoted(unit)} IS NOT NULL {dated}
      GROUP BY ALL
    ),
    last AS (SELECT max(month) AS month FROM counted),
    calendar AS (
      SELECT unit, CAST(unnest(generate_series(
        greatest(min(counted.month), any_value(last.month) - INTERVAL {HISTORY_MONTHS} MONTH),
        any_value(last.month), INTERVAL 1 MONTH)) AS DATE) AS month
      FROM counted, last GROUP BY unit
    ),
    reported AS (
      SELECT unit, month, coalesce(rows, 0) AS rows
      FROM calendar LEFT JOIN counted USING (unit, month)
      WHERE NOT EXISTS (
        SELECT 1 FROM core.reporting_returns AS owed
        WHERE owed.source = $source AND owed.unit_code = unit AND owed."month" = calendar.month
          AND owed.return_status NOT IN ('submitted', 'nil'))
    ),
    history AS (
      SELECT unit, median(rows) AS usual, list({count_scale("rows")}) AS before
      FROM reported, last
      WHERE reported.month < last.month GROUP BY unit HAVING count(*) >= {LEAST_MONTHS}
    )
    SELECT unit, strftime(reported.month, '%Y-%m'), rows,
           abs({distance(count_scale("rows"), "before")}) > {FAR}
             AND rows NOT BETWEEN usual / 2 AND usual * 2
    FROM reported JOIN last USING (month) JOIN history USING (unit)
    ORDER BY unit
    """


def unit_volumes(connection: Connection, contract: Contract) -> Iterator[CheckResult]:
    """Whether each unit that reported sent about as many rows as in its own months before."""
    unit = unit_column(contract)
    if contract.calendar is None or contract.date_column is None or unit is None:
        return
    found = connection.execute(
        unit_volume_sql(contract, unit), {"source": contract.table}
    ).fetchall()
    if not found:
        return
    far = [(name, month) for name, month, _, is_far in found if is_far]
    yield check_result(
        "unit_volumes",
        contract.table,
        not far,
        kind="unit_volumes",
        observed=f"{len(far)} / {len(found)}",
        expected=0,
        month=found[0][1],
        places=named_places(far),
    )
