"""From roll-ups to the cells of one indicator, as SQL: ratios last, from their parts."""

from indicators.compiler.base_cube import grouping_label
from indicators.compiler.plan import PEOPLE, CubePlan, Grouping, PlannedIndicator
from indicators.compiler.roll_ups import of_all_people
from indicators.definitions.vocabularies import UNKNOWN
from indicators.foundation.mart_tables import DIMENSIONS, NOT_REPORTED, PROVISIONAL, TOTAL


def cells_sql(plan: CubePlan, planned: PlannedIndicator) -> str:
    """The cells of one indicator that hold a case: ratios last, from their parts."""
    people = [g for g in planned.groupings if any(d.name in plan.people_columns for d in g)]
    others = [g for g in planned.groupings if g not in people]
    lists = [g for g in others if any(d.is_multivalued for d in g) and not plan.adds_up_by_month]
    plain = [g for g in others if g not in lists]
    selects = [_plain_cells(plan, planned, plain)] if plain else []
    selects += [_people_cells(plan, planned)] if people else []
    selects += [_list_cells(planned, grouping) for grouping in lists]
    return "\nUNION ALL BY NAME\n".join(selects)


def _plain_cells(plan: CubePlan, planned: PlannedIndicator, groupings: list[Grouping]) -> str:
    """Cells out of `rolled_up`: `grouped` says which dimensions a row is broken down by."""
    labels = {grouping_label(plan, grouping): grouping for grouping in groupings}
    columns = dict.fromkeys(DIMENSIONS, f"'{TOTAL}'")
    named: list[str] = []
    valued: list[str] = []
    for label, grouping in labels.items():
        for dimension in grouping:
            if dimension.mart_column == "breakdown_value":
                named.append(f"WHEN {label} THEN '{dimension.name}'")
                valued.append(f"WHEN {label} THEN CAST({dimension.column} AS VARCHAR)")
            else:
                columns[dimension.mart_column] = f"coalesce({dimension.column}, '{TOTAL}')"
    if named:
        columns["breakdown"] = f"CASE grouped {' '.join(named)} ELSE '{TOTAL}' END"
        columns["breakdown_value"] = f"CASE grouped {' '.join(valued)} ELSE '{TOTAL}' END"
    known = " ".join(
        f"WHEN {label} THEN {_is_part(planned, grouping)}" for label, grouping in labels.items()
    )
    condition = f"{planned.part('cases')} > 0 AND CASE grouped {known} ELSE false END"
    if plan.population:
        condition += f" AND {of_all_people(plan)}"
    return _cell_select(planned, columns, "rolled_up", condition)


def _people_cells(plan: CubePlan, planned: PlannedIndicator) -> str:
    """Cells of a rate for each sex and age group that has a population."""
    columns = dict.fromkeys(DIMENSIONS, f"'{TOTAL}'") | {name: f"people_{name}" for name in PEOPLE}
    condition = (
        f"{planned.part('cases')} > 0 AND grouped = {grouping_label(plan, ())}"
        f" AND NOT ({of_all_people(plan)})"
    )
    return _cell_select(planned, columns, "rolled_up", condition)


def _list_cells(planned: PlannedIndicator, grouping: Grouping) -> str:
    (dimension,) = grouping
    columns = dict.fromkeys(DIMENSIONS, f"'{TOTAL}'")
    columns[dimension.mart_column] = f"CAST({dimension.column} AS VARCHAR)"
    if dimension.mart_column == "breakdown_value":
        columns["breakdown"] = f"'{dimension.name}'"
    condition = f"{planned.part('cases')} > 0 AND {_is_part(planned, grouping)}"
    return _cell_select(planned, columns, f"rolled_by_{dimension.column}", condition)


def _is_part(planned: PlannedIndicator, grouping: Grouping) -> str:
    """Not stated is a part where it has a case: of the numerator where only that is told apart."""
    told = [dimension.column for dimension in grouping if dimension.of_numerator]
    hits = f"coalesce({planned.part('numerator')}, 0) > 0"
    return " AND ".join(f"({column} <> '{UNKNOWN}' OR {hits})" for column in told) or "true"


def _cell_select(
    planned: PlannedIndicator, columns: dict[str, str], relation: str, condition: str
) -> str:
    lines = [
        f"'{planned.code}' AS indicator",
        "period_type",
        "period",
        "area",
        *[f"{sql} AS {name}" for name, sql in columns.items()],
        *[f"{sql} AS {name}" for name, sql in values_of(planned).items()],
        f"CAST({planned.part('cases')} AS BIGINT) AS cases",
    ]
    if planned.measure.known:
        lines.append(f"{_known_status(planned)} AS own_status")
    body = ",\n  ".join(lines)
    return f"SELECT\n  {body}\nFROM {relation}\nWHERE {condition}"


def _known_status(planned: PlannedIndicator) -> str:
    """Of a stock or a sum not reported where nothing is known of any row; provisional of some."""
    known, rows = planned.part("known"), planned.part("cases")
    has_none = planned.measure.state is not None or planned.measure.kind == "sum"
    none = f"WHEN {known} = 0 THEN '{NOT_REPORTED}' " if has_none else ""
    return f"CASE {none}WHEN {known} < {rows} THEN '{PROVISIONAL}' END"


def values_of(planned: PlannedIndicator) -> dict[str, str]:
    """Value, numerator, denominator and n from its parts, in the types of the mart."""
    figures = {name: f"CAST({sql} AS DOUBLE)" for name, sql in _values(planned).items()}
    return figures | {"n": f"CAST({_count_sql(planned)} AS BIGINT)"}


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
