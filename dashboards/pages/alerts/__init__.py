"""Threats and alerts: which alerts have no recorded response, how fast others were answered.

How many were received is neither good nor bad; a response that nobody recorded is no zero.
"""

from typing import Any

from dash import html

from dashboards.components.area_level import area_level, cells_by_area
from dashboards.components.card import card, notice, page_head, page_link
from dashboards.components.chart import take_away
from dashboards.components.picture import picture, picture_card
from dashboards.components.range_mark import range_key, range_mark
from dashboards.components.rating import rating_mark
from dashboards.components.table import Column, table
from dashboards.components.value import bare_value, value_cells, value_with_interval
from dashboards.figures.small_pictures import answered_strip
from dashboards.pages.alerts.cards import (
    no_action_card,
    operations_card,
    pending_card,
    review_candidates_card,
    warnings_card,
)
from dashboards.reading.context import Context
from dashboards.reading.queries import indicator_values, threats
from dashboards.reading.queries.cells import Cell
from dashboards.reading.rows import rows_of
from dashboards.wording import formats
from dashboards.wording.words import sentence_case

_RECEIVED, _IN_TIME, _MINUTES, _REVIEWED = "P2-OP-09", "P2-OC-02", "P2-OC-03", "P2-OP-15"
_QUARTERS = 8


def _known(context: Context) -> list[str]:
    codes = (_RECEIVED, _IN_TIME, _MINUTES)
    return [code for code in codes if code in context.indicators.index]


def _is_recorded(context: Context, code: str) -> bool:
    """Whether the indicator had a figure in any period, zero included."""
    return any(dated.cell.is_figure for dated in context.series(code))


def sentence(context: Context) -> str:
    """Alerts received and answered in time, and how many wait without a recorded response."""
    words = context.words
    if not _known(context):
        return words("alerts.no_indicator")
    said = []
    for code in _known(context)[:2]:
        value = bare_value(context.cell(code), context.unit(code), words)
        said.append(words("sentence.closed", text=words.told(context.short(code), value)))
    waiting = threats.pending(context.release, threats.ALERTS, context.area)
    if waiting.empty:
        # Of an area that sends nothing it is not known that nothing waits.
        is_known = context.cell(_RECEIVED).is_figure
        said_waiting = words("alerts.none_waiting" if is_known else "alerts.none_known")
    else:
        days = context.days_since(waiting["since"].min())
        said_waiting = sentence_case(words.count("alerts.waiting", len(waiting), days=str(days)))
    return " ".join([*said, said_waiting])


def _clock(context: Context) -> html.Section:
    """Share in time and minutes to arrival against their targets."""
    words = context.words
    lines = []
    for code in (_IN_TIME, _MINUTES, _REVIEWED):
        if code not in context.indicators.index:
            continue
        cell, unit = context.cell(code), context.unit(code)
        direction = str(context.indicator(code)["direction"])
        name = page_link(context.short(code), context.address.link(f"/indicators/{code}"))
        lines.append(
            html.Li(
                [
                    html.Div([html.B(name), rating_mark(cell, words)]),
                    value_with_interval(cell, unit, words),
                    range_mark(cell, context.against(code), unit, direction, words),
                ],
                className="clock-line",
            )
        )
    return card(
        words("alerts.clock_title"),
        [html.Ul(lines, className="clock"), range_key(words)],
        words("alerts.clock_under"),
        key="clock",
    )


def _columns(context: Context, first: str) -> list[Column]:
    words = context.words
    found = [Column(first)]
    for code in _known(context):
        found.append(
            Column([context.short(code), html.Span(context.unit(code).words(words))], True)
        )
    return found


def _cells(context: Context, cells: dict[str, Cell]) -> list[Any]:
    return [
        value_cells(cells.get(code) or Cell.absent(), context.unit(code), context.words)[0]
        for code in _known(context)
    ]


def _by_quarter(context: Context) -> html.Section:
    words = context.words
    quarters: dict[str, dict[str, Cell]] = {}
    names: dict[str, str] = {}
    for code in _known(context):
        frame = indicator_values.totals(
            context.release, indicator=code, period_type="Q", area=context.area
        )
        frame = frame[frame["period_end"].dt.date <= context.period.end]
        for row in rows_of(frame):
            quarters.setdefault(row["period"], {})[code] = Cell.of(row)
            names[row["period"]] = words(
                "period.Q", number=row["period"][-1], year=row["period"][:4]
            )
    newest = sorted(quarters, reverse=True)[:_QUARTERS]
    rows = [[names[period], *_cells(context, quarters[period])] for period in newest]
    title = words("alerts.quarters_title")
    content = [
        table(_columns(context, words("table.period")), rows, title),
        take_away(context, "alerts-quarters", ("csv",), title),
    ]
    return card(title, content, context.area_name(context.area), key="alert-quarters")


def _by_area(context: Context) -> list[html.Section]:
    words, period = context.words, context.period
    known = _known(context)
    level = area_level(context, known[0])
    if level is None:
        return []
    areas: dict[str, dict[str, Cell]] = {}
    for code in known:
        cells = cells_by_area(context, code, level, period.period_type, period.name)
        for area, cell in cells.items():
            areas.setdefault(area, {})[code] = cell
    rows = [
        [
            page_link(context.area_name(area), context.address.link(area=area)),
            *_cells(context, cells),
        ]
        for area, cells in sorted(areas.items(), key=lambda found: context.area_name(found[0]))
    ]
    title = words("alerts.areas_title", period=formats.period_name(period, words))
    numbers = table(_columns(context, words("table.area")), rows, title)
    named = sorted(areas.items(), key=lambda found: context.area_name(found[0]))
    lines = [_strip(context, area, cells) for area, cells in named]
    lines = [line for line in lines if line]
    if not lines:
        content = [numbers, take_away(context, "alerts-areas", ("csv",), title)]
        return [card(title, content, words("alerts.areas_under"), key="alert-areas")]
    heads = [words("table.area"), words("alerts.strip"), context.short(known[-1])]
    titles = (title, words("alerts.areas_under"))
    return [picture_card(context, "alert-areas", titles, (heads, lines), numbers)]


def _strip(context: Context, area: str, cells: dict[str, Cell]) -> list[Any]:
    """An area's alerts that were due, each a dot; and how long an answer took."""
    cell, words = cells.get(_IN_TIME) or Cell.absent(), context.words
    if not cell.is_figure or cell.numerator is None or not cell.denominator:
        return []
    in_time, due = int(cell.numerator), int(cell.denominator)
    drawn = picture(answered_strip(in_time, due - in_time, context.address.theme))
    said = html.Span(words("alerts.strip_said", in_time=in_time, due=due), className="note beside")
    name = page_link(context.area_name(area), context.address.link(area=area))
    last = _known(context)[-1]
    time = cells.get(last) or Cell.absent()
    return [name, [drawn, " ", said], bare_value(time, context.unit(last), words)]


def body(context: Context) -> list[Any]:
    """Sentence, what waits, the clock, what was missed, reviews, operations, quarters, areas."""
    words = context.words
    head = page_head(sentence(context), words("alerts.lead"))
    if not _known(context):
        return [head, notice(words("alerts.no_indicator"))]
    alerts = threats.pending(context.release, threats.ALERTS, context.area)
    waiting = pending_card(context, threats.ALERTS, alerts, context.cell(_RECEIVED).is_figure)
    reviews = review_candidates_card(context, _is_recorded(context, _REVIEWED))
    first = html.Div([waiting, _clock(context)], className="columns columns-even")
    tables = html.Div([_by_quarter(context), *_by_area(context)], className="columns columns-half")
    missed, operations = warnings_card(context), operations_card(context)
    missed = [no_action_card(context), *missed]
    return [head, html.Div([first, *missed, reviews, operations, tables], className="stack")]
