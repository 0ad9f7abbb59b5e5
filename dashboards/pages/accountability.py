"""Accountability: for each role of Annex A its indicators, recommendations and compact in one view.

References only (2023.05 §80-85): no goal of a person, no rating of a person or a unit.
"""

import re
from datetime import date
from typing import Any

from dash import html

from dashboards.components.card import card, notice, page_head, page_link
from dashboards.components.table import Column, table
from dashboards.components.value import marked_in_brief
from dashboards.reading.context import Context
from dashboards.reading.written import records
from dashboards.wording import formats
from records.kinds import ROLES, Recommendation
from records.kinds.accountability import Compact, UnitEvaluation

_FORM = "/records/entry"
_PARAGRAPH = re.compile(r"Annex A (\d+)")


def sentence(context: Context) -> str:
    """How many roles answer for indicators, and what of theirs is overdue."""
    words = context.words
    overdue = len(records.overdue(context))
    roles = sum(1 for codes in indicators_by_role(context).values() if codes)
    said = [
        words("accountability.sentence", roles=str(roles)),
        words.digits("accountability.sentence_overdue", overdue),
    ]
    if context.audience != "hq":  # evaluations of units are kept in the mission
        late = sum(one.is_overdue(date.today()) for one in records.evaluations(context))
        said.append(words.digits("accountability.sentence_late", late))
    return " ".join(said)


def body(context: Context) -> list[Any]:
    """The roles, then the evaluations of formed units."""
    words = context.words
    heading = formats.period_heading(context.period, words)
    head = page_head(
        sentence(context),
        words("accountability.lead"),
        f"{context.area_name(context.area)}, {heading}",
    )
    return [head, html.Div([_roles(context), _evaluations(context)], className="stack")]


def indicators_by_role(context: Context) -> dict[str, list[str]]:
    """The indicators of each role: by its title, else by its paragraph of Annex A."""
    by_title = {context.words.label("mission_role", role): role for role in ROLES}
    by_number: dict[int, str] = {}
    for role, number in ROLES.items():
        by_number.setdefault(number, role)  # Annex A 3 speaks of the leadership: its head
    found: dict[str, list[str]] = {role: [] for role in ROLES}
    for code in context.indicators.index.unique():
        row = context.indicator(code)
        paragraph = _PARAGRAPH.search(str(row["owner_reference"]))
        owner = by_title.get(context.words.of(row, "owner"))
        owner = owner or (by_number.get(int(paragraph[1])) if paragraph else None)
        if owner is not None:
            found[owner].append(str(code))
    return found


def _roles(context: Context) -> html.Section:
    words = context.words
    heads = ("role", "indicators", "recommendations", "compact")
    columns = [Column(words(f"accountability.head.{name}")) for name in heads]
    held, owned = indicators_by_role(context), _by_owner(context)
    agreed = {one.role: one for one in records.compacts(context)}
    rows = [
        [
            [
                words.label("mission_role", role),
                html.Span(words("accountability.annex", number=str(number)), className="note"),
            ],
            _indicators(context, held[role]),
            _recommendations(context, owned.get(role, [])),
            _compact(context, role, agreed.get(role)),
        ]
        for role, number in ROLES.items()
    ]
    title = words("accountability.roles")
    return card(title, [table(columns, rows, title)], words("accountability.under"), key="roles")


def _by_owner(context: Context) -> dict[str, list[Recommendation]]:
    found: dict[str, list[Recommendation]] = {}
    for version in records.recommendations(context):
        found.setdefault(version.record.owner, []).append(version.record)
    return found


def _indicators(context: Context, codes: list[str]) -> Any:
    words = context.words
    if not codes:
        return html.Span(words("accountability.no_indicator"), className="note")
    lines = []
    for code in codes:
        name = page_link(context.short(code), context.address.link(f"/indicators/{code}"))
        value = marked_in_brief(context.cell(code), context.unit(code), words)
        lines.append(html.Li([name, html.Span(value, className="note")]))
    counted = words.count("accountability.indicators", len(codes))
    return html.Details([html.Summary(counted), html.Ul(lines, className="facts")])


def _recommendations(context: Context, found: list[Recommendation]) -> Any:
    words, today = context.words, date.today()
    still = [one for one in found if not one.is_closed]
    if not found:
        return html.Span(words("accountability.no_recommendation"), className="note")
    overdue = sum(one.is_overdue(today) for one in still)
    said = words("accountability.recommendations", open=str(len(still)), all=str(len(found)))
    parts: list[Any] = [page_link(said, context.address.link("/assessment"))]
    if overdue:
        parts += [" ", html.B(words("accountability.overdue", number=str(overdue)))]
    return parts


def _compact(context: Context, role: str, compact: Compact | None) -> Any:
    words = context.words
    if context.audience == "hq":
        return html.Span(words("accountability.hq"), className="note")
    at = context.address.link(f"{_FORM}/compact")
    join = "&" if "?" in at else "?"
    if compact is None:
        year = context.period.end.year
        return html.A(words("accountability.add"), href=f"{at}{join}role={role}&year={year}")
    named = words(f"records.instrument.{compact.instrument}")
    cited = [context.short(code) for code in compact.indicators]
    link = html.A(f"{named} {compact.year}", href=f"{at}{join}key={compact.key}")
    said = ", ".join([*cited, *([compact.reference] if compact.reference else [])])
    return [link, html.Span(said, className="note")]


def _evaluations(context: Context) -> html.Section:
    words, found = context.words, records.evaluations(context)
    title, under = words("accountability.evaluations"), words("accountability.evaluations_under")
    if context.audience == "hq":
        return card(title, [notice(words("accountability.hq"))], under, key="evaluations")
    add = html.A(
        words("records.entry.unit_evaluation"),
        href=context.address.link(f"{_FORM}/unit_evaluation"),
    )
    if not found:
        return card(
            title, [notice(words("accountability.no_evaluation")), add], under, "evaluations"
        )
    heads = ("unit", "evaluated", "due", "followed_up")
    columns = [Column(words(f"accountability.head.{name}")) for name in heads]
    rows = [_evaluation(context, one) for one in found]
    return card(title, [table(columns, rows, title), add], under, key="evaluations")


def _evaluation(context: Context, one: UnitEvaluation) -> list[Any]:
    words = context.words
    at = context.address.link(f"{_FORM}/unit_evaluation")
    href = f"{at}{'&' if '?' in at else '?'}key={one.key}"
    due: list[Any] = [formats.day(one.follow_up_due_on, words) if one.follow_up_due_on else ""]
    if one.is_overdue(date.today()):
        due += [" ", html.B(words("pending.overdue"))]
    done = formats.day(one.followed_up_on, words) if one.followed_up_on else ""
    evaluated = [
        formats.day(one.evaluated_on, words),
        html.Span(one.reference, className="note"),
    ]
    return [html.A(one.unit_code, href=href), evaluated, due, done]
