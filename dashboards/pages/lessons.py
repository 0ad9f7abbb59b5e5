"""Lessons of after-action reviews, found by tier, phase, threat and lesson (2023.05 §86)."""

from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card, notice, page_head, page_link
from dashboards.components.facets import search_form
from dashboards.components.listing import Field, Listing, area, message
from dashboards.reading.context import Context
from dashboards.reading.queries import transition
from dashboards.reading.rows import rows_of
from dashboards.wording import formats
from dashboards.wording.words import in_sentence

# The key of the address, which is the column too; `period` and `area` narrow besides.
FACETS = ("tier", "phase", "threat_type", "lesson")


def lessons_shown(context: Context) -> pd.DataFrame:
    """Lessons of reviews completed by the end of the period, inside the chosen area."""
    found = transition.lessons(context.release, context.period.end.isoformat())
    return found[found["area"].isin(context.areas_inside)]


def narrowed(context: Context, found: pd.DataFrame) -> pd.DataFrame:
    """Those that have every tag that the address asks for."""
    for name in FACETS:
        asked = context.address.get(name)
        if asked:
            found = found[found[name] == asked]
    words = (context.address.get("q") or "").casefold().split()
    return found[[all(word in _text(context, row) for word in words) for row in rows_of(found)]]


def _text(context: Context, row: Any) -> str:
    """All that is said of a lesson, to look for words in."""
    return " ".join(str(field.plain(context, row)) for field in LESSONS.columns(context)).casefold()


def tag(context: Context, name: str, code: Any) -> str:
    """A tag in words."""
    if not isinstance(code, str):
        return context.words("lessons.untagged")
    return context.words.label(name, code)


def _tag(name: str) -> Field:
    return Field(name, lambda context, row: tag(context, name, row[name]))


LESSONS = Listing(
    "lessons",
    "lessons.title",
    "lessons",
    (
        *map(_tag, ("lesson", "tier", "phase", "threat_type")),
        Field("subject", message("lessons.subject", "subject")),
        Field("area", area),
        Field("completed", "completed_on"),
        Field(
            "released",
            lambda context, row: context.words(
                f"lessons.{'yes' if row['for_headquarters'] else 'no'}"
            ),
            audiences=("mission",),
        ),
    ),
    lambda context: rows_of(narrowed(context, lessons_shown(context))),
)


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
    parts: list[Any] = [search_form(context)]
    parts += [_facet(context, found, name) for name in FACETS]
    if shown.empty:
        parts.append(notice(words("lessons.no_match")))
    else:
        parts.append(LESSONS.table(context, rows_of(shown.head(_MOST))))
        if len(shown) > _MOST:
            parts.append(notice(words("lessons.first", number=str(_MOST))))
        parts.append(LESSONS.files(context))
    counts = {
        "shown": formats.number(len(shown), words),
        "total": formats.number(len(found), words),
    }
    return [head, card(title, parts, words("lessons.under", **counts), key="lessons")]
