"""What to decide; then, counted in one paragraph, all that waits, each with the way to its page."""

import pandas as pd
from dash import html

from dashboards.components.card import card, page_link
from dashboards.components.lists.decisions import changed_links, decisions
from dashboards.components.lists.readiness import base_plans, called_off, operations
from dashboards.pages import path_of
from dashboards.reading.context import Context
from dashboards.reading.queries import quality, threats, transition
from dashboards.reading.releases import earlier_release
from dashboards.reading.rows import rows_of
from dashboards.reading.written import records
from dashboards.wording import formats


def waits_card(context: Context, returns: pd.DataFrame) -> html.Section:
    """At most five decisions; below them a number a kind of thing that waits."""
    words = context.words
    items = [html.Li(one) for one in _counts(context, returns)]
    rule = html.Li(page_link(words("waits.rule"), context.address.link(path_of("help"))))
    under = words("waits.under", on=formats.day(context.mission["as_of"], words))
    counts = html.Ul([*(items or [html.Li(words("waits.none"))]), rule], className="inline-facts")
    lines = [
        html.Li(
            [
                page_link(one.text, context.address.link(one.path, edge=one.edge)),
                html.Span(one.note, className="note"),
            ]
        )
        for one in decisions(context)
    ]
    first = [html.Ol(lines, className="decisions")] if lines else []
    title = words("waits.title")
    head = [html.P(html.B(words("waits.counts")), className="note")] if lines and items else []
    return card(title, [*first, *head, counts], under, key="waits")


def _counts(context: Context, returns: pd.DataFrame) -> list[html.A | str]:
    words = context.words
    alerts = threats.pending(context.release, threats.ALERTS, context.area)
    reviews = threats.pending(context.release, threats.REVIEWS, context.area)
    overdue = int(reviews["is_overdue"].sum()) if len(reviews) else 0
    late = words("waits.overdue", number=formats.number(overdue, words)) if overdue else ""
    due = quality.due_returns(returns)
    before = earlier_release(context.release)
    numbers = [
        ("alerts", len(alerts), "/alerts", ""),
        ("reviews", len(reviews), "/alerts", late),
        ("operations", int(operations(context)["is_overdue"].sum()), "/alerts", ""),
        ("base_plans", int(base_plans(context)["is_overdue"].sum()), "/readiness", ""),
        ("called_off", called_off(context) or 0, "/readiness", ""),
        ("reports", int((~due["status"].isin(quality.RECEIVED)).sum()), "/data-quality", ""),
        ("links", len(changed_links(context)), "/results-chain", ""),
        ("recommendations", len(records.overdue(context)), "/assessment", ""),
    ]
    release = before.name if before else ""
    said: list[html.A | str] = [
        _count(context, words.digits(f"waits.{name}", number, release=release), path, note)
        for name, number, path, note in numbers
        if number
    ]
    strategy = rows_of(transition.strategy(context.release))
    if strategy and strategy[0]["days_overdue"]:
        said.append(_count(context, words("waits.strategy"), "/transition", ""))
    return said


def _count(context: Context, text: str, path: str, note: str) -> list[html.A | str]:
    link = page_link(text, context.address.link(path))
    return [link, f" ({note})"] if note else [link]
