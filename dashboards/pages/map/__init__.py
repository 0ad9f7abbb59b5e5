"""Map: one indicator by area in fixed classes, with what is not known drawn as such."""

from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import shapely
from dash import dcc, html

from dashboards.components.area_level import (
    ENOUGH,
    LEVELS,
    area_level,
    level_switch,
    levels_of,
    share_of_figures,
)
from dashboards.components.card import notice, page_head, page_link
from dashboards.components.chart import chart, take_away
from dashboards.components.empty import persons_note, swatch
from dashboards.components.protection_gaps import read_gaps
from dashboards.components.small_multiples import area_rank
from dashboards.components.value import bare_value, value_cells, value_in_brief
from dashboards.context import Context
from dashboards.figures.outlines import Outlines, outlines_of
from dashboards.pages.map.area_map import (
    Base,
    Classes,
    MapArea,
    area_map,
    fixed_classes,
)
from dashboards.pages.map.gaps_card import all_gaps_card, gaps_card, gaps_sentence
from dashboards.queries import catalogue as area_queries
from dashboards.queries import indicator_values
from dashboards.queries.cells import REPORTS_LACK, SUPPRESSED, Cell
from dashboards.rows import rows_of
from dashboards.wording.formats import number, period_name

_TABS = 5
_NAMED = 2
_NAMED_EMPTY = 3


def _drawn_levels(context: Context) -> set[str]:
    """The levels that have outlines, else all."""
    found = set(context.areas.loc[context.areas["geometry"].notna(), "area_level"]) - {"country"}
    return found or set(LEVELS)


def _choices(context: Context) -> list[str]:
    """Indicators with areas; those whose map says enough first, then impact to output."""
    drawn = _drawn_levels(context)
    order = {"impact": 0, "outcome": 1, "output": 2}

    def rank(code: str) -> tuple[bool, int, str]:
        shares = [
            share_of_figures(context, code, level) for level in levels_of(context, code, drawn)
        ]
        level = order.get(str(context.indicator(code)["level"]), len(order))
        return max(shares) < ENOUGH, level, code

    codes = [
        code
        for code in context.indicators.index
        if levels_of(context, code, drawn) and context.ranks_areas(code)
    ]
    return sorted(codes, key=rank)


def _chosen(context: Context) -> str | None:
    choices = _choices(context)
    asked = context.address.get("indicator")
    if asked in choices:
        return asked
    return choices[0] if choices else None


def _values(context: Context, code: str, level: str) -> pd.DataFrame:
    """All periods of the chosen kind: the classes rest on all of them."""
    return indicator_values.totals(
        context.release, indicator=code, period_type=context.period.period_type, area_level=level
    )


def _cells(context: Context, code: str, frame: pd.DataFrame, level: str) -> dict[str, Cell]:
    """A cell for every area of the level, by value; those without a figure last."""
    now = frame[frame["period"] == context.period.name]
    known = {row["area"]: Cell.of(row) for row in rows_of(now)}
    codes = context.areas.loc[context.areas["area_level"] == level, "area_code"]
    areas = dict.fromkeys([*codes, *known])
    cells = {area: known.get(area) or context.absent(code, area) for area in areas}

    def rank(area: str) -> tuple[bool, float, str]:
        return area_rank(context, code, area, cells[area])

    return {area: cells[area] for area in sorted(cells, key=rank)}


# Indicator, level of areas, all values of both in periods of the kind, and the chosen cells.
_Parts = tuple[str, str, pd.DataFrame, dict[str, Cell]]


def _parts(context: Context) -> _Parts | None:
    code = _chosen(context)
    level = area_level(context, code, _drawn_levels(context)) if code else None
    if code is None or level is None:
        return None
    frame = _values(context, code, level)
    return code, level, frame, _cells(context, code, frame, level)


def sentence(context: Context) -> str:
    """Where the value is highest (lowest where higher is better), and where there is none."""
    return _sentence(context, _parts(context))


def _sentence(context: Context, parts: _Parts | None) -> str:
    if parts is None:
        return context.words("map.nothing")
    code, _, _, cells = parts
    return " ".join([_extreme(context, code, cells), *_without_figure(context, cells)])


def _extreme(context: Context, code: str, cells: dict[str, Cell]) -> str:
    """The areas at the end of the scale that asks for attention, as far as they stand out.

    Areas at zero are not named as the highest, and of many with one value none is singled out.
    """
    words, unit, title = context.words, context.unit(code), context.short(code)
    figures = [area for area, cell in cells.items() if cell.is_figure]
    if not figures:
        return words("map.no_figures", title=title)
    is_up = context.indicator(code)["direction"] == "up"
    ranked = figures[::-1] if is_up else [area for area in figures if cells[area].value]
    if not ranked:
        return words("map.all_zero", title=title, number=str(len(figures)))
    end = cells[ranked[0]].value
    tied = [area for area in ranked if cells[area].value == end]
    if len(tied) > _NAMED:
        value = unit.value(end or 0.0, words)
        key = "map.lowest_shared" if is_up else "map.highest_shared"
        return words(key, title=title, value=value, number=str(len(tied)))
    named = [
        words("map.named", area=context.area_name(a), value=bare_value(cells[a], unit, words))
        for a in ranked[:_NAMED]
    ]
    key = "map.lowest" if is_up else "map.highest"
    said = [words(key, title=title, names=words.listed(named))]
    unsure = [context.area_name(area) for area in ranked[:_NAMED] if cells[area].is_provisional]
    said += [words("map.provisional", names=words.listed(unsure))] if unsure else []
    return " ".join(said)


def _without_figure(context: Context, cells: dict[str, Cell]) -> list[str]:
    """Which areas have no figure: a sentence each for few, suppressed and without data."""
    words = context.words
    found: dict[str, list[str]] = {}
    for area, cell in cells.items():
        if not cell.is_figure:
            key = "map.no_data" if cell.look != SUPPRESSED else "map.suppressed"
            if cell.state == "below_8":
                key = "map.below_8"
            found.setdefault(key, []).append(context.area_name(area))
    return [words(key, names=words.some_of(names, _NAMED_EMPTY)) for key, names in found.items()]


def _tabs(context: Context, chosen: str) -> list[Any]:
    choices = _choices(context)
    first = choices[:_TABS] if chosen in choices[:_TABS] else [chosen, *choices[: _TABS - 1]]
    label = {"aria-label": context.words("map.choose")}
    shown: list[Any] = [
        html.Div([_tab(context, c, chosen) for c in first], className="tabs", role="group", **label)
    ]
    rest = [code for code in choices if code not in first]
    if rest:
        links = html.Div([_tab(context, code, chosen) for code in rest], className="tabs")
        shown.append(html.Details([html.Summary(context.words("map.more")), links]))
    return shown


def _tab(context: Context, code: str, chosen: str) -> html.A:
    current = {"aria-current": "true"} if code == chosen else {}
    return page_link(context.short(code), context.address.link(indicator=code), **current)


def _row(context: Context, code: str, area: str, cell: Cell) -> html.Tr:
    words, unit = context.words, context.unit(code)
    is_chosen = area == context.area
    other = None if is_chosen else area
    link = page_link(context.area_name(area), context.address.link(area=other, indicator=code))
    value, interval, n = value_cells(cell, unit, words)
    if cell.is_figure:
        values = [html.Td(part, className="number") for part in (html.B(value), interval, n)]
    else:
        values = [html.Td(value, colSpan=3, className="number")]
    look = "selected" if is_chosen else ""
    return html.Tr([html.Th(link, scope="row"), *values], className=look)


def _list(context: Context, code: str, cells: dict[str, Cell]) -> html.Section:
    words = context.words
    heads: tuple[tuple[str, dict[str, str]], ...] = (
        ("table.area", {}),
        ("table.value", {"unit": context.unit(code).words(words)}),
        ("table.interval", {}),
        ("table.n", {}),
    )
    head = [
        html.Th(words(key, **given), scope="col", className="number" if place else "")
        for place, (key, given) in enumerate(heads)
    ]
    body = [_row(context, code, area, cell) for area, cell in cells.items()]
    title = words("map.list_title")
    parts = [html.Caption(title, className="hidden"), html.Thead(html.Tr(head)), html.Tbody(body)]
    scroll = html.Div(html.Table(parts, className="table"), className="table-scroll", tabIndex=0)
    return html.Section(
        [
            html.Div(
                [html.H2(title), html.P(words("map.list_lead"), className="subtitle")],
                className="card-head",
            ),
            scroll,
            *persons_note(cells.values(), words),
            take_away(context, "areas", ("csv",), title),
        ],
        className="card map-list",
        **{"aria-label": title},
    )


def _map_areas(context: Context, code: str, cells: dict[str, Cell]) -> list[MapArea]:
    words, unit = context.words, context.unit(code)
    return [
        MapArea(
            area,
            context.area_name(area),
            words.told(context.area_name(area), value_in_brief(cell, unit, words)),
            cell,
            area == context.area,
        )
        for area, cell in cells.items()
    ]


def _bases(context: Context) -> list[Base]:
    frame = area_queries.bases(context.release, context.period.end.isoformat())
    return [
        Base(str(row["base_name"]), float(row["latitude"]), float(row["longitude"]))
        for row in rows_of(frame)
        if not pd.isna(row["latitude"])
    ]


def _key(context: Context, code: str, classes: Classes, has_bases: bool) -> html.Div:
    words, unit = context.words, context.unit(code)
    bounds = [
        unit.bare(bound, words) if bound >= 10 or bound == int(bound) else number(bound, words, 1)
        for bound in classes.bounds
    ]
    texts = [
        words("map.class_first", high=bounds[0]),
        *(words("map.class", low=a, high=b) for a, b in pairwise(bounds)),
        words("map.class_last", low=bounds[-1]),
    ]
    fills = [
        html.Span(
            [html.Span(className="class-fill", style={"background": colour}), text],
            className="class",
        )
        for colour, text in zip(classes.colours, texts, strict=True)
    ]
    striped = html.Span(className="swatch striped", style={"backgroundColor": classes.colours[3]})
    marks = [
        html.Li([striped, words("map.key_stripes")]),
        html.Li([html.Span(className="swatch crossed"), words("map.key_no_access")]),
        html.Li([swatch("not-reported"), words("key.not_reported")]),
        html.Li([swatch(SUPPRESSED), words("key.suppressed")]),
        html.Li([html.Span(REPORTS_LACK), words("key.reports_missing")]),
        html.Li([html.Span(className="swatch"), words("map.key_no_figure")]),
    ]
    if has_bases:
        marks.append(html.Li([html.Span("▲"), words("map.key_base")]))
    return html.Div(
        [html.Span(fills, className="class-row"), html.Ul(marks, className="key")],
        className="classes",
    )


def _height(drawn: Outlines) -> int:
    """Pixels that fit the outlines' shape into the card's width."""
    west, south, east, north = shapely.total_bounds(list(drawn.shapes.values()))
    return int(min(680, max(320, 700 * (north - south) / ((east - west) or 1.0))))


def _time(context: Context, code: str, level: str) -> html.Div | None:
    """A slider over the periods of the chosen kind; classes do not move with it."""
    words = context.words
    chosen = [p for p in context.periods[::-1] if p.period_type == context.period.period_type]
    if len(chosen) < 2:
        return None
    names = [period_name(p, words) for p in chosen]
    slider = dcc.Input(
        id="time",
        type="range",
        min=0,
        max=len(chosen) - 1,
        step=1,
        value=chosen.index(context.period),
        className="time-range",
    )
    label = html.Label(words("map.time"), htmlFor="time", className="hidden")
    steps = {
        "data-codes": "|".join(p.name for p in chosen),
        "data-names": "|".join(names),
        "data-subject": urlencode({"indicator": code, "level": level}),
    }
    shown = html.B(names[chosen.index(context.period)], className="time-now")
    return html.Div([label, html.Span(names[0]), slider, shown], className="time", **steps)


def _map_card(context: Context, parts: _Parts) -> html.Section:
    code, level, frame, cells = parts
    words, unit = context.words, context.unit(code)
    drawn = outlines_of(str(context.release.folder), level, context.release)
    is_risk = str(context.indicator(code)["direction"]) == "down"
    values = [float(value) for value in frame["value"].dropna()]
    classes = fixed_classes(values, unit.is_percent, is_risk)
    bases = _bases(context)
    period = context.period
    title = words(
        "map.title",
        unit=unit.words(words),
        period=period_name(period, words),
    )
    if drawn.shapes:
        figure = area_map(
            _map_areas(context, code, cells), drawn, bases, classes, context.address.theme
        )
        content: list[Any] = [
            chart(figure, f"{title} {_sentence(context, parts)}", "map", _height(drawn), 80),
            take_away(context, "map", ("png", "svg"), title),
        ]
    else:
        content = [notice(words("map.no_outlines"))]
    boundaries = html.P(words.of(context.mission, "boundaries"), className="boundaries")
    return html.Section(
        [
            *_tabs(context, code),
            level_switch(context, levels_of(context, code, _drawn_levels(context)), level),
            html.P(title, className="subtitle"),
            *content,
            _key(context, code, classes, bool(bases)),
            _time(context, code, level),
            boundaries,
        ],
        className="card map-card",
        **{"aria-label": title},
    )


def body(context: Context) -> list[Any]:
    """Sentence, gaps and the list (first for the keyboard), the map, all gaps."""
    parts = _parts(context)
    found = read_gaps(context)
    if parts is None:
        return [page_head(_sentence(context, None)), gaps_card(context, found)]
    code, _, _, cells = parts
    drawn = html.Div(
        [_list(context, code, cells), _map_card(context, parts)], className="stack map-stack"
    )
    lead = " ".join(
        part for part in (gaps_sentence(context, found), context.words("map.lead")) if part
    )
    return [
        page_head(_sentence(context, parts), lead),
        html.Div([drawn, gaps_card(context, found)], className="columns columns-map"),
        *all_gaps_card(context, found),
    ]
