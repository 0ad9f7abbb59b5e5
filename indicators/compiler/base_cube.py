"""From the rows of a source to its finest cube, as SQL stages.

`located`: rows of the as-of date that count somewhere, each in the finest area where it counts.
`base_cube`: the cube. What adds up by month is first turned into `facts`, what each row adds to
each part, and these are summed by one grouping after the other: all dimensions together would make
a cube as long as the table. A state or rate has its cube over the union of the dimensions, one is
kept apart only where an indicator that is broken down by it counts the row. A measure of distinct
things keeps these in the cube; a quantile needs every row.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from indicators.compiler.ctes import Cte, select_sql
from indicators.compiler.derived.columns import derivation_stages, period_column_sql
from indicators.compiler.plan import CubePlan, Grouping, columns_of
from indicators.definitions.contracts import contracts
from indicators.definitions.derivations import stored_columns
from indicators.definitions.expressions import any_of
from indicators.definitions.measures import Aggregate
from indicators.foundation.periods import add_months

FILE = "file_sha256"


def cube_stages(
    plan: CubePlan,
    by_file: bool = False,
    months: Sequence[date] | None = None,
    is_stored: bool = False,
) -> list[Cte]:
    """From the core table to the finest cube (or to the located rows).

    `by_file`: the cube also tells from which file its rows came. `months`: these and no others.
    `is_stored`: what a row contributes by itself is read from the core table, not worked out.
    """
    columns = plan.source_columns | ({FILE} if by_file else set())
    contract = contracts()[plan.source]
    given = stored_columns(contract) if is_stored else ()
    stages = derivation_stages(contract, columns, plan.derived_where, given)
    stages += _placed(plan, stages[-1].name, months)
    if plan.adds_up_by_month:
        stages += [_facts(plan, by_file), _by_grouping(plan, by_file)]
    elif plan.is_condensed:
        stages.append(_finest(plan, by_file))
    return stages


def in_months_sql(day: str, months: Sequence[date]) -> str:
    """Whether a day lies in any of these months, as ranges, which DuckDB carries below joins."""
    stretches: list[tuple[date, date]] = []
    for month in sorted(months):
        after = add_months(month, 1)
        if stretches and stretches[-1][1] == month:
            stretches[-1] = (stretches[-1][0], after)
        else:
            stretches.append((month, after))
    ranges = tuple(
        f"{day} >= DATE '{begins}' AND {day} < DATE '{ends}'" for begins, ends in stretches
    )
    return any_of(ranges)


def time_columns(plan: CubePlan) -> list[str]:
    """The columns of a cube that say when."""
    if plan.state:
        return ["period_type", "period"]
    return ["month", "week"] if plan.weekly else ["month"]


def _clock_lines(plan: CubePlan) -> list[str]:
    return [
        f"CAST(date_trunc('{column}', source.{plan.clock}) AS DATE) AS {column}"
        for column in time_columns(plan)
    ]


def _placed(plan: CubePlan, rows: str, months: Sequence[date] | None) -> list[Cte]:
    columns, place = _place(plan)
    if plan.state is not None:
        return _state_stages(plan, columns, place, rows)
    lines = _clock_lines(plan)
    if plan.clock == "month":
        lines = [f"source.* REPLACE ({lines[0]})", *lines[1:]]
    else:
        lines = ["source.*", *lines]
    where = [f"source.{plan.clock} <= as_of_day()"]
    if months is not None:
        where.append(in_months_sql(f"source.{plan.clock}", months))
    if plan.counted != ("TRUE",):
        # Not a plain condition: DuckDB would guess from its parts that few rows are left, and then
        # build its hash tables on the source's side.
        where.append(f"coalesce({any_of(plan.counted, chr(10) + '      OR ')}, false)")
    source = f"FROM {rows} AS source{place}\n  WHERE " + "\n    AND ".join(where)
    return [Cte("located", select_sql([lines[0], columns, *lines[1:]], source))]


def _place(plan: CubePlan) -> tuple[str, str]:
    """The area of a located row, and the join that finds the finest one where it counts."""
    if plan.area is None:
        return "country_area() AS cube_area", ""
    known = "coalesce(source.location_precision, 'exact')" if plan.location_precision else "'exact'"
    day = _state_day(plan) if plan.state else f"source.{plan.clock}"
    join = (
        f"\n  LEFT JOIN cube.area_version_at AS place\n    ON place.area_code = source.{plan.area}"
        f"\n    AND place.location_precision = {known}"
        f"\n    AND {day} >= place.begins AND {day} < place.ends"
    )
    return "coalesce(place.place, country_area()) AS cube_area", join


def _state_stages(plan: CubePlan, columns: str, place: str, rows: str) -> list[Cte]:
    """The rows of a state in each period, then what other tables say of them in it."""
    columns = f"source.*, {columns}"
    if plan.period_columns:
        columns += ",\n    period.period_start, least(period.period_end, as_of_day()) AS period_end"
    texts = [_state_sql(plan, columns, place, rows)]
    names = ["in_force", *(f"with_{column}" for column in plan.period_columns[:-1]), "located"]
    for column, previous in zip(plan.period_columns, names, strict=False):
        texts.append(period_column_sql(contracts()[plan.source], column, previous))
    return [Cte(name, text) for name, text in zip(names[-len(texts) :], texts, strict=True)]


def _state_sql(plan: CubePlan, columns: str, place: str, rows: str) -> str:
    state = plan.state
    assert state is not None
    day = _state_day(plan)
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
  FROM {rows} AS source
  JOIN cube.period ON {condition}{place}{newest}"""


def _state_day(plan: CubePlan) -> str:
    at_start = plan.state is not None and plan.state.at == "start"
    return f"least(period.period_{'start' if at_start else 'end'}, as_of_day())"


def month_keys(plan: CubePlan) -> list[str]:
    """The columns of a cube that say when and where."""
    return [*time_columns(plan), "cube_area", *([plan.precision] if plan.precision else [])]


def _facts(plan: CubePlan, by_file: bool) -> Cte:
    keys = [*month_keys(plan), *([FILE] if by_file else [])]
    columns = [column for column in plan.columns if column != plan.precision]
    stated = [f"{plan.stated[column]} AS {column}" for column in columns]
    facts = [f"{_fact_sql(part)} AS {column}" for column, part in plan.parts.items()]
    return Cte("facts", select_sql([*keys, *stated, *facts], "FROM located"))


def _fact_sql(part: Aggregate) -> str:
    return part.fact if part.distinct is None else _part_sql(part)


def _by_grouping(plan: CubePlan, by_file: bool) -> Cte:
    """The sums of each grouping; those of the total also by file, for `mart.contribution`."""
    sums = [_sums_of_facts(plan, columns, by_file) for columns in plan.column_sets]
    return Cte("base_cube", "\n  UNION ALL BY NAME\n".join(sums))


def _sums_of_facts(plan: CubePlan, columns: tuple[str, ...], by_file: bool) -> str:
    own = plan.grouped_by(columns)
    parts = own.parts
    keys = [*month_keys(plan), *columns, *([FILE] if by_file and not columns else [])]
    keys += own.distinct_parts
    sums = [
        f"{part.of_facts(column)} AS {column}"
        for column, part in parts.items()
        if column not in own.distinct_parts
    ]
    counted = " OR ".join(
        column if part.function == "count(*)" else f"{column} IS NOT NULL"
        for column, part in parts.items()
    )
    rows = "facts"
    for column in own.multivalued_columns:
        rows = f"(SELECT * REPLACE (unnest({column}) AS {column}) FROM facts)"
    lines = [*dict.fromkeys(keys), f"{_label(columns)} AS grouped", *sums]
    return select_sql(lines, f"FROM {rows}\n  WHERE {counted}\n  GROUP BY ALL")


def _label(columns: Sequence[str]) -> str:
    return f"'{', '.join(columns)}'"


def grouping_label(plan: CubePlan, grouping: Grouping) -> str:
    """What the column `grouped` of a roll-up holds in a row of this grouping, as SQL."""
    if plan.adds_up_by_month:
        return _label(columns_of(grouping))
    kept = columns_of(grouping)
    bits = "".join("0" if column in kept else "1" for column in plan.plain_columns)
    return str(int(bits or "0", 2))  # what GROUPING gives


def _finest(plan: CubePlan, by_file: bool) -> Cte:
    keys = [*time_columns(plan), "cube_area"]
    keys += [plan.precision] if plan.precision and plan.precision not in plan.columns else []
    keys += [FILE] if by_file else []
    lines = [*keys, *_dimension_lines(plan), *_part_lines(plan)]
    return Cte("base_cube", select_sql(lines, "FROM located\n  GROUP BY ALL"))


def _dimension_lines(plan: CubePlan) -> Iterator[str]:
    for column, value in sorted(plan.stated.items()):
        counted = plan.counted_by(column)
        if column == plan.precision:
            value = column
        elif set(counted) != set(plan.counted):
            value = f"CASE WHEN {any_of(counted)} THEN {value} END"
        yield f"{value} AS {column}"


def _part_lines(plan: CubePlan) -> Iterator[str]:
    for column, part in plan.parts.items():
        yield f"{_part_sql(part)} AS {column}"


def _part_sql(part: Aggregate) -> str:
    if part.distinct is None:
        return part.sql
    return f"CASE WHEN {part.where} THEN {part.distinct} END"
