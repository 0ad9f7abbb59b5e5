"""What a row contributes by itself, stored with it in `core`: derived columns and its hash.

The columns of `derivations.stored_columns` are worked out once a row and not at each refresh;
`row_hash` is of the content and of the file, so that sums of it tell without reading wide rows
whether anything changed. A row is complete once it has its hash: whoever writes a row of `core`
leaves the hash null, whoever changes one sets it to null, and `complete_rows` does the rest.
"""

from collections.abc import Iterable, Iterator, Mapping

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
    for statement in functions:
        connection.execute(statement)
    kept = dict(connection.execute("FROM ops.stored_column").fetchall())
    for table in contracts() if tables is None else tables:
        statements = list(complete_sql(contracts()[table]))
        definition = definition_of([*statements, *functions])
        if kept.get(table) != definition:
            connection.execute(f"UPDATE core.{quoted(table)} SET {ROW_HASH} = NULL")
            connection.execute("DELETE FROM ops.stored_column WHERE table_name = ?", [table])
            connection.execute("INSERT INTO ops.stored_column VALUES (?, ?)", [table, definition])
        for statement in statements:
            connection.execute(statement)


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
