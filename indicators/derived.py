"""Derived columns: `cube.<table>` = core rows with what their contract derives, one CTE a column.

Each declared form (`indicators.contracts.Derived`) has one function here that writes its SQL.
A row stays one row: a lookup takes the newest match, the others ask or measure.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from indicators.contracts import LINEAGE, Contract, Derived, contracts
from indicators.expressions import (
    Operand,
    column_operand,
    derived_operand,
    parse_expression,
    table_operands,
)
from indicators.local_time import local_time_sql
from indicators.mission import Mission, Setting
from indicators.nearest import EARTH_RADIUS_KM, nearest_sql
from indicators.stages import Stage, with_stages

Operands = Mapping[str, Operand]
Alike = Mapping[str, Derived]  # derived columns that one join gives, by name


def functions_sql(mission: Mission | Setting, as_of: str) -> Iterator[str]:
    """The functions of expressions, with the mission's time zone and parameters in them.

    `as_of` is an ISO date. Timestamps are UTC; `local_…` gives the clock of the mission's zone.
    """
    zone = mission.time_zone
    hours = mission.parameters.target_hours
    yield f"CREATE OR REPLACE TEMP MACRO as_of_day() AS DATE '{as_of}'"
    yield f"CREATE OR REPLACE TEMP MACRO country_area() AS '{_quoted(mission.country_area)}'"
    yield f"CREATE OR REPLACE TEMP MACRO local_time(moment) AS {local_time_sql(zone)}"
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
    yield """CREATE OR REPLACE TEMP MACRO just_before(moment) AS
  moment - to_microseconds(1)"""
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


def tables_looked_at(wanted: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """The tables at whose derived columns these look, with the columns that are read there.

    `wanted`: columns by table. Each table comes after those that it looks at itself.
    """
    read: dict[str, set[str]] = {}
    waiting = [(table, set(columns)) for table, columns in sorted(wanted.items())]
    while waiting:
        table, columns = waiting.pop()
        contract = contracts()[table]
        for name in sorted(needed_derived(contract, columns)):
            derived = contract.derived[name]
            if _reads_derived(derived) and not columns_read(derived) <= read.get(
                _table(derived), set()
            ):
                read.setdefault(_table(derived), set()).update(columns_read(derived))
                waiting.append((_table(derived), read[_table(derived)]))
    return {table: read[table] for table in derivation_order(set(read)) if table in read}


def _table(derived: Derived) -> str:
    return derived.table or ""


def _reads_derived(derived: Derived) -> bool:
    """Whether it looks at derived columns of its table; else the core table has all it needs."""
    if derived.table is None:
        return False
    return bool(columns_read(derived) & contracts()[derived.table].derived.keys())


def columns_read(derived: Derived) -> set[str]:
    """The columns of the other table that it reads."""
    contract = contracts()[_table(derived)]
    read = {*_match(derived).values(), derived.take, derived.dated}
    read |= {derived.valid_from, derived.valid_to}
    if derived.where:
        read.update(parse_expression(derived.where, table_operands(contract)).columns)
    if derived.around or derived.form == "followed_by":
        read |= {"area_code", "location_precision", contract.date_column}
    return {column for column in read if column in table_operands(contract)}


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
    alike = {name: contract.derived[name]}
    return _FORMS[contract.derived[name].form](alike, previous, table_operands(contract))


def _inputs(contract: Contract, derived: Derived) -> set[str]:
    return _read_columns(contract, derived) & contract.derived.keys()


def _read_columns(contract: Contract, derived: Derived) -> set[str]:
    """What a derived column reads of its own row."""
    used = {*(derived.match or {}), derived.at or ""}
    if derived.sql:
        used.update(_columns_of(derived.sql, contract))
    if derived.form == "nearest":
        used |= {"latitude", "longitude"}
    if derived.around or derived.form == "followed_by":
        used |= {"area_code", "location_precision"}
    return used


_parsed_columns: dict[tuple[str, str, frozenset[str]], tuple[str, ...]] = {}


def _columns_of(text: str, contract: Contract) -> tuple[str, ...]:
    """The columns that an expression reads, parsed once: plans ask for them again and again."""
    key = (text, contract.table, frozenset([*contract.columns, *contract.derived]))
    if key not in _parsed_columns:
        _parsed_columns[key] = parse_expression(text, table_operands(contract)).columns
    return _parsed_columns[key]


def derivation_stages(
    contract: Contract,
    columns: set[str] | None = None,
    where: Mapping[str, str] = MappingProxyType({}),
) -> list[Stage]:
    """The rows of a core table, then what is derived from them, one stage a join or expression.

    `columns`: these and what they are made of, and no others. Columns of a row and a period are
    left to `period_column_sql`. `where`: of columns that are expressions, the condition under which
    somebody reads them; elsewhere they are null.

    Raises RefusedExpressionError where an expression of the contract does not fit its columns.
    """
    dated = set(period_columns(contract))
    wanted = contract.derived.keys() if columns is None else needed_derived(contract, columns)
    operands = {name: column_operand(column) for name, column in contract.columns.items()}
    stages = [Stage("rows_of_core", _core_rows_sql(contract, columns))]
    for alike in derived_together(contract, [name for name in wanted if name not in dated]):
        first = next(iter(alike.values()))
        if first.form == "expression":
            (name,) = alike
            body = _expression_sql(alike, stages[-1].name, operands, where.get(name))
        else:
            body = _FORMS[first.form](alike, stages[-1].name, operands)
        stages.append(Stage(f"with_{'_and_'.join(alike)}", body))
        operands |= {name: derived_operand(derived) for name, derived in alike.items()}
    return stages


def _core_rows_sql(contract: Contract, columns: set[str] | None) -> str:
    if columns is None:
        return f"  SELECT * FROM core.{contract.table}"
    kept = core_columns(contract, columns) or ["file_sha256"]
    return f"  SELECT {', '.join(kept)}\n  FROM core.{contract.table}"


def core_columns(contract: Contract, columns: set[str]) -> list[str]:
    """The columns of the core table of which these are made."""
    read = set(columns)
    for name in needed_derived(contract, columns):
        read |= _read_columns(contract, contract.derived[name])
    return [name for name in (*contract.columns, *LINEAGE) if name in read]


def derived_together(contract: Contract, wanted: Iterable[str]) -> list[dict[str, Derived]]:
    """Derived columns in their order; those that one join gives stand together."""
    found: dict[object, dict[str, Derived]] = {}
    chosen = set(wanted)
    for name, derived in contract.derived.items():
        if name in chosen:
            found.setdefault(_join_of(name, derived), {})[name] = derived
    return list(found.values())


def _join_of(name: str, derived: Derived) -> object:
    """What makes the join of a derived column; its name where it shares it with no other."""
    if derived.take is None or derived.form not in ("lookup", "as_of"):
        return name
    match = tuple((derived.match or {}).items())
    dated = (derived.at, derived.valid_from, derived.valid_to, derived.around)
    return (read_table(derived), derived.form, match, dated, derived.where)


def rows_sql(contract: Contract, columns: set[str] | None = None) -> str:
    """The rows of a core table with what is derived from them.

    `columns`: these columns and what they are made of, and no others.
    """
    stages = derivation_stages(contract, columns)
    return with_stages(stages, f"SELECT * FROM {stages[-1].name}")


def cube_table_sql(contract: Contract, columns: set[str] | None = None) -> str:
    """CREATE statement of `cube.<table>`, which holds these rows."""
    return f"CREATE OR REPLACE TABLE cube.{contract.table} AS\n{rows_sql(contract, columns)}"


def _expression_sql(
    alike: Alike, previous: str, operands: Operands, where: str | None = None
) -> str:
    ((name, derived),) = alike.items()
    value = parse_expression(derived.sql or "", operands).sql
    if where is not None:
        value = f"CASE WHEN {where} THEN {value} END"
    return f"  SELECT *, CAST({value} AS {derived.sql_type}) AS {name}\n  FROM {previous}"


def _lookup_sql(alike: Alike, previous: str, operands: Operands) -> str:
    derived = next(iter(alike.values()))
    taken = [f"{_one_of(other)} AS {name}" for name, other in alike.items()]
    keys = ", ".join(_match(derived).values())
    given = ", ".join(f"other.{name} AS {name}" for name in alike)
    return f"""  SELECT own.*, {given}
  FROM {previous} AS own LEFT JOIN (
    SELECT {keys}, {", ".join(taken)}
    FROM {read_table(derived)}{_where_sql(derived)}
    GROUP BY {keys}
  ) AS other ON {_matches_sql(derived)}"""


def _one_of(derived: Derived) -> str:
    if _is_list(derived):
        return f"list(DISTINCT {derived.take} ORDER BY {derived.take})"
    return f"min({derived.take})"


def _as_of_sql(alike: Alike, previous: str, operands: Operands) -> str:
    derived = next(iter(alike.values()))
    if derived.take is None:
        return _held_sql(alike, previous, operands)
    given = ", ".join(f"{_still_sql(one)} AS {name}" for name, one in alike.items())
    keys = list(_match(derived).values())
    taken = dict.fromkeys(str(one.take) for one in alike.values())
    until = [derived.valid_to] if derived.valid_to else []
    columns = ", ".join(dict.fromkeys([*keys, *until, *taken]))
    order = ", ".join(dict.fromkeys([str(derived.valid_from), *until, *taken]))
    return f"""  SELECT own.*, {given}
  FROM {previous} AS own LEFT JOIN (
    SELECT {columns}, {derived.valid_from} AS newest_from,
      lead({derived.valid_from}) OVER (PARTITION BY {", ".join(keys)} ORDER BY {order}) AS next_from
    FROM ({_other_sql(derived)})
    WHERE {derived.valid_from} IS NOT NULL
  ) AS other ON {_matches_sql(derived)}
    AND own.{derived.at} >= other.newest_from
    AND (other.next_from IS NULL OR own.{derived.at} < other.next_from)"""


def _still_sql(derived: Derived) -> str:
    """What is taken, where the newest row is still valid."""
    taken = f"other.{derived.take}"
    if derived.valid_to is None:
        return taken
    still = f"other.{derived.valid_to} IS NULL OR other.{derived.valid_to} >= own.{derived.at}"
    return f"CASE WHEN {still} THEN {taken} END"


def _held_sql(alike: Alike, previous: str, operands: Operands) -> str:
    """Whether any row was valid: of those begun before, did the longest last until then?"""
    ((name, derived),) = alike.items()
    others = table_operands(contracts()[derived.table or ""])
    is_moment = others[derived.valid_from or ""].kind == "time"
    begun, before = (">", "<=") if is_moment else (">=", "<")
    until = ">" if is_moment else ">="
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
    # Many rows of an area: one pass in time. Few rows of a key: a join by the key alone.
    join, next_from = "ASOF LEFT JOIN", ""
    if not derived.around:
        join = "LEFT JOIN"
        by = f"PARTITION BY {', '.join(keys)} ORDER BY {derived.valid_from}"
        next_from = f",\n      lead({derived.valid_from}) OVER ({by}) AS next_from"
        pairs.append(f"(other.next_from IS NULL OR own.{derived.at} {before} other.next_from)")
    return f"""  SELECT own.*{drop},
    coalesce(other.held_until {until} own.{derived.at}, false) AS {name}
  FROM {own} AS own {join} (
    SELECT {", ".join(keys)}, {derived.valid_from} AS held_from,
      max({ended}) OVER (PARTITION BY {", ".join(keys)} ORDER BY {derived.valid_from})
        AS held_until{next_from}
    FROM {other}
    WHERE {derived.valid_from} IS NOT NULL
  ) AS other ON {" AND ".join(pairs)}"""


def _with_own_area_sql(previous: str, operands: Operands) -> str:
    known = "coalesce(row.location_precision, 'exact')"
    precision = known if "location_precision" in operands else "'exact'"
    return f"""SELECT row.*, place.area AS own_area
    FROM {previous} AS row LEFT JOIN cube.area_place AS place
      ON place.area_code = row.area_code AND place.location_precision = {precision}"""


def _in_period_sql(alike: Alike, previous: str, operands: Operands) -> str:
    ((name, derived),) = alike.items()
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


def _followed_by_sql(alike: Alike, previous: str, operands: Operands) -> str:
    """The first row of the other table in the area from that day on: is it near enough?"""
    ((name, derived),) = alike.items()
    day = contracts()[derived.table or ""].date_column
    until = f"own.{derived.at} + {derived.within_days}"
    return f"""  SELECT own.*,
    CASE WHEN own.{derived.at} IS NOT NULL THEN coalesce(other.followed_on <= {until}, false) END
      AS {name}
  FROM {previous} AS own ASOF LEFT JOIN (
    SELECT DISTINCT area_up.area, other.{day} AS followed_on
    FROM ({_other_sql(derived)}) AS other
    JOIN cube.area_place AS place ON place.area_code = other.area_code
      AND place.location_precision = other.location_precision
    JOIN cube.area_up ON area_up.area_code = place.area
  ) AS other ON other.area = own.area_code AND own.{derived.at} <= other.followed_on"""


def _nearest_sql(alike: Alike, previous: str, operands: Operands) -> str:
    ((name, derived),) = alike.items()
    return nearest_sql(name, derived, previous, _other_sql(derived))


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
    return f"SELECT * FROM {read_table(derived)}{_where_sql(derived)}"


def read_table(derived: Derived) -> str:
    """The table that a derived column looks at: the core table, or `cube` where it is derived."""
    return f"{'cube' if _reads_derived(derived) else 'core'}.{derived.table}"
