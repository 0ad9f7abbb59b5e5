"""The respondents of a wave: design, dimensions, areas above them, and what each of them adds."""

from collections.abc import Sequence

import duckdb
import pandas as pd

from indicators.compiler.areas import LEVELS
from indicators.compiler.explanation.wave_sql import (
    answers_sql,
    domain_sql,
    outcome_sql,
    place_column,
)
from indicators.definitions.indicator import Indicator
from indicators.foundation.sql_text import literal
from indicators.survey import Design
from indicators.survey.waves.shown import Wave


def coded_design(weight: str) -> Design:
    """The design of `wave_respondents` by the units' and strata's own codes."""
    return Design(("psu_code",), ("stratum_code",), weight, nest=True, lonely_psu="adjust")


def wave_respondents(
    connection: duckdb.DuckDBPyConnection, wave: Wave, indicators: Sequence[Indicator]
) -> pd.DataFrame:
    """The rows of `respondents_sql`; units and strata as numbers beside their own codes."""
    frame = connection.execute(f"{respondents_sql(wave, indicators)}\nORDER BY respondent_key").df()
    # Numbers sort faster than texts, and every estimate sorts its rows first.
    numbered = {name: _numbered(frame[name]) for name in ("psu", "stratum")}
    return frame.assign(**numbered)


def respondents_sql(wave: Wave, indicators: Sequence[Indicator]) -> str:
    """One row a respondent: design, dimensions, areas above it, and of each indicator whether it is
    inside and its outcome.

    A respondent without a unit, where others have one, is a unit of its own. Units in the
    population are infinite in a stratum without them or without units; `psu_code` tells whether
    another wave went back to a unit.
    """
    items = sorted({item for indicator in indicators for item in indicator.measure.all_items})
    of_wave = f"survey_code = {literal(wave.survey_code)} AND wave = {literal(wave.wave)}"
    answers = "".join(f", {answer}" for answer in [answers_sql(items)] if items)
    added = "".join(
        f""",
  {domain_sql(own)} AS "inside {own.code}",
  CAST({outcome_sql(own.measure)} AS DOUBLE) AS "outcome {own.code}\""""
        for own in indicators
    )
    levels = ", ".join(
        f"max(area) FILTER (WHERE area_level = '{level}') AS level_{level}" for level in LEVELS
    )
    day = f"DATE '{wave.last_on}'"
    return f"""WITH design AS (
  SELECT * REPLACE (
      coalesce(psu, CASE WHEN count(psu) OVER () > 0 THEN 'alone ' || respondent_key END) AS psu,
      CASE WHEN bool_or(fpc_psu IS NULL OR psu IS NULL) OVER (PARTITION BY stratum)
        THEN 'infinity' ELSE CAST(fpc_psu AS DOUBLE) END AS fpc_psu
    ), psu AS psu_code, stratum AS stratum_code
  FROM cube.survey_respondents
  WHERE {of_wave} AND instrument = {literal(wave.instrument)}
    AND consent_given AND result IN ('complete', 'partial')
),
answered AS (
  SELECT respondent_key{answers}
  FROM core.survey_answers WHERE {of_wave} GROUP BY respondent_key
),
places AS (
  SELECT span.area_code AS place, {levels}
  FROM cube.area_version AS span
  JOIN cube.area_ancestor ON area_ancestor.area_code = span.place
  WHERE {day} >= span.begins AND {day} < span.ends
  GROUP BY span.area_code
)
SELECT design.*, answered.* EXCLUDE (respondent_key), places.* EXCLUDE (place){added}
FROM design
LEFT JOIN answered USING (respondent_key)
LEFT JOIN places ON places.place = design.{place_column(wave.instrument)}"""


def _numbered(column: pd.Series) -> pd.Series:
    """A number for each code, in their order; nothing where there is none."""
    if column.isna().all():
        return column
    return pd.Series(pd.factorize(column, sort=True)[0], index=column.index)
