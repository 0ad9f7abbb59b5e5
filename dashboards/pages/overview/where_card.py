"""Where: the five largest protection gaps as numbers on a small map, no access, silent areas."""

from collections.abc import Mapping

import pandas as pd
from dash import html

from dashboards.components.area_picture import area_picture
from dashboards.components.card import card, page_link
from dashboards.components.outcome_summary import (
    missing_reports,
    nothing_missing,
    silent_months,
)
from dashboards.components.protection_gaps import Gaps, is_ranked, read_gaps
from dashboards.context import Context
from dashboards.figures.area_drawing import Look, area_drawing, ranks
from dashboards.figures.outlines import outlines_of
from dashboards.pages.overview.place_card import place_card

_SHOWN = 5
_WIDTH = 340.0
_SILENT = 3


def where_card(context: Context, returns: pd.DataFrame) -> html.Section:
    """The map, its five areas with their reasons, and areas from which no report came.

    Of an area that has a rank of its own, what is known of that place.
    """
    words, gaps = context.words, read_gaps(context)
    if context.area in gaps:
        return place_card(context, gaps, returns)
    inside = (area for area in gaps if area in context.areas_inside)
    ranked = [area for area in inside if is_ranked(gaps[area])][:_SHOWN]
    items = [_item(context, gaps, area, place) for place, area in enumerate(ranked, start=1)]
    items += _silent(context, returns)
    content = [
        *_map(context, ranked, silent_months(returns)),
        html.Ul(items, className="facts"),
        page_link(words("next.link"), context.address.link("/map")),
    ]
    return card(words("where.title"), content, words("where.under"), key="next")


def _item(context: Context, gaps: Gaps, area: str, place: int) -> html.Li:
    name = page_link(context.area_name(area), context.address.link("/", area=area))
    reason = context.words.of(gaps[area]["gap"], "reason")
    return html.Li([html.B([f"{place} ", name]), html.Span(reason, className="note")])


def _silent(context: Context, returns: pd.DataFrame) -> list[html.Li]:
    """Areas and months from which no report came, with or without access. Not a ranking."""
    words, found = context.words, missing_reports(context, returns)
    if not found:
        return [html.Li(words(nothing_missing(returns)))]
    items = [
        html.Li([html.B(name), html.Span(reason, className="note")])
        for name, reason in found[:_SILENT]
    ]
    if (more := len(found) - _SILENT) > 0:
        items.append(html.Li(words("next.more", number=str(more))))
    return items


def _map(
    context: Context, ranked: list[str], silent: Mapping[str, Mapping[str, object]]
) -> list[html.Div]:
    """The drawing; a click on an area opens it. Nothing where no outline is known."""
    drawn = outlines_of(str(context.release.folder), "admin2", context.release)
    if not drawn.shapes:
        return []
    place, words = ranks(ranked), context.words
    looks = {
        area: Look(fill=_fill(area, silent), rank=place.get(area), is_outside=area not in inside)
        for inside in [context.areas_inside]
        for area in drawn.shapes
    }
    made = area_drawing(drawn, looks, _WIDTH, context.address.theme)
    names = words.listed([context.area_name(area) for area in ranked])
    said = words("where.map", names=names) if ranked else words("where.no_gaps")
    titles = {area: context.area_name(area) for area in drawn.shapes}
    return [area_picture(made, said, titles, lambda area: context.address.link("/", area=area))]


def _fill(area: str, silent: Mapping[str, Mapping[str, object]]) -> str:
    if area in silent["no_access"]:
        return "no-access"
    return "not-reported" if area in silent["not_submitted"] else ""
