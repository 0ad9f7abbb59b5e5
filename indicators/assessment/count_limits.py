"""Limits of counts of harm: how far the risk behind a count may lie from what was counted.

Killed, injured, displaced and incidents come in clusters, so that they vary more than Poisson
counts (definitions 73). The dispersion of a series comes from its months up to the period's end,
each against the same month of the year before; where fewer than eight have one, from the persons of
one event. Parts of a breakdown take that of their total. Simulated: docs/decisions/0028.
"""

from collections.abc import Collection, Iterator

import duckdb
import numpy as np
import pandas as pd

from indicators.assessment.changes.register_changes import SERIES, noise_before, tables_by_base
from indicators.assessment.total_cells import above_and_below, of_sql, total_cells, total_periods
from indicators.definitions.mission_profile import Mission
from indicators.foundation.mart_tables import GAMMA
from indicators.foundation.numbers.statistics import count_limits
from indicators.foundation.stored.database import has_table

_PLACE = [*SERIES, "period_type", "period"]


def set_count_limits(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    indicators: Collection[str] | None = None,
) -> None:
    """Set `ci_low`, `ci_high` and `deff`, the dispersion, of every count of harm with a value, or
    of those of these `indicators`."""
    sql = f"{_COUNTED_SQL} AND {of_sql(indicators)}"
    counted = connection.execute(sql, {"mission": mission.mission, "gamma": GAMMA}).df()
    if counted.empty:
        return
    found = counted.merge(_dispersions(connection, mission, indicators), how="left", on=_PLACE)
    by_event = found["indicator"].map(_by_event(connection)).fillna(1.0)
    phi = found["phi"].fillna(by_event).to_numpy(dtype=float)
    low, high = count_limits(found["events"].to_numpy(dtype=float), phi)
    scale = found["scale"].to_numpy(dtype=float)
    limits = pd.DataFrame(
        {"cell_id": found["cell_id"], "low": scale * low, "high": scale * high, "deff": phi}
    )
    connection.register("count_limits", limits)
    connection.execute(
        """UPDATE mart.indicator_value AS cell
        SET ci_low = limits.low, ci_high = limits.high, deff = limits.deff
        FROM count_limits AS limits WHERE cell.rowid = limits.cell_id"""
    )
    connection.unregister("count_limits")


def per_sql() -> str:
    """For how many persons a rate stands, of `unit_of_measure` (per_1000); 1 of a count."""
    return "coalesce(TRY_CAST(regexp_extract(indicator.unit_of_measure, '\\d+$') AS DOUBLE), 1)"


_COUNTED_SQL = f"""
SELECT cell.rowid AS cell_id, cell.indicator, cell.indicator_version, cell.area,
  cell.period_type, cell.period, coalesce(cell.numerator, cell.value) AS events,
  CASE indicator.measure WHEN 'rate' THEN {per_sql()} / cell.denominator ELSE 1 END AS scale
FROM mart.indicator_value AS cell
JOIN mart.indicator AS indicator
  ON indicator.mission = cell.mission AND indicator.indicator = cell.indicator
  AND indicator.version = cell.indicator_version
WHERE cell.mission = $mission AND cell.method = $gamma AND cell.value >= 0
"""


def _by_event(connection: duckdb.DuckDBPyConnection) -> dict[str, float]:
    if not has_table(connection, "cube", "event_dispersion"):
        return {}
    return dict(connection.execute("FROM cube.event_dispersion").fetchall())


def _dispersions(
    connection: duckdb.DuckDBPyConnection, mission: Mission, indicators: Collection[str] | None
) -> pd.DataFrame:
    """`phi` of the totals of each series up to the end of each of its periods."""
    counted = f"(SELECT indicator FROM mart.indicator_value WHERE method = '{GAMMA}')"
    where = f"cell.indicator IN {counted}"
    cells = total_cells(connection, mission, f"{where} AND {of_sql(indicators)}")
    above, periods = above_and_below(connection, mission), total_periods(connection, mission, where)
    found = list(_dispersion_tables(cells, above, periods))
    empty = pd.DataFrame(columns=[*_PLACE, "phi"]).astype({"phi": float})
    return pd.concat(found, ignore_index=True) if found else empty


def _dispersion_tables(
    cells: pd.DataFrame, above: pd.DataFrame, periods: pd.DataFrame
) -> Iterator[pd.DataFrame]:
    for base, _, (series, tables, months) in tables_by_base(cells, above, periods):
        known: dict[pd.Timestamp, np.ndarray] = {}
        for period_type, table in tables.items():
            for name, end in table.periods[["period", "period_end"]].itertuples(index=False):
                day = end + pd.Timedelta(days=1)
                if day not in known:
                    known[day] = noise_before(months, tables[base], base, day, 1, False).phi
                yield series.frame[SERIES].assign(
                    period_type=period_type, period=name, phi=known[day]
                )
