"""How dates, times and numbers of a column are written, from its texts alone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache

from indicators.definitions.contracts import Column
from pipelines.ingest.mapping.written.written_dates import (
    is_month,
    is_read_by,
    with_all_digits,
    with_english_months,
)
from pipelines.ingest.mapping.written.written_numbers import (
    BLANKS,
    DECIMAL_COMMA,
    PLAIN_DIGITS,
    Signs,
    number_text,
    without_unit,
)
from pipelines.ingest.mapping.written.written_times import (
    as_read,
    hours_east,
    names_hours,
    says_no_hour,
    with_usual_clock,
    without_unknown_hour,
)
from pipelines.setup.proposal.matching.concepts import meanings
from pipelines.setup.proposal.matching.words import folded

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?( ?(Z|[+-]\d{2}:?\d{2}))?)?")
_DAYS = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d",
    "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%d %m %Y",
    "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%B %d, %Y",
    "%d-%b-%y", "%d-%m-%y", "%d %b %y", "%d-%B-%Y", "%d/%b/%Y", "%b %d, %Y", "%d%b%y", "%d%b%Y",
)  # fmt: skip
_DIGITS = ("%d%m%y", "%y%m%d")
_FEWEST_IN_DIGITS = 3  # different days
_FIRST_IN_DIGITS, _LAST_IN_DIGITS = 2010, 2040
_CLOCKS = (" %H:%M", " %H:%M:%S", " %I:%M:%S %p", "T%H:%M:%S")  # `%H:%M` reads all without seconds
_GROUPS = ("%d%H%M{} %b %y", "%d%H%M{} %b %Y")  # with the letter of a zone or without
_ISO_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M")
_LOOKED_AT = 120
_UNIT = re.compile(r"[+-]?\d[\d .,\u00a0\u202f]*?\s*([^\W\d_]{1,8})\.?|([^\W\d_]{1,4})\.? ?\d{1,3}"
                   r"|(~|≈|env|environ|approx|ca|about)\.? ?\d[\d .,\u00a0\u202f]*")  # fmt: skip
"""`7 pax`, `72 h`, `v2`, `~1,200`"""
_FEWEST_ALONE = 0.1  # share of times of day without a day, in a column where others have theirs
_MOST_CLOCKS = 0.9  # share of the texts of a column of times of day: `late` is none
# Of months the first day is meant.
_MONTHS = ("%B %Y", "%b %Y", "%b-%y", "%b %y", "%b-%Y", "%m/%Y", "%Y/%m", "%Y-%m")
_SEVERAL_GROUPS = r"[+-]?\d{1,3}(\.\d{3}){2,}(,\d+)?"
_GROUP = re.compile(r"\d{6} ?([A-IK-Z]) ?[A-Za-z]{3,4}\.? ?(?:\d{2}|\d{4})")
_WORDED = re.compile(r"(\d{1,2} )?([^\W\d_]+ )(.+)")
YEAR = re.compile(r"19[5-9]\d|20[0-5]\d")
_HOURS = {
    "%H:%M": r"\d\d?:\d\d",
    "%H:%M:%S": r"([01]?\d|2[0-3]):[0-5]\d:[0-5]\d",
    "%H:%M:%S.%f%z": r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d+(Z|[+-]\d{2}:\d{2})",
}
"""Formats of times of day, with what they read of a usual writing."""
_LIKE_A_NUMBER = re.compile(r"\d\.\d\d")
_OF_NO_YEAR = re.compile(r"\d{1,2}([-/. ])\w{1,9}")
_OWN_DAY = re.compile(r"(.*\d(?:[-/. ][^\W\d_]+\.?)?) \d\d:\d\d")


@dataclass(frozen=True)
class Written:
    """The keys of a mapping that read the texts, and for what share of them they do."""

    keys: dict[str, object]
    share: float
    is_ambiguous: bool = False


def dates(texts: Sequence[str], *, with_time: bool, of_months: bool = False) -> Written:
    """The format of dates, with a time of day where they have one; of whole months where these are
    what the column takes.

    Where day and month could be either way round in every text, both are named as ambiguous and
    the day comes first.
    """
    if not texts:
        return Written({}, 0)
    is_plain = all(text.isascii() for text in texts)
    texts = texts if is_plain else [text.translate(PLAIN_DIGITS) for text in texts]
    told = [text for text in texts if not with_time or not says_no_hour(text)]
    texts = [without_unknown_hour(text) for text in told or texts]
    rest = [text for text in texts if not is_iso(text, with_time=with_time)]
    if not rest:
        return Written({}, 1)
    looked_at = [with_usual_clock(text) for text in rest[:_LOOKED_AT]] if with_time else []
    clocks = [one for one in _CLOCKS if _may_hold(looked_at, one)]
    formats = [*_DAYS, *(_MONTHS if of_months else ())]
    formats += [day + clock for day in _DAYS for clock in clocks]
    letters = sorted({one[1] for text in rest if (one := _GROUP.fullmatch(text))})
    if with_time:
        zones = letters if len(letters) <= 1 else ["%z"]
        formats += [form.format(zone) for form in _GROUPS for zone in ("", *zones)]
    rest = rest[:_LOOKED_AT]
    if in_digits := _in_digits(rest):
        rest, formats = [with_all_digits(text, in_digits) for text in rest], in_digits
    forms: list[str] = []
    left = [text for text in rest if any(map(str.isdigit, text))]
    worded, order, is_either = len(rest) - len(left), tuple[str, ...](), False
    while left:
        one_way = [form for form in formats if not order or order_of(form) in ((), order)]
        shares = {form: _share(left, form) for form in one_way}
        form = max(one_way, key=shares.__getitem__)
        if not shares[form]:
            break
        equal = [other for other in one_way if shares[other] == shares[form]]
        is_either = is_either or _are_two_ways(equal)
        order = order or order_of(form)
        forms.append(form)
        left = [text for text in left if not _fits(text, form)]
    if not forms:
        behind = _behind_words(rest, with_time, of_months) if len(rest) == len(texts) else None
        return behind or Written({}, 1 - len(rest) / len(texts))
    iso = sum(is_iso(text, with_time=with_time) for text in texts) / len(texts)
    read = iso + (1 - (len(left) + worded) / len(rest)) * (1 - iso)
    zone = {"time_zone": _zone(letters[0])} if with_time and len(letters) == 1 else {}
    return Written({"formats": forms, **zone}, read, is_either)


def _in_digits(texts: Sequence[str]) -> list[str]:
    """The formats by which all texts are days of six digits (`010126`, the first zero perhaps
    lost) of one year or of two that follow, as other numbers seldom are."""
    if not all(re.fullmatch(r"\d{5,6}", text) for text in texts):
        return []
    whole = {with_all_digits(text, _DIGITS) for text in texts}
    if len(whole) < _FEWEST_IN_DIGITS:
        return []
    read = [form for form in _DIGITS if all(_fits(text, form) for text in whole)]
    years = {form: {datetime.strptime(text, form).year for text in whole} for form in read}
    near = range(_FIRST_IN_DIGITS, _LAST_IN_DIGITS + 1)
    return [form for form in read
            if {*years[form]} <= {*near} and max(years[form]) - min(years[form]) <= 1]  # fmt: skip


def _may_hold(texts: Sequence[str], clock: str) -> bool:
    """Whether a text has what a format of times of day has beside its numbers."""
    words = re.sub(r"%.", " ", clock).split()
    return any(all(word in text for word in words) for text in texts)


def _behind_words(texts: Sequence[str], with_time: bool, of_months: bool) -> Written | None:
    """How days are written that all have the same word before their month, as the names of sheets
    have it: `3 PATR JUIL 2026`."""
    found = [_WORDED.fullmatch(text) for text in texts]
    words = {(one[2], bool(one[1])) if one else ("", False) for one in found}
    ((word, has_day), *others) = words
    if others or not word or is_month(word):
        return None
    plain = [f"{one[1]}{one[3]}" for one in found if one]
    written = dates(plain, with_time=with_time, of_months=of_months)
    forms = [*written.keys.get("formats", ())]  # type: ignore[misc]
    before = "%d " if has_day else ""
    if written.share < 1 or not forms or any(not form.startswith(before) for form in forms):
        return None
    forms = [f"{before}{word}{form.removeprefix(before)}" for form in forms]
    return replace(written, keys={**written.keys, "formats": forms})


def _are_two_ways(forms: Sequence[str]) -> bool:
    return len({*map(order_of, forms)} - {()}) > 1


def order_of(form: str) -> tuple[str, ...]:
    """Day and month as a format of numbers alone has them; none where they cannot be exchanged."""
    found = tuple(re.findall("%[dm]", form))
    return () if form.startswith("%Y") or len(found) < 2 else found


def days_of_times(texts: Sequence[str]) -> Written:
    """How the days of texts that have a time of day are written; the time is not read."""
    written, alone = dates(texts, with_time=True), [*filter(says_no_hour, texts)]
    forms = [*written.keys.get("formats", _ISO_TIMES)]  # type: ignore[misc]
    forms += [*dates(alone, with_time=False).keys.get("formats", ())]  # type: ignore[misc]
    return replace(written, keys={**written.keys, "formats": [*dict.fromkeys(forms)]})


def are_months(texts: Sequence[str], written: Written) -> bool:
    """Whether dates, as they are written, are all of first days: of others none is a month."""
    days = (date_of(text, written) for text in texts)
    return all(day is None or day.day == 1 for day in days)


def with_months(texts: Sequence[str], written: Written) -> Written:
    """How days are written, with the months among them; the same where there are none."""
    months = months_among(texts, written)
    if not months:
        return written
    forms = [*written.keys.get("formats", ()), *months]  # type: ignore[misc]
    return replace(written, keys={**written.keys, "formats": forms}, share=1)


def months_among(texts: Sequence[str], written: Written) -> list[str]:
    """The formats of months, `January 2026`, that stand among days so written; none where what is
    left is anything else."""
    if not 0 < written.share < 1:
        return []
    left = [text for text in texts if date_of(text, written) is None]
    months = dates(left, with_time=False, of_months=True)
    forms = [*months.keys.get("formats", ())]  # type: ignore[misc]
    return forms if months.share == 1 and {*forms} <= {*_MONTHS} else []


@lru_cache(maxsize=10_000)  # asked of each header
def is_day(text: str) -> bool:
    """Whether a text by itself is a day."""
    return dates([text], with_time=False).share == 1


def months_of(texts: Sequence[str], forms: Sequence[str]) -> list[str]:
    """The texts that formats of months read, where formats of days stand beside these."""
    of_months = [form for form in forms if form in _MONTHS]
    return [text for text in texts if any(_fits(text, form) for form in of_months)]


def date_of(text: str, written: Written) -> date | None:
    """The day that a text is, of months the first; None where it is not so written."""
    forms = [*written.keys.get("formats", ()), "%Y-%m-%d"]  # type: ignore[misc]
    text = text[: 10 if is_iso(text, with_time=False) else None]
    form = next((form for form in forms if _fits(text, form)), None)
    if form is None:
        return None
    return datetime.strptime(with_english_months(as_read(text, (form,)), form), form).date()


def zone_of(forms: Sequence[str]) -> dict[str, object]:
    """The time zone that the letter behind the hours of `1055B` names; one of all of them."""
    letters = {form[4] for form in forms if re.fullmatch("%H%M[A-IK-Z]", form)}
    return {"time_zone": _zone(letters.pop())} if len(letters) == 1 == len(forms) else {}


def _zone(letter: str) -> str:
    return _zone_east(hours_east(letter)) or "Etc/GMT"


def _zone_east(hours: int) -> str:
    """The zone of so many hours east of Greenwich; empty for that of Greenwich."""
    return f"Etc/GMT{-hours:+d}" if hours else ""


def zone_told(above: Sequence[str], headers: Sequence[str]) -> str:
    """The one time zone in which lines above a table, or headers, say that its times are; none
    where a header says that its own are local."""
    lines = [found for line in above for found in _ZONE_OF_TIMES.finditer(line)]
    named = [found for header in headers if (found := _ZONE_OF_HEADER.search(header))]
    told = {_of_greenwich(found[1] or "") for found in (*lines, *named)}
    is_local = any(re.search(r"\bloca(?:l|le|les|ux)\b|\(L\)", header, re.I) for header in headers)
    return told.pop() if len(told) == 1 and not is_local else ""


def _of_greenwich(hours: str) -> str:
    return _zone_east(int(re.sub(r"\s", "", hours.replace("\u2212", "-")) or 0)) or "UTC"


_GREENWICH = (  # by its names, or as the letter in brackets
    r"(?:(?:zulu|zoulou|UTC|GMT|(?-i:TU))(?![^\W_])|(?<=[(\[])(?-i:Z)(?=[)\]]))"
    r"(?: ?h)?\s*([+\u2212-]\s*\d{1,2}(?![\d:]))?"
)
_ZONE_OF_TIMES = re.compile(  # `All times ZULU`, not `Times: local (UTC+2)`
    rf"\b(?:times?|timings?|hours?|heures?|horaires?|DTGs?)\b(?:(?!loca)[^.;|\d])*?\b{_GREENWICH}",
    re.IGNORECASE,
)
_ZONE_OF_HEADER = re.compile(
    rf"(?<![^\W_])(?:times?|heures?|DTG|date|hrs?)(?![^\W_]).*?[ _/(\[]{_GREENWICH}", re.IGNORECASE
)
_ZONED = re.compile(r"\d{4}([A-GI-Z])")  # `0320H` are hours


def is_iso(text: str, *, with_time: bool) -> bool:
    """Whether a text is an ISO date, at midnight where it may have no time of day."""
    found = _ISO.fullmatch(text)
    if found is None:
        return False
    return with_time or not found[1] or set(found[1]) <= set("T 0:.+Z")


def _share(texts: Sequence[str], pattern: str) -> float:
    return sum(_fits(text, pattern) for text in texts) / len(texts)


@lru_cache(maxsize=100_000)
def _fits(text: str, pattern: str) -> bool:
    return is_read_by(as_read(text, (pattern,)), pattern)


def clock_formats(texts: Sequence[str]) -> list[str]:
    """How a column that holds times of day alone is written, the most usual first; none where it
    holds more than a few others, or years, of which `2010` could be ten past eight."""
    if texts and all(YEAR.fullmatch(text) for text in texts):
        return []
    plain = (text.translate(PLAIN_DIGITS) for text in texts)
    texts = [text for text in plain if without_unknown_hour(text)]
    if any(map(_LIKE_A_NUMBER.fullmatch, texts)):  # `7.25` is no time of day
        return []
    days = [own_day(text) for text in texts]
    whole = sum(bool(re.search(r"\d{4}", day)) for day in days)
    found = list[str]()
    left = [with_usual_clock(text) for text, day in zip(texts, days, strict=True) if not day]
    if whole > len(texts) / 2 or len(left) < _FEWEST_ALONE * len(texts):
        return []
    most = (1 - _MOST_CLOCKS) * len(texts)
    letters = {one[1] for text in left if (one := _ZONED.fullmatch(text))}
    zoned = {f"%H%M{letter}": rf"([01]\d|2[0-3])[0-5]\d{letter}" for letter in letters}
    while left:
        read = {form: [text for text in left if re.fullmatch(what, text)]
                for form, what in {**_HOURS, **zoned}.items()}  # fmt: skip
        best = max(read, key=lambda form: len(read[form]))
        if not read[best]:
            break
        found.append(best)
        left = [text for text in left if text not in read[best]]
    return found if len(left) <= most else []


def have_no_year(texts: Sequence[str]) -> bool:
    """Whether each time of day has its day, but no year: `31/07 21h45`; `3/8 2026` has one where
    all are so written."""
    known = [text for text in texts if without_unknown_hour(text)]
    days = [own_day(text) for text in known]
    have_years = all(YEAR.fullmatch(text.split()[-1]) for text in known)
    return bool(days) and not have_years and all(map(_OF_NO_YEAR.fullmatch, days))


def own_day(text: str) -> str:
    """The day that a time bears in a column of times: `09/01` of `09/01 05:05`."""
    found = _OWN_DAY.fullmatch(with_usual_clock(text))
    return found[1] if found else ""


def numbers(texts: Sequence[str], column: Column) -> Written:
    """Decimal and thousands signs of numbers, and the one unit that stands behind some (`72 h`);
    blanks of all kinds need none."""
    if not texts:
        return Written({}, 0)
    if units := _units(texts):
        alone = numbers([without_unit(text, units) for text in texts], column)
        return replace(alone, keys={**alone.keys, "units": units})
    ways: list[dict[str, object]] = [
        {},
        {"decimal": ","},
        {"thousands": ","},
        {"decimal": ",", "thousands": "."},
    ]
    if any(re.fullmatch(DECIMAL_COMMA, re.sub(BLANKS, " ", text)) for text in texts):
        ways.remove({"thousands": ","})
    found = [Written(keys, _number_share(texts, keys, column)) for keys in ways]
    best = max(found, key=lambda entry: entry.share)
    rivals = [entry for entry in found if entry.share == best.share]
    # 1,200 may be 1200 or 1.2: only one of the two can be meant, where no other text tells
    signs = [entry for entry in rivals if entry.keys in ({"decimal": ","}, {"thousands": ","})]
    if len(signs) > 1 and best in signs and any(text.isdigit() for text in texts):
        best = signs[-1]  # beside 12 and 30 rather 1200
    is_open = len(signs) > 1 or best.keys == {"decimal": ",", "thousands": "."}
    plain = [re.sub(BLANKS, " ", text) for text in texts]
    told = any(re.fullmatch(rf"{DECIMAL_COMMA}|{_SEVERAL_GROUPS}", text) for text in plain)
    return Written(best.keys, best.share, best.keys != {} and is_open and not told)


def _units(texts: Sequence[str]) -> list[str]:
    """The word that stands behind numbers, as it is written; none where there are two."""
    found = {one[1] or one[2] or one[3] for text in texts if (one := _UNIT.fullmatch(text))}
    is_one = len({meanings(folded(unit)) for unit in found}) == 1
    return sorted(found) if is_one or all(map(names_hours, found)) else []


def _number_share(texts: Sequence[str], keys: dict[str, object], column: Column) -> float:
    """The share of texts that are numbers in the range of the column."""
    signs = Signs(**keys)  # type: ignore[arg-type]
    read = (number_text(text, signs, whole=column.base_type == "int") for text in texts)
    return sum(text is not None and _is_in_range(float(text), column) for text in read) / len(texts)


def _is_in_range(number: float, column: Column) -> bool:
    low, high = column.minimum, column.maximum
    return (low is None or number >= low) and (high is None or number <= high)
