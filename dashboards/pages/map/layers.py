"""The layers of the map: the gaps first, then indicators that have areas."""

from typing import Any

from dash import html

from dashboards.components.area_level import ENOUGH, LEVELS, levels_of, share_of_figures
from dashboards.components.card import page_link
from dashboards.components.protection_gaps import read_gaps
from dashboards.reading.context import Context

_TABS = 5
_ORDER = {"impact": 0, "outcome": 1, "output": 2}


def drawn_levels(context: Context) -> set[str]:
    """The levels that have outlines, else all."""
    found = set(context.areas.loc[context.areas["geometry"].notna(), "area_level"]) - {"country"}
    return found or set(LEVELS)


def indicators_with_areas(context: Context) -> list[str]:
    """Indicators with areas; those whose map says enough first, then impact to output."""
    drawn = drawn_levels(context)

    def rank(code: str) -> tuple[bool, int, str]:
        shares = [
            share_of_figures(context, code, level) for level in levels_of(context, code, drawn)
        ]
        level = _ORDER.get(str(context.indicator(code)["level"]), len(_ORDER))
        return max(shares) < ENOUGH, level, code

    codes = [
        code
        for code in context.indicators.index
        if levels_of(context, code, drawn) and context.ranks_areas(code)
    ]
    return sorted(codes, key=rank)


def layers(context: Context, chosen: str | None) -> list[Any]:
    """Links to the layers; `chosen`: the indicator, None for the gaps."""
    words, choices = context.words, indicators_with_areas(context)
    is_hidden = chosen is not None and chosen not in choices[:_TABS]
    first = [chosen, *choices[: _TABS - 1]] if is_hidden else choices[:_TABS]
    gaps = [_layer(context, None, chosen)] if read_gaps(context) else []
    links = [*gaps, *(_layer(context, code, chosen) for code in first)]
    label = {"aria-label": words("map.choose")}
    shown: list[Any] = [html.Div(links, className="tabs", role="group", **label)]
    rest = [code for code in choices if code not in first]
    if rest:
        links = html.Div([_layer(context, code, chosen) for code in rest], className="tabs")
        shown.append(html.Details([html.Summary(words("map.more")), links]))
    return shown


def _layer(context: Context, code: str | None, chosen: str | None) -> html.A:
    current = {"aria-current": "true"} if code == chosen else {}
    name = context.short(code) if code else context.words("gaps.title")
    link = context.address.link(indicator=code, view=None, level=None)
    return page_link(name, link, **current)
