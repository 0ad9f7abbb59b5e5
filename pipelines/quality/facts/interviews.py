"""How a survey's interviews were held: pace, answers all the same, interviews nearly the same.

Interviewers are told by their key, a pseudonym. None of these proves that an interview was not
held; each says which wave its supervisor should look at.
"""

from collections.abc import Iterator

from pipelines.quality.check_results import CheckResult, none_wrong
from pipelines.quality.facts.robust import FAR, count_scale, distance, usual
from pipelines.workspace.warehouse.inspect import Connection

INTERVIEWS_A_DAY = 15  # more full interviews of half an hour do not fit into a day with the walk
LEAST_ITEMS = 10  # of fewer answers, chance alone makes equal ones

HELD = """
held AS (
  SELECT survey_code, wave, respondent_key, psu, interviewer_key, interviewed_on, area_code
  FROM core.survey_respondents
  WHERE result = 'complete' AND consent_given AND instrument <> 'pulse'
)"""

_FACTS = {
    # Interviewers' days; `of` is all such days.
    "interviewer_pace": f"""
WITH {HELD},
days AS (
  SELECT survey_code, wave, count(*) AS interviews FROM held
  WHERE interviewer_key IS NOT NULL GROUP BY survey_code, wave, interviewer_key, interviewed_on
)
SELECT survey_code, wave, count(*) FILTER (interviews > {INTERVIEWS_A_DAY}), count(*)
FROM days GROUP BY ALL ORDER BY ALL""",
    # One code as the answer to every item.
    "straight_lining": f"""
WITH {HELD},
answered AS (
  SELECT survey_code, wave, respondent_key, count(DISTINCT answer) AS codes
  FROM core.survey_answers GROUP BY ALL HAVING count(*) >= {LEAST_ITEMS}
)
SELECT survey_code, wave, count(*) FILTER (codes = 1), count(*)
FROM held JOIN answered USING (survey_code, wave, respondent_key) GROUP BY ALL ORDER BY ALL""",
    # The same answer to every item as another interview of the same sampling unit and interviewer.
    "same_answers": f"""
WITH {HELD},
answered AS (
  SELECT survey_code, wave, respondent_key,
         sum(hash(item, answer)) AS answers, count(*) AS items
  FROM core.survey_answers GROUP BY ALL HAVING count(*) >= {LEAST_ITEMS}
),
alike AS (
  SELECT survey_code, wave,
         count(*) OVER (PARTITION BY survey_code, wave, psu, interviewer_key, answers) AS equal
  FROM held JOIN answered USING (survey_code, wave, respondent_key)
  WHERE psu IS NOT NULL AND interviewer_key IS NOT NULL
)
SELECT survey_code, wave, count(*) FILTER (equal > 1), count(*)
FROM alike GROUP BY ALL ORDER BY ALL""",
    # Sampling units whose number of interviews lies far from what this wave's design gives: units
    # of a small wave differ by chance, and one interview in each is then no mistake.
    "psu_sizes": f"""
WITH {HELD},
sizes AS (
  SELECT survey_code, wave, psu, {count_scale("count(*)")} AS size FROM held
  WHERE psu IS NOT NULL GROUP BY ALL
),
usual AS (SELECT survey_code, wave, {usual("size")} FROM sizes GROUP BY ALL)
SELECT survey_code, wave, count(*) FILTER ({distance("size")} > {FAR}), count(*)
FROM sizes JOIN usual USING (survey_code, wave) GROUP BY ALL ORDER BY ALL""",
}


def interviews_held(connection: Connection) -> Iterator[CheckResult]:
    """For each fact and wave: how many interviews, days or sampling units stand out."""
    for kind, query in _FACTS.items():
        for code, wave, found, of in connection.execute(query).fetchall():
            yield none_wrong(
                f"{kind}.{code}.{wave}",
                "survey_answers",
                found,
                kind=kind,
                of=of,
                wave=f"{code}.{wave}",
                most=INTERVIEWS_A_DAY,
                items=LEAST_ITEMS,
            )
