"""Rows as Parquet beside the warehouse, in parts by month, for engines that read files.

A part bears the hash of its content in its name and is written once: what stands in a manifest
never changes under a reader. A table that changed in some months gets new parts for these alone.
The manifest's name stands in the ledger (`ops.row_manifest`), in the transaction of what is
computed of it: undone together. What neither the last manifest nor this one names is removed.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from indicators.definitions.contracts import contracts
from indicators.definitions.derivations import ROW_HASH
from indicators.foundation.sql_text import quoted

Manifest = dict[str, dict[str, str]]  # by table and month the file of the part
_UNREAD = {ROW_HASH, "mission", "sheet", "row_number"}  # lineage that no measure reads
_WHOLE = "all"
_UNDATED = "undated"


def write_row_files(
    connection: duckdb.DuckDBPyConnection, tables: Iterable[tuple[str, str]], folder: Path
) -> dict[tuple[str, str], list[Path]]:
    """The files of each table (schema, name), as they are now; at least one each.

    Core tables whose months stand keep their parts; tables of the cube are written whole.
    """
    folder.mkdir(parents=True, exist_ok=True)
    before = _last_name(connection)
    manifest: Manifest = {}
    for schema, table in sorted(tables):
        parts = _write_parts(connection, schema, table, folder)
        manifest[f"{schema}.{table}"] = parts
    text = json.dumps(manifest, indent=1, sort_keys=True)
    name = f"manifest-{hashlib.sha256(text.encode()).hexdigest()[:16]}.json"
    _write_text(folder / name, text)
    connection.execute("DELETE FROM ops.row_manifest")
    connection.execute("INSERT INTO ops.row_manifest VALUES (?)", [name])
    _remove_unnamed(folder, {name, before or name})
    return {
        (schema, table): [folder / file for file in manifest[f"{schema}.{table}"].values()]
        for schema, table in tables
    }


def _last_name(connection: duckdb.DuckDBPyConnection) -> str | None:
    """The manifest that the ledger names."""
    connection.execute("CREATE TABLE IF NOT EXISTS ops.row_manifest (name VARCHAR)")
    found = connection.execute("FROM ops.row_manifest").fetchone()
    return str(found[0]) if found else None


def _write_parts(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str, folder: Path
) -> dict[str, str]:
    """By month the file that holds its rows, written where it is not there yet."""
    source = f"{schema}.{quoted(table)}"
    columns = _columns(connection, source)
    month = _month_of(schema, table)
    content = f"sum(CAST({ROW_HASH} AS HUGEINT))" if schema == "core" else _content(columns)
    found = connection.execute(
        f"SELECT {month} AS part, format('{{}}:{{}}', count(*), {content}) FROM {source}"
        " GROUP BY part ORDER BY part NULLS FIRST"
    ).fetchall()
    shape = ",".join(columns)
    parts = {}
    for part, told in found or [(None, "0:")]:
        name = _WHOLE if month == "NULL" else part.isoformat()[:7] if part else _UNDATED
        digest = hashlib.sha256(f"{shape}\n{told}".encode()).hexdigest()[:16]
        path = folder / f"{schema}.{table}" / f"{name}-{digest}.parquet"
        if not path.is_file():
            where = "" if month == "NULL" else f" WHERE {month} IS NOT DISTINCT FROM ?"
            values = [part] if where else []
            query = f"SELECT {', '.join(columns)} FROM {source}{where}"
            _write_parquet(path, connection.sql(query, params=values))
        parts[name] = path.relative_to(folder).as_posix()
    return parts


def _columns(connection: duckdb.DuckDBPyConnection, source: str) -> list[str]:
    """The columns as they are selected: a day without end is the first or last that can be held."""
    found = connection.execute(f"DESCRIBE {source}").fetchall()
    columns = []
    for name, sql_type, *_ in found:
        column = quoted(name)
        if sql_type == "DATE" and source.startswith("cube."):
            column = f"least(greatest({column}, DATE '0001-01-01'), DATE '9999-12-31') AS {column}"
        if name not in _UNREAD:
            columns.append(column)
    return columns


def _month_of(schema: str, table: str) -> str:
    day: str | None = contracts()[table].date_column if schema == "core" else None
    return f"CAST(date_trunc('month', {quoted(day)}) AS DATE)" if day else "NULL"


def _content(columns: Iterable[str]) -> str:
    names = ", ".join(column.rpartition(" AS ")[2] for column in columns)
    return f"sum(CAST(hash({names}) AS HUGEINT))"


def _write_parquet(path: Path, rows: duckdb.DuckDBPyRelation) -> None:
    """All or nothing: under its own name only once it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    coming = path.with_suffix(".coming")
    reader = rows.to_arrow_reader(100_000)
    assert reader is not None
    with pq.ParquetWriter(coming, reader.schema, compression="zstd") as writer:
        batch: pa.RecordBatch
        for batch in reader:
            writer.write_batch(batch)
    coming.replace(path)


def _write_text(path: Path, text: str) -> None:
    coming = path.with_suffix(".coming")
    coming.write_text(text, encoding="utf-8")
    coming.replace(path)


def _remove_unnamed(folder: Path, manifests: set[str]) -> None:
    """Files of no manifest and other manifests: what the last one names stays until this one is in
    the ledger."""
    kept = set(manifests)
    for name in manifests:
        path = folder / name
        manifest: Manifest = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        kept |= {file for parts in manifest.values() for file in parts.values()}
    for path in folder.rglob("*"):
        if path.is_file() and path.relative_to(folder).as_posix() not in kept:
            path.unlink()
