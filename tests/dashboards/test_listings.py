"""A list has the same rows as CSV, as XLSX and as rows of the API, for each audience."""

import csv
import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from dashboards.reading.access import AUDIENCES, Audience
from dashboards.reading.context import Context
from dashboards.serving.app import create_app
from dashboards.serving.files import LISTS
from tests.worlds.release import mart_rows, write_release

ASKED = "lang=en&indicator=P2-OC-07"


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("name", LISTS)
def test_every_format_has_the_same_rows(
    home: Path, context_at: Callable[..., Context], name: str, audience: Audience
) -> None:
    client = create_app(home, audience).server.test_client()
    content = {kind: client.get(f"/list/{name}.{kind}?{ASKED}") for kind in ("csv", "xlsx", "json")}
    assert {answer.status_code for answer in content.values()} == {200}
    records = content["json"].get_json()
    lines = list(csv.reader(io.StringIO(content["csv"].data.decode("utf-8-sig"), newline="")))
    book = load_workbook(io.BytesIO(content["xlsx"].data))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    context = context_at(f"/?{ASKED}", audience)
    keys = [field.key for field in LISTS[name].columns(context)]
    heads = [LISTS[name].head(context, field) for field in LISTS[name].columns(context)]
    assert len(set(keys)) == len(keys)
    assert list(rows[0]) == heads == lines[len(lines) - len(records) - 1]
    assert len(rows) - 1 == len(records)
    assert all(list(record) == keys for record in records)


@pytest.mark.parametrize(
    ("name", "key", "kind"),
    [("revised-figures", "after", (int, float)), ("review-candidates", "occurred", datetime)],
)
def test_figures_and_days_of_a_workbook_are_none_that_stand_as_text(
    home: Path, context_at: Callable[..., Context], name: str, key: str, kind: type
) -> None:
    client = create_app(home, "mission").server.test_client()
    found = client.get(f"/list/{name}.xlsx?lang=fr")
    sheet = load_workbook(io.BytesIO(found.data)).worksheets[0]
    columns = [field.key for field in LISTS[name].columns(context_at("/"))]
    cells = [row[columns.index(key)] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert cells and all(isinstance(cell, kind) for cell in cells), cells
    title = found_title(client.get(f"/list/{name}.csv?lang=fr").data)
    assert title == sheet.title or title.startswith(f"{sheet.title} ")  # a whole word, not a part


def test_a_column_that_the_file_lacks_is_named_by_its_title(home: Path) -> None:
    client = create_app(home, "mission").server.test_client()
    rows = client.get("/list/rejected-rows.json?lang=fr").get_json()
    assert "Début (started_at)" in {row["column"] for row in rows}


def found_title(content: bytes) -> str:
    return content.decode("utf-8-sig").splitlines()[0].strip('"')


def test_headquarters_rows_have_no_code_of_an_incident(
    context_at: Callable[..., Context],
) -> None:
    listed = LISTS["review-candidates"]
    own, other = (
        [field.key for field in listed.columns(context_at("/", audience))]
        for audience in ("mission", "hq")
    )
    assert "incident" in own and own == ["incident", *other]


def test_rows_without_a_known_unit_come_as_a_workbook_too(tmp_path: Path) -> None:
    rows = {name: list(found) for name, found in mart_rows().items()}
    unit = next(row["unit_code"] for row in rows["return_status"] if row["unit_code"])
    common = {"mission": rows["return_status"][0]["mission"], "source": "activities"}
    rows["rejected_row"] = [
        {**common, "file": "a.xlsx", "unit_code": unit, "rows": 3, "oldest_on": "2026-08-01"},
        {**common, "file": "a.xlsx", "unit_code": None, "rows": 7, "oldest_on": None},
    ]
    write_release(tmp_path, rows=rows)
    client = create_app(tmp_path).server.test_client()
    found = client.get("/list/outstanding-rows.xlsx?lang=en")
    assert found.status_code == 200
    sheet = load_workbook(io.BytesIO(found.data)).worksheets[0]
    assert "No known unit named" in {row[0] for row in sheet.iter_rows(values_only=True)}
