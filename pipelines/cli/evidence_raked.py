"""`poclens evidence raked`: the last wave by weights raked to population, bounds, replicates.

Sex and age groups of the respondents to the residents of the newest list of population; beside each
share what it would be had all who did not answer said no, or yes. As a workbook also response by
stratum, and replicate weights by respondent, which stay in the mission.
"""

import argparse
from typing import Any

import duckdb
import pandas as pd

from indicators.definitions.mission_profile import Mission
from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.messages import message
from indicators.foundation.numbers.number_format import number_text
from indicators.foundation.stored.database import named_rows
from pipelines.cli.main import show

REPLICATES, _SEED = 200, 20261125
_MARGINS = ("sex", "age_group")
_UNKNOWN = ("_U", "_Z", "_X")
_POPULATION_SQL = """SELECT {column} AS name, sum(persons) AS persons FROM core.population
WHERE population_kind = 'resident' AND {column} IS NOT NULL
  AND reference_on = (SELECT max(reference_on) FROM core.population
    WHERE population_kind = 'resident' AND {column} IS NOT NULL AND reference_on <= $day)
  AND list_contains($ages, age_group)
GROUP BY ALL HAVING persons > 0 ORDER BY ALL"""
_RESPONSE_SQL = """SELECT stratum, count(*) FILTER (WHERE result <> 'ineligible') AS eligible,
  count(*) FILTER (WHERE result IN ('complete', 'partial') AND consent_given) AS answered
FROM core.survey_respondents
WHERE survey_code = $survey AND wave = $wave AND instrument = $instrument
GROUP BY ALL ORDER BY ALL"""


def rake_wave(
    arguments: argparse.Namespace, connection: duckdb.DuckDBPyConnection, mission: str
) -> int:
    """A row an indicator: published, raked with its interval, and the bounds."""
    from indicators.definitions.mission_profile import read_mission
    from indicators.survey.calibration import replicate_weights

    profile = read_mission(arguments.workspace.profile(mission))
    frame, design, indicators, response = _wave(connection, profile)
    margins = _margins(connection, frame, mission)
    asked = frame
    for column, groups in margins.items():
        asked = asked[asked[column].isin(groups)]
    answered = sum(row["answered"] for row in response) / sum(row["eligible"] for row in response)
    rows = [_row(asked, design, one, margins, answered) for one in indicators]
    if arguments.to:
        from indicators.dissemination.spreadsheets import new_workbook, write_table

        weights = replicate_weights(frame, design, REPLICATES, _SEED)
        names = ["respondent_key", *(f"replicate_{at}" for at in range(1, REPLICATES + 1))]
        keyed = zip(frame["respondent_key"], weights.round(6).tolist(), strict=True)
        with new_workbook(arguments.to) as book:
            write_table(book, "figures", [*rows[0]], [[*row.values()] for row in rows])
            write_table(book, "response", [*response[0]], [[*row.values()] for row in response])
            write_table(book, "replicates", names, [[key, *own] for key, own in keyed])
    found = {"figures": rows, "response": response}
    show(arguments, found, "\n".join(_lines(rows, answered, arguments.language)))
    return 0


def _wave(
    connection: duckdb.DuckDBPyConnection, mission: Mission
) -> tuple[pd.DataFrame, Any, list[Any], list[dict[str, Any]]]:
    """Respondents of the newest household wave, their design, indicators of shares, response."""
    from indicators.compiler.derived.functions import functions_sql
    from indicators.definitions.catalogue import load_catalogue
    from indicators.survey.waves.respondents import coded_design, wave_respondents
    from indicators.survey.waves.shown import Wave

    found = connection.execute(
        """SELECT survey_code, wave, instrument, last_on,
          list(DISTINCT indicator ORDER BY indicator)
        FROM cube.shown_wave WHERE instrument = 'household' GROUP BY ALL ORDER BY last_on DESC"""
    ).fetchone()
    if found is None:
        raise WrongUse(Problem("no_wave", value=mission.mission))
    catalogue, wave = load_catalogue(), Wave(*found[:4])
    indicators = [catalogue[code] for code in found[4]]
    shares = [one for one in indicators if one.measure.kind == "proportion"]
    shares = [one for one in shares if one.measure.weight == "person"]
    for statement in functions_sql(mission, wave.last_on.isoformat()):
        connection.execute(statement)
    frame = wave_respondents(connection, wave, shares)
    frame = frame[frame["weight_person"].notna()].reset_index(drop=True)
    of_wave = {"survey": wave.survey_code, "wave": wave.wave, "instrument": wave.instrument}
    response = named_rows(connection.execute(_RESPONSE_SQL, of_wave))
    return frame, coded_design("weight_person"), shares, response


def _margins(
    connection: duckdb.DuckDBPyConnection, frame: pd.DataFrame, mission: str
) -> dict[str, dict[str, float]]:
    """Residents of the sexes and age groups that respondents have, on the last list before."""
    ages = sorted(set(frame["age_group"].dropna()) - set(_UNKNOWN))
    day = frame["interviewed_on"].max()
    margins = {}
    for column in _MARGINS:
        asked = {"day": day, "ages": ages}
        found = connection.execute(_POPULATION_SQL.format(column=column), asked).fetchall()
        known = set(frame[column].dropna())
        margins[column] = {name: float(persons) for name, persons in found if name in known}
    if not all(margins.values()):
        raise WrongUse(Problem("no_population_to_rake", value=mission))
    return margins


def _row(
    frame: pd.DataFrame, design: Any, indicator: Any, margins: Any, answered: float
) -> dict[str, Any]:
    from indicators.survey import Condition, Mean, estimate
    from indicators.survey.calibration import bounds, raked_mean

    outcome, inside = f"outcome {indicator.code}", f"inside {indicator.code}"
    own = frame.assign(**{outcome: frame[outcome].where(frame[inside].astype(bool))})
    plain = estimate(own, design, Mean(outcome), domain=[Condition(inside, "==", True)]).iloc[0]
    raked = raked_mean(own, design, outcome, margins)
    low, high = bounds(raked.estimate, answered)
    figures = {
        "published": plain["estimate"],
        "raked": raked.estimate,
        "ci_low": raked.ci_low,
        "ci_high": raked.ci_high,
        "lowest": low,
        "highest": high,
    }
    return {
        "indicator": indicator.code,
        "answers": int(plain["n"]),
        **{name: None if own is None else 100 * float(own) for name, own in figures.items()},
    }


def _lines(rows: list[dict[str, Any]], answered: float, language: str) -> list[str]:
    share = number_text(100 * answered, language, 0)
    names = ("published", "raked", "ci_low", "ci_high", "lowest", "highest")
    return [message("raked.response", language, answered=share)] + [
        message(
            "raked.line",
            language,
            indicator=row["indicator"],
            **{name: number_text(row[name] or 0.0, language, 1) for name in names},
        )
        for row in rows
    ]
