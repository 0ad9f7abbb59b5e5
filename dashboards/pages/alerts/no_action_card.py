"""Alerts that nobody acted on, and why as far as a reason was recorded."""

from dash import html

from dashboards.components.card import card, notice
from dashboards.components.reports_mark import reports_note
from dashboards.components.table import Column, table
from dashboards.context import Context
from dashboards.lists.threats import quarters_of
from dashboards.queries import threats
from dashboards.rows import rows_of
from dashboards.wording import formats

_NOT_RECORDED = "_U"


def no_action_card(context: Context) -> html.Section:
    """A row a reason; without one the response is overdue or was never recorded."""
    words, quarters = context.words, quarters_of(context.period)
    found = threats.alerts_without_action(context.release, quarters, context.area)
    title, under = words("alerts.no_action_title"), words("alerts.no_action_under")
    if found.empty:
        said = context.with_reports(words("alerts.no_action_none"), "alert_without_action")
        return card(title, [notice(said)], under, key="no-action")
    columns = [Column(words("alerts.reason")), Column(words("alerts.number"), True)]
    rows = [
        [
            html.B(words("alerts.no_reason"))
            if row["reason"] == _NOT_RECORDED
            else words.label("no_action_reason", row["reason"]),
            formats.number(row["alerts"], words),
        ]
        for row in rows_of(found)
    ]
    content = [
        *reports_note(context.reports_of("alert_without_action"), words),
        table(columns, rows, title),
    ]
    return card(title, content, under, key="no-action")
