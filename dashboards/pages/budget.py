"""Budget and work plan: what the budget year expects, and activities planned against done.

Planned and done say what the mission did; what changed for civilians stands beside it, as the
indicator of achievement.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card, notice, page_head
from dashboards.components.empty import reports_mark, reports_note
from dashboards.components.lists import budget
from dashboards.components.picture import picture, picture_card
from dashboards.components.table import Column, table
from dashboards.figures.small_pictures import plan_bar
from dashboards.reading.context import Context
from dashboards.reading.queries import quality
from dashboards.reading.rows import rows_of
from dashboards.wording import formats
from indicators.foundation.periods import period_of


def sentence(context: Context) -> str:
    """How many of the activities planned so far were done, and how many beside the plan."""
    return _sentence(context, budget.plan(context))


def _sentence(context: Context, found: pd.DataFrame) -> str:
    words, year = context.words, budget.year_of(context).name
    sums = budget.done_apart(found)[["due", "done", "beside"]].sum()
    if not sums["due"]:
        return context.if_came(words("budget.nothing", year=year), "activity_plan")
    numbers = {name: formats.number(float(sums[name]), words) for name in ("due", "done")}
    day = formats.day(budget.as_of(context), words)
    key = "budget.sentence_unknown" if budget.is_silent(context) else "budget.sentence"
    said = [words(key, year=year, day=day, **numbers)]
    if sums["beside"]:
        said.append(words("budget.beside", number=formats.number(float(sums["beside"]), words)))
    return context.with_reports(" ".join(said), "work_plan", budget.year_of(context))


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
    achieved = budget.ACHIEVEMENTS
    shown = achieved.table(context, rows, without=budget.NUMBERS)
    parts = [shown, achieved.files(context, words("budget.file"))]
    return card(
        title,
        parts if rows else [notice(words("budget.no_framework"))],
        budget.under(context),
        key="rbb",
    )


def _outputs(context: Context) -> html.Section:
    """A bar an output: the year's plan, what is due and what was done; all numbers in the table."""
    words, title = context.words, context.words("budget.outputs")
    rows = [row for row in budget.output_rows(context) if row["done"] is not None or row["current"]]
    under = words("budget.outputs_under", day=formats.day(budget.as_of(context), words))
    lacking = reports_note(context.reports_of("work_plan", period=budget.year_of(context)), words)
    if not rows:
        return card(title, [notice(words("budget.no_plan"))], key="outputs")
    most: dict[str, float] = {}
    for row in rows:
        ends = (row["current"] or 0.0, row["done"] or 0.0, row["due"] or 0.0)
        most[row["quantity_unit"]] = max(*ends, most.get(row["quantity_unit"], 0.0))
    lines = [
        [
            [
                words.label("activity_type", row["activity_type"]),
                html.Span(budget.outcome_title(context, row["outcome"]), className="note"),
            ],
            *_bar(context, (row["current"], row["due"], row["done"]), most[row["quantity_unit"]]),
        ]
        for row in rows
    ]
    heads = [words(f"budget.head.{name}") for name in ("activity", "bar", "done")]
    numbers = budget.OUTPUTS.table(context, rows)
    titles = (title, " ".join([under, words("budget.bar_key")]))
    return picture_card(context, "outputs", titles, (heads, lines), numbers, lacking)


def _bar(
    context: Context,
    given: tuple[float | None, float | None, float | None],
    most: float,
    beside: float | None = None,
) -> list[Any]:
    """The bar of a plan, and in words how much of what is due was done, of how much a year, and
    how much `beside`, where nothing was planned."""
    words = context.words
    numbered = (0.0 if formats.is_missing(n) else float(n or 0) for n in (*given, beside))
    planned, due, done, beside = numbered
    done, beside = (done, beside) if planned else (done + beside, 0.0)
    drawn = picture(plan_bar(planned, due, done, most, context.address.theme))
    numbers = {
        "planned": formats.number(planned, words),
        "due": formats.number(due, words),
        "done": formats.number(done, words),
    }
    key = "budget.done_all" if planned == due else "budget.done_of"
    key = key if planned else "budget.done_unplanned"
    key = "budget.done_unknown" if budget.is_silent(context) else key
    said = words(key, **numbers)
    if beside:
        said = words("budget.done_beside", said=said, number=formats.number(beside, words))
    return [drawn, said]


def _month(context: Context, month: date) -> list[Any]:
    """Its name, marked where reports of it are missing."""
    said = context.reports_of("work_plan", period=period_of(month, "M"))
    return [formats.month(month, context.words), *reports_mark(said, context.words)]


def _by(context: Context, found: pd.DataFrame, name: str) -> html.Section:
    """Activities planned and done, a row a month or a unit; every line is in the file."""
    words, title = context.words, context.words(f"budget.by.{name}")
    own = budget.done_apart(found)
    if own.empty:
        return card(title, [notice(words("budget.no_plan"))], key=f"plan-{name}")
    heads = ("original", "current", "due", "done", "beside")
    columns = [Column(words(f"budget.head.{'month' if name == 'month' else 'unit'}"))]
    columns += [Column(words(f"budget.head.{head}"), True) for head in heads]
    names = ["original", "quantity", "due", "done", "beside"]
    sums = rows_of(own.groupby(name)[names].sum(min_count=1).reset_index())
    called = _names(context, name)
    rows = [
        [called(row), *(formats.number_or_dash(row[head], words) for head in names)] for row in sums
    ]
    ends = [row[head] for row in sums for head in names if not formats.is_missing(row[head])]
    lines = [
        [
            called(row),
            *_bar(context, (row["quantity"], row["due"], row["done"]), max(ends), row["beside"]),
        ]
        for row in sums
    ]
    shown = [columns[0].head, words("budget.head.bar"), words("budget.head.done")]
    titles = (title, " ".join([words("budget.plan_under"), words("budget.bar_key")]))
    numbers = html.Div([table(columns, rows, title), budget.WORK_PLAN.files(context)])
    return picture_card(context, f"plan-{name}", titles, (shown, lines), numbers)


def _names(context: Context, name: str) -> Callable[[Any], Any]:
    """What a row's month or unit is called."""
    if name == "month":
        return lambda row: _month(context, row["month"])
    units = quality.unit_names(context.release)
    return lambda row: units.get(row["unit_code"], row["unit_code"])
