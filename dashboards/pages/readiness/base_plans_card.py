"""Contingency plans of bases: which were reviewed and exercised, and which are overdue."""

from typing import Any

from dash import html

from dashboards.components.card import card, notice
from dashboards.components.chart import take_away
from dashboards.components.table import Column, table
from dashboards.context import Context
from dashboards.lists.readiness import base_plans
from dashboards.rows import rows_of
from dashboards.wording import formats


def base_plans_card(context: Context) -> html.Section:
    """One row a base in the order of names, one column a kind of plan."""
    words, plans = context.words, base_plans(context)
    title = words("base_plans.title")
    if plans.empty:
        return card(title, [notice(words("base_plans.none"))], key="base-plans")
    kinds = sorted(set(plans["plan_kind"]))
    columns = [Column(words("base_plans.head.base")), Column(words("table.area"))]
    columns += [Column(words.label("plan_kind", kind)) for kind in kinds]
    rows: list[list[Any]] = []
    for (base, area), own in plans.groupby(["base_name", "area"], sort=True):
        by_kind = {row["plan_kind"]: row for row in rows_of(own)}
        cells = [_plan(context, by_kind[kind]) for kind in kinds]
        rows.append([base, context.area_name(str(area)), *cells])
    numbers = {"plans": str(len(plans)), "overdue": str(int(plans["is_overdue"].sum()))}
    content = [
        html.P(words("base_plans.count", **numbers)),
        table(columns, rows, title),
        take_away(context, "base-plans", ("csv",), title),
    ]
    under = words("base_plans.under", on=formats.day(context.mission["as_of"], words))
    return card(title, content, under, key="base-plans")


def _plan(context: Context, row: dict[str, Any]) -> html.Div:
    """When it was reviewed and exercised; what is overdue in bold."""
    words = context.words
    lines: list[Any] = []
    for done, counts in (("reviewed", "is_current"), ("exercised", "is_exercised")):
        on = row[f"{done}_on"]
        if formats.is_missing(on):
            lines.append(html.Div(html.B(words(f"base_plans.never_{done}"))))
            continue
        said = words(f"base_plans.{done}", day=formats.day(on, words))
        late = [] if row[counts] else [" ", html.B(words("pending.overdue"))]
        lines.append(html.Div([said, *late]))
    return html.Div(lines)
