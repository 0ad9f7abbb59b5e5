"""From a cube plan to SQL: one named CTE a stage, from the core rows to the cells of the mart.

Stages: `rows_of_core` and `with_<derived column>` (`derived.py`), `placed` and `finest`
(`cubes.py`), `by_month`, `in_areas`, `rolled` (`roll_ups.py`), then one `cells` an indicator
(`cells.py`). The engine keeps `finest` as a table; people read it all as one statement.
"""

from collections.abc import Sequence
from datetime import date

from indicators.catalogue import Indicator, checked_measure
from indicators.cells import cells_sql
from indicators.contracts import contracts
from indicators.cubes import FILE, cube_stages
from indicators.derived import cube_table_sql
from indicators.measures import Measure
from indicators.plan import CubePlan, single_plan
from indicators.roll_ups import file_stages, roll_up_stages
from indicators.stages import Stage, with_stages


def indicator_sql(indicator: Indicator) -> str:
    """The SQL of one indicator as people read it: the same stages that the engine runs."""
    if indicator.is_survey:
        return f"{cube_table_sql(contracts()[indicator.source])};\n\n{_survey_sql(indicator)}"
    plan = single_plan(indicator)
    return with_stages([*cube_stages(plan), *roll_up_stages(plan)], _cells_of(plan))


def cube_sql(plan: CubePlan, months: Sequence[date] | None = None) -> str:
    """The rows of the plan's cube, which the engine keeps; `months`: those of these months."""
    stages = cube_stages(plan, by_file=True, months=months)
    return with_stages(stages, f"SELECT * FROM {stages[-1].name}")


def plan_cells_sql(plan: CubePlan, of_table: str | None = None) -> str:
    """The cells of a plan's indicators, out of its cube.

    `of_table`: only those of the periods in this table, of which `month_of_<table>` holds the
    months.
    """
    stages = [_kept_cube(plan, of_table), *roll_up_stages(plan)]
    return _of_periods(with_stages(stages, _cells_of(plan)), of_table)


def _of_periods(text: str, of_table: str | None) -> str:
    if of_table is None:
        return text
    return (
        f"SELECT row.* FROM (\n{text}\n) AS row\nSEMI JOIN {of_table} USING (period_type, period)"
    )


def _cells_of(plan: CubePlan) -> str:
    return "\nUNION ALL BY NAME\n".join(cells_sql(plan, planned) for planned in plan.indicators)


def _kept_cube(plan: CubePlan, of_table: str | None = None) -> Stage:
    name = "finest" if plan.is_condensed else "placed"
    text = f"  SELECT * FROM cube.{plan.name}"
    if of_table is not None:
        text += f"\n  WHERE month IN (SELECT month FROM month_of_{of_table})"
    return Stage(name, text)


def contribution_sql(plan: CubePlan, of_table: str | None = None) -> str:
    """Rows of each file that count in the total cells: indicator, period, area, file, rows.

    `of_table`: as of `plan_cells_sql`.
    """
    selects = [
        f"SELECT '{planned.code}' AS indicator, period_type, period, area, {FILE}, "
        f"CAST({planned.part('cases')} AS BIGINT) AS rows FROM by_file "
        f"WHERE {planned.part('cases')} > 0"
        for planned in plan.indicators
    ]
    stages = [_kept_cube(plan, of_table), *file_stages(plan)]
    return _of_periods(with_stages(stages, "\nUNION ALL\n".join(selects)), of_table)


def _survey_sql(indicator: Indicator) -> str:
    """The table that survey estimation reads; the estimate itself is no SQL."""
    measure = checked_measure(indicator)
    answers = [
        f"max(answer) FILTER (WHERE item = '{item}') AS {item}" for item in measure.all_items
    ]
    asked = [
        f"{item} IN ({', '.join(repr(code) for code in codes)})"
        for item, codes in sorted(measure.among.items())
    ]
    outcome = _score_sql(measure, asked) if measure.scores else _favourable_sql(measure, asked)
    listed = ",\n    ".join(answers)
    return f"""WITH answered AS (
  SELECT survey_code, wave, respondent_key,
    {listed}
  FROM core.survey_answers
  GROUP BY survey_code, wave, respondent_key
),
design AS (
  SELECT * FROM cube.survey_respondents
  WHERE instrument = '{measure.instrument}'
    AND consent_given AND result IN ('complete', 'partial')
)
SELECT design.*,
  coalesce({measure.where or "true"}, false) AS is_in_domain,
  {outcome}
FROM design LEFT JOIN answered USING (survey_code, wave, respondent_key)"""


def _favourable_sql(measure: Measure, asked: Sequence[str]) -> str:
    favourable = " AND ".join(
        f"{item} IN ({', '.join(repr(code) for code in codes)})"
        for item, codes in sorted(measure.items.items())
    )
    answered = [
        f"{item} NOT IN ('dont_know', 'refused', 'not_asked')" for item in sorted(measure.items)
    ]
    valid = " AND ".join([*answered, *asked])
    return f"CASE WHEN {valid} THEN {favourable} END AS is_favourable"


def _score_sql(measure: Measure, asked: Sequence[str]) -> str:
    """The mean of the scores of the items answered, of who answered enough of them."""
    scores = [
        f"CASE {item} {' '.join(f'WHEN {code!r} THEN {n:g}' for code, n in numbers.items())} END"
        if numbers
        else f"TRY_CAST({item} AS DOUBLE)"
        for item, numbers in sorted(measure.scores.items())
    ]
    listed = f"[{', '.join(scores)}]"
    valid = " AND ".join([f"list_count({listed}) >= {measure.minimum_answered}", *asked])
    return f"CASE WHEN {valid} THEN list_avg({listed}) END AS score"
