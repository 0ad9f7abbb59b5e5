"""From a cube plan to SQL: one named CTE a stage, from the rows to the cells of the mart.

Stages: `placed` (rows of the as-of date, each in the finest area where it counts), `finest` (the
cube over the union of the dimensions), `in_periods`, `in_areas`, `rolled` (roll-ups by GROUPING
SETS; `rolled_by_<column>` for a column with several values a row), then one `cells` an indicator.
Measures that do not add up skip `finest` and are recounted in `rolled`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from indicators.catalogue import Indicator, checked_measure, columns_used
from indicators.contracts import contracts
from indicators.derived import cube_table_sql, needed_derived, period_column_sql
from indicators.measures import Aggregate
from indicators.plan import PEOPLE, CubePlan, Grouping, PlannedIndicator, single_plan
from indicators.values import DIMENSIONS, NOT_REPORTED, PROVISIONAL, TOTAL


@dataclass(frozen=True)
class Stage:
    """One CTE: its name and its SELECT."""

    name: str
    sql: str


def with_stages(stages: list[Stage], last: str) -> str:
    """One statement: these stages, then everything of the last."""
    ctes = ",\n".join(f"{stage.name} AS (\n{stage.sql}\n)" for stage in stages)
    return f"WITH {ctes}\n{last}"


def indicator_sql(indicator: Indicator) -> str:
    """The SQL of one indicator as people read it: the same stages that the engine runs.

    First what its source derives from other columns and tables, then the indicator itself.
    """
    contract = contracts()[indicator.source]
    derived = cube_table_sql(contract, needed_derived(contract, columns_used(indicator)))
    return f"{derived};\n\n{_measure_sql(indicator)}"


def _measure_sql(indicator: Indicator) -> str:
    if indicator.is_survey:
        return _survey_sql(indicator)
    plan = single_plan(indicator)
    stages = [*cube_stages(plan), *roll_up_stages(plan)]
    stages += [list_stage(plan, column) for column in plan.list_columns]
    return with_stages(stages, cells_sql(plan, plan.indicators[0]))


def cube_stages(plan: CubePlan) -> list[Stage]:
    """From the rows of the source to the finest cube (or to the placed rows)."""
    stages = _placed(plan)
    if plan.is_additive:
        stages.append(_finest(plan))
    return stages


def roll_up_stages(plan: CubePlan) -> list[Stage]:
    """From the cube to all periods, areas and groupings without lists."""
    return [_in_periods(plan), _in_areas(), _rolled(plan)]


def _placed(plan: CubePlan) -> list[Stage]:
    columns, place = _place(plan)
    if plan.state is not None:
        return _state_stages(plan, columns, place)
    month = f"CAST(date_trunc('month', source.{plan.clock}) AS DATE)"
    if plan.clock == "month":
        columns = columns.replace("source.*", f"source.* REPLACE ({month} AS month)")
    else:
        columns += f",\n    {month} AS month"
    if plan.weekly:
        columns += f",\n    CAST(date_trunc('week', source.{plan.clock}) AS DATE) AS week"
    source = f"FROM cube.{plan.source} AS source{place}"
    happened = f"WHERE source.{plan.clock} <= as_of_day()"
    return [Stage("placed", f"  SELECT {columns}\n  {source}\n  {happened}")]


def _place(plan: CubePlan) -> tuple[str, str]:
    """The columns of a placed row, and the join that finds the finest area where it counts."""
    if plan.area is None:
        return "source.*, country_area() AS cube_area", ""
    known = "coalesce(source.location_precision, 'exact')" if plan.location_precision else "'exact'"
    join = (
        f"\n  LEFT JOIN cube.area_place AS place\n    ON place.area_code = source.{plan.area}"
        f"\n    AND place.location_precision = {known}"
    )
    return "source.*, coalesce(place.area, country_area()) AS cube_area", join


def _state_stages(plan: CubePlan, columns: str, place: str) -> list[Stage]:
    """The rows of a state in each period, then what other tables say of them in it."""
    if plan.period_columns:
        columns += ",\n    period.period_start, least(period.period_end, as_of_day()) AS period_end"
    texts = [_state_sql(plan, columns, place)]
    names = ["in_force", *(f"with_{column}" for column in plan.period_columns[:-1]), "placed"]
    for column, previous in zip(plan.period_columns, names, strict=False):
        texts.append(period_column_sql(contracts()[plan.source], column, previous))
    return [Stage(name, text) for name, text in zip(names[-len(texts) :], texts, strict=True)]


def _state_sql(plan: CubePlan, columns: str, place: str) -> str:
    state = plan.state
    assert state is not None
    bound = "period.period_start" if state.at == "start" else "period.period_end"
    day = f"least({bound}, as_of_day())"
    columns += ", period.period_type, period.period"
    begun = state.valid_from or state.newest
    condition = f"source.{begun} <= {day}"
    if state.valid_to:
        condition += f" AND (source.{state.valid_to} IS NULL OR source.{state.valid_to} >= {day})"
    newest = ""
    if state.newest:
        by = ", ".join(["period.period_type", "period.period", *(f"source.{c}" for c in state.by)])
        newest = (
            f"\n  QUALIFY source.{state.newest} = max(source.{state.newest}) "
            f"OVER (PARTITION BY {by})"
        )
    elif state.by:
        by = ", ".join(["period.period_type", "period.period", *(f"source.{c}" for c in state.by)])
        newest = f"\n  QUALIFY row_number() OVER (PARTITION BY {by} ORDER BY {begun} DESC) = 1"
    return f"""  SELECT {columns}
  FROM cube.{plan.source} AS source
  JOIN cube.period ON {condition}{place}{newest}"""


def _time_columns(plan: CubePlan) -> list[str]:
    if plan.state:
        return ["period_type", "period"]
    return ["month", "week"] if plan.weekly else ["month"]


def _finest(plan: CubePlan) -> Stage:
    lists = {dimension.column for dimension in plan.dimensions if dimension.is_list}
    keys = [*_time_columns(plan), "cube_area", *plan.columns]
    if plan.precision:
        keys.append(plan.precision)
    lines = [f"    {key}" for key in dict.fromkeys(keys) if key not in lists]
    lines += [f"    list_sort(list_distinct({column})) AS {column}" for column in sorted(lists)]
    lines += [f"    {text}" for text in _aggregate_lines(plan)]
    return Stage("finest", "  SELECT\n" + ",\n".join(lines) + "\n  FROM placed\n  GROUP BY ALL")


def _aggregate_lines(plan: CubePlan) -> Iterator[str]:
    for planned in plan.indicators:
        for aggregate in planned.aggregates:
            yield f"{aggregate.sql} AS {planned.part(aggregate.role)}"
        cases = Aggregate("cases", "count(*)", planned.cases)
        yield f"{cases.sql} AS {planned.part('cases')}"


def _in_periods(plan: CubePlan, by_people: bool = True) -> Stage:
    """`by_people`: a row of a rate comes once for each population that its persons belong to."""
    rows = "finest" if plan.is_additive else "placed"
    joins = []
    columns = f"{rows}.*"
    period_type = f"{rows}.period_type"
    if plan.state is None:
        columns += ", holding.period_type, holding.period"
        period_type = "holding.period_type"
        bucket = f"{rows}.month"
        if plan.weekly:
            bucket = f"CASE holding.period_type WHEN 'W' THEN {rows}.week ELSE {rows}.month END"
        joins.append(f"JOIN cube.period_bucket AS holding ON holding.bucket = {bucket}")
    if plan.precision:
        joins.append(
            "JOIN cube.precision_period AS exact_enough\n"
            f"    ON exact_enough.date_precision = {rows}.{plan.precision}\n"
            f"    AND exact_enough.period_type = {period_type}"
        )
    if plan.population:
        columns += "".join(f", people.{name} AS people_{name}" for name in PEOPLE)
        joins.append(
            f"JOIN cube.population_place AS people\n"
            f"    ON people.population_kind = '{plan.population}'"
            f" AND people.area = {rows}.cube_area\n"
            f"    AND people.period_type = {period_type}"
            f" AND people.period = {'holding' if plan.state is None else rows}.period\n    "
            + "\n    ".join(_people_conditions(plan, rows, by_people))
        )
    source = "\n  ".join([f"FROM {rows}", *joins])
    return Stage("in_periods", f"  SELECT {columns}\n  {source}")


def _people_conditions(plan: CubePlan, rows: str, by_people: bool) -> Iterator[str]:
    """Whose population a row counts against: all persons, and those of its own sex and age."""
    dimensions = {d.name: d for d in plan.dimensions if d.name in plan.people_columns and by_people}
    for name in PEOPLE:
        total = f"people.{name} = '{TOTAL}'"
        dimension = dimensions.get(name)
        if dimension is None:
            yield f"AND {total}"
        elif dimension.is_list:
            yield f"AND ({total} OR list_contains({rows}.{dimension.column}, people.{name}))"
        else:
            yield f"AND ({total} OR people.{name} = {rows}.{dimension.column})"
    if any(dimension.is_list for dimension in dimensions.values()):
        # Who was of this sex and who of that age is not known together.
        yield f"AND '{TOTAL}' IN (people.sex, people.age_group)"


def source_periods_sql(plan: CubePlan) -> str:
    """The periods in which the mission has any row of the source, out of the plan's cube."""
    everywhere = replace(plan, population=None)
    kept = Stage("finest" if plan.is_additive else "placed", f"  SELECT * FROM cube.{plan.name}")
    last = "SELECT DISTINCT period_type, period FROM in_periods"
    return with_stages([kept, _in_periods(everywhere)], last)


def own_dates_sql(indicator: Indicator) -> str:
    """The periods in which the mission has any row of the source by the row's own date.

    An indicator may read another clock (a handover, a waiting time's end): nothing on that clock
    is no silence while the source reports (definitions 13).
    """
    source = indicator.returns.source if indicator.returns else indicator.source
    contract = contracts()[source]
    if contract.date_column is None:
        return "SELECT NULL, NULL WHERE false"
    column = contract.columns[contract.date_column]
    day = f"local_date({contract.date_column})" if column.type == "time" else contract.date_column
    coarse = "date_precision" in contract.columns
    rows = f"SELECT DISTINCT {day} AS day{', date_precision' if coarse else ''} FROM core.{source}"
    exact = "\n  JOIN cube.precision_period USING (date_precision, period_type)" if coarse else ""
    return f"""SELECT DISTINCT period_type, period
  FROM ({rows}) AS own
  JOIN cube.period ON own.day BETWEEN period_start AND period_end{exact}
  WHERE own.day <= as_of_day()"""


def _in_areas() -> Stage:
    return Stage(
        "in_areas",
        "  SELECT in_periods.*, area_up.area\n  FROM in_periods\n"
        "  JOIN cube.area_up ON area_up.area_code = in_periods.cube_area",
    )


_PLACE_AND_TIME = ("period_type", "period", "area")


def _people_keys(plan: CubePlan) -> list[str]:
    return [f"people_{name}" for name in PEOPLE] if plan.population else []


def _of_all_people(plan: CubePlan) -> str:
    """The rows of a rate that count against all persons; every row of another measure."""
    return " AND ".join(f"{key} = '{TOTAL}'" for key in _people_keys(plan)) or "true"


def _rolled(plan: CubePlan) -> Stage:
    columns = plan.plain_columns
    common = [*_PLACE_AND_TIME, *_people_keys(plan)]
    keys = [*common, *columns]
    grouped = f"GROUPING({', '.join(columns)})" if columns else "0"
    sets = ["(" + ", ".join([*common, *grouping]) + ")" for grouping in plan.groupings]
    lines = [f"    {key}" for key in keys] + [f"    {grouped} AS grouped"]
    lines += [f"    {text}" for text in _roll_up_lines(plan)]
    listed = ",\n    ".join(sets)
    return Stage(
        "rolled",
        "  SELECT\n" + ",\n".join(lines) + "\n  FROM in_areas\n"
        f"  GROUP BY GROUPING SETS (\n    {listed}\n  )",
    )


def _roll_up_lines(plan: CubePlan) -> Iterator[str]:
    if not plan.is_additive:
        yield from _aggregate_lines(plan)
        return
    for planned in plan.indicators:
        for role in planned.roles:
            yield f"sum({planned.part(role)}) AS {planned.part(role)}"


def list_stage(plan: CubePlan, column: str) -> Stage:
    """The roll-up by a column with several values a row: the row counts once under each."""
    lines = [f"    {key}" for key in ("period_type", "period", "area", column)]
    lines += [f"    {text}" for text in _roll_up_lines(plan)]
    of_all = f" WHERE {_of_all_people(plan)}" if plan.population else ""
    text = (
        "  SELECT\n" + ",\n".join(lines) + "\n  FROM (\n"
        f"    SELECT * REPLACE (unnest({column}) AS {column}) FROM in_areas{of_all}\n  )\n"
        f"  GROUP BY period_type, period, area, {column}"
    )
    if column in plan.numerator_columns:
        text = _with_whole_denominator(plan, text)
    return Stage(f"rolled_by_{column}", text)


def _with_whole_denominator(plan: CubePlan, parts: str) -> str:
    """The parts with every other figure than the numerator taken from the total."""
    roles = [
        planned.part(role)
        for planned in plan.indicators
        for role in planned.roles
        if role != "numerator"
    ]
    replaced = ",\n    ".join(f"whole.{role} AS {role}" for role in roles)
    return f"""  SELECT part.* REPLACE (
    {replaced}
  )
  FROM (
{parts}
  ) AS part
  JOIN rolled AS whole USING (period_type, period, area)
  WHERE whole.grouped = {_mask(plan, ())}"""


def cells_sql(plan: CubePlan, planned: PlannedIndicator) -> str:
    """The cells of one indicator that hold a case: ratios last, from their parts."""
    people = [g for g in planned.groupings if any(d.name in plan.people_columns for d in g)]
    others = [g for g in planned.groupings if g not in people]
    plain = [g for g in others if not any(d.is_list for d in g)]
    lists = [g for g in others if any(d.is_list for d in g)]
    selects = [_plain_cells(plan, planned, plain)]
    selects += [_people_cells(plan, planned)] if people else []
    selects += [_list_cells(planned, grouping) for grouping in lists]
    return "\nUNION ALL\n".join(selects)


def _plain_cells(plan: CubePlan, planned: PlannedIndicator, groupings: list[Grouping]) -> str:
    """Cells out of `rolled`: what GROUPING gives says which dimensions a row is broken down by."""
    masks = {_mask(plan, grouping): grouping for grouping in groupings}
    columns = dict.fromkeys(DIMENSIONS, f"'{TOTAL}'")
    named: list[str] = []
    valued: list[str] = []
    for mask, grouping in masks.items():
        for dimension in grouping:
            if dimension.mart_column == "breakdown_value":
                named.append(f"WHEN {mask} THEN '{dimension.name}'")
                valued.append(f"WHEN {mask} THEN CAST({dimension.column} AS VARCHAR)")
            else:
                columns[dimension.mart_column] = f"coalesce({dimension.column}, '{TOTAL}')"
    if named:
        columns["breakdown"] = f"CASE grouped {' '.join(named)} ELSE '{TOTAL}' END"
        columns["breakdown_value"] = f"CASE grouped {' '.join(valued)} ELSE '{TOTAL}' END"
    known = " ".join(f"WHEN {mask} THEN {_is_known(grouping)}" for mask, grouping in masks.items())
    condition = f"{planned.part('cases')} > 0 AND CASE grouped {known} ELSE false END"
    if plan.population:
        condition += f" AND {_of_all_people(plan)}"
    return _cell_select(planned, columns, "rolled", condition)


def _people_cells(plan: CubePlan, planned: PlannedIndicator) -> str:
    """Cells of a rate for each sex and age group that has a population."""
    columns = dict.fromkeys(DIMENSIONS, f"'{TOTAL}'") | {name: f"people_{name}" for name in PEOPLE}
    condition = (
        f"{planned.part('cases')} > 0 AND grouped = {_mask(plan, ())}"
        f" AND NOT ({_of_all_people(plan)})"
    )
    return _cell_select(planned, columns, "rolled", condition)


def _list_cells(planned: PlannedIndicator, grouping: Grouping) -> str:
    (dimension,) = grouping
    columns = dict.fromkeys(DIMENSIONS, f"'{TOTAL}'")
    columns[dimension.mart_column] = f"CAST({dimension.column} AS VARCHAR)"
    if dimension.mart_column == "breakdown_value":
        columns["breakdown"] = f"'{dimension.name}'"
    condition = f"{planned.part('cases')} > 0 AND {_is_known(grouping)}"
    return _cell_select(planned, columns, f"rolled_by_{dimension.column}", condition)


def _is_known(grouping: Grouping) -> str:
    """Not asked (null) is in the total only (definitions 7)."""
    return " AND ".join(f"{dimension.column} IS NOT NULL" for dimension in grouping) or "true"


def _cell_select(
    planned: PlannedIndicator, columns: dict[str, str], relation: str, condition: str
) -> str:
    lines = [
        f"'{planned.code}' AS indicator",
        "period_type",
        "period",
        "area",
        *[f"{sql} AS {name}" for name, sql in columns.items()],
        *[f"CAST({sql} AS DOUBLE) AS {name}" for name, sql in _values(planned).items()],
        f"CAST({_count_sql(planned)} AS BIGINT) AS n",
        f"CAST({planned.part('cases')} AS BIGINT) AS cases",
    ]
    if planned.measure.known:
        lines.append(f"{_known_status(planned)} AS own_status")
    body = ",\n  ".join(lines)
    return f"SELECT\n  {body}\nFROM {relation}\nWHERE {condition}"


def _known_status(planned: PlannedIndicator) -> str:
    """Not reported where no row's state is known, provisional where some are not."""
    known, rows = planned.part("known"), planned.part("cases")
    some = f"WHEN {known} < {rows} THEN '{PROVISIONAL}'"
    return f"CASE WHEN {known} = 0 THEN '{NOT_REPORTED}' {some} END"


def _mask(plan: CubePlan, grouping: Grouping) -> int:
    kept = {dimension.column for dimension in grouping}
    bits = "".join("0" if column in kept else "1" for column in plan.plain_columns)
    return int(bits or "0", 2)


def _values(planned: PlannedIndicator) -> dict[str, str]:
    numerator, denominator = planned.part("numerator"), planned.part("denominator")
    scale = planned.indicator.scale
    match planned.measure.kind:
        case "median" | "quantile":
            return {"value": planned.part("value"), "numerator": "NULL", "denominator": "NULL"}
        case "ratio" | "mean":
            share = (
                f"CASE WHEN {denominator} > 0 THEN "
                f"{scale} * CAST(coalesce({numerator}, 0) AS DOUBLE) "
                f"/ CAST({denominator} AS DOUBLE) END"
            )
            return {
                "value": share,
                "numerator": f"coalesce({numerator}, 0)",
                "denominator": f"coalesce({denominator}, 0)",
            }
        case "rate":
            return {
                "value": "NULL",
                "numerator": f"coalesce({numerator}, 0)",
                "denominator": "NULL",
            }
        case _:
            total = f"coalesce({numerator}, 0)"
            return {"value": total, "numerator": total, "denominator": "NULL"}


def _count_sql(planned: PlannedIndicator) -> str:
    match planned.measure.kind:
        case "count" | "count_distinct" | "rate":
            return f"coalesce({planned.part('numerator')}, 0)"
        case "ratio" | "mean" | "median" | "quantile":
            return f"coalesce({planned.part('denominator')}, 0)"
        case "sum" if planned.measure.counts == "value":
            return f"coalesce({planned.part('numerator')}, 0)"
        case _:
            return planned.part("cases")


def contribution_sql(plan: CubePlan) -> str:
    """Rows of each file that count in the total cells: indicator, period, area, file, rows."""
    time = _time_columns(plan)
    keys = [*time, "cube_area", "file_sha256"] + ([plan.precision] if plan.precision else [])
    counted = [
        f"count(*) FILTER (WHERE {planned.cases}) AS {planned.part('cases')}"
        for planned in plan.indicators
    ]
    by_file = Stage(
        "finest" if plan.is_additive else "placed_files",
        "  SELECT\n    " + ",\n    ".join([*keys, *counted]) + "\n  FROM placed\n  GROUP BY ALL",
    )
    periods = _in_periods(plan, by_people=False)
    if not plan.is_additive:
        periods = Stage("in_periods", periods.sql.replace("placed", "placed_files"))
    sums = ",\n    ".join(
        f"sum({planned.part('cases')}) AS {planned.part('cases')}" for planned in plan.indicators
    )
    totals = Stage(
        "totals",
        f"  SELECT period_type, period, area, file_sha256,\n    {sums}\n  FROM in_areas\n"
        "  GROUP BY ALL",
    )
    selects = [
        f"SELECT '{planned.code}' AS indicator, period_type, period, area, file_sha256, "
        f"CAST({planned.part('cases')} AS BIGINT) AS rows FROM totals "
        f"WHERE {planned.part('cases')} > 0"
        for planned in plan.indicators
    ]
    return with_stages(
        [*_placed(plan), by_file, periods, _in_areas(), totals], "\nUNION ALL\n".join(selects)
    )


def _survey_sql(indicator: Indicator) -> str:
    """The table that survey estimation reads; the estimate itself is no SQL."""
    measure = checked_measure(indicator)
    answers = [
        f"max(answer) FILTER (WHERE item = '{item}') AS {item}" for item in measure.all_items
    ]
    favourable = " AND ".join(
        f"{item} IN ({', '.join(repr(code) for code in codes)})"
        for item, codes in sorted(measure.items.items())
    )
    valid = " AND ".join(
        [
            *(
                f"{item} NOT IN ('dont_know', 'refused', 'not_asked')"
                for item in sorted(measure.items)
            ),
            *(
                f"{item} IN ({', '.join(repr(code) for code in codes)})"
                for item, codes in sorted(measure.among.items())
            ),
        ]
    )
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
  CASE WHEN {valid} THEN {favourable} END AS is_favourable
FROM design LEFT JOIN answered USING (survey_code, wave, respondent_key)"""
