"""Operations with risk assessed and review, plans of bases, patrols called off: the rows shown."""

from collections.abc import Callable
from typing import Any

import pandas as pd
from dash import html

from dashboards.components.listing import Field, Listing, Row, area, area_link, label
from dashboards.reading.context import Context
from dashboards.reading.queries import threats
from dashboards.reading.rows import rows_of
from dashboards.wording import formats

CALLED_OFF = "P2-OP-17"


def operations(context: Context) -> pd.DataFrame:
    """Those of the chosen area and below that lasted into the period, or whose review is due then.

    A review is due sixty days after closing; one never made stays until it is made.
    """
    found = threats.operations(context.release)
    found = found[found["area"].isin(context.areas_inside)]
    start, end = pd.Timestamp(context.period.start), pd.Timestamp(context.period.end)
    last = found["reviewed_on"].fillna(pd.Timestamp.max.normalize())
    return found[(found["started_on"] <= end) & (last >= start)]


def base_plans(context: Context) -> pd.DataFrame:
    """Bases of the chosen area and below, a row a kind of plan."""
    found = threats.base_plans(context.release)
    return found[found["area"].isin(context.areas_inside)]


def called_off(context: Context) -> int | None:
    """Patrols called off in the chosen period and area; None where that is not known."""
    if CALLED_OFF not in context.indicators.index:
        return None
    cell = context.cell(CALLED_OFF)
    return int(cell.numerator) if cell.is_figure and cell.numerator is not None else None


def _day(name: str, missing: str) -> Callable[[Context, Row], str]:
    def write(context: Context, row: Row) -> str:
        words = context.words
        return words(missing) if formats.is_missing(row[name]) else formats.day(row[name], words)

    return write


def _yes(name: str) -> Callable[[Context, Row], str]:
    def write(context: Context, row: Row) -> str:
        if formats.is_missing(row[name]):
            return context.words("operations.not_stated")
        return context.words("operations.yes" if row[name] else "operations.no")

    return write


def _review(context: Context, row: Row) -> str:
    words = context.words
    if not formats.is_missing(row["reviewed_on"]):
        return words("operations.reviewed", day=formats.day(row["reviewed_on"], words))
    if formats.is_missing(row["review_due_on"]):
        return words("operations.no_date")
    key = "operations.overdue" if row["is_overdue"] else "operations.due"
    return words(key, day=formats.day(row["review_due_on"], words))


def _review_shown(context: Context, row: Row) -> Any:
    found = _review(context, row)
    return html.B(found) if row["is_overdue"] else found


def _heard(context: Context, row: Row) -> str:
    if formats.is_missing(row["reviewed_on"]):
        return context.words("operations.no_review")
    return _yes("are_residents_heard")(context, row)


OPERATIONS = Listing(
    "operations",
    "operations.title",
    "operations",
    (
        Field("area", area, area_link, "table.area"),
        Field("type", label("operation_type")),
        Field("started", "started_on"),
        Field("closed", _day("closed_on", "operations.not_closed")),
        Field("risk", _yes("is_risk_assessed")),
        Field("mitigation", _yes("is_mitigation_recorded")),
        Field("review", _review, _review_shown),
        Field("heard", _heard),
    ),
    lambda context: rows_of(operations(context)),
    "operations.under",
    counts="operation",
)
