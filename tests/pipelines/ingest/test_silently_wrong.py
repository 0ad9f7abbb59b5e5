"""Cells that would load as something else than what was meant: told, held back or left out."""

import io
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from indicators.foundation.errors import WrongUse
from pipelines.ingest.mapping.model import read_source
from pipelines.ingest.rows.quarantine import reject_sentence
from tests.faults.fault_rows import base_rows
from tests.worlds.mission.delivered import SmallMission
from tests.worlds.mission.mappings import PATROLS, POPULATION, UNITS, under_own_names

COLUMNS = [*base_rows()["incidents"].row, "deaths_civilian"]
GOOD = base_rows()["incidents"].row | {"area_code": "XX01"}
REJECTS = "SELECT row_number, column_name, rule, raw_value FROM quarantine.{} ORDER BY ALL"


def workbook(rows: list[list[Any]], formats: dict[str, str] | None = None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for place, text in (formats or {}).items():
        sheet[place].number_format = text
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def incidents(*deaths: Any) -> list[list[Any]]:
    """A sheet of incidents with these deaths."""
    rows: list[list[Any]] = [COLUMNS]
    for number, count in enumerate(deaths, start=1):
        row = GOOD | {"incident_code": f"I{number}"}
        rows.append([*(row[name] for name in COLUMNS[:-1]), count])
    return rows


def as_csv(rows: list[list[Any]]) -> str:
    return "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows)


def as_workbooks(source: dict[str, Any], name: str) -> dict[str, Any]:
    return source | {"reader": "xlsx", "files": [name]}


def test_a_formula_without_a_stored_value_is_no_empty_cell(small: SmallMission) -> None:
    small.add_source(as_workbooks(under_own_names("incidents", COLUMNS), "incidents.xlsx"))
    rows = incidents(2, "=1+1", None)
    last = len(rows) + 1
    report = small.deliver(
        "incidents.xlsx", workbook([*rows, [None] * (len(COLUMNS) - 1) + ["=1"]])
    )
    assert (report.rows_loaded, report.rows_rejected) == (2, 1), last
    assert small.query(REJECTS.format("incidents")) == [
        (3, "deaths_civilian", "formula_without_value", "=?")
    ]
    for language in ("en", "fr"):
        assert "formul" in reject_sentence("formula_without_value", {}, "=?", language)


@pytest.fixture
def patrols(small: SmallMission) -> SmallMission:
    """Patrols in a workbook, whose mapping names no format."""
    small.add_source(UNITS)
    small.deliver("units.csv", "code,component,kind\nU1,police,FPU\n")
    columns = PATROLS["tables"][0]["columns"] | {"started_at": {"from": "day"}}
    columns["patrol_mode"] = {"constant": "foot"}
    columns["status"] = {"constant": "completed"}
    tables = [{"table": "activities", "columns": columns}]
    small.add_source(as_workbooks(PATROLS | {"tables": tables}, "patrols.xlsx"))
    return small


def test_a_workbook_day_without_a_time_is_not_midnight(patrols: SmallMission) -> None:
    night = datetime(2026, 3, 5, 22, 30)
    rows = [
        ["code", "unit", "area", "day", "people"],
        ["A1", "U1", "XX01", night, 5],
        ["A2", "U1", "XX01", date(2026, 3, 6), 5],  # whoever typed it gave no time
        ["A3", "U1", "XX01", datetime(2026, 3, 7), 5],  # its format shows 00:00
    ]
    patrols.deliver("patrols.xlsx", workbook(rows))
    assert patrols.query(REJECTS.format("activities")) == [(3, "day", "type_time", "2026-03-06")]
    loaded = patrols.query("SELECT activity_code, started_at FROM core.activities ORDER BY 1")
    assert loaded == [("A1", datetime(2026, 3, 5, 20, 30)), ("A3", datetime(2026, 3, 6, 22))]


def test_a_day_beside_a_clock_is_joined_whatever_its_format(patrols: SmallMission) -> None:
    columns = PATROLS["tables"][0]["columns"] | {
        "started_at": {"from": ["day", "clock"]},
        "patrol_mode": {"constant": "foot"},
        "status": {"constant": "completed"},
    }
    tables = [{"table": "activities", "columns": columns}]
    patrols.add_source(as_workbooks(PATROLS | {"tables": tables}, "patrols.xlsx"))
    head = ["code", "unit", "area", "day", "clock", "people"]
    rows = [head, ["A1", "U1", "XX01", datetime(2026, 3, 5), "22:30", 5]]
    assert patrols.deliver("patrols.xlsx", workbook(rows)).rows_loaded == 1
    assert patrols.query("SELECT started_at FROM core.activities") == [
        (datetime(2026, 3, 5, 20, 30),)
    ]


def test_an_order_of_day_and_month_that_iso_has_too_is_refused_in_workbooks(
    small: SmallMission,
) -> None:
    columns = POPULATION["tables"][0]["columns"]
    columns = columns | {"reference_on": {"from": "day", "formats": ["%Y-%d-%m"]}}
    source = POPULATION | {"tables": [{"table": "population", "columns": columns}]}
    small.add_source(source)
    small.deliver("population.csv", "area,day,sex,persons\nXX01,2024-05-03,F,100\n")
    assert small.query("SELECT reference_on FROM core.population") == [(date(2024, 3, 5),)]
    small.add_source(source | {"reader": "xlsx"})
    with pytest.raises(WrongUse) as raised:
        read_source(Path(small.profile / "sources" / "population.yaml"))
    assert [problem.rule for problem in raised.value.problems] == ["mapping_workbook_format"]


def typed_days(day_of_cell: int, days: range) -> list[list[Any]]:
    """Patrols of these days of June in a workbook that took those up to the 12th for months."""
    cells = [date(2026, day, day_of_cell) if day < 13 else f"{day}/06/2026" for day in days]
    return [patrol(number, cell) for number, cell in enumerate(cells)]


def patrol(number: int, day: Any) -> list[Any]:
    return [f"P{number}", day, "U1", "XX01", "foot", "completed", 5]


@pytest.mark.parametrize("formats", [["%d/%m/%Y"], []])
@pytest.mark.parametrize(
    ("rows", "rejected"),
    [
        (typed_days(6, range(3, 20)), 9),  # 3 to 12 June but the 6th, which is itself exchanged
        (typed_days(6, range(3, 13)), 0),  # no text: nothing tells
        (typed_days(9, range(3, 20)), 0),  # exchanged they lie in another month than the texts
        ([*typed_days(6, range(3, 20)), patrol(99, "02/06/2026")], 0),  # texts up to the 12th
        ([*typed_days(6, range(3, 20)), patrol(99, date(2026, 6, 30))], 0),  # a cell above
    ],
)
def test_days_that_a_spreadsheet_took_for_months_are_rejected(
    patrols: SmallMission, rows: list[list[Any]], rejected: int, formats: list[str]
) -> None:
    """Also where the mapping names no format and the texts are rejected for what they are."""
    columns = PATROLS["tables"][0]["columns"] | {"handed_over_on": {"from": "day"}}
    columns["started_at"] = {"constant": "2026-06-01T08:00"}
    columns["handed_over_on"] |= {"formats": formats} if formats else {}
    tables = [{"table": "activities", "columns": columns}]
    patrols.add_source(as_workbooks(PATROLS | {"tables": tables}, "patrols.xlsx"))
    header = ["code", "day", "unit", "area", "mode", "status", "people"]
    report = patrols.deliver("patrols.xlsx", workbook([header, *rows]))
    found = patrols.query(REJECTS.format("activities"))
    assert [rule for _, _, rule, _ in found].count("days_are_months") == rejected
    texts = 0 if formats else sum(isinstance(row[1], str) for row in rows)
    assert report.rows_rejected == rejected + texts


def test_number_cells_are_read_beside_texts_of_another_notation(small: SmallMission) -> None:
    columns = [*base_rows()["incidents"].row, "latitude", "longitude"]
    source = under_own_names("incidents", columns)
    for name in ("latitude", "longitude"):
        signs = {"from": name, "decimal": ",", "thousands": "."}
        source["tables"][0]["columns"][name] = signs
    small.add_source(as_workbooks(source, "incidents.xlsx"))
    rows: list[list[Any]] = [columns]
    for code, place in {"a": (4.819, 31.5), "b": ("4,81982", "31,6"), "c": ("4.81982", 31)}.items():
        row = GOOD | {"incident_code": code}
        rows.append([*(row[name] for name in columns[:-2]), *place])
    assert small.deliver("incidents.xlsx", workbook(rows)).rows_loaded == 3
    read = "SELECT CAST(latitude AS DOUBLE), CAST(longitude AS DOUBLE) FROM core.incidents"
    assert small.query(f"{read} ORDER BY ALL") == [(4.819, 31.5), (4.81982, 31.0), (4.81982, 31.6)]


def test_a_column_that_writes_a_decimal_comma_has_no_decimal_point(small: SmallMission) -> None:
    columns = PATROLS["tables"][0]["columns"] | {
        "presence_days": {"from": "days"},
        "patrol_mode": {"constant": "foot"},
        "status": {"constant": "completed"},
        "personnel_count": {"constant": "5"},
    }
    small.add_source(UNITS)
    small.deliver("units.csv", "code,component,kind\nU1,police,FPU\n")
    small.add_source(PATROLS | {"tables": [{"table": "activities", "columns": columns}]})
    head, row = "code,unit,area,day,days\n", "U1,XX01,2026-03-05"
    texts = {"A1": "4,5", "A2": "1.200", "A3": "7"}
    lines = "".join(f'{code},{row},"{text}"\n' for code, text in texts.items())
    small.deliver("patrols.csv", head + lines)
    assert small.query(REJECTS.format("activities")) == [(3, "days", "type_dec", "1")]
    lines = "".join(f'{code},{row},"{text}"\n' for code, text in (texts | {"A1": "4.5"}).items())
    small.deliver("patrols.csv", head + lines)
    read = "SELECT CAST(presence_days AS DOUBLE) FROM core.activities ORDER BY activity_code"
    assert small.query(read) == [(4.5,), (1.2,), (7.0,)]
    lines = "".join(f"{code},{row},{text}\n" for code, text in texts.items() if code != "A1")
    report = small.deliver("patrols.csv", head + lines)  # 1.2, or twelve hundred?
    assert (report.rows_loaded + report.rows_unchanged, report.rows_rejected) == (1, 1)
    assert small.query(read) == [(7.0,)]


def test_three_digits_behind_every_point_are_no_question_in_coordinates(
    small: SmallMission,
) -> None:
    columns = [*base_rows()["incidents"].row, "latitude", "longitude"]
    small.add_source(under_own_names("incidents", columns))
    row = GOOD | {"latitude": "4.819", "longitude": "31.500"}
    rows = [columns, [row[name] for name in columns]]
    assert small.deliver("incidents.csv", as_csv(rows)).rows_loaded == 1
    assert small.query("SELECT CAST(latitude AS DOUBLE) FROM core.incidents") == [(4.819,)]


def test_four_thousand_million_deaths_are_rejected(small: SmallMission) -> None:
    small.add_source(under_own_names("incidents", COLUMNS))
    small.deliver("incidents.csv", as_csv(incidents(4_000_000_000, 3)))
    assert small.query(REJECTS.format("incidents")) == [
        (2, "deaths_civilian", "maximum", "4000000")
    ]
    (told,) = small.query("SELECT parameters FROM quarantine.incidents")
    assert json.loads(told[0])["maximum"] == "1000000"


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("3 (Jean M., +243 812 345 678)", "3"),
        ("+243 812 345 678", None),
        ("243812345678", "2438123"),
        ("Jean M. 3", None),
        ("-3", "-3"),
        ("12,5", "12"),
    ],
)
def test_of_a_rejected_number_only_its_first_digits_are_kept(
    small: SmallMission, cell: str, kept: str | None
) -> None:
    small.add_source(under_own_names("incidents", COLUMNS))
    small.deliver("incidents.csv", as_csv(incidents(cell, 3)))
    ((row, column, rule, value),) = small.query(REJECTS.format("incidents"))
    assert (row, column, value) == (2, "deaths_civilian", kept), rule
    stored = small.query("SELECT deaths_civilian FROM raw.incidents ORDER BY incident_code")
    assert stored == [(kept,), ("3",)]
    tables = "SELECT CAST(q AS VARCHAR) FROM quarantine.incidents AS q"
    assert not any("Jean" in text or "345" in text for (text,) in small.query(tables))


def test_rows_that_no_table_takes_do_not_hide_that_the_others_are_rejected(
    small: SmallMission,
) -> None:
    small.settings |= {"reject_limit_pct": 50}
    source = under_own_names("incidents", COLUMNS)
    source["tables"][0]["where"] = {"reported_by": [GOOD["reported_by"]]}
    small.add_source(source)
    rows = incidents("many", "none", 1, 1, 1, 1)
    place = COLUMNS.index("reported_by")
    for row in rows[3:]:
        row[place] = "somebody_else"
    report = small.deliver("incidents.csv", as_csv(rows))
    assert (report.status, report.rows_rejected) == ("held", 6)
    held = "SELECT parameters FROM quarantine.incidents WHERE rule = 'too_many_rejects'"
    ((told,),) = small.query(held)
    assert json.loads(told) == {"rejected": 2, "read": 2, "limit": "50"}
