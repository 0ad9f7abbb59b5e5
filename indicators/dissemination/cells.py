"""The cells of a release as they leave it: the zero parts that it leaves out are among them."""

from indicators.assessment.empty_reasons import ADDED_COLUMNS, facts_sql
from indicators.compiler.cells.breakdowns import parts_sql
from indicators.foundation.mart_tables import RATING_COLUMNS, TREND_COLUMNS, totals_sql

_ORDER = (
    "mission", "indicator", "period_start", "period_end", "area", "unit_type", "activity_type",
    "actor", "sex", "age_group", "breakdown", "breakdown_value",
)  # fmt: skip


def bare_cells_sql(where: str = "true") -> str:
    """The same cells in the columns of `mart.indicator_value` alone, in no order; much cheaper."""
    return f"""
      SELECT * FROM mart.indicator_value WHERE {where} AND {totals_sql()}
      UNION ALL BY NAME
      SELECT * FROM ({parts_sql(where)})
    """


def cells_sql(where: str = "true") -> str:
    """One row a cell with its names, unit and what says why it is empty, in the order of its key.

    `where`: a condition on what a total and its parts have in common (mission, indicator, period,
    area …). `mart` may be a release's views, which carry the release last: columns are named one
    by one, so that an extract is the same before and after its release has a name.
    """
    cells = facts_sql(bare_cells_sql(where))
    return f"""
SELECT value.mission, value.indicator, indicator.title_en, indicator.title_fr,
       value.indicator_version,
       value.area, area.name_en AS area_en, area.name_fr AS area_fr, value.area_level,
       value.unit_type, value.activity_type, value.actor, value.sex, value.age_group,
       value.breakdown, value.breakdown_value,
       value.period_type, value.period, value.period_start, value.period_end,
       CASE value.period_type WHEN 'B' THEN strftime(value.period_start, '--%m-%d')
         ELSE '--01-01' END AS reporting_year_start_day,
       value.value, indicator.unit_of_measure, value.ci_low, value.ci_high, value.se,
       value.numerator, value.denominator, value.n, value.method,
       value.obs_status, value.conf_status, value.disclosure,
       value.returns_due, value.returns_received,
       {", ".join(f"value.{name}" for name in (*RATING_COLUMNS, *TREND_COLUMNS))},
       {", ".join(f"value.{name}" for name in ADDED_COLUMNS)}
FROM ({cells}) AS value
JOIN mart.indicator AS indicator
  ON indicator.mission = value.mission AND indicator.indicator = value.indicator
  AND indicator.version = value.indicator_version
LEFT JOIN mart.area AS area
  ON area.mission = value.mission AND area.area_code = value.area
ORDER BY {", ".join(f"value.{name}" for name in _ORDER)}
"""
