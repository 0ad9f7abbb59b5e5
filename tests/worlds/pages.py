"""Addresses of every page, for the tests that walk them: from the list of pages, with examples."""

from collections.abc import Mapping

from dashboards.pages import PAGES, path_of
from dashboards.reading.access import Audience

# What stands beside or, where a page shows little unasked, instead of its bare address.
_EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "indicators": ("", "/P2-OC-07", "/P2-OC-05"),
    "map": ("", "?indicator=P2-OC-07"),
    "effects": ("?edge=E1", "?edge=E3", "?edge=E5"),
    "assessment": ("?indicator=P2-OC-05",),
    "data_quality": ("?open=all",),
}


def addresses(audience: Audience = "mission") -> tuple[str, ...]:
    """At least one address of each page that the audience may open."""
    return tuple(
        path_of(page.name) + end
        for page in PAGES
        if audience in page.audiences
        for end in _EXAMPLES.get(page.name, ("",))
    )


def paths() -> tuple[str, ...]:
    """The bare address of every page, and of two indicators."""
    bare = (page.path for page in PAGES)
    return (*bare, *(path_of("indicators") + end for end in _EXAMPLES["indicators"] if end))
