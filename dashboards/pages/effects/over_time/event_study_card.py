"""An outcome by periods since the activity: what came before it should differ by nothing.

One model of the edge: that by time since the activity began where it began at a date, else that by
leads and lags of its amount.
"""

import math
from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card, how_to_read, notice
from dashboards.components.chart import chart, chart_card, shows_table
from dashboards.components.finding import scope_note
from dashboards.components.table import Column, table
from dashboards.pages.effects.over_time.leads_and_lags import TimePoint, leads_and_lags_plot
from dashboards.reading.context import Context
from dashboards.reading.queries import framework
from dashboards.reading.rows import rows_of
from dashboards.wording import formats
from dashboards.wording.words import Words
from indicators.foundation.messages import message

# The first that the edge has.
_MODELS = ("group_time", "leads_and_lags")


def time_since_activity(context: Context, link: dict[str, Any], period_type: str) -> html.Section:
    """The card of one edge; in words where the edge has no such model."""
    words = context.words
    found = framework.event_study(context.release, link["edge"], context.area, context.country)
    shown = _shown(found)
    if not shown:
        return card(words("leads.title"), [notice(words("leads.none"))], key="leads")
    points = [_point(context, link, row) for row in shown]
    arrived = shown[0]["contrast"] == "arrived"
    axis = words(f"leads.since.{'arrival' if arrived else period_type}")
    drawn: list[Any] = scope_note(shown[0], context.area, words)
    if not shows_table(context.address):
        axes = (axis, _unit(context, link, shown[0]))
        plot = leads_and_lags_plot(points, axes, words, context.address.theme)
        caption = words("leads.caption", title=context.short(link["to_indicator"]))
        drawn = [*drawn, chart(plot, caption, "leads", 220)]
    titles = (words("leads.title"), _measure(context, link, shown[0]))
    numbers = _table(context, link, shown, points, axis)
    return chart_card(context, "leads", titles, drawn, numbers, how_to_read("leads", words))


def _shown(found: pd.DataFrame) -> list[dict[str, Any]]:
    by_model = {name: rows_of(found[found["specification"] == name]) for name in _MODELS}
    return next((rows for rows in by_model.values() if rows), [])


def _measure(context: Context, link: dict[str, Any], row: dict[str, Any]) -> str:
    """What is drawn: of which outcome, in which unit, beside what, and how to read it."""
    words = context.words
    contrast = message(
        f"linkage.contrast.{row['contrast']}",
        words.language,
        from_title=context.short(link["from_indicator"]),
    )
    title, unit = context.short(link["to_indicator"]), _unit(context, link, row)
    measure = words("leads.measure", title=title, unit=unit, contrast=contrast)
    model = words(f"leads.model.{row['specification']}")
    return " ".join([measure, model, words("leads.under")])


def _unit(context: Context, link: dict[str, Any], row: dict[str, Any]) -> str:
    unit = context.unit(link["to_indicator"])
    if row["scale"] == "log_ratio":
        return context.words("leads.relative")
    return context.words("leads.points") if unit.is_percent else unit.words(context.words)


def _point(context: Context, link: dict[str, Any], row: dict[str, Any]) -> TimePoint:
    """The point in the unit shown: a ratio as percent more or less."""
    words, is_ratio = context.words, row["scale"] == "log_ratio"
    names = ("estimate", "ci_low", "ci_high")
    estimate, low, high = (100 * math.expm1(row[n]) if is_ratio else row[n] for n in names)
    value, interval = _in_words(words, estimate, low, high)
    brief = words("value.brief", value=value, interval=interval)
    time = int(row["event_time"])
    text = words.told(formats.signed(time, words), f"{brief} {_unit(context, link, row)}")
    return TimePoint(time, estimate, low, high, text)


def _in_words(words: Words, estimate: float, low: float, high: float) -> tuple[str, str]:
    """The difference with its sign, and its interval."""
    decimals = 2 if high - low < 1 else 1
    ends = {"low": low, "high": high}
    bounds = {name: formats.number(end, words, decimals) for name, end in ends.items()}
    return formats.signed(estimate, words, decimals), words("format.range_signed", **bounds)


def _table(
    context: Context,
    link: dict[str, Any],
    rows: list[dict[str, Any]],
    points: list[TimePoint],
    axis: str,
) -> html.Div:
    words, unit = context.words, _unit(context, link, rows[0])
    columns = [
        Column(axis),
        Column(words("leads.difference", unit=unit), True),
        Column(words("leads.interval", unit=unit), True),
        Column(words("leads.n_areas"), True),
        Column(words("leads.n_periods"), True),
    ]
    lines = [
        [
            formats.signed(point.time, words),
            *_in_words(words, point.estimate, point.low, point.high),
            formats.number(row["n_areas"], words),
            formats.number(row["n_periods"], words),
        ]
        for row, point in zip(rows, points, strict=True)
    ]
    return table(columns, lines, words("leads.title"))
