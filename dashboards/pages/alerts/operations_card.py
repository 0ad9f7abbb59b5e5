"""Operations and their reviews: what was assessed before, when the review is due, who was heard."""

from typing import Any

from dash import html

from dashboards.components.card import card, notice, page_link
from dashboards.components.list_files import list_files
from dashboards.components.table import Column, table
from dashboards.context import Context
from dashboards.lists.readiness import HEADS, cells, operations
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
    columns = [Column(words("table.area"))]
    columns += [Column(words(f"operations.head.{name}")) for name in HEADS]
    lines = [
        [page_link(context.area_name(row["area"]), context.address.link(area=row["area"])),
         *_cells(context, row)]
        for row in shown
    ]  # fmt: skip
    content: list[Any] = [
        html.P(words.digits("operations.count", len(rows), overdue=str(len(overdue)))),
        table(columns, lines, title),
    ]
    if len(rows) > len(shown):
        more = words("pending.more", shown=str(len(shown)), of=str(len(rows)))
        content.append(html.P(more, className="note"))
    content.append(list_files(context, "operations", title))
    return card(title, content, words("operations.under"), key="operations")


def _cells(context: Context, row: dict[str, Any]) -> list[Any]:
    found: list[Any] = [*cells(context, row)]
    if row["is_overdue"]:
        review = HEADS.index("review")
        found[review] = html.B(found[review])
    return found
