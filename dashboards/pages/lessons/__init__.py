"""Lessons of after-action reviews, found by tier, phase, threat and lesson (2023.05 §86)."""

from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card, notice, page_head, page_link
from dashboards.components.list_files import list_files
from dashboards.components.table import Column, table
from dashboards.context import Context
from dashboards.pages.lessons.lists import FACETS, lesson_rows, lessons_shown, narrowed, tag
from dashboards.wording import formats
from dashboards.wording.words import in_sentence

_MOST = 60


def sentence(context: Context) -> str:
    """How many lessons are on record, and the most frequent."""
    return _sentence(context, lessons_shown(context))


def _sentence(context: Context, found: pd.DataFrame) -> str:
    words = context.words
    if found.empty:
        return words("lessons.none")
    counts = found["lesson"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    most = in_sentence(words.label("lesson", str(counts.index[0])))
    times = formats.number(int(counts.iloc[0]), words)
    return words.digits("lessons.sentence", len(found), lesson=most, times=times)


def _facet(context: Context, found: pd.DataFrame, name: str) -> html.Div:
    """Links that choose one tag, and one that chooses none."""
    words, chosen = context.words, context.address.get(name)
    codes = sorted({code for code in found[name] if isinstance(code, str)})
    choices = [(None, words("lessons.all")), *((code, tag(context, name, code)) for code in codes)]
    links = [
        page_link(
            label,
            context.address.link(**{name: code}),
            **({"aria-current": "true"} if code == chosen else {}),
        )
        for code, label in choices
    ]
    title = words(f"lessons.head.{name}")
    return html.Div(
        [html.Span(title, className="note"), *links],
        className="tabs",
        role="group",
        **{"aria-label": title},
    )


def body(context: Context) -> list[Any]:
    """Sentence, the tags to choose from, the lessons that have all of them."""
    words, found = context.words, lessons_shown(context)
    head = page_head(_sentence(context, found), words("lessons.lead"))
    if found.empty:
        return [head]
    shown = narrowed(context, found)
    title = words("lessons.title")
    parts: list[Any] = [_facet(context, found, name) for name in FACETS]
    if shown.empty:
        parts.append(notice(words("lessons.no_match")))
    else:
        heads, rows = lesson_rows(context, shown.head(_MOST))
        lines = [
            [formats.day(cell, words) if isinstance(cell, pd.Timestamp) else cell for cell in row]
            for row in rows
        ]
        parts.append(table([Column(head) for head in heads], lines, title))
        if len(shown) > _MOST:
            parts.append(notice(words("lessons.first", number=str(_MOST))))
        parts.append(list_files(context, "lessons", title))
    counts = {
        "shown": formats.number(len(shown), words),
        "total": formats.number(len(found), words),
    }
    return [head, card(title, parts, words("lessons.under", **counts), key="lessons")]
