"""Incidents around activities beside those around comparable controls, by days and kilometres.

The window that speaks for the edge stands first, with that window by kind of activity; the other
windows, and the checks that should show nothing, unfold.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from dash import html

from dashboards.components.card import card, notice
from dashboards.components.finding_notes import (
    ALL,
    KINDS,
    caveats_of_rows,
    difference_cells,
    effort_cells,
    effort_columns,
    folded,
    grade_mark,
    has_figure,
    named,
    scope_note,
    why_no_stronger,
)
from dashboards.components.table import Column, table
from dashboards.context import Context
from dashboards.queries import framework
from dashboards.rows import rows_of
from dashboards.wording import formats

Row = dict[str, Any]
# 14d_10km_police_outer_ring: window, kind and check; no kind stands for all, no check for none.
_SPECIFICATION = re.compile(
    rf"(?P<window>none|[^_]+_[^_]+)(?:_(?P<kind>{'|'.join(KINDS)}))?(?:_(?P<check>.+))?"
)


def around_activities(context: Context, edge: str) -> html.Section:
    """The card of one edge; in words where the edge has no such comparison."""
    words = context.words
    found = framework.wakes(context.release, edge, context.area, context.country)
    rows = [{**row, **_named_parts(row)} for row in rows_of(found)]
    windows = _in_order(row for row in rows if row["check"] is None)
    if not windows:
        return card(words("wake.title"), [notice(words("wake.none"))], key="wake")
    first = windows[0]
    spoken_for = (first["window"], ALL)
    checks = [row for row in rows if row["check"] and (row["window"], row["kind"]) == spoken_for]
    parts = _parts(context, windows, checks)
    return card(words("wake.title"), parts, words("wake.under"), key="wake")


def _named_parts(row: Row) -> Row:
    """`window`, `kind` and `check` (None of a window itself) of a specification."""
    found = _SPECIFICATION.fullmatch(str(row["specification"]))
    parts = found.groupdict() if found else {"window": row["specification"]}
    return {"check": None, **parts, "kind": parts.get("kind") or ALL}


def _in_order(rows: Iterable[Row]) -> list[Row]:
    """Of all activities first, then kind by kind; each in the order of its windows."""
    return sorted(rows, key=lambda row: KINDS.index(row["kind"]))


def _parts(context: Context, windows: Sequence[Row], checks: Sequence[Row]) -> list[Any]:
    words, first = context.words, windows[0]
    # A kind that could not be looked at has one row, of no window.
    spoken = [row for row in windows if row["window"] in (first["window"], "none")]
    others = [row for row in windows if row not in spoken]
    kinds = [_kind(context, row) for row in spoken]
    parts = [
        *scope_note(first, context.area, words),
        *_with_notes(context, spoken, kinds, words("wake.title")),
    ]
    if others:
        label, names = words("wake.other_windows"), [_name(context, row) for row in others]
        parts += folded(label, _with_notes(context, others, names, label))
    if checks and has_figure(first):
        label = words("wake.checks", window=_window(context, first))
        parts += folded(label, [_checks_table(context, checks, label)])
    return parts


def _with_notes(
    context: Context, rows: Sequence[Row], names: Sequence[str], caption: str
) -> list[Any]:
    """The table of some rows, and under it why they are no stronger and what to bear in mind."""
    return [
        _windows_table(context, rows, caption),
        *why_no_stronger(rows, names, context.words),
        *caveats_of_rows(rows, names, context.words),
    ]


def _name(context: Context, row: Row) -> str:
    """The kind with its window."""
    return context.words("wake.of_kind", kind=_kind(context, row), window=_window(context, row))


def _kind(context: Context, row: Row) -> str:
    return context.words.label("activity_kind", row["kind"])


def _window(context: Context, row: Row) -> str:
    """14 days, 10 km; or that no window could be looked at."""
    words = context.words
    if formats.is_missing(row["t_window"]):
        return words("wake.every_window")
    days = row["t_window"] / (24 if row["t_unit"] == "hours" else 1)
    figures = {"days": days, "radius": row["spat_window"]}
    return words("wake.window", **{k: formats.number(v, words) for k, v in figures.items()})


def _windows_table(context: Context, rows: Sequence[Row], caption: str) -> html.Div:
    words = context.words
    heads = ("difference", "interval", "control_mean", "n_treated", "n_control")
    columns = [
        Column(words("interviews.kind")),
        *(Column(words(f"wake.{name}"), True) for name in heads),
        *effort_columns(words),
        Column(words("finding.grade")),
    ]
    lines = [
        [
            named(_kind(context, row), _window(context, row)),
            *difference_cells(row, words, decimals=2),
            formats.number_or_dash(row["control_mean"], words, 2) if has_figure(row) else "",
            *(formats.number_or_dash(row[name], words) for name in ("n_treated", "n_control")),
            *effort_cells(row, words),
            grade_mark(row, words),
        ]
        for row in rows
    ]
    return table(columns, lines, caption, "table-findings")


def _checks_table(context: Context, rows: Sequence[Row], caption: str) -> html.Div:
    words = context.words
    columns = [
        Column(words("wake.check_head")),
        Column(words("wake.difference"), True),
        Column(words("wake.interval"), True),
        *effort_columns(words),
    ]
    lines = [
        [
            words.label("wake_check", str(row["check"])),
            *difference_cells(row, words, decimals=2),
            *effort_cells(row, words),
        ]
        for row in rows
    ]
    return table(columns, lines, caption, "table-findings")
