"""What is missing, as marks: kinds of empty with reasons, and reports that did not all come."""

from collections.abc import Collection, Sequence
from typing import Any

from dash import html

from dashboards.reading.queries.cells import NO_ACCESS, REPORTS_LACK, SUPPRESSED, Cell, reports_sign
from dashboards.wording.words import Words
from indicators.assessment.empty_reasons import Said

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


_CLASS = "reports-mark"


def reports_mark(said: Said | None, words: Words) -> list[html.Span]:
    """The sign, its words as title and for those who hear the page; nothing where all came."""
    if said is None or not reports_sign(said):
        return []
    text = words.said(said)
    named = {"title": text, "aria-label": text}
    return [html.Span(reports_sign(said), className=_CLASS, role="img", **named)]


def reports_note(said: Said | None, words: Words) -> list[html.P]:
    """The same in words under the title of a card that counts."""
    return [] if said is None else [html.P(_worded(said, words), className="note")]


def beside_notes(said: Sequence[Said], words: Words, class_name: str) -> list[html.Span]:
    """What stands beside a value: in words, but for missing reports, which are a sign.

    Its words are heard and shown on hover; the key under the page says them once.
    """
    noted = [
        html.Span(words.said(one), className=class_name) for one in said if not reports_sign(one)
    ]
    return [*(mark for one in said for mark in reports_mark(one, words)), *noted]


def with_marks_key(parts: list[Any], words: Words) -> list[Any]:
    """A page with the key of the marks under it, where one of them stands on it."""
    return [*parts, _key(words)] if _is_marked(parts) else parts


def _worded(said: Said, words: Words) -> list[Any]:
    return [*_hidden(reports_sign(said)), words.said(said)]


def _hidden(text: str) -> list[Any]:
    return [html.Span(text, className=_CLASS, **{"aria-hidden": "true"}), " "] if text else []


def _key(words: Words) -> html.Ul:
    kinds = ((REPORTS_LACK, "key.reports_missing"), (NO_ACCESS, "key.no_access"))
    items = [html.Li([*_hidden(text), words(key)]) for text, key in kinds]
    return html.Ul(items, className="key reports-key")


def _is_marked(part: Any) -> bool:
    if isinstance(part, list | tuple):
        return any(_is_marked(one) for one in part)
    classes = str(getattr(part, "className", "") or "").split()
    return _CLASS in classes or _is_marked(getattr(part, "children", None) or ())
