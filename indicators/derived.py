"""Derived columns: `cube.<table>` = core rows with what their contract derives, one CTE a column.

Each declared form (`indicators.contracts.Derived`) has one function here that writes its SQL.
A row stays one row: a lookup takes the newest match, the others ask or measure.
"""

from collections.abc import Iterator, Mapping

from indicators.contracts import Contract, Derived, contracts
from indicators.expressions import (
    Operand,
    column_operand,
    derived_operand,
    parse_expression,
    table_operands,
)
from indicators.mission import Mission

Operands = Mapping[str, Operand]
EARTH_RADIUS_KM = 6371.0088


def functions_sql(mission: Mission, as_of: str) -> Iterator[str]:
    """The functions of expressions, with the mission's time zone and parameters in them.

    `as_of` is an ISO date. Timestamps are UTC; `local_…` gives the clock of the mission's zone.
    """
    zone = mission.time_zone
    hours = mission.parameters.target_hours
    yield f"CREATE OR REPLACE TEMP MACRO as_of_day() AS DATE '{as_of}'"
    yield f"CREATE OR REPLACE TEMP MACRO country_area() AS '{_quoted(mission.country_area)}'"
    yield f"""CREATE OR REPLACE TEMP MACRO local_time(moment) AS
  timezone('{zone}', timezone('UTC', moment))"""
    yield "CREATE OR REPLACE TEMP MACRO local_date(moment) AS CAST(local_time(moment) AS DATE)"
    yield """CREATE OR REPLACE TEMP MACRO is_night(moment) AS
  hour(local_time(moment)) >= 18 OR hour(local_time(moment)) < 6"""
    # Seconds of night since 1970, where a night ends a day that begins at 06:00.
    yield """CREATE OR REPLACE TEMP MACRO night_seconds(seconds) AS
  43200 * floor(seconds / 86400) + greatest(0, seconds - 86400 * floor(seconds / 86400) - 43200)"""
    yield """CREATE OR REPLACE TEMP MACRO night_share(begun, ended) AS CASE
  WHEN ended = begun THEN CASE WHEN is_night(begun) THEN 1 ELSE 0 END
  WHEN ended > begun THEN
    (night_seconds(epoch(local_time(ended)) - 21600)
      - night_seconds(epoch(local_time(begun)) - 21600))
    / (epoch(local_time(ended)) - epoch(local_time(begun)))
  END"""
    yield """CREATE OR REPLACE TEMP MACRO minutes_between(begun, ended) AS
  (epoch_us(ended) - epoch_us(begun)) / 60000000"""
    yield """CREATE OR REPLACE TEMP MACRO hours_after(moment, hours) AS
  moment + to_microseconds(CAST(hours * 3600000000 AS BIGINT))"""
    yield "CREATE OR REPLACE TEMP MACRO days_between(begun, ended) AS ended - begun"
    # The same day of a later month, else that month's last day (definitions 14).
    yield """CREATE OR REPLACE TEMP MACRO months_after(day, months) AS
  CAST(day + to_months(CAST(months AS INTEGER)) AS DATE)"""
    branches = " ".join(f"WHEN '{level}' THEN {hours[level]}" for level in sorted(hours))
    yield f"CREATE OR REPLACE TEMP MACRO target_hours(level) AS CASE level {branches} END"
    yield f"""CREATE OR REPLACE TEMP MACRO great_circle_km(lat_a, lon_a, lat_b, lon_b) AS
  2 * {EARTH_RADIUS_KM} * asin(sqrt(
    sin(radians(lat_b - lat_a) / 2) ** 2
    + cos(radians(lat_a)) * cos(radians(lat_b)) * sin(radians(lon_b - lon_a) / 2) ** 2))"""


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def derivation_order(tables: set[str]) -> list[str]:
    """These tables and those that their derived columns look at, each after what it needs."""
    ordered: list[str] = []

    def visit(table: str, path: tuple[str, ...] = ()) -> None:
        if table in ordered or table in path:
            return
        needed = {derived.table for derived in contracts()[table].derived.values()}
        for other in sorted(name for name in needed if name):
            visit(other, (*path, table))
        ordered.append(table)

    for table in sorted(tables):
        visit(table)
    return ordered


def needed_derived(contract: Contract, columns: set[str]) -> set[str]:
    """The derived columns among these, and those that they are made of."""
    needed: set[str] = set()
    waiting = sorted(columns & contract.derived.keys())
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting.extend(sorted(_inputs(contract, contract.derived[name])))
    return needed


def _inputs(contract: Contract, derived: Derived) -> set[str]:
    used = {*(derived.match or {}), derived.at or ""}
    if derived.sql:
        used.update(parse_expression(derived.sql, table_operands(contract)).columns)
    return used & contract.derived.keys()


def cube_table_sql(contract: Contract, only: set[str] | None = None) -> str:
    """CREATE statement of `cube.<table>`; one CTE for each derived column, in their order.

    `only`: these derived columns and no others.

    Raises RefusedExpressionError where an expression of the contract does not fit its columns.
    """
    operands = {name: column_operand(column) for name, column in contract.columns.items()}
    stages = [f"rows_of_core AS (\n  SELECT * FROM core.{contract.table}\n)"]
    previous = "rows_of_core"
    for name, derived in contract.derived.items():
        if only is not None and name not in only:
            continue
        body = _FORMS[derived.form](name, derived, previous, operands)
        stages.append(f"with_{name} AS (\n{body}\n)")
        previous = f"with_{name}"
        operands[name] = derived_operand(derived)
    head = f"CREATE OR REPLACE TABLE cube.{contract.table} AS\nWITH "
    return head + ",\n".join(stages) + f"\nSELECT * FROM {previous}"


def _expression_sql(name: str, derived: Derived, previous: str, operands: Operands) -> str:
    checked = parse_expression(derived.sql or "", operands)
    return f"  SELECT *, CAST({checked.sql} AS {derived.sql_type}) AS {name}\n  FROM {previous}"


def _lookup_sql(name: str, derived: Derived, previous: str, operands: Operands) -> str:
    taken = (
        f"list(DISTINCT {derived.take} ORDER BY {derived.take})"
        if _is_list(derived)
        else (f"min({derived.take})")
    )
    keys = ", ".join(_match(derived).values())
    return f"""  SELECT own.*, other.taken AS {name}
  FROM {previous} AS own LEFT JOIN (
    SELECT {keys}, {taken} AS taken
    FROM cube.{derived.table}{_where_sql(derived)}
    GROUP BY {keys}
  ) AS other ON {_matches_sql(derived)}"""


def _as_of_sql(name: str, derived: Derived, previous: str, operands: Operands) -> str:
    still = (
        f" AND (other.{derived.valid_to} IS NULL OR other.{derived.valid_to} >= own.{derived.at})"
    )
    valid = f"other.{derived.valid_from} <= own.{derived.at}" + (still if derived.valid_to else "")
    if derived.take is None:
        return f"""  SELECT own.*, EXISTS (
    SELECT 1 FROM ({_other_sql(derived)}) AS other
    WHERE {_matches_sql(derived)} AND {valid}
  ) AS {name}
  FROM {previous} AS own"""
    taken = f"CASE WHEN {valid} THEN other.{derived.take} END"
    return f"""  SELECT own.*, {taken} AS {name}
  FROM {previous} AS own ASOF LEFT JOIN ({_other_sql(derived)}) AS other
    ON {_matches_sql(derived)} AND own.{derived.at} >= other.{derived.valid_from}"""


def _followed_by_sql(
    name: str, derived: Derived, previous: str, operands: Mapping[str, Operand]
) -> str:
    day = contracts()[derived.table or ""].date_column
    return f"""  SELECT own.*, CASE WHEN own.{derived.at} IS NOT NULL THEN EXISTS (
    SELECT 1
    FROM ({_other_sql(derived)}) AS other
    JOIN cube.area_place AS place ON place.area_code = other.area_code
      AND place.location_precision = other.location_precision
    JOIN cube.area_up ON area_up.area_code = place.area
    WHERE area_up.area = own.area_code
      AND other.{day} BETWEEN own.{derived.at} AND own.{derived.at} + {derived.within_days}
  ) END AS {name}
  FROM {previous} AS own"""


def _nearest_sql(name: str, derived: Derived, previous: str, operands: Operands) -> str:
    ended = f"(other.{derived.valid_to} IS NULL OR other.{derived.valid_to} >= own.{derived.at})"
    return f"""  SELECT own.*, (
    SELECT min(great_circle_km(own.latitude, own.longitude, other.latitude, other.longitude))
    FROM ({_other_sql(derived)}) AS other
    WHERE other.{derived.valid_from} <= own.{derived.at} AND {ended}
  ) AS {name}
  FROM {previous} AS own"""


_FORMS = {
    "expression": _expression_sql,
    "lookup": _lookup_sql,
    "as_of": _as_of_sql,
    "followed_by": _followed_by_sql,
    "nearest": _nearest_sql,
}


def _is_list(derived: Derived) -> bool:
    return derived.type.startswith("list")


def _match(derived: Derived) -> Mapping[str, str]:
    return derived.match or {}


def _matches_sql(derived: Derived) -> str:
    pairs = [f"own.{own} = other.{other}" for own, other in _match(derived).items()]
    return " AND ".join(pairs) or "TRUE"


def _where_sql(derived: Derived) -> str:
    if derived.where is None:
        return ""
    operands = table_operands(contracts()[derived.table or ""])
    return f" WHERE {parse_expression(derived.where, operands, 'bool').sql}"


def _other_sql(derived: Derived) -> str:
    return f"SELECT * FROM cube.{derived.table}{_where_sql(derived)}"
