"""Incidents around activities beside those around comparison cases, by days and kilometres.

All windows stand first as a table of distance by time; then the window that speaks for the edge by
kind of activity; the other windows, and the checks that should show nothing, unfold.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from dash import html

from dashboards.components.card import card, how_to_read, notice
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
        how_to_read("wake", words),
        *scope_note(first, context.area, words),
        *_grid(context, [row for row in windows if row["kind"] == ALL]),
        html.H3(words("effects.wake.kinds")),
        *_with_notes(context, spoken, kinds, words("wake.title")),
    ]
    if others:
        label, names = words("wake.other_windows"), [_name(context, row) for row in others]
        parts += folded(label, _with_notes(context, others, names, label))
    if checks and has_figure(first):
        label = words("wake.checks", window=_window(context, first))
        parts += folded(label, [_checks_table(context, checks, label)])
    return parts


def _grid(context: Context, rows: Sequence[Row]) -> list[Any]:
    """All activities: a row a distance, a column a time, each cell with sign and interval."""
    words = context.words
    known = {
        (row["spat_window"], row["t_window"]): row
        for row in rows
        if not formats.is_missing(row["t_window"])
    }
    if not known:
        return []
    distances, times = (sorted({place[axis] for place in known}) for axis in (0, 1))
    shown = next(iter(known.values()))
    days = [time / (24 if shown["t_unit"] == "hours" else 1) for time in times]
    columns = [
        Column(words("effects.wake.by")),
        *(Column(words("effects.wake.days", days=formats.number(day, words))) for day in days),
    ]
    lines = [
        [
            words("effects.wake.km", km=formats.number(distance, words)),
            *(_window_cell(context, known.get((distance, time))) for time in times),
        ]
        for distance in distances
    ]
    caption = words("effects.wake.caption")
    return [html.H3(caption), table(columns, lines, caption, "table-wake-grid")]


def _window_cell(context: Context, row: Row | None) -> html.Div:
    """The difference with its sign; hatched where its interval includes zero, and it says so."""
    words = context.words
    if row is None or not has_figure(row):
        return html.Div(html.Span(words("finding.not_estimated"), className="no-figure"))
    value, interval = difference_cells(row, words, decimals=2)
    holds_zero = row["ci_low"] <= 0 <= row["ci_high"]
    notes = [html.B(value), html.Span(interval, className="note")]
    if holds_zero:
        notes.append(html.Span(words("effects.wake.zero"), className="note"))
    return html.Div(notes, className="holds-zero" if holds_zero else "")


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
