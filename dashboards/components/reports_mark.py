"""The mark of a figure or count whose reports did not all come, and its key once a page."""

from collections.abc import Sequence
from typing import Any

from dash import html

from dashboards.queries.cells import NO_ACCESS, REPORTS_LACK, reports_sign
from dashboards.wording.words import Words
from indicators.assessment.empty_reasons import Said

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
    """What stands beside a value in words, those on missing reports after their sign."""
    return [html.Span(_worded(one, words), className=class_name) for one in said]


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
