"""One place in one view: its gap and why, patrols, reach, trust, what people say, silent months."""

from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card, page_link
from dashboards.components.outcome_summary import missing_reports
from dashboards.components.protection_gaps import (
    Gaps,
    component_figure,
    is_ranked,
    rank_words,
    risk_of,
    trust_of,
)
from dashboards.components.value import modelled_figure
from dashboards.reading.context import Context
from dashboards.reading.queries import surveys
from dashboards.reading.rows import rows_of

_WITHOUT_DECIMALS = ("days_since_patrol_police", "days_since_patrol_military")


def place_card(context: Context, gaps: Gaps, returns: pd.DataFrame) -> html.Section:
    """The chosen area; its outcomes, plans and what is pending stand on the same page."""
    words, known = context.words, gaps[context.area]
    ranked = sum(map(is_ranked, gaps.values()))
    rank = rank_words(context, known, ranked) if is_ranked(known) else words("gaps.unranked")
    asked = trust_of(known)
    names = (risk_of(known), *_WITHOUT_DECIMALS, "within_reach_police", asked)
    heads = ("risk", "police", "military", "reach", asked)
    lines: list[Any] = [
        _line(words(f"gaps.head.{head}"), component_figure(context, known, name, head == "risk"))
        for head, name in zip(heads, names, strict=True)
    ]
    lines += _said(context)
    lines += [_line(area, months) for area, months in missing_reports(context, returns)]
    reason = html.P(words.of(known["gap"], "reason"), className="note")
    link = page_link(words("next.link"), context.address.link("/map"))
    content = [html.P(html.B(rank)), reason, html.Ul(lines, className="facts place-facts"), link]
    return card(context.area_name(context.area), content, words("place.under"), key="next")


def _line(head: str, figure: Any) -> html.Li:
    return html.Li([html.Span(head, className="note beside"), html.B(figure)])


def _said(context: Context) -> list[html.Li]:
    """Modelled shares of the questions that were asked; the direct figures stand in the table."""
    period = context.period
    asked = (context.area, period.period_type, period.name)
    found = surveys.modelled_in(context.release, *asked)
    return [
        _line(context.short(row["indicator"]), modelled_figure(context, row["indicator"], row))
        for row in rows_of(found[found["value"].notna()])
        if row["indicator"] in context.indicators.index
    ]
