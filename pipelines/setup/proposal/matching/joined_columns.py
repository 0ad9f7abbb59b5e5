"""What a contract column is made of when no single column of the file holds it: a day and its clock
in two columns, latitude and longitude in one, numbers with their words. What one column holds is
`columns.py`."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache
from itertools import pairwise
from operator import eq
from typing import Any

from indicators.definitions.contracts import Contract, contracts
from pipelines.ingest.mapping.model import SUM
from pipelines.ingest.mapping.written.written_dates import day_of_span
from pipelines.ingest.mapping.written.written_numbers import (
    counted_words,
    counts_beside,
    numbers_of_cell,
)
from pipelines.ingest.mapping.written.written_places import grid_degrees, part_of_pair
from pipelines.ingest.mapping.written.written_times import (
    day_part,
    has_hours,
    says_days_later,
    says_same_day,
    with_usual_clock,
)
from pipelines.setup.proposal.matching import notation
from pipelines.setup.proposal.matching.concepts import (
    column_meanings,
    meanings,
    says_only_when,
)
from pipelines.setup.proposal.matching.texts import GROUPED, ColumnProposal, Texts
from pipelines.setup.proposal.matching.words import (
    code_names,
    folded,
    listed_words,
    words_for_none,
)

WOMEN = ("women_personnel_count", "women_count")  # of the personnel of a row
_PAIRS_LOOKED_AT = 50
_NIGHTS = "nights_out"
_UNNAMED, _ONLY_LEFT, _SUMMED = 0.6, 0.5, 0.85
_LATITUDE, _OLDEST, _FEWEST_SPANS = 90, 120, 2
_PRECISION = "date_precision"
_LEAST_WORDED = 0.8  # share of the texts with a number
_REFERENCE = re.compile(
    r"(?P<word>[^\W\d_]{3,} (?=\S*\d))?(?P<letters>[^\W\d_]{2,})[-_/ .]*[^\s\d]*\d\S*(?:[ /-]\S+)*"
)
_AT = frozenset(map(folded, ("at", "à")))
_ALIKE = 2  # first letters: `INC` of an incident, `OPO` of an operation
_MOST, _LEAST_OF_ROW = 0.9, 0.4  # share of the texts of a column


def with_clocks(
    contract: Contract, chosen: Sequence[ColumnProposal], columns: Sequence[Texts]
) -> list[ColumnProposal]:
    """Times whose column holds days alone with their hours, and hours alone with their day."""
    taken = {header for one in chosen for header in one.headers}
    first = contract.date_column
    ordered = sorted(chosen, key=lambda one: one.column != first)
    dated = next((one.headers[0] for one in ordered if one.column == first), None)
    found = {}
    for one in ordered:
        found[one.column] = _joined(contract, one, columns, taken, dated)
        taken.update(found[one.column].headers)
        if one.column == first:
            dated = found[one.column].headers[0]
    if _NIGHTS in found:  # an end without a day of its own is so many nights after that of the row
        found = {
            name: replace(one, entry={**one.entry, "nights": _NIGHTS})
            if "after" in one.entry and not _has_days(one, columns)
            else one
            for name, one in found.items()
        }
    return [found[one.column] for one in chosen]


def _has_days(one: ColumnProposal, columns: Sequence[Texts]) -> bool:
    """Whether some ends have a day of their own, in a column or before their hour: `04 Jul 1100`;
    nights would be added to it."""
    hours = next(texts for texts in columns if texts.header == one.headers[-1])
    return len(one.headers) > 2 or any(map(notation.own_day, hours.values))


def with_days(
    contract: Contract, chosen: Sequence[ColumnProposal], columns: Sequence[Texts]
) -> list[ColumnProposal]:
    """The day of a table's date, which no column holds alone, from one of times of day."""
    day, by_header = contract.date_column, {texts.header: texts for texts in columns}
    if day is None or contract.columns[day].base_type != "date":
        return list(chosen)
    if any(one.column == day for one in chosen):
        return list(chosen)
    if parts := _year_month_day(columns):
        month = "%m" if all(text.isdigit() for text in parts[1].values) else "%B"
        headers = tuple(texts.header for texts in parts)
        whole = ColumnProposal(day, headers, 0.88, ("joined",), {"formats": [f"%Y {month} %d"]})
        return [*(one for one in chosen if one.headers[0] not in headers), whole]
    times = [one for one in chosen if contract.columns[one.column].base_type == "time"]
    own = f"{day.removesuffix('_on')}_at"  # not its report; of an interview rather its start
    times.sort(key=lambda one: (one.column != own, one.column == "ended_at"))
    for one in (one for one in times if len(one.headers) == 1):
        written = notation.days_of_times(by_header[one.headers[0]].values)
        if written.share >= _MOST:
            sure = 0.6 if written.is_ambiguous else 0.85
            reasons = ("day_of_time", *(("day_or_month_first",) if written.is_ambiguous else ()))
            if "submitted" in one.reasons:
                sure, reasons = min(sure, one.confidence), (*reasons, "submitted")
            return [*chosen, ColumnProposal(day, one.headers, sure, reasons, written.keys)]
    return list(chosen)


def _year_month_day(columns: Sequence[Texts]) -> list[Texts]:
    """The three columns that make a day together, each named as what it is, or none."""
    named = listed_words("parts_of_a_day")
    words = [{folded(word) for word in named[part]} for part in ("year", "month", "day")]
    found = [next((one for one in columns if folded(one.header) in each and one.values), None)
             for each in words]  # fmt: skip
    whole = [one for one in found if one is not None]
    return whole if len(whole) == len(words) else []


def with_precision(
    contract: Contract, chosen: Sequence[ColumnProposal], columns: Sequence[Texts]
) -> list[ColumnProposal]:
    """How precise the date of a row is, where months stand among days: `January 2026`."""
    by_name = {one.column: one for one in chosen}
    dated = by_name.get(contract.date_column or "")
    if dated is None or _PRECISION not in contract.columns or _PRECISION in by_name:
        return list(chosen)
    values = next(texts.values for texts in columns if texts.header == dated.headers[0])
    months = notation.months_of(values, dated.entry.get("formats", ()))
    if not 0 < len(months) < len(values):
        return list(chosen)
    entry = {"recode": dict.fromkeys(months, "month"), "otherwise": "day"}
    reasons = ("months_among_days",)
    return [*chosen, ColumnProposal(_PRECISION, dated.headers, _UNNAMED, reasons, entry)]


def with_only_day(
    contract: Contract, chosen: Sequence[ColumnProposal], columns: Sequence[Texts]
) -> list[ColumnProposal]:
    """The date of a table that no name tells: the one column of days that nothing else takes."""
    day, taken = contract.date_column, {header for one in chosen for header in one.headers}
    if day is None or any(one.column == day for one in chosen):
        return list(chosen)
    is_time = contract.columns[day].base_type == "time"
    free = [texts for texts in columns if texts.header not in taken and texts.values]
    written = [(texts, notation.dates(texts.values, with_time=is_time)) for texts in free]
    dated = [one for one in written if one[1].share >= _MOST and not _are_counts(one[0])]
    if len(dated) > 1:  # what stands above all rows is the day of none
        dated = [one for one in dated if len(one[0].values) > 1]
    if len(dated) != 1:
        return list(chosen)
    texts, how = dated[0]
    reasons = ("only_day", *(("day_or_month_first",) if how.is_ambiguous else ()))
    only = ColumnProposal(day, (texts.header,), 0.6, reasons, how.keys)
    return [*chosen, *with_clocks(contract, [only], columns)]


def with_next_clock(
    contract: Contract, chosen: Sequence[ColumnProposal], columns: Sequence[Texts]
) -> list[ColumnProposal]:
    """Times of day without a name of their own: behind the day its hour, behind the hour of the
    start that of the end."""
    day, by_name = contract.date_column or "", {one.column: one for one in chosen}
    if day not in by_name or "template" in by_name[day].entry:
        return list(chosen)
    is_time = contract.columns[day].base_type == "time"
    name = "ended_at" if is_time else f"{day.removesuffix('_on')}_at"
    headers, taken = by_name[day].headers, {header for one in chosen for header in one.headers}
    if name in by_name or name not in contract.columns or len(headers) != 1 + is_time:
        return list(chosen)
    before = next(place for place, one in enumerate(columns) if one.header == headers[-1])
    for texts in columns[before + 1 : before + 2]:
        if texts.header not in taken and texts.values and notation.clock_formats(texts.values):
            alone = ColumnProposal(name, (texts.header,), _UNNAMED, ())
            found = _joined(contract, alone, columns, taken, headers[0])
            return [*chosen, replace(found, confidence=_UNNAMED)]
    return list(chosen)


def with_days_left(
    contract: Contract, chosen: Sequence[ColumnProposal], columns: Sequence[Texts]
) -> list[ColumnProposal]:
    """Days under names that tell nothing, where as many dates of the table are left as the file has
    such columns: all that it requires, or one alone."""
    taken = {header for one in chosen for header in one.headers}
    named = {one.column for one in chosen}
    open_ = [name for name, one in contract.columns.items()
             if one.base_type in ("date", "time") and name not in named]  # fmt: skip
    needed = [name for name in open_ if contract.columns[name].required]
    free = [one for one in columns if one.header not in taken and _is_day(one)]
    free = [one for one in free if not _are_counts(one) and says_only_when(one.header)]
    wanted = next((one for one in (open_, needed) if one and len(one) == len(free)), [])
    if not wanted or (len(wanted) > 1 and wanted != needed):
        return list(chosen)
    more = []
    for name, texts in zip(wanted, free, strict=True):
        if contract.columns[name].base_type == "date":
            keys = notation.dates(texts.values, with_time=False).keys
            more.append(ColumnProposal(name, (texts.header,), _ONLY_LEFT, ("only_day",), keys))
    return [*chosen, *more]


def hours_of_their_days(columns: Sequence[Texts]) -> frozenset[str]:
    """Headers of hours that tell nothing without the day before them: `Verified / time` behind
    `Verified / date`, `at` behind `Reported on`."""
    return frozenset(
        hour.header
        for day, hour in pairwise(columns)
        if (_is_of_one_name(day.header, hour.header) or folded(hour.header) in _AT)
        and notation.clock_formats(hour.values)
        and _is_day(day)
    )


def _is_of_one_name(*headers: str) -> bool:
    names = {header.rpartition(GROUPED)[0] for header in headers}
    return len(names) == 1 and "" not in names


def _are_counts(texts: Texts) -> bool:
    return all(text.isdigit() for text in texts.values)


def _joined(
    contract: Contract,
    one: ColumnProposal,
    columns: Sequence[Texts],
    taken: set[str],
    dated: str | None,
) -> ColumnProposal:
    """One proposal with the other half of its time; `dated`: the day that every row has."""
    if contract.columns[one.column].base_type != "time":
        return one
    by_header = {texts.header: texts for texts in columns}
    at = next(place for place, texts in enumerate(columns) if texts.header == one.headers[0])
    own, free = columns[at], [texts for texts in columns if texts.header not in taken]
    own = replace(own, values=tuple(text for text in own.values if text not in _none_of(one)))
    nearest = sorted(free, key=lambda texts: abs(columns.index(texts) - at))
    lacks_year = notation.have_no_year(own.values)
    if lacks_year or notation.clock_formats(own.values):
        days = [texts for texts in nearest if _is_day(texts)]
        is_of_row = one.column == f"{(contract.date_column or '').removesuffix('_on')}_at"
        of_row = [by_header[dated]] if dated and _holds_a_day(by_header[dated], is_of_row) else []
        once = [texts for texts in days if len(texts.values) == 1]  # such as when it was updated
        days = [texts for texts in days if texts not in once]
        days = [*of_row, *days] if is_of_row or lacks_year else [*days, *of_row]
        days += once
        if not days:
            return one
        joined = _of_two(one, days[0], own)
        is_of_start = days[0].header == dated or any(map(says_days_later, own.values))
        if not is_of_start or one.column == contract.date_column:
            return joined
        return _after_start(contract, joined)
    is_same = any(map(says_same_day, own.values))
    own = replace(own, values=tuple(text for text in own.values if not says_same_day(text)))
    if not _is_day(own):
        return one
    after = [texts for texts in free if columns.index(texts) > at]
    clock = next((texts for texts in after if notation.clock_formats(texts.values)), None)
    if clock is None:
        return replace(one, entry=_day_keys(own))
    joined = _of_two(one, own, clock)
    has_own = own.is_full or _is_of_one_name(own.header, clock.header)
    if dated in (None, own.header) or (has_own and not is_same):
        return joined
    # its own day stands in some rows only: else it is of the day of its row
    of_start = _of_two(one, by_header[str(dated)], clock)
    forms = dict.fromkeys([*joined.entry["formats"], *of_start.entry["formats"]])
    headers = (of_start.headers[0], *joined.headers)
    both = replace(joined, headers=headers, entry={**joined.entry, "formats": [*forms]})
    return _after_start(contract, both)


def _after_start(contract: Contract, one: ColumnProposal) -> ColumnProposal:
    """A time of the day of its row: an end may be of the next."""
    begun = contract.date_column
    is_time = begun and contract.columns[begun].base_type == "time"
    return replace(one, entry={**one.entry, "after": begun}) if is_time else one


def with_ends_after(
    contract: Contract, chosen: Sequence[ColumnProposal]
) -> tuple[ColumnProposal, ...]:
    """Ends whose hour stands beside the day of the start, as a person named it since: some may be
    of the next day."""
    begun = next((one.headers for one in chosen if one.column == contract.date_column), ())

    def is_of_its_day(one: ColumnProposal) -> bool:
        is_end = one.column == _BOTH_TIMES[1] and len(one.headers) > 1
        return is_end and len(begun) > 1 and one.headers[0] == begun[0]

    return tuple(_after_start(contract, one) if is_of_its_day(one) else one for one in chosen)


def _is_day(texts: Texts) -> bool:
    if not texts.values or notation.clock_formats(texts.values):
        return False
    return notation.dates(_first_days(texts), with_time=False).share >= _MOST


def _first_days(texts: Texts) -> tuple[str, ...]:
    """Days, of several (`08-10 Jul 2026`, `30 Oct - 1 Nov 25`) the first."""
    both = [(day_of_span(one, 1), day_of_span(one, 2)) for one in texts.values]
    return tuple(first if last not in ("", first) else one
                 for one, (first, last) in zip(texts.values, both, strict=True))  # fmt: skip


def _holds_a_day(texts: Texts, is_of_row: bool) -> bool:
    """Whether texts are days, be it with a time of day; beside the hour of that very day also
    where others are spans or months, which have none."""
    least = _LEAST_OF_ROW if is_of_row else _MOST
    return _is_day(texts) or notation.days_of_times(texts.values).share >= least


def _day_keys(texts: Texts) -> dict[str, object]:
    """A format of days is named also where the texts are ISO: without one a time is refused."""
    return notation.dates(texts.values, with_time=False).keys or {"formats": ["%Y-%m-%d"]}


def _none_of(one: ColumnProposal) -> dict[str, None]:
    """The texts of a column that say that there is none."""
    recode: dict[str, str | None] = one.entry.get("recode", {})
    return {text: None for text, code in recode.items() if code is None}


def _of_two(one: ColumnProposal, day: Texts, clock: Texts) -> ColumnProposal:
    days = _first_days(day)
    of_several = {"part": 1 + (one.column == _BOTH_TIMES[1])} if days != day.values else {}
    written = notation.dates(days, with_time=False)
    if written.share < _MOST:  # the hour behind that of the day takes its place
        written = notation.days_of_times(day.values)
    forms = [*dict.fromkeys(day_part(form) for form in written.keys.get("formats", ()))]  # type: ignore[attr-defined]
    if not forms or any(notation.is_iso(text, with_time=False) for text in day.values):
        forms.append("%Y-%m-%d")
    hours = notation.clock_formats(clock.values)
    told = [with_usual_clock(f"{day.values[0]} {text}") for text in clock.values
            if notation.own_day(text)]  # fmt: skip
    own = [*notation.dates(told, with_time=True).keys.get("formats", ())]  # type: ignore[misc]
    none = _none_of(one)
    confidence = 0.6 if written.is_ambiguous else max(one.confidence, 0.88)
    reasons = tuple(reason for reason in one.reasons if reason != "same_name_other_texts")
    if written.is_ambiguous and "day_or_month_first" not in reasons:
        reasons = (*reasons, "day_or_month_first")
    return replace(
        one,
        headers=(day.header, clock.header),
        confidence=confidence,
        entry={
            "formats": [
                *dict.fromkeys([*(f"{form} {hour}" for form in forms for hour in hours), *own])
            ],
            **notation.zone_of(hours),
            **of_several,
            **({"recode": none} if none else {}),
        },
        reasons=(*reasons, "joined"),
    )


def of_several_days(name: str, columns: Sequence[Texts]) -> ColumnProposal | None:
    """The start or the end of a row by a column whose cells hold several days and one of hours, as
    a person joins them; None where these are other columns."""
    clocks = [one for one in columns if notation.clock_formats(one.values)]
    days = [one for one in columns if one not in clocks and _is_day(one)]
    if len(clocks) != 1 or len(days) != 1 or _first_days(days[0]) == days[0].values:
        return None
    named = ColumnProposal(name, (days[0].header,), 1.0, ("by_person",), {}, ())
    return _of_two(named, days[0], clocks[0])


def two_of_one_cell(contract: Contract, texts: Texts) -> list[ColumnProposal]:
    """What a column that holds two is for two of the table: coordinates, numbers, days."""
    return (
        _two_coordinates(contract, texts)
        or two_numbers(contract, texts)
        or _two_days(contract, texts)
        or _counts_with_words(contract, texts)
        or _two_references(contract, texts)
    )


def _counts_with_words(contract: Contract, texts: Texts) -> list[ColumnProposal]:
    """Counts of which each has its word, for the first column that each word means. The words of
    the others are known too, and so are texts that say that there is none."""
    every = {*_counted_words(texts.values)}
    if not every:
        return []
    words = {name: counted(contract.table, name, texts.values) for name in contract.columns}
    first = {tuple(own): name for name, own in reversed(words.items()) if own}
    none = {text: "0" for text in texts.values if folded(text) in words_for_none("zero")}
    recode = {"recode": none} if none else {}
    found = [
        (name, {"number_of": [*own], "units": sorted(every - {*own}), **recode})
        for own, name in first.items()
    ]
    return _parts_of(texts, "several_number_of", found)


def _two_references(contract: Contract, texts: Texts) -> list[ColumnProposal]:
    """Incidents in some rows and operations in others, for both columns."""
    begun = {name: beginnings(contract.table, name, texts.values)
             for name in _subjects(contract.table)}  # fmt: skip
    found = [(name, {"begins": own}) for name, own in begun.items() if own]
    return _parts_of(texts, "several_begins", found)


def _parts_of(
    texts: Texts, reason: str, found: Sequence[tuple[str, dict[str, Any]]]
) -> list[ColumnProposal]:
    """A column as several of the table, none where it is one; a person confirms it."""
    both = found if len(found) > 1 else ()
    return [ColumnProposal(name, (texts.header,), _UNNAMED, (reason,), entry)
            for name, entry in both]  # fmt: skip


def counted(table: str, name: str, values: Sequence[str]) -> list[str]:
    """The words behind the numbers that a column of the table counts, where a cell holds several
    numbers, each with its word."""
    if contracts()[table].columns[name].base_type != "int":
        return []
    return sorted(word for word in _counted_words(tuple(values)) if _means(word, table, name))


def _means(word: str, table: str, name: str) -> bool:
    """Whether a word says of a number what a column of the table counts."""
    own = meanings(folded(word)) - {frozenset()}
    return any(one <= other for one in own for other in column_meanings(table, name))


@lru_cache(maxsize=1000)  # asked of each column of each table
def _counted_words(values: tuple[str, ...]) -> tuple[str, ...]:
    """The words behind the numbers of texts of which some hold several."""
    held = [counted_words(text) for text in values if any(map(str.isdigit, text))]
    are_so = sum(map(bool, held)) >= _LEAST_WORDED * len(held) > 0
    is_several = any(len(parts) > 1 for parts in held)
    return tuple({word for parts in held for _, word in parts}) if are_so and is_several else ()


def beginnings(table: str, name: str, values: Sequence[str]) -> list[str]:
    """What references begin with that a column of the table takes, where others are those of
    another one: `INC-26-004` beside `OP-01/26`, `Incident 004` beside `Operation OP-01`."""
    subjects = _subjects(table)
    if name not in subjects:
        return []
    found = [_REFERENCE.fullmatch(text) for text in values]
    if not found or not all(found):
        return []
    told: dict[str, list[str]] = {subject: [] for subject in subjects}
    rest: list[str] = []
    for begun in dict.fromkeys(one["word"] or one["letters"] for one in found if one):
        like = begun[:_ALIKE].casefold()
        own = [subject for subject in subjects if subject.startswith(like)]
        (told[own[0]] if len(own) == 1 else rest).append(begun)
    open_ = [subject for subject, begun in told.items() if not begun]
    if rest and len(open_) == 1:  # numbers of an office of its own: `SIR-26-007`
        told[open_[0]] = rest
    return told[name] if all(told.values()) else []


@cache
def _subjects(table: str) -> tuple[str, ...]:
    """Columns of a table of which one says what a row is about: an incident, an operation."""
    rule = contracts()[table].row_rules.get("one_subject")
    return tuple(rule.columns) if rule else ()


def _two_coordinates(contract: Contract, texts: Texts) -> list[ColumnProposal]:
    """Latitude and longitude of a column that holds both; which comes first stays asked."""
    values = texts.values[:_PAIRS_LOOKED_AT]
    if "latitude" not in contract.columns or not values:
        return []
    pairs = [(part_of_pair(text, 1), part_of_pair(text, 2)) for text in values]
    if all(grid_degrees(text) for text in values):
        reasons = ("two_in_one_cell",)
        return [
            ColumnProposal(name, (texts.header,), 0.88, reasons, {"part": part})
            for name, part in (("latitude", 1), ("longitude", 2))
        ]
    fractions = [re.search(r"[.,°]", first or "") and re.search(r"[.,°]", second or "")
                 for first, second in pairs]  # fmt: skip
    if sum(map(bool, fractions)) < 0.9 * len(pairs):
        return []
    is_turned, is_sure = _order(texts.header, pairs)
    confidence = 0.88 if is_sure else 0.6
    latitude = 2 if is_turned else 1
    return [
        ColumnProposal(
            name, (texts.header,), confidence, ("two_in_one_cell",), {"part": part, **keys}
        )
        for name, part in (("latitude", latitude), ("longitude", 3 - latitude))
        for keys in [_signs([pair[part - 1] or "" for pair in pairs])]
    ]


_OF_SPAN = (
    ("started_on", "completed_on"), ("started_at", "ended_at"), ("occurred_on", "ended_on"),
    ("from_on", "to_on"), ("valid_from", "valid_to"), ("arrived_on", "departed_on"),
    ("started_on", "closed_on"),
)  # fmt: skip


def _two_days(contract: Contract, texts: Texts) -> list[ColumnProposal]:
    """The first and last day of a column that holds both, or one where they are the same."""
    names = next((pair for pair in _OF_SPAN if contract.columns.keys() >= {*pair}), ())
    both = [(day_of_span(text, 1), day_of_span(text, 2)) for text in texts.values]
    if not names or sum(first != last for first, last in both) < _FEWEST_SPANS:
        return []
    days = list(dict.fromkeys(day for pair in both for day in pair if day))
    is_time = contract.columns[names[0]].base_type == "time"
    written = notation.with_months(days, notation.dates(days, with_time=is_time))
    if written.share < _MOST:
        return []
    keys = written.keys or {"formats": ["%Y-%m-%d"]}
    reasons = ("two_days", *(("day_or_month_first",) if written.is_ambiguous else ()))
    is_timed = any(map(has_hours, keys["formats"]))  # type: ignore[call-overload]
    after = {"after": names[0]} if is_timed else {}  # its end may be of the next day
    first, second = ({"part": part, **keys} for part in (1, 2))
    return [
        ColumnProposal(name, (texts.header,), _UNNAMED, reasons, entry)
        for name, entry in zip(names, (first, second | after), strict=True)
    ]


def with_hours_of_span(
    contract: Contract, chosen: Sequence[ColumnProposal], columns: Sequence[Texts]
) -> list[ColumnProposal]:
    """Start and end of a column of their hours, `10:30 - 11:45`, behind the day of the row."""
    kinds = {name: one.base_type for name, one in contract.columns.items()}
    if any(kinds.get(name) != "time" for name in _BOTH_TIMES):
        return list(chosen)
    spans = [texts for texts in columns if hours_of_span(texts)]
    times = {name for one in chosen if one.column in _BOTH_TIMES for name in one.headers}
    taken = {header for one in chosen for header in one.headers} - times
    days = [one for one in columns if one.header not in taken and _is_day(one)]
    if len(spans) != 1 or not days:
        return list(chosen)
    both = [of_span(name, days[0], spans[0]) for name in _BOTH_TIMES]
    kept = (one for one in chosen if one.column not in _BOTH_TIMES)
    return [*(one for one in kept if spans[0].header not in one.headers), *both]


def hours_of_span(texts: Texts) -> list[list[str]]:
    """How the first and the last hour are written of a column that holds both; none otherwise."""
    both = [[day_of_span(text, part) for text in texts.values] for part in (1, 2)]
    ends = [*filter(None, both[1])]
    if len(ends) < _FEWEST_SPANS or any(map(eq, both[1], texts.values)):
        return []
    found = [notation.clock_formats(part) for part in (both[0], ends)]
    return found if all(found) else []


def of_span(name: str, day: Texts, span: Texts) -> ColumnProposal:
    """The start or the end of a row by its day and the hours of the other column."""
    part = 1 + (name == _BOTH_TIMES[1])
    forms = [f"{form} {hour}" for form in _day_keys(day)["formats"]  # type: ignore[attr-defined]
             for hour in hours_of_span(span)[part - 1]]  # fmt: skip
    entry = {"part": part, "formats": forms} | ({"after": _BOTH_TIMES[0]} if part > 1 else {})
    return ColumnProposal(name, (day.header, span.header), _UNNAMED, ("joined",), entry)


_BOTH_TIMES = ("started_at", "ended_at")
_RANGE = ("persons_low", "persons_high")
_PERSONS, _WOMEN = "personnel_count", ("women_personnel_count", "women_count")
_BETWEEN_RANGE = re.compile(r"\s*(?:–|to|à)\s*")
_BETWEEN_WHOM = re.compile(
    r"\s*(?:\([^\d+]{0,10}|,? *(?:dont|y compris|incl?\.?|including|of whom|o/w)\s*)", re.IGNORECASE
)
_WHOLE = re.compile(r"[^.,]*")
_REASONS = ("summed", "number_1_of_two", "number_2_of_two")


def two_numbers(contract: Contract, texts: Texts) -> list[ColumnProposal]:
    """The lowest and highest estimate of a column that holds both (`1493–1600`), persons and of
    them women (`17 (4)`, `12 dont 2 F`), men and women (`14/1`); a person confirms it."""
    if named := _two_counts_named(contract, texts):
        return named
    values = texts.values[:_PAIRS_LOOKED_AT]
    cells = [one for one in map(numbers_of_cell, values) if one and _WHOLE.fullmatch(one[0])]
    pairs = [one for one in cells if one["second"]]
    if not pairs or len(cells) < _MOST * len(values):
        return []
    both = [[int(re.sub(r"\D", "", one[name])) for name in ("first", "second")] for one in pairs]
    is_range = len(pairs) >= _MOST * len(values) and _are_between(_BETWEEN_RANGE, pairs)
    is_of_whom = len(pairs) >= _FEWEST_SPANS and _are_between(_BETWEEN_WHOM, pairs)
    is_of_whom = is_of_whom and _are_of_women(pairs)
    first, second = {"part": 1}, {"part": 2}
    meant: dict[str, dict[str, Any]] = {}
    if is_range and all(low <= high for low, high in both):
        are_ages = max(high for _, high in both) <= _OLDEST
        meant = {} if are_ages else dict(zip(_RANGE, (first, second), strict=True))
    elif is_of_whom and all(whole >= part for whole, part in both):
        meant = dict(zip(_strength(contract), (first, second), strict=True))
    elif sexes := _sexes_of_two(texts.header, pairs):
        women = {"part": sexes.index("F") + 1}
        is_whole = sexes == ("", "F") and all(whole >= part for whole, part in both)
        whole = first if is_whole else {"join": SUM}
        both_told = dict(zip(_strength(contract), (whole, women), strict=True))
        meant = both_told if is_whole or all(sexes) else {}
    if not contract.columns.keys() >= meant.keys():
        return []
    # `Nil` of the strength of what was cancelled: of nobody nothing is known
    none = {text: None for text in values if folded(text) in words_for_none("zero")}
    recode = {"recode": none} if none else {}
    return [
        ColumnProposal(
            name, (texts.header,), _UNNAMED, (_REASONS[entry.get("part", 0)],), {**entry, **recode}
        )
        for name, entry in meant.items()
    ]


def _two_counts_named(contract: Contract, texts: Texts) -> list[ColumnProposal]:
    """Two counts that a header names beside each other, as its cells hold them: `3 / —` below
    `Killed / injured`."""
    named = re.search(r"(\w+)\.? ?/ ?(\w+)", texts.header)
    beside = [counts_beside(text) for text in texts.values]
    if named is None or not any(beside) or sum(map(bool, beside)) < _MOST * len(beside) - 1:
        return []
    counts = [name for name, one in contract.columns.items() if one.base_type == "int"]
    found: dict[str, int] = {}
    for part, word in enumerate(named.groups(), 1):
        meant = [name for name in counts if _means(word, contract.table, name)]
        found |= dict.fromkeys(meant[:1], part)
    return [ColumnProposal(name, (texts.header,), _UNNAMED, (_REASONS[part],), {"part": part})
            for name, part in found.items() if len(found) > 1]  # fmt: skip


def _strength(contract: Contract) -> tuple[str, str]:
    """What a table calls the persons of a unit, and of them the women."""
    return _PERSONS, next((name for name in _WOMEN if name in contract.columns), _WOMEN[0])


def _are_between(signs: re.Pattern[str], pairs: Sequence[re.Match[str]]) -> bool:
    found = sum(bool(signs.fullmatch(one["between"])) for one in pairs)
    return found >= _MOST * len(pairs)


def _are_of_women(pairs: Sequence[re.Match[str]]) -> bool:
    """Whether behind the second numbers no other word stands than one for women: `4 (1F)`, but not
    `4 (1 truck)`."""
    behind = {folded(one[0][one.end("second") :].strip(" )")) for one in pairs}
    return all(not word or word in code_names("sex", "F") for word in behind)


def _sexes_of_two(header: str, pairs: Sequence[re.Match[str]]) -> tuple[str, ...]:
    """Whom `14/1` counts, where the header names women: `Str (M/F)`, `Str (all ranks/female)`."""
    named = re.search(r"(\w+) ?/ ?(\w+)", header)
    if named is None or not all(one["between"].strip() == "/" for one in pairs):
        return ()
    sexes = tuple(next((sex for sex in "FM" if folded(word) in code_names("sex", sex)), "")
                  for word in named.groups())  # fmt: skip
    return sexes if sexes.count("F") == 1 else ()


def with_sums(
    contract: Contract, chosen: Sequence[ColumnProposal], columns: Sequence[Texts]
) -> list[ColumnProposal]:
    """Counts of men and of women under one name as their sum, where the table takes no sex."""
    taken = {header for one in chosen for header in one.headers}
    named = {texts.header: without_sex(texts.header) for texts in columns}
    found = []
    for one in chosen:
        sex, rest = named[one.headers[0]]
        is_count = contract.columns[one.column].base_type == "int" and "women" not in one.column
        others = [
            header for header, (other, beside) in named.items()
            if sex and other and other != sex and header not in taken
            and in_one_gender(beside) == in_one_gender(rest)
        ]  # fmt: skip
        if is_count and "sex" not in contract.columns and len(one.headers) == len(others) == 1:
            pair = [name for name in named if name in (*one.headers, *others)]
            women = tuple(header for header in pair if named[header][0] == "F")
            if one.column == "personnel_count":
                found += _women(contract, chosen, replace(one, headers=women))
            one = summed(one, tuple(pair))
        found.append(one)
    return found


def _women(
    contract: Contract, chosen: Sequence[ColumnProposal], one: ColumnProposal
) -> list[ColumnProposal]:
    """The women of a count that is told by sex, where the table asks for them."""
    taken = {other.column for other in chosen}
    asked = one.asked(_SUMMED, "women_of_sum")
    return [replace(asked, column=name) for name in WOMEN
            if name in contract.columns and name not in taken]  # fmt: skip


def summed(one: ColumnProposal, headers: tuple[str, ...]) -> ColumnProposal:
    """A count that several columns of the file make together."""
    entry = {**one.entry, "join": SUM}
    return replace(one.asked(_SUMMED, "summed"), headers=headers, entry=entry)


def without_sex(header: str) -> tuple[str | None, tuple[str, ...]]:
    """The sex that a header names, and its other words."""
    words = folded(header.replace("/", " ")).split()
    sexes = {word: sex for word in words for sex in ("F", "M") if word in code_names("sex", sex)}
    rest = tuple(word for word in words if word not in sexes)
    return next(iter(sexes.values())) if len({*sexes.values()}) == 1 else None, rest


def in_one_gender(words: Sequence[str]) -> tuple[str, ...]:
    """Words of which `détenus` beside men and `détenues` beside women are one."""
    return tuple(word.removesuffix("e") for word in words)


def _signs(parts: Sequence[str]) -> dict[str, str]:
    return {"decimal": ","} if any("," in part for part in parts) else {}


def _order(header: str, pairs: Sequence[tuple[str | None, str | None]]) -> tuple[bool, bool]:
    """(whether longitude comes first, whether header or values say so)."""
    plain = header.casefold()
    lat, lon = (re.search(word, plain) for word in (r"lat|عرض", r"lon|lng|طول"))
    if lat and lon:
        return lon.start() < lat.start(), True
    first, second = (
        max(abs(_plain(pair[part])) for pair in pairs) > _LATITUDE for part in range(2)
    )
    return first, first != second


def _plain(text: str | None) -> float:
    found = re.match(r"[+-]?\d+(?:[.,]\d+)?", text or "")
    return float(found[0].replace(",", ".")) if found else 0.0
