"""What an audience's policy withholds, carried out on its copy of the mart.

Small cells first (`primary.py`), then what would give them away (`complementary.py`), then the
tables beside the values from which a number of cases could be had. Nothing is hidden at display.
"""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from indicators.disclosure.complementary import Protection, protect
from indicators.disclosure.earlier import EarlierRelease, past_of
from indicators.disclosure.primary import SMALL_AMOUNTS, small_cells_sql
from indicators.disclosure.repeats import NO_PAIRS, Repeats, repeated_counts
from indicators.disclosure.tables import SERIES, file_tables, response_tables, value_tables
from indicators.disclosure.task import Task
from indicators.disclosure.wave_counts import set_null, withhold_wave_counts
from indicators.mission import DisclosurePolicy
from indicators.values import (
    COMPLEMENTARY,
    CONFIDENTIAL,
    DIMENSIONS,
    NOT_APPLICABLE,
    TOTAL,
    totals_sql,
)

# With a count go its means, rates, parts and uncertainty, and the words that rest on them.
WITHHELD_COLUMNS = (
    "value",
    "numerator",
    "denominator",
    "n",
    "se",
    "ci_low",
    "ci_high",
    "deff",
    "df",
    "rating",
    "trend",
)


@dataclass(frozen=True)
class Withheld:
    """How many cells with a count above zero there are, and how many of them are withheld.

    primary: too small; complementary: they protect others, or did in an earlier release. Protected
    in vain are `known`: primary ones that earlier releases showed or gave away; and `derivable`:
    small ones, or withheld in an earlier release, that follow from published ones all the same,
    as nothing was left to withhold. `narrow`: withheld cells whose interval is narrower than it
    should be, and nothing beside them mended it; `unproven`: withheld cells whose interval was not
    settled, as it was to be quick.
    """

    cells: int
    primary: int
    complementary: int
    known: int
    derivable: int
    narrow: int
    unproven: int

    @property
    def share(self) -> float:
        """The share of the cells that is withheld; 0 where there is none."""
        return (self.primary + self.complementary) / max(self.cells, 1)


def suppress(
    connection: duckdb.DuckDBPyConnection,
    policy: DisclosurePolicy,
    audience: str,
    *,
    earlier: Sequence[EarlierRelease] = (),
    quick: bool = False,
) -> Withheld:
    """Withhold small cells in `mart.indicator_value`, and what would give them away.

    Sets `conf_status` C (too few) or D (protects another figure) and the figures of these cells
    to null; rows of files behind them in `mart.contribution`; small cells of
    `mart.survey_response`, `mart.survey_result` and `mart.survey_item_response`. Zeros stay
    unless they would give a small count away. `audience` names the copy; the policy is the
    audience's own and the rules are the same for all. `earlier`: what this audience has of this
    mission's earlier releases. `quick`: narrow counts are sought by the bounds of lines only; what
    these do not tell is counted as unproven. To be run once, on a copy where nothing is withheld
    yet.

    What holds then: no small count is a linear combination of published counts of its indicator,
    over areas, dimensions and periods, except those that the answer counts as protected in vain.
    How wide the interval is in which a reader can place it, `audit.py` tells. Weights of a survey
    add to this: estimates and their parts are weighted, and only n is held to the rule.
    """
    cells = connection.execute(small_cells_sql(), {"min_n": policy.min_n}).df()
    cells = cells.astype(dict.fromkeys(cells.select_dtypes("string"), object))  # read row by row
    parents = _parents(connection)
    past = past_of(connection, cells, earlier)
    primary = cells["is_small"].to_numpy(dtype=bool)
    repeats = repeated_counts(cells)
    task = Task(
        cells[list(SMALL_AMOUNTS)].to_numpy(dtype=bool),
        cells["least"].to_numpy(),
        past.known,
        past.withheld,
        policy.min_n,
        repeats.follows,
        prominence(cells, parents),
    )
    found = _protect_by_series(cells, parents, task, repeats, quick=quick)
    _withhold_values(connection, cells, primary, found.withheld)
    _withhold_files(connection, parents)
    _withhold_responses(connection, policy, parents)
    withhold_wave_counts(connection, policy.min_n)
    return _counted(cells, primary, found)


def prominence(cells: pd.DataFrame, parents: Mapping[str, str]) -> np.ndarray:
    """By cell how much it would be missed (`task.py`); cells: with area, dimensions, period type.

    The whole mission's totals are what its pages begin with, and quarters more than months.
    """
    is_top = ~cells["area"].isin(list(parents)).to_numpy()
    names = [name for name in DIMENSIONS if name in cells]
    is_total = cells[names].isin([TOTAL, NOT_APPLICABLE]).all(axis=1).to_numpy()
    is_long = ~cells["period_type"].isin(["W", "M"]).to_numpy()
    return is_top.astype(np.int64) + is_total + (is_top & is_total & is_long)


def _protect_by_series(
    cells: pd.DataFrame, parents: dict[str, str], task: Task, repeats: Repeats, *, quick: bool
) -> Protection:
    """Each indicator for itself, together with those that repeat its counts; the largest first."""
    withheld, known, derivable, narrow, unproven = (np.zeros(len(cells), bool) for _ in range(5))
    linked = _linked_series(cells, np.concatenate([repeats.equal, repeats.follows]))
    linked.sort(key=len, reverse=True)

    def protected(own: np.ndarray) -> Protection:
        inside = repeats.equal[np.isin(repeats.equal[:, 0], own)]
        tables = value_tables(cells.iloc[own], parents, np.searchsorted(own, inside))
        return protect(tables, task.of(own), quick=quick)

    with ThreadPoolExecutor(os.cpu_count()) as pool:  # what takes long there leaves Python's lock
        parts = list(pool.map(protected, linked))
    for own, part in zip(linked, parts, strict=True):
        withheld[own], known[own], derivable[own] = part.withheld, part.known, part.derivable
        narrow[own], unproven[own] = part.narrow, part.unproven
    return Protection(withheld, known, derivable, narrow, unproven)


def _linked_series(cells: pd.DataFrame, same: np.ndarray) -> list[np.ndarray]:
    """The cells of each set of series that pairs of cells link, ascending."""
    series = cells.groupby(list(SERIES), sort=True).ngroup().to_numpy()
    size = int(series.max(initial=-1)) + 1
    links = coo_matrix((np.ones(len(same)), (series[same[:, 0]], series[same[:, 1]])), (size, size))
    _, label = connected_components(links, directed=False)
    return [np.flatnonzero(label[series] == at) for at in np.unique(label)]


def _counted(cells: pd.DataFrame, primary: np.ndarray, found: Protection) -> Withheld:
    return Withheld(
        cells=int((cells["n"] > 0).sum()),
        primary=int(primary.sum()),
        complementary=int((found.withheld & ~primary).sum()),
        known=int((primary & found.known).sum()),
        derivable=int(found.derivable.sum()),
        narrow=int(found.narrow.sum()),
        unproven=int(found.unproven.sum()),
    )


def _parents(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    rows = connection.execute(
        """SELECT area_code, parent_area_code FROM mart.area
        WHERE parent_area_code IS NOT NULL ORDER BY area_code"""
    ).fetchall()
    return dict(rows)


def _withhold_values(
    connection: duckdb.DuckDBPyConnection,
    cells: pd.DataFrame,
    primary: np.ndarray,
    withheld: np.ndarray,
) -> None:
    marks = pd.DataFrame(
        {
            "cell_id": cells["cell_id"].to_numpy()[withheld],
            "status": np.where(primary[withheld], CONFIDENTIAL, COMPLEMENTARY),
        }
    )
    columns = ", ".join(
        f"CASE WHEN marked.status IS NULL THEN cell.{name} END AS {name}"
        for name in WITHHELD_COLUMNS
    )
    connection.register("withheld_cells", marks)
    # Written anew: an update of most rows in a dozen columns takes several times as long.
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE mart.indicator_value AS
        SELECT cell.* REPLACE (
          coalesce(marked.status, cell.conf_status) AS conf_status, {columns}
        )
        FROM mart.indicator_value AS cell
        LEFT JOIN withheld_cells AS marked ON cell.rowid = marked.cell_id
        ORDER BY cell.rowid
        """
    )
    connection.unregister("withheld_cells")


def _withhold_files(connection: duckdb.DuckDBPyConnection, parents: dict[str, str]) -> None:
    """Rows by file of a withheld total add up to its n, and each file's rows to its own totals."""
    cells = connection.execute(_file_cells_sql()).df()
    withheld = cells["is_withheld"].to_numpy(dtype=bool)
    nowhere = np.zeros(len(cells), dtype=bool)
    small = np.column_stack([withheld, nowhere, nowhere])
    task = Task(
        small, np.zeros(len(cells)), nowhere, nowhere, 0, NO_PAIRS, prominence(cells, parents)
    )
    found = protect(file_tables(cells, parents), task)
    set_null(connection, "contribution", ["rows"], cells.loc[found.withheld, ["cell_id"]])


def _file_cells_sql() -> str:
    """Files whose rows are shown of a total, and whether that total is withheld."""
    place = ", ".join((*SERIES, "period_type", "period", "area"))
    return f"""
WITH totals AS (
  SELECT {place}, min(period_start) AS period_start, min(period_end) AS period_end,
    bool_or(conf_status IN ('C', 'D')) AS is_withheld, min(time_rule) AS time_rule
  FROM mart.indicator_value WHERE {totals_sql()} GROUP BY ALL
)
SELECT contribution.rowid AS cell_id, {place}, file_sha256,
  CAST(rows AS DOUBLE) AS n, 0.0 AS part,
  period_start, period_end, time_rule, is_withheld
FROM mart.contribution AS contribution JOIN totals USING ({place})
WHERE rows IS NOT NULL
ORDER BY cell_id"""


def _withhold_responses(
    connection: duckdb.DuckDBPyConnection, policy: DisclosurePolicy, parents: dict[str, str]
) -> None:
    """Persons asked and persons who answered go together: each bounds the other."""
    cells = connection.execute(
        """
        SELECT rowid AS cell_id, survey_code, wave, instrument, area, sex, age_group,
          CAST(sampled AS DOUBLE) AS n, CAST(answered AS DOUBLE) AS part,
          CAST($min_n AS DOUBLE) AS least,
          coalesce(sampled BETWEEN 1 AND $min_n - 1, false) AS n_is_small,
          coalesce(answered BETWEEN 1 AND $min_n - 1, false) AS part_is_small
        FROM mart.survey_response ORDER BY ALL
        """,
        {"min_n": policy.min_n},
    ).df()
    nowhere = np.zeros(len(cells), dtype=bool)
    small = np.column_stack([cells["n_is_small"], cells["part_is_small"], nowhere])
    least, ordinary = cells["least"].to_numpy(), np.zeros(len(cells), dtype=np.int64)
    task = Task(small, least, nowhere, nowhere, policy.min_n, NO_PAIRS, ordinary)
    found = protect(response_tables(cells, parents), task)
    own = cells.loc[found.withheld, ["cell_id"]]
    set_null(connection, "survey_response", ["sampled", "answered"], own)
