"""Files and mappings that do not fit each other are told in a few lines that name the cause."""

from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from indicators.definitions.contracts import contracts
from indicators.foundation.errors import WrongUse
from pipelines.documents.templates import HEADER_ROW, write_template
from pipelines.ingest.mapping.model import read_source
from tests.worlds.mission.delivered import SmallMission
from tests.worlds.mission.mappings import POPULATION

HEADER = "area,day,sex,persons,Kind\n"
TYPES = "".join(
    f"XX01,2024-0{month}-01,F,{month},{kind}\n"
    for month, kind in enumerate(["Census", "Census", "Registration", "Estimate"], start=1)
)


def with_condition(*wanted: str, **more: object) -> dict[str, object]:
    (table,) = POPULATION["tables"]
    return POPULATION | {"tables": [table | {"where": {"Kind": list(wanted)} | more}]}


def remarks(small: SmallMission, text: str = HEADER + TYPES) -> list[str]:
    report = small.deliver("population.csv", text)
    told = [remark.sentence() for remark in report.remarks]
    kept = small.query("SELECT count(*) FROM ops.row_warning WHERE rule = 'where_never'")
    assert kept == [(len(told),)]
    return told


def test_a_condition_that_nothing_meets_is_told(small: SmallMission) -> None:
    small.add_source(with_condition("Measured"))
    (sentence,) = remarks(small)
    for part in ("population.csv", "'Measured'", "'Kind'", "'Estimate'", "4 of 4 rows"):
        assert part in sentence


def test_a_misspelt_value_beside_right_ones_is_told(small: SmallMission) -> None:
    small.add_source(with_condition("Census", "Registraton"))
    (sentence,) = remarks(small)
    assert "'Registraton'" in sentence and "2 of 4 rows" in sentence


def test_a_value_that_is_only_not_in_this_file_is_no_news(small: SmallMission) -> None:
    small.add_source(with_condition("Census", "Survey"))
    assert remarks(small) == []


def test_years_that_look_alike_are_no_slips(small: SmallMission) -> None:
    small.add_source(with_condition("2023", "2025"))
    text = HEADER + "XX01,2024-01-01,F,1,2023\nXX01,2024-02-01,F,1,2024\n"
    assert remarks(small, text) == []


def test_a_column_that_is_never_filled_is_told(small: SmallMission) -> None:
    small.add_source(with_condition("Census", "Registration", "Estimate"))
    assert remarks(small) == []
    small.add_source(
        POPULATION | {"tables": [POPULATION["tables"][0] | {"where": {"Kind": "present"}}]}
    )
    (sentence,) = remarks(small, HEADER + "XX01,2024-09-01,F,9,\n")
    assert "'present'" in sentence and "1 of 1 row " in sentence


def test_a_file_of_another_kind_is_told_in_a_few_lines(small: SmallMission) -> None:
    header = ",".join(["area", "day", "sex", "persons", "x" * 5000, *map(str, range(16000))])
    small.drop("population.csv", f"{header}\n{',' * 16004}\n")
    with pytest.raises(WrongUse) as raised:
        small.ingest()
    assert len(raised.value.problems) == 11 and len(str(raised.value)) < 5000
    assert "15,991 more columns" in str(raised.value)


def test_sheets_that_nothing_reads_are_told_and_kept_as_a_warning(small: SmallMission) -> None:
    entry = POPULATION | {"source": "book", "files": ["book*.xlsx"], "reader": "xlsx"}
    small.add_source(entry | {"options": {"sheet": "May"}})
    path = small.workspace.inbox("small") / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name in ("May", "June"):
            page = book.add_worksheet(name)
            page.write_row(0, 0, ["area", "day", "sex", "persons"])
            page.write_row(1, 0, ["XX01", "2024-05-01", "F", 7])
    (report,) = small.ingest().files
    assert report.rows_loaded == 1
    assert [remark.rule for remark in report.remarks] == ["sheets_not_read"]
    assert "'June'" in report.remarks[0].sentence()
    assert small.query("SELECT rule, row_number FROM ops.row_warning") == [
        ("sheets_not_read", None)
    ]


@pytest.mark.parametrize(
    ("column", "reader", "rule"),
    [
        (
            {"from": "persons", "thousands": ".", "decimal": ","},
            "form_export",  # its numbers cannot be told from texts
            "mapping_workbook_thousands",
        ),
        ({"from": "persons", "thousands": ".", "decimal": "."}, "csv", "yaml_invalid"),
    ],
)
def test_signs_that_cannot_be_told_apart_are_refused(
    small: SmallMission, column: dict[str, str], reader: str, rule: str
) -> None:
    columns = POPULATION["tables"][0]["columns"] | {"persons": column}
    small.add_source(
        POPULATION | {"reader": reader, "tables": [{"table": "population", "columns": columns}]}
    )
    with pytest.raises(WrongUse) as raised:
        read_source(Path(small.profile / "sources" / "population.yaml"))
    assert [problem.rule for problem in raised.value.problems] == [rule]


def test_a_header_that_comes_again_hides_no_broken_date(small: SmallMission) -> None:
    head = "area,day,sex,persons\n"
    broken = "".join(f"XX01,2024-02-3{number},F,7\n" for number in range(7))
    report = small.deliver("population.csv", f"{head}XX02,2024-02-01,F,7\n{head}{broken}")
    assert (report.rows_read, report.rows_loaded, report.rows_rejected) == (8, 1, 7)
    texts = small.query("SELECT raw_value FROM quarantine.population ORDER BY row_number")
    assert texts == [(f"2024-02-3{number}",) for number in range(7)]
    assert small.query("SELECT row_number, rule FROM ops.row_warning") == [(3, "header_again")]


def test_a_warning_of_rows_is_told_once_with_its_number_and_first_row(small: SmallMission) -> None:
    head = "area,day,sex,persons\n"
    row = "XX01,2024-02-{day:02d},F,7\n"
    text = head + "".join(row.format(day=day) + head for day in range(1, 4))
    report = small.deliver("population.csv", text)
    (told,) = report.lines("en")[1:]
    assert told.startswith("population.csv, row 3: The header stands here once more")
    assert ": 3 rows" in told
    assert report.lines("fr")[1].startswith("population.csv, ligne 3")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_filled_template_gives_no_warning_of_its_own_sheets(
    small: SmallMission, language: str
) -> None:
    path = small.workspace.inbox("small") / "units.xlsx"
    write_template(contracts()["units"], path, language)
    book = openpyxl.load_workbook(path)
    row = {"unit_code": "U1", "unit_name": "Unit 1", "component": "police", "unit_type": "FPU"}
    sheet = book.worksheets[0]
    names = [cell.value for cell in sheet[HEADER_ROW]]
    for name, value in (row | {"valid_from": "2026-07-01"}).items():
        sheet.cell(HEADER_ROW + 1, names.index(name) + 1, value)
    book.save(path)
    report = small.ingest().files[-1]
    assert (report.rows_loaded, report.remarks) == (1, ())
    assert small.query("FROM ops.row_warning") == []
