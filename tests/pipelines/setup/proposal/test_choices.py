"""What a person says of how a file is read, on the page and in the terminal alike."""

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from pipelines.cli.main import main
from pipelines.ingest.mapping.model import SenderColumn
from pipelines.ingest.readers import reader
from pipelines.setup.proposal.answering.answers import answered
from pipelines.setup.proposal.answering.said_before import answers_of, with_former_codes
from pipelines.setup.proposal.desk import IntakeDesk
from pipelines.setup.proposal.writing import checked
from pipelines.workspace.paths import Workspace
from records.desk.intake import FilePreview, OfferedChoice

REST = {
    "constant.incident_type": "killing", "constant.against_civilians": "true",
    "constant.date_precision": "day", "constant.location_precision": "admin1",
    "constant.reported_by": "ngo", "constant.verification": "reported", "table": "incidents",
}  # fmt: skip


def page(workspace: Workspace, path: Path, answers: dict[str, str]) -> FilePreview:
    found = IntakeDesk(workspace).preview("faulty", path, "en", answers)
    assert found.problems == ()
    return found


def asked(found: FilePreview, name: str) -> OfferedChoice:
    assert found.offered
    all_of = [*found.offered.choices, *(c for one in found.offered.columns for c in one.choices)]
    return next(choice for choice in all_of if choice.name == name)


def column(found: FilePreview, title: str) -> list[str]:
    assert found.counted
    table = found.counted.tables[0]
    at = next(at for at, head in enumerate(table.columns) if head.startswith(title))
    return [row[at].replace("\u00a0", " ") for row in table.rows]


def test_a_day_that_may_be_a_month_is_asked_also_where_a_person_named_the_column(
    workspace: Workspace,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "listing.csv"
    path.write_text("Ref,Seen,County\nA-1,03/04/2026,Bor\nA-2,05/06/2026,Akobo\n")
    said = REST | {"header.occurred_on": "Seen"}
    for way, days in (
        ("day", ["3 Apr 2026", "5 Jun 2026"]),
        ("month", ["4 Mar 2026", "6 May 2026"]),
    ):
        found = page(workspace, path, said | {"reading.occurred_on": way})
        assert column(found, "Occurred on") == days
        assert asked(found, "reading.occurred_on").value == (way,)
    shown = page(workspace, path, said)
    assert asked(shown, "reading.occurred_on").value == ()
    assert shown.offered and shown.offered.undecided == ("Occurred on",)
    desk = IntakeDesk(workspace)
    (problem,) = desk.take_in("faulty", path, "en", said)
    assert problem.startswith("Occurred on can be read in two ways")
    assert not (workspace.profile("faulty") / "sources" / "listing.yaml").exists()
    words = ["map", str(path), "--mission", "faulty", "--yes"]
    words += [f"--set={name.removeprefix('constant.')}={text}" for name, text in REST.items()
              if name.startswith("constant.")]  # fmt: skip
    words += ["--table", "incidents", "--column", "occurred_on=Seen"]
    monkeypatch.setenv("POCLENS_HOME", str(workspace.home))
    assert main(words) == 2
    assert "reading.occurred_on=day" in capsys.readouterr().err
    assert main([*words, "--answer", "reading.occurred_on=day", "--name", "seen"]) == 0
    (workspace.profile("faulty") / "sources" / "seen.yaml").unlink()


def test_another_header_named_on_the_page_makes_the_proposal_anew(
    workspace: Workspace, tmp_path: Path
) -> None:
    """What the page says of the columns of the header before is not held against the next one."""
    path = tmp_path / "rounds.csv"
    rows = ["When,,What,Where", "Date,Hour,Kind,District"]
    rows += [f"2026-06-{day},08:30,patrol,Bor" for day in range(11, 19)]
    path.write_text("\n".join(rows))
    shown = page(workspace, path, {"table": "activities"})
    assert shown.offered
    said = {f"header.{one.column}": one.header for one in shown.offered.columns}
    said |= {"laid": "yes", "table": "activities", "of_table": "activities"}
    for name in ("header_row", "header_rows"):
        (value,) = asked(shown, name).value
        said |= {name: value, f"of_{name}": value}
    assert (said["header_row"], said["header_rows"]) != ("1", "2")
    said |= {"constant.tier": "II", "constant.area_code": "XX"}
    found = page(workspace, path, said | {"header_row": "1", "header_rows": "2"})
    assert found.offered and found.refused == {}
    kept = {one.column: one.constant for one in found.offered.columns if one.constant}
    assert kept == {"tier": "II"}  # which speaks of no column; the place is one again
    of = {one.column: one.header for one in found.offered.columns}
    assert (of["started_at"], of["area_code"]) == ("When / Date", "Where / District")


def test_a_place_is_as_precise_as_its_area_unless_a_person_says_else(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "places.csv"
    path.write_text("Ref,Date,County\nA-1,2026-04-13,Bor\nA-2,2026-04-14,Fict\n")
    unsaid = {name: text for name, text in REST.items() if "precision" not in name}
    unsaid |= {"constant.date_precision": "day", "laid": "yes", "header.location_precision": ""}
    found = page(workspace, path, unsaid)
    assert column(found, "Precision of the place") == [
        "Known to administrative level 1", "Known to the country only",
    ]  # fmt: skip
    assert found.offered
    told = next(o for o in found.offered.columns if o.column == "location_precision")
    assert "as precise as the area" in told.reasons
    said = page(workspace, path, unsaid | {"constant.location_precision": "near"})
    assert column(said, "Precision of the place") == ["Near a named place"] * 2
    # how precise coordinates are is for a person to say
    path.write_text("Ref,Date,County,Lat,Lon\nA-1,2026-04-13,Bor,6.21,31.55\n")
    asked_of = page(workspace, path, unsaid).offered
    assert asked_of and not asked_of.is_complete


def test_rows_of_one_country_a_second_column_and_local_times_with_names_of_areas(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "world.csv"
    path.write_text(
        "Ref,Event Date,Clock,Land,County\nA-1,2026-04-13,08:30,Here,Bor\n"
        "A-2,2026-04-14,09:30,There,Bor\nA-3,2026-04-15,10:30,Here,Akobo\n"
    )
    said = REST | {"laid": "yes", "where": "Land", "where_is": "Here"}
    said |= {"header.occurred_at": "Event Date", "join.occurred_at": "Clock",
             "header.occurred_on": "Event Date"}  # fmt: skip
    found = page(workspace, path, said)
    assert column(found, "Occurred at") == ["13 Apr 2026 08:30", "15 Apr 2026 10:30"]
    assert "Africa/Juba" in " ".join(found.counted.tables[0].columns)
    assert column(found, "Area") == ["Bor (XX01)", "Akobo (XX02)"]


def test_the_row_of_the_names_and_cells_that_repeat_the_text_above(
    workspace: Workspace, tmp_path: Path
) -> None:
    path, book = tmp_path / "matrix.xlsx", openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Event", "", "Where"], ["Incident ID", "Incident date", "County"],
                ["B-1", "2026-04-13", "Bor"], ["B-2", "2026-04-14", None],
                ["B-3", "2026-04-15", "Akobo"]):  # fmt: skip
        sheet.append(row)
    book.save(path)
    said = REST | {"laid": "yes", "header_row": "2", "header_rows": "1", "fill_down": "County",
                   "header.area_code": "County"}  # fmt: skip
    found = page(workspace, path, said)
    assert column(found, "Area") == ["Bor (XX01)", "Bor (XX01)", "Akobo (XX02)"]
    assert asked(found, "header_row").value == ("2",)


def test_the_terminal_takes_the_answers_of_the_page(
    workspace: Workspace,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "figures.csv"
    path.write_text("Ref,Date,Land,IDPs\nA-1,2026-04-13,Here,1.200\nA-2,2026-04-14,There,2.300\n")
    arguments = ["map", str(path), "--mission", "faulty", "--table", "displacement_events",
                 "--set", "cause=violence", "--set", "estimate_source=x",
                 "--set", "origin_area_code=XX01", "--answer", "where=Land",
                 "--answer", "where_is=Here", "--answer", "reading.persons=thousands"]  # fmt: skip
    monkeypatch.setenv("POCLENS_HOME", str(workspace.home))
    code = main([*arguments, "--json"])
    told = json.loads(capsys.readouterr().out)
    assert code == 0
    entry = told["mapping"]["tables"][0]
    assert entry["where"] == {"Land": ["Here"]}
    assert told["preview"]["rows"][0]["persons"] == 1200


def months(path: Path, *sheets: tuple[str, str]) -> Path:
    """A workbook with a sheet a month, each with its code, and one of remarks."""
    book = openpyxl.Workbook()
    for name, code in sheets:
        sheet = book.create_sheet(name)
        sheet.append(["Incident ID", "Incident date", "County"])
        sheet.append([code, "2026-04-13", "Bor"])
    for row in (["Who", "Telephone"], ["The clerk", "none"]):
        book.worksheets[0].append(row)
    book.worksheets[0].title = "Remarks"
    book.save(path)
    return path


def test_sheets_of_one_form_are_read_as_one_beside_a_sheet_of_remarks(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = months(tmp_path / "log.xlsx", ("January", "J-1"), ("February", "F-1"))
    found = page(workspace, path, REST)
    assert column(found, "Incident code") == ["J-1", "F-1"]
    assert asked(found, "sheet").value == ("January", "February")
    assert "ignore_sheets:\n  - Remarks" in found.mapping.text
    one = page(workspace, path, REST | {"sheet": "February"})
    assert column(one, "Incident code") == ["F-1"]


def test_a_person_says_which_sheets_are_read_as_one(workspace: Workspace, tmp_path: Path) -> None:
    path = months(tmp_path / "log.xlsx", ("January", "J-1"), ("February", "F-1"), ("Slip", "S-1"))
    book = openpyxl.load_workbook(path)
    book["Slip"]["C1"] = "Province"
    book.save(path)
    assert len(column(page(workspace, path, REST), "Incident code")) == 1  # a slip is no other form
    found = page(workspace, path, REST | {"sheet": "January\nFebruary"})
    assert column(found, "Incident code") == ["J-1", "F-1"]
    assert asked(found, "sheet").value == ("January", "February")
    later = months(tmp_path / "log.xlsx", ("January", "J-1"), ("March", "M-1"))
    source = checked(yaml.safe_load(found.mapping.text))
    read = reader("xlsx").read(later, source.options)
    assert [(table.sheet, table.rows.num_rows) for table in read][:2] == [
        ("January", 1),
        ("March", 1),
    ]


def mapped(found: FilePreview) -> dict[str, Any]:
    read = yaml.safe_load(found.mapping.text)
    assert isinstance(read, dict)
    return read


def listing(folder: Path, *lines: str) -> Path:
    """A file that no mapping takes."""
    path = folder / "listing.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_files_as_wholes_are_said_on_the_page(workspace: Workspace, tmp_path: Path) -> None:
    row = "A-1,2026-04-03,Bor,one"
    path = listing(tmp_path, "Ref,Seen,County,Clerk", row, row)
    said = REST | {"header.occurred_on": "Seen", "header.incident_code": "Ref", "laid": "yes"}
    said |= {"distinct": "once", "replaces": "quarter", "covers": "dates", "sender": "Clerk",
             "missing": "néant\n-",
             "time_zone": "Africa/Bangui", "may_lack": "County"}  # fmt: skip
    found = page(workspace, path, said)
    assert found.counted.rows_rejected == 0 and column(found, "Incident code") == ["A-1"]
    source = checked(mapped(found))
    assert (source.supersedes, source.period, source.covers) == ("by_period", "quarter", "dates")
    assert source.time_zone == "Africa/Bangui" and source.missing == ("néant", "-")
    assert source.sender == SenderColumn(column="Clerk") and "Clerk" not in source.ignore
    assert source.tables[0].distinct and source.columns_read()["County"] is False
    for name in ("replaces", "covers", "sender", "time_zone", "distinct"):
        assert asked(found, name).value == (said[name],)
    kept = {name: value for name, value in said.items() if name in REST or "header" in name}
    plain = checked(mapped(page(workspace, path, kept)))
    assert (plain.supersedes, plain.covers, plain.sender) == ("name", None, "series")


def test_rows_are_taken_by_two_columns_one_of_them_filled(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = ("A-1,2026-04-03,incident,one,Bor", "A-2,2026-04-04,patrol,one,Bor",
            "A-3,2026-04-05,incident,,Bor")  # fmt: skip
    path = listing(tmp_path, "Ref,Seen,Kind,Clerk,County", *rows)
    said = REST | {"header.occurred_on": "Seen", "laid": "yes", "where": "Kind"}
    said |= {"where_is": "incident", "where_too": "Clerk", "where_too_is": "present"}
    found = page(workspace, path, said)
    assert column(found, "Incident code") == ["A-1"]
    assert mapped(found)["tables"][0]["where"] == {"Kind": ["incident"], "Clerk": "present"}
    words = dict(asked(found, "where_too_is").options)
    assert words["present"] == "(any text)" and words["one"] == "one"


def test_empty_cells_other_texts_and_exceptions_of_a_column(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = ("A-1,2026-04-03,killing,1,Bor", "A-2,2026-04-04,quarrel,1,Bor",
            "A-3,2026-04-05,,7,Bor", "A-4,2026-04-06,killing,7,Bor")  # fmt: skip
    path = listing(tmp_path, "Ref,Seen,Kind,Precision,County", *rows)
    said = {name: value for name, value in REST.items() if name != "constant.incident_type"}
    said |= {"header.occurred_on": "Seen", "header.incident_type": "Kind", "laid": "yes"}
    assert page(workspace, path, said).counted.rows_rejected == 2  # a quarrel, and nothing
    said |= {"empty.incident_type": "looting", "otherwise.incident_type": "injury"}
    found = page(workspace, path, said)
    assert column(found, "Incident type") == ["Killing", "Injury", "Looting", "Killing"]
    assert asked(found, "otherwise.incident_type").value == ("injury",)
    said |= {"when.incident_type": "Precision", "when_is.incident_type": "7",
             "when_value.incident_type": "abduction"}  # fmt: skip
    kinds = column(page(workspace, path, said), "Incident type")
    assert kinds == ["Killing", "Injury", "Abduction", "Abduction"]


def test_three_columns_are_joined_and_taken_apart_again(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = ("2026,N,1,2026-04-03,Bor", "2026,S,1,2026-04-04,Bor")
    path = listing(tmp_path, "Year,Office,No,Seen,County", *rows)
    said = REST | {"header.incident_code": "Year", "join.incident_code": "Office\nNo",
                   "header.occurred_on": "Seen"}  # fmt: skip
    found = page(workspace, path, said)
    assert column(found, "Incident code") == ["2026 N 1", "2026 S 1"]
    proposed = {one.column: one for one in found.offered.columns}["incident_code"]
    joined = [one.value for one in proposed.choices if one.name == "join.incident_code"]
    assert proposed.header == "Year" and joined == [("Office",), ("No",), ()]


def test_coordinates_of_one_cell_whichever_comes_first(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = listing(tmp_path, "Ref,Seen,County,Where was it", 'A-1,2026-04-03,Bor,"6.21, 31.55"')
    said = REST | {"header.occurred_on": "Seen", "header.latitude": "Where was it",
                   "header.longitude": "Where was it"}  # fmt: skip
    for part, degrees in (("1", (6.21, 31.55)), ("2", (31.55, 6.21))):
        found = page(workspace, path, said | {"part.latitude": part})
        assert [float(column(found, name)[0]) for name in ("Latitude", "Longitude")] == [*degrees]
        assert asked(found, "part.latitude").value == (part,)


def test_an_end_before_its_begin_is_of_the_day_after_where_that_is_said(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = listing(tmp_path, "No,Day,From,To,Unit,Place", "1,2026-04-03,22:00,02:00,U1,Bor")
    said = {"table": "activities", "header.started_at": "Day", "join.started_at": "From",
            "header.ended_at": "Day", "join.ended_at": "To"}  # fmt: skip
    after = {"started_at": {"after": "started_at"}, "": {}}
    for answer, keys in after.items():
        found = page(workspace, path, said | {"after.ended_at": answer})
        entry = mapped(found)["tables"][0]["columns"]["ended_at"]
        assert entry == {"from": ["Day", "To"], "formats": ["%Y-%m-%d %H:%M"], **keys}
    choice = asked(found, "after.ended_at")
    assert choice.value == () and choice.options == (("started_at", "Started at"),)


@pytest.mark.parametrize(
    "more",
    [
        {"header.incident_type": "Kind", "code.incident_type.fight": "armed_clash"},
        {"header.incident_type": "Kind", "otherwise.incident_type": "other", "distinct": "once"},
        {"constant.incident_type": "killing", "where": "Kind", "where_is": "fight"},
        {"constant.incident_type": "killing", "replaces": "quarter", "covers": "dates"},
        {"header.incident_type": "Kind", "missing": "fight", "empty.incident_type": "looting"},
        {"constant.incident_type": "killing", "also": "incident_victims",
         "also.constant.harm": "killed", "also.constant.victims_count": "1",
         "also.constant.sex": "_U", "also.constant.age_group": "_U"},
    ],
)  # fmt: skip
def test_a_mapping_that_is_made_anew_begins_with_what_was_said(
    workspace: Workspace, tmp_path: Path, more: dict[str, str]
) -> None:
    path = listing(tmp_path, "Ref,Seen,Kind,County", "A-1,03/04/2026,fight,Bor",
                   "A-2,05/06/2026,fight,Akobo")  # fmt: skip
    said = {name: text for name, text in REST.items() if name != "constant.incident_type"}
    said |= {"header.occurred_on": "Seen", "reading.occurred_on": "month", **more}
    once = mapped(page(workspace, path, said))
    assert mapped(page(workspace, path, answers_of(checked(once)))) == once


def test_what_texts_of_earlier_files_mean_stays_in_a_mapping_made_anew(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = listing(tmp_path, "Ref,Seen,Kind,County", "A-1,2026-04-03,fight,Bor")
    said = {name: text for name, text in REST.items() if name != "constant.incident_type"}
    said |= {"header.occurred_on": "Seen", "header.incident_type": "Kind"}
    said |= {"code.incident_type.fight": "armed_clash"}
    before = checked(mapped(page(workspace, path, said)))
    listing(tmp_path, "Ref,Seen,Kind,County", "A-2,2026-04-04,quarrel,Bor")
    answers = answers_of(before) | {"code.incident_type.quarrel": "other"}
    proposal = with_former_codes(answered(path, {}, answers), before, answers)
    kind = proposal.mapping()["tables"][0]["columns"]["incident_type"]
    assert kind["recode"] == {"quarrel": "other", "fight": "armed_clash"}


def test_one_file_becomes_two_tables(workspace: Workspace, tmp_path: Path) -> None:
    rows = ("A-1,2026-04-03,Bor,2,1", "A-2,2026-04-04,Bor,,3")
    path = listing(tmp_path, "Ref,Seen,County,Women,Men", *rows)
    said = REST | {"header.occurred_on": "Seen", "header.incident_code": "Ref", "laid": "yes"}
    alone = page(workspace, path, said)
    assert alone.offered.also is None and "Women" in alone.offered.ignored
    said |= {"also": "incident_victims"}
    open_yet = page(workspace, path, said)
    assert open_yet.counted is None and not open_yet.offered.is_complete
    said |= {"also.constant.harm": "killed"}
    found = page(workspace, path, said)
    assert found.counted.rows_rejected == 0 and found.offered.ignored == ()
    incidents, victims = found.counted.tables
    assert [row[0] for row in incidents.rows] == ["A-1", "A-2"]
    assert [row[-1] for row in victims.rows] == ["2", "1", "3"]
    tables = mapped(found)["tables"]
    assert [one["table"] for one in tables] == ["incidents", "incident_victims"]
    chosen = [one.header for one in found.offered.also.columns if one.header]
    assert chosen == ["Ref"]  # as the first table has it
    assert found.offered.also.prefix == "also."


def test_days_and_hours_of_two_columns_each_written_in_two_ways_are_joined(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "log.csv"
    rows = [f"P-{n},{n}/06/2026,{n % 24:02d}:15:00,day,Bor" for n in range(13, 29)]
    rows += ["P-1,2026-06-03,05h45,night,Bor", "P-2,2026-06-04,22:30:00,night,Bor",
             "P-3,05/06/2026,21h10,night,Bor", "P-4,06/06/2026,late,night,Bor"]  # fmt: skip
    path.write_text("\n".join(["Serial,Date,Time out,Day/Night,District", *rows]))
    found = IntakeDesk(workspace).preview("faulty", path, "en", {"table": "activities"})
    assert found.offered
    of = {one.column: one for one in found.offered.columns}
    assert of["started_at"].header == "Date" and of["nights_out"].header == ""
    assert asked(found, "join.started_at").value == ("Time out",)
    said = {"constant.activity_type": "patrol", "constant.status": "completed",
            "constant.unit_code": "U-1", "constant.tier": "II", "constant.phase": "prevention",
            "constant.location_precision": "admin1", "table": "activities"}  # fmt: skip
    shown = IntakeDesk(workspace).preview("faulty", path, "en", said)
    assert shown.mapping
    formats = yaml.safe_load(shown.mapping.text)["tables"][0]["columns"]["started_at"]["formats"]
    assert {"%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"} < set(formats)
