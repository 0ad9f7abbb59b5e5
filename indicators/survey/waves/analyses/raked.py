"""The newest household wave by weights raked to the population, with bounds and replicates.

Sex and age groups of the respondents to the residents of the newest list of population; beside each
share what it would be had all who did not answer said no, or yes. Nothing of it is published.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pandas as pd

from indicators.compiler.derived.functions import functions_sql
from indicators.definitions.indicator import Indicator
from indicators.definitions.mission_profile import Mission
from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.sql_text import sql_file
from indicators.foundation.stored.database import named_rows
from indicators.survey.calibration import Margins, bounds, raked_mean, replicate_weights
from indicators.survey.design import Design
from indicators.survey.estimation import estimate
from indicators.survey.estimators.interviewers import interviewer_share
from indicators.survey.inputs.arrays import Floats
from indicators.survey.inputs.domain import Condition
from indicators.survey.statistic import Mean
from indicators.survey.waves.analyses.newest import household_waves, person_shares
from indicators.survey.waves.analyses.number_quantiles import number_quantiles
from indicators.survey.waves.respondents import coded_design, wave_respondents

REPLICATES, _SEED = 200, 20261125
_MARGINS = ("sex", "age_group")
_UNKNOWN = ("_U", "_Z", "_X")


@dataclass(frozen=True)
class RakedWave:
    """`figures`: a row an indicator, in percent: `published`, `raked`, `ci_low`, `ci_high`,
    `lowest`, `highest`; and `answers`. `response`: `eligible` and `answered` by stratum; `strata`:
    by indicator and stratum the `share` of those who answered, and its bounds.
    `interviewers`: by indicator the share (percent) of the spread of answers within sampling units
    that lies between interviewers, `ci_low`, `ci_high`, and the `factor` that it puts on the
    variance; none where one interviewer asked in each unit. `quantiles`: `number_quantiles`.
    `answered`: their share over all.
    """

    figures: Sequence[Mapping[str, Any]]
    response: Sequence[Mapping[str, Any]]
    strata: Sequence[Mapping[str, Any]]
    interviewers: Sequence[Mapping[str, Any]]
    quantiles: Sequence[Mapping[str, Any]]
    answered: float
    respondents: pd.DataFrame
    design: Design

    def replicates(self) -> Floats:
        """Respondents × REPLICATES weights of a rescaling bootstrap."""
        return replicate_weights(self.respondents, self.design, REPLICATES, _SEED)


def raked_wave(
    connection: duckdb.DuckDBPyConnection, mission: Mission, catalogue: Mapping[str, Indicator]
) -> RakedWave:
    """The wave that the last refresh showed. Raises WrongUse without a wave or a population."""
    waves = household_waves(connection)
    if not waves:
        raise WrongUse(Problem("no_wave", value=mission.mission))
    wave, codes = waves[0]
    shares = person_shares(catalogue, codes)
    for statement in functions_sql(mission, wave.last_on.isoformat()):
        connection.execute(statement)
    frame = wave_respondents(connection, wave, shares)
    frame = frame[frame["weight_person"].notna()].reset_index(drop=True)
    of_wave = {"survey": wave.survey_code, "wave": wave.wave, "instrument": wave.instrument}
    response = named_rows(connection.execute(sql_file(__file__, "response"), of_wave))
    answered = sum(row["answered"] for row in response) / sum(row["eligible"] for row in response)
    margins, design = _margins(connection, frame, mission.mission), coded_design("weight_person")
    figures = [_figures(frame, design, one, margins, answered) for one in shares]
    strata = [row for one in shares for row in _strata(frame, one, response)]
    between = [found for one in shares for found in _interviewers(frame, one)]
    numbers = list(number_quantiles(connection, wave, [catalogue[code] for code in codes]))
    return RakedWave(figures, response, strata, between, numbers, answered, frame, design)


def _margins(
    connection: duckdb.DuckDBPyConnection, frame: pd.DataFrame, mission: str
) -> dict[str, dict[str, float]]:
    """Residents of the sexes and age groups that respondents have, on the last list before."""
    ages = sorted(set(frame["age_group"].dropna()) - set(_UNKNOWN))
    asked = {"day": frame["interviewed_on"].max(), "ages": ages}
    query, margins = sql_file(__file__, "residents"), {}
    for column in _MARGINS:
        found = connection.execute(query.format(column=column), asked).fetchall()
        known = set(frame[column].dropna())
        margins[column] = {name: float(persons) for name, persons in found if name in known}
    if not all(margins.values()):
        raise WrongUse(Problem("no_population_to_rake", value=mission))
    return margins


def _figures(
    frame: pd.DataFrame, design: Design, indicator: Indicator, margins: Margins, answered: float
) -> dict[str, Any]:
    outcome, inside = f"outcome {indicator.code}", f"inside {indicator.code}"
    own = frame.assign(**{outcome: frame[outcome].where(frame[inside].astype(bool))})
    plain = estimate(own, design, Mean(outcome), domain=[Condition(inside, "==", True)]).iloc[0]
    for column, groups in margins.items():  # who has no such group stays in what is published
        own = own[own[column].isin(groups)]
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


def _strata(
    frame: pd.DataFrame, indicator: Indicator, response: Sequence[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    outcome, inside = frame[f"outcome {indicator.code}"], frame[f"inside {indicator.code}"]
    rows = frame[outcome.notna() & inside.astype(bool)]
    for group in response:
        own = rows[rows["stratum_code"] == group["stratum"]]
        if own.empty:
            continue
        weights = own["weight_person"].astype(float)
        share = float((own[outcome.name].astype(float) * weights).sum() / weights.sum())
        low, high = bounds(share, group["answered"] / group["eligible"])
        figures = {"share": 100 * share, "lowest": 100 * low, "highest": 100 * high}
        of = {"indicator": indicator.code, "stratum": group["stratum"]}
        yield {**of, **figures, "answers": len(own)}


def _interviewers(frame: pd.DataFrame, indicator: Indicator) -> Iterator[dict[str, Any]]:
    asked = frame[f"outcome {indicator.code}"].where(frame[f"inside {indicator.code}"].astype(bool))
    found = interviewer_share(asked, frame["interviewer_key"], frame["psu"])
    if found is not None:
        percents = {name: 100 * getattr(found, name) for name in ("share", "ci_low", "ci_high")}
        numbers = {"factor": found.factor, "interviewers": found.interviewers}
        yield {"indicator": indicator.code, **percents, **numbers, "answers": found.answers}
