"""Every workbook that a command or page writes: heads that stay and filter, widths, formats."""

import io
import re
import shutil
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import numpy as np
import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from dashboards.serving.app import create_app
from dashboards.serving.files import LISTS
from indicators.definitions.contracts import contracts
from indicators.dissemination.spreadsheets import new_workbook, write_table
from indicators.foundation.data_folder import data_folder
from pipelines.documents.interview_form import write_form
from pipelines.documents.profile_workbook import write_workbook
from pipelines.documents.templates import write_template_of
from pipelines.ingest.mapping.model import load_sources
from pipelines.quality.rejects.workbook import rejects_workbook, workbooks_to_mend
from pipelines.release.extracts.files import write_extracts
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.worlds.mission.delivered import SmallMission
from tests.worlds.release import MISSION, RELEASE, write_release

# Modules that lay out sheets by themselves; all others hand their rows to `write_table`.
LAY_OUT = {
    "dashboards/components/listing.py",
    "indicators/dissemination/spreadsheets.py",
    "pipelines/documents/profile_workbook.py",
    "pipelines/documents/templates.py",
    "pipelines/release/extracts/plain_sheet.py",
    "pipelines/quality/rejects/workbook.py",
    "pipelines/sample/files/writing.py",  # plays what units send, untidy as it comes
}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
ALL_KINDS = ["text", 1234567, 39.28693754421963, 0.04, Decimal("2.50"), np.int64(7), np.float64(2)]


def faults(sheet: Worksheet, head: int = 1, *, is_filtered: bool = True) -> Iterator[str]:
    """What a person would have to mend by hand; `head`: the row of its heads."""
    frozen = sheet.freeze_panes
    if frozen is None or int("".join(filter(str.isdigit, frozen))) != head + 1:
        yield f"{sheet.title}: heads do not stay ({frozen})"
    if is_filtered and not sheet.auto_filter.ref:
        yield f"{sheet.title}: no filter"
    wide = {
        at
        for found in sheet.column_dimensions.values()
        if found.width
        for at in range(found.min, found.max + 1)
    }
    heads = [cell.column for cell in sheet[head] if cell.value]
    if lacking := [get_column_letter(at) for at in heads if at not in wide]:
        yield f"{sheet.title}: no width of {lacking}"
    for row in sheet.iter_rows(min_row=head + 1):
        for cell in row:
            is_number = isinstance(cell.value, int | float | date)
            if is_number and cell.number_format == "General":
                yield f"{sheet.title} {cell.coordinate}: {cell.value} without a format"
            if isinstance(cell.value, str) and _DAY.fullmatch(cell.value):
                yield f"{sheet.title} {cell.coordinate}: {cell.value} is a text"


def sheets(content: Path | bytes) -> list[Worksheet]:
    book = openpyxl.load_workbook(io.BytesIO(content) if isinstance(content, bytes) else content)
    return [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]


def test_sheets_are_laid_out_where_this_file_looks() -> None:
    root = data_folder().parent
    found = {
        str(path.relative_to(root).as_posix())
        for room in ("dashboards", "indicators", "pipelines", "records")
        for path in (root / room).rglob("*.py")
        if "add_worksheet(" in path.read_text(encoding="utf-8")
    }
    assert found == LAY_OUT


def test_a_table_shows_each_kind_of_value_as_what_it_is(tmp_path: Path) -> None:
    days = [date(2026, 9, 30), datetime(2026, 9, 30, 21, 15)]
    with new_workbook(tmp_path / "table.xlsx") as book:
        write_table(book, "table", [f"head {at}" for at in range(9)], [[*ALL_KINDS, *days]])
    (sheet,) = sheets(tmp_path / "table.xlsx")
    assert not [*faults(sheet)]
    assert [cell.number_format for cell in sheet[2]][1:] == [
        "#,##0", "#,##0.0##", "0.0####", "#,##0.0##", "0", "0", "yyyy-mm-dd", "yyyy-mm-dd hh:mm",
    ]  # fmt: skip
    assert sheet["E2"].value == 2.5 and sheet["F2"].value == 7


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workspace")
    write_release(folder)
    return folder


def test_lists_and_cards_of_the_pages(home: Path) -> None:
    client = create_app(home, "mission").server.test_client()
    for name in LISTS:
        *tables, _notes = sheets(client.get(f"/list/{name}.xlsx?indicator=P2-OC-07").data)
        assert not [line for sheet in tables for line in faults(sheet)], name


def test_a_quarter_and_its_budget_year(home: Path, tmp_path: Path) -> None:
    stored = home / "releases" / MISSION / RELEASE / "mission/poclens.duckdb"
    with duckdb.connect(shutil.copy(stored, tmp_path / "copy.duckdb")) as connection:
        write_extracts(connection, tmp_path / "extracts", MISSION, "2026-Q3", "mission")
    written = sorted((tmp_path / "extracts").glob("*.xlsx"))
    assert len(written) == 2
    assert not [line for path in written for sheet in sheets(path) for line in faults(sheet)]


def test_forms_and_the_profile(tmp_path: Path) -> None:
    for table, contract in contracts().items():
        path = tmp_path / f"{table}.xlsx"
        write_template_of(contract, path, "en", "FPU-1", "2026-10")
        rows, codes, notes = sheets(path)
        assert not [*faults(rows, 2), *faults(codes, is_filtered=False), *faults(notes, 3)], table
    write_form(
        tmp_path / "form.xlsx", {"XX01": {"en": "Aroko", "fr": "Aroko"}}, ["safe_walking_night"]
    )
    assert not [line for sheet in sheets(tmp_path / "form.xlsx") for line in faults(sheet)]
    write_workbook(data_folder() / "missions/sample", tmp_path / "profile.xlsx", "fr")
    found = [line for sheet in sheets(tmp_path / "profile.xlsx") for line in faults(sheet, 2)]
    assert not found


def test_rejected_rows_and_what_goes_out_to_be_mended(small: SmallMission, tmp_path: Path) -> None:
    small.deliver("population.csv", "area,day,sex,persons\nXX01,2024-06-31,M,6\n")
    home = small.workspace
    with open_warehouse(home.warehouse("small")) as connection:
        rejects_workbook(connection, tmp_path / "rejects.xlsx", "en")
        sources = load_sources(home.profile("small"))
        (out,) = workbooks_to_mend(connection, home.archive("small"), sources, tmp_path, "en")
    texts = "is a text"  # what a file held stands there as it was written
    found = [
        line for path in (tmp_path / "rejects.xlsx", out) for one in sheets(path)
        for line in faults(one) if texts not in line
    ]  # fmt: skip
    assert not found
