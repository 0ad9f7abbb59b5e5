"""Primary suppression: the cells that rest on too few cases to be shown."""

from indicators.measures import SURVEY_KINDS
from indicators.values import DIMENSIONS

# Sources whose rows are persons who can be known by name: their colleagues see who is missing.
SOURCES_OF_PERSONS = ("activity_participants", "police_census", "training", "un_personnel")

# Whether n, the numerator and the rest are small.
SMALL_AMOUNTS = ("n_is_small", "part_is_small", "rest_is_small")


def small_cells_sql() -> str:
    """Every cell of the mart with its n, its bound `least`, and what is small. Parameter: min_n.

    Small is a cell with 1 <= n < min_n, n as in definitions 9: cases of a count, rows of a sum,
    the denominator of a ratio, the numerator of a rate, respondents of a survey. For surveys the
    bound is the indicator's own minimum where that is higher.

    For ratios the numerator is a count of cases too and bound alike: "3 of 50" names the same
    three as the count "3". Its complement (cases less numerator) is bound where cases are persons:
    for confidential indicators (persons harmed, detained or accused) and for sources of persons
    ("45 of 50 officers passed" names five who did not); elsewhere "49 of 50 patrols at night"
    harms nobody, and would be missed. Zeros are shown on every side. `part` is that numerator,
    0 for other measures and where it is no part of n (a ratio of sums). `n_is_small`,
    `part_is_small` and `rest_is_small` say which of the three is; `is_small`, whether one is.

    That one unit gives more than 85 % of a sum is not looked at: the mart holds no unit's share.
    """
    dimensions = ", ".join(f"cell.{name}" for name in DIMENSIONS)
    survey_kinds = ", ".join(f"'{kind}'" for kind in SURVEY_KINDS)
    persons = ", ".join(f"'{source}'" for source in SOURCES_OF_PERSONS)
    return f"""
WITH bound AS (
  SELECT cell.rowid AS cell_id, cell.mission, cell.indicator, cell.indicator_version,
    cell.period_type, cell.period, cell.period_start, cell.period_end, cell.area, {dimensions},
    cell.time_rule, coalesce(indicator.measure, '') AS measure,
    coalesce(indicator.source, '') AS source,
    coalesce(indicator.measure IN ({survey_kinds}), false) AS is_survey,
    coalesce(indicator.confidentiality IN ('person', 'protected') OR indicator.source IN ({persons}), false)
      AS counts_persons,
    cell.n, cell.numerator, cell.denominator,
    CASE WHEN is_survey THEN greatest($min_n, coalesce(indicator.min_n, 0))
      ELSE $min_n END AS least
  FROM mart.indicator_value AS cell
  LEFT JOIN mart.indicator AS indicator
    ON indicator.mission = cell.mission AND indicator.indicator = cell.indicator
    AND indicator.version = cell.indicator_version
)
SELECT * EXCLUDE (numerator, denominator, n, counts_persons, least),
  CAST(n AS DOUBLE) AS n, CAST(least AS DOUBLE) AS least,
  CASE WHEN n IS NULL THEN NULL
    WHEN measure = 'ratio' AND numerator BETWEEN 0 AND n THEN CAST(numerator AS DOUBLE)
    ELSE 0 END AS part,
  coalesce(n >= 1 AND n < least, false) AS n_is_small,
  coalesce(measure = 'ratio' AND numerator > 0 AND numerator < least, false) AS part_is_small,
  coalesce(measure = 'ratio' AND counts_persons
    AND denominator > numerator AND denominator - numerator < least, false) AS rest_is_small,
  n_is_small OR part_is_small OR rest_is_small AS is_small
FROM bound
ORDER BY mission, indicator, indicator_version, area, {", ".join(DIMENSIONS)},
  period_type, period"""
