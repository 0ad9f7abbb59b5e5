"""The tables hold what every chosen indicator needs: none is without a value over three years."""

import duckdb

from indicators.definitions.catalogue import load_catalogue
from indicators.engine.refresh import compute
from pipelines.sample.country import AS_OF, COUNTRY

from .conftest import SmallSample


def test_the_whole_selection_is_computed(
    small_sample: SmallSample, warehouse: duckdb.DuckDBPyConnection
) -> None:
    mission = small_sample.mission.model_copy(update={"period_types": ("A",)})
    compute(warehouse, mission, load_catalogue(), AS_OF)
    found = warehouse.execute(
        """
        SELECT DISTINCT indicator
        FROM mart.indicator_value
        WHERE area = ? AND value IS NOT NULL AND n > 0 AND sex IN ('_T', '_Z')
          AND age_group IN ('_T', '_Z') AND breakdown IN ('_T', '_Z')
          AND unit_type IN ('_T', '_Z') AND activity_type IN ('_T', '_Z')
          AND actor IN ('_T', '_Z')
        """,
        [COUNTRY],
    ).fetchall()
    assert {code for (code,) in found} == {entry.code for entry in mission.indicators}
