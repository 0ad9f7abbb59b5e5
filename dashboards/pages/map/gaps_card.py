"""Protection gaps beside the map: the areas that rank first with their reasons, then all of them.

A ranking with reasons, not a verdict; no unit and no commander is ever ranked.
"""

from collections.abc import Mapping
from typing import Any

from dash import html

from dashboards.components.card import card, notice, page_link
from dashboards.components.chart import take_away
from dashboards.components.protection_gaps import (
    RANK,
    Gaps,
    Row,
    component_figure,
    days_since_patrol,
    is_ranked,
    rank_words,
    risk_of,
    trust_of,
)
from dashboards.components.table import Column, table
from dashboards.context import Context
from dashboards.wording import formats
from indicators.foundation.periods import period_named

_SHOWN = 5
_FRESH, _DUE = 3, 14  # days since the last patrol: full disc, half disc


def gaps_sentence(context: Context, found: Gaps) -> str:
    """Which areas rank first, and which cannot be ranked; nothing where there are no gaps."""
    first = [context.area_name(area) for area, known in found.items() if is_ranked(known)][:2]
    if not first:
        return ""
    return context.words("gaps.sentence", names=context.words.listed(first))


def gaps_card(context: Context, found: Gaps) -> html.Section:
    """The first areas with rank interval and reason, and every area that has no rank."""
    words = context.words
    if not found:
        return card(words("gaps.title"), [notice(words("gaps.none"))], key="gaps")
    ranked = [area for area, known in found.items() if is_ranked(known)]
    unranked = [area for area in found if area not in ranked]
    items = [_item(context, area, found[area], len(ranked)) for area in ranked[:_SHOWN]]
    items += [_item(context, area, found[area], len(ranked)) for area in unranked]
    month = formats.month(period_named(_period(found)).start, words)
    return card(
        words("gaps.title"),
        [html.Ul(items, className="gaps")],
        words("gaps.under", number=str(min(_SHOWN, len(ranked))), of=str(len(found)), month=month),
        key="gaps",
    )


def _period(found: Gaps) -> str:
    return str(next(iter(found.values()))[RANK]["period"])


def _item(context: Context, area: str, known: Mapping[str, Row], of: int) -> html.Li:
    words, row = context.words, known[RANK]
    has_rank = is_ranked(known)
    sign = f"{row['value']:.0f}" if has_rank else "⊘"
    said = rank_words(context, known, of) if has_rank else words("gaps.unranked")
    link = page_link(context.area_name(area), context.address.link(area=area))
    head = html.Div([html.B(link), html.Span(said, className="note")])
    parts = [head, *([_presence(context, known)] if has_rank else [])]
    parts.append(html.Span(words.of(row, "reason"), className="note"))
    badge = html.Span(sign, className="gap-rank", **{"aria-hidden": "true"})
    return html.Li([badge, html.Div(parts)])


def _presence(context: Context, known: Mapping[str, Row]) -> html.Span:
    """The disc of the last patrol, with its days in words."""
    days = days_since_patrol(known)
    if days is None:
        return html.Span(context.words("gaps.no_patrol"), className="note")
    look = "fresh" if days <= _FRESH else "due" if days <= _DUE else "late"
    disc = html.Span(className=f"patrol-disc patrol-{look}", **{"aria-hidden": "true"})
    return html.Span([disc, context.words.digits("gaps.days_ago", int(days))], className="patrol")


def all_gaps_card(context: Context, found: Gaps) -> list[html.Section]:
    """Every area with rank, expected incidents, days since the last patrol, reach and trust."""
    if not found:
        return []
    words = context.words
    heads = ("rank", "interval", "risk", "police", "military", "reach", "trust")
    columns = [Column(words("table.area"))]
    columns += [Column(words(f"gaps.head.{name}"), True) for name in heads]
    rows = [_row(context, area, known) for area, known in found.items()]
    title = words("gaps.all_title")
    content = [table(columns, rows, title), take_away(context, "gaps", ("csv",), title)]
    return [card(title, content, words("gaps.all_under"), key="all-gaps")]


def _row(context: Context, area: str, known: Mapping[str, Row]) -> list[Any]:
    words, row = context.words, known[RANK]
    link = page_link(context.area_name(area), context.address.link(area=area))
    bounds = (
        words("format.range", low=f"{row['rank_low']:.0f}", high=f"{row['rank_high']:.0f}")
        if is_ranked(known)
        else words("gaps.unranked")
    )
    return [
        link,
        f"{row['value']:.0f}" if is_ranked(known) else "–",
        bounds,
        component_figure(context, known, risk_of(known), 1),
        component_figure(context, known, "days_since_patrol_police", 0),
        component_figure(context, known, "days_since_patrol_military", 0),
        component_figure(context, known, "within_reach_police", 0),
        component_figure(context, known, trust_of(known), 0),
    ]
