"""The strategy for the protection of civilians: version, review, objectives with their outcomes."""

from typing import Any

from dash import html

from dashboards.components.card import card, notice
from dashboards.components.rating import rating_mark
from dashboards.components.table import Column, table
from dashboards.components.value import marked_in_brief
from dashboards.reading.context import Context
from dashboards.reading.queries import framework, transition
from dashboards.reading.rows import rows_of
from dashboards.wording import formats


def strategy_card(context: Context) -> html.Section:
    """Version and review, then one line an objective and outcome with its figure and rating."""
    words = context.words
    rows = rows_of(transition.strategy(context.release))
    if not rows:
        return card(words("strategy.title"), [notice(words("strategy.none"))], key="strategy")
    row = rows[0]
    said = words(
        "strategy.version",
        number=row["version"],
        on=formats.day(row["approved_on"], words),
        by=words.of(row, "approved_by"),
        due=formats.day(row["review_due_on"], words),
    )
    parts: list[Any] = [html.P(said)]
    if late := row["days_overdue"]:
        parts.append(html.P(html.B(words.digits("strategy.overdue", late))))
    if change := words.of(row, "change"):
        parts.append(html.P(words("strategy.change", text=change)))
    parts += [_objectives(context), *_moved(context)]
    return card(words("strategy.title"), parts, words.of(row, "title"), key="strategy")


def _objectives(context: Context) -> html.Div:
    words = context.words
    items = {
        row["item"]: row
        for row in rows_of(framework.items(context.release))
        if row["kind"] == "outcome"
    }
    names = ("objective", "outcome", "value", "rating")
    columns = [Column(words(f"strategy.head.{name}")) for name in names]
    lines = []
    for row in rows_of(transition.objectives(context.release)):
        title = words.of(row, "title")
        for item in str(row["outcomes"]).split("|"):
            lines.append([title, *_outcome(context, items.get(item), item)])
    return table(columns, lines, words("strategy.objectives"))


def _outcome(context: Context, found: dict[str, Any] | None, item: str) -> list[Any]:
    """Its title, figure and rating; the bare name where the framework no longer has it."""
    if found is None:
        return [item, "", ""]
    words, code = context.words, found["indicator"]
    title = words.of(found, "title")
    if code not in context.indicators.index:
        return [title, "", ""]
    cell = context.cell(code)
    return [title, marked_in_brief(cell, context.unit(code), words), rating_mark(cell, words)]


def _moved(context: Context) -> list[Any]:
    words = context.words
    rows = rows_of(transition.strategy_changes(context.release))
    if not rows:
        return []
    heading = words("strategy.moved", release=rows[0]["release_before"])
    items = [html.Li(words.of(row, "sentence")) for row in rows]
    return [html.H3(heading), html.Ul(items, className="facts")]
