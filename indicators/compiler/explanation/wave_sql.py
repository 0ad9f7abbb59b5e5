"""Which wave a period shows and what each respondent adds, as SQL: the survey's part of a figure.

The estimate itself, with its interval, belongs to `indicators.survey`; the weighted share that
`outcome_sql` leads to is its value.
"""

from collections.abc import Iterable, Sequence

from indicators.definitions.contracts import contracts
from indicators.definitions.expressions import parse_expression, table_operands
from indicators.definitions.indicator import Indicator
from indicators.definitions.measures import Measure
from indicators.foundation.sql_text import literals

NO_ANSWER = ("dont_know", "refused", "not_asked")


def shown_waves_sql(indicator: Indicator) -> str:
    """For each period the last wave of it that asked every item: survey, wave, instrument, day."""
    items = indicator.measure.all_items
    return f"""WITH waves AS (
  SELECT survey_code, wave, instrument,
    max(interviewed_on) FILTER (WHERE result = 'complete') AS last_on
  FROM cube.survey_respondents
  WHERE instrument = '{indicator.measure.instrument}'
  GROUP BY ALL
  HAVING max(interviewed_on) <= as_of_day() AND last_on IS NOT NULL
),
asked AS (
  SELECT survey_code, wave, instrument
  FROM core.survey_answers
  JOIN cube.survey_respondents USING (survey_code, wave, respondent_key)
  WHERE item IN ({literals(items)}) AND answer <> 'not_asked'
  GROUP BY ALL
  HAVING count(DISTINCT item) = {len(items)}
)
SELECT period_type, period, survey_code, wave, instrument, last_on
FROM waves
JOIN asked USING (survey_code, wave, instrument)
JOIN cube.period ON last_on BETWEEN period_start AND period_end
WHERE period_type IN ({literals(indicator.periods)})
QUALIFY row_number() OVER (
  PARTITION BY period_type, period ORDER BY last_on DESC, survey_code, wave) = 1"""


def place_column(instrument: str) -> str:
    """The column that says where a respondent counts."""
    return "site_code" if instrument == "site" else "area_code"


def domain_sql(indicator: Indicator) -> str:
    """Who of the respondents counts at all."""
    operands = table_operands(contracts()[indicator.source])
    where = indicator.measure.where
    return f"coalesce({parse_expression(where, operands, 'bool').sql}, false)" if where else "true"


def answers_sql(items: Iterable[str]) -> str:
    """A column for each item out of the rows of answers."""
    return ",\n    ".join(f"max(answer) FILTER (WHERE item = '{item}') AS {item}" for item in items)


def outcome_sql(measure: Measure) -> str:
    """What a respondent adds: 1 or 0, or a score; null without a valid answer or not asked."""
    asked = [f"{item} IN ({literals(codes)})" for item, codes in sorted(measure.among.items())]
    return _score_sql(measure, asked) if measure.scores else _favourable_sql(measure, asked)


def _favourable_sql(measure: Measure, asked: Sequence[str]) -> str:
    # A number of days may be written with zeros before it.
    favourable = "\n        AND ".join(
        f"regexp_replace({item}, '^0+([0-9])', '\\1') IN ({literals(codes)})"
        if any(code.isdigit() for code in codes)
        else f"{item} IN ({literals(codes)})"
        for item, codes in sorted(measure.items.items())
    )
    answered = [f"{item} NOT IN ({literals(NO_ANSWER)})" for item in sorted(measure.items)]
    valid = "\n      AND ".join([*answered, *asked])
    return f"""CASE WHEN {valid}
      THEN CASE WHEN {favourable}
        THEN 1 ELSE 0 END
    END"""


def _score_sql(measure: Measure, asked: Sequence[str]) -> str:
    """The mean of the scores of the items answered, of who answered enough of them."""
    scores = [
        f"CASE {item} {' '.join(f'WHEN {code!r} THEN {n:g}' for code, n in numbers.items())} END"
        if numbers
        else f"TRY_CAST({item} AS DOUBLE)"
        for item, numbers in sorted(measure.scores.items())
    ]
    given = " + ".join(f"CASE WHEN ({score}) IS NULL THEN 0 ELSE 1 END" for score in scores)
    total = "\n      + ".join(f"coalesce(CAST({score} AS DOUBLE), 0)" for score in scores)
    valid = " AND ".join([f"{given} >= {max(measure.minimum_answered or 1, 1)}", *asked])
    return f"CASE WHEN {valid}\n    THEN ({total})\n      / ({given}) END"
