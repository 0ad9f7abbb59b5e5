"""Exports of KoboToolbox and ODK Central: submissions, or the rows of one of their repeats.

CSV, XLSX with a sheet a repeat, or ZIP with a CSV a repeat. Columns keep the full path of their
group, which alone tells two questions of one name apart. Columns that the system adds and that no
form has: `_uuid`, `_id`, `_index`, `__version__` (Kobo); `KEY`, `instanceID` (ODK Central).
Options: `encoding`, `delimiter` (found by those columns: `,` or `;`), `largest_mb`, `sheet` (of the
submissions, where a workbook's first is another), `repeat` (the repeat whose rows are read, each
with the columns of its submission), `repeats` (those of the form: others are told, and one that
this export lacks, as nobody filled it), `select_multiple` (questions with several answers: one
column of codes with blanks between them, whatever shape the export gave them), `cleaning_log` of
the submissions (`cleaning_log.py`).
Source of the formats: KoboToolbox and ODK Central, documentation of their exports.
"""

import csv
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from io import BytesIO, StringIO
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import pyarrow as pa

from indicators.foundation.errors import Problem, WrongUse, suggestion
from pipelines.ingest.readers.cleaning_log import OPTION as CLEANING_LOG
from pipelines.ingest.readers.cleaning_log import corrected
from pipelines.ingest.readers.delimited import delimited_table
from pipelines.ingest.readers.ooxml import workbook
from pipelines.ingest.readers.protocol import Reader
from pipelines.ingest.readers.table import Options, ReaderWarning, SourceTable, refuse_odd_cells
from pipelines.ingest.readers.unpacked import DAMAGED, unpacked_bytes
from pipelines.ingest.readers.workbook import LARGEST_MB, MB, ZIP, below_header, limit_of

_MOST_PARTS = 1000
# What ODK Central writes beside each submission, and about no answer of it.
ADDED_BY_CENTRAL = (
    "SubmitterID", "SubmitterName", "AttachmentsPresent", "AttachmentsExpected", "Status",
    "ReviewState", "DeviceID", "Edits", "FormVersion",
)  # fmt: skip
_SYSTEM = ("_uuid", "_index", "_id", "KEY", "instanceID", "meta/instanceID", "meta-instanceID")
_DELIMITERS = (",", ";")
_VERSIONS = ("__version__", "_version_", "_version__001", "_version__002", "_version__003")
_INTERVIEW = ("end", "today", "start")
SUBMITTED = ("_submission_time", "SubmissionDate")
_NO, _YES = {"0", "0.0", "false", "no"}, {"1", "1.0", "true", "yes"}


class _Link(NamedTuple):
    """How rows of a repeat name their parent: own column, the parent's, and its table's if said."""

    own: str
    parent: str
    table: str | None


_LINKS = (
    _Link("PARENT_KEY", "KEY", None),
    _Link("_parent_index", "_index", "_parent_table_name"),
)


def read(path: Path, options: Options) -> Iterator[SourceTable]:
    """Submissions or a repeat. Raises WrongUse for a file that is no export, or cannot be read."""
    tables = _tables(path, options)
    main = _main(path, tables, options)
    tables[main] = corrected(path, tables[main], options)
    remarks = list(_of_repeats(tables, main, options))
    wanted = options.get("repeat")
    if wanted is None:
        table = tables[main]
    elif wanted in tables:
        table, lost = _with_submission(tables, main, str(wanted))
        remarks += lost
    else:
        table = SourceTable("", tables[main].rows[:0], pa.array([], pa.int64()))
    table, more = _one_version(table)
    table, differing = _with_choices(path, table, options)
    remarks += [*more, *differing, *_submitted_later(table)]
    refuse_odd_cells(path, table)
    yield replace(table, remarks=(*table.remarks, *remarks))


# The tables of an export -------------------------------------------------------------------------


def _tables(path: Path, options: Options) -> dict[str, SourceTable]:
    data = path.read_bytes() if path.stat().st_size <= limit_of(options) * MB else b""
    if not data and path.stat().st_size:
        sizes = {"size": f"{path.stat().st_size / MB:.1f}", "limit": str(limit_of(options))}
        raise WrongUse(Problem("file_too_large", path.name, parameters=sizes))
    if not data.startswith(ZIP):
        return {"": _delimited(path, options, data)}
    if _is_workbook(path, data):
        book = workbook(path, limit_of(options))
        texts = {name: book.texts(name) for name in book.sheets}
        return {
            name: below_header(path, name, rows, {})
            for name, rows in texts.items()
            if rows and any(rows[0])
        }
    return _of_zip(path, data, options)


def _is_workbook(path: Path, data: bytes) -> bool:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return "[Content_Types].xml" in archive.namelist()
    except DAMAGED as error:
        raise WrongUse(
            Problem("unreadable", path.name, parameters={"reason": str(error)})
        ) from None


def _of_zip(path: Path, data: bytes, options: Options) -> dict[str, SourceTable]:
    """The CSV files of a ZIP, read in memory: nothing is written under a name that it gives."""
    found: dict[str, SourceTable] = {}
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()
            _refuse_parts(path, data, names, int(options.get("largest_mb", LARGEST_MB)))
            for name in names:
                if name.lower().endswith(".csv"):
                    part = archive.read(name)
                    stem = PurePosixPath(name).stem
                    if part.strip():
                        table = _delimited(path, options, part)
                        found[stem] = replace(table, sheet=stem)
    except DAMAGED as error:
        raise WrongUse(
            Problem("unreadable", path.name, parameters={"reason": str(error)})
        ) from None
    except RuntimeError:  # of zipfile: a password is needed
        raise WrongUse(Problem("encrypted", path.name)) from None
    if not found:
        raise WrongUse(Problem("zip_without_csv", path.name))
    return found


def _refuse_parts(path: Path, data: bytes, names: Sequence[str], largest_mb: int) -> None:
    """Raises WrongUse for a ZIP bomb, for very many parts, and for names that lead elsewhere."""
    for name in names:
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if ".." in parts or parts[:1] == ("/",) or ":" in name:
            raise WrongUse(Problem("zip_path", path.name, parameters={"part": name[:80]}))
    if len(names) > _MOST_PARTS:
        many = {"parts": len(names), "most": _MOST_PARTS}
        raise WrongUse(Problem("zip_many_parts", path.name, parameters=many))
    size = unpacked_bytes(data, largest_mb * MB)
    if size > largest_mb * MB:
        packed = f"{len(data) / MB:.1f}"
        sizes = {"packed": packed, "unpacked": round(size / MB), "limit": largest_mb}
        raise WrongUse(Problem("workbook_too_large", path.name, parameters=sizes))


def _delimited(path: Path, options: Options, data: bytes) -> SourceTable:
    chosen = options.get("delimiter") or _delimiter(data)
    return delimited_table(path, {**options, "delimiter": chosen}, data)


def _delimiter(data: bytes) -> str:
    """The sign under which the header has a column that the system adds; else a comma."""
    header = data[:1_000_000].decode("utf-8-sig", "replace").splitlines()[:1]
    for sign in _DELIMITERS:
        fields = next(csv.reader(StringIO("".join(header)), delimiter=sign), [])
        if {field.strip() for field in fields} & {*_SYSTEM, "PARENT_KEY", "_parent_index"}:
            return sign
    return ","


def _main(path: Path, tables: Mapping[str, SourceTable], options: Options) -> str:
    """The table of the submissions: the one that names no parent."""
    if wanted := options.get("sheet"):
        if wanted not in tables:
            listed = ", ".join(f"'{name}'" for name in tables)
            raise WrongUse(
                Problem("missing_sheet", path.name, str(wanted), parameters={"sheets": listed})
            )
        return str(wanted)
    for name, table in tables.items():
        if set(table.header) & set(_SYSTEM) and _link(table) is None:
            return name
    raise WrongUse(Problem("not_form_export", path.name))


def _link(table: SourceTable) -> _Link | None:
    return next((link for link in _LINKS if link.own in table.header), None)


# Repeats -----------------------------------------------------------------------------------------


def _of_repeats(
    tables: Mapping[str, SourceTable], main: str, options: Options
) -> Iterator[ReaderWarning]:
    given = options.get("repeats", ())
    known = {given} if isinstance(given, str) else {str(name) for name in given}
    wanted = {str(options["repeat"])} if "repeat" in options else set()
    there = set(tables) - {main}
    for name in sorted((known | wanted) - there):
        near = suggestion(name, there) if there else "–"
        yield ReaderWarning(None, "repeat_absent", parameters={"repeat": name, "nearest": near})
    if known:
        for name in sorted(there - known - wanted):
            yield ReaderWarning(None, "repeat_unknown", parameters={"repeat": name})


def _with_submission(
    tables: Mapping[str, SourceTable], main: str, name: str
) -> tuple[SourceTable, list[ReaderWarning]]:
    """Rows of a repeat with the columns of the submission, and of repeats around it."""
    table = tables[name]
    link = _link(table)
    if link is None:
        return table, []
    parent = _parent(tables, main, name, link)
    outer = tables[parent]
    remarks: list[ReaderWarning] = []
    if parent != main:
        outer, remarks = _with_submission(tables, main, parent)
    place = {
        key: at for at, key in enumerate(outer.rows[link.parent].to_pylist()) if key is not None
    }
    found = [place.get(key) for key in table.rows[link.own].to_pylist()]
    for number, at, key in zip(
        table.row_numbers.to_pylist(), found, table.rows[link.own].to_pylist(), strict=True
    ):
        if at is None:
            remarks.append(ReaderWarning(number, "repeat_without_parent", link.own, key))
    joined = outer.rows.take(pa.array(found, pa.int64()))
    rows = table.rows
    for column in joined.column_names:
        if column not in rows.column_names:
            rows = rows.append_column(column, joined[column])
    return replace(table, rows=rows), remarks


def _parent(tables: Mapping[str, SourceTable], main: str, name: str, link: _Link) -> str:
    """The table that holds the parents of a repeat's rows."""
    table = tables[name]
    if link.table and link.table in table.header:
        named = [text for text in table.rows[link.table].to_pylist() if text]
        return named[0] if named and named[0] in tables else main
    keys = {key for key in table.rows[link.own].to_pylist() if key}
    for other, one in tables.items():
        if other == name or link.parent not in one.header:
            continue
        if keys & set(one.rows[link.parent].to_pylist()):
            return other
    return main


# Columns -----------------------------------------------------------------------------------------


def _one_version(table: SourceTable) -> tuple[SourceTable, list[ReaderWarning]]:
    """One column `__version__` for the several that a form of several versions leaves."""
    names = [
        name
        for name in table.header
        if name.removesuffix(")").rpartition(" (")[0] in _VERSIONS or name in _VERSIONS
    ]
    if len(names) < 2:
        return table, []
    texts = [
        next((text for text in row if text), None)
        for row in zip(*(table.rows[name].to_pylist() for name in names), strict=True)
    ]
    rows = table.rows.drop_columns(names).append_column("__version__", pa.array(texts, pa.string()))
    versions = len({text for text in texts if text})
    parameters = {"columns": len(names), "versions": versions}
    return replace(table, rows=rows), [
        ReaderWarning(None, "versions_joined", None, None, parameters)
    ]


def _with_choices(
    path: Path, table: SourceTable, options: Options
) -> tuple[SourceTable, list[ReaderWarning]]:
    """Each question with several answers as one column of codes; its columns a choice go."""
    given = options.get("select_multiple", ())
    remarks: list[ReaderWarning] = []
    for question in (given,) if isinstance(given, str) else given:
        rows = table.rows
        parts = {
            name: name[len(question) + 1 :]
            for name in rows.column_names
            if name.startswith((f"{question}/", f"{question}."))
        }
        if not parts and question not in rows.column_names:
            parameters = {"nearest": suggestion(question, rows.column_names)}
            raise WrongUse(
                Problem("no_question", path.name, table.sheet, None, question, None, parameters)
            )
        if not parts:
            continue
        if question not in rows.column_names:  # of labels with blanks one code each
            parts = {name: "_".join(label.split()) for name, label in parts.items()}
        chosen = _chosen(rows, parts)
        if question in rows.column_names:
            texts = rows[question].to_pylist()
            remarks += _differing(table, question, texts, chosen)
            rows = rows.drop_columns(list(parts))
        else:
            rows = rows.drop_columns(list(parts)).append_column(
                question, pa.array(chosen, pa.string())
            )
        table = replace(table, rows=rows)
    return table, remarks


def _chosen(rows: pa.Table, parts: Mapping[str, str]) -> list[str | None]:
    """The codes whose column says yes; nothing where no column says anything, as nobody asked."""
    columns = [rows[name].to_pylist() for name in parts]
    codes = list(parts.values())
    found: list[str | None] = []
    for row in zip(*columns, strict=True):
        said = [(text or "").strip().lower() for text in row]
        yes = [code for code, text in zip(codes, said, strict=True) if text and text not in _NO]
        found.append(" ".join(yes) or None)
    return found


def _differing(
    table: SourceTable, question: str, texts: list[str | None], chosen: list[str | None]
) -> Iterator[ReaderWarning]:
    """Rows in which the column of codes and the columns a choice do not say the same."""
    for number, text, codes in zip(table.row_numbers.to_pylist(), texts, chosen, strict=True):
        if codes is not None and set((text or "").split()) != set(codes.split()):
            yield ReaderWarning(number, "choices_differ", question, text, {"codes": codes})


def _submitted_later(table: SourceTable) -> Iterator[ReaderWarning]:
    """How many forms reached the server on a later day: that day is none of an interview."""
    submitted = next((name for name in SUBMITTED if name in table.header), None)
    held = next((name for name in _INTERVIEW if name in table.header), None)
    if submitted is None or held is None:
        return
    pairs = zip(table.rows[submitted].to_pylist(), table.rows[held].to_pylist(), strict=True)
    later = sum(1 for sent, day in pairs if sent and day and sent[:10] > day[:10])
    if later:
        parameters = {"rows": later, "held": held}
        yield ReaderWarning(None, "submitted_later", submitted, None, parameters)


_OPTIONS = frozenset(
    {"encoding", "delimiter", "largest_mb", "sheet", "repeat", "repeats", "select_multiple"}
) | {CLEANING_LOG}
READER = Reader("form_export", _OPTIONS, read, has_dates=True, suffixes=(".zip",))
