"""Accounts from a table: all of them, or none and all that is wrong."""

import io
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl

from records.people import accounts
from records.people.people_table import Fault, add_people
from records.store import Store

NOW = datetime(2026, 10, 20, 9, 0, tzinfo=UTC)


def store(folder: Path) -> Store:
    """An empty store."""
    return Store(f"sqlite:///{folder / 'records.db'}")


def test_a_workbook_of_three_people_makes_three_accounts_that_can_sign_in(tmp_path: Path) -> None:
    kept, book, written = store(tmp_path), openpyxl.Workbook(), io.BytesIO()
    for row in (
        ("Name", "Role", "Remark", "Area", "Until"),
        ("awa", "assessor", "new", "MT01", date(2027, 6, 30)),
        (),
        ("boris", "approver", None, None, None),
        ("chen", "administrator", None, None, None),
    ):
        book.active.append(row)
    book.save(written)
    added, faults = add_people(kept, written.getvalue(), "admin", NOW, {})
    assert faults == [] and [name for name, _ in added] == ["awa", "boris", "chen"]
    found = {one.name: one for one in accounts.accounts(kept)}
    assert (found["awa"].area, found["awa"].valid_until) == ("MT01", "2027-06-30")
    assert found["boris"].actor.may("approve_assessment", ["MT"])
    assert accounts.sign_in(kept, *added[1], NOW) is not None
    assert len({password for _, password in added}) == 3


def test_one_wrong_row_adds_nobody_and_all_is_told(tmp_path: Path) -> None:
    kept = store(tmp_path)
    table = "nom;rôle;exemplaire\nawa;assessor;\nawa;viewer;\nlocal;viewer;\nbo;chief;x\n"
    added, faults = add_people(kept, table.encode(), "admin", NOW, {})
    assert added == [] and accounts.accounts(kept) == []
    assert faults == [
        Fault(3, "nom", "awa", "name_taken"),
        Fault(4, "nom", "local", "bad_name"),
        Fault(5, "rôle", "chief", "no_role"),
        Fault(5, "exemplaire", "x", "no_audience"),
    ]


def test_an_area_that_the_mission_does_not_have_is_told(tmp_path: Path) -> None:
    table = "name,role,area,mission\nawa,viewer,Gao,\nbo,viewer,ML07,sahel\nchen,viewer,X,new\n"
    known = {"sahel": ["ML", "ML07"], "lakes": ["LK"]}
    added, faults = add_people(store(tmp_path), table.encode(), "admin", NOW, known)
    assert added == [] and faults == [Fault(2, "area", "Gao", "no_area")]


def test_a_table_of_a_french_spreadsheet_is_read(tmp_path: Path) -> None:
    table = "Nom;Rôle;Jusqu’au\nawa;Évaluateur;2027-06-30\n"
    added, faults = add_people(store(tmp_path), table.encode("cp1252"), "admin", NOW, {})
    assert faults == [] and [name for name, _ in added] == ["awa"]


def test_what_is_no_table_is_told(tmp_path: Path) -> None:
    kept = store(tmp_path)
    for content, reason in (
        (b"PK\x03\x04 no workbook", "unreadable"),
        (b"\xff\xfe\x00", "unreadable"),
        (b"", "no_column"),
        (b"name,role\n", "no_people"),
    ):
        added, faults = add_people(kept, content, "admin", NOW, {})
        assert (added, {one.reason for one in faults}) == ([], {reason})
