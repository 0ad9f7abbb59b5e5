"""`poclens map` knows a file by what it is: workbooks, exports of forms, tagged and typed files."""

import zipfile
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

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
