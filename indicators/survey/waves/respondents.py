"""The respondents of a wave: design, dimensions, areas above them, and what each of them adds."""

from collections.abc import Sequence

import duckdb
import numpy as np
import pandas as pd

from indicators.compiler.areas import LEVELS
from indicators.compiler.explanation.wave_sql import NO_ANSWER, domain_sql, place_column
from indicators.definitions.indicator import Indicator
from indicators.definitions.measures import Measure
from indicators.survey import Design
from indicators.survey.waves.shown import Wave


def coded_design(weight: str) -> Design:
    """The design of `wave_respondents` by the units' and strata's own codes."""
    return Design(("psu_code",), ("stratum_code",), weight, nest=True, lonely_psu="adjust")


def wave_respondents(
    connection: duckdb.DuckDBPyConnection, wave: Wave, indicators: Sequence[Indicator]
) -> pd.DataFrame:
    """One row a respondent: design, dimensions, areas above it, and each indicator's outcome."""
    items = sorted({item for indicator in indicators for item in indicator.measure.all_items})
    answers = ", ".join(
        f"max(answer) FILTER (WHERE item = '{item}') AS \"{item}\"" for item in items
    )
    place = place_column(wave.instrument)
    inside = ", ".join(f'({domain_sql(i)}) AS "inside {i.code}"' for i in indicators)
    levels = ", ".join(
        f"max(area) FILTER (WHERE area_level = '{level}') AS level_{level}" for level in LEVELS
    )
    frame = connection.execute(
        f"""WITH design AS (
          SELECT * FROM cube.survey_respondents
          WHERE survey_code = ? AND wave = ? AND instrument = ?
            AND consent_given AND result IN ('complete', 'partial')
        ),
        answered AS (
          SELECT respondent_key, {answers} FROM core.survey_answers
          WHERE survey_code = ? AND wave = ? GROUP BY respondent_key
        ),
        places AS (
          SELECT span.area_code AS place, {levels}
          FROM cube.area_version AS span
          JOIN cube.area_ancestor ON area_ancestor.area_code = span.place
          WHERE ? >= span.begins AND ? < span.ends
          GROUP BY span.area_code
        )
        SELECT design.*, answered.* EXCLUDE (respondent_key), places.* EXCLUDE (place), {inside}
        FROM design
        LEFT JOIN answered USING (respondent_key)
        LEFT JOIN places ON places.place = design.{place}
        ORDER BY respondent_key""",
        [
            *(wave.survey_code, wave.wave, wave.instrument),
            *(wave.survey_code, wave.wave),
            *(wave.last_on, wave.last_on),
        ],
    ).df()
    outcomes = {f"outcome {i.code}": _outcome(frame, i) for i in indicators}
    # Numbers sort faster than texts, and every estimate sorts its rows first.
    numbered = {name: _numbered(frame[name]) for name in ("psu", "stratum")}
    # A unit's own code tells whether another wave went back to it.
    named = {f"{name}_code": frame[name] for name in ("psu", "stratum")}
    return frame.assign(**named, **numbered, **outcomes, fpc_psu=_population_counts(frame))


def _numbered(column: pd.Series) -> pd.Series:
    """A number for each code; who has none in a column that has some is a unit of its own."""
    if column.isna().all():
        return column
    number, known = pd.factorize(column, sort=True)
    alone = number < 0
    number[alone] = len(known) + np.arange(alone.sum())
    return pd.Series(number, index=column.index)


def _population_counts(frame: pd.DataFrame) -> pd.Series:
    """Units in the population by row; infinite in a stratum without them or without units."""
    unknown = frame["fpc_psu"].isna() | frame["psu"].isna()
    return frame["fpc_psu"].mask(unknown.groupby(frame["stratum"]).transform("any"), np.inf)


def _outcome(frame: pd.DataFrame, indicator: Indicator) -> np.ndarray:
    """What each respondent adds; missing without a valid answer, or not to be asked (`among`)."""
    asked = np.ones(len(frame), dtype=bool)
    for item, answers in indicator.measure.among.items():
        asked &= frame[item].isin(answers).to_numpy()
    of_kind = _score if indicator.measure.scores else _is_favourable
    return np.where(asked, of_kind(frame, indicator.measure), np.nan)


def _is_favourable(frame: pd.DataFrame, measure: Measure) -> np.ndarray:
    """1 where every item was answered favourably, 0 where not."""
    favourable = np.ones(len(frame), dtype=bool)
    valid = np.ones(len(frame), dtype=bool)
    for item, answers in measure.items.items():
        given = frame[item].astype("string")
        if any(answer.isdigit() for answer in answers):
            # A number of days may be written with zeros before it.
            given = given.str.replace(r"^0+(?=\d)", "", regex=True)
        favourable &= given.isin(answers).to_numpy()
        valid &= (frame[item].notna() & ~frame[item].isin(NO_ANSWER)).to_numpy()
    return np.where(valid, favourable.astype(float), np.nan)


def _score(frame: pd.DataFrame, measure: Measure) -> np.ndarray:
    """The mean score over the items answered; missing where fewer than the least were."""
    items = pd.DataFrame(
        {
            item: frame[item].map(numbers)
            if numbers
            else pd.to_numeric(frame[item].mask(frame[item].isin(NO_ANSWER)), errors="coerce")
            for item, numbers in sorted(measure.scores.items())
        },
        dtype="float64",
    )
    enough = items.notna().sum(axis=1) >= measure.minimum_answered
    return items.mean(axis=1).where(enough).to_numpy(dtype="float64")
