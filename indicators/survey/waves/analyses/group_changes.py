"""Whether one group changed otherwise than another between the two newest waves of a survey.

Women and men; each area of the first level and all others. A difference of differences with the
error of the sampling units of both waves together. Nothing of it is published.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
import pandas as pd

from indicators.compiler.derived.functions import functions_sql
from indicators.definitions.indicator import Indicator
from indicators.definitions.mission_profile import Mission
from indicators.foundation.errors import Problem, WrongUse
from indicators.survey.variance.contrast import contrast
from indicators.survey.waves.analyses.newest import household_waves, person_shares
from indicators.survey.waves.respondents import coded_design, wave_respondents

_AREAS, _SEX = "level_admin1", "sex"
_FEWEST = 25  # answers of a group in a wave, below which nothing is said of it


def group_changes(
    connection: duckdb.DuckDBPyConnection, mission: Mission, catalogue: Mapping[str, Indicator]
) -> list[dict[str, Any]]:
    """A row an indicator and pair of groups, in points: `change` of the first, `other_change`, the
    `difference` of the two with `ci_low` and `ci_high` (None where the design gives no error), and
    `answers`. Raises WrongUse where there are not two waves.
    """
    found = household_waves(connection)
    of_one = [one for one in found if one[0].survey_code == found[0][0].survey_code]
    if len(of_one) < 2:
        raise WrongUse(Problem("no_two_waves", value=mission.mission))
    (now, codes), (before, codes_before) = of_one[:2]
    shares = person_shares(catalogue, sorted({*codes} & {*codes_before}))
    for statement in functions_sql(mission, now.last_on.isoformat()):
        connection.execute(statement)
    waves = [wave_respondents(connection, wave, shares) for wave in (before, now)]
    frame = pd.concat([own.assign(wave_at=at) for at, own in enumerate(waves)], ignore_index=True)
    frame = frame[frame["weight_person"].notna()].reset_index(drop=True)
    return [row for one in shares for row in _rows(frame, one)]


def _rows(frame: pd.DataFrame, indicator: Indicator) -> Iterator[dict[str, Any]]:
    outcome, inside = f"outcome {indicator.code}", frame[f"inside {indicator.code}"].astype(bool)
    own = frame.assign(**{outcome: frame[outcome].where(inside)})
    pairs = [(own[_SEX] == "F", own[_SEX] == "M", "F", "M")]
    for area in sorted(own[_AREAS].dropna().unique()):
        pairs.append((own[_AREAS] == area, own[_AREAS].notna() & (own[_AREAS] != area), area, ""))
    for first, second, name, other in pairs:
        found = _compared(own, outcome, first, second)
        if found:
            yield {"indicator": indicator.code, "group": name, "other": other, **found}


def _compared(
    frame: pd.DataFrame, outcome: str, first: pd.Series, second: pd.Series
) -> dict[str, Any] | None:
    side = pd.Series("", index=frame.index).mask(first, "first").mask(second, "second")
    cell = (side + frame["wave_at"].astype(str)).where(side != "")
    weights = {"first1": 1.0, "first0": -1.0, "second1": -1.0, "second0": 1.0}
    answers = cell[frame[outcome].notna()].value_counts()
    if any(answers.get(name, 0) < _FEWEST for name in weights):
        return None
    rows, design = frame.assign(cell=cell), coded_design("weight_person")
    found = contrast(rows, design, outcome, "cell", weights)
    one = contrast(rows, design, outcome, "cell", {"first1": 1.0, "first0": -1.0})
    if found is None or one is None:
        return None
    figures = {
        "change": one.estimate,
        "other_change": one.estimate - found.estimate,
        "difference": found.estimate,
        "ci_low": found.ci_low,
        "ci_high": found.ci_high,
    }
    points = {name: None if own is None else 100 * own for name, own in figures.items()}
    return {**points, "answers": found.n}
