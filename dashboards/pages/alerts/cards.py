"""Cards of threats and alerts: what is pending, reviews, violence without a warning."""

from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card, notice, page_link
from dashboards.components.chart import take_away
from dashboards.components.empty import reports_mark, reports_note
from dashboards.components.lists import review_candidates
from dashboards.components.lists.readiness import OPERATIONS, operations
from dashboards.components.lists.review_candidates import CANDIDATES, Candidate
from dashboards.components.lists.threats import COUNTS, WARNINGS, quarters_of, warnings
from dashboards.components.table import Column, table
from dashboards.reading.context import Context
from dashboards.reading.queries import threats
from dashboards.reading.queries.threats import ALERTS
from dashboards.reading.rows import rows_of
from dashboards.wording import formats
from indicators.foundation.periods import period_named

_MOST = 12
_HEADS = ("type", "level", "since", "days", "due")


def pending_card(
    context: Context, kind: str, found: pd.DataFrame, is_recorded: bool
) -> html.Section:
    """Area, type, since when, due when, in the order of the query.

    `is_recorded`: whether cases were reported at all; else that none is pending is not known.
    """
    words = context.words
    title = words(f"pending.{kind}.title")
    if found.empty:
        said = words(f"pending.{kind}.{'none' if is_recorded else 'unknown'}")
        return card(title, [notice(context.with_reports(said, "pending_action"))], key=kind)
    heads = [name for name in _HEADS if name != "level" or kind == ALERTS]
    columns = [
        Column(words("table.area")),
        *(Column(words(f"pending.head.{name}"), name == "days") for name in heads),
    ]
    rows = [_row(context, kind, row, heads) for row in rows_of(found.head(_MOST))]
    content: list[Any] = [
        *reports_note(context.reports_of("pending_action"), words),
        table(columns, rows, title),
    ]
    if len(found) > _MOST:
        more = words("pending.more", shown=str(_MOST), of=formats.number(len(found), words))
        content.append(html.P(more, className="note"))
    content.append(take_away(context, kind, ("csv",), title))
    under = words(f"pending.{kind}.under", on=formats.day(context.mission["as_of"], words))
    return card(title, content, under, key=kind)


def _row(context: Context, kind: str, row: dict[str, Any], heads: list[str]) -> list[Any]:
    words = context.words
    vocabulary = "threat_type" if kind == ALERTS else "incident_type"
    due = words("pending.no_date") if formats.is_missing(row["due_at"]) else _due(context, row)
    cells = {
        "type": words.label(vocabulary, str(row["type"])),
        "level": words.label("alert_level", str(row["level"])),
        "since": formats.day(row["since"], words),
        "days": formats.number(context.days_since(row["since"]), words),
        "due": [due, html.B(words("pending.overdue"))] if row["is_overdue"] else due,
    }
    link = page_link(context.area_name(row["area"]), context.address.link(area=row["area"]))
    return [link, *(cells[name] for name in heads)]


def _due(context: Context, row: dict[str, Any]) -> str:
    return f"{formats.day(row['due_at'], context.words)} "


_NOT_RECORDED = "_U"


def no_action_card(context: Context) -> html.Section:
    """A row a reason; without one the response is overdue or was never recorded."""
    words, quarters = context.words, quarters_of(context.period)
    found = threats.alerts_without_action(context.release, quarters, context.area)
    title, under = words("alerts.no_action_title"), words("alerts.no_action_under")
    if found.empty:
        said = context.with_reports(words("alerts.no_action_none"), "alert_without_action")
        return card(title, [notice(said)], under, key="no-action")
    columns = [Column(words("alerts.reason")), Column(words("alerts.number"), True)]
    rows = [
        [
            html.B(words("alerts.no_reason"))
            if row["reason"] == _NOT_RECORDED
            else words.label("no_action_reason", row["reason"]),
            formats.number(row["alerts"], words),
        ]
        for row in rows_of(found)
    ]
    content = [
        *reports_note(context.reports_of("alert_without_action"), words),
        table(columns, rows, title),
    ]
    return card(title, content, under, key="no-action")


_MOST_OPERATIONS = 12


def operations_card(context: Context) -> html.Section:
    """The operations whose review is overdue first, then the newest. No unit is named."""
    words = context.words
    title = words("operations.title")
    rows = rows_of(operations(context))
    if not rows:
        is_known = not threats.operations(context.release).empty
        said = words("operations.none" if is_known else "operations.unknown")
        said = context.with_reports(said, "operation") if is_known else said
        return card(title, [notice(said)], key="operations")
    overdue = [row for row in rows if row["is_overdue"]]
    shown = [*overdue, *(row for row in rows if not row["is_overdue"])][:_MOST_OPERATIONS]
    content: list[Any] = [
        html.P(words.digits("operations.count", len(rows), overdue=str(len(overdue)))),
        OPERATIONS.table(context, shown),
    ]
    if len(rows) > len(shown):
        more = words("pending.more", shown=str(len(shown)), of=str(len(rows)))
        content.append(html.P(more, className="note"))
    content.append(OPERATIONS.files(context))
    return card(title, content, words("operations.under"), key="operations")


_MOST_REVIEWS = 12
_NUMBERS = ("due", "rule_undecided", "undecided")


def review_candidates_card(context: Context, is_recorded: bool) -> html.Section:
    """What is undecided first; counts of all. `is_recorded`: whether reviews were reported at all,
    else that there is no candidate is not known."""
    words = context.words
    title = words("candidates.title")
    found = review_candidates.candidates(context)
    if not found:
        none = words(f"pending.after_action_review.{'none' if is_recorded else 'unknown'}")
        said = context.with_reports(none, "review_candidate")
        return card(title, [notice(said)], key="candidates")
    content: list[Any] = [
        html.P(_counted(context, found)),
        *reports_note(context.reports_of("review_candidate"), words),
        CANDIDATES.table(context, found[:_MOST_REVIEWS], ("incident",)),
    ]
    if len(found) > _MOST_REVIEWS:
        more = words("pending.more", shown=str(_MOST_REVIEWS), of=formats.number(len(found), words))
        content.append(html.P(more, className="note"))
    content.append(CANDIDATES.files(context))
    return card(title, content, words("candidates.under"), key="candidates")


def _counted(context: Context, found: list[Candidate]) -> str:
    words, counted = context.words, review_candidates.counts(found)
    return " ".join(
        words(f"candidates.counted.{name}", number=formats.number(counted[name], words))
        for name in ("all", *_NUMBERS)
    )


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
        WARNINGS.files(context),
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
