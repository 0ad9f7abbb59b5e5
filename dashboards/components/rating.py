"""A rating, a trend, and how strong evidence is: form, word and colour say the same thing."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from dashboards.reading.queries.cells import REPORTS_LACK, Cell
from dashboards.wording.formats import Unit, number, signed
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
    if cell.lacks_reports:
        said = words("rating.lacks_reports")
        named = {"title": said, "aria-label": said}
        mark = html.Span(REPORTS_LACK, className="reports-mark", role="img", **named)
        shape.children[-1] = html.Span([shape.children[-1], mark])
    return shape


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


# What a test of change can say; everything else was not assessed.
TESTED = ("improving", "worsening", "more", "fewer", "no_clear_change")
_RELATIVE = ("count", "count_distinct", "sum", "rate")
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


def change_size(cell: Cell, unit: Unit, words: Words, key: str = "value.interval_alone") -> str:
    """−23% (95% CI −41 to −2); of shares and scores in points; empty where none was tested.

    `key` "value.brief": under a head that says what stands in brackets.
    """
    if cell.change is None or cell.change_low is None or cell.change_high is None:
        return ""
    is_relative = unit.measure in _RELATIVE
    shown = Unit("percent", "ratio") if is_relative else unit
    size = signed(cell.change, words, shown.decimals(None))
    said = words("format.percent", number=size) if is_relative else unit.change(cell.change, words)
    interval = shown.interval(cell.change_low, cell.change_high, words)
    return words(key, value=said, interval=interval)


def visible_change(cell: Cell, unit: Unit, words: Words) -> str:
    """The smallest change that the test would see; empty where none was tested."""
    if cell.change_visible is None:
        return ""
    is_relative = unit.measure in _RELATIVE
    shown = Unit("percent", "ratio") if is_relative else unit
    text = number(cell.change_visible, words, shown.decimals(None))
    size = words("format.percent", number=text) if is_relative else unit.as_change(text, words)
    return words("trend.visible", size=size)


def trend_sentence(cell: Cell, direction: str, words: Words) -> str:
    """Arrow, word and what is lacking, as running text."""
    said = [words.said(said) for said in cell.said.trend]
    return words("value.and").join([trend_words(cell.trend, direction, words), *said])


def trend_mark(cell: Cell, direction: str, unit: Unit, words: Words) -> html.Span:
    """Arrow and word in ink, never coloured; what is lacking as a note after it."""
    named = {"title": visible} if (visible := visible_change(cell, unit, words)) else {}
    mark = html.Span(trend_words(cell.trend, direction, words), className="trend", **named)
    said = [words.said(said) for said in cell.said.trend]
    if not said:
        return mark
    note = html.Span(words("value.and").join(said), className="note")
    return html.Span([mark, " ", note])


BARS = {"A": 3, "B": 2, "C": 1, "D": 0}  # how many of three are filled
SMALL_AT_MOST = "small_at_most"  # status of an answer without grade: no difference beyond a bound


def verdict(link: Mapping[str, Any]) -> str | None:
    """What the test of a link came to: its grade, `small_at_most`, or none where none was made."""
    if link["grade"] in BARS:
        return str(link["grade"])
    return SMALL_AT_MOST if link["status"] == SMALL_AT_MOST else None


def is_tested(link: Mapping[str, Any]) -> bool:
    """Whether a test was made: grade D is also that of links with nothing to be tested by."""
    return verdict(link) is not None and link["status"] not in ("not_tested", "not_estimable")


def evidence_sentence(link: Mapping[str, Any], words: Words) -> str:
    """The verdict in words."""
    return words(f"evidence.{verdict(link) or 'not_tested'}")


def evidence_mark(link: Mapping[str, Any], words: Words) -> html.Span:
    """Three bars filled by grade with its letter; the words alone where there is no grade."""
    grade, text = verdict(link), evidence_sentence(link, words)
    if grade not in BARS:
        return html.Span(text, className="evidence-none")
    bars = [
        html.Span(className="strength strength-full" if number < BARS[grade] else "strength")
        for number in range(3)
    ]
    shown = [*bars, html.B(grade)]
    return html.Span(shown, className="evidence", role="img", **{"aria-label": text})


def grade_mark(grade: str, words: Words) -> html.Span:
    """The mark of a grade by itself."""
    return evidence_mark({"grade": grade, "status": None}, words)


def evidence_key(words: Words, others: Sequence[Any] = ()) -> html.Details:
    """What the four letters mean, strongest first; `others`: keys of other marks above them."""
    lines = [
        html.Li([grade_mark(grade, words), html.Span(words(f"evidence.{grade}"))]) for grade in BARS
    ]
    summary = html.Summary(words("key.all" if others else "evidence.key"))
    parts = [summary, *others, html.Ul(lines, className="key")]
    return html.Details(parts, className="evidence-key")
