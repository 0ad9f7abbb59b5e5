"""Areas drawn as SVG: a fill, a rank, the last patrol and a name each, and bases.

Front page, map and brief draw with it; no tiles, no topology files, nothing off this machine.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from dashboards.figures import svg
from dashboards.figures.outlines import Outlines
from dashboards.figures.theme import THEMES

UNKNOWN = "unknown"  # the fill of an area of which no figure is published
_EDGE = 12.0
_MANY = 18  # more areas than this: smaller labels
_CROWDED = 60  # more than this: names only where an area is ranked or chosen
_TALLEST = 1.2  # height over width, at most


@dataclass(frozen=True)
class Look:
    """How an area stands on the map. `fill`: a colour or a pattern's name, white where empty.

    `disc`: fresh, due, late or none of the last patrol. `is_outside`: greyed, not of the choice.
    """

    name: str = ""
    fill: str = ""
    is_striped: bool = False  # the interval reaches into another class
    rank: int | None = None
    disc: str = ""
    under: str = ""  # below the name
    is_chosen: bool = False
    is_outside: bool = False


@dataclass(frozen=True)
class Base:
    """A base at its coordinates, in degrees."""

    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class AreaDrawing:
    """The drawing with its size in pixels and the areas' places on it."""

    svg: str
    width: float
    height: float
    shapes: Mapping[str, BaseGeometry]

    def corners(self, area: str) -> str:
        """The outline of an area's largest part as the places of an image map."""
        parts = getattr(self.shapes[area], "geoms", [self.shapes[area]])
        largest = max(parts, key=lambda part: part.area)
        points = shapely.get_coordinates(largest.exterior).round().astype(int).ravel()
        return ",".join(map(str, points))


def area_drawing(
    drawn: Outlines,
    looks: Mapping[str, Look],
    width: float,
    theme: str,
    bases: Iterable[Base] = (),
) -> AreaDrawing:
    """Areas in the width given; what lies around them is grey. `drawn` must not be empty."""
    colour = THEMES[theme]
    west, south, east, north = shapely.total_bounds(list(drawn.shapes.values()))
    scale = min(
        (width - 2 * _EDGE) / (east - west), (_TALLEST * width - 2 * _EDGE) / (north - south)
    )
    left = (width - scale * (east - west)) / 2
    height = (north - south) * scale + 2 * _EDGE
    corner, stretch, start = [west, north], [scale, -scale], [left, _EDGE]

    def on_paper(geometry: BaseGeometry) -> BaseGeometry:
        return shapely.transform(geometry, lambda c: (c - corner) * stretch + start)

    shapes = {area: on_paper(geometry) for area, geometry in drawn.shapes.items()}
    known = {area: looks.get(area, Look()) for area in shapes}
    in_order = sorted(shapes, key=lambda area: known[area].is_chosen)
    parts = [svg.patterns(theme, on_map=True)]
    parts += [svg.box(0, 0, width, height, rx=8, fill=colour["sunk"])]
    parts += [_area(shapes[area], known[area], colour) for area in in_order]
    places = (on_paper(shapely.Point(b.longitude * drawn.shrink, b.latitude)) for b in bases)
    parts += [_base(place, colour) for place in places]
    sizes = _label_sizes(len(shapes))
    parts += [_label(shapes[area], known[area], colour, sizes) for area in in_order]
    return AreaDrawing(svg.drawing(width, height, parts), width, height, shapes)


def _outline(geometry: BaseGeometry) -> str:
    rings = (
        ring
        for part in getattr(geometry, "geoms", [geometry])
        if part.geom_type == "Polygon"
        for ring in (part.exterior, *part.interiors)
    )
    return "".join(
        "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in shapely.get_coordinates(ring)) + "Z"
        for ring in rings
    )


def _area(geometry: BaseGeometry, look: Look, colour: Mapping[str, str]) -> str:
    line, fill = _outline(geometry), look.fill or colour["surface"]
    fill = colour["rule"] if fill == UNKNOWN or look.is_outside else fill
    is_pattern = not fill.startswith("#")
    ground = colour["surface"] if is_pattern else fill
    edge = {"stroke": colour["control"], "stroke-width": 0.8}
    if look.is_chosen:
        edge = {"stroke": colour["ink"], "stroke-width": 3}
    parts = [svg.path(line, fill=ground, fill_rule="evenodd", **edge)]
    over = fill if is_pattern else "stripes" if look.is_striped and not look.is_outside else ""
    if over:
        parts.append(svg.path(line, fill=f"url(#{over})", fill_rule="evenodd"))
    return "".join(parts)


def _base(place: shapely.Point, colour: Mapping[str, str]) -> str:
    line = f"M{place.x:.0f} {place.y - 6:.0f}l5.5 10h-11Z"
    return svg.path(line, fill=colour["ink"], stroke=colour["surface"], stroke_width=1.2)


def _label_sizes(number: int) -> tuple[float, bool]:
    """Size of letters, and whether every area is named."""
    return (9.5 if number > _MANY else 12.0), number <= _CROWDED


def _label(
    geometry: BaseGeometry, look: Look, colour: Mapping[str, str], sizes: tuple[float, bool]
) -> str:
    """Rank, disc and name on a ground of their own, in the middle of the area."""
    size, all_named = sizes
    point = geometry.representative_point()
    is_named = bool(look.name) and (all_named or look.rank is not None or look.is_chosen)
    if look.is_outside or not (is_named or look.rank):
        return ""
    if not is_named:
        return _rank(point.x, point.y, 9, look.rank or 0, colour)
    radius = 0.8 * size
    lines = [look.name, *([look.under] if look.under else [])]
    wide = max(0.68 * size * len(line) for line in lines)
    marks = (2 * radius + 3) * ((look.rank is not None) + bool(look.disc))
    width, height = marks + wide + 6, (size + 2) * len(lines) + 4
    x, y = point.x - width / 2, point.y - height / 2
    ground = svg.box(x, y, width, height, rx=5, fill=colour["surface"], fill_opacity=0.9)
    parts, at = [ground], x + 3
    if look.rank is not None:
        parts.append(_rank(at + radius, point.y, radius, look.rank, colour))
        at += 2 * radius + 3
    if look.disc:
        parts.append(_disc(at + radius, point.y, radius - 1.5, look.disc, colour))
        at += 2 * radius + 3
    for number, line in enumerate(lines):
        weight = {"font-weight": 600} if number == 0 else {}
        foot = y + 2 + (size + 2) * (number + 0.82)
        parts.append(svg.text(at, foot, line, size, fill=colour["ink"], **weight))
    return "".join(parts)


def _rank(x: float, y: float, radius: float, rank: int, colour: Mapping[str, str]) -> str:
    given = {"text-anchor": "middle", "font-weight": 700, "fill": colour["surface"]}
    number = svg.text(x, y + 0.42 * radius, str(rank), 1.2 * radius, **given)
    return svg.circle(x, y, radius, fill=colour["ink"]) + number


def _disc(x: float, y: float, radius: float, disc: str, colour: Mapping[str, str]) -> str:
    """Full, half or hollow by the days since the last patrol; struck where that is not known."""
    ink = colour["ink"]
    fill = ink if disc == "fresh" else colour["surface"]
    parts = [svg.circle(x, y, radius, fill=fill, stroke=ink, stroke_width=1.6)]
    if disc == "due":
        half = f"M{x:.1f} {y - radius:.1f}a{radius:.1f} {radius:.1f} 0 0 0 0 {2 * radius:.1f}Z"
        parts.append(svg.path(half, fill=ink))
    if disc == "none":
        reach = 0.7 * radius
        line = f"M{x - reach:.1f} {y + reach:.1f}L{x + reach:.1f} {y - reach:.1f}"
        parts.append(svg.path(line, stroke=ink, stroke_width=1.6))
    return "".join(parts)


def ranks(areas: Sequence[str]) -> dict[str, int]:
    """The place of each area in its order, from 1."""
    return {area: place for place, area in enumerate(areas, start=1)}
