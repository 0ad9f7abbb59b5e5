"""Rejected rows as a list to send back: of one unit where the address names it, else of all."""

import pandas as pd

from dashboards.context import Context
from dashboards.lists.sheet import Sheet, source_notes
from dashboards.queries import quality
from dashboards.rows import rows_of
from dashboards.wording import formats


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


def sheets(context: Context) -> list[Sheet]:
    """One row a run of neighbouring rows with one fault: file, place, value, fault, correction."""
    words = context.words
    unit, names = chosen_unit(context), units(context)
    frame: pd.DataFrame = quality.rejected_rows(context.release, unit)
    rows = [
        [
            names.get(row["unit_code"]) if isinstance(row["unit_code"], str) else None,
            words.label("source", row["source"]),
            row["file"],
            row["sheet"] if isinstance(row["sheet"], str) else None,
            None if formats.is_missing(row["first_row"]) else int(row["first_row"]),
            None if formats.is_missing(row["last_row"]) else int(row["last_row"]),
            int(row["rows"]),
            row["column_name"] if isinstance(row["column_name"], str) else None,
            row["raw_value"] if isinstance(row["raw_value"], str) else None,
            words.of(row, "sentence"),
        ]
        for row in rows_of(frame)
    ]
    columns = (
        *("unit", "source", "file", "sheet", "first_row", "last_row", "rows"),
        *("column", "value", "sentence"),
    )
    heads = [words(f"rejects.head.{name}") for name in columns]
    title = words("quality.rejects_title")
    if unit:
        title = words.told(title, names[unit])
    notes = [words("rejects.unit_note"), *source_notes(context)]
    return [Sheet(title, heads, rows, notes)]
