"""Rows of the last month against the months before: a source that fell silent or doubled."""

from collections.abc import Iterator

from indicators.definitions.contracts import Contract
from indicators.foundation.sql_text import quoted
from pipelines.quality.check_results import CheckResult, check_result
from pipelines.quality.facts.outliers import named_places, unit_column
from pipelines.quality.facts.robust import FAR, count_scale, distance
from pipelines.workspace.warehouse.inspect import Connection

HISTORY_MONTHS = 12
LEAST_MONTHS = 6  # with a shorter history the usual number is not known
SMALL = 10  # a difference of so few rows is no change of volume
# A coarse date stands at the first day of its quarter or year and tells nothing of that month.
DATED_TO_THE_MONTH = "date_precision IN ('day', 'week', 'month')"


def volume_sql(contract: Contract) -> str:
    """Rows of the last month and the median of the twelve months before, empty months as 0."""
    table, day = quoted(contract.table), quoted(str(contract.date_column))
    dated = f"AND {DATED_TO_THE_MONTH}" if "date_precision" in contract.columns else ""
    return f"""
    WITH months AS (
      SELECT CAST(date_trunc('month', {day}) AS DATE) AS month, count(*) AS rows
      FROM core.{table} WHERE {day} IS NOT NULL {dated} GROUP BY ALL
    ),
    calendar AS (
      SELECT CAST(unnest(generate_series(min(month), max(month), INTERVAL 1 MONTH)) AS DATE)
        AS month
      FROM months
    ),
    counted AS (
      SELECT month, coalesce(rows, 0) AS rows,
             row_number() OVER (ORDER BY month DESC) AS months_ago
      FROM calendar LEFT JOIN months USING (month)
    )
    SELECT strftime(max(month), '%Y-%m'),
           max(rows) FILTER (months_ago = 1),
           median(rows) FILTER (months_ago BETWEEN 2 AND {HISTORY_MONTHS + 1}),
           count(*) FILTER (months_ago BETWEEN 2 AND {HISTORY_MONTHS + 1})
    FROM counted
    """


def volume_against_history(connection: Connection, contract: Contract) -> Iterator[CheckResult]:
    """The last month holds between half and twice the usual number of rows."""
    if contract.calendar is None or contract.date_column is None:
        return
    row = connection.execute(volume_sql(contract)).fetchone()
    if row is None or row[3] < LEAST_MONTHS:
        return
    month, rows, usual, _ = row
    near = abs(rows - usual) < SMALL or usual / 2 <= rows <= usual * 2
    yield check_result(
        "volume",
        contract.table,
        near,
        kind="volume",
        observed=rows,
        expected=f"{usual / 2:g} … {usual * 2:g}",
        month=month,
        usual=f"{usual:.0f}",
    )


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
