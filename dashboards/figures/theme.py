"""Colours of both themes: CSS variables for the pages, colours for what is drawn.

The values are those of the design's table of colours, whose contrasts were computed by WCAG 2.x.
"""

from collections.abc import Mapping
from types import MappingProxyType

FONT = "Inter, system-ui, -apple-system, 'Segoe UI', sans-serif"

_LIGHT = {
    "surface": "#FFFFFF",
    "page": "#F7F8FA",
    "sunk": "#EEF1F5",
    "highlight": "#FFF6DF",
    "ink": "#16202B",
    "ink-2": "#4A5563",
    "ink-3": "#5F6773",
    "accent": "#0B4F6C",
    "series": "#0E5A6B",
    "band": "#CFE0E4",
    "comparator": "#7B8794",
    "control": "#7E8896",
    "rule": "#DCE1E8",
    "achieved": "#0B3A6F",
    "on_track": "#2C69BB",
    "at_risk": "#AD5500",
    "off_track": "#8C1027",
    "women": "#6B3FA0",
    "men": "#0E7C86",
    "reports-1": "#E8F1F2",
    "reports-2": "#86B6BE",
    "reports-3": "#377A87",
    "reports-4": "#0E5A6B",
}
_DARK = {
    "surface": "#1A2028",
    "page": "#12161C",
    "sunk": "#232B35",
    "highlight": "#3A3320",
    "ink": "#EDF1F6",
    "ink-2": "#BAC4D0",
    "ink-3": "#98A2B0",
    "accent": "#8FD0E6",
    "series": "#6FC3D4",
    "band": "#2B4A54",
    "comparator": "#8D98A6",
    "control": "#748090",
    "rule": "#323C48",
    "achieved": "#D3E6FF",
    "on_track": "#6FB0FF",
    "at_risk": "#FFC24D",
    "off_track": "#F07885",
    "women": "#C6A6F2",
    "men": "#35C9A5",
    "reports-1": "#232B35",
    "reports-2": "#2B4A54",
    "reports-3": "#377A87",
    "reports-4": "#8FD0E6",
}

THEMES: Mapping[str, Mapping[str, str]] = MappingProxyType({"light": _LIGHT, "dark": _DARK})

# Five map classes, the same in both themes: labels stand on pills of the theme's surface.
RISK_CLASSES = ("#FBF3E1", "#F1D6A6", "#DDAA63", "#B0712D", "#74400F")
SHARE_CLASSES = ("#E8F1F2", "#BFD9DD", "#86B6BE", "#377A87", "#0E5A6B")


def _declarations(tokens: Mapping[str, str]) -> str:
    return "".join(f"--{name.replace('_', '-')}:{colour};" for name, colour in tokens.items())


def style_sheet() -> str:
    """The CSS variables of both themes; print is light, a chosen theme beats the system's."""
    light, dark = _declarations(_LIGHT), _declarations(_DARK)
    return (
        f":root{{{light}color-scheme:light}}"
        f"@media screen{{:root[data-theme=dark]{{{dark}color-scheme:dark}}}}"
        "@media screen and (prefers-color-scheme:dark){"
        f":root:not([data-theme]){{{dark}color-scheme:dark}}}}"
    )
