"""Writing the sample: rows into files with their share of bad ones, and the truth beside."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import xlsxwriter

from indicators.definitions.contracts import contracts
from indicators.foundation.data_folder import data_folder
from pipelines.sample import effects
from pipelines.sample.country import AS_OF, MISSION
from pipelines.sample.draws import Array, stream
from pipelines.sample.files.exports import FILES, Export
from pipelines.sample.files.faults import BAD_SHARE, BadRow, Planted, Planter
from pipelines.sample.files.forms import Form, read_forms

_CREATED = datetime(2026, 10, 1, 8, 0)
_DAY, _TIME = len("2026-10-01"), len("2026-10-01 08:00:00")
_NOTES = ("Notes", "This sheet is for people. The log stands in the other one.")


class CsvFile:
    """A CSV file in the form's delimiter and encoding."""

    def __init__(self, path: Path, form: Form) -> None:
        self.name, self.form = path.name, form
        self.encoding = form.options.get("encoding", "utf-8")
        self.delimiter = form.options.get("delimiter", ",")
        self.rows = 0
        self._sink = path.open("wb")
        self._sink.write(self.delimiter.join(form.headers).encode(self.encoding) + b"\n")

    def add(self, planted: Planted) -> list[BadRow]:
        """Appends the rows, and after them those with a field too many."""
        first = self.rows + 2
        body = self._body(planted.rows)
        self._sink.write(body)
        bad = [BadRow(self.name, "", first + at, fault) for at, fault in planted.bad]
        self.rows += planted.rows.num_rows
        lines = body.splitlines() if planted.misshapen else []
        for fault in planted.misshapen:
            line = lines[self.rows % len(lines)]
            self._sink.write(line + self.delimiter.encode() + b"see above\n")
            self.rows += 1
            bad.append(BadRow(self.name, "", self.rows + 1, fault))
        return bad

    def close(self) -> None:
        """Closes the file."""
        self._sink.close()

    def _body(self, rows: pa.Table) -> bytes:
        try:
            body = _csv_bytes(rows, self.delimiter, "none")
        except pa.ArrowInvalid:  # a text holds the delimiter
            body = _csv_bytes(rows, self.delimiter, "needed")
        return body if self.encoding == "utf-8" else body.decode().encode(self.encoding)


def _csv_bytes(rows: pa.Table, delimiter: str, quoting: str) -> bytes:
    buffer = BytesIO()
    options = pyarrow.csv.WriteOptions(
        include_header=False, delimiter=delimiter, quoting_style=quoting
    )
    pyarrow.csv.write_csv(rows, buffer, options)
    return buffer.getvalue()


class Workbook:
    """A workbook: real numbers and dates in its cells, whatever lines the form has above them."""

    def __init__(self, path: Path, form: Form) -> None:
        self.name, self.form = path.name, form
        self.rows = 0
        # constant_memory would keep each row's text beside it; files here stay small
        self._book = xlsxwriter.Workbook(str(path), {"in_memory": True})
        self._book.set_properties({"title": path.stem, "created": _CREATED})
        self._sheet = self._book.add_worksheet(form.options["sheet"])
        self._moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._write_header(path.stem)

    def add(self, planted: Planted) -> list[BadRow]:
        """Writes the rows below those that are there."""
        first = self.rows + self.form.header_row
        for at, row in enumerate(planted.rows.to_pylist()):
            for number, text in enumerate(row.values()):
                if text is not None:
                    self._write_cell(first + at, number, text)
        self.rows += planted.rows.num_rows
        sheet = self.form.options["sheet"]
        return [BadRow(self.name, sheet, first + at + 1, fault) for at, fault in planted.bad]

    def close(self) -> None:
        """Adds the sheet of notes and closes the workbook."""
        self._book.add_worksheet(_NOTES[0]).write_string(0, 0, _NOTES[1])
        self._book.close()

    def _write_header(self, title: str) -> None:
        row = self.form.header_row - 1
        if row:
            self._sheet.write_string(0, 0, title.replace("_", " "))
        for number, header in enumerate(self.form.headers):
            self._sheet.write_string(row, number, header)

    def _write_cell(self, row: int, column: int, text: str) -> None:
        """Numbers and dates as such, everything else as the text that it is."""
        moment = _moment_of(text)
        if moment is not None:
            style = self._day if len(text) == _DAY else self._moment
            self._sheet.write_datetime(row, column, moment, style)
            return
        try:
            self._sheet.write_number(row, column, float(text))
        except ValueError:
            self._sheet.write_string(row, column, text)


def _moment_of(text: str) -> datetime | None:
    """The day, or time to the second, that a text is; None: it is none."""
    is_form = len(text) == _DAY or (len(text) == _TIME and text[_DAY] == " ")
    if not is_form or not text[4] == text[7] == "-":
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def open_file(folder: Path, name: str, form: Form) -> CsvFile | Workbook:
    """A new file of this form in a folder."""
    kind = Workbook if form.reader == "xlsx" else CsvFile
    return kind(folder / name, form)


LATER = "later"
_Counts = dict[str, Counter[str]]


@dataclass
class Truth:
    """What the files hold: effects, good rows by table, bad rows by file and rule."""

    seed: int
    rows: Counter[str] = field(default_factory=Counter)
    bad_rows: _Counts = field(default_factory=dict)  # file: rule: rows
    kinds: _Counts = field(default_factory=dict)  # file: kind of fault: rows
    warnings: _Counts = field(default_factory=dict)  # file: rule: rows
    later: dict[str, dict[str, object]] = field(default_factory=dict)  # file: what it is

    def as_json(self) -> str:
        """The truth as indented JSON with sorted keys."""
        entry = {
            "mission": MISSION,
            "seed": self.seed,
            "as_of": AS_OF,
            "planted": effects.planted(),
            "good_rows": self.rows,
            "bad_rows_by_rule": self.bad_rows,
            "bad_rows_by_kind": self.kinds,
            "warnings_by_rule": self.warnings,
            LATER: self.later,
        }
        text = json.dumps(entry, indent=2, sort_keys=True, ensure_ascii=False, default=str)
        return f"{text}\n"


class Writing:
    """Where files go, and what has been written."""

    def __init__(self, folder: Path, beside: Path, seed: int, export: Export) -> None:
        self.folder, self.beside, self.seed, self.export = folder, beside, seed, export
        self.forms = read_forms(data_folder() / "missions" / MISSION)
        self.truth = Truth(seed)
        self._bad = ["file,sheet,row_number,table,column,rule,kind\n"]

    def write_truth(self) -> None:
        """`truth.json`, and `bad_rows.csv` with place and rule of each."""
        (self.beside / "truth.json").write_text(self.truth.as_json(), encoding="utf-8")
        (self.beside / "bad_rows.csv").write_text("".join(self._bad), encoding="utf-8", newline="")

    def tables(self, tables: Mapping[str, pa.Table]) -> None:
        """The files of these tables, whose sources bear their names."""
        for table, rows in tables.items():
            file = FILES[table]
            rows = self.export.rows(rows, file.day_column, file.filled_in_later)
            parts = by_year(rows, file.day_column) if "{year}" in file.name else [(0, rows)]
            for year, part in parts:
                self.write(table, table, file.name.format(year=year), part, file.bad_share)

    def write(
        self, table: str, source: str, name: str, rows: pa.Table, share: float = BAD_SHARE
    ) -> None:
        """One whole file of rows of one table."""
        with self.file(table, source, name, share) as file:
            file.add(rows, refused_rows(table, rows))

    @contextmanager
    def file(
        self, table: str, source: str, name: str, share: float = BAD_SHARE
    ) -> Iterator["OpenFile"]:
        """A file to which chunks of rows are added."""
        form = self.forms[source]
        planter = Planter(table, form, stream(self.seed, f"faults {name}"), share)
        written = open_file(self.folder, name, form)
        yield OpenFile(self, table, written, planter)
        written.close()

    def note(self, table: str, rows: int, bad: list[BadRow]) -> None:
        """Counts what was added to a file."""
        self.truth.rows[table] += rows
        for row in bad:
            fault = row.fault
            self.truth.bad_rows.setdefault(row.file, Counter())[fault.rule] += 1
            self.truth.kinds.setdefault(row.file, Counter())[fault.kind] += 1
            place = f"{row.file},{row.sheet},{row.row_number},{table},{fault.column}"
            self._bad.append(f'{place},{fault.rule},"{fault.kind}"\n')


@dataclass(frozen=True)
class OpenFile:
    """A file that is being written, with the faults that it is to hold."""

    writing: Writing
    table: str
    written: CsvFile | Workbook
    planter: Planter

    def add(self, rows: pa.Table, avoid: Array | None = None) -> None:
        """Adds a chunk with its share of bad rows, none a copy of a row to be avoided."""
        planted = self.planter.plant(self.planter.form.render(rows), avoid)
        kept = rows.num_rows - int(refused_rows(self.table, rows).sum())
        self.writing.note(self.table, kept, self.written.add(planted))


def refused_rows(table: str, rows: pa.Table) -> Array:
    """True for rows that intake does not keep: without consent, or without an assessment."""
    refused = np.zeros(rows.num_rows, dtype=bool)
    for name in set(contracts()[table].kept_only_if.values()) & set(rows.column_names):
        refused |= ~rows[name].to_numpy(zero_copy_only=False)
    return refused


def by_year(rows: pa.Table, day_column: str) -> Iterator[tuple[int, pa.Table]]:
    """The rows of each year of the sample."""
    years = pc.year(rows[day_column])
    for year in (2024, 2025, 2026):
        yield year, rows.filter(pc.equal(years, year))
