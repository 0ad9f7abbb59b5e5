"""Violence without a warning, and warned of without an answer: by area and quarter."""

import pandas as pd

from dashboards.context import Context
from dashboards.lists.sheet import Sheet, Value, source_notes
from dashboards.queries import threats
from dashboards.rows import rows_of
from dashboards.wording import formats
from indicators.foundation.periods import Period, period_named, period_of

COUNTS = ("incidents", "warned", "without_warning", "not_answered")


def quarters_of(period: Period) -> list[str]:
    """The names of the quarters that a period touches, oldest first."""
    return list(dict.fromkeys(period_of(month, "Q").name for month in period.months))


def warnings(context: Context) -> pd.DataFrame:
    """Rows of `mart.early_warning` in the chosen area and below, up to the chosen period."""
    found = threats.early_warning(context.release)
    is_past = found["quarter"] <= quarters_of(context.period)[-1]
    return found[found["area"].isin(context.areas_inside) & is_past]


def sheets(context: Context) -> list[Sheet]:
    """One row an area and quarter with violence against civilians, newest quarter first."""
    words = context.words
    rows: list[list[Value]] = [
        [
            context.area_name(row["area"]),
            formats.period_name(period_named(row["quarter"]), words),
            *(int(row[name]) for name in COUNTS),
        ]
        for row in rows_of(warnings(context))
    ]
    heads = [words("table.area"), words("table.period")]
    heads += [words(f"warnings.head.{name}") for name in COUNTS]
    notes = [words("warnings.under"), *source_notes(context)]
    return [Sheet(words("warnings.title"), heads, rows, notes)]
