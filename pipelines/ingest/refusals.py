"""Rows of which nothing may be kept: taken out of a file before anything of it is written.

Without consent or an assessment of the risk (`kept_only_if` of a contract), removed for good
(`poclens purge`), or older than the retention of their table. Only a count by month and reason
stays (`ops.rows_not_kept`). Why a row is wrong does not belong here (`validate.py`).
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from indicators.definitions.contracts import Contract, contracts
from indicators.definitions.mission_profile import Mission
from indicators.foundation.sql_text import quoted
from pipelines.ingest.mapping.apply import FileRows
from pipelines.ingest.mapping.model import Source
from pipelines.ingest.mapping.places.area_polygons import Outlines
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
    source: Source,
    file: FileRows,
    outlines: Callable[[], Outlines],
    entries_of: Callable[[str], list[validate.Entry]],
) -> FileRows:
    """The file without the rows that may not be kept, and the counts of these.

    `entries_of`: what the entries of the mapping for a table make of the file.
    """
    known = limits(connection)
    refused: dict[int, tuple[str, str | None, str]] = {}
    for table in dict.fromkeys(entry.table for entry in source.tables):
        contract = contracts()[table]
        if not _can_refuse(contract, known):
            continue
        try:
            validate.stage(connection, file, entries_of(table), contract)
            for position, month, reason in _refused(connection, mission, contract, known):
                refused.setdefault(position, (table, month, reason))
        finally:
            validate.unregister(connection)
    if not refused:
        return file
    counts = Counter(refused.values())
    return without_rows(
        file, set(refused), [(*what, n) for what, n in sorted(counts.items(), key=str)]
    )


def without_rows(file: FileRows, positions: set[int], counts: list[Count]) -> FileRows:
    """The file without the rows at these positions, and without what was remarked of them."""
    gone = np.zeros(file.rows.num_rows, dtype=bool)
    gone[sorted(positions)] = True
    kept = pa.array(~gone)
    places = set(
        zip(file.sheet.filter(pa.array(gone)).to_pylist(),
            file.row_number.filter(pa.array(gone)).to_pylist(), strict=True)
    )  # fmt: skip
    return replace(
        file,
        rows=file.rows.filter(kept),
        sheet=file.sheet.filter(kept),
        row_number=file.row_number.filter(kept),
        remarks=tuple(
            (sheet, remark)
            for sheet, remark in file.remarks
            if (sheet, remark.row_number) not in places
        ),
        not_kept=(*file.not_kept, *counts),
    )


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
    for reason, name in contract.kept_only_if.items():
        cases.append(f"WHEN {quoted(name)} IS NOT TRUE THEN '{reason}'")
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
