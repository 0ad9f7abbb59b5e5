"""What is withheld of who answered a survey's waves and questions, by result and way.

A small count goes, and with it other parts of its total until it cannot be had from the total:
`mart.survey_response` gives those who answered and those who did not, and the values of an
indicator give the n of valid answers, so that each of these totals is taken as known.
"""

from collections.abc import Mapping, Sequence

import duckdb
import pandas as pd

from indicators.values import COMPLEMENTARY, TOTAL, totals_sql

_WAVE = ["survey_code", "wave", "instrument"]
# Each set adds up to a total that is published elsewhere; of those not eligible no total is.
_RESULT_SETS = (
    ("complete", "partial"),
    ("refusal", "no_contact", "without_consent"),
    ("ineligible",),
)
_ITEM_SETS = (("dont_know", "refused", "not_asked", "missing"),)
_Row = Mapping[str, int]


def withhold_wave_counts(connection: duckdb.DuckDBPyConnection, min_n: int) -> None:
    """Set counts from 1 to min_n - 1 to null, and what would give them away.

    To be run once `mart.survey_response` and `mart.indicator_value` are restricted: where the
    whole mission's total of a wave is withheld there, nothing is told of the wave here.
    """
    closed = _closed_waves(connection)
    results = _rows(connection, "survey_result")
    items = _rows(connection, "survey_item_response")
    _withhold(
        connection, "survey_result", results, [_of_wave(row, closed, min_n) for row in results]
    )
    _withhold(
        connection, "survey_item_response", items, [_of_item(row, closed, min_n) for row in items]
    )


def _of_wave(row: _Row, closed: set[tuple], min_n: int) -> set[str]:
    answered = row["complete"] + row["partial"]
    everything = {*sum(_RESULT_SETS, ()), "response_rate"}
    if _key(row) in closed or _is_small(answered, min_n):
        return everything
    return _of_sets(row, _RESULT_SETS, min_n)


def _of_item(row: _Row, closed: set[tuple], min_n: int) -> set[str]:
    parts = {"valid", *_ITEM_SETS[0]}
    if _key(row) in closed or _is_small(row["interviewed"], min_n):
        return {"interviewed", *parts}
    return parts if _is_small(row["valid"], min_n) else _of_sets(row, _ITEM_SETS, min_n)


def _of_sets(row: _Row, sets: Sequence[Sequence[str]], min_n: int) -> set[str]:
    return {name for names in sets for name in _of_set({n: row[n] for n in names}, min_n)}


def _of_set(counts: _Row, min_n: int) -> set[str]:
    """Small counts, then others, the least first and zeros last, until no total tells them.

    What is withheld is then two counts or more whose sum is at least `min_n`, or all counts.
    """
    found = {name for name, count in counts.items() if _is_small(count, min_n)}
    order = sorted(counts, key=lambda name: (counts[name] == 0, counts[name], name))
    for name in order if found else ():
        if len(found) > 1 and sum(counts[other] for other in found) >= min_n:
            break
        found.add(name)
    return found


def _is_small(count: int, min_n: int) -> bool:
    return 1 <= count < min_n


def _key(row: Mapping) -> tuple:
    return tuple(row[name] for name in _WAVE)


def _closed_waves(connection: duckdb.DuckDBPyConnection) -> set[tuple]:
    """The waves of whom something that these counts would tell is withheld in other tables."""
    return set(connection.execute(_closed_waves_sql()).fetchall())


def _closed_waves_sql() -> str:
    """Persons of a wave withheld; or, of a figure that it feeds, the n that protects another."""
    wave = ", ".join(_WAVE)
    return f"""WITH whole AS (
  SELECT area_code AS area FROM mart.area WHERE parent_area_code IS NULL
),
waves AS (
  SELECT {wave}, last_on, answered
  FROM mart.survey_response JOIN whole USING (area)
  WHERE sex = '{TOTAL}' AND age_group = '{TOTAL}'
),
protecting AS (
  SELECT period_start, period_end
  FROM mart.indicator_value
  JOIN whole USING (area)
  JOIN (SELECT DISTINCT indicator, source FROM mart.indicator) USING (indicator)
  WHERE starts_with(source, 'survey') AND conf_status = '{COMPLEMENTARY}' AND {totals_sql()}
)
SELECT {wave} FROM waves WHERE answered IS NULL
UNION
SELECT {wave} FROM waves JOIN protecting ON last_on BETWEEN period_start AND period_end
ORDER BY ALL"""


def _rows(connection: duckdb.DuckDBPyConnection, table: str) -> list[dict]:
    found = connection.execute(f"SELECT rowid AS cell_id, * FROM mart.{table} ORDER BY cell_id")
    names = [column[0] for column in found.description]
    return [dict(zip(names, values, strict=True)) for values in found.fetchall()]


def _withhold(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    rows: Sequence[Mapping],
    withheld: Sequence[set[str]],
) -> None:
    pairs = [
        (row["cell_id"], name)
        for row, names in zip(rows, withheld, strict=True)
        for name in sorted(names)
    ]
    marks = pd.DataFrame(pairs, columns=["cell_id", "name"])
    for name, own in marks.groupby("name", sort=True):
        set_null(connection, table, [str(name)], own[["cell_id"]])


def set_null(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str], cells: pd.DataFrame
) -> None:
    """Withholds these columns of a mart table in some rows; cells: `cell_id`, the rows' rowid."""
    withheld = ", ".join(f'"{name}" = NULL' for name in columns)
    connection.register("withheld_cells", cells)
    connection.execute(
        f"UPDATE mart.{table} SET {withheld} WHERE rowid IN (SELECT cell_id FROM withheld_cells)"
    )
    connection.unregister("withheld_cells")
