"""A chart with its finding as title, its caption, and the table with the same numbers."""

from typing import Any

import plotly.graph_objects as go
from dash import dcc, html

from dashboards.address import Address
from dashboards.components.links import page_link
from dashboards.words import Words

_CONFIG = {"displayModeBar": False, "responsive": True, "doubleClick": False, "scrollZoom": False}


def shows_table(address: Address) -> bool:
    """Whether the reader asked for tables instead of charts."""
    return address.get("view") == "table"


def chart_or_table(address: Address, words: Words, place: str) -> html.Div:
    """The switch between chart and table; the choice stands in the address."""
    is_table = shows_table(address)
    choices = (("chart", None, not is_table), ("table", "table", is_table))
    links = [
        page_link(
            words(f"switch.{name}"),
            address.link(view=view),
            "segment",
            **({"aria-current": "true"} if chosen else {}),
        )
        for name, view, chosen in choices
    ]
    label = words("switch.label", place=place)
    return html.Div(links, className="segmented", role="group", **{"aria-label": label})


def chart(figure: go.Figure, caption: str, key: str, height: int) -> html.Figure:
    """A Plotly figure under a name that a screen reader can say."""
    caption_id = f"caption-{key}"
    graph = dcc.Graph(
        id=f"graph-{key}",
        figure=figure,
        config=_CONFIG,
        style={"height": f"{height}px"},
        responsive=True,
    )
    return html.Figure(
        [graph, html.Figcaption(caption, id=caption_id, className="hidden")],
        role="img",
        className="chart",
        **{"aria-labelledby": caption_id},
    )


def chart_card(
    key: str, title: str, subtitle: str, content: list[Any], address: Address, words: Words
) -> html.Section:
    """A card whose head carries finding, measure and the switch between chart and table."""
    heading = f"heading-{key}"
    head = html.Div(
        [
            html.Div([html.H2(title, id=heading), html.P(subtitle, className="subtitle")]),
            chart_or_table(address, words, title),
        ],
        className="card-head card-head-switch",
    )
    look = f"card card-{key}"
    return html.Section([head, *content], className=look, **{"aria-labelledby": heading})
