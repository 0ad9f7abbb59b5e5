"""Workbooks are read as the text that a person would type."""

import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path

import pytest
import xlsxwriter

from indicators.foundation.errors import WrongUse
from pipelines.ingest.readers import xlsx
from pipelines.ingest.readers.ooxml import _extent, _with_places
from pipelines.ingest.readers.sheet_shape import month_told, year_told
from pipelines.ingest.readers.table import WITHOUT_VALUE, SourceTable

FORMATS = {date: "dd.mm.yyyy", datetime: "dd.mm.yyyy hh:mm", time: "hh:mm"}


def write(path: Path, grid: dict[tuple[int, int], object], sheet: str = "Patrols") -> None:
    """A workbook whose cells stand at (row, column), both from 1."""
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet(sheet)
        for (row, column), value in grid.items():
            place = (row - 1, column - 1)
            if isinstance(value, tuple):
                page.write_formula(*place, value[0], None, value[1])
            elif type(value) in FORMATS:
                form = book.add_format({"num_format": FORMATS[type(value)]})
                page.write_datetime(*place, value, form)
            else:
                page.write(*place, value)


def read(path: Path, **options: object) -> SourceTable:
    (table,) = xlsx.read(path, options)
    return table


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("  Bor ", "  Bor "),
        (3, "3"),
        (3.5, "3.5"),
        (0.1, "0.1"),
        (1e-7, "1e-07"),
        (123456789012, "123456789012"),
        (True, "true"),
        (False, "false"),
        (date(2026, 7, 1), "2026-07-01"),
        (datetime(2026, 7, 1, 8, 30), "2026-07-01 08:30:00"),
        (time(8, 30), "08:30:00"),
        (("=NA()", "#N/A"), "#N/A"),
        (("=1/0", "#DIV/0!"), "#DIV/0!"),
        (("=1+1", 2), "2"),
    ],
)
def test_cell_as_text(tmp_path: Path, value: object, text: str) -> None:
    write(tmp_path / "a.xlsx", {(1, 1): "a", (1, 2): "b", (2, 1): "x", (2, 2): value})
    assert read(tmp_path / "a.xlsx").rows.to_pylist() == [{"a": "x", "b": text}]


def test_row_numbers_are_those_of_the_sheet(tmp_path: Path) -> None:
    grid = {(3, 2): "a", (3, 3): "b", (5, 2): "x", (8, 3): "y"}
    write(tmp_path / "a.xlsx", grid)
    table = read(tmp_path / "a.xlsx", header_row="3", sheet="Patrols")
    assert table.header == ("a", "b")
    assert table.row_numbers.to_pylist() == [5, 8]
    assert table.sheet == "Patrols"


def test_column_without_a_name_is_kept_where_it_holds_something(tmp_path: Path) -> None:
    grid = {(1, 1): "a", (1, 3): "c", (2, 1): 1, (2, 2): "stray", (2, 3): 3}
    write(tmp_path / "a.xlsx", grid)
    assert read(tmp_path / "a.xlsx").header == ("a", "(column 2)", "c")


def test_formula_fault_in_a_far_column(tmp_path: Path) -> None:
    grid: dict[tuple[int, int], object] = {(1, at): f"c{at}" for at in range(1, 61)}
    grid |= {(2, 1): "x", (2, 55): ("=NA()", "#N/A")}
    write(tmp_path / "a.xlsx", grid)
    assert read(tmp_path / "a.xlsx").rows.to_pylist()[0]["c55"] == "#N/A"


def test_header_alone(tmp_path: Path) -> None:
    write(tmp_path / "a.xlsx", {(1, 1): "a"})
    assert read(tmp_path / "a.xlsx").rows_read == 0


def zipped(parts: dict[str, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def bomb(path: Path, megabytes: int) -> bytes:
    """A workbook of one sheet that unpacks to so many MB, as bytes."""
    write(path, {(1, 1): "a", (2, 1): "x"})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    blanks = b" " * (megabytes << 20)
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b"</sheetData>", blanks + b"</sheetData>")
    return zipped(parts)


def with_declared_size(data: bytes, declared: int) -> bytes:
    """The same container whose directory states this size for each part."""
    changed, at = bytearray(data), data.find(b"PK\x01\x02")
    while at >= 0:
        changed[at + 24 : at + 28] = declared.to_bytes(4, "little")
        at = data.find(b"PK\x01\x02", at + 4)
    return bytes(changed)


PEAK = """
import resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
from indicators.foundation.errors import WrongUse
from pipelines.ingest.readers import xlsx
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    list(xlsx.read(Path(sys.argv[1]), {"largest_mb": "8"}))
except WrongUse as error:
    print(error)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("declared", [None, 1000])
def test_a_workbook_that_unpacks_to_too_much_is_not_unpacked(
    tmp_path: Path, declared: int | None
) -> None:
    path = tmp_path / "a.xlsx"
    data = bomb(path, 200)
    path.write_bytes(data if declared is None else with_declared_size(data, declared))
    ran = subprocess.run(
        [sys.executable, "-c", PEAK, str(path)], capture_output=True, text=True, check=True
    )
    *sentences, grown = ran.stdout.splitlines()
    assert len(sentences) == 1 and "largest_mb" in sentences[0], ran.stdout[:2000]
    assert int(grown) < 40_000, f"{grown} kB for a limit of 8 MB"


def test_what_unpacks_to_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(bomb(path, 2))
    assert read(path, largest_mb="8").rows_read == 1


def test_a_lone_cell_far_away_is_told_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write(path, {(1, 1): "a", (2, 1): "x", (1048576, 16384): "stray"})
    with pytest.raises(WrongUse, match=r"sheet 'Patrols'.*row 1048576 and column 16384"):
        read(path)


MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def prefixed(content: bytes) -> bytes:
    """The part as programs in .NET write it."""
    if b'xmlns="' + MAIN not in content:
        return content
    content = re.sub(rb"<(/?)(\w)", rb"<\1x:\2", content)
    return content.replace(b'xmlns="' + MAIN, b'xmlns:x="' + MAIN)


def strict(content: bytes) -> bytes:
    """The part as Excel saves it as Strict Open XML."""
    content = content.replace(MAIN, b"http://purl.oclc.org/ooxml/spreadsheetml/main")
    relations = b"//schemas.openxmlformats.org/officeDocument/2006/relationships"
    return content.replace(relations, b"//purl.oclc.org/ooxml/officeDocument/relationships")


def without_places(content: bytes) -> bytes:
    """The part as a few programs write it: each cell stands after the one before."""
    return re.sub(rb'<(row|c) r="\w+"', rb"<\1", content)


@pytest.mark.parametrize("as_written", [prefixed, strict, without_places])
def test_a_workbook_is_read_the_same_however_programs_write_its_tags(
    tmp_path: Path, as_written: Callable[[bytes], bytes]
) -> None:
    path, other = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(path, {"date_1904": True}) as book:
        moment, day = (
            book.add_format({"num_format": one}) for one in ("yyyy-mm-dd hh:mm", "d/m/y")
        )
        for name in ("May", "June"):
            page = book.add_worksheet(name)
            page.write_row(0, 0, ["Area", "At", "On", "Serial", "Failed", "Open", "Said"])
            page.merge_range(1, 0, 2, 0, "Hamsa", day)
            for row in (1, 2):
                page.write_datetime(row, 1, datetime(2026, 5, row), moment)
                page.write_datetime(row, 2, datetime(2026, 5, row), day)
                page.write_row(row, 3, [44742 + row])
                page.write_formula(row, 4, "=1/0", None, "#DIV/0!")
                page.write_formula(row, 5, "=A1", None, "")
                page.write_string(row, 6, f"{name} {row}")
    with zipfile.ZipFile(path) as plain, zipfile.ZipFile(other, "w") as written:
        for part in plain.namelist():
            written.writestr(part, as_written(plain.read(part)))
    options = {"sheets": ["May", "June"], "serial_dates": ["Serial"]}
    found = [(one.sheet, one.rows.to_pylist()) for one in xlsx.read(other, options)]
    assert found == [(one.sheet, one.rows.to_pylist()) for one in xlsx.read(path, options)]
    assert found[1][1][1] == {
        "Area": "Hamsa", "At": "2026-05-02 00:00:00", "On": "2026-05-02", "Serial": "2026-07-03",
        "Failed": "#DIV/0!", "Open": WITHOUT_VALUE, "Said": "June 2",
    }  # fmt: skip
    (remark,) = read(other, sheet="May").remarks
    assert remark.rule == "sheets_not_read"


@pytest.mark.parametrize(
    "pattern_and_text",
    [
        (rb'r="([^"]*)"', rb"r='\1'"),
        (rb"<(/?)(row|c)\b", rb"<\1x-1:\2"),
        (rb'<(row|c) r="(\w+)"', rb'<\1 other=">" \n r = "\2"'),
        (rb'<(row|c) r="\w+"', rb"<\1"),
    ],
    ids=["single quotes", "prefixed", "another first", "without place"],
)
def test_the_last_cell_of_a_sheet_is_found_however_tags_are_written(
    tmp_path: Path, pattern_and_text: tuple[bytes, bytes]
) -> None:
    path = tmp_path / "a.xlsx"
    write(path, {(row, column): "x" for row in range(1, 5) for column in range(1, 31)})
    with zipfile.ZipFile(path) as book:
        content = book.read("xl/worksheets/sheet1.xml")
    written = re.sub(*pattern_and_text, content)
    assert written != content
    assert _extent(content) == (4, 30, True)
    assert _extent(written) == (4, 30, bool(re.search(rb"c\b[^<]*?r ?= ?.A1", written)))
    places = [re.findall(rb"\b[A-Z]{1,2}\d\b", one) for one in (_with_places(written), content)]
    assert places[0] == places[1] and len(places[0]) > 120


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"a,b\n1,2\n", "text_not_workbook"),
        ("\ufeffa;b\né;2\n".encode(), "text_not_workbook"),
        (b"\r\n<html><table><tr><td>a</td></tr></table></html>", "html_not_workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old_workbook"),
        (b" \n", "empty_file"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "unreadable"),
        (zipped({"content.xml": b"<a/>"}), "unreadable"),
    ],
)
def test_what_is_no_workbook_is_called_by_its_name(
    tmp_path: Path, content: bytes, rule: str
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(WrongUse) as raised:
        read(path)
    assert [problem.rule for problem in raised.value.problems] == [rule]


def test_sheets_that_nothing_reads_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, value in {"Log": "a", "June": 5, "Notes": "read me", "Blank": None}.items():
            page = book.add_worksheet(name)
            if value is not None:
                page.write(0, 0, value)
    (remark,) = read(path, sheet="Log", ignore_sheets=["No*"]).remarks
    assert (remark.row_number, remark.rule) == (None, "sheets_not_read")
    assert remark.parameters == {"sheets": "'June'"}
    assert read(path, sheet="Log", ignore_sheets=["*"]).remarks == ()


def test_each_row_of_a_header_that_comes_again_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "file.xlsx"
    head = [[None, "Women", None], ["Code", "Killed", "Hurt"]]
    grid = [*head, ["a", 1, 2], *head, ["b", 3, 4]]
    cells = {
        (row, column): value
        for row, cells in enumerate(grid, start=1)
        for column, value in enumerate(cells, start=1)
        if value is not None
    }
    write(path, cells)
    table = read(path, header_rows=2)
    assert table.row_numbers.to_pylist() == [3, 6]
    assert [(one.row_number, one.rule) for one in table.remarks] == [
        (4, "header_again"),
        (5, "header_again"),
    ]


@pytest.mark.parametrize(
    ("sheet", "file", "year", "month"),
    [
        ("2026 Mars", "registre_2024.xlsx", "2026", "Mars 2026"),
        ("Mars", "registre_2024.xlsx", "2024", "Mars 2024"),
        ("Mars", "registre.xlsx", None, "Mars"),
        ("Mars 2", "registre_2024.xlsx", None, "Mars 2"),
        ("Budget 2025-26", "registre_2024.xlsx", None, None),
    ],
)
def test_the_year_is_the_sheets_or_that_of_the_file_where_the_sheet_has_no_number(
    sheet: str, file: str, year: str | None, month: str | None
) -> None:
    assert year_told(sheet, file) == year
    assert month is None or month_told(sheet, file) == month
