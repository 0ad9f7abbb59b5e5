"""HXL-tagged files: CSV or XLSX whose columns are known by the row of tags, not by their headers.

A column is called by its tag, attributes in alphabetical order (`#affected+f+killed`); a column
without a tag keeps its header. The row of tags is looked for in the first 25 rows.
Options: `encoding`, `delimiter`, `quote` of a text; `sheet`, `largest_mb` of a workbook.
Source of the format: HXL 1.1 (hxlstandard.org).
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from indicators.foundation.errors import Problem, WrongUse
from pipelines.ingest.readers.delimited import DELIMITED_OPTIONS, delimited_table
from pipelines.ingest.readers.ooxml import workbook
from pipelines.ingest.readers.protocol import Reader
from pipelines.ingest.readers.table import (
    Options,
    SourceTable,
    refuse_odd_cells,
    source_table,
    unique_header,
    without_blank_rows,
)
from pipelines.ingest.readers.workbook import ZIP, Texts, limit_of, sheet_name

_LOOKED_AT = 25
_TAG = re.compile(r"#[a-z][a-z0-9_]*(\s*\+\s*[a-z][a-z0-9_]*)*", re.IGNORECASE)


def read(path: Path, options: Options) -> Iterator[SourceTable]:
    """The tagged table. Raises WrongUse where no row of tags is found."""
    sheet, numbers, texts, at = _tagged(path, options)
    names = [_tag(tag) or header for tag, header in _with_headers(texts, at)]
    table = source_table(sheet, unique_header(names), texts[at + 1 :], numbers[at + 1 :])
    refuse_odd_cells(path, table)
    yield without_blank_rows(table)


def headers_above(path: Path, options: Options) -> dict[str, str]:
    """Tag: the header above it, where there is one."""
    _, _, texts, at = _tagged(path, options)
    return {name: header for tag, header in _with_headers(texts, at)
            if header and (name := _tag(tag))}  # fmt: skip


def _with_headers(texts: Texts, at: int) -> Iterator[tuple[str | None, str | None]]:
    """Each tag with the name above it; of names of two rows, of which one is blank, the other."""
    above = texts[max(at - 2, 0) : at][::-1]
    headers = [next((row[place] for row in above if row[place]), None)
               for place in range(len(texts[at]))]  # fmt: skip
    return zip(texts[at], headers, strict=True)


def _tagged(path: Path, options: Options) -> tuple[str, list[int], Texts, int]:
    """Sheet, row numbers and cells, and which of them are the tags."""
    sheet, numbers, texts = _records(path, options)
    at = next((at for at, row in enumerate(texts[:_LOOKED_AT]) if is_tags(row)), None)
    if at is None:
        raise WrongUse(Problem("no_hxl_tags", path.name, sheet, parameters={"rows": _LOOKED_AT}))
    return sheet, numbers, texts, at


def _records(path: Path, options: Options) -> tuple[str, list[int], Texts]:
    """Sheet, row numbers and cells of the file from its first row on."""
    with path.open("rb") as file:
        is_packed = file.read(4) == ZIP
    if is_packed:
        book = workbook(path, limit_of(options))
        sheet = sheet_name(book, options.get("sheet"))
        texts = book.texts(sheet)
        return sheet, list(range(1, len(texts) + 1)), texts
    table = delimited_table(path, options)
    columns = [column.to_pylist() for column in table.rows.columns]
    rows = [list(row) for row in zip(*columns, strict=True)]
    return "", [1, *table.row_numbers.to_pylist()], [list(table.header), *rows]


def is_tags(row: Sequence[str | None]) -> bool:
    """Whether every cell with a text is a tag, and there is one."""
    cells = [text.strip() for text in row if text and text.strip()]
    return bool(cells) and all(_TAG.fullmatch(text) for text in cells)


def _tag(text: str | None) -> str | None:
    """The tag in the one way in which a mapping names it."""
    if not text or not text.strip():
        return None
    tag, *attributes = (part.strip().lower() for part in text.split("+"))
    return "+".join([tag, *sorted(attributes)])


READER = Reader("hxl", DELIMITED_OPTIONS - {"header_row"} | {"sheet", "largest_mb"}, read,
                has_dates=True)  # fmt: skip
