"""Figures with something put in for the area-months whose returns are missing (definitions 67).

A count: what came, and what came with each silent area-month at the second highest of the area's
own last twelve received months (where up is better: the second lowest). A share: its silent months
as its second best, then as its second worst; so many cases as there were then.
"""

from collections.abc import Iterator
from typing import Literal

import duckdb
import numpy as np
import pandas as pd

from indicators.assessment.changes.change_tests import Floats
from indicators.assessment.changes.comparable_months import AreaMonths
from indicators.assessment.changes.register_changes import SERIES, tables_by_base
from indicators.assessment.total_cells import above_and_below, total_cells
from indicators.definitions.mission_profile import Mission

Filled = Literal["first", "second"]
COLUMNS = ("first_value", "first_cases", "second_value", "second_cases")


def filled_figures(
    connection: duckdb.DuckDBPyConnection, mission: Mission, held: pd.DataFrame
) -> pd.DataFrame:
    """`cell_id` and COLUMNS of the cells `held`: value and cases of both readings.

    nan where a silent area has no received month to go by.
    """
    empty = pd.DataFrame(columns=["cell_id", *COLUMNS])
    if held.empty:
        return empty
    codes = ", ".join(f"'{code}'" for code in sorted(set(held["indicator"])))
    cells = total_cells(connection, mission, f"cell.indicator IN ({codes})")
    above = above_and_below(connection, mission)
    found = list(_filled_tables(held, cells, above))
    return pd.concat(found, ignore_index=True) if found else empty


def _filled_tables(
    held: pd.DataFrame, cells: pd.DataFrame, above: pd.DataFrame
) -> Iterator[pd.DataFrame]:
    for base, is_share, (series, tables, months) in tables_by_base(cells, above, cells):
        named = held.merge(series.frame[SERIES].reset_index(names="series"), on=SERIES)
        named = named[(named["period_type"] == "W") == (base == "W")]
        named = named[series.adds[named["series"].to_numpy(dtype=int)]]
        starts = tables[base].periods["period_start"]
        ends = tables[base].periods["period_end"]
        for _, rows in named.groupby(["period_type", "period"]):
            first, last = rows["period_start"].iloc[0], rows["period_end"].iloc[0]
            inside = np.flatnonzero((starts >= first) & (ends <= last))
            yield _filled(rows, months, inside, is_share)


def _filled(
    rows: pd.DataFrame, months: AreaMonths, inside: np.ndarray, is_share: bool
) -> pd.DataFrame:
    """Both readings of cells of one period."""
    place, is_up = rows["series"].to_numpy(dtype=int), rows["direction"].eq("up").to_numpy()
    part, whole = (rows[name].to_numpy(dtype=float) for name in ("numerator", "denominator"))
    value = rows["value"].to_numpy(dtype=float)
    part = np.where(np.isfinite(part), part, value)
    high, low = (months.put_in(inside, is_share, highest)[:, place] for highest in (True, False))
    if is_share:
        scale = np.where(part > 0, value * whole / np.where(part > 0, part, 1.0), 100.0)
        cases = [part + added[0] for added in (high, low)]
        values = [
            scale * one / (whole + added[1]) for one, added in zip(cases, (high, low), strict=True)
        ]
    else:
        added = np.where(is_up, low[0], high[0])
        cases = [part, part + added]
        per_case = rows["per_case"].to_numpy(dtype=float)
        values = [value, value + per_case * added]
    figures: list[Floats] = [values[0], cases[0], values[1], cases[1]]
    return pd.DataFrame(
        {"cell_id": rows["cell_id"].to_numpy()} | dict(zip(COLUMNS, figures, strict=True))
    )
