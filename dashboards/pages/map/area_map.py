"""Areas as filled outlines on equal axes: no tiles, no topology files, nothing off this machine.

`Choropleth` has no patterns and asks a foreign server for outlines; `Scatter` has and does not.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from dashboards.queries.cells import Cell
from dashboards.theme import RISK_CLASSES, SHARE_CLASSES, THEMES, plotly_template

_DETAIL = 350  # simplification: the map's extent over this
_MANY = 18  # more areas than this: smaller labels


@dataclass(frozen=True)
class MapArea:
    """One area to draw: its label, what its hover says, its cell and whether it is chosen."""

    code: str
    name: str
    text: str
    cell: Cell
    is_chosen: bool = False


@dataclass(frozen=True)
class Base:
    """A base at its coordinates, in degrees."""

    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Classes:
    """Five fixed classes: four bounds and five colours."""

    bounds: tuple[float, ...]
    colours: tuple[str, ...]

    def of(self, value: float) -> int:
        """The class of a value, 0 to 4; a bound belongs to the class above it."""
        return int(np.searchsorted(self.bounds, value, side="right"))

    def crosses(self, cell: Cell) -> bool:
        """Whether the interval reaches into another class."""
        if cell.low is None or cell.high is None:
            return False
        return self.of(cell.low) != self.of(cell.high)


def fixed_classes(values: Sequence[float], is_percent: bool, is_risk: bool) -> Classes:
    """Classes over all periods, so that another period never recolours: fifths, rounded."""
    colours = RISK_CLASSES if is_risk else SHARE_CLASSES
    if is_percent:
        return Classes(_percent_bounds(values), colours)
    positive = sorted(value for value in values if value > 0) or [1.0]
    fifths = [float(np.quantile(positive, share)) for share in (0.2, 0.4, 0.6, 0.8)]
    bounds = [_round_figure(bound) for bound in fifths]
    for place in range(len(bounds) - 1):
        before, after = bounds[place], bounds[place + 1]
        if after <= before:
            bounds[place + 1] = _next_figure(before)
    return Classes(tuple(bounds), colours)


def _percent_bounds(values: Sequence[float]) -> tuple[float, ...]:
    """Four bounds, evenly apart, over the middle three fifths: fine enough to tell areas apart."""
    if not values:
        return (20.0, 40.0, 60.0, 80.0)
    low, high = (float(np.quantile(values, share)) for share in (0.2, 0.8))
    step = next(size for size in (1.0, 2.0, 5.0, 10.0, 20.0) if 3 * size >= min(high - low, 60.0))
    first = round(((low + high) / 2 - 1.5 * step) / step) * step
    first = min(max(first, step), 100 - 4 * step)
    return tuple(first + step * place for place in range(4))


def _round_figure(value: float) -> float:
    """One leading figure, or one and a half: 1, 1.5, 2, 2.5, 3 … times a power of ten."""
    if value <= 0:
        return 0.0
    power = 10.0 ** math.floor(math.log10(value))
    return float(round(value / power * 2) / 2 * power)


def _next_figure(value: float) -> float:
    """The next such figure above."""
    return value + 10.0 ** math.floor(math.log10(value)) / 2 if value > 0 else 0.5


@dataclass(frozen=True)
class Outlines:
    """Projected, simplified outlines by area code, and the projection's shrink of longitudes."""

    shapes: Mapping[str, BaseGeometry]
    shrink: float


def outlines(geometries: Mapping[str, str]) -> Outlines:
    """From GeoJSON texts: longitudes shrunk by the middle latitude, borders simplified together."""
    found = {code: shape(json.loads(text)) for code, text in geometries.items()}
    if not found:
        return Outlines({}, 1.0)
    west, south, east, north = shapely.total_bounds(list(found.values()))
    shrink = math.cos(math.radians((south + north) / 2))
    projected = [shapely.transform(g, lambda c: c * [shrink, 1.0]) for g in found.values()]
    tolerance = max((east - west) * shrink, north - south) / _DETAIL
    simple = shapely.coverage_simplify(projected, tolerance)
    return Outlines(dict(zip(found, simple, strict=True)), shrink)


def _rings(geometry: BaseGeometry) -> tuple[list[Any], list[Any]]:
    """All rings one after the other, None between them."""
    xs: list[Any] = []
    ys: list[Any] = []
    for part in getattr(geometry, "geoms", [geometry]):
        if part.geom_type != "Polygon":
            continue
        for ring in (part.exterior, *part.interiors):
            coordinates = np.round(shapely.get_coordinates(ring), 4)
            xs += [*coordinates[:, 0].tolist(), None]
            ys += [*coordinates[:, 1].tolist(), None]
    return xs[:-1], ys[:-1]


def _fill(area: MapArea, classes: Classes, colour: Mapping[str, str]) -> dict[str, Any]:
    """Fill and pattern of an area by what is known of it."""
    cell = area.cell
    if cell.is_drawn and cell.value is not None:
        fill = classes.colours[classes.of(cell.value)]
        pattern = ("/", "#FFFFFF", fill) if classes.crosses(cell) else None
    else:
        sunk, ink = colour["sunk"], colour["control"]
        look = {
            "no-access": ("x", ink, sunk),
            "not-reported": ("/", ink, colour["surface"]),
            "suppressed": (".", ink, colour["surface"]),
        }
        pattern = look.get(cell.look)
        fill = pattern[2] if pattern else colour["surface"]
    if pattern is None:
        return {"fillcolor": fill}
    shape_name, front, back = pattern
    return {
        "fillcolor": fill,
        "fillpattern": {
            "shape": shape_name,
            "fgcolor": front,
            "bgcolor": back,
            "size": 8,
            "solidity": 0.22,
        },
    }


def area_map(
    areas: Sequence[MapArea],
    drawn: Outlines,
    bases: Sequence[Base],
    classes: Classes,
    theme: str,
) -> go.Figure:
    """The map; areas without an outline are left to the list beside it."""
    colour = THEMES[theme]
    figure = go.Figure(layout={"template": plotly_template(theme)})
    shown = [area for area in areas if area.code in drawn.shapes]
    for area in sorted(shown, key=lambda area: area.is_chosen):
        _add_area(figure, area, drawn.shapes[area.code], classes, colour)
    # All at once: every single annotation would make Plotly check those before it again.
    figure.update_layout(
        annotations=[_label(area, drawn.shapes[area.code], colour, len(shown)) for area in shown]
    )
    _add_bases(figure, bases, drawn.shrink, colour)
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False, scaleanchor="x", scaleratio=1)
    read = {"said": [area.text for area in shown], "areas": [area.code for area in shown]}
    edge = dict.fromkeys("lrtb", 4)
    figure.update_layout(margin=edge, hovermode="closest", meta=read)
    return figure


def _add_area(
    figure: go.Figure,
    area: MapArea,
    geometry: BaseGeometry,
    classes: Classes,
    colour: Mapping[str, str],
) -> None:
    xs, ys = _rings(geometry)
    line = {"color": colour["ink"], "width": 3} if area.is_chosen else _thin(area, colour)
    figure.add_scatter(
        x=xs,
        y=ys,
        mode="lines",
        fill="toself",
        line=line,
        name=area.text,
        meta=area.code,
        hoveron="fills",
        hoverinfo="name",
        hoverlabel={"namelength": -1},
        **_fill(area, classes, colour),
    )


def _thin(area: MapArea, colour: Mapping[str, str]) -> dict[str, Any]:
    """White between coloured areas, grey round those without a figure."""
    return {"color": "#FFFFFF" if area.cell.is_drawn else colour["control"], "width": 1.2}


def _label(
    area: MapArea, geometry: BaseGeometry, colour: Mapping[str, str], number: int
) -> dict[str, Any]:
    point = geometry.representative_point()
    is_many = number > _MANY
    return {
        "x": point.x,
        "y": point.y,
        "text": f"{area.cell.sign} {area.name}".strip(),
        "showarrow": False,
        "bgcolor": colour["surface"],
        "opacity": 0.92,
        "borderpad": 1 if is_many else 3,
        "font": {"size": 9.5 if is_many else 12, "color": colour["ink"]},
    }


def _add_bases(
    figure: go.Figure, bases: Sequence[Base], shrink: float, colour: Mapping[str, str]
) -> None:
    if not bases:
        return
    figure.add_scatter(
        x=[round(base.longitude * shrink, 4) for base in bases],
        y=[round(base.latitude, 4) for base in bases],
        mode="markers",
        marker={
            "symbol": "triangle-up",
            "size": 10,
            "color": colour["ink"],
            "line": {"color": colour["surface"], "width": 1.5},
        },
        text=[base.name for base in bases],
        hovertemplate="%{text}<extra></extra>",
    )
