"""Incidents: what happened to civilians, by month, kind, alleged actor and area, event by event."""

from typing import Any

import pandas as pd
from dash import html

from dashboards.components import small_multiples
from dashboards.components.area_level import area_level, level_switch, levels_of
from dashboards.components.card import card, notice, page_head, page_link
from dashboards.components.chart import DRAWN, take_away
from dashboards.components.empty import empty_words, four_kinds_key
from dashboards.components.outcome_summary import change_words
from dashboards.components.rating import TESTED
from dashboards.components.value import marked_in_brief
from dashboards.pages.incidents.cards import events_card, months_card, parts_cards, warned_card
from dashboards.reading.context import Context
from dashboards.reading.queries import indicator_values
from dashboards.wording import formats

ATTACKS = "D-IM-02"
_HARM = ("D-IM-01", "D-IM-04", "X-IM-06")  # killed, injured, newly displaced


def sentence(context: Context) -> str:
    """How many incidents, whether that is another number than a year before, what is missing."""
    words = context.words
    if ATTACKS not in context.indicators.index:
        return words("incidents.not_counted")
    cell = context.cell(ATTACKS)
    if not cell.is_figure or cell.value is None:
        return words("incidents.no_figure", reason=empty_words(cell, words))
    said = words.digits("incidents.sentence", int(cell.value))
    if cell.trend in TESTED:
        change = change_words(context, ATTACKS)
        said = f"{said} {words(f'incidents.change.{cell.trend}', change=change)}"
    return context.with_reports(said, "incident")


def body(context: Context) -> list[Any]:
    """Who was harmed; by month, kind and actor, with and without a warning, by area; the events."""
    heading = formats.period_heading(context.period, context.words)
    head = page_head(
        sentence(context), _lead(context), f"{context.area_name(context.area)}, {heading}"
    )
    if ATTACKS not in context.indicators.index:
        return [head, notice(context.words("incidents.choose"))]
    parts = [*parts_cards(context, ATTACKS), *warned_card(context)]
    cards = [
        months_card(context, ATTACKS),
        html.Div(parts, className="cards"),
        *_areas_card(context),
        *events_card(context),
    ]
    return [head, html.Div(cards, className="stack")]


def _lead(context: Context) -> list[Any]:
    """Killed, injured, displaced: each a link to its indicator."""
    known = [code for code in _HARM if code in context.indicators.index]
    parts: list[Any] = []
    for code in known:
        value = marked_in_brief(context.cell(code), context.unit(code), context.words)
        link = page_link(context.short(code), context.address.link(f"/indicators/{code}"))
        parts += [html.Span([link, " ", *value]), " · "]
    return parts[:-1]


def _areas_card(context: Context) -> list[html.Section]:
    """One small line an area, all on one scale, and the way to the map."""
    words, level = context.words, area_level(context, ATTACKS)
    if level is None:
        return []
    period_type = context.period.period_type
    frame = indicator_values.totals(
        context.release, indicator=ATTACKS, period_type=period_type, area_level=level
    )
    frame = frame[frame["period_end"] <= pd.Timestamp(context.period.end)]
    if frame.empty:
        return []
    now = small_multiples.cells_now(context, ATTACKS, frame)
    title = words("indicator.areas_title", level=words.label("area_level", level))
    content = [
        level_switch(context, levels_of(context, ATTACKS), level),
        small_multiples.small_multiples(context, ATTACKS, frame, now),
        html.Div(four_kinds_key(words), **DRAWN),
        page_link(words("incidents.map"), context.address.link("/map", indicator=ATTACKS)),
        take_away(context, "incident-areas", ("png", "svg"), title),
    ]
    return [card(title, content, words("incidents.areas_under"), key="areas")]
