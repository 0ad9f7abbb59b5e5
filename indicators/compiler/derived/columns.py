"""Derived columns: `cube.<table>` = core rows with what their contract derives, one CTE a column.

Each declared form (`contracts.Derived`) has one function here that writes its SQL.
A row stays one row: a lookup takes the newest match, the others ask or measure.
"""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from indicators.compiler.ctes import Cte, with_stages
from indicators.compiler.derived.nearest import nearest_sql
from indicators.definitions.contracts import LINEAGE, Contract, Derived, contracts
from indicators.definitions.derivations import (
    core_columns,
    group_by_join,
    match_of,
    needed_derived,
    period_columns,
    read_table,
)
from indicators.definitions.expressions import (
    Operand,
    column_operand,
    derived_operand,
    parse_expression,
    table_operands,
)

Operands = Mapping[str, Operand]
JoinGroup = Mapping[str, Derived]  # derived columns that one join gives, by name

# By `around`: the areas (`area`) of rows for which another row of `area_code` counts.
_AREAS_AROUND = {
    "both": "cube.area_relative",
    "below": "cube.area_ancestor",
    "above": "(SELECT area AS area_code, area_code AS area FROM cube.area_ancestor)",
}


def period_column_sql(contract: Contract, name: str, previous: str) -> str:
    """The SELECT that adds one column of a row and a period to the stage `previous`."""
    alike = {name: contract.derived[name]}
    return _FORMS[contract.derived[name].form](alike, previous, table_operands(contract))


def derivation_stages(
    contract: Contract,
    columns: set[str] | None = None,
    where: Mapping[str, str] = MappingProxyType({}),
    given: Collection[str] = (),
) -> list[Cte]:
    """The rows of a core table, then what is derived from them, one stage a join or expression.

    `columns`: these and what they are made of, and no others. Columns of a row and a period are
    left to `period_column_sql`. `where`: of columns that are expressions, the condition under which
    somebody reads them; elsewhere they are null. `given`: derived columns that are read from the
    core table, where they are stored.

    Raises RefusedExpressionError where an expression of the contract does not fit its columns.
    """
    dated = set(period_columns(contract))
    columns = {*contract.columns, *LINEAGE, *contract.derived} if columns is None else columns
    wanted = needed_derived(contract, columns, given)
    operands = {name: column_operand(column) for name, column in contract.columns.items()}
    operands |= {name: derived_operand(contract.derived[name]) for name in given}
    stages = [Cte("rows_of_core", _core_rows_sql(contract, columns, given))]
    for alike in group_by_join(contract, [name for name in wanted if name not in dated]):
        first = next(iter(alike.values()))
        if first.form == "expression":
            (name,) = alike
            body = _expression_sql(alike, stages[-1].name, operands, where.get(name))
        else:
            body = _FORMS[first.form](alike, stages[-1].name, operands)
        stages.append(Cte(f"with_{'_and_'.join(alike)}", body))
        operands |= {name: derived_operand(derived) for name, derived in alike.items()}
    return stages


def _core_rows_sql(contract: Contract, columns: set[str], given: Collection[str]) -> str:
    kept = core_columns(contract, columns, given) or ["file_sha256"]
    return f"  SELECT {', '.join(kept)}\n  FROM core.{contract.table}"


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
    alike: JoinGroup, previous: str, operands: Operands, where: str | None = None
) -> str:
    ((name, derived),) = alike.items()
    value = parse_expression(derived.sql or "", operands).sql
    if where is not None:
        value = f"CASE WHEN {where} THEN {value} END"
    return f"  SELECT *, CAST({value} AS {derived.sql_type}) AS {name}\n  FROM {previous}"


def _lookup_sql(alike: JoinGroup, previous: str, operands: Operands) -> str:
    derived = next(iter(alike.values()))
    taken = [f"{_one_of(other)} AS {name}" for name, other in alike.items()]
    keys = ", ".join(match_of(derived).values())
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


def _as_of_sql(alike: JoinGroup, previous: str, operands: Operands) -> str:
    derived = next(iter(alike.values()))
    if derived.take is None:
        return _held_sql(alike, previous, operands)
    given = ", ".join(f"{_still_sql(one)} AS {name}" for name, one in alike.items())
    keys = list(match_of(derived).values())
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


def _held_sql(alike: JoinGroup, previous: str, operands: Operands) -> str:
    """Whether any row was valid: of those begun before, did the longest last until then?"""
    ((name, derived),) = alike.items()
    others = table_operands(contracts()[derived.table or ""])
    is_moment = others[derived.valid_from or ""].kind == "time"
    begun, before = (">", "<=") if is_moment else (">=", "<")
    until = ">" if is_moment else ">="
    forever = "TIMESTAMP 'infinity'" if is_moment else "DATE 'infinity'"
    ended = f"coalesce({derived.valid_to}, {forever})" if derived.valid_to else forever
    keys = [*match_of(derived).values(), *(["around.area"] if derived.around else [])]
    own, other, drop = previous, f"({_other_sql(derived)}) AS other", ""
    pairs = [_matches_sql(derived)] if match_of(derived) else []
    if derived.around:
        own, drop = f"({_with_own_area_sql(previous, operands)})", " EXCLUDE (own_area)"
        areas = _AREAS_AROUND[derived.around]
        other += f"\n    JOIN {areas} AS around ON around.area_code = other.area_code"
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


def _in_period_sql(alike: JoinGroup, previous: str, operands: Operands) -> str:
    ((name, derived),) = alike.items()
    keys = ", ".join(f"other.{column}" for column in match_of(derived).values())
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


def _followed_by_sql(alike: JoinGroup, previous: str, operands: Operands) -> str:
    """The first row of the other table in the area from that day on: is it near enough?

    Before the month of the table's first row nothing is known, neither that one followed nor that
    none did.
    """
    ((name, derived),) = alike.items()
    day = contracts()[derived.table or ""].date_column
    until = f"own.{derived.at} + {derived.within_days}"
    known_from = f"(SELECT date_trunc('month', min({day})) FROM {read_table(derived)})"
    return f"""  SELECT own.*,
    CASE WHEN own.{derived.at} >= {known_from} THEN coalesce(other.followed_on <= {until}, false)
      END AS {name}
  FROM {previous} AS own ASOF LEFT JOIN (
    SELECT DISTINCT area_ancestor.area, other.{day} AS followed_on
    FROM ({_other_sql(derived)}) AS other
    JOIN cube.area_place AS place ON place.area_code = other.area_code
      AND place.location_precision = other.location_precision
    JOIN cube.area_ancestor ON area_ancestor.area_code = place.area
  ) AS other ON other.area = own.area_code AND own.{derived.at} <= other.followed_on"""


def _nearest_sql(alike: JoinGroup, previous: str, operands: Operands) -> str:
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


def _matches_sql(derived: Derived) -> str:
    pairs = [f"own.{own} = other.{other}" for own, other in match_of(derived).items()]
    return " AND ".join(pairs) or "TRUE"


def _where_sql(derived: Derived) -> str:
    if derived.where is None:
        return ""
    operands = table_operands(contracts()[derived.table or ""])
    return f" WHERE {parse_expression(derived.where, operands, 'bool').sql}"


def _other_sql(derived: Derived) -> str:
    return f"SELECT * FROM {read_table(derived)}{_where_sql(derived)}"
