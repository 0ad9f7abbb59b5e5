"""Budget and work plan: what the budget year expects, and activities planned against done.

Planned and done say what the mission did; what changed for civilians stands beside it, as the
indicator of achievement.
"""

from datetime import date
from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card, notice, page_head
from dashboards.components.empty import reports_mark, reports_note
from dashboards.components.table import Column, table
from dashboards.context import Context
from dashboards.lists import budget
from dashboards.rows import rows_of
from dashboards.wording import formats
from indicators.foundation.periods import period_of


def sentence(context: Context) -> str:
    """How many of the activities planned so far were done."""
    return _sentence(context, budget.plan(context))


def _sentence(context: Context, found: pd.DataFrame) -> str:
    words, year = context.words, budget.year_of(context).name
    due = found[(found["quantity_unit"] == "activity") & (found["due"] > 0)]
    if due.empty:
        return words("budget.nothing", year=year)
    numbers = {name: formats.number(float(due[name].sum()), words) for name in ("due", "done")}
    day = formats.day(budget.as_of(context), words)
    said = words("budget.sentence", year=year, day=day, **numbers)
    return context.with_reports(said, "work_plan", budget.year_of(context))


def body(context: Context) -> list[Any]:
    """Indicators of achievement, outputs, and the work plan by unit and by month."""
    found, words = budget.plan(context), context.words
    eyebrow = context.area_name(context.area)
    cards = [
        _achievements(context),
        _outputs(context),
        _by(context, found, "month"),
        _by(context, found, "unit_code"),
    ]
    return [
        page_head(_sentence(context, found), words("budget.lead"), eyebrow),
        html.Div(cards, className="stack"),
    ]


def _achievements(context: Context) -> html.Section:
    words, title = context.words, context.words("budget.achievements")
    rows = budget.achievements(context)
    under = words("budget.under", year=budget.year_of(context).name)
    achieved = budget.ACHIEVEMENTS
    parts = [achieved.table(context, rows), achieved.files(context, words("budget.file"))]
    return card(title, parts if rows else [notice(words("budget.no_framework"))], under, key="rbb")


def _outputs(context: Context) -> html.Section:
    words, title = context.words, context.words("budget.outputs")
    rows = budget.output_rows(context)
    under = words("budget.outputs_under", day=formats.day(budget.as_of(context), words))
    lacking = reports_note(context.reports_of("work_plan", period=budget.year_of(context)), words)
    shown = [*lacking, budget.OUTPUTS.table(context, rows)]
    parts = shown if rows else [notice(words("budget.no_plan"))]
    return card(title, parts, under, key="outputs")


def _month(context: Context, month: date) -> list[Any]:
    """Its name, marked where reports of it are missing."""
    said = context.reports_of("work_plan", period=period_of(month, "M"))
    return [formats.month(month, context.words), *reports_mark(said, context.words)]


def _by(context: Context, found: pd.DataFrame, name: str) -> html.Section:
    """Activities planned and done, a row a month or a unit; every line is in the file."""
    words, title = context.words, context.words(f"budget.by.{name}")
    own = found[found["quantity_unit"] == "activity"]
    if own.empty:
        return card(title, [notice(words("budget.no_plan"))], key=f"plan-{name}")
    heads = ("original", "current", "due", "done")
    columns = [Column(words(f"budget.head.{'month' if name == 'month' else 'unit'}"))]
    columns += [Column(words(f"budget.head.{head}"), True) for head in heads]
    sums = own.groupby(name)[["original", "quantity", "due", "done"]].sum(min_count=1)
    rows = [
        [
            _month(context, row["month"]) if name == "month" else row[name],
            *(
                formats.number_or_dash(row[head], words)
                for head in ("original", "quantity", "due", "done")
            ),
        ]
        for row in rows_of(sums.reset_index())
    ]
    parts = [table(columns, rows, title), budget.WORK_PLAN.files(context)]
    return card(title, parts, words("budget.plan_under"), key=f"plan-{name}")
