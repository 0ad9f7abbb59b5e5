"""A difference that a test found, in the unit of its row: percent of a ratio, units, correlation.

`change_unit` of `mart.result_link` names the scale; a placebo has none and takes that of the tests
of its design.
"""

import math
from collections.abc import Mapping
from typing import Any

from dashboards.wording import formats
from dashboards.wording.words import Words

Row = Mapping[str, Any]
_MOST = 10.0  # log ratio beyond which a percentage says nothing


def scaled(row: Row, unit: str | None = None) -> tuple[float, float, float] | None:
    """Estimate, low and high in the unit shown; None where one of them is missing."""
    names = ("estimate", "ci_low", "ci_high")
    if any(formats.is_missing(row[name]) for name in names):
        return None
    is_ratio = (unit or row["change_unit"]) == "percent"
    found = [100 * math.expm1(min(row[n], _MOST)) if is_ratio else float(row[n]) for n in names]
    return found[0], found[1], found[2]


def difference_words(row: Row, words: Words, unit: str | None = None) -> tuple[str, str]:
    """The signed difference and its interval, as cells of a table; dashes where there is none."""
    figures = scaled(row, unit)
    if figures is None:
        return "–", "–"
    is_ratio = (unit or row["change_unit"]) == "percent"
    decimals = 0 if is_ratio else _decimals(figures)
    middle, low, high = figures
    ends = {
        "low": formats.number(low, words, decimals),
        "high": formats.number(high, words, decimals),
    }
    shown, interval = formats.signed(middle, words, decimals), words("format.range_signed", **ends)
    if is_ratio:
        return tuple(words("format.percent", number=text) for text in (shown, interval))  # type: ignore[return-value]
    return shown, interval


def _decimals(figures: tuple[float, float, float]) -> int:
    return 2 if figures[2] - figures[1] < 1 else 1


def size_and_interval(row: Row, words: Words) -> tuple[str, dict[str, str]]:
    """`lower` or `higher`, and by how much without sign: 39%, 25 to 50%, in the same direction."""
    figures = scaled(row)
    if figures is None:
        return "", {}
    middle, *ends = figures
    way = -1 if middle < 0 else 1
    is_ratio = row["change_unit"] == "percent"
    decimals = 0 if is_ratio else _decimals(figures)
    low, high = (formats.number(end, words, decimals) for end in sorted(way * end for end in ends))
    told = {
        "size": formats.number(way * middle, words, decimals),
        "interval": words("format.range_signed", low=low, high=high),
    }
    if is_ratio:
        told = {name: words("format.percent", number=text) for name, text in told.items()}
    return ("lower" if way < 0 else "higher"), told


def change_in_words(row: Row, words: Words) -> str:
    """Lower by 39% (25 to 50%)."""
    way, told = size_and_interval(row, words)
    return words(f"effects.{way}", **told) if way else ""
