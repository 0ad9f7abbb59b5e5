"""A worksheet of plain rows, written as text at once: the library's way, cell by cell, costs ten
times as much. The bytes are the same; a test holds both against each other.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from indicators.dissemination.spreadsheets import (
    NUMBER_LOOKS,
    keep_heads,
    new_workbook,
    number_look,
    width_of,
)

_BLOCK = 16  # rows that share what a row says of its first and last column
_LOOKS = (*NUMBER_LOOKS, "day")
_DAY_ZERO = date(1899, 12, 30).toordinal()  # days are counted from here in a workbook
_LONGEST = 32_767  # characters in a cell, by the format
_Row = tuple[int, int, str]  # its first and last column that hold a cell (-1: none), its cells


class PlainSheet(Worksheet):
    """A sheet whose first row is written as usual; numbers and days of the others have a format."""

    _plain_rows = ""

    def write_plain_rows(self, rows: Iterable[Sequence[Any]], looks: Mapping[str, Format]) -> None:
        """The rows below the heading, once: texts, numbers, days, None for nothing.

        `looks`: `day`, and by the names that `number_look` gives."""
        styles = {name: f'" s="{look._get_xf_index()}' for name, look in looks.items()}
        starts = [f'<c r="{xl_col_to_name(column)}' for column in range(self.dim_colmax + 1)]
        seen: dict[str, str] = {}  # texts repeat: few are new
        written: list[_Row] = [(0, self.dim_colmax, "")]  # the heading
        for number, row in enumerate(rows, start=2):
            cells: list[str] = []
            first, last = -1, -1
            for column, value in enumerate(row):
                if value is None:
                    continue
                if isinstance(value, str):
                    end = seen.get(value)
                    if end is None:
                        end = seen[value] = self._end_of_text(value)
                    else:
                        self.str_table.count += 1
                elif isinstance(value, date):
                    end = f'{styles["day"]}"><v>{value.toordinal() - _DAY_ZERO}</v></c>'
                else:
                    number_as = float(value)
                    end = f'{styles[number_look(number_as)]}"><v>{number_as:.16G}</v></c>'
                cells.append(f"{starts[column]}{number}{end}")
                first, last = column if first < 0 else first, column
            written.append((first, last, "".join(cells)))
        self.dim_rowmax = len(written) - 1
        self._plain_rows = "".join(_rows_xml(written))

    def _end_of_text(self, text: str) -> str:
        """A cell of this text, after the number of its row; puts the text among the shared ones."""
        index = self.str_table._get_shared_string_index(text[:_LONGEST])
        return f'" t="s"><v>{index}</v></c>'

    def _write_rows(self) -> None:
        last, self.dim_rowmax = self.dim_rowmax, 0
        super()._write_rows()
        self.dim_rowmax = last
        self.fh.write(self._plain_rows)


def write_plain_workbook(
    path: Path,
    title: str,
    sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Any]]]],
) -> None:
    """Name, heads and rows of each sheet; heads and the first column stay in sight, and can be
    filtered by."""
    with new_workbook(path, title) as book:
        for name, heads, rows in sheets:
            sheet, lines = book.add_worksheet(name, PlainSheet), [*rows]
            keep_heads(sheet, 0, len(lines), len(heads))
            for at, head in enumerate(heads):
                sheet.set_column(at, at, width_of(head, lines, at))
            sheet.write_row(0, 0, heads, book.look("head"))
            sheet.write_plain_rows(lines, {name: book.look(name) for name in _LOOKS})


def _rows_xml(written: list[_Row]) -> Iterable[str]:
    """The rows after the first; what holds no cell is left out."""
    for begin in range(0, len(written), _BLOCK):
        block = written[begin : begin + _BLOCK]
        first = min((first for first, _, _ in block if first >= 0), default=0) + 1
        last = max((last for _, last, _ in block), default=0) + 1
        for number, (_, _, cells) in enumerate(block, start=begin + 1):
            if cells:
                yield f'<row r="{number}" spans="{first}:{last}">{cells}</row>'
