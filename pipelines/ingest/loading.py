"""Loading one file in one transaction: ledger, raw rows, core rows and rejects, or nothing.

Finding files and archiving them does not belong here (`inbox.py`).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import duckdb
import numpy as np
import pyarrow as pa

from indicators.contracts import Contract, contracts, load_order
from indicators.errors import Problem
from indicators.mission import Mission
from indicators.transaction import one_transaction
from pipelines.ingest import judging, merging, quarantine, retracting
from pipelines.ingest.agreements import agreed, values_left_out
from pipelines.ingest.casting import Reading, reading
from pipelines.ingest.mapped import FileRows, map_rows
from pipelines.ingest.mapping import Source, TableMapping
from pipelines.ingest.orphans import quarantine_orphans
from pipelines.ingest.outlines import Outlines
from pipelines.ingest.quarantine import Context, Delivered
from pipelines.ingest.reading import Delivery, Read, file_rows, read_delivery
from pipelines.warehouse import ledger
from pipelines.warehouse.ddl import quoted
from pipelines.warehouse.ledger import InputFile

_SUGGESTED = 300  # keys of a table above which the nearest one is not looked for
READERS_OF_CELLS = ("xlsx",)  # a workbook keeps midnight as a date without a time of day


@dataclass(frozen=True)
class FileReport:
    """What became of one file; rows_read = rows_loaded + rows_rejected + rows_unchanged.

    `status`: loaded, held, empty, or unchanged (the file was there already and nothing is new).
    `left_out`: `table.column` that nobody agreed to keep, and its filled rows. `remarks`: what is
    to be said of the file as a whole (sheets that nothing reads, conditions that nothing meets).
    """

    name: str
    sha256: str
    source: str
    status: str
    rows_read: int = 0
    rows_loaded: int = 0
    rows_rejected: int = 0
    rows_unchanged: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    remarks: tuple[Problem, ...] = ()


@dataclass
class _Outcome:
    """What became of each row of the file (by position), and what goes to the quarantine."""

    rejected: np.ndarray
    loaded: np.ndarray
    taken: np.ndarray
    rejects: list[tuple[str, pa.Table]] = field(default_factory=list)
    warnings: list[tuple[str, pa.Table]] = field(default_factory=list)


@dataclass(frozen=True)
class _Job:
    """One file on its way in, with all that its tables need."""

    connection: duckdb.DuckDBPyConnection
    mission: Mission
    delivery: Delivery
    file: FileRows
    outlines: Callable[[], Outlines]
    known: InputFile | None  # the ledger's entry where the very same file came before
    earlier: list[InputFile]  # the vintages that this file replaces
    only: np.ndarray | None  # of each row whether a retry judges it; None: all are judged

    @property
    def delivered(self) -> Delivered:
        return Delivered(self.delivery.name, self.delivery.sha256)


class _NothingNew(Exception):
    """A file taken in again has nothing that was not there already: the transaction is undone."""


class _HeldBack(Exception):
    """Too many rows were rejected: the transaction is undone, the rejects are kept."""

    def __init__(self, outcome: _Outcome) -> None:
        self.outcome = outcome


def load_file(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    delivery: Delivery,
    outlines: Callable[[], Outlines],
    read: Read = read_delivery,
) -> FileReport:
    """Takes in one file. Raises WrongUse, with nothing written, where it cannot be read at all.

    A file that is known already changes nothing, unless it was held back or had rejects: then
    these are judged again, for what they referred to may have come in meanwhile.
    """
    known = ledger.known_file(connection, delivery.sha256)
    if known and not _may_change(known):
        return _as_before(delivery, known)
    mapping = delivery.source
    delivery = replace(delivery, source=agreed(mapping, mission))
    file = file_rows(delivery, read)
    left_out = values_left_out(mapping, mission, file)

    def told(report: FileReport) -> FileReport:
        return replace(report, left_out=left_out, remarks=_of_the_whole_file(delivery, file))

    if file.rows_read == 0:
        return told(_record_empty(connection, delivery))
    job = _job(connection, mission, delivery, file, outlines, known)
    try:
        with one_transaction(connection):
            entry = _take_in(job)
    except _NothingNew:
        assert known is not None  # only a file that came before can bring nothing new
        return _as_before(delivery, known)
    except _HeldBack as held:
        return told(_record_held(job, held.outcome))
    finally:
        judging.unregister(connection)
    return told(_report(job, entry))


def _of_the_whole_file(delivery: Delivery, file: FileRows) -> tuple[Problem, ...]:
    """The remarks about file and mapping, not about single rows, for whoever brought the file."""
    return tuple(
        Problem(
            remark.rule,
            delivery.name,
            sheet,
            remark.row_number,
            column=remark.column,
            value=remark.raw_value,
            parameters=dict(remark.parameters),
        )
        for sheet, remark in file.remarks
        if remark.row_number is None or remark.rule == "recode_unlisted"
    )


def _may_change(known: InputFile) -> bool:
    return known.status == "held" or (known.status == "loaded" and known.rows_rejected > 0)


def _job(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    delivery: Delivery,
    file: FileRows,
    outlines: Callable[[], Outlines],
    known: InputFile | None,
) -> _Job:
    if known and known.status == "loaded":
        only = _rejected_before(connection, delivery, file)
        return _Job(connection, mission, delivery, file, outlines, known, [], only)
    vintages = ledger.vintages(connection, delivery.name, delivery.source.source)
    earlier = [entry for entry in vintages if entry.file_sha256 != delivery.sha256]
    return _Job(connection, mission, delivery, file, outlines, known, earlier, None)


def _rejected_before(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, file: FileRows
) -> np.ndarray:
    """Of each row of the file whether it is in the quarantine."""
    found: set[tuple[str, int]] = set()
    for mapping in delivery.source.tables:
        found.update(
            connection.execute(
                f"SELECT sheet, row_number FROM quarantine.{quoted(mapping.table)} "
                "WHERE file_sha256 = ? AND row_number IS NOT NULL",
                [delivery.sha256],
            ).fetchall()
        )
    places = zip(file.sheet.to_pylist(), file.row_number.to_pylist(), strict=True)
    return np.array([place in found for place in places], dtype=bool)


def _take_in(job: _Job) -> InputFile:
    """Writes everything of the file; raises _HeldBack or _NothingNew to have it undone."""
    _forget(job)
    outcome = _load_tables(job)
    entry = _ledger_entry(job, outcome)
    if job.only is None:
        if entry.rows_rejected * 100 > job.mission.reject_limit_pct * entry.rows_read:
            raise _HeldBack(outcome)
        ledger.supersede(job.connection, job.earlier, job.delivery.sha256)
    elif (outcome.rejected == job.only).all():
        raise _NothingNew
    _write_rejects(job, outcome)
    ledger.record(job.connection, entry)
    source = job.delivery.source
    tables = [mapping.table for mapping in source.tables]
    ledger.record_span(job.connection, job.delivery.sha256, tables, source.span())
    ledger.record_delivery(job.connection, job.delivery.sha256, job.delivery.name)
    return entry


def _forget(job: _Job) -> None:
    """What an earlier attempt at the very same file left: it is judged anew."""
    if job.known is None:
        return
    for mapping in job.delivery.source.tables:
        for schema in ("quarantine", "raw"):
            table = f"{schema}.{quoted(mapping.table)}"
            sha256 = job.delivery.sha256
            job.connection.execute(f"DELETE FROM {table} WHERE file_sha256 = ?", [sha256])
    job.connection.execute(
        "DELETE FROM ops.row_warning WHERE file_sha256 = ?", [job.delivery.sha256]
    )


def _load_tables(job: _Job) -> _Outcome:
    """Loads the file's tables, parents first, and retracts what earlier vintages alone stated."""
    length = job.file.rows.num_rows
    outcome = _Outcome(*(np.zeros((3, length), dtype=bool)))
    _add_unplaced(job, outcome)
    order = load_order(contracts())
    for mapping in sorted(job.delivery.source.tables, key=lambda entry: order.index(entry.table)):
        _load_table(job, mapping, contracts()[mapping.table], outcome)
    if job.earlier:
        quarantine_orphans(job.connection)
    return outcome


def _add_unplaced(job: _Job, outcome: _Outcome) -> None:
    """Malformed records and remarks of the reader stand under the mapping's first table."""
    table = job.delivery.source.tables[0].table
    if job.file.malformed:
        takes_all = not job.delivery.source.ignore
        rows = quarantine.malformed_rows(job.file, job.delivered, keeps_text=takes_all)
        outcome.rejects.append((table, rows))
    if job.file.remarks:
        outcome.warnings.append((table, quarantine.remark_rows(job.file, job.delivered)))


def _load_table(job: _Job, mapping: TableMapping, contract: Contract, outcome: _Outcome) -> None:
    connection = job.connection
    mapped = map_rows(job.file, mapping, job.delivery.source, job.outlines)
    how = readings(mapping, job.delivery.source, job.mission)
    earlier = [entry.file_sha256 for entry in job.earlier]
    empty = judging.stage(connection, job.file, mapped, contract, how, mapping.distinct)
    checks = judging.judge(connection, contract, job.mission, earlier, empty, job.outlines)
    merging.compare(connection, contract, None if job.only is None else np.flatnonzero(job.only))
    merging.write_raw(connection, contract, job.mission.mission, job.delivery.sha256)
    retracting.record_restated(connection, contract, job.delivery.sha256, earlier)
    merging.write(connection, contract, job.mission.mission, job.delivery.sha256)
    if earlier:
        retracting.retract(connection, contract, earlier)
    outcome.taken[mapped.rows["position"].to_numpy()] = True
    outcome.loaded[merging.positions(connection, "state <> 'same'")] = True
    context = Context(contract, job.mission, how, _KnownKeys(connection))
    unkept = merging.unkept_positions(connection, contract)
    for check, flaws in judging.flaws_of(connection, contract, checks):
        if job.only is not None:
            flaws = flaws.filter(pa.array(job.only[flaws["position"].to_numpy()]))
        rows = quarantine.flaw_rows(job.file, job.delivered, mapped, check, flaws, context, unkept)
        if check.severity == "blocking":
            outcome.rejected[flaws["position"].to_numpy()] = True
            outcome.rejects.append((contract.table, rows))
        else:
            outcome.warnings.append((contract.table, rows))


def readings(mapping: TableMapping, source: Source, mission: Mission) -> dict[str, Reading]:
    """How a source writes the columns of one of its tables."""
    zone = source.time_zone or mission.time_zone
    is_workbook = source.reader in READERS_OF_CELLS
    return {
        name: reading(entries[0], zone, is_workbook)
        for name, entries in mapping.mapped_columns().items()
        if entries
    }


class _KnownKeys(Mapping[tuple[str, str], list[str]]):
    """Values of a referenced column, read when a sentence asks for the nearest of them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._found: dict[tuple[str, str], list[str]] = {}

    def __getitem__(self, place: tuple[str, str]) -> list[str]:
        if place not in self._found:
            table, column = (quoted(name) for name in place)
            rows = self._connection.execute(
                f"SELECT DISTINCT {column} FROM core.{table} ORDER BY 1 LIMIT {_SUGGESTED + 1}"
            ).fetchall()
            self._found[place] = [row[0] for row in rows] if len(rows) <= _SUGGESTED else []
        return self._found[place]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def _ledger_entry(job: _Job, outcome: _Outcome) -> InputFile:
    """Counts rows of the file: rejected if any of its table rows was, else loaded if any was."""
    malformed = len(job.file.malformed)
    rejected = int(outcome.rejected.sum()) + malformed
    loaded = int((outcome.loaded & ~outcome.rejected).sum())
    if job.only is not None and job.known:
        loaded += job.known.rows_loaded
    return InputFile(
        job.delivery.sha256,
        job.delivery.name,
        job.delivery.source.source,
        "loaded",
        job.known.sequence if job.known else ledger.next_sequence(job.connection),
        job.file.rows_read,
        loaded,
        rejected,
        job.file.rows_read - loaded - rejected,
        int((~outcome.taken).sum()),
    )


def _write_rejects(job: _Job, outcome: _Outcome) -> None:
    for table, rows in outcome.rejects:
        merging.insert_rows(job.connection, "quarantine", table, rows)
    for table, rows in outcome.warnings:
        named = rows.append_column("table_name", pa.repeat(table, rows.num_rows))
        merging.insert_rows(job.connection, "ops", "row_warning", named)


def _record_held(job: _Job, outcome: _Outcome) -> FileReport:
    """Keeps the rejects of a file that is held back; as none of its rows enters, all are rejected.

    An earlier vintage stays in force.
    """
    read = job.file.rows_read
    rejected = int(outcome.rejected.sum()) + len(job.file.malformed)
    limit = job.mission.reject_limit_pct
    reason = quarantine.held_row(job.delivered, rejected, read, limit)
    outcome.rejects.insert(0, (job.delivery.source.tables[0].table, reason))
    with one_transaction(job.connection):
        _forget(job)
        entry = replace(
            _ledger_entry(job, outcome),
            status="held",
            rows_loaded=0,
            rows_rejected=read,
            rows_unchanged=0,
            rows_ignored=0,
        )
        _write_rejects(job, outcome)
        ledger.record(job.connection, entry)
        ledger.record_delivery(job.connection, entry.file_sha256, entry.name)
    return _report(job, entry)


def _record_empty(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> FileReport:
    """A header without rows says nothing: it is noted and replaces nothing."""
    name, sha256, source = delivery.name, delivery.sha256, delivery.source.source
    with one_transaction(connection):
        sequence = ledger.next_sequence(connection)
        ledger.record(connection, InputFile(sha256, name, source, "empty", sequence))
        ledger.record_delivery(connection, sha256, name)
    return FileReport(name, sha256, source, "empty")


def _report(job: _Job, entry: InputFile) -> FileReport:
    """What this intake did: of a retry, only what is new counts as loaded."""
    before = job.known.rows_loaded if job.known else 0
    return FileReport(
        job.delivery.name,
        entry.file_sha256,
        entry.source,
        entry.status,
        entry.rows_read,
        entry.rows_loaded - before,
        entry.rows_rejected,
        entry.rows_unchanged + before,
    )


def _as_before(delivery: Delivery, known: InputFile) -> FileReport:
    """The report of a file that changed nothing: all its rows are as they were."""
    read = known.rows_read
    return FileReport(
        delivery.name, known.file_sha256, known.source, "unchanged", read, rows_unchanged=read
    )
