"""The figures of one period as every format shows them: values with names, unit and status."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from indicators.dissemination.cells import cells_sql
from indicators.dissemination.code_lists import CodeLists, code_lists
from indicators.dissemination.notation import Columns
from indicators.foundation.mart_tables import BELOW_8
from pipelines.release.extracts.budget_year import BudgetYear, read_budget_year
from pipelines.release.extracts.empty_words import with_status_words
from pipelines.workspace.warehouse.inspect import Connection

_DEFINITIONS_SQL = """
SELECT indicator, version, level, tier, phases, units, source, measure, time_rule,
       unit_of_measure, direction, title_en, title_fr, definition_en, definition_fr,
       numerator_en, numerator_fr, denominator_en, denominator_fr, rationale_en, rationale_fr,
       limitations_en, limitations_fr, owner_en, owner_fr, owner_reference, reference,
       min_n, confidentiality
FROM mart.indicator WHERE mission = $mission AND list_contains($codes, indicator)
ORDER BY indicator, version
"""

_MISSION_SQL = """
SELECT name_en, name_fr, is_fictional, boundaries_en, boundaries_fr, notes_en, notes_fr, as_of
FROM mart.mission WHERE mission = $mission
"""


@dataclass(frozen=True)
class Quarter:
    """One period as every format shows it: column name to values, in the order of the rows.

    `figures`: all cells of the period, one row a cell, sorted by its key, with what says why one is
    empty (`ADDED_COLUMNS`); empty ones are among them, and the zero parts that the release leaves
    out. `definitions`: of the indicators with cells, one row a version. `mission`: names, boundary
    sentence, notes and as-of date. `codes`: those of the whole copy, with their labels.
    `budget_year`: that in which the period ends; None where the copy holds none.
    """

    name: str
    period: str
    audience: str
    figures: Columns
    definitions: Columns
    mission: Mapping[str, Any]
    codes: CodeLists
    budget_year: BudgetYear | None = None

    @property
    def cells(self) -> int:
        """Cells in all."""
        return len(self.figures["indicator"])

    @property
    def told_cells(self) -> int:
        """Cells that say a figure: a value, or that it lies below 8."""
        shown = zip(self.figures["value"], self.figures["disclosure"], strict=True)
        return sum(value is not None or disclosure == BELOW_8 for value, disclosure in shown)

    @cached_property
    def worded(self) -> Columns:
        """The figures with the state of each cell in words; made once for all formats."""
        return with_status_words(self.figures)

    @cached_property
    def disclosed(self) -> Mapping[tuple[str, str], int]:
        """Cells by class and by what was done to them before they were shown, sorted."""
        counts: dict[tuple[str, str], int] = {}
        for key in zip(self.figures["confidentiality"], self.figures["disclosure"], strict=True):
            counts[key] = counts.get(key, 0) + 1
        return dict(sorted(counts.items()))


def read_quarter(connection: Connection, mission: str, period: str, audience: str) -> Quarter:
    """The quarter in the `mart` of one audience."""
    cells = cells_sql("mission = $mission AND period = $period")
    figures = _columns(connection, cells, {"mission": mission, "period": period})
    codes = sorted(set(figures["indicator"]))
    definitions = _columns(connection, _DEFINITIONS_SQL, {"mission": mission, "codes": codes})
    facts = _columns(connection, _MISSION_SQL, {"mission": mission})
    about = {name: values[0] for name, values in facts.items()}
    lists = code_lists(connection)
    year = read_budget_year(connection, period)
    return Quarter(mission, period, audience, figures, definitions, about, lists, year)


def _columns(connection: Connection, query: str, parameters: Mapping[str, Any]) -> Columns:
    found = connection.execute(query, parameters)
    names = [column[0] for column in found.description or ()]
    rows = found.fetchall()
    return dict(zip(names, zip(*rows, strict=True) if rows else [()] * len(names), strict=True))
