"""Which options undo the shape of a sheet: what a table shows of each."""

import calendar
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from itertools import chain, groupby, takewhile
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from indicators.definitions.contracts import contracts
from pipelines.ingest.mapping.written.written_dates import (
    bare_day,
    day_of_span,
    is_month,
)
from pipelines.ingest.readers.sheet_shape import (
    DAY_NUMBER,
    DAYS_OF_MONTH,
    MARKS,
    MONTH_OF_LIST,
    day_and_clock,
    day_of_month,
    days_listed,
    footnotes,
    headings,
    lines_between,
    month_told,
    parts_told,
    with_year,
    year_told,
)
from pipelines.ingest.readers.table import SourceTable
from pipelines.setup.proposal.matching import notation
from pipelines.setup.proposal.matching.columns import header_likeness
from pipelines.setup.proposal.matching.concepts import meanings
from pipelines.setup.proposal.matching.texts import GROUPED, MISSING
from pipelines.setup.proposal.matching.wide import month_of
from pipelines.setup.proposal.matching.words import (
    column_names,
    folded,
    listed_words,
    readings,
    total_words,
    words_for_none,
)

_SURELY = 0.9
FRENCH = re.compile(r"[éèêàçôûî]|\b(?:de|du|des|le|la|et)\b|\b[ld]['’]", re.IGNORECASE)
_PARTS_OF_SUMS, _MOST_OF_TOTAL = {"grand", "sou", "sous", "sub", "s"}, 6  # words
_MOST_BEFORE_TOTAL = 4  # words, with it
_FIRST_SERIAL, _LAST_SERIAL = 36_526, 73_050  # 2000 to 2099
_MOST_FILLED = 0.6  # share of rows
_SUB_TOTAL = r"^\s*(sous|sub|s)[-/ ]?total"
_GROUPED_FROM = 4  # of the first columns
NAMED_ABOVE = 3  # columns
_LEAST_BLANK = 0.3  # share of the rows below others
_OF_SEVERAL = 0.7  # share of rows whose text is another than those before
_DAY_WORDS = frozenset({"date", "day", "jour", "تاريخ"})
_MOST_WORDS = 0.2  # of the cells of a column of numbers of days
_DAYS_IN_NUMBERS = re.compile(r"\d{1,2} ?[-–] ?\d{1,2}/\d{1,2}")  # `05-06/04`
_DAY_AND_MONTH = re.compile(r"\d{1,2}([/-])\d{1,2}|\d\d(\.)\d\d")  # `4.5` is a number
_MONTH = re.compile(r"(?:\d{1,2}(?:er|st)?[ /.-])?([^\W\d_]+\.?)")  # `Avril`, `6 juillet`, `1-Jan`
_LEAST_MARKED, _MOST_MARKED = 2, 0.9  # rows with one cross, and their share
_FEWEST_DAYS, _MOST_CROSSES = 5, 0.8  # columns of days; share of their texts
_PARTS = (("Status", "Date", "Reason"), ("Statut", "Date", "Motif"))
_MOST_STATUSES, _LEAST_TOLD = 12, 0.1  # texts; share of the cells that tell more than a status
_DITTOS = frozenset(
    map(
        folded,
        (
            *("same", "même", "idem", "id", "ditto", "dito", "do", "ibid", "as above"),
            *("same as above", "same source", "même source", "same place", "même lieu"),
            *("comme ci-dessus", "كذلك", "كالسابق", "نفسه", "نفس المصدر", "نفس المكان", "كما سبق"),
        ),
    )
)
_MARKS = {
    *("-do-", "-Do-", "-DO-", "do.", '"', "''", "″", "〃", "“", "”", "»", "-//-", "//"),
    *("-''-", '-"-', "--''--", "-“-", "-”-"),
}


def is_not_told(option: str, value: Any, before: SourceTable, after: SourceTable) -> bool:
    """Whether nothing tells the year or the month that an option would take."""
    if option == "year_of_file":
        return bool(after.rows.equals(before.rows))
    return option == "calendar" and not _holds_days(after, value)


def _dittos(table: SourceTable) -> list[str]:
    """Texts that stand for the one above, of columns that say something else in their first row;
    of a trend `same` is an answer."""
    found: set[str] = set()
    answers: set[str] = set()
    for name in table.header:
        texts = [text.strip() for text in table.rows[name].to_pylist() if text and text.strip()]
        dittos = {text for text in texts[1:] if folded(text) in _DITTOS or text in _MARKS}
        if dittos and header_likeness("threat_assessments", "trend", name)[0] >= _SURELY:
            answers |= dittos
        elif dittos and texts[0] not in dittos:
            found |= dittos
    return sorted(found - answers)


def blank_beside_dittos(table: SourceTable) -> list[str]:
    """Columns of the unit of a row in which some cells say `idem` and others nothing."""
    texts = {name: table.rows[name].to_pylist() for name in table.header}
    units = (name for name in table.header
             if header_likeness("activities", "unit_code", name)[0] >= _SURELY)  # fmt: skip
    return [name for name in units if texts[name] and texts[name][0] and None in texts[name]
            and any(text and folded(text) in _DITTOS for text in texts[name])]  # fmt: skip


def serial_dates(table: SourceTable, missing: Sequence[str] = ()) -> list[str]:
    """Columns of days, by their name or by the others, whose numbers are all days of this century,
    as a workbook counts. `missing`: what a person calls empty."""
    texts = {name: table.rows[name].drop_null().to_pylist() for name in table.header}
    return [name for name, held in texts.items() if are_serial(held, _names_a_day(name), missing)]


def _names_a_day(header: str) -> bool:
    words = {word for reading in readings(header) for word in reading.split()}
    words.update({"day"} if header.casefold().endswith((" le", " on")) else ())  # `Dissous le`
    return bool(_DAY_WORDS & words) or any(word in _dated_names() for word in readings(header))


@cache
def _dated_names() -> frozenset[str]:
    """Names of all columns that take dates or times."""
    return frozenset(
        word
        for table, contract in contracts().items()
        for name, column in contract.columns.items()
        if column.base_type in ("date", "time")
        for word in column_names(table, name)
    )


def are_serial(texts: Sequence[str], are_named: bool, missing: Sequence[str] = ()) -> bool:
    """Whether texts are numbers of days, as a workbook counts them, or all but days and words for
    none; `are_named`: the column bears the name of a day."""
    nothing = words_for_none("yet") | {*map(folded, missing)}
    told = [text.strip() for text in texts if text.strip() and text.strip() not in MISSING]
    told = [text for text in told if folded(text) not in nothing]
    numbers = [text for text in told if re.fullmatch(r"[\d.,]+", text) and text.count(".") < 2]
    days = [text for text in told if text not in numbers]
    if days and notation.dates(days, with_time=False).share < 1:
        if len(days) > _MOST_WORDS * len(told) or any(map(re.compile(r"\d").search, days)):
            return False
        days = []  # a few words among them (`dropped out`) a person is asked about
    return (
        bool(numbers)
        and (are_named or bool(days))
        and all(
            re.fullmatch(r"\d{5}(\.\d+)?", text) and _FIRST_SERIAL <= float(text) < _LAST_SERIAL
            for text in numbers
        )
    )


def _marked(table: SourceTable) -> dict[str, list[str]]:
    """Columns side by side of which nearly every row marks one with a cross, by what stands above
    them all, else by their names."""
    held = {name: table.rows[name].drop_null().unique().to_pylist() for name in table.header}
    is_marked = {name: bool(texts) and MARKS.issuperset(text.strip().casefold() for text in texts)
                 for name, texts in held.items()}  # fmt: skip
    runs = (
        [*names]
        for (is_one, _), names in groupby(
            table.header, lambda name: (is_marked[name], _group(name))
        )
        if is_one
    )
    return {
        _group(names[0]) or " / ".join(names): names
        for names in runs
        if len(names) > 1 and _marks_one(table, names)
    }


def _calendar(table: SourceTable) -> dict[str, list[str]]:
    """Columns side by side that are days, or the numbers of days, in which some rows have
    crosses, or that are months, in which they list days."""
    name = "Jour" if any(map(FRENCH.search, table.header)) else "Day"
    for is_one, names in groupby(table.header, _names_its_day):
        own = [*names] if is_one else []
        texts = [text.strip().casefold() for text in _texts_of(table, own) if not text.isdigit()]
        crosses = sum(text in MARKS for text in texts)
        if len(own) >= _FEWEST_DAYS and crosses >= max(_LEAST_MARKED, _MOST_CROSSES * len(texts)):
            return {name: own}
    for is_one, names in groupby(table.header, _names_its_month):
        own = [*names] if is_one else []
        listed = [days_listed(text) for text in _texts_of(table, own)]
        if all(listed) and sum(len(days) > 1 for days in listed) > len(listed) / 2:
            return {name: own}
    return {}


def _in_parts(table: SourceTable) -> dict[str, list[str]]:
    """Columns of months, or of kinds of returns side by side, in whose cells a status may have its
    day or its reason beside."""
    months = [name for name in table.header if month_of(name, (2000, 2000))]
    names = months or _with_the_same_statuses(table)
    texts = _without_missing(table, names)
    cells = [one for text in texts if (one := _cell_in_parts(text))]
    statuses = {status for status, *_ in cells}
    is_told = sum(any(rest) for _, *rest in cells) > _LEAST_TOLD * len(texts)
    is_coded = 2 <= len(statuses) <= min(_MOST_STATUSES, len(cells) / 2)
    if len(names) < 2 or len(cells) < _SURELY * len(texts) or not (is_told and is_coded):
        return {}
    parts = _PARTS[any(map(FRENCH.search, table.header))]
    return {name: [f"{name}{GROUPED}{part}" for part in parts] for name in names}


def _with_the_same_statuses(table: SourceTable) -> list[str]:
    """The columns whose cells all begin with one of a few statuses that others have too, a day
    behind some in each."""
    held: dict[str, set[str | None]] = {}
    for name in table.header:
        texts = _without_missing(table, [name])
        cells = takewhile(bool, map(_cell_in_parts, texts))  # most columns end with their first
        told = [cell for cell in cells if cell]
        days = sum(bool(day) for _, day, _ in told)
        if len(told) == len(texts) and days > _LEAST_TOLD * len(texts):
            held[name] = {status for status, *_ in told}
    shared = Counter(chain.from_iterable(held.values()))
    return [name for name, own in held.items() if max(shared[one] for one in own) > 1]


def _without_missing(table: SourceTable, names: Sequence[str]) -> list[str]:
    return [text.strip() for text in _texts_of(table, names) if text.strip() not in MISSING]


def _cell_in_parts(text: str) -> tuple[str | None, ...] | None:
    """The parts of a cell, where what stands for a day is one; none of a day by itself."""
    parts = parts_told(text) if bare_day(text) == text else None
    is_dated = not (parts and parts[1]) or notation.is_day(with_year(parts[1], "2000"))
    return parts if is_dated else None


def not_missing(table: SourceTable, in_parts: Mapping[str, Sequence[str]]) -> set[str]:
    """Texts beside which a day or a reason stands: `NA` of `NA (road)`."""
    told = (zip(*(table.rows[part].to_pylist() for part in parts), strict=True)
            for parts in in_parts.values())  # fmt: skip
    return {status for cells in told for status, *rest in cells if any(rest)}


def _texts_of(table: SourceTable, names: Sequence[str]) -> list[str]:
    return [text for name in names for text in table.rows[name].drop_null().to_pylist()]


def _names_its_month(header: str) -> bool:
    month = header.rpartition(GROUPED)[2].strip()
    return bool(MONTH_OF_LIST.fullmatch(month)) and notation.is_day(day_of_month(1, month))


def _names_its_day(header: str) -> bool:
    day = header.rpartition(GROUPED)[2].strip()  # below that of the week
    return bool(DAY_NUMBER.fullmatch(day)) or notation.is_day(day)


def _holds_days(table: SourceTable, calendar: Mapping[str, Sequence[str]]) -> bool:
    """Whether the month of a calendar is told, so that its numbers are days."""
    (name,) = calendar
    texts = [text for text in table.rows[name].unique().to_pylist() if ": " not in text]
    return bool(texts) and notation.dates(texts, with_time=False).share == 1


def _group(name: str) -> str:
    return name.rpartition(" / ")[0]


def _marks_one(table: SourceTable, names: Sequence[str]) -> bool:
    rows = zip(*(table.rows[name].is_valid().to_pylist() for name in names), strict=True)
    crosses = [sum(row) for row in rows]
    return len(crosses) >= _LEAST_MARKED and crosses.count(1) >= _MOST_MARKED * len(crosses)


def _days_of_month(table: SourceTable) -> list[str]:
    """The first columns where they are named as days and hold their numbers alone, in a sheet whose
    name tells the month."""
    if not tells_a_month(table.sheet):
        return []
    days = [name for name in table.header[:2] if not _DAY_WORDS.isdisjoint(readings(name))]
    texts = {name: table.rows[name].drop_null().to_pylist() for name in days}
    numbers = {name: [*filter(_is_number_of_day, texts[name])] for name in days}
    return [name for name in days if numbers[name] and len(numbers[name]) >= 0.8 * len(texts[name])]


def _is_number_of_day(text: str) -> bool:
    """Whether a text is the number of a day, perhaps below a day of the week: `mar 20`."""
    return bool(DAY_NUMBER.fullmatch(bare_day(f"{text.strip()} May").removesuffix(" May")))


def tells_a_month(sheet: str) -> bool:
    """Whether the name of a sheet is that of a month."""
    told = f"1 {month_told(sheet, '2000')}"
    return bool(sheet) and notation.dates([told], with_time=False).share == 1


def _without_year(table: SourceTable) -> list[str]:
    """Columns of months, or of days of one, without their year, perhaps with a time of day; below
    the name of a day also in numbers. Some may have it."""

    def is_day(text: str, name: str) -> bool:
        plain = bare_day(text)
        day, clock = day_and_clock(plain)
        is_span = DAYS_OF_MONTH.fullmatch(day) or _DAYS_IN_NUMBERS.fullmatch(day)
        day = day_of_span(day, 1) if is_span else day
        if numbers := _DAY_AND_MONTH.fullmatch(day):
            sign = numbers[1] or numbers[2]
            written = notation.dates([f"{day}{sign}2000"], with_time=False)
            is_dated = plain != text or bool(clock) or _names_a_day(name)
            is_dated = is_dated or bool(year_told(name, ""))
            return is_dated and written.share == 1
        month = _MONTH.fullmatch(day)
        return month is not None and tells_a_month(f"{month[1]} 2000")

    def is_whole(text: str) -> bool:
        day, _ = day_and_clock(bare_day(text))
        return year_told(day, "") is not None and notation.dates([day], with_time=False).share == 1

    texts = {name: table.rows[name].drop_null().unique().to_pylist() for name in table.header}
    none = words_for_none("zero") | words_for_none("yet") | words_for_none("never")
    told = {
        name: [
            text
            for text in held
            if text not in MISSING
            and folded(text) not in none
            and folded(text).split(" ")[0] not in total_words()  # its row is none
        ]
        for name, held in texts.items()
    }
    return [
        name
        for name, days in told.items()
        if any(is_day(text, name) for text in days)
        and all(is_day(text, name) or is_whole(text) for text in days)
        and not all(notation.YEAR.fullmatch(text.split()[-1]) for text in days)  # `4-Apr 2026`
    ]


def _month_of_whole(table: SourceTable) -> str | None:
    """What a column of the month is called, where the name of the sheet alone tells it."""
    words = listed_words("parts_of_a_day")["month"]
    dated = {folded(word) for word in words} | _DAY_WORDS | _dated_rows()
    of_returns = {f"{one.rpartition(GROUPED)[0]}{GROUPED}Date" for one in table.header
                  if one.rpartition(GROUPED)[2] in (parts[0] for parts in _PARTS)}  # fmt: skip
    is_dated = any("date" in folded(name).split() or not dated.isdisjoint(readings(name))
                   for name in table.header if name not in of_returns)  # fmt: skip
    if is_dated or not tells_a_month(table.sheet):
        return None
    english = {name.casefold() for name in (*calendar.month_name, *calendar.month_abbr)}
    return words[0] if english.intersection(table.sheet.casefold().split()) else words[1]


@cache
def _dated_rows() -> frozenset[str]:
    """Names of the days and months that rows are counted by."""
    dated = ((table, one.date_column) for table, one in contracts().items() if one.date_column)
    return frozenset(word for table, name in dated for word in column_names(table, name))


def _totals(table: SourceTable) -> list[str]:
    """Texts that stand for a sum, of the first columns and of those that hold a sub-total; of the
    next file another day or number stands in them."""
    found: set[str] = set()
    for number, column in enumerate(table.rows.columns):
        is_part = pc.match_substring_regex(column, _SUB_TOTAL, ignore_case=True)
        is_first = number <= 1 or pc.any(is_part).as_py()
        if not is_first and number >= NAMED_ABOVE:
            continue
        texts = column.to_pylist()
        for text in filter(None, dict.fromkeys(texts)):
            words = folded(text).replace("-", " ").split()
            if not _is_total(words):
                continue
            is_plain = not {*words[1:]} - {"general"} or words[0] in _PARTS_OF_SUMS
            is_short = any(_is_short(table, at) for at, one in enumerate(texts) if one == text)
            if is_short or (is_first and is_plain):
                found.add(_of_next_file(text) if is_short else text.strip())
    return sorted(found)


def _of_next_file(text: str) -> str:
    """The text of a sum with a star for what follows its first words: `Total alerts *`; for its
    number where it stands before them: `Wk * total`."""
    words = text.split()
    if folded(words[0]) not in total_words() and folded(words[-1]) in total_words():
        return re.sub(r"\d+", "*", text.strip())
    kept = [*takewhile(lambda word: word.isalpha() and not is_month(word), words)]
    return f"{' '.join(kept)} *" if 1 < len(kept) < len(words) else text.strip()


def _is_short(table: SourceTable, at: int) -> bool:
    """Whether a row leaves half of its cells empty, or one of the first that most others fill: one
    of a `Total station` does not."""
    if 2 * sum(column[at].is_valid for column in table.rows.columns) <= len(table.header):
        return True
    most = table.rows.num_rows * _MOST_FILLED
    return any(
        not column[at].is_valid and len(column) - column.null_count >= most
        for column in table.rows.columns[:NAMED_ABOVE]
    )


def _is_total(words: Sequence[str]) -> bool:
    """Whether words are those of a sum: `Total patrols`, `S/Total`, `Wk 1 total`."""
    first = words[1:] if words[:1] and words[0] in _PARTS_OF_SUMS else words
    is_behind = 1 < len(words) <= _MOST_BEFORE_TOTAL and words[-1] in total_words()
    return is_behind or (0 < len(first) <= _MOST_OF_TOTAL and first[0] in total_words())


def _groups(table: SourceTable) -> list[str]:
    """The first columns, where a text stands for the rows below it up to the next text; a number
    of the row may stand before the only day, or before a unit."""
    if of_month := _days_of_month(table):
        return of_month  # of the rows of a day often the first alone tells it
    columns = table.header[_first_of_groups(table) :]
    heads = [*takewhile(partial(_stands_for_more, table), columns[:2])]
    if len(heads) > 1 and _begins_without_hour(*(table.rows[name] for name in heads)):
        heads = heads[:1]
    if not heads:
        return [name for name in columns if _stands_for_more(table, name) and _begins(table, name)]
    blank = max((table.rows[name].is_null() for name in heads), key=lambda one: pc.sum(one).as_py())
    if pc.mean(blank).as_py() < _LEAST_BLANK:
        return []
    found = [name for name in columns if name in heads or (
        _stands_for_more(table, name) and not pc.any(
            pc.and_(table.rows[name].is_null(), pc.invert(blank))).as_py())]  # fmt: skip
    rest = [number for number, name in enumerate(table.header) if name not in found]
    return found if all(_is_full(table, number) for number in rest[:1]) else []


def _begins_without_hour(days: pa.ChunkedArray, hours: pa.ChunkedArray) -> bool:
    """Whether a day begins in a row without an hour, which is not that of the day before."""
    are_hours = notation.clock_formats(hours.drop_null().unique().to_pylist())
    return bool(are_hours and pc.any(pc.and_(days.is_valid(), hours.is_null())).as_py())


def _stands_for_more(table: SourceTable, name: str) -> bool:
    """Whether a column begins with a text and is empty further down; a number may be a sum."""
    texts = table.rows[name].to_pylist()
    there = [text for text in texts if text]
    is_counted = all(re.fullmatch(r"[\d.,]+", text) for text in there)
    return bool(texts and texts[0]) and 0 < len(there) <= 0.9 * len(texts) and not is_counted


def _begins(table: SourceTable, name: str) -> bool:
    """Whether a column is filled where another, that has a text in each row, changes, and there
    alone: it is said once for the rows of a unit."""
    filled = table.rows[name].is_valid()
    if not 2 <= pc.sum(filled).as_py() <= len(filled) / 2:
        return False
    others = (column for column in table.rows.columns if not column.null_count)
    below = filled.slice(1)  # the first row begins in any case
    return any(
        pc.not_equal(column.slice(1), column.slice(0, len(column) - 1)).equals(below)
        for column in others
    )


def _first_of_groups(table: SourceTable) -> int:
    """The column from which texts may stand for rows below: behind what each row has of its own
    the only day or a unit, behind the first where its cells reach over several rows any."""
    days = [name for name in table.header if _DAY_WORDS.intersection(folded(name).split())]
    at = next((at for at in range(len(table.header)) if not _is_full(table, at)), 0)
    name = table.header[at]
    if at == 1:
        first = table.rows.column(0)
        is_merged = pc.count_distinct(first).as_py() < _OF_SEVERAL * table.rows.num_rows
        return int(is_merged or days == [name] or {"unit"} in meanings(folded(name)))
    return at if at < _GROUPED_FROM and days == [name] and folded(name) in _DAY_WORDS else 0


def _is_full(table: SourceTable, number: int) -> bool:
    """Whether few cells of the column of this number are empty."""
    return table.rows.column(number).null_count < 0.2 * table.rows.num_rows


def _groups_between(table: SourceTable) -> str | bool:
    """What a column of the names of groups between rows is called; `True`: they have none."""
    found = sum(headings(table)) + len(lines_between(table))
    if not 0 < 2 * found <= table.rows.num_rows:
        return False
    name = "Groupe" if any(map(FRENCH.search, table.header)) else "Group"
    return True if name in table.header else name


SHAPES: dict[str, Callable[[SourceTable], Any]] = {
    "totals": _totals,
    "footnotes": lambda table: footnotes(table) > 0,
    "headings": _groups_between,
    "marked": _marked,
    "ditto": _dittos,
    "fill_down": _groups,
    "in_parts": _in_parts,
    "calendar": _calendar,
    "serial_dates": serial_dates,
    "month_of_sheet": _days_of_month,
    "year_of_file": _without_year,
    "sheet_as": _month_of_whole,
}
"""Options of the shape of a sheet, with what a table shows of each."""
