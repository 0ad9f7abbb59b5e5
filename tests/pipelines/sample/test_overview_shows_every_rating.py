"""The sample's outcomes of 2026-Q3 show every kind of rating, as its profile promises."""

import duckdb
import pytest
import yaml

from indicators.foundation.mart_tables import totals_sql
from pipelines.sample.country import COUNTRY
from tests.worlds.sample import QUARTER, published_sample

_EXPECTED = {
    "P2-OC-05": "on_track",
    "P1-OC-05": "achieved",
    "P2-OC-07": "too_close",
    "P2-OC-02": "off_track",
    "P3-OC-02": "at_risk",
    "P2-OC-09": "not_enough_data",
    "P2-OC-01": "off_track",
    "D-OC-05": "at_risk",
    "D-OC-06": "too_close",
}


def test_outcomes_of_the_last_quarter(tmp_path_factory: pytest.TempPathFactory) -> None:
    workspace = published_sample(tmp_path_factory)
    profile = workspace.profile("sample")
    outcomes = yaml.safe_load((profile / "framework.yaml").read_text(encoding="utf-8"))["outcomes"]
    codes = [outcome["indicator"] for outcome in outcomes]
    assert codes == list(_EXPECTED)
    with duckdb.connect(str(workspace.warehouse("sample")), read_only=True) as warehouse:
        found = warehouse.execute(
            f"""SELECT indicator, rating FROM mart.indicator_value
            WHERE period = ? AND area = ? AND list_contains(?, indicator) AND {totals_sql()}""",
            [QUARTER, COUNTRY, codes],
        ).fetchall()
    assert dict(found) == _EXPECTED
