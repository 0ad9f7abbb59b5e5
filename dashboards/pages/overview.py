"""Overview: are civilians safer, is it real? Every outcome with its rating and its outputs."""

from collections import Counter
from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card, notice
from dashboards.components.empty import four_kinds_key
from dashboards.components.evidence import evidence_key, evidence_mark
from dashboards.components.links import page_link
from dashboards.components.output_done import output_done
from dashboards.components.page_head import page_head
from dashboards.components.range_mark import range_key, range_mark
from dashboards.components.rating import WORST_FIRST, rating_mark
from dashboards.components.sparkline import sparkline
from dashboards.components.trend import TESTED, trend_mark
from dashboards.components.value import value_sentence, value_with_interval
from dashboards.components.waits_card import waits_card
from dashboards.components.wave_points import household_waves
from dashboards.context import Context
from dashboards.queries import framework, quality
from dashboards.queries.cells import Cell, Dated
from dashboards.rows import rows_of
from dashboards.wording import formats
from dashboards.wording.words import sentence_case

PATH = "/"
NAME = "overview"

_NAMED_OFF_TRACK = 2
_AREAS_SHOWN = 5
_NAMED_SILENT = 3
_RATED = ("achieved", "on_track", "at_risk", "off_track")
_UNRATED = ("not_enough_data", "no_data")
_HARM = "X-IM-03"


def _links(context: Context) -> pd.DataFrame:
    frame = framework.links(context.release, context.country)
    known = frame["to_indicator"].isin(context.indicators.index)
    return frame[known & frame["from_indicator"].isin(context.indicators.index)]


def _outcomes(context: Context, links: pd.DataFrame) -> list[str]:
    """Outcomes in framework order; without a framework all outcomes and impacts by code."""
    items = framework.items(context.release)
    outcomes = [*items.loc[items["kind"] == "outcome", "indicator"], *links["to_indicator"]]
    known = [code for code in dict.fromkeys(outcomes) if code in context.indicators.index]
    if known:
        return known
    levels = context.indicators["level"]
    return list(context.indicators.index[levels.isin(["outcome", "impact"])])


def sentence(context: Context) -> str:
    """How many outcomes changed beyond noise, and which are off track."""
    codes = _outcomes(context, _links(context))
    cells = [context.cell(code) for code in codes]
    return " ".join(_change_words(context, cells) + _off_track_words(context, codes, cells))


def _change_words(context: Context, cells: list[Cell]) -> list[str]:
    """How many of the outcomes whose change was tested changed, and how many were not tested."""
    words = context.words
    trends = Counter(cell.trend for cell in cells if cell.trend in TESTED)
    tested = sum(trends.values())
    if not any(cell.is_figure for cell in cells):
        return [words("overview.nothing_known")]
    if not tested:
        return [words("overview.not_assessed.none")]
    better, worse = trends["improving"], trends["worsening"]
    of_total = words.spelled(tested)
    if better and worse:
        first = words.count("overview.improved_and", better, total=of_total)
        first += words.count("overview.and_worsened", worse)
    elif better or worse:
        key = "overview.improved" if better else "overview.worsened"
        first = words.count(key, better or worse, total=of_total)
    else:
        first = words.count("overview.no_change", tested)
    said = [sentence_case(first)]
    if untested := len(cells) - tested:
        said.append(sentence_case(words.count("overview.not_assessed", untested)))
    return said


def _off_track_words(context: Context, codes: list[str], cells: list[Cell]) -> list[str]:
    off = [code for code, cell in zip(codes, cells, strict=True) if cell.rating == "off_track"]
    if not off:
        return []
    named = context.words.listed([context.named(code) for code in off[:_NAMED_OFF_TRACK]])
    key = "overview.off_track_among" if len(off) > _NAMED_OFF_TRACK else "overview.off_track"
    return [sentence_case(context.words.count(key, len(off), names=named))]


def _count_line(context: Context, codes: list[str]) -> str:
    words = context.words
    ratings = Counter(context.cell(code).rating for code in codes)
    parts = [
        words.digits(f"overview.count.{rating}", ratings[rating])
        for rating in _RATED
        if ratings[rating]
    ]
    unrated = sum(ratings[rating] for rating in _UNRATED)
    if unrated:
        parts.append(words.digits("overview.count.unrated", unrated))
    line = words("overview.count_line", parts=", ".join(parts)) if parts else ""
    return " ".join(part for part in (line, _harm_line(context)) if part)


def _harm_line(context: Context) -> str:
    if _HARM not in context.indicators.index or not context.cell(_HARM).is_figure:
        return ""
    cell, words = context.cell(_HARM), context.words
    text = value_sentence(cell, context.unit(_HARM), words)
    return words("overview.harm", title=context.short(_HARM), value=text)


def _compared(series: list[Dated], is_survey: bool) -> Dated | None:
    """The earlier figure that a change is told from: last wave, or same period last year."""
    if not series:
        return None
    now = series[-1]
    earlier = [dated for dated in series[:-1] if dated.cell.is_figure]
    if not is_survey:
        year = now.start.replace(year=now.start.year - 1)
        earlier = [dated for dated in earlier if dated.start == year]
    return earlier[-1] if earlier else None


def _change(context: Context, code: str, series: list[Dated]) -> list[Any]:
    words, unit = context.words, context.unit(code)
    row = context.indicator(code)
    is_survey = context.is_survey(code)
    cell = context.cell(code)
    mark = trend_mark(cell.trend, str(row["direction"]), words)
    before = _compared(series, is_survey)
    parts: list[Any] = [mark]
    if before is not None and cell.value is not None and before.cell.value is not None:
        parts.append(html.Span(_change_text(context, before, cell, unit), className="note"))
    line = sparkline(
        [dated.cell for dated in series][-12:], unit, words, context.address.theme, is_survey
    )
    return [html.Div(line, className="spark-cell"), html.Div(parts, className="change")]


def _change_text(context: Context, before: Dated, cell: Cell, unit: formats.Unit) -> str:
    words, now = context.words, context.period
    return words(
        "overview.change",
        before=unit.value(before.cell.value or 0.0, words),
        after=unit.value(cell.value or 0.0, words),
        first=formats.period_name(before, words),
        last=formats.period_name(now, words),
    )


def _goes_with(context: Context, code: str, links: pd.DataFrame) -> list[Any]:
    found = rows_of(links[links["to_indicator"] == code])
    if not found:
        return [html.Span(context.words("overview.no_output"), className="note")]
    return [_output(context, link) for link in found]


def _output(context: Context, link: dict[str, Any]) -> html.Div:
    words, code = context.words, link["from_indicator"]
    href = context.address.link("/side-by-side", edge=link["edge"])
    return html.Div(
        [
            page_link(context.item(code), href, "output-name"),
            html.Span(output_done(context, code), className="note output-value"),
            evidence_mark(link["grade"], words, link["status"]),
        ],
        className="output",
    )


def _now(context: Context, code: str, cell: Cell) -> html.Div:
    unit = context.unit(code)
    value = value_with_interval(cell, unit, context.words)
    if cell.rating in _UNRATED and cell.is_figure:
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
    title = [
        page_link(context.item(code), context.address.link(f"/indicators/{code}"), "row-link"),
        html.Span(_under_title(context, code, unit), className="note"),
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


def _under_title(context: Context, code: str, unit: formats.Unit) -> str:
    title = context.words.of(context.indicator(code), "title")
    return f"{code} · {title if title != context.item(code) else unit.words(context.words)}"


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


def _certainty(context: Context, returns: pd.DataFrame) -> html.Section:
    words = context.words
    lines: list[tuple[str, str]] = []
    due = quality.due_returns(returns)
    if len(due):
        came = int(due["status"].isin(quality.RECEIVED).sum())
        numbers = {"came": formats.number(came, words), "due": formats.number(len(due), words)}
        share = formats.percent(100 * came / len(due), words)
        lines.append((words("certainty.returns", share=share, **numbers), _silent(context, due)))
    rejects = quality.rejects(context.release)
    if len(rejects):
        rows = formats.number(int(rejects["rows"].sum()), words)
        files = formats.number(rejects["file"].nunique(), words)
        lines.append(
            (words("certainty.rows", rows=rows), words("certainty.rows_files", files=files))
        )
    lines += _wave_line(context)
    revisions = len(quality.revisions(context.release))
    if context.is_first_release:
        lines.append((words("certainty.first_release"), ""))
    else:
        lines.append((words.digits("certainty.revised", revisions), ""))
    items = [html.Li([html.B(head), html.Span(under, className="note")]) for head, under in lines]
    link = page_link(words("certainty.link"), context.address.link("/data-quality"))
    return card(
        words("certainty.title"), [html.Ul(items, className="facts"), link], key="certainty"
    )


def _silent(context: Context, due: pd.DataFrame) -> str:
    """The areas that sent nothing at all in the period."""
    names = [context.area_name(code) for code in quality.silent_areas(due)]
    if not names:
        return context.words("certainty.all_areas_sent")
    return context.words("certainty.silent", names=context.words.some_of(names, _NAMED_SILENT))


def _wave_line(context: Context) -> list[tuple[str, str]]:
    waves = household_waves(context)
    if waves.empty:
        return []
    wave, words = waves.iloc[-1], context.words
    numbers = {
        "wave": str(wave["wave"]),
        "answered": formats.number(wave["answered"], words),
        "sampled": formats.number(wave["sampled"], words),
        "share": formats.percent(100 * wave["answered"] / max(1, wave["sampled"]), words),
    }
    key = "certainty.wave" if wave["answered"] < wave["sampled"] else "certainty.wave_complete"
    held = words("certainty.wave_on", month=formats.month(wave["last_on"], words))
    return [(words(key, **numbers), held)]


def _where_next(context: Context, returns: pd.DataFrame) -> html.Section:
    """Areas and months from which no report came, with or without access. Not a ranking."""
    words = context.words
    items = []
    for status, by_area in _silent_months(returns).items():
        for code, months in by_area.items():
            names = words.listed([formats.month(month, words) for month in months])
            reason = words(f"next.{status}", months=names)
            items.append(
                html.Li([html.B(context.area_name(code)), html.Span(reason, className="note")])
            )
    more = len(items) - _AREAS_SHOWN
    if more > 0:
        items = [*items[:_AREAS_SHOWN], html.Li(words("next.more", number=str(more)))]
    if not items:
        items = [html.Li(words(_nothing_silent(returns)))]
    link = page_link(words("next.link"), context.address.link("/map"))
    shown = html.Ul(items, className="facts")
    return card(words("next.title"), [shown, link], words("next.subtitle"), key="next")


def _nothing_silent(returns: pd.DataFrame) -> str:
    if returns.empty:
        return "next.no_returns"
    return "next.none" if len(quality.due_returns(returns)) else "quality.no_returns"


def _silent_months(returns: pd.DataFrame) -> dict[str, dict[str, list[pd.Timestamp]]]:
    """The months in which no report that was due came, by area: without access, or else."""
    found: dict[str, dict[str, list[pd.Timestamp]]] = {"no_access": {}, "not_submitted": {}}
    for (area, month), group in quality.due_returns(returns).groupby(["area", "month"]):
        if group["status"].isin(quality.RECEIVED).any():
            continue
        status = "no_access" if (group["status"] == "no_access").all() else "not_submitted"
        found[status].setdefault(str(area), []).append(pd.Timestamp(str(month)))
    return found


def _first_visit(context: Context) -> html.Div:
    """How to read the page, once; the browser remembers that it was read."""
    names = ("hq",) if context.audience == "hq" else ("leader", "officer")
    words = context.words
    lines = [html.P(words(f"first.{name}")) for name in names]
    button = html.Button(words("first.dismiss"), className="take", **{"data-action": "understood"})
    label = {"aria-label": words("first.label")}
    return html.Div([html.Div(lines), button], className="first-visit", role="note", **label)


def body(context: Context) -> list[Any]:
    """Sentence, count line, outcomes row by row, what waits, where next, certainty."""
    words, links, period = context.words, _links(context), context.period
    codes = _outcomes(context, links)
    heading = formats.period_heading(period, words)
    area = "" if context.area == context.country else f", {context.area_name(context.area)}"
    head = page_head(
        sentence(context), _count_line(context, codes), f"{context.mission_name}{area}, {heading}"
    )
    missing = [notice(words("overview.no_framework"))] if links.empty else []
    returns = quality.returns(context.release, period.start.isoformat(), period.end.isoformat())
    returns = returns[returns["area"].isin(context.areas_inside)]
    caveat = html.P(words("overview.not_caused_by"), className="key-note")
    return [
        _first_visit(context),
        head,
        *missing,
        _outcome_table(context, codes, links),
        html.Div([range_key(words), html.Div([caveat, evidence_key(words)])], className="key-row"),
        html.Div(
            [
                waits_card(context, returns),
                _where_next(context, returns),
                _certainty(context, returns),
            ],
            className="cards",
        ),
        four_kinds_key(words),
    ]
