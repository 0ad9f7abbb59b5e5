"""The four kinds of empty: which cells are due, and whether an empty one is a zero, as SQL.

`definitions.md` 11 to 13, 48 and 49. Returns decide where a source owes them; elsewhere the
source's own rows do. Of what the record holds only in part, nothing is whole (`known_record.py`).
What a value is does not belong here: see `statements.py`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from indicators.compiler.cells.breakdowns import ZERO_OF_TOTAL, dimension_sql
from indicators.compiler.cells.grid import in_grid_sql
from indicators.compiler.cells.parts import due_parts_sql, zero_rates_sql
from indicators.definitions.checks.columns_read import area_column
from indicators.definitions.contracts import Contract, contracts
from indicators.definitions.indicator import Indicator, Returns
from indicators.definitions.vocabularies import UNKNOWN
from indicators.foundation.mart_tables import (
    DIMENSIONS,
    EXACT,
    FREE,
    GAMMA,
    NO_ACCESS,
    NORMAL,
    NOT_COMPUTABLE,
    NOT_REPORTED,
    PROVISIONAL,
    RATING_COLUMNS,
    TOTAL,
    TREND_COLUMNS,
    VALUE_COLUMNS,
)
from indicators.foundation.sql_text import sql_file

NO_RETURNS = "–"


@dataclass(frozen=True)
class Rule:
    """What decides on the empty cells of one indicator; the columns of `cube.rule`."""

    indicator: str
    indicator_version: int
    time_rule: str
    kind: str
    needs_cases: bool
    counts_hits: bool  # entries of a register against rows of another source: these are its rows
    is_state: bool
    has_places: bool  # else its figures stand for the whole mission and no area
    returns_key: str
    population: str | None
    per: int
    periods: list[str]
    method: str
    is_recorded: bool  # else no file has a column without which nothing could be counted


RULE_COLUMNS = {
    "indicator": "VARCHAR",
    "indicator_version": "INTEGER",
    "time_rule": "VARCHAR",
    "kind": "VARCHAR",
    "needs_cases": "BOOLEAN",
    "counts_hits": "BOOLEAN",
    "is_state": "BOOLEAN",
    "has_places": "BOOLEAN",
    "returns_key": "VARCHAR",
    "population": "VARCHAR",
    "per": "INTEGER",
    "periods": "VARCHAR[]",
    "method": "VARCHAR",
    "is_recorded": "BOOLEAN",
}
CELL_COLUMNS = {
    **{name: VALUE_COLUMNS[name] for name in ("indicator", "period_type", "period", "area")},
    **{name: VALUE_COLUMNS[name] for name in DIMENSIONS},
    **{name: VALUE_COLUMNS[name] for name in ("value", "numerator", "denominator", "n")},
    "cases": "BIGINT",
    **{name: VALUE_COLUMNS[name] for name in ("se", "ci_low", "ci_high", "deff", "df", "method")},
    "own_status": "VARCHAR",
}


def rule_of(indicator: Indicator, is_recorded: bool = True) -> Rule:
    """The row of `cube.rule` of an indicator."""
    measure = indicator.measure
    method = GAMMA if indicator.comes_in_clusters else "full_register"
    return Rule(
        indicator.code,
        indicator.version,
        indicator.time_rule,
        "survey" if indicator.is_survey else measure.kind,
        measure.needs_cases,
        indicator.counts_hits,
        indicator.is_state,
        area_column(indicator) is not None,
        returns_key(indicator.returns),
        measure.population,
        indicator.scale,
        list(indicator.periods),
        method,
        is_recorded,
    )


def returns_key(returns: Returns | None) -> str:
    """The name of one way to count returns: source, who reports, harm checked or not."""
    if returns is None:
        return NO_RETURNS
    return "|".join([returns.source, returns.reporters, str(returns.harm_checked).lower()])


def return_tables_sql(indicators: Iterable[Indicator]) -> Iterator[str]:
    """Statements that count returns by area and period for each way that is needed.

    `cube.reporting_coverage`: the area whose returns speak for an area: itself, or, below the level
    at which returns are owed, the one above it (`is_below`).
    """
    indicators = list(indicators)
    wanted = {returns_key(i.returns): i.returns for i in indicators if i.returns is not None}
    of_states = {returns_key(i.returns): i.returns for i in indicators if i.returns and i.is_state}
    yield """
CREATE OR REPLACE TABLE cube.unread_return (
  source VARCHAR, unit_code VARCHAR, area_code VARCHAR, month DATE)"""
    for source in sorted({returns.source for returns in wanted.values()}):
        yield from _unread_return_sql(contracts()[source])
    yield sql_file(__file__, "return_due")
    yield """
CREATE OR REPLACE TABLE cube.return_month (
  returns_key VARCHAR, unit_type VARCHAR, area_code VARCHAR, month DATE,
  due INTEGER, received INTEGER, no_access INTEGER)"""
    for key, returns in sorted(wanted.items()):
        yield _return_month_sql(key, returns)
    yield sql_file(__file__, "reporting_coverage")
    yield sql_file(__file__, "return_cell")
    yield """
CREATE OR REPLACE TABLE cube.newest_return (
  returns_key VARCHAR, unit_type VARCHAR, area VARCHAR, period_type VARCHAR, period VARCHAR,
  due INTEGER, received INTEGER, no_access INTEGER)"""
    for key, returns in sorted(of_states.items()):
        yield _newest_return_sql(key, returns)


def _unread_return_sql(contract: Contract) -> Iterator[str]:
    """Which reports of a source came and could not be loaded; none where its rows know no place."""
    day, area = contract.date_column, contract.area_column
    if day is None or area is None:
        return
    day = f"local_date({day})" if contract.columns[day].base_type == "time" else day
    unit = "unit_code" if "unit_code" in contract.columns else "CAST(NULL AS VARCHAR)"
    parts = {"source": contract.table, "day": day, "area": area, "unit": unit}
    yield sql_file(__file__, "unread_return").format_map(parts)


def _newest_return_sql(key: str, returns: Returns) -> str:
    """Of each reporter the newest return due by the period's end: a state's figure rests on it."""
    return f"""
INSERT INTO cube.newest_return
WITH ended AS (
  SELECT period_type, period, max(month) AS last_month FROM cube.period_month GROUP BY ALL
),
newest AS (
  SELECT returns.*, ended.period_type, ended.period
  FROM cube.return_due AS returns JOIN ended ON returns.month <= ended.last_month
  WHERE is_due AND {_reporters_sql(returns)}
  QUALIFY row_number() OVER (
    PARTITION BY unit_code, returns.area_code, ended.period_type, ended.period
    ORDER BY returns.month DESC) = 1
)
SELECT '{key}', coalesce(unit_type, '{TOTAL}'), area_ancestor.area, period_type, period,
  count(*), count(*) FILTER (WHERE is_received), count(*) FILTER (WHERE is_no_access)
FROM newest
JOIN cube.area_version AS span
  ON span.area_code = newest.area_code AND month_end >= span.begins AND month_end < span.ends
JOIN cube.area_ancestor ON area_ancestor.area_code = span.place
GROUP BY GROUPING SETS (
  (area_ancestor.area, period_type, period), (unit_type, area_ancestor.area, period_type, period))
HAVING grouping(unit_type) = 1 OR unit_type IS NOT NULL"""


def _reporters_sql(returns: Returns) -> str:
    police = " AND component = 'police'" if returns.reporters == "police" else ""
    return f"source = '{returns.source}'{police}"


def _return_month_sql(key: str, returns: Returns) -> str:
    checked = " AND coalesce(harm_checked, false)" if returns.harm_checked else ""
    return f"""
INSERT INTO cube.return_month
SELECT '{key}', coalesce(unit_type, '{TOTAL}'), area_code, "month",
  count(*) FILTER (WHERE is_due),
  count(*) FILTER (WHERE is_received{checked}),
  count(*) FILTER (WHERE is_no_access)
FROM cube.return_due
WHERE {_reporters_sql(returns)}
GROUP BY GROUPING SETS ((area_code, "month"), (unit_type, area_code, "month"))
HAVING grouping(unit_type) = 1 OR unit_type IS NOT NULL"""


def _with_whole_denominators_sql(is_total: str) -> str:
    """All cells, and in parts that tell the numerator apart the denominator of the total."""
    whole = ("denominator", "n", "own_status")
    taken = ", ".join(
        f"CASE WHEN whole.indicator IS NULL THEN cell.{name} ELSE whole.{name} END AS {name}"
        for name in whole
    )
    return f"""
    SELECT cell.* REPLACE ({taken},
      CASE WHEN whole.indicator IS NULL THEN cell.value
        WHEN whole.denominator > 0 THEN rule.per * cell.numerator / whole.denominator
        END AS value)
    FROM wanted_cells AS cell
    JOIN cube.rule AS rule USING (indicator)
    LEFT JOIN cube.breakdown AS broken
      ON broken.indicator = cell.indicator AND broken.absent = '{ZERO_OF_TOTAL}'
      AND broken.dimension = {dimension_sql("cell.")}
    LEFT JOIN (SELECT * FROM wanted_cells WHERE {is_total}) AS whole
      ON whole.indicator = broken.indicator AND whole.period_type = cell.period_type
      AND whole.period = cell.period AND whole.area = cell.area
  """


def values_sql(of_table: str) -> str:
    """Every due cell with its value or its kind of empty, in the columns of the mart.

    `of_table`: of the indicators and periods that this table names. Total cells appear for each
    area and period from the source's first month to the as-of date; a cell of a dimension appears
    where it holds a case, that of a unit type also where one owed a return, that of a rate also
    where it is 0.
    """
    dimensions = ", ".join(f"cell.{name}" for name in DIMENSIONS)
    totals = ", ".join(f"'{TOTAL}' AS {name}" for name in DIMENSIONS)
    is_total = " AND ".join(f"{name} = '{TOTAL}'" for name in DIMENSIONS)
    measured = [
        "value", "numerator", "denominator", "n", "cases", "se", "ci_low", "ci_high", "deff", "df",
        "method", "own_status",
    ]  # fmt: skip
    cells = ", ".join(f"cell.{name}" for name in measured)
    whose = f"IF(cell.unit_type = '{UNKNOWN}', '{TOTAL}', cell.unit_type)"  # returns of any type
    return f"""
WITH wanted_cells AS (
  SELECT cell.* FROM cube.cell AS cell SEMI JOIN {of_table} USING (indicator, period_type, period)
),
due_cells AS (
  SELECT rule.indicator, period.period_type, period.period, area.area_code AS area
  FROM cube.rule AS rule
  JOIN cube.first_day USING (indicator)
  JOIN cube.period AS period
    ON period.period_end >= first_day.day AND list_contains(rule.periods, period.period_type)
  SEMI JOIN {of_table} AS wanted
    ON wanted.indicator = rule.indicator
    AND wanted.period_type = period.period_type AND wanted.period = period.period
  JOIN cube.area AS area ON rule.has_places OR area.area_code = country_area()
  {in_grid_sql("area.area_code", "period.period_type", "'total'")}
),
total_cells AS (
  SELECT due_cells.*, {totals}, {cells}
  FROM due_cells
  LEFT JOIN (SELECT * FROM wanted_cells WHERE {is_total}) AS cell
    USING (indicator, period_type, period, area)
),
part_cells AS (
  SELECT cell.indicator, cell.period_type, cell.period, cell.area, {dimensions}, {cells}
  FROM ({_with_whole_denominators_sql(is_total)}) AS cell
  JOIN cube.rule AS rule
    ON rule.indicator = cell.indicator AND list_contains(rule.periods, cell.period_type)
  WHERE NOT ({is_total})
),
due_parts AS (
  {due_parts_sql()}
),
zero_rates AS (
  {zero_rates_sql()}
),
all_cells AS (
  SELECT * FROM total_cells
  UNION ALL BY NAME SELECT * FROM part_cells
  UNION ALL BY NAME SELECT * FROM due_parts
  UNION ALL BY NAME SELECT * FROM zero_rates
),
with_returns AS (
  SELECT cell.*, rule.* EXCLUDE (indicator, method), rule.method AS rule_method,
    period.period_start, period.period_end, area.area_level,
    people.persons,
    cover.returns_key IS NOT NULL AS has_returns,
    coalesce(cover.is_below, false) AS is_below,
    coalesce(returned.due, 0) AS returns_due,
    coalesce(returned.received, 0) AS returns_received,
    coalesce(CASE WHEN rule.is_state THEN newest.due ELSE returned.due END, 0) AS due,
    coalesce(CASE WHEN rule.is_state THEN newest.received ELSE returned.received END, 0)
      AS received,
    coalesce(CASE WHEN rule.is_state THEN newest.no_access ELSE returned.no_access END, 0)
      AS no_access,
    source_period.period IS NOT NULL AS source_has_rows,
    coalesce(known.is_whole, false) AS is_whole,
    coalesce(cell.cases, 0) > 0 AS has_cases,
    coalesce(CASE WHEN rule.counts_hits THEN cell.numerator ELSE cell.cases END, 0) > 0 AS has_rows
  FROM all_cells AS cell
  JOIN cube.rule AS rule USING (indicator)
  JOIN cube.period AS period USING (period_type, period)
  JOIN cube.area AS area ON area.area_code = cell.area
  LEFT JOIN cube.source_period AS source_period
    ON source_period.indicator = cell.indicator
    AND source_period.period_type = cell.period_type AND source_period.period = cell.period
  LEFT JOIN cube.known_period AS known
    ON known.indicator = cell.indicator
    AND known.period_type = cell.period_type AND known.period = cell.period
  LEFT JOIN cube.population_area AS people
    ON people.population_kind = rule.population AND people.area = cell.area
    AND people.period_type = cell.period_type AND people.period = cell.period
    AND people.sex = cell.sex AND people.age_group = cell.age_group
  LEFT JOIN cube.reporting_coverage AS cover
    ON cover.returns_key = rule.returns_key AND cover.area = cell.area
  LEFT JOIN cube.return_cell AS returned
    ON returned.returns_key = cover.returns_key AND returned.area = cover.covering
    AND returned.period_type = cell.period_type AND returned.period = cell.period
    AND returned.unit_type = {whose}
  LEFT JOIN cube.newest_return AS newest
    ON newest.returns_key = cover.returns_key AND newest.area = cover.covering
    AND newest.period_type = cell.period_type AND newest.period = cell.period
    AND newest.unit_type = {whose}
),
with_candidate AS (
  SELECT * REPLACE (
      CASE WHEN kind = 'rate' THEN persons ELSE denominator END AS denominator,
      CASE
        WHEN kind = 'rate' AND persons > 0 THEN per * coalesce(numerator, 0) / persons
        WHEN kind = 'rate' THEN NULL
        WHEN needs_cases OR kind = 'survey' THEN value
        ELSE coalesce(value, 0)
      END AS value)
  FROM with_returns
),
with_status AS (
  SELECT *, CASE
    WHEN NOT is_recorded THEN '{NOT_REPORTED}'
    WHEN own_status = '{NORMAL}' AND period_end > as_of_day() THEN '{PROVISIONAL}'
    WHEN kind = 'survey' THEN coalesce(own_status, '{NOT_REPORTED}')
    WHEN own_status = '{NOT_REPORTED}' THEN '{NOT_REPORTED}'
    WHEN has_returns AND NOT has_rows AND due = 0 THEN '{NOT_REPORTED}'
    WHEN has_returns AND NOT has_rows AND received = 0 AND no_access = due THEN '{NO_ACCESS}'
    WHEN has_returns AND NOT has_rows AND received = 0 THEN '{NOT_REPORTED}'
    WHEN time_rule = 'stock' AND NOT has_cases THEN '{NOT_REPORTED}'
    WHEN NOT has_returns AND NOT has_rows AND NOT source_has_rows THEN '{NOT_REPORTED}'
    WHEN value IS NULL THEN '{NOT_COMPUTABLE}'
    WHEN period_end > as_of_day() THEN '{PROVISIONAL}'
    WHEN own_status = '{PROVISIONAL}' THEN '{PROVISIONAL}'
    WHEN has_returns AND received < due THEN '{PROVISIONAL}'
    WHEN has_returns AND due = 0 THEN '{PROVISIONAL}'
    WHEN NOT is_whole THEN '{PROVISIONAL}'
    ELSE '{NORMAL}'
  END AS obs_status
  FROM with_candidate
),
with_zero AS (
  SELECT *, obs_status IN ('{NORMAL}', '{PROVISIONAL}') OR kind = 'survey' AS is_shown,
    kind IN ('median', 'quantile', 'survey') AS has_no_parts
  FROM with_status
)
SELECT '{{mission}}' AS mission, indicator, indicator_version, time_rule, period_type, period,
  period_start, period_end, area, area_level, {", ".join(DIMENSIONS)},
  CASE WHEN is_shown THEN value END AS value,
  CASE WHEN kind = 'survey' OR has_no_parts THEN numerator
    WHEN is_shown OR obs_status = '{NOT_COMPUTABLE}' THEN coalesce(numerator, 0) END AS numerator,
  CASE WHEN kind = 'survey' THEN denominator
    WHEN obs_status IN ('{NOT_REPORTED}', '{NO_ACCESS}') THEN NULL
    WHEN has_cases OR (kind = 'rate' AND is_shown) THEN denominator
    WHEN kind IN ('ratio', 'mean') AND obs_status = '{NOT_COMPUTABLE}' THEN 0 END AS denominator,
  CASE WHEN kind = 'survey' THEN n
    WHEN is_shown OR obs_status = '{NOT_COMPUTABLE}' THEN coalesce(n, 0) END AS n,
  se, ci_low, ci_high, deff, df,
  CASE WHEN is_shown AND value IS NOT NULL THEN coalesce(method, rule_method) END AS method,
  obs_status, '{FREE}' AS conf_status, '{EXACT}' AS disclosure,
  CASE WHEN has_returns AND NOT is_below THEN returns_due END AS returns_due,
  CASE WHEN has_returns AND NOT is_below THEN returns_received END AS returns_received,
  {", ".join(f"NULL AS {name}" for name in (*RATING_COLUMNS, *TREND_COLUMNS))}
FROM with_zero
WHERE kind <> 'rate' OR is_shown OR numerator > 0 OR {is_total}"""
