"""A cell or a row that tells several things: days with crosses, numbers with their words, two kinds
of references, months among days, a status with its day and its reason."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook

from indicators.foundation.errors import WrongUse
from pipelines.ingest.files.delivered_file import Delivery, file_rows
from pipelines.ingest.mapping.apply import map_rows
from pipelines.ingest.mapping.model import Source
from pipelines.ingest.mapping.written.written_dates import bare_day
from pipelines.ingest.mapping.written.written_numbers import counted_words, number_of
from pipelines.ingest.mapping.written.written_times import with_usual_clock, without_unknown_hour
from pipelines.setup.proposal.answering.answers import answered
from pipelines.setup.proposal.answering.choices import choices
from pipelines.setup.proposal.layout import layouts
from pipelines.setup.proposal.matching import notation
from pipelines.setup.proposal.matching.joined_columns import beginnings, counted
from pipelines.setup.proposal.proposal import Proposal, propose
from tests.conftest import REPOSITORY
from tests.pipelines.setup.proposal.test_mess_of_other_hands import KNOWN, workbook
from tests.worlds.field.colleague import by_parts, read_truth

Rows = Sequence[Sequence[object]]


def mapped(path: Path, found: Proposal) -> list[dict[str, object]]:
    """The rows of the proposed mapping as texts."""
    source = Source.model_validate(found.mapping())
    rows = file_rows(Delivery(path, path.name, "0a1b2c", source))
    return [
        row
        for table in source.tables
        for row in map_rows(rows, table, source, lambda: pytest.fail()).rows.to_pylist()
    ]


def calendar(path: Path, **more: Rows) -> Path:
    """A sheet of crosses a month, its title in the first row."""
    head = ["Route", "Purpose", "District", *range(1, 11), "Days"]
    marks = [[None, "x", None, "X", None, "(x)", None, None, None, "x"],
             ["x", None, None, None, None, None, "x", None, None, None]]  # fmt: skip
    body = [["RT-1", "Market", "Torit", *marks[0], 3], ["RT-2", "Fields", "Ikoto", *marks[1], 2]]
    sums = ["per day", None, None, 1, 1, 0, 1, 0, 0, 1, 0, 0, 1, 5]
    return workbook(path, **{**more, "Routes": [["Agreed routes - MARCH 2026"], head, *body, sums]})


def test_each_cross_below_a_day_is_a_row_of_that_day(tmp_path: Path) -> None:
    path = calendar(tmp_path / "routes.xlsx")
    found = propose(path, KNOWN, table="route_days")
    assert [*found.layout.options["calendar"]] == ["Day"]
    rows = mapped(path, found)
    days = [row["agreed_on"] for row in rows if row["route_code"] == "RT-1"]
    assert days == ["2 Mar 2026", "4 Mar 2026", "6 Mar 2026: (x)", "10 Mar 2026"], "told, no day"
    assert sum(row["route_code"] == "RT-2" for row in rows) == 2
    (remark,) = [one.rule for one in found.layout.table.remarks if one.rule == "total_row"]
    assert remark == "total_row"


def test_a_calendar_without_its_month_is_none_and_sheets_tell_it(tmp_path: Path) -> None:
    head = ["Route", "District", *range(1, 32)]
    row = ["RT-1", "Torit", *(["x", None, None] * 11)[:31]]
    (alone,) = layouts(workbook(tmp_path / "routes.xlsx", Sheet1=[head, row]))
    assert "calendar" not in alone.options
    months: dict[str, Rows] = {"January": [head, row], "February": [head[:30], row[:30]]}
    both = layouts(workbook(tmp_path / "routes 2026.xlsx", **months))[0]
    assert both.options["sheets"] == "*", "31 days beside 28"
    texts = both.table.rows["Day"].to_pylist()
    assert {"31 January 2026", "28 February 2026"} <= {*texts}
    with pytest.raises(WrongUse, match="calendar"):
        wrong = {"reader": "xlsx", "source": "routes", "files": "*", "tables": [
            {"table": "route_days", "columns": {"route_code": {"from": "Route"}}}]}  # fmt: skip
        options = {"sheet": "January", "calendar": {"Day": ["1", "Thursday"]}}
        source = Source.model_validate({**wrong, "options": options})
        file_rows(Delivery(tmp_path / "routes 2026.xlsx", "routes 2026.xlsx", "0a", source))


@pytest.mark.parametrize(
    ("text", "killed", "wounded"),
    [
        ("2 morts; 1 blessé", "2", "1"),
        ("1 mort et 2 blessés", "1", "2"),
        ("1 mort", "1", None),
        ("3 tués", "3 tués", "3 tués"),
        ("2 morts, 1 disparu", "2 morts, 1 disparu", "2 morts, 1 disparu"),
        ("12 500", "12 500", "12 500"),
        ("Néant", "Néant", "Néant"),
        ("2 morts, dont un enfant", "2 morts, dont un enfant", "2 morts, dont un enfant"),
    ],
)
def test_a_number_is_known_by_the_word_behind_it(
    text: str, killed: str | None, wounded: str | None
) -> None:
    """A word that nobody named is no blank: its text stays, for the rules to refuse."""
    dead, hurt = ["mort", "morts"], ["blessé", "blessés"]
    assert number_of(text, dead, hurt) == killed
    assert number_of(text, hurt, dead) == wounded


def test_numbers_with_their_words_are_proposed_for_both_columns(tmp_path: Path) -> None:
    said = ["2 morts; 1 blessé", "1 mort", "Néant", "3 blessés"]
    head = ["N° PV", "Date des faits", "Lieu", "Qualification", "Bilan"]
    rows = [
        [f"PV-{at}", f"0{at}/09/2026", "Torit", "Meurtre", one] for at, one in enumerate(said, 1)
    ]
    path = workbook(tmp_path / "pv.xlsx", F=[head, *rows])
    found = propose(path, KNOWN, table="incidents")
    told = {one.column: one.entry for one in found.columns if one.headers == ("Bilan",)}
    words = {"number_of": ["mort", "morts"], "units": ["blessé", "blessés"]}
    assert told["deaths_civilian"] == {**words, "recode": {"Néant": "0"}}
    counts = [(row["deaths_civilian"], row["injured_civilian"]) for row in mapped(path, found)]
    assert counts == [("2", "1"), ("1", None), ("0", "0"), (None, "3")]
    assert counted("incidents", "deaths_civilian", ["2 morts", "1 mort"]) == [], "one in each cell"
    assert counted_words("2 morts; voir rapport") == []


@pytest.mark.parametrize("own", ["INC", "SIR"])
def test_references_of_two_kinds_in_one_column_go_to_both(tmp_path: Path, own: str) -> None:
    said = [f"{own}-26-001", "OP-01/26", f"{own}-26-002"]
    head = ["AAR no.", "Incident / operation ref", "Kind", "Reason for review", "Opened"]
    rows = [[f"AAR-{at}", one, "AAR", "Other", f"0{at}/09/2026"] for at, one in enumerate(said, 1)]
    path = workbook(tmp_path / "aar.xlsx", F=[head, *rows])
    found = propose(path, KNOWN, table="after_action_reviews")
    names = ("incident_code", "operation_code")
    assert [tuple(row[name] for name in names) for row in mapped(path, found)] == [
        (said[0], None), (None, said[1]), (said[2], None),
    ]  # fmt: skip
    assert beginnings("after_action_reviews", "incident_code", ["INC-1", "INC-2"]) == []


def test_a_month_among_days_is_its_first_day_with_less_precision(tmp_path: Path) -> None:
    said = ["03/01/2026", "14-16/01/2026", "January 2026", "21/01/2026", "24-26/01/2026"]
    head = ["Case no.", "Date of violation", "District", "Type of violation"]
    rows = [[f"HRD-{at}", one, "Torit", "Killing"] for at, one in enumerate(said, 1)]
    path = workbook(tmp_path / "cases.xlsx", F=[head, *rows])
    found = propose(path, KNOWN, table="incidents")
    told = [(row["occurred_on"], row["ended_on"], row["date_precision"])
            for row in mapped(path, found)]  # fmt: skip
    assert told == [
        ("03/01/2026", None, "day"), ("14/01/2026", "16/01/2026", "day"),
        ("January 2026", None, "month"), ("21/01/2026", None, "day"),
        ("24/01/2026", "26/01/2026", "day"),
    ]  # fmt: skip
    days = ["03/01/2026", "soon"]
    assert notation.months_among(days, notation.dates(days, with_time=False)) == []


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("04.01.26 0025 hrs (05/01)", "05.01.26 00:25"),
        ("2026-01-31 23h10 (01/02)", "01/02/2026 23:10"),
        ("2026-07-31 31/07 21h45", "31/07/2026 21:45"),
        ("04.01.26 1700 hrs", "04.01.26 17:00"),
        ("4 Jul 26 / 1845hrs", "4 Jul 26 18:45"),
        ("2026-07-01 0145hrs", "2026-07-01 01:45"),
    ],
)
def test_a_time_may_bear_its_own_day(text: str, read: str) -> None:
    assert with_usual_clock(text) == read


def test_times_of_an_own_day_without_a_year_have_that_of_their_row(tmp_path: Path) -> None:
    head = ["Alert no.", "Date received", "Time received", "Place", "Threat", "Level", "Arrived at"]
    said = [("12:30", "05/03 21h45"), ("23:10", "06/03 01h05"), ("08:00", None)]
    rows = [[f"A-{at}", "05/03/2026", clock, "Torit", "Looting", "High", own]
            for at, (clock, own) in enumerate(said, 1)]  # fmt: skip
    path = workbook(tmp_path / "alerts.xlsx", F=[head, *rows])
    arrived = [row["arrived_at"] for row in mapped(path, propose(path, KNOWN, table="alerts"))]
    assert arrived == ["05/03/2026 21:45", "06/03/2026 01:05", None]


def test_hours_that_are_not_known_leave_the_others_with_their_day(tmp_path: Path) -> None:
    head = ["Ref", "Date", "Time (LT)", "Sent on", "Location", "Type of incident"]
    clocks = ["2230 hrs", "unk", "0630 hrs", "NP"]
    rows = [[f"S-{at}", f"0{at}/03/2026", clock, "09/03/2026", "Torit", "Looting"]
            for at, clock in enumerate(clocks, 1)]  # fmt: skip
    path = workbook(tmp_path / "sitrep.xlsx", F=[head, *rows])
    found = propose(path, KNOWN, table="incidents")
    told = [row["occurred_at"] for row in mapped(path, found)]
    assert told == ["01/03/2026 22:30", None, "03/03/2026 06:30", None], "of its day, not when sent"


def test_an_hour_alone_stands_among_spans_of_hours(tmp_path: Path) -> None:
    head = ["Date", "Horaire", "Activité", "Lieu", "Exécution"]
    said = ["15h00 - 18h00", "22h30 - 01h00", "18h00", "07h30 - 09h00"]
    rows = [[f"0{at}/01/2026", one, "Patrouille", "Torit", "Effectuée"]
            for at, one in enumerate(said, 1)]  # fmt: skip
    path = workbook(tmp_path / "main_courante.xlsx", F=[head, *rows])
    found = mapped(path, propose(path, KNOWN, table="activities"))
    assert [row["started_at"] for row in found][2:] == ["03/01/2026 18:00", "04/01/2026 07:30"]
    assert [row["ended_at"] for row in found][:3] == ["01/01/2026 18:00", "02/01/2026 01:00", None]
    # of a later file in which no cell holds two hours each is that of a start
    kept = propose(path, KNOWN, table="activities")
    later = workbook(tmp_path / "later.xlsx", F=[head, [*rows[2]]])
    (row,) = mapped(later, kept)
    assert (row["started_at"], row["ended_at"]) == ("03/01/2026 18:00", None)


def test_days_of_one_month_begin_and_end_a_row_with_the_hours_beside_them(tmp_path: Path) -> None:
    """A long patrol among those of a day, in a file whose title tells the year."""
    head = ["Date", "Type", "Loc", "Start", "End"]
    said = [("05 Jul", "1830", "0130"), ("06 Jul", "0700", "1100"), ("08-10 Jul", "0600", "1700"),
            *((f"{day} Jul", "0800", "1200") for day in range(11, 28))]  # fmt: skip
    rows = [[day, "Patrol", "Torit", *hours] for day, *hours in said]
    path = workbook(tmp_path / "patrols.xlsx", F=[["Patrol state July 2026"], head, *rows])
    found = mapped(path, propose(path, KNOWN, table="activities"))
    begun = ["05 Jul 2026 18:30", "06 Jul 2026 07:00", "08 Jul 2026 06:00"]
    assert [row["started_at"] for row in found][:3] == begun
    # after the start is the next day: that is told where rows are cast
    ended = ["05 Jul 2026 01:30", "06 Jul 2026 11:00", "10 Jul 2026 17:00"]
    assert [row["ended_at"] for row in found][:3] == ended


@pytest.mark.parametrize(
    ("told", "first", "last"),
    [
        ("3 Aug 1400-1500", "3 Aug 2026 14:00", "3 Aug 2026 15:00"),
        ("3 août de 7h30 à 15h30", "3 Aug 2026 07:30", "3 Aug 2026 15:30"),
    ],
)
def test_two_hours_stand_behind_a_day_without_its_year(
    told: str, first: str, last: str, tmp_path: Path
) -> None:
    rows = [[told.replace("3", str(day), 1), "Patrol", "Torit"] for day in (3, 4, 5)]
    head = ["Date / Time", "Activity", "Place"]
    path = workbook(tmp_path / "log.xlsx", F=[["Log of August 2026"], head, *rows])
    both = {f"header.{name}": "Date / Time" for name in ("started_at", "ended_at")}
    row = mapped(path, answered(path, KNOWN, both | {"table": "activities"}))[0]
    assert (row["started_at"], row["ended_at"]) == (first, last)


def test_texts_that_name_no_unit_may_mean_nothing(tmp_path: Path) -> None:
    """A column of units and of components of the State: each has what is its own."""
    head = ["Date", "Place", "Level", "By whom"]
    rows = [["03/08/2026", "Torit", "high", one] for one in ("FPU1", "National police", "FPU1")]
    path = workbook(tmp_path / "alerts.xlsx", F=[head, *rows])
    said = {"table": "alerts", "header.responding_unit_code": "By whom"}
    proposal = answered(path, KNOWN, said)
    asked = "otherwise.responding_unit_code"
    assert asked in {one.name for one in choices(proposal, said)}
    proposal = answered(path, KNOWN, said | {asked: "null"})
    assert [row["responding_unit_code"] for row in mapped(path, proposal)] == ["FPU1", None, "FPU1"]


def test_what_stands_in_the_column_again_is_no_header(tmp_path: Path) -> None:
    """`Reçu` is the name of a column elsewhere; here it is what each row says."""
    title = ["Suivi des rapports – 3e trimestre 2026"]
    head = ["Unité", "Zone", "Rapport", "Juillet", "Août", "Septembre", "Remarque"]
    kinds = ["Activités", "Incidents", "Alertes"]
    rows = [["FPU1", "Torit", kinds[at % 3], "Reçu", "Reçu", "Reçu", "relancé"] for at in range(9)]
    (found,) = layouts(workbook(tmp_path / "suivi.xlsx", F=[title, head, *rows]))
    assert found.table.header == tuple(head)


def test_a_footnote_below_a_sheet_with_words_above_is_no_row(tmp_path: Path) -> None:
    head = ["Ser", "DTG", "Loc", "Type"]
    note = ["NFA = no further action"]

    def sheet(month: str) -> Rows:
        rows = [[at, f"0{at}0150A{month}26", "Torit", "Looting"] for at in (1, 2, 3)]
        return [["SIGNIFICANT INCIDENTS"], ["Times: local"], [None], head, *rows, note]

    path = tmp_path / "log.xlsx"
    found = propose(workbook(path, Jul=sheet("JUL"), Aug=sheet("AUG")), KNOWN, table="incidents")
    assert found.layout.options["footnotes"] is True
    assert "template" in next(one.entry for one in found.columns if one.column == "incident_code")


def test_a_day_in_iso_may_have_its_hour_in_another_writing() -> None:
    texts = ["2026-07-01 0145hrs", "2026-07-02 2112hrs"]
    assert notation.dates(texts, with_time=True).keys == {"formats": ["%Y-%m-%d %H:%M"]}
    assert without_unknown_hour("2 Jul 26 / time unk") == "2 Jul 26"
    assert without_unknown_hour("the 2nd") == "the 2nd", "no `nd` of a number"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("9 janvier, matin", "9 janvier"),
        ("le 9 mars au matin", "le 9 mars"),
        ("12/03/2026 – soir", "12/03/2026"),
        ("12-MAR-26 dawn", "12-MAR-26"),
        ("12 mars 2026 (nuit)", "12 mars 2026"),
        ("3/8 0520 night", "3/8 0520 night"),  # an hour, not a year
        ("4.45 soir", "4.45 soir"),
        ("à 7h du matin", "à 7h du matin"),
    ],
)
def test_a_part_of_a_day_behind_it_is_no_hour(text: str, day: str) -> None:
    assert without_unknown_hour(text) == day


def test_a_blank_hour_is_none_where_a_table_may_lack_it(tmp_path: Path) -> None:
    """Two words that say that there is no hour, and a blank beside its day."""
    head = ["Alert no.", "Received on", "Time", "Place", "Threat", "Level", "Confirmée à"]
    said = [("12:30", "14:05"), ("09:00", "Non confirmée"), ("23:10", None), ("08:00", "08h20")]
    rows = [[f"A-{at}", f"0{at}/03/2026", clock, "Torit", "Looting", "High", own]
            for at, (clock, own) in enumerate(said, 1)]  # fmt: skip
    path = workbook(tmp_path / "alerts.xlsx", F=[head, *rows])
    found = mapped(path, propose(path, KNOWN, table="alerts"))
    told = [row["confirmed_at"] for row in found]
    assert told == ["01/03/2026 14:05", None, None, "04/03/2026 08:20"]
    source = {"source": "interviews", "files": "*", "reader": "csv", "tables": [{
        "table": "survey_respondents", "columns": {"started_at": {
            "from": ["day", "hour"], "formats": ["%Y-%m-%d %H:%M"]}}}]}  # fmt: skip
    (tmp_path / "base.csv").write_text(
        "day,hour\n2026-09-07,\n2026-09-08,10:30\n2026-09-09 11:00,\n"
    )
    path, one = tmp_path / "base.csv", Source.model_validate(source)
    rows_read = file_rows(Delivery(path, path.name, "0a", one))
    times = map_rows(rows_read, one.tables[0], one, lambda: pytest.fail()).rows["started_at"]
    assert times.to_pylist() == [None, "2026-09-08 10:30", "2026-09-09 11:00"]


SETS = REPOSITORY / "tests/worlds/field/sets"
TRACKERS = {
    "tana/files/Monthly returns tracker Q1 2026.xlsx": 60,
    "jubba/files/JOC reporting compliance Q1 2026.xlsx": 78,
    "sankuru/files/JOC reporting compliance Jan-Jun 2026.xlsx": 78,
    "kunene/files/Etat_des_rapports_T3_2026.xlsx": 72,
}


@pytest.mark.parametrize("name", TRACKERS)
def test_a_tracker_whose_cells_tell_status_day_and_reason_is_a_row_of_each_month(name: str) -> None:
    path = SETS / name
    found = propose(path, KNOWN, table="reporting_returns")
    rows, truth = mapped(path, found), read_truth(path).rows["reporting_returns"]
    assert len(rows) == TRACKERS[name] == len(truth)
    assert not found.missing, "`NA` beside which a reason stands is no blank"
    for column in ("received_on", "no_access_reason"):
        told = [row for row in rows if row[column]]
        assert len(told) == sum(bool(row[column]) for row in truth) > 0
    days = {str(row["received_on"])[-2:] for row in rows if row["received_on"]}
    assert days == {"26"}, "with the year of file or header"
    months = {str(row["month"]) for row in rows}
    assert months == {row["month"] for row in truth}


def test_a_text_that_is_decided_means_its_part_in_a_tracker() -> None:
    path = SETS / next(iter(TRACKERS))
    found = propose(path, KNOWN, table="reporting_returns")
    truth = by_parts(read_truth(path), found)
    assert truth.columns["March / Reason"] == ("no_access_reason",)
    assert "March" not in truth.columns
    assert truth.decided["return_status"]["NA"] == "no_access"
    assert truth.decided["no_access_reason"]["insec"] == "insecurity"


TRACKER = ["Unit", "Area", "Report", "Jan 2026", "Feb 2026"]


def tracker(path: Path, *cells: tuple[str | None, str | None], head: Rows = (TRACKER,)) -> Path:
    """A sheet of returns with these cells below two months."""
    rows = [
        ["FPU1", ("Torit", "Ikoto")[at % 2], f"Incidents {at}", *one]
        for at, one in enumerate(cells)
    ]
    return workbook(path, Returns=[*head, *rows])


CELLS = (("R 3/02", "NIL 4/03"), ("NA (road)", "R 5/03"), ("R 7/02", "R 8/03"), ("NR", "NR"))


def test_a_month_in_which_no_cell_has_a_reason_has_its_column_too(tmp_path: Path) -> None:
    path = tracker(tmp_path / "returns.xlsx", *CELLS)
    found = propose(path, KNOWN, table="reporting_returns")
    assert found.wide is not None
    held = found.wide.groups["2026-02-01"]
    assert held["no_access_reason"] == "Feb 2026 / Reason" not in found.ignored
    asked = {one.name: one.value for one in choices(found, {})}
    said = {name: value[0] for name, value in asked.items()
            if value and name.startswith("row")} | {"table": "reporting_returns"}  # fmt: skip
    assert answered(path, KNOWN, said).mapping() == found.mapping()


def test_days_of_a_tracker_that_could_be_months_are_read_as_a_person_says(tmp_path: Path) -> None:
    path = tracker(tmp_path / "returns.xlsx", *CELLS)
    said = {"table": "reporting_returns", "reading.received_on": "month"}
    (asked,) = [one for one in choices(propose(path, KNOWN, table=said["table"]), {})
                if one.name == "reading.received_on"]  # fmt: skip
    assert asked.options == ("day", "month")
    for found, form in (
        (propose(path, KNOWN, table=said["table"]), "%d/%m/%Y"),
        (answered(path, KNOWN, said), "%m/%d/%Y"),
    ):
        (_, february) = found.mapping()["tables"]
        assert february["columns"]["received_on"]["formats"] == [form]


@pytest.mark.parametrize(
    "cells",
    [
        (("R", "NR"), ("NR", "NIL"), ("R", "PA"), ("R", "R")),
        (("Mon 2/2", "Tue 3/3"), ("Fri 6/2", "Mon 2/3"), ("Mon 2/2", "Tue 3/3")),
        (("12", "30"), ("7 pax", "8 pax"), ("12", "9")),
        (("Market (Torit)", "Fields (Ikoto)"), ("Road 3/2", "Water 4/3"), ("School 7/2", None)),
        (("R 5 pages", "NR 6 pages"), ("R 7 pages", "NR"), ("R 5 pages", "NR")),
    ],
    ids=["codes", "days", "numbers", "words", "pages"],
)
def test_cells_of_months_that_tell_one_thing_are_not_cut(
    tmp_path: Path, cells: Sequence[tuple[str | None, str | None]]
) -> None:
    (found,) = layouts(tracker(tmp_path / "returns.xlsx", *cells))
    assert "in_parts" not in found.options


def test_a_status_and_a_date_below_each_month_are_read_like_cells_in_parts(tmp_path: Path) -> None:
    head = (["Unit", "Area", "Report", "Jan 2026", None, "Feb 2026", None],
            [None, None, None, "Status", "Date", "Status", "Date"])  # fmt: skip
    body = [["FPU1", "Torit", "Incidents", "R", "14/02/2026", "NR", None],
            ["FPU2", "Ikoto", "Incidents", "NIL", "15/02/2026", "R", "16/03/2026"]]  # fmt: skip
    path = workbook(tmp_path / "returns.xlsx", Returns=[*head, *body])
    found = propose(path, KNOWN, table="reporting_returns")
    told = [(row["month"], row["received_on"]) for row in mapped(path, found)]
    assert told[0] == ("2026-01-01", "14/02/2026") and len(told) == 4


def test_two_counts_in_a_cell_and_times_of_greenwich(tmp_path: Path) -> None:
    """Their header names the counts; late in the evening it is the next day in the mission."""
    head = ["Ref", "Date/Time (Z)", "District", "Category", "Killed / injured"]
    rows = [
        [f"SA-{at}", f"2026-01-{at:02d} 22:30", "Torit", "Murder", text]
        for at, text in enumerate(["— / 1", "3 / —", "0 / 0", "2 / 2"], 1)
    ]
    found = propose(workbook(tmp_path / "sigacts.xlsx", Log=[head, *rows]), KNOWN)
    assert found.table == "incidents" and found.mapping()["time_zone"] == "UTC"
    (path,) = tmp_path.iterdir()
    assert "time_zone" not in answered(path, KNOWN, {"time_zone": ""}).mapping()
    counts = [
        (row["deaths_civilian"], row["injured_civilian"])
        for row in mapped(path, answered(path, KNOWN, {"meant": "1"}))
    ]
    assert counts == [(None, "1"), ("3", None), ("0", "0"), ("2", "2")]


def test_days_below_a_day_of_the_week_take_the_month_of_their_sheet(tmp_path: Path) -> None:
    head = ["Jour", "Heure départ", "Unité", "Type d'activité", "Localité"]
    rows = [[day, "08:30", "FPU1", "Patrouille", "Torit"] for day in ("ven 02", "sam 03", "mar 20")]
    found = propose(workbook(tmp_path / "CR.xlsx", **{"JANV 26": [head, *rows]}), KNOWN)
    assert found.layout.options["month_of_sheet"] == ["Jour"]
    assert [bare_day(row) for row in found.layout.table.rows["Jour"].to_pylist()] == [
        "02 JANV 26", "03 JANV 26", "20 JANV 26"
    ]  # fmt: skip


def test_sentences_are_no_codes_of_routes(tmp_path: Path) -> None:
    ways = ("Axe Gouni – Toulé", "Camp – marché – pont", "Hameaux de Bossori et camp")
    head = ["Date", "Unité", "Type d'activité", "Localité", "Itinéraire"]
    rows = [
        [f"2026-01-0{at}", "FPU1", "Patrouille", "Torit", way] for at, way in enumerate(ways, 1)
    ]
    found = propose(workbook(tmp_path / "log.xlsx", Log=[head, *rows]), KNOWN, table="activities")
    assert all(one.confidence < 0.6 for one in found.columns if one.column == "route_code")


def test_kinds_of_returns_side_by_side_are_cut_into_status_day_and_reason(tmp_path: Path) -> None:
    """A sheet a month; days of what was received tell nothing of the month that a row is of."""
    head = ["Unit", "AOR", "Activities", "Incidents", "Chased by"]
    months = {"JAN 2026": "2", "FEB 2026": "3"}
    sheets = {
        name: [
            [f"Monthly reports due for {name}"],
            head,
            ["FPU1", "Torit", f"OK 14/{after}", f"OK 11/{after}", "phone"],
            ["FPU2", "Ikoto", f"NIL 8/{after}", "missing", None],
            ["FPU1", "Ikoto", "no access - road cut", f"OK 9/{after}", "mail"],
            ["FPU2", "Torit", "missing", f"NIL 7/{after}", "mail"],
        ]
        for name, after in months.items()
    }
    (found, *_) = layouts(workbook(tmp_path / "Reports tracker Q1 2026.xlsx", **sheets))
    assert sorted(found.options["in_parts"]) == ["Activities", "Incidents"]
    assert found.options["sheet_as"] == "Month" and found.table.sheet == "*"
    rows = found.table.rows
    assert rows["Activities / Status"].to_pylist()[:4] == ["OK", "NIL", "no access", "missing"]
    assert rows["Activities / Date"].to_pylist()[:2] == ["14/2/2026", "8/2/2026"]
    assert rows["Activities / Reason"].to_pylist()[2] == "road cut"
    log = [["Unit", "Place", "Type", "Status"], *(["FPU1", "Torit", "Patrol - foot", "Done"],) * 4]
    (plain, *_) = layouts(workbook(tmp_path / "log.xlsx", Log=log))
    assert "in_parts" not in plain.options


def test_sums_of_weeks_are_set_aside_and_what_stands_above_is_no_key(tmp_path: Path) -> None:
    head = ["Ser", "Date", "Type of mov", "Unit", "AOR", "SP", "RTB", "Tps"]
    rows = [
        [1, "02 Apr", "Foot Ptl", "FPU1", "Torit", "1415", "2055", 15],
        [2, "04 Apr", "Mob Ptl", "FPU1", "Ikoto", "0900", "0415 (+2)", 14],
        [None, "Wk 1 total", None, None, None, None, None, 29],
        [3, "08 Apr", "Mob Ptl", "FPU1", "Torit", "1330", "2010 (+1)", 11],
        [None, "Wk 2 total", None, None, None, None, None, 11],
    ]
    above = [["PATROL STATE APRIL 2026"], ["Ref: Sector order 014/26. All timings local."]]
    path = workbook(tmp_path / "Ptl State APR 26.xlsx", State=[*above, head, *rows])
    found = propose(path, KNOWN, table="activities")
    assert found.layout.options["totals"] == ["Wk * total"]
    assert found.layout.options["labels_above"] == ["Ref"]
    assert found.layout.table.rows["Date"].to_pylist() == [
        "02 Apr 2026",
        "04 Apr 2026",
        "08 Apr 2026",
    ]
    assert "Ref" not in {header for one in found.columns for header in one.headers}
    assert "women_personnel_count" not in {one.column for one in found.columns}


def test_a_header_of_two_rows_is_none_of_the_banner_below_it(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    for row in (
        ["Early Warning Alert Log"],
        ["No", "Received", None, "Alert", None, None],
        [None, "Date", "Time", "Source", "Where", "Threat"],
        ["APRIL"],
        ["SC/01", "2026-04-05", "08:25", "NGO", "Torit", "Looting"],
        ["SC/02", "2026-04-07", "21:40", "NGO", "Ikoto", "Murder"],
        ["MAY"],
        ["SC/03", "2026-05-02", "10:00", "NGO", "Torit", "Looting"],
    ):
        sheet.append(row)
    for cells in ("A2:A3", "B2:C2", "D2:F2", "A4:F4", "A7:F7"):
        sheet.merge_cells(cells)
    book.save(path := tmp_path / "alerts.xlsx")
    (found, *_) = layouts(path)
    assert (found.options["header_row"], found.options["header_rows"]) == (2, 2)
    assert found.table.header[:3] == ("No", "Received / Date", "Received / Time")
    assert found.table.rows["No"].to_pylist() == ["SC/01", "SC/02", "SC/03"]
