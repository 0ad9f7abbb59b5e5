"""Budget and work plan: what the budget year expects, and activities planned against done.

Planned and done say what the mission did; what changed for civilians stands beside it, as the
indicator of achievement.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

import pandas as pd
from dash import html

from dashboards.components.card import card, notice, page_head
from dashboards.components.list_files import list_files
from dashboards.components.reports_mark import reports_mark, reports_note
from dashboards.components.table import Column, table
from dashboards.context import Context
from dashboards.lists import budget
from dashboards.rows import rows_of
from dashboards.wording import formats
from dashboards.written import entries
from indicators.foundation.periods import period_of
from records.decisions import VarianceReason
from records.store import Version

_NUMBERS = ("original", "current", "due", "done", "variance")


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
    columns = [Column(words(f"budget.head.{name}")) for name in budget.ACHIEVEMENT_HEADS]
    rows = [
        [one.accomplishment, one.indicator, one.before, one.target, one.actual, one.rating]
        for one in budget.achievements(context)
    ]
    under = words("budget.under", year=budget.year_of(context).name)
    parts = [table(columns, rows, title), list_files(context, "budget", words("budget.file"))]
    return card(title, parts if rows else [notice(words("budget.no_framework"))], under, key="rbb")


def _outputs(context: Context) -> html.Section:
    words, title = context.words, context.words("budget.outputs")
    columns = [Column(words(f"budget.head.{n}"), n in _NUMBERS) for n in budget.OUTPUT_HEADS]
    given = entries.variance_reasons(context)
    rows = [_output(context, one, given) for one in budget.outputs(context)]
    under = words("budget.outputs_under", day=formats.day(budget.as_of(context), words))
    lacking = reports_note(context.reports_of("work_plan", period=budget.year_of(context)), words)
    parts = [*lacking, table(columns, rows, title)] if rows else [notice(words("budget.no_plan"))]
    return card(title, parts, under, key="outputs")


def _output(
    context: Context, one: budget.Output, given: Mapping[str, Version[VarianceReason]]
) -> list[Any]:
    """A row of the table; at its end the reason for the variance, and where it is written."""
    words = context.words
    cells = budget.cells(context, one, given)
    cells[3:8] = [formats.number_or_dash(value, words) for value in cells[3:8]]
    if context.audience == "mission" and (one.variance or one.key in given):
        cells[-1] = [
            f"{cells[-1]} ",
            html.A(words("budget.write"), href=_form(context, one, given)),
        ]
    return cells


def _form(
    context: Context, one: budget.Output, given: Mapping[str, Version[VarianceReason]]
) -> str:
    """The form of a reason: the one that is there, else with what is known filled in."""
    if one.key in given:
        asked = {"key": one.key}
    else:
        names = ("outcome", "activity_type", "quantity_unit")
        asked = {name: getattr(one, name) for name in names}
        asked["budget_year"] = budget.year_of(context).name
    link = context.address.link("/records/entry/variance_reason", period=context.period.name)
    return f"{link}&{urlencode(asked)}"


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
    parts = [table(columns, rows, title), list_files(context, "work-plan", words("budget.plan"))]
    return card(title, parts, words("budget.plan_under"), key=f"plan-{name}")
