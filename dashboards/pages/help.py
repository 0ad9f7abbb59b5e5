"""Help: how to read the pages in three tours, what the marks mean, and the glossary."""

import unicodedata
from typing import Any

from dash import html

from dashboards.components.card import card, page_head, page_link
from dashboards.components.empty import four_kinds_key
from dashboards.components.range_mark import range_key
from dashboards.components.rating import grade_mark, rating_shape
from dashboards.pages import path_of
from dashboards.reading.context import Context
from dashboards.wording.words import sentence_case
from indicators.foundation.messages import message_catalogue
from records.kinds import RATINGS

# By reader the pages of a tour, in order; each stop has a sentence of its own.
_TOURS = {
    "leader": ("overview", "results_chain", "map"),
    "officer": (
        "data_quality",
        "effort",
        "alerts",
        "readiness",
        "indicators",
        "effects",
    ),
    "hq": ("releases", "overview", "catalogue"),
}
_RATINGS = (*RATINGS, "no_data")
_TRENDS = ("improving", "worsening", "no_clear_change", "cannot_be_told")
_TERMS = "page.term."


def sentence(context: Context) -> str:
    """What this page explains."""
    return context.words("help.sentence")


def _tour(context: Context, reader: str) -> html.Section:
    words = context.words
    stops = [
        html.Li(
            [
                page_link(words(f"nav.{page}"), context.address.link(path_of(page))),
                html.Div(words(f"help.tour.{reader}.{page}")),
            ]
        )
        for page in _TOURS[reader]
    ]
    return card(words(f"help.tour.{reader}"), [html.Ol(stops, className="tour")], key=reader)


def _marks(context: Context) -> html.Section:
    words = context.words
    ratings = [
        html.Li([rating_shape(rating, words), html.Span(words(f"help.rating.{rating}"))])
        for rating in _RATINGS
    ]
    trends = [
        html.Li([html.B(words(f"trend.{name}")), html.Span(words(f"help.trend.{name}"))])
        for name in _TRENDS
    ]
    grades = [
        html.Li([grade_mark(grade, words), html.Span(sentence_case(words(f"evidence.{grade}")))])
        for grade in ("A", "B", "C", "D")
    ]
    parts: list[Any] = [
        html.H3(words("help.marks.range")),
        range_key(words),
        html.H3(words("indicators.head.rating")),
        html.Ul(ratings, className="marks"),
        html.H3(words("indicators.head.trend")),
        html.Ul(trends, className="marks"),
        html.H3(words("finding.grade")),
        html.Ul(grades, className="marks"),
        html.H3(words("help.marks.empty")),
        four_kinds_key(words),
    ]
    return card(words("help.marks"), parts, words("help.marks_under"), key="marks")


def terms() -> list[str]:
    """The glossary's terms that pages use, by their keys."""
    keys = (key.removeprefix(_TERMS) for key in message_catalogue() if key.startswith(_TERMS))
    return list(dict.fromkeys(key.partition(".")[0] for key in keys))


def _glossary(context: Context) -> html.Section:
    words = context.words
    named = [(words(f"term.{key}.name"), words(f"term.{key}.meaning")) for key in terms()]
    named.sort(key=lambda term: unicodedata.normalize("NFKD", term[0]))
    entries = [html.Div([html.Dt(sentence_case(name)), html.Dd(text)]) for name, text in named]
    return card(words("help.glossary"), [html.Dl(entries, className="terms")], key="glossary")


def body(context: Context) -> list[Any]:
    """The tours, the marks, the glossary."""
    tours = html.Div([_tour(context, reader) for reader in _TOURS], className="cards")
    head = page_head(sentence(context), context.words("help.lead"))
    return [head, html.Div([tours, _marks(context), _glossary(context)], className="stack")]
