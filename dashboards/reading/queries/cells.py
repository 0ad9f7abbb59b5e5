"""One published value as a page must show it: a figure, or which kind of empty it is.

What is empty, and why, is decided in `indicators.assessment.empty_reasons`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import pandas as pd

from dashboards.reading.rows import rows_of
from indicators.assessment.empty_reasons import REPORTS_MISSING, Facts, Said, Statement, statement
from indicators.foundation import mart_tables
from indicators.foundation.periods import Period

VALUE, ZERO = "value", "zero"
SUPPRESSED = "suppressed"
# Looks by reason; every other reason is a plain word.
_LOOKS = {
    "not_reported": "not-reported",
    "no_access": "no-access",
    "below_8": SUPPRESSED,
    "suppressed_answers": SUPPRESSED,
    "suppressed_cases": SUPPRESSED,
    "restricted": SUPPRESSED,
}
# Of a 0 from an area that sent nothing: drawn as what is not known
_SILENT_LOOKS = {"area_without_access": "no-access", "area_without_report": "not-reported"}
NO_ACCESS, REPORTS_LACK = "⊘", "╱"
# A survey cell that says so belongs to no wave: it is left out of a series of waves.
_NO_WAVE = ("no_survey", "not_asked", "period_not_over", "before_record", "not_in_copy")


def reports_sign(said: Said) -> str:
    """The sign of what is said of missing reports; empty of anything else."""
    if said.code not in REPORTS_MISSING:
        return ""
    return NO_ACCESS if said.code == "area_without_access" else REPORTS_LACK


def _number(row: Mapping[str, Any], name: str) -> float | None:
    found = row.get(name)
    if found is None or found != found:  # what is missing equals nothing, not even itself
        return None
    return float(found)


def _text(row: Mapping[str, Any], name: str) -> str | None:
    found = row.get(name)
    return found if isinstance(found, str) else None


def _held_against(row: Mapping[str, Any]) -> dict[str, Any]:
    """What may stand even where no figure does: baseline, target, rating, trend, reports."""
    return {
        "reports_due": _number(row, "returns_due"),
        "reports_received": _number(row, "returns_received"),
        "baseline": _number(row, "baseline"),
        "target": _number(row, "target"),
        "expected": _number(row, "expected"),
        "rating": _text(row, "rating"),
        "lacks_reports": _text(row, "rating_reason") == "missing_returns",
        "trend": _text(row, "trend"),
        "change": _number(row, "change"),
        "change_low": _number(row, "change_ci_low"),
        "change_high": _number(row, "change_ci_high"),
        "change_visible": _number(row, "change_visible"),
    }


@dataclass(frozen=True)
class Cell:
    """One value of `mart.indicator_value`; numbers are None where nothing is published."""

    said: Statement
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    numerator: float | None = None
    denominator: float | None = None
    baseline: float | None = None
    target: float | None = None
    expected: float | None = None  # where the path stands on the last day that the data cover
    rating: str | None = None
    lacks_reports: bool = False  # missing reports decided on the rating
    trend: str | None = None
    change: float | None = None  # of counts, sums and rates in percent, else in the unit
    change_low: float | None = None
    change_high: float | None = None
    change_visible: float | None = None  # the smallest that the test sees in four of five cases
    method: str | None = None
    is_provisional: bool = False
    reports_due: float | None = None
    reports_received: float | None = None
    version: int | None = None  # of the definition that gave the figure

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Cell":
        """The cell of a row with the columns of `empty_reasons.facts_sql`."""
        said = statement(Facts.of(row))
        if said.empty:
            return cls(said, **_held_against(row))
        n, version = _number(row, "n"), _number(row, "indicator_version")
        return cls(
            said,
            value=_number(row, "value"),
            low=_number(row, "ci_low"),
            high=_number(row, "ci_high"),
            n=None if n is None else int(n),
            numerator=_number(row, "numerator"),
            denominator=_number(row, "denominator"),
            **_held_against(row),
            method=_text(row, "method"),
            is_provisional=row.get("obs_status") == mart_tables.PROVISIONAL,
            version=None if version is None else int(version),
        )

    @classmethod
    def absent(cls, published: Mapping[str, tuple[str, ...]] | None = None) -> "Cell":
        """The cell of no row; `published`: where the copy has the indicator instead."""
        return cls(statement(Facts(published=published or {})))

    @property
    def state(self) -> str:
        """`value`, `zero`, or the code of the reason why it is empty."""
        if self.said.empty:
            return self.said.empty.code
        return ZERO if self.value == 0 else VALUE

    @property
    def look(self) -> str:
        """How it is drawn: `not-reported`, `no-access`, `suppressed`, else `plain`."""
        if self.is_figure and self.reports_missing is not None:
            return _SILENT_LOOKS.get(self.reports_missing.code, "plain")
        return _LOOKS.get(self.state, "plain")

    @property
    def is_drawn(self) -> bool:
        """Whether a map or a ground may show the number: not a 0 of an area that sent nothing."""
        return self.is_figure and self.look == "plain"

    @property
    def sign(self) -> str:
        """⊘ or ╱ where an area had no access or reports are missing."""
        if self.look == "no-access":
            return NO_ACCESS
        return reports_sign(self.reports_missing) if self.reports_missing else ""

    @property
    def reports_missing(self) -> Said | None:
        """What is said of the reports that a figure lacks; None where all came."""
        return next((said for said in self.beside if said.code in REPORTS_MISSING), None)

    @property
    def is_figure(self) -> bool:
        """Whether a number stands here, zero included."""
        return self.said.empty is None

    @property
    def is_unasked(self) -> bool:
        """Whether no wave put the question in the period (of a survey)."""
        return self.state in _NO_WAVE

    @property
    def beside(self) -> tuple[Said, ...]:
        """What must be said with the value."""
        return self.said.beside

    @property
    def half_width(self) -> float | None:
        """Half of the interval, None where there is none."""
        if self.low is None or self.high is None:
            return None
        return (self.high - self.low) / 2


@dataclass(frozen=True)
class Dated(Period):
    """A period and the cell that stands for it."""

    cell: Cell


def new_definitions(cells: Sequence[Cell]) -> frozenset[int]:
    """The places of figures that another version of the definition gave than the one before."""
    figures = [place for place, cell in enumerate(cells) if cell.is_figure]
    return frozenset(
        later
        for earlier, later in pairwise(figures)
        if cells[earlier].version != cells[later].version
    )


def span_of(row: Mapping[str, Any]) -> tuple[str, str, date, date]:
    """Kind, name, first and last day of a row's period."""
    start, end = row["period_start"].date(), row["period_end"].date()
    return row["period_type"], row["period"], start, end


def dated_cells(rows: Iterable[Mapping[str, Any]]) -> list[Dated]:
    """Rows of values (`rows_of`) as dated cells, in their order."""
    return [Dated(*span_of(row), Cell.of(row)) for row in rows]


def dated_cells_by(frame: pd.DataFrame, column: str) -> dict[str, list[Dated]]:
    """The same by the values of a column, in their order."""
    found: dict[str, list[Dated]] = {}
    for row in rows_of(frame):
        found.setdefault(str(row[column]), []).append(Dated(*span_of(row), Cell.of(row)))
    return dict(sorted(found.items()))
