"""After which patrols to ask residents, how many and where, for a given smallest visible change."""

from typing import Any

from dash import html

from dashboards.components.card import card, notice
from dashboards.components.chart import take_away
from dashboards.components.finding import folded
from dashboards.components.rating import verdict
from dashboards.components.table import Column, table
from dashboards.reading.context import Context
from dashboards.reading.queries import transition
from dashboards.reading.rows import rows_of
from dashboards.wording import formats

_NAMES = ("soon", "later", "interviews", "patrols", "every")
_COLUMNS = ("visits_soon", "visits_later", "interviews", "patrols", "every")
Row = dict[str, Any]


def interview_plan(context: Context, link: Row) -> html.Section:
    """One line a change to see, then area by area; where none is planned, why."""
    words = context.words
    title, under = words("pulse.title"), words("pulse.under")
    rows = rows_of(transition.interview_plan(context.release, link["edge"]))
    if not rows:
        return card(title, [notice(words("pulse.none"))], key="pulse")
    whole = [row for row in rows if row["area"] == context.country]
    is_told = verdict(link) not in (None, "D")
    said = words("pulse.enough" if is_told else "pulse.not_enough")
    heads = [Column(words("pulse.head.change"), True)]
    heads += [Column(words(f"pulse.head.{name}"), True) for name in ("interviews", "months")]
    columns = [*heads, Column(words("pulse.head.plan"))]
    lines = [
        [
            formats.number(row["change"], words),
            *(formats.number_or_dash(row[name], words) for name in ("interviews", "months")),
            words.of(row, "sentence"),
        ]
        for row in whole
    ]
    parts: list[Any] = [html.P(said), table(columns, lines, title)]
    for row in whole:
        parts += _areas(context, row["change"], rows)
    parts.append(take_away(context, "pulse", ("csv",), title))
    return card(title, parts, under, key="pulse")


def _areas(context: Context, change: float, rows: list[Row]) -> list[Any]:
    words = context.words
    own = [row for row in rows if row["change"] == change and row["area"] != context.country]
    own = [row for row in own if row["area"] in context.areas_inside]
    if not own:
        return []
    columns = [Column(words("table.area"))]
    columns += [Column(words(f"pulse.head.{name}"), True) for name in _NAMES]
    lines = [
        [
            context.area_name(row["area"]),
            *(formats.number_or_dash(row[name], words) for name in _COLUMNS),
        ]
        for row in own
    ]
    summary = words("pulse.areas", change=formats.number(change, words))
    return folded(summary, [table(columns, lines, summary)])
