"""Operations with risk assessed and review, plans of bases, patrols called off: the rows shown."""

from typing import Any

import pandas as pd

from dashboards.context import Context
from dashboards.lists.sheet import Sheet, source_notes
from dashboards.queries import readiness
from dashboards.rows import rows_of
from dashboards.wording import formats

CALLED_OFF = "P2-OP-17"
HEADS = ("type", "started", "closed", "risk", "mitigation", "review", "heard")


def operations(context: Context) -> pd.DataFrame:
    """Those of the chosen area and below that lasted into the period, or whose review is due then.

    A review is due sixty days after closing; one never made stays until it is made.
    """
    found = readiness.operations(context.release)
    found = found[found["area"].isin(context.areas_inside)]
    start, end = pd.Timestamp(context.period.start), pd.Timestamp(context.period.end)
    last = found["reviewed_on"].fillna(pd.Timestamp.max.normalize())
    return found[(found["started_on"] <= end) & (last >= start)]


def base_plans(context: Context) -> pd.DataFrame:
    """Bases of the chosen area and below, a row a kind of plan."""
    found = readiness.base_plans(context.release)
    return found[found["area"].isin(context.areas_inside)]


def called_off(context: Context) -> int | None:
    """Patrols called off in the chosen period and area; None where that is not known."""
    if CALLED_OFF not in context.indicators.index:
        return None
    cell = context.cell(CALLED_OFF)
    return int(cell.numerator) if cell.is_figure and cell.numerator is not None else None


def cells(context: Context, row: dict[str, Any]) -> list[str]:
    """What is written of an operation, a text a head."""
    words = context.words

    def day(name: str, missing: str) -> str:
        return words(missing) if formats.is_missing(row[name]) else formats.day(row[name], words)

    def yes(name: str) -> str:
        if formats.is_missing(row[name]):
            return words("operations.not_stated")
        return words("operations.yes" if row[name] else "operations.no")

    return [
        words.label("operation_type", row["operation_type"]),
        formats.day(row["started_on"], words),
        day("closed_on", "operations.not_closed"),
        yes("is_risk_assessed"),
        yes("is_mitigation_recorded"),
        _review(context, row),
        words("operations.no_review") if formats.is_missing(row["reviewed_on"])
        else yes("are_residents_heard"),
    ]  # fmt: skip


def _review(context: Context, row: dict[str, Any]) -> str:
    words = context.words
    if not formats.is_missing(row["reviewed_on"]):
        return words("operations.reviewed", day=formats.day(row["reviewed_on"], words))
    if formats.is_missing(row["review_due_on"]):
        return words("operations.no_date")
    key = "operations.overdue" if row["is_overdue"] else "operations.due"
    return words(key, day=formats.day(row["review_due_on"], words))


def sheets(context: Context) -> list[Sheet]:
    """One row an operation, newest first."""
    words = context.words
    rows = [
        [context.area_name(row["area"]), *cells(context, row)]
        for row in rows_of(operations(context))
    ]
    heads = [words("table.area"), *(words(f"operations.head.{name}") for name in HEADS)]
    notes = [words("operations.under"), *source_notes(context, "operation")]
    return [Sheet(words("operations.title"), heads, rows, notes)]
