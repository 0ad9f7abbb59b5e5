"""XLSX templates: names that a mapping reads, lists that a unit chooses from, equal bytes."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation

from indicators.definitions.contracts import contracts
from indicators.definitions.vocabularies import vocabulary
from pipelines.documents.templates import HEADER_ROW, write_template
from pipelines.ingest.mapping.model import SenderColumn
from pipelines.ingest.mapping.sources.template_sources import WRITTEN, sheet_name, template_of
from pipelines.ingest.readers.xlsx import read


def template(table: str, language: str, folder: Path) -> Workbook:
    path = folder / f"{table}.xlsx"
    write_template(contracts()[table], path, language)
    return openpyxl.load_workbook(path)


def validation(book: Workbook, table: str, column: str) -> DataValidation:
    """The check of the first cell to be filled in of a column."""
    sheet = book[table]
    names = [cell.value for cell in sheet[HEADER_ROW]]
    cell = sheet.cell(HEADER_ROW + 1, names.index(column) + 1).coordinate
    return next(check for check in sheet.data_validations.dataValidation if cell in check)


def listed(book: Workbook, formula: str) -> list[str]:
    sheet, _, area = formula.replace("'", "").partition("!")
    return [row[0].value for row in book[sheet][area.replace("$", "")]]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("table", sorted(contracts()))
def test_a_template_has_titles_and_the_names_of_the_columns(
    table: str, language: str, tmp_path: Path
) -> None:
    sheet = template(table, language, tmp_path)[sheet_name(contracts()[table], language)]
    columns = contracts()[table].columns
    titles = [column.title.in_language(language) for column in columns.values()]
    assert [cell.value for cell in sheet[1]] == titles
    assert [cell.value for cell in sheet[HEADER_ROW]] == list(columns)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_template_is_known_by_its_sheet_in_either_language(language: str, tmp_path: Path) -> None:
    for name, contract in contracts().items():
        path = tmp_path / f"whatever_{name}.xlsx"
        write_template(contract, path, language)
        source = template_of(path)
        assert (source.tables[0].table if source else None) == (None if name in WRITTEN else name)
        if source:  # what the mapping names is what the workbook has
            assert [table.sheet for table in read(path, source.options)] == [
                sheet_name(contract, language)
            ]


@pytest.mark.parametrize(("table", "column"), [("activities", "unit_code"), ("incidents", None)])
def test_who_sends_a_template_is_the_unit_that_each_row_has_to_name(
    table: str, column: str | None, tmp_path: Path
) -> None:
    write_template(contracts()[table], path := tmp_path / f"{table}.xlsx", "en")
    source = template_of(path)
    assert source is not None
    assert source.sender == (SenderColumn(column=column) if column else "series")


@pytest.mark.parametrize("table", sorted(contracts()))
def test_a_code_is_chosen_from_its_list(table: str, tmp_path: Path) -> None:
    book = template(table, "en", tmp_path)
    for name, column in contracts()[table].columns.items():
        if column.type == "code":
            check = validation(book, table, name)
            assert check.type == "list"
            assert tuple(listed(book, check.formula1)) == column.allowed_codes


def test_the_sheet_of_codes_explains_them_in_the_language(tmp_path: Path) -> None:
    book = template("units", "fr", tmp_path)
    rows = [tuple(row) for row in book["Codes"].iter_rows(values_only=True)]
    column = rows[0].index("unit_type")
    labels = dict(row[column : column + 2] for row in rows[1:] if row[column])
    assert labels == {
        code: vocabulary("unit_type").label(code, "fr") for code in vocabulary("unit_type").codes
    }


def test_the_answers_of_an_item_stand_beside_it(tmp_path: Path) -> None:
    book = template("survey_answers", "en", tmp_path)
    rows = {row[0]: row[2] for row in book["Codes"].iter_rows(values_only=True)}
    assert rows["trip_planned"] == "yes, no, dont_know, refused, not_asked"
    assert rows["trip_days_planned"] == "a whole number, dont_know, refused, not_asked"


def test_a_count_takes_no_negative_number(tmp_path: Path) -> None:
    check = validation(template("incidents", "en", tmp_path), "incidents", "deaths_best")
    assert (check.type, check.operator, float(check.formula1)) == ("whole", None, 0.0)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_equal_contracts_give_equal_bytes(language: str, tmp_path: Path) -> None:
    for name in ("first", "second"):
        write_template(contracts()["activities"], tmp_path / name, language)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_a_filled_template_is_read_by_its_column_names(tmp_path: Path) -> None:
    book = template("units", "fr", tmp_path)
    row = ["U1", "Unité 1", "police", "FPU", None, "A1", 140, date(2026, 7, 31), None]
    for column, value in enumerate(row, start=1):
        book["Unités"].cell(HEADER_ROW + 1, column, value)
    book.save(tmp_path / "units.xlsx")
    options = {"sheet": "Unités", "header_row": HEADER_ROW}
    (table,) = read(tmp_path / "units.xlsx", options)
    assert table.header == tuple(contracts()["units"].columns)
    assert table.rows_read == 1
    (unit,) = table.rows.to_pylist()
    assert (unit["strength_count"], unit["valid_from"]) == ("140", "2026-07-31")
