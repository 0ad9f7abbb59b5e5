"""Colours of text reach the contrast that WCAG 2.2 AA asks for, in both themes."""

import pytest

from dashboards.theme import THEMES

TEXT = ("ink", "ink-2", "ink-3", "accent", "series", "achieved", "on_track", "at_risk", "off_track")


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("token", TEXT)
@pytest.mark.parametrize("ground", ["surface", "page", "sunk"])
def test_contrast(theme: str, token: str, ground: str) -> None:
    colours = THEMES[theme]
    light, dark = sorted((_luminance(colours[token]), _luminance(colours[ground])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
