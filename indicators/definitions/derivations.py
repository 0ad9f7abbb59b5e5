"""What a derived column reads: of its own row, of other tables, of a period. No SQL."""

from collections.abc import Collection, Iterable, Mapping

from indicators.definitions.contracts import LINEAGE, Contract, Derived, contracts
from indicators.definitions.expressions import parse_expression, table_operands

ROW_HASH = "row_hash"  # of a row's content and its file; null until what is stored is worked out


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


def upstream_tables(wanted: Mapping[str, set[str]]) -> dict[str, set[str]]:
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
    operands = table_operands(contract)
    read = {*match_of(derived).values(), derived.take, derived.dated}
    read |= {derived.valid_from, derived.valid_to}
    if derived.where:
        read.update(parse_expression(derived.where, operands).columns)
    if derived.around or derived.form == "followed_by":
        read |= {"area_code", "location_precision", contract.date_column}
    return {column for column in operands if column in read}


def needed_derived(contract: Contract, columns: set[str], given: Collection[str] = ()) -> set[str]:
    """The derived columns among these, and those that they are made of.

    `given`: columns that are there already, so that nothing is derived for them.
    """
    needed: set[str] = set()
    waiting = sorted(columns & contract.derived.keys())
    while waiting:
        name = waiting.pop()
        if name not in needed and name not in given:
            needed.add(name)
            waiting.extend(sorted(_inputs(contract, contract.derived[name])))
    return needed


def stored_columns(contract: Contract) -> dict[str, Derived]:
    """The derived columns that a row has by itself: made of no other table and not of the as-of
    date. They stand in the core table, each after what it is made of."""
    found: dict[str, Derived] = {}
    for name, derived in contract.derived.items():
        read = _read_columns(contract, derived) - {""}
        is_own = derived.form == "expression" and read <= contract.columns.keys() | found.keys()
        if is_own and "as_of_day" not in (derived.sql or "").lower():
            found[name] = derived
    return found


def period_columns(contract: Contract) -> tuple[str, ...]:
    """The derived columns that belong to a row and a period, in their order."""
    found: list[str] = []
    for name, derived in contract.derived.items():
        is_dated = derived.form == "in_period" or derived.at in ("period_start", "period_end")
        if is_dated or _inputs(contract, derived) & set(found):
            found.append(name)
    return tuple(found)


def _inputs(contract: Contract, derived: Derived) -> set[str]:
    return _read_columns(contract, derived) & contract.derived.keys()


def _read_columns(contract: Contract, derived: Derived) -> set[str]:
    """What a derived column reads of its own row."""
    used = {*(derived.match or {}), derived.at or ""}
    if derived.sql:
        used.update(parse_expression(derived.sql, table_operands(contract)).columns)
    if derived.form == "nearest":
        used |= {"latitude", "longitude"}
    if derived.around or derived.form == "followed_by":
        used |= {"area_code", "location_precision"}
    return used


def core_columns(contract: Contract, columns: set[str], given: Collection[str] = ()) -> list[str]:
    """The columns of the core table of which these are made; `given`: of `needed_derived`."""
    read = set(columns)
    for name in needed_derived(contract, columns, given):
        read |= _read_columns(contract, contract.derived[name])
    return [name for name in (*contract.columns, *LINEAGE, *given, ROW_HASH) if name in read]


def group_by_join(contract: Contract, wanted: Iterable[str]) -> list[dict[str, Derived]]:
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


def match_of(derived: Derived) -> Mapping[str, str]:
    """Columns of the other table by the own ones that they equal."""
    return derived.match or {}


def read_table(derived: Derived) -> str:
    """The table that a derived column looks at: the core table, or `cube` where it is derived."""
    return f"{'cube' if _reads_derived(derived) else 'core'}.{derived.table}"
