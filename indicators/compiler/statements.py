"""From a cube plan to SQL: one named CTE a stage, from the core rows to the cells of the mart.

Stages: `rows_of_core` and `with_<derived column>` (`columns.py`), `located` and `base_cube`
(`base_cube.py`), `in_areas`, `rolled_up` (`roll_ups.py`), then one `cells` an indicator
(`ratios.py`). The engine keeps `base_cube` as a table. What people read of a figure is made of the
same stages: `figure_sql.py`.
"""

from collections.abc import Sequence
from datetime import date

from indicators.compiler.base_cube import FILE, cube_stages, grouping_label
from indicators.compiler.cells.ratios import cells_sql
from indicators.compiler.ctes import Cte, with_stages
from indicators.compiler.plan import CubePlan
from indicators.compiler.roll_ups import file_stages, roll_up_stages


def cube_sql(plan: CubePlan, months: Sequence[date] | None = None) -> list[str]:
    """Statements whose last gives the rows of the plan's cube, which the engine keeps.

    `months`: those of these months. What many groupings read is a table, as DuckDB reads a CTE
    with all its columns each time.
    """
    stages = cube_stages(plan, by_file=True, months=months, is_stored=True)
    cube = stages[-1]
    if not plan.adds_up_by_month:
        return [with_stages(stages, f"SELECT * FROM {cube.name}")]
    facts = with_stages(stages[:-1], f"SELECT * FROM {stages[-2].name}")
    return [f"CREATE OR REPLACE TEMP TABLE facts AS {facts}", cube.sql]


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


def _kept_cube(plan: CubePlan, of_table: str | None = None) -> Cte:
    name = "base_cube" if plan.is_condensed else "located"
    where = []
    if plan.adds_up_by_month:
        groupings = [g for planned in plan.indicators for g in planned.groupings]
        labels = ", ".join(dict.fromkeys(grouping_label(plan, g) for g in groupings))
        where.append(f"grouped IN ({labels})")
    if of_table is not None:
        where.append(f"month IN (SELECT month FROM month_of_{of_table})")
    text = f"  SELECT * FROM cube.{plan.name}"
    return Cte(name, text + ("\n  WHERE " + " AND ".join(where) if where else ""))


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
