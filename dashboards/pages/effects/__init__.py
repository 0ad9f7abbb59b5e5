"""Effects: one link of the results chain and everything that was looked at, one idea a panel.

What was found stands first, by grade; then the comparisons day by day, period by period, around
activities and in interviews; then every setting, what more data would show, and both series. No
panel claims that the output changed the outcome.
"""

from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card, notice, page_head, page_link
from dashboards.components.evidence import evidence_key, evidence_mark, verdict
from dashboards.components.finding import caveat_codes, caveat_list, finding_of
from dashboards.context import Context
from dashboards.pages.effects.area_effects_card import area_effects
from dashboards.pages.effects.case_series_card import case_series
from dashboards.pages.effects.component_effects_card import component_effects
from dashboards.pages.effects.difference import change_in_words
from dashboards.pages.effects.event_study_card import time_since_activity
from dashboards.pages.effects.expected_change import expected_change
from dashboards.pages.effects.feedback_card import feedback_card
from dashboards.pages.effects.field_judgement import field_judgement
from dashboards.pages.effects.interview_plan_card import interview_plan
from dashboards.pages.effects.interviews_card import interviews_around
from dashboards.pages.effects.over_time_card import by_area, over_time, period_type_of
from dashboards.pages.effects.plan_card import evidence_plan
from dashboards.pages.effects.primary_card import primary_test
from dashboards.pages.effects.rests_on_card import rests_on
from dashboards.pages.effects.settings_card import every_setting
from dashboards.queries import framework
from dashboards.rows import rows_of
from dashboards.wording import formats
from dashboards.wording.words import in_sentence
from indicators.linkage.framework.field_judgements import RESIDENTS

_STRONGER = ("A", "B")
Row = dict[str, Any]


def _links(context: Context) -> pd.DataFrame:
    """Each edge once, as tested for the whole mission: one area alone is not tested."""
    frame = framework.links(context.release, context.country)
    known = context.indicators.index
    frame = frame[frame["from_indicator"].isin(known) & frame["to_indicator"].isin(known)]
    return frame.drop_duplicates("edge")


def _chosen(context: Context, links: pd.DataFrame) -> Row:
    asked = links[links["edge"] == context.address.get("edge")]
    return rows_of(asked if len(asked) else links)[0]


def _primary(context: Context, link: Row, tests: list[Row]) -> Row | None:
    """The row of the test that sets the grade; None where no method could be applied."""
    rows = rows_of(framework.primary_tests(context.release))
    own = next((row for row in rows if row["edge"] == link["edge"]), None)
    if own is None:
        return None
    names = ("method", "specification")
    found = [row for row in tests if all(row[name] == own[name] for name in names)]
    return next((row for row in found if verdict(row)), None)


def sentence(context: Context) -> str:
    """What was found of the chosen link, by its grade; never that one moved the other."""
    links = _links(context)
    if links.empty:
        return context.words("side.no_framework_title")
    link = _chosen(context, links)
    tests = rows_of(framework.tests(context.release, link["edge"], context.country))
    return _sentence(context, link, _primary(context, link, tests))


def _sentence(context: Context, link: Row, primary: Row | None) -> str:
    words, grade = context.words, verdict(link)
    names = {
        "output": context.item(link["from_indicator"]),
        "outcome": in_sentence(context.short(link["to_indicator"])),
    }
    change = change_in_words(primary, words) if primary else ""
    if grade in _STRONGER and change:
        return words("effects.stronger", change=change, grade=grade, **names)
    if grade in (*_STRONGER, "C"):
        return words("effects.association", **names)
    if grade is None:
        return words("effects.untested", **names)
    if grade == "D":
        return words("effects.inconclusive", **names)
    return words("effects.small_at_most", bound=_bound(context, link), **names)


def _bound(context: Context, link: Row) -> str:
    """The largest difference that the interval leaves open."""
    words, bound = context.words, float(link["bound"])
    if link["change_unit"] == "percent":
        return words("format.percent", number=formats.number(bound, words))
    unit, text = context.unit(link["to_indicator"]), formats.number(bound, words, 1)
    return unit.as_change(text, words) if unit.differs_in_points else f"{text} {unit.words(words)}"


def _tabs(context: Context, links: pd.DataFrame, link: Row) -> html.Div:
    words = context.words
    tabs = [
        page_link(
            [
                words(
                    "side.pair",
                    output=context.item(row["from_indicator"]),
                    outcome=context.item(row["to_indicator"]),
                ),
                " ",
                html.B(row["grade"]) if isinstance(row["grade"], str) else None,
            ],
            context.address.link(edge=row["edge"]),
            **({"aria-current": "true"} if row["edge"] == link["edge"] else {}),
        )
        for row in rows_of(links)
    ]
    return html.Div(tabs, className="tabs", role="group", **{"aria-label": words("side.choose")})


def _finding(context: Context, link: Row) -> html.Section:
    words = context.words
    scope = [] if context.area == context.country else [words("finding.whole_mission")]
    parts = [
        *(html.P(text, className="note") for text in scope),
        finding_of(link, words),
        *caveat_list(caveat_codes(link), words),
        html.P(
            [words("side.evidence"), evidence_mark(link, words)],
            className="note",
        ),
        evidence_key(words),
        html.P(words("side.why_not"), className="subtitle"),
    ]
    return card(words("effects.finding"), parts, key="finding")


def _said(context: Context, link: Row) -> list[Row]:
    return rows_of(
        framework.judgements(context.release, link["edge"], context.area, context.country)
    )


def _residents(context: Context, link: Row) -> html.Section:
    """Remarks counted by theme, and the newest sentence that was cleared for this link."""
    cleared = [row for row in _said(context, link) if row["stance"] == RESIDENTS]
    return feedback_card(context, [field_judgement(row, context) for row in cleared[:1]])


def _judgements(context: Context, link: Row) -> html.Section:
    entries = [
        field_judgement(row, context) for row in _said(context, link) if row["stance"] != RESIDENTS
    ]
    words = context.words
    return card(
        words("judgement.title"),
        entries or [notice(words("judgement.none"))],
        words("judgement.under"),
        key="judgement",
    )


def _is_not_made(panel: html.Section) -> bool:
    """Whether a panel only says that its comparison was not made: those come last."""
    return any("notice" in (getattr(part, "className", "") or "") for part in panel.children)


def body(context: Context) -> list[Any]:
    """Sentence, the links to choose from, the panels, and beside them what they rest on."""
    links, words = _links(context), context.words
    if links.empty:
        return [page_head(sentence(context)), notice(words("side.no_framework"))]
    link = _chosen(context, links)
    edge = link["edge"]
    tests = rows_of(framework.tests(context.release, edge, context.country))
    primary = _primary(context, link, tests)
    panels = [
        _finding(context, link),
        case_series(context, link, tests),
        time_since_activity(context, link, period_type_of(context, link)),
        interviews_around(context, edge),
        evidence_plan(context, edge),
        interview_plan(context, link),
        every_setting(context, primary, tests),
        area_effects(context, link),
        component_effects(context, edge),
        over_time(context, link),
        *by_area(context, link),
    ]
    beside = [
        rests_on(context, primary, tests),
        primary_test(context, edge),
        *expected_change(context, link["to_indicator"]),
        _residents(context, link),
        _judgements(context, link),
    ]
    panels.sort(key=_is_not_made)
    columns = [html.Div(panels, className="stack"), html.Div(beside, className="stack")]
    return [
        page_head(_sentence(context, link, primary), words("effects.lead")),
        _tabs(context, links, link),
        html.Div(columns, className="columns columns-effects"),
    ]
