"""A mission of one's own: made of fields and files, all that is wrong told at once; its steps."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from indicators.definitions.mission_profile import read_mission
from indicators.foundation.errors import WrongUse
from pipelines.cli.main import main
from pipelines.ingest.inbox import ingest
from pipelines.ingest.mapping.profile import profile_problems
from pipelines.setup.desk import SetupDesk
from pipelines.setup.nested_areas import nested_problems, nested_rows, rows_of_list
from pipelines.setup.proposal.desk import IntakeDesk, open_desk
from pipelines.setup.runs import runs
from pipelines.setup.steps import STEPS, _Facts, _refresh, ended_quarters, steps
from pipelines.workspace.installation import install_profile
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse import refresh_number
from pipelines.workspace.warehouse.connection import open_warehouse
from pipelines.workspace.warehouse.turns import turn
from records.desk.intake import FilePreview
from records.desk.setup import MadeMission

VALUES = {
    "code": "malda", "name_en": "MALDA", "name_fr": "MALDA", "starts_on": "2026-01-01",
    "time_zone": "Africa/Juba", "country_en": "Malda", "country_fr": "Malda",
    "country_code": "MLD", "boundaries_en": "b", "boundaries_fr": "b", "objective_en": "o",
    "objective_fr": "o", "budget_year": "yes",
}  # fmt: skip
AREAS = (
    "Code,Parent,Level,Name,Nom\n"
    "ML1,MLD,Province,Northern Province,Province du Nord\n"
    "ML11,ML1,District,Arda,Arda\nML12,ML1,District,Bodu,Bodu\n"
)
UNITS = (
    "Unit code,Name of unit,Component,Type of unit,Base,Strength\nFPU-1,First,police,FPU,ML11,140\n"
)
CHOSEN = ["D-OC-06", "P2-OP-01"]


def square(
    code: str, west: float, parent: str = "ML1", *, crossed: bool = False
) -> dict[str, object]:
    """A district of one degree; `crossed`: its line crosses itself."""
    ring = [[west, 0], [west + 1, 0], [west + 1, 1], [west, 1], [west, 0]]
    if crossed:
        ring[1], ring[2] = ring[2], ring[1]
    facts = {"ADM2_PCODE": code, "parent_area_code": parent, "area_level": "admin2"}
    return {"type": "Feature", "properties": facts,
            "geometry": {"type": "Polygon", "coordinates": [ring]}}  # fmt: skip


def outlines(path: Path, *features: dict[str, object]) -> Path:
    """A GeoJSON file of these features."""
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}))
    return path


def written(folder: Path, name: str, text: str) -> Path:
    """A file with this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty workspace, as `poclens init` leaves it."""
    assert main(["init", str(tmp_path / "ws")]) == 0
    return Workspace(tmp_path / "ws")


def test_a_mission_of_a_list_and_outlines_is_a_sound_profile_whose_areas_come_in(
    workspace: Workspace, tmp_path: Path
) -> None:
    files = {
        "areas": written(tmp_path, "districts.csv", AREAS),
        "units": written(tmp_path, "units.csv", UNITS),
        "outlines": outlines(tmp_path / "o.geojson", square("ML11", 20), square("ML12", 21)),
    }
    made = SetupDesk(workspace).make(VALUES, CHOSEN, files, "en")
    assert made == MadeMission("malda")
    assert profile_problems(workspace.profile("malda")) == []
    mission = read_mission(workspace.profile("malda"))
    assert [one.code for one in mission.indicators] == CHOSEN
    assert (mission.area_property, mission.period_types) == ("ADM2_PCODE", ("M", "Q", "A", "B"))
    assert list(workspace.inbox("malda").iterdir()) == []  # what comes next names these areas
    with open_warehouse(workspace.warehouse("malda")) as connection:
        found = connection.execute(
            "SELECT area_code, parent_area_code FROM core.areas ORDER BY 1"
        ).fetchall()
        assert found == [("ML1", "MLD"), ("ML11", "ML1"), ("ML12", "ML1"), ("MLD", None)]
        assert connection.execute("SELECT unit_code FROM core.units").fetchall() == [("FPU-1",)]


def test_the_first_step_is_a_workspace_then_a_mission(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "new"
    monkeypatch.setenv("POCLENS_HOME", str(home))
    said = []
    for command in (["next"], ["init", str(home)], ["next"]):
        assert main(command) == 0
        said.append(capsys.readouterr().out)
    assert f"poclens init {home}" in said[0]
    assert "poclens serve" in said[2] and "poclens init" not in said[2]


def test_a_list_alone_needs_no_row_of_the_mission_area(
    workspace: Workspace, tmp_path: Path
) -> None:
    files = {"areas": written(tmp_path, "Zones.csv", AREAS)}
    assert SetupDesk(workspace).make(VALUES, CHOSEN, files, "fr").problems == ()
    with open_warehouse(workspace.warehouse("malda")) as connection:
        top = connection.execute(
            "SELECT area_code, name_fr FROM core.areas WHERE area_level = 'country'"
        )
        assert top.fetchall() == [("MLD", "Malda")]


BOUNDARIES = (
    "ADM2_PCODE,ADM2_FR,ADM1_PCODE,ADM1_EN,ADM1_FR,ADM0_PCODE\n"
    "ML11,Arda,ML1,North,Nord,ML\nML21,Bodu,ML2,South,Sud,ML\n"
)


PROVINCES = [
    {"Code province": "K1", "Province": "Nord", "Code district": "K11", "District": "Arda"},
    {"Code province": "K1", "Province": "Nord", "Code district": "K12", "District": "Bodu"},
    {"Code province": "K2", "Province": "Sud", "Code district": "K21", "District": "Cari"},
]


@pytest.mark.parametrize("turned", [1, -1])
def test_levels_that_no_header_numbers_are_told_by_which_lies_in_which(turned: int) -> None:
    records = [dict([*row.items()][::turned]) for row in PROVINCES]
    rows = nested_rows(records, "K", "2020-01-01")
    assert [(row["area_code"], row["parent_area_code"], row["name_fr"]) for row in rows] == [
        ("K1", "K", "Nord"), ("K2", "K", "Sud"),
        ("K11", "K1", "Arda"), ("K12", "K1", "Bodu"), ("K21", "K2", "Cari"),
    ]  # fmt: skip
    crossed = [*records, records[0] | {"Code province": "K2"}]
    assert nested_rows(crossed, "K", "2020-01-01") == []  # a district of two provinces
    plain = [{"Area code": "K11", "Area": "Arda", "Parent code": "K1", "Parent": "Nord"}]
    assert nested_rows(plain, "K", "2020-01-01") == []


@pytest.mark.parametrize(
    "text",
    [
        "ADM2_PCODE,ADM2_EN,ADM1_PCODE,ADM1_EN\n,Bodu,K1,Nord\nK11,Arda,K1,Nord\nK11,Arda,K2,Sud\n",
        "Code district,District,Code province,Province\n"
        "K11,Arda,K1,Nord\n,Bodu,K1,Nord\nK21,Cari,K2,Sud\nK12,Dira,K1,Est\n",
    ],
)
def test_rows_of_a_list_of_boundaries_that_would_be_left_out_are_told(
    tmp_path: Path, text: str
) -> None:
    path = tmp_path / "districts.csv"
    path.write_text(text, encoding="utf-8")
    found = [*nested_problems(path.name, rows_of_list(path), "K")]
    assert [(one.rule, one.row, one.value) for one in found] == [
        ("setup_no_area_code", 2 if "ADM" in text else 3, "Bodu"),
        ("setup_area_twice", 4 if "ADM" in text else 5, "K11" if "ADM" in text else "K1"),
    ]


def test_a_list_that_says_by_one_column_who_a_unit_is_gives_code_and_name(
    workspace: Workspace, tmp_path: Path
) -> None:
    areas, units = tmp_path / "areas.csv", tmp_path / "units.csv"
    areas.write_text(AREAS, encoding="utf-8")
    units.write_text("Unité;Composante;Type\nFPU Alpha;Police;FPU\n", encoding="utf-8")
    made = SetupDesk(workspace).make(VALUES, CHOSEN, {"areas": areas, "units": units}, "en")
    assert made.problems == ()
    with open_warehouse(workspace.warehouse(made.mission)) as connection:
        found = connection.execute("SELECT unit_code, unit_name FROM core.units").fetchall()
    assert found == [("FPU Alpha", "FPU Alpha")]


@pytest.mark.parametrize("by", ["areas", "outlines"])
def test_areas_named_with_those_above_them_come_in_and_units_may_name_them(
    workspace: Workspace, tmp_path: Path, by: str
) -> None:
    header, *rows = [line.split(",") for line in BOUNDARIES.splitlines()]
    drawn = outlines(tmp_path / "o.geojson", *(square(row[0], 20) for row in rows))
    if by == "outlines":
        features = json.loads(drawn.read_text(encoding="utf-8"))["features"]
        for feature, row in zip(features, rows, strict=True):
            feature["properties"] = dict(zip(header, row, strict=True))
        outlines(drawn, *features)
    files = {by: drawn if by == "outlines" else written(tmp_path, "adm2.csv", BOUNDARIES)}
    units = UNITS.replace("ML11", "Bodu").replace("Name of unit", "Full name")
    files["units"] = written(tmp_path, "units.csv", units)
    assert SetupDesk(workspace).make(
        VALUES | {"time_zone": "Juba"}, CHOSEN, files, "en"
    ) == MadeMission("malda")
    with open_warehouse(workspace.warehouse("malda")) as connection:
        found = connection.execute(
            "SELECT area_code, parent_area_code, area_level, name_en FROM core.areas ORDER BY 1"
        ).fetchall()
        assert found == [
            ("ML1", "MLD", "admin1", "North"), ("ML11", "ML1", "admin2", "Arda"),
            ("ML2", "MLD", "admin1", "South"), ("ML21", "ML2", "admin2", "Bodu"),
            ("MLD", None, "country", "Malda"),
        ]  # fmt: skip
        base = connection.execute("SELECT home_area_code FROM core.units").fetchall()
        assert base == [("ML21",)]
    assert read_mission(workspace.profile("malda")).time_zone == "Africa/Juba"


def test_the_area_above_is_found_by_its_codes_and_a_common_fault_is_told_once(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = [("ML1", "North", "Province", "MLD"), ("ML2", "South", "Province", "MLD")]
    rows += [(f"ML{n}{m}", f"D{n}{m}", "District", f"ML{n}") for n in (1, 2) for m in range(1, 4)]
    units = "Code,Désignation,Component,Type,Base\nF1,First,Police,UPC,D11\n"
    units += "B1,Fourth,Military,Bataillon d'infanterie,D21\n"

    def made(*columns: int) -> MadeMission:
        named = ("P-code", "Name", "Type", "Sous la tutelle de")
        lines = [",".join(row[number] for number in columns) for row in [named, *rows]]
        files = {"areas": written(tmp_path, "places.csv", "\n".join(lines) + "\n"),
                 "units": written(tmp_path, "units.csv", units)}  # fmt: skip
        return SetupDesk(workspace).make(VALUES, CHOSEN, files, "en")

    told = made(0, 1, 2).problems
    assert "row 2" in told[0], told
    assert told[1] == "places.csv: The same in other rows (7): 3, 4, 5, 6, 7, 8, 9."
    assert made(0, 1, 2, 3) == MadeMission("malda")
    with open_warehouse(workspace.warehouse("malda")) as connection:
        found = connection.execute(
            "SELECT parent_area_code FROM core.areas WHERE area_code = 'ML23'"
        )
        assert found.fetchall() == [("ML2",)]
        kinds = connection.execute("SELECT unit_code, unit_type FROM core.units ORDER BY 1")
        assert kinds.fetchall() == [("B1", "MIL"), ("F1", "FPU")]


def test_wrong_files_are_told_beside_wrong_fields(workspace: Workspace, tmp_path: Path) -> None:
    files = {
        "areas": written(tmp_path, "areas.csv", AREAS.replace("Name", "Quoi").replace("Nom", "Q")),
        "units": written(tmp_path, "units.csv", UNITS.replace("Name of unit", "Quoi")),
    }
    told = SetupDesk(workspace).make(VALUES | {"code": "No!", "name_fr": ""}, [], files, "en")
    for words in ("Short name: ", "in French: ", "No indicator", "areas.csv: The table needs",
                  "units.csv: The table needs the column “Unit name / Nom"):  # fmt: skip
        assert any(words in line for line in told.problems), (words, told.problems)
    assert workspace.missions() == []


def test_all_that_is_wrong_is_told_at_once_and_nothing_is_made(
    workspace: Workspace, tmp_path: Path
) -> None:
    wrong = VALUES | {
        "code": "Malda!",
        "time_zone": "Africa/Jubba",
        "name_fr": "",
        "starts_on": "1 July",
    }
    told = SetupDesk(workspace).make(wrong, [], {}, "en").problems
    for words in ("Short name: ", "Nearest: Africa/Juba", "Name of the mission in French: ",
                  "1 July", "No indicator is chosen", "Neither a list of areas"):  # fmt: skip
        assert sum(words in line for line in told) == 1, (words, told)
    files = {
        "areas": written(tmp_path, "areas.csv", AREAS.replace("ML12,ML1", "ML12,ML7")),
        "units": written(tmp_path, "units.csv", UNITS.replace("ML11", "ML99")),
    }
    told = SetupDesk(workspace).make(VALUES, CHOSEN, files, "en").problems
    assert len(told) == 2, told
    assert told[0].startswith("areas.csv, row 4, column 'Parent': 'ML7'")
    assert told[1].startswith("units.csv, row 2, column 'Base': 'ML99'")
    assert workspace.missions() == []
    assert not workspace.inbox("malda").exists()


def test_codes_that_do_not_meet_and_crossed_outlines_are_found_when_the_mission_is_made(
    workspace: Workspace, tmp_path: Path
) -> None:
    files = {
        "areas": written(tmp_path, "areas.csv", AREAS),
        "outlines": outlines(
            tmp_path / "o.geojson", square("ML11", 20, crossed=True), square("ML21", 21)
        ),
    }
    made = SetupDesk(workspace).make(VALUES, CHOSEN, files, "en")
    assert len(made.problems) == 1
    assert "'ML21'" in made.problems[0] and "Nearest in the list: ML1" in made.problems[0]
    assert made.remarks[0].startswith("o.geojson")  # as it was sent
    assert (
        "feature 1 (ML11) touches or crosses itself at longitude 20.5, latitude 0.5"
        in (made.remarks[0])
    )
    told = SetupDesk(workspace).make(VALUES, CHOSEN, files, "fr").remarks[0]
    assert (
        "l’entité 1 (ML11) se touche ou se croise à la longitude 20,5 et à la latitude 0,5" in told
    )
    files = {
        "areas": written(tmp_path, "areas.csv", "Code,Parent,Level,Name,Nom\nXXX,,Country,X,X\n")
    }
    told = SetupDesk(workspace).make(VALUES, CHOSEN, files, "en").problems
    assert len(told) == 1 and "areas of level country: XXX" in told[0]


def test_listed_areas_without_an_outline_are_named_and_hinder_nothing(
    workspace: Workspace, tmp_path: Path
) -> None:
    listed = AREAS + "ML13,ML1,District,North End,Bout du nord\n"
    files = {
        "areas": written(tmp_path, "areas.csv", listed),
        "outlines": outlines(tmp_path / "o.geojson", square("ML11", 20)),
    }
    made = SetupDesk(workspace).make(VALUES, CHOSEN, files, "en")
    assert made.mission == "malda"
    assert len(made.remarks) == 1  # the province above is drawn by its districts
    assert "Bodu (ML12), North End / Bout du nord (ML13)" in made.remarks[0]


@pytest.fixture
def made(workspace: Workspace, tmp_path: Path) -> Workspace:
    """A mission of a list and of outlines of which one crosses itself."""
    files = {
        "areas": written(tmp_path, "districts.csv", AREAS),
        "outlines": outlines(
            tmp_path / "o.geojson", square("ML11", 20, crossed=True), square("ML12", 21)
        ),
    }
    assert SetupDesk(workspace).make(VALUES, CHOSEN, files, "en").mission == "malda"
    return workspace


@pytest.mark.parametrize("name", ["sample", "mali", "south_sudan"])
def test_the_form_of_a_mission_that_is_sent_back_as_it_was_changes_nothing(
    workspace: Workspace, name: str
) -> None:
    install_profile(workspace, name)
    desk = SetupDesk(workspace)
    stands = desk.standing(name)
    found = desk.changes(name, stands.values, stands.chosen, None, "fr")
    assert (found.problems, found.changes) == ((), ())


def test_a_made_mission_is_changed_after_a_look_and_never_otherwise(made: Workspace) -> None:
    desk, profile = SetupDesk(made), made.profile("malda")
    stands = desk.standing("malda")
    assert dict(stands.values) == VALUES | {
        "ends_on": "", "is_fictional": "", "area_property": "ADM2_PCODE"
    }  # fmt: skip
    before = (profile / "mission.yaml").read_text(encoding="utf-8")
    values = {**stands.values, "name_fr": "MINUMA", "time_zone": "bangui", "ends_on": "2027-06-30",
              "budget_year": "", "is_fictional": "yes", "boundaries_en": "Not endorsed.",
              "objective_fr": "Protéger", "code": "other", "country_code": "X"}  # fmt: skip
    chosen = ["P2-OP-01", "D-OC-05"]
    wrong = desk.changes("malda", values | {"starts_on": "2028-01-01"}, [], None, "en").problems
    assert len(wrong) == 2 and "lies before the first" in wrong[0] and "No indicator" in wrong[1]
    shown = desk.changes("malda", values, chosen, None, "fr")
    told = {one.title: (one.before, one.after) for one in shown.changes}
    assert told["Fuseau horaire"] == ("Africa/Juba", "Africa/Bangui")
    assert told["Dernier jour, si la mission est terminée"] == ("–", "30\u00a0juin\u00a02027")
    assert len(told) == 9 and shown.problems == ()
    assert "heures locales de Africa/Bangui" in shown.remarks[0]
    assert (profile / "mission.yaml").read_text(encoding="utf-8") == before
    other = desk.changes("malda", values | {"name_fr": "M"}, chosen, None, "en", shown.ground)
    assert "no longer what was shown" in other.problems[0]
    with turn(made.warehouse("malda"), lambda _: None):  # as a refresh that runs
        busy = desk.changes("malda", values, chosen, None, "en", shown.ground)
    assert "A refresh or a publication is running" in busy.problems[0]
    assert (profile / "mission.yaml").read_text(encoding="utf-8") == before
    assert desk.changes("malda", values, chosen, None, "en", shown.ground).problems == ()
    mission = read_mission(profile)
    assert (mission.name.fr, mission.time_zone, mission.country_area) == (
        "MINUMA", "Africa/Bangui", "MLD"
    )  # fmt: skip
    assert mission.ends_on == date(2027, 6, 30) and mission.is_fictional and mission.notes
    assert [one.code for one in mission.indicators] == chosen
    assert mission.period_types == ("M", "Q", "A")
    assert "Protéger" in (profile / "framework.yaml").read_text(encoding="utf-8")
    comments = [line for line in before.splitlines() if line.startswith("# ")]
    after = (profile / "mission.yaml").read_text(encoding="utf-8")
    assert [line for line in comments if line not in after] == []
    assert desk.changes("malda", {**values, "time_zone": "Africa/Bangui"}, chosen, None, "en",
                        ).changes == ()  # fmt: skip


def test_corrected_outlines_replace_those_that_stand_which_are_kept(
    made: Workspace, tmp_path: Path
) -> None:
    desk, profile = SetupDesk(made), made.profile("malda")
    stands, old = desk.standing("malda"), (profile / "areas.geojson").read_bytes()
    wrong = outlines(tmp_path / "w.geojson", square("ML11", 20), square("ML21", 21))
    told = desk.changes("malda", stands.values, stands.chosen, wrong, "en")
    assert len(told.problems) == 1 and "districts.csv does not list it" in told.problems[0]
    assert "w.geojson" in told.problems[0] and "Bodu (ML12)" in told.remarks[0]
    right = outlines(tmp_path / "r.geojson", square("ML11", 20))
    shown = desk.changes("malda", stands.values, stands.chosen, right, "en")
    assert [(one.title, one.after) for one in shown.changes] == [
        ("Outlines (GeoJSON)", "r.geojson"),
        ("Outline of ML11", "drawn otherwise"),
        ("Outline of ML12", "drawn no more"),
    ]
    assert "Bodu (ML12)" in shown.remarks[0]
    assert (profile / "areas.geojson").read_bytes() == old
    desk.changes("malda", stands.values, stands.chosen, right, "en", shown.ground)
    assert (profile / "areas.geojson").read_bytes() == right.read_bytes()
    (kept,) = (profile / "outlines_history").iterdir()
    assert kept.read_bytes() == old
    assert desk.changes("malda", stands.values, stands.chosen, right, "en").changes == ()


def test_the_country_is_known_by_its_new_name_after_the_next_intake(made: Workspace) -> None:
    desk = SetupDesk(made)
    stands = desk.standing("malda")
    values = {**stands.values, "country_fr": "La Malda"}
    shown = desk.changes("malda", values, stands.chosen, None, "en")
    assert [one.after for one in shown.changes] == ["La Malda"]
    desk.changes("malda", values, stands.chosen, None, "en", shown.ground)
    ingest(made, read_mission(made.profile("malda")), settled=0)
    with open_warehouse(made.warehouse("malda")) as connection:
        top = connection.execute(
            "SELECT area_code, name_en, name_fr FROM core.areas WHERE area_level = 'country'"
        )
        assert top.fetchall() == [("MLD", "Malda", "La Malda")]


def test_the_command_finds_at_init_what_the_page_finds(
    workspace: Workspace, tmp_path: Path
) -> None:
    profile = workspace.home / "my_mission"
    drawn = outlines(profile / "areas.geojson", square("A", 20, parent="NOPE"))
    text = (profile / "mission.yaml").read_text(encoding="utf-8")
    text = text.replace(
        "# areas_geojson:", f"areas_geojson: {drawn.name}\narea_property: ADM2_PCODE"
    )
    (profile / "mission.yaml").write_text(
        "\n".join(line for line in text.splitlines() if line != "# area_property:"),
        encoding="utf-8",
    )
    with pytest.raises(WrongUse, match="'NOPE' is neither an area of the list nor the country"):
        raise_as_command("init", str(workspace.home), "--profile", str(profile))
    assert workspace.missions() == []


def raise_as_command(*words: str) -> None:
    """Runs a command and raises what it would tell."""
    from pipelines.cli.main import build_parser, command_module

    arguments = build_parser("en", list(words)).parse_args(list(words))
    arguments.workspace = Workspace(Path(words[1]))
    command_module(arguments.command).run(arguments)


def test_steps_say_what_is_missing_and_are_the_same_for_the_page_and_the_command(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    states = {step.name: step.state for step in steps(workspace, None)}
    assert states == {"mission": "open"} | dict.fromkeys(STEPS[1:], "later")
    files = {"areas": written(tmp_path, "areas.csv", AREAS)}
    SetupDesk(workspace).make(VALUES, CHOSEN, files, "en")
    found = {step.name: step for step in steps(workspace, "malda")}
    assert {name: step.said for name, step in found.items()} == {
        "mission": "done", "places": "done", "units": "missing", "targets": "missing",
        "files": "missing", "refresh": "missing", "rejected": "none", "release": "missing",
    }  # fmt: skip
    assert found["files"].sentence("en") == "No file yet for: Incidents, Activities."
    assert steps(workspace, "malda")[1].sentence("en") == "4 areas are known."
    monkeypatch.setenv("POCLENS_HOME", str(workspace.home))
    assert main(["next", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out.splitlines()[-1])["steps"]
    shown = SetupDesk(workspace).steps("malda", "en")
    assert [one["sentence"] for one in printed] == [one.sentence for one in shown]
    written(workspace.inbox("malda"), "notes.csv", "a,b\n1,2\n")
    monkeypatch.delenv("POCLENS_HOME")
    monkeypatch.chdir(workspace.home)  # within a workspace no other is meant
    assert main(["refresh", "--mission", "malda"]) == 2
    assert "Nothing was computed" in capsys.readouterr().out
    files = next(step for step in steps(workspace, "malda") if step.name == "files")
    assert files.state == "open" and "notes.csv" in files.sentence("en")
    with turn(workspace.warehouse("malda"), print):
        running = {step.name: step for step in steps(workspace, "malda")}
    assert {running[name].state for name in ("places", "units", "files")} == {"running"}
    assert running["places"].sentence("en").startswith("4 areas are known. Being renewed")
    assert running["files"].sentence("en").startswith("A refresh or a publication is running")
    assert running["targets"] == found["targets"]  # the profile alone knows it
    with ThreadPoolExecutor(6) as readers:  # who reads keeps no other waiting
        seen = [*readers.map(lambda _: steps(workspace, "malda"), range(12))]
    assert {step.state for found in seen for step in found}.isdisjoint({"running"})


def test_an_earlier_quarter_that_is_published_again_leaves_the_newest_the_newest(
    workspace: Workspace, tmp_path: Path
) -> None:
    SetupDesk(workspace).make(
        VALUES, CHOSEN, {"areas": written(tmp_path, "areas.csv", AREAS)}, "en"
    )
    profile = read_mission(workspace.profile("malda"))
    ended = [one.name for one in ended_quarters(profile, date.today())]
    folder = workspace.releases("malda")
    (folder / f"{ended[-3]}-r01").mkdir(parents=True)
    told = steps(workspace, "malda")[-1]
    assert (told.said, told.facts["quarter"]) == ("next_quarter", ended[-2])  # then the newest
    names = [f"{ended[-2]}-r01", f"{ended[-1]}-r09", f"{ended[-1]}-r10", f"{ended[-2]}-r02"]
    for name in names:
        (folder / name).mkdir(parents=True)
    (folder / "current").write_text(f"{names[-1]}\n", encoding="utf-8")
    told = steps(workspace, "malda")[-1]
    assert (told.state, told.said) == ("done", "earlier_shown")
    assert told.facts["release"] == names[2] and told.facts["current"] == names[-1]
    (folder / "current").write_text(f"{names[2]}\n", encoding="utf-8")
    assert steps(workspace, "malda")[-1].said == "done"


def test_a_unit_without_its_day_is_there_from_the_first_day(
    workspace: Workspace, tmp_path: Path
) -> None:
    """As all are of a list that has no such column."""
    units = "Code;Nom;Composante;Type;Arrivée\nU1;Un;police;FPU;05/03/2026\nU2;Deux;police;FPU;\n"
    files = {"areas": written(tmp_path, "areas.csv", AREAS)}
    files["units"] = written(tmp_path, "units.csv", units)
    assert SetupDesk(workspace).make(VALUES, CHOSEN, files, "fr") == MadeMission("malda")
    with open_warehouse(workspace.warehouse("malda")) as connection:
        found = connection.execute("SELECT unit_code, valid_from FROM core.units ORDER BY 1")
        assert found.fetchall() == [("U1", date(2026, 3, 5)), ("U2", date(2026, 1, 1))]


def test_a_mission_without_links_is_told_that_no_rota_can_be_drawn(
    workspace: Workspace, tmp_path: Path
) -> None:
    SetupDesk(workspace).make(
        VALUES, CHOSEN, {"areas": written(tmp_path, "areas.csv", AREAS)}, "en"
    )
    (told,) = open_desk(workspace.home).rotas.shown("malda", "", "en").problems
    assert "nothing that a rota could test" in told and "--edge" not in told


def test_values_of_a_refresh_that_did_not_end_are_not_called_ready(
    workspace: Workspace, tmp_path: Path
) -> None:
    SetupDesk(workspace).make(
        VALUES, CHOSEN, {"areas": written(tmp_path, "areas.csv", AREAS)}, "en"
    )
    with open_warehouse(workspace.warehouse("malda")) as connection:
        connection.execute("INSERT INTO mart.indicator_value (mission) VALUES ('malda')")
        for step in refresh_number.STEPS[:2]:
            refresh_number.end_step(connection, "1", step)
    found = {step.name: step for step in steps(workspace, "malda")}
    assert (found["refresh"].state, found["refresh"].said) == ("open", "unfinished")
    assert found["release"].state == "later"
    with open_warehouse(workspace.warehouse("malda")) as connection:
        for step in refresh_number.STEPS[2:]:
            refresh_number.end_step(connection, "1", step)
    found = {step.name: step for step in steps(workspace, "malda")}
    assert (found["refresh"].said, found["release"].state) == ("done", "open")


def test_sources_that_end_before_the_quarter_are_named_in_the_step_of_the_release(
    workspace: Workspace, tmp_path: Path
) -> None:
    SetupDesk(workspace).make(
        VALUES, CHOSEN, {"areas": written(tmp_path, "areas.csv", AREAS)}, "en"
    )
    quarter = ended_quarters(read_mission(workspace.profile("malda")), date.today())[-1].name
    with open_warehouse(workspace.warehouse("malda")) as connection:
        for check, status in (("alerts.reaches_quarter_end", "failed"), ("units.key", "failed")):
            row = (
                "malda",
                check,
                check.partition(".")[0],
                "warning",
                status,
                "",
                quarter,
                1,
                "",
                "",
            )
            connection.execute(f"INSERT INTO mart.quality_check VALUES {row}")
    release = steps(workspace, "malda")[-1]
    assert release.facts["partly"] == ("alerts",)
    assert release.sentence("fr").endswith("s’arrêtent avant son dernier mois\u00a0: Alertes.")


def test_held_files_are_told_beside_what_the_last_refresh_computed() -> None:
    done = _Facts({}, values=3, is_whole=True)
    assert _refresh(done, 0).said == "done"
    told = _refresh(replace(done, held=2), 0)
    assert told.state == "done" and "2 files are held" in told.sentence("en")


def test_what_a_run_said_names_no_folder_above_the_workspace(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "own" / "000001"
    folder.mkdir(parents=True)
    said = f"Published 2026-Q3-r01 in {tmp_path}/releases/own/2026-Q3-r01\n"
    (folder / "told.txt").write_text(said, encoding="utf-8")
    (run,) = runs(Workspace(tmp_path), "own")
    assert run.lines == ("Published 2026-Q3-r01 in releases/own/2026-Q3-r01",)


def test_coordinates_in_one_cell_find_the_area_unless_a_person_says_else(
    workspace: Workspace, tmp_path: Path
) -> None:
    files = {
        "areas": written(tmp_path, "districts.csv", AREAS),
        "outlines": outlines(tmp_path / "o.geojson", square("ML11", 20), square("ML12", 21)),
    }
    assert SetupDesk(workspace).make(VALUES, CHOSEN, files, "en").problems == ()
    head = "Ref;Date;Incident type;Area;Seen from;Place"
    path = written(tmp_path, "seen.csv", f"{head}\nA-1;2026-04-13;killing;Bodu;Bodu;0,5 / 20,25\n")
    rest = {"table": "incidents", "constant.against_civilians": "true",
            "constant.date_precision": "day", "constant.location_precision": "near",
            "constant.reported_by": "ngo", "constant.verification": "reported"}  # fmt: skip

    def area(**answers: str) -> str:
        given = rest | {name.replace("__", "."): text for name, text in answers.items()}
        found = IntakeDesk(workspace).preview("malda", path, "en", given)
        assert found.counted, found.problems
        table = found.counted.tables[0]
        return table.rows[0][list(table.columns).index("Area code")]

    named = "header__area_code"
    assert area(**{named: "", "place": "coordinates"}) == "Arda (ML11)"
    both = "Place + Place"  # as the page says back what it shows
    shown = {"laid": "yes", "place": "coordinates", "part__latitude": "1", named: both}
    assert area(**shown) == "Arda (ML11)"
    assert area(**shown | {named: "Seen from"}) == "Bodu (ML12)"
    path.write_text(path.read_text().replace("Area;Seen from;", "").replace("Bodu;Bodu;", ""))
    assert area() == "Arda (ML11)"  # proposed, as nothing else says where


@pytest.mark.parametrize(
    ("head", "point", "turned"),
    [
        ("Latitude;Longitude", "0.5;20.25", None),
        ("Position", "0.5, 20.25", "2"),
    ],
)
def test_coordinates_find_the_area_of_a_table_without_coordinates(
    workspace: Workspace, tmp_path: Path, head: str, point: str, turned: str | None
) -> None:
    files = {
        "areas": written(tmp_path, "districts.csv", AREAS),
        "outlines": outlines(tmp_path / "o.geojson", square("ML11", 20), square("ML12", 21)),
    }
    assert SetupDesk(workspace).make(VALUES, CHOSEN, files, "en").problems == ()
    columns = f"Alert ref;Source;Threat;Level;Received;Action needed;{head}"
    rows = f"A-1;hotline;looting;high;2026-04-13 08:00;yes;{point}\n"
    path = written(tmp_path, "alerts.csv", f"{columns}\n{rows}")

    def shown(**answers: str) -> FilePreview:
        said = {"table": "alerts", **{n.replace("__", "."): v for n, v in answers.items()}}
        return IntakeDesk(workspace).preview("malda", path, "en", said)

    found = shown()
    assert found.offered and found.counted, found.problems
    area = next(one for one in found.offered.columns if one.column == "area_code")
    assert area.reasons == "found by the coordinates, in the outlines of the mission"
    assert [one.value for one in found.offered.choices if one.name == "place"] == [("coordinates",)]
    table = found.counted.tables[0]
    assert table.rows[0][list(table.columns).index("Area code")] == "Arda (ML11)"
    assert {*head.split(";")}.isdisjoint(found.offered.ignored)
    said = shown(laid="yes", header__area_code="", header__alert_code="Alert ref")
    assert said.offered and not said.offered.is_complete  # a person took it back
    assert [one.value for one in said.offered.choices if one.name == "place"] == [()]
    if turned:
        assert [one.name for one in area.choices if one.name.startswith("part.")]
        other = shown(place="coordinates", part__area_code=turned)
        assert other.counted and other.counted.rejects[0].sentence.startswith("The point (")


def test_a_terminal_shows_rows_as_the_page_does_and_lists_what_may_be_said_when_asked(
    workspace: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    files = {"areas": written(tmp_path, "districts.csv", AREAS)}
    assert SetupDesk(workspace).make(VALUES, CHOSEN, files, "en").problems == ()
    head = "Alert ref;Source;Threat;Level;Area code;Received;Action needed"
    path = written(
        tmp_path, "alerts.csv", f"{head}\nA-1;hotline;looting;high;ML11;2026-04-13 08:30;yes\n"
    )
    monkeypatch.setenv("POCLENS_HOME", str(workspace.home))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    given, told = iter(["?"]), []

    def answer(_: str) -> str:
        told.append(capsys.readouterr().out)
        return next(given, "")

    monkeypatch.setattr("builtins.input", answer)
    assert main(["map", str(path), "--mission", "malda", "--table", "alerts"]) == 0
    first, listed, *_ = told
    assert "Received" in first and "fill_down" not in first
    assert "fill_down" in listed and "time_zone" in listed
    rows = next(text for text in told if "As it would arrive" in text).replace("\u00a0", " ")
    assert "Received at (Africa/Juba) = 13 Apr 2026 08:30" in rows
    assert "= Arda (ML11)" in rows and "received_at = " not in rows
