"""What a release changed in figures that an earlier one published, and why."""

from typing import Any

from dash import html

from dashboards.components.card import card, notice
from dashboards.context import Context
from dashboards.queries import framework, quality
from dashboards.rows import rows_of
from dashboards.wording import formats
from indicators.assessment.empty_reasons import Facts, statement


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
    words, frame = context.words, quality.revisions(context.release)
    title = words("quality.revisions_title")
    if frame.empty:
        key = "quality.first_release" if context.is_first_release else "quality.no_revisions"
        return card(title, [notice(words(key))], key="revisions")
    items = [_revision(context, row) for row in rows_of(frame.head(20))]
    more = len(frame) - len(items)
    note = (
        [html.P(words("quality.more_revisions", number=str(more)), className="note")]
        if more
        else []
    )
    return card(title, [html.Ul(items, className="facts"), *note], key="revisions")


def _revision(context: Context, row: dict[str, Any]) -> html.Li:
    words, code = context.words, row["indicator"]
    known = code in context.indicators.index

    def figure(value: Any, status: Any) -> str:
        if formats.is_missing(value):
            empty = statement(Facts(obs_status=status)).empty
            return words.said(empty) if empty else ""
        return context.unit(code).value(float(value), words) if known else str(value)

    before = figure(row["value_before"], row["obs_status_before"])
    after = figure(row["value_after"], row["obs_status_after"])
    head = f"{context.short(code)}, {row['period']}, {context.area_name(row['area'])}"
    change = [html.Span(before, className="struck"), html.B(after, className="inline")]
    reason = words.of(row, "sentence") or words.label("revision_reason", str(row["reason"]))
    return html.Li([html.Span(head), html.Div(change), html.Span(reason, className="note")])
