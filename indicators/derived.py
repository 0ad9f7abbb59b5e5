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
    yield f"""CREATE OR REPLACE TEMP MACRO local_midnight(day) AS
  timezone('UTC', timezone('{zone}', CAST(day AS TIMESTAMP)))"""
    parameters = mission.parameters
    yield f"CREATE OR REPLACE TEMP MACRO near_base_km() AS {parameters.near_base_km}"
    months = parameters.police_post_carry_months
    yield f"CREATE OR REPLACE TEMP MACRO police_post_carry_months() AS {months}"
    branches = " ".join(f"WHEN '{level}' THEN {hours[level]}" for level in sorted(hours))
    yield f"CREATE OR REPLACE TEMP MACRO target_hours(level) AS CASE level {branches} END"
    yield f"""CREATE OR REPLACE TEMP MACRO great_circle_km(lat_a, lon_a, lat_b, lon_b) AS
  2 * {EARTH_RADIUS_KM} * asin(sqrt(
    sin(radians(lat_b - lat_a) / 2) ** 2
    + cos(radians(lat_a)) * cos(radians(lat_b)) * sin(radians(lon_b - lon_a) / 2) ** 2))"""


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def derivation_order(tables: set[str]) -> list[str]:
    """These tables and those whose derived columns theirs look at, each after what it needs."""
    ordered: list[str] = []

    def visit(table: str) -> None:
        if table in ordered:
            return
        columns = contracts()[table].derived.values()
        for other in sorted({str(column.table) for column in columns if _reads_derived(column)}):
            visit(other)
        ordered.append(table)

    for table in sorted(tables):
        visit(table)
    return ordered


def _reads_derived(derived: Derived) -> bool:
    """Whether it looks at derived columns of its table; else the core table has all it needs."""
    if derived.table is None:
        return False
    contract = contracts()[derived.table]
    read = {*_match(derived).values(), derived.take, derived.dated}
    read |= {derived.valid_from, derived.valid_to}
    if derived.where:
        read.update(parse_expression(derived.where, table_operands(contract)).columns)
    return bool(read & contract.derived.keys())


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


def period_columns(contract: Contract) -> tuple[str, ...]:
    """The derived columns that belong to a row and a period, in their order."""
    found: list[str] = []
    for name, derived in contract.derived.items():
        is_dated = derived.form == "in_period" or derived.at in ("period_start", "period_end")
        if is_dated or _inputs(contract, derived) & set(found):
            found.append(name)
    return tuple(found)


def period_column_sql(contract: Contract, name: str, previous: str) -> str:
    """The SELECT that adds one column of a row and a period to the stage `previous`."""
    derived = contract.derived[name]
    return _FORMS[derived.form](name, derived, previous, table_operands(contract))


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
    dated = period_columns(contract)
    stages = [f"rows_of_core AS (\n  SELECT * FROM core.{contract.table}\n)"]
    previous = "rows_of_core"
    for name, derived in contract.derived.items():
        if name in dated or (only is not None and name not in only):
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
    FROM {_read_table(derived)}{_where_sql(derived)}
    GROUP BY {keys}
  ) AS other ON {_matches_sql(derived)}"""


def _as_of_sql(name: str, derived: Derived, previous: str, operands: Operands) -> str:
    if derived.take is None:
        return _held_sql(name, derived, previous, operands)
    taken = f"other.{derived.take}"
    if derived.valid_to:
        still = f"other.{derived.valid_to} IS NULL OR other.{derived.valid_to} >= own.{derived.at}"
        taken = f"CASE WHEN {still} THEN {taken} END"
    return f"""  SELECT own.*, {taken} AS {name}
  FROM {previous} AS own ASOF LEFT JOIN ({_other_sql(derived)}) AS other
    ON {_matches_sql(derived)} AND own.{derived.at} >= other.{derived.valid_from}"""


def _held_sql(name: str, derived: Derived, previous: str, operands: Operands) -> str:
    """Whether any row was valid: of those begun before, did the longest last until then?"""
    others = table_operands(contracts()[derived.table or ""])
    is_moment = others[derived.valid_from or ""].kind == "time"
    begun, until = (">", ">") if is_moment else (">=", ">=")
    forever = "TIMESTAMP 'infinity'" if is_moment else "DATE 'infinity'"
    ended = f"coalesce({derived.valid_to}, {forever})" if derived.valid_to else forever
    keys = [*_match(derived).values(), *(["around.area"] if derived.around else [])]
    own, other, drop = previous, f"({_other_sql(derived)}) AS other", ""
    pairs = [_matches_sql(derived)] if _match(derived) else []
    if derived.around:
        own, drop = f"({_with_own_area_sql(previous, operands)})", " EXCLUDE (own_area)"
        other += "\n    JOIN cube.area_around AS around ON around.area_code = other.area_code"
        pairs.append("own.own_area = other.area")
    pairs.append(f"own.{derived.at} {begun} other.held_from")
    return f"""  SELECT own.*{drop},
    coalesce(other.held_until {until} own.{derived.at}, false) AS {name}
  FROM {own} AS own ASOF LEFT JOIN (
    SELECT {", ".join(keys)}, {derived.valid_from} AS held_from,
      max({ended}) OVER (PARTITION BY {", ".join(keys)} ORDER BY {derived.valid_from}) AS held_until
    FROM {other}
    WHERE {derived.valid_from} IS NOT NULL
  ) AS other ON {" AND ".join(pairs)}"""


def _with_own_area_sql(previous: str, operands: Operands) -> str:
    known = "coalesce(row.location_precision, 'exact')"
    precision = known if "location_precision" in operands else "'exact'"
    return f"""SELECT row.*, place.area AS own_area
    FROM {previous} AS row LEFT JOIN cube.area_place AS place
      ON place.area_code = row.area_code AND place.location_precision = {precision}"""


def _in_period_sql(name: str, derived: Derived, previous: str, operands: Operands) -> str:
    keys = ", ".join(f"other.{column}" for column in _match(derived).values())
    return f"""  SELECT own.*, other.taken AS {name}
  FROM {previous} AS own LEFT JOIN (
    SELECT period_type, period, {keys},
      list(DISTINCT {derived.take} ORDER BY {derived.take}) AS taken
    FROM ({_other_sql(derived)}) AS other
    JOIN cube.period
      ON other.{derived.dated} BETWEEN period_start AND least(period_end, as_of_day())
    GROUP BY ALL
  ) AS other ON {_matches_sql(derived)}
    AND own.period_type = other.period_type AND own.period = other.period"""


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
    "in_period": _in_period_sql,
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
    return f"SELECT * FROM {_read_table(derived)}{_where_sql(derived)}"


def _read_table(derived: Derived) -> str:
    return f"{'cube' if _reads_derived(derived) else 'core'}.{derived.table}"
