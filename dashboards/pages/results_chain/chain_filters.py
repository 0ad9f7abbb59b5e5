"""Narrowing the results chain by tier, grade and outcome; the choice stands in the address."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from dashboards.components.card import page_link
from dashboards.components.rating import BARS, SMALL_AT_MOST, verdict
from dashboards.pages.results_chain.chain_graph import Chain
from dashboards.reading.context import Context

Link = Mapping[str, Any]
UNTESTED = "none"  # the grade of a link without one, in the address


def _grade(link: Link) -> str:
    return verdict(link) or UNTESTED


def _tier(context: Context, code: str) -> str:
    return str(context.indicator(code)["tier"])


def narrowed(context: Context, links: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The links that have every chosen value, in their order."""
    tier, grade, outcome = (context.address.get(key) for key in ("tier", "grade", "outcome"))
    return [
        link
        for link in links
        if tier in (None, _tier(context, link["from_indicator"]))
        and grade in (None, _grade(link))
        and outcome in (None, link["to_indicator"])
    ]


def is_shown(context: Context, code: str, kind: str, links: Sequence[Link]) -> bool:
    """Whether an output or outcome is drawn: all unfiltered, else those of the links shown.

    An output without any outcome stays while only its tier is asked for: that it has none is news.
    """
    tier, grade, outcome = (context.address.get(key) for key in ("tier", "grade", "outcome"))
    if grade is None and outcome is None:
        if tier is None:
            return True
        if kind == "output":
            return _tier(context, code) == tier
    end = "from_indicator" if kind == "output" else "to_indicator"
    return any(link[end] == code for link in links)


def chain_filters(context: Context, links: Sequence[Link], chain: Chain) -> html.Div:
    """Tier, grade, only the outcome of the chosen link; and how many links are drawn."""
    words = context.words
    tiers = sorted({_tier(context, link["from_indicator"]) for link in links})
    found = {_grade(link) for link in links}
    grades = [grade for grade in (*BARS, SMALL_AT_MOST, UNTESTED) if grade in found]
    named = {
        UNTESTED: words("evidence.not_tested"),
        SMALL_AT_MOST: words("evidence.small_at_most"),
    }
    parts = [
        _choice(
            context,
            "tier",
            {tier: words("chain.tier", tier=tier.replace("|", "–")) for tier in tiers},
        ),
        _choice(context, "grade", {grade: named.get(grade, grade) for grade in grades}),
        _outcome(context, links, chain),
    ]
    if len(chain.links) < len(links):
        shown = {"shown": str(len(chain.links)), "total": str(len(links))}
        parts.append(html.P(words("chain.shown", **shown), className="note", role="status"))
    return html.Div(parts, className="chain-filters")


def _choice(context: Context, key: str, names: Mapping[str, str]) -> html.Div:
    words, asked = context.words, context.address.get(key)
    chosen = asked if asked in names else None
    choices = [(None, words("chain.all")), *names.items()]
    links = [
        page_link(
            name,
            context.address.link(**{key: value}),
            "segment",
            **({"aria-current": "true"} if value == chosen else {}),
        )
        for value, name in choices
    ]
    title = words(f"chain.filter.{key}")
    group = html.Div(links, className="segmented", role="group", **{"aria-label": title})
    return html.Div([html.Span(title, className="note"), group])


def _outcome(context: Context, links: Sequence[Link], chain: Chain) -> html.Div:
    words, asked = context.words, context.address.get("outcome")
    code = asked or next(x["to_indicator"] for x in links if x["edge"] == chain.chosen)
    choices = ((None, words("chain.all")), (code, context.item(code)))
    segments = [
        page_link(
            name,
            context.address.link(outcome=value),
            "segment",
            **({"aria-current": "true"} if value == asked else {}),
        )
        for value, name in choices
    ]
    title = words("chain.filter.outcome")
    group = html.Div(segments, className="segmented", role="group", **{"aria-label": title})
    return html.Div([html.Span(title, className="note"), group])
