"""`mart.early_warning`: violence without a warning, and warned of and not answered.

Incidents of physical violence against civilians dated to the day (definitions 51), by area and
quarter; an incident counts in its own area and in those above it. Beside them the readiness of
bases and the benchmarks of transition, as they were last reported by the as-of day.
"""

from collections.abc import Collection

import duckdb

from indicators.compiler.derived.columns import rows_sql
from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import Mission
from indicators.foundation.mart_tables import totals_sql

WARNED = "P2-OC-10"  # where the mission does not count it, none of it is listed
_INCIDENT_COLUMNS = {
    "incident_code", "incident_type", "against_civilians", "date_precision", "area_code",
    "location_precision", "occurred_on", "alert_before",
}  # fmt: skip
_ALERT_COLUMNS = {
    "merged_into", "action_needed", "area_code", "received_on_local", "first_action_on_local",
}  # fmt: skip


def fill_early_warning(
    connection: duckdb.DuckDBPyConnection, mission: Mission, selected: Collection[str]
) -> None:
    """Fill the table anew up to the as-of day; `selected`: codes of the mission's indicators.

    `without_warning`: no alert in the 14 days before. `not_answered`: an alert that needed action
    stood in these days, and on none of them had anyone acted by the day before the incident.
    """
    if WARNED not in selected:
        return
    connection.execute(
        f"""INSERT INTO mart.early_warning
        WITH incident AS (
          SELECT incident_code, occurred_on, alert_before, place.area
          FROM ({rows_sql(contracts()["incidents"], _INCIDENT_COLUMNS)})
          JOIN cube.area_place AS place USING (area_code, location_precision)
          WHERE against_civilians AND date_precision = 'day' AND occurred_on <= as_of_day()
            AND incident_type IN ('killing', 'injury', 'sexual_violence', 'abduction')
        ),
        not_answered AS (
          SELECT incident_code
          FROM incident JOIN cube.area_ancestor AS up ON up.area_code = incident.area
          JOIN ({rows_sql(contracts()["alerts"], _ALERT_COLUMNS)}) AS alert
            ON alert.area_code = up.area
            AND alert.received_on_local BETWEEN occurred_on - 14 AND occurred_on - 1
          WHERE merged_into IS NULL AND action_needed
          GROUP BY incident_code
          HAVING NOT bool_or(coalesce(first_action_on_local < occurred_on, false))
        )
        SELECT ?, year(occurred_on) || '-Q' || quarter(occurred_on) AS quarter, up.area,
          count(*), count(*) FILTER (alert_before), count(*) FILTER (NOT alert_before),
          count(not_answered.incident_code)
        FROM incident LEFT JOIN not_answered USING (incident_code)
        JOIN cube.area_ancestor AS up ON up.area_code = incident.area
        GROUP BY ALL ORDER BY ALL""",
        [mission.mission],
    )


def fill_readiness(connection: duckdb.DuckDBPyConnection, mission: Mission) -> None:
    """Each base that stands on the as-of day with its plans, and the benchmarks by quarter."""
    connection.execute(
        f"""INSERT INTO mart.base_plan
        WITH standing AS (
          SELECT base_code, arg_max(base_name, from_on) AS base_name,
            arg_max(area_code, from_on) AS area
          FROM core.deployments
          WHERE from_on <= as_of_day() AND coalesce(to_on >= as_of_day(), true)
          GROUP BY base_code
        ),
        newest AS (
          SELECT base_code, plan_kind, max(reviewed_on) AS reviewed_on,
            arg_max(review_counts_until, reviewed_on) AS review_counts_until,
            max(exercised_on) FILTER (exercised_on <= as_of_day()) AS exercised_on
          FROM ({rows_sql(contracts()["preparedness"])})
          WHERE reviewed_on <= as_of_day() GROUP BY ALL
        )
        SELECT ?, base_name, area, plan_kind, reviewed_on, review_counts_until, exercised_on,
          coalesce(review_counts_until >= as_of_day(), false) AS is_current,
          coalesce(months_after(exercised_on, 12) >= as_of_day(), false) AS is_exercised,
          NOT (is_current AND is_exercised)
        FROM standing CROSS JOIN (SELECT unnest(?) AS plan_kind)
        LEFT JOIN newest USING (base_code, plan_kind)
        WHERE EXISTS (FROM core.preparedness)
        ORDER BY ALL""",
        [mission.mission, _plan_kinds()],
    )
    _fill_benchmarks(connection, mission)


def _fill_benchmarks(connection: duckdb.DuckDBPyConnection, mission: Mission) -> None:
    """Benchmarks by quarter as judged, beside what their indicator's figures say (definitions 70).

    A quarter is met where the figure, with its whole interval, reaches the threshold; too close
    where the interval holds the threshold. Every quarter for which it must hold has to be met.
    """
    connection.execute(
        f"""INSERT INTO mart.benchmark
        WITH own AS (
          SELECT judged.*, coalesce(judged.direction, known.direction) AS way,
            4 * CAST(left(quarter, 4) AS INTEGER) + CAST(right(quarter, 1) AS INTEGER) AS place,
            CAST(ceil(coalesce(held_for_months, 3) / 3) AS INTEGER) AS quarters
          FROM core.benchmarks AS judged
          LEFT JOIN (SELECT DISTINCT indicator, direction FROM mart.indicator) AS known
            ON known.indicator = judged.evidence_indicator
        ),
        figure AS (
          SELECT indicator, value, coalesce(ci_low, value) AS low, coalesce(ci_high, value) AS high,
            4 * year(period_start) + quarter(period_start) AS place
          FROM mart.indicator_value
          WHERE period_type = 'Q' AND area = $country AND value IS NOT NULL AND {totals_sql()}
        ),
        held AS (
          SELECT benchmark_code, quarter,
            any_value(value) FILTER (figure.place = own.place) AS value,
            count(value) = any_value(quarters) AS is_whole,
            bool_and(CASE way WHEN 'up' THEN low >= threshold ELSE high <= threshold END) AS is_met,
            bool_or(CASE way WHEN 'up' THEN high < threshold ELSE low > threshold END) AS is_missed
          FROM own LEFT JOIN figure ON figure.indicator = own.evidence_indicator
            AND figure.place BETWEEN own.place - quarters + 1 AND own.place
          GROUP BY ALL
        ),
        told AS (
          SELECT own.*, value, CASE WHEN threshold IS NULL OR way NOT IN ('up', 'down')
              OR value IS NULL THEN 'not_known'
            WHEN is_missed THEN 'not_met' WHEN NOT is_whole THEN 'not_known'
            WHEN is_met THEN 'met' ELSE 'too_close' END AS computed
          FROM own JOIN held USING (benchmark_code, quarter)
        )
        SELECT $mission, benchmark_code, condition_en, condition_fr, quarter, state, held_since,
          evidence_indicator, CAST(threshold AS DOUBLE), way, held_for_months, value, computed,
          computed IN ('met', 'not_met') AND (state = 'met') <> (computed = 'met'), reason
        FROM told ORDER BY ALL""",
        {"mission": mission.mission, "country": mission.country_area},
    )


def _plan_kinds() -> list[str]:
    return list(contracts()["preparedness"].columns["plan_kind"].allowed_codes or ())
