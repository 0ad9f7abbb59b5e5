"""The kinds of empty: one look and one word for each, never shared."""

from dash import html

from dashboards.queries.cells import Cell
from dashboards.words import Words

_SMALLEST_BOUND = 2  # a mission may leave the bound to other rules

# What stands for the cell where there is room for one sign only.
SIGNS = {
    "zero": "0",
    "not_reported": "",
    "no_access": "⊘",
    "withheld": "",
    "withheld_other": "",
    "not_computable": "–",
    "too_imprecise": "?",
    "no_figure": "–",
}


def empty_words(cell: Cell, words: Words, min_n: int) -> str:
    """Why no number stands here; the reason for withholding never gives the n."""
    if cell.state == "withheld" and min_n < _SMALLEST_BOUND:
        return words("empty.withheld_few")
    return words(f"empty.{cell.state}", min_n=min_n)


def empty_mark(cell: Cell, words: Words, min_n: int) -> html.Span:
    """The pattern with its word on a plain tab."""
    text = empty_words(cell, words, min_n)
    return html.Span(
        html.Span(text, className="empty-word"),
        className=f"empty empty-{cell.state.replace('_', '-')}",
    )


def withheld_mark(words: Words) -> html.Span:
    """The pattern where it is not told whether the count itself is small or lies beside one."""
    text = html.Span(words("empty.withheld_either"), className="empty-word")
    return html.Span(text, className="empty empty-withheld")


def swatch(state: str) -> html.Span:
    """The pattern alone, for keys and grids."""
    look = f"swatch empty-{state.replace('_', '-')}"
    return html.Span(SIGNS.get(state, ""), className=look, **{"aria-hidden": "true"})


def four_kinds_key(words: Words) -> html.Ul:
    """The key to the four kinds of empty."""
    kinds = ("zero", "not_reported", "no_access", "withheld")
    items = [html.Li([swatch(kind), words(f"key.{kind}")]) for kind in kinds]
    return html.Ul(items, className="key four-kinds")
