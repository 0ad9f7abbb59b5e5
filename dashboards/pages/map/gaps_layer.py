"""The layer of the protection gaps: expected incidents, last patrols and ranks by area.

A ranking with reasons, not a verdict; no unit and no commander is ever ranked.
"""

from collections.abc import Mapping
from typing import Any

from dash import html

from dashboards.components.card import card, notice, page_link
from dashboards.components.chart import chart_or_table, shows_table, take_away
from dashboards.components.empty import swatch
from dashboards.components.outcome_summary import silent_months
from dashboards.components.picture import area_picture
from dashboards.components.protection_gaps import (
    PATROL_DAY,
    PATROLS,
    RANK,
    Gaps,
    Row,
    component_figure,
    has,
    is_ranked,
    last_patrol,
    possible_ranks,
    rank_words,
    risk_of,
    trust_of,
)
from dashboards.components.table import Column, table
from dashboards.figures.area_drawing import Look, area_drawing, ranks
from dashboards.figures.outlines import Outlines, outlines_of
from dashboards.pages.map.bases import WIDTH, bases_of, boundaries
from dashboards.pages.map.classes import Classes, class_row, fixed_classes, stripes_key
from dashboards.pages.map.forecast_card import forecast_card
from dashboards.reading.context import Context
from dashboards.reading.queries import quality
from dashboards.reading.queries.quality import never_came
from dashboards.wording import formats
from indicators.foundation.periods import Period, add_months, period_named

_SHOWN = 5
_FRESH, _DUE = 3, 14  # days since the last patrol: full disc, half disc
_BY = ("police", "military")  # whose patrols the disc shows; without a choice, of either


def sentence(context: Context, found: Gaps) -> str:
    """Which areas rank first, and in which of all that the map shows no patrol came for two weeks:
    the first by rank by name, and how many more."""
    words, ranked = context.words, _ranked(found)
    if not ranked:
        reasons = {words.of(known[RANK], "reason") for known in found.values()}
        why = reasons if len(reasons) == 1 else ()  # the list says which is whose
        return " ".join([words("gaps.none_ranked"), *why])
    names = words.listed([context.area_name(area) for area in ranked[:2]])
    said = [words("gaps.sentence", names=names, month=_month(context, found))]
    late = [area for area in ranked if _disc(_days(context, found[area])) in ("late", "none")]
    if late:
        named = words.some_of([context.area_name(area) for area in late], _SHOWN)
        told = words("gaps.late", names=named, patrol=words(f"gaps.patrol.{_by(context)}"))
        said.append(context.if_came(told, "activities"))
    return " ".join(said)


def body(context: Context, found: Gaps) -> list[Any]:
    """The list beside the map, or every area as a table."""
    switch = chart_or_table(context.address, context.words, context.words("gaps.title"))
    drawn = outlines_of(str(context.release.folder), _level(context, found), context.release)
    if not drawn.shapes:
        said = notice(context.words("map.no_outlines"))
        parts = [_list(context, found), _table_card(context, found), *forecast_card(context)]
        return [said, html.Div(parts, className="stack")]
    if shows_table(context.address):
        parts = [_table_card(context, found, switch), *forecast_card(context)]
        return [html.Div(parts, className="stack")]
    told = [_map_card(context, found, drawn, switch), *forecast_card(context)]
    shown = [html.Div(told, className="stack"), _list(context, found)]
    return [html.Div(shown, className="columns columns-map")]


def _ranked(found: Gaps) -> list[str]:
    return [area for area, known in found.items() if is_ranked(known)]


def _month(context: Context, found: Gaps) -> str:
    return formats.month(_period(found).start, context.words)


def _period(found: Gaps) -> Period:
    return period_named(str(next(iter(found.values()))[RANK]["period"]))


def _by(context: Context) -> str:
    asked = context.address.get("presence")
    return asked if asked in _BY else "either"


def _last(context: Context, known: Mapping[str, Row]) -> Row | None:
    """The last patrol of whom the reader chose."""
    by = _by(context)
    return last_patrol(known, PATROLS if by == "either" else [f"days_since_patrol_{by}"])


def _days(context: Context, known: Mapping[str, Row]) -> float | None:
    row = _last(context, known)
    return None if row is None else float(row["value"])


def _disc(days: float | None) -> str:
    if days is None:
        return "none"
    return "fresh" if days <= _FRESH else "due" if days <= _DUE else "late"


def _list(context: Context, found: Gaps) -> html.Section:
    """The first areas with rank interval and reason, and every area that has no rank."""
    words, ranked = context.words, _ranked(found)
    unranked = [area for area in found if area not in ranked]
    items = [_item(context, area, found[area], len(ranked)) for area in ranked[:_SHOWN]]
    items += [_item(context, area, found[area], len(ranked)) for area in unranked]
    if context.area in ranked[_SHOWN:]:
        items.insert(0, _item(context, context.area, found[context.area], len(ranked)))
    under = words(
        "gaps.under",
        number=str(min(_SHOWN, len(ranked))),
        of=str(len(found)),
        month=_month(context, found),
    )
    return card(words("gaps.title"), [html.Ul(items, className="gaps")], under, key="gaps")


def _item(context: Context, area: str, known: Mapping[str, Row], of: int) -> html.Li:
    words, row = context.words, known[RANK]
    has_rank = is_ranked(known)
    sign = f"{row['value']:.0f}" if has_rank else "⊘"
    said = rank_words(context, known, of) if has_rank else words("gaps.unranked")
    link = page_link(context.area_name(area), _choice(context, area))
    head = html.Div([html.B(link), html.Span(said, className="note")])
    parts = [head, *([_presence(context, known)] if has_rank else [])]
    parts.append(html.Span(words.of(row, "reason"), className="note"))
    if has_rank and has(known, PATROL_DAY):
        parts.append(html.Span(words.of(known[PATROL_DAY], "reason"), className="note"))
    badge = html.Span(sign, className="gap-rank", **{"aria-hidden": "true"})
    look = {"className": "selected"} if area == context.area else {}
    return html.Li([badge, html.Div(parts)], **look)


def _choice(context: Context, area: str) -> str:
    """The address with this area chosen, without one where it is chosen already."""
    return context.address.link(area=None if area == context.area else area)


def _presence(context: Context, known: Mapping[str, Row]) -> html.Span:
    """The disc of the last patrol, with its days in words."""
    row, words, by = _last(context, known), context.words, _by(context)
    if row is None:
        is_known = not never_came(context.release, ["activities"])
        return html.Span(words(f"gaps.no_patrol.{by}") if is_known else "–", className="note")
    is_undated = formats.is_missing(row.get("counted_to"))  # in releases of before
    named = words("gaps.last_day") if is_undated else formats.day(row["counted_to"], words)
    days = int(row["value"])
    told = {"patrol": words(f"gaps.patrol.{by}"), "day": named}
    if days:
        said = words.digits("gaps.days_before", days, **told)
    else:
        said = words("gaps.day_or_later", **told)
    return html.Span([_disc_mark(_disc(days)), said], className="patrol")


def _disc_mark(look: str) -> html.Span:
    return html.Span(className=f"patrol-disc patrol-{look}", **{"aria-hidden": "true"})


def _level(context: Context, found: Gaps) -> str:
    return str(context.areas.loc[next(iter(found)), "area_level"])


def _map_card(context: Context, found: Gaps, drawn: Outlines, switch: html.Div) -> html.Section:
    words, title = context.words, context.words("gaps.map_title", month=_month(context, found))
    head = html.Div(
        [html.Div([html.H2(title), html.P(words("gaps.map_under"), className="subtitle")]), switch],
        className="card-head card-head-switch",
    )
    classes, bases = _classes(found), bases_of(context)
    looks = _looks(context, found, classes)
    made = area_drawing(drawn, looks, WIDTH, context.address.theme, bases)
    said = {area: _title(context, area, found.get(area)) for area in drawn.shapes}
    content = [
        area_picture(made, sentence(context, found), said, lambda area: _choice(context, area)),
        take_away(context, "gaps", ("png", "svg"), title),
        _key(context, classes, bool(bases)),
        boundaries(context),
    ]
    shown = [head, _patrol_switch(context), *content]
    return html.Section(shown, className="card map-card", **{"aria-label": title})


def _patrol_switch(context: Context) -> html.Div:
    """Whose last patrol the discs show."""
    words, chosen = context.words, _by(context)
    links = [
        page_link(
            words(f"gaps.by.{by}"),
            context.address.link(presence=None if by == "either" else by),
            "segment",
            **({"aria-current": "true"} if by == chosen else {}),
        )
        for by in ("either", *_BY)
    ]
    label = {"aria-label": words("gaps.by.label")}
    return html.Div(links, className="segmented level-switch", role="group", **label)


def _classes(found: Gaps) -> Classes:
    names = ((known, risk_of(known)) for known in found.values())
    values = [float(known[name]["value"]) for known, name in names if has(known, name)]
    return fixed_classes(values, is_percent=False, is_risk=True)


def _looks(context: Context, found: Gaps, classes: Classes) -> dict[str, Look]:
    """Every area of the map; those without a rank by why no report came."""
    silent = silent_months(_returns(context, _period(found)))
    place = ranks(_ranked(found)[:_SHOWN])
    inside = context.areas_inside
    is_part = any(area not in inside for area in found) and any(area in inside for area in found)
    is_one = context.area in found  # one area is outlined, the others stay
    looks = {}
    for area, known in found.items():
        fill, is_striped, disc, under = "", False, "", ""
        if is_ranked(known):
            fill, is_striped = _risk_fill(known, classes)
            days = _days(context, known)
            disc = _disc(days)
            under = context.words("gaps.days", number="–" if days is None else f"{days:.0f}")
        else:
            fill = "no-access" if area in silent["no_access"] else "not-reported"
        looks[area] = Look(
            context.area_name(area),
            fill,
            is_striped,
            place.get(area),
            disc,
            under,
            is_chosen=area == context.area,
            is_outside=is_part and not is_one and area not in inside,
        )
    return looks


def _returns(context: Context, month: Period) -> Any:
    """Reports of the three months that a rank needs one of."""
    first = add_months(month.start, -2)
    return quality.returns(context.release, first.isoformat(), month.end.isoformat())


def _risk_fill(known: Mapping[str, Row], classes: Classes) -> tuple[str, bool]:
    row = known.get(risk_of(known))
    if row is None or formats.is_missing(row["value"]):
        return "", False
    bounds = [None if formats.is_missing(row[end]) else row[end] for end in ("ci_low", "ci_high")]
    return classes.colours[classes.of(float(row["value"]))], classes.crosses(*bounds)


def _title(context: Context, area: str, known: Mapping[str, Row] | None) -> str:
    """What is said of an area where the pointer stands."""
    name = context.area_name(area)
    return (
        name if known is None else context.words.told(name, context.words.of(known[RANK], "reason"))
    )


def _key(context: Context, classes: Classes, has_bases: bool) -> html.Div:
    words = context.words
    bounds = [formats.number(bound, words, bound != int(bound)) for bound in classes.bounds]
    discs = [
        html.Li([_disc_mark(look), words(f"gaps.key.{look}")])
        for look in ("fresh", "due", "late", "none")
    ]
    marks = [
        html.Li([html.Span("1", className="gap-rank"), words("gaps.key.rank")]),
        *discs,
        stripes_key(classes, words),
        html.Li([html.Span(className="swatch crossed"), words("map.key_no_access")]),
        html.Li([swatch("not-reported"), words("key.not_reported")]),
    ]
    if has_bases:
        marks.append(html.Li([html.Span("▲"), words("map.key_base")]))
    row = class_row(bounds, classes, words)
    return html.Div([row, html.Ul(marks, className="key")], className="classes")


def _table_card(context: Context, found: Gaps, *switch: html.Div) -> html.Section:
    """Every area with rank, expected incidents, days since the last patrol, reach and trust."""
    words = context.words
    asked = trust_of(next(iter(found.values()), {}))
    heads = ("rank", "interval", "risk", "police", "military", "reach", asked)
    columns = [Column(words("table.area"))]
    columns += [Column(words(f"gaps.head.{name}"), True) for name in heads]
    rows = [_row(context, area, known) for area, known in found.items()]
    title = words("gaps.all_title")
    content = [*switch, table(columns, rows, title), take_away(context, "gaps", ("csv",), title)]
    return card(title, content, words("gaps.all_under"), key="all-gaps")


def _row(context: Context, area: str, known: Mapping[str, Row]) -> list[Any]:
    words, row = context.words, known[RANK]
    link = page_link(context.area_name(area), _choice(context, area))
    bounds = possible_ranks(context, row) if is_ranked(known) else words("gaps.unranked")
    return [
        link,
        f"{row['value']:.0f}" if is_ranked(known) else "–",
        bounds,
        component_figure(context, known, risk_of(known), 1),
        component_figure(context, known, PATROLS[0], 0),
        component_figure(context, known, PATROLS[1], 0),
        component_figure(context, known, "within_reach_police", 0),
        component_figure(context, known, trust_of(known), 0),
    ]
