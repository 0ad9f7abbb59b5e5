"""Hot spots by priority, with the days since somebody was there last."""

from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card, notice, page_link
from dashboards.components.chart import take_away
from dashboards.components.table import Column, table
from dashboards.context import Context
from dashboards.queries import threats
from dashboards.rows import rows_of
from dashboards.wording import formats

_HEADS = ("code", "threat", "priority", "since", "visits", "last", "days")
_NUMBERS = ("visits", "days")


def hot_spots(context: Context) -> pd.DataFrame:
    """The hot spots of the as-of day in the chosen area and below, by priority."""
    found = threats.hot_spots(context.release)
    return found[found["area"].isin(context.areas_inside)]


def hot_spots_card(context: Context) -> html.Section:
    """One row a hot spot; in each priority the one longest without a visit first."""
    words, found = context.words, hot_spots(context)
    title = words("hot_spots.title")
    if found.empty:
        return card(title, [notice(words("hot_spots.none"))], key="hot-spots")
    columns = [Column(words("table.area"))]
    columns += [Column(words(f"hot_spots.head.{name}"), name in _NUMBERS) for name in _HEADS]
    rows = [_row(context, row) for row in rows_of(found)]
    content = [table(columns, rows, title), take_away(context, "hot-spots", ("csv",), title)]
    under = words("hot_spots.under", on=formats.day(context.mission["as_of"], words))
    return card(title, content, under, key="hot-spots")


def _row(context: Context, row: dict[str, Any]) -> list[Any]:
    words = context.words
    is_unvisited = formats.is_missing(row["last_visit_on"])
    priority = row["priority"]
    visited = words("hot_spots.no_visit")
    if not is_unvisited:
        visited = formats.day(row["last_visit_on"], words)
    days = None if is_unvisited else context.days_since(row["last_visit_on"]) - 1
    return [
        page_link(context.area_name(row["area"]), context.address.link(area=row["area"])),
        row["hot_spot_code"],
        words.label("threat_type", row["threat_type"]),
        words.label("hot_spot_priority", priority) if isinstance(priority, str)
        else words("operations.not_stated"),
        formats.day(row["valid_from"], words),
        formats.number(row["visits"], words),
        html.B(visited) if is_unvisited else visited,
        formats.number_or_dash(days, words),
    ]  # fmt: skip
