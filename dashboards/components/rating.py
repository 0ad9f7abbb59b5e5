"""A rating: form, word and colour say the same thing."""

from dash import html

from dashboards.words import Words

SIGNS = {
    "achieved": "✓",
    "on_track": "",
    "at_risk": "!",
    "off_track": "✕",
    "not_enough_data": "?",
    "no_data": "",
}
WORST_FIRST = ("off_track", "at_risk", "not_enough_data", "no_data", "on_track", "achieved")


def rating_mark(rating: str | None, words: Words) -> html.Span:
    """The shape with its word; nothing where an indicator has no rating (neutral, no target)."""
    if rating is None:
        return html.Span(words("rating.none"), className="rating-none")
    look = rating.replace("_", "-")
    shape = html.Span(
        html.Span(SIGNS[rating], className="rating-sign"),
        className=f"rating-shape rating-shape-{look}",
        **{"aria-hidden": "true"},
    )
    return html.Span([shape, words(f"rating.{rating}")], className=f"rating rating-{look}")
