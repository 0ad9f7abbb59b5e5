"""Lines of the plan that were changed, as a list: a row a line with original, current and done."""

import pandas as pd

from dashboards.context import Context
from dashboards.lists.sheet import Sheet, source_notes
from dashboards.queries import transition
from dashboards.rows import rows_of
from dashboards.wording import formats

_HEADS = (
    "line", "version", "month", "area", "unit_type", "activity", "quantity_unit", "original",
    "quantity", "done", "approved", "reason",
)  # fmt: skip


def changes_shown(context: Context) -> pd.DataFrame:
    """Changed lines of the months of the period, inside the chosen area."""
    start, end = context.period.start.isoformat(), context.period.end.isoformat()
    found = transition.plan_changes(context.release, start, end)
    return found[found["area"].isin(context.areas_inside)]


def sheets(context: Context) -> list[Sheet]:
    """One row a line."""
    words = context.words
    rows = [
        [
            row["plan_line_code"],
            int(row["plan_version"]),
            f"{row['month']:%Y-%m}",
            context.area_name(row["area"]),
            words.label("unit_type", row["unit_type"]),
            words.label("activity_type", row["activity_type"]),
            words.label("quantity_unit", row["quantity_unit"]),
            *(
                None if formats.is_missing(row[name]) else float(row[name])
                for name in ("original", "quantity", "done")
            ),
            None if formats.is_missing(row["approved_on"]) else row["approved_on"].date(),
            row["change_reason"] if isinstance(row["change_reason"], str) else None,
        ]
        for row in rows_of(changes_shown(context))
    ]
    heads = [words(f"effort.head.{name}") for name in _HEADS]
    return [Sheet(words("effort.changes_title"), heads, rows, source_notes(context, "plan_change"))]
