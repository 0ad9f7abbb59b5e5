"""Threat assessment: what people hold of each threat, beside what the data say of the quarter.

Quarterly (2023.05 §77), to the mission's leadership and to headquarters. The scales are ours; the
criteria are those of 2017.12 §29 and 2023.05 §17 and §76.
"""

from typing import Any
from urllib.parse import urlencode

from dash import html

from dashboards.components.card import card, notice, page_head
from dashboards.components.chart import DRAWN, chart_card
from dashboards.components.empty import reports_mark, reports_note
from dashboards.components.lists.threats import Row, assessed_threats, threats_counted
from dashboards.components.picture import picture
from dashboards.components.table import Column, table
from dashboards.components.value import bare_value
from dashboards.figures.small_pictures import threat_grid
from dashboards.reading.context import Context
from dashboards.reading.queries import indicator_values, threats
from dashboards.reading.queries.cells import Cell
from dashboards.reading.rows import rows_of
from dashboards.reading.written import records
from dashboards.wording import formats
from indicators.foundation.mart_tables import TOTAL
from indicators.foundation.periods import add_months, period_named, period_of
from records.kinds.threats import CRITERIA, ThreatAssessment

_BY_ACTOR = "X-IM-03"  # killings and injuries of civilians by alleged actor
_QUARTERS = 4
_ROUTE = "/records/entry/threat_assessment"


def sentence(context: Context) -> str:
    """How many threats the data name, and how many people have assessed for the quarter."""
    return threats_counted(records.of_quarter(context))


def body(context: Context) -> list[Any]:
    """What people agreed, what the data say, trends by area and by actor."""
    context = records.of_quarter(context)
    heading = formats.period_heading(context.period, context.words)
    head = page_head(
        sentence(context),
        context.words("threat_page.lead"),
        f"{context.area_name(context.area)}, {heading}",
    )
    cards = [_agreed(context), _from_data(context), _by_area(context), *_by_actor(context)]
    return [head, html.Div(cards, className="stack")]


def _link(context: Context, **given: str) -> str:
    at = context.address.link(_ROUTE)
    return f"{at}{'&' if '?' in at else '?'}{urlencode(given)}"


def _agreed(context: Context) -> html.Section:
    words, found = context.words, records.threats(context, context.period.name)
    title, under = words("threat_page.agreed"), words("threat_page.scale")
    add: list[Any] = []
    if context.audience == "mission":
        given = {"quarter": context.period.name}
        add = [html.A(words("records.entry.threat_assessment"), href=_link(context, **given))]
    if not found:
        return card(title, [notice(words("threat_page.none")), *add], under, key="agreed")
    heads = ("threat", "risk", "vulnerability", "trend", "criteria", "priority", "shared")
    columns = [Column(words(f"threat_page.head.{name}")) for name in heads]
    rows = [_assessment(context, one) for one in found]
    numbers = html.Div([table(columns, rows, title), *add])
    drawn = html.Div(
        [_grid(context, found), _numbered(context, found)], className="picture-and-list"
    )
    return chart_card(context, "agreed", (title, under), [drawn], numbers)


def _grid(context: Context, found: list[ThreatAssessment]) -> html.Div:
    words, places = context.words, dict[tuple[int, int], list[str]]()
    for number, one in enumerate(found, start=1):
        if one.likelihood is not None and one.impact is not None:
            places.setdefault((int(one.likelihood), int(one.impact)), []).append(str(number))
    axes = (words("records.field.likelihood"), words("records.field.impact"))
    drawn = threat_grid(places, axes, context.address.theme)
    said = words("threat_page.grid", number=str(len(found)))
    return html.Div(picture(drawn, said), **DRAWN)


def _numbered(context: Context, found: list[ThreatAssessment]) -> html.Ol:
    """The threats by their numbers, with the movement of the risk since the quarter before."""
    words = context.words
    start = add_months(context.period.start, -3)
    before = period_of(start, "Q")
    risks = {
        (one.threat_type, one.actor_type, one.area): one.risk
        for one in records.threats(context, before.name)
    }
    quarter = formats.period_name(before, words)
    items = []
    for one in found:
        last = risks.get((one.threat_type, one.actor_type, one.area))
        now = one.risk
        way = "new" if last is None or now is None else "same" if last == now else "down"
        way = "up" if last is not None and now is not None and now > last else way
        moved = words(f"threat_page.movement.{way}", quarter=quarter, before=str(last))
        of = f"{context.area_name(one.area)} · {words.label('alleged_actor_type', one.actor_type)}"
        name = html.B(words.label("threat_type", one.threat_type))
        items.append(
            html.Li([name, html.Span(of, className="note"), html.Span(moved, className="note")])
        )
    return html.Ol(items, className="decisions")


def _assessment(context: Context, one: ThreatAssessment) -> list[Any]:
    words = context.words
    name: Any = words.label("threat_type", one.threat_type)
    if context.audience == "mission":
        name = html.A(name, href=_link(context, key=one.key))
    actor = words.label("alleged_actor_type", one.actor_type)
    of = f"{context.area_name(one.area)}, {actor}"
    return [
        [name, html.Span(of, className="note"), html.P(one.narrative, className="as-written")],
        _risk(context, one),
        words.label("five_point_scale", one.vulnerability) if one.vulnerability else "",
        words.label("threat_trend", one.trend),
        html.Ul(_criteria(context, one), className="facts"),
        ", ".join(words(f"records.priority.{name}") for name in one.priorities),
        html.Ul(_shared(context, one), className="facts"),
    ]


def _risk(context: Context, one: ThreatAssessment) -> list[Any]:
    words = context.words
    if one.likelihood is None or one.impact is None:
        return [words("threat_page.not_agreed")]
    scores = {
        name: words.label("five_point_scale", score)
        for name, score in (("likelihood", one.likelihood), ("impact", one.impact))
    }
    said = words("threat_page.likelihood_impact", **scores)
    return [html.B(f"{one.risk}"), html.Span(said, className="note")]


def _criteria(context: Context, one: ThreatAssessment) -> list[html.Li]:
    words = context.words
    scored = [(name, getattr(one, name)) for name in CRITERIA]
    return [
        html.Li(words.told(words(f"records.field.{name}"), words.label("five_point_scale", score)))
        for name, score in scored
        if score is not None
    ]


def _shared(context: Context, one: ThreatAssessment) -> list[html.Li]:
    """With whom and when; that it was not shared is what stands there (2023.05 §77)."""
    words = context.words
    days = {"leadership": one.shared_with_leadership_on, "hq": one.shared_with_hq_on}
    lines = []
    for who, on in days.items():
        said = formats.day(on, words) if on else words("threat_page.not_shared")
        lines.append(html.Li(words.told(words(f"threat_page.shared.{who}"), said)))
    return lines


def _from_data(context: Context) -> html.Section:
    """What reports, alerts and activities say of each threat: the ground for the assessment."""
    words, found = context.words, assessed_threats(context)
    title, under = words("threat_page.data"), words("threat_page.data_under")
    if not found:
        return card(title, [notice(words("threat_page.no_data"))], under, key="threat-data")
    heads = ("threat", "reported_risk", "areas", "rising", "done", "alerts", "answered")
    columns = [Column(words("threat_page.head.threat"))]
    columns += [Column(words(f"threat_page.head.{name}"), True) for name in heads[1:]]
    rows = [_data_row(context, threat, tiers[TOTAL]) for threat, tiers in found.items()]
    content = [
        *reports_note(context.reports_of("threat_response"), words),
        table(columns, rows, title),
    ]
    return card(title, content, under, key="threat-data")


def _data_row(context: Context, threat: str, row: Row) -> list[Any]:
    words = context.words
    name: Any = words.label("threat_type", threat)
    if context.audience == "mission":
        given = {"quarter": context.period.name, "area": context.area, "threat_type": threat}
        name = html.A(name, href=_link(context, **given))
    names = ("risk", "areas_assessed", "areas_rising", "done", "alerts", "alerts_answered")
    return [name, *(formats.number_or_dash(row[column], words) for column in names)]


def _by_area(context: Context) -> html.Section:
    """Violent incidents of the last quarters in the areas right below the chosen one."""
    words = context.words
    frame = threats.early_warning(context.release)
    frame = frame[frame["quarter"] <= context.period.name]
    quarters = sorted(frame["quarter"].unique())[-_QUARTERS:]
    below = context.areas.index[context.areas["parent_area_code"] == context.area]
    shown = [code for code in below if code in set(frame["area"])] or [context.area]
    counts = {(row["area"], row["quarter"]): row for row in rows_of(frame)}
    columns = [Column(words("table.area"))]
    columns += [Column(_quarter_name(context, quarter), True) for quarter in quarters]
    rows = [
        [
            context.area_name(area),
            *(
                _incidents(context, area, quarter, counts.get((area, quarter)))
                for quarter in quarters
            ),
        ]
        for area in sorted(shown, key=context.area_name)
    ]
    title, under = words("threat_page.by_area"), words("threat_page.by_area_under")
    if not quarters:
        return card(title, [notice(words("threat_page.no_data"))], under, key="threat-areas")
    return card(title, [table(columns, rows, title)], under, key="threat-areas")


def _incidents(context: Context, area: str, quarter: str, row: Row | None) -> list[Any]:
    """The number, marked where reports of the area and quarter are missing."""
    number = formats.number_or_dash(row["incidents"] if row else None, context.words)
    said = context.reports_of("early_warning", area, period_named(quarter))
    return [number, *reports_mark(said, context.words)]


def _by_actor(context: Context) -> list[html.Section]:
    """Killings and injuries by alleged actor over the last quarters, as released."""
    words = context.words
    if _BY_ACTOR not in context.indicators.index:
        return []
    frame = indicator_values.parts(
        context.release, "actor", indicator=_BY_ACTOR, period_type="Q", area=context.area
    )
    frame = frame[frame["period_end"].dt.date <= context.period.end]
    quarters = sorted(frame["period"].unique())[-_QUARTERS:]
    if not quarters:
        return []
    unit = context.unit(_BY_ACTOR)
    cells = {(row["actor"], row["period"]): Cell.of(row) for row in rows_of(frame)}
    columns = [Column(words("threat_page.head.actor"))]
    columns += [Column(_quarter_name(context, quarter), True) for quarter in quarters]
    rows = []
    for actor in sorted({actor for actor, _ in cells}):
        found = [cells.get((actor, quarter)) or Cell.absent() for quarter in quarters]
        values = [
            [bare_value(cell, unit, words), *reports_mark(cell.reports_missing, words)]
            for cell in found
        ]
        rows.append([words.label("alleged_actor_type", actor), *values])
    title = words.told(words("threat_page.by_actor"), context.short(_BY_ACTOR))
    return [card(title, [table(columns, rows, title)], key="threat-actors")]


def _quarter_name(context: Context, quarter: str) -> str:
    return formats.period_name(period_named(quarter), context.words)
