"""Rows of which nothing may be kept: taken out of a file before anything of it is written.

Without consent or an assessment of the risk (`kept_only_if` of a contract), removed for good
(`poclens purge`), or older than the retention of their table. Only a count by month and reason
stays (`ops.rows_not_kept`). Why a row is wrong does not belong here (`validate.py`).
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from indicators.definitions.contracts import CompositeReference, Contract, contracts
from indicators.definitions.mission_profile import Mission
from indicators.foundation.sql_text import quoted
from pipelines.ingest.files.delivered_file import Delivery
from pipelines.ingest.mapping.apply import FileRows, cleaned
from pipelines.ingest.mapping.model import Source
from pipelines.ingest.rows import validate
from pipelines.ingest.rows.cast import text_column
from pipelines.workspace.warehouse import ledger
from pipelines.workspace.warehouse.inspect import Connection

Count = tuple[str, str | None, str, int]
"""Table, month (first day as ISO text, None where the row names none), reason, rows."""


@dataclass(frozen=True)
class Limits:
    """What was removed for good: keys (hashed), and the day before which rows are not kept."""

    keys: frozenset[str]
    before: dict[str, str]  # table: ISO date


def limits(connection: Connection) -> Limits:
    """What `poclens purge` has recorded so far."""
    keys = connection.execute("SELECT DISTINCT key_sha256 FROM ops.purged_key").fetchall()
    days = connection.execute(
        "SELECT table_name, CAST(max(before) AS VARCHAR) FROM ops.retention GROUP BY ALL"
    ).fetchall()
    return Limits(frozenset(key for (key,) in keys), dict(days))


def key_sha256(mission: str, key: str) -> str:
    """How a removed key is recorded: its text itself would be what was to be removed."""
    return hashlib.sha256(f"{mission}\n{key}".encode()).hexdigest()


def without_refused(
    connection: Connection,
    mission: Mission,
    delivery: Delivery,
    file: FileRows,
    entries_of: Callable[[str], list[validate.Entry]],
) -> FileRows:
    """The file without the rows that may not be kept, and the counts of these.

    A line that says no to rows of another table (an interview without consent) stays, without the
    cells that the refused table alone reads.
    `entries_of`: what the entries of the mapping for a table make of the file.
    """
    known = limits(connection)
    refused: dict[int, tuple[str, str | None, str]] = {}
    in_part: dict[tuple[str, str], set[int]] = {}
    for table in dict.fromkeys(entry.table for entry in delivery.source.tables):
        contract = contracts()[table]
        if not _can_refuse(contract, known):
            continue
        try:
            for reason, lines in _said_no(connection, delivery, file, contract, entries_of):
                in_part[table, reason] = lines
            validate.stage(connection, file, entries_of(table), contract)
            for position, month, reason in _refused(connection, mission, contract, known):
                if position not in in_part.get((table, reason), ()):
                    refused.setdefault(position, (table, month, reason))
        finally:
            validate.unregister(connection)
    file = _without_remarks(file, {*refused}.union(*in_part.values()))
    for (table, reason), positions in in_part.items():
        file = _without_cells(file, delivery.source, table, reason, positions - refused.keys())
    if not refused:
        return file
    counts = Counter(refused.values())
    gone = _mask(file, refused)
    kept = pa.array(~gone)
    return replace(
        file,
        rows=file.rows.filter(kept),
        sheet=file.sheet.filter(kept),
        row_number=file.row_number.filter(kept),
        not_kept=(*file.not_kept, *((*what, n) for what, n in sorted(counts.items(), key=str))),
        rows_refused=file.rows_refused + len(refused),
        refused={table: mask[~gone] for table, mask in file.refused.items()},
    )


def _said_no(
    connection: Connection,
    delivery: Delivery,
    file: FileRows,
    contract: Contract,
    entries_of: Callable[[str], list[validate.Entry]],
) -> Iterator[tuple[str, set[int]]]:
    """Makes `no_to_<table>`, keys of the rows of that table that say no to rows of this one; gives
    the reason and which lines of the file are such rows.

    What the file says holds over what came before. Read again, it may be the older one: then a no
    of either holds.
    """
    for reason, reference, column in contract.refused_by_reference():
        other, keys = contracts()[reference.table], ", ".join(map(quoted, reference.to_columns))
        own = f"(SELECT *, 0 AS position FROM core.{other.table} LIMIT 0)"
        if entries := entries_of(other.table):
            needed = {name: other.columns[name] for name in (*reference.to_columns, column)}
            slim = other.model_copy(update={"columns": needed})  # the others cost time only
            validate.stage(connection, file, entries, slim)
            own = "typed_rows"
        said = f"coalesce(own.{column}, before.{column})"
        if delivery.is_again:
            said = f"own.{column} AND before.{column}"
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE no_to_{other.table} AS SELECT {keys} FROM {own} AS own "
            f"FULL JOIN core.{other.table} AS before USING ({keys}) WHERE NOT ({said})"
        )
        lines = f"SELECT position FROM {own} AS own SEMI JOIN no_to_{other.table} USING ({keys})"
        yield reason, {position for (position,) in connection.execute(lines).fetchall()}


def _without_cells(
    file: FileRows, source: Source, table: str, reason: str, positions: Set[int]
) -> FileRows:
    """The file whose lines at these positions are no rows of `table`, without what it alone reads.

    Nothing is counted where nothing was there: who refused was not asked, or it is gone already.
    """
    gone, rows = _mask(file, positions), file.rows
    others = tuple(entry for entry in source.tables if entry.table != table)
    read_by_others = source.model_copy(update={"tables": others}).columns_read()
    filled = np.zeros(len(gone), dtype=bool)
    for at, name in enumerate(rows.column_names):
        if name not in read_by_others:
            text = cleaned(rows[name], source.missing)
            filled |= gone & pc.is_valid(text).to_numpy(zero_copy_only=False)
            rows = rows.set_column(at, name, pc.if_else(pa.array(gone), None, rows[name]))
    count = (table, None, reason, int(filled.sum()))
    return replace(
        file,
        rows=rows,
        not_kept=(*file.not_kept, count) if filled.any() else file.not_kept,
        refused={**file.refused, table: gone},
    )


def _mask(file: FileRows, positions: Iterable[int]) -> np.ndarray:
    mask = np.zeros(file.rows.num_rows, dtype=bool)
    mask[sorted(positions)] = True
    return mask


def _without_remarks(file: FileRows, positions: Iterable[int]) -> FileRows:
    """The file without what was remarked of the rows at these positions."""
    if not file.remarks:
        return file
    sheets, numbers = file.sheet, file.row_number
    places = {(sheets[at].as_py(), numbers[at].as_py()) for at in positions}
    kept = (one for one in file.remarks if (one[0], one[1].row_number) not in places)
    return replace(file, remarks=tuple(kept))


def _can_refuse(contract: Contract, known: Limits) -> bool:
    has_keys = bool(known.keys) and bool(contract.person_keys())
    return bool(contract.kept_only_if) or has_keys or contract.table in known.before


def _refused(
    connection: Connection, mission: Mission, contract: Contract, known: Limits
) -> Iterator[tuple[int, str | None, str]]:
    """(position, month, reason) of each staged row that may not be kept (first reason)."""
    cases, parameters = [], []
    if known.keys:
        for name in contract.person_keys():
            digest = f"sha256(concat(?, chr(10), {text_column(name)}))"
            cases.append(
                f"WHEN {text_column(name)} IS NOT NULL AND list_contains(?, {digest}) THEN 'purged'"
            )
            parameters += [sorted(known.keys), mission.mission]
    day = (
        f"CAST({quoted(contract.date_column)} AS DATE)"
        if contract.date_column
        else "CAST(NULL AS DATE)"
    )
    if contract.table in known.before and contract.retention and contract.retention.together:
        names = ", ".join(map(quoted, contract.retention.together))
        cases.append(
            f"WHEN ({names}) IN (SELECT ({names}) FROM core.{quoted(contract.table)} "
            f"JOIN ops.input_file USING (file_sha256) WHERE source = '{ledger.REDUCED}') "
            "THEN 'past_retention'"
        )
    elif contract.table in known.before:
        cases.append(f"WHEN {day} < CAST(? AS DATE) THEN 'past_retention'")
        parameters.append(known.before[contract.table])
    refusing = {
        reason: f"{quoted(name)} IS NOT TRUE" for reason, name in contract.kept_only_if.items()
    }
    for reason, reference, _ in contract.refused_by_reference():
        refusing[reason] = _is_among(reference, f"no_to_{reference.table}")
    cases += [f"WHEN {is_refused} THEN '{reason}'" for reason, is_refused in refusing.items()]
    rows = connection.execute(
        f"""
        SELECT position, CAST(CAST(date_trunc('month', {day}) AS DATE) AS VARCHAR), reason
        FROM (SELECT *, CASE {" ".join(cases)} END AS reason FROM typed_rows)
        WHERE reason IS NOT NULL ORDER BY ordinal
        """,
        parameters,
    )
    yield from rows.fetchall()


def record_counts(connection: Connection, sha256: str, counts: tuple[Count, ...]) -> None:
    """Writes or rewrites how many rows of a file were not kept, by table, month and reason."""
    connection.execute("DELETE FROM ops.rows_not_kept WHERE file_sha256 = ?", [sha256])
    summed: Counter[tuple[str, str | None, str]] = Counter()
    for table, month, reason, rows in counts:
        summed[table, month, reason] += rows
    for (table, month, reason), rows in sorted(summed.items(), key=str):
        connection.execute(
            "INSERT INTO ops.rows_not_kept VALUES (?, ?, CAST(? AS DATE), ?, ?)",
            [sha256, table, month, reason, rows],
        )


def call_back_refused(connection: Connection, tables: Iterable[str]) -> None:
    """Marks files to be read again whose rows in core are refused by what these tables say now."""
    for contract in contracts().values():
        for _, reference, column in contract.refused_by_reference():
            if reference.table in tables:
                said_no = f"core.{reference.table} WHERE NOT {column}"
                files = connection.execute(
                    f"SELECT DISTINCT file_sha256 FROM core.{contract.table} "
                    f"WHERE {_is_among(reference, said_no)}"
                ).fetchall()
                ledger.to_be_read_again(connection, [sha256 for (sha256,) in files])


def _is_among(reference: CompositeReference, rows: str) -> str:
    """SQL: whether what a row refers to is one of these."""
    here, there = (
        ", ".join(map(quoted, names)) for names in (reference.columns, reference.to_columns)
    )
    return f"({here}) IN (SELECT ({there}) FROM {rows})"
