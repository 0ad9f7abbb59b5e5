"""Times of day as people write them, in one way: `HH:MM`, behind their day where they have one.

A format that ends in `%H:%M` reads all of them: `14.00`, `3.30pm`, `à 11h`, `05H20`, `1810 hrs`.
One that begins with `%d%H%M` reads a date-time group (ACP 121) with or without its blanks.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache, lru_cache

from pipelines.ingest.mapping.written.written_dates import (
    has_two_hours,
    is_read_by,
    listed,
    with_english_months,
)

_HALF = r"(?P<half>[ap]\.? ?m\.?|صباح[اً]*|مساء[اً]*|ص|م)"
_HOURS = r"(?:hrs?|hours?|hs?|heures?)\.?"
_ABOUT = r"(?:at|à|vers|about|around|env(?:iron)?\.?|approx\.?|c(?:irc)?a\.?|~)"
_CLOCK = re.compile(
    rf"(?:{_ABOUT} *|(?P<day>.+?)(?:,? +(?:-|–|@|/|\||{_ABOUT})? *|(?<=\d)T|, *))?"
    rf"(?:(?P<hour>\d{{1,2}}) ?[:.h] ?(?P<minute>[0-5]\d)(?: ?{_HALF}| ?{_HOURS})?"
    rf"|(?P<whole>\d{{1,2}}) ?(?:{_HOURS}|{_HALF.replace('half', 'of_whole')})"
    rf"|(?P<plain>\d{{4}}) ?{_HOURS}"
    r"|(?P<bare>\d{4}))",
    re.IGNORECASE,
)
USUAL = r"^(?:\S+[ T])?\d\d?:\d\d(?::\d\d)?$"  # what needs no other writing
_TO_THE_SECOND = re.compile(r"(.+ \d\d?:[0-5]\d)(:[0-5]\d)")
_GROUP = re.compile(r"(\d{6}) ?([A-Z]?) ?([A-Za-z]{3,4})\.? ?(\d{4}|\d{2})")
_ZONES = "ZABCDEFGHIKLMNOPQRSTUVWXY"  # east of Greenwich to 12 (M), then west
_DAY_PARTS, _DAY = 3, 24
_ONE_DAY = (
    r"(?:\d{4}[-/]\d\d[-/]\d\d|\d{1,2}[-/. ]\w{1,9}\.?[-/. ]\d{2,4}|\d{6,8}"
    r"|\d{1,2}[^\W\d]{3,4}\d{2,4})"
)
# `(J+1)`, `+2`, `D + 1`: so many days later; words for one day are listed (`months.yaml`)
_LATER = re.compile(r"(?:^|\s)\(?(?:[JD] ?)?\+ ?([1-9])[jd]?\)?(?=\s|$)", re.IGNORECASE)
_TWO_DAYS = re.compile(
    rf"({_ONE_DAY})"
    r" +(?:(?:\d\d?[:.hH]\d\d|\d{4}) ?(?:hrs?|h)? +)?(\d.*)"
)
_DAY_BEHIND = re.compile(
    r"(?P<hour>\d[\w:.]*(?: hrs?)?) \((?P<day>\d{1,2}(?:[-/.]\d{1,2}|[-/. ][^\W\d_]{3,9}\.?)"
    r"(?:[-/. ]\d{2,4})?)\)$"
)
"""`0025 hrs (05/01)`, `0025 (5 Jan)`, also behind the day of its row."""
_DAY_IN_NUMBERS = re.compile(r"\d{1,2}[-/.]\d{1,2}")
_DAY_IN_ONE = re.compile(r"\d{6,8}|\d{1,2}[^\W\d]{3,4}\d{2,4}")  # `20260104`, `02JAN26`


def takes_any_writing(forms: Sequence[str]) -> bool:
    """Whether a format takes times of day, or date-time groups, however they are written."""
    return any(form.endswith(("%H:%M", "%S")) or form.startswith("%d%H%M") for form in forms)


def has_hours(form: str) -> bool:
    """Whether a format reads a time of day, be it of twelve hours."""
    return day_part(form) != form


def day_part(form: str) -> str:
    """The format of the day in one of days and hours."""
    return re.sub(r"[ T]?%[HI].*$", "", form)


def as_read(
    text: str, forms: Sequence[str], *, is_after: bool = True, nights: str | None = None
) -> str:
    """The text as one of the formats reads it: as it is, or with its time in the usual writing.

    `is_after`: whether the day before it is that of another time, after which `J+1` counts;
    `nights`: the column, if any, that counts these days.
    """
    groups = (with_usual_group(text, form) for form in forms if form.startswith("%d%H%M"))
    if of_group := next(
        (one for one in groups if any(is_read_by(one, form) for form in forms)), ""
    ):
        return of_group  # before all: a `Z` that Python reads is none that DuckDB does
    if any(is_read_by(text, form) for form in forms):
        return text
    if to_second := _TO_THE_SECOND.fullmatch(text):  # as a workbook has them
        return with_usual_clock(to_second[1]) + to_second[2]
    days, plain = _days_later(text)
    if days and not is_after:
        return text
    if days:
        read = with_usual_clock(plain)
        told = (_later(read, form, 0 if nights else days) for form in forms)
        later = (one for one in told if one is not None)
        return next(later, read if days == 1 else text)
    return with_usual_clock(text)


def says_days_later(text: str) -> bool:
    """Whether a time is said to be of a day after that before it: `00:30 (+1)`."""
    return _days_later(text)[0] > 0


def _days_later(text: str) -> tuple[int, str]:
    """How many days after that before it a time is said to be, and the text without saying so."""
    found = _LATER.search(text)
    words = found or _beside("next_day").search(text)
    if words is None:
        return 0, text
    return int(found[1]) if found else 1, f"{text[: words.start()]} {text[words.end() :]}".strip()


def _later(text: str, form: str, days: int) -> str | None:
    """The text so many days later, in the same writing; None where a format reads no day in it."""
    if "%d" not in form or not is_read_by(text, form):
        return None
    read = datetime.strptime(with_english_months(text, form), form)
    return (read + timedelta(days)).strftime(form)


@lru_cache(maxsize=100_000)  # asked of each text for each column of times
def with_usual_clock(text: str) -> str:
    """The text with the time of day at its end as `HH:MM`; any other text as it is.

    Four digits alone are a year where no whole day stands before them (`12 janvier 2026`), but for
    a day in numbers (`3/8 0520`) and where no such year is meant (`04 Jul 1100`). Of two days
    before a time the second is meant, in the year of the first (`2026-01-08 09/01 05:05`); `same
    day` and `J+1` go.
    """
    plain = _beside("same_day").sub(" ", _days_later(text)[1])
    plain = _DAY_BEHIND.sub(_hour_behind, plain.strip())
    found = _CLOCK.fullmatch(plain)
    if found is None or has_two_hours(plain):
        return text
    day = _own_day(found["day"] or "")
    is_whole = len(re.findall(r"\w+", day)) >= _DAY_PARTS or _DAY_IN_ONE.fullmatch(day)
    may_be_year = re.fullmatch(r"(?:19|20)\d\d", found["bare"] or "")
    if may_be_year and day and not is_whole and not _DAY_IN_NUMBERS.fullmatch(day):
        return text
    digits = found["plain"] or found["bare"]
    hour = int(digits[:2] if digits else found["hour"] or found["whole"])
    minute = int(digits[2:] if digits else found["minute"] or 0)
    if half := found["half"] or found["of_whole"]:
        if not 1 <= hour <= _DAY // 2:
            return text
        hour = hour % (_DAY // 2) + (_DAY // 2) * (half[0] in "pPم")
    before = _CLOCK.fullmatch(day)
    if before and before["day"] and not before["bare"]:
        day = before["day"]  # the hour of an end stands behind that of its day
    return f"{day} {hour:02}:{minute:02}".strip() if hour < _DAY and minute < 60 else text


def _hour_behind(found: re.Match[str]) -> str:
    """The hour of `0025 (5 Jan)` behind its day; four digits before one are no year."""
    hour = found["hour"]
    return f"{found['day']} {hour}{' hrs' if hour.isdigit() else ''}"


def _own_day(days: str) -> str:
    """The day of a time, where the day of its row stands before it."""
    found = _TWO_DAYS.fullmatch(days.strip())
    if found is None:
        return days.strip()
    first, second = found.groups()
    year = next(iter(re.findall(r"\d{4}", first)), first[-2:])
    parts = re.fullmatch(r"(\d{1,2})([-/. ])(\w{1,9})", second)
    if parts is None:  # an hour of the first day has its own day before it
        return second if re.fullmatch(_ONE_DAY, second) else days.strip()
    as_first = re.fullmatch(r"\d{1,2}([-/. ])\d{1,2}\1\d{2,4}", first)
    return (as_first or parts)[1 if as_first else 2].join([parts[1], parts[3], year])


@lru_cache(maxsize=100_000)  # as above
def without_unknown_hour(text: str) -> str:
    """The day alone of one whose hour is said to be unknown, `04/02/2026 (time unk)`, or is only a
    part of the day, `9 janvier, matin`."""
    return _unknown().sub("", _part_behind_day().sub(r"\g<day>", text)).strip()


def says_no_hour(text: str) -> bool:
    """Whether a text says that the hour of its day is not known."""
    return without_unknown_hour(text) != text.strip()


def names_hours(unit: str) -> bool:
    """Whether a unit is that of hours: `h`, `hrs`, `heures`."""
    return re.fullmatch(_HOURS, unit, re.IGNORECASE) is not None


def says_same_day(text: str) -> bool:
    """Whether a text stands for the day of its row: `same day`."""
    return _beside("same_day").fullmatch(text.strip()) is not None


def with_usual_group(text: str, form: str) -> str:
    """A date-time group with the blanks and the digits of the year that a format has, its zone as
    hours where the format takes any; one of another zone, and any other text, as it is."""
    found, zone = _GROUP.fullmatch(text.strip()), form[6:].strip()[:1].replace("%", "")
    if found is None:
        return text
    letter, takes_any = found[2].upper(), "%z" in form
    if letter not in _ZONES or (not letter if takes_any else (letter or zone) != zone):
        return text
    year = found[4] if "%Y" not in form or len(found[4]) > 2 else f"20{found[4]}"
    parts = {"%d%H%M": found[1], "%b": found[3], "%Y": year, "%y": year[-2:]}
    parts |= {"%z": f"{hours_east(letter):+03d}:00"} if takes_any else {}
    for sign, part in parts.items():
        form = form.replace(sign, part)
    return form


def hours_east(letter: str) -> int:
    """Hours east of Greenwich of the military time zone that a letter names; J names none."""
    hours = _ZONES.index(letter)
    return hours if hours <= 12 else 12 - hours


@cache
def _unknown() -> re.Pattern[str]:
    before = r"(?:^|\s*[,/|–-]?\s+|,?\s*\(\s*)"
    alone = rf"^\s*(?:{_words('part_of_day')})\s*$"  # behind an hour it tells which: `4:45 مساء`
    return re.compile(rf"{before}(?:{_words('unknown')})\s*\)?\s*$|{alone}", re.IGNORECASE)


@cache
def _part_behind_day() -> re.Pattern[str]:
    part = rf"(?:au |in the |dans la )?(?:{_words('part_of_day')})"
    year = r"(?:[-/.]\d{4}|[^\W\d_]\.? ?(?:19|20)\d\d)"  # four digits behind a blank may be an hour
    day = rf"(?P<day>.*(?:[^\W_][-/]\d{{1,2}}|[^\W\d_]{{3}}\.?|{year}))"
    return re.compile(rf"{day}(?:\s*,\s*|\s+[–-]?\s*)\(?{part}\)?\s*$", re.IGNORECASE)


@cache
def _beside(kind: str) -> re.Pattern[str]:
    """`same day`, `le lendemain` before a time, `(J+1)` behind it."""
    return re.compile(rf"(?:^|\s)\(?(?:{_words(kind)})\)?(?=\s|$)", re.IGNORECASE)


@cache
def _words(kind: str) -> str:
    names = sorted(listed()["times"][kind], key=lambda name: (-len(name), name))
    return "|".join(map(re.escape, names))
