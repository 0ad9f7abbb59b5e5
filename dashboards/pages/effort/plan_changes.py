"""Lines of the plan that were changed, as a list: a row a line with original, current and done."""

from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card, notice
from dashboards.components.empty import reports_note
from dashboards.components.listing import Field, Listing, area, label
from dashboards.components.table import Column, table
from dashboards.reading.context import Context
from dashboards.reading.queries import transition
from dashboards.reading.rows import rows_of
from dashboards.wording import formats


def changes_shown(context: Context) -> pd.DataFrame:
    """Changed lines of the months of the period, inside the chosen area."""
    start, end = context.period.start.isoformat(), context.period.end.isoformat()
    found = transition.plan_changes(context.release, start, end)
    return found[found["area"].isin(context.areas_inside)]


PLAN_CHANGES = Listing(
    "plan-changes",
    "effort.changes_title",
    "effort",
    (
        Field("line", "plan_line_code"),
        Field("version", "plan_version"),
        Field("month", lambda _, row: f"{row['month']:%Y-%m}"),
        Field("area", area),
        Field("unit_type", label("unit_type")),
        Field("activity", label("activity_type")),
        Field("quantity_unit", label("quantity_unit")),
        Field("original"),
        Field("quantity"),
        Field("done"),
        Field("approved", "approved_on"),
        Field("reason", "change_reason"),
    ),
    lambda context: rows_of(changes_shown(context)),
    counts="plan_change",
)


def plan_changes_card(context: Context) -> html.Section:
    """Sums by reason and unit of quantity; every line is in the files."""
    words, found = context.words, changes_shown(context)
    title, under = words("effort.changes_title"), words("effort.changes_under")
    if found.empty:
        return card(title, [notice(words("effort.no_changes"))], under, key="plan-changes")
    names = ("lines", "original", "quantity", "done")
    columns = [Column(words("effort.head.reason")), Column(words("effort.head.quantity_unit"))]
    columns += [Column(words(f"effort.head.{name}"), True) for name in names]
    parts = [
        html.P(_sums(context, found)),
        *reports_note(context.reports_of("plan_change"), words),
        table(columns, [_line(context, row) for row in _by_reason(found)], title),
        PLAN_CHANGES.files(context),
    ]
    return card(title, parts, under, key="plan-changes")


def _by_reason(found: pd.DataFrame) -> list[dict[str, Any]]:
    grouped = found.assign(change_reason=found["change_reason"].fillna("")).groupby(
        ["change_reason", "quantity_unit"]
    )
    sums = grouped.agg(
        lines=("plan_line_code", "size"),
        original=("original", "sum"),
        quantity=("quantity", "sum"),
        done=("done", lambda column: column.sum(min_count=1)),
    )
    return rows_of(sums.reset_index())


def _line(context: Context, row: dict[str, Any]) -> list[Any]:
    words = context.words
    numbers = [row[name] for name in ("lines", "original", "quantity", "done")]
    return [
        row["change_reason"] or words("effort.no_reason"),
        words.label("quantity_unit", row["quantity_unit"]),
        *(formats.number_or_dash(number, words) for number in numbers),
    ]


def _sums(context: Context, found: pd.DataFrame) -> str:
    """Of the lines that plan activities, in one sentence."""
    words, own = context.words, found[found["quantity_unit"] == "activity"]
    sums = {name: float(own[name].sum()) for name in ("original", "quantity", "done")}
    numbers = {name: formats.number(value, words) for name, value in sums.items()}
    return words.digits("effort.changes_sums", len(own), **numbers)
