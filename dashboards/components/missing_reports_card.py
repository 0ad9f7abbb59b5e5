"""Who has not reported in the period: units, the months and sources missing, as a list to send."""

from collections import Counter
from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card, notice
from dashboards.components.list_files import list_files
from dashboards.components.table import Column, table
from dashboards.context import Context
from dashboards.lists.missing_reports import due_reports, missing_reports
from dashboards.wording import formats

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
        list_files(context, "missing-reports", title),
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
