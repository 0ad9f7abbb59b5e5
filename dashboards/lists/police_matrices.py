"""What UN police did: by phase and element (STM 9.1), and by partner and area of cooperation (9.2).

Each cell names the kinds of completed activities, those done most first. Partners: 2017.12 §58–65.
"""

import pandas as pd

from dashboards.context import Context
from dashboards.lists.sheet import Sheet, source_notes
from dashboards.queries import effort
from dashboards.rows import rows_of
from dashboards.wording import formats
from indicators.definitions.vocabularies import vocabularies

ELEMENTS = ("IPO", "FPU", "SPT", "PSU")
ALL = "_T"


def tasks(context: Context) -> pd.DataFrame:
    """Completed activities of the period in the chosen area, as `queries.effort.police_tasks`."""
    start, end = context.period.start.isoformat(), context.period.end.isoformat()
    return effort.police_tasks(context.release, start, end, context.area)


def phases() -> list[str]:
    """The phases in their order."""
    return list(vocabularies()["phase"].labels)


def partners() -> list[str]:
    """The partners in the order of the guidelines."""
    return list(vocabularies()["partner_component"].labels)


def in_words(context: Context, found: pd.DataFrame) -> str:
    """`Patrol 41; Escort 3`: kinds of activities with their number; an en dash where none."""
    words = context.words
    sums = found.groupby("activity_type")["done"].sum().reset_index()
    ordered = rows_of(sums.sort_values(["done", "activity_type"], ascending=[False, True]))
    between = "; " if words.language == "en" else "\u202f; "
    return (
        between.join(
            f"{words.label('activity_type', row['activity_type'])} "
            f"{formats.number(float(row['done']), words)}"
            for row in ordered
        )
        or "–"
    )


def by_phase(context: Context, found: pd.DataFrame) -> list[list[str]]:
    """A row a phase: its name, then a cell an element."""
    each = found[found["partner_component"] == ALL]
    return [
        [
            context.words.label("phase", phase),
            *(
                in_words(context, each[(each["phase"] == phase) & (each["unit_type"] == element)])
                for element in ELEMENTS
            ),
        ]
        for phase in phases()
    ]


def by_partner(context: Context, found: pd.DataFrame) -> list[list[str]]:
    """A row a partner, also where nothing was done together: its name, then a cell a phase."""
    return [
        [
            context.words.label("partner_component", partner),
            *(
                in_words(
                    context,
                    found[(found["partner_component"] == partner) & (found["phase"] == phase)],
                )
                for phase in phases()
            ),
        ]
        for partner in partners()
    ]


def phase_heads(context: Context) -> list[str]:
    """Heads of the first matrix."""
    words = context.words
    elements = (words.label("unit_type", element) for element in ELEMENTS)
    return [words("police_matrices.head.phase"), *elements]


def partner_heads(context: Context) -> list[str]:
    """Heads of the second matrix."""
    words = context.words
    named = (words.label("phase", phase) for phase in phases())
    return [words("police_matrices.head.partner"), *named]


def sheets(context: Context) -> list[Sheet]:
    """Both matrices; a CSV holds the first."""
    words, found = context.words, tasks(context)
    notes = [words("police_matrices.under"), *source_notes(context, "police_task")]
    first, second = words("police_matrices.by_phase"), words("police_matrices.by_partner")
    return [
        Sheet(first, phase_heads(context), by_phase(context, found), notes),
        Sheet(second, partner_heads(context), by_partner(context, found), notes),
    ]


def partner_sheets(context: Context) -> list[Sheet]:
    """The second matrix alone, so that it comes as CSV too."""
    return sheets(context)[1:]
