"""A chart with its finding as title, its caption, its twin table and the files to take away."""

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards.components.card import page_link, within
from dashboards.figures.plot import Plot
from dashboards.reading.address import Address
from dashboards.reading.context import Context
from dashboards.wording import formats
from dashboards.wording.words import Words

DRAWN = {"data-drawn": "true"}  # on what `assets/drawing.js` makes a picture of
KEYS_HINT = "chart-keys"  # the shell holds the words that this id names


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
    look = "segmented chart-or-table"
    return html.Div(links, className=look, role="group", **{"aria-label": label})


def chart(plot: Plot, caption: str, key: str, height: int, least_wide: int = 110) -> html.Figure:
    """A plot under a name that a screen reader can say; arrow keys read its points.

    `height` in pixels; on a narrow screen at most `least_wide` hundredths of its width.
    """
    caption_id = f"caption-{key}"
    return html.Figure(
        [plot.drawn(), html.Figcaption(caption, id=caption_id, className="hidden")],
        role="img",
        className="chart",
        tabIndex=0,
        style={"--height": f"min({height}px, {least_wide}vw)"},
        **{"aria-labelledby": caption_id, "aria-describedby": KEYS_HINT},
        **DRAWN,
    )


def take_away(context: Context, key: str, kinds: Sequence[str], title: str) -> html.Div:
    """Buttons for files of a card: png, svg, csv (and with it xlsx), of what the card shows.

    Each file carries the mission, the release and the words that belong to its data.
    """
    words, period = context.words, context.period
    source = words(
        "export.source",
        mission=context.mission_name,
        release=context.release.name,
        area=context.area_name(context.area),
        period=formats.period_name(period, words),
    )
    caveats = " ".join([source, *context.mission_notes])
    buttons = [
        html.Button(
            kind.upper(),
            className="take",
            **{
                "data-action": kind,
                "aria-label": words("export.button", kind=kind.upper(), title=title),
            },
        )
        for kind in (*kinds, *(["xlsx"] if "csv" in kinds else []))
    ]
    name = f"{context.release.mission}_{key}_{period.name}_{context.release.name}"
    given = {"data-source": caveats, "data-file": name, "data-status": words("export.status")}
    return html.Div([html.Span(words("export.label")), *buttons], className="take-away", **given)


def twin(table: Any) -> html.Div:
    """The same numbers as a table: for screen readers, for print and for the CSV file."""
    return html.Div(table, className="twin")


def chart_card(
    context: Context,
    key: str,
    titles: tuple[str, str],
    drawn: Sequence[Any],
    table: Component,
    reading: html.P | None = None,
) -> html.Section:
    """A card whose head carries finding, measure and the switch between chart and table.

    `reading`: how to read it, above chart and table.
    """
    title, subtitle = titles
    heading = f"heading-{key}"
    head = html.Div(
        [
            html.Div([html.H2(title, id=heading), html.P(subtitle, className="subtitle")]),
            chart_or_table(context.address, context.words, title),
        ],
        className="card-head card-head-switch",
    )
    is_table = shows_table(context.address)
    content = [table] if is_table else [*drawn, twin(table)]
    above = [reading] if reading is not None else []
    has_chart = not is_table and any(hasattr(part, "data-drawn") for part in within(drawn))
    kinds = ("png", "svg", "csv") if has_chart else ("csv",)
    foot = take_away(context, key, kinds, title)
    look = f"card card-{key}"
    return html.Section(
        [head, *above, *content, foot], className=look, **{"aria-labelledby": heading}
    )
