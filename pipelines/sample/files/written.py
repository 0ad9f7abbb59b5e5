"""Writing the sample's files: CSV in chunks, workbooks at once, the same bytes every time."""

from datetime import datetime
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import xlsxwriter

from pipelines.sample.files.faults import BadRow, Planted
from pipelines.sample.files.forms import Form

_CREATED = datetime(2026, 10, 1, 8, 0)
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
        for form, length, style in (
            ("%Y-%m-%d %H:%M:%S", 19, self._moment),
            ("%Y-%m-%d", 10, self._day),
        ):
            if len(text) == length and text[4] == text[7] == "-":
                try:
                    moment = datetime.strptime(text, form)
                except ValueError:
                    break
                self._sheet.write_datetime(row, column, moment, style)
                return
        try:
            self._sheet.write_number(row, column, float(text))
        except ValueError:
            self._sheet.write_string(row, column, text)


def open_file(folder: Path, name: str, form: Form) -> CsvFile | Workbook:
    """A new file of this form in a folder."""
    kind = Workbook if form.reader == "xlsx" else CsvFile
    return kind(folder / name, form)
