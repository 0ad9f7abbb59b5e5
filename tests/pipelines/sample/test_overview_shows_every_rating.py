"""The sample's outcomes of 2026-Q3 show every kind of rating, as its profile promises."""

import pytest
import yaml

from indicators.assessment.rating import rate
from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.mission_profile import read_mission
from indicators.engine.refresh import compute
from pipelines.sample.country import AS_OF, COUNTRY
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.worlds.sample import ingested_sample

_EXPECTED = {
    "P2-OC-05": "on_track",
    "P1-OC-05": "achieved",
    "P2-OC-07": "too_close",
    "P2-OC-02": "off_track",
    "P3-OC-02": "at_risk",
    "P2-OC-09": "not_enough_data",
    "P2-OC-01": "off_track",
    "D-OC-05": "on_track",
    "D-OC-06": "too_close",
}


def test_outcomes_of_the_last_quarter(tmp_path_factory: pytest.TempPathFactory) -> None:
    workspace = ingested_sample(tmp_path_factory, "ratings")
    profile = workspace.profile("sample")
    mission = read_mission(profile)
    outcomes = yaml.safe_load((profile / "framework.yaml").read_text(encoding="utf-8"))["outcomes"]
    codes = [outcome["indicator"] for outcome in outcomes]
    assert codes == list(_EXPECTED)
    chosen = mission.model_copy(
        update={"indicators": tuple(entry for entry in mission.indicators if entry.code in codes)}
    )
    with open_warehouse(workspace.warehouse("sample")) as connection:
        compute(connection, chosen, load_catalogue(), AS_OF)
        rate(connection, chosen)
        found = connection.execute(
            """
            SELECT indicator, rating
            FROM mart.indicator_value
            WHERE period = '2026-Q3' AND area = ? AND sex IN ('_T', '_Z')
              AND age_group IN ('_T', '_Z') AND breakdown IN ('_T', '_Z')
              AND unit_type IN ('_T', '_Z') AND activity_type IN ('_T', '_Z')
              AND actor IN ('_T', '_Z')
            """,
            [COUNTRY],
        ).fetchall()
    assert dict(found) == _EXPECTED
