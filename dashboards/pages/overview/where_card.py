"""Where: the five largest protection gaps as numbers on a small map, no access, silent areas."""

from collections.abc import Mapping
from urllib.parse import quote

import pandas as pd
import shapely
from dash import html
from shapely.geometry.base import BaseGeometry

from dashboards.components.card import card, page_link
from dashboards.components.outcome_summary import (
    missing_reports,
    nothing_missing,
    silent_months,
)
from dashboards.components.protection_gaps import Gaps, is_ranked, read_gaps
from dashboards.context import Context
from dashboards.figures.outlines import outlines_of
from dashboards.figures.vector import PATTERNS
from dashboards.pages.overview.place_card import place_card
from dashboards.theme import THEMES

_SHOWN = 5
_WIDTH = 340.0
_EDGE = 12.0
_RADIUS = 9
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
) -> list[html.Img | html.MapEl]:
    """The drawing; a click on an area opens it. Nothing where no outline is known."""
    drawn = outlines_of(str(context.release.folder), "admin2", context.release)
    if not drawn.shapes:
        return []
    west, south, east, north = shapely.total_bounds(list(drawn.shapes.values()))
    scale = (_WIDTH - 2 * _EDGE) / max(east - west, north - south)
    height = (north - south) * scale + 2 * _EDGE

    def on_paper(geometry: BaseGeometry) -> BaseGeometry:
        return shapely.transform(
            geometry, lambda c: (c - [west, north]) * [scale, -scale] + [_EDGE, _EDGE]
        )

    shapes = {area: on_paper(geometry) for area, geometry in drawn.shapes.items()}
    source = _drawing(shapes, height, ranked, silent, context.address.theme)
    names = context.words.listed([context.area_name(area) for area in ranked])
    said = context.words("where.map", names=names) if ranked else context.words("where.no_gaps")
    size = {"width": f"{_WIDTH:.0f}", "height": f"{height:.0f}"}
    image = html.Img(src=source, alt=said, className="where-map", useMap="#where", **size)
    return [image, html.MapEl([_link(context, *one) for one in shapes.items()], name="where")]


def _link(context: Context, area: str, geometry: BaseGeometry) -> html.Area:
    largest = max(getattr(geometry, "geoms", [geometry]), key=lambda part: part.area)
    points = shapely.get_coordinates(largest.exterior).round().astype(int).ravel()
    return html.Area(
        shape="poly",
        coords=",".join(map(str, points)),
        href=context.address.link("/", area=area),
        alt=context.area_name(area),
        title=context.area_name(area),
        tabIndex="-1",  # the area picker leads to the same places
    )


def _drawing(
    shapes: Mapping[str, BaseGeometry],
    height: float,
    ranked: list[str],
    silent: Mapping[str, Mapping[str, object]],
    theme: str,
) -> str:
    colour = THEMES[theme]
    fills = dict.fromkeys(silent["no_access"], "url(#no-access)")
    fills |= dict.fromkeys(silent["not_submitted"], "url(#not-reported)")
    areas = [_path(shape, fills.get(area), colour) for area, shape in shapes.items()]
    marks = [
        _number(shapes[area].representative_point(), place, colour)
        for place, area in enumerate(ranked, start=1)
        if area in shapes
    ]
    patterns = "".join(_pattern(name, drawn, colour) for name, drawn in PATTERNS.items())
    size = f'width="{_WIDTH:.0f}" height="{height:.0f}"'
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}><defs>{patterns}</defs>'
        f"{''.join(areas)}{''.join(marks)}</svg>"
    )
    return "data:image/svg+xml," + quote(svg)


def _pattern(name: str, drawn: str, colour: Mapping[str, str]) -> str:
    """The fills of the other drawings; no access is crossed besides, as on the map."""
    cross = f'<path d="M0 0l6 6M6 0l-6 6" stroke="{colour["control"]}" stroke-width=".8"/>'
    inside = drawn.format(ink=colour["control"], sunk=colour["sunk"])
    inside += cross if name == "no-access" else ""
    size = 'width="6" height="6" patternUnits="userSpaceOnUse"'
    return f'<pattern id="{name}" {size}>{inside}</pattern>'


def _path(geometry: BaseGeometry, fill: str | None, colour: Mapping[str, str]) -> str:
    rings = (
        ring
        for part in getattr(geometry, "geoms", [geometry])
        if part.geom_type == "Polygon"
        for ring in (part.exterior, *part.interiors)
    )
    lines = (
        "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in shapely.get_coordinates(ring)) + "Z"
        for ring in rings
    )
    return (
        f'<path d="{"".join(lines)}" fill="{fill or colour["surface"]}" fill-rule="evenodd"'
        f' stroke="{colour["control"]}" stroke-width=".8"/>'
    )


def _number(point: shapely.Point, place: int, colour: Mapping[str, str]) -> str:
    return (
        f'<circle cx="{point.x:.0f}" cy="{point.y:.0f}" r="{_RADIUS}" fill="{colour["ink"]}"/>'
        f'<text x="{point.x:.0f}" y="{point.y + 4:.0f}" text-anchor="middle" font-size="11"'
        f' font-family="sans-serif" font-weight="700" fill="{colour["surface"]}">{place}</text>'
    )
