"""Rejected rows go out as a workbook a sender and come back corrected: those and no others."""

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import openpyxl
import pytest

from indicators.foundation.errors import WrongUse
from pipelines.ingest.file_report import closing_lines
from pipelines.ingest.mapping.model import load_sources
from pipelines.ingest.rows.quarantine import reject_sentence
from pipelines.quality.rejects.workbook import open_rejects, workbooks_to_mend
from pipelines.setup.proposal.desk import open_desk
from pipelines.setup.steps import steps
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.worlds.mission.delivered import SmallMission
from tests.worlds.mission.mappings import PATROLS, POPULATION, UNITS

HEADER = "area,day,sex,persons\n"
ROWS = "XX01,2024-06-30,F,5\nXX01,2024-06-31,M,6\nXX02,2024-06-30,women,7\n"
COUNTED = "SELECT area_code, sex, persons FROM core.population ORDER BY ALL"


def sent_out(small: SmallMission, folder: Path, language: str = "en") -> list[Path]:
    """The workbooks of a mission."""
    home = small.workspace
    with open_warehouse(home.warehouse("small")) as connection:
        sources = load_sources(home.profile("small"))
        return workbooks_to_mend(connection, home.archive("small"), sources, folder, language)


def corrected(path: Path, cells: dict[tuple[int, str], object]) -> bytes:
    """The workbook after somebody typed into it: line and column head to value."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    for (line, head), value in cells.items():
        sheet.cell(line, heads.index(head) + 1, value)
    book.save(path)
    return path.read_bytes()


def still_open(small: SmallMission) -> list[tuple[int | None, str | None]]:
    """Row and value of what waits."""
    with open_warehouse(small.workspace.warehouse("small")) as connection:
        return [(reject.row_number, reject.raw_value) for reject in open_rejects(connection)]


def test_wrong_cells_are_marked_and_say_what_to_do(small: SmallMission, tmp_path: Path) -> None:
    small.deliver("population.csv", HEADER + ROWS)
    (path,) = sent_out(small, tmp_path)
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert [cell.value for cell in sheet[1]][3:-1] == ["area", "day", "sex", "persons"]
    first, second = sheet[2], sheet[3]
    assert [cell.value for cell in first][3:-1] == ["XX01", "2024-06-31", "M", "6"]
    marked = [[cell.fill.fgColor.rgb for cell in row][3:-1] for row in (first, second)]
    assert [row.index("FFFFE9A8") for row in marked] == [1, 2]
    assert "That month has 30 days." in str(first[4].comment.text)
    assert "That month has 30 days." in str(first[-1].value)


def test_it_names_the_file_and_the_columns_that_nothing_reads(
    small: SmallMission, tmp_path: Path
) -> None:
    small.add_source(POPULATION | {"ignore": ["Name", "Phone"]})
    lines = ["area,day,sex,persons,Name,Phone", "XX01,2024-06-31,F,5,Rose Kuol,0911"]
    small.deliver("population.csv", "\n".join(lines) + "\n")
    (path,) = sent_out(small, tmp_path)
    texts = [str(cell) for row in openpyxl.load_workbook(path).worksheets[0].values for cell in row]
    (note,) = [text for text in texts if "population.csv" in text]
    assert note.endswith("Name, Phone.") and not any("Kuol" in text for text in texts)
    small.deliver(path.name, corrected(path, {(2, "day"): "2024-06-30"}))
    assert small.query(COUNTED) == [("XX01", "F", 5)]


def test_a_workbook_that_waits_is_known_to_the_steps(small: SmallMission, tmp_path: Path) -> None:
    small.deliver("population.csv", HEADER + ROWS)
    (path,) = sent_out(small, tmp_path)
    shutil.copy(path, small.workspace.inbox("small"))
    found = {step.name: step.said for step in steps(small.workspace, "small")}
    assert (found["files"], found["refresh"], found["rejected"]) == ("done", "waits", "sent")


def test_a_day_and_its_clock_are_exemplified_as_they_stand(small: SmallMission) -> None:
    joined = {"started_at": {"from": ["day", "clock"], "formats": ["%Y-%m-%d %H:%M"]}}
    (table,) = PATROLS["tables"]
    small.add_source(PATROLS | {"tables": [table | {"columns": table["columns"] | joined}]})
    rows = "code,mode,status,unit,area,day,clock,people\nA1,foot,completed,U1,XX01,soon,04:30,4\n"
    small.deliver("patrols.csv", rows)
    ((found,),) = small.query(
        "SELECT parameters->>'format' FROM quarantine.activities WHERE column_name = 'day + clock'"
    )
    assert found == "2026-12-31 + 14:30"


def test_a_blank_part_a_word_for_none_and_a_day_before_the_mission_are_named(
    small: SmallMission,
) -> None:
    small.settings |= {"ends_on": None}
    joined = {"started_at": {"from": ["day", "clock"], "formats": ["%Y-%m-%d %H:%M"]}}
    unit = {"unit_code": {"from": "unit", "missing": ["nobody"]}}
    (table,) = PATROLS["tables"]
    small.add_source(PATROLS | {"tables": [table | {"columns": table["columns"] | joined | unit}]})
    rows = [
        "A1,foot,completed,U1,XX01,2024-06-30,,4",
        "A2,foot,completed,nobody,XX01,2024-06-30,08:00,4",
        "A3,foot,completed,U1,XX01,0024-06-30,08:00,4",
        "A4,foot,completed,,XX01,2024-06-30,08:00,4",
    ]
    head = "code,mode,status,unit,area,day,clock,people"
    small.deliver("patrols.csv", "\n".join([head, *rows, ""]))
    found = small.query("SELECT rule, parameters, raw_value FROM quarantine.activities")
    told = [reject_sentence(rule, json.loads(given), value, "en") for rule, given, value in found]
    assert [text for text in told if "One of the cells that are read together is blank" in text]
    assert [text for text in told if text.startswith("'nobody' stands for nothing here")]
    assert [text for text in told if "before the mission, which begins on" in text]
    hints = [rule for rule, given, _ in found if "part_blank" in given]
    assert hints == ["type_time"]


def test_corrected_rows_are_shown_before_they_are_taken_in(
    small: SmallMission, tmp_path: Path
) -> None:
    small.deliver("population.csv", HEADER + ROWS)
    (path,) = sent_out(small, tmp_path)
    corrected(path, {(2, "day"): "2024-06-30"})
    desk, left = open_desk(small.workspace.home), {"meant.population.sex.women": ""}
    found = desk.preview("small", path, "en", left)
    assert found.is_mended and found.counted is not None
    counted = found.counted
    assert (counted.rows_read, counted.rows_new, counted.rows_rejected) == (3, 1, 1)
    ((row,),) = (table.rows for table in counted.tables)
    assert "6" in row and "5" not in row  # the row that was corrected alone
    assert [one.value for one in counted.rejects] == ["women"]
    assert small.query(COUNTED) == [("XX01", "F", 5)] and path.is_file()
    book = openpyxl.load_workbook(path)
    book.worksheets[0].delete_rows(3)  # as in a workbook of another unit: no error of this one
    book.save(path)
    shown = desk.preview("small", path, "en", left).counted
    assert shown is not None and (shown.rows_rejected, shown.rejects) == (1, ())


def test_a_text_that_the_mapping_lacks_is_asked_of_corrected_rows_as_of_files(
    small: SmallMission, tmp_path: Path
) -> None:
    small.deliver("population.csv", HEADER + ROWS)
    (path,) = sent_out(small, tmp_path)
    corrected(path, {(2, "day"): "2024-06-30", (3, "sex"): "female"})
    desk = open_desk(small.workspace.home)
    found = desk.preview("small", path, "en", {})
    assert found.differs is not None and found.counted is not None
    assert [(one.text, one.meant) for one in found.differs.changes] == [("female", "F")]
    assert found.counted.rows_rejected == 0
    assert desk.take_in("small", path, "en", {"mend": "yes"}) == []
    small.ingest()
    assert still_open(small) == []


def test_corrected_rows_replace_those_and_no_others(small: SmallMission, tmp_path: Path) -> None:
    small.deliver("population.csv", HEADER + ROWS)
    (path,) = sent_out(small, tmp_path)
    report = small.deliver(path.name, corrected(path, {(2, "day"): "2024-06-30"}))
    assert (report.name, report.status) == ("population.csv", "loaded")
    assert small.query(COUNTED) == [("XX01", "F", 5), ("XX01", "M", 6)]
    assert still_open(small) == [(4, "women")]
    assert list(small.workspace.inbox("small").iterdir()) == []
    (path,) = sent_out(small, tmp_path)  # of what is left
    small.deliver(path.name, corrected(path, {(2, "sex"): "F"}))
    assert small.query(COUNTED) == [("XX01", "F", 5), ("XX01", "M", 6), ("XX02", "F", 7)]
    assert still_open(small) == []
    files = small.query("SELECT name, status FROM ops.input_file WHERE source = 'population'")
    assert sorted(files) == [("population.csv", "loaded"), *[("population.csv", "superseded")] * 2]


def test_a_version_without_the_corrections_says_that_these_would_leave(
    small: SmallMission, tmp_path: Path
) -> None:
    small.deliver("population.csv", HEADER + ROWS)
    (path,) = sent_out(small, tmp_path)
    small.deliver(path.name, corrected(path, {(2, "day"): "2024-06-30"}))
    again = tmp_path / "population.csv"  # by the unit, with one row more
    again.write_text(HEADER + ROWS + "XX02,2024-06-30,M,8\n")
    counted = open_desk(small.workspace.home).preview("small", again, "en", {}).counted
    assert counted is not None and (counted.rows_new, counted.rows_retracted) == (1, 1)
    small.deliver(again.name, again.read_text())
    assert small.query(COUNTED) == [("XX01", "F", 5), ("XX02", "M", 8)]


def test_a_file_without_a_row_says_that_earlier_ones_still_count(small: SmallMission) -> None:
    small.deliver("population.csv", HEADER + ROWS)
    small.drop("population.csv", HEADER.encode())
    (report,) = small.ingest().files
    assert report.status == "empty" and "still counts" in "".join(report.lines("en"))
    assert small.query(COUNTED) == [("XX01", "F", 5)]


def test_a_held_version_says_that_the_earlier_one_still_counts(small: SmallMission) -> None:
    small.settings["reject_limit_pct"] = 20
    good = HEADER + "XX01,2024-06-30,F,5\n"
    first = small.deliver("population.csv", good.replace("XX01", "XX09"))
    assert first.status == "held" and "still counts" not in "".join(first.lines("en"))
    small.deliver("population.csv", good)
    held = small.deliver("population.csv", good.replace("XX01", "XX08"))
    assert held.status == "held" and "population.csv still counts" in "".join(held.lines("en"))


def test_two_senders_correct_the_same_file(small: SmallMission, tmp_path: Path) -> None:
    small.deliver("population.csv", HEADER + ROWS)
    (path,) = sent_out(small, tmp_path)
    one, other = tmp_path / "one.xlsx", tmp_path / "other.xlsx"
    for copy in (one, other):
        copy.write_bytes(path.read_bytes())
    small.deliver("one.xlsx", corrected(one, {(2, "day"): "2024-06-30"}))
    drop = corrected(other, {(3, "sex"): "F"})
    small.drop("other.xlsx", drop)
    with pytest.raises(WrongUse) as error:  # its first row is no longer what it was
        small.ingest()
    assert [(p.rule, p.row) for p in error.value.problems] == [("mended_row", 3)]
    assert small.query(COUNTED) == [("XX01", "F", 5), ("XX01", "M", 6)]  # nothing half-written


def test_files_of_two_folders_that_are_named_alike_go_out_apart(
    small: SmallMission, tmp_path: Path
) -> None:
    small.add_source(POPULATION | {"sender": "folder"})
    for folder, row in (("north", "XX01,2024-06-31,M,6\n"), ("south", "XX02,2024-06-31,F,7\n")):
        (small.workspace.inbox("small") / folder).mkdir()
        small.drop(f"{folder}/population.csv", HEADER + row)
    small.ingest()
    names = [path.name for path in sent_out(small, tmp_path)]
    assert names == ["population_To-correct.xlsx", "population_To-correct_2.xlsx"]


def test_each_unit_gets_its_own_and_both_come_back(small: SmallMission, tmp_path: Path) -> None:
    small.add_source(UNITS)
    small.add_source(PATROLS)
    small.deliver("units.csv", "code,component,kind\nU1,police,FPU\nU2,police,FPU\n")
    head = "code,mode,status,unit,area,day,people\n"
    rows = [f"A{n},foot,completed,U{n},XX01,2024-06-3{n},4\n" for n in (1, 2)]
    small.deliver("patrols.csv", head + "".join(rows))
    paths = sent_out(small, tmp_path)
    assert [path.name for path in paths] == [f"U{n}_patrols_To-correct.xlsx" for n in (1, 2)]
    for path in paths:
        small.drop(path.name, corrected(path, {(2, "day"): "2024-06-30"}))
    reports = small.ingest().files
    assert [one.rows_rejected for one in reports] == [1, 0]  # each as its workbook left the file
    told = " ".join(closing_lines([asdict(one) for one in reports], "en"))
    assert "1 file with 2 rows" in told and "new: 2 rows" in told and "rejected" not in told
    assert small.query("SELECT activity_code FROM core.activities ORDER BY 1") == [("A1",), ("A2",)]
    assert still_open(small) == []


def test_the_same_rejects_give_the_same_bytes(small: SmallMission, tmp_path: Path) -> None:
    small.deliver("population.csv", HEADER + ROWS)
    (one,), (other,) = sent_out(small, tmp_path / "a"), sent_out(small, tmp_path / "b")
    assert one.read_bytes() == other.read_bytes()
