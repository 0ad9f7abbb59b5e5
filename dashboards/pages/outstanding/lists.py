"""Rejected rows that nobody has mended, by unit, source and file, with how long."""

from typing import Any

import pandas as pd

from dashboards.context import Context
from dashboards.lists.sheet import Sheet, source_notes
from dashboards.queries import outstanding, quality
from dashboards.rows import rows_of
from dashboards.wording import formats


def waiting_rows(context: Context) -> pd.DataFrame:
    """Rows of `mart.rejected_row` with the sender's name and the days up to the as-of date.

    `sender`: null where the rows name no known unit. `days`: null where no day can be read.
    """
    frame = outstanding.rejected_rows(context.release)
    names = quality.unit_names(context.release)
    as_of = pd.Timestamp(context.mission["as_of"])
    return frame.assign(
        sender=frame["unit_code"].map(lambda code: _name(names, code)),
        days=(as_of - pd.to_datetime(frame["oldest_on"])).dt.days,
    )


def _name(names: dict[str, str], code: Any) -> str | None:
    return names.get(code, code) if isinstance(code, str) else None


def sheets(context: Context) -> list[Sheet]:
    """One row a unit, source and file; `reporter` of the address chooses one unit."""
    words, frame = context.words, waiting_rows(context)
    asked = context.address.get("reporter")
    if asked:
        frame = frame[frame["unit_code"] == asked]
    rows = [
        [
            row["sender"] or words("outstanding.no_unit"),
            words.label("source", row["source"]),
            row["file"],
            int(row["rows"]),
            None if formats.is_missing(row["oldest_on"]) else pd.Timestamp(row["oldest_on"]).date(),
            None if formats.is_missing(row["days"]) else int(row["days"]),
        ]
        for row in rows_of(frame)
    ]
    names = ("unit", "source", "file", "rows", "oldest", "days")
    heads = [words(f"outstanding.head.{name}") for name in names]
    return [Sheet(words("outstanding.rows_title"), heads, rows, source_notes(context))]
