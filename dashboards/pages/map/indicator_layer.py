"""The layer of one indicator by area in fixed classes, with what is not known drawn as such."""

from typing import Any
from urllib.parse import urlencode

import pandas as pd
from dash import dcc, html

from dashboards.components.area_level import area_level, level_switch, levels_of
from dashboards.components.card import notice, page_link
from dashboards.components.chart import take_away
from dashboards.components.empty import persons_note, swatch
from dashboards.components.picture import area_picture
from dashboards.components.small_multiples import area_rank
from dashboards.components.table import scrolling
from dashboards.components.value import bare_value, value_cells, value_in_brief
from dashboards.figures.area_drawing import Look, area_drawing
from dashboards.figures.outlines import outlines_of
from dashboards.pages.map.bases import WIDTH, bases_of, boundaries
from dashboards.pages.map.classes import Classes, class_row, fill_of, fixed_classes, stripes_key
from dashboards.pages.map.layers import drawn_levels, indicators_with_areas
from dashboards.reading.context import Context
from dashboards.reading.queries import indicator_values
from dashboards.reading.queries.cells import REPORTS_LACK, SUPPRESSED, Cell
from dashboards.reading.rows import rows_of
from dashboards.wording.formats import number, period_name

_NAMED = 2
_NAMED_EMPTY = 3


def asked(context: Context) -> str | None:
    """The indicator that the address asks for, where it has areas."""
    code = context.address.get("indicator")
    return code if code in indicators_with_areas(context) else None


def _chosen(context: Context) -> str | None:
    return asked(context) or next(iter(indicators_with_areas(context)), None)


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
Parts = tuple[str, str, pd.DataFrame, dict[str, Cell]]


def parts_of(context: Context) -> Parts | None:
    """What the layer shows; nothing where no indicator has areas."""
    code = _chosen(context)
    level = area_level(context, code, drawn_levels(context)) if code else None
    if code is None or level is None:
        return None
    frame = _values(context, code, level)
    return code, level, frame, _cells(context, code, frame, level)


def sentence(context: Context, parts: Parts | None) -> str:
    """Where the value is highest (lowest where higher is better), and where there is none."""
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
    apart = _apart(ranked, cells)
    if not apart:
        ends = sorted(cells[area].value or 0.0 for area in figures)
        low, high = (unit.value(end, words) for end in (ends[0], ends[-1]))
        return words("map.none_apart", title=title, low=low, high=high)
    named = [
        words("map.named", area=context.area_name(a), value=bare_value(cells[a], unit, words))
        for a in apart
    ]
    key = "map.lowest" if is_up else "map.highest"
    said = [words(key, title=title, names=words.listed(named))]
    unsure = [context.area_name(area) for area in apart if cells[area].is_provisional]
    said += [words("map.provisional", names=words.listed(unsure))] if unsure else []
    return " ".join(said)


def _apart(ranked: list[str], cells: dict[str, Cell]) -> list[str]:
    """The first of an order, at most two, whose intervals meet none of those that follow."""
    for size in range(min(_NAMED, len(ranked) - 1), 0, -1):
        first, rest = ranked[:size], ranked[size:]
        if not any(_meet(cells[one], cells[other]) for one in first for other in rest):
            return first
    return ranked if len(ranked) == 1 else []


def _meet(one: Cell, other: Cell) -> bool:
    """Whether two intervals overlap."""
    (low, high), (other_low, other_high) = _ends(one), _ends(other)
    return low <= other_high and other_low <= high


def _ends(cell: Cell) -> tuple[float, float]:
    """The interval; a figure without one is a point."""
    value = cell.value or 0.0
    return (
        value if cell.low is None else cell.low,
        value if cell.high is None else cell.high,
    )


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


def _choice(context: Context, code: str, area: str) -> str:
    """The address with this area chosen, without one where it is chosen already."""
    other = None if area == context.area else area
    return context.address.link(area=other, indicator=code)


def _row(context: Context, code: str, area: str, cell: Cell) -> html.Tr:
    words, unit = context.words, context.unit(code)
    is_chosen = area == context.area
    link = page_link(context.area_name(area), _choice(context, code, area))
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
    scroll = scrolling(html.Table(parts, className="table"), title)
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


def _look(context: Context, area: str, cell: Cell, classes: Classes) -> Look:
    fill, is_striped = fill_of(cell, classes)
    name = f"{cell.sign} {context.area_name(area)}".strip()
    return Look(name, fill, is_striped, is_chosen=area == context.area)


def _key(context: Context, code: str, classes: Classes, has_bases: bool) -> html.Div:
    words, unit = context.words, context.unit(code)
    bounds = [
        unit.bare(bound, words) if bound >= 10 or bound == int(bound) else number(bound, words, 1)
        for bound in classes.bounds
    ]
    marks = [
        stripes_key(classes, words),
        html.Li([html.Span(className="swatch crossed"), words("map.key_no_access")]),
        html.Li([swatch("not-reported"), words("key.not_reported")]),
        html.Li([swatch(SUPPRESSED), words("key.suppressed")]),
        html.Li([html.Span(REPORTS_LACK), words("key.reports_missing")]),
        html.Li([html.Span(className="swatch swatch-unknown"), words("map.key_no_figure")]),
        html.Li([html.Span(className="swatch"), words("map.key_nothing_here")]),
    ]
    if has_bases:
        marks.append(html.Li([html.Span("▲"), words("map.key_base")]))
    row = class_row(bounds, classes, words)
    return html.Div([row, html.Ul(marks, className="key")], className="classes")


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


def _map_card(context: Context, parts: Parts) -> html.Section:
    code, level, frame, cells = parts
    words, unit, period = context.words, context.unit(code), context.period
    drawn = outlines_of(str(context.release.folder), level, context.release)
    is_risk = str(context.indicator(code)["direction"]) == "down"
    values = [float(value) for value in frame["value"].dropna()]
    classes = fixed_classes(values, unit.is_percent, is_risk)
    bases = bases_of(context)
    title = words("map.title", unit=unit.words(words), period=period_name(period, words))
    if drawn.shapes:
        looks = {area: _look(context, area, cell, classes) for area, cell in cells.items()}
        made = area_drawing(drawn, looks, WIDTH, context.address.theme, bases)
        said = {
            area: words.told(context.area_name(area), value_in_brief(cell, unit, words))
            for area, cell in cells.items()
        }
        caption = f"{title} {sentence(context, parts)}"
        content: list[Any] = [
            area_picture(made, caption, said, lambda area: _choice(context, code, area)),
            take_away(context, "map", ("png", "svg"), title),
        ]
    else:
        content = [notice(words("map.no_outlines"))]
    return html.Section(
        [
            level_switch(context, levels_of(context, code, drawn_levels(context)), level),
            html.P(title, className="subtitle"),
            *content,
            _key(context, code, classes, bool(bases)),
            _time(context, code, level),
            boundaries(context),
        ],
        className="card map-card",
        **{"aria-label": title},
    )


def body(context: Context, parts: Parts) -> list[Any]:
    """The list and the map."""
    code, _, _, cells = parts
    shown = [_map_card(context, parts), _list(context, code, cells)]
    return [html.Div(shown, className="columns columns-map")]
