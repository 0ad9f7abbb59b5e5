"""Cards of readiness: patrols called off, hot spots, contingency plans of bases."""

from typing import Any

import pandas as pd
from dash import html

from dashboards.components.area_level import area_level, cells_by_area
from dashboards.components.card import card, notice, page_link
from dashboards.components.chart import take_away
from dashboards.components.lists.readiness import CALLED_OFF, base_plans
from dashboards.components.table import Column, table
from dashboards.components.value import value_cells
from dashboards.reading.context import Context
from dashboards.reading.queries import indicator_values, threats
from dashboards.reading.queries.cells import Cell
from dashboards.reading.rows import rows_of
from dashboards.wording import formats
from indicators.foundation.periods import period_named

_MONTHS = 12
_PARTS = ("status_reason", "national_caveat")


def called_off_cards(context: Context) -> list[html.Div]:
    """By reason and caveat, below it by area in the order of names; beside them by month."""
    if CALLED_OFF not in context.indicators.index:
        return []
    words = context.words
    period = formats.period_name(context.period, words)
    first = [_card(context, "reasons", "called_off.head.reason", _by_reason(context), period)]
    if areas := _by_area(context):
        first.append(_card(context, "areas", "table.area", areas, period))
    months = _card(context, "months", "called_off.head.month", _by_month(context), period)
    return [
        html.Div([html.Div(first, className="stack"), months], className="columns columns-half")
    ]


def _card(
    context: Context, name: str, first: str, lines: list[tuple[Any, Cell]], period: str
) -> html.Section:
    words, unit = context.words, context.unit(CALLED_OFF)
    title = words(f"called_off.{name}", period=period)
    key = f"called-off-{name}"
    if not lines:
        return card(title, [notice(words("called_off.none"))], key=key)
    columns = [
        Column(words(first)),
        Column(words("called_off.head.number"), True),
        Column(words("called_off.head.of"), True),
        Column([words("called_off.head.share"), html.Span(unit.words(words))], True),
    ]
    rows = [
        [head, _count(context, cell.numerator), _count(context, cell.denominator),
         value_cells(cell, unit, words)[0]]
        for head, cell in lines
    ]  # fmt: skip
    content = [table(columns, rows, title), take_away(context, key, ("csv",), title)]
    return card(title, content, words(f"called_off.{name}_under"), key=key)


def _count(context: Context, number: float | None) -> str:
    return formats.number_or_dash(number, context.words)


def _by_reason(context: Context) -> list[tuple[Any, Cell]]:
    words, period = context.words, context.period
    filters = {"indicator": CALLED_OFF, "period": period.name, "area": context.area}
    lines: list[tuple[Any, Cell]] = []
    for part in _PARTS:
        own = rows_of(indicator_values.kinds(context.release, part, **filters))
        own.sort(key=lambda row: -(row["numerator"] or 0))
        for row in own:
            key = f"called_off.caveat.{row['breakdown_value']}"
            name = words(key) if words.known(key) else words.label(part, row["breakdown_value"])
            lines.append((name, Cell.of(row)))
    total = context.cell(CALLED_OFF)
    return [*lines, (words("called_off.all"), total)] if lines or total.is_figure else []


def _by_month(context: Context) -> list[tuple[Any, Cell]]:
    frame = indicator_values.totals(
        context.release, indicator=CALLED_OFF, period_type="M", area=context.area
    )
    frame = frame[frame["period_end"].dt.date <= context.period.end]
    newest = rows_of(frame.sort_values("period_start"))[: -_MONTHS - 1 : -1]
    return [
        (formats.period_name(period_named(row["period"]), context.words), Cell.of(row))
        for row in newest
    ]


def _by_area(context: Context) -> list[tuple[Any, Cell]]:
    """Areas inside the chosen one from which a patrol was called off."""
    level, period = area_level(context, CALLED_OFF), context.period
    cells = cells_by_area(context, CALLED_OFF, level, period.period_type, period.name)
    inside = context.areas_inside - {context.area}
    return [
        (page_link(context.area_name(area), context.address.link(area=area)), cell)
        for area, cell in sorted(cells.items(), key=lambda item: context.area_name(item[0]))
        if area in inside and not (cell.is_figure and not cell.numerator)
    ]


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
        return card(
            title, [notice(context.if_came(words("hot_spots.none"), "hot_spots"))], key="hot-spots"
        )
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


def base_plans_card(context: Context) -> html.Section:
    """One row a base in the order of names, one column a kind of plan."""
    words, plans = context.words, base_plans(context)
    title = words("base_plans.title")
    if plans.empty:
        return card(title, [notice(words("base_plans.none"))], key="base-plans")
    kinds = sorted(set(plans["plan_kind"]))
    columns = [Column(words("base_plans.head.base")), Column(words("table.area"))]
    columns += [Column(words.label("plan_kind", kind)) for kind in kinds]
    rows: list[list[Any]] = []
    for (base, area), own in plans.groupby(["base_name", "area"], sort=True):
        by_kind = {row["plan_kind"]: row for row in rows_of(own)}
        cells = [_plan(context, by_kind[kind]) for kind in kinds]
        rows.append([base, context.area_name(str(area)), *cells])
    numbers = {"plans": str(len(plans)), "overdue": str(int(plans["is_overdue"].sum()))}
    content = [
        html.P(words("base_plans.count", **numbers)),
        table(columns, rows, title),
        take_away(context, "base-plans", ("csv",), title),
    ]
    under = words("base_plans.under", on=formats.day(context.mission["as_of"], words))
    return card(title, content, under, key="base-plans")


def _plan(context: Context, row: dict[str, Any]) -> html.Div:
    """When it was reviewed and exercised; what is overdue in bold."""
    words = context.words
    lines: list[Any] = []
    for done, counts in (("reviewed", "is_current"), ("exercised", "is_exercised")):
        on = row[f"{done}_on"]
        if formats.is_missing(on):
            lines.append(html.Div(html.B(words(f"base_plans.never_{done}"))))
            continue
        said = words(f"base_plans.{done}", day=formats.day(on, words))
        late = [] if row[counts] else [" ", html.B(words("pending.overdue"))]
        lines.append(html.Div([said, *late]))
    return html.Div(lines)
