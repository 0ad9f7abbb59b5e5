"""Earlier releases of the same mission and audience: what they showed, and what they withheld.

A count n that was published and has not changed is known, whatever becomes of it now. A count of a
finished period that was withheld stays withheld: shown now, it would open the earlier tables.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from indicators.values import VALUE_KEY

# What is read of an earlier release's `mart.indicator_value`.
EARLIER_COLUMNS = (*VALUE_KEY, "period_end", "n", "conf_status")


@dataclass(frozen=True)
class EarlierRelease:
    """The audience's copy of a release: its as-of day and its values, in `EARLIER_COLUMNS`."""

    as_of: date
    values: pa.Table


@dataclass(frozen=True)
class Past:
    """By cell of the mart: known from an earlier release; withheld there and still to be."""

    known: np.ndarray
    withheld: np.ndarray


def past_of(
    connection: duckdb.DuckDBPyConnection, cells: pd.DataFrame, earlier: Sequence[EarlierRelease]
) -> Past:
    """What earlier releases say of each cell (`cells`: columns of `primary.small_cells_sql`)."""
    known, withheld = (np.zeros(len(cells), dtype=bool) for _ in range(2))
    position = pd.Series(np.arange(len(cells)), index=cells["cell_id"])
    for release in earlier:
        found = _compared(connection, release)
        at = position[found["cell_id"]].to_numpy()
        known[at[found["is_known"].to_numpy(dtype=bool)]] = True
        withheld[at[found["was_withheld"].to_numpy(dtype=bool)]] = True
    return Past(known, withheld & ~known)


def _compared(connection: duckdb.DuckDBPyConnection, release: EarlierRelease) -> pd.DataFrame:
    connection.register("earlier_values", release.values)
    try:
        return connection.execute(
            f"""
            SELECT now.rowid AS cell_id,
              coalesce(past.conf_status = 'F' AND past.n = now.n, false) AS is_known,
              coalesce(past.conf_status IN ('C', 'D') AND past.period_end <= $as_of
                AND now.n > 0, false) AS was_withheld
            FROM mart.indicator_value AS now
            JOIN earlier_values AS past USING ({", ".join(VALUE_KEY)})
            """,
            {"as_of": release.as_of},
        ).df()
    finally:
        connection.unregister("earlier_values")
