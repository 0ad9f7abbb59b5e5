"""Loading one file in one transaction: ledger, raw rows, core rows and rejects, or nothing.

Finding files and archiving them does not belong here (`inbox.py`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import duckdb
import numpy as np
import pyarrow as pa

from indicators.definitions.contracts import Contract, contracts, load_order
from indicators.definitions.mission_profile import Mission
from indicators.foundation.database import one_transaction
from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.sql_text import quoted
from indicators.incremental.stored_columns import complete_rows
from pipelines.ingest import archive, quarantine, refusals, upsert, validate, withdraw
from pipelines.ingest.cast import Notation, notation
from pipelines.ingest.delivered_file import Delivery, Read, file_rows, read_delivery, with_remarks
from pipelines.ingest.file_report import FileReport
from pipelines.ingest.orphans import quarantine_orphans
from pipelines.ingest.quarantine import Context, Delivered
from pipelines.ingest.upsert import Compared
from pipelines.ingest.validate import Entry
from pipelines.ingest.vintages import Vintages, supersede_covered, vintages_of
from pipelines.mapping.agreements import agreed, values_left_out
from pipelines.mapping.apply import FileRows, map_rows, stacked
from pipelines.mapping.area_polygons import Outlines
from pipelines.mapping.model import Source, TableMapping
from pipelines.mapping.written_sources import TABLES as WRITTEN
from pipelines.mapping.written_sources import written_source
from pipelines.readers import READERS, reader
from pipelines.readers.table import SourceTable
from pipelines.warehouse import ledger
from pipelines.warehouse.inspect import insert_table
from pipelines.warehouse.ledger import InputFile

_SUGGESTED = 300  # keys of a table above which the nearest one is not looked for
Fault = tuple[str, str | None, int | None, str]  # table, sheet, row, rule


@dataclass
class _Outcome:
    """What became of each row of the file (by position), and what goes to the quarantine.

    `loaded`: the row stands in core from this file; `moved`: it came in just now.
    """

    rejected: np.ndarray
    loaded: np.ndarray
    moved: np.ndarray
    taken: np.ndarray
    retracted: int = 0
    left_out: int = 0  # of the rejected rows: duplicates, in which nothing is wrong
    rejects: list[tuple[str, pa.Table]] = field(default_factory=list)
    warnings: list[tuple[str, pa.Table]] = field(default_factory=list)

    @property
    def has_moved(self) -> bool:
        """Whether a row came into core, or left it."""
        return bool(self.moved.any()) or self.retracted > 0

    def faults(self) -> set[Fault]:
        """Each fault of a row that is rejected."""
        names = ("sheet", "row_number", "rule")
        return {
            (table, *place)
            for table, rows in self.rejects
            for place in zip(*(rows[name].to_pylist() for name in names), strict=True)
        }


@dataclass(frozen=True)
class _Job:
    """One file on its way in, with all that its tables need."""

    connection: duckdb.DuckDBPyConnection
    mission: Mission
    delivery: Delivery
    file: FileRows
    outlines: Callable[[], Outlines]
    known: InputFile | None  # the ledger's entry where the very same file came before
    vintages: Vintages
    kept: archive.Kept | None

    @property
    def delivered(self) -> Delivered:
        return Delivered(self.delivery.name, self.delivery.sha256)

    @property
    def sha256(self) -> str:
        return self.delivery.sha256

    @property
    def is_in_force(self) -> bool:
        """Whether rows of an earlier reading of this very file stand."""
        return self.known is not None and self.known.status == "loaded"

    @property
    def is_read_as_before(self) -> bool:
        """Whether they were made in the very way in which it is read now."""
        version = self.known.mapping_version if self.known else None
        return self.is_in_force and version == self.delivery.mapping_version


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

    A file that is known already is read again where its mapping has changed since, or where it was
    held back or had rejects: what these referred to may have come in meanwhile. What an earlier
    reading of it loaded stays as long as the new one cannot be used.
    """
    known = ledger.known_file(connection, delivery.sha256)
    _refuse_purged(connection, delivery)
    if known and not _is_to_be_read(delivery, known):
        return _as_before(delivery, known)
    mapping = delivery.source
    delivery = replace(delivery, source=agreed(mapping, mission))
    try:
        file, left_out = _kept_rows(connection, mission, delivery, mapping, outlines, read)
    except WrongUse as error:
        if known and known.status == "loaded":
            problems = tuple(error.problems)
            return replace(_as_before(delivery, known), status="kept", problems=problems)
        raise
    kept = archive.keep(delivery.archive, delivery, file) if delivery.archive else None

    def told(report: FileReport) -> FileReport:
        return replace(report, left_out=left_out, remarks=_of_the_whole_file(delivery, file))

    if file.rows_read == 0:
        return told(_record_empty(connection, delivery, known, kept))
    vintages = vintages_of(connection, delivery, known)
    job = _Job(connection, mission, delivery, file, outlines, known, vintages, kept)
    try:
        with one_transaction(connection):
            entry, outcome = _take_in(job)
    except _NothingNew:
        assert known is not None  # only a file that came before can bring nothing new
        return _as_before(delivery, known)
    except _HeldBack as held:
        return told(_record_held(job, held.outcome))
    finally:
        validate.unregister(connection)
    return told(_report(job, entry, outcome))


def _refuse_purged(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> None:
    """Raises WrongUse (`file_purged`) for a file that was removed for good."""
    found = connection.execute(
        "SELECT 1 FROM ops.purged_file WHERE file_sha256 = ?", [delivery.sha256]
    ).fetchall()
    if found:
        raise WrongUse(Problem("file_purged", delivery.name))


def _kept_rows(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    delivery: Delivery,
    mapping: Source,
    outlines: Callable[[], Outlines],
    read: Read,
) -> tuple[FileRows, dict[str, int]]:
    """What of the file may be kept; and `table.column` that nobody agreed to, with its values."""
    source, left_out = delivery.source, {}

    def told(tables: list[SourceTable]) -> None:
        left_out.update(values_left_out(mapping, mission, stacked(tables)))

    file = file_rows(delivery, read, told)

    def entries_of(table: str) -> list[Entry]:
        return _entries(
            file, [e for e in source.tables if e.table == table], source, mission, outlines
        )

    file = refusals.without_refused(connection, mission, source, file, outlines, entries_of)
    if archive.is_rows(delivery.path):
        file = archive.with_earlier(file, delivery.path)
    return with_remarks(file, source), left_out


def rewrite_archive(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    delivery: Delivery,
    known: InputFile,
    outlines: Callable[[], Outlines],
    read: Read,
) -> set[tuple[str, int]]:
    """Keeps of a file in the archive only what may be kept by now; (sheet, row) of what went.

    Raises WrongUse where its mapping cannot read it.
    """
    folder = delivery.archive
    assert folder is not None
    delivery = replace(delivery, source=agreed(delivery.source, mission))
    whole = file_rows(delivery, read)
    file, _ = _kept_rows(connection, mission, delivery, delivery.source, outlines, read)
    gone = _places(whole) - _places(file)
    if gone:
        kept = archive.keep(folder, delivery, file)
        entry = replace(known, archive_sha256=kept.sha256, left_out=kept.left_out)
        with one_transaction(connection):
            ledger.record(connection, replace(entry, rows_refused=file.rows_refused))
    return gone


def _places(file: FileRows) -> set[tuple[str, int]]:
    return set(zip(file.sheet.to_pylist(), file.row_number.to_pylist(), strict=True))


def _entries(
    file: FileRows,
    mappings: list[TableMapping],
    source: Source,
    mission: Mission,
    outlines: Callable[[], Outlines],
) -> list[Entry]:
    """What the entries of a mapping for one table make of the file."""
    return [
        Entry(
            map_rows(file, mapping, source, outlines),
            notations(mapping, source, mission),
            mapping.distinct,
        )
        for mapping in mappings
    ]


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


def _is_to_be_read(delivery: Delivery, known: InputFile) -> bool:
    if delivery.is_again or delivery.is_newest:
        return True
    if known.status == "superseded":
        return False
    is_otherwise = known.mapping_version != delivery.mapping_version
    return is_otherwise or known.status == "held" or known.rows_rejected > 0


def _take_in(job: _Job) -> tuple[InputFile, _Outcome]:
    """Writes everything of the file; raises _HeldBack or _NothingNew to have it undone."""
    connection, source = job.connection, job.delivery.source
    before = _faults_of(connection, job.sha256) if job.known else set()
    periods = _forget(job)
    outcome = _load_tables(job)
    entry = _ledger_entry(job, outcome)
    refusals.record_counts(connection, job.sha256, job.file.not_kept)
    faulty = entry.rows_rejected - outcome.left_out
    if faulty * 100 > job.mission.reject_limit_pct * entry.rows_read:
        raise _HeldBack(outcome)
    if job.is_read_as_before and not outcome.has_moved and outcome.faults() == before:
        raise _NothingNew
    ledger.supersede(connection, list(job.vintages.earlier), job.sha256)
    _write_rejects(job, outcome)
    ledger.record(connection, entry)
    tables = [mapping.table for mapping in source.tables]
    complete_rows(connection, job.mission, tables)
    ledger.record_span(connection, job.sha256, tables, source.span())
    if source.supersedes == "by_period":
        supersede_covered(connection, source.source)
    _call_back_periods(job, periods)
    if not job.delivery.is_again:
        ledger.record_delivery(connection, job.sha256, job.delivery.name)
    return entry, outcome


def _faults_of(connection: duckdb.DuckDBPyConnection, sha256: str) -> set[Fault]:
    """What the quarantine holds of a file."""
    found: set[Fault] = set()
    for table in contracts():
        rows = connection.execute(
            f"SELECT sheet, row_number, rule FROM quarantine.{quoted(table)} WHERE file_sha256 = ?",
            [sha256],
        )
        found.update((table, *row) for row in rows.fetchall())
    return found


def _forget(job: _Job) -> set[tuple[str, object]]:
    """What earlier readings of the very same file left: it is judged anew.

    Returns the periods that it, and the files that it replaces, held.
    """
    if job.known:
        for table in contracts():
            for schema in ("quarantine", "raw"):
                job.connection.execute(
                    f"DELETE FROM {schema}.{quoted(table)} WHERE file_sha256 = ?", [job.sha256]
                )
        job.connection.execute("DELETE FROM ops.row_warning WHERE file_sha256 = ?", [job.sha256])
        job.connection.execute(
            "DELETE FROM ops.row_also_stated WHERE by_file_sha256 = ?", [job.sha256]
        )
    if not job.vintages.replaced:
        return set()
    replaced = [list(job.vintages.replaced)]
    held = job.connection.execute(
        "SELECT DISTINCT table_name, period FROM ops.file_period "
        "WHERE list_contains(?, file_sha256)",
        replaced,
    ).fetchall()
    job.connection.execute(
        "DELETE FROM ops.file_period WHERE list_contains(?, file_sha256)", replaced
    )
    return set(held)


def _call_back_periods(job: _Job, held_before: set[tuple[str, object]]) -> None:
    """Files whose periods this one no longer holds have to be read again: their rows are back."""
    held = job.connection.execute(
        "SELECT table_name, period FROM ops.file_period WHERE file_sha256 = ?", [job.sha256]
    ).fetchall()
    if held_before - set(held):
        ledger.to_be_read_again(
            job.connection, set(job.vintages.of_before) - set(job.vintages.replaced)
        )


def _load_tables(job: _Job) -> _Outcome:
    """Loads the file's tables, parents first, and retracts what earlier vintages alone stated.

    All entries of the mapping for one table are one: their rows are judged and compared together.
    """
    length = job.file.rows.num_rows
    outcome = _Outcome(*(np.zeros((4, length), dtype=bool)))
    _add_unplaced(job, outcome)
    entries: dict[str, list[TableMapping]] = {}
    for mapping in job.delivery.source.tables:
        entries.setdefault(mapping.table, []).append(mapping)
    for table in load_order(contracts()):
        if table in entries:
            _load_table(job, entries[table], contracts()[table], outcome)
        elif not job.vintages.is_first:
            _empty_table(job, contracts()[table], outcome)
    if outcome.retracted:  # a row loses its parent only where one left core
        quarantine_orphans(job.connection)
    return outcome


def _empty_table(job: _Job, contract: Contract, outcome: _Outcome) -> None:
    """Takes out what files that are replaced stated in a table that the mapping feeds no more."""
    if not withdraw.has_rows(job.connection, contract, job.vintages.replaced):
        return
    upsert.nothing_compared(job.connection)
    outcome.retracted += withdraw.retract(job.connection, contract, job.vintages.replaced)


def _add_unplaced(job: _Job, outcome: _Outcome) -> None:
    """Malformed records and remarks of the reader stand under the mapping's first table."""
    table = job.delivery.source.tables[0].table
    if job.file.malformed:
        source = job.delivery.source
        takes_all = not source.ignore and not archive.is_protected(source)
        rows = quarantine.malformed_rows(job.file, job.delivered, keeps_text=takes_all)
        outcome.rejects.append((table, rows))
    if job.file.remarks:
        outcome.warnings.append((table, quarantine.remark_rows(job.file, job.delivered)))


def _load_table(
    job: _Job, mappings: list[TableMapping], contract: Contract, outcome: _Outcome
) -> None:
    connection, source = job.connection, job.delivery.source
    entries = _entries(job.file, mappings, source, job.mission, job.outlines)
    staged = validate.stage(connection, job.file, entries, contract)
    replaced = job.vintages.replaced
    checks = validate.validate(connection, contract, job.mission, replaced, staged, job.outlines)
    compared, gone = _merge(job, contract)
    outcome.retracted += gone
    for entry in entries:
        outcome.taken[entry.mapped.rows["position"].to_numpy()] = True
    is_standing = compared.has_moved | ((compared.state == "same") & compared.is_own)
    outcome.moved[compared.position[compared.has_moved]] = True
    outcome.loaded[compared.position[is_standing]] = True
    context = Context(
        contract,
        job.mission,
        staged.notations,
        _KnownKeys(connection),
        _gazetteer_names(mappings),
        _counted(connection, contract),
    )
    for check, violations in validate.violations_of(connection, contract, checks):
        rows = quarantine.violation_rows(
            job.file, job.delivered, staged.mapped, check, violations, context
        )
        if check.severity == "blocking":
            outcome.rejected[violations["position"].to_numpy()] = True
            outcome.left_out += violations.num_rows if check.rule == quarantine.DUPLICATE else 0
            outcome.rejects.append((contract.table, rows))
        else:
            outcome.warnings.append((contract.table, rows))


def _gazetteer_names(mappings: list[TableMapping]) -> dict[str, list[str]]:
    """By column the names that its gazetteer has."""
    return {
        name: [line.name for line in entry.gazetteer.lines]
        for mapping in mappings
        for name, entry in mapping.columns.items()
        if entry.gazetteer
    }


def _counted(connection: duckdb.DuckDBPyConnection, contract: Contract) -> dict[str, str]:
    """Of each row that a person decided to be a duplicate, the key of the row that counts."""
    return dict(
        connection.execute(
            "SELECT row_key, counted_key FROM ops.duplicate_row WHERE table_name = ?",
            [contract.table],
        ).fetchall()
    )


def _merge(job: _Job, contract: Contract) -> tuple[Compared, int]:
    """Brings the table's good rows into core; returns what they were and how many rows left it."""
    connection, vintages, source = job.connection, job.vintages, job.delivery.source
    is_by_period = source.supersedes == "by_period"
    period, is_held = "", "false"
    if is_by_period:
        period = withdraw.period_sql(contract, job.mission, source.period, "t")
        is_held = withdraw.held_sql(contract, period, vintages.later_of_source)
    later = _later_files(job, contract)
    compared = upsert.classify_rows(connection, contract, job.sha256, later, is_held)
    upsert.write_raw(connection, contract, job.mission.mission, job.sha256)
    if compared.is_same.any():
        withdraw.record_restated(connection, contract, job.sha256, vintages.replaced)
    gone = 0
    if not vintages.is_first:
        gone += withdraw.retract(connection, contract, vintages.replaced)
    if is_by_period:
        withdraw.record_periods(connection, contract, job.sha256, period)
        of_core = withdraw.period_sql(contract, job.mission, source.period, "o")
        condition = withdraw.held_sql(contract, of_core, [job.sha256])
        before = [*vintages.replaced, *vintages.of_before]
        gone += withdraw.retract(connection, contract, before, condition)
    upsert.write(connection, contract, job.mission.mission, job.sha256, compared)
    return compared, gone


def _later_files(job: _Job, contract: Contract) -> Sequence[str]:
    """Files whose rows hold over this one's: those that came later, and what people wrote.

    A record holds over a file that gives the same key, whichever of the two came first.
    """
    if contract.table not in WRITTEN:
        return job.vintages.later
    written = written_source(contract.table)
    if job.delivery.source.source == written:
        return ()
    found = job.connection.execute(
        "SELECT file_sha256 FROM ops.input_file WHERE source = ?", [written]
    ).fetchall()
    return [*job.vintages.later, *(sha256 for (sha256,) in found)]


def notations(mapping: TableMapping, source: Source, mission: Mission) -> dict[str, Notation]:
    """How a source writes the columns of one of its tables."""
    zone = source.time_zone or mission.time_zone
    # The mission's own outlines come through no reader.
    keeps_midnight = source.reader in READERS and reader(source.reader).keeps_midnight
    return {
        name: notation(entries[0], zone, keeps_midnight)
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
    return InputFile(
        job.sha256,
        job.delivery.name,
        job.delivery.source.source,
        "loaded",
        job.vintages.sequence,
        job.file.rows_read,
        loaded,
        rejected,
        job.file.rows_read - loaded - rejected,
        int((~outcome.taken).sum()),
        mapping_version=job.delivery.mapping_version,
        rows_refused=job.file.rows_refused,
        archive_sha256=job.kept.sha256 if job.kept else None,
        left_out=job.kept.left_out if job.kept else None,
    )


def _write_rejects(job: _Job, outcome: _Outcome) -> None:
    """One statement a table, in the order in which the rows were found."""
    for table in dict(outcome.rejects):
        rows = pa.concat_tables(entry for name, entry in outcome.rejects if name == table)
        insert_table(job.connection, "quarantine", table, rows)
    warnings = [
        rows.append_column("table_name", pa.repeat(table, rows.num_rows))
        for table, rows in outcome.warnings
    ]
    if warnings:
        insert_table(job.connection, "ops", "row_warning", pa.concat_tables(warnings))


def _record_held(job: _Job, outcome: _Outcome) -> FileReport:
    """Keeps the rejects of a file that is held back; as none of its rows enters, all are rejected.

    An earlier vintage stays in force, and so does an earlier reading of the very same file: of
    that only the reason is noted, and it is tried again with every run.
    """
    read = job.file.rows_read
    rejected = int(outcome.rejected.sum()) + len(job.file.malformed)
    limit = job.mission.reject_limit_pct
    reason = quarantine.held_row(job.delivered, rejected, read, limit)
    table = job.delivery.source.tables[0].table
    entry = replace(
        _ledger_entry(job, outcome),
        status="held",
        rows_loaded=0,
        rows_rejected=read,
        rows_unchanged=0,
        rows_ignored=0,
    )
    with one_transaction(job.connection):
        if job.is_in_force:
            _note_reason(job, table, reason)
        else:
            _forget(job)
            outcome.rejects.insert(0, (table, reason))
            _write_rejects(job, outcome)
            ledger.record(job.connection, entry)
            if not job.delivery.is_again:
                ledger.record_delivery(job.connection, entry.file_sha256, entry.name)
    return FileReport(job.delivery.name, job.sha256, entry.source, "held", read, rows_rejected=read)


def _note_reason(job: _Job, table: str, reason: pa.Table) -> None:
    job.connection.execute(
        f"DELETE FROM quarantine.{quoted(table)} WHERE file_sha256 = ? AND row_number IS NULL",
        [job.sha256],
    )
    insert_table(job.connection, "quarantine", table, reason)
    ledger.to_be_read_again(job.connection, [job.sha256])


def _record_empty(
    connection: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    known: InputFile | None,
    kept: archive.Kept | None,
) -> FileReport:
    """A header without rows says nothing: it is noted and replaces nothing."""
    name, sha256, source = delivery.name, delivery.sha256, delivery.source.source
    if known is None or known.status == "empty":
        with one_transaction(connection):
            sequence = known.sequence if known else ledger.next_sequence(connection)
            version = delivery.mapping_version
            entry = InputFile(sha256, name, source, "empty", sequence, mapping_version=version)
            if kept:
                entry = replace(entry, archive_sha256=kept.sha256, left_out=kept.left_out)
            ledger.record(connection, entry)
            if not delivery.is_again:
                ledger.record_delivery(connection, sha256, name)
    return FileReport(name, sha256, source, "empty")


def _report(job: _Job, entry: InputFile, outcome: _Outcome) -> FileReport:
    """What this intake did: of a file that is read again, only what is new counts as loaded."""
    moved = int((outcome.moved & ~outcome.rejected).sum())
    known = job.known
    is_as_it_was = job.is_in_force and not outcome.has_moved
    before = (
        {"rows_loaded": known.rows_loaded, "rows_rejected": known.rows_rejected} if known else {}
    )
    after = {"rows_loaded": entry.rows_loaded, "rows_rejected": entry.rows_rejected}
    return FileReport(
        job.delivery.name,
        entry.file_sha256,
        entry.source,
        "unchanged" if is_as_it_was and before == after else entry.status,
        entry.rows_read,
        moved,
        entry.rows_rejected,
        entry.rows_read - moved - entry.rows_rejected,
        outcome.retracted,
        before or None,
        after if before else None,
        not_kept=not_kept_by_reason(job.file),
    )


def not_kept_by_reason(file: FileRows) -> dict[str, int]:
    """How many rows of the file may not be kept, by reason."""
    counts: dict[str, int] = {}
    for _, _, reason, count in file.not_kept:
        counts[reason] = counts.get(reason, 0) + count
    return counts


def _as_before(delivery: Delivery, known: InputFile) -> FileReport:
    """The report of a file that changed nothing: all its rows are as they were."""
    read = known.rows_read
    return FileReport(
        delivery.name, known.file_sha256, known.source, "unchanged", read, rows_unchanged=read
    )
