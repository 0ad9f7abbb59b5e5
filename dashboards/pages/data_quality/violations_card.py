"""Rules that rows or tables break: open, new and resolved since the release before."""

import json
from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card, notice
from dashboards.components.table import Column, table
from dashboards.context import Context
from dashboards.queries import outstanding
from dashboards.rows import rows_of
from dashboards.wording import formats

_SHOWN = 12
_SENT = 150
_COUNTS_SHOWN = 4


def violations_card(context: Context) -> list[html.Section]:
    """A row a rule, the new ones first; nothing where this copy does not tell them."""
    if "violation" not in context.release.tables:
        return []
    words, frame = context.words, outstanding.violations(context.release)
    title = words("violations.title")
    if frame.empty:
        return [card(title, [notice(words("violations.none"))], key="violations")]
    found = frame["state"].value_counts()
    states = ("open", "new", "resolved")
    numbers = {state: formats.number(int(found.get(state, 0)), words) for state in states}
    is_first = frame["rows_before"].isna().all()
    subtitle = words("violations.first" if is_first else "violations.subtitle", **numbers)
    columns = [
        Column(words("violations.rule")),
        Column(words("violations.state")),
        Column(words("violations.rows"), True),
        Column(words("violations.since")),
    ]
    rows = [_row(context, row) for row in rows_of(frame)]
    parts: list[Any] = [table(columns, rows[:_SHOWN], title)]
    if rows[_SHOWN:]:
        summary = html.Summary(words("violations.more", number=str(len(rows) - _SHOWN)))
        more = table(columns, rows[_SHOWN:_SENT], title)
        parts.append(html.Details([summary, more], className="long"))
    return [card(title, parts, subtitle, key="violations")]


def _row(context: Context, row: dict[str, Any]) -> list[Any]:
    words = context.words
    source = words.label("source", str(row["source"]))
    kind = words(f"violations.kind.{row['kind']}")
    counts = [formats.number(count, words) for _, count in json.loads(row["counts"])]
    before = counts[-_COUNTS_SHOWN:-1] if row["state"] != "resolved" else counts[-_COUNTS_SHOWN:]
    shown = " → ".join([*before, formats.number(row["rows"], words)])
    return [
        [words.of(row, "title"), html.Span(f"{source} · {kind}", className="note")],
        words(f"violations.state.{row['state']}"),
        shown,
        formats.day(pd.Timestamp(row["first_seen"]), words),
    ]
