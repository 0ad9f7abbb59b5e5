"""The open rejects as a workbook to send back."""

import json
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from indicators.definitions.contracts import contracts
from pipelines.ingest.file_report import remark_sentence
from pipelines.ingest.mapping.written.written_dates import with_english_months
from pipelines.ingest.rows.quarantine import reject_sentence
from pipelines.quality.rejects.workbook import open_rejects, open_warnings, rejects_workbook
from pipelines.setup.desk import SetupDesk
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.worlds.mission.delivered import SmallMission
from tests.worlds.mission.mappings import AREAS, POPULATION, source

HEADER = "area,day,sex,persons\n"
BAD = HEADER + "XX01,2024-06-31,F,5\nXX01,2024-01-01,women,5\nXX01,2024-01-01,=1+1,5\n"


def write(small: SmallMission, path: Path, language: str) -> dict[str, list[list[object]]]:
    """The workbook's sheets as rows."""
    with open_warehouse(small.workspace.warehouse("small")) as connection:
        rejects_workbook(connection, path, language)
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_each_reject_says_where_what_and_how_to_mend(small: SmallMission, tmp_path: Path) -> None:
    small.deliver("population.csv", BAD)
    sheets = write(small, tmp_path / "rejects.xlsx", "en")
    header, *rows = sheets["Rejected rows"]
    assert header[:5] == ["File", "Sheet", "Row", "Column", "Value"]
    assert [row[:5] for row in rows] == [
        ["population.csv", "", 2.0, "day", "2024-06-31"],
        ["population.csv", "", 3.0, "sex", "women"],
        ["population.csv", "", 4.0, "sex", "=1+1"],  # text, never a formula
    ]
    assert "That month has 30 days." in str(rows[0][5])


def test_a_name_that_the_table_has_is_not_told_to_be_missing(
    small: SmallMission, tmp_path: Path
) -> None:
    columns = AREAS["tables"][0]["columns"] | {"name_en": {"from": "name"}}
    small.add_source(AREAS | {"tables": [{"table": "areas", "columns": columns}]})
    small.deliver("areas.csv", "code,parent,name\nXX,,Fict\nXX01,XX,Kolbé\nXX02,XX,Kolbé\n")
    small.deliver("population.csv", f"{HEADER}KOLBE,2024-01-01,F,5\nBor,2024-01-01,F,5\n")
    rows = write(small, tmp_path / "rejects.xlsx", "en")["Rejected rows"][1:]
    assert "the name of XX01, XX02 in the table “Areas”" in str(rows[0][5])
    assert "'Bor' is not in the table “Areas”" in str(rows[1][5])


def test_in_french(small: SmallMission, tmp_path: Path) -> None:
    small.deliver("population.csv", BAD)
    rows = write(small, tmp_path / "rejets.xlsx", "fr")["Lignes rejetées"]
    assert "Ce mois compte 30 jours." in str(rows[1][5])
    given, told = SetupDesk(small.workspace).rejected("small", "fr")  # by the page, the same
    book = CalamineWorkbook.from_filelike(BytesIO(given))
    assert not told and book.get_sheet_by_name("Lignes rejetées").to_python() == rows
    assert "Avertissements" in book.sheet_names


def test_a_day_is_shown_as_the_readers_language_writes_it() -> None:
    facts = {"format": "31 Dec 2026 + 14:30"}
    said = {lang: reject_sentence("type_time", facts, "31 nov", lang) for lang in ("en", "fr")}
    assert "31 Dec 2026 + 14:30" in said["en"] and "31 déc 2026 + 14:30" in said["fr"]
    read = with_english_months("31 déc 2026", "%d %b %Y")  # and may be written so
    assert datetime.strptime(read, "%d %b %Y").date() == date(2026, 12, 31)


def test_what_is_suggested_are_the_texts_that_the_senders_mapping_reads(
    small: SmallMission, tmp_path: Path
) -> None:
    entry = {"from": "sex", "recode": {"femmes": "F", "hommes": "M"}}
    columns = {**POPULATION["tables"][0]["columns"], "sex": entry}
    small.add_source(source("population", "population*.csv", columns))
    small.deliver("population.csv", HEADER + "XX01,2024-01-01,femme s,5\n")
    (row,) = write(small, tmp_path / "rejets.xlsx", "fr")["Lignes rejetées"][1:]
    assert "Au plus proche\u00a0: femmes." in str(row[5])


def test_a_rule_of_a_row_names_columns_and_codes_by_their_words() -> None:
    rule = contracts()["survey_respondents"].row_rule_parameters(
        "weight_given", {"result": "complete", "instrument": "household"}
    )
    said = reject_sentence("weight_given", rule, None, "fr")
    assert "Poids de la personne = –" in said and "Résultat = Complet" in said
    earlier = {**rule, "found": "result = complete"}  # a row that an earlier version rejected
    del earlier["found_en"], earlier["found_fr"]
    assert "result = complete" in reject_sentence("weight_given", earlier, None, "en")


def test_a_key_that_stands_twice_is_told_by_the_titles_of_its_columns(small: SmallMission) -> None:
    small.deliver("population.csv", HEADER + "XX01,2024-01-01,F,5\n" * 2)
    ((given,),) = small.query("SELECT parameters FROM quarantine.population")
    title = contracts()["population"].columns["area_code"].title
    for language in ("en", "fr"):
        told = reject_sentence("duplicate_key", json.loads(given), None, language)
        assert f"({title.in_language(language)} = XX01, " in told
        assert "area_code" not in told
    earlier = {"key": "area_code = XX01", "first_row": 2}  # a row that an earlier version rejected
    assert "(area_code = XX01)" in reject_sentence("duplicate_key", earlier, None, "fr")


def test_the_missions_days_are_said_in_words() -> None:
    facts = {"starts_on": "2026-04-01", "kind": "without_end"}
    told = reject_sentence("outside_mission", facts, "01/03/2026", "fr")
    assert "qui commence le 1er\u00a0avr.\u00a02026" in told


def test_a_number_without_digits_says_why_its_text_is_gone() -> None:
    assert "kept: '3'" in reject_sentence("type_int", {}, "3", "en")
    assert "aucun chiffre" in reject_sentence("type_int", {}, None, "fr")


def test_rejects_of_a_superseded_file_are_no_longer_open(small: SmallMission) -> None:
    small.deliver("population.csv", BAD)
    small.deliver("population.csv", HEADER + "XX01,2024-06-30,F,5\n")
    with open_warehouse(small.workspace.warehouse("small")) as connection:
        assert open_rejects(connection) == []
        ((kept,),) = connection.execute("SELECT count(*) FROM quarantine.population").fetchall()
    assert kept == 3


def test_held_file_says_first_why_it_is_held(small: SmallMission) -> None:
    small.settings["reject_limit_pct"] = 10
    small.deliver("population.csv", BAD)
    with open_warehouse(small.workspace.warehouse("small")) as connection:
        first = open_rejects(connection)[0]
    assert first.rule == "too_many_rejects"
    assert first.sentence("en").startswith("3 of 3 rows were rejected, more than the 10 %")


def test_warnings_stand_apart_and_their_rows_are_loaded(
    small: SmallMission, tmp_path: Path
) -> None:
    small.deliver("areas_2.csv", "code,parent\nXX05,XX\n")
    sites = {
        "area_code": {"from": "code"},
        "parent_area_code": {"constant": "XX"},
        "area_level": {"constant": "site"},
        "name_en": {"from": "code"},
        "name_fr": {"from": "code"},
        "valid_from": {"constant": "2020-01-01"},
    }
    small.add_source(source("areas", "sites.csv", sites) | {"source": "sites"})
    report = small.deliver("sites.csv", "code\nXX-S1\n")
    assert (report.rows_loaded, report.rows_rejected) == (1, 0)
    with open_warehouse(small.workspace.warehouse("small")) as connection:
        assert open_rejects(connection) == []
        (warning,) = open_warnings(connection)
    assert (warning.table, warning.rule, warning.row_number) == ("areas", "site_kind_given", 2)
    assert "site" in warning.sentence("en")
    for language, sheet, called in (  # the file has no such column
        ("en", "Warnings", "Kind of site (site_kind)"),
        ("fr", "Avertissements", "Type de site (site_kind)"),
    ):
        _, told = write(small, tmp_path / f"{language}.xlsx", language)[sheet]
        assert told[3] == called
        (remark,) = (remark_sentence(one, language) for one in report.remarks)
        assert called in remark


@pytest.mark.parametrize("language", ["en", "fr"])
def test_same_rejects_give_the_same_bytes(
    small: SmallMission, tmp_path: Path, language: str
) -> None:
    small.deliver("population.csv", BAD)
    for name in ("a.xlsx", "b.xlsx"):
        write(small, tmp_path / name, language)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
