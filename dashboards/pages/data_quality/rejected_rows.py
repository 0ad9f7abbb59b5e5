"""Rejected rows as a list to send back: of one unit where the address names it, else of all."""

from dashboards.components.listing import Field, Listing, Row, label, own_words
from dashboards.context import Context
from dashboards.queries import quality
from dashboards.rows import rows_of


def units(context: Context) -> dict[str, str]:
    """Names of the units of which rows are rejected, by code, in the order of names."""
    known = quality.unit_names(context.release)
    codes = quality.rejected_by_unit(context.release)
    named = {code: known.get(code, code) for code in codes}
    return dict(sorted(named.items(), key=lambda item: item[1]))


def chosen_unit(context: Context) -> str | None:
    """The unit that the address asks for, if rows of it are rejected."""
    asked = context.address.get("reporter")
    return asked if asked in units(context) else None


def _title(context: Context) -> str:
    title, unit = context.words("quality.rejects_title"), chosen_unit(context)
    return context.words.told(title, units(context)[unit]) if unit else title


def _rows(context: Context) -> list[Row]:
    """One row a run of neighbouring rows with one fault."""
    frame = quality.rejected_rows(context.release, chosen_unit(context))
    return rows_of(frame.assign(unit=frame["unit_code"].map(units(context))))


REJECTED = Listing(
    "rejected-rows",
    _title,
    "rejects",
    (
        Field("unit"),
        Field("source", label("source")),
        *map(Field, ("file", "sheet", "first_row", "last_row", "rows")),
        Field("column", "column_name"),
        Field("value", "raw_value"),
        Field("sentence", own_words("sentence")),
    ),
    _rows,
    "rejects.unit_note",
)
