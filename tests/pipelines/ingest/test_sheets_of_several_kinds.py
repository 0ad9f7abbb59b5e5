"""A workbook with a table of another kind on each sheet: one file, one mapping, several tables."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from indicators.foundation.errors import WrongUse
from pipelines.ingest.mapping.model import load_sources
from pipelines.quality.rejects.workbook import open_rejects, workbooks_to_mend
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.worlds.messy.written import xlsx_of
from tests.worlds.mission.delivered import SmallMission

MAPPING: dict[str, Any] = {
    "source": "engagements_et_accords",
    "files": ["Engagements_et_accords*.xlsx"],
    "reader": "xlsx",
    "options": {
        "sheets": {"Engagements": {"header_row": "3"}, "Accords locaux": {"totals": ["Total"]}}
    },
    "ignore": ["Remarques"],
    "tables": [
        {
            "table": "commitments",
            "sheet": "Engagements",
            "columns": {
                "commitment_code": {"from": "N°"},
                "host_state_actor": {"from": "Acteur"},
                "area_code": {"from": "Zone"},
                "made_on": {"from": "Date"},
            },
        },
        {
            "table": "local_agreements",
            "sheet": "Accords locaux",
            "columns": {
                "agreement_code": {"from": "N°"},
                "conflict_type": {"from": "Conflit"},
                "area_code": {"from": "Zone"},
                "signed_on": {"from": "Date"},
            },
        },
    ],
}
COMMITMENTS = [["Engagements pris"], [], ["N°", "Acteur", "Zone", "Date", "Remarques"],
               ["E-1", "police", "XX01", "2026-01-10", "note"],
               ["E-2", "gendarmerie", "XX09", "2026-02-10"]]  # fmt: skip
AGREEMENTS = [["N°", "Conflit", "Zone", "Date"], ["A-1", "land", "XX01", "2026-03-01"],
              ["A-2", "land", "XX02", "soon"], ["Total", "2"]]  # fmt: skip
Sheets = Mapping[str, Sequence[Sequence[object]]]
SHEETS: Sheets = {"Engagements": COMMITMENTS, "Accords locaux": AGREEMENTS}
NAME = "Engagements_et_accords_T1.xlsx"
CODES = ("SELECT commitment_code FROM core.commitments UNION ALL "
         "SELECT agreement_code FROM core.local_agreements ORDER BY 1")  # fmt: skip


def test_each_sheet_becomes_its_own_table(small: SmallMission) -> None:
    small.add_source(MAPPING)
    content = xlsx_of(SHEETS)
    report = small.deliver(NAME, content)
    assert (report.rows_read, report.rows_loaded, report.rows_rejected) == (4, 2, 2)
    assert small.query(CODES) == [("A-1",), ("E-1",)]
    with open_warehouse(small.workspace.warehouse("small")) as connection:
        rejected = [(one.table, one.sheet, one.row_number) for one in open_rejects(connection)]
    assert rejected == [
        ("local_agreements", "Accords locaux", 3),
        ("commitments", "Engagements", 5),
    ]
    ((status, rows),) = small.query(
        f"SELECT status, rows_read FROM ops.input_file WHERE name = '{NAME}'"
    )
    assert (status, rows) == ("loaded", 4)
    again = small.deliver("Engagements_et_accords_copie.xlsx", content)
    assert again.status == "unchanged"  # one file is one line of the ledger, whatever its name
    later = {"Engagements": [*COMMITMENTS[:3], ["E-3", "police", "XX01", "2026-04-02"]],
             "Accords locaux": AGREEMENTS[:1]}  # fmt: skip
    assert small.deliver("Engagements_et_accords_T2.xlsx", xlsx_of(later)).rows_loaded == 1
    assert small.query(CODES) == [("A-1",), ("E-1",), ("E-3",)]


def test_a_corrected_workbook_comes_home(small: SmallMission, tmp_path: Path) -> None:
    small.add_source(MAPPING)
    small.deliver(NAME, xlsx_of(SHEETS))
    home = small.workspace
    with open_warehouse(home.warehouse("small")) as connection:
        sources = load_sources(home.profile("small"))
        (path,) = workbooks_to_mend(connection, home.archive("small"), sources, tmp_path, "fr")
    sent = openpyxl.load_workbook(path)
    lines = sent.worksheets[0]
    heads = [cell.value for cell in lines[1]]
    assert [row[0].value for row in lines.iter_rows(2) if row[0].value] == [
        "Accords locaux",
        "Engagements",
    ]
    lines.cell(2, heads.index("Date") + 1, "2026-03-02")
    lines.cell(3, heads.index("Zone") + 1, "XX02")
    sent.save(path)
    report = small.deliver(path.name, path.read_bytes())
    assert (report.name, report.status, report.rows_rejected) == (NAME, "loaded", 0)
    assert small.query(CODES) == [("A-1",), ("A-2",), ("E-1",), ("E-2",)]


def test_the_file_again_as_a_whole_replaces_both_tables(small: SmallMission) -> None:
    small.add_source(MAPPING)
    small.deliver(NAME, xlsx_of(SHEETS))
    right = {
        "Engagements": [*COMMITMENTS[:3], ["E-2", "gendarmerie", "XX02", "2026-02-10"]],
        "Accords locaux": [AGREEMENTS[0], ["A-2", "land", "XX02", "2026-03-02"]],
    }
    assert small.deliver(NAME, xlsx_of(right)).rows_loaded == 2
    assert small.query(CODES) == [("A-2",), ("E-2",)]


@pytest.mark.parametrize(
    ("name", "heads", "rule"),
    [
        ("Accords", ["N°", "Conflit", "Zone", "Date"], "missing_sheet"),
        ("Accords locaux", ["N°", "Zone", "Date"], "missing_column"),
        ("Accords locaux", ["N°", "Conflit", "Zone", "Date", "Suivi"], "unknown_column"),
    ],
)
def test_what_a_sheet_lacks_is_told_with_its_name(
    small: SmallMission, name: str, heads: list[str], rule: str
) -> None:
    small.add_source(MAPPING)
    small.drop(NAME, xlsx_of({"Engagements": COMMITMENTS, name: [heads, ["A-1"]]}))
    with pytest.raises(WrongUse) as error:
        small.ingest()
    told = [(one.rule, one.sheet) for one in error.value.problems]
    assert told == [(rule, "Accords locaux")]


def test_a_table_names_a_sheet_of_the_options(small: SmallMission) -> None:
    wrong = [MAPPING["tables"][0] | {"sheet": "Engagement"}]
    options = {"sheets": {"Engagements": {"header_rows": "0", "heads": "2"}}}
    small.add_source(MAPPING | {"options": options, "tables": wrong})
    with pytest.raises(WrongUse) as error:
        load_sources(small.profile)
    assert [(one.rule, one.parameters["key"]) for one in error.value.problems] == [
        ("mapping_unknown_key", "options.sheets.Engagements.heads"),
        ("mapping_option_number", "options.sheets.Engagements.header_rows"),
        ("mapping_unknown_key", "commitments.sheet"),
    ]
