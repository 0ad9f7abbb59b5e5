"""Rows under a proposed mapping arrive as they were meant, or are rejected for what is wrong."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import Mission
from pipelines.cli.main import main
from pipelines.ingest.inbox import ingest
from pipelines.ingest.mapping.model import load_sources
from pipelines.setup.proposal.answering.confirm import ask
from pipelines.setup.proposal.answering.shown import cell
from pipelines.setup.proposal.beside.known_rows import known_rows
from pipelines.setup.proposal.difference import differences
from pipelines.setup.proposal.preview import Preview, preview
from pipelines.setup.proposal.proposal import Proposal, propose
from pipelines.setup.proposal.writing import checked, write_mapping
from pipelines.workspace.paths import Workspace
from tests.faults.fault_rows import base_rows
from tests.worlds.messy.kinds import PLACES, UNITS, WAYS, Row, messy, plain_rows, write
from tests.worlds.mission.mappings import source
from tests.worlds.mission.own_names import make_workspace

KINDS = (
    "french_labels_cp1252",
    "workbook_title_rows",
    "workbook_1904",
    "totals_row",
    "groups_filled_down",
    "day_and_hour_apart",
    "misspelt_places",
    "place_names_french",
    "personal_columns",
)
REJECTED = {
    "unknown_code": ("activity_type", "code"),
    "unknown_place": ("area_code", "reference"),
    "no_number": ("personnel_count", "type_int"),
}
PLACE = next(iter(PLACES.values()))[0]
World = tuple[Workspace, Mission]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A mission that knows three places and two units."""
    workspace, mission = make_workspace(tmp_path_factory.mktemp("mapped"))
    inbox = workspace.inbox("faulty")
    for table in ("areas", "units"):
        path = workspace.profile("faulty") / "sources" / f"{table}.yaml"
        columns = {
            "areas": ("area_code", "parent_area_code", "area_level", "name_en", "name_fr"),
            "units": ("unit_code", "unit_name", "component", "unit_type"),
        }[table]
        mapped = {name: {"from": name} for name in (*columns, "valid_from")}
        entry = {"source": table, "files": [f"{table}*.csv"], "reader": "csv"}
        write_mapping({**entry, "tables": [{"table": table, "columns": mapped}]}, path)
    rows = [f"{code},XX,admin1,{en},{fr},2024-01-01" for code, (en, fr) in PLACES.items()]
    header = "area_code,parent_area_code,area_level,name_en,name_fr,valid_from\n"
    country = "XX,,country,Country,Pays,2024-01-01\n"
    (inbox / "areas.csv").write_text(header + country + "\n".join(rows) + "\n", encoding="utf-8")
    units = [f"{code},{name},police,FPU,2024-01-01" for code, name in UNITS.items()]
    header = "unit_code,unit_name,component,unit_type,valid_from\n"
    (inbox / "units.csv").write_text(header + "\n".join(units) + "\n", encoding="utf-8")
    ingest(workspace, mission, settled=0)
    return workspace, mission


def _arrived(world: World, kind: str, folder: Path):
    workspace, mission = world
    file = messy(kind, WAYS[kind], "activities")
    path = write(file, folder)
    warehouse = workspace.warehouse("faulty")
    found = propose(path, known_rows(warehouse))
    profile = workspace.profile("faulty")
    return file, preview(path, checked(found.mapping()), mission, profile, warehouse)


def _as_core(row: Row) -> Row:
    """A plain row as core shows it: local time of Juba in UTC, numbers and lists as text."""
    hour = int(row["started_at"][11:13]) - 2
    moment = f"{row['started_at'][:10]} {hour:02d}:30:00"
    lists = str(row["partner_components"].split(";"))
    truth = row["is_long_range"].title()
    return row | {"started_at": moment, "partner_components": lists, "is_long_range": truth}


@pytest.mark.parametrize("kind", KINDS)
def test_rows_arrive_as_they_were_meant(world: World, kind: str, tmp_path: Path) -> None:
    _, shown = _arrived(world, kind, tmp_path)
    came = {row["activity_code"]: {k: str(v) for k, v in row.items()} for row in shown.rows}
    assert came == {row["activity_code"]: _as_core(row) for row in plain_rows("activities")}
    assert (shown.rows_read, shown.rows_rejected, shown.rejects) == (10, 0, ())


@pytest.mark.parametrize("kind", REJECTED)
def test_what_is_wrong_is_rejected_for_what_it_is(world: World, kind: str, tmp_path: Path) -> None:
    file, shown = _arrived(world, kind, tmp_path)
    column, rule = REJECTED[kind]
    [reject] = shown.rejects
    assert (reject.column, reject.rule, reject.rows) == (column, rule, 1)
    codes = {row["activity_code"] for row in shown.rows}
    assert codes == {row["activity_code"] for row in file.rows}


@pytest.mark.parametrize("kind", ["unknown_code", "unknown_place"])
def test_a_person_says_what_an_unknown_text_means(
    world: World, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, mission = world
    path = write(messy(kind, WAYS[kind], "activities"), tmp_path)
    known = known_rows(workspace.warehouse("faulty"))
    answers = {"activity_type": ["patrols of all kinds", "patrol"], "area_code": ["nowhere", "XX"]}
    given = iter(answers[REJECTED[kind][0]])
    monkeypatch.setattr("builtins.input", lambda asked: next(given) if "What is" in asked else "")
    said = ask(propose(path, known), known, "en", sure=0.9)
    shown = preview(
        path,
        checked(said.mapping()),
        mission,
        workspace.profile("faulty"),
        workspace.warehouse("faulty"),
    )
    assert (shown.rows_read, shown.rows_rejected) == (10, 0)
    assert list(given) == []  # what is no code was asked again


def test_a_changed_file_is_told_as_differences_and_mended(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, mission = world
    profile, warehouse = workspace.profile("faulty"), workspace.warehouse("faulty")
    known = known_rows(warehouse)
    before = write(messy("english_labels", WAYS["english_labels"], "activities"), tmp_path)
    mapping = propose(before, known).mapping() | {"source": "patrols", "files": ["patrols*.csv"]}
    write_mapping(mapping, profile / "sources" / "patrols.yaml")
    text = before.read_text(encoding="utf-8").replace("Lead unit", "Reporting unit")
    changed = tmp_path / "patrols_april.csv"
    lines = text.replace("Patrol,", "PTL,").splitlines()
    changed.write_text("\n".join(["Monthly report", *lines]) + "\n", encoding="utf-8")
    found = differences(changed, load_sources(profile)["patrols"], known)
    told = {(one.kind, one.place, one.after, one.meant) for one in found}
    assert told == {
        ("options", "header_row", "2", None),
        ("renamed", "Lead unit", "Reporting unit", None),
        ("code", "activities.activity_type", "PTL", "patrol"),
    }
    monkeypatch.setenv("POCLENS_HOME", str(workspace.home))
    assert main(["map", str(changed), "--source", "patrols", "--yes"]) == 0
    mended = load_sources(profile)["patrols"]
    assert differences(changed, mended, known) == []
    shown = preview(changed, mended, mission, profile, warehouse)
    assert (shown.rows_read, shown.rows_loaded) == (10, 10)


def test_a_column_takes_its_own_name_in_other_signs_before_one_that_is_alike(
    tmp_path: Path,
) -> None:
    """An export of a form with `.` between group and question in the place of `/`."""
    header = ["code", "loc/gps_latitude", "loc/gps_longitude", "loc/gps_altitude"]
    columns = {name: {"constant": text} for name, text in base_rows()["incidents"].row.items()}
    columns |= {"latitude": {"from": header[1]}, "longitude": {"from": header[2]}}
    columns["incident_code"] = {"from": "code"}
    mapping = source("incidents", "form*.csv", columns)
    changed = tmp_path / "form_2.csv"
    lines = [",".join(header).replace("/", "."), "I1,4.5,31.5,0", "I2,n/a,31.6,0"]
    changed.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = differences(changed, checked(mapping | {"ignore": [header[3]]}), {})
    assert {one.before: one.after for one in found if one.kind == "renamed"} == {
        "loc/gps_latitude": "loc.gps_latitude",
        "loc/gps_longitude": "loc.gps_longitude",
    }


def test_an_ordinary_later_month_brings_nothing_to_ask(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mapping that recodes places, and a file whose places it knows, all of them."""
    workspace, _ = world
    profile, known = workspace.profile("faulty"), known_rows(workspace.warehouse("faulty"))
    before = write(messy("misspelt_places", WAYS["misspelt_places"], "activities"), tmp_path)
    mapping = propose(before, known).mapping() | {"source": "later", "files": ["later*.csv"]}
    entry = mapping["tables"][0]["columns"]["area_code"]
    texts = {row[entry["from"]] for row in csv.DictReader(before.open(encoding="utf-8"))}
    assert set(entry["recode"]) == texts  # else nothing would be shown here
    write_mapping(mapping, profile / "sources" / "later.yaml")
    assert differences(before, load_sources(profile)["later"], known) == []
    monkeypatch.setenv("POCLENS_HOME", str(workspace.home))
    assert main(["map", str(before), "--source", "later"]) == 0


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", ("-6.34242", "1,142.5", "8,557")), ("fr", ("-6,34242", "1\u202f142,5", "8\u202f557"))],
)
def test_numbers_of_the_first_rows_stand_in_the_readers_notation(
    world: World, language: str, said: tuple[str, ...]
) -> None:
    of_bases, of_people = (contracts()[name].columns for name in ("deployments", "population"))
    values = (
        (of_bases["latitude"], Decimal("-6.342420")),
        (of_bases["personnel_count"], Decimal("1142.500")),
        (of_people["persons"], 8557),
    )
    assert said == tuple(cell(column, one, world[1], {}, language) for column, one in values)


def shown_of(world: World, found: Proposal, path: Path) -> Preview:
    workspace, mission = world
    mapping = checked(found.mapping())
    return preview(
        path, mapping, mission, workspace.profile("faulty"), workspace.warehouse("faulty")
    )


@pytest.mark.parametrize("months", [("Month", "8"), ("Mois", "août")])
def test_a_day_in_three_columns(world: World, months: tuple[str, str], tmp_path: Path) -> None:
    head, month = months
    lines = [f"Event ID,Year,{head},Day,Region,Total killed,Actor type,Verified"]
    lines += [f"AW-{day},2026,{month},{day},{PLACE},{day % 3},Militia,Yes" for day in range(1, 9)]
    path = tmp_path / "aid_workers.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = propose(path, known_rows(world[0].warehouse("faulty")))
    said = {"incident_type": "threat", "against_civilians": "true", "date_precision": "day",
            "location_precision": "admin1", "reported_by": "ngo"}  # fmt: skip
    for name, text in said.items():
        found = found.with_constant(name, text) if name in found.open_required else found
    days = [str(row["occurred_on"]) for row in shown_of(world, found, path).rows]
    assert (found.table, days) == ("incidents", [f"2026-08-{day:02d}" for day in range(1, 9)])


def test_counts_of_victims_with_none_of_a_group_are_rows_without_it(
    world: World, tmp_path: Path
) -> None:
    lines = ["Case ID,Men,Women,Boys,Girls", "HR-1,2,0,0,1", "HR-2,0,0,3,0", "HR-3,1,4,,0"]
    path = tmp_path / "victims.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    known = known_rows(world[0].warehouse("faulty"))
    found = propose(path, known, table="incident_victims").with_constant("harm", "killed")
    shown = shown_of(world, found, path)
    assert found.wide and {*found.wide.items.values()} == {"Men", "Women", "Boys", "Girls"}
    # No case is known here; no zero is refused.
    assert shown.rows_read == 3 and {reject.rule for reject in shown.rejects} == {"reference"}
