"""Small pictures on a page: what they say stands beside them or in the words for who hears."""

import re
from collections.abc import Sequence
from typing import Any

from dash import html

from dashboards.components.chart import DRAWN, chart_card
from dashboards.components.table import Column, table
from dashboards.context import Context
from dashboards.figures import svg

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
