"""Rejected rows that nobody has mended, by unit, source and file, with how long."""

from typing import Any

import pandas as pd

from dashboards.components.listing import Field, Listing, Row, label
from dashboards.context import Context
from dashboards.queries import outstanding, quality
from dashboards.rows import rows_of


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


def _of_reporter(context: Context) -> list[Row]:
    """One row a unit, source and file; `reporter` of the address chooses one unit."""
    frame, asked = waiting_rows(context), context.address.get("reporter")
    return rows_of(frame[frame["unit_code"] == asked] if asked else frame)


def _unit(context: Context, row: Row) -> str:
    known = isinstance(row["sender"], str)
    return row["sender"] if known else context.words("outstanding.no_unit")


OUTSTANDING = Listing(
    "outstanding-rows",
    "outstanding.rows_title",
    "outstanding",
    (
        Field("unit", _unit),
        Field("source", label("source")),
        Field("file"),
        Field("rows"),
        Field("oldest", lambda _, row: pd.Timestamp(row["oldest_on"])),
        Field("days"),
    ),
    _of_reporter,
)
