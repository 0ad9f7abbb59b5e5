"""What a finding rests on: cases, comparisons, areas, periods, tests asked, date of the data."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from dashboards.components.card import card
from dashboards.pages.effects.primary_card import method_name
from dashboards.reading.context import Context
from dashboards.reading.queries import framework
from dashboards.reading.rows import rows_of
from dashboards.wording import formats

Row = Mapping[str, Any]


def rests_on(context: Context, primary: Row | None, tests: Sequence[Row]) -> html.Section:
    """One line a number; a number that the method does not have says so. `primary`: graded row."""
    words = context.words
    entries = [
        html.Div([html.Dt(name), html.Dd(said)]) for name, said in _lines(context, primary, tests)
    ]
    title, under = words("effects.rests.title"), words("effects.rests.under")
    return card(title, [html.Dl(entries, className="rests-on")], under, key="rests")


def _lines(context: Context, primary: Row | None, tests: Sequence[Row]) -> list[tuple[str, str]]:
    words = context.words
    asked = rows_of(framework.primary_tests(context.release))
    answered = sum(bool(row["is_answered"]) for row in asked)
    tried = sum(not formats.is_missing(row["estimate"]) for row in tests)
    return [
        *_numbers(context, primary),
        (
            words("effects.rests.asked"),
            words("effects.rests.answered", asked=len(asked), answered=answered),
        ),
        (words("effects.rests.tried"), formats.number(tried, words)),
        (words("effects.rests.as_of"), formats.day(context.mission["as_of"], words)),
    ]


def _numbers(context: Context, primary: Row | None) -> list[tuple[str, str]]:
    """Of the graded test its method and numbers; without one, that there is none."""
    words = context.words
    if primary is None:
        return [(words("effects.rests.method"), words("effects.rests.none"))]
    method = (words("effects.rests.method"), method_name(str(primary["method"]), words))
    names = ("n_events", "n_eff", "n_areas", "n_periods")
    return [method, *((words(f"effects.rests.{n}"), _number(context, primary, n)) for n in names)]


def _number(context: Context, row: Row, name: str) -> str:
    value = row.get(name)
    if value is None or formats.is_missing(value):
        return context.words("effects.rests.not_counted")
    return formats.number(value, context.words)
