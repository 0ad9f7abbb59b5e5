"""The address of a page: what it shows stands in the path and the query, so that it can be shared.

Unknown keys are dropped and never reach a page.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, quote, urlencode

BRIEF_ROUTE = "/brief.pdf"
# Kept when the reader goes to another page.
_CARRIED = ("mission", "period", "area", "lang", "theme")
# Belong to one page and are dropped when it is left.
OF_PAGE = (
    *("view", "q", "edge", "question", "level", "page", "indicator", "presence", "open"),
    *("stage", "tier", "phase", "unit", "owner", "rating", "target"),  # narrow indicators
    *("threat_type", "lesson"),  # narrow the lessons, as do tier and phase
    *("grade", "outcome"),  # narrow the results chain, as does its tier
    *("reporter", "reason"),  # narrow rejected rows, revised figures
)


@dataclass(frozen=True)
class Address:
    """A path and the known parameters of its query."""

    path: str = "/"
    parameters: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, path: str | None, search: str | None) -> "Address":
        """The address from a path and a query with or without its question mark."""
        pairs = parse_qsl((search or "").lstrip("?"), max_num_fields=50)
        known = {key: value for key, value in pairs if key in _CARRIED + OF_PAGE and value}
        return cls((path or "/").rstrip("/") or "/", known)

    def get(self, key: str) -> str | None:
        """One parameter, None where it is not given."""
        return self.parameters.get(key)

    @property
    def language(self) -> str:
        """`en` or `fr`; English where nothing else is asked."""
        return "fr" if self.get("lang") == "fr" else "en"

    @property
    def theme(self) -> str:
        """`light` or `dark`."""
        return "dark" if self.get("theme") == "dark" else "light"

    def link(self, path: str | None = None, **changes: str | None) -> str:
        """The address of another page or of this one with changed parameters (None removes)."""
        kept = self.parameters
        if path is not None and path != self.path:
            kept = {key: value for key, value in kept.items() if key in _CARRIED}
        merged = {key: value for key, value in {**kept, **changes}.items() if value}
        query = urlencode(sorted(merged.items()), quote_via=quote, safe="/-_")
        return (path or self.path) + (f"?{query}" if query else "")

    def without(self, key: str) -> "Address":
        """The same address without a parameter."""
        kept = {name: value for name, value in self.parameters.items() if name != key}
        return replace(self, parameters=kept)


def brief_address(address: Address) -> str:
    """Where the brief of a page's mission, period, area and language is."""
    return address.link(BRIEF_ROUTE, theme=None)


def annex_address(address: Address) -> str:
    """The brief with its annex of two pages."""
    found = brief_address(address)
    return f"{found}{'&' if '?' in found else '?'}annex=1"
