"""A drawing of areas on a page: a click on an area opens its address; its words for who hears."""

from collections.abc import Callable, Mapping

from dash import html

from dashboards.components.chart import DRAWN
from dashboards.figures import svg
from dashboards.figures.area_drawing import AreaDrawing


def area_picture(
    drawn: AreaDrawing, caption: str, titles: Mapping[str, str], link: Callable[[str], str]
) -> html.Div:
    """The picture with its places; `titles`: what is said of each, `link`: where it leads.

    A list beside it has the same links, so that no place of it is a stop of the keyboard.
    """
    size = {"width": f"{drawn.width:.0f}", "height": f"{drawn.height:.0f}"}
    source = svg.as_image(drawn.svg)
    image = html.Img(src=source, alt=caption, className="area-map", useMap="#areas", **size)
    places = [
        html.Area(
            shape="poly",
            coords=drawn.corners(area),
            href=link(area),
            alt=said,
            title=said,
            className="go",
            tabIndex="-1",
        )
        for area, said in titles.items()
        if area in drawn.shapes
    ]
    return html.Div([image, html.MapEl(places, name="areas")], className="area-picture", **DRAWN)
