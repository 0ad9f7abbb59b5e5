"""Lessons of reviews as a list: what was learned, of what, where and when; no names."""

from typing import Any

import pandas as pd

from dashboards.components.listing import Field, Listing, area, message
from dashboards.context import Context
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
