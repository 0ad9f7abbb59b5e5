"""Overview: are civilians safer, is it real? Every outcome with its rating and its outputs."""

from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card, notice, page_head, page_link
from dashboards.components.empty import four_kinds_key
from dashboards.components.link_sentence import Row, link_in_brief, link_sentence, primary_rows
from dashboards.components.outcome_summary import (
    UNRATED,
    certainty_lines,
    change_line,
    count_line,
    judged_of,
    links_of,
    outcomes_of,
    sentence,
)
from dashboards.components.range_mark import range_key, range_mark
from dashboards.components.rating import (
    WORST_FIRST,
    evidence_key,
    evidence_mark,
    rating_mark,
)
from dashboards.components.small_multiples import sparkline
from dashboards.components.value import marked_output, value_with_interval
from dashboards.pages.overview.civilians_card import civilians_card
from dashboards.pages.overview.waits_card import waits_card
from dashboards.pages.overview.where_card import where_card
from dashboards.reading.address import annex_address
from dashboards.reading.context import Context
from dashboards.reading.queries import quality
from dashboards.reading.queries.cells import Cell, Dated
from dashboards.reading.rows import rows_of
from dashboards.wording import formats

__all__ = ["body", "sentence"]


def _change(context: Context, code: str, series: list[Dated]) -> list[Any]:
    words, unit = context.words, context.unit(code)
    is_survey = context.is_survey(code)
    line = sparkline(
        [dated.cell for dated in series][-12:], unit, words, context.address.theme, is_survey
    )
    return [
        html.Div(line, className="spark-cell"),
        html.Div(change_line(context, code), className="change"),
    ]


def _goes_with(context: Context, code: str, links: pd.DataFrame) -> list[Any]:
    found = rows_of(links[links["to_indicator"] == code])
    if not found:
        return [html.Span(context.words("overview.no_output"), className="note")]
    primaries = primary_rows(context)
    return [_output(context, link, primaries.get(link["edge"])) for link in found]


def _output(context: Context, link: dict[str, Any], primary: Row | None) -> html.Div:
    words, code = context.words, link["from_indicator"]
    said = link_in_brief(context, primary)
    href = context.address.link("/effects", edge=link["edge"])
    name = page_link(context.item(code), href, "output-name")
    done = marked_output(context, code)
    beside = [f" · {said}"] if said else []
    value = html.Span([*done, *beside], className="note output-value")
    return html.Div([name, " ", evidence_mark(link, words), " ", value], className="output")


def _now(context: Context, code: str, cell: Cell) -> html.Div:
    unit = context.unit(code)
    value = value_with_interval(cell, unit, context.words)
    if cell.rating in UNRATED and cell.is_figure:
        return html.Div(
            [html.Span(context.words("overview.not_rated"), className="not-rated"), value]
        )
    return value


def _row(context: Context, code: str, links: pd.DataFrame) -> html.Tr:
    words, unit = context.words, context.unit(code)
    cell, series = context.cell(code), context.series(code)
    direction = str(context.indicator(code)["direction"])
    mark = range_mark(cell, context.against(code), unit, direction, words)
    n = (
        html.Span(words("value.n", n=formats.number(cell.n, words)), className="note")
        if cell.n
        else None
    )
    rank = WORST_FIRST.index(cell.rating) if cell.rating in WORST_FIRST else len(WORST_FIRST)
    whole = words.of(context.indicator(code), "title")
    href = context.address.link(f"/indicators/{code}")
    title = [
        page_link(context.item(code), href, "row-link", title=whole),
        " ",
        html.Span(code, className="code"),
    ]
    return html.Tr(
        [
            html.Th(title, scope="row", className="cell-outcome"),
            html.Td(_now(context, code, cell), className="cell-now"),
            html.Td(mark, className="cell-range"),
            html.Td([rating_mark(cell, words), n], className="cell-rating"),
            html.Td(
                html.Div(_change(context, code, series), className="change-cell"),
                className="cell-change",
            ),
            html.Td(
                [
                    html.Span(words("overview.goes_with"), className="phone-only note"),
                    *_goes_with(context, code, links),
                ],
                className="cell-goes",
            ),
        ],
        style={"--rank": str(rank)},
    )


def _outcome_table(context: Context, codes: list[str], links: pd.DataFrame) -> html.Div:
    words = context.words
    heads = [
        html.Th(
            [words(f"overview.head.{name}"), html.Span(words(f"overview.under.{name}"))],
            scope="col",
        )
        for name in ("outcome", "now", "range", "rating", "change", "goes")
    ]
    rows = [_row(context, code, links) for code in codes]
    table = html.Table(
        [
            html.Caption(words("overview.caption"), className="hidden"),
            html.Thead(html.Tr(heads)),
            html.Tbody(rows),
        ],
        className="overview-table",
    )
    return html.Div(table, className="card card-overview")


def _strong_links(context: Context, links: pd.DataFrame) -> list[str]:
    """A sentence for each link of the best two grades, the best first."""
    primaries = primary_rows(context)
    strong = sorted(rows_of(links[links["grade"].isin(["A", "B"])]), key=lambda row: row["grade"])
    return [link_sentence(context, row, primaries.get(row["edge"])) for row in strong]


def _certainty(context: Context, returns: pd.DataFrame) -> html.Section:
    words = context.words
    items = [html.Li(said) for said in certainty_lines(context, returns)]
    items.append(html.Li(page_link(words("certainty.link"), context.address.link("/data-quality"))))
    facts = html.Ul(items, className="inline-facts")
    return card(words("certainty.title"), [facts], key="certainty")


def _first_visit(context: Context) -> html.Div:
    """How to read the page, once; the browser remembers that it was read."""
    names = ("hq",) if context.audience == "hq" else ("leader", "officer")
    words = context.words
    lines = [html.P(words(f"first.{name}")) for name in names]
    button = html.Button(words("first.dismiss"), className="take", **{"data-action": "understood"})
    label = {"aria-label": words("first.label")}
    return html.Div([html.Div(lines), button], className="first-visit", role="note", **label)


def body(context: Context) -> list[Any]:
    """Sentence, count line; civilians, where, decisions; outcomes row by row; certainty."""
    words, links, period = context.words, links_of(context), context.period
    codes = outcomes_of(context, links)
    heading = formats.period_heading(period, words)
    area = "" if context.area == context.country else f", {context.area_name(context.area)}"
    head = page_head(
        sentence(context), count_line(context, codes), f"{context.mission_name}{area}, {heading}"
    )
    missing = [notice(words("overview.no_framework"))] if links.empty else []
    returns = quality.returns(context.release, period.start.isoformat(), period.end.isoformat())
    returns = context.of_place(returns)
    caveat = html.P(words("overview.not_caused_by"), className="key-note")
    said = [html.P(text, className="link-said") for text in _strong_links(context, links)]
    annex = html.A(words("brief.annex_link"), href=annex_address(context.address))
    keys = (range_key(words), four_kinds_key(words))
    return [
        _first_visit(context),
        head,
        *missing,
        html.Div(
            [
                civilians_card(context),
                where_card(context, returns),
                waits_card(context, returns),
            ],
            className="cards front",
        ),
        _outcome_table(context, judged_of(context, codes), links),
        html.Div(said, className="links-said"),
        _certainty(context, returns),
        html.Div([caveat, annex, evidence_key(words, keys)], className="key-row"),
    ]
