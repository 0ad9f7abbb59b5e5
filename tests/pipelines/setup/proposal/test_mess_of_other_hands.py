"""Mess that the field set does not have: what is read of it, and what of it is proposed."""

from collections.abc import Sequence
from datetime import date, datetime, time
from itertools import product
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from indicators.definitions.contracts import contracts
from indicators.foundation.errors import WrongUse
from pipelines.ingest.files.delivered_file import Delivery, file_rows
from pipelines.ingest.mapping.model import Source
from pipelines.ingest.mapping.written.written_dates import in_english, with_english_months
from pipelines.ingest.mapping.written.written_times import with_usual_clock
from pipelines.setup.proposal.answering.answers import answered
from pipelines.setup.proposal.answering.choices import choices
from pipelines.setup.proposal.answering.confirm import with_header
from pipelines.setup.proposal.answering.shown import proposed
from pipelines.setup.proposal.beside.known_rows import UNUSED_TABLES, Known
from pipelines.setup.proposal.layout import layouts
from pipelines.setup.proposal.matching import notation
from pipelines.setup.proposal.matching.codes import code_proposals
from pipelines.setup.proposal.matching.columns import fit_of, header_likeness, reference_fit
from pipelines.setup.proposal.matching.joined_columns import two_numbers
from pipelines.setup.proposal.matching.survey import answer_column, questions
from pipelines.setup.proposal.matching.texts import Texts
from pipelines.setup.proposal.matching.wide import wide_columns
from pipelines.setup.proposal.matching.words import likeness, readings
from pipelines.setup.proposal.proposal import Proposal, propose

KNOWN: Known = {
    "areas.area_code": {"torit": "XX01", "ikoto": "XX02", "xx01": "XX01", "xx02": "XX02"},
    "units.unit_code": {"fpu1": "FPU1", "fpu2": "FPU2"},
}
Rows = Sequence[Sequence[object]]
LOG = ["No", "Patrol date", "Time out", "Unit", "Activity", "AO"]


def workbook(path: Path, **sheets: Rows) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def month(number: int, unit: str = "FPU1") -> Rows:
    days = range(1, 9)
    place = ("Torit", "Ikotos")
    rows = [[f"{number}-{day}", date(2026, number, day), f"{day + 8:02d}:30", unit, "Patrol",
             place[day % 2]] for day in days]  # fmt: skip
    return [LOG, *rows]


def by_column(found: Proposal) -> dict[str, tuple[str, ...]]:
    return {one.column: one.headers for one in found.columns}


def test_months_are_read_as_one_though_one_of_them_fits_better(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "patrols.xlsx", Jan=month(1, "FPU9"), Feb=month(2), Mar=month(3, "F")
    )
    found = propose(path, KNOWN)
    assert found.layout.table.rows.num_rows == 24
    assert propose(path, KNOWN, sheet="Feb").layout.table.rows.num_rows == 8


def test_a_column_of_known_places_is_that_of_areas_whatever_it_is_called(tmp_path: Path) -> None:
    rows = [[*row[:5], f"district of {row[5]}"] for row in month(1)[1:]]
    path = workbook(tmp_path / "patrols.xlsx", Log=[[*LOG[:5], "Quux"], *month(1)[1:]])
    assert by_column(propose(path, KNOWN))["area_code"] == ("Quux",)
    path = workbook(tmp_path / "patrols_2.xlsx", Log=[[*LOG[:5], "District"], *rows])
    (area,) = [one for one in propose(path, KNOWN).columns if one.column == "area_code"]
    assert {code.code for code in area.codes} == {"XX01", "XX02"}


def test_a_column_of_known_units_is_that_of_units(tmp_path: Path) -> None:
    head = ["Alert no", "Received", "Threat", "Level", "District", "Sent"]
    rows = [[f"A{day}", date(2026, 3, day), "Looting", "High", "Torit", f"FPU{day % 2 + 1}"]
            for day in range(1, 9)]  # fmt: skip
    found = propose(workbook(tmp_path / "alerts.xlsx", Log=[head, *rows]), KNOWN)
    assert by_column(found)["responding_unit_code"] == ("Sent",)


@pytest.mark.parametrize("header", ["Personnel", "IPOs", "Pax transported", "Policiers", "M-IPOs"])
def test_who_is_not_said_to_be_women_is_no_women(header: str) -> None:
    assert header_likeness("activities", "women_personnel_count", header) == (0.0, None)
    for women in ("F-IPOs", "Policières", "Fem troops"):
        assert header_likeness("activities", "women_personnel_count", women)[0] > 0.9


@pytest.mark.parametrize(
    "header",
    ["Killed (mil)", "Killed (armed elements)", "Deaths (combatants)", "Tués (militaires)"],
)
def test_the_dead_of_another_group_in_brackets_are_no_civilians(header: str) -> None:
    for name in ("deaths_civilian", "deaths_best"):
        assert header_likeness("incidents", name, header)[0] < 0.6
    plain = header.partition(" ")[0]
    assert header_likeness("incidents", "deaths_best", plain)[0] == 0.9
    assert header_likeness("incidents", "deaths_civilian", f"{plain} (civ)")[0] > 0.9


def test_a_name_within_a_text_is_proposed_below_certainty_and_not_where_it_is_denied(
    tmp_path: Path,
) -> None:
    kinds = ["Patrol by night", "No patrol", "Escort of a patrol", "Escort to market"]
    rows = [[*row[:4], kinds[number % 4], row[5]] for number, row in enumerate(month(1)[1:])]
    found = propose(workbook(tmp_path / "patrols.xlsx", Log=[LOG, *rows]), KNOWN)
    (kind,) = [one for one in found.columns if one.column == "activity_type"]
    meant = {code.text: (code.code, code.confidence) for code in kind.codes}
    assert meant["Patrol by night"] == ("patrol", 0.75)
    assert meant["Escort to market"] == ("escort", 0.75)
    assert meant["No patrol"][0] is None and meant["Escort of a patrol"][0] is None


def test_what_says_the_opposite_of_an_answer_is_never_taken_for_it() -> None:
    texts = ["Likely", "Most unlikely", "Very probably", "Plutôt improbable"]
    found = code_proposals(texts, answer_column("could_raise_concern_unpol"))
    meant = {one.text: one.code for one in found}
    assert meant["Likely"] == "likely"
    assert meant["Most unlikely"] in (None, "unlikely", "very_unlikely")
    assert meant["Plutôt improbable"] in (None, "unlikely", "very_unlikely")
    assert likeness("very improbable", "very probable") == 0


def test_a_day_written_once_for_several_rows_is_filled_down_behind_the_number(
    tmp_path: Path,
) -> None:
    rows = [[*row[:1], row[1] if number % 2 == 0 else None, *row[2:]]
            for number, row in enumerate(month(1)[1:])]  # fmt: skip
    (found,) = layouts(workbook(tmp_path / "log.xlsx", Log=[LOG, *rows]))
    assert found.options["fill_down"] == ["Patrol date"]
    closed = [[*row[:1], "open", *row[1:]] for row in rows]
    head = [LOG[0], "State", "Date closed", *LOG[2:]]
    (found,) = layouts(workbook(tmp_path / "other.xlsx", Log=[head, *closed]))
    assert "fill_down" not in found.options


def test_a_day_behind_number_and_reference_is_filled_down(tmp_path: Path) -> None:
    rows = [[number, *row[:1], row[1] if number % 2 == 0 else None, *row[2:]]
            for number, row in enumerate(month(1)[1:])]  # fmt: skip
    log = [["S/N", "Patrol Ref.", "Date", *LOG[2:]], *rows]
    (found,) = layouts(workbook(tmp_path / "log.xlsx", Log=log))
    assert found.options["fill_down"] == ["Date"]


def test_what_stands_once_for_the_rows_of_each_sex_is_filled_down(tmp_path: Path) -> None:
    head = ["Visit No.", "Facility", "Type", "Date of visit", "Sex", "Detainees", "In all", "Note"]
    rows = [
        row
        for at in range(1, 9)
        for row in (
            [
                f"V{at}",
                f"DF-{at}",
                "Prison",
                date(2026, 1, at),
                "Male",
                20,
                24,
                "Letter" * (at % 2),
            ],
            [f"V{at}" if at < 4 else None, None, "Prison" if at == 2 else None, None, "Female", 4],
        )
    ]
    (found,) = layouts(workbook(tmp_path / "visits.xlsx", Log=[head, *rows]))
    # not the sum of both, and not a note that some visits lack
    assert found.options["fill_down"] == ["Visit No.", "Facility", "Type", "Date of visit"]


def test_a_cell_over_several_rows_is_that_of_each_but_for_a_number(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (["Work plan"], ["Line", "Unit", "Month", None, "Planned"],
                [None, None, "from", "to"], ["L1", "FPU1", "Jan", "Feb", 10],
                ["L2", None, "Mar", "Mar", None],
                ["L3", "FPU2", "Apr", None, 7]):  # fmt: skip
        sheet.append(row)
    for cells in ("A2:A3", "B2:B3", "C2:D2", "E2:E3", "B4:B5", "E4:E5", "C6:D6"):
        sheet.merge_cells(cells)
    book.save(tmp_path / "plan.xlsx")
    (found,) = layouts(tmp_path / "plan.xlsx")
    assert found.table.header == ("Line", "Unit", "Month / from", "Month / to", "Planned")
    assert found.table.rows["Unit"].to_pylist() == ["FPU1", "FPU1", "FPU2"]
    assert found.table.rows["Planned"].to_pylist() == ["10", None, "7"]
    assert found.table.rows["Month / to"].to_pylist() == ["Feb", "Mar", None]


@pytest.mark.parametrize(
    ("encoding", "place"),
    [
        ("cp1252", "Kélo"),
        ("mac_roman", "Kélo"),
        ("cp850", "Kélo"),
        ("cp850", "LÉBIRI"),
        ("cp1256", "المنطقة الشرقية"),
    ],
)
def test_the_bytes_of_another_machine_are_read(tmp_path: Path, encoding: str, place: str) -> None:
    path = tmp_path / "incidents.csv"
    path.write_bytes(f"Date;Place;Type\n2026-01-03;{place};Killing\n".encode(encoding))
    (found,) = layouts(path)
    assert found.table.rows["Place"].to_pylist() == [place]


def test_times_in_a_column_of_days_and_arabic_digits_have_a_format(tmp_path: Path) -> None:
    path = tmp_path / "incidents.csv"
    head = "Incident ID,Event Start Date,Type of incident\n"
    path.write_text(f"{head}I1,13-Jan-2026 02:50,Killing\nI2,14-Jan-2026 12:00,Looting\n")
    (day,) = [one for one in propose(path, KNOWN).columns if one.column == "occurred_on"]
    assert day.entry == {"formats": ["%d-%b-%Y %H:%M"]}
    path.write_text(f"{head}I1,٢٠٢٦/٠٣/١٥,Killing\nI2,2026/03/16,Looting\n", encoding="utf-8")
    (day,) = [one for one in propose(path, KNOWN).columns if one.column == "occurred_on"]
    assert day.entry == {"formats": ["%Y/%m/%d"]}


def test_figures_by_area_are_no_list_of_areas(tmp_path: Path) -> None:
    head = ["ADM0_FR", "ADM1_FR", "ADM1_PCODE", "ADM2_FR", "ADM2_PCODE", "Year", "T_TL"]
    rows = [["Xland", "Est", "XX0", "Torit", "XX01", 2025, 4000],
            ["Xland", "Est", "XX0", "Ikoto", "XX02", 2025, 5000]]  # fmt: skip
    found = propose(workbook(tmp_path / "x_admpop.xlsx", Sheet1=[head, *rows]), KNOWN)
    assert found.table == "population"
    year = next(one for one in found.columns if one.column == "reference_on")
    assert (year.entry, year.confidence) == ({"recode": {"2025": "2025-01-01"}}, 0.6)  # asked


def test_cases_are_incidents_and_no_sums_and_names_may_be_divided(tmp_path: Path) -> None:
    head = ["Case no.", "Date", None, "Place", "Violation", "Perpetrator", "Source"]
    parts = [None, "from", "to", None, None, None, None]
    rows = [[f"C/{day}", date(2026, 3, day), date(2026, 3, day + 1), "Torit", "Rape", "Unknown",
             "HRD"] for day in range(1, 9)]  # fmt: skip
    found = propose(workbook(tmp_path / "cases.xlsx", Log=[head, parts, *rows]), KNOWN)
    assert found.layout.options["header_rows"] == 2
    proposed = by_column(found)
    assert (found.table, proposed["incident_code"]) == ("incidents", ("Case no.",))
    assert (proposed["occurred_on"], proposed["ended_on"]) == (("Date / from",), ("Date / to",))


def test_a_unit_stands_for_the_rows_below_it_also_behind_their_number(tmp_path: Path) -> None:
    log = [["No", "Bataillon", "Date", "Heure", "Type", "Lieu"]]
    log += [[number, "FPU1" if number == 1 else None, date(2026, 3, number), "08:30", "Patrouille",
             "Torit"] for number in range(1, 7)]  # fmt: skip
    (found,) = layouts(workbook(tmp_path / "log.xlsx", Log=log))
    assert found.options["fill_down"] == ["Bataillon"]


def test_lines_of_months_have_a_key_each(tmp_path: Path) -> None:
    head = ["Plan line", "Unit", "Activity", "District", "Jan-26", "Feb-26"]
    rows = [["L1", "FPU1", "Patrols", "Torit", 4, 5], ["L2", "FPU2", "Escorts", "Ikoto", 2, 1]]
    found = propose(workbook(tmp_path / "workplan.xlsx", Sheet1=[head, *rows]), KNOWN)
    assert found.table == "activity_plan"
    assert found.mapping()["tables"][0]["unpivot"]["key"] == "plan_line_code"


@pytest.mark.parametrize(
    ("asked", "item"),
    [
        ("Q1. Dans l’ensemble, vous sentez-vous en sécurité dans votre localité ?",
         "safety_overall"),
        ("Do you trust the police?", "trust_host_police"),
        ("Do you trust the UN police?", None),
        ("Faites-vous confiance à l’armée nationale ?", None),
        ("Would you report a crime to UN police?", "would_report_unpol"),
    ],
)  # fmt: skip
def test_a_question_asks_what_it_says_and_no_more(asked: str, item: str | None) -> None:
    found = questions([Texts(asked, ("1", "2", "3"))])
    assert [one.item for one in found] == ([item] if item else [])


@pytest.mark.parametrize(
    ("wording", "told"),
    [
        ("Do you trust the UN police?", []),
        ("Faites-vous confiance à la police de l’ONU ?", []),
        ("Faites-vous confiance à un policier ?", ["trust_host_police"]),
        ("Do you trust the police?", ["trust_host_police"]),
    ],
)
def test_trust_in_un_police_is_not_trust_in_the_police(wording: str, told: list[str]) -> None:
    found = questions([Texts("trust_police", ("1", "2", "3"), wordings=(wording,))])
    assert [one.item for one in found] == told


def test_a_misspelt_district_does_not_make_its_province_the_area(tmp_path: Path) -> None:
    names = {"est": "XX0", "ouest": "XX9", **{f"d{n}": f"XX0{n}" for n in range(6)}}
    known = {**KNOWN, "areas.area_code": names}
    head = ["ID", "Date incident", "Province", "District", "Type d’incident"]
    rows = [[f"I{n}", date(2026, 3, n + 1), ("Est", "Ouest")[n % 2], f"D{n}", "Meurtre"]
            for n in range(6)]  # fmt: skip
    for district in ("Atlantis", "D0"):
        rows[0][3] = district
        path = workbook(tmp_path / f"incidents_{district}.xlsx", Log=[head, *rows])
        (area,) = [one for one in propose(path, known).columns if one.column == "area_code"]
        assert area.headers == ("District",)


@pytest.mark.parametrize(
    ("head", "texts", "column"),
    [
        ("Minutes on file", ["Yes", "No"], "minutes_recorded"),  # a word of one column alone
        ("Minutes of the meeting", ["a long talk about cattle", "another"], None),
        ("Dist.", ["12", "31"], "distance_km"),  # the beginning of a name of one word
        ("A3. Long range?", ["Yes", "No"], "is_long_range"),  # a question with its number
    ],
)  # fmt: skip
def test_a_name_may_be_told_by_a_part_of_it(
    tmp_path: Path, head: str, texts: list[str], column: str | None
) -> None:
    rows = [[*row, texts[number % 2]] for number, row in enumerate(month(1)[1:])]
    found = propose(workbook(tmp_path / "patrols.xlsx", Log=[[*LOG, head], *rows]), KNOWN)
    assert [one.column for one in found.columns if one.headers == (head,)] == [column] * bool(
        column
    )


def test_women_beside_men_are_no_part_of_the_personnel(tmp_path: Path) -> None:
    rows = [[*row, 12, 5] for row in month(1)[1:]]
    for head, is_part in (("Men", False), ("Vehicles", True)):
        path = workbook(tmp_path / f"{head}.xlsx", Log=[[*LOG, head, "Women"], *rows])
        assert ("women_personnel_count" in by_column(propose(path, KNOWN))) is is_part


def test_hours_without_a_name_follow_the_start(tmp_path: Path) -> None:
    rows = [[*row[:3], "16:00", *row[3:]] for row in month(1)[1:]]
    head = [*LOG[:3], "Quux", *LOG[3:]]
    found = propose(workbook(tmp_path / "patrols.xlsx", Log=[head, *rows]), KNOWN)
    assert by_column(found)["ended_at"] == ("Patrol date", "Quux")


def test_the_only_days_left_are_the_only_date_left(tmp_path: Path) -> None:
    head = ["Hot spot no", "County", "Main threat", "Listed since", "Vacated on"]
    rows = [[f"H{day}", "Torit", "Looting", date(2026, 3, day), date(2026, 4, day)]
            for day in range(1, 9)]  # fmt: skip
    found = propose(workbook(tmp_path / "spots.xlsx", Log=[head, *rows]), KNOWN)
    assert by_column(found)["valid_to"] == ("Vacated on",)
    head[-1] = "Date entered"  # of the list, not of the spot
    found = propose(workbook(tmp_path / "list.xlsx", Log=[head, *rows]), KNOWN)
    assert "valid_to" not in by_column(found)


def test_when_a_form_was_opened_is_not_when_what_it_tells_of_was(tmp_path: Path) -> None:
    head = ["start", *LOG, "_uuid"]
    rows = [[f"2026-03-{day:02d}T08:00:00.000+02:00", *row, f"u-{day}"]
            for day, row in enumerate(month(1)[1:], start=1)]  # fmt: skip
    found = propose(workbook(tmp_path / "form.xlsx", Log=[head, *rows]), KNOWN)
    assert "start" not in by_column(found)["started_at"]


def test_what_stands_in_brackets_or_of_a_choice_is_no_name(tmp_path: Path) -> None:
    head = [*LOG, "Reason (alert/hotspot)", "themes", "themes/route"]
    rows = [[*row, "Routine", "route", "1"] for row in month(1)[1:]]
    found = by_column(propose(workbook(tmp_path / "log.xlsx", Log=[head, *rows]), KNOWN))
    assert not {"hot_spot_code", "route_code"} & found.keys()


def test_a_name_of_a_province_and_a_district_is_the_one_that_its_column_lists() -> None:
    own = {"gao": "D1", "ansongo": "D2", "bourem": "D3", "kidal": "P2"}
    known: Known = {
        "areas.area_code": {"ansongo": "D2", "bourem": "D3", "kidal": "P2"},
        "admin1": {"gao": "P1", "kidal": "P2"},
        "admin2": {name: code for name, code in own.items() if code != "P2"},
    }

    def codes(header: str, *texts: str) -> list[str | None]:
        fit = reference_fit(Texts(header, texts), "areas.area_code", known)
        return [one.code for one in fit.codes]

    assert codes("Lieu", "Gao", "Ansongo", "Bourem") == ["D1", "D2", "D3"]
    assert codes("Lieu", "Gao", "Ansongo", "Kidal") == [None, "D2", "P2"]  # of both levels
    assert codes("Cercle", "Gao") == ["D1"]
    assert codes("Région", "Gao") == ["P1"]
    assert codes("Lieu", "Gao") == [None]


def test_a_unit_is_known_by_words_cut_short_where_they_are_of_one_alone() -> None:
    names = {"upc senegal 1": "U1", "upc senegal 2": "U2", "upc togo 1": "U3", "upc togo 2": "U4"}
    texts = Texts("Unité", ("UPC SEN 2", "UPC Togo", "SEN", "UPC SEN 3"))
    found = reference_fit(texts, "units.unit_code", {"units.unit_code": names})
    assert [one.code for one in found.codes] == ["U2", None, None, None]
    names = {"formed police unit togo": "U1", "fpu-bgd1": "U2"}
    found = reference_fit(
        Texts("Unit", ("Togo FPU", "BGD1 FPU")), "units.unit_code", {"units.unit_code": names}
    )
    assert [one.code for one in found.codes] == ["U1", "U2"]


def test_a_header_reaches_as_far_as_the_workbook_merged_it(tmp_path: Path) -> None:
    rows = [
        ["", "Départ", "", "Retour", "", "", ""],
        ["Unité", "Date", "Heure", "Date", "Heure", "Activité", "Cercle"],
        *(["FPU1", date(2026, 3, day), "21:30", date(2026, 3, day + 1), "02:15", "Patrouille",
           ("Torit", "Ikoto")[day % 2]] for day in range(1, 9)),
    ]  # fmt: skip
    path = workbook(tmp_path / "log.xlsx", Log=rows)
    book = load_workbook(path)
    book["Log"].merge_cells("B1:C1")
    book["Log"].merge_cells("D1:E1")
    book.save(path)
    found = propose(path, KNOWN)
    assert found.layout.table.header[-2:] == ("Activité", "Cercle")
    assert by_column(found)["started_at"] == ("Départ / Date", "Départ / Heure")
    assert by_column(found)["ended_at"] == ("Retour / Date", "Retour / Heure")


def test_days_below_a_month_are_of_the_year_of_its_name(tmp_path: Path) -> None:
    head = ["Code", "December 2026 / Manned", "December 2026 / Visit", "January 2027 / Visit"]
    rows = [["LC-01", "Y", "17/12", "03/01"], ["LC-02", "N", "19/12", None]]
    found = propose(workbook(tmp_path / "posts.xlsx", Posts=[head, *rows]), KNOWN)
    assert found.layout.table.rows[head[2]].to_pylist() == ["17/12/2026", "19/12/2026"]
    assert found.layout.table.rows[head[3]].to_pylist() == ["03/01/2027", None]


def test_lists_of_days_below_months_are_rows(tmp_path: Path) -> None:
    head = ["Itinéraire", "District", "Octobre 2026", "Nov-26", "Convenu avec"]
    rows = [["IT-1", "Torit", "1, 8 et 20", "du 9 au 11", "chef"],
            ["IT-2", "Ikoto", "6", "3 & 7", None],
            ["IT-4", "Torit", "2, 3", "1,2", None]]  # fmt: skip
    path = workbook(tmp_path / "it.xlsx", T4=[head, *rows])
    found = propose(path, KNOWN, table="route_days")
    assert found.layout.options["calendar"] == {"Jour": ["Octobre 2026", "Nov-26"]}
    read = found.layout.table.rows
    assert [*zip(read["Itinéraire"].to_pylist(), read["Jour"].to_pylist(), strict=True)][:7] == [
        ("IT-1", "1 Octobre 2026"), ("IT-1", "8 Octobre 2026"), ("IT-1", "20 Octobre 2026"),
        ("IT-1", "9-Nov-26"), ("IT-1", "10-Nov-26"), ("IT-1", "11-Nov-26"),
        ("IT-2", "6 Octobre 2026"),
    ]  # fmt: skip
    counts = [head, ["IT-1", "Torit", 12, 30, None], ["IT-2", "Ikoto", 1, 8, None]]
    plan = propose(workbook(tmp_path / "plan.xlsx", T4=counts), KNOWN, table="route_days")
    assert "calendar" not in plan.layout.options
    source = Source.model_validate({**found.mapping(), "ignore": ["*"]})
    later = workbook(
        tmp_path / "later.xlsx", T4=[head, ["IT-3", "Ikoto", None, "à fixer, 12", None]]
    )
    told = file_rows(Delivery(later, "later.xlsx", "0a1b2c", source)).rows["Jour"].to_pylist()
    assert told == ["Nov-26: à fixer, 12"]  # refused as a day, and not lost


def test_an_optional_time_of_a_day_without_an_hour_is_not_known() -> None:
    column = contracts()["incidents"].columns["occurred_at"]
    texts = Texts("When", ("05/07/2026", "10/07/2026 à 02h30"), False)
    assert fit_of(column, texts, {}).entry == {"formats": ["%d/%m/%Y %H:%M"]}
    halves = ("05/07/2026", "10/07/2026 02:30:00 PM", "11/07/2026 14:30")
    assert {*fit_of(column, Texts("When", halves, False), {}).entry["formats"]} == {
        "%d/%m/%Y %I:%M:%S %p", "%d/%m/%Y %H:%M",
    }  # fmt: skip
    needed = contracts()["activities"].columns["started_at"]
    assert "%d/%m/%Y" in fit_of(needed, texts, {}).entry["formats"]


def test_the_unit_that_the_name_of_a_group_tells(tmp_path: Path) -> None:
    head = ["Line", "District", "Task", "Month", "Planned", "Unit of measure"]
    rows = [["FPU Sen 1", None, None, None, None, None],
            ["P1", "Torit", "Patrol", "2026-07", 30, "person-days"],
            ["P2", "Ikoto", "Patrol", "2026-08", 31, "person-days"],
            ["-- FPU Tog 2 --", None, None, None, None, None],
            ["P3", "Ikoto", "Patrol", "2026-07", 32, "person-days"],
            ["P4", "Torit", "Patrol", "2026-09", 33, "person-days"]]  # fmt: skip
    path = workbook(tmp_path / "plan.xlsx", Plan=[head, *rows])
    known = KNOWN | {"units.unit_code": {"fpu senegal 1": "FPU1", "fpu togo 2": "FPU2"}}
    found = propose(path, known, table="activity_plan")
    (unit,) = [one for one in found.columns if one.column == "unit_code"]
    assert (unit.headers, unit.reasons) == (("Group",), ("group_above",))
    assert {code.text: code.code for code in unit.codes} == {
        "FPU Sen 1": "FPU1",
        "FPU Tog 2": "FPU2",
    }
    assert found.mapping()["options"]["headings"] == "Group"
    assert found.layout.table.rows["Group"].to_pylist() == ["FPU Sen 1"] * 2 + ["FPU Tog 2"] * 2


def test_lines_between_the_rows_of_a_delimited_file_name_groups_unless_a_record_is_torn(
    tmp_path: Path,
) -> None:
    path = tmp_path / "book.csv"
    text = "Ref;District;Nature;Received\nTHEFT\nC/1;Torit;a;03/01/2026\nC/2;Ikoto;b;09/01/2026\n"
    path.write_text(text + "ASSAULT\nC/3;Ikoto;c;04/02/2026\nC/4;Torit;d;05/02/2026\n")
    read = propose(path, KNOWN, table="police_complaints").layout.table
    assert read.malformed == ()
    assert read.rows["Group"].to_pylist() == ["THEFT", "THEFT", "ASSAULT", "ASSAULT"]
    path.write_text(text + "C/3;Ikoto\nrest;04/02/2026\nC/4;Torit;d;05/02/2026\n")
    torn = propose(path, KNOWN, table="police_complaints").layout.table
    assert [one.row_number for one in torn.malformed] == [2, 5, 6]


def test_months_with_sexes_beside_them_are_rows_of_both() -> None:
    headers = ["April girls", "April boys", "May girls", "May boys"]
    texts = [Texts(name, ("1", "2"), False) for name in headers]
    contract = contracts()["rights_monitoring"]
    wide = wide_columns(contract, texts, (2026, 2026), ("Violations",))
    assert wide and wide.value == "violations_count"
    assert dict(wide.items) == {
        "F|Y0T17|2026-04-01": "April girls", "M|Y0T17|2026-04-01": "April boys",
        "F|Y0T17|2026-05-01": "May girls", "M|Y0T17|2026-05-01": "May boys",
    }  # fmt: skip


def test_words_for_none_and_fields_that_nobody_filled_in(tmp_path: Path) -> None:
    ended = contracts()["training"].columns["completed_on"]
    texts = Texts("To", ("04/05/2026", "18/05/2026", "abandon", "non"), False)
    fit = fit_of(ended, texts, {})
    assert (fit.share, fit.entry["recode"]) == (1, {"abandon": None, "non": None})
    deaths = contracts()["incidents"].columns["deaths_civilian"]
    fit = fit_of(deaths, Texts("Killed", ("2", "nil", "NK"), False), {})
    assert fit.entry["recode"] == {"nil": "0", "NK": None}
    path = tmp_path / "closed.csv"
    path.write_text("Ref;Received;Closed\nC/1;03/01/2026;  /  /  \nC/2;09/01/2026;10/01/2026\n")
    assert propose(path, KNOWN, table="police_complaints").mapping()["missing"] == ["/  /"]


def test_days_without_a_year_among_days_that_have_one(tmp_path: Path) -> None:
    path = tmp_path / "referrals T2 2026.csv"
    path.write_text("Code;Seen on\nR1;1 mai\nR2;03/05\nR3;9 mai 2026\nR4;10/05/2026\n")
    (found,) = layouts(path)
    assert found.options["year_of_file"] == ["Seen on"]
    assert found.table.rows["Seen on"].to_pylist() == [
        "1 mai 2026", "03/05/2026", "9 mai 2026", "10/05/2026",
    ]  # fmt: skip


def test_an_hour_is_not_that_of_the_day_before_and_a_sign_may_be_said_to_be_zero(
    tmp_path: Path,
) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        'EVENT LOG\n"- = nil; blank = not known"\n'
        "Ref;Date;Time;District;Event;Killed\n"
        "E1;06/04/2026;23:10;Torit;Threat;-\nE2;;08:15;Ikoto;Threat;1\nE3;08/04/2026;;Torit;Threat;\n"
        "E4;;;Ikoto;Killing;2\nE5;10/04/2026;04:00;Ikoto;Killing;3\n"
    )
    found = propose(path, KNOWN, table="incidents")
    assert found.layout.options["fill_down"] == ["Date"]
    assert found.mapping().get("missing") is None
    (killed,) = [one for one in found.columns if one.headers == ("Killed",)]
    assert killed.entry["recode"] == {"-": "0"}
    path.write_text(path.read_text().replace("- = nil; ", ""))
    assert propose(path, KNOWN, table="incidents").mapping()["missing"] == ["-"]


def test_names_of_groups_between_rows_are_set_aside_and_told(tmp_path: Path) -> None:
    head = ["Ref", "District", "Nature", "Received"]
    rows = [["JANUARY", None, None, None], ["C/1", "Torit", "Assault", "03/01/2026"],
            ["C/2", "Ikoto", "Theft", "09/01/2026"], ["FEBRUARY", None, None, None],
            ["C/3", "Ikoto", "Theft", "04/02/2026"],
            ["C/4", "Torit", "Theft", "05/02/2026"]]  # fmt: skip
    path = workbook(tmp_path / "book 2026.xlsx", Book=[head, *rows])
    found = propose(path, KNOWN, table="police_complaints")
    assert found.layout.options["year_of_file"] == ["Group"]
    options = found.mapping()["options"]  # months of which nothing is made
    assert options["headings"] is True and "year_of_file" not in options
    assert found.layout.table.rows["Ref"].to_pylist() == ["C/1", "C/2", "C/3", "C/4"]
    told = [(one.row_number, one.rule) for one in found.layout.table.remarks]
    assert told == [(2, "heading_row"), (5, "heading_row")]
    # said once for the rows below, they are no names of groups beside it
    below = [["Torit", None, None, None], *([None, "C/1", "Assault", "03/01/2026"],) * 3,
             ["Ikoto", None, None, None], *([None, "C/2", "Theft", "09/01/2026"],) * 3]  # fmt: skip
    path = workbook(tmp_path / "other.xlsx", Book=[["District", *head[::2], "When"], *below])
    assert "headings" not in propose(path, KNOWN, table="police_complaints").layout.options


def test_sums_that_name_their_day_are_set_aside_in_the_next_file_too(tmp_path: Path) -> None:
    head = ["Date", "Ser", "Patrol", "Area", "Out", "In", "Mode"]

    def month(name: str) -> Rows:
        rows: list[list[object]] = [head]
        for day in (2, 4):
            rows.append([f"0{day} {name} 2026", day, f"P/{day}", "Torit", "0600", "0800", "Foot"])
            rows.append([None, None, f"Total ptls 0{day} {name}", 1])
        return rows

    def read(name: str, rows: Rows) -> list[str]:
        path = workbook(tmp_path / name, Annex=rows)
        return file_rows(Delivery(path, name, "0a1b2c", source)).rows["Patrol"].to_pylist()

    first = workbook(tmp_path / "sitrep mar.xlsx", Annex=month("Mar"))
    found = propose(first, KNOWN, table="activities")
    assert found.layout.options["totals"] == ["Total ptls *"]
    source = Source.model_validate({**found.mapping(), "ignore": ["*"]})
    assert read("sitrep apr.xlsx", month("Apr")) == ["P/2", "P/4"]
    full = [head, ["02 Apr 2026", 1, "Total ptls east", "Torit", "0600", "0800", "Foot"]]
    assert read("sitrep may.xlsx", full) == ["Total ptls east"]


def test_months_without_a_year_are_of_the_years_that_the_file_names(tmp_path: Path) -> None:
    rows = [["Unit", "Activity", "Juil", "Août", "Jan"],
            ["FPU1", "Patrol", 4, 5, 6], ["FPU2", "Escort", 1, 2, 3]]  # fmt: skip
    found = propose(workbook(tmp_path / "work plan 2026-27.xlsx", Plan=rows), KNOWN)
    assert found.wide is not None
    assert list(found.wide.items) == ["2026-07-01", "2026-08-01", "2027-01-01"]
    key = next(one for one in found.columns if one.column == "plan_line_code")
    assert set(key.headers) <= {"Unit", "Activity"}
    unnamed = propose(workbook(tmp_path / "plan.xlsx", Plan=rows), KNOWN, table="activity_plan")
    assert unnamed.wide is None


def test_answers_one_a_row_mean_what_their_questions_allow(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    lines = ["enquête;vague;répondant;question;réponse"]
    for number, text in enumerate(("Très bonne", "En sécurité", "Mauvaise", "Ne sait pas")):
        lines.append(f"P;1;R{number};safety_overall;{text}")
    path.write_text("\n".join(lines), encoding="utf-8")
    proposal = propose(path, KNOWN)
    answer = next(one for one in proposal.columns if one.column == "answer")
    offered = proposed(proposal, KNOWN, "en", {}, "", {})
    shown = next(one for one in offered.columns if one.column == "answer")
    assert {one.code for one in shown.codes} <= shown.known_codes.keys()
    said = {f"code.answer.{one.text}": one.code for one in shown.codes}
    again = answered(path, KNOWN, {"header.answer": shown.header, **said})
    assert next(one.entry for one in again.columns if one.column == "answer") == answer.entry
    assert {one.text: one.code for one in answer.codes} == {
        "Très bonne": "very_good", "En sécurité": "good",
        "Mauvaise": "bad", "Ne sait pas": "dont_know",
    }  # fmt: skip


HELD: Known = {
    "areas.area_code": {"bor": "A", "pibor": "B", "makuach": "A1", "gumruk": "B1", "xx01": "XX01"},
    "within A": {"bor": "A", "town": "A2", "makuach": "A1"},
    "within B": {"pibor": "B", "town": "B2", "gumruk": "B1"},
}


def test_the_finest_place_is_looked_for_within_the_wider_one_and_else_a_person_is_asked(
    tmp_path: Path,
) -> None:
    places = [("Bor", "Makuach"), ("Pibor", "Town"), ("Bor", "Town"), ("Bor", None),
              ("Pibor", "Gumruk"), ("Bor", "Gumruk"), ("Atlantis", "Makuach")]  # fmt: skip
    head = ["Patrol No", "Patrol date", "County", "Payam", "Activity"]
    rows = [[f"P{at}", date(2026, 3, at + 1), *place, "Patrol"] for at, place in enumerate(places)]
    found = propose(workbook(tmp_path / "patrols.xlsx", Log=[head, *rows]), HELD)
    (place,) = [one for one in found.columns if one.column == "area_code"]
    assert place.headers == ("County", "Payam") and place.confidence <= 0.9
    meant = {code.text: code.code for code in place.codes}
    assert meant == {
        "Bor Makuach": "A1", "Pibor Town": "B2", "Bor Town": "A2", "Bor": "A",
        "Pibor Gumruk": "B1", "Bor Gumruk": None, "Atlantis Makuach": None,
    }  # fmt: skip


def test_numbers_with_a_unit_or_a_second_number_and_words_for_nothing_are_read(
    tmp_path: Path,
) -> None:
    head = [
        "Patrol No",
        "Patrol date",
        "AO",
        "Activity",
        "Strength (of which F)",
        "Distance",
        "End",
    ]
    days = range(1, 9)
    rows = [[f"P{day}", date(2026, 3, day), "Torit", "Patrol", f"{10 + day} (3 F)",
             f"{40 + day} km" if day % 2 else 40 + day, "1730B"] for day in days]  # fmt: skip
    found = propose(workbook(tmp_path / "patrols.xlsx", Log=[head, *rows]), KNOWN)
    entries = {one.column: one.entry for one in found.columns}
    assert entries["distance_km"] == {"units": ["km"]}
    assert entries["personnel_count"] == {"part": 1}
    assert entries["women_personnel_count"] == {"part": 2}
    assert entries["ended_at"]["time_zone"] == "Etc/GMT-2"


def test_days_and_ages_are_no_pair_of_estimates() -> None:
    contract = contracts()["population"]
    days, ages, estimates = (
        Texts("x", values, False)
        for values in (("2025-12", "2026-11"), ("0-17", "18-59"), ("3–5", "70-190"))
    )
    assert two_numbers(contract, days) == two_numbers(contract, ages) == []
    with_unit = Texts("x", ("3–5 pers", "70-190 pers"), False)
    for texts in (estimates, with_unit):
        found = [one.column for one in two_numbers(contract, texts)]
        assert found == ["persons_low", "persons_high"]


@pytest.mark.parametrize(
    ("header", "values", "entries"),
    [
        ("Effectif", ("12 dont 2 F", "20 dont 0 F"), [{"part": 1}, {"part": 2}]),
        ("Officers", ("4 (1F)", "6", "5 (2F)"), [{"part": 1}, {"part": 2}]),
        ("Str (M/F)", ("14/1", "24/2"), [{"join": "+"}, {"part": 2}]),
        ("Str (F/M)", ("1/14", "2/24"), [{"join": "+"}, {"part": 1}]),
        ("Str (all ranks/female)", ("16/1", "25/2"), [{"part": 1}, {"part": 2}]),
        ("Str (all ranks/female)", ("1/16", "25/2"), []),
        ("Strength", ("14/1", "24/2"), []),
        ("Officers", ("4 (1 truck)", "6 (2 trucks)"), []),
        ("Officers", ("4 (6F)", "6 (2F)"), []),
    ],
)
def test_women_among_those_of_a_cell(
    header: str, values: tuple[str, ...], entries: list[dict[str, object]]
) -> None:
    found = two_numbers(contracts()["activities"], Texts(header, values, False))
    assert [one.entry for one in found] == entries
    names = [one.column for one in found]
    assert names == (["personnel_count", "women_personnel_count"] if entries else [])


def test_numbers_in_words_are_those_that_they_name() -> None:
    column = contracts()["incidents"].columns["deaths_civilian"]
    fit = fit_of(column, Texts("Civils tués", ("2", "quatre", "aucun"), False), {})
    assert fit.entry == {"recode": {"quatre": "4", "aucun": "0"}} and fit.share == 1
    days = contracts()["commitments"].columns["acted_on"]
    assert fit_of(days, Texts("Acted on", ("03.04.2026", "deux"), False), {}).share == 0.5


def test_a_comma_before_three_digits_beside_whole_numbers_is_rather_of_thousands() -> None:
    column = contracts()["activity_plan"].columns["planned_quantity"]
    fit = fit_of(column, Texts("Jan", ("12", "1,240"), False), {})
    assert fit.entry == {"thousands": ","} and fit.is_ambiguous
    assert fit_of(column, Texts("Jan", ("1,240", "3,100"), False), {}).is_ambiguous
    assert not fit_of(column, Texts("Jan", ("12", "1,24"), False), {}).is_ambiguous


def test_columns_that_become_one_are_read_as_all_their_texts_show(tmp_path: Path) -> None:
    head = ["Unit", "Activity", "Area", "Unit of measure", "Jan 2026", "Feb 2026"]
    rows = [["BANFPU-1", "Patrol", "Torit", "Person days", "1,240", "12"],
            ["BANFPU-1", "Patrol", "Ikoto", "Person days", "30", "1,650"]]  # fmt: skip
    path = workbook(tmp_path / "plan.xlsx", **{"Workplan Jan-Feb": [head, *rows]})
    found = propose(path, KNOWN, table="activity_plan")
    assert found.wide and {*found.wide.columns} >= {"month", "planned_quantity"}
    assert {*map(str, found.wide.read.values())} == {"{'thousands': ','}"}
    asked = {one.name: one.options for one in choices(found, {})}
    assert asked["reading.planned_quantity"] == ("thousands", "decimal")
    said = answered(path, KNOWN, {"table": "activity_plan", "reading.planned_quantity": "decimal"})
    assert said.wide and {*map(str, said.wide.read.values())} == {"{'decimal': ','}"}


def test_that_a_header_is_answered_with_yes_or_no_is_no_name() -> None:
    assert readings("Confirmed Y/N") == ("confirmed y n",)  # and not when
    assert header_likeness("activities", "is_long_range", "Minutes Y/N")[0] <= 0.5
    assert readings("Men/boys") != readings("Men")


def test_a_word_for_nothing_in_a_column_of_days_empties_it() -> None:
    column = contracts()["commitments"].columns["acted_on"]
    fit = fit_of(column, Texts("Acted on", ("03.04.2026", "25.04.2026", "not yet"), False), {})
    assert fit.entry["recode"] == {"not yet": None} and fit.entry["formats"] == ["%d.%m.%Y"]


def test_groups_by_harm_sex_and_age_stand_beside_each_other() -> None:
    heads = ["Killed / Men", "Killed / Girls (<18)", "Injured / Women", "Abducted / Boys (<18)"]
    wide = wide_columns(
        contracts()["incident_victims"], [Texts(head, ("1", "3"), False) for head in heads]
    )
    assert wide and wide.item == ("sex", "age_group", "harm")
    assert list(wide.items) == [
        "M|_U|killed", "F|Y0T17|killed", "F|_U|injured", "M|Y0T17|abducted",
    ]  # fmt: skip
    heads = ["Men/boys / <18", "Men/boys / 18-29", "Women/girls / 60+"]
    wide = wide_columns(
        contracts()["activity_participants"], [Texts(head, ("1", "3"), False) for head in heads]
    )
    assert wide and list(wide.items) == ["M|Y0T17", "M|Y18T29", "F|Y_GE60"]


def test_several_counts_of_each_sex_become_a_row_for_each(tmp_path: Path) -> None:
    head = ["State", "Rank", "Officers / Men", "Officers / Women", "Of which vetted / Men",
            "Of which vetted / Women"]  # fmt: skip
    rows = [["Torit", "Junior", 120, 30, 70, 12], ["Ikotos", "Junior", 80, 22, 41, 9]]
    found = propose(workbook(tmp_path / "headcount.xlsx", Log=[head, *rows]), KNOWN)
    men, women = found.mapping()["tables"]
    assert found.table == men["table"] == women["table"] == "police_census"
    assert men["columns"]["sex"] == {"constant": "M"}
    assert men["where"] == {"Officers / Men": "present"}
    assert women["columns"]["officers_count"]["from"] == "Officers / Women"
    assert women["columns"]["officers_vetted_count"]["from"] == "Of which vetted / Women"


def test_several_values_of_each_month_below_two_rows_of_names_become_a_row_for_each(
    tmp_path: Path,
) -> None:
    path = tmp_path / "posts.csv"
    lines = ["Locality;Jan 2026;;Feb 2026;;Comment", ";Staffed;Days/wk;Staffed;Days/wk;",
             "P-1;no;0;Y;2,5;", "P-2;yes;7;Y;2;roof"]  # fmt: skip
    path.write_text("\n".join(lines) + "\n")
    found = propose(path, KNOWN)
    assert found.layout.options == {"delimiter": ";", "header_rows": 2}
    january, february = found.mapping()["tables"]
    assert found.table == january["table"] == february["table"] == "police_posts"
    assert february["columns"]["month"] == {"constant": "2026-02-01"}
    assert february["where"] == {"Feb 2026 / Staffed": "present"}
    days = february["columns"]["open_days_per_week"]
    assert days == {"from": "Feb 2026 / Days/wk"}
    assert found.ignored == ("Comment",)


@pytest.mark.parametrize("is_form", [True, False])
def test_choices_of_a_form_that_alone_have_columns_are_one_list(
    tmp_path: Path, is_form: bool
) -> None:
    head = ["date", "unit", "Who?/Human Rights", "Who?/Justice", "Who?/Other", "_uuid",
            "_submission_time"]  # fmt: skip
    rows = [[date(2026, 3, day), "FPU1", day % 2, 1, 0, f"u-{day}", date(2026, 3, day)]
            for day in range(1, 9)]  # fmt: skip
    head = head if is_form else head[:-1]
    found = propose(workbook(tmp_path / "visits.xlsx", Form=[head, *rows]), KNOWN)
    assert (found.layout.reader == "form_export") == is_form
    if is_form:
        assert found.layout.options == {"select_multiple": ["Who?"]}
        entry = found.mapping()["tables"][0]["columns"]["partner_components"]
        recode = {"Human_Rights": "human_rights", "Justice": "justice"}
        assert entry == {"from": "Who?", "recode": recode, "separator": " "}


def test_a_list_cut_at_two_signs_loses_no_member() -> None:
    column = contracts()["after_action_reviews"].columns["lessons"]
    texts = ("Response time; Coordination", "Coordination / Early warning", "Early warning")
    entry = fit_of(column, Texts("Lessons", texts), {}).entry
    assert entry["separator"] == [";", "/"]
    codes = {"Response time": "response_time", "Coordination": "coordination"}
    assert entry["recode"] == {**codes, "Early warning": "early_warning"}
    fit = fit_of(column, Texts("Lessons", (*texts, "Coordination / the mood")), {})
    [asked] = [one for one in fit.codes if "mood" in one.text]
    assert (asked.text, asked.code) == ("the mood", None)
    [asked] = fit_of(column, Texts("Lessons", ("Coordination / the mood",)), {}).codes
    assert (asked.text, asked.code) == ("Coordination / the mood", None)


def test_choices_of_a_form_between_blanks_lose_no_member() -> None:
    column = contracts()["activities"].columns["partner_components"]
    several = ("military civil_affairs", "military human_rights other")
    texts = ("military", "human_rights", "other", *several)
    fit = fit_of(column, Texts("partners", texts), {})
    assert fit.entry["separator"] == " "
    assert {one.text: one.code for one in fit.codes} == {
        "military": "military", "civil_affairs": "civil_affairs", "human_rights": "human_rights",
        "other": None,
    }  # fmt: skip
    assert "separator" not in fit_of(column, Texts("x", ("Human rights", "Military")), {}).entry


def test_yes_in_two_languages_is_yes_and_choices_of_one_question_are_no_counts(
    tmp_path: Path,
) -> None:
    column = contracts()["alerts"].columns["action_needed"]
    found = code_proposals(["Yes / نعم", "No / لا", "Yes / لا"], column)
    assert {one.text: one.code for one in found} == {
        "Yes / نعم": "true", "No / لا": "false", "Yes / لا": None
    }  # fmt: skip
    rows = [["date", "unit", "activity", "partners/military", "partners/justice", "pax"]]
    rows += [[date(2026, 3, day), "FPU1", "Patrol", day % 2, 1, 12] for day in range(1, 9)]
    columns = by_column(propose(workbook(tmp_path / "form.xlsx", Form=rows), KNOWN))
    assert columns["personnel_count"] == ("pax",)
    assert not [one for headers in columns.values() for one in headers if one[:8] == "partners"]


def test_a_text_is_the_code_a_name_of_which_alone_says_more() -> None:
    column = contracts()["police_complaints"].columns["complaint_type"]
    found = code_proposals(["Extorsion", "No extortion", "Détention"], column)
    codes = {one.text: one.code for one in found}
    assert codes["Extorsion"] == "extortion" and codes["No extortion"] is None
    assert codes["Détention"] is None  # arbitrary detention, ill-treatment in detention


def test_a_weekday_before_a_date_is_not_read_and_a_month_is_no_weekday() -> None:
    assert with_english_months("vendredi 13 mars 2026", "%d %B %Y") == "13 March 2026"
    assert with_english_months("Friday, 13 Mar 2026", "%d %b %Y") == "13 Mar 2026"
    assert with_english_months("Mar 13, 2026", "%b %d, %Y") == "Mar 13, 2026"
    assert with_english_months("mar 2026", "%b %Y") == "Mar 2026"


def test_a_state_is_joined_where_rows_give_neither_county_nor_payam(tmp_path: Path) -> None:
    held: Known = {**HELD, "within S": {"state": "S", **HELD["within A"], **HELD["within B"]}}
    held = {**held, "areas.area_code": {**HELD["areas.area_code"], "jonglei": "S"}}
    places = [("Jonglei", "Bor", "Makuach"), ("Jonglei", "Pibor", "Town"),
              ("Jonglei", "Bor", None), ("Jonglei", None, None)]  # fmt: skip
    head = ["Patrol No", "Patrol date", "State", "County", "Payam", "Activity"]
    rows = [[f"P{at}", date(2026, 3, at + 1), *place, "Patrol"] for at, place in enumerate(places)]
    found = propose(workbook(tmp_path / "patrols.xlsx", Log=[head, *rows]), held)
    (place,) = [one for one in found.columns if one.column == "area_code"]
    assert place.headers == ("State", "County", "Payam")
    assert {code.code for code in place.codes} == {"A1", "B2", "A", "S"}


def test_names_above_of_what_the_lower_row_leaves_blank_are_a_header_of_two_rows(
    tmp_path: Path,
) -> None:
    above = ["N°", "Date", "Horaire", None, "Zone", "UPC", "Effectifs", None, "Obs."]
    below = [None, None, "Début", "Fin", None, None, "Total", "Femmes", None]
    rows = [[f"P{at}", f"0{at}/01/2026", "15h30", "20h30", "Torit", "FPU1", 24, 1, "RAS"]
            for at in range(1, 6)]  # fmt: skip
    (found,) = layouts(workbook(tmp_path / "log.xlsx", Log=[["Patrouilles"], above, below, *rows]))
    assert found.table.header[:4] == ("N°", "Date", "Horaire / Début", "Horaire / Fin")
    assert found.table.header[6:8] == ("Effectifs / Total", "Effectifs / Femmes")


def test_all_that_is_counted_of_each_sex_is_read_before_one_count_alone(tmp_path: Path) -> None:
    head = ["Corps", "Zone", "Hommes / Effectif", "Hommes / dont antécédents vérifiés",
            "Femmes / Effectif", "Femmes / dont antécédents vérifiés"]  # fmt: skip
    rows = [["Police nationale", "Torit", 12, 8, 3, 1], ["Gendarmerie", "Ikotos", 90, 70, 4, 2]]
    found = propose(workbook(tmp_path / "effectifs.xlsx", Log=[head, *rows]), KNOWN)
    men, women = found.mapping()["tables"]
    assert men["columns"]["officers_vetted_count"]["from"] == head[3]
    assert women["columns"]["officers_count"]["from"] == head[4]


def test_a_header_tells_which_of_a_county_and_its_payam_is_meant(tmp_path: Path) -> None:
    names = {"lafon": "A", "pibor": "B", "torit": "C"}
    held: Known = {
        "areas.area_code": {"pibor": "B", "lafon poc site": "A9"},  # of two each no name is one's
        "admin2": names, "admin3": {"lafon": "A1", "torit": "C1"}, "site": {"lafon poc site": "A9"},
    }  # fmt: skip
    rows = [[f"E{at}", date(2026, 3, at + 1), name, "Killing"]
            for at, name in enumerate(("Lafon", "Pibor", "Torit"))]  # fmt: skip
    for header, codes in (("County", ["A", "B", "C"]), ("Place", [None, "B", None])):
        head = ["Event ID", "Event date", header, "Event type"]
        found = propose(workbook(tmp_path / "incidents.xlsx", Log=[head, *rows]), held)
        (place,) = [one for one in found.columns if one.column == "area_code"]
        assert [code.code for code in place.codes] in (codes, ["A9", *codes[1:]])


def test_what_is_said_once_for_the_rows_of_a_unit_is_filled_down(tmp_path: Path) -> None:
    head = ["Line", "Unit", "Month", "Planned", "Approved on"]
    rows = [[f"L{at}", f"FPU{at // 4}", date(2026, at % 4 + 1, 1), 5,
             date(2025, 6, 20) if at % 4 == 0 else None] for at in range(12)]  # fmt: skip
    (found,) = layouts(workbook(tmp_path / "plan.xlsx", Plan=[head, *rows]))
    assert found.options["fill_down"] == ["Approved on"]
    rows[5][4] = date(2025, 6, 21)  # one within a unit: it is that of its row
    (found,) = layouts(workbook(tmp_path / "plan.xlsx", Plan=[head, *rows]))
    assert "fill_down" not in found.options


def test_answers_to_an_item_that_nobody_knows_may_be_any(tmp_path: Path) -> None:
    head = ["Respondent ID", "Item", "Answer"]
    rows = [["R1", "safety_overall", "Very safe"], ["R2", "Q19", "Very likely"]]
    path = workbook(tmp_path / "survey_answers.xlsx", Log=[head, *rows])
    (answer,) = [one for one in propose(path, KNOWN, table="survey_answers").columns
                 if one.column == "answer"]  # fmt: skip
    assert {code.code for code in answer.codes} == {"very_good", "very_likely"}


def test_numbers_that_stand_for_answers_are_listed_for_a_person(tmp_path: Path) -> None:
    head = ["Respondent ID", "Item", "Answer"]
    rows = [["R1", "Q7", 1], ["R1", "Q8", 98], ["R2", "Q7", 2], ["R2", "Q8", 1]]
    path = workbook(tmp_path / "survey_answers.xlsx", Log=[head, *rows])
    found = propose(path, KNOWN, table="survey_answers")
    (answer,) = [one for one in found.columns if one.column == "answer"]
    assert [code.text for code in answer.codes] == ["1", "2", "98"]


LOG_OF_DAYS = ["Jour", "Heure départ", "Heure retour", "Unité", "Type d'activité", "Localité"]


def days_of(*days: int | None) -> Rows:
    rows = [[day, f"{at + 8:02d}:30", f"{at + 9:02d}:30", "FPU1", "Patrouille", "Torit"]
            for at, day in enumerate(days)]  # fmt: skip
    return [LOG_OF_DAYS, *rows]


def test_days_without_a_month_take_that_of_their_sheet_and_are_asked(tmp_path: Path) -> None:
    sheets = {"Janvier": days_of(3, 4, None, 31), "Fév": days_of(1, 2, 28, 28)}
    path = workbook(tmp_path / "Patrouilles_2026.xlsx", **sheets)
    found = propose(path, KNOWN)
    assert found.layout.options["month_of_sheet"] == ["Jour"]
    (start,) = [one for one in found.columns if one.column == "started_at"]
    assert start.headers == ("Jour", "Heure départ")
    assert start.confidence <= 0.85 and "month_of_sheet" in start.reasons
    source = Source.model_validate({**found.mapping(), "ignore": ["*"]})
    kept = path.rename(tmp_path / "0a1b2c.xlsx")  # as the archive keeps it
    rows = file_rows(Delivery(kept, path.name, "0a1b2c", source)).rows
    assert rows["Jour"].to_pylist() == [
        "3 Janvier 2026", "4 Janvier 2026", "4 Janvier 2026", "31 Janvier 2026",
        "1 Fév 2026", "2 Fév 2026", "28 Fév 2026", "28 Fév 2026",
    ]  # fmt: skip
    forms = start.entry["formats"]
    read = [in_english(f"{day} 08:30", forms) for day in rows["Jour"].to_pylist()]
    assert str(datetime.strptime(read[-1], forms[0])) == "2026-02-28 08:30:00"


def test_a_word_may_stand_before_the_month_of_a_sheet(tmp_path: Path) -> None:
    sheets = {f"PATR {month} 2026": days_of(3, 28) for month in ("JUIL", "AOÛT")}
    found = propose(workbook(tmp_path / "Patrouilles.xlsx", **sheets), KNOWN)
    (start,) = [one for one in found.columns if one.column == "started_at"]
    (form,) = start.entry["formats"]
    assert found.layout.options["month_of_sheet"] == ["Jour"]
    read = in_english("28 PATR AOÛT 2026 08:30", [form])
    assert str(datetime.strptime(read, form)) == "2026-08-28 08:30:00"
    assert notation.dates(["3 PATR mars", "4 PATR avril 2026"], with_time=False).keys == {}


@pytest.mark.parametrize("sheet", ["Feuil1", "Zone 3", "T1 2026"])
def test_days_of_a_sheet_that_names_no_month_stay_as_they_are(tmp_path: Path, sheet: str) -> None:
    path = workbook(tmp_path / "Patrouilles_2026.xlsx", **{sheet: days_of(3, 4, None, 31)})
    assert "month_of_sheet" not in layouts(path)[0].options


@pytest.mark.parametrize(
    ("sheets", "name", "texts"),
    [
        (("January 2026", "Feb 2026"), "Month", ["January 2026", "Feb 2026"]),
        (("Janvier", "Févr"), "Mois", ["Janvier 2026", "Févr 2026"]),
        (
            ("POSTES JUIL 2026", "POSTES AOÛT 2026"),
            "Mois",
            ["POSTES JUIL 2026", "POSTES AOÛT 2026"],
        ),
        (("Sheet1", "Sheet2"), None, []),
    ],
)
def test_a_month_that_the_sheets_name_alone_is_a_column_more(
    tmp_path: Path, sheets: tuple[str, str], name: str | None, texts: list[str]
) -> None:
    rows = [["Locality code", "Post staffed?", "Days open per week", "Verified on"],
            ["CL-01", "yes", 5, date(2026, 1, 8)], ["CL-02", "no", 0, None]]  # fmt: skip
    path = workbook(tmp_path / "police_posts_2026.xlsx", **dict.fromkeys(sheets, rows))
    found = propose(path, KNOWN)
    assert found.layout.options.get("sheet_as") == name
    months = {one.column: one for one in found.columns}.get("month")
    assert (months.headers if months else None) == ((name,) if name else None)
    if months:
        held = found.layout.table.rows[name].to_pylist()
        assert list(dict.fromkeys(held)) == texts and months.entry["formats"]


def test_counts_by_day_and_night_are_no_days_of_the_month(tmp_path: Path) -> None:
    rows = [["Zone", "Patrouilles de jour", "Nuit"], ["Torit", 3, 4], ["Ikotos", 5, 6]]
    (found,) = layouts(workbook(tmp_path / "a.xlsx", **{"Mars 2026": rows}))
    assert "month_of_sheet" not in found.options


@pytest.mark.parametrize(
    ("texts", "forms", "is_asked"),
    [
        (("8 août 2026", "05/08/2026", "1er août 2026"), ["%d %b %Y", "%d/%m/%Y"], True),
        (("8 août 2026", "25/08/2026", "05/08/2026"), ["%d/%m/%Y", "%d %b %Y"], False),
        (("03/13/2026", "Mar 14, 2026", "04/02/2026"), ["%m/%d/%Y", "%B %d, %Y"], False),
        (("13/03/2026", "14/03/2026", "03/25/2026"), ["%d/%m/%Y"], False),
    ],
)
def test_days_written_in_several_ways_are_read_and_never_in_both_orders(
    texts: tuple[str, ...], forms: list[str], is_asked: bool
) -> None:
    written = notation.dates(texts, with_time=False)
    assert written.keys["formats"] == forms and written.is_ambiguous == is_asked


def test_none_of_what_is_counted_is_nil_and_what_is_not_known_is_not() -> None:
    columns = contracts()["incidents"].columns
    deaths = Texts("Morts civils", ("3", "aucun", "inconnu"), False)
    assert fit_of(columns["deaths_civilian"], deaths, {}).entry["recode"] == {
        "aucun": "0",
        "inconnu": None,
    }


def test_a_sum_gives_way_to_its_parts_where_they_add_up(tmp_path: Path) -> None:
    head = ["ADM2_PCODE", "Year", "Female", "Male", "Population totale"]
    rows = [["XX01", 2026, 1200, 1100, 2300], ["XX02", 2026, 2200, 2100, 4300]]
    path = workbook(tmp_path / "population.xlsx", Log=[head, *rows])
    found = propose(path, KNOWN, table="population")
    assert found.wide is not None and found.wide.items == {"F|_U": "Female", "M|_U": "Male"}
    rows[0][4], rows[1][4] = 2400, 4500  # some whose sex nobody stated
    path = workbook(tmp_path / "persons.xlsx", Log=[head, *rows])
    found = propose(path, KNOWN, table="population")
    assert found.wide is None and by_column(found)["persons"] == (head[-1],)


@pytest.mark.parametrize("title", ["Persons killed by month, 2026", "Incidents par mois en 2026"])
def test_what_months_count_and_their_year_stand_above_the_header(
    tmp_path: Path, title: str
) -> None:
    head = ["County", "Type of violation", "January", "February"]
    rows = [["Torit", "Extrajudicial killing", 2, 0], ["Ikotos", "Ill-treatment", 1, 3]]
    path = workbook(tmp_path / "hrd.xlsx", Log=[[title], head, *rows])
    found = propose(path, KNOWN, table="rights_monitoring")
    assert found.wide is not None
    assert found.wide.value == ("persons_killed" if "killed" in title else "incidents_count")
    assert list(found.wide.items) == ["2026-01-01", "2026-02-01"]


def test_a_month_behind_what_it_says_makes_a_row_for_each(tmp_path: Path) -> None:
    head = ["Post", "Staffed January 2026", "Staffed February 2026"]
    path = workbook(tmp_path / "police posts.xlsx", Log=[head, ["P-1", "yes", "no"]])
    (table,) = propose(path, KNOWN).mapping()["tables"]
    assert (table["unpivot"]["item"], table["unpivot"]["value"]) == (["month"], "staffed")
    assert {month: one["from"] for month, one in table["unpivot"]["items"].items()} == {
        "2026-01-01": "Staffed January 2026", "2026-02-01": "Staffed February 2026",
    }  # fmt: skip


def test_ages_of_tags_and_answers_of_months_are_rows(tmp_path: Path) -> None:
    tags = ["#adm2+code", "#population+f+age_00_17", "#population+f+age_60plus"]
    head = ["ADM2_PCODE", "F_00_17", "F_60plus"]
    path = workbook(tmp_path / "admpop.xlsx", Log=[head, tags, ["XX01", 120, 30]])
    wide = propose(path, KNOWN, table="population").wide
    assert wide is not None and {*wide.items} == {"F|Y0T17", "F|Y_GE60"}
    rows = [["Code", "juillet 26", "août 26"], ["P-1", "oui", "non"], ["P-2", "O", None]]
    path = workbook(tmp_path / "Postes de police.xlsx", Log=[["Postes pourvus"], *rows])
    wide = propose(path, KNOWN, table="police_posts").wide
    assert wide is not None and wide.value == "staffed"
    assert list(wide.items) == ["2026-07-01", "2026-08-01"]
    (unpivot,) = [one["unpivot"] for one in wide.tables({})]
    assert unpivot["items"]["2026-07-01"]["recode"] == {"O": "true"}


def test_a_person_says_what_columns_side_by_side_are_rows_of(tmp_path: Path) -> None:
    ranks = ("Chefs de bureau", "Autres")
    head = ["Département", *(f"{rank} / {sex}" for rank in ranks for sex in ("Hommes", "Femmes"))]
    path = workbook(tmp_path / "recensement.xlsx", Log=[head, ["Torit", 3, 1, 40, 12]])
    first = answered(path, KNOWN, {"table": "police_census"})
    assert first.wide is None  # no column names a rank of its own
    asked = {one.name: one.value for one in choices(first, {})}
    assert asked["rows_value"] == () and asked[f"row.sex.{head[1]}"] == ("M",)
    assert asked[f"row.rank_group.{head[1]}"] == ()
    codes = zip(head[1:], product(("command", "junior"), "MF"), strict=True)
    said = {"table": "police_census", "rows_value": "officers_count"} | {
        f"row.{kind}.{header}": code
        for header, (rank, sex) in codes
        for kind, code in (("sex", sex), ("rank_group", rank))
    }
    unpivot = answered(path, KNOWN, said).mapping()["tables"][0]["unpivot"]
    assert unpivot["item"] == ["sex", "rank_group"] and unpivot["value"] == "officers_count"
    assert unpivot["items"]["F|junior"] == {"from": head[4]}
    assert answered(path, KNOWN, said | {"rows_value": ""}).wide is None
    with pytest.raises(WrongUse, match="the same row"):
        answered(path, KNOWN, said | {f"row.sex.{head[4]}": "M"})


def test_a_key_is_made_of_the_sex_or_month_that_tells_rows_apart(tmp_path: Path) -> None:
    head = ["Date", "District", "Sex", "Persons displaced"]
    rows = [[date(2026, 7, 1), "Torit", sex, 40] for sex in ("F", "M")]
    path = workbook(tmp_path / "displacement.xlsx", Log=[head, *rows])
    found = propose(path, KNOWN, table="displacement_events")
    assert {"Date", "Sex"} <= {*by_column(found)["displacement_code"]}
    head = ["Unit", "Planned output", "District", "Month", "Planned"]
    plan = [["FPU1", "Patrols", "Torit", f"2026-0{month}", 4] for month in (7, 8)]
    found = propose(workbook(tmp_path / "Plans d’activités 2026.xlsx", Log=[head, *plan]), KNOWN)
    assert {"Unit", "Month"} <= {*by_column(found)["plan_line_code"]}
    assert found.source == "plans_d_activites"  # as people wrote it, in its own plural


def test_a_key_of_a_person_is_never_a_name(tmp_path: Path) -> None:
    head = ["ID", "Date entretien", "Localité", "Enquêteur"]
    names = ("Moussa Adoum", "Grâce Kabuya", "Moussa Adoum")
    rows = [[f"r{at}", f"2026-03-0{at + 1}", "Torit", name] for at, name in enumerate(names)]
    found = propose(workbook(tmp_path / "s.xlsx", Log=[head, *rows]), KNOWN,
                    table="survey_respondents")  # fmt: skip
    assert "Enquêteur" in found.ignored


def test_a_name_of_a_group_between_rows_leaves_numbers_a_key(tmp_path: Path) -> None:
    head = ["N°", "Date", "Localité", "Type d'incident"]
    rows = [[at, f"0{at - 40}/03/2026", "Torit", "Pillage"] for at in range(41, 47)]
    groups = [["RÉGION : EST"], ["RÉGION : OUEST"]]
    table = [head, groups[0], *rows[:3], groups[1], *rows[3:]]
    found = propose(workbook(tmp_path / "incidents.xlsx", Log=table), KNOWN, table="incidents")
    assert by_column(found)["incident_code"] == ("N°",)


def test_about_so_many_and_a_day_at_an_hour_are_read() -> None:
    column = contracts()["displacement_events"].columns["persons"]
    fit = fit_of(column, Texts("People (approx.)", ("~2,131", "~450")), {})
    assert fit.reason == "unit_left_out" and fit.entry["units"] == ["~"]
    written = notation.dates(["04.09.2026 à 12h30", "05.09.2026 à 8h05"], with_time=True)
    assert written.keys == {"formats": ["%d.%m.%Y %H:%M"]} and written.share == 1


def test_an_event_file_without_coordinates_is_read_as_a_table(tmp_path: Path) -> None:
    path = tmp_path / "GEDEvent.csv"
    path.write_text("id,type_of_violence,date_start,date_end,date_prec,where_prec,adm_2,best\n"
                    "1,3,2026-03-01,2026-03-01,1,1,Torit,4\n")  # fmt: skip
    assert propose(path, KNOWN, table="incidents").layout.reader == "csv"


def test_a_minus_beside_a_plus_is_an_answer(tmp_path: Path) -> None:
    head = ["Date", "Localité", "Sexe", "Thème", "Ton", "Âge"]
    rows = [["01/03/2026", "Torit", "F", "safety", tone, "-"] for tone in ("+", "-", "0")]
    found = propose(
        workbook(tmp_path / "retours.xlsx", Log=[head, *rows]), KNOWN, table="community_feedback"
    )
    said = with_header(found, "sentiment", "Ton", KNOWN)
    texts = next(one for one in said.columns if one.column == "sentiment").codes
    assert [one.text for one in texts] == ["+", "-", "0"]
    assert "-" in found.missing  # of the age it still says that there is none


def test_sheets_that_are_places_tell_the_area(tmp_path: Path) -> None:
    head = ["Case", "Offence", "Referred"]
    sheets = {
        name: [
            head,
            [f"{name[0]}-1", "Robbery", "01/03/2026"],
            [f"{name[0]}-2", "Rape", "02/03/2026"],
        ]
        for name in ("Torit", "Ikoto")
    }
    found = propose(workbook(tmp_path / "cases 2026.xlsx", **sheets), KNOWN, table="justice_cases")
    assert by_column(found)["area_code"] == ("Sheet",)
    assert found.mapping()["options"]["sheet_name_as"] == "Sheet"
    alone = propose(workbook(tmp_path / "other.xlsx", North=sheets["Torit"], South=sheets["Ikoto"]),
                    KNOWN, table="justice_cases")  # fmt: skip
    kept = alone.mapping()
    assert "sheet_name_as" not in kept["options"] and "Sheet" not in kept.get("ignore", [])


def test_months_without_a_year_are_of_the_year_of_the_file(tmp_path: Path) -> None:
    head = ["Mois", "Localité", "Type de violation", "Nombre"]
    rows = [["Avril", "Torit", "Pillage", 2], ["Mai", "Ikoto", "Pillage", 3]]
    path = workbook(tmp_path / "matrice T2 2026.xlsx", Matrice=[head, *rows])
    found = propose(path, KNOWN, table="rights_monitoring")
    assert found.layout.options["year_of_file"] == ["Mois"]
    assert found.layout.table.rows["Mois"].to_pylist() == ["Avril 2026", "Mai 2026"]
    for name in ("matrice.xlsx", "matrice 2026-27.xlsx"):  # no year, and one of two
        undated = workbook(tmp_path / name, Matrice=[head, *rows])
        options = propose(undated, KNOWN, table="rights_monitoring").layout.options
        assert "year_of_file" not in options


def test_days_without_a_year_are_of_the_year_above_the_header(tmp_path: Path) -> None:
    head, rows = ["Date", "Localité", "Faits"], [["6 juillet", "Torit", "Rapt"]]
    for days, title in (
        (["6 juillet", "9 août"], "3e trimestre 2026"),
        (["03/08", "13/08"], "2026"),
        (["1 mars à 5h45", "3 mars à 16h00"], "mars 2026"),
        (["12/03 05:45", "13/03 16:00"], "mars 2026"),
        (["lundi 6 avril", "mercredi 1er avril"], "avril 2026"),
        (["12/03", "13/03"], "mars 2026"),
        (["Mon 2/3", "Tue 3/3"], "Week 10 (2 March – 8 March 2026)"),
        (["4-Apr 0015", "9-Apr 2015", "—"], "Q2-26 (April to June 2026)"),  # an hour, not a year
    ):
        rows = [[day, "Torit", "Rapt"] for day in days]
        path = workbook(tmp_path / f"faits {days[0][:2]}.xlsx", Faits=[[title], head, *rows])
        found = propose(path, KNOWN, table="incidents")
        assert found.layout.options["year_of_file"] == ["Date"]
        texts = found.layout.table.rows["Date"].to_pylist()
        assert all("2026" in text for text in texts if text != "—")
        assert by_column(found)["occurred_on"] == ("Date",)


def test_the_same_of_a_trend_is_an_answer_and_not_the_cell_above(tmp_path: Path) -> None:
    head = ["District", "Threat", "L (1–5)", "I (1–5)", "V (1–5)", "Outlook"]
    rows = [["Torit", "Ambush", 2, 4, 5, "better"], ["Torit", "Looting", 4, 2, 1, "same"],
            ["Ikoto", "Ambush", 3, 5, 5, "worse"]]  # fmt: skip
    path = workbook(tmp_path / "matrix 2026-Q4.xlsx", Matrix=[head, *rows])
    found = propose(path, KNOWN, table="threat_assessments")
    assert "ditto" not in found.layout.options
    (trend,) = (one for one in found.columns if one.column == "trend")
    assert trend.entry["recode"] == {"better": "falling", "same": "stable", "worse": "rising"}
    assert by_column(found)["vulnerability"] == ("V (1–5)",)


def test_the_hour_of_an_end_takes_the_place_of_that_of_its_start(tmp_path: Path) -> None:
    head = ["Date et heure", "Heure de fin", "Localité"]
    rows = [["05/07/2026 à 08:30", "10:00", "Torit"], ["17/07/2026 à 09:00", "11:30", "Ikoto"]]
    found = propose(workbook(tmp_path / "log.xlsx", Log=[head, *rows]), KNOWN, table="activities")
    end = next(one for one in found.columns if one.column == "ended_at")
    assert end.headers == ("Date et heure", "Heure de fin")
    assert end.entry["formats"] == ["%d/%m/%Y %H:%M"]
    assert with_usual_clock("05/07/2026 à 08:30 10:00") == "05/07/2026 10:00"


def test_serial_days_below_a_name_that_tells_nothing_are_read_once_a_person_names_them(
    tmp_path: Path,
) -> None:
    head = ["CP No", "Gender", "COB x"]
    rows = [["U-1", "F", 46154], ["U-2", "M", None], ["U-3", "M", 46153]]
    path = workbook(tmp_path / "roster.xlsx", Roster=[head, *rows])
    said = answered(path, KNOWN, {"table": "un_personnel", "header.departed_on": "COB x"})
    assert said.layout.table.rows["COB x"].to_pylist() == ["2026-05-12", None, "2026-05-11"]


def test_texts_that_a_person_calls_empty_have_no_other_meaning(tmp_path: Path) -> None:
    head = ["Complaint", "Date", "Localité", "Sex of complainant"]
    rows = [["C-1", "2026-03-01", "Torit", "not stated"], ["C-2", "2026-03-02", "Ikoto", "F"]]
    path = workbook(tmp_path / "complaints.xlsx", Log=[head, *rows])
    answers = {"table": "police_complaints", "missing": "not stated"}
    sex = next(o for o in answered(path, KNOWN, answers).columns if o.column == "complainant_sex")
    assert "not stated" not in {**sex.entry.get("recode", {})}
    assert [one.text for one in sex.codes] == ["F"]
    kept = {**answers, "code.complainant_sex.not stated": "_U"}
    sex = next(o for o in answered(path, KNOWN, kept).columns if o.column == "complainant_sex")
    assert sex.entry["recode"] == {"not stated": "_U"}


def test_other_texts_of_a_column_that_needs_no_value_may_mean_nothing(tmp_path: Path) -> None:
    head = ["Date", "Activité", "Localité"]
    rows = [["2026-03-01", "Patrouille pédestre", "Torit"], ["2026-03-02", "Barrage", "Ikoto"]]
    path = workbook(tmp_path / "log.xlsx", Log=[head, *rows])
    answers = {"table": "activities", "header.activity_type": "Activité",
               "header.patrol_mode": "Activité", "otherwise.patrol_mode": "null"}  # fmt: skip
    mode = next(
        one for one in answered(path, KNOWN, answers).columns if one.column == "patrol_mode"
    )
    assert mode.entry["otherwise"] is None and "Barrage" not in mode.entry["recode"]


def test_a_kind_of_patrol_tells_the_type_of_activity_and_may_tell_no_mode(tmp_path: Path) -> None:
    head = ["Date", "Nature de la patrouille", "Localité", "Blessés"]
    kinds = [
        "Patrouille pédestre",
        "Patrouille de nuit",
        "Patrouille conjointe",
        "Escorte humanitaire",
    ]
    rows = [[f"2026-03-0{at}", kind, "Torit", at % 3] for at, kind in enumerate(2 * kinds, 1)]
    path = workbook(tmp_path / "log.xlsx", Log=[head, *rows])
    told = {one.column: one for one in propose(path, KNOWN, table="activities").columns}
    recode = told["activity_type"].entry["recode"]
    assert [recode[kind] for kind in kinds] == ["patrol", "patrol", "patrol", "escort"]
    assert told["activity_type"].confidence < 0.9 and told["patrol_mode"].headers == (head[1],)
    said = {"table": "activities", f"code.patrol_mode.{kinds[1]}": "null"}
    mode = next(o for o in answered(path, KNOWN, said).columns if o.column == "patrol_mode")
    assert mode.entry["recode"] == {kinds[0]: "foot", kinds[1]: None}
    offered = proposed(answered(path, KNOWN, said), KNOWN, "fr", said, "", {})
    meanings = {one.column: one.known_codes for one in offered.columns}
    assert "null" in meanings["patrol_mode"] and "null" not in meanings["activity_type"]


def test_the_head_of_a_file_and_what_the_mission_counts_tell_its_table(tmp_path: Path) -> None:
    head = ["N°", "Date", "Unité", "Territoire"]
    rows = [[at, f"0{at}/03/2026", "FPU1", "Torit"] for at in range(1, 6)]
    untold = workbook(tmp_path / "T1.xlsx", Log=[head, *rows])
    assert propose(untold, KNOWN).table != "activities" in propose(untold, KNOWN).rivals
    told = workbook(tmp_path / "Etat_patrouilles_T1.xlsx", Log=[head, *rows])
    assert propose(told, KNOWN).table == "activities"
    unused = {"un_detentions": "un_detentions"}  # no indicator of the mission counts them
    found = propose(untold, {**KNOWN, UNUSED_TABLES: unused})
    assert found.table == "activities"
    assert found.confidence <= propose(told, KNOWN).confidence  # which tells no more of the file


def test_a_name_with_a_hyphen_is_that_without_one() -> None:
    known = {"kafra-centre": "XX11", "kafra": "XX01"}
    texts = Texts("Territoire", ("Kafra centre", "Kafra"))
    fit = reference_fit(texts, "areas.area_code", {"areas.area_code": known})
    assert [one.code for one in fit.codes] == ["XX11", "XX01"]


def test_running_numbers_below_a_mere_number_are_proposed_for_nothing(tmp_path: Path) -> None:
    head = ["N°", "Mission", "Début", "Fin", "Lieu"]
    rows = [[at, f"M{at}", f"0{at}/03/2026", f"0{at}/03/2026", "Torit"] for at in range(1, 6)]
    found = propose(workbook(tmp_path / "detentions.xlsx", Log=[head, *rows]), KNOWN,
                    table="un_detentions")  # fmt: skip
    assert "N°" in found.ignored


def test_a_text_that_a_person_does_not_call_empty_is_asked_about(tmp_path: Path) -> None:
    head = ["Rapport", "Unité", "Zone", "Mois", "État"]
    rows = [["activities", "FPU1", "Torit", "2026-04", state] for state in ("n/a", "submitted")]
    path = workbook(tmp_path / "returns.xlsx", Log=[head, *rows])
    said = {"table": "reporting_returns", "header.return_status": "État"}

    def texts(**answers: str) -> list[str]:
        columns = answered(path, KNOWN, {**said, **answers}).columns
        return [one.text for column in columns if column.column == "return_status"
                for one in column.codes]  # fmt: skip

    assert texts() == ["submitted"]
    assert texts(missing="") == ["n/a", "submitted"]


def test_names_of_two_rows_height_say_that_the_header_has_two(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    for row in (
        ["Unit", "Base", "Position", None, "Strength"],
        [None, None, "Lat", "Long", "All"],
        ["FPU1", "Torit", "4.41", "32.57", 120],
        ["FPU2", "Ikoto", "4.07", "33.10", 80],
    ):
        sheet.append(row)
    for cells in ("A1:A2", "B1:B2", "C1:D1"):
        sheet.merge_cells(cells)
    book.save(path := tmp_path / "locstat.xlsx")
    header = layouts(path)[0].table.header
    assert header == ("Unit", "Base", "Position / Lat", "Position / Long", "Strength / All")


def test_months_without_a_year_in_headers_are_of_this_file_alone(tmp_path: Path) -> None:
    for months, pattern in ((("avril", "mai"), "Rapports 2026.xlsx"),
                            (("avr-26", "mai-26"), "Rapports 20??.xlsx")):  # fmt: skip
        head = ["Rapport", "Unité", "Zone", *months]
        rows = [["activities", unit, "Torit", "submitted", "nil"] for unit in ("FPU1", "FPU2")]
        path = workbook(tmp_path / "Rapports 2026.xlsx", Suivi=[head, *rows])
        assert propose(path, KNOWN, table="reporting_returns").files == pattern


def test_running_numbers_are_of_a_key_only_where_nothing_else_tells_rows_apart(
    tmp_path: Path,
) -> None:
    head = ["N°", "Unité", "Activité", "Lieu", "juil. 26", "août 26"]
    rows = [[at, "FPU1", "Patrouilles", "Torit", 10, 12] for at in (1, 2, 3)]
    path = workbook(tmp_path / "plan 2026-27.xlsx", Plan=[head, *rows])
    key = by_column(propose(path, KNOWN, table="activity_plan"))["plan_line_code"]
    assert key[-1] == "N°" and len(key) > 1
    rows[1][1], rows[2][3] = "FPU2", "Ikoto"
    path = workbook(tmp_path / "plan 2026-27.xlsx", Plan=[head, *rows])
    assert "N°" not in by_column(propose(path, KNOWN, table="activity_plan"))["plan_line_code"]


def test_the_hours_of_start_and_end_may_stand_in_one_cell(tmp_path: Path) -> None:
    head = ["Date", "From - to", "District"]
    rows = [["03 Jul 2026", "10:30 - 11:45", "Torit"], ["04 Jul 2026", "22:00-01:30", "Ikoto"]]
    path = workbook(tmp_path / "tracker.xlsx", Log=[head, *rows])
    proposal = propose(path, KNOWN, table="activities")
    found = {one.column: one for one in proposal.columns}
    assert found["started_at"].headers == found["ended_at"].headers == ("Date", "From - to")
    assert found["started_at"].entry == {"part": 1, "formats": ["%d %b %Y %H:%M"]}
    assert found["ended_at"].entry["after"] == "started_at"
    answers = {"table": "activities", "header.ended_at": "Date", "join.ended_at": "From - to"}
    said = {one.column: one for one in answered(path, KNOWN, answers).columns}
    assert said["ended_at"].entry == found["ended_at"].entry


def test_quarters_in_the_names_of_sheets_are_the_quarter_of_their_rows(tmp_path: Path) -> None:
    head = ["Benchmark", "State"]
    sheets = {f"Q{at} 2026": [head, ["B1", "met"], ["B2", "not met"]] for at in (2, 3)}
    path = workbook(tmp_path / "benchmarks.xlsx", **sheets)
    found = propose(path, KNOWN, table="benchmarks")
    (quarter,) = (one for one in found.columns if one.column == "quarter")
    assert quarter.headers == ("Sheet",)
    assert quarter.entry["recode"] == {"Q2 2026": "2026-Q2", "Q3 2026": "2026-Q3"}


def test_a_name_beside_its_code_is_no_key(tmp_path: Path) -> None:
    head = ["Unit ID", "Unit", "Type"]
    rows = [["F1", "First unit", "FPU"], ["F2", "Second unit", "FPU"]]
    found = by_column(
        propose(workbook(tmp_path / "u.xlsx", Log=[head, *rows]), KNOWN, table="units")
    )
    assert found["unit_code"] == ("Unit ID",) and found.get("unit_name") == ("Unit",)


def test_codes_of_a_table_side_by_side_are_rows(tmp_path: Path) -> None:
    head = ["Unité", "Zone", "Activités", "Alertes", "Incidents"]
    rows = [["FPU1", "Torit", "R", "NR", "R"], ["FPU2", "Ikoto", "R", "R", "NR"]]
    path = workbook(tmp_path / "remise août 2026.xlsx", Suivi=[head, *rows])
    wide = propose(path, KNOWN, table="reporting_returns").wide
    assert wide is not None and wide.item == ("source",)
    assert {*wide.items} == {"activities", "alerts", "incidents"}


def test_a_day_of_the_week_before_a_day_in_numbers_is_left_out(tmp_path: Path) -> None:
    written = notation.dates(["mardi 02/06/2026", "jeudi 18/06/2026"], with_time=False)
    assert written.keys == {"formats": ["%d/%m/%Y"]} and written.share == 1


def test_the_same_again_and_a_time_behind_a_comma_are_read(tmp_path: Path) -> None:
    head = ["Month", "District", "Violation"]
    rows = [
        ["2026-01", "Torit", "Looting"],
        ["same", "Ikoto", "Looting"],
        ["same", "Torit", "Rape"],
    ]
    path = workbook(tmp_path / "matrix.xlsx", Log=[head, *rows])
    assert layouts(path)[0].table.rows["Month"].to_pylist() == ["2026-01"] * 3
    written = notation.dates(["03 Feb 2026, 10:00 AM", "14 Feb 2026, 02:30 PM"], with_time=True)
    assert written.keys == {"formats": ["%d %b %Y %H:%M"]}


def test_crosses_below_names_side_by_side_are_one_column_of_these_names(tmp_path: Path) -> None:
    groups = ["Équipe", "Date", "Lieu", "Nature de l’activité", None, None]
    head = [None, None, None, "Patrouille", "Sensibilisation", "Médiation"]
    crosses = [["x" if at == day % 3 else None for at in range(3)] for day in range(1, 7)]
    rows = [
        ["FPU1", f"0{day}/09/2026", "Torit", *marked] for day, marked in enumerate(crosses, start=1)
    ]
    path = workbook(tmp_path / "activites.xlsx", Feuille=[groups, head, *rows])
    found = propose(path, KNOWN, table="activities")
    name = "Nature de l’activité"
    assert by_column(found)["activity_type"] == (name,)
    texts = found.layout.table.rows[name].to_pylist()
    assert texts[:3] == ["Sensibilisation", "Médiation", "Patrouille"]
    assert [*found.layout.options["marked"]] == [name]
    (mixed,) = layouts(workbook(tmp_path / "mois.xlsx", Mois=[
        ["Code", "Janvier 2026", "Février 2026"],
        ["LOC-01", "X", "X"], ["LOC-02", None, "X"], ["LOC-03", "X", "X"],
    ]))  # fmt: skip
    assert mixed.table.header == ("Code", "Janvier 2026", "Février 2026"), "several in a row"


def test_a_list_of_unknown_words_is_asked_part_by_part(tmp_path: Path) -> None:
    head = ["Date", "Lieu", "Type d'activité", "Sections associées"]
    said = ["XQ", "XQ / ZW", "XQ", "XQ / ZW"]
    rows = [[f"0{at}/09/2026", "Torit", "Patrouille", one] for at, one in enumerate(said, 1)]
    found = propose(
        workbook(tmp_path / "sections.xlsx", F=[head, *rows]), KNOWN, table="activities"
    )
    (column,) = [one for one in found.columns if one.column == "partner_components"]
    assert {one.text for one in column.codes} == {"XQ", "ZW"}


def test_a_day_that_may_come_later_is_of_a_key_only_where_nothing_else_tells(
    tmp_path: Path,
) -> None:
    head = ["Pledge date", "Implemented on", "Actor", "Where"]
    rows = [["02/02/2026", "14/02/2026", "Gendarmerie", "Torit"],
            ["02/02/2026", "pending", "Police", "Torit"]]  # fmt: skip
    found = propose(
        workbook(tmp_path / "pledges.xlsx", F=[head, *rows]), KNOWN, table="commitments"
    )
    assert "Implemented on" not in by_column(found)["commitment_code"]
    alike = [[*rows[0][:2], "Police", "Torit"], ["02/02/2026", "15/02/2026", "Police", "Torit"]]
    found = propose(workbook(tmp_path / "alike.xlsx", F=[head, *alike]), KNOWN, table="commitments")
    assert "Implemented on" in by_column(found)["commitment_code"]


ALERTS = ["Alert no.", "Place", "Danger", "Reported", None, "Verified", None, "On site", None]


def test_hours_below_a_name_are_of_the_day_below_it(tmp_path: Path) -> None:
    below = [None, None, None, *["date", "time"] * 3]
    rows = [[f"EW-{day}", "Torit", "riot", date(2026, 7, day), time(20, 50), date(2026, 7, day + 1),
             time(0, 30), date(2026, 7, day + 1), time(2, 55)] for day in range(1, 9)]  # fmt: skip
    path = workbook(tmp_path / "alerts.xlsx", Log=[ALERTS, below, *rows])
    by_name = {one.column: one for one in propose(path, KNOWN).columns}
    for name, said in (("confirmed_at", "Verified"), ("arrived_at", "On site")):
        assert by_name[name].headers[-2:] == (f"{said} / date", f"{said} / time")
    forms = [form for one in by_name.values() for form in one.entry.get("formats", ())]
    assert forms and all(form.count("%H") <= 1 for form in forms)


def test_at_behind_a_day_is_its_hour(tmp_path: Path) -> None:
    head = ["OB no.", "Date occ.", "Time occ.", "Place", "Offence", "Reported on", "at"]
    rows = [[f"OB/{day}", f"{day:02d}-04-26", "2300", "Torit", "Murder", f"{day + 1:02d}-04-26",
             "0900"] for day in range(1, 9)]  # fmt: skip
    found = by_column(propose(workbook(tmp_path / "ob.xlsx", OB=[head, *rows]), KNOWN))
    assert found["occurred_at"] == ("Date occ.", "Time occ.")
    assert found["reported_at"] == ("Reported on", "at")


def test_ages_and_over_may_be_written_out_in_a_header(tmp_path: Path) -> None:
    head = ["ADM2_PCODE", "F_00_17", "F_18_59", "F_60_plus", "M_00_17", "M_18_59", "M 60 +"]
    rows = [["XX01", 10, 20, 3, 11, 21, 4], ["XX02", 12, 22, 5, 13, 23, 6]]
    found = propose(workbook(tmp_path / "admpop_2026.xlsx", Sheet1=[head, *rows]), KNOWN)
    assert found.wide is not None
    assert {"F_60_plus", "M 60 +"} <= {*found.wide.items.values()}


def test_who_else_told_of_an_event_of_a_published_export_is_not_its_source(tmp_path: Path) -> None:
    head = ["id", "where_prec", "adm_2", "date_prec", "date_start", "best", "source_office"]
    rows = [[number, 1, "Torit", 1, date(2026, 4, number), 3, "Radio X"] for number in range(1, 9)]
    path = workbook(tmp_path / "GEDEvent.xlsx", Sheet1=[head, *rows])
    found = propose(path, KNOWN)
    assert found.table == "incidents"
    assert "reported_by" not in by_column(found)


def test_a_stroke_within_parts_that_another_sign_parts_is_of_their_name(tmp_path: Path) -> None:
    head = ["AAR no", "Incident", "Kind", "Opened", "Lessons on"]
    lessons = ("outreach; FAS/PNS liaison", "mobility/air; EW", "EW; outreach; mobility/air", "EW")
    rows = [[f"AAR-{day}", f"I-{day}", "AAR", date(2026, 8, day), lessons[day % 4]]
            for day in range(1, 13)]  # fmt: skip
    found = propose(workbook(tmp_path / "aar.xlsx", Log=[head, *rows]), KNOWN)
    (one,) = [one for one in found.columns if one.column == "lessons"]
    texts = {code.text for code in one.codes}
    assert texts == {"outreach", "FAS/PNS liaison", "mobility/air", "EW"}


@pytest.mark.parametrize(
    ("who", "sexes", "ages"),
    [
        (("Adult male", "Girl", "Woman 18-29"), ("M", "F", "F"), ("_U", "Y0T17", "Y18T29")),
        (("Homme 18-29", "Jeune fille <18", "Ancien (60+)"), ("M", "F", "_U"),
         ("Y18T29", "Y0T17", "Y_GE60")),
        (("F 60+", "M 30-44", "F 0-17"), ("F", "M", "F"), ("Y_GE60", "Y30T44", "Y0T17")),
        (("Farmer", "Girl", "Teacher"), None, None),
        (("Men", "Women", "Men"), ("M", "F", "M"), None),
    ],
)  # fmt: skip
def test_one_column_may_tell_sex_and_age_group(
    tmp_path: Path,
    who: tuple[str, str, str],
    sexes: tuple[str, ...] | None,
    ages: tuple[str, ...] | None,
) -> None:
    head = ["Feedback no", "Date", "Place", "Who", "Topic"]
    rows = [[f"F-{day}", date(2026, 3, day), "Torit", who[day % 3], "aid"] for day in range(1, 13)]
    found = propose(workbook(tmp_path / "feedback.xlsx", Log=[head, *rows]), KNOWN)
    assert found.table == "community_feedback"
    codes = {one.column: {code.text: code.code for code in one.codes} for one in found.columns}
    for name, meant in (("sex", sexes), ("age_group", ages)):
        assert codes.get(name) == (dict(zip(who, meant, strict=True)) if meant else None)


def test_when_a_file_was_updated_is_no_day_of_an_end(tmp_path: Path) -> None:
    head = ["Réf.", "Zone", "Débute le", "À", "Fin", "Objet"]
    rows = [[f"J{day}", "Torit", date(2026, 4, day), time(9, 10), time(11, 45), "Réunion"]
            for day in range(1, 9)]  # fmt: skip
    above = [["Journal d’activités", *[None] * 5], ["Mis à jour : 02/07/2026", *[None] * 5]]
    path = workbook(tmp_path / "journal.xlsx", Journal=[*above, [None] * 6, head, *rows])
    found = by_column(propose(path, KNOWN, table="activities"))
    assert found["ended_at"] == ("Débute le", "Fin")


def test_a_mixed_checkpoint_tells_no_mode_of_a_patrol() -> None:
    column = contracts()["activities"].columns["patrol_mode"]
    values = ("Point de contrôle mixte", "Patrouille mixte", "Patrouille pédestre")
    fit = fit_of(column, Texts("Mission", values, False), {}, "patrol_mode")
    told = {one.text: one.code for one in fit.codes}
    assert told == dict(zip(values, (None, "mixed", "foot"), strict=True))


def test_x_and_y_are_names_of_coordinates_and_no_crosses(tmp_path: Path) -> None:
    head = ["ID", "Survenu", "Zone", "X", "Y", "Type"]
    rows = [[f"A-{day}", f"{day:02d}.04.2026", "Torit", 41.03 + day, 10.6 + day, "Meurtre"]
            for day in range(1, 9)]  # fmt: skip
    found = propose(workbook(tmp_path / "incidents.xlsx", Liste=[head, *rows]), KNOWN)
    assert [*found.layout.table.header] == head
    assert by_column(found)["longitude"] == ("X",)
