"""Tables: text left, numbers right, first column as row head, empties as words in cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html


@dataclass(frozen=True)
class Column:
    """A column's head, whether it holds numbers, and what its button for sorting is called."""

    head: Any
    is_number: bool = False
    sort_label: str | None = None


def table(
    columns: Sequence[Column], rows: Sequence[Sequence[Any]], caption: str, class_name: str = ""
) -> html.Div:
    """A table that scrolls by itself; each row has one cell a column, the first heads it."""
    heads = [html.Th(_head(column), scope="col", className=_look(column)) for column in columns]
    body = [html.Tr(_cells(columns, row)) for row in rows]
    found = html.Table(
        [html.Caption(caption, className="hidden"), html.Thead(html.Tr(heads)), html.Tbody(body)],
        className=f"table {class_name}".strip(),
    )
    return scrolling(found, caption)


def scrolling(content: Any, label: str, class_name: str = "table-scroll", **marks: str) -> html.Div:
    """What scrolls by itself, also by keyboard; `marks`: its further attributes.

    A group, not a region: it mostly stands in a card, a region of the same name.
    """
    named = {"aria-label": label} | marks
    return html.Div(content, className=class_name, tabIndex=0, role="group", **named)


def _head(column: Column) -> Any:
    """The words of the head; as a button where `assets/tables.js` may sort by it."""
    if column.sort_label is None:
        return column.head
    named = {"aria-label": column.sort_label, "data-action": "sort"}
    return html.Button(column.head, className="sort", **named)


def _look(column: Column) -> str:
    return "number" if column.is_number else "text"


def _cells(columns: Sequence[Column], row: Sequence[Any]) -> list[Any]:
    first, *others = row
    cells: list[Any] = [html.Th(first, scope="row", className=_look(columns[0]))]
    for column, content in zip(columns[1:], others, strict=True):
        cells.append(html.Td(content, className=_look(column)))
    return cells
