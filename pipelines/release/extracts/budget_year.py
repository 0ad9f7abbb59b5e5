"""The budget year in which a quarter ends, as the table of the results-based budget shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from indicators.dissemination.budget_year import ACHIEVEMENTS_SQL, OUTPUTS_SQL
from indicators.dissemination.cells import cells_sql
from indicators.dissemination.notation import Columns
from indicators.foundation.mart_tables import totals_sql
from indicators.foundation.periods import period_named, period_of, previous_year
from indicators.foundation.stored.database import has_table, named_rows
from pipelines.release.extracts.empty_words import with_status_words
from pipelines.workspace.warehouse.inspect import Connection

_CELLS_SQL = f"""
SELECT * FROM ({cells_sql("area = $area AND period_type = 'B' AND period IN ($year, $before)")})
WHERE {totals_sql()}
"""
Row = Mapping[str, Any]


@dataclass(frozen=True)
class BudgetYear:
    """Of the whole mission. `achievements`: rows of `ACHIEVEMENTS_SQL`; `outputs`: of
    `OUTPUTS_SQL`, the outcome's titles beside its code; `cells`: the indicators' figures of this
    year and of the year before, with their state in words, by indicator and year."""

    name: str
    name_before: str
    achievements: Sequence[Row]
    outputs: Sequence[Row]
    cells: Mapping[tuple[str, str], Row]


def read_budget_year(connection: Connection, period: str) -> BudgetYear | None:
    """From the `mart` of one audience; None where its copy has no plan or no framework."""
    tables = ("work_plan", "framework_item", "mission")
    if not all(has_table(connection, "mart", table) for table in tables):
        return None
    year = period_of(period_named(period).end, "B")
    before = previous_year(year)
    area = named_rows(connection.execute("SELECT country_area FROM mart.mission"))
    place = area[0]["country_area"] if area else None
    asked = {"area": place, "year": year.name, "before": before.name}
    rows = named_rows(connection.execute(_CELLS_SQL, asked))
    columns: Columns = {name: [row[name] for row in rows] for name in rows[0]} if rows else {}
    worded = with_status_words(columns) if rows else {}
    told = [dict(zip(worded, row, strict=True)) for row in zip(*worded.values(), strict=True)]
    titled = named_rows(
        connection.execute("SELECT item, title_en, title_fr FROM mart.framework_item")
    )
    titles = {row["item"]: row for row in titled}
    outputs = [
        row | {f"outcome_{one}": titles.get(row["outcome"], {}).get(f"title_{one}")
               for one in ("en", "fr")}
        for row in named_rows(connection.execute(OUTPUTS_SQL, [place, year.name]))
    ]  # fmt: skip
    achievements = named_rows(connection.execute(ACHIEVEMENTS_SQL))
    cells = {(row["indicator"], row["period"]): row for row in told}
    return BudgetYear(year.name, before.name, achievements, outputs, cells)
