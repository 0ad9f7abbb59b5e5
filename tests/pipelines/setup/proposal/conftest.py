"""A mission with a country and three areas, to which files are proposed."""

import pytest

from indicators.definitions.contracts import contracts
from pipelines.ingest.inbox import ingest
from pipelines.workspace.paths import Workspace
from tests.worlds.field.field_files import AREAS
from tests.worlds.mission.own_names import MISSION, make_workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A mission with a country and three areas."""
    text = MISSION.replace("indicators: []", "indicators: [{code: P3-OC-02}]")
    workspace, mission = make_workspace(tmp_path_factory.mktemp("choices"), text)
    own = list(contracts()["areas"].columns)
    rows = [{"area_code": "XX", "area_level": "country", "name_en": "Fict", "name_fr": "Fict"}]
    rows += [{"area_code": code, "parent_area_code": "XX", "area_level": "admin1",
              "name_en": name, "name_fr": name} for name, code in AREAS.items()]  # fmt: skip
    lines = [",".join(own)]
    lines += [
        ",".join((row | {"valid_from": "2024-01-01"}).get(n, "") for n in own) for row in rows
    ]
    (workspace.inbox("faulty") / "areas.csv").write_text("\n".join(lines) + "\n")
    ingest(workspace, mission, settled=0)
    return workspace
