"""One assessment: what the rule says beside what people concluded; recommendations."""

from datetime import date
from typing import Any

from dash import html

from dashboards.components.card import card, notice, page_link
from dashboards.components.rating import rating_mark, rating_shape
from dashboards.components.table import Column, table
from dashboards.components.value import value_in_brief
from dashboards.reading.context import Context
from dashboards.reading.written import records
from dashboards.wording import formats
from dashboards.wording.signed import signed
from indicators.foundation.periods import period_named
from records.kinds import Assessment, Figure, Recommendation
from records.store import Version


def assessment_card(context: Context, code: str) -> html.Section:
    """The newest version beside the released figure; the way to write, and to recommend."""
    words, versions = context.words, records.history(context, code)
    newest = versions[-1] if versions else None
    sides = html.Div(
        [
            html.Div(_computed(context, code, newest), className="assessment-side"),
            html.Div(_concluded(context, newest), className="assessment-side"),
        ],
        className="assessment-sides",
    )
    parts: list[Any] = [sides]
    if context.audience == "mission":
        parts.append(_write(context, code, newest))
    if versions:
        parts.append(_history(context, versions))
    return card(context.item(code), parts, words("assessment.card_under"), key="assessment")


def _computed(context: Context, code: str, newest: Version[Assessment] | None) -> list[Any]:
    words, cell = context.words, context.cell(code)
    value = value_in_brief(cell, context.unit(code), words)
    parts: list[Any] = [
        html.H3(words("assessment.head.computed")),
        html.P([rating_mark(cell, words), " ", value]),
        html.P(words("assessment.release", name=context.release.name), className="note"),
    ]
    then = newest.record.computed if newest else None
    if then is not None and then.release != context.release.name:
        parts += [
            html.P(words("assessment.then", release=then.release), className="note"),
            html.P(_figure(context, then)),
        ]
    return parts


def not_concluded(context: Context) -> str:
    """That there is no assessment; a copy of what was approved knows of no other."""
    is_hq = context.audience == "hq"
    return context.words("assessment.none_approved" if is_hq else "assessment.not_yet")


def _concluded(context: Context, version: Version[Assessment] | None) -> list[Any]:
    words = context.words
    head = html.H3(words("assessment.head.concluded"))
    if version is None:
        return [head, html.P(not_concluded(context))]
    record = version.record
    parts: list[Any] = [head, html.P(rating_shape(record.rating, words))]
    if record.reason:
        parts.append(html.P([html.B(words("assessment.reason")), " ", record.reason]))
    parts += [html.P(line) for line in record.narrative.splitlines() if line.strip()]
    if record.participants:
        roles = [words.label("mission_role", role) for role in record.participants]
        parts.append(html.P(words.told(words("records.field.participants"), words.listed(roles))))
    if record.evidence:
        parts.append(html.P(words("records.field.evidence")))
        parts.append(html.Ul([html.Li(_figure(context, one)) for one in record.evidence]))
    state = words(f"records.state.{record.state}")
    return [*parts, html.P(f"{state}, {signed(version, words)}", className="note")]


def _figure(context: Context, figure: Figure) -> list[Any]:
    """A figure as it was cited, with the way to the indicator."""
    words = context.words
    place = {"period": figure.period, "area": figure.area}
    link = context.address.link(f"/indicators/{figure.indicator}", **place)
    said = figure.words.get("fr" if words.language == "fr" else "en")
    if said is None:  # this copy shows the figure otherwise than the mission's does
        said = words("assessment.not_as_cited")
    name = page_link(context.item(figure.indicator), link)
    return [name, f" {said} ({figure.release})"]


def _write(context: Context, code: str, newest: Version[Assessment] | None) -> html.Div:
    words, link = context.words, context.address.link
    chosen = {"period": context.period.name, "area": context.area, "indicator": code}
    write = html.A(
        words("assessment.write" if newest is None else "assessment.open"),
        href=link("/records/assess", **chosen),
        className="button",
    )
    if newest is None:
        return html.Div(write, className="take-away")
    recommend = html.A(
        words("assessment.recommend"),
        href=link("/records/recommend", **chosen),
        className="take",
    )
    return html.Div([write, recommend], className="take-away")


def _history(context: Context, versions: list[Version[Assessment]]) -> html.Details:
    words = context.words
    items = [html.Li(_past(context, version)) for version in reversed(versions)]
    summary = html.Summary(words("assessment.versions", number=str(len(versions))))
    return html.Details([summary, html.Ul(items, className="facts")])


def _past(context: Context, version: Version[Assessment]) -> list[Any]:
    words, record = context.words, version.record
    head = words(
        "assessment.version",
        number=str(version.number),
        state=words(f"records.state.{record.state}"),
        signed=signed(version, words),
    )
    return [
        html.B(head),
        rating_shape(record.rating, words),
        *([html.P(record.reason)] if record.reason else []),
        *[html.P(line) for line in record.narrative.splitlines() if line.strip()],
    ]


_HEADS = ("what", "owner", "due", "status", "source")


def recommendations_card(context: Context) -> html.Section:
    """Open ones first, by the day they are due; those past it say so in words."""
    words, found = context.words, records.recommendations(context)
    title = words("recommendations.title")
    under = words("recommendations.under", on=formats.day(date.today(), words))
    if not found:
        return card(title, [notice(words("recommendations.none"))], under, key="recommendations")
    columns = [Column(words(f"recommendations.head.{name}")) for name in _HEADS]
    rows = [_row(context, version) for version in found]
    return card(title, [table(columns, rows, title)], under, key="recommendations")


def _row(context: Context, version: Version[Recommendation]) -> list[Any]:
    words, record = context.words, version.record
    due: list[Any] = [formats.day(record.due_on, words)]
    if record.is_overdue(date.today()):
        due += [" ", html.B(words("pending.overdue"))]
    status: list[Any] = [words(f"records.status.{record.status}")]
    if record.note:
        status.append(html.Span(record.note, className="note"))
    what = [_open(context, record), html.Span(context.area_name(record.area), className="note")]
    owner = words.label("mission_role", record.owner)
    return [what, owner, due, status, _source(context, record)]


def _open(context: Context, record: Recommendation) -> Any:
    """The text; as a link to its form where the reader may be one who follows up."""
    if context.audience != "mission":
        return record.text
    place = {"period": context.period.name, "area": record.area}
    link = context.address.link("/records/recommend", **place)
    return html.A(record.text, href=f"{link}&key={record.key}")


def _source(context: Context, record: Recommendation) -> str:
    words = context.words
    if record.source_kind == "review" and context.audience != "mission":
        return words("recommendations.of_review")
    if record.source_kind == "review":
        return words("recommendations.review", code=record.source)
    code, area, period = record.source.split("/", 2)
    return words(
        "recommendations.assessment",
        outcome=context.item(code),
        area=context.area_name(area),
        period=formats.period_name(period_named(period), words),
    )
