"""Standard errors of a change between two waves that went back to the same sampling units.

People of one place answer alike in both waves, so the difference varies less than two independent
samples would let it: the variance is that of the units' totals over both waves together, with the
covariance in it (Kish 1965 §12.4; `svycontrast` of R's `survey` over stacked waves).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise

import duckdb
import pandas as pd

from indicators.compiler.areas import LEVELS
from indicators.compiler.derived.functions import functions_sql
from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.indicator import Indicator
from indicators.definitions.mission_profile import Mission
from indicators.survey import Condition, Design, Difference, estimate_many
from indicators.survey.waves.estimates import Wave, periods_of_waves, wave_respondents

COLUMNS = ("indicator", "period_type", "period", "area", "shared_se", "shared_df")
# A change of a total or a quantile is judged as of independent samples.
_KINDS = ("proportion", "index")
_NEEDED = ("survey_respondents", "period", "area_up", "area_span")


def shared_unit_errors(
    connection: duckdb.DuckDBPyConnection, mission: Mission, versions: Mapping[str, int]
) -> pd.DataFrame:
    """Standard error and degrees of freedom of each wave's change, by the columns COLUMNS.

    `versions`: the version of each selected indicator; another version than the repository's is
    left out, and so is a pair of waves without a common unit. No rows where the warehouse holds
    no respondents. `shared_se` is in the unit of measure.
    """
    indicators = [
        indicator
        for code, indicator in sorted(load_catalogue().items())
        if versions.get(code) == indicator.version and indicator.measure.kind in _KINDS
    ]
    tables: list[pd.DataFrame] = []
    if indicators and _has_respondents(connection):
        _define_as_of(connection, mission)
        tables = list(_changes(connection, indicators))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(COLUMNS))


def _has_respondents(connection: duckdb.DuckDBPyConnection) -> bool:
    found = connection.execute(
        """SELECT count(*) FROM information_schema.tables
        WHERE table_schema = 'cube' AND list_contains(?, table_name)""",
        [list(_NEEDED)],
    ).fetchone()
    return found is not None and found[0] == len(_NEEDED)


def _define_as_of(connection: duckdb.DuckDBPyConnection, mission: Mission) -> None:
    """The engine's functions live as long as its connection; these take the mart's as-of day."""
    found = connection.execute(
        "SELECT max(as_of) FROM mart.mission WHERE mission = ?", [mission.mission]
    ).fetchone()
    as_of = found[0] if found and found[0] else date.max
    for statement in functions_sql(mission, as_of.isoformat()):
        connection.execute(statement)


def _changes(
    connection: duckdb.DuckDBPyConnection, indicators: Sequence[Indicator]
) -> Iterator[pd.DataFrame]:
    shown = {indicator.code: periods_of_waves(connection, indicator) for indicator in indicators}
    asked = sorted({wave for waves in shown.values() for wave in waves}, key=_time)
    frames = {
        wave: wave_respondents(connection, wave, [i for i in indicators if wave in shown[i.code]])
        for wave in asked
    }
    for indicator in indicators:
        waves = shown[indicator.code]
        for before, now in pairwise(sorted(waves, key=_time)):
            table = _change(indicator, frames[before], frames[now])
            periods = pd.DataFrame(waves[now], columns=["period_type", "period"])
            yield table.merge(periods, how="cross")[list(COLUMNS)]


def _time(wave: Wave) -> tuple[str, str, str]:
    return (wave.last_on.isoformat(), wave.survey_code, wave.wave)


def _change(indicator: Indicator, before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """By area of every level; empty where the waves have no unit in common."""
    weight = f"weight_{indicator.measure.weight}"
    outcome, inside = f"outcome {indicator.code}", f"inside {indicator.code}"
    levels = [f"level_{level}" for level in LEVELS]
    unit = ["stratum_code", "psu_code"]
    kept = [*unit, weight, outcome, inside, *levels]
    stacked = pd.concat(
        [before[kept].assign(is_now=0), now[kept].assign(is_now=1)], ignore_index=True
    ).dropna(subset=[weight])
    tables = [pd.DataFrame(columns=["area", "shared_se", "shared_df"])]
    if _have_common_units(before[unit], now[unit]):
        design = Design(("psu_code",), ("stratum_code",), weight, nest=True, lonely_psu="adjust")
        favourable = 1.0 if indicator.measure.kind == "proportion" else None
        statistic = Difference(outcome, "is_now", 0, 1, level=favourable)
        domain = [Condition(inside, "==", True)]
        by = [[level] for level in levels if stacked[level].notna().any()]
        table = estimate_many(stacked, design, [statistic], by, domain)
        area = table[[level for (level,) in by]].bfill(axis=1).iloc[:, 0]
        renamed = {"se": "shared_se", "df": "shared_df"}
        tables.append(table.assign(area=area).rename(columns=renamed)[tables[0].columns])
    found = pd.concat(tables, ignore_index=True)
    scaled = found["shared_se"].astype(float) * indicator.scale
    return found.assign(indicator=indicator.code, shared_se=scaled)


def _have_common_units(before: pd.DataFrame, now: pd.DataFrame) -> bool:
    if before.isna().any(axis=None) or now.isna().any(axis=None):
        return False
    return bool(set(map(tuple, before.to_numpy())) & set(map(tuple, now.to_numpy())))
