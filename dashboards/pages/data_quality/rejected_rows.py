"""Rejected rows as a list to send back: of one unit where the address names it, else of all."""

from typing import Any

from dash import html

from dashboards.components.card import page_link
from dashboards.components.listing import Field, Listing, Row, label, own_words
from dashboards.reading.context import Context
from dashboards.reading.queries import quality
from dashboards.reading.rows import rows_of
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


def _title(context: Context) -> str:
    title, unit = context.words("quality.rejects_title"), chosen_unit(context)
    return context.words.told(title, units(context)[unit]) if unit else title


def _rows(context: Context) -> list[Row]:
    """One row a run of neighbouring rows with one fault."""
    frame = quality.rejected_rows(context.release, chosen_unit(context))
    return rows_of(frame.assign(unit=frame["unit_code"].map(units(context))))


def _column(context: Context, row: Row) -> Any:
    name = row["column_name"]
    return context.words.column(row["source"], name) if isinstance(name, str) else name


REJECTED = Listing(
    "rejected-rows",
    _title,
    "rejects",
    (
        Field("unit"),
        Field("source", label("source")),
        *map(Field, ("file", "sheet", "first_row", "last_row", "rows")),
        Field("column", _column),
        Field("value", "raw_value"),
        Field("sentence", own_words("sentence")),
    ),
    _rows,
    "rejects.unit_note",
)


def unit_tabs(context: Context) -> list[Any]:
    """All rows, then each unit with its number of errors; nothing where no row names a unit."""
    words, names = context.words, units(context)
    if not names:
        return []
    numbers = quality.rejected_by_unit(context.release)
    chosen = chosen_unit(context)
    every = words("rejects.all_units")
    choices: list[tuple[str | None, str, str | None]] = [(None, every, None)]
    choices += [(code, name, formats.number(numbers[code], words)) for code, name in names.items()]
    links = [
        page_link(
            [name, html.Span(number, className="count")] if number else name,
            context.address.link(reporter=code),
            **({"aria-current": "true"} if code == chosen else {}),
        )
        for code, name, number in choices
    ]
    label = {"aria-label": words("rejects.by_unit")}
    group = html.Div(links, className="tabs", role="group", **label)
    return [group, html.P(words("rejects.unit_note"), className="note")]
