"""Incidents by month, by kind, actor and victim, and one by one for the mission alone."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card, notice, page_link
from dashboards.components.chart import chart, chart_card, shows_table, take_away
from dashboards.components.empty import empty_mark, persons_note, reports_mark, reports_note
from dashboards.components.listing import Field, Listing, area, area_link, label
from dashboards.components.lists.threats import quarters_of
from dashboards.components.table import Column, table
from dashboards.components.value import done_bar, value_cells, value_columns, value_in_brief
from dashboards.figures.plot import Axis, Plot, value_axis
from dashboards.figures.series import tick_texts
from dashboards.reading.context import Context
from dashboards.reading.queries import indicator_values, threats
from dashboards.reading.queries.cells import Cell, Dated, dated_cells, reports_sign
from dashboards.reading.queries.threats import INSIDE
from dashboards.reading.releases import Release
from dashboards.reading.rows import rows_of
from dashboards.wording import formats
from dashboards.wording.formats import Unit
from dashboards.wording.words import Words, in_sentence, sentence_case
from indicators.foundation.periods import PRECISION_PERIODS, Period


def events(release: Release, area: str, period: Period) -> pd.DataFrame:
    """The incidents of an area and those below it that count in a period, the newest first: one
    known by its year alone is in no quarter of it (definitions 17).

    Columns as `mart.incident`: `warned` and `is_near_base` are null where that is not known.
    """
    exact_enough = ", ".join(
        f"'{name}'" for name, types in PRECISION_PERIODS.items() if period.period_type in types
    )
    sql = f"""
        {INSIDE}
        SELECT own.* FROM mart.incident AS own JOIN inside ON inside.area_code = own.area
        WHERE occurred_on BETWEEN ? AND ? AND date_precision IN ({exact_enough})
        ORDER BY occurred_on DESC, own.area, incident_code
    """
    return release.frame(sql, [area, period.start.isoformat(), period.end.isoformat()])


_MONTHS, _MOST_NAMES = 24, 8


def months_card(context: Context, code: str) -> html.Section:
    """The last months up to the end of the chosen period, each with its count."""
    words, months = context.words, _months(context, code)
    title = words("incidents.months")
    if not any(dated.cell.is_figure for dated in months):
        return card(title, [notice(words("incidents.no_month"))], key="months")
    drawn = [] if shows_table(context.address) else [_chart(context, code, months, title)]
    subtitle = words("incidents.months_under")
    return chart_card(context, "months", (title, subtitle), drawn, _table(context, code, months))


def _months(context: Context, code: str) -> list[Dated]:
    frame = indicator_values.totals(
        context.release, indicator=code, period_type="M", area=context.area
    )
    frame = frame[frame["period_end"] <= pd.Timestamp(context.period.end)]
    return dated_cells(rows_of(frame))[-_MONTHS:]


def _chart(context: Context, code: str, months: Sequence[Dated], title: str) -> html.Figure:
    words, unit = context.words, context.unit(code)
    top = 1.12 * max(dated.cell.value or 0.0 for dated in months)
    names = [(place, formats.period_name(dated, words)) for place, dated in enumerate(months)]
    step = -(-len(months) // _MOST_NAMES)
    ticks = zip(range(0, len(months), step), tick_texts(months[::step], words), strict=True)
    places = Axis(-0.6, len(months) - 0.4, list(ticks))
    plot = Plot(places, value_axis((0.0, top or 1.0), words), context.address.theme)
    for (place, name), dated in zip(names, months, strict=True):
        cell, lacking = dated.cell, dated.cell.reports_missing
        drawn = [plot.bar(cell.value or 0.0, "empty-not-reported" if lacking else "")]
        if lacking:
            plot.words(place, cell.value or 0.0, reports_sign(lacking), "plot-above")
        said = words.told(name, value_in_brief(cell, unit, words))
        plot.point((place - 0.5, place + 0.5), said, drawn if cell.is_figure else [])
    return chart(plot, title, "months", 280)


def _table(context: Context, code: str, months: Sequence[Dated]) -> html.Div:
    words, unit = context.words, context.unit(code)
    columns = [Column(words("table.period")), *value_columns(unit.words(words), words)]
    rows = [
        [formats.period_name(dated, words), *value_cells(dated.cell, unit, words)]
        for dated in reversed(months)
    ]
    return table(columns, rows, words("incidents.months"))


_VICTIMS = "X-IM-03"  # civilians killed or injured, verified
_WARNED = "P2-OC-10"
_COUNTS = ("warned", "without_warning", "not_answered")
Bar = tuple[str, Cell]


def parts_cards(context: Context, code: str) -> list[html.Section]:
    """By kind and by alleged actor, most first; victims by sex and by age in their own order.

    What the copy does not hold for the area and kind of period is named in one card.
    """
    found = {
        "kinds": (code, _most_first(_kinds(context, code))),
        "actors": (code, _most_first(_parts(context, code, "actor"))),
    }
    if _VICTIMS in context.indicators.index:
        found |= {
            f"victims_{dimension}": (_VICTIMS, _parts(context, _VICTIMS, dimension))
            for dimension in ("sex", "age_group")
        }
    cards = [_card(context, of, key, bars) for key, (of, bars) in found.items() if bars]
    absent = [key for key, (_, bars) in found.items() if not bars]
    return [*cards, *([_absent_card(context, absent)] if absent else [])]


def _absent_card(context: Context, keys: Sequence[str]) -> html.Section:
    words = context.words
    names = words.listed([in_sentence(words(f"incidents.{key}")) for key in keys])
    said = words("incidents.no_parts", parts=names)
    return card(words("incidents.parts"), [notice(sentence_case(said))], key="no-parts")


def _kinds(context: Context, code: str) -> list[Bar]:
    frame = indicator_values.kinds(
        context.release, "incident_type", indicator=code, **_chosen(context)
    )
    return _bars(context, frame, "breakdown_value", "incident_type")


def _parts(context: Context, code: str, dimension: str) -> list[Bar]:
    frame = indicator_values.parts(context.release, dimension, indicator=code, **_chosen(context))
    return _bars(context, frame, dimension, dimension)


def _chosen(context: Context) -> dict[str, str]:
    period = context.period
    return {"period_type": period.period_type, "period": period.name, "area": context.area}


def _bars(context: Context, frame: pd.DataFrame, column: str, vocabulary: str) -> list[Bar]:
    return [
        (context.words.label(vocabulary, str(row[column])), Cell.of(row)) for row in rows_of(frame)
    ]


def _most_first(bars: list[Bar]) -> list[Bar]:
    """Without those that have no case."""
    some = [(name, cell) for name, cell in bars if not (cell.is_figure and not cell.value)]
    return sorted(some, key=lambda bar: (-(bar[1].value or 0.0), bar[0]))


def _card(context: Context, code: str, key: str, bars: Sequence[Bar]) -> html.Section:
    words, unit = context.words, context.unit(code)
    title, under = words(f"incidents.{key}"), words(f"incidents.{key}_under")
    most = max((cell.value or 0.0 for _, cell in bars), default=0.0)
    rows = [[name, _bar(cell, most), _figure(cell, unit, words)] for name, cell in bars]
    columns = [Column(words(f"incidents.head.{key}")), Column(""), Column(unit.words(words), True)]
    content = [
        table(columns, rows, title, "table-bars"),
        *persons_note([cell for _, cell in bars], words),
        *_how_counted(context, code),
        take_away(context, key.replace("_", "-"), ("csv",), title),
    ]
    return card(title, content, under, key=key)


def _how_counted(context: Context, code: str) -> list[html.A]:
    """Victims are counted by an indicator of their own: the way to it."""
    if code != _VICTIMS:
        return []
    href = context.address.link(f"/indicators/{code}")
    return [page_link(context.words("incidents.victims_link"), href)]


def _figure(cell: Cell, unit: Unit, words: Words) -> list[Any]:
    """59 (42–80), and the mark of missing reports; the head of the column has the unit."""
    if not cell.is_figure or cell.value is None:
        return [empty_mark(cell, words, "table")]
    value = unit.value(cell.value, words, cell.half_width)
    if cell.low is not None and cell.high is not None:
        interval = unit.interval(cell.low, cell.high, words)
        value = words("value.brief", value=value, interval=interval)
    return [value, *reports_mark(cell.reports_missing, words)]


def _bar(cell: Cell, most: float) -> html.Span | str:
    return done_bar(cell.value, most) if cell.is_figure and cell.value is not None else ""


def warned_card(context: Context) -> list[html.Section]:
    """Of the incidents dated to the day, how many an alert came before; and if it was answered."""
    if _WARNED not in context.indicators.index:
        return []
    words, found = context.words, threats.early_warning(context.release)
    is_own = (found["area"] == context.area) & found["quarter"].isin(quarters_of(context.period))
    own = found[is_own]
    title, under = words("incidents.warned"), words("incidents.warned_under")
    incidents = int(own["incidents"].sum())
    if not incidents:
        said = context.with_reports(words("warnings.none"), "early_warning")
        return [card(title, [notice(said)], under, key="warned")]
    numbers = {name: int(own[name].sum()) for name in _COUNTS}
    rows = [
        [
            words(f"warnings.head.{name}"),
            done_bar(number, incidents),
            _of(context, number, incidents),
        ]
        for name, number in numbers.items()
    ]
    columns = [
        Column(words("incidents.head.warned")),
        Column(""),
        Column(words("incidents.head.incidents"), True),
    ]
    content = [
        *reports_note(context.reports_of("early_warning"), words),
        table(columns, rows, title, "table-bars"),
        page_link(words("incidents.to_alerts"), context.address.link("/alerts")),
    ]
    return [card(title, content, under, key="warned")]


def _of(context: Context, number: int, total: int) -> str:
    words = context.words
    named = {"number": formats.number(number, words), "total": formats.number(total, words)}
    return words("incidents.of_total", **named)


_MOST = 12


def events_card(context: Context) -> list[html.Section]:
    """How many were near a base, then the newest; the files hold all."""
    if context.audience != "mission":
        return []
    words, found = context.words, _events(context)
    title = words("incidents.events")
    if not found:
        said = context.with_reports(words("incidents.no_event"), "incident")
        return [card(title, [notice(said)], key="events")]
    content: list[Any] = [
        html.P(_near_base(context, found)),
        *reports_note(context.reports_of("incident"), words),
        EVENTS.table(context, found[:_MOST]),
    ]
    if len(found) > _MOST:
        more = words("pending.more", shown=str(_MOST), of=formats.number(len(found), words))
        content.append(html.P(more, className="note"))
    content.append(EVENTS.files(context))
    return [card(title, content, words("incidents.events_under"), key="events")]


def _events(context: Context) -> list[dict[str, Any]]:
    """Nothing where the copy does not hold single incidents."""
    if context.audience != "mission":
        return []
    return rows_of(events(context.release, context.area, context.period))


def _near_base(context: Context, found: list[dict[str, Any]]) -> str:
    said = [_yes_or_no(row["is_near_base"]) for row in found]
    numbers = {
        name: formats.number(said.count(name), context.words) for name in ("yes", "no", "open")
    }
    return context.words("incidents.near_base", **numbers)


def _yes_or_no(found: Any) -> str:
    if formats.is_missing(found):
        return "open"
    return "yes" if found else "no"


def _answer(name: str) -> Any:
    return lambda context, row: context.words(f"incidents.answer.{_yes_or_no(row[name])}")


EVENTS = Listing(
    "incidents",
    "incidents.events",
    "incidents",
    (
        Field("incident_code"),
        Field("occurred_on"),
        Field("date_precision", label("date_precision")),
        Field("area", area, area_link, "table.area"),
        Field("type", label("incident_type", "type")),
        Field("actor", label("alleged_actor_type", "actor")),
        Field("killed", is_number=True),
        Field("injured", is_number=True),
        Field("warned_before", _answer("warned")),
        Field("base", _answer("is_near_base")),
        Field("verification", label("verification")),
    ),
    _events,
    "incidents.events_under",
    counts="incident",
)
