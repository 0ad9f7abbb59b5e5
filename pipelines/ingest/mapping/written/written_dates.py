"""Names of months in other languages (`data/months.yaml`), as formats with %b and %B read them.

A name that stands for two months in two languages is left as it is, and the rules speak.
"""

import calendar
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import yaml

from indicators.foundation.data_folder import data_folder
from indicators.foundation.reading.yaml_loader import StrictLoader


def names_months(formats: Iterable[str]) -> bool:
    """Whether a format of dates reads the name of a month."""
    return any("%b" in entry or "%B" in entry for entry in formats)


def in_english(text: str, forms: Sequence[str]) -> str:
    """The text with the name of its month in English, as the first format that reads it has it."""
    named = [with_english_months(text, form) for form in forms]
    for form, one in zip(forms, named, strict=True):
        try:
            datetime.strptime(one, form)
        except ValueError:
            continue
        return one
    return named[0]


def without_weekday(text: str) -> str:
    """The text without a day of the week before its date: `02/06/2026` of `mardi 02/06/2026`."""
    return _weekday().sub("", text)


def with_english_months(text: str, form: str) -> str:
    """The text with the name of its month in English, in full where the format has `%B`, without
    a day of the week before it."""
    names = calendar.month_name if "%B" in form else calendar.month_abbr

    def english(found: re.Match[str]) -> str:
        month = _months().get(_plain(found[1]))
        return names[month] if month else found[0]

    text = without_weekday(text)
    return re.sub(r"\b1(?:er|st) ", "1 ", _written().sub(english, text))


_SPAN = re.compile(
    r"(?:du |from )?(.*\d)(?:\s+(?:-|–|—|to|au|until)\s+|\s*[–—]\s*)(.+)"
    r"|(\d{1,2})\s*-\s*(\d{1,2}[/. ].+)",
    re.IGNORECASE,
)
_HOURS = re.compile(
    r"(?:de |from )?(\d{1,2}[:h.]\d{0,2}|\d{4})\s*(?:-|–|—|à|to)\s*(\d{1,2}[:h.]\d{0,2}|\d{4})",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\d{4}|\d[/.]\d+[/.]\d|\d[- '][^\W\d]+[- ']\d")


def day_of_span(text: str, part: int) -> str:
    """The first or second (1, 2) day of a cell: `16/02/2026 - 18/02/2026`, `16-18 mars 2026`; a
    day alone is both. Of two hours, `10:30 - 11:45`, the first or second."""
    if hours := _HOURS.fullmatch(text.strip()):
        return hours[part]
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        return text
    first, second = filter(None, found.groups())
    if first.isdigit() and (rest := re.fullmatch(r"\d{1,2}(\D.+)", second)):
        first += rest[1]
    elif not _YEAR.search(first) and (year := re.search(r"\D\d{4}$", second)):
        first += year[0]  # `13/04` of `13/04 au 17/04/2026`
    return first if part == 1 else second


@cache
def _written() -> re.Pattern[str]:
    """Every name with and without its accents, the longest first."""
    names = sorted({*_names(), *map(_plain, _names())}, key=lambda name: (-len(name), name))
    return re.compile(rf"(?<!\w)({'|'.join(map(re.escape, names))})\.?(?!\w)", re.IGNORECASE)


@cache
def _weekday() -> re.Pattern[str]:
    """A day of the week at the start, before the number of the day; none that names a month too."""
    listed = {name for names in _listed()["weekdays"].values() for name in names}
    names = sorted((name for name in listed if _plain(name) not in _months()), key=len)
    return re.compile(rf"^(?:{'|'.join(reversed(names))})\.?,? +(?:le )?(?=\d)", re.IGNORECASE)


@cache
def _listed() -> Mapping[str, Mapping[str, list[Any]]]:
    text = (data_folder() / "months.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Mapping[str, list[Any]]] = yaml.load(text, Loader=StrictLoader)
    return found


@cache
def _names() -> Mapping[str, int]:
    """Name or short form: number of the month, without those that name two."""
    found: dict[str, set[int]] = {}
    for lists in _listed()["months"].values():
        for names in lists:
            for number, name in enumerate(names, start=1):
                found.setdefault(name, set()).add(number)
    return {name: min(numbers) for name, numbers in found.items() if len(numbers) == 1}


@cache
def _months() -> Mapping[str, int]:
    return {_plain(name): number for name, number in _names().items()}


def _plain(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word).casefold()
    return "".join(sign for sign in plain if not unicodedata.combining(sign))
