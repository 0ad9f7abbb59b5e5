"""What happened to civilians in the period: counts, their line, their change, and who did it."""

from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card, page_link
from dashboards.components.outcome_summary import change_words
from dashboards.components.rating import trend_mark
from dashboards.components.small_multiples import sparkline
from dashboards.components.value import value_in_brief
from dashboards.context import Context
from dashboards.queries import indicator_values
from dashboards.queries.cells import Cell
from dashboards.rows import rows_of
from dashboards.wording import formats

_HARM = ("D-IM-02", "D-IM-01", "D-IM-04", "X-IM-06")
_POINTS = 11
_ACTORS = 3
_UNKNOWN = "unknown"


def counted_harm(context: Context) -> list[str]:
    """Incidents, killed, injured, displaced; else all impacts that count, in the order of codes."""
    if chosen := [code for code in _HARM if code in context.indicators.index]:
        return chosen
    rows = context.indicators[context.indicators["level"] == "impact"]
    return [str(code) for code in rows.index if not context.is_survey(str(code))]


def civilians_card(context: Context) -> html.Section:
    """A line a kind of harm; where a part is not known, that stands beside it."""
    words = context.words
    items = [_line(context, code) for code in counted_harm(context)]
    if not items:
        items = [html.Li(words("civilians.none"))]
    title = words("civilians.title", period=formats.period_name(context.period, words))
    link = page_link(words("civilians.link"), context.address.link("/incidents"))
    return card(title, [html.Ul(items, className="civilians"), link], key="civilians")


def _line(context: Context, code: str) -> html.Li:
    words, cell, unit = context.words, context.cell(code), context.unit(code)
    href = context.address.link(f"/indicators/{code}")
    name = html.Div([page_link(context.short(code), href), html.B(counted(context, code))])
    series = [dated.cell for dated in context.series(code)][-_POINTS:]
    line = sparkline(series, unit, words, context.address.theme)
    direction = str(context.indicator(code)["direction"])
    change: list[Any] = [trend_mark(cell, direction, unit, words)]
    if said := change_words(context, code):
        change.append(html.Span(said, className="note"))
    parts = [name, html.Div(line, className="spark-cell"), html.Div(change, className="change")]
    who = who_words(context, code)
    return html.Li([*parts, *([html.Span(who, className="note civilians-who")] if who else [])])


def counted(context: Context, code: str) -> str:
    """The count, with its interval; of a rate the count it is made of, then the rate."""
    cell, words, unit = context.cell(code), context.words, context.unit(code)
    brief = value_in_brief(cell, unit, words)
    is_rate = str(context.indicator(code)["measure"]) == "rate"
    if not is_rate or not cell.is_figure or cell.numerator is None:
        return brief
    number = formats.number(cell.numerator, words)
    return words("civilians.of_rate", number=number, rate=brief)


def who_words(context: Context, code: str) -> str:
    """The alleged actors with most cases, and in how many nobody is named."""
    found = _by_actor(context, code)
    if not found:
        return ""
    words = context.words
    named = sorted((one for one in found if one[0] != _UNKNOWN), key=lambda one: (-one[1], one[0]))
    texts = [_actor(context, actor, number) for actor, number in named[:_ACTORS]]
    if unknown := dict(found).get(_UNKNOWN):
        texts.append(words("civilians.unknown", number=formats.number(unknown, words)))
    return words("civilians.who", actors=", ".join(texts))


def _actor(context: Context, actor: str, number: float) -> str:
    name = context.words.label("alleged_actor_type", actor)
    return f"{name} {formats.number(number, context.words)}"


def _by_actor(context: Context, code: str) -> list[tuple[str, float]]:
    """Cases by alleged actor, those above zero that the copy gives as numbers."""
    if "actor" not in str(context.indicator(code)["disaggregate"]):
        return []
    frame = indicator_values.parts(
        context.release,
        "actor",
        indicator=code,
        period_type=context.period.period_type,
        period=context.period.name,
        area=context.area,
    )
    return [one for row in rows_of(frame) if (one := _cases(row)) is not None]


def _cases(row: dict[str, Any]) -> tuple[str, float] | None:
    cell = Cell.of(row)
    number = cell.value if pd.isna(row["denominator"]) else cell.numerator
    return (str(row["actor"]), number) if cell.is_figure and number else None
