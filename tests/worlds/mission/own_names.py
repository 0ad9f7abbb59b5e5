"""A mission whose sources take every contract's columns under their own names."""

from pathlib import Path

from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import Mission, read_mission
from pipelines.workspace.paths import Workspace
from tests.worlds.mission.mappings import under_own_names
from tests.worlds.mission.profile import write_source

MISSION = """
mission: faulty
name: {en: Faulty, fr: Fautive}
country_area: XX
time_zone: Africa/Juba
starts_on: 2024-01-01
ends_on: 2026-12-31
boundaries: {en: None., fr: Aucune.}
reject_limit_pct: 100
indicators: []
"""


def make_workspace(home: Path, mission: str = MISSION) -> tuple[Workspace, Mission]:
    """A workspace with one mission and a source for each contract."""
    workspace = Workspace(home)
    profile = workspace.profile("faulty")
    (profile / "sources").mkdir(parents=True)
    workspace.inbox("faulty").mkdir(parents=True)
    (profile / "mission.yaml").write_text(mission, encoding="utf-8")
    for table, contract in contracts().items():
        write_source(profile, under_own_names(table, contract.columns))
    return workspace, read_mission(profile)
