"""What the name of a file tells: its series, without the period; a pattern for the next one.

Periods are dates, months (numbers, or names in English and French), quarters, weeks and years;
like them the number of an export is another each time.
"""

import fnmatch
import glob
import re
from pathlib import Path

_YEAR = r"(?<!\d)(?:19|20)\d\d(?!\d)"
_GAP = r"[-_. ]?"
_FULL_NAMES = (
    "january|february|march|april|may|june|july|august|september|october|november|december|"
    "janvier|février|fevrier|mars|avril|mai|juin|juillet|août|aout|septembre|octobre|novembre|"
    "décembre|decembre"
)
_SHORT_NAMES = (
    "jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec|janv|fév|fev|févr|fevr|avr|juil|déc"
)
_NAME = rf"(?<![^\W\d_])(?:{_FULL_NAMES})(?![^\W\d_])"
_ANY_NAME = rf"(?<![^\W\d_])(?:{_FULL_NAMES}|{_SHORT_NAMES})(?![^\W\d_])\.?"
_QUARTER = r"(?<![^\W\d_])[qt][1-4](?!\d)"
_WEEK = r"(?<![^\W\d_])(?:week|semaine|sem|wk|w|s)[-_ ]?\d{1,2}(?!\d)"
_LONE_WEEK = r"(?<![^\W\d_])(?:week|semaine|wk|w)[-_ ]?\d{1,2}(?!\d)"
_PART = rf"(?:{_QUARTER}|{_WEEK}|{_ANY_NAME})"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_PERIOD = re.compile(
    "|".join(
        (
            rf"(?<!\d)(?:19|20)\d\d(?P<a>[-_. ]?){_MONTH}(?P=a){_DAY}(?!\d)",
            rf"(?<![^\W_]){_DAY}(?P<b>[-_. ]){_MONTH}(?P=b)(?:19|20)\d\d(?!\d)",
            rf"(?<![^\W_]){_DAY}{_GAP}{_ANY_NAME}{_GAP}{_YEAR}",
            rf"(?<!\d)(?:19|20)\d\d{_GAP}{_PART}",
            rf"{_PART}{_GAP}{_YEAR}",
            r"(?<!\d)(?:19|20)\d\d[-_. ]\d{1,2}(?!\d)",
            r"(?<!\d)(?:19|20)\d\d(?:0[1-9]|1[0-2])(?!\d)",
            rf"(?<![^\W_]){_MONTH}[-_. ]{_YEAR}",
            _YEAR,
            _QUARTER,
            _LONE_WEEK,
            _NAME,
            r"(?<!\d)\d{5,}(?!\d)",  # the number or the time of an export
        )
    ),
    re.IGNORECASE,
)
# What people add to the name of a file that they send once more.
_ONCE_MORE = re.compile(
    r"(?<![^\W\d_])(?:v|rev|version)[-_. ]?\d+(?:[-_.]\d+)*(?!\d)|\(\d+\)|"
    r"(?<![^\W\d_])(?:late|corrected|correction|final|copy|copie|corrigée?|tardif|retard)(?![^\W\d_])",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r"[-_. *]*\*[-_. *]*|[-_. ]+")


def series_of(name: str) -> str:
    """What the files of one report have in common: the name without period, version and suffix."""
    stem = _PERIOD.sub("*", Path(name).stem)
    words = _SEPARATORS.sub(" ", _ONCE_MORE.sub(" ", stem)).casefold().split()
    return " ".join(words) or "*"


def stem_words(name: str) -> str:
    """The words of a name that no later delivery changes."""
    return _PERIOD.sub(" ", Path(name).stem)


def pattern_of(name: str) -> str:
    """A pattern that takes this file and those of other periods: `patrols_2026-03.csv` gives
    `patrols_20??-??.csv`."""
    pieces, at = [], 0
    for found in _PERIOD.finditer(name):
        pieces += [glob.escape(name[at : found.start()]), _of_period(found[0])]
        at = found.end()
    return "".join([*pieces, glob.escape(name[at:])])


def _of_period(text: str) -> str:
    if text.isdigit() and not re.match("19|20", text):
        return "*"
    text = re.sub(_ANY_NAME, "*", text, flags=re.IGNORECASE)
    text = re.sub(r"(?:19|20)\d\d(?=\D|$|\d\d)", "20??", text, count=1)
    text = re.sub(r"(?<=[qtQT])\d(?!\d)", "?", text)
    return re.sub(r"(?<!\d)\d(?!\d)|\d{2,}", _of_digits, text)


def _of_digits(found: re.Match[str]) -> str:
    """A number of one digit may have two the next time; the century stays."""
    digits = found[0]
    return digits if digits == "20" else "*" if len(digits) == 1 else "?" * len(digits)


def fits(name: str, pattern: str) -> bool:
    """Whether a file's name fits a pattern (capitals or not; people rename as they like)."""
    return fnmatch.fnmatchcase(Path(name).name.lower(), _of_name(pattern).lower())


def _of_name(pattern: str) -> str:
    """The part of a pattern that is about the name: some name a folder as well."""
    return pattern.rpartition("/")[2]


_STAR, _ANY = "any text", "any sign"


def have_a_name_in_common(one: str, other: str) -> bool:
    """Whether some name fits both patterns (`*`, `?`, `[…]`, capitals or not)."""
    ours, theirs = _signs(_of_name(one)), _signs(_of_name(other))
    reached = _over_stars({0}, theirs)  # places in theirs to which a beginning of ours may lead
    for sign in ours:
        if sign == _STAR:
            reached = set(range(min(reached), len(theirs) + 1)) if reached else set()
        else:
            reached = _over_stars({_after(at, sign, theirs) for at in reached} - {-1}, theirs)
    return len(theirs) in reached


def _after(at: int, sign: str, theirs: list[str]) -> int:
    """Where one sign leads from a place; -1 where it fits nothing there."""
    here = theirs[at] if at < len(theirs) else ""
    if here == _STAR:
        return at
    return at + 1 if here and (sign == here or _ANY in (sign, here)) else -1


def _over_stars(places: set[int], signs: list[str]) -> set[int]:
    """The places, and those behind stars that stand for nothing."""
    found = set(places)
    for at in places:
        while at < len(signs) and signs[at] == _STAR:
            at += 1
            found.add(at)
    return found


def _signs(pattern: str) -> list[str]:
    """The signs of a pattern; a class of one sign is that sign, any other stands for any sign."""
    found = re.findall(r"\[[^\]]+\]|.", pattern.casefold(), re.DOTALL)
    special = {"*": _STAR, "?": _ANY}
    return [
        special.get(sign, sign) if len(sign) == 1 else sign[1] if len(sign) == 3 else _ANY
        for sign in found
    ]
