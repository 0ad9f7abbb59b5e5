"""XLS, ODS, Parquet, JSON lines, Stata, SPSS and HXL give the text that a person would type."""

import json
import zipfile
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest
import xlsxwriter

from indicators.foundation.errors import WrongUse
from pipelines.ingest.readers import reader
from pipelines.ingest.readers.table import MOST_COLUMNS, SourceTable, refuse_many_columns
from tests.worlds.messy.written import XLS

OFFICE = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)
TEXT = '<table:table-cell office:value-type="string"{}><text:p>{}</text:p></table:table-cell>'
DAY = (
    '<table:table-cell office:value-type="date" office:date-value="2026-07-01">'
    "<text:p>1.7.26</text:p></table:table-cell>"
)


def read(name: str, path: Path, **options: object) -> SourceTable:
    (table,) = reader(name).read(path, options)
    return table


def refusal(name: str, path: Path, **options: object) -> str:
    with pytest.raises(WrongUse) as raised:
        read(name, path, **options)
    (problem,) = raised.value.problems
    assert problem.sentence("fr").startswith(path.name) and problem.sentence("en")
    return problem.rule


def ods(path: Path, tables: str, start: str = "", **more: bytes) -> Path:
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    content = f"{start}<office:document-content {OFFICE}>{body}</office:document-content>"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        kind = "application/vnd.oasis.opendocument.spreadsheet"
        archive.writestr("mimetype", kind, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)
        for name, part in more.items():
            archive.writestr(name, part)
    return path


def row(*cells: str, repeated: int = 1) -> str:
    start = f'<table:table-row table:number-rows-repeated="{repeated}">'
    return f"{start}{''.join(cells)}</table:table-row>"


def sheet(*rows: str, name: str = "Patrols") -> str:
    return f'<table:table table:name="{name}">{"".join(rows)}</table:table>'


def text(value: str, repeated: int = 1) -> str:
    return TEXT.format(f' table:number-columns-repeated="{repeated}"', value)


# Workbooks ----------------------------------------------------------------------------------------


@pytest.fixture
def xls(tmp_path: Path) -> Path:
    path = tmp_path / "a.xls"
    path.write_bytes(XLS)
    return path


def test_xls_dates_are_iso_and_row_numbers_those_of_the_sheet(xls: Path) -> None:
    table = read("xls", xls, sheet="Patrols")
    assert table.rows.to_pylist() == [
        {"Code": "A-1", "Date": "2026-07-01", "Nombre": "3", "Zone": "Bor é"},
        {"Code": "A-2", "Date": "02/07/2026", "Nombre": "3.5", "Zone": None},
    ]
    assert table.row_numbers.to_pylist() == [2, 4]
    assert [one.parameters for one in table.remarks] == [{"sheets": "'Notes'"}]


def test_what_is_no_xls_is_called_by_its_name(xls: Path, tmp_path: Path) -> None:
    assert refusal("xls", xls, sheet="June") == "missing_sheet"
    assert refusal("xls", xls) == "sheet_not_named"
    content = xls.read_bytes()
    for other, rule in (
        (content + "_VBA_PROJECT_CUR".encode("utf-16-le"), "workbook_macros"),
        (content[:700], "unreadable"),
        (b"PK\x03\x04", "not_old_workbook"),
        (b"a;b\n", "text_not_workbook"),
    ):
        xls.write_bytes(other)
        assert refusal("xls", xls, sheet="Patrols") == rule
    xls.write_bytes(content + b"\0" * (2 << 20))
    assert refusal("xls", xls, largest_mb="1") == "workbook_too_large"


def test_ods_with_the_empty_rows_to_the_end_that_libreoffice_writes(tmp_path: Path) -> None:
    empty = '<table:table-cell table:number-columns-repeated="16384"/>'
    body = sheet(
        row(text("Code"), text("Date"), empty),
        row(text("A-1"), DAY),
        row(empty, repeated=1_048_574),
    )
    table = read("ods", ods(tmp_path / "a.ods", body))
    assert table.rows.to_pylist() == [{"Code": "A-1", "Date": "2026-07-01"}]
    assert table.row_numbers.to_pylist() == [2]


def test_an_ods_that_would_fill_the_memory_or_does_more_than_hold_data(tmp_path: Path) -> None:
    path, plain = tmp_path / "a.ods", sheet(row(text("Code")), row(text("A-1")))
    repeated = sheet(row(text("Code")), row(text("x", repeated=16_000), repeated=1_000_000))
    assert refusal("ods", ods(path, repeated)) == "sheet_too_wide"
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    assert refusal("ods", ods(path, plain, bomb)) == "xml_entities"
    assert refusal("ods", ods(path, plain, **{"Basic/Standard/Module1.xml": b"<a/>"})) == (
        "workbook_macros"
    )
    big = {"Thumbnails/big.bin": b"\0" * (3 << 20)}
    assert refusal("ods", ods(path, plain, **big), largest_mb="2") == "workbook_too_large"


def test_an_xlsx_with_macros_or_entities_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("A").write(0, 0, "a")
    plain = path.read_bytes()
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\0")
    assert refusal("xlsx", path) == "workbook_macros"
    path.write_bytes(plain)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/more.xml", '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a/>')
    assert refusal("xlsx", path) == "xml_entities"


def test_dates_of_the_1904_system_merged_cells_and_two_header_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path, {"date_1904": True}) as book:
        page, day = book.add_worksheet("A"), book.add_format({"num_format": "dd/mm/yyyy"})
        page.merge_range(0, 0, 1, 0, "Day")
        page.merge_range(0, 1, 0, 2, "Women")
        page.write_row(1, 1, ["0-17", "18+"])
        page.write_datetime(2, 0, datetime(2026, 7, 1), day)
        page.write_row(2, 1, [4, 5])
        page.write_row(3, 0, ["02/07/2026", 6, 7])
    table = read("xlsx", path, header_rows="2")
    assert table.rows.to_pylist() == [
        {"Day": "2026-07-01", "Women / 0-17": "4", "Women / 18+": "5"},
        {"Day": "02/07/2026", "Women / 0-17": "6", "Women / 18+": "7"},
    ]


@pytest.mark.parametrize(("is_1904", "serial"), [(False, 46204), (True, 44742)])
def test_numbers_of_days_are_dates_where_the_mapping_says_so(
    tmp_path: Path, is_1904: bool, serial: int
) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path, {"date_1904": is_1904}) as book:
        page = book.add_worksheet("A")
        for number, cell in enumerate(["Day", serial, serial + 0.75, "02/07/2026", 7]):
            page.write(number, 0, cell)
    table = read("xlsx", path, serial_dates="Day")
    told = ["2026-07-01", "2026-07-01 18:00:00", "02/07/2026", "7"]
    assert table.rows["Day"].to_pylist() == told
    assert refusal("xlsx", path, serial_dates="Date") == "fill_down_column"


@pytest.mark.parametrize(
    ("sheet", "read_as"),
    [
        ("Février", "3 Février 2026"),
        ("Jan 2025", "3 Jan 2025"),
        ("2025-03", "3 03 2025"),
        ("Jan-25", "3 Jan 25"),
    ],
)
def test_days_of_a_month_take_it_from_the_name_of_their_sheet(
    tmp_path: Path, sheet: str, read_as: str
) -> None:
    path = tmp_path / "Patrols Jan-Mar 2026.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet(sheet)
        for number, cell in enumerate(["Day", 3, "late", "02/07/2026", 2026]):
            page.write(number, 0, cell)
            page.write(number, 1, 3)
    (day, other) = read("xlsx", path, month_of_sheet="Day").rows.columns
    assert day.to_pylist() == [read_as, "late", "02/07/2026", "2026"]
    assert other.to_pylist() == ["3"] * 4
    assert read("xlsx", path).rows["Day"][0].as_py() == "3"
    assert refusal("xlsx", path, month_of_sheet="Date") == "fill_down_column"
    two_years = path.rename(tmp_path / "Patrols 2025-2026.xlsx")
    told = read("xlsx", two_years, month_of_sheet="Day").rows["Day"][0].as_py()
    assert told == ("3 Février" if sheet == "Février" else read_as)


def test_crosses_are_the_names_above_them_and_a_cell_that_is_none_is_not_lost(
    tmp_path: Path,
) -> None:
    path = tmp_path / "marks.csv"
    path.write_text("Day,Patrol,Talk\n1,x,\n2,,Q\n3,x,X\n4,,\n", encoding="utf-8")
    read_as = read("csv", path, marked={"Kind": ["Patrol", "Talk"]}).rows["Kind"].to_pylist()
    assert read_as == ["Patrol", "Talk: Q", "Patrol;Talk", None]
    assert refusal("csv", path, marked={"Kind": ["Patrol", "Walk"]}) == "fill_down_column"


@pytest.mark.parametrize(
    ("text", "status", "day", "reason"),
    [
        ("R 18/02", "R", "18/02/2026", None),
        ("NIL 6 Feb", "NIL", "6 Feb 2026", None),
        ("Reçu le 05/03/26", "Reçu", "05/03/26", None),
        ("NA-road", "NA", None, "road"),
        ("Pas d’accès (météo)", "Pas d’accès", None, "météo"),
        ("en retard – réseau", "en retard", None, "réseau"),
        ("R 18/02 (late)", "R", "18/02/2026", "late"),
        ("n/d", "n/d", None, None),
        ("Non-reçu", "Non-reçu", None, None),
        ("NON-RECU", "NON-RECU", None, None),
        ("R 18/02 20/02", "R 18/02 20/02", None, None),
        ("12", "12", None, None),
    ],
)
def test_a_cell_in_parts_is_a_status_its_day_and_its_reason_or_stays_whole(
    tmp_path: Path, text: str, status: str, day: str | None, reason: str | None
) -> None:
    path = tmp_path / "returns 2026.csv"
    path.write_text(f"Unit;January\nFPU1;{text}\nFPU2;\n", encoding="utf-8")
    parts = ["State", "Sent", "Why"]
    options = {"delimiter": ";", "in_parts": {"January": parts}, "year_of_file": ["Sent"]}
    found = read("csv", path, **options)
    assert found.header == ("Unit", *parts)
    assert [found.rows[part].to_pylist() for part in parts] == [
        [status, None], [day, None], [reason, None],
    ]  # fmt: skip
    assert refusal("csv", path, delimiter=";", in_parts={"May": parts}) == "fill_down_column"


# Parquet and JSON lines ---------------------------------------------------------------------------


def test_parquet_cells_as_text(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    columns = {
        "code": pa.array(["007", ""]).dictionary_encode(),
        "count": pa.array([3, None], pa.int32()),
        "share": [0.5, 3.0],
        "day": [date(2026, 7, 1), None],
        "at": [datetime(2026, 7, 1, 8, 30), None],
        "kinds": [["a", "b"], None],
        "is_open": [True, False],
    }
    pq.write_table(pa.table(columns), path)
    table = read("parquet", path)
    first = {"code": "007", "count": "3", "share": "0.5", "day": "2026-07-01",
             "at": "2026-07-01 08:30:00", "kinds": "a;b", "is_open": "true"}  # fmt: skip
    second = dict.fromkeys(first) | {"share": "3", "is_open": "false"}
    assert table.rows.to_pylist() == [first, second]
    assert table.row_numbers.to_pylist() == [1, 2]


@pytest.mark.parametrize(
    ("columns", "rule"),
    [
        ({"a": ["x", "y\0z"]}, "nul_in_cell"),
        ({"a": ["x" * 1_000_001]}, "huge_cell"),
        ({f"c{at}": [1] for at in range(16_385)}, "too_many_columns"),
        ({"a": pa.array([0] * 3_000_000, pa.int64())}, "file_too_large"),
    ],
)
def test_a_parquet_file_that_is_no_table_of_values(
    tmp_path: Path, columns: dict[str, object], rule: str
) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table(columns), path, use_dictionary=False)
    assert refusal("parquet", path, largest_mb="8") == rule


@pytest.mark.parametrize(
    ("content", "rule"), [(b"", "empty_file"), (b"PAR1 cut short", "unreadable")]
)
def test_what_is_no_parquet(tmp_path: Path, content: bytes, rule: str) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(content)
    assert refusal("parquet", path) == rule


def test_json_lines_keep_the_text_of_numbers_and_the_line_of_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = [
        '{"code": "A-1", "n": 1.50, "place": {"lat": 4.850, "name": "Bor"}, "kinds": ["a", "b"]}',
        "",
        '{"code": "A-2", "late": true, "n": 12345678901234567890}',
        '{"code": "A-3", "code": "A-4"}',
        "[1, 2]",
        '{"code": "A-5"',
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    table = read("jsonl", path)
    assert table.header == ("code", "n", "place/lat", "place/name", "kinds", "late")
    assert [list(one.values()) for one in table.rows.to_pylist()] == [
        ["A-1", "1.50", "4.850", "Bor", "a;b", None],
        ["A-2", "12345678901234567890", None, None, None, "true"],
    ]
    assert table.row_numbers.to_pylist() == [1, 3]
    assert [(one.row_number, one.rule) for one in table.malformed] == [
        (4, "row_json"), (5, "row_json"), (6, "row_json"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "empty_file"),
        (b"a,b\n1,2\n", "no_json_lines"),
        (b'{"a": "\xff"}', "encoding"),
        (b'{"a": "x\\u0000y"}', "nul_in_cell"),
        (json.dumps({f"c{at}": 1 for at in range(16_385)}).encode(), "too_many_columns"),
        (b'{"a": ' + b"[" * 100_000, "no_json_lines"),
        (b'{"a": "' + b"x" * 16_000_001 + b'"}', "huge_line"),
    ],
)
def test_what_are_no_json_lines(tmp_path: Path, content: bytes, rule: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(content)
    assert refusal("jsonl", path) == rule


# Statistics programs ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "write"), [("stata", pyreadstat.write_dta), ("spss", pyreadstat.write_sav)]
)
def test_value_labels_stand_beside_their_codes(tmp_path: Path, name: str, write: object) -> None:
    path = tmp_path / f"a.{name}"
    frame = pd.DataFrame({"q1": [1, 2, 9], "q2": [1, 2, 1], "where": ["Bor", "Wau", ""]})
    labels = {"q1": {1: "Yes", 2: "No"}, "q2": {1: "Other", 2: "Other"}}
    write(frame, str(path), variable_value_labels=labels)  # type: ignore[operator]
    table = read(name, path)
    assert table.rows.to_pylist()[2] == {
        "q1": "9", "q1 (label)": None, "q2": "1", "q2 (label)": "Other", "where": None,
    }  # fmt: skip
    assert table.rows["q1 (label)"].to_pylist() == ["Yes", "No", None]
    (told,) = table.remarks
    assert (told.rule, told.column, told.raw_value) == ("label_twice", "q2 (label)", "Other")
    assert told.parameters == {"codes": "1, 2", "column": "q2"}
    path.write_bytes(path.read_bytes()[:200])
    assert refusal(name, path) == "unreadable"


def test_a_stata_file_of_too_many_bytes_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.dta"
    path.write_bytes(b"\0" * (2 << 20))
    assert refusal("stata", path, largest_mb="1") == "file_too_large"


# HXL ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_hxl_columns_are_known_by_their_tags(tmp_path: Path, kind: str) -> None:
    rows = [
        ["Province", "Killed, women", "Remarks"],
        ["#adm1 +name", "#affected+Killed+f", ""],
        ["Bor", "3", "x"],
    ]
    path = tmp_path / f"a.{kind}"
    if kind == "csv":
        quoted = [",".join(f'"{cell}"' for cell in cells) for cells in rows]
        path.write_text("\n".join(quoted), encoding="utf-8")
    else:
        with xlsxwriter.Workbook(path) as book:
            page = book.add_worksheet("A")
            for number, cells in enumerate(rows):
                page.write_row(number, 0, cells)
    table = read("hxl", path)
    assert table.rows.to_pylist() == [
        {"#adm1+name": "Bor", "#affected+f+killed": "3", "Remarks": "x"}
    ]
    assert table.row_numbers.to_pylist() == [3]


def test_a_file_without_tags_is_no_hxl(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n#1,2\n", encoding="utf-8")
    assert refusal("hxl", path) == "no_hxl_tags"


def test_a_csv_of_very_many_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(",".join(f"c{at}" for at in range(20_000)) + "\n", encoding="utf-8")
    assert refusal("csv", path) == "too_many_columns"


def test_a_table_as_wide_as_a_workbook_may_be_is_read() -> None:
    refuse_many_columns(Path("a.csv"), MOST_COLUMNS)
    with pytest.raises(WrongUse):
        refuse_many_columns(Path("a.csv"), MOST_COLUMNS + 1)
