"""How dates, times and numbers of a column are written, from its texts alone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?( ?(Z|[+-]\d{2}:?\d{2}))?)?")
_DAYS = (
    "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d",
    "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%d %m %Y",
    "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%B %d, %Y",
    "%d-%b-%y", "%d-%m-%y",
)  # fmt: skip
_CLOCKS = (" %H:%M", " %H:%M:%S", " %Hh%M", "T%H:%M", " %I:%M %p", " %I:%M:%S %p")
_LOOKED_AT = 120
_CLOCK = re.compile(r"([01]?\d|2[0-3])[:h][0-5]\d(:[0-5]\d)?")


@dataclass(frozen=True)
class Written:
    """The keys of a mapping that read the texts, and for what share of them they do."""

    keys: dict[str, object]
    share: float
    is_ambiguous: bool = False


def dates(texts: Sequence[str], *, with_time: bool) -> Written:
    """The format of dates, with a time of day where they have one.

    Where day and month could be either way round in every text, both are named as ambiguous and
    the day comes first.
    """
    if not texts:
        return Written({}, 0)
    rest = [text for text in texts if not _is_iso(text, with_time)]
    if not rest:
        return Written({}, 1)
    formats = [*_DAYS, *(day + clock for day in _DAYS for clock in _CLOCKS if with_time)]
    rest = rest[:_LOOKED_AT]
    shares = {entry: _share(rest, entry) for entry in formats}
    best = max(shares.values())
    if best == 0:
        return Written({}, 1 - len(rest) / len(texts))
    equal = [entry for entry in formats if shares[entry] == best]
    chosen = equal[0]
    others = {tuple(re.findall(r"%[dm]", entry)) for entry in equal}
    iso = sum(_is_iso(text, with_time) for text in texts) / len(texts)
    read = iso + best * (1 - iso)
    return Written({"formats": [chosen]}, read, len(others) > 1 and best > 0)


def _is_iso(text: str, with_time: bool) -> bool:
    found = _ISO.fullmatch(text)
    if found is None:
        return False
    return with_time or not found[1] or set(found[1]) <= set("T 0:.")


def _share(texts: Sequence[str], pattern: str) -> float:
    return sum(_fits(text, pattern) for text in texts) / len(texts)


@lru_cache(maxsize=100_000)
def _fits(text: str, pattern: str) -> bool:
    if "%Y" in pattern and not re.search(r"(?<!\d)\d{4}", text):
        return False
    try:
        datetime.strptime(text, pattern)
    except ValueError:
        return False
    return True


def is_clock(texts: Sequence[str]) -> bool:
    """Whether the column holds times of day alone."""
    return bool(texts) and all(_CLOCK.fullmatch(text) for text in texts)


def numbers(texts: Sequence[str], *, whole: bool) -> Written:
    """Decimal and thousands signs of numbers."""
    if not texts:
        return Written({}, 0)
    ways: list[dict[str, object]] = [
        {},
        {"decimal": ","},
        {"thousands": ","},
        {"thousands": " "},
        {"decimal": ",", "thousands": " "},
        {"decimal": ",", "thousands": "."},
        {"thousands": "\u202f"},
        {"thousands": "\u00a0"},
        {"decimal": ",", "thousands": "\u202f"},
        {"decimal": ",", "thousands": "\u00a0"},
    ]
    found = [Written(keys, _number_share(texts, keys, whole)) for keys in ways]
    best = max(found, key=lambda entry: entry.share)
    rivals = [entry for entry in found if entry.share == best.share]
    # 1,200 may be 1200 or 1.2: only one of the two can be meant
    signs = [entry for entry in rivals if entry.keys in ({"decimal": ","}, {"thousands": ","})]
    return Written(best.keys, best.share, best.keys != {} and len(signs) > 1)


def _number_share(texts: Sequence[str], keys: dict[str, object], whole: bool) -> float:
    thousands = re.escape(str(keys.get("thousands", "")))
    decimal = re.escape(str(keys.get("decimal", ".")))
    digits = rf"\d{{1,3}}(?:{thousands}\d{{3}})+|\d+" if thousands else r"\d+"
    rest = rf"(?:{decimal}0*)?" if whole else rf"(?:{decimal}\d*)?"
    form = re.compile(rf"[+-]?(?:{digits}){rest}")
    return sum(bool(form.fullmatch(text)) for text in texts) / len(texts)
