"""Names of months in other languages (`data/months.yaml`), as formats with %b and %B read them.

A name that stands for two months in two languages is left as it is, and the rules speak.
"""

import calendar
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

import yaml

from indicators.foundation.data_folder import data_folder
from indicators.foundation.reading.yaml_loader import StrictLoader


def names_months(formats: Iterable[str]) -> bool:
    """Whether a format of dates reads the name of a month."""
    return any("%b" in entry or "%B" in entry for entry in formats)


def in_english(text: str, forms: Sequence[str]) -> str:
    """The text with the name of its month in English, as the first format that reads it has it."""
    return with_english_months(text, next((f for f in forms if is_read_by(text, f)), forms[0]))


@lru_cache(maxsize=100_000)
def is_read_by(text: str, form: str) -> bool:
    """Whether a format reads a text; `%Y` reads four digits, `12/2/26` is not of the year 26, and a
    day in digits has all of them: `1126` is none of 2006."""
    if "%Y" in form and not re.search(r"(?<!\d)\d{4}", text):
        return False
    if (digits := digits_of_day(form)) and not re.match(rf"\d{{{digits}}}(?!\d)", text):
        return False
    text = with_english_months(text, form) if names_months([form]) else bare_day(text)
    try:
        datetime.strptime(text, form)
    except ValueError:
        return False
    return True


_IN_DIGITS = {"%d%m%y": 6, "%m%d%y": 6, "%y%m%d": 6, "%d%m%Y": 8, "%m%d%Y": 8, "%Y%m%d": 8}


def digits_of_day(form: str) -> int:
    """How many digits the day of a format has that is one number (`%d%m%y`: 6), else 0."""
    return _IN_DIGITS.get(form[:6], 0) if form[6:7] in ("", " ", "T") else 0


def with_all_digits(text: str, forms: Iterable[str]) -> str:
    """`010126` of `10126`: a workbook drops the zero before a day that is one number."""
    digits = re.match(r"\d+(?![^ T])", text)
    lost = digits and any(
        form[1] in "dm" and digits_of_day(form) == len(digits[0]) + 1 for form in forms
    )
    return f"0{text}" if lost else text


def is_month(word: str) -> bool:
    """Whether a word is the name of a month, or short for it."""
    return _plain(word.strip(" .")) in _months()


_TWO_WORDS = re.compile(r"[^\W\d_]\.?\s*[/|]\s*[^\W\d_]")  # quicker than the names of all months


def bare_day(text: str) -> str:
    """The text without what stands before its date, and with its month in one language:
    `02/06/2026` of `mardi 02/06/2026`, of `le 02/06/2026`; `January` of `January / Janvier`."""
    plain = _weekday().sub("", text)
    return _two_names().sub(_one_name, plain) if _TWO_WORDS.search(plain) else plain


def _one_name(found: re.Match[str]) -> str:
    first, second = (_months().get(_plain(name)) for name in found.groups())
    return found[1] if first == second else found[0]


def with_english_months(text: str, form: str) -> str:
    """The text with the name of its month in English, in full where the format has `%B`, without
    a day of the week before it."""
    names = calendar.month_name if "%B" in form else calendar.month_abbr

    def english(found: re.Match[str]) -> str:
        month = _months().get(_plain(found[1]))
        return names[month] if month else found[0]

    text = bare_day(text)
    return re.sub(r"\b1(?:er|st) ", "1 ", _written().sub(english, text))


_SPAN = re.compile(
    r"(?:(?:(?:dans )?la |in the )?(?:nuit|night) )?(?:du |of |from )?"
    r"(\d.*?)(?:\s+(?:-|–|—|to|au|until)\s+|\s*[–—]\s*)(.+)"
    r"|(\d{1,2})\s*-\s*(\d{1,2}[/. ].+)",
    re.IGNORECASE,
)
_HOUR = r"\d{1,2} ?[:h.] ?\d{0,2}(?: ?[ap]m)?|\d{1,2} ?[ap]m|\d{4}(?: ?hrs?)?"
_HOURS = re.compile(rf"(?:de |from )?({_HOUR})\s*(?:-|–|—|à|to|>|→)\s*({_HOUR})", re.IGNORECASE)
_HOURS_OF_DAY = re.compile(rf"(?P<day>.*\d),? +{_HOURS.pattern}", re.IGNORECASE)
_SINCE = re.compile(
    r"(?:depuis(?: le)?|since|from|as of|dès le|à (?:partir|compter) du) +(.*\d)\D*"
    r"|(\d.*\d)\W+(?:UFN|until further notice|onwards?|jusqu[’']à nouvel ordre)\W*",
    re.IGNORECASE,
)
_OPEN_HOURS = re.compile(rf"(?:de |from )?({_HOUR})\s*(?:-|–|—|>|→)", re.IGNORECASE)
_DAY = re.compile(
    r"(?<!\d)(?:\d{4}-\d\d-\d\d|(?!\d{1,2}-\d{1,2}/)"  # `05-06/04` is a span
    r"\d{1,2}[-/. ](?:\d{1,2}|[^\W\d_]{3,9}\.?)[-/. ]\d{2,4})(?!\d)"
)
_YEAR = re.compile(r"\d{4}|\d[/.]\d+[/.]\d|\d[- '][^\W\d]+[- ']\d")


def day_of_span(text: str, part: int) -> str:
    """The first or second (1, 2) day of a cell: `16/02/2026 - 18/02/2026`, `16-18 mars 2026`.

    A day alone is both, also among words (`done, 29 Dec 25`); `depuis le 2/6/2026`, `from 01 Jan 26
    UFN` and `22h00 -` have no end. Of
    two hours, `10:30 - 11:45`, one, behind their day where that stands before them (`01/06/26 de
    7h30 à 15h30`); a mere hour is the first.
    """
    if hours := _HOURS.fullmatch(text.strip()):
        return hours[part].strip()
    if begun := _OPEN_HOURS.fullmatch(text.strip()):
        return begun[1].strip() if part == 1 else ""
    if in_day := _hours_of_day(text):
        return f"{in_day['day']} {in_day[part + 1].strip()}"
    if part > 1 and re.fullmatch(_HOUR, text.strip(), re.IGNORECASE):
        return ""
    found = _SPAN.fullmatch(text.strip())
    since = _SINCE.fullmatch(text.strip())
    if since and (since[2] or found is None):
        return (since[1] or since[2]) if part == 1 else ""
    days = _DAY.findall(text)
    if days and (found is None or not _YEAR.search(found[2] or found[4] or "")):
        return days[min(part, len(days)) - 1]
    if found is None:
        return text
    first, second = filter(None, found.groups())
    if first.isdigit() and (rest := re.fullmatch(r"\d{1,2}(\D.+)", second)):
        first += rest[1]
    elif _YEAR.search(second) and not _YEAR.search(first):
        year = re.search(r"\D(?:\d{4}|\d\d)$", second)
        first += year[0] if year else ""  # `13/04` of `13/04 au 17/04/2026`
    return first if part == 1 else second


def _hours_of_day(text: str) -> re.Match[str] | None:
    found = _HOURS_OF_DAY.fullmatch(text.strip())
    return found if found and _DAY.fullmatch(bare_day(found["day"])) else None


def has_two_hours(text: str) -> bool:
    """Whether a day has two hours with a sign between them, of which a time is only one."""
    return _hours_of_day(text) is not None


@cache
def _written() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)({_any_month()})\.?(?!\w)", re.IGNORECASE)


@cache
def _two_names() -> re.Pattern[str]:
    name = rf"(?<!\w)({_any_month()})(?!\w)"
    return re.compile(rf"{name}\.?\s*[/|]\s*{name}", re.IGNORECASE)


def _any_month() -> str:
    """Every name with and without its accents, the longest first."""
    names = sorted({*_names(), *map(_plain, _names())}, key=lambda name: (-len(name), name))
    return "|".join(map(re.escape, names))


@cache
def _weekday() -> re.Pattern[str]:
    """A day of the week at the start, or `le`, before the number of the day; none of the week that
    names a month too."""
    known = {name for names in listed()["weekdays"].values() for name in names}
    names = sorted((name for name in known if _plain(name) not in _months()), key=len)
    leads = "|".join(word for words in listed()["before_a_day"].values() for word in words)
    week = "|".join(reversed(names))
    # `Mar 03/02`, `mar. 3 juin` cannot be of March
    tuesday = rf"mar\.?,? +(?=\d\d?(?:[/.]\d|(?:er)? +(?:{_any_month()})))"
    before = rf"(?:(?:{week})\.?,? +|{tuesday})?(?:(?:{leads})(?: +|, *|: *))?"
    return re.compile(rf"^{before}(?=\d)", re.IGNORECASE)


@cache
def listed() -> Mapping[str, Mapping[str, list[Any]]]:
    """What `data/months.yaml` lists."""
    text = (data_folder() / "months.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Mapping[str, list[Any]]] = yaml.load(text, Loader=StrictLoader)
    return found


@cache
def _names() -> Mapping[str, int]:
    """Name or short form: number of the month, without those that name two."""
    found: dict[str, set[int]] = {}
    for lists in listed()["months"].values():
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
