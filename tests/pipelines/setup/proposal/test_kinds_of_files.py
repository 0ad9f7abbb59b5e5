"""`poclens map` knows a file by what it is: workbooks, exports of forms, tagged and typed files."""

import zipfile
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from openpyxl import Workbook

from pipelines.setup.proposal.layout import layouts
from tests.pipelines.ingest.readers.test_other_formats import ods, row, sheet, text
from tests.worlds.messy.written import XLS

HEADER = ["start", "area", "_uuid", "_submission_time"]


def write_all(folder: Path) -> None:
    frame = pd.DataFrame({"area_code": ["XX01", "XX02"], "level": ["high", "low"]})
    frame.to_parquet(folder / "a.parquet")
    (folder / "a.jsonl").write_text(frame.to_json(orient="records", lines=True))
    pyreadstat.write_dta(frame, str(folder / "a.dta"))
    (folder / "a.xls").write_bytes(XLS)
    ods(folder / "a.ods", sheet(row(text("Code"), text("Area")), row(text("A-1"), text("Bor"))))
    lines = [";".join(HEADER), "2026-07-01;Bor;u-1;2026-07-02"]
    (folder / "kobo.csv").write_text("\n".join(lines) + "\n")
    with zipfile.ZipFile(folder / "odk.zip", "w") as archive:
        archive.writestr("form.csv", "today,KEY\n2026-07-01,uuid:1\n")
    (folder / "hxl.csv").write_text("Area,Killed\n#adm1,#affected+killed\nBor,3\n")


@pytest.mark.parametrize(
    ("file", "reader"),
    [
        ("a.parquet", "parquet"),
        ("a.jsonl", "jsonl"),
        ("a.dta", "stata"),
        ("a.xls", "xls"),
        ("a.ods", "ods"),
        ("kobo.csv", "form_export"),
        ("odk.zip", "form_export"),
        ("hxl.csv", "hxl"),
    ],
)
def test_the_reader_of_each_kind(tmp_path: Path, file: str, reader: str) -> None:
    write_all(tmp_path)
    found = layouts(tmp_path / file)[0]
    assert (found.reader, found.table.rows.num_rows > 0) == (reader, True)


def test_a_row_of_totals_is_no_header(tmp_path: Path) -> None:
    book = Workbook()
    log, at = book.worksheets[0], range(1, 9)
    log.append(["Ser", "Ptl No", "Date", "Type of ptl", "Mode", "Area of ptl"])
    for day in at:
        log.append([day, f"P-{day}", f"0{day}/03/2026", "SDP", "Veh", "Torit"])
    log.append(["TOTAL", "8 ptls"])
    log.append(["All times local."])
    book.save(tmp_path / "log.xlsx")
    (found,) = layouts(tmp_path / "log.xlsx")
    assert found.table.header[:3] == ("Ser", "Ptl No", "Date") and found.table.rows_read == 8


def test_a_form_on_two_sheets_beside_the_answers_is_read(tmp_path: Path) -> None:
    book = Workbook()
    sheets = {
        "Data": [["start", "q1", "_uuid"], ["2026-02-11", "1", "a"], ["2026-02-12", "2", "b"]],
        "survey": [["type", "name", "label::English"], ["select_one s", "q1", "Sex of respondent"]],
        "choices": [
            ["list_name", "name", "label::English"],
            ["s", "1", "Male"],
            ["s", "2", "Female"],
        ],
    }
    for name, rows in sheets.items():
        held = book.create_sheet(name)
        for cells in rows:
            held.append(cells)
    del book["Sheet"]
    book.save(tmp_path / "kobo.xlsx")
    (found,) = layouts(tmp_path / "kobo.xlsx")
    assert found.table.sheet == "Data"
    assert next(one for one in found.texts if one.header == "q1").wordings == ("Sex of respondent",)
