"""Harm to civilians in words: which counts, of whom alleged, and the first sentence of a page."""

from typing import Any

import pandas as pd

from dashboards.components.empty import empty_words
from dashboards.components.value import bare_value
from dashboards.reading.context import Context
from dashboards.reading.queries import indicator_values
from dashboards.reading.queries.cells import Cell
from dashboards.reading.rows import rows_of
from dashboards.wording import formats

_HARM = ("D-IM-02", "D-IM-01", "D-IM-04", "X-IM-06")
_ACTORS = 3
_UNKNOWN = "unknown"


def counted_harm(context: Context) -> list[str]:
    """Incidents, killed, injured, displaced; else all impacts that count, in the order of codes."""
    if chosen := [code for code in _HARM if code in context.indicators.index]:
        return chosen
    rows = context.indicators[context.indicators["level"] == "impact"]
    return [str(code) for code in rows.index if not context.is_survey(str(code))]


def harm_sentence(context: Context) -> str:
    """The first count with its interval and what the test against a year ago says of it; why there
    is none."""
    codes = counted_harm(context)
    if not codes:
        return ""
    code, words = codes[0], context.words
    if not (cell := context.cell(code)).is_figure:
        return words("harm.no_figure", name=context.short(code), reason=empty_words(cell, words))
    trend = context.cell(code).trend or "not_assessed"
    value, said = counted(context, code), words(f"harm.trend.{trend}")
    return words("harm.sentence", name=context.short(code), value=value, trend=said)


def counted(context: Context, code: str) -> str:
    """The count, with its interval; of a rate the count it is made of, then the rate."""
    cell, words, unit = context.cell(code), context.words, context.unit(code)
    brief = bare_value(cell, unit, words)
    is_rate = str(context.indicator(code)["measure"]) == "rate"
    if not is_rate or not cell.is_figure or cell.numerator is None:
        return brief
    number = formats.number(cell.numerator, words)
    return words("civilians.of_rate", number=number, rate=brief)


def who_words(context: Context, code: str) -> str:
    """The alleged actors with most cases, all others together, and in how many nobody is named."""
    found = by_actor(context, code)
    if not found:
        return ""
    words = context.words
    named = sorted((one for one in found if one[0] != _UNKNOWN), key=lambda one: (-one[1], one[0]))
    texts = [_actor(context, actor, number) for actor, number in named[:_ACTORS]]
    if others := sum(number for _, number in named[_ACTORS:]):
        texts.append(words("civilians.others", number=formats.number(others, words)))
    if unknown := dict(found).get(_UNKNOWN):
        texts.append(words("civilians.unknown", number=formats.number(unknown, words)))
    return words("civilians.who", actors=", ".join(texts))


def _actor(context: Context, actor: str, number: float) -> str:
    name = context.words.label("alleged_actor_type", actor)
    return f"{name} {formats.number(number, context.words)}"


def by_actor(context: Context, code: str) -> list[tuple[str, float]]:
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
