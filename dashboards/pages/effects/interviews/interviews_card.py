"""What people say before and after an activity in their area, by kind of activity, with its cost.

Two designs, each with its own table: interviews that fell by chance before or after, and short
`pulse` interviews soon after a patrol or later. No row claims that the activity made a difference.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card, how_to_read, notice
from dashboards.components.finding import (
    ALL,
    KINDS,
    caveats_of_rows,
    difference_cells,
    effort_cells,
    effort_columns,
    grade_mark,
    named,
    scope_note,
    why_no_stronger,
)
from dashboards.components.table import Column, table
from dashboards.reading.context import Context
from dashboards.reading.queries import framework
from dashboards.reading.rows import rows_of
from dashboards.wording import formats
from dashboards.wording.words import Words
from indicators.assessment.empty_reasons import Said

_DESIGNS = ("before_after_interviews", "pulse_interviews")
_ANY_PATROL = "patrol"  # what pulse interviews ask after, where all kinds stand together


def interviews_around(context: Context, edge: str) -> html.Section:
    """The card of one edge; in words where the edge has no such comparison."""
    words = context.words
    found = framework.interviews(context.release, edge, context.area, context.country)
    if found.empty:
        return card(words("interviews.title"), [notice(words("interviews.none"))], key="interviews")
    parts = [how_to_read("interviews", words)]
    parts += scope_note(rows_of(found)[0], context.area, words)
    for design in _DESIGNS:
        if rows := _in_order(found, design):
            parts += _design(context, design, rows)
    return card(words("interviews.title"), parts, words("interviews.under"), key="interviews")


def _in_order(found: pd.DataFrame, design: str) -> list[dict[str, Any]]:
    """The rows of one design: all activities first, then by kind, the fewest days first."""
    everything = _ANY_PATROL if design == "pulse_interviews" else ALL
    rows = [
        {**row, "days": int(days), "kind": everything if kind == ALL else kind}
        for row in rows_of(found[found["method"] == design])
        for days, _, kind in [str(row["specification"]).partition("_days_")]
    ]
    places = {kind: place for place, kind in enumerate((_ANY_PATROL, *KINDS))}
    return sorted(rows, key=lambda row: (places.get(row["kind"], len(places)), row["days"]))


def _design(context: Context, design: str, rows: Sequence[dict[str, Any]]) -> list[Any]:
    words = context.words
    names = [
        words("interviews.named", kind=words.label("activity_kind", row["kind"]), days=row["days"])
        for row in rows
    ]
    lines = [_line(context, design, row) for row in rows]
    caption = words(f"interviews.{design}.title")
    return [
        html.H3(caption),
        table(_columns(context, design), lines, caption, "table-findings"),
        *caveats_of_rows(rows, names, words),
        *why_no_stronger(rows, names, words),
    ]


def _columns(context: Context, design: str) -> list[Column]:
    words = context.words
    heads = [words(f"interviews.{design}.difference"), words("interviews.interval")]
    heads += [words(f"interviews.{design}.{side}") for side in ("n_before", "n_after")]
    return [
        Column(words("interviews.kind")),
        *(Column(head, True) for head in heads),
        *effort_columns(words),
        Column(words("finding.grade")),
    ]


def _line(context: Context, design: str, row: dict[str, Any]) -> list[Any]:
    """One comparison; the copy leaves out one that rests on fewer than 25 answers."""
    words = context.words
    is_hidden = formats.is_missing(row["n_before"])
    return [
        named(
            words.label("activity_kind", row["kind"]),
            words(f"interviews.{design}.days", days=row["days"]),
        ),
        *(_suppressed(words) if is_hidden else difference_cells(row, words, decimals=1)),
        *(formats.number_or_dash(row[side], words) for side in ("n_before", "n_after")),
        *effort_cells(row, words),
        grade_mark(row, words),
    ]


def _suppressed(words: Words) -> list[Any]:
    return [html.Span(words.said(Said("empty", "suppressed_answers")), className="no-figure"), ""]
