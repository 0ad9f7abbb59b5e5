"""Limits, ratings and trends made again of the indicators of which anything changed; others stand.

An indicator's are what they were where its rows of the mart are to the last bit as the last run
left them, these columns among them, and so are its definition and targets, its waves, the
dispersion of its events and what all indicators are held by: profile, areas, days of the waves, and
the periods that each has. Whether a change is clear depends on the tests of all indicators together
(`trend.py`), which are kept.
"""

import duckdb

from indicators.assessment.rating import rate
from indicators.assessment.trend import trends
from indicators.definitions.mission_profile import Mission
from indicators.foundation.stored.database import has_table
from indicators.incremental.data_version import content_key
from indicators.incremental.partition_fingerprints import fingerprint_sql
from indicators.incremental.result_cache import forget_tally, kept_results
from indicators.survey.waves.changes import METHOD as OVERLAPPING

METHOD = "ratings_and_trends"
_ROW = fingerprint_sql(["*COLUMNS(*)"])
_OF_ALL = ("mart.area", "mart.mission", "mart.survey_response")
_OF_ONE = (  # with what tells of which indicator a row is
    ("mart.indicator_value", "indicator"),
    ("mart.indicator", "indicator"),
    ("cube.tested_change", "indicator"),
    ("cube.event_dispersion", "indicator"),
    ("cube.shown_wave", "split_part(indicator, '@', 1)"),
)


def rate_and_test(connection: duckdb.DuckDBPyConnection, mission: Mission) -> None:
    """Set limits of counts of harm, ratings and trends in `mart.indicator_value`.

    In no transaction of its own, in which rows have numbers that a float does not hold: what is
    killed half way is not as it was left, and is made again.
    """
    with kept_results(connection, mission.mission, METHOD) as kept:
        forget_tally(connection, mission.mission, OVERLAPPING)  # asked where a survey changed
        found = _contents(connection, mission)
        changed = [code for code, content in found.items() if not kept.stands(code, content)]
        if changed:
            rate(connection, mission, changed)
            trends(connection, mission, changed)
            kept.leave(_contents(connection, mission))


def _contents(connection: duckdb.DuckDBPyConnection, mission: Mission) -> dict[str, str]:
    """By indicator the key of all that its ratings and trends follow from, and of what they are."""
    of_all = ", ".join(f"(SELECT {_ROW} FROM {table})" for table in _OF_ALL)
    periods = """SELECT DISTINCT indicator, indicator_version, period_type, period
      FROM mart.indicator_value"""
    common = connection.execute(f"SELECT {of_all}, (SELECT {_ROW} FROM ({periods}))").fetchall()
    found: dict[str, list[str]] = {}
    for table, code in _OF_ONE:
        if has_table(connection, *table.split(".")):
            rows = connection.execute(f"SELECT {code}, {_ROW} FROM {table} GROUP BY 1").fetchall()
            for indicator, content in rows:
                found.setdefault(indicator, []).append(f"{table} {content}")
    codes = connection.execute("SELECT DISTINCT indicator FROM mart.indicator_value").fetchall()
    return {code: content_key(mission, common[0], found[code]) for (code,) in sorted(codes)}
