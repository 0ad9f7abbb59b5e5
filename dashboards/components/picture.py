"""Pictures on a page: small ones, and areas whose places are links, with words for who hears."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dash import html

from dashboards.components.chart import DRAWN, chart_card
from dashboards.components.table import Column, table
from dashboards.figures import svg
from dashboards.figures.area_drawing import AreaDrawing
from dashboards.reading.context import Context

_SIZE = re.compile(r'width="([\d.]+)" height="([\d.]+)"')


def picture(drawn: str, said: str = "") -> html.Img:
    """A drawing in its own size; without words where those beside it say the same."""
    found = _SIZE.search(drawn)
    assert found is not None
    given = {"width": found[1], "height": found[2], "className": "small-picture"}
    return html.Img(src=svg.as_image(drawn), alt=said, **given)


def picture_card(
    context: Context,
    key: str,
    titles: tuple[str, str],
    lines: tuple[Sequence[str], Sequence[Sequence[Any]]],
    numbers: Any,
    above: Sequence[Any] = (),
) -> Any:
    """A line a row with its picture; the table of all numbers is one switch away.

    `lines`: heads, and rows of name, picture and words.
    """
    heads, rows = lines
    shown = table([Column(head) for head in heads], rows, titles[0], "table-pictures")
    drawn = html.Div([*above, shown], **DRAWN)
    return chart_card(context, key, titles, [drawn], numbers)


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
