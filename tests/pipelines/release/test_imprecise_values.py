"""A value too imprecise to show is in no audience's copy; its row, n and status are."""

import duckdb
import pytest

from indicators.disclosure.copy import restrict
from indicators.foundation.mart_tables import mart_ddl
from tests.worlds.rows.mart import fill, indicator, mission

_FIGURES = "value, numerator, denominator, se, ci_low, ci_high, deff"
_SHARE = {
    "mission": "sample",
    "indicator": "X-IM-01",
    "indicator_version": 1,
    "time_rule": "distinct",
    "period_type": "M",
    "period": "2026-02",
    "area": "A1",
    **dict.fromkeys(
        ["unit_type", "activity_type", "actor", "sex", "age_group", "breakdown", "breakdown_value"],
        "_T",
    ),
    "value": 40.0,
    "numerator": 40.0,
    "denominator": 100.0,
    "n": 28,
    "se": 9.0,
    "ci_low": 23.0,
    "ci_high": 59.0,
    "deff": 1.2,
    "df": 11.0,
    "conf_status": "F",
    "disclosure": "exact",
    "rating": "not_enough_data",
}


@pytest.mark.parametrize("audience", ["mission", "hq"])
def test_only_the_imprecise_value_loses_its_figures(audience: str) -> None:
    with duckdb.connect() as copy:
        for statement in mart_ddl():
            copy.execute(statement)
        for area, status in [("A1", "U"), ("A2", "A")]:
            row = _SHARE | {"area": area, "obs_status": status}
            marks = ", ".join("?" * len(row))
            copy.execute(
                f"INSERT INTO mart.indicator_value ({', '.join(row)}) VALUES ({marks})",
                list(row.values()),
            )
        asked = {"confidentiality": "survey", "measure": "proportion", "mission": "sample"}
        fill(copy, "indicator", [indicator(indicator="X-IM-01", **asked)])
        restrict(copy, mission(), audience)
        query = f"SELECT {_FIGURES} FROM mart.indicator_value ORDER BY area"
        assert copy.execute(query).fetchall() == [
            (None,) * 7,
            (40.0, 40.0, 100.0, 9.0, 23.0, 59.0, 1.2),
        ]
        kept = "SELECT DISTINCT n, df, conf_status, rating FROM mart.indicator_value"
        assert copy.execute(kept).fetchall() == [(28, 11.0, "F", "not_enough_data")]
