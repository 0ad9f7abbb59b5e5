"""Loading one file in one transaction: ledger, raw rows, core rows and rejects, or nothing.

Finding files and archiving them does not belong here (`inbox.py`).
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Any

import numpy as np
import pyarrow as pa

from indicators.definitions.contracts import Contract, contracts, load_order
from indicators.definitions.mission_profile import Mission
from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.sql_text import quoted
from indicators.foundation.stored.database import one_transaction
from indicators.incremental.stored_columns import complete_rows
from pipelines.ingest import refusals
from pipelines.ingest.file_report import FileReport
from pipelines.ingest.files import archive, coverage
from pipelines.ingest.files.coverage import Question
from pipelines.ingest.files.delivered_file import (
    Delivery,
    Read,
    file_rows,
    read_delivery,
    with_remarks,
)
from pipelines.ingest.files.vintages import Vintages, supersede_covered, vintages_of
from pipelines.ingest.mapping.agreements import agreed, values_left_out
from pipelines.ingest.mapping.apply import FileRows, map_rows, stacked
from pipelines.ingest.mapping.files.senders import senders
from pipelines.ingest.mapping.model import Source, TableMapping
from pipelines.ingest.mapping.places.area_polygons import Outlines
from pipelines.ingest.mapping.places.gazetteer import place_key
from pipelines.ingest.mapping.sources.written_sources import TABLES as WRITTEN
from pipelines.ingest.mapping.sources.written_sources import written_source
from pipelines.ingest.readers.table import SourceTable
from pipelines.ingest.rows import key_clashes, quarantine, upsert, validate, withdraw
from pipelines.ingest.rows.cast import Check, Notation, notation, text_column
from pipelines.ingest.rows.listed_areas import outlines_taken_in
from pipelines.ingest.rows.orphans import quarantine_orphans
from pipelines.ingest.rows.quarantine import Context, Delivered
from pipelines.ingest.rows.upsert import Compared, Precedence
from pipelines.ingest.rows.validate import Entry
from pipelines.workspace.warehouse import ledger
from pipelines.workspace.warehouse.inspect import Connection, insert_table
from pipelines.workspace.warehouse.ledger import InputFile

_NOTHING_WRONG = (quarantine.DUPLICATE, key_clashes.RULE)
_UNLISTED = "recode_unlisted"
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
    dates: coverage.Dates | None = None  # of the first and the last good row
    left_out: int = 0  # of the rejected rows: duplicates and clashes, in which nothing is wrong
    rejects: list[tuple[str, pa.Table]] = field(default_factory=list)
    warnings: list[tuple[str, pa.Table]] = field(default_factory=list)
    # table, column, its values held back
    held: list[tuple[str, str, pa.Table]] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)

    def add_dates(self, dates: coverage.Dates | None) -> None:
        """Those of the rows of another table."""
        if dates:
            first, last = zip(dates, self.dates or dates, strict=True)
            self.dates = min(first), max(last)

    def judged(self, file: FileRows) -> int:
        """Rows that a rule could reject: not those that no table of the mapping takes."""
        return int(self.taken.sum()) + len(file.malformed)

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

    connection: Connection
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
    def intake(self) -> int | None:
        """Which intake brought it: the first one, but where somebody wants it back in force.

        Of a file of before intakes were numbered nothing is known: it came alone.
        """
        if self.known is None or self.delivery.is_newest:
            return self.delivery.intake
        return self.known.sequence if self.known.intake is None else self.known.intake

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
    """The file is not taken in, and why: the transaction is undone, its rejects are kept."""

    def __init__(self, outcome: _Outcome, reason: Question) -> None:
        self.outcome = outcome
        self.reason = reason


def load_file(
    connection: Connection,
    mission: Mission,
    delivery: Delivery,
    outlines: Callable[[], Outlines],
    read: Read = read_delivery,
) -> FileReport:
    """Takes in one file. Raises WrongUse, with nothing written, where it cannot be read at all.

    A file that is known already is read again where its mapping has changed since, or where it was
    held back or had rows rejected or not kept: what these referred to may have come in meanwhile.
    What an earlier reading of it loaded stays as long as the new one cannot be used.
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
        remarks = (*_of_the_whole_file(delivery, file), *report.remarks)
        return replace(report, left_out=left_out, remarks=remarks)

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
        return told(_record_held(job, held.outcome, held.reason))
    finally:
        validate.unregister(connection)
    return told(_report(job, entry, outcome))


def _refuse_purged(connection: Connection, delivery: Delivery) -> None:
    """Raises WrongUse (`file_purged`) for a file that was removed for good."""
    found = connection.execute(
        "SELECT 1 FROM ops.purged_file WHERE file_sha256 = ?", [delivery.sha256]
    ).fetchall()
    if found:
        raise WrongUse(Problem("file_purged", delivery.name))


def _kept_rows(
    connection: Connection,
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
        of_table = [e for e in source.tables if e.table == table]
        return _entries(connection, file, of_table, source, mission, outlines)

    file = refusals.without_refused(connection, mission, delivery, file, entries_of)
    if archive.is_rows(delivery.path):
        file = archive.with_earlier(file, delivery.path)
    return with_remarks(file, source), left_out


def rewrite_archive(
    connection: Connection,
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
    connection: Connection,
    file: FileRows,
    mappings: list[TableMapping],
    source: Source,
    mission: Mission,
    outlines: Callable[[], Outlines],
) -> list[Entry]:
    """What the entries of a mapping for one table make of the file."""
    return [
        Entry(
            map_rows(file, mapping, source, outlines, partial(_levels, connection)),
            notations(mapping, source, mission),
            mapping.distinct,
        )
        for mapping in mappings
    ]


def _levels(connection: Connection) -> dict[str, str]:
    """The level of each area, by its code."""
    return dict(connection.execute("SELECT area_code, area_level FROM core.areas").fetchall())


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
        if remark.row_number is None or remark.rule == _UNLISTED
    )


def _is_to_be_read(delivery: Delivery, known: InputFile) -> bool:
    if delivery.is_again or delivery.is_newest:
        return True
    if known.status == "superseded":
        return False
    is_otherwise = known.mapping_version != delivery.mapping_version
    may_bring = known.rows_rejected > 0 or "rows" in json.loads(known.left_out or "{}")
    return is_otherwise or known.status == "held" or may_bring


def _take_in(job: _Job) -> tuple[InputFile, _Outcome]:
    """Writes everything of the file; raises _HeldBack or _NothingNew to have it undone."""
    connection, source = job.connection, job.delivery.source
    before = _faults_of(connection, job.sha256) if job.known else set()
    periods = _forget(job)
    tables = [mapping.table for mapping in source.tables]
    stated = None
    if source.supersedes == "all":
        stated = coverage.stated_before(connection, job.vintages.earlier, tables)
    outcome = _load_tables(job)
    entry = _ledger_entry(job, outcome)
    refusals.record_counts(connection, job.sha256, job.file.not_kept)
    span = source.span_of(job.delivery.name, outcome.dates)
    reason = _too_many_rejects(job, entry.rows_rejected - outcome.left_out, outcome)
    if not reason and not job.delivery.is_asked:
        reason = coverage.outside_span(span, outcome.dates)
        reason = reason or coverage.states_less(stated, span, outcome.retracted)
    if reason:
        raise _HeldBack(outcome, reason)
    if job.is_read_as_before and not outcome.has_moved and outcome.faults() == before:
        raise _NothingNew
    ledger.supersede(connection, list(job.vintages.earlier), job.sha256)
    _write_rejects(job, outcome)
    ledger.record(connection, entry)
    refusals.call_back_refused(connection, tables)
    complete_rows(connection, job.mission, tables)
    ledger.record_span(connection, job.sha256, tables, span)
    if source.supersedes == "by_period":
        supersede_covered(connection, source.source)
    _call_back_periods(job, periods)
    if not job.delivery.is_again:
        ledger.record_delivery(connection, job.sha256, job.delivery.name)
    return entry, outcome


def _too_many_rejects(job: _Job, faulty: int, outcome: _Outcome) -> Question | None:
    judged, limit = outcome.judged(job.file), job.mission.reject_limit_pct
    if faulty * 100 <= limit * judged:
        return None
    rejected = int(outcome.rejected.sum()) + len(job.file.malformed)
    facts = {"rejected": rejected, "read": judged, "limit": f"{limit:g}"}
    return Question("too_many_rejects", facts)


def _faults_of(connection: Connection, sha256: str) -> set[Fault]:
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
        outcome.remarks += quarantine_orphans(job.connection)
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
    entries = _entries(connection, job.file, mappings, source, job.mission, job.outlines)
    of_rows = senders(job.file, source, job.delivery.name)
    staged = validate.stage(connection, job.file, entries, contract, of_rows, job.file.mended)
    replaced = job.vintages.replaced
    checks = validate.validate(connection, contract, job.mission, replaced, staged, job.outlines)
    outcome.add_dates(coverage.dates_of(connection, contract, job.mission))
    outcome.remarks += _midnights(job, contract)
    compared, clashing, gone = _merge(job, contract, staged.mapped.rows)
    outcome.retracted += gone
    if compared.has_moved.any():
        outcome.remarks += _renumbered(job, contract)
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
        _codes_named(connection),
        _texts_read(mappings),
        _counted(connection, contract),
    )
    found = validate.violations_of(connection, contract, checks)
    if clashing is not None:
        found.append((Check(key_clashes.RULE, contract.key[0], ""), clashing))
    held = []
    for check, violations in found:
        rows = quarantine.violation_rows(
            job.file, job.delivered, staged.mapped, check, violations, context
        )
        if check.rule in quarantine.OF_NUMBERS:
            kept = quarantine.first_digits(contract.columns[check.column])
            upsert.cut_raw(connection, contract.table, check.column, kept, rows)
        if check.severity == "blocking":
            outcome.rejected[violations["position"].to_numpy()] = True
            outcome.left_out += violations.num_rows if check.rule in _NOTHING_WRONG else 0
            outcome.rejects.append((contract.table, rows))
        elif check.rule in contract.row_rules or not contract.columns[check.column].holds_values:
            outcome.warnings.append((contract.table, rows))
        else:
            held.append((check.column, violations["position"].to_numpy(), rows))
    for name, positions, rows in held:  # a value of a row that is rejected is not held beside it
        kept = rows.filter(pa.array(~outcome.rejected[positions]))
        outcome.held += [(contract.table, name, kept)] if kept.num_rows else []


def _codes_named(connection: Connection) -> Callable[[str, str, str], list[str]]:
    """Of a table, its code column and a text: the codes of the rows whose name the text is."""

    @cache
    def by_name(table: str, column: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name in contracts()[table].columns:
            if name.startswith("name_") or name.endswith("_name"):
                texts, codes = quoted(name), quoted(column)
                rows = connection.execute(
                    f"SELECT DISTINCT {texts}, {codes} FROM core.{quoted(table)} ORDER BY ALL"
                ).fetchall()
                for text, code in rows:
                    same = found.setdefault(place_key(text or ""), [])
                    same += [code] if text and code not in same else []
        return found

    return lambda table, column, text: by_name(table, column).get(place_key(text), [])


def _texts_read(mappings: list[TableMapping]) -> dict[str, list[str]]:
    """By column the names of its gazetteer, and the texts that mean something in it."""
    found = {
        name: [
            *(line.name for line in (entry.gazetteer.lines if entry.gazetteer else ())),
            *(text for text, code in entry.recode.items() if code),
        ]
        for mapping in mappings
        for name, entry in mapping.columns.items()
    }
    return {name: texts for name, texts in found.items() if texts}


def _counted(connection: Connection, contract: Contract) -> dict[str, str]:
    """Of each row that a person decided to be a duplicate, the key of the row that counts."""
    return dict(
        connection.execute(
            "SELECT row_key, counted_key FROM ops.duplicate_row WHERE table_name = ?",
            [contract.table],
        ).fetchall()
    )


def _merge(
    job: _Job, contract: Contract, mapped: pa.Table
) -> tuple[Compared, pa.Table | None, int]:
    """Brings the table's good rows into core; returns what they were, those that clash with rows
    of other senders, and how many rows left core."""
    connection, vintages, source = job.connection, job.vintages, job.delivery.source
    is_by_period = source.supersedes == "by_period"
    compared = upsert.classify_rows(connection, contract, job.sha256, _precedence(job, contract))
    upsert.write_raw(connection, contract, job.mission.mission, job.sha256, mapped)
    if compared.is_same.any():
        withdraw.record_restated(connection, contract, job.sha256, vintages.replaced)
    clashing, gone = None, 0
    if compared.has("clashing"):
        clashing = key_clashes.clashing_rows(connection, contract, vintages.replaced)
        held = (connection, contract, job.delivery.name, job.intake, vintages.replaced)
        gone += key_clashes.hold_others(*held)
    if not vintages.is_first:
        gone += withdraw.retract(connection, contract, vintages.replaced)
        upsert.write_senders(connection, contract, vintages.replaced)
    if is_by_period:
        period = withdraw.period_sql(contract, job.mission, source.period, "t")
        withdraw.record_periods(connection, contract, job.sha256, period)
        of_core = withdraw.period_sql(contract, job.mission, source.period, "o")
        condition = withdraw.held_sql(contract, of_core, [job.sha256])
        before = [*vintages.replaced, *vintages.of_before]
        gone += withdraw.retract(connection, contract, before, condition)
    upsert.write(connection, contract, job.mission, job.sha256, compared)
    return compared, clashing, gone


def _precedence(job: _Job, contract: Contract) -> Precedence:
    """What decides where a row of the file meets one of its key."""
    vintages, source = job.vintages, job.delivery.source
    is_held = is_replaced = "false"
    if source.supersedes == "by_period":
        of_row, of_other = (
            withdraw.period_sql(contract, job.mission, source.period, row) for row in "to"
        )
        is_held = withdraw.held_sql(contract, of_row, vintages.later_of_source)
        is_replaced = withdraw.replaced_sql(of_row, of_other, vintages.of_before)
    month = ""
    if contract.date_column:
        of_row, of_other = (
            withdraw.period_sql(contract, job.mission, "month", row) for row in "to"
        )
        month = f"{of_row} IS NOT DISTINCT FROM {of_other}"
    outlines = outlines_taken_in(job.connection) if contract.table == "areas" else []
    return Precedence(
        [*vintages.replaced, job.sha256, *outlines],
        vintages.later,
        _above(job, contract),
        source.source == written_source(contract.table),
        is_held,
        is_replaced,
        month or "true",
        job.known is not None and job.known.intake is not None,
        key_clashes.make_claims(job.connection, contract, vintages.replaced),
    )


def _above(job: _Job, contract: Contract) -> list[str]:
    """Records: what people wrote holds over a file of its key, whichever of the two came first."""
    written = written_source(contract.table)
    if contract.table not in WRITTEN or job.delivery.source.source == written:
        return []
    found = job.connection.execute(
        "SELECT file_sha256 FROM ops.input_file WHERE source = ?", [written]
    ).fetchall()
    return [sha256 for (sha256,) in found]


def notations(mapping: TableMapping, source: Source, mission: Mission) -> dict[str, Notation]:
    """How a source writes the columns of one of its tables."""
    zone = source.time_zone or mission.time_zone
    return {
        name: notation(entries[0], zone, mission.time_zone)
        for name, entries in mapping.mapped_columns().items()
        if entries
    }


class _KnownKeys(Mapping[tuple[str, str], list[str]]):
    """Values of a referenced column, read when a sentence asks for the nearest of them."""

    def __init__(self, connection: Connection) -> None:
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
        intake=job.intake,
    )


def _write_rejects(job: _Job, outcome: _Outcome) -> None:
    """One statement a table, in the order in which the rows were found."""
    for table in dict(outcome.rejects):
        rows = pa.concat_tables(entry for name, entry in outcome.rejects if name == table)
        insert_table(job.connection, "quarantine", table, rows)
    warnings = [
        rows.append_column("table_name", pa.repeat(table, rows.num_rows))
        for table, rows in (
            *outcome.warnings,
            *((table, rows) for table, _, rows in outcome.held),
        )
    ]
    if warnings:
        insert_table(job.connection, "ops", "row_warning", pa.concat_tables(warnings))


def _record_held(job: _Job, outcome: _Outcome, question: Question) -> FileReport:
    """Keeps the rejects of a file that is held back; as none of its rows enters, all are rejected.

    An earlier vintage stays in force, and so does an earlier reading of the very same file: of
    that only the reason is noted, and it is tried again with every run.
    """
    read = job.file.rows_read
    reason = quarantine.held_row(job.delivered, question.rule, question.parameters)
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
    told = Problem(question.rule, job.delivery.name, parameters=question.parameters)
    return FileReport(
        job.delivery.name,
        job.sha256,
        entry.source,
        "held",
        read,
        rows_rejected=read,
        remarks=(*_warned(job, outcome), *_still_counts(job), told),
    )


def _still_counts(job: _Job) -> Iterator[Problem]:
    """Which files stay in force that a held one would have replaced; itself, where it was loaded
    before."""
    in_force = [entry.name for entry in job.vintages.earlier if entry.status == "loaded"]
    if names := in_force or [job.delivery.name] * job.is_in_force:
        facts = {"names": ", ".join(dict.fromkeys(names))}
        yield Problem("earlier_still_counts", job.delivery.name, parameters=facts)


def _note_reason(job: _Job, table: str, reason: pa.Table) -> None:
    job.connection.execute(
        f"DELETE FROM quarantine.{quoted(table)} WHERE file_sha256 = ? AND row_number IS NULL",
        [job.sha256],
    )
    insert_table(job.connection, "quarantine", table, reason)
    ledger.to_be_read_again(job.connection, [job.sha256])


def _record_empty(
    connection: Connection,
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
        values_held=sum(rows.num_rows for _, _, rows in outcome.held),
        rows_changed=min(moved, upsert.rows_changed(job.connection, job.sha256)) if moved else 0,
        remarks=(
            *_clashes(job, outcome),
            *_held_values(job, outcome),
            *_warned(job, outcome),
            *outcome.remarks,
        ),
    )


def _clashes(job: _Job, outcome: _Outcome) -> Iterator[Problem]:
    """That rows are held for their key, and which file has it: one remark each."""
    found = Counter(
        json.loads(text)["file"]
        for _, rows in outcome.rejects
        for rule, text in zip(*(rows[n].to_pylist() for n in ("rule", "parameters")), strict=True)
        if rule == key_clashes.RULE
    )
    for other, rows in sorted(found.items()):
        facts = {"rows": rows, "other": other}
        yield Problem("keys_of_another_sender", job.delivery.name, parameters=facts)


def _midnights(job: _Job, contract: Contract) -> Iterator[Problem]:
    """That all times by which rows are counted are midnight: the hour was lost before they came."""
    name = contract.date_column
    if name is None or contract.columns[name].base_type != "time":
        return
    local = f"({quoted(name)} AT TIME ZONE 'UTC') AT TIME ZONE ?"
    found = job.connection.execute(
        f"SELECT count(*), bool_and(CAST({local} AS TIME) = TIME '00:00'), "
        f"arg_min(sheet, row_number), min(row_number), arg_min({text_column(name)}, row_number) "
        f"FROM typed_rows WHERE {quoted(name)} IS NOT NULL",
        [job.mission.time_zone],
    ).fetchone()
    assert found is not None
    count, is_midnight, sheet, row, text = found
    if count > 1 and is_midnight:
        facts = {"count": count, **_called(contract, name)}
        yield Problem("all_midnight", job.delivery.name, sheet or None, row, None, text, facts)


def _renumbered(job: _Job, contract: Contract) -> Iterator[Problem]:
    """That most rows of the file stand in another one under other codes: an export that numbers its
    rows anew would count every event twice."""
    found = key_clashes.stands_under_other_keys(job.connection, contract, job.sha256)
    if found is not None:
        rows, own, other, name = found
        facts = {"rows": rows, "other": name, "other_key": other}
        facts |= _called(contract, contract.key[0])
        yield Problem("renumbered", job.delivery.name, value=own, parameters=facts)


def _called(contract: Contract, name: str) -> dict[str, str]:
    title = contract.columns[name].title
    return {"column_en": title.en, "column_fr": title.fr}


def _held_values(job: _Job, outcome: _Outcome) -> Iterator[Problem]:
    """That values are held back while their rows are loaded: of each rule how many, and the
    first."""
    for table, column, held in outcome.held:
        first = held.slice(0, 1).to_pylist()[0]
        place = (job.delivery.name, first["sheet"], first["row_number"], first["column_name"])
        facts = {"count": held.num_rows, "column": column, "table": table}
        if first["raw_value"] is None:  # words in a cell of numbers are not kept
            facts["kind"] = "no_digits"
        yield Problem("values_held", *place, first["raw_value"], facts)


def _warned(job: _Job, outcome: _Outcome) -> Iterator[Problem]:
    """Of each other warning about single rows its first row, and how many more are like it."""
    found: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for table, row in (
        (table, row) for table, rows in outcome.warnings for row in rows.to_pylist()
    ):
        if row["row_number"] is not None and row["rule"] != _UNLISTED:
            found.setdefault((row["rule"], row["column_name"] or "", table), []).append(row)
    for (rule, _, table), (first, *others) in sorted(found.items()):
        place = (job.delivery.name, first["sheet"] or None, first["row_number"])
        titles = json.loads(first["parameters"] or "{}")  # of a rule; all else may quote the row
        facts = {name: titles[name] for name in ("title_en", "title_fr") if name in titles}
        kind = "several" if others else "alone"
        facts |= {"count": 1 + len(others), "of": rule, "table": table, "kind": kind}
        yield Problem("rows_warned", *place, first["column_name"], parameters=facts)


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
