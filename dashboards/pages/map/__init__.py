"""Map: it opens on the protection gaps; other layers show one indicator by area."""

from typing import Any

from dashboards.components.card import notice, page_head
from dashboards.components.protection_gaps import read_gaps
from dashboards.pages.map import gaps_layer, indicator_layer
from dashboards.pages.map.layers import layers
from dashboards.reading.context import Context


def _shows_gaps(context: Context) -> bool:
    """Whether no indicator is chosen and there are gaps to show."""
    return indicator_layer.asked(context) is None and bool(read_gaps(context))


def sentence(context: Context) -> str:
    """What the layer says first."""
    if _shows_gaps(context):
        return gaps_layer.sentence(context, read_gaps(context))
    return indicator_layer.sentence(context, indicator_layer.parts_of(context))


def body(context: Context) -> list[Any]:
    """Sentence, layers, the list (first for the keyboard) and the map that mark one choice."""
    if _shows_gaps(context):
        found = read_gaps(context)
        head = page_head(gaps_layer.sentence(context, found), context.words("map.lead"))
        return [head, *layers(context, None), *gaps_layer.body(context, found)]
    parts = indicator_layer.parts_of(context)
    head = page_head(indicator_layer.sentence(context, parts), context.words("map.lead"))
    if parts is None:
        return [head, notice(context.words("gaps.none"))]
    return [head, *layers(context, parts[0]), *indicator_layer.body(context, parts)]
