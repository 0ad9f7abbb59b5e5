"""From the finest cube to all periods, areas and groupings, as SQL stages.

What adds up by month is carried up the areas (`in_areas`), then into the periods (`rolled_up`):
each step is smaller than the one before. States, rates and distinct things are carried into their
periods and areas row by row (`in_periods`, `in_areas`) and grouped there. Either way only cells of
the grid are left (`grid.py`).
"""

from collections.abc import Iterator, Sequence

from indicators.compiler.base_cube import FILE, grouping_label, month_keys, time_columns
from indicators.compiler.cells.grid import in_grid_sql
from indicators.compiler.ctes import Cte, select_sql
from indicators.compiler.plan import PEOPLE, CubePlan, Grouping
from indicators.definitions.measures import Aggregate
from indicators.definitions.vocabularies import TOTAL
from indicators.foundation.sql_text import quoted

_PLACE_AND_TIME = ("period_type", "period", "area")


def roll_up_stages(plan: CubePlan) -> list[Cte]:
    """From the cube (`base_cube`, or `located` where each row is needed) to `rolled_up`, and for
    each column with several values a row to `rolled_by_<column>`."""
    if plan.adds_up_by_month:
        return _stages_by_month(plan)
    stages = [in_periods_stage(plan), _in_areas()]
    if plan.groupings:
        stages.append(_rolled(plan))
    return stages + [_rolled_by_list(plan, column) for column in plan.multivalued_columns]


def file_stages(plan: CubePlan) -> list[Cte]:
    """From the cube to the cases of each file in the total cells: `by_file`."""
    if plan.adds_up_by_month:
        of_total = f"\n  WHERE grouped = {grouping_label(plan, ())}"
        return [
            _up_the_areas(plan, [FILE], _case_lines(plan), of_total),
            _into_periods(plan, "by_file", [FILE], _case_lines(plan), "'total'"),
        ]
    lines = list(_counted_cases(plan))
    text = _sums("in_areas", [*_PLACE_AND_TIME, FILE], lines)
    return [in_periods_stage(plan, by_people=False), _in_areas(), Cte("by_file", text)]


def in_periods_stage(plan: CubePlan, by_people: bool = True) -> Cte:
    """`by_people`: a row of a rate comes once for each population that its persons belong to."""
    rows = "base_cube" if plan.is_condensed else "located"
    joins = []
    columns = f"{rows}.*"
    if plan.state is None:
        columns += ", holding.period_type, holding.period"
        joins.append(_holding_sql(plan, rows))
    joins += _exact_enough_sql(plan, rows)
    if plan.population:
        columns += "".join(f", people.{name} AS people_{name}" for name in PEOPLE)
        period = "holding" if plan.state is None else rows
        place = "people_place" if by_people and plan.people_columns else "population_place"
        joins.append(
            f"JOIN cube.{place} AS people\n"
            f"    ON people.population_kind = '{plan.population}'"
            f" AND people.area = {rows}.cube_area\n"
            f"    AND people.period_type = {period}.period_type"
            f" AND people.period = {period}.period\n    "
            + "\n    ".join(_people_conditions(plan, rows, by_people))
        )
    source = "\n  ".join([f"FROM {rows}", *joins])
    return Cte("in_periods", f"  SELECT {columns}\n  {source}")


def of_all_people(plan: CubePlan) -> str:
    """The rows of a rate that count against all persons; every row of another measure."""
    return " AND ".join(f"{key} = '{TOTAL}'" for key in _people_keys(plan)) or "true"


def _parts_sql(plan: CubePlan) -> str:
    """Which kind of cell (`grid.Parts`) a row of `rolled_up` is; of a rate by population too."""
    labels = {len(grouping): grouping_label(plan, grouping) for grouping in _plain_groupings(plan)}
    crossed = f" WHEN {labels[2]} THEN 'sex_age'" if 2 in labels else ""
    parts = f"CASE grouped WHEN {grouping_label(plan, ())} THEN 'total'{crossed} ELSE 'part' END"
    if not plan.population:
        return parts
    sex, age_group = (f"{key} <> '{TOTAL}'" for key in _people_keys(plan))
    return (
        f"CASE WHEN {sex} AND {age_group} THEN 'sex_age' WHEN {sex} OR {age_group} THEN 'part'"
        f" ELSE {parts} END"
    )


def _plain_groupings(plan: CubePlan) -> Iterator[Grouping]:
    """The groupings by columns of `rolled_up`: those of sex and age together come last."""
    for planned in plan.indicators:
        for grouping in planned.groupings:
            if not any(d.is_multivalued or d.name in plan.people_columns for d in grouping):
                yield grouping


def _holding_sql(plan: CubePlan, rows: str) -> str:
    bucket = f"{rows}.month"
    if plan.weekly:
        bucket = f"CASE holding.period_type WHEN 'W' THEN {rows}.week ELSE {rows}.month END"
    return f"JOIN cube.period_bucket AS holding ON holding.bucket = {bucket}"


def _exact_enough_sql(plan: CubePlan, rows: str) -> list[str]:
    """A coarse date counts in the periods that hold it whole (definitions 17)."""
    if plan.precision is None:
        return []
    period_type = f"{'holding' if plan.state is None else rows}.period_type"
    return [
        "JOIN cube.precision_period AS exact_enough\n"
        f"    ON exact_enough.date_precision = {rows}.{plan.precision}\n"
        f"    AND exact_enough.period_type = {period_type}"
    ]


def _people_conditions(plan: CubePlan, rows: str, by_people: bool) -> Iterator[str]:
    """Whose population a row counts against: all persons, and those of its own sex and age."""
    dimensions = {d.name: d for d in plan.dimensions if d.name in plan.people_columns and by_people}
    for name in PEOPLE:
        total = f"people.{name} = '{TOTAL}'"
        dimension = dimensions.get(name)
        if dimension is None:
            yield f"AND {total}"
        elif dimension.is_multivalued:
            yield f"AND ({total} OR list_contains({rows}.{dimension.column}, people.{name}))"
        else:
            yield f"AND ({total} OR people.{name} = {rows}.{dimension.column})"
    if any(dimension.is_multivalued for dimension in dimensions.values()):
        # Who was of this sex and who of that age is not known together.
        yield f"AND '{TOTAL}' IN (people.sex, people.age_group)"


def _in_areas() -> Cte:
    return Cte(
        "in_areas",
        "  SELECT in_periods.*, area_ancestor.area\n  FROM in_periods\n"
        "  JOIN cube.area_ancestor ON area_ancestor.area_code = in_periods.cube_area\n  "
        + in_grid_sql("area_ancestor.area", "in_periods.period_type", "'total'"),
    )


def _people_keys(plan: CubePlan) -> list[str]:
    return [f"people_{name}" for name in PEOPLE] if plan.population else []


def _rolled(plan: CubePlan) -> Cte:
    common = [*_PLACE_AND_TIME, *_people_keys(plan)]
    text = _grouped_sql(plan, "in_areas", common, list(_part_lines(plan)))
    return Cte("rolled_up", _of_grid(text, _parts_sql(plan)))


def _of_grid(text: str, parts: str) -> str:
    """The rows of a roll-up that are cells of the grid."""
    kept = in_grid_sql("row.area", "row.period_type", parts)
    return f"  SELECT row.*\n  FROM (\n{text}\n  ) AS row\n  {kept}"


def _grouped_sql(plan: CubePlan, rows: str, common: Sequence[str], parts: Sequence[str]) -> str:
    """Every grouping by columns with one value a row; `grouped` says which a row is of."""
    stated = {column: _stated_sql(plan, column) for column in plan.plain_columns}
    grouped = f"GROUPING({', '.join(stated.values())})" if stated else "0"
    named = [sql if sql == column else f"{sql} AS {column}" for column, sql in stated.items()]
    lines = [*common, *named, f"{grouped} AS grouped", *parts]
    sets = ",\n    ".join(
        f"({', '.join([*common, *(stated[column] for column in columns)])})"
        for columns in plan.groupings
    )
    return select_sql(lines, f"FROM {rows}\n  GROUP BY GROUPING SETS (\n    {sets}\n  )")


def _stated_sql(plan: CubePlan, column: str) -> str:
    """By what a row is grouped: in a cube not stated is a code already, in a row it is no value."""
    return column if plan.is_condensed else plan.stated[column]


def _part_lines(plan: CubePlan) -> Iterator[str]:
    for column, part in plan.parts.items():
        yield f"{_part_sql(plan, column, part)} AS {column}"


def _part_sql(plan: CubePlan, column: str, part: Aggregate) -> str:
    if not plan.is_condensed:
        return part.sql
    return f"count(DISTINCT {column})" if part.distinct else f"sum({column})"


def _case_lines(plan: CubePlan) -> list[str]:
    columns = dict.fromkeys(planned.part("cases") for planned in plan.indicators)
    return [f"sum({column}) AS {column}" for column in columns]


def _counted_cases(plan: CubePlan) -> Iterator[str]:
    if plan.is_condensed:
        yield from _case_lines(plan)
        return
    counted = {planned.part("cases"): planned.cases for planned in plan.indicators}
    for column, cases in counted.items():
        yield f"count(*) FILTER (WHERE {cases}) AS {column}"


def _rolled_by_list(plan: CubePlan, column: str) -> Cte:
    """The roll-up by a column with several values a row: the row counts once under each."""
    of_all = f" WHERE {of_all_people(plan)}" if plan.population else ""
    keys = [*_PLACE_AND_TIME, column]
    listed = _stated_sql(plan, column)
    text = select_sql(
        [*keys, *_part_lines(plan)],
        f"FROM (\n    SELECT * REPLACE (unnest({listed}) AS {column}) FROM in_areas{of_all}\n  )\n"
        f"  GROUP BY {', '.join(keys)}",
    )
    text = _of_grid(text, "'part'")
    return Cte(f"rolled_by_{column}", text)


def _stages_by_month(plan: CubePlan) -> list[Cte]:
    keys = [*(column for column in plan.columns if column != plan.precision), "grouped"]
    once = plan.distinct_parts
    sums = [f"sum({column}) AS {column}" for column in plan.parts if column not in once]
    stages = [_up_the_areas(plan, [*keys, *once], sums)]
    if not once or plan.precision:
        parts = list(_part_lines(plan))
        return [*stages, _into_periods(plan, "rolled_up", keys, parts, _parts_sql(plan))]
    stages += _times_before(plan, keys, sums)
    parts = [*sums, *(_seen_first_sql(plan, column) for column in once)]
    rolled = _into_periods(plan, "rolled_up", keys, parts, _parts_sql(plan), stages[-1].name)
    return [*stages, rolled]


def _times_before(plan: CubePlan, keys: Sequence[str], sums: Sequence[str]) -> list[Cte]:
    """How many distinct things there are in a month, by when each was there before.

    A thing counts in a period where it was not there before in it: so that periods need numbers
    alone, and no thing is looked at more than once.
    """
    times = time_columns(plan)
    when = ["area", *keys, *times]
    lines = ["*"]
    befores = []
    for column in plan.distinct_parts:
        for time in times:
            # Not by `grouped`: the dimensions say it too, as those of no grouping are null.
            by = ", ".join(["area", *(key for key in keys if key != "grouped"), column])
            before = _before(column, time)
            befores.append(before)
            order = ", ".join(times)
            lines.append(f"lag({time}) OVER (PARTITION BY {by} ORDER BY {order}) AS {before}")
    numbers = [f"count({column}) AS {column}" for column in plan.distinct_parts]
    return [
        Cte("in_order", select_sql(lines, "FROM in_areas")),
        Cte("times_before", _sums("in_order", [*when, *befores], [*numbers, *sums])),
    ]


def _before(column: str, time: str) -> str:
    part = column.strip('"')
    return quoted(f"{time} before {part}")


def _seen_first_sql(plan: CubePlan, column: str) -> str:
    before = _before(column, "month")
    if plan.weekly:
        week = _before(column, "week")
        before = f"CASE holding.period_type WHEN 'W' THEN {week} ELSE {before} END"
    is_first = f"coalesce({before} < holding.period_start, true)"
    return f"coalesce(sum({column}) FILTER (WHERE {is_first}), 0) AS {column}"


def _up_the_areas(
    plan: CubePlan, keys: Sequence[str], parts: Sequence[str], where: str = ""
) -> Cte:
    on = f"area_ancestor.area_code = base_cube.cube_area{where}"
    rows = f"base_cube\n  JOIN cube.area_ancestor ON {on}"
    kept = ["area" if key == "cube_area" else key for key in month_keys(plan)]
    return Cte("in_areas", _sums(rows, [*kept, *keys], parts))


def _into_periods(
    plan: CubePlan,
    name: str,
    keys: Sequence[str],
    parts: Sequence[str],
    cells: str,
    rows: str = "in_areas",
) -> Cte:
    """`cells`: which kind of cell (`grid.Parts`) a row is, as SQL."""
    joins = [rows, _holding_sql(plan, rows), *_exact_enough_sql(plan, rows)]
    joins.append(in_grid_sql(f"{rows}.area", "holding.period_type", cells))
    lines = ["holding.period_type", "holding.period", "area", *keys]
    return Cte(name, _sums("\n  ".join(joins), lines, parts))


def _sums(rows: str, keys: Sequence[str], parts: Sequence[str]) -> str:
    return select_sql([*keys, *parts], f"FROM {rows}\n  GROUP BY ALL")
