"""A trend: the arrow is the number's way, the word is the judgement of the test.

Where returns were missing it says what was compared, and where there is none, why.
"""

from dash import html

from dashboards.queries.cells import Cell
from dashboards.wording.formats import Unit, signed
from dashboards.wording.words import Words

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


def change_size(cell: Cell, unit: Unit, words: Words) -> str:
    """−23% (95% CI −41 to −2); of shares and scores in points; empty where none was tested."""
    if cell.change is None or cell.change_low is None or cell.change_high is None:
        return ""
    is_relative = unit.measure in _RELATIVE
    shown = Unit("percent", "ratio") if is_relative else unit
    size = signed(cell.change, words, shown.decimals(None))
    said = words("format.percent", number=size) if is_relative else unit.change(cell.change, words)
    interval = shown.interval(cell.change_low, cell.change_high, words)
    return words("value.interval_alone", value=said, interval=interval)


def trend_sentence(cell: Cell, direction: str, words: Words) -> str:
    """Arrow, word and what is lacking, as running text."""
    said = [words.said(said) for said in cell.said.trend]
    return words("value.and").join([trend_words(cell.trend, direction, words), *said])


def trend_mark(cell: Cell, direction: str, words: Words) -> html.Span:
    """Arrow and word in ink, never coloured; what is lacking as a note after it."""
    mark = html.Span(trend_words(cell.trend, direction, words), className="trend")
    said = [words.said(said) for said in cell.said.trend]
    if not said:
        return mark
    note = html.Span(words("value.and").join(said), className="note")
    return html.Span([mark, " ", note])
