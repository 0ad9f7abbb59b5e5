"""A trend: the arrow is the number's way, the word is the judgement of the test."""

from dash import html

from dashboards.wording.words import Words

# What a test of change can say; everything else was not assessed.
TESTED = ("improving", "worsening", "more", "fewer", "no_clear_change")
_ALWAYS_UP = {"more": "↑", "fewer": "↓", "no_clear_change": "≈", "definition_changed": "≠"}


def trend_words(trend: str | None, direction: str, words: Words) -> str:
    """↓ improving, ≈ no clear change; for a neutral indicator ↑ more."""
    if trend is None:
        return words("trend.cannot_be_told")
    if direction == "neutral" and trend in _ALWAYS_UP:
        return f"{_ALWAYS_UP[trend]} {words(f'trend.{trend}')}"
    arrow = _ALWAYS_UP.get(trend)
    if arrow is None:
        is_up = (trend == "improving") == (direction == "up")
        arrow = "↑" if is_up else "↓"
    return f"{arrow} {words(f'trend.{trend}')}"


def trend_mark(trend: str | None, direction: str, words: Words) -> html.Span:
    """Arrow and word in ink, never coloured."""
    return html.Span(trend_words(trend, direction, words), className="trend")
