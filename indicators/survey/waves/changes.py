"""Standard errors of a change between two waves that went back to the same sampling units.

People of one place answer alike in both waves, so the difference varies less than two independent
samples would let it: the variance is that of the units' totals over both waves together, with the
covariance in it (Kish 1965 §12.4; `svycontrast` of R's `survey` over stacked waves).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import chain, pairwise

import duckdb
import pandas as pd

from indicators.compiler.areas import LEVELS
from indicators.compiler.derived.functions import functions_sql
from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.indicator import Indicator
from indicators.definitions.mission_profile import Mission
from indicators.foundation.stored.database import has_table
from indicators.incremental.result_cache import kept_results
from indicators.survey import Condition, Difference, estimate_many
from indicators.survey.inputs.columns import codes
from indicators.survey.waves.respondents import coded_design, wave_respondents
from indicators.survey.waves.shown import SHOWN_WAVE, Wave

COLUMNS = ("indicator", "period_type", "period", "area", "shared_se", "shared_df")
METHOD = "overlapping_samples"
# A change of a total or a quantile is judged as of independent samples.
_KINDS = ("proportion", "index")
_UNIT = ["stratum_code", "psu_code"]
_LEVELS = [f"level_{level}" for level in LEVELS]


def overlapping_sample_se(
    connection: duckdb.DuckDBPyConnection, mission: Mission, versions: Mapping[str, int]
) -> pd.DataFrame:
    """Standard error and degrees of freedom of each wave's change, by the columns COLUMNS.

    `versions`: the version of each selected indicator; another version than the repository's is
    left out, and so is a pair of waves without a common unit. No rows where the warehouse holds
    no waves. `shared_se` is in the unit of measure. A pair of waves of which neither changed is not
    looked at again.
    """
    indicators = {
        code: indicator
        for code, indicator in sorted(load_catalogue().items())
        if versions.get(code) == indicator.version and indicator.measure.kind in _KINDS
    }
    shown = _shown_waves(connection, list(indicators))
    _define_as_of(connection, mission)

    @cache
    def respondents(wave: Wave) -> pd.DataFrame:
        asked = [indicators[code] for code, waves in shown.items() if wave in waves]
        return wave_respondents(connection, wave, asked)

    @cache
    def respondents_of_both(before: Wave, now: Wave) -> pd.DataFrame:
        return _stacked(respondents(before), respondents(now))

    def change(code: str, before: Wave, now: Wave, *_: str) -> _Change:
        return _change(indicators[code], respondents_of_both(before, now))

    tables = [pd.DataFrame(columns=list(COLUMNS))]
    with kept_results(connection, mission.mission, METHOD) as kept:
        for code, waves in shown.items():
            for pair in pairwise(sorted(waves, key=_time)):
                contents = [waves[wave].content for wave in pair]
                found = kept.result(
                    f"{code} {pair[0]} – {pair[1]}", _Change, change, code, *pair, *contents
                )
                periods = waves[pair[1]].periods
                tables.append(_table(code, found, periods))
    return pd.concat(tables, ignore_index=True)


@dataclass(frozen=True)
class _Change:
    """By area of every level; nothing where the waves have no unit in common."""

    area: tuple[str, ...] = ()
    se: tuple[float, ...] = ()
    df: tuple[int, ...] = ()


def _table(code: str, change: _Change, periods: Sequence[tuple[str, str]]) -> pd.DataFrame:
    figures = {"area": change.area, "shared_se": change.se, "shared_df": change.df}
    named = pd.DataFrame(periods, columns=["period_type", "period"])
    table = pd.DataFrame(figures).merge(named, how="cross").assign(indicator=code)
    return table[list(COLUMNS)]


@dataclass(frozen=True)
class _Shown:
    """What a wave's estimates of an indicator are made of, and the periods that show them."""

    content: str
    periods: tuple[tuple[str, str], ...]


def _shown_waves(
    connection: duckdb.DuckDBPyConnection, codes: Sequence[str]
) -> Mapping[str, Mapping[Wave, _Shown]]:
    """The waves of each indicator, as the engine left them in `cube.shown_wave`."""
    if not has_table(connection, "cube", "shown_wave"):
        return {}
    rows = connection.execute(
        f"""SELECT indicator, content, list((period_type, period)),
          survey_code, wave, instrument, last_on
        FROM {SHOWN_WAVE} WHERE list_contains(?, indicator) GROUP BY ALL ORDER BY ALL""",
        [codes],
    ).fetchall()
    found: dict[str, dict[Wave, _Shown]] = defaultdict(dict)
    for code, content, periods, *wave in rows:
        found[code][Wave(*wave)] = _Shown(content, tuple(periods))
    return found


def _define_as_of(connection: duckdb.DuckDBPyConnection, mission: Mission) -> None:
    """The engine's functions live as long as its connection; these take the mart's as-of day."""
    found = connection.execute(
        "SELECT max(as_of) FROM mart.mission WHERE mission = ?", [mission.mission]
    ).fetchone()
    as_of = found[0] if found and found[0] else date.max
    for statement in functions_sql(mission, as_of.isoformat()):
        connection.execute(statement)


def _time(wave: Wave) -> tuple[str, str, str]:
    return (wave.last_on.isoformat(), wave.survey_code, wave.wave)


def _stacked(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """The respondents of both waves; nobody where the waves have no unit in common."""
    if not _have_common_units(before[_UNIT], now[_UNIT]):
        return pd.DataFrame()
    stacked = pd.concat([before.assign(is_now=0), now.assign(is_now=1)], ignore_index=True)
    # Numbers and categories sort faster than texts, and every indicator sorts the rows.
    numbered = {name: codes(stacked[name]) for name in _UNIT}
    return stacked.assign(**numbered).astype(dict.fromkeys(_LEVELS, "category"))


def _change(indicator: Indicator, stacked: pd.DataFrame) -> _Change:
    if stacked.empty:
        return _Change()
    weight = f"weight_{indicator.measure.weight}"
    outcome, inside = f"outcome {indicator.code}", f"inside {indicator.code}"
    people = stacked.dropna(subset=[weight])
    design = coded_design(weight)
    favourable = 1.0 if indicator.measure.kind == "proportion" else None
    statistic = Difference(outcome, "is_now", 0, 1, level=favourable)
    by = [[level] for level in _LEVELS if people[level].notna().any()]
    table = estimate_many(people, design, [statistic], by, [Condition(inside, "==", True)])
    areas = (table.loc[table["grouping"] == at, level] for at, (level,) in enumerate(by))
    se = table["se"].astype(float) * indicator.scale
    return _Change(tuple(chain.from_iterable(areas)), tuple(se), tuple(table["df"]))


def _have_common_units(before: pd.DataFrame, now: pd.DataFrame) -> bool:
    if before.isna().any(axis=None) or now.isna().any(axis=None):
        return False
    return not before.drop_duplicates().merge(now.drop_duplicates()).empty
