"""A worksheet of plain rows, written as text at once: the library's way, cell by cell, costs ten
times as much. The bytes are the same; a test holds both against each other.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

_BLOCK = 16  # rows that share what a row says of its first and last column
_LONGEST = 32_767  # characters in a cell, by the format


class PlainSheet(Worksheet):
    """A sheet whose first row is written as usual, and whose other rows have no format."""

    _plain_rows = ""

    def write_plain_rows(self, rows: Iterable[Sequence[Any]]) -> None:
        """The rows below the heading, once: texts, numbers, dates as ISO text, None for nothing."""
        index = self.str_table._get_shared_string_index
        names = [xl_col_to_name(column) for column in range(self.dim_colmax + 1)]
        written: list[list[tuple[int, str]]] = [[(0, ""), (self.dim_colmax, "")]]  # the heading
        for number, row in enumerate(rows, start=2):
            cells = []
            for column, value in enumerate(row):
                if value is None:
                    continue
                place = f'<c r="{names[column]}{number}"'
                if isinstance(value, str):
                    cells.append((column, f'{place} t="s"><v>{index(value[:_LONGEST])}</v></c>'))
                elif isinstance(value, date):
                    cells.append((column, f'{place} t="s"><v>{index(f"{value:%Y-%m-%d}")}</v></c>'))
                else:
                    cells.append((column, f"{place}><v>{float(value):.16G}</v></c>"))
            written.append(cells)
        self.dim_rowmax = len(written) - 1
        self._plain_rows = "".join(_rows_xml(written))

    def _write_rows(self) -> None:
        last, self.dim_rowmax = self.dim_rowmax, 0
        super()._write_rows()
        self.dim_rowmax = last
        self.fh.write(self._plain_rows)


def _rows_xml(written: list[list[tuple[int, str]]]) -> Iterable[str]:
    """The rows after the first; what holds no cell is left out."""
    for begin in range(0, len(written), _BLOCK):
        block = written[begin : begin + _BLOCK]
        first = min((cells[0][0] for cells in block if cells), default=0) + 1
        last = max((cells[-1][0] for cells in block if cells), default=0) + 1
        for number, cells in enumerate(block, start=begin + 1):
            if cells and number > 1:
                inner = "".join(text for _, text in cells)
                yield f'<row r="{number}" spans="{first}:{last}">{inner}</row>'
