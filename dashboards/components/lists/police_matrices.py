"""What UN police did: by phase and element (STM 9.1), and by partner and area of cooperation (9.2).

Each cell names the kinds of completed activities, those done most first. Partners: 2017.12 §58–65.
"""

from collections.abc import Callable, Sequence
from functools import partial

import pandas as pd

from dashboards.components.listing import Field, Listing, Row, label
from dashboards.reading.context import Context
from dashboards.reading.queries import effort
from dashboards.reading.rows import rows_of
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
            f"{words.label('activity_type', row['activity_type'])}\u00a0"
            f"{formats.number(float(row['done']), words)}"
            for row in ordered
        )
        or "–"
    )


def _cell(where: dict[str, str]) -> Callable[[Context, Row], str]:
    """The kinds of activities of a row in which these columns hold these codes."""

    def write(context: Context, row: Row) -> str:
        found = row["found"]
        for name, code in where.items():
            found = found[found[name] == code]
        return in_words(context, found)

    return write


def _elements(context: Context) -> list[Field]:
    """A column an element."""
    return [
        Field("phase", label("phase")),
        *(
            Field(one, _cell({"unit_type": one}), head=partial(_label, "unit_type", one))
            for one in ELEMENTS
        ),
    ]


def _phases(context: Context) -> list[Field]:
    """A column a phase."""
    return [
        Field("partner", label("partner_component")),
        *(
            Field(one, _cell({"phase": one}), head=partial(_label, "phase", one))
            for one in phases()
        ),
    ]


def _label(vocabulary: str, code: str, context: Context) -> str:
    return context.words.label(vocabulary, code)


def _rows(context: Context, name: str, codes: Sequence[str]) -> list[Row]:
    """A row a code, also where nothing was done."""
    found = tasks(context)
    if name == "phase":
        found = found[found["partner_component"] == ALL]
    return [{name: code, "found": found[found[name] == code]} for code in codes]


BY_PARTNER = Listing(
    "police-partners",
    "police_matrices.by_partner",
    "police_matrices",
    _phases,
    lambda context: _rows(context, "partner_component", partners()),
    "police_matrices.under",
    counts="police_task",
)
BY_PHASE = Listing(
    "police-matrices",
    "police_matrices.by_phase",
    "police_matrices",
    _elements,
    lambda context: _rows(context, "phase", phases()),
    "police_matrices.under",
    counts="police_task",
    also=(BY_PARTNER,),
)
