"""Reports due in the chosen period and area that did not arrive: list, card and reminder."""

from collections import Counter
from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card, notice
from dashboards.components.listing import Field, Listing, Row, area, label, message
from dashboards.components.table import Column, table
from dashboards.reading.context import Context
from dashboards.reading.queries import quality
from dashboards.reading.rows import rows_of
from dashboards.wording import formats


def due_reports(context: Context) -> pd.DataFrame:
    """Rows of `mart.return_status` of reports due in the chosen period and area."""
    start, end = context.period.start.isoformat(), context.period.end.isoformat()
    due = quality.due_returns(quality.returns(context.release, start, end))
    return context.of_place(due)


def missing_reports(context: Context) -> pd.DataFrame:
    """Rows of `mart.return_status` without a report: reporter, source, area, month, status.

    `reporter` is the unit's name; the area's where the audience may not see units.
    """
    due = due_reports(context)
    found = due[~due["status"].isin(quality.RECEIVED)]
    areas = found["area"].map(context.area_name)
    reporter = found["unit_name"].fillna(found["unit_code"]).fillna(areas)
    return found.assign(reporter=reporter).sort_values(["reporter", "source", "area", "month"])


def _of_reporter(context: Context) -> list[Row]:
    """One row a missing report; `reporter` of the address chooses one unit."""
    frame, asked = missing_reports(context), context.address.get("reporter")
    if asked:
        frame = frame[(frame["unit_code"] == asked) | frame["unit_code"].isna()]
    return rows_of(frame)


def _month(context: Context, row: Row) -> str:
    return f"{formats.month_name(row['month'], context.words)} {row['month'].year}"


MISSING = Listing(
    "missing-reports",
    "missing.title",
    "missing",
    (
        Field("reporter"),
        Field("source", label("source")),
        Field("area", area),
        Field("month", _month),
        Field("due", "due_on"),
        Field("status", message("missing.status", "status")),
    ),
    _of_reporter,
)


def reminder(context: Context) -> str:
    """The missing reports as a text to send: one line a unit, months by source and area."""
    words, frame = context.words, missing_reports(context)
    head = words(
        "outstanding.message_head",
        mission=context.mission_name,
        period=formats.period_name(context.period, words),
        on=formats.day(context.mission["as_of"], words),
    )
    lines = [
        words("outstanding.message_line", unit=reporter, reports=_reports(context, own))
        for reporter, own in frame.groupby("reporter", sort=True)
    ]
    return "\n".join([head, "", *lines])


def _reports(context: Context, frame: pd.DataFrame) -> str:
    words = context.words
    return "; ".join(
        words(
            "outstanding.message_report",
            source=words.label("source", str(source)),
            area=context.area_name(str(area)),
            months=", ".join(formats.month_name(month, words) for month in sorted(set(own))),
        )
        for (source, area), own in frame.groupby(["source", "area"], sort=True)["month"]
    )


_NAMED = 3


def missing_reports_card(context: Context) -> list[html.Section]:
    """One row a reporting unit, most missing reports first; nothing where no report is due."""
    words, frame = context.words, missing_reports(context)
    title = words("missing.title")
    if due_reports(context).empty:
        return []
    if frame.empty:
        return [card(title, [notice(words("missing.none"))], key="missing")]
    columns = [
        Column(words("missing.head.reporter")),
        Column(words("missing.number"), True),
        Column(words("missing.months")),
        Column(words("missing.head.source")),
        Column(words("missing.head.area")),
    ]
    groups = [(str(name), rows) for name, rows in frame.groupby("reporter")]
    groups.sort(key=lambda group: (-len(group[1]), group[0]))
    rows = [_row(context, name, rows) for name, rows in groups]
    under = words(
        "missing.under",
        reports=formats.number(len(frame), words),
        units=formats.number(len(rows), words),
    )
    content: list[Any] = [
        table(columns, rows, title),
        MISSING.files(context),
    ]
    return [card(title, content, under, key="missing")]


def _row(context: Context, name: str, rows: pd.DataFrame) -> list[Any]:
    words = context.words
    months = [
        words("missing.month", month=formats.month_name(month, words), number=str(number))
        for month, number in sorted(Counter(rows["month"]).items())
    ]
    sources = [words.label("source", source) for source in rows["source"].value_counts().index]
    areas = [context.area_name(area) for area in rows["area"].value_counts().index]
    return [
        name,
        formats.number(len(rows), words),
        ", ".join(months),
        words.some_of(sources, _NAMED),
        words.some_of(areas, _NAMED),
    ]
