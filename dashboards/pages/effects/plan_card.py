"""What a link's test would see today and with more data, and what the mission could add."""

from typing import Any

from dash import html

from dashboards.components.card import card, how_to_read, notice
from dashboards.components.finding import folded
from dashboards.components.table import Column, table
from dashboards.context import Context
from dashboards.queries import framework
from dashboards.rows import rows_of
from dashboards.wording import formats


def evidence_plan(context: Context, edge: str) -> html.Section:
    """One sentence a step; the areas whose reports are missing unfold, in the order of names."""
    words = context.words
    title, under = words("plan.title"), words("plan.under")
    rows = rows_of(framework.evidence_plan(context.release, edge))
    if not rows:
        return card(title, [notice(words("plan.none"))], key="plan")
    steps = [row for row in rows if row["area"] == context.country]
    listed = html.Ul([html.Li(words.of(row, "sentence")) for row in steps], className="facts")
    areas = [row for row in rows if row["area"] != context.country]
    reading = how_to_read("power", words)
    return card(title, [reading, listed, *_areas(context, areas)], under, key="plan")


def _areas(context: Context, rows: list[dict[str, Any]]) -> list[Any]:
    if not rows:
        return []
    words = context.words
    columns = [Column(words("table.area")), Column(words("plan.missing"), True)]
    named = sorted((context.area_name(row["area"]), row["quantity"]) for row in rows)
    lines = [[name, formats.number(quantity, words)] for name, quantity in named]
    summary = words("plan.areas")
    return folded(summary, [table(columns, lines, summary)])
