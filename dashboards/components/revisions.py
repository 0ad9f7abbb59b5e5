"""What a release changed in figures that an earlier one published, and why."""

from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card, notice
from dashboards.components.links import page_link
from dashboards.components.list_files import list_files
from dashboards.context import Context
from dashboards.lists.revised_figures import figure, part_of
from dashboards.queries import framework, quality
from dashboards.rows import rows_of
from dashboards.wording import formats
from dashboards.wording.words import sentence_case
from indicators.foundation.periods import period_named

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
        summary = html.Summary(words("quality.more_revisions", number=str(len(shown) - _SHOWN)))
        rest = html.Ul(items[_SHOWN:], className="facts")
        parts.append(html.Details([summary, rest], className="long"))
    parts.append(list_files(context, "revised-figures", title))
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
