"""The results chain as a graph: outputs by tier, their links by grade, outcomes, the objective."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from dashboards.components.card import page_link
from dashboards.components.chart import DRAWN
from dashboards.components.rating import BARS, evidence_sentence, rating_mark, trend_words, verdict
from dashboards.components.value import marked_in_brief, marked_output, output_bar
from dashboards.figures import svg
from dashboards.figures.theme import THEMES
from dashboards.reading.context import Context

# Grade: width in pixels and dashes (none: solid); a link without grade is a hair line.
_STROKES = {"A": (4.0, ""), "B": (2.6, ""), "C": (1.8, "7 4"), "D": (1.8, "1.8 4")}
_HAIR = (1.2, "")
_PLACES = (0.5, 0.34, 0.66, 0.22, 0.78)  # along a curve, where its tag may stand
_TAG_HEIGHT, _TAG_WIDTH = 30.0, 40.0  # pixels, hundredths of the width


@dataclass(frozen=True)
class Curve:
    """From one height to another, in pixels from above; `grade`: A to D or none."""

    start: float
    end: float
    grade: str | None = None
    is_chosen: bool = False

    def at(self, part: float) -> tuple[float, float]:
        """Hundredths of the width and pixels from above after a part of the way."""
        along = 1.5 * (1 - part) ** 2 * part + 1.5 * (1 - part) * part**2 + part**3
        rise = 3 * part**2 - 2 * part**3
        return 100 * along, self.start + (self.end - self.start) * rise


def tag_places(curves: Sequence[Curve]) -> list[tuple[float, float]]:
    """Where each curve's tag stands (hundredths, pixels): the middle, unless another is there."""
    found: list[tuple[float, float]] = []
    for curve in curves:
        places = [curve.at(part) for part in _PLACES]
        free = [place for place in places if not any(_overlap(place, other) for other in found)]
        found.append((free or places)[0])
    return found


def _overlap(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return abs(one[0] - other[0]) < _TAG_WIDTH and abs(one[1] - other[1]) < _TAG_HEIGHT


def link_curves(curves: Sequence[Curve], height: float, theme: str) -> str:
    """All curves as a data address for an image 100 wide and `height` pixels high."""
    token = THEMES[theme]
    body = [_path(curve, token["highlight"], 12.0, "") for curve in curves if curve.is_chosen]
    for curve in curves:
        width, dashes = _STROKES.get(curve.grade or "", _HAIR)
        colour = token["ink-2"] if curve.grade in _STROKES else token["control"]
        body.append(_path(curve, token["ink"] if curve.is_chosen else colour, width, dashes))
    return svg.stretched(100, height, body)


def _path(curve: Curve, colour: str, width: float, dashes: str) -> str:
    start, end = f"{curve.start:.1f}", f"{curve.end:.1f}"
    line = f"M0 {start}C50 {start} 50 {end} 100 {end}"
    look = {"stroke": colour, "stroke_width": width, "stroke_dasharray": dashes or "none"}
    return svg.path(line, fill="none", vector_effect="non-scaling-stroke", **look)


_HEAD, _CARD, _OUTCOME, _GAP, _GROUP = 26.0, 98.0, 128.0, 8.0, 30.0  # pixels
_SHEET = 900.0  # pixels of an A4 sheet that the head of the page leaves free
Link = Mapping[str, Any]


@dataclass(frozen=True)
class Chain:
    """What the graph shows: codes of indicators in order, the links between them, one chosen."""

    outputs: Mapping[str, Sequence[str]]  # by tier
    outcomes: Sequence[str]
    links: Sequence[Link]
    chosen: str | None  # edge
    objective: str
    impacts: Sequence[str]


def chain_graph(context: Context, chain: Chain) -> html.Div:
    """The graph; its links are chosen with Tab or arrow keys and Enter."""
    words = context.words
    tops, heads = _output_tops(chain)
    bottom = max([0.0, *(top + _CARD for top in tops.values())])
    height = max(bottom, _HEAD + len(chain.outcomes) * (_OUTCOME + _GAP))
    spread = _spread(chain.outcomes, height)
    outputs: list[Any] = []
    for tier, codes in chain.outputs.items():  # who hears the page hears a tier before its outputs
        outputs.append(_tier_label(context, tier, heads[tier]))
        outputs += [_output(context, code, tops[code], chain) for code in codes]
    outcomes = [_outcome(context, code, top, chain) for code, top in spread.items()]
    middle = (_HEAD + height) / 2
    titles = [
        html.P(words(f"chain.{name}"), className="chain-title")
        for name in ("outputs", "outcomes", "objective")
    ]
    label = {"aria-label": words("chain.graph")}
    return html.Div(
        [
            html.Div([titles[0], *outputs], className="chain-column"),
            _links(context, chain, tops, spread, height),
            html.Div([titles[1], *outcomes], className="chain-column"),
            _served([top + _OUTCOME / 2 for top in spread.values()], middle, height, context),
            html.Div([titles[2], _objective(context, chain, middle)], className="chain-column"),
        ],
        className="chain-graph",
        style={"height": f"{height:.0f}px", "--print-zoom": f"{min(1.0, _SHEET / height):.2f}"},
        role="group",
        **label,
        **DRAWN,
    )


def _output_tops(chain: Chain) -> tuple[dict[str, float], dict[str, float]]:
    """How far from above each output and each tier's name stands."""
    tops, heads, here = {}, {}, _HEAD
    for tier, codes in chain.outputs.items():
        heads[tier] = here
        here += _GROUP
        for code in codes:
            tops[code] = here
            here += _CARD + _GAP
    return tops, heads


def _spread(codes: Sequence[str], height: float) -> dict[str, float]:
    """Cards at even distances over the height."""
    room = (height - _HEAD) / max(1, len(codes))
    return {code: _HEAD + room * (n + 0.5) - _OUTCOME / 2 for n, code in enumerate(codes)}


def _placed(children: list[Any], top: float, height: float, look: str) -> html.Div:
    style = {"top": f"{top:.0f}px", "height": f"{height:.0f}px"}
    return html.Div(children, className=f"chain-card {look}".strip(), style=style)


def _tier_label(context: Context, tier: str, top: float) -> html.P:
    name = context.words("chain.tier", tier=tier.replace("|", "–"))
    return html.P(name, className="chain-tier", style={"top": f"{top:.0f}px"})


def _name(context: Context, code: str) -> html.A:
    return page_link(context.item(code), context.address.link(f"/indicators/{code}"), "chain-name")


def _output(context: Context, code: str, top: float, chain: Chain) -> html.Div:
    parts: list[Any] = [_name(context, code), html.Span(marked_output(context, code))]
    parts += output_bar(context, code)
    if not any(link["from_indicator"] == code for link in chain.links):
        parts.append(html.Span(context.words("chain.no_outcome"), className="chain-none"))
    return _placed(parts, top, _CARD, _chosen_look(chain, "from_indicator", code))


def _outcome(context: Context, code: str, top: float, chain: Chain) -> html.Div:
    words, cell = context.words, context.cell(code)
    value = marked_in_brief(cell, context.unit(code), words)
    rated = rating_mark(cell, words) if cell.rating else None
    parts: list[Any] = [_name(context, code), html.Span([rated, html.Span(value)])]
    if not any(link["to_indicator"] == code for link in chain.links):
        parts.append(html.Span(words("overview.no_output"), className="chain-none"))
    return _placed(parts, top, _OUTCOME, _chosen_look(chain, "to_indicator", code))


def _chosen_look(chain: Chain, end: str, code: str) -> str:
    is_end = any(link["edge"] == chain.chosen and link[end] == code for link in chain.links)
    return "chain-chosen" if is_end else ""


def _links(
    context: Context,
    chain: Chain,
    tops: Mapping[str, float],
    spread: Mapping[str, float],
    height: float,
) -> html.Div:
    """The curves under the tags that name them."""
    curves = [
        Curve(
            tops[link["from_indicator"]] + _CARD / 2,
            spread[link["to_indicator"]] + _OUTCOME / 2,
            verdict(link),
            link["edge"] == chain.chosen,
        )
        for link in chain.links
    ]
    tags = [
        _tag(context, link, place, chain)
        for link, place in zip(chain.links, tag_places(curves), strict=True)
    ]
    source = link_curves(curves, height, context.address.theme)
    return html.Div([html.Img(src=source, alt=""), *tags], className="chain-links")


def _tag(context: Context, link: Link, place: tuple[float, float], chain: Chain) -> html.A:
    words, is_chosen = context.words, link["edge"] == chain.chosen
    grade = verdict(link)
    is_graded = grade in BARS
    text = grade if is_graded else evidence_sentence(link, words)
    look = f"chain-tag chain-tag-{grade}" if is_graded else "chain-tag chain-tag-none"
    current = {"aria-current": "true"} if is_chosen else {}
    style = {"left": f"{place[0]:.0f}%", "top": f"{place[1]:.0f}px"}
    label = {"aria-label": link_name(context, link)}
    href = context.address.link(edge=link["edge"])
    return page_link(text, href, look, style=style, **label, **current)


def link_name(context: Context, link: Link) -> str:
    """Night patrols – calmer sites: evidence grade B."""
    words = context.words
    pair = words(
        "side.pair",
        output=context.item(link["from_indicator"]),
        outcome=context.item(link["to_indicator"]),
    )
    return words.told(pair, evidence_sentence(link, words))


def _served(starts: Sequence[float], middle: float, height: float, context: Context) -> html.Div:
    """Hair lines from the outcomes to what they are to serve: the framework's, untested."""
    curves = [Curve(start, middle) for start in starts]
    source = link_curves(curves, height, context.address.theme)
    return html.Div(html.Img(src=source, alt=""), className="chain-links chain-served")


def _objective(context: Context, chain: Chain, middle: float) -> html.Div:
    """The objective with the impact indicators to which its outcomes contribute."""
    words = context.words
    lines = []
    for code in chain.impacts:
        cell = context.cell(code)
        value = marked_in_brief(cell, context.unit(code), words)
        trend = trend_words(cell.trend, str(context.indicator(code)["direction"]), words)
        said = [*value, words("value.and"), trend] if trend else value
        lines.append(html.Li([_name(context, code), html.Span(said)]))
    parts = [html.B(chain.objective), html.Ul(lines)]
    style = {"top": f"{middle:.0f}px"}
    return html.Div(parts, className="chain-card chain-objective", style=style)
