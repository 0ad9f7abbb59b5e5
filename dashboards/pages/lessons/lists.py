"""Lessons of reviews as a list: what was learned, of what, where and when; no names."""

from typing import Any

import pandas as pd

from dashboards.context import Context
from dashboards.lists.sheet import Sheet, source_notes
from dashboards.queries import transition
from dashboards.rows import rows_of

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
    return found


def tag(context: Context, name: str, code: Any) -> str:
    """A tag in words."""
    if not isinstance(code, str):
        return context.words("lessons.untagged")
    return context.words.label(name, code)


def lesson_rows(context: Context, found: pd.DataFrame) -> tuple[list[str], list[list[Any]]]:
    """Heads and rows; whether a lesson was released stands in the mission's copy alone."""
    words = context.words
    is_own = context.audience == "mission"
    names = ["lesson", "tier", "phase", "threat_type", "subject", "area", "completed"]
    heads = [words(f"lessons.head.{name}") for name in [*names, *(["released"] if is_own else [])]]
    rows = []
    for row in rows_of(found):
        released = [words(f"lessons.{'yes' if row['for_headquarters'] else 'no'}")]
        rows.append(
            [
                *(tag(context, name, row[name]) for name in ("lesson", "tier", "phase")),
                tag(context, "threat_type", row["threat_type"]),
                words(f"lessons.subject.{row['subject']}"),
                context.area_name(row["area"]),
                row["completed_on"],
                *(released if is_own else []),
            ]
        )
    return heads, rows


def sheets(context: Context) -> list[Sheet]:
    """One row a lesson, with the tags that the address asks for."""
    heads, rows = lesson_rows(context, narrowed(context, lessons_shown(context)))
    plain = [
        [cell.date() if isinstance(cell, pd.Timestamp) else cell for cell in row] for row in rows
    ]
    return [Sheet(context.words("lessons.title"), heads, plain, source_notes(context))]
