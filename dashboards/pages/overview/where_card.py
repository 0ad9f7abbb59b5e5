"""Where: the five largest protection gaps as numbers on a small map, no access, silent areas."""

import pandas as pd
from dash import html

from dashboards.components.card import card, page_link
from dashboards.components.outcome_summary import (
    missing_reports,
    silent_months,
)
from dashboards.components.picture import area_picture
from dashboards.components.protection_gaps import (
    Gaps,
    gap_drawing,
    map_words,
    place_words,
    ranked_inside,
    read_gaps,
    where_title,
)
from dashboards.pages.overview.place_card import place_card
from dashboards.reading.context import Context
from dashboards.reading.queries import quality

_SHOWN = 5
_WIDTH = 216.0
_SILENT = 3


def where_card(context: Context, returns: pd.DataFrame) -> html.Section:
    """The map, its five areas with their reasons, and areas from which no report came.

    Of an area that has a rank of its own, what is known of that place.
    """
    words, gaps = context.words, read_gaps(context)
    if context.area in gaps:
        return place_card(context, gaps, returns)
    ranked = ranked_inside(context, gaps, _SHOWN)
    items = [_item(context, gaps, area, place) for place, area in enumerate(ranked, start=1)]
    items += _silent(context, returns)
    content = [
        *_map(context, ranked, returns),
        html.Ul(items, className="facts"),
        page_link(words("next.link"), context.address.link("/map")),
    ]
    return card(where_title(context, gaps), content, words("where.under"), key="next")


def _item(context: Context, gaps: Gaps, area: str, place: int) -> html.Li:
    name = page_link(context.area_name(area), context.address.link("/", area=area))
    reason = html.Span(place_words(context, gaps[area]), className="note")
    return html.Li([html.B([f"{place} ", name]), " ", reason])


def _silent(context: Context, returns: pd.DataFrame) -> list[html.Li]:
    """Areas and months from which no report came, with or without access. Not a ranking."""
    words, found = context.words, missing_reports(context, returns)
    if not found:
        return [html.Li(html.Span(words(_nothing_missing(context, returns)), className="note"))]
    items = [
        html.Li([html.B(name), " ", html.Span(reason, className="note")])
        for name, reason in found[:_SILENT]
    ]
    if (more := len(found) - _SILENT) > 0:
        items.append(html.Li(words("next.more", number=str(more))))
    return items


def _nothing_missing(context: Context, returns: pd.DataFrame) -> str:
    """The key of what is said where no area is silent."""
    if len(quality.due_returns(returns)):
        return "next.none"
    has_calendar = quality.has_calendar(context.release)
    return "quality.no_returns" if has_calendar else "next.no_returns"


def _map(context: Context, ranked: list[str], returns: pd.DataFrame) -> list[html.Div]:
    """The drawing; a click on an area opens it. Nothing where no outline is known."""
    made = gap_drawing(context, ranked, silent_months(returns), _WIDTH, context.address.theme)
    if made is None:
        return []
    titles = {area: context.area_name(area) for area in made.shapes}
    said = map_words(context, ranked)
    return [area_picture(made, said, titles, lambda area: context.address.link("/", area=area))]
