"""The tables hold what every chosen indicator needs: none is without a value over three years."""

import duckdb
import pytest

from indicators.definitions.mission_profile import read_mission
from indicators.foundation.mart_tables import totals_sql
from pipelines.sample.country import COUNTRY
from tests.worlds.sample import published_sample


def test_the_whole_selection_is_computed(tmp_path_factory: pytest.TempPathFactory) -> None:
    workspace = published_sample(tmp_path_factory)
    mission = read_mission(workspace.profile("sample"))
    with duckdb.connect(str(workspace.warehouse("sample")), read_only=True) as warehouse:
        found = warehouse.execute(
            f"""SELECT DISTINCT indicator FROM mart.indicator_value
            WHERE area = ? AND period_type = 'A' AND value IS NOT NULL AND n > 0
              AND {totals_sql()}""",
            [COUNTRY],
        ).fetchall()
    assert {code for (code,) in found} == {entry.code for entry in mission.indicators}
