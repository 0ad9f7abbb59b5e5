"""The names that a proposed mapping takes, and keys that two senders give to different things."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
import yaml

from pipelines.cli.main import main
from pipelines.ingest.mapping.files.file_names import (
    fits,
    have_a_name_in_common,
    pattern_of,
    series_of,
)
from pipelines.ingest.mapping.model import load_sources
from pipelines.setup.proposal.desk import IntakeDesk
from tests.worlds.mission.delivered import SmallMission
from tests.worlds.mission.mappings import PATROLS, UNITS

NAMES = {
    "patrols_2026-03.csv": ("patrols_20??-??.csv", "patrols_2027-11.csv"),
    "patrols_202603.csv": ("patrols_20????.csv", "patrols_202711.csv"),
    "activities_2026q1.csv": ("activities_20??q?.csv", "activities_2027q4.csv"),
    "rapport_T2-2026.xlsx": ("rapport_T?-20??.xlsx", "rapport_T4-2027.xlsx"),
    "patrols FPU1 mars 2026.xlsx": ("patrols FPU1 * 20??.xlsx", "patrols FPU1 décembre 2027.xlsx"),
    "SectorWest2_March.csv": ("SectorWest2_*.csv", "SectorWest2_September.csv"),
    "2026-W05_patrols.csv": ("20??-W??_patrols.csv", "2027-W51_patrols.csv"),
    "SITREP 31.03.2026.xlsx": ("SITREP ??.??.20??.xlsx", "SITREP 01.12.2027.xlsx"),
    "plan_2023-24.csv": ("plan_20??-??.csv", "plan_2026-27.csv"),
    "patrols_2026-3.csv": ("patrols_20??-*.csv", "patrols_2026-12.csv"),
    "export_1234567.csv": ("export_*.csv", "export_98.csv"),
    "FPU1_patrols.csv": ("FPU1_patrols.csv", "fpu1_PATROLS.csv"),
    "sets[1]_2026.csv": ("sets[[]1]_20??.csv", "sets[1]_2027.csv"),
}


@pytest.mark.parametrize("name", NAMES)
def test_pattern_takes_the_file_and_the_next_period(name: str) -> None:
    pattern, later = NAMES[name]
    assert pattern_of(name) == pattern
    assert fits(name, pattern)
    assert fits(later, pattern)
    assert not fits(f"other_{name}", pattern)


@pytest.mark.parametrize(
    ("one", "other", "is_common"),
    [
        ("patrols_20??.csv", "patrols_fpu1_*.csv", False),
        ("patrols_*.csv", "PATROLS_fpu1_*.csv", True),
        ("activities_20??q?.csv", "activities_2026*.csv", True),
        ("a*b*c", "ac", False),
        ("a[*]", "ab", False),
        ("a[0-9]", "a7", True),
        ("*a*", "*b*", True),
        ("a", "a*", True),
        ("a?", "a", False),
    ],
)
def test_two_patterns_clash_where_a_name_fits_both(one: str, other: str, is_common: bool) -> None:
    assert have_a_name_in_common(one, other) is is_common
    assert have_a_name_in_common(other, one) is is_common


def test_series_is_the_name_without_period_and_version() -> None:
    names = (
        "patrols_u1_2026-03.csv",
        "Patrols U1 april 2026 v2.xlsx",
        "patrols_u1_2026q1_late.csv",
    )
    assert {series_of(name) for name in names} == {"patrols u1"}
    assert series_of("patrols_u2_2026-03.csv") == "patrols u2"


# A log as a unit sends it: numbers of its own, and a column that says whose they are.
HEAD = "Activity code,Activity type,Status,Unit code,Tier,Phase,Area code,Started at,People\n"


def log(unit: str, day: str = "2024-06-01") -> str:
    rows = [
        f"{n},patrol,completed,{unit},II,prevention,XX01,{day} 0{n}:00,{n + 3}\n" for n in (1, 2, 3)
    ]
    return HEAD + "".join(rows)


@pytest.fixture
def world(small: SmallMission, monkeypatch: pytest.MonkeyPatch) -> SmallMission:
    small.add_source(UNITS)
    small.deliver("units.csv", "code,component,kind\nU1,police,FPU\nU2,police,FPU\n")
    monkeypatch.setenv("POCLENS_HOME", str(small.workspace.home))
    return small


def mapped(world: SmallMission, path: Path, *options: str) -> int:
    sets = ("--set", "location_precision=admin1", "--table", "activities")
    return main(["map", str(path), "--mission", "small", *sets, *options])


def key_of(world: SmallMission, source: str) -> dict[str, object]:
    entry = load_sources(world.profile)[source].tables[0].columns["activity_code"]
    return {"from": entry.sources, "template": entry.template}


def test_map_makes_the_unit_part_of_the_key(
    world: SmallMission, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "log_U1_2024-06.csv"
    path.write_text(log("U1"))
    (tmp_path / "log_U2_2024-06.csv").write_text(log("U2"))
    assert mapped(world, path, "--files", "log_U?_20??-??.csv", "--name", "log", "--yes") == 0
    assert key_of(world, "log")["template"] == "{Unit code} {Activity code}"
    assert "log_U2_2024-06.csv" in capsys.readouterr().out  # told as one that the pattern takes
    for unit in ("U1", "U2"):
        world.drop(f"log_{unit}_2024-06.csv", log(unit))
    world.ingest()
    assert world.query("SELECT count(*) FROM core.activities") == [(6,)]


def test_key_is_held_against_a_file_of_another_unit_beside_it(
    world: SmallMission, tmp_path: Path
) -> None:
    """Each unit gets a mapping of its own here: the pattern of one takes no file of the other."""
    for unit in ("U1", "U2"):
        (tmp_path / f"log_{unit}_2024-06.csv").write_text(log(unit))
    assert mapped(world, tmp_path / "log_U1_2024-06.csv", "--yes") == 0
    assert load_sources(world.profile)["log_u1"].files == ("log_U1_20??-??.csv",)
    assert key_of(world, "log_u1")["template"] == "{Unit code} {Activity code}"


def test_map_takes_the_key_as_it_is_where_nothing_clashes(
    world: SmallMission, tmp_path: Path
) -> None:
    path = tmp_path / "log_U1_2024-06.csv"
    path.write_text(log("U1"))
    assert mapped(world, path, "--yes") == 0
    assert key_of(world, "log_u1")["from"] == ("Activity code",)
    assert load_sources(world.profile)["log_u1"].files == ("log_U1_20??-??.csv",)


def test_a_copy_in_the_inbox_is_no_other_file(
    world: SmallMission, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "log_U1_2024-06.csv"
    path.write_text(log("U1"))
    world.drop(path.name, log("U1"))
    assert mapped(world, path, "--yes") == 0
    assert "3 of 3 rows come in" in capsys.readouterr().out


def test_known_mapping_is_mended_for_the_key(world: SmallMission, tmp_path: Path) -> None:
    world.add_source(PATROLS | {"sender": "series"})
    head = "code,mode,status,unit,area,day,people\n"
    world.deliver("patrols_u1.csv", head + "1,foot,completed,U1,XX01,2024-06-01,4\n")
    path = tmp_path / "patrols_u2.csv"
    path.write_text(head + "1,foot,completed,U2,XX01,2024-06-02,4\n")
    asked = ["map", str(path), "--mission", "small", "--source", "activities", "--yes"]
    assert main(asked) == 0
    assert key_of(world, "activities")["template"] == "{unit} {code}"
    world.drop(path.name, path.read_text())
    world.ingest()
    assert world.query("SELECT activity_code FROM core.activities ORDER BY 1") == [
        ("U1 1",), ("U2 1",),
    ]  # fmt: skip


def test_unit_that_began_anew_since_a_file_was_taken_in_gets_the_day(
    world: SmallMission, tmp_path: Path
) -> None:
    """The unit alone would tell the file from the one in the archive only until that is reread."""
    world.add_source(PATROLS | {"sender": "series"})
    head = "code,mode,status,unit,area,day,people\n"
    world.deliver("patrols_06.csv", head + "1,foot,completed,U1,XX01,2024-06-01,4\n")
    path = tmp_path / "patrols_07.csv"
    path.write_text(head + "1,foot,completed,U1,XX01,2024-07-02,4\n")
    assert main(["map", str(path), "--mission", "small", "--source", "activities", "--yes"]) == 0
    world.drop(path.name, path.read_text())
    assert sum(one.rows_rejected for one in world.ingest().files) == 0
    assert world.query("SELECT activity_code FROM core.activities ORDER BY 1") == [
        ("U1 2024-06-01 1",), ("U1 2024-07-02 1",),
    ]  # fmt: skip


def test_unit_that_begins_anew_each_month_gets_the_day(world: SmallMission, tmp_path: Path) -> None:
    for month in ("06", "07"):
        (tmp_path / f"log_U1_2024-{month}.csv").write_text(log("U1", f"2024-{month}-01"))
    assert mapped(world, tmp_path / "log_U1_2024-07.csv", "--yes") == 0
    assert key_of(world, "log_u1")["template"] == "{Unit code} {Started at} {Activity code}"


def test_clash_with_another_pattern_is_refused_at_once(
    world: SmallMission, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world.add_source(PATROLS)  # patrols*.csv
    path = tmp_path / "patrols_u1_2024-06.csv"
    path.write_text(log("U1"))
    before = sorted(world.profile.rglob("*.yaml"))
    assert mapped(world, path, "--yes") == 2
    said = capsys.readouterr()
    assert "patrols*.csv" in said.out + said.err
    assert sorted(world.profile.rglob("*.yaml")) == before
    renamed = path.rename(tmp_path / "u1_patrols_2024-06.csv")
    assert mapped(world, renamed, "--yes") == 0


def test_page_proposes_pattern_and_key_alike(world: SmallMission, tmp_path: Path) -> None:
    desk = IntakeDesk(world.workspace)
    world.drop("log_U2_2024-06.csv", log("U2"))
    path = tmp_path / "log_U1_2024-06.csv"
    path.write_text(log("U1"))
    answers = {"table": "activities", "constant.location_precision": "admin1"}
    found = desk.preview("small", path, "en", answers | {"files": "units*"})
    assert "does not take this file itself" in found.offered.files_told
    assert found.counted is None
    answers["files"] = "log_U?_20??-??.csv"
    found = desk.preview("small", path, "en", answers)
    assert "log_U2_2024-06.csv" in found.offered.files_told
    shown = {one.column: one.header for one in found.offered.columns}
    assert shown["activity_code"] == "Unit code + Activity code"
    assert found.counted and found.counted.rows_rejected == 0
    sent = answers | {f"header.{name}": header for name, header in shown.items() if header}
    assert desk.take_in("small", path, "en", sent) == []
    world.ingest()
    assert world.query("SELECT count(*) FROM core.activities") == [(6,)]


def test_page_mends_a_known_mapping_for_the_key(world: SmallMission, tmp_path: Path) -> None:
    world.add_source(PATROLS | {"sender": "series"})
    head = "code,mode,status,unit,area,day,people\n"
    world.deliver("patrols_u1.csv", head + "1,foot,completed,U1,XX01,2024-06-01,4\n")
    path = tmp_path / "patrols_u2.csv"
    path.write_text(head + "1,foot,completed,U2,XX01,2024-06-02,4\n")
    desk = IntakeDesk(world.workspace)
    found = desk.preview("small", path, "en", {})
    assert found.differs and [one.kind for one in found.differs.changes] == ["key"]
    assert json.dumps(asdict(found))  # what a page can show
    assert desk.take_in("small", path, "en", {"mend": "yes"}, "chief") == []
    history = world.profile / "mapping_history" / f"{PATROLS['source']}.yaml"
    (entry,) = yaml.safe_load(history.read_text("utf-8"))
    assert entry["by"] == "chief" and any(line.startswith("+") for line in entry["changed"])
    world.ingest()
    assert world.query("SELECT count(*) FROM core.activities") == [(2,)]
