"""Whose row counts where two files state one key: corrections, and rows that are held."""

from pathlib import Path

import openpyxl
import pytest

from pipelines.ingest.mapping.model import load_sources
from pipelines.quality.rejects.workbook import open_rejects, workbooks_to_mend
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.worlds.mission.delivered import SmallMission
from tests.worlds.mission.mappings import PATROLS, UNITS

HEAD = "code,mode,status,unit,area,day,people\n"
DAY = "CAST(CAST(started_at + INTERVAL 3 HOUR AS DATE) AS VARCHAR)"
CODES = f"SELECT activity_code, unit_code, {DAY} FROM core.activities"


def patrols(unit: str, days: str = "2024-06-01 2024-06-02 2024-06-03", people: int = 4) -> str:
    """The log of a unit, which numbers its patrols 1, 2, 3."""
    lines = (
        f"{number},foot,completed,{unit},XX01,{day},{people}\n"
        for number, day in enumerate(days.split(), start=1)
    )
    return HEAD + "".join(lines)


@pytest.fixture
def world(small: SmallMission) -> SmallMission:
    """Two units, whose patrols one mapping reads; senders are told apart by the file's series."""
    small.add_source(UNITS)
    small.deliver("units.csv", "code,component,kind\nU1,police,FPU\nU2,police,FPU\n")
    small.add_source(PATROLS | {"sender": "series"})
    return small


def core(world: SmallMission) -> list[tuple[str, ...]]:
    return world.query(f"{CODES} ORDER BY ALL")


def held(world: SmallMission) -> list[tuple[str, int, str, int]]:
    """(file, row, file and row where the key stands) of what waits."""
    return world.query(
        "SELECT q.file, q.row_number, q.parameters ->> '$.file', "
        "CAST(q.parameters ->> '$.row' AS INT) FROM quarantine.activities AS q "
        "JOIN ops.input_file AS f USING (file_sha256) "
        "WHERE rule = 'key_stands_elsewhere' AND f.status = 'loaded' ORDER BY ALL"
    )


THREE = [(str(n), "U1", f"2024-06-0{n}") for n in (1, 2, 3)]


def test_two_units_that_number_alike_in_one_intake_are_both_held(world: SmallMission) -> None:
    world.drop("patrols_u1_2024-06.csv", patrols("U1"))
    world.drop("patrols_u2_2024-06.csv", patrols("U2"))
    reports = world.ingest().files
    assert [(one.rows_read, one.rows_loaded + one.rows_rejected) for one in reports] == [(3, 3)] * 2
    assert reports[1].rows_retracted == 3
    assert core(world) == []
    one, two = "patrols_u1_2024-06.csv", "patrols_u2_2024-06.csv"
    assert held(world) == [(a, n, b, n) for a, b in ((one, two), (two, one)) for n in (2, 3, 4)]
    ledger = "SELECT rows_read, rows_loaded, rows_rejected FROM ops.input_file WHERE source = "
    assert world.query(f"{ledger} 'activities'") == [(3, 0, 3), (3, 0, 3)]
    with open_warehouse(world.workspace.warehouse("small")) as connection:
        said = open_rejects(connection)[0].sentence("en")
    assert "patrols_u2_2024-06.csv, row 2" in said


def test_an_intake_that_was_cut_short_between_two_files_goes_on_as_one(world: SmallMission) -> None:
    world.drop("patrols_u1_2024-06.csv", patrols("U1"))
    world.drop("patrols_u2_2024-06.csv", patrols("U2"))

    def cut_short(done: int, total: int, name: str) -> None:
        if name == "patrols_u2_2024-06.csv":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        world.ingest(progress=cut_short)
    assert core(world) == THREE
    world.ingest()
    assert core(world) == []
    assert len(held(world)) == 6
    world.drop("patrols_u3_2024-06.csv", patrols("U1", "2024-06-09"))
    world.ingest()  # of another intake, once that one has ended
    named = "FROM ops.input_file WHERE name LIKE 'patrols%' ORDER BY sequence"
    of_one, _, other = world.query(f"SELECT intake {named}")
    assert of_one != other


def test_row_of_an_earlier_intake_stays_and_the_new_one_is_held(world: SmallMission) -> None:
    world.deliver("patrols_u1_2024-06.csv", patrols("U1"))
    report = world.deliver("patrols_u2_2024-06.csv", patrols("U2"))
    assert (report.status, report.rows_loaded, report.rows_rejected) == ("loaded", 0, 3)
    assert core(world) == THREE
    assert {(a, b) for a, _, b, _ in held(world)} == {(report.name, "patrols_u1_2024-06.csv")}


def test_same_sender_and_month_is_a_correction(world: SmallMission) -> None:
    world.deliver("patrols_u1_2024-06.csv", patrols("U1"))
    report = world.deliver("patrols_u1_2024-06_corrected.csv", patrols("U1", "2024-06-11"))
    assert (report.rows_loaded, report.rows_rejected) == (1, 0)
    assert core(world) == [("1", "U1", "2024-06-11"), *THREE[1:]]
    assert held(world) == []


def test_unit_that_begins_anew_each_month_loses_no_row(world: SmallMission) -> None:
    world.deliver("patrols_u1_2024-06.csv", patrols("U1"))
    world.deliver("patrols_u1_2024-07.csv", patrols("U1", "2024-07-01 2024-07-02"))
    assert core(world) == THREE
    assert [row for _, row, _, _ in held(world)] == [2, 3]


def test_equal_content_is_one_row(world: SmallMission) -> None:
    world.drop("patrols_u1_2024-06.csv", patrols("U1"))
    world.drop("patrols_all_2024-06.csv", patrols("U1") + "\n")
    world.ingest()
    assert core(world) == THREE
    assert held(world) == []


def test_file_of_the_same_name_corrects_in_any_month(world: SmallMission) -> None:
    world.deliver("patrols_u1_2024-06.csv", patrols("U1"))
    world.deliver("patrols_u1_2024-06.csv", patrols("U1", "2024-07-01"))
    assert core(world) == [("1", "U1", "2024-07-01")]


def test_file_without_sender_corrects_only_what_it_supersedes(world: SmallMission) -> None:
    world.add_source(PATROLS)
    world.deliver("patrols_u1_2024-06.csv", patrols("U1"))
    report = world.deliver("patrols_u1_2024-06_corrected.csv", patrols("U1", people=9))
    assert (report.rows_loaded, report.rows_rejected) == (0, 3)


def test_full_export_corrects_what_it_supersedes(world: SmallMission) -> None:
    world.add_source(PATROLS | {"supersedes": "all"})
    world.deliver("patrols_a.csv", patrols("U1"))
    world.deliver("patrols_b.csv", patrols("U1", "2024-07-01"))
    assert core(world) == [("1", "U1", "2024-07-01")]


def test_sender_may_be_a_column(world: SmallMission) -> None:
    world.add_source(PATROLS | {"sender": {"column": "unit"}})
    world.deliver("patrols_june.csv", patrols("U1") + patrols("U2").split("\n")[1] + "\n")
    world.deliver("patrols_more.csv", patrols("U1", people=9))
    assert held(world) == []
    world.deliver("patrols_other.csv", patrols("U2"))
    assert [(row, where) for _, row, where, _ in held(world)] == [
        (n, "patrols_more.csv") for n in (2, 3, 4)
    ]


def test_sender_may_be_a_folder_of_the_inbox(world: SmallMission) -> None:
    world.add_source(PATROLS | {"sender": "folder"})
    for unit in ("U1", "U2"):
        (world.workspace.inbox("small") / unit).mkdir()
        world.drop(f"{unit}/patrols_2024-06.csv", patrols(unit))
    world.ingest()
    names = world.query("SELECT name, status FROM ops.input_file WHERE source = 'activities'")
    assert names == [("U1/patrols_2024-06.csv", "loaded"), ("U2/patrols_2024-06.csv", "loaded")]
    assert len(held(world)) == 6
    world.drop("U1/patrols_2024-06_corrected.csv", patrols("U1", people=5))
    world.drop("U2/patrols_2024-06.csv", HEAD)
    world.drop("U2/patrols_2024-06.csv", patrols("U2").replace("\n1,", "\nA,"))
    world.ingest()
    assert len(list(world.workspace.inbox("small").rglob("*.csv"))) == 0
    assert ("A", "U2", "2024-06-01") in core(world)


def test_held_row_comes_in_when_the_other_gives_its_key_up(world: SmallMission) -> None:
    world.deliver("patrols_u1_2024-06.csv", patrols("U1"))
    world.deliver("patrols_u2_2024-06.csv", patrols("U2"))
    world.deliver("patrols_u1_2024-06.csv", patrols("U1").replace("\n1,", "\nU1-1,"))
    assert ("1", "U2", "2024-06-01") in core(world)
    assert [row for _, row, _, _ in held(world)] == [3, 4]


def test_held_rows_come_in_when_the_unit_is_part_of_the_key(world: SmallMission) -> None:
    world.drop("patrols_u1_2024-06.csv", patrols("U1"))
    world.drop("patrols_u2_2024-06.csv", patrols("U2"))
    world.ingest()
    table = PATROLS["tables"][0]
    columns = table["columns"] | {"activity_code": {"template": "{unit}-{code}"}}
    world.add_source(PATROLS | {"sender": "series", "tables": [table | {"columns": columns}]})
    world.ingest()
    assert [code for code, _, _ in core(world)] == [
        f"U{unit}-{n}" for unit in (1, 2) for n in (1, 2, 3)
    ]
    assert held(world) == []


def test_what_is_held_stays_so_whatever_is_read_again(world: SmallMission) -> None:
    files = {f"patrols_u{n}_2024-06.csv": patrols(f"U{n}") for n in (1, 2)}
    for name, text in files.items():
        world.drop(name, text)
    world.ingest()
    before = held(world)
    for names in (("patrols_u1_2024-06.csv",), tuple(files)):
        for name in names:
            world.drop(name, files[name])
        world.ingest()
        assert (core(world), held(world)) == ([], before)
    world.settings["ends_on"] = "2027-12-31"  # all files are read in another way
    world.ingest()
    assert (core(world), held(world)) == ([], before)


def test_third_sender_does_not_get_a_key_that_two_are_held_for(world: SmallMission) -> None:
    for unit, name in (("U1", "a"), ("U2", "b"), ("U1", "c")):
        people = 7 if name == "c" else 4
        world.drop(f"patrols_{name}_2024-06.csv", patrols(unit, "2024-06-01", people))
    world.ingest()
    assert core(world) == []
    assert len(held(world)) == 3


def test_row_that_a_person_mended_corrects_by_right(world: SmallMission, tmp_path: Path) -> None:
    world.deliver("patrols_u1_2024-06.csv", patrols("U1", "2024-06-01 2024-06-02"))
    world.deliver("patrols_u2_2024-06.csv", patrols("U2", "2024-06-01 2024-06-02"))
    home = world.workspace
    with open_warehouse(home.warehouse("small")) as connection:
        sources = load_sources(home.profile("small"))
        (path,) = workbooks_to_mend(connection, home.archive("small"), sources, tmp_path, "en")
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    sheet.cell(2, heads.index("people") + 1, "9")
    book.save(path)
    world.deliver(path.name, path.read_bytes())
    assert core(world) == [("1", "U2", "2024-06-01"), ("2", "U1", "2024-06-02")]
    assert [row for _, row, _, _ in held(world)] == [3]  # nobody touched this one
    world.settings["ends_on"] = "2027-12-31"  # all files are read in another way
    world.ingest()
    assert core(world) == [("1", "U2", "2024-06-01"), ("2", "U1", "2024-06-02")]


def test_what_two_senders_state_alike_no_one_changes_alone(world: SmallMission) -> None:
    first = world.deliver("patrols_u1_2024-06.csv", patrols("U1", "2024-06-01"))
    world.deliver("patrols_hq_2024-06.csv", patrols("U1", "2024-06-01") + "\n")
    world.deliver(first.name, patrols("U1", "2024-06-09"))
    assert core(world) == [("1", "U1", "2024-06-01")]
    assert held(world) == [(first.name, 2, "patrols_hq_2024-06.csv", 2)]


def test_row_that_was_overwritten_before_this_rule_is_told(world: SmallMission) -> None:
    """Files of before the rule have no number of their intake, and are read again with it."""
    world.deliver("patrols_u1_2024-06.csv", patrols("U1", "2024-06-01"))
    world.deliver("patrols_u1_2024-06_v2.csv", patrols("U1", "2024-06-09"))
    assert held(world) == []
    with open_warehouse(world.workspace.warehouse("small")) as connection:
        connection.execute("UPDATE ops.input_file SET intake = NULL")
    world.add_source(PATROLS)  # what was a correction is none by this mapping
    world.ingest()
    assert core(world) == [("1", "U1", "2024-06-09")]
    assert [where for where, *_ in held(world)] == ["patrols_u1_2024-06.csv"]


def test_many_held_rows_do_not_hold_the_whole_file(world: SmallMission) -> None:
    world.settings["reject_limit_pct"] = 10
    world.drop("patrols_u1_2024-06.csv", patrols("U1"))
    world.drop("patrols_u2_2024-06.csv", patrols("U2", "2024-06-01 2024-06-02"))
    assert [file.status for file in world.ingest().files] == ["loaded", "loaded"]
    assert core(world) == [THREE[2]]
