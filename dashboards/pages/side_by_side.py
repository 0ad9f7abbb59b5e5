"""Side by side: an output beside its outcome by month and area. It shows no effect, and says so.

Two charts on one time axis, never two scales in one chart.
"""

from typing import Any

import pandas as pd
from dash import html

from dashboards.components.area_effects_card import area_effects
from dashboards.components.area_level import area_level, level_switch, levels_of
from dashboards.components.card import card, notice
from dashboards.components.chart import chart, chart_card, shows_table
from dashboards.components.component_effects_card import component_effects
from dashboards.components.empty import empty_mark
from dashboards.components.event_study_card import time_since_activity
from dashboards.components.evidence import evidence_key, evidence_mark
from dashboards.components.expected_change import expected_change
from dashboards.components.field_judgement import field_judgement
from dashboards.components.finding_notes import caveat_codes, caveat_list
from dashboards.components.finding_sentence import finding_sentence
from dashboards.components.interviews_card import interviews_around
from dashboards.components.links import page_link
from dashboards.components.page_head import page_head
from dashboards.components.plan_card import evidence_plan
from dashboards.components.primary_card import primary_test
from dashboards.components.table import Column, table
from dashboards.components.value import value_cells, value_in_brief
from dashboards.components.wake_card import around_activities
from dashboards.context import Context
from dashboards.figures.series import series_figure
from dashboards.queries import framework, indicator_values
from dashboards.queries.cells import Cell, Dated, dated_cells
from dashboards.rows import rows_of
from dashboards.wording import formats
from dashboards.wording.words import in_sentence

PATH = "/side-by-side"
NAME = "side_by_side"

_FINEST_FIRST = "MQSABW"


def _links(context: Context) -> pd.DataFrame:
    frame = framework.links(context.release, context.area)
    known = context.indicators.index
    frame = frame[frame["from_indicator"].isin(known) & frame["to_indicator"].isin(known)]
    return frame.drop_duplicates("edge")


def _chosen(context: Context, links: pd.DataFrame) -> dict[str, Any]:
    asked = links[links["edge"] == context.address.get("edge")]
    return rows_of(asked if len(asked) else links)[0]


def sentence(context: Context) -> str:
    """What stands beside what, with both figures; never that one moved the other."""
    links, words = _links(context), context.words
    if links.empty:
        return words("side.no_framework_title")
    link = _chosen(context, links)
    names = {}
    for key, code in (("output", link["from_indicator"]), ("outcome", link["to_indicator"])):
        title = context.item(code)
        names[key] = in_sentence(title) if key == "outcome" else title
        value = value_in_brief(context.cell(code), context.unit(code), words)
        names[f"{key}_value"] = value
    return words("side.sentence", **names)


def _tabs(context: Context, links: pd.DataFrame, link: dict[str, Any]) -> html.Div:
    words = context.words
    tabs = [
        page_link(
            words(
                "side.pair",
                output=context.item(row["from_indicator"]),
                outcome=context.item(row["to_indicator"]),
            ),
            context.address.link(edge=row["edge"]),
            **({"aria-current": "true"} if row["edge"] == link["edge"] else {}),
        )
        for row in rows_of(links)
    ]
    return html.Div(tabs, className="tabs", role="group", **{"aria-label": words("side.choose")})


def _period_type(context: Context, link: dict[str, Any]) -> str:
    """The finest kind of period for which both have rows; months where they share none."""
    codes = (link["from_indicator"], link["to_indicator"])
    output, outcome = (context.period_types(code) for code in codes)
    return next((name for name in _FINEST_FIRST if name in output and name in outcome), "M")


def _series(context: Context, code: str, period_type: str) -> list[Dated]:
    frame = indicator_values.totals(
        context.release, indicator=code, period_type=period_type, area=context.area
    )
    return dated_cells(frame[frame["period_end"] <= pd.Timestamp(context.period.end)])


def _shown(context: Context, code: str, months: list[Dated]) -> list[Dated]:
    if context.is_survey(code):
        return [d for d in months if not d.cell.is_unasked]
    return months


def _chart(context: Context, code: str, months: list[Dated], frame: list[Dated], key: str) -> Any:
    words, unit = context.words, context.unit(code)
    head = html.H3(words.told(words(f"side.{key}"), f"{context.short(code)}, {unit.words(words)}"))
    points = _shown(context, code, months)
    if not any(d.cell.is_figure for d in points):
        cell = (
            (points or months)[-1].cell if points or months else context.absent(code, context.area)
        )
        return html.Div([head, empty_mark(cell, words)])
    figure = series_figure(
        points,
        unit,
        words,
        context.address.theme,
        None,
        context.is_survey(code),
        frame,
    )
    figure.update_layout(margin={"l": 52, "r": 40, "t": 24, "b": 40})
    caption = words("side.caption", title=context.short(code), area=context.area_name(context.area))
    return html.Div([head, chart(figure, caption, key, 220)])


def _months_card(context: Context, link: dict[str, Any]) -> html.Section:
    words = context.words
    output, outcome = link["from_indicator"], link["to_indicator"]
    period_type = _period_type(context, link)
    outputs = _series(context, output, period_type)
    outcomes = _series(context, outcome, period_type)
    title = words(f"side.by.{period_type}", area=context.area_name(context.area))
    drawn: list[Any] = []
    if not shows_table(context.address):
        frame = max(outputs, outcomes, key=len)
        pair = [
            _chart(context, output, outputs, frame, "output"),
            _chart(context, outcome, outcomes, frame, "outcome"),
        ]
        drawn = [html.Div(pair, className="pair")]
    numbers = _months_table(context, link, outputs, outcomes)
    return chart_card(context, "months", (title, words("side.by_month_under")), drawn, numbers)


def _months_table(
    context: Context, link: dict[str, Any], outputs: list[Dated], outcomes: list[Dated]
) -> html.Div:
    words = context.words
    first = {dated.name: dated for dated in outputs}
    second = {dated.name: dated for dated in outcomes}
    all_months = {**first, **second}
    periods = sorted(all_months, reverse=True)
    rows = []
    for period in periods:
        cells = [
            found[period].cell if period in found else Cell.absent() for found in (first, second)
        ]
        dated = all_months[period]
        name = formats.period_name(dated, words)
        rows.append([name, *_pair_cells(context, link, *cells)])
    return table(_pair_columns(context, link, words("table.period")), rows, words("side.table"))


def _pair_columns(context: Context, link: dict[str, Any], first: str) -> list[Column]:
    words = context.words
    return [
        Column(first),
        Column(context.short(link["from_indicator"]), True),
        Column(context.short(link["to_indicator"]), True),
        Column(words("table.interval"), True),
        Column(words("table.n"), True),
    ]


def _pair_cells(context: Context, link: dict[str, Any], done: Cell, changed: Cell) -> list[Any]:
    words = context.words
    output, outcome = context.unit(link["from_indicator"]), context.unit(link["to_indicator"])
    return [value_cells(done, output, words)[0], *value_cells(changed, outcome, words)]


def _areas_card(context: Context, link: dict[str, Any]) -> list[Any]:
    """Both figures of the chosen period in every area that has both as rows."""
    words, period = context.words, context.period
    level = area_level(context, link["to_indicator"])
    if level is None:
        return []
    found = []
    for code in (link["from_indicator"], link["to_indicator"]):
        frame = indicator_values.totals(
            context.release,
            indicator=code,
            period_type=period.period_type,
            period=period.name,
            area_level=level,
        )
        found.append({row["area"]: Cell.of(row) for row in rows_of(frame)})
    outputs, outcomes = found
    areas = sorted(outputs.keys() | outcomes.keys(), key=context.area_name)
    rows = [
        [
            page_link(context.area_name(area), context.address.link(area=area)),
            *_pair_cells(
                context,
                link,
                outputs.get(area) or context.absent(link["from_indicator"], area),
                outcomes.get(area) or context.absent(link["to_indicator"], area),
            ),
        ]
        for area in areas
    ]
    name = formats.period_name(period, words)
    title = words("side.by_area", period=name)
    columns = _pair_columns(context, link, words("table.area"))
    switch = level_switch(context, levels_of(context, link["to_indicator"]), level)
    content = [switch, table(columns, rows, title)]
    return [card(title, content, words("side.by_area_under"), key="areas")]


def _caution(context: Context, link: dict[str, Any]) -> html.Section:
    words = context.words
    facts = [
        words.digits(f"side.{name}", int(link[name]))
        for name in ("n_areas", "n_periods")
        if not formats.is_missing(link[name])
    ]
    mark = evidence_mark(link["grade"], words, link["status"])
    parts = [
        finding_sentence(words.of(link, "sentence") or words("side.caution")),
        *caveat_list(caveat_codes(link), words),
        html.P([words("side.evidence"), mark], className="note"),
        evidence_key(words),
        html.P(", ".join(facts), className="note"),
        html.P(words("side.why_not"), className="subtitle"),
    ]
    return card(words("side.caution_title"), parts, key="caution")


def _judgements(context: Context, link: dict[str, Any]) -> html.Section:
    found = framework.judgements(context.release, link["edge"], context.area, context.country)
    entries = [field_judgement(row, context) for row in rows_of(found)]
    words = context.words
    return card(
        words("judgement.title"),
        entries or [notice(words("judgement.none"))],
        words("judgement.under"),
        key="judgement",
    )


def body(context: Context) -> list[Any]:
    """Sentence, caution, both charts on one time axis, what surrounds activities, areas."""
    links, words = _links(context), context.words
    if links.empty:
        return [page_head(sentence(context)), notice(words("side.no_framework"))]
    link = _chosen(context, links)
    left = [
        _months_card(context, link),
        interviews_around(context, link["edge"]),
        around_activities(context, link["edge"]),
        time_since_activity(context, link, _period_type(context, link)),
        area_effects(context, link),
        component_effects(context, link["edge"]),
        *_areas_card(context, link),
    ]
    columns = [
        html.Div(left, className="stack"),
        html.Div(
            [
                _caution(context, link),
                primary_test(context, link["edge"]),
                evidence_plan(context, link["edge"]),
                *expected_change(context, link["to_indicator"]),
                _judgements(context, link),
            ],
            className="stack",
        ),
    ]
    return [
        page_head(sentence(context), words("side.lead")),
        _tabs(context, links, link),
        html.Div(columns, className="columns"),
    ]
