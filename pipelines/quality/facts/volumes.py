"""Rows of the last month against the months before: a source that fell silent or doubled, or stops
before the end of a quarter."""

from collections.abc import Iterator
from datetime import timedelta

from indicators.definitions.contracts import Contract, contracts
from indicators.definitions.mission_profile import Mission
from indicators.foundation.periods import period_of
from indicators.foundation.sql_text import quoted
from pipelines.quality.check_results import CheckResult, check_result, month_words
from pipelines.quality.facts.outliers import named_places, unit_column
from pipelines.quality.facts.robust import FAR, count_scale, distance, usual
from pipelines.quality.rejects.summary import local_day_sql
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
        month=month_words(month),
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
      SELECT unit, median(rows) AS usual, {usual(count_scale("rows"))}
      FROM reported, last
      WHERE reported.month < last.month GROUP BY unit HAVING count(*) >= {LEAST_MONTHS}
    )
    SELECT unit, strftime(reported.month, '%Y-%m'), rows,
           {distance(count_scale("rows"))} > {FAR}
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
        month=month_words(found[0][1]),
        places=named_places(far),
    )


_REACHED = "reaches_quarter_end"
_NOT_SENT = ("activity_plan", "assessments", "recommendations", "reporting_returns")
_MONTHS_ON_RECORD_SQL = """
WITH own AS (
  SELECT DISTINCT CAST(date_trunc('month', {day}) AS DATE) AS month
  FROM core.{table} WHERE {day} <= $as_of {dated}
),
newest AS (SELECT max(month) AS month FROM own)
SELECT count(*), max(greatest(
  newest.month,
  (SELECT max(least(coalesce(covers_to, $as_of), $as_of)) FROM ops.covered_span
   JOIN ops.input_file USING (file_sha256) WHERE table_name = $table AND status = 'loaded'),
  (SELECT max("month") FROM core.reporting_returns
   WHERE source = $table AND return_status IN ('submitted', 'nil'))))
FROM own, newest WHERE own.month > newest.month - to_months($months)
"""


def quarter_end_reached(connection: Connection, mission: Mission) -> Iterator[CheckResult]:
    """Whether each source with rows in each of its last six months reaches the last month of the
    newest quarter that was over on the day of the refresh; none that ended six months before it.

    A file's declared days and reports that say that nothing was reach as far as rows do.
    """
    found = connection.execute(
        "SELECT as_of FROM mart.mission WHERE mission = ?", [mission.mission]
    ).fetchone()
    if found is None:
        return
    running = period_of(found[0] + timedelta(days=1), "Q")
    quarter = period_of(running.start - timedelta(days=1), "Q")
    for table, contract in contracts().items():
        if contract.date_column is None or table in _NOT_SENT:
            continue
        dated = f"AND {DATED_TO_THE_MONTH}" if "date_precision" in contract.columns else ""
        parts = {"day": local_day_sql(contract, mission), "table": quoted(table), "dated": dated}
        given = {"as_of": found[0], "table": table, "months": LEAST_MONTHS}
        row = connection.execute(_MONTHS_ON_RECORD_SQL.format(**parts), given).fetchone()
        months, last = row or (0, None)
        if months < LEAST_MONTHS or (quarter.end - last).days > 31 * LEAST_MONTHS:
            continue
        yield check_result(
            _REACHED,
            table,
            last >= quarter.end.replace(day=1),
            kind=_REACHED,
            observed=f"{last:%Y-%m}",
            expected=quarter.name,
            month=month_words(f"{last:%Y-%m}"),
        )


def partly_covered(connection: Connection, quarter: str) -> dict[str, tuple[str, str]]:
    """The sources that end before the last month of a quarter, each with its sentence in English
    and French; none of a quarter that the last refresh did not look at."""
    rows = connection.execute(
        """SELECT source, sentence_en, sentence_fr FROM mart.quality_check
        WHERE check_name = source || '.' || ? AND status = 'failed' AND expected = ?
        ORDER BY source""",
        [_REACHED, quarter],
    ).fetchall()
    return {source: (english, french) for source, english, french in rows}
