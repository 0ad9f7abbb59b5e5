"""Who answered, wave by wave and question by question; each way of not answering is counted apart.

Non-response of persons: interviews by result, with the response rate RR2 of AAPOR (2016, Standard
Definitions: complete and partial interviews over all eligible cases; those not contacted
count as eligible). Non-response to a question: of those interviewed, who was not asked it, did not
know, refused, or has no answer recorded (item-missing). Counts are of persons and not weighted; the
engine's copy is not restricted for an audience.
"""

import duckdb
import pandas as pd

from indicators.definitions.vocabularies import vocabulary
from indicators.foundation.mart_tables import NO_ANSWER

_WAVE = "survey_code, wave, instrument"


# A wave with interviews after the as-of day is not shown (definitions 8), its responses neither.
SHOWN_WAVES_SQL = f"""SELECT * FROM core.survey_respondents
  QUALIFY max(interviewed_on) OVER (PARTITION BY {_WAVE}) <= as_of_day()"""


def interview_results_sql() -> str:
    """One row a wave and instrument of those that are shown on the as-of day, as a query.

    Columns: survey_code, wave, instrument; drawn = all cases; a column a code of the vocabulary
    `interview_result`; without_consent = interviews of whom consent was not given, which count
    nowhere else; response_rate, 0 to 1, null where nobody was eligible.
    """
    codes = list(vocabulary("interview_result").codes)
    counted = ",\n    ".join(
        f"count(*) FILTER (WHERE result = '{code}' AND {_counts(code)}) AS {code}" for code in codes
    )
    return f"""WITH results AS (
  SELECT {_WAVE}, count(*) AS drawn,
    {counted},
    count(*) FILTER (WHERE result IN ('complete', 'partial') AND NOT consent_given)
      AS without_consent
  FROM ({SHOWN_WAVES_SQL})
  GROUP BY ALL
)
SELECT *, (complete + partial) / nullif(drawn - ineligible, 0) AS response_rate
FROM results
ORDER BY ALL"""


def _counts(code: str) -> str:
    return "consent_given" if code in ("complete", "partial") else "true"


def item_responses(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """One row a wave, instrument and question that anybody of the wave has an answer row of.

    Columns: survey_code, wave, instrument, item; interviewed, and its parts that add up to it:
    valid, dont_know, refused, not_asked, missing (no answer recorded).
    """
    return connection.execute(item_responses_sql()).df()


def item_responses_sql() -> str:
    """The query of `item_responses`."""
    parts = ",\n  ".join(
        f"count(*) FILTER (WHERE given.answer = '{code}') AS {code}" for code in NO_ANSWER
    )
    none = ", ".join(f"'{code}'" for code in NO_ANSWER)
    return f"""WITH interviewed AS (
  SELECT {_WAVE}, respondent_key
  FROM ({SHOWN_WAVES_SQL})
  WHERE consent_given AND result IN ('complete', 'partial')
),
items AS (
  SELECT DISTINCT {_WAVE}, item
  FROM core.survey_answers
  JOIN interviewed USING (survey_code, wave, respondent_key)
)
SELECT {_WAVE}, items.item, count(*) AS interviewed,
  count(*) FILTER (WHERE given.answer NOT IN ({none})) AS valid,
  {parts},
  count(*) FILTER (WHERE given.answer IS NULL) AS missing
FROM interviewed
JOIN items USING ({_WAVE})
LEFT JOIN core.survey_answers AS given USING (survey_code, wave, respondent_key, item)
GROUP BY ALL
ORDER BY ALL"""
