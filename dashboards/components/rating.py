"""A rating: form, word and colour say the same thing."""

from dash import html

from dashboards.queries.cells import Cell
from dashboards.wording.words import Words

SIGNS = {
    "achieved": "✓",
    "on_track": "",
    "too_close": "",
    "at_risk": "!",
    "off_track": "✕",
    "not_enough_data": "?",
    "no_data": "",
}
_LIKELY = "_likely"
WORST_FIRST = (
    "off_track", "at_risk", "too_close", "not_enough_data", "no_data", "on_track_likely",
    "on_track", "achieved_likely", "achieved",
)  # fmt: skip


def rating_mark(cell: Cell, words: Words) -> html.Span:
    """The shape with its word, and that reports are missing where this decided; why there is none
    where the cell has no rating."""
    rating = cell.rating
    if rating is None:
        why = cell.said.unrated
        return html.Span(words.said(why) if why else "", className="rating-none")
    shape = rating_shape(rating, words)
    if not cell.lacks_reports:
        return shape
    return html.Span([shape, html.Span(words("rating.lacks_reports"), className="note")])


def rating_shape(rating: str, words: Words) -> html.Span:
    """The shape of a rating with its word; what is only likely has a dashed outline."""
    full = rating.removesuffix(_LIKELY)
    look = full.replace("_", "-")
    outline = "" if full == rating else " rating-shape-likely"
    shape = html.Span(
        html.Span(SIGNS[full], className="rating-sign"),
        className=f"rating-shape rating-shape-{look}{outline}",
        **{"aria-hidden": "true"},
    )
    return html.Span([shape, words(f"rating.{rating}")], className=f"rating rating-{look}")
