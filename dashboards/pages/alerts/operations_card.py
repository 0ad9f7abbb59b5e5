"""Operations and their reviews: what was assessed before, when the review is due, who was heard."""

from typing import Any

from dash import html

from dashboards.components.card import card, notice
from dashboards.context import Context
from dashboards.lists.readiness import OPERATIONS, operations
from dashboards.queries import readiness
from dashboards.rows import rows_of

_MOST = 12


def operations_card(context: Context) -> html.Section:
    """The operations whose review is overdue first, then the newest. No unit is named."""
    words = context.words
    title = words("operations.title")
    rows = rows_of(operations(context))
    if not rows:
        is_known = not readiness.operations(context.release).empty
        said = words("operations.none" if is_known else "operations.unknown")
        said = context.with_reports(said, "operation") if is_known else said
        return card(title, [notice(said)], key="operations")
    overdue = [row for row in rows if row["is_overdue"]]
    shown = [*overdue, *(row for row in rows if not row["is_overdue"])][:_MOST]
    content: list[Any] = [
        html.P(words.digits("operations.count", len(rows), overdue=str(len(overdue)))),
        OPERATIONS.table(context, shown),
    ]
    if len(rows) > len(shown):
        more = words("pending.more", shown=str(len(shown)), of=str(len(rows)))
        content.append(html.P(more, className="note"))
    content.append(OPERATIONS.files(context))
    return card(title, content, words("operations.under"), key="operations")
