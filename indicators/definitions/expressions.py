"""Filter and value expressions over one table: parsed, checked, written anew as SQL.

Text of a catalogue or contract never reaches the database: only the tree that sqlglot parsed,
that holds allowed nodes alone and whose columns, codes and types fit the contract, becomes SQL.
A subquery, a second statement, a function that is not listed here: refused. A node that no check
has looked at, or that holds more than its check knows of, is refused too.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from indicators.definitions.contracts import Column, Contract, Derived, contracts
from indicators.foundation.errors import nearest

NUMBER = "number"
_KINDS = {
    "text": "text",
    "code": "code",
    "int": NUMBER,
    "dec": NUMBER,
    "bool": "bool",
    "date": "date",
    "time": "time",
    "list<code>": "list",
}


@dataclass(frozen=True)
class Operand:
    """What an expression may use a value as; `codes` where only these texts make sense."""

    kind: str  # text, code, number, bool, date, time, list, null
    codes: tuple[str, ...] | None = None
    is_whole: bool = False  # a number without decimals, as many days as a date may be moved by


@dataclass(frozen=True)
class Fault:
    """One reason to refuse an expression: message key `expression.<rule>` and its parameters."""

    rule: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Expression:
    """A checked expression: its SQL, what it gives, the columns that it reads."""

    sql: str
    operand: Operand
    columns: tuple[str, ...]


class RefusedExpressionError(ValueError):
    """Holds every fault found in one expression."""

    def __init__(self, text: str, faults: Sequence[Fault]) -> None:
        self.text = text
        self.faults = tuple(faults)
        super().__init__(f"{text}: {[fault.rule for fault in faults]}")


# Name: kinds of the arguments (None: any), kind of the result (None: that of the arguments).
_FUNCTIONS: Mapping[str, tuple[tuple[str | None, ...], str | None]] = {
    "local_date": (("time",), "date"),
    "local_time": (("time",), "time"),
    "is_night": (("time",), "bool"),
    "night_share": (("time", "time"), NUMBER),
    "minutes_between": (("time", "time"), NUMBER),
    "hours_after": (("time", NUMBER), "time"),
    "just_before": (("time",), "time"),
    "days_between": (("date", "date"), NUMBER),
    "months_after": (("date", NUMBER), "date"),
    "as_of_day": ((), "date"),
    "local_midnight": (("date",), "time"),
    "near_base_km": ((), NUMBER),
    "police_post_carry_months": ((), NUMBER),
    "target_hours": (("code",), NUMBER),
    "ceil": ((NUMBER,), NUMBER),
    "floor": ((NUMBER,), NUMBER),
    "abs": ((NUMBER,), NUMBER),
    "length": (("list",), NUMBER),
    "array_distinct": (("list",), "list"),
    "array_contains": (("list", "code"), "bool"),
    "array_overlaps": (("list", "list"), "bool"),
    "year": (("date",), NUMBER),
}
_VARIADIC = {"greatest", "least", "coalesce"}
# Expressions that people write are shorter and flatter; a tree is walked by recursion.
LONGEST = 2000  # characters
DEEPEST = 60  # nodes from the root to a leaf
# Functions are written out where they are called, with their argument once for each use of it: a
# call within a call within a call multiplies the text, and the memory of who reads it.
DEEPEST_CALLS = 3
# All that a node may hold; what else it holds (FORMAT, SYMMETRIC, IGNORE NULLS) no check knows.
_KNOWN_ARGUMENTS = {
    "this", "expression", "expressions", "low", "high", "ifs", "true", "default", "to",
    "is_string", "quoted", "nested", "bracket_notation",
    "ignore_nulls",  # how DuckDB's greatest and least are; otherwise it is a node of its own
}  # fmt: skip
# Nodes that the check of the node above them has looked at.
_SEEN_FROM_ABOVE = (exp.Identifier, exp.DataType, exp.If, exp.Literal, exp.Null, exp.Boolean)
_NUMBER_TEXT = re.compile(r"\d+(\.\d*)?([eE][+-]?\d{1,2})?|\.\d+", re.ASCII)
# What sqlglot names otherwise than DuckDB's user does.
_SPOKEN = {"length": "len", "array_distinct": "list_distinct", "array_contains": "list_contains"}


class Operands(dict[str, Operand]):
    """What an expression may name, told by itself: to compare all columns takes longer than what
    is kept by them."""

    __hash__ = object.__hash__  # type: ignore[assignment]
    __eq__ = object.__eq__


_operands: dict[str, tuple[Contract, Operands]] = {}


def table_operands(contract: Contract) -> Operands:
    """The columns that an expression over this table may name, derived ones last.

    Made once a contract: a refresh asks thousands of times.
    """
    known, operands = _operands.get(contract.table, (None, Operands()))
    if known is not contract:
        operands = Operands((name, column_operand(own)) for name, own in contract.columns.items())
        operands |= {name: derived_operand(derived) for name, derived in contract.derived.items()}
        _operands[contract.table] = contract, operands
    return operands


def table_vocabulary(contract: Contract, name: str) -> str | None:
    """The code list of a column, or of the column from which a derived one is taken."""
    if name in contract.columns:
        return contract.columns[name].vocabulary
    derived = contract.derived[name]
    if derived.table and derived.take:
        return table_vocabulary(contracts()[derived.table], derived.take)
    return None


def column_operand(column: Column) -> Operand:
    """What a contract's column is to an expression."""
    return Operand(_KINDS[column.base_type], column.allowed_codes, column.base_type == "int")


def derived_operand(derived: Derived) -> Operand:
    """What a derived column is; a code taken from another table keeps that table's codes."""
    kind = _KINDS["dec" if derived.type.startswith("dec") else derived.type]
    if derived.codes or not (derived.table and derived.take):
        return Operand(kind, derived.codes, derived.type == "int")
    return Operand(kind, _codes_taken(derived.table, derived.take))


@cache
def _codes_taken(table: str, column: str) -> tuple[str, ...] | None:
    taken = contracts()[table].columns.get(column)
    return taken.allowed_codes if taken else None


def parse_expression(
    text: str, columns: Mapping[str, Operand], wanted: str | None = None
) -> Expression:
    """Check one expression over these columns; `wanted` is the kind that it must give.

    Raises RefusedExpressionError with all faults at once.
    """
    check = _checked if isinstance(columns, Operands) else _checked.__wrapped__
    return check(text, columns, wanted)


@cache
def _checked(text: str, columns: Mapping[str, Operand], wanted: str | None) -> Expression:
    """Checked and written once, as a refresh asks for each some twenty times."""
    tree, is_alone = _parsed(text)
    check = _Check(dict(columns))
    if not is_alone:
        check.refuse("one_expression")
    operand = check.operand(tree)
    check.nothing_unseen(tree)
    if wanted and operand.kind not in (wanted, "null", "unknown"):
        check.faults.append(Fault("wrong_result", {"wanted": wanted, "found": operand.kind}))
    if check.faults:
        raise RefusedExpressionError(text, check.faults)
    return Expression(tree.sql(dialect="duckdb"), operand, tuple(sorted(check.used)))


def parsed(text: str) -> exp.Expression:
    """The tree of an expression that was checked."""
    return _parsed(text)[0]


@cache
def conjuncts(sql: str) -> Mapping[str, frozenset[str]]:
    """The conditions that must all hold for this checked one, with the columns that each reads."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    parts = tree.flatten(unnest=False) if isinstance(tree, exp.And) else [tree]
    return {
        part.sql(dialect="duckdb"): frozenset(column.name for column in part.find_all(exp.Column))
        for part in parts
    }


def broadest(conditions: Iterable[str]) -> tuple[str, ...]:
    """Of checked conditions, any of which may hold, those that imply none of the others."""
    parts = {condition: conjuncts(condition).keys() for condition in conditions}
    found: list[str] = []
    for condition in sorted(parts, key=lambda condition: len(parts[condition])):
        if not any(parts[other] <= parts[condition] for other in found):
            found.append(condition)
    return tuple(condition for condition in parts if condition in found)


def any_of(conditions: Sequence[str], by: str = " OR ") -> str:
    """Any of these conditions, with parentheses around each and around all."""
    each = [f"({condition})" for condition in conditions]
    return each[0] if len(each) == 1 else f"({by.join(each)})"


@cache
def _parsed(text: str) -> tuple[exp.Expression, bool]:
    """The first statement of the text, fit to be walked, and whether it is the only one.

    Parsed once for all tables; nobody changes the tree afterwards.
    """
    if len(text) > LONGEST:
        raise RefusedExpressionError(text, [Fault("too_long", {"longest": str(LONGEST)})])
    try:
        trees = sqlglot.parse(text, read="duckdb")
    except (SqlglotError, RecursionError) as error:
        first = (str(error).splitlines() or ["–"])[0]
        raise RefusedExpressionError(text, [Fault("unreadable", {"reason": first})]) from error
    if not trees or trees[0] is None:
        raise RefusedExpressionError(text, [Fault("one_expression")])
    if _depth(trees[0]) > DEEPEST:
        raise RefusedExpressionError(text, [Fault("too_deep", {"deepest": str(DEEPEST)})])
    if _depth_of_calls(trees[0]) > DEEPEST_CALLS:
        deepest = {"deepest": str(DEEPEST_CALLS)}
        raise RefusedExpressionError(text, [Fault("calls_too_deep", deepest)])
    for node in trees[0].walk():
        node.comments = None
    return trees[0], len(trees) == 1


def _depth(tree: exp.Expression) -> int:
    level, depth = [tree], 0
    while level:
        level = [child for node in level for child in node.iter_expressions()]
        depth += 1
    return depth


def _depth_of_calls(tree: exp.Expression) -> int:
    """How many functions of ours stand inside one another; a loop, as trees may be deep."""
    waiting, deepest = [(tree, 0)], 0
    while waiting:
        node, calls = waiting.pop()
        calls += _function_name(node) in _FUNCTIONS
        deepest = max(deepest, calls)
        waiting += [(child, calls) for child in node.iter_expressions()]
    return deepest


_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)


class _Check:
    """One walk over a tree: finds what each node gives and notes every fault."""

    def __init__(self, columns: Mapping[str, Operand]) -> None:
        self.columns = columns
        self.faults: list[Fault] = []
        self.used: set[str] = set()
        self.seen: set[int] = set()

    def nothing_unseen(self, tree: exp.Expression) -> None:
        """Refuses a node that no check has looked at, and arguments that no check knows."""
        for node in tree.walk():
            is_seen = id(node) in self.seen or isinstance(node, _SEEN_FROM_ABOVE)
            unknown = {name for name, value in node.args.items() if value} - _KNOWN_ARGUMENTS
            if not self.faults and (unknown or not is_seen):
                self.refuse("not_allowed", part=_excerpt(node))

    def operand(self, node: exp.Expression) -> Operand:
        self.seen.add(id(node))
        rule = _RULES.get(type(node))
        if rule is not None:
            return rule(self, node)
        name = _function_name(node)
        if name is not None:
            return self.function(node, name)
        return self.refuse("not_allowed", part=_excerpt(node))

    def refuse(self, rule: str, **parameters: str) -> Operand:
        self.faults.append(Fault(rule, parameters))
        return Operand("unknown")

    def column(self, node: exp.Expression) -> Operand:
        name = node.name
        if (
            node.args.get("table")
            or node.args.get("db")
            or not isinstance(node.this, exp.Identifier)
        ):
            return self.refuse("not_allowed", part=_excerpt(node))
        if name not in self.columns:
            return self.refuse(
                "unknown_column", column=name, nearest=nearest(name, sorted(self.columns))
            )
        self.used.add(name)
        return self.columns[name]

    def literal(self, node: exp.Expression) -> Operand:
        if node.args.get("is_string"):
            return Operand("text")
        if not _NUMBER_TEXT.fullmatch(node.name):
            return self.refuse("not_allowed", part=_excerpt(node))
        return Operand(NUMBER, is_whole=node.name.isdigit())

    def cast(self, node: exp.Expression) -> Operand:
        is_text = isinstance(node.this, exp.Literal) and node.this.args.get("is_string")
        if is_text and node.to.sql() == "DATE":
            if _is_day(node.this.name):
                return Operand("date")
            return self.refuse("no_date", value=node.this.name)
        return self.refuse("not_allowed", part=_excerpt(node))

    def inner(self, node: exp.Expression) -> Operand:
        return self.operand(node.this)

    def logical(self, node: exp.Expression) -> Operand:
        for part in _children(node):
            self.expect(part, "bool")
        return Operand("bool")

    def arithmetic(self, node: exp.Expression) -> Operand:
        left, right = self.operand(node.this), self.operand(node.expression)
        if left.kind == "date" and right.is_whole and not isinstance(node, exp.Mul | exp.Div):
            return Operand("date")
        if left.kind == right.kind == "date" and isinstance(node, exp.Sub):
            return Operand(NUMBER, is_whole=True)
        for operand in (left, right):
            if operand.kind not in (NUMBER, "unknown", "null"):
                self.refuse("wrong_type", part=_excerpt(node), wanted=NUMBER, found=operand.kind)
        is_whole = left.is_whole and right.is_whole and not isinstance(node, exp.Div)
        return Operand(NUMBER, is_whole=is_whole)

    def negative(self, node: exp.Expression) -> Operand:
        return Operand(NUMBER, is_whole=self.expect(node.this, NUMBER).is_whole)

    def comparison(self, node: exp.Expression) -> Operand:
        if any(isinstance(side, _COMPARISONS) for side in (node.this, node.expression)):
            return self.refuse("not_allowed", part=_excerpt(node))  # DuckDB chains none
        self.same_kind(node, [node.this, node.expression])
        return Operand("bool")

    def between(self, node: exp.Expression) -> Operand:
        self.same_kind(node, [node.this, node.args["low"], node.args["high"]])
        return Operand("bool")

    def membership(self, node: exp.Expression) -> Operand:
        entries = node.expressions
        if node.args.get("query") or not entries:
            return self.refuse("not_allowed", part=_excerpt(node))
        if not all(isinstance(entry, exp.Literal) for entry in entries):
            return self.refuse("not_allowed", part=_excerpt(node))
        self.same_kind(node, [node.this, *entries])
        return Operand("bool")

    def null_test(self, node: exp.Expression) -> Operand:
        if isinstance(node.expression, exp.Boolean):
            self.expect(node.this, "bool")  # of a text the database would make a cast, and stop
            return Operand("bool")
        self.operand(node.this)
        if not isinstance(node.expression, exp.Null):
            return self.refuse("not_allowed", part=_excerpt(node))
        return Operand("bool")

    def array(self, node: exp.Expression) -> Operand:
        for entry in node.expressions:
            if not (isinstance(entry, exp.Literal) and entry.args.get("is_string")):
                self.refuse("not_allowed", part=_excerpt(node))
        return Operand("list")

    def case(self, node: exp.Expression) -> Operand:
        if node.this is not None:
            return self.refuse("not_allowed", part=_excerpt(node))
        results = []
        for branch in node.args.get("ifs") or []:
            self.expect(branch.this, "bool")
            results.append(branch.args["true"])
        if node.args.get("default") is not None:
            results.append(node.args["default"])
        return self.same_kind(node, results)

    def function(self, node: exp.Expression, name: str) -> Operand:
        arguments = _children(node)
        if name in _VARIADIC:
            return self.same_kind(node, arguments)
        if name not in _FUNCTIONS:
            known = [*_FUNCTIONS, *_VARIADIC]
            return self.refuse("unknown_function", function=name, nearest=nearest(name, known))
        wanted, result = _FUNCTIONS[name]
        if len(arguments) != len(wanted):
            return self.refuse(
                "arguments", function=_SPOKEN.get(name, name), wanted=str(len(wanted))
            )
        operands = [
            self.operand(argument) if kind is None else self.expect(argument, kind)
            for argument, kind in zip(arguments, wanted, strict=True)
        ]
        if name in ("array_contains", "array_overlaps"):
            self.codes_known(operands[0], [arguments[1]])
        return Operand(result or operands[0].kind)

    def expect(self, node: exp.Expression, kind: str) -> Operand:
        operand = self.operand(node)
        fits = operand.kind in (kind, "null", "unknown") or {operand.kind, kind} == {"text", "code"}
        if not fits:
            self.refuse("wrong_type", part=_excerpt(node), wanted=kind, found=operand.kind)
        return operand

    def same_kind(self, node: exp.Expression, parts: Sequence[exp.Expression]) -> Operand:
        operands = [self.operand(part) for part in parts]
        kinds = {_comparable(operand.kind) for operand in operands} - {"null", "unknown"}
        if len(kinds) > 1:
            self.refuse(
                "wrong_type", part=_excerpt(node), wanted=operands[0].kind, found=operands[-1].kind
            )
        coded = next((operand for operand in operands if operand.codes), None)
        if coded:
            self.codes_known(coded, parts)
        return coded or next(
            (operand for operand in operands if operand.kind != "null"), Operand("null")
        )

    def codes_known(self, coded: Operand, parts: Sequence[exp.Expression]) -> None:
        if coded.codes is None:
            return
        for part in parts:
            for literal in part.find_all(exp.Literal):
                if literal.args.get("is_string") and literal.name not in coded.codes:
                    self.refuse(
                        "unknown_code",
                        code=literal.name,
                        nearest=nearest(literal.name, coded.codes),
                    )


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _comparable(kind: str) -> str:
    return "text" if kind == "code" else kind


def _children(node: exp.Expression) -> list[exp.Expression]:
    return list(node.iter_expressions())


def _excerpt(node: exp.Expression) -> str:
    return node.sql(dialect="duckdb", unsupported_level=ErrorLevel.IGNORE)[:60]


def _function_name(node: exp.Expression) -> str | None:
    if isinstance(node, exp.Anonymous):
        return str(node.name).lower() if not node.args.get("distinct") else None
    if isinstance(node, exp.AggFunc) or not isinstance(node, exp.Func):
        return None
    return node.sql_name().lower()


_Rule = Callable[[_Check, exp.Expression], Operand]
_RULES: Mapping[type[exp.Expression], _Rule] = {
    exp.Column: _Check.column,
    exp.Literal: _Check.literal,
    exp.Boolean: lambda check, node: Operand("bool"),
    exp.Null: lambda check, node: Operand("null"),
    exp.Cast: _Check.cast,
    exp.Paren: _Check.inner,
    exp.And: _Check.logical,
    exp.Or: _Check.logical,
    exp.Not: _Check.logical,
    exp.Neg: _Check.negative,
    **dict.fromkeys((exp.Add, exp.Sub, exp.Mul, exp.Div), _Check.arithmetic),
    **dict.fromkeys(_COMPARISONS, _Check.comparison),
    exp.Between: _Check.between,
    exp.In: _Check.membership,
    exp.Is: _Check.null_test,
    exp.Array: _Check.array,
    exp.Case: _Check.case,
}
