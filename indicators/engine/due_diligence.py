"""Support to host-State forces and its risk assessments; information passed on to MARA and MRM.

2023.05 §46-47, 2017.12 §11 and §59. Counts by quarter in the country and admin 1, never a case.
`mart.due_diligence` says that risks were looked at; what was found (`due_diligence_finding`) and
what was passed on (`monitoring_referral`) are protected and stand in tables of their own.
"""

import duckdb

from indicators.definitions.mission_profile import Mission
from indicators.foundation.overdue import overdue_sql

# Assessments up to the as-of day in their areas; one without an area holds for the whole country.
_FOLLOWED_UP_ON = "CASE WHEN follow_up_on <= as_of_day() THEN follow_up_on END"
_ASSESSED = f"""
  WITH RECURSIVE up AS (
    SELECT area_code, area_code AS area FROM mart.area
    UNION
    SELECT up.area_code, own.parent_area_code
    FROM up JOIN mart.area AS own ON own.area_code = up.area
    WHERE own.parent_area_code IS NOT NULL
  ),
  shown AS (
    SELECT DISTINCT up.area_code, up.area FROM up JOIN mart.area AS own ON own.area_code = up.area
    WHERE own.area_level IN ('country', 'admin1')
  ),
  assessed AS (
    SELECT *, coalesce(area_code, (SELECT min(area_code) FROM mart.area
        WHERE area_level = 'country')) AS own_area,
      year(completed_on) || '-Q' || quarter(completed_on) AS quarter,
      coalesce(follow_up_on <= as_of_day(), false) AS is_followed_up,
      {overdue_sql("review_due_on", _FOLLOWED_UP_ON)} AS is_overdue
    FROM core.hrddp_assessments WHERE completed_on <= as_of_day()
  )
"""


def fill_due_diligence(connection: duckdb.DuckDBPyConnection, mission: Mission) -> None:
    """Risk assessments by actor and support, their findings by decision, and referrals."""
    connection.execute(
        f"""INSERT INTO mart.due_diligence {_ASSESSED}
        SELECT ?, quarter, area, host_state_actor, support_type, count(*),
          count(*) FILTER (is_followed_up), count(*) FILTER (is_overdue)
        FROM assessed JOIN shown ON shown.area_code = own_area GROUP BY ALL ORDER BY ALL""",
        [mission.mission],
    )
    connection.execute(
        f"""INSERT INTO mart.due_diligence_finding {_ASSESSED}
        SELECT ?, quarter, area, coalesce(decision, '_U'), count(*),
          count(*) FILTER (is_followed_up), count(*) FILTER (is_overdue)
        FROM assessed JOIN shown ON shown.area_code = own_area GROUP BY ALL ORDER BY ALL""",
        [mission.mission],
    )
    connection.execute(
        f"""INSERT INTO mart.monitoring_referral {_ASSESSED}
        SELECT ?, year(referred_on) || '-Q' || quarter(referred_on), area, referral_kind, count(*),
          count(days), CAST(median(days) AS DOUBLE), count(*) FILTER (days <= 1),
          count(*) FILTER (days > 7)
        FROM (
          SELECT referred_on, area_code, referral_kind,
            CASE WHEN referred_on >= observed_on THEN referred_on - observed_on END AS days
          FROM core.referrals
          WHERE referral_kind IN ('mara', 'mrm') AND referred_on <= as_of_day()
        ) JOIN shown USING (area_code) GROUP BY ALL ORDER BY ALL""",
        [mission.mission],
    )
