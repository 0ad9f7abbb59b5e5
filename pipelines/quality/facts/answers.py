"""Answers that look invented or shaped by who asked: near-duplicates, rounding, interviewers.

None proves that an interview was not held; each says what to look at again.

- Near-duplicates: two interviews of one interviewer and sampling unit that agree in 85 % of their
  answers or more, where more than 5 % of the interviews have such a twin (Kuriakose and Robbins
  2016, Statistical Journal of the IAOS 32). They wrote of long forms: below ten answers nothing is
  said, and interviews that agree in all of them are told by `interviews.py`.
- Digit preference: Whipple's index on 0 and 5 of the answers that are numbers of 10 or more; 100 is
  no preference, 175 or more very rough (United Nations, Demographic Yearbook).
- Interviewer effects: the intra-class correlation by interviewer within an area (Kish 1962; one-way
  analysis of variance, an item's answers pooled over its codes), the mean over the items. Most
  values published for face-to-face surveys are below 0.1 (West and Blom 2017).
"""

from collections.abc import Iterator

from pipelines.quality.check_results import CheckResult, check_result
from pipelines.quality.facts.interviews import HELD, LEAST_ITEMS
from pipelines.workspace.warehouse.inspect import Connection

ALIKE_PCT = 85
TWINS_PCT = 5
LEAST_NUMBERS = 100
VERY_ROUGH = 175
LARGEST_CORRELATION = 0.1
LEAST_INTERVIEWS = 200
_NAMED = 3

_NEAR_SQL = f"""
WITH {HELD},
answered AS (
  SELECT held.survey_code, held.wave, psu, interviewer_key, respondent_key,
         map(list(item ORDER BY item), list(answer ORDER BY item)) AS answers
  FROM held JOIN core.survey_answers AS own USING (survey_code, wave, respondent_key)
  WHERE psu IS NOT NULL AND interviewer_key IS NOT NULL
  GROUP BY ALL HAVING count(*) >= {LEAST_ITEMS}
),
pairs AS (
  SELECT one.survey_code, one.wave, one.respondent_key,
    len(list_intersect(map_keys(one.answers), map_keys(two.answers))) AS items,
    len(list_intersect(map_entries(one.answers), map_entries(two.answers))) AS same
  FROM answered AS one JOIN answered AS two USING (survey_code, wave, psu, interviewer_key)
  WHERE one.respondent_key <> two.respondent_key
),
twins AS (
  SELECT DISTINCT survey_code, wave, respondent_key FROM pairs
  WHERE items >= {LEAST_ITEMS} AND same < items AND 100 * same >= {ALIKE_PCT} * items
)
SELECT survey_code, wave, count(twins.respondent_key), count(*)
FROM answered LEFT JOIN twins USING (survey_code, wave, respondent_key)
GROUP BY ALL ORDER BY ALL
"""

_DIGITS_SQL = f"""
WITH {HELD},
numbers AS (
  SELECT survey_code, wave, item, try_cast(answer AS BIGINT) AS number
  FROM held JOIN core.survey_answers USING (survey_code, wave, respondent_key)
)
SELECT survey_code, wave, item, count(*) FILTER (number % 5 = 0), count(*)
FROM numbers WHERE number >= 10 GROUP BY ALL HAVING count(*) >= {LEAST_NUMBERS} ORDER BY ALL
"""

# Analysis of variance of each item's answers: `between` interviewers of one area, `within` them.
# An indicator of an answer is its own square, so that its squares add up to the interviews.
_CORRELATION_SQL = f"""
WITH {HELD},
cells AS (
  SELECT survey_code, wave, item, area_code, interviewer_key, answer, count(*) AS n
  FROM held JOIN core.survey_answers USING (survey_code, wave, respondent_key)
  WHERE interviewer_key IS NOT NULL GROUP BY ALL
),
interviewers AS (
  SELECT survey_code, wave, item, area_code, interviewer_key, sum(n) AS n,
         sum(n * n) / sum(n) AS squares
  FROM cells GROUP BY ALL
),
areas AS (
  SELECT survey_code, wave, item, area_code, sum(n) AS n, sum(n * n) / sum(n) AS squares
  FROM (
    SELECT survey_code, wave, item, area_code, answer, sum(n) AS n FROM cells GROUP BY ALL
  ) GROUP BY ALL
),
of_areas AS (
  SELECT survey_code, wave, item, count(*) AS areas, sum(n) AS n, fsum(squares) AS squares
  FROM areas GROUP BY ALL
),
of_interviewers AS (
  SELECT survey_code, wave, item, count(*) AS interviewers, fsum(own.squares) AS squares,
         fsum(own.n * own.n / areas.n) AS sizes
  FROM interviewers AS own JOIN areas USING (survey_code, wave, item, area_code) GROUP BY ALL
),
variances AS (
  SELECT survey_code, wave, item,
    (own.squares - whole.squares) / (interviewers - areas) AS between_them,
    (n - own.squares) / (n - interviewers) AS within_them,
    (n - sizes) / (interviewers - areas) AS size
  FROM of_interviewers AS own JOIN of_areas AS whole USING (survey_code, wave, item)
  WHERE n >= {LEAST_INTERVIEWS} AND interviewers > areas AND n > interviewers
)
SELECT survey_code, wave, item,
       (between_them - within_them) / (between_them + (size - 1) * within_them) AS correlation
FROM variances WHERE between_them + (size - 1) * within_them > 0
ORDER BY survey_code, wave, correlation DESC, item
"""


def near_duplicates(connection: Connection) -> Iterator[CheckResult]:
    """For each wave: interviews with a twin among those of the same interviewer and unit."""
    for code, wave, found, of in connection.execute(_NEAR_SQL).fetchall():
        yield check_result(
            f"near_duplicates.{code}.{wave}",
            "survey_answers",
            100 * found <= TWINS_PCT * of,
            kind="near_duplicates",
            observed=f"{found} / {of}",
            expected=f"≤ {TWINS_PCT} %",
            rows_failed=found,
            wave=f"{code}.{wave}",
            share=TWINS_PCT,
            alike=ALIKE_PCT,
        )


def digit_preference(connection: Connection) -> Iterator[CheckResult]:
    """For each wave and item with enough numbers: Whipple's index on 0 and 5."""
    for code, wave, item, round_numbers, of in connection.execute(_DIGITS_SQL).fetchall():
        index = 500 * round_numbers / of
        yield check_result(
            f"digit_preference.{code}.{wave}.{item}",
            "survey_answers",
            index < VERY_ROUGH,
            kind="digit_preference",
            observed=f"{index:.0f}",
            expected=f"< {VERY_ROUGH}",
            wave=f"{code}.{wave}, {item}",
        )


def interviewer_effects(connection: Connection) -> Iterator[CheckResult]:
    """For each wave: the mean over its items of the correlation within interviewers.

    It is below zero where interviewers differ less than chance would have it.
    """
    found: dict[str, list[tuple[str, float]]] = {}
    for code, wave, item, correlation in connection.execute(_CORRELATION_SQL).fetchall():
        found.setdefault(f"{code}.{wave}", []).append((item, correlation))
    for wave, items in found.items():
        mean = sum(correlation for _, correlation in items) / len(items)
        yield check_result(
            f"interviewer_effects.{wave}",
            "survey_answers",
            mean <= LARGEST_CORRELATION,
            kind="interviewer_effects",
            observed=f"{max(mean, 0):.2f}",
            expected=f"≤ {LARGEST_CORRELATION}",
            wave=wave,
            items=", ".join(item for item, _ in items[:_NAMED]),
        )
