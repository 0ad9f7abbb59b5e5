"""What an address asks for and the release does not hold: it is named, and no other is shown.

Parameters that narrow a list are no choice: an unknown value of theirs leaves an empty list.
"""

from collections.abc import Callable, Container, Mapping

from dashboards.reading.context import AREA_LEVELS, Context
from dashboards.reading.queries import framework


class _Numbers(Container[str]):
    def __contains__(self, text: object) -> bool:
        return str(text).isdecimal() and int(str(text)) > 0


def _edges(context: Context) -> Container[str]:
    found = framework.links(context.release, context.country)
    known = context.indicators.index
    return set(found.loc[found["from_indicator"].isin(known) & found["to_indicator"].isin(known),
                         "edge"])  # fmt: skip


def _indicators(context: Context) -> Container[str]:
    return set(context.indicators.index)


_KNOWN: Mapping[str, Callable[[Context], Container[str]]] = {
    "mission": lambda context: context.missions,
    "period": lambda context: {period.name for period in context.periods},
    "area": lambda context: set(context.areas.index),
    "edge": _edges,
    "indicator": _indicators,
    "question": _indicators,
    "outcome": _indicators,
    "level": lambda _: AREA_LEVELS,
    "page": lambda _: _Numbers(),
}


def unknown_choice(context: Context) -> tuple[str, str] | None:
    """The first parameter whose value the release does not hold, and that value."""
    for key, known in _KNOWN.items():
        asked = context.address.get(key)
        if asked is not None and asked not in known(context):
            return key, asked
    return None
