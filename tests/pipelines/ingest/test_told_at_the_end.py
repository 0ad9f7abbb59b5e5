"""What a run says of what came: new, changed, gone, held and rejected; and what would go unseen."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from indicators.foundation.errors import WrongUse
from pipelines.cli.refresh_command import files_read
from pipelines.ingest.file_report import FileReport, brought, closing_lines, leave_brought
from pipelines.ingest.mapping.model import read_source
from pipelines.quality.reporting.silent_units import silent_lines
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.worlds.mission.delivered import SmallMission
from tests.worlds.mission.mappings import PATROLS, UNITS

HEAD = "code,unit,area,day,people\n"


def patrol(number: int, code: str = "", people: int = 5) -> str:
    return f"{code or f'A{number}'},U1,XX01,2026-03-{number:02d}T08:00:00,{people}\n"


@pytest.fixture
def patrols(small: SmallMission) -> SmallMission:
    small.add_source(UNITS)
    small.deliver("units.csv", "code,component,kind\nU1,police,FPU\n")
    columns: dict[str, Any] = PATROLS["tables"][0]["columns"] | {
        "started_at": {"from": "day"},
        "patrol_mode": {"constant": "foot"},
        "status": {"constant": "completed"},
    }
    tables = [{"table": "activities", "columns": columns}]
    small.add_source(PATROLS | {"files": ["patrols*.csv"], "tables": tables})
    return small


def test_a_corrected_file_is_told_as_new_changed_gone_and_rejected(patrols: SmallMission) -> None:
    first = HEAD + "".join(patrol(number) for number in range(1, 11))
    patrols.deliver("patrols.csv", first)
    # 1 stays, 2 changes, 3 to 5 are gone, 6 to 10 stay, 11 is new, 12 is wrong
    second = HEAD + patrol(1) + patrol(2, people=9)
    second += "".join(patrol(number) for number in range(6, 12))
    second += patrol(12).replace("XX01", "nowhere")
    report = patrols.deliver("patrols.csv", second)
    counts = (report.rows_loaded, report.rows_changed, report.rows_retracted, report.rows_rejected)
    assert counts == (2, 1, 3, 1)
    lines = closing_lines([asdict(report)], "en")
    assert [line.split(":")[0].strip() for line in lines] == [
        "What came", "new", "changed", "gone", "rejected",
        "as before, not for this mission, or not to be kept",
    ]  # fmt: skip
    assert lines[0].endswith("9 rows") and lines[1].endswith("1 row") and "3 rows" in lines[3]
    assert len(closing_lines([asdict(report)], "fr")) == len(lines)
    warehouse = patrols.workspace.warehouse("small")
    leave_brought(warehouse, [report])
    leave_brought(warehouse, [])  # a refresh that read nothing
    on_page = brought(warehouse, "en")[1]  # which has a button and names no command
    assert on_page == [line.partition("; `poclens")[0] for line in lines]
    assert "nowhere" not in warehouse.with_suffix(".brought.json").read_text("utf-8")


def test_rows_of_a_file_that_came_twice_add_up_and_its_rejects_stay_told() -> None:
    one = FileReport("a.csv", "", "patrols", "loaded", 70, 68, 2, 0)
    copy = replace(one, status="unchanged", rows_loaded=0, rows_rejected=0, rows_unchanged=70)
    lines = closing_lines([asdict(one), asdict(copy)], "en")
    assert len(lines) == 3 and "new: 68 rows" in lines[1] and "rejected: 2 rows" in lines[2]
    mended = [replace(one, rows_loaded=1, rows_rejected=left, rows_unchanged=68) for left in (1, 0)]
    lines = closing_lines([asdict(one) for one in mended], "en")
    assert len(lines) == 3 and "new: 2 rows" in lines[1] and lines[2].endswith("68 rows")


def test_what_people_wrote_here_is_no_file_that_came(tmp_path: Path) -> None:
    came = FileReport("a.csv", "", "patrols", "loaded", 70, 68, 2, 0)
    written = FileReport("w.jsonl", "", "records_recommendations", "loaded", 5, 5, 0, 0)
    told = files_read([asdict(came), asdict(written)], "en")
    assert told[1].startswith("What came: 1 file with 70 rows"), told
    assert not any("records_" in line for line in told)
    leave_brought(tmp_path / "w.duckdb", [came])
    leave_brought(tmp_path / "w.duckdb", [written])  # a refresh for which nobody sent a file
    assert brought(tmp_path / "w.duckdb", "en")[1][0] == told[1]


def test_a_run_tells_each_source_and_file_as_they_stand_at_the_end() -> None:
    again = FileReport("a.csv", "", "patrols", "loaded", 70, 0, 2, 68)
    again = replace(again, before={"rows_loaded": 68, "rows_rejected": 2})
    again = replace(again, after={"rows_loaded": 67, "rows_rejected": 3})
    mended = replace(again, before=None, after=None, rows_loaded=2, rows_rejected=0)
    first, *others = files_read([asdict(again), asdict(mended)], "en")
    assert first == "patrols: 1 file, 70 rows read, 2 loaded, 0 rejected, 68 unchanged or not kept"
    assert not [line for line in others if "read again" in line]  # what the mended one replaced
    told = "\n".join(files_read([asdict(again)], "en"))
    assert "a.csv, which had come before, was read again: 67 rows loaded (before: 68)" in told
    same = replace(again, after=again.before)
    assert "read again" not in "\n".join(files_read([asdict(same)], "en"))


def test_an_export_that_numbers_its_rows_anew_is_told(patrols: SmallMission) -> None:
    patrols.deliver("patrols_1.csv", HEAD + "".join(patrol(n) for n in range(1, 7)))
    anew = HEAD + "".join(patrol(n, code=f"B{n}") for n in range(1, 8))
    report = patrols.deliver("patrols_2.csv", anew)
    (told,) = [one for one in report.remarks if one.rule == "renumbered"]
    assert (told.value, told.parameters["rows"]) == ("B1", 6)
    assert "A1" in told.sentence("en") and "patrols_1.csv" in told.sentence("fr")
    other = HEAD + "".join(patrol(n) for n in range(10, 20))
    report = patrols.deliver("patrols_3.csv", other)
    assert not [one for one in report.remarks if one.rule == "renumbered"]


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_lines_of_another_encoding_are_told(patrols: SmallMission, encoding: str) -> None:
    columns: dict[str, Any] = PATROLS["tables"][0]["columns"] | {
        "started_at": {"from": "day"},
        "patrol_mode": {"constant": "foot"},
        "status": {"constant": "completed"},
    }
    patrols.add_source(
        PATROLS
        | {"files": ["patrols*.csv"], "options": {"encoding": encoding}, "ignore": ["place"]}
        | {"tables": [{"table": "activities", "columns": columns}]}
    )
    head = HEAD.replace("\n", ",place\n")
    own = (head + patrol(1).replace("\n", ",Préfecture\n")).encode(encoding)
    of_another = patrol(2).replace("\n", ",Préfecture\n").encode()
    report = patrols.deliver("patrols.csv", own + of_another)
    told = patrols.query("SELECT rule, row_number FROM ops.row_warning WHERE rule LIKE 'two%'")
    assert told == [("two_encodings", 3)]
    assert report.rows_loaded == 2
    patrols.deliver("patrols_b.csv", (head + patrol(3).replace("\n", ",Été\n")).encode(encoding))
    assert len(patrols.query("SELECT 1 FROM ops.row_warning WHERE rule LIKE 'two%'")) == 1
    says_so = (head + patrol(4).replace("\n", ",Préfecture\n")).encode("utf-8-sig")
    assert patrols.deliver("patrols_c.csv", says_so).rows_loaded == 1
    assert len(patrols.query("SELECT 1 FROM ops.row_warning WHERE rule LIKE 'two%'")) == 1


def test_what_is_wrong_in_a_mapping_is_said_in_the_readers_language(small: SmallMission) -> None:
    small.add_source(PATROLS | {"tables": "none", "period": "week"})
    with pytest.raises(WrongUse) as raised:
        read_source(small.profile / "sources" / "activities.yaml")
    told = " ".join(problem.sentence("fr") for problem in raised.value.problems)
    assert "demande une liste" in told and "demande l’un de" in told


def test_a_unit_that_stopped_sending_is_told_with_its_last_report(patrols: SmallMission) -> None:
    patrols.deliver("units.csv", "code,component,kind\nU1,police,FPU\nU2,police,FPU\n")
    rows = [
        f"{unit}-{month},{unit},XX01,2026-{month:02d}-05T08:00:00,5\n"
        for unit, months in (("U1", range(1, 8)), ("U2", range(1, 5)))
        for month in months
    ]
    patrols.deliver("patrols.csv", HEAD + "".join(rows))
    with open_warehouse(patrols.workspace.warehouse("small")) as connection:
        for day, told in (("2026-08-10", 1), ("2026-06-15", 0)):  # June is not over: one month
            connection.execute("DELETE FROM mart.mission")
            connection.execute("INSERT INTO mart.mission (as_of) VALUES (?)", [day])
            assert len(silent_lines(connection, "en")) == told
        connection.execute("UPDATE mart.mission SET as_of = '2026-08-10'")
        (line,) = silent_lines(connection, "en")
        assert "U2" in line and "Apr\u00a02026" in line and "3 months" in line
        # Where a unit owes returns these say it, also that it had nothing to tell.
        connection.execute(
            """INSERT INTO mart.return_status (source, unit_code, area, "month", status, due_on)
            SELECT 'activities', 'U2', 'XX01', make_date(2026, m, 1), 'nil', make_date(2026, m, 28)
            FROM range(1, 8) AS months (m)"""
        )
        assert not silent_lines(connection, "fr")
