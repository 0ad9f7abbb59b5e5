"""The kinds of empty as marks: a look for each family of reasons, the reason's own words."""

from collections.abc import Collection

from dash import html

from dashboards.queries.cells import SUPPRESSED, Cell
from dashboards.wording.words import Words

# What stands for the look where there is room for one sign only.
_SIGNS = {"zero": "0", "no-access": "⊘"}
_KEY = ("zero", "not-reported", "no-access", SUPPRESSED)


def empty_words(cell: Cell, words: Words, form: str = "") -> str:
    """Why no number stands here; `form` "table" gives the short sentence."""
    return "" if cell.said.empty is None else words.said(cell.said.empty, form)


def empty_mark(cell: Cell, words: Words, form: str = "") -> html.Span:
    """The pattern with its word on a plain tab."""
    text = html.Span(empty_words(cell, words, form), className="empty-word")
    given = {"data-reason": cell.state}
    return html.Span(text, className=f"empty empty-{cell.look}", **given)


def persons_note(cells: Collection[Cell], words: Words) -> list[html.P]:
    """How counts of persons are shown; nothing where every cell is exact."""
    codes = {said.code for cell in cells for said in cell.beside} | {c.state for c in cells}
    is_displayed = bool(codes & {"rounded_5", "below_8"})
    return [html.P(words("persons_note"), className="note")] if is_displayed else []


def beside_words(cell: Cell, words: Words) -> list[str]:
    """What must be said with a value: provisional, rounded, use with caution."""
    return [words.said(said) for said in cell.beside]


def suppressed_mark(words: Words) -> html.Span:
    """The pattern where a count of interviews is not shown."""
    text = html.Span(words("key.suppressed"), className="empty-word")
    return html.Span(text, className=f"empty empty-{SUPPRESSED}", **{"data-reason": SUPPRESSED})


def swatch(look: str) -> html.Span:
    """The pattern alone, for keys and grids."""
    text = _SIGNS.get(look, "")
    return html.Span(text, className=f"swatch empty-{look}", **{"aria-hidden": "true"})


def four_kinds_key(words: Words) -> html.Ul:
    """The key to the four kinds of empty."""
    items = [html.Li([swatch(look), words(f"key.{look.replace('-', '_')}")]) for look in _KEY]
    return html.Ul(items, className="key four-kinds")
