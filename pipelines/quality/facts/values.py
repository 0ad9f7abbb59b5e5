"""Figures that cannot be right: the checks of `mart.indicator_value` before it is published."""

from collections.abc import Iterator

from indicators.definitions.mission_profile import Mission
from indicators.foundation.mart_tables import VALUE_KEY
from indicators.foundation.sql_text import quoted
from pipelines.quality.check_results import CheckResult, none_wrong
from pipelines.workspace.warehouse.inspect import Connection, single

_TABLE = "indicator_value"

_KEY = ", ".join(quoted(name) for name in VALUE_KEY)
REPEATED_KEYS_SQL = f"""
WITH repeated AS (SELECT count(*) - 1 AS beyond_first FROM mart.indicator_value GROUP BY {_KEY})
SELECT sum(beyond_first) FROM repeated
"""
# Keys whose hashes are all different are themselves: these take a third of the memory and time.
_REPEATED_HASHES_SQL = f"SELECT count(*) - count(DISTINCT hash({_KEY})) FROM mart.indicator_value"

OUTSIDE_PERCENT_SQL = """
SELECT count(*)
FROM mart.indicator_value AS value
JOIN mart.indicator AS indicator
  ON indicator.indicator = value.indicator AND indicator.version = value.indicator_version
WHERE indicator.unit_of_measure = 'percent' AND indicator.measure <> 'difference'
  AND value.value NOT BETWEEN 0 AND 100
"""

# A reason must stand where a value is missing, and none of the empty kinds where one is there.
EMPTY_WITHOUT_REASON_SQL = """
SELECT count(*) FROM mart.indicator_value
WHERE (value IS NULL AND obs_status IN ('A', 'P') AND conf_status = 'F')
   OR (value IS NOT NULL AND obs_status IN ('O', 'L', 'M'))
   OR obs_status NOT IN ('A', 'P', 'O', 'L', 'M', 'U') OR obs_status IS NULL
   OR conf_status NOT IN ('F', 'C', 'D') OR conf_status IS NULL
"""

OUTSIDE_INTERVAL_SQL = """
SELECT count(*) FROM mart.indicator_value
WHERE NOT value BETWEEN ci_low - 1e-9 AND ci_high + 1e-9
"""

_COUNTED = {
    "percent_range": OUTSIDE_PERCENT_SQL,
    "empty_with_reason": EMPTY_WITHOUT_REASON_SQL,
    "interval_holds_value": OUTSIDE_INTERVAL_SQL,
}


def values_are_possible(connection: Connection) -> Iterator[CheckResult]:
    """One row a key, percentages between 0 and 100, a reason for each empty cell, intervals."""
    repeated = single(connection, _REPEATED_HASHES_SQL) and single(connection, REPEATED_KEYS_SQL)
    yield none_wrong("repeated_keys", _TABLE, repeated, severity="blocking")
    for name, query in _COUNTED.items():
        rows = single(connection, query)
        yield none_wrong(name, _TABLE, rows, severity="blocking")


def every_indicator_has_rows(connection: Connection, mission: Mission) -> Iterator[CheckResult]:
    """No selected indicator is absent: an absent row never stands for "not reported"."""
    rows = connection.execute("SELECT DISTINCT indicator FROM mart.indicator_value").fetchall()
    there = {code for (code,) in rows}
    absent = sorted({entry.code for entry in mission.indicators} - there)
    yield none_wrong(
        "every_indicator", _TABLE, len(absent), severity="blocking", indicators=", ".join(absent)
    )
