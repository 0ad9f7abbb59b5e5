"""What an audience's policy withholds, carried out on its copy of the mart.

Small cells first (`primary.py`), then what would give them away (`complementary.py`), then the
tables beside the values from which a number of cases could be had. Nothing is hidden at display.
"""

import duckdb
import numpy as np
import pandas as pd

from indicators.disclosure.complementary import protect
from indicators.disclosure.lines import response_lines, value_lines
from indicators.disclosure.primary import small_cells_sql
from indicators.mission import DisclosurePolicy
from indicators.values import COMPLEMENTARY, CONFIDENTIAL, DIMENSIONS, NOT_APPLICABLE, TOTAL

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


def suppress(
    connection: duckdb.DuckDBPyConnection, policy: DisclosurePolicy, audience: str
) -> None:
    """Withhold small cells in `mart.indicator_value`, and what would give them away.

    Sets `conf_status` C (too few) or D (protects another figure) and the figures of these cells
    to null; rows of files behind them in `mart.contribution`; small cells of
    `mart.survey_response`. Zeros stay. `audience` names the copy; the policy is the audience's own
    and the rules are the same for all. To be run once, on a copy where nothing is withheld yet.
    """
    cells = connection.execute(small_cells_sql(), {"min_n": policy.min_n}).df()
    primary = cells["is_small"].to_numpy(dtype=bool)
    lines = value_lines(cells, _parents(connection))
    withheld = protect(lines, cells["n"].to_numpy(), primary, cells["least"].to_numpy())
    _withhold_values(connection, cells, primary, withheld)
    connection.execute(_contributions_sql())
    _withhold_responses(connection, policy)


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
    nulls = ", ".join(f"{name} = NULL" for name in WITHHELD_COLUMNS)
    connection.register("withheld_cells", marks)
    connection.execute(
        f"""
        UPDATE mart.indicator_value AS cell
        SET conf_status = withheld_cells.status, {nulls}
        FROM withheld_cells
        WHERE cell.rowid = withheld_cells.cell_id
        """
    )
    connection.unregister("withheld_cells")


def _contributions_sql() -> str:
    """Rows by file of a withheld total add up to its n."""
    cell = "(mission, indicator, indicator_version, period_type, period, area)"
    totals = " AND ".join(f"{name} IN ('{TOTAL}', '{NOT_APPLICABLE}')" for name in DIMENSIONS)
    return f"""
UPDATE mart.contribution SET rows = NULL
WHERE {cell} IN (
  SELECT {cell} FROM mart.indicator_value WHERE conf_status IN ('C', 'D') AND {totals}
)"""


def _withhold_responses(connection: duckdb.DuckDBPyConnection, policy: DisclosurePolicy) -> None:
    """Persons asked and persons who answered go together: each bounds the other."""
    cells = connection.execute(
        """
        SELECT rowid AS cell_id, survey_code, wave, instrument, area, sex, age_group,
          CAST(sampled AS DOUBLE) AS n, CAST($min_n AS DOUBLE) AS least,
          coalesce(sampled BETWEEN 1 AND $min_n - 1
            OR answered BETWEEN 1 AND $min_n - 1, false) AS is_small
        FROM mart.survey_response ORDER BY ALL
        """,
        {"min_n": policy.min_n},
    ).df()
    lines = response_lines(cells, _parents(connection))
    primary = cells["is_small"].to_numpy(dtype=bool)
    withheld = protect(lines, cells["n"].to_numpy(), primary, cells["least"].to_numpy())
    connection.register("withheld_cells", cells.loc[withheld, ["cell_id"]])
    connection.execute(
        """UPDATE mart.survey_response SET sampled = NULL, answered = NULL
        WHERE rowid IN (SELECT cell_id FROM withheld_cells)"""
    )
    connection.unregister("withheld_cells")
