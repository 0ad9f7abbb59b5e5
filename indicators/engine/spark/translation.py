"""The compiler's statements, written for DuckDB, as Spark reads them.

The tree is rewritten where the engines differ: macros become their bodies, the nearest row in time
a join by ranges, sums one after the other one union with all columns. sqlglot writes the text. What
it would have to guess is refused, so that no figure depends on a function of the same name.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

from indicators.foundation.errors import Problem, WrongUse

_MACRO = re.compile(r"CREATE OR REPLACE TEMP MACRO (\w+)\((.*?)\) AS\s+(.*)", re.DOTALL)
# Functions of DuckDB that sqlglot knows by no name of its own, and how Spark calls them.
_FUNCTIONS: Mapping[str, str] = {
    "asin": "asin",
    "radians": "radians",
}
_ALWAYS = {"infinity": "9999-12-31", "-infinity": "0001-01-01"}


@dataclass(frozen=True)
class Macro:
    """A function of expressions: its parameters and what it stands for."""

    parameters: tuple[str, ...]
    body: exp.Expression


def read_macros(statements: Iterable[str]) -> dict[str, Macro]:
    """By name in small letters what `functions_sql` declares."""
    found = {}
    for statement in statements:
        match = _MACRO.fullmatch(statement.strip())
        if match is None:
            raise ValueError(f"not a macro: {statement}")
        names = tuple(name.strip().lower() for name in match[2].split(",") if name.strip())
        found[match[1].lower()] = Macro(names, sqlglot.parse_one(match[3], dialect="duckdb"))
    return found


@dataclass(frozen=True)
class Statement:
    """One statement of the compiler: as DuckDB has it, and what Spark runs.

    `creates`: the name of the table that it makes, if it makes one. `selects`: one below the other,
    by the names of their columns. `tables`: schema and name of those of the warehouse.
    """

    creates: str
    text: str
    selects: tuple[str, ...]
    tables: frozenset[tuple[str, str]]


def translated(statement: str, macros: Mapping[str, Macro]) -> Statement:
    """The statement for Spark.

    Raises WrongUse for a function whose meaning there is not settled.
    """
    tree = sqlglot.parse_one(statement, dialect="duckdb")
    creates = ""
    if isinstance(tree, exp.Create):
        creates, tree = tree.this.name, tree.expression
    text = tree.sql(dialect="duckdb")
    tree = _written_out(tree, macros)
    tables = frozenset((table.db, table.name) for table in tree.find_all(exp.Table) if table.db)
    for rewrite in _REWRITES:
        tree = tree.transform(rewrite)
    return Statement(creates, text, tuple(map(_spark_sql, _unions_by_name(tree))), tables)


def _spark_sql(tree: exp.Expression) -> str:
    for call in tree.find_all(exp.Anonymous):
        if call.name.lower() not in _KNOWN:
            raise WrongUse(Problem("spark_function", value=call.name))
    return tree.sql(dialect="spark")


def _unions_by_name(tree: exp.Expression) -> list[exp.Expression]:
    """The statements that one `UNION ALL BY NAME` after the other puts together."""
    if isinstance(tree, exp.Union) and tree.args.get("by_name"):
        return [*_unions_by_name(tree.left), *_unions_by_name(tree.right)]
    return [tree]


def _written_out(tree: exp.Expression, macros: Mapping[str, Macro]) -> exp.Expression:
    """Every call of a macro as its body, of which the parameters are the arguments."""

    def write_out(node: exp.Expression) -> exp.Expression:
        macro = macros.get(node.name.lower()) if isinstance(node, exp.Anonymous) else None
        if macro is None:
            return node
        given = {
            name: exp.paren(value.copy())
            for name, value in zip(macro.parameters, node.expressions, strict=True)
        }
        body = macro.body.copy().transform(lambda inner: _argument(inner, given))
        return exp.paren(_written_out(body, macros))

    return tree.transform(write_out)


def _argument(node: exp.Expression, given: Mapping[str, exp.Expression]) -> exp.Expression:
    if isinstance(node, exp.Column) and not node.table and node.name.lower() in given:
        return given[node.name.lower()].copy()
    return node


def _nearest_in_time(node: exp.Expression) -> exp.Expression:
    """An ASOF join as a join with the rows that each stand until the next of their key.

    `ON keys AND own.at >= other.x`: of the rows of the other table with these keys the last with
    x <= at; with the sign turned the first with x >= at.
    """
    if not (isinstance(node, exp.Join) and node.args.get("method") == "ASOF"):
        return node
    *keys, order = node.args["on"].flatten() if isinstance(node.args["on"], exp.And) else []
    other = node.this.alias_or_name
    column, own, is_strict = _ordered_by(order, other)
    is_last = isinstance(order, exp.GTE | exp.GT) == (order.left is own)
    sides = [side for key in keys for side in (key.left, key.right)]
    by = [exp.column(side.name) for side in sides if _is_of(side, other)]
    window = exp.Window(
        this=exp.Anonymous(this="lead", expressions=[exp.column(column)]),
        partition_by=by,
        order=exp.Order(expressions=[exp.Ordered(this=exp.column(column), desc=not is_last)]),
    )
    rows = exp.select("*", exp.alias_(window, "beyond")).from_(node.this.copy())
    sign, until = (">=", "<") if is_last else ("<=", ">")
    if is_strict:
        sign, until = (">", "<=") if is_last else ("<", ">=")
    text = own.sql(dialect="duckdb")
    within = sqlglot.parse_one(
        f"{text} {sign} {other}.{column} AND ({other}.beyond IS NULL "
        f"OR {text} {until} {other}.beyond)",
        dialect="duckdb",
    )
    return exp.Join(this=rows.subquery(other), on=exp.and_(*keys, within), side="LEFT")


def _ordered_by(order: exp.Expression, other: str) -> tuple[str, exp.Expression, bool]:
    """The other table's column, the own side of the comparison, and whether equal is not enough."""
    is_strict = isinstance(order, exp.GT | exp.LT)
    if _is_of(order.left, other):
        return order.left.name, order.right, is_strict
    return order.right.name, order.left, is_strict


def _is_of(node: exp.Expression, table: str) -> bool:
    return isinstance(node, exp.Column) and node.table == table


def _endless(node: exp.Expression) -> exp.Expression:
    """Days without end are the first and last that Spark can hold; other text means a number."""
    if not (isinstance(node, exp.Literal) and node.is_string and node.this in _ALWAYS):
        return node
    if isinstance(node.parent, exp.Cast):
        return exp.Literal.string(_ALWAYS[node.this])
    return exp.cast(exp.Literal.string(node.this), "double")


def _kept_by_window(node: exp.Expression) -> exp.Expression:
    """`QUALIFY condition` as a column of a query around which only its rows are kept.

    Names that the query gives are written out, since a window cannot see them.
    """
    condition = node.args.get("qualify") if isinstance(node, exp.Select) else None
    if condition is None:
        return node
    node.set("qualify", None)
    given = {one.alias: one.this for one in node.expressions if isinstance(one, exp.Alias)}
    given = {name: value for name, value in given.items() if not isinstance(value, exp.Column)}
    kept = condition.this.transform(
        lambda inner: (
            exp.paren(given[inner.name].copy())
            if isinstance(inner, exp.Column) and not inner.table and inner.name in given
            else inner
        )
    )
    rows = node.select(exp.alias_(kept, "is_kept"))
    star = exp.Star(except_=[exp.to_identifier("is_kept")])
    return exp.select(star).from_(rows.subquery("qualified")).where("is_kept")


def _replaced_columns(node: exp.Expression) -> exp.Expression:
    """`* REPLACE (value AS name)` as the other columns and this one; of a list a row an entry."""
    stars = node.expressions if isinstance(node, exp.Select) else ()
    for column in stars:
        star = column if isinstance(column, exp.Star) else column.this
        if isinstance(star, exp.Star) and (replaced := star.args.get("replace")):
            star.set("replace", None)
            star.set("except_", [exp.to_identifier(entry.alias) for entry in replaced])
            node = node.select(*(entry.copy() for entry in replaced))
    return node


def _list_in_order(node: exp.Expression) -> exp.Expression:
    """`list(DISTINCT x ORDER BY x)` as the sorted set of x."""
    if not isinstance(node, exp.ArrayAgg):
        return node
    taken = node.find(exp.Distinct)
    if taken is None:
        raise WrongUse(Problem("spark_function", value=node.sql(dialect="duckdb")))
    (value,) = taken.expressions
    return exp.Anonymous(
        this="array_sort", expressions=[exp.Anonymous(this="collect_set", expressions=[value])]
    )


def _counted(node: exp.Expression) -> exp.Expression:
    """`count_if` of nothing but unknowns is unknown to DuckDB, and 0 to Spark."""
    if not isinstance(node, exp.CountIf):
        return node
    flag = node.this
    ones = exp.case().when(flag.copy(), "1").when(exp.not_(exp.paren(flag.copy())), "0")
    return exp.Sum(this=ones)


def _overlaps(node: exp.Expression) -> exp.Expression:
    """`list && list`."""
    if not isinstance(node, exp.ArrayOverlaps):
        return node
    return exp.Anonymous(this="arrays_overlap", expressions=[node.left, node.right])


def _grouped_text(node: exp.Expression) -> exp.Expression:
    r"""Groups in a replacement are `\1` to DuckDB and `$1` to Spark, which replaces every match."""
    if not isinstance(node, exp.RegexpReplace):
        return node
    pattern, put = node.expression, node.args.get("replacement")
    if not (pattern.name.startswith("^") and isinstance(put, exp.Literal)):
        raise WrongUse(Problem("spark_function", value=node.sql(dialect="duckdb")))
    node.set("replacement", exp.Literal.string(re.sub(r"\\(\d)", r"$\1", put.name)))
    return node


def _plain_cte(node: exp.Expression) -> exp.Expression:
    """Spark has no word for what is to be kept of a named query."""
    if isinstance(node, exp.CTE):
        node.set("materialized", None)
    return node


def _named_table(node: exp.Expression) -> exp.Expression:
    """A table of a schema as the view of both names, under the name that columns are read by."""
    if not (isinstance(node, exp.Table) and node.db):
        return node
    return exp.alias_(exp.to_table(view_name(node.db, node.name)), node.alias_or_name, table=True)


def view_name(schema: str, table: str) -> str:
    """The name under which Spark knows a table of the warehouse."""
    return f"{schema}__{table}"


def _renamed(node: exp.Expression) -> exp.Expression:
    if not isinstance(node, exp.Anonymous):
        return node
    name = node.name.lower()
    if name == "timezone":
        return _zoned(node)
    if name == "epoch_us":  # of a moment in UTC, which Spark's function wants to be told
        moment = exp.cast(node.expressions[0], exp.DataType.build("timestamp_ltz", "spark"))
        return exp.Anonymous(this="unix_micros", expressions=[moment])
    if name == "to_seconds":
        zero = exp.Literal.number(0)
        parts = [zero, zero.copy(), zero.copy(), *node.expressions]
        return exp.Anonymous(this="make_dt_interval", expressions=parts)
    name = _FUNCTIONS.get(name, "")
    return exp.Anonymous(this=name, expressions=node.expressions) if name else node


def _zoned(node: exp.Anonymous) -> exp.Expression:
    """`timezone(zone, timezone('UTC', moment))`: the clock of one zone as that of another."""
    to, inner = node.expressions
    inner = inner.unnest()
    if not (isinstance(inner, exp.Anonymous) and inner.name.lower() == "timezone"):
        return node
    of, moment = inner.expressions
    return exp.Anonymous(this="convert_timezone", expressions=[of, to, moment])


_REWRITES: tuple[Callable[[exp.Expression], exp.Expression], ...] = (
    _nearest_in_time,
    _kept_by_window,
    _endless,
    _replaced_columns,
    _counted,
    _overlaps,
    _grouped_text,
    _plain_cte,
    _named_table,
    _list_in_order,
    _renamed,
)
_KNOWN = {
    *_FUNCTIONS.values(),
    "array_sort",
    "arrays_overlap",
    "collect_set",
    "convert_timezone",
    "lead",
    "make_dt_interval",
    "unix_micros",
}
