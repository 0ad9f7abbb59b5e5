"""In which figures rejected rows would have counted: lines of `mart.reject_place` by indicator.

A rejected row is treated as its correction would be: placed by the indicator's own date and area,
and held against what the indicator counts. What its faults hide may be anything: where the
condition cannot be told because of a column that broke a rule, the row may count; where the date or
the area cannot, it may count anywhere. States and surveys have no date of a row and no lines here.
"""

from collections.abc import Sequence

import duckdb

from indicators.compiler.ctes import Cte, with_stages
from indicators.compiler.derived.columns import derivation_stages
from indicators.compiler.plan import CubePlan, PlannedIndicator, cube_plans
from indicators.definitions.contracts import contracts
from indicators.definitions.derivations import core_columns
from indicators.definitions.indicator import Indicator
from indicators.definitions.measures import SURVEY_KINDS
from indicators.definitions.mission_profile import Mission

_ROW = "file_sha256, sheet, row_number"


def waiting_table(table: str) -> str:
    """The table of a source's waiting rows: its core columns, `faulty` and `is_text_missing`."""
    return f'ops."waiting_{table}"'


def is_told(measure: str, time_rule: str) -> bool:
    """Whether it is told for indicators of this kind in which of their figures a row would be."""
    return measure not in SURVEY_KINDS and time_rule != "stock"


def write_reject_impact(
    connection: duckdb.DuckDBPyConnection, mission: Mission, indicators: Sequence[Indicator]
) -> None:
    """Write the lines of these indicators anew; needs the functions and places of a run.

    None for a source of which no row waits.
    """
    connection.execute("DELETE FROM mart.reject_place WHERE indicator IS NOT NULL")
    rows = connection.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'ops'"
    ).fetchall()
    held = {f'ops."{name}"' for (name,) in rows}
    for plan in cube_plans(indicators):
        if plan.clock is None or waiting_table(plan.source) not in held:
            continue
        connection.execute(_lines_sql(plan), [mission.mission, plan.source])


def _lines_sql(plan: CubePlan) -> str:
    """The lines of all indicators of a plan, from the waiting rows of its source."""
    stages = derivation_stages(contracts()[plan.source], plan.source_columns)
    stages[0] = Cte(stages[0].name, f"  SELECT * FROM {waiting_table(plan.source)}")
    may_count = ",\n    ".join(_may_count_sql(plan, planned) for planned in plan.indicators)
    day, place = plan.clock, plan.area or "country_area()"
    waiting = f"""  SELECT {_ROW}, {day} AS day, {place} AS area, unnest([
    {may_count}]) AS indicator
  FROM {stages[-1].name}
  WHERE {day} <= as_of_day()
    OR ({day} IS NULL AND {_hidden_sql(plan, frozenset([str(day)]))})"""
    lines = f"""SELECT ? AS mission, ? AS source, indicator,
  CAST(date_trunc('month', day) AS DATE) AS month, known.area_code AS area, count(*) AS rows
FROM (
  SELECT {_ROW}, indicator, min(day) AS day, min(area) AS area
  FROM waiting WHERE indicator IS NOT NULL GROUP BY ALL
) AS counted
LEFT JOIN cube.area AS known ON known.area_code = counted.area
GROUP BY ALL
ORDER BY ALL"""
    text = with_stages([*stages, Cte("waiting", waiting)], lines)
    return f"INSERT INTO mart.reject_place BY NAME {text}"


def _may_count_sql(plan: CubePlan, planned: PlannedIndicator) -> str:
    """The indicator's code where a waiting row may count in it; else null."""
    hidden = _hidden_sql(plan, planned.reads)
    return f"CASE WHEN coalesce({planned.cases}, {hidden}) THEN '{planned.code}' END"


def _hidden_sql(plan: CubePlan, columns: frozenset[str]) -> str:
    """Whether a fault of the row hides any of these columns."""
    contract = contracts()[plan.source]
    read = [name for name in core_columns(contract, {*columns}) if name in contract.columns]
    return f"(is_text_missing OR list_has_any(faulty, {read}))" if read else "is_text_missing"
