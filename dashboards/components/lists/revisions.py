"""Figures that differ from the release before, with the reason: as a list and as a card."""

from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card, notice, opened_rest, page_link
from dashboards.components.listing import Field, Listing, area, own_words
from dashboards.reading.context import Context
from dashboards.reading.queries import framework, quality
from dashboards.reading.rows import rows_of
from dashboards.wording import formats
from dashboards.wording.words import sentence_case
from indicators.assessment.empty_reasons import Facts, statement
from indicators.foundation import mart_tables
from indicators.foundation.mart_tables import DIMENSIONS
from indicators.foundation.periods import period_named


def figure(context: Context, row: dict[str, Any], when: str) -> str:
    """The figure `before` or `after`, or why there is none, as the pages say it."""
    value, words, code = row[f"value_{when}"], context.words, row["indicator"]
    if formats.is_missing(value):
        empty = statement(Facts(obs_status=row[f"obs_status_{when}"])).empty
        return words.said(empty) if empty else ""
    known = code in context.indicators.index
    return context.unit(code).value(float(value), words) if known else str(value)


def _stated(context: Context, row: dict[str, Any], when: str) -> float | str:
    """The figure as a number for a spreadsheet, or why there is none."""
    value = row[f"value_{when}"]
    return figure(context, row, when) if formats.is_missing(value) else float(value)


def part_of(context: Context, row: dict[str, Any]) -> str | None:
    """The part that a figure is of: sex, age, unit, actor …; nothing of a total."""
    named = {name: row[name] for name in DIMENSIONS if not name.startswith("breakdown")}
    named[row["breakdown"]] = row["breakdown_value"]  # the code of the vocabulary that it names
    parts = [
        context.words.label(name, code)
        for name, code in named.items()
        if code not in (mart_tables.TOTAL, mart_tables.NOT_APPLICABLE)
    ]
    return ", ".join(parts) or None


REVISIONS = Listing(
    "revised-figures",
    "quality.revisions_title",
    "revised",
    (
        Field("code", "indicator"),
        Field("indicator", lambda context, row: context.short(row["indicator"])),
        Field("period"),
        Field("area", area),
        Field("part", part_of),
        Field("before", lambda context, row: _stated(context, row, "before")),
        Field("after", lambda context, row: _stated(context, row, "after")),
        Field("reason", lambda context, row: context.words.label("revision_reason", row["reason"])),
        Field("sentence", own_words("sentence")),
        Field("release_before"),
    ),
    # `reason` of the address chooses a reason
    lambda context: rows_of(quality.revisions(context.release, context.address.get("reason"))),
)
_SHOWN, _SENT = 12, 150


def primaries_card(context: Context) -> list[html.Section]:
    """Links that are graded by another test than before, with the day; nothing where none is."""
    words = context.words
    rows = rows_of(framework.primary_changes(context.release))
    if not rows:
        return []
    names = {
        row["edge"]: words(
            "side.pair",
            output=context.item(row["from_indicator"]),
            outcome=context.item(row["to_indicator"]),
        )
        for row in rows_of(framework.links(context.release, context.country))
    }
    items = [
        html.Li(
            [
                html.B(names.get(row["edge"], row["edge"])),
                html.Span(words.of(row, "sentence"), className="note"),
            ]
        )
        for row in rows
    ]
    listed = html.Ul(items, className="facts")
    return [card(words("primary.changed"), [listed], words("primary.changed_under"), "primaries")]


def revisions_card(context: Context) -> html.Section:
    """The newest changes: the old figure struck, the new one bold, the reason in words."""
    words, reason = context.words, context.address.get("reason")
    title, frame = words("quality.revisions_title"), quality.revisions(context.release)
    if frame.empty:
        key = "quality.first_release" if context.is_first_release else "quality.no_revisions"
        return card(title, [notice(words(key))], key="revisions")
    shown = frame if reason is None else frame[frame["reason"] == reason]
    items = [_revision(context, row) for row in rows_of(shown.head(_SENT))]
    parts: list[Any] = [_reasons(context, frame), html.Ul(items[:_SHOWN], className="facts")]
    if items[_SHOWN:]:
        summary = words("quality.more_revisions", number=str(len(shown) - _SHOWN))
        rest = html.Ul(items[_SHOWN:], className="facts")
        parts += opened_rest(context.address, "more_revisions", summary, rest)
    parts.append(REVISIONS.files(context))
    return card(title, parts, words("revised.under"), key="revisions")


def _reasons(context: Context, frame: pd.DataFrame) -> html.Div:
    """All reasons with their numbers; the choice stands in the address."""
    words, chosen = context.words, context.address.get("reason")
    counts = frame["reason"].value_counts()
    choices: list[tuple[str | None, str, int]] = [(None, words("revised.all"), len(frame))]
    choices += [
        (str(reason), sentence_case(words.label("revision_reason", str(reason))), int(number))
        for reason, number in counts.items()
    ]
    links = [
        page_link(
            [name, html.Span(formats.number(number, words), className="count")],
            context.address.link(reason=reason),
            **({"aria-current": "true"} if reason == chosen else {}),
        )
        for reason, name, number in choices
    ]
    return html.Div(links, className="tabs", role="group", **{"aria-label": words("revised.why")})


def _revision(context: Context, row: dict[str, Any]) -> html.Li:
    words = context.words
    before, after = figure(context, row, "before"), figure(context, row, "after")
    period = formats.period_name(period_named(row["period"]), words)
    named = [context.short(row["indicator"]), period, context.area_name(row["area"])]
    head = ", ".join([*named, part_of(context, row) or ""]).rstrip(", ")
    change = [html.Span(before, className="struck"), html.B(after, className="inline")]
    reason = words.of(row, "sentence") or words.label("revision_reason", str(row["reason"]))
    return html.Li([html.Span(head), html.Div(change), html.Span(reason, className="note")])
