"""Rejected rows by unit: a choice that stands in the address."""

from typing import Any

from dash import html

from dashboards.components.card import page_link
from dashboards.context import Context
from dashboards.pages.data_quality import rejected_rows
from dashboards.queries import quality
from dashboards.wording import formats


def unit_tabs(context: Context) -> list[Any]:
    """All rows, then each unit with its number of errors; nothing where no row names a unit."""
    words, names = context.words, rejected_rows.units(context)
    if not names:
        return []
    numbers = quality.rejected_by_unit(context.release)
    chosen = rejected_rows.chosen_unit(context)
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
