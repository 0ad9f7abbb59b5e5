"""Effects: one link of the results chain: finding, picture, checks, what would be enough.

All else that was looked at unfolds. No panel claims that the output changed the outcome.
"""

from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import (
    card,
    fold_switch,
    folded,
    heading_of,
    notice,
    page_head,
    page_link,
)
from dashboards.components.finding import caveat_codes, caveat_list, finding_of
from dashboards.components.finding import folded as unfolding
from dashboards.components.link_sentence import link_sentence, primary_rows
from dashboards.components.rating import BARS, evidence_key, evidence_mark, evidence_sentence
from dashboards.pages.effects.areas.area_effects_card import area_effects
from dashboards.pages.effects.checks_card import checks_card
from dashboards.pages.effects.expected_change import expected_change
from dashboards.pages.effects.field_judgement import field_judgement
from dashboards.pages.effects.interviews.feedback_card import feedback_card
from dashboards.pages.effects.interviews.interview_plan_card import interview_plan
from dashboards.pages.effects.interviews.interviews_card import interviews_around
from dashboards.pages.effects.over_time.case_series_card import case_series
from dashboards.pages.effects.over_time.event_study_card import time_since_activity
from dashboards.pages.effects.over_time.over_time_card import by_area, over_time, period_type_of
from dashboards.pages.effects.plan_card import evidence_plan
from dashboards.pages.effects.primary_card import primary_test
from dashboards.pages.effects.readings.readings_card import moved_or_not, readings
from dashboards.pages.effects.readings.settings_card import every_setting
from dashboards.pages.effects.rests_on_card import rests_on
from dashboards.reading.context import Context
from dashboards.reading.queries import framework
from dashboards.reading.rows import rows_of
from dashboards.wording.words import sentence_case
from indicators.linkage.framework.field_judgements import RESIDENTS

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


def sentence(context: Context) -> str:
    """What was found of the chosen link, by its grade; never that one moved the other."""
    links = _links(context)
    if links.empty:
        return context.words("side.no_framework_title")
    link = _chosen(context, links)
    return link_sentence(context, link, primary_rows(context).get(link["edge"]))


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
    """Grade and caveats; the long sentence with its numbers unfolds."""
    words = context.words
    scope = [] if context.area == context.country else [words("finding.whole_mission")]
    # Without a grade the mark is the sentence itself.
    mark = [evidence_mark(link, words), " "] if link["grade"] in BARS else []
    parts = [
        *(html.P(text, className="note") for text in scope),
        html.P([*mark, sentence_case(evidence_sentence(link, words))]),
        *caveat_list(caveat_codes(link), words),
        html.P(words("side.why_not"), className="subtitle"),
        *unfolding(words("effects.reasoning"), [finding_of(link, words)]),
        evidence_key(words),
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
    """Whether a panel only says that its comparison was not made."""
    return any("notice" in (getattr(part, "className", "") or "") for part in panel.children)


def body(context: Context) -> list[Any]:
    """Sentence, the links to choose from, the panels, and beside them what they rest on."""
    links, words = _links(context), context.words
    if links.empty:
        return [page_head(sentence(context)), notice(words("side.no_framework"))]
    link = _chosen(context, links)
    edge = link["edge"]
    tests = rows_of(framework.tests(context.release, edge, context.country))
    primary = primary_rows(context).get(edge)
    pictures = [
        case_series(context, link, tests),
        time_since_activity(context, link, period_type_of(context, link)),
        interviews_around(context, edge),
        over_time(context, link),
    ]
    picture = next((one for one in pictures if not _is_not_made(one)), pictures[-1])
    below = [
        checks_card(context, primary, moved_or_not(context, edge)),
        evidence_plan(context, edge),
    ]
    first = [
        _finding(context, link),
        picture,
        html.Div(below, className="columns columns-even"),
    ]
    others = [
        *(one for one in pictures if one is not picture),
        rests_on(context, primary, tests),
        primary_test(context, edge),
        every_setting(context, primary, tests),
        area_effects(context, link),
        readings(context, edge),
        *by_area(context, link),
        *expected_change(context, link["to_indicator"]),
        interview_plan(context, link),
        _residents(context, link),
        _judgements(context, link),
    ]
    return [
        page_head(link_sentence(context, link, primary), words("effects.lead")),
        _tabs(context, links, link),
        html.Div(first, className="stack"),
        html.Div(_folds(context, others), className="stack folds"),
    ]


def _folds(context: Context, panels: list[html.Section]) -> list[Any]:
    """What else was looked at, each by its head; what could not be made is named in a line."""
    words = context.words
    made = [panel for panel in panels if not _is_not_made(panel)]
    lacking = [str(heading_of(panel).children) for panel in panels if panel not in made]
    names = words("value.and").join(lacking)
    said = [notice(words("effects.not_made", names=names))] if lacking else []
    if words("judgement.title") in lacking:
        said.append(notice(words("judgement.none")))
    head = [html.H2(words("effects.more")), fold_switch(context.address, words)]
    cards = [folded(context.address, panel) for panel in made]
    return [html.Div(head, className="folds-head"), *cards, *said]
