"""What a row contributes by itself, stored with it in `core`: derived columns and its hash.

The columns of `derivations.stored_columns` are worked out once a row and not at each refresh;
`row_hash` is of the content and of the file, so that sums of it tell without reading wide rows
whether anything changed. A row is complete once it has its hash: whoever writes a row of `core`
writes it complete (`insert_complete`) or leaves the hash null, whoever changes one sets it to null,
and `complete_rows` does the rest.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

import duckdb

from indicators.compiler.derived.functions import functions_sql, functions_used
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
    named = list(contracts() if tables is None else tables)
    functions = _forget_other_definitions(connection, mission, named)
    incomplete = _incomplete(connection, named)
    if incomplete:
        text = ";\n".join(one for table in incomplete for one in _statements(table))
        connection.execute(";\n".join([*functions_used(functions, text), text]))


def insert_complete(
    connection: duckdb.DuckDBPyConnection, mission: Mission, contract: Contract, rows: str
) -> None:
    """Adds rows to a core table with what is stored of them, in their order.

    `rows`: a query of what `core` is given of a row, without parameters.
    """
    functions = _forget_other_definitions(connection, mission, [contract.table])
    for values in _stages(contract.table):
        made = ", ".join(f"{value} AS {quoted(name)}" for name, value in values.items())
        rows = f"SELECT *, {made} FROM ({rows})"
    insert = f"INSERT INTO core.{quoted(contract.table)} BY NAME {rows}"
    connection.execute(";\n".join([*functions_used(functions, insert), insert]))


def _forget_other_definitions(
    connection: duckdb.DuckDBPyConnection, mission: Mission, tables: Sequence[str]
) -> list[str]:
    """Takes the hash of all rows that were completed by another definition than that of now.

    Gives the statements of the functions that the definitions use.
    """
    functions = list(functions_sql(mission, "infinity"))
    kept = dict(connection.execute("FROM ops.stored_column").fetchall())
    now = {table: definition_of([*_statements(table), *functions]) for table in tables}
    other = {table: text for table, text in now.items() if kept.get(table) != text}
    if other:
        changed = [f"UPDATE core.{quoted(table)} SET {ROW_HASH} = NULL" for table in other]
        connection.execute(";\n".join(changed))
        given = [list(other), list(other.values())]
        connection.execute(
            "DELETE FROM ops.stored_column WHERE table_name IN (SELECT unnest(?))", given[:1]
        )
        connection.execute("INSERT INTO ops.stored_column SELECT unnest(?), unnest(?)", given)
    return functions


def _incomplete(connection: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> list[str]:
    """The tables that have a row without its hash, in their order."""
    asked = [
        f"(SELECT '{table}' FROM core.{quoted(table)} WHERE {ROW_HASH} IS NULL LIMIT 1)"
        for table in tables
    ]
    return [table for (table,) in connection.execute("\nUNION ALL\n".join(asked)).fetchall()]


def _statements(table: str) -> Iterator[str]:
    """The statements that complete the rows of a core table that have no hash yet."""
    for values in _stages(table):
        given = ",\n  ".join(f"{name} = {value}" for name, value in values.items())
        yield f"UPDATE core.{quoted(table)} SET\n  {given}\nWHERE {ROW_HASH} IS NULL"


@cache
def _stages(table: str) -> tuple[dict[str, str], ...]:
    """What is stored of a row, column: SQL; what is made of a stored column comes after it, as an
    UPDATE sees the old values. The hash is last."""
    contract, stages = contracts()[table], []
    operands = table_operands(contract)
    made = {
        name: (derived, parse_expression(derived.sql or "", operands))
        for name, derived in stored_columns(contract).items()
    }
    while made:
        ready = {name: one for name, one in made.items() if not made.keys() & one[1].columns}
        stages.append({n: f"CAST({one.sql} AS {d.sql_type})" for n, (d, one) in ready.items()})
        made = {name: one for name, one in made.items() if name not in ready}
    content = ", ".join(quoted(name) for name in (*contract.columns, "file_sha256"))
    return (*stages, {ROW_HASH: f"hash({content})"})
