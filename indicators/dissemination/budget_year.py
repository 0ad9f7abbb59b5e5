"""The results-based budget of a year (July to June): what was expected, planned and done.

Expected accomplishments with their indicators of achievement, and outputs; 2017.12 §68. Read from
a copy of the mart, for the page and the extract alike.
"""

from indicators.foundation.sql_text import sql_file

# Lines of the plan, parameter: the budget year; `due`: planned of months begun by the as-of day.
PLAN_SQL = """
SELECT plan.*, CASE WHEN month <= as_of THEN quantity ELSE 0 END AS due
FROM mart.work_plan AS plan JOIN mart.mission USING (mission)
WHERE budget_year = ?
ORDER BY month, area, unit_code, activity_type, outcome
"""

# Planned and done in an area and those below it by outcome, activity and unit of quantity.
# Parameters: the area, the budget year. Nulls: nothing planned, or persons, whose deeds nobody
# counts. `reasons`: of changes, those of most lines first.
OUTPUTS_SQL = f"""
WITH RECURSIVE inside AS (
  SELECT ? AS area
  UNION
  SELECT area_code FROM mart.area AS below JOIN inside ON below.parent_area_code = inside.area
),
line AS (
  SELECT * REPLACE (coalesce(outcome, '') AS outcome) FROM ({PLAN_SQL}) JOIN inside USING (area)
),
total AS (
  SELECT outcome, activity_type, quantity_unit,
    {", ".join(
        f"CAST(sum(CAST({column} AS DECIMAL(18,4))) AS DOUBLE) AS {name}"
        for column, name in (
            ("original", "original"), ("quantity", "current"), ("due", "due"), ("done", "done")
        )
    )}
  FROM line GROUP BY ALL
),
reason AS (
  SELECT outcome, activity_type, quantity_unit, given, count(*) AS lines
  FROM (SELECT *, unnest(string_split(reasons, '|')) AS given FROM line) GROUP BY ALL
),
reasons AS (
  SELECT outcome, activity_type, quantity_unit,
    string_agg(given, '; ' ORDER BY lines DESC, given) AS reasons
  FROM reason GROUP BY ALL
)
SELECT total.*, done - due AS variance, coalesce(reasons, '') AS reasons
FROM total LEFT JOIN reasons USING (outcome, activity_type, quantity_unit)
ORDER BY outcome, activity_type, quantity_unit
"""  # fmt: skip

# Outcomes of the framework in its order under the accomplishment that the budget expects, else
# under their own title; with the newest definition of their indicator.
ACHIEVEMENTS_SQL = sql_file(__file__, "budget_items")
