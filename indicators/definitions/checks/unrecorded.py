"""What an indicator cannot count where no file of a mission has some columns of its source.

A condition on a column that nobody records never holds: its count would be 0 in every cell, however
much happened. Its tree is walked once with those columns blank, as SQL would: true, false or null.
A column that files have and leave blank is another matter: there the contract says what blank is.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from sqlglot import exp

from indicators.definitions.checks.columns_read import expressions
from indicators.definitions.contracts import Contract, Derived, contracts
from indicators.definitions.derivations import core_columns, match_of, needed_derived
from indicators.definitions.expressions import parse_expression, parsed, table_operands
from indicators.definitions.indicator import Indicator

Unrecorded = Mapping[str, Collection[str]]
"""By table the columns that no file of the mission has."""

_Outcomes = frozenset[bool | None]
_ANY: _Outcomes = frozenset([True, False, None])
_SOME: _Outcomes = frozenset([True, False])  # of what is no condition: a value is there
_NULL: _Outcomes = frozenset([None])
_NEVER: _Outcomes = frozenset([False, None])


def lacking(indicator: Indicator, unrecorded: Unrecorded) -> list[str]:
    """What the indicator has no figure without, as `table.column`; `table.*` of a table without
    files. Often nothing: rows of its own source that never came have their own reason."""
    contract = contracts()[indicator.source]
    if indicator.is_survey or _is_absent(contract, unrecorded):
        return []
    asked = set(indicator.measure.asks) & set(unrecorded.get(contract.table, ()))
    found = {f"{contract.table}.{name}" for name in asked}
    for key, text, wanted in expressions(indicator.measure):
        if key == "measure.known" or _counts(text, wanted, contract, unrecorded):
            continue
        blank = set(_blank_columns(text, contract, unrecorded))
        alone = [at for at in blank if not _counts(text, wanted, contract, {at[0]: [at[1]]})]
        either = [at for at in blank if _counts(text, wanted, contract, _without(unrecorded, *at))]
        found |= {".".join(at) for at in alone or either or blank}
    return sorted({_named(one, unrecorded) for one in found})


def _is_absent(contract: Contract, unrecorded: Unrecorded) -> bool:
    return contract.columns.keys() <= set(unrecorded.get(contract.table, ()))


def _named(column: str, unrecorded: Unrecorded) -> str:
    table = column.split(".")[0]
    return f"{table}.*" if _is_absent(contracts()[table], unrecorded) else column


def _without(unrecorded: Unrecorded, table: str, column: str) -> Unrecorded:
    return {**unrecorded, table: set(unrecorded[table]) - {column}}


def _counts(text: str, wanted: str | None, contract: Contract, blank: Unrecorded) -> bool:
    """Whether a condition may hold, or a value be there, for any row."""
    found = _outcomes(parsed(text), contract, blank)
    return True in found if wanted == "bool" else found != _NULL


def _blank_columns(
    text: str, contract: Contract, unrecorded: Unrecorded
) -> Iterator[tuple[str, str]]:
    """(table, column) of those that an expression reads and no file has."""
    read = set(parse_expression(text, table_operands(contract)).columns)
    for name in core_columns(contract, read):
        if name in unrecorded.get(contract.table, ()):
            yield contract.table, name
    for name in needed_derived(contract, read):
        derived = contract.derived[name]
        if derived.table:
            other = {*match_of(derived).values(), derived.take, contracts()[derived.table].key[0]}
            yield from (
                (derived.table, one) for one in unrecorded.get(derived.table, ()) if one in other
            )
            if derived.where:
                yield from _blank_columns(derived.where, contracts()[derived.table], unrecorded)


def _of_column(name: str, contract: Contract, blank: Unrecorded) -> _Outcomes:
    own = blank.get(contract.table, ())
    if name not in contract.derived:
        return _NULL if name in own else _ANY
    derived = contract.derived[name]
    if derived.sql:
        return _outcomes(parsed(derived.sql), contract, blank)
    if not _finds_none(derived, own, blank):
        return _ANY
    return _NULL if derived.take or derived.form == "nearest" else _NEVER


def _finds_none(derived: Derived, own: Collection[str], blank: Unrecorded) -> bool:
    """Whether no row of another table can be the one that is looked for."""
    if set(own) & {*match_of(derived), derived.at}:
        return True
    if derived.form == "nearest" and {"latitude", "longitude"} & set(own):
        return True
    if derived.table is None:
        return False
    other = contracts()[derived.table]
    if _is_absent(other, blank):
        return True
    if set(blank.get(other.table, ())) & {*match_of(derived).values(), derived.take}:
        return True
    return derived.where is not None and not _counts(derived.where, "bool", other, blank)


def _outcomes(node: exp.Expression, contract: Contract, blank: Unrecorded) -> _Outcomes:
    """What a node may give: true, false, null; of a value true and false stand for being there."""

    def of(part: exp.Expression) -> _Outcomes:
        return _outcomes(part, contract, blank)

    match node:
        case exp.Column():
            return _of_column(node.name, contract, blank)
        case exp.Boolean():
            return frozenset([bool(node.this)])
        case exp.Null():
            return _NULL
        case exp.Paren():
            return of(node.this)
        case exp.Not():
            return frozenset(None if one is None else not one for one in of(node.this))
        case exp.And() | exp.Or():
            ends = isinstance(node, exp.Or)
            return _joined(of(node.this), of(node.expression), ends)
        case exp.Is():
            sought = None if isinstance(node.expression, exp.Null) else bool(node.expression.this)
            return frozenset(one is sought for one in of(node.this))
        case exp.Case():
            return _of_case(node, of)
        case exp.Coalesce() | exp.Greatest() | exp.Least():
            return _first_of(of(part) for part in node.iter_expressions())
    parts = [of(part) for part in node.iter_expressions()]
    if _NULL in parts:
        return _NULL
    return _ANY if any(None in part for part in parts) else _SOME


def _joined(left: _Outcomes, right: _Outcomes, ends: bool) -> _Outcomes:
    """Of AND (which false ends) or OR (which true ends)."""
    return frozenset(
        ends if ends in (one, other) else None if None in (one, other) else not ends
        for one in left
        for other in right
    )


def _of_case(node: exp.Case, of: Callable[[exp.Expression], _Outcomes]) -> _Outcomes:
    found: _Outcomes = frozenset()
    for branch in node.args["ifs"]:
        when = of(branch.this)
        found |= of(branch.args["true"]) if True in when else frozenset()
        if when == {True}:
            return found
    default = node.args.get("default")
    return found | (of(default) if default is not None else _NULL)


def _first_of(parts: Iterable[_Outcomes]) -> _Outcomes:
    """Of the first that is there; null where none is."""
    found: _Outcomes = frozenset()
    for part in parts:
        found |= part - _NULL
        if None not in part:
            return found
    return found | _NULL
