"""Colours of text reach the contrast of WCAG 2.2 AA; marks stay apart for every kind of sight.

Full-strength deuter-, prot- and tritanopia by the matrices of Machado, Oliveira and Fernandes
(2009); distances in OKLab (Ottosson 2020), where 0.02 is just noticeable.
"""

from collections.abc import Sequence
from itertools import combinations, pairwise

import numpy as np
import pytest

from dashboards.figures.theme import RISK_CLASSES, SHARE_CLASSES, THEMES

TEXT = ("ink", "ink-2", "ink-3", "accent", "series", "achieved", "on_track", "at_risk", "off_track")
RATINGS = ("achieved", "on_track", "at_risk", "off_track", "ink-3")
MARKS = ("comparator", "control", "women", "men")
SIGHTS = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
_APART = 0.07  # of single marks: more than three times what is just noticeable
_NEIGHBOURS = 0.07  # of classes that touch on a map


def _linear(colour: str) -> np.ndarray:
    channels = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def _contrast(one: str, other: str) -> float:
    weights = np.array([0.2126, 0.7152, 0.0722])
    light, dark = sorted((float(weights @ _linear(found)) for found in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _seen(colour: str, sight: str) -> np.ndarray:
    """OKLab of a colour as this sight sees it."""
    to_cones = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    to_lab = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    return to_lab @ np.cbrt(to_cones @ np.clip(SIGHTS[sight] @ _linear(colour), 0, 1))


def _nearest(pairs: Sequence[tuple[str, str]], sight: str) -> float:
    return min(
        float(np.linalg.norm(_seen(one, sight) - _seen(other, sight))) for one, other in pairs
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("token", TEXT)
@pytest.mark.parametrize("ground", ["surface", "page", "sunk"])
def test_contrast(theme: str, token: str, ground: str) -> None:
    assert _contrast(THEMES[theme][token], THEMES[theme][ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("token", MARKS)
def test_contrast_of_marks_and_borders(theme: str, token: str) -> None:
    assert _contrast(THEMES[theme][token], THEMES[theme]["surface"]) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("sight", SIGHTS)
def test_no_two_ratings_nor_women_and_men_merge(theme: str, sight: str) -> None:
    colours = THEMES[theme]
    pairs = [(colours[one], colours[other]) for one, other in combinations(RATINGS, 2)]
    assert _nearest([*pairs, (colours["women"], colours["men"])], sight) >= _APART


def _reports(theme: str) -> list[str]:
    return [THEMES[theme][f"reports-{number}"] for number in range(1, 5)]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_of_reports_the_fewest_stand_out_most(theme: str) -> None:
    page = THEMES[theme]["surface"]
    contrasts = [_contrast(colour, page) for colour in _reports(theme)]
    assert contrasts == sorted(contrasts)


@pytest.mark.parametrize(
    "classes", [RISK_CLASSES, SHARE_CLASSES, _reports("light"), _reports("dark")]
)
@pytest.mark.parametrize("sight", SIGHTS)
def test_classes_of_the_map_that_touch_do_not_merge(classes: Sequence[str], sight: str) -> None:
    assert _nearest(list(pairwise(classes)), sight) >= _NEIGHBOURS
