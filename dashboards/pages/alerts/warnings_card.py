"""Violence that nobody warned of, or that was warned of without an answer: by quarter, by area."""

from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card, notice, page_link
from dashboards.components.list_files import list_files
from dashboards.components.reports_mark import reports_mark
from dashboards.components.table import Column, table
from dashboards.context import Context
from dashboards.lists.threats import COUNTS, quarters_of, warnings
from dashboards.rows import rows_of
from dashboards.wording import formats
from indicators.foundation.periods import period_named

_QUARTERS = 8
_WARNED = "P2-OC-10"


def warnings_card(context: Context) -> list[html.Section]:
    """Both tables and the list; nothing where the mission does not count alerts before violence.

    Each line leads to the top of the page, to the alerts of its area and quarter.
    """
    if _WARNED not in context.indicators.index:
        return []
    words, found = context.words, warnings(context)
    title = words("warnings.title")
    if found.empty:
        said = context.with_reports(words("warnings.none"), "early_warning")
        return [card(title, [notice(said)], key="warnings")]
    content = [
        html.Div(
            [_by_quarter(context, found), *_by_area(context, found)],
            className="columns columns-half",
        ),
        list_files(context, "missed-warnings", title),
    ]
    return [card(title, content, words("warnings.under"), key="warnings")]


def _by_quarter(context: Context, found: pd.DataFrame) -> html.Div:
    own = rows_of(found[found["area"] == context.area].head(_QUARTERS))
    names = [formats.period_name(period_named(row["quarter"]), context.words) for row in own]
    links = [
        [
            _to_alerts(context, name, period=row["quarter"]),
            *_marks(context, context.area, row["quarter"]),
        ]
        for name, row in zip(names, own, strict=True)
    ]
    title = context.words("warnings.quarters", area=context.area_name(context.area))
    return _table(context, context.words("table.period"), links, own, title)


def _by_area(context: Context, found: pd.DataFrame) -> list[html.Div]:
    """The lowest areas inside the chosen one in which something was missed, by name."""
    words, quarters = context.words, quarters_of(context.period)
    inside = found[found["quarter"].isin(quarters) & (found["area"] != context.area)]
    inside = inside[inside["area"].isin(context.lowest_areas)]
    sums = inside.groupby("area", as_index=False)[list(COUNTS)].sum()
    missed = rows_of(sums[(sums["without_warning"] > 0) | (sums["not_answered"] > 0)])
    if not missed:
        return []
    missed.sort(key=lambda row: context.area_name(row["area"]))
    links = [
        [
            _to_alerts(context, context.area_name(row["area"]), area=row["area"]),
            *_marks(context, row["area"], *quarters),
        ]
        for row in missed
    ]
    ends = dict.fromkeys((quarters[0], quarters[-1]))
    named = "–".join(formats.period_name(period_named(quarter), words) for quarter in ends)
    return [_table(context, words("table.area"), links, missed,
                   words("warnings.areas", period=named))]  # fmt: skip


def _to_alerts(context: Context, text: str, **chosen: str) -> html.A:
    return page_link(text, context.address.link(**chosen), **{"data-top": ""})


def _marks(context: Context, area: str, *quarters: str) -> list[html.Span]:
    """The mark of an area some of whose reports of these quarters are missing."""
    said = (context.reports_of("early_warning", area, period_named(name)) for name in quarters)
    return reports_mark(next(filter(None, said), None), context.words)


def _table(
    context: Context, first: str, links: list[list[Any]], rows: list[dict[str, Any]], title: str
) -> html.Div:
    words = context.words
    columns = [Column(first), *(Column(words(f"warnings.head.{name}"), True) for name in COUNTS)]
    cells = [
        [link, *(formats.number(row[name], words) for name in COUNTS)]
        for link, row in zip(links, rows, strict=True)
    ]
    return html.Div([html.H3(title), table(columns, cells, title)])
