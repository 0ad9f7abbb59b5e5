"""A fault in a profile is told with file, place, rule and mend by whatever meets it first."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from indicators.foundation.data_folder import data_folder
from pipelines.cli.main import main
from pipelines.ingest.mapping.profile import profile_problems
from pipelines.workspace.installation import make_workspace
from pipelines.workspace.paths import Workspace
from tests.pipelines.cli.test_main import poclens
from tests.worlds.mission.delivered import MISSION
from tests.worlds.mission.mappings import AREAS

Change = Callable[[Path], None]
TOTAL = {
    "name": {"en": "Deaths", "fr": "Morts"},
    "table": "incidents",
    "sum_column": "deaths_best",
    "file": "totals.csv",
    "year_column": "year",
    "value_columns": ["best"],
    "source": "A year book",
}
FLAT = {"type": "Polygon", "coordinates": [[[30, 5], [31, 5], [32, 5], [30, 5]]]}
POLYGON = {"type": "Polygon", "coordinates": [[[30, 5], [31, 5], [31, 6], [30, 5]]]}


def profile_in(folder: Path) -> Path:
    """A sound profile with outlines, a published total, a framework and a mapping."""
    profile = folder / "small"
    (profile / "sources").mkdir(parents=True)
    settings = {"areas_geojson": "areas.geojson", "published_totals": [TOTAL]}
    settings["indicators"] = [{"code": "D-IM-01"}, {"code": "D-OP-01"}]
    write(profile / "mission.yaml", MISSION | settings)
    outlines(profile)
    (profile / "totals.csv").write_text("year,best\n2020,5\n", encoding="utf-8")
    write(profile / "sources" / "areas.yaml", AREAS)
    words = {"en": "Safe", "fr": "En sécurité"}
    framework = {
        "objective": words,
        "outcomes": [{"id": "deaths", "title": words, "indicator": "D-IM-01"}],
        "outputs": [{"id": "police", "title": words, "indicator": "D-OP-01"}],
    }
    write(profile / "framework.yaml", framework)
    return profile


def write(path: Path, entry: Any) -> None:
    path.write_text(yaml.safe_dump(entry, sort_keys=False), encoding="utf-8")


def outlines(profile: Path, geometry: Any = POLYGON, **changes: Any) -> None:
    feature = {"type": "Feature", "properties": {"area_code": "XX01"}, "geometry": geometry}
    collection = {"type": "FeatureCollection", "features": [feature]} | changes
    (profile / "areas.geojson").write_text(json.dumps(collection), encoding="utf-8")


def edit(name: str, **changes: Any) -> Change:
    def change(profile: Path) -> None:
        path = profile / name
        write(path, yaml.safe_load(path.read_text(encoding="utf-8")) | changes)

    return change


def text(name: str, content: str | bytes) -> Change:
    def change(profile: Path) -> None:
        data = content.encode() if isinstance(content, str) else content
        (profile / name).write_bytes(data)

    return change


def append(name: str, content: str) -> Change:
    def change(profile: Path) -> None:
        path = profile / name
        path.write_text(path.read_text(encoding="utf-8") + content, encoding="utf-8")

    return change


def remove(name: str) -> Change:
    return lambda profile: (profile / name).unlink()


POINT = {"type": "Point", "coordinates": [30, 5]}
METRES = {"type": "Polygon", "coordinates": [[[5e5, 5e5], [6e5, 5e5], [6e5, 6e5], [5e5, 5e5]]]}
FAULTS: dict[str, tuple[Change, str, str]] = {
    # what: the change, the file that is named, a part of the sentence
    "points": (lambda p: outlines(p, POINT), "areas.geojson", "Feature 1 (XX01) has a Point"),
    "no geometry": (lambda p: outlines(p, None), "areas.geojson", "feature 1"),
    "odd geometry": (lambda p: outlines(p, {"type": "Area"}), "areas.geojson", "feature 1"),
    "in metres": (lambda p: outlines(p, METRES), "areas.geojson", "EPSG:4326"),
    "no area": (lambda p: outlines(p, FLAT), "areas.geojson", "holds no area"),
    "no features": (lambda p: outlines(p, features=[]), "areas.geojson", "FeatureCollection"),
    "one feature": (lambda p: outlines(p, features=None), "areas.geojson", "FeatureCollection"),
    "a list": (text("areas.geojson", "[1, 2]"), "areas.geojson", "FeatureCollection"),
    "no JSON": (text("areas.geojson", "{"), "areas.geojson", "FeatureCollection"),
    "bytes": (text("areas.geojson", b"\xff\xfe\x00"), "areas.geojson", "FeatureCollection"),
    "no outlines": (remove("areas.geojson"), "mission.yaml", "areas.geojson"),
    "other property": (edit("mission.yaml", area_property="nam"), "areas.geojson", "area_property"),
    "unknown area": (edit("mission.yaml", area_codes={"XX02": "Q"}), "mission.yaml", "XX01"),
    "no totals": (remove("totals.csv"), "mission.yaml", "totals.csv"),
    "empty totals": (text("totals.csv", ""), "mission.yaml", "totals.csv"),
    "other totals": (text("totals.csv", "yaer,best\n2020,5\n"), "mission.yaml", "yaer"),
    "words for totals": (text("totals.csv", "year,best\n2020,many\n"), "mission.yaml", "many"),
    "table of totals": (
        edit("mission.yaml", published_totals=[TOTAL | {"table": "incident"}]),
        "mission.yaml",
        "incidents",
    ),
    "column of totals": (
        edit("mission.yaml", published_totals=[TOTAL | {"sum_column": "deaths_bst"}]),
        "mission.yaml",
        "deaths_best",
    ),
    "wrong key": (append("mission.yaml", "time_zoen: UTC\n"), "mission.yaml", "time_zone"),
    "key that is a number": (append("mission.yaml", "5: UTC\n"), "mission.yaml", "Key 5"),
    "wrong inner key": (
        edit("mission.yaml", parameters={"near_base": 5}),
        "mission.yaml",
        "near_base_km",
    ),
    "key twice": (append("mission.yaml", "mission: small\n"), "mission.yaml", "a second time"),
    "no key": (text("mission.yaml", "mission: small\n"), "mission.yaml", "Key name is missing"),
    "a list of keys": (text("mission.yaml", "- mission\n"), "mission.yaml", "key"),
    "empty": (text("mission.yaml", ""), "mission.yaml", "key"),
    "no YAML": (text("mission.yaml", "mission: [small\n"), "mission.yaml", "row 1: A bracket"),
    "odd sign": (text("mission.yaml", "mission: \x07\n"), "mission.yaml", "cannot be shown"),
    "no such day": (append("mission.yaml", "ends_in: 2026-02-30\n"), "mission.yaml", "2026-06-30"),
    "UTF-16": (text("mission.yaml", "mission: small\n".encode("utf-16")), "mission.yaml", "UTF-8"),
    "a folder as zone": (edit("mission.yaml", time_zone="Africa"), "mission.yaml", "IANA"),
    "ends before": (edit("mission.yaml", ends_on="2019-01-01"), "mission.yaml", "starts_on"),
    "other name": (edit("mission.yaml", mission="smal"), "mission.yaml", "folder small"),
    "unknown indicator": (
        edit("mission.yaml", indicators=[{"code": "D-IM-1"}]),
        "mission.yaml",
        "D-IM-01",
    ),
    "indicator twice": (
        edit("mission.yaml", indicators=[{"code": "D-IM-01"}] * 2),
        "mission.yaml",
        "D-IM-01",
    ),
    "framework key": (append("framework.yaml", "edgse: []\n"), "framework.yaml", "edges"),
    "framework inner key": (
        edit("framework.yaml", edges=[{"id": "x", "form": "D-OP-01"}]),
        "framework.yaml",
        "nearest known key is from",
    ),
    "framework of nothing": (text("framework.yaml", ""), "framework.yaml", "key"),
    "source key": (append("sources/areas.yaml", "ignroe: [x]\n"), "areas.yaml", "ignore"),
    "source of nothing": (text("sources/areas.yaml", ""), "areas.yaml", "key"),
    "source in UTF-16": (
        text("sources/areas.yaml", "source: areas\n".encode("utf-16")),
        "areas.yaml",
        "UTF-8",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_a_sentence_in_both_languages(tmp_path: Path, name: str) -> None:
    change, file, part = FAULTS[name]
    profile = profile_in(tmp_path)
    assert profile_problems(profile) == []
    change(profile)
    problems = profile_problems(profile)
    named = [problem for problem in problems if problem.file == file]
    sentences = [problem.sentence("en") for problem in named]
    assert any(part in sentence for sentence in sentences), [p.sentence() for p in problems]
    assert all(problem.sentence("fr") for problem in problems)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("workspace")
    make_workspace(Workspace(home))
    profile_in(home / "missions")
    (home / "inbox" / "small").mkdir()
    return home


@pytest.mark.parametrize("name", ["points", "no totals", "wrong key", "framework inner key"])
def test_init_doctor_and_refresh_end_with_2_and_the_sentence(
    template: Path,
    tmp_path: Path,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The first of them in processes of its own."""
    home = tmp_path / "home"
    shutil.copytree(template, home)
    change, file, part = FAULTS[name]
    change(home / "missions" / "small")
    monkeypatch.setenv("POCLENS_HOME", str(home))
    monkeypatch.setenv("POCLENS_LANGUAGE", "en")
    for command in (
        ["init", str(tmp_path / "other"), "--profile", str(home / "missions" / "small")],
        ["doctor"],
        ["refresh", "--mission", "small"],
    ):
        if name == "points":
            ran = poclens(home, *command)
            code, said = ran.returncode, ran.stdout + ran.stderr
        else:
            code, said = main(command), "".join(capsys.readouterr())
        assert code == 2, (command, said)
        assert file in said and part in said, command
        assert "Traceback" not in said
    assert not (tmp_path / "other").exists()


def test_shipped_profiles_can_be_installed_where_no_shared_data_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POCLENS_SHARED", str(tmp_path / "nowhere"))
    for name in ("mali", "south_sudan", "sample"):
        profile = data_folder() / "missions" / name
        assert profile_problems(profile, is_installed=False) == []
    told = {problem.rule for problem in profile_problems(data_folder() / "missions" / "mali")}
    assert told == {"profile_file"}
