"""Files, corrections and mappings in any order leave what a fresh warehouse has of the last state.

The last state: of each file name the last version, in the order in which these came, by the last
mapping. Figures are refreshed along the way, so that what an earlier refresh kept has to go.
"""

import shutil
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.mission_profile import read_mission
from indicators.engine.refresh import compute
from pipelines.ingest.inbox import ingest
from pipelines.quality.rejects.workbook import open_rejects
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.worlds.mission.mappings import PATROLS
from tests.worlds.mission.patrols import AS_OF, MISSION, Patrol, PatrolMission, as_csv
from tests.worlds.rows.stored import rows_stored_otherwise

State = dict[str, list[tuple[object, ...]]]
COLUMNS = {
    "as it is": {},
    "by car": {"patrol_mode": {"from": "mode", "recode": {"foot": "vehicle"}}},
    "all done": {"status": {"constant": "completed"}},
    "key with the day": {"activity_code": {"template": "{code}/{day}"}},
    "no place": {"area_code": {"from": "area", "recode": {"XX02": "XX09"}}},
}
MAPPINGS = st.tuples(
    st.sampled_from(sorted(COLUMNS)), st.sampled_from(["name", "name", "all", "by_period"])
)
PATROL = st.builds(
    Patrol,
    code=st.sampled_from(["p1", "p2", "p3"]),
    day=st.sampled_from(["2026-07-05", "2026-08-05", "2026-09-05"]),
    status=st.sampled_from(["completed", "aborted"]),
    mode=st.sampled_from(["foot", "vehicle"]),
    area=st.sampled_from(["XX01", "XX02", "XX09"]),
    people=st.sampled_from([3, 4]),
)
FILES = st.tuples(
    st.sampled_from(["patrols_a.csv", "patrols_b.csv", "patrols_c.csv"]),
    st.lists(PATROL, min_size=1, max_size=4),
)
AGAIN = st.sampled_from(["patrols_a.csv", "patrols_b.csv"])
STEPS = st.lists(st.one_of(FILES, FILES, MAPPINGS.map(lambda m: ("mapping", m)), AGAIN,
                           st.just("refresh")), min_size=2, max_size=7)  # fmt: skip


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Areas and units are in."""
    home = tmp_path_factory.mktemp("patrols") / "home"
    PatrolMission.made(home).set(reject_limit_pct=100)  # a held file leaves what came before it
    return home


class Running:
    """One workspace, taken from step to step."""

    def __init__(self, template: Path, home: Path) -> None:
        shutil.copytree(template, home)
        self.workspace = Workspace(home)
        self.profile = self.workspace.profile(MISSION)

    def map(self, columns: str, supersedes: str) -> None:
        changed = deepcopy(PATROLS) | {"supersedes": supersedes, "ignore": ["line", "status"]}
        changed["tables"][0]["columns"] |= COLUMNS[columns]
        path = self.profile / "sources" / "activities.yaml"
        path.write_text(yaml.safe_dump(changed, sort_keys=False), encoding="utf-8")

    def ingest(self, **options: Any) -> None:
        ingest(self.workspace, read_mission(self.profile), **options)

    def drop(self, name: str, text: str) -> None:
        (self.workspace.inbox(MISSION) / name).write_text(text, encoding="utf-8")
        self.ingest()

    def refresh(self) -> None:
        with open_warehouse(self.workspace.warehouse(MISSION)) as connection:
            mission = read_mission(self.profile)
            compute(connection, mission, load_catalogue(), AS_OF, self.profile)

    def state(self) -> State:
        """Core rows without their lineage, rejects and figures."""
        with open_warehouse(self.workspace.warehouse(MISSION)) as connection:
            assert not rows_stored_otherwise(connection, read_mission(self.profile))
            rows = connection.execute(
                "SELECT * EXCLUDE (file_sha256, sheet, row_number, row_hash) FROM core.activities"
            ).fetchall()
            values = connection.execute("FROM mart.indicator_value").fetchall()
            effort = connection.execute("FROM mart.effort").fetchall()
            joint = connection.execute("FROM mart.joint_activity").fetchall()
            standing = connection.execute(
                "SELECT name, rows_read, rows_rejected FROM ops.input_file WHERE status = 'loaded'"
            ).fetchall()
            rejects = [
                (r.file, r.row_number, r.rule, r.raw_value) for r in open_rejects(connection)
            ]
        values += effort + joint
        found = {"core": rows, "values": values, "files": standing, "rejects": rejects}
        return {name: sorted(lines, key=repr) for name, lines in found.items()}


SETTINGS: dict[str, Any] = {
    "deadline": None,
    "derandomize": True,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}


@settings(max_examples=6, **SETTINGS)
@given(steps=STEPS)
def test_any_sequence(
    template: Path, tmp_path_factory: pytest.TempPathFactory, steps: list[Any]
) -> None:
    assert_equals_a_fresh_start(template, tmp_path_factory, steps)


@pytest.mark.soak
@settings(max_examples=30, **SETTINGS)
@given(steps=STEPS)
def test_any_sequence_for_long(
    template: Path, tmp_path_factory: pytest.TempPathFactory, steps: list[Any]
) -> None:
    assert_equals_a_fresh_start(template, tmp_path_factory, steps)


def assert_equals_a_fresh_start(
    template: Path, tmp_path_factory: pytest.TempPathFactory, steps: list[Any]
) -> None:
    folder = tmp_path_factory.mktemp("sequence")
    running = Running(template, folder / "running")
    mapping, delivered = ("as it is", "name"), {}
    running.map(*mapping)
    for number, step in enumerate(steps):
        if step == "refresh":
            running.refresh()
        elif isinstance(step, str):
            if step in delivered:
                running.ingest(files=[], again=[step])
        elif step[0] == "mapping":
            mapping = step[1]
            running.map(*mapping)
            running.ingest()
        else:
            name, patrols = step
            lines = as_csv(patrols).split("\n")  # no two deliveries are the same file
            text = "\n".join([f"{lines[0]},line", *(f"{line},{number}" for line in lines[1:])])
            delivered.pop(name, None)
            delivered[name] = text
            running.drop(name, text)
    running.refresh()
    fresh = Running(template, folder / "fresh")
    fresh.map(*mapping)
    for name, text in delivered.items():
        fresh.drop(name, text)
    fresh.refresh()
    assert running.state() == fresh.state()
    shutil.rmtree(folder)
