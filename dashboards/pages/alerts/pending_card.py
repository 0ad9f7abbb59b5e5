"""Cards of what is pending: alerts without a recorded response, incidents whose review is due."""

from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card, notice, page_link
from dashboards.components.chart import take_away
from dashboards.components.reports_mark import reports_note
from dashboards.components.table import Column, table
from dashboards.context import Context
from dashboards.queries.pending import ALERTS
from dashboards.rows import rows_of
from dashboards.wording import formats

_MOST = 12
_HEADS = ("type", "level", "since", "days", "due")


def pending_card(
    context: Context, kind: str, found: pd.DataFrame, is_recorded: bool
) -> html.Section:
    """Area, type, since when, due when; the longest pending first.

    `is_recorded`: whether cases were reported at all; else that none is pending is not known.
    """
    words = context.words
    title = words(f"pending.{kind}.title")
    if found.empty:
        said = words(f"pending.{kind}.{'none' if is_recorded else 'unknown'}")
        return card(title, [notice(context.with_reports(said, "pending_action"))], key=kind)
    heads = [name for name in _HEADS if name != "level" or kind == ALERTS]
    columns = [
        Column(words("table.area")),
        *(Column(words(f"pending.head.{name}"), name == "days") for name in heads),
    ]
    rows = [_row(context, kind, row, heads) for row in rows_of(found.head(_MOST))]
    content: list[Any] = [
        *reports_note(context.reports_of("pending_action"), words),
        table(columns, rows, title),
    ]
    if len(found) > _MOST:
        more = words("pending.more", shown=str(_MOST), of=formats.number(len(found), words))
        content.append(html.P(more, className="note"))
    content.append(take_away(context, kind, ("csv",), title))
    under = words(f"pending.{kind}.under", on=formats.day(context.mission["as_of"], words))
    return card(title, content, under, key=kind)


def _row(context: Context, kind: str, row: dict[str, Any], heads: list[str]) -> list[Any]:
    words = context.words
    vocabulary = "threat_type" if kind == ALERTS else "incident_type"
    due = words("pending.no_date") if formats.is_missing(row["due_at"]) else _due(context, row)
    cells = {
        "type": words.label(vocabulary, str(row["type"])),
        "level": words.label("alert_level", str(row["level"])),
        "since": formats.day(row["since"], words),
        "days": formats.number(context.days_since(row["since"]), words),
        "due": [due, html.B(words("pending.overdue"))] if row["is_overdue"] else due,
    }
    link = page_link(context.area_name(row["area"]), context.address.link(area=row["area"]))
    return [link, *(cells[name] for name in heads)]


def _due(context: Context, row: dict[str, Any]) -> str:
    return f"{formats.day(row['due_at'], context.words)} "
