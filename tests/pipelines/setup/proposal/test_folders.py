"""The measure of folders of field files: what is right counts, and what is wrong is told."""

from pathlib import Path

import pytest
import yaml

from tests.conftest import REPOSITORY
from tests.worlds.field.folders import Judged, judge, make_world

MISSION = {
    "code": "toy", "name_en": "Toyland", "name_fr": "Toyland", "country_code": "TY",
    "time_zone": "Africa/Kinshasa", "starts_on": "2024-01-01", "ends_on": "2027-12-31",
}  # fmt: skip
NAME = "incidents_mars.csv"
AREAS = """area_code,parent_area_code,area_level,name_en,name_fr,valid_from
TY,,country,Toyland,Toyland,2024-01-01
TY01,TY,admin1,Balu,Balou,2024-01-01
TY02,TY,admin1,Kiro,Kiro,2024-01-01
"""
FILE = """N° incident;Date de l'incident;Heure;Territoire;Type d'incident;Civils tués;Observations
I-1;02/03/2026;08h30;Balou;Enlèvement;0;
I-2;03/02/2026;14h00;Kiro;Meurtre;3;
I-3;04/05/2026;;Kiro;Divers;;
"""
TRUTH = """
table: incidents
columns:
  N° incident: [incident_code]
  Date de l'incident: [occurred_on]
  Heure: [occurred_at]
  Territoire: [area_code]
  Type d'incident: [incident_type]
  Civils tués: [deaths_civilian]
  Observations: []
said: {against_civilians: true, date_precision: day, location_precision: admin2, reported_by: ngo,
  verification: reported}
decided: {incident_type: {Divers: other}}
rows:
- {incident_code: I-1, occurred_on: 2026-02-03, occurred_at: 2026-02-03T08:30, area_code: TY01,
  incident_type: abduction, deaths_civilian: 0}
- {incident_code: I-2, occurred_on: 2026-03-02, occurred_at: 2026-03-02T14:00, area_code: TY02,
  incident_type: killing, deaths_civilian: 3}
- {incident_code: I-3, occurred_on: 2026-04-05, occurred_at: , area_code: TY02,
  incident_type: other, deaths_civilian: }
"""


World = tuple[Path, tuple[Path, str]]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("folder")
    for name in ("reference", "files", "truth"):
        (folder / name).mkdir()
    (folder / "mission.yaml").write_text(yaml.safe_dump(MISSION), encoding="utf-8")
    (folder / "reference" / "areas.csv").write_text(AREAS, encoding="utf-8")
    (folder / "files" / NAME).write_text(FILE, encoding="utf-8")
    workspace, code = make_world(folder, folder / "workspace")
    return folder, (workspace.home, code)


def _judged(world: World, truth: str) -> Judged:
    folder, mission = world
    (folder / "truth" / f"{NAME}.yaml").write_text(truth, encoding="utf-8")
    return judge(mission, folder / "files" / NAME)


def test_a_file_that_a_colleague_can_complete_is_whole(world: World) -> None:
    found = _judged(world, TRUTH)
    assert found.is_table_right
    assert (found.right, found.columns, found.sure_and_wrong) == (7, 7, [])
    assert (found.came, found.rows, found.extra) == (3, 3, 0), found.reasons


def test_cells_that_came_otherwise_and_headers_that_mean_else_are_told(world: World) -> None:
    truth = TRUTH.replace("deaths_civilian: 3", "deaths_civilian: 4").replace("T08:30", "T09:30")
    found = _judged(world, truth.replace("Observations: []", "Observations: [circumstance]"))
    assert (found.came, found.extra, found.right) == (1, 2, 6)
    cells = "occurred_at: came '2026-02-03T08:30', meant '2026-02-03T09:30' (1 rows)"
    assert cells in found.reasons
    assert "'Observations': nothing" in found.told[0]


SETS = [
    ("busi", 33, 0.92), ("komadugu", 32, 0.9), ("genale", 26, 0.87),
    ("lomela", 32, 0.91), ("semliki", 33, 0.99), ("bahrazoum", 33, 0.94),
]  # fmt: skip
"""The newest sets, with how many of their files arrive whole, and the share of columns proposed
right; all 29 take more than an hour (`tests/worlds/field/sets/README.md`)."""


@pytest.mark.soak
@pytest.mark.parametrize(("name", "files", "columns"), SETS)
def test_field_files_of_whole_missions_arrive(
    name: str, files: int, columns: float, tmp_path: Path
) -> None:
    folder = REPOSITORY / "tests" / "worlds" / "field" / "sets" / name
    workspace, code = make_world(folder, tmp_path / "workspace")
    paths = sorted((folder / "files").iterdir())
    judged = [judge((workspace.home, code), path) for path in paths]
    assert [one.name for one in judged if one.sure_and_wrong] == []
    assert sum(one.right for one in judged) >= columns * sum(one.columns for one in judged)
    assert sum(one.is_whole for one in judged) >= files
