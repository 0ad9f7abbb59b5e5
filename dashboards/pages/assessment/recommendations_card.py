"""Recommendations: who does what by when, how far it is, and where it came from."""

from datetime import date
from typing import Any

from dash import html

from dashboards.components.card import card, notice
from dashboards.components.table import Column, table
from dashboards.context import Context
from dashboards.wording import formats
from dashboards.written import records
from indicators.foundation.periods import period_named
from records.kinds import Recommendation
from records.store import Version

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
    owner = words.label("owner_role", record.owner)
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
