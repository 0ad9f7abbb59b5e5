"""Incidents around activities beside those around comparable controls, by days and kilometres.

The window that speaks for the edge stands first; the other windows, and the checks that should
show nothing, unfold.
"""

from collections.abc import Sequence
from typing import Any

from dash import html

from dashboards import formats
from dashboards.components.card import card, notice
from dashboards.components.finding_notes import (
    caveats_of_rows,
    difference_cells,
    effort_cells,
    effort_columns,
    folded,
    grade_mark,
    has_figure,
    scope_note,
    why_no_stronger,
)
from dashboards.components.table import Column, table
from dashboards.context import Context
from dashboards.queries import framework
from dashboards.rows import rows_of

Row = dict[str, Any]


def around_activities(context: Context, edge: str) -> html.Section:
    """The card of one edge; in words where the release or the edge has no such comparison."""
    words = context.words
    found = framework.wakes(context.release, edge, context.area, context.country)
    rows = [] if found is None else rows_of(found)
    windows = [row for row in rows if _check(row) is None]
    if not windows:
        empty = notice(words("wake.older" if found is None else "wake.none"))
        return card(words("wake.title"), [empty], key="wake")
    checks = [row for row in rows if _is_check_of(row, windows[0])]
    parts = _parts(context, windows, checks)
    return card(words("wake.title"), parts, words("wake.under"), key="wake")


def _check(row: Row) -> str | None:
    """The name of the check in `14d_10km_outer_ring`; None of a window itself."""
    return next(iter(str(row["specification"]).split("_", 2)[2:]), None)


def _is_check_of(row: Row, window: Row) -> bool:
    return str(row["specification"]) == f"{window['specification']}_{_check(row)}"


def _parts(context: Context, windows: Sequence[Row], checks: Sequence[Row]) -> list[Any]:
    words, (first, *others) = context.words, windows
    names = [_window(context, row) for row in windows]
    parts = [
        *scope_note(first, context.area, words),
        _windows_table(context, [first], words("wake.title")),
    ]
    if others:
        label = words("wake.other_windows")
        parts += folded(label, [_windows_table(context, others, label)])
    if checks and has_figure(first):
        label = words("wake.checks", window=names[0])
        parts += folded(label, [_checks_table(context, checks, label)])
    return [
        *parts,
        *why_no_stronger(windows, names, words),
        *caveats_of_rows(windows, names, words),
    ]


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
        Column(words("wake.window_head")),
        *(Column(words(f"wake.{name}"), True) for name in heads),
        *effort_columns(words),
        Column(words("finding.grade")),
    ]
    lines = [
        [
            _window(context, row),
            *difference_cells(row, words, decimals=2),
            _number(context, row["control_mean"], 2) if has_figure(row) else "",
            *(_number(context, row[name]) for name in ("n_treated", "n_control")),
            *effort_cells(row, words),
            grade_mark(row, words),
        ]
        for row in rows
    ]
    return table(columns, lines, caption, "table-findings")


def _number(context: Context, value: Any, decimals: int = 0) -> str:
    return "–" if formats.is_missing(value) else formats.number(value, context.words, decimals)


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
            words.label("wake_check", str(_check(row))),
            *difference_cells(row, words, decimals=2),
            *effort_cells(row, words),
        ]
        for row in rows
    ]
    return table(columns, lines, caption, "table-findings")
