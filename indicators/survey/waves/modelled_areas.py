"""Modelled shares of areas (definitions 75): `mart.modelled_value`, beside the direct figures.

One model a wave, question and sex; what all areas are compared by (incidents, displacement,
patrols) is named here and never chosen by looking at the answers. The model itself does not
belong here: see `indicators.survey.areas`. No test of a change reads this table.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from indicators.definitions.mission_profile import Mission
from indicators.foundation.mart_tables import DIMENSIONS, totals_sql
from indicators.foundation.sql_text import sql_file
from indicators.foundation.stored.database import one_transaction
from indicators.foundation.stored.mart_rows import store_rows
from indicators.incremental.data_version import content_key
from indicators.incremental.partition_fingerprints import fingerprint_sql
from indicators.incremental.result_cache import begin_elsewhere, kept_results
from indicators.survey.areas import DirectShares, ModelledShares, modelled_shares
from indicators.survey.presentation import NCHS_WIDTH_TOO_LARGE
from indicators.survey.waves.estimates import ALL_UNITS

METHOD = "area_level"
COVARIATES = ("incidents", "displaced", "patrols")
_INPUTS = ("share", "n", "deff", "df", "size")
_PLACE = ["indicator", "indicator_version", "period_type", "period", "area", "area_level", "sex"]
_MODEL = ["indicator", "indicator_version", "survey_code", "wave", "instrument", "sex"]

# The figures of a wave stand once for each period that shows it. Sites are no part of a model:
# their answers are in the figure of their area.
_DIRECT = f"""
SELECT value.indicator, value.indicator_version, shown.survey_code, shown.wave, shown.instrument,
  shown.last_on, value.sex, value.period_type, value.period, value.area, value.area_level,
  value.numerator / value.denominator AS share, value.denominator AS size, value.n, value.deff,
  value.df, value.ci_low, value.ci_high
FROM mart.indicator_value AS value
JOIN mart.indicator AS known
  ON known.mission = value.mission AND known.indicator = value.indicator
  AND known.version = value.indicator_version
JOIN cube.shown_wave AS shown
  ON split_part(shown.indicator, '@', 1) = value.indicator
  AND shown.indicator_version = value.indicator_version
  AND shown.period_type = value.period_type AND shown.period = value.period
WHERE value.mission = $mission AND known.measure = 'proportion'
  AND known.confidentiality = 'survey' AND known.confidentiality_of_parts NOT LIKE '%sex%'
  AND {totals_sql("value.", [name for name in DIMENSIONS if name != "sex"])} AND value.sex <> '_U'
  AND value.area_level IN ('country', 'admin1', 'admin2', 'admin3')
  AND value.denominator > 0 AND value.n > 0 AND value.method <> '{ALL_UNITS}'
ORDER BY ALL"""


@contextmanager
def modelled_areas(
    connection: duckdb.DuckDBPyConnection, mission: Mission, elsewhere: Executor | None = None
) -> Iterator[None]:
    """Fill `mart.modelled_value` from the direct figures of the mart and the covariates of `core`;
    it stands where these do.

    Needs what `indicators.engine.refresh.compute` leaves; without `modelled_areas` in the profile
    the table is empty. `elsewhere`: another process that may compute while what stands within
    runs, which may set ratings and trends; the table is filled at its end.
    """
    with kept_results(connection, mission.mission, "modelled_areas") as kept:
        read = _fingerprints(connection, mission) if mission.modelled_areas else []
        if kept.stands(mission.mission, _content(connection, mission, read)):
            yield
            return
        found: Callable[[], list[dict[str, Any]]] = list
        if mission.modelled_areas:
            found = begin_elsewhere(elsewhere, _rows_of, *_read(connection, mission))
        yield
        with one_transaction(connection):
            store_rows(connection, mission.mission, "modelled_value", found())
        kept.leave({mission.mission: _content(connection, mission, read)})


def _content(
    connection: duckdb.DuckDBPyConnection, mission: Mission, read: Sequence[object]
) -> str:
    """The key of what the models are made of, and of how many rows of them there are."""
    query = "SELECT count(*) FROM mart.modelled_value WHERE mission = ?"
    return content_key(read, connection.execute(query, [mission.mission]).fetchall())


def _fingerprints(connection: duckdb.DuckDBPyConnection, mission: Mission) -> list[str]:
    """Of the rows that the models are made of."""
    texts = (_DIRECT, sql_file(__file__, "what_is_known_of_areas"))
    rows = ", ".join(f"(SELECT {fingerprint_sql(['*COLUMNS(*)'])} FROM ({text}))" for text in texts)
    return [*connection.execute(f"SELECT {rows}", {"mission": mission.mission}).fetchall()[0]]


def _read(
    connection: duckdb.DuckDBPyConnection, mission: Mission
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The direct figures, and what is known of areas on the days of the waves."""
    direct = connection.execute(_DIRECT, {"mission": mission.mission}).df()
    return direct, connection.execute(sql_file(__file__, "what_is_known_of_areas")).df()


def _rows_of(direct: pd.DataFrame, known: pd.DataFrame) -> list[dict[str, Any]]:
    direct = direct.merge(known, how="left", on=["last_on", "area"])
    direct = direct.fillna(dict.fromkeys(COVARIATES, 0.0))
    by_level: dict[Any, Any] = dict(direct.groupby([*_MODEL, "area_level"], sort=True).indices)
    frames = [
        _modelled(direct, places, by_level[(*key[:-1], "country")][0])
        for key, places in by_level.items()
        if key[-1] != "country" and (*key[:-1], "country") in by_level
    ]
    records = pd.concat(frames).to_dict("records") if frames else []
    return [{str(name): one for name, one in row.items()} | {"method": METHOD} for row in records]


def _modelled(direct: pd.DataFrame, places: NDArray[np.int64], country: int) -> pd.DataFrame:
    """One model's rows: its areas once each, their figures in percent for every period that shows
    the wave; empty where there is a `reason`. `country`: a row of the whole mission."""
    cells = direct.take(places)
    _, firsts, of_cell = np.unique(
        cells["area"].to_numpy(object), return_index=True, return_inverse=True
    )
    each = {name: cells[name].to_numpy(float)[firsts] for name in (*_INPUTS, *COVARIATES)}
    direct_shares = DirectShares(*(each[name] for name in _INPUTS))
    found = modelled_shares(direct_shares, {name: each[name] for name in COVARIATES})
    of_all = found.reason or ("misses_country" if _misses(found, direct.iloc[country]) else None)
    is_wide = found.high - found.low >= NCHS_WIDTH_TOO_LARGE
    reasons = np.array([of_all or ("too_imprecise" if wide else None) for wide in is_wide], object)
    is_shown = np.array([reason is None for reason in reasons])
    figures = {"value": found.share, "se": found.se, "ci_low": found.low, "ci_high": found.high}
    return cells[_PLACE].assign(
        reason=reasons[of_cell],
        n_areas=len(firsts),
        **{name: np.where(is_shown, 100 * one, np.nan)[of_cell] for name, one in figures.items()},
    )


def _misses(found: ModelledShares, country: pd.Series) -> bool:
    """Whether the areas, before they were shifted, add up to what the direct figure excludes."""
    low, high = country["ci_low"], country["ci_high"]
    return bool(not low <= 100 * found.together <= high)
