"""What a row contributes by itself, stored with it in `core`: derived columns and its hash.

The columns of `derivations.stored_columns` are worked out once a row and not at each refresh;
`row_hash` is of the content and of the file, so that sums of it tell without reading wide rows
whether anything changed. A row is complete once it has its hash: whoever writes a row of `core`
leaves the hash null, whoever changes one sets it to null, and `complete_rows` does the rest.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

import duckdb

from indicators.compiler.derived.functions import functions_sql
from indicators.definitions.contracts import Contract, contracts
from indicators.definitions.derivations import ROW_HASH, stored_columns
from indicators.definitions.expressions import parse_expression, table_operands
from indicators.definitions.mission_profile import Mission
from indicators.foundation.sql_text import quoted
from indicators.incremental.partition_fingerprints import definition_of


def stored_types(contract: Contract) -> dict[str, str]:
    """Column name: SQL type of what `core.<table>` holds beside contract and lineage."""
    own = {name: derived.sql_type for name, derived in stored_columns(contract).items()}
    return own | {ROW_HASH: "UBIGINT"}


def complete_rows(
    connection: duckdb.DuckDBPyConnection, mission: Mission, tables: Iterable[str] | None = None
) -> None:
    """Fill in what is stored of rows that have no hash; of all rows where its definition changed.

    `tables`: these and no others. The mission's time zone and parameters are part of the
    definition, the as-of date is not.
    """
    functions = list(functions_sql(mission, "infinity"))
    named = list(contracts() if tables is None else tables)
    kept = dict(connection.execute("FROM ops.stored_column").fetchall())
    now = {table: definition_of([*_statements(table), *functions]) for table in named}
    other = {table: text for table, text in now.items() if kept.get(table) != text}
    if other:
        changed = [f"UPDATE core.{quoted(table)} SET {ROW_HASH} = NULL" for table in other]
        connection.execute(";\n".join(changed))
        given = [list(other), list(other.values())]
        connection.execute(
            "DELETE FROM ops.stored_column WHERE table_name IN (SELECT unnest(?))", given[:1]
        )
        connection.execute("INSERT INTO ops.stored_column SELECT unnest(?), unnest(?)", given)
    incomplete = _incomplete(connection, named)
    statements = [one for table in incomplete for one in _statements(table)]
    if len(statements) > len(incomplete):  # a hash alone needs no function
        statements = [*functions, *statements]
    if statements:
        connection.execute(";\n".join(statements))


def _incomplete(connection: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> list[str]:
    """The tables that have a row without its hash, in their order."""
    asked = [
        f"SELECT '{table}' WHERE EXISTS (FROM core.{quoted(table)} WHERE {ROW_HASH} IS NULL)"
        for table in tables
    ]
    return [table for (table,) in connection.execute("\nUNION ALL\n".join(asked)).fetchall()]


@cache
def _statements(table: str) -> tuple[str, ...]:
    return tuple(complete_sql(contracts()[table]))


def complete_sql(contract: Contract) -> Iterator[str]:
    """The statements that complete the rows of a core table that have no hash yet.

    An UPDATE sees the old values: what is made of a stored column has a later one of its own.
    """
    operands = table_operands(contract)
    made = {
        name: (derived, parse_expression(derived.sql or "", operands))
        for name, derived in stored_columns(contract).items()
    }
    while made:
        ready = {name: one for name, one in made.items() if not made.keys() & one[1].columns}
        yield _update_sql(
            contract, {name: f"CAST({one.sql} AS {d.sql_type})" for name, (d, one) in ready.items()}
        )
        made = {name: one for name, one in made.items() if name not in ready}
    content = ", ".join(quoted(name) for name in (*contract.columns, "file_sha256"))
    yield _update_sql(contract, {ROW_HASH: f"hash({content})"})


def _update_sql(contract: Contract, values: Mapping[str, str]) -> str:
    given = ",\n  ".join(f"{name} = {value}" for name, value in values.items())
    return f"UPDATE core.{quoted(contract.table)} SET\n  {given}\nWHERE {ROW_HASH} IS NULL"
