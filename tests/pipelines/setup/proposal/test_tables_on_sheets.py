"""A workbook with a table of another kind on each sheet is proposed as one mapping of them all."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import yaml

from indicators.definitions.mission_profile import read_mission
from pipelines.cli.main import main
from pipelines.ingest.inbox import ingest
from pipelines.setup.proposal.desk import IntakeDesk
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import open_warehouse
from records.desk.intake import FilePreview, OfferedMapping
from tests.worlds.messy.written import xlsx_of

COMMITMENTS = [
    ["Engagements de l’État hôte"], [],
    ["N°", "Acteur étatique", "Localité", "Date de l’engagement", "Suivi le", "Observations"],
    ["E-1", "Police nationale", "Bor", "10/01/2026", "20/02/2026", "lettre"],
    ["E-2", "Gendarmerie", "Akobo", "31/01/2026", None, None],
]  # fmt: skip
AGREEMENTS = [
    ["Code de l’accord", "Nature du conflit", "Localité", "Signé le", "Suivi le"],
    ["A-1", "Foncier", "Bor", "02/03/2026", None],
    ["A-2", "Bétail", "Akobo", "15/03/2026", None],
    ["A-3", "Bétail", "Bor", "bientôt", None],
]
HOT_SPOTS = [
    ["Code du point sensible", "Localité", "Menace", "Priorité", "Inscrit le"],
    ["HS-1", "Bor", "Vol de bétail armé", "1", "04/02/2026"],
    ["HS-2", "Akobo", "Embuscade sur une route", "2", "06/03/2026"],
]
NOTES = [["Contact"], ["bureau de liaison"]]
SHEETS = {"Engagements": COMMITMENTS, "Accords locaux": AGREEMENTS, "Notes": NOTES}
NAME = "Engagements_et_accords_2026_T1.xlsx"
Sheets = Mapping[str, Sequence[Sequence[object]]]


def written(folder: Path, name: str, sheets: Sheets) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(xlsx_of(sheets))
    return folder / name


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return written(tmp_path / "a", NAME, SHEETS)


def looked_at(workspace: Workspace, path: Path, answers: Mapping[str, str]) -> FilePreview:
    found = IntakeDesk(workspace).preview("faulty", path, "fr", answers)
    assert found.problems == ()
    return found


def tables(found: FilePreview) -> list[tuple[str, str, str]]:
    """Of each table its prefix, name and sheet."""
    assert found.offered
    one: OfferedMapping | None = found.offered
    listed = []
    while one:
        listed.append((one.prefix, one.table, one.sheet))
        one = one.also
    return listed


def asked(found: FilePreview, name: str) -> tuple[str, ...]:
    assert found.offered
    return next(one.value for one in found.offered.choices if one.name == name)


def test_the_sheets_are_proposed_together_and_each_may_be_left_out(
    workspace: Workspace, path: Path
) -> None:
    found = looked_at(workspace, path, {})
    assert tables(found) == [("", "local_agreements", "Accords locaux"),
                             ("also.", "commitments", "Engagements")]  # fmt: skip
    assert asked(found, "also_sheet") == ("Engagements",) and asked(found, "also") == ()
    assert found.counted
    assert [len(one.rows) for one in found.counted.tables] == [2, 2]
    assert [(one.sheet, one.column, one.value) for one in found.counted.rejects] == [
        ("Accords locaux", "Signé le", "bientôt")
    ]
    assert any("'Notes'" in one for one in found.counted.remarks)
    assert found.offered and found.offered.also and "Observations" in found.offered.ignored
    kinds = {one.name: one.value for one in found.offered.also.choices}
    assert kinds["header_row"] == ("3",) and not {"sheet", "replaces", "sender"} & kinds.keys()
    turned = {"laid": "yes", "of_table": "local_agreements", "table": "registers"}
    assert tables(looked_at(workspace, path, turned)) == [("", "registers", "")]
    alone = looked_at(workspace, path, {"laid": "yes"})
    assert tables(alone) == [("", "local_agreements", "")]
    assert alone.counted and alone.counted.rows_read == 3


def test_answers_belong_to_their_sheet(workspace: Workspace, path: Path) -> None:
    said = {"laid": "yes", "also_sheet": "Engagements", "also.laid": "yes",
            "also.of_sheet": "Engagements", "also.of_table": "commitments"}  # fmt: skip
    found = looked_at(workspace, path, said | {"also.header.acted_on": "", "also.where": "Localité",
                                               "also.where_is": "Bor"})  # fmt: skip
    assert found.mapping
    agreements, commitments = yaml.safe_load(found.mapping.text)["tables"]
    assert commitments["where"] == {"Localité": ["Bor"]} and "where" not in agreements
    assert "acted_on" not in commitments["columns"] and "followed_up_on" in agreements["columns"]
    assert found.counted and found.counted.rows_new == 3
    other = looked_at(workspace, path, said | {"also.table": "registers"})
    assert tables(other)[1][1] == "registers"  # open yet, and nothing of the other table said
    first = {"table": "commitments", "sheet": "Engagements", "also_sheet": "Accords locaux"}
    turned = looked_at(workspace, path, said | first)
    assert tables(turned) == [("", "commitments", "Engagements"),
                              ("also.", "local_agreements", "Accords locaux")]  # fmt: skip


def test_a_person_confirms_and_the_next_quarter_brings_no_question(
    workspace: Workspace, path: Path, tmp_path: Path
) -> None:
    desk, said = IntakeDesk(workspace), {"files": "Engagements_et_accords_*.xlsx"}
    assert desk.take_in("faulty", path, "fr", said, "planning") == []
    mission = read_mission(workspace.profile("faulty"))
    (first,) = ingest(workspace, mission, settled=0).files
    assert (first.rows_read, first.rows_loaded, first.rows_rejected) == (5, 4, 1)
    later = {"Engagements": [*COMMITMENTS[:3], ["E-3", "Gendarmerie", "Bor", "02/04/2026"]],
             "Accords locaux": [AGREEMENTS[0], ["A-4", "Foncier", "Akobo", "09/05/2026"]],
             "Notes": NOTES}  # fmt: skip
    second = written(tmp_path / "b", NAME.replace("T1", "T2"), later)
    found = desk.preview("faulty", second, "fr", {})
    assert (found.source, found.offered, found.differs) == ("engagements_et_accords", None, None)
    assert found.counted and (found.counted.rows_new, found.counted.rows_rejected) == (2, 0)
    changed = {"Accords": [["Code de l’accord", "Type de conflit", "Localité", "Signé le",
                            "Suivi le"], ["A-5", "Litige pastoral", "Bor", "01/07/2026"]],
               "Engagements": [COMMITMENTS[0], *later["Engagements"][2:]]}  # fmt: skip
    third = written(tmp_path / "c", NAME.replace("T1", "T3"), changed)
    found = desk.preview("faulty", third, "fr", {})
    assert found.differs
    told = {(one.kind, one.place): one.sentence for one in found.differs.changes}
    assert {*told} == {("options", "header_row"), ("options", "sheet"),
                       ("renamed", "Nature du conflit"),
                       ("code", "local_agreements.conflict_type")}  # fmt: skip
    assert "Engagements" in told["options", "header_row"]
    said = {"mend": "yes", "meant.local_agreements.conflict_type.Litige pastoral": "livestock"}
    assert desk.take_in("faulty", third, "fr", said) == []
    found = desk.preview("faulty", second, "fr", {})  # as its sheets were before
    assert found.differs and {"sheet", "header_row"} <= {x.place for x in found.differs.changes}
    ingest(workspace, mission, settled=0)
    with open_warehouse(workspace.warehouse("faulty")) as connection:
        kinds = connection.execute(
            "SELECT agreement_code, conflict_type FROM core.local_agreements ORDER BY 1"
        ).fetchall()
    assert kinds == [("A-1", "land"), ("A-2", "livestock"), ("A-5", "livestock")]


def test_three_sheets_become_three_tables(workspace: Workspace, tmp_path: Path) -> None:
    engagements = [*COMMITMENTS[:3], ["F-1", *COMMITMENTS[3][1:]], ["F-2", *COMMITMENTS[4][1:]]]
    accords = [AGREEMENTS[0], *([f"B-{n}", *row[1:]] for n, row in enumerate(AGREEMENTS[1:]))]
    sheets = {"Engagements": engagements, "Accords locaux": accords, "Points": HOT_SPOTS}
    path = written(tmp_path, "Registres 2026.xlsx", sheets)
    found = looked_at(workspace, path, {})
    assert [prefix for prefix, *_ in tables(found)] == ["", "also.", "also.also."]
    assert {(name, sheet) for _, name, sheet in tables(found)} == {
        ("local_agreements", "Accords locaux"), ("commitments", "Engagements"),
        ("hot_spots", "Points"),
    }  # fmt: skip
    assert found.counted and (found.counted.rows_read, found.counted.rows_rejected) == (7, 1)
    assert found.offered and found.offered.undecided == ("Valable à partir du",)  # 04/02, 06/03
    (hot_spots,) = (prefix for prefix, name, _ in tables(found) if name == "hot_spots")
    said = {f"{hot_spots}reading.valid_from": "day"}
    assert IntakeDesk(workspace).take_in("faulty", path, "fr", said, "planning") == []
    mission = read_mission(workspace.profile("faulty"))
    report = ingest(workspace, mission, settled=0)
    came = next(one for one in report.files if one.name == path.name)
    assert (came.rows_loaded, came.rows_rejected) == (6, 1)
    with open_warehouse(workspace.warehouse("faulty")) as connection:
        listed = connection.execute("SELECT hot_spot_code FROM core.hot_spots ORDER BY 1")
        assert listed.fetchall() == [("HS-1",), ("HS-2",)]


def test_what_was_shown_of_one_sheet_is_not_asked_of_another(
    workspace: Workspace, tmp_path: Path
) -> None:
    sheets = {"Accords locaux": AGREEMENTS, "Points": HOT_SPOTS}
    path = written(tmp_path, "Bureau.xlsx", sheets)
    shown = {"of_table": "local_agreements", "of_sheet": "Accords locaux", "also_sheet": "",
             "laid": "yes", "header_row": "1", "header.signed_on": "Signé le"}  # fmt: skip
    found = looked_at(workspace, path, {**shown, "table": "hot_spots", "sheet": "Accords locaux"})
    assert found.offered and found.offered.table == "hot_spots"
    assert {one.header for one in found.offered.columns} >= {"Code du point sensible", "Menace"}
    there = {**shown, "table": "local_agreements", "sheet": "Points"}
    assert not looked_at(workspace, path, there).refused
    plain = tmp_path / "Bureau.csv"  # no sheet was shown: the row of the header is a person's word
    plain.write_text("\n".join(";".join(row) for row in HOT_SPOTS))
    said = {"of_table": "local_agreements", "table": "hot_spots", "header_row": "2"}
    found = looked_at(workspace, plain, said)
    assert found.offered and "HS-1" in found.offered.headers


def test_the_command_proposes_them_too(
    workspace: Workspace,
    path: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("POCLENS_HOME", str(workspace.home))
    target = tmp_path / "mapping.yaml"
    path = path.rename(path.with_name("Autre_1.xlsx"))
    files = ["--files", "Autre_*.xlsx", "--write", str(target)]
    asked = ["map", str(path), "--mission", "faulty", *files]
    assert main(asked) == 0
    told = capsys.readouterr().out
    assert "'Accords locaux'" in told and "'Engagements'" in told
    assert "Accords locaux: signed_on" in told or "Accords locaux: Signé le" in told
    mapping = yaml.safe_load(target.read_text(encoding="utf-8"))
    assert [one["sheet"] for one in mapping["tables"]] == ["Accords locaux", "Engagements"]
    assert main([*asked, "--answer", "also_sheet="]) == 0
    mapping = yaml.safe_load(target.read_text(encoding="utf-8"))
    assert mapping["options"] == {"sheet": "Accords locaux"} and len(mapping["tables"]) == 1


def test_rejected_rows_of_sheets_below_each_other_name_their_sheet(
    workspace: Workspace, tmp_path: Path
) -> None:
    def month(code: str, signed_on: str) -> list[list[object]]:
        rows = ([f"{code}-{n}", *row[1:]] for n, row in enumerate(AGREEMENTS[1:], 1))
        return [AGREEMENTS[0], *rows, [f"{code}-9", "Foncier", "Bor", signed_on, None]]

    sheets = {"Mars": month("M", "09/03/2026"), "Avril": month("A", "un jour"), "Notes": NOTES}
    path = written(tmp_path, "Accords 2026.xlsx", sheets)
    found = looked_at(workspace, path, {"table": "local_agreements", "sheet": "Mars\nAvril"})
    assert found.counted and found.counted.rows_rejected == 3
    assert {(one.sheet, one.rows, one.first_rows) for one in found.counted.rejects} == {
        ("Mars", 1, (4,)), ("Avril", 2, (4, 5)),
    }  # fmt: skip
    one_sheet = looked_at(workspace, path, {"table": "local_agreements", "sheet": "Mars"})
    assert one_sheet.counted and [one.sheet for one in one_sheet.counted.rejects] == [""]
