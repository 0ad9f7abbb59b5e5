"""What a link's test would see today and with more data, and what the mission could add."""

from typing import Any

from dash import html

from dashboards.components.card import card, how_to_read, notice
from dashboards.components.finding import folded
from dashboards.components.table import Column, table
from dashboards.reading.context import Context
from dashboards.reading.queries import framework
from dashboards.reading.rows import rows_of
from dashboards.wording import formats

Row = dict[str, Any]
ALONE = "area_alone"


def evidence_plan(context: Context, edge: str) -> html.Section:
    """One sentence a step; what each area alone would show, and its missing reports, unfold."""
    words = context.words
    title, under = words("plan.title"), words("plan.under")
    rows = rows_of(framework.evidence_plan(context.release, edge))
    if not rows:
        return card(title, [notice(words("plan.none"))], key="plan")
    steps = [row for row in rows if row["area"] == context.country and row["step"] != ALONE]
    needed = {row["quantity"] for row in steps if row["step"] == "months"}
    told = [row for row in steps if row["step"] != "months_ahead" or row["months"] not in needed]
    listed = html.Ul([html.Li(words.of(row, "sentence")) for row in told], className="facts")
    areas = [row for row in rows if row not in steps]
    reading = how_to_read("power", words)
    return card(title, [reading, listed, *_areas(context, areas)], under, key="plan")


def _areas(context: Context, rows: list[Row]) -> list[Any]:
    """A line an area, all together first: what months by themselves would show, what is missing."""
    if not rows:
        return []
    words = context.words
    alone = [row for row in rows if row["step"] == ALONE]
    seen = {(row["area"], row["months"]): row for row in alone}
    missing = {row["area"]: row["quantity"] for row in rows if row["step"] != ALONE}
    months = sorted({row["months"] for row in alone})
    heads = [words("plan.months", months=formats.number(number, words)) for number in months]
    heads += [words("plan.missing")] if missing else []
    columns = [Column(words("table.area")), *(Column(head, True) for head in heads)]
    lines = []
    for area in _in_order(context, {row["area"] for row in rows}):
        cells = [_change(context, seen.get((area, number))) for number in months]
        cells += [_count(context, missing.get(area))] if missing else []
        lines.append([_name(context, area), *cells])
    summary = words("plan.areas") if alone else words("plan.areas_missing")
    note = [html.P(words("plan.alone"), className="note")] if alone else []
    return folded(summary, [*note, table(columns, lines, summary)])


def _in_order(context: Context, areas: set[str]) -> list[str]:
    return sorted(areas, key=lambda area: (area != context.country, context.area_name(area)))


def _name(context: Context, area: str) -> str:
    is_whole = area == context.country
    return context.words("plan.together") if is_whole else context.area_name(area)


def _change(context: Context, row: Row | None) -> str:
    """The smallest visible change, in the outcome's unit; in words where none would be seen."""
    words = context.words
    if row is None:
        return "–"
    if formats.is_missing(row["smallest_change"]):
        return words("plan.unseen")
    is_ratio = row["change_unit"] == "percent"
    shown = formats.percent if is_ratio else formats.number
    return shown(row["smallest_change"], words, 0 if is_ratio else 1)


def _count(context: Context, quantity: Any) -> str:
    return "–" if formats.is_missing(quantity) else formats.number(quantity, context.words)
