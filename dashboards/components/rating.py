"""A rating: form, word and colour say the same thing."""

from dash import html

from dashboards.queries.cells import Cell
from dashboards.wording.words import Words

SIGNS = {
    "achieved": "✓",
    "on_track": "",
    "at_risk": "!",
    "off_track": "✕",
    "not_enough_data": "?",
    "no_data": "",
}
WORST_FIRST = ("off_track", "at_risk", "not_enough_data", "no_data", "on_track", "achieved")


def rating_mark(cell: Cell, words: Words) -> html.Span:
    """The shape with its word; why there is none where the cell has no rating."""
    rating = cell.rating
    if rating is None:
        why = cell.said.unrated
        return html.Span(words.said(why) if why else "", className="rating-none")
    return rating_shape(rating, words)


def rating_shape(rating: str, words: Words) -> html.Span:
    """The shape of a rating with its word."""
    look = rating.replace("_", "-")
    shape = html.Span(
        html.Span(SIGNS[rating], className="rating-sign"),
        className=f"rating-shape rating-shape-{look}",
        **{"aria-hidden": "true"},
    )
    return html.Span([shape, words(f"rating.{rating}")], className=f"rating rating-{look}")
