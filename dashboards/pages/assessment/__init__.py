"""Assessment: what the rule says and what people concluded of each outcome; who does what by when.

A computed rating is never overwritten: the judgement stands beside it, signed and dated.
"""

from typing import Any

from dash import html

from dashboards.components.card import card, notice, page_head, page_link
from dashboards.components.outcome_summary import judged_of, links_of, outcomes_of
from dashboards.components.rating import rating_mark, rating_shape
from dashboards.components.table import Column, table
from dashboards.components.value import marked_in_brief
from dashboards.pages.assessment.cards import (
    assessment_card,
    not_concluded,
    recommendations_card,
)
from dashboards.reading.context import Context
from dashboards.reading.written import records
from dashboards.wording import formats
from dashboards.wording.signed import signed
from records.kinds import Assessment
from records.people import accounts
from records.store import Version


def sentence(context: Context) -> str:
    """How many outcomes are assessed and approved, and how many recommendations are overdue."""
    context = records.of_quarter(context)
    words, found = context.words, records.assessments(context)
    codes = judged_of(context, outcomes_of(context, links_of(context)))
    approved = sum(found[code].record.state == "approved" for code in codes if code in found)
    is_hq = context.audience == "hq"  # its copy has what was approved and no draft
    return words.digits(
        "assessment.sentence_approved" if is_hq else "assessment.sentence",
        len(records.overdue(context)),
        period=formats.period_name(context.period, words),
        assessed=str(sum(code in found for code in codes)),
        all=str(len(codes)),
        approved=str(approved),
    )


def body(context: Context) -> list[Any]:
    """The outcomes, the one that is chosen, and the recommendations."""
    context = records.of_quarter(context)
    words = context.words
    codes = judged_of(context, outcomes_of(context, links_of(context)))
    eyebrow = f"{context.area_name(context.area)}, {formats.period_heading(context.period, words)}"
    parts: list[Any] = [
        page_head(sentence(context), words("assessment.lead"), eyebrow),
        notice(_who_writes(context)),
        _outcomes(context, codes),
    ]
    chosen = context.address.get("indicator")
    if chosen in codes:
        parts.append(assessment_card(context, str(chosen)))
    return [*parts, recommendations_card(context)]


def _who_writes(context: Context) -> list[Any]:
    words, link = context.words, context.address.link
    if context.audience == "hq":
        return [words("assessment.hq")]
    is_on = accounts.are_required(records.store_of(context))
    said = words("assessment.accounts" if is_on else "assessment.local")
    account = html.A(words("records.account.title"), href=link("/records/account"))
    log = html.A(words("records.log.title"), href=link("/records/log"))
    return [f"{said} ", account, " · ", log]


def _outcomes(context: Context, codes: list[str]) -> html.Section:
    words, found = context.words, records.assessments(context)
    heads = ("outcome", "computed", "concluded", "signed")
    columns = [Column(words(f"assessment.head.{name}")) for name in heads]
    rows = [_row(context, code, found.get(code)) for code in codes]
    title = words("assessment.outcomes")
    return card(title, [table(columns, rows, title)], words("assessment.under"), key="outcomes")


def _row(context: Context, code: str, version: Version[Assessment] | None) -> list[Any]:
    words, cell = context.words, context.cell(code)
    link = page_link(context.item(code), context.address.link(indicator=code))
    value = marked_in_brief(cell, context.unit(code), words)
    computed = [rating_mark(cell, words), html.Span(value, className="note")]
    if version is None:
        return [link, computed, not_concluded(context), ""]
    record = version.record
    concluded: list[Any] = [rating_shape(record.rating, words)]
    if record.rating != (record.computed.rating if record.computed else cell.rating):
        concluded.append(html.Span(words("assessment.differs"), className="note"))
    steps = [
        words(f"records.state.{record.state}"),
        html.Span(signed(version, words), className="note"),
    ]
    return [link, computed, concluded, steps]
