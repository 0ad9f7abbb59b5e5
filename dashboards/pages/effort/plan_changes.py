"""Lines of the plan that were changed, as a list: a row a line with original, current and done."""

import pandas as pd

from dashboards.components.listing import Field, Listing, area, label
from dashboards.context import Context
from dashboards.queries import transition
from dashboards.rows import rows_of


def changes_shown(context: Context) -> pd.DataFrame:
    """Changed lines of the months of the period, inside the chosen area."""
    start, end = context.period.start.isoformat(), context.period.end.isoformat()
    found = transition.plan_changes(context.release, start, end)
    return found[found["area"].isin(context.areas_inside)]


PLAN_CHANGES = Listing(
    "plan-changes",
    "effort.changes_title",
    "effort",
    (
        Field("line", "plan_line_code"),
        Field("version", "plan_version"),
        Field("month", lambda _, row: f"{row['month']:%Y-%m}"),
        Field("area", area),
        Field("unit_type", label("unit_type")),
        Field("activity", label("activity_type")),
        Field("quantity_unit", label("quantity_unit")),
        Field("original"),
        Field("quantity"),
        Field("done"),
        Field("approved", "approved_on"),
        Field("reason", "change_reason"),
    ),
    lambda context: rows_of(changes_shown(context)),
    counts="plan_change",
)
