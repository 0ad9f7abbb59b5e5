"""What to decide; then, counted in one paragraph, all that waits, each with the way to its page."""

import pandas as pd
from dash import html

from dashboards.components.card import card, page_link
from dashboards.components.lists.decisions import decisions
from dashboards.components.lists.waiting import waiting
from dashboards.pages import path_of
from dashboards.reading.context import Context
from dashboards.wording import formats


def waits_card(context: Context, returns: pd.DataFrame) -> html.Section:
    """At most five decisions; below them a number a kind of thing that waits."""
    words = context.words
    items = [
        html.Li([page_link(one.text, context.address.link(one.path)), one.beside])
        for one in waiting(context, returns)
    ]
    rule = html.Li(page_link(words("waits.rule"), context.address.link(path_of("help"))))
    under = words("waits.under", on=formats.day(context.mission["as_of"], words))
    counts = html.Ul([*(items or [html.Li(words("waits.none"))]), rule], className="inline-facts")
    lines = [
        html.Li(
            [
                page_link(one.text, context.address.link(one.path, **one.opens_on)),
                " ",
                html.Span(one.note, className="note"),
            ]
        )
        for one in decisions(context)
    ]
    first = [html.Ol(lines, className="decisions")] if lines else []
    title = words("waits.title")
    head = [html.P(html.B(words("waits.counts")), className="note")] if lines and items else []
    return card(title, [*first, *head, counts], under, key="waits")
