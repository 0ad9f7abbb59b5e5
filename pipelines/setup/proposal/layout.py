"""How an unknown file is laid out: reader, encoding, delimiter, sheet, header row and its rows."""

import calendar
import codecs
import csv
import glob
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from importlib import import_module
from io import StringIO
from itertools import groupby, takewhile
from operator import ne
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from indicators.definitions.contracts import contracts
from indicators.foundation.errors import Problem, WrongUse
from pipelines.ingest.mapping.written.written_dates import is_month, without_weekday
from pipelines.ingest.readers import reader, reader_of
from pipelines.ingest.readers.codebook import (
    FORM_SHEETS,
    LABEL_COLUMN,
    Codebook,
    Question,
    codebook_of,
    labels_within,
)
from pipelines.ingest.readers.ged import NEEDED
from pipelines.ingest.readers.hxl import headers_above, is_tags
from pipelines.ingest.readers.sheet_shape import (
    DAY_NUMBER,
    MARKS,
    MergedText,
    day_and_clock,
    days_listed,
    footnotes,
    headings,
    joined_names,
    labels_told,
    month_told,
    with_column,
    year_told,
)
from pipelines.ingest.readers.table import SourceTable
from pipelines.ingest.readers.workbook import Workbook
from pipelines.setup.proposal.matching import notation
from pipelines.setup.proposal.matching.columns import header_likeness, questions_by_choice
from pipelines.setup.proposal.matching.concepts import meanings
from pipelines.setup.proposal.matching.survey import Answered, questions
from pipelines.setup.proposal.matching.texts import GROUPED, MISSING, Texts, texts_of
from pipelines.setup.proposal.matching.words import (
    all_column_names,
    column_names,
    folded,
    listed_words,
    readings,
    total_words,
)

_TEXTS = ("totals", "ditto")  # texts that stand in one sheet and mean the same in another
_TOLD = ("footnotes", "headings")  # whether a sheet has such rows
_OF_ONE_SHEET = ("sheet", "calendar", *_TOLD, *_TEXTS)
_HEADER = ("header_row", "header_rows")
_SURELY = 0.9
_HEADER_LOOKED_FOR = 25  # rows from the top
_DELIMITERS = (",", ";", "\t", "|")
_RECORDS_LOOKED_AT = 200
_OF_ONE_BYTE = ("cp1252", "mac_roman", "cp1256", "latin-1")  # the first of those that read alike
_TYPED = "«»‹›“”„‘’‚–—…•°ºª€£·§²³½¼\xa0،؛؟\u200c\u200d"
SEVERAL = "*"  # the name of sheets that are read below each other
WORKBOOKS = ("xlsx", "xls", "ods")
_PUBLISHED = {
    "ged": set(NEEDED),
    "form_export": {"_uuid", "_submission_time"},
    "radpko": {"mission", "base", "date", "year", "untrp", "unpol", "unmob"},
}
_OPENED_BY = {"xlsx": "pipelines.ingest.readers.ooxml"}
_OF_FORM = {"encoding", "delimiter", "sheet"}
_MOST_FILLED = 0.6  # share of rows
_PARTS_OF_SUMS, _MOST_OF_TOTAL = {"grand", "sou", "sous", "sub", "s"}, 6  # words
_SUB_TOTAL = r"^\s*(sous|sub|s)[-/ ]?total"
_DITTOS = {
    *("same", "meme", "idem", "id", "ditto", "dito", "do", "ibid", "as above", "same as above"),
    *("كذلك", "كالسابق", "نفسه"),
}
_MARKS = {
    *("-do-", "-Do-", "-DO-", "do.", '"', "''", "″", "〃", "“", "”", "»", "-//-", "//"),
    *("-''-", '-"-', "--''--", "-“-", "-”-"),
}
_GROUPED_FROM = 4  # of the first columns
_NAMED_ABOVE = 3  # columns
_LEAST_BLANK = 0.3  # share of the rows below others
_OF_SEVERAL = 0.7  # share of rows whose text is another than those before
_DAY_WORDS = frozenset({"date", "day", "jour", "تاريخ"})
_MOST_WORDS = 0.2  # of the cells of a column of numbers of days
_FIRST_SERIAL, _LAST_SERIAL = 36_526, 73_050  # 2000 to 2099
_DAY_AND_MONTH = re.compile(r"\d{1,2}([/-])\d{1,2}|\d\d(\.)\d\d")  # `4.5` is a number
_MONTH = re.compile(r"(?:\d{1,2}(?:er|st)?[ /.-])?([^\W\d_]+\.?)")  # `Avril`, `6 juillet`, `1-Jan`
_LEAST_MARKED, _MOST_MARKED = 2, 0.9  # rows with one cross, and their share
_MOST_AGAIN = 0.3  # share of the names of a header
_FEWEST_DAYS, _MOST_CROSSES = 5, 0.8  # columns of days; share of their texts
_IS_NUMBER = re.compile(r"[\d.,:/\s-]*$|\d{4}")
_IS_SPAN = re.compile(r"\d{1,2}\s*[-–]\s*\d{1,2}")  # of ages
_NUMBERED_SHEET = re.compile(r"\W*(?:(?:sheet|feuil(?:le)?|tabelle|hoja)\W*)?\d*\W*", re.IGNORECASE)
_FRENCH = re.compile(r"[éèêàçôûî]|\b(?:de|du|des|le|la|et)\b|\b[ld]['’]", re.IGNORECASE)
_DATED = re.compile(r"(?:\d{1,2}[/.-]){1,2}20\d\d|20\d\d(?:[/.-]\d{1,2}){1,2}")
"""A month or day: above what is none it is the name of a column."""
_LABELLED = ("spss", "stata")
Cells = Sequence[Sequence[str | None]]


@dataclass(frozen=True)
class Layout:
    """One sheet as it would be read, and why so; `above`: what stands above its header;
    `missing`: texts that say that there is no value."""

    reader: str
    options: dict[str, Any]
    table: SourceTable
    book: Codebook = field(default_factory=dict)
    above: tuple[str, ...] = ()
    missing: tuple[str, ...] = MISSING

    @cached_property
    def texts(self) -> list[Texts]:
        """What each column holds; a column of labels stands beside its codes and says no more."""
        labels = {f"{name}{LABEL_COLUMN}" for name in self.book}
        return [
            one for one in texts_of(self.table, self.book, self.missing) if one.header not in labels
        ]

    @cached_property
    def questions(self) -> tuple[Answered, ...]:
        """The items of a survey that its columns answer."""
        return questions(self.texts)


def layouts(path: Path, form: Path | None = None) -> list[Layout]:
    """The sheets of the file that hold a table, with what its form says of them, be it that of two
    sheets beside the answers. Raises WrongUse where it cannot be read at all."""
    found = _layouts(path)
    if {one.table.sheet for one in found} > {*FORM_SHEETS}:
        found, form = [one for one in found if one.table.sheet not in FORM_SHEETS], form or path
    book = codebook_of(form) if form else {}
    return [
        replace(
            one,
            book=book or (labels_within(path, one.table) if one.reader in _LABELLED else one.book),
        )
        for one in found
    ]


def _layouts(path: Path) -> list[Layout]:
    name = reader_of(path.suffix.lower())
    if name in WORKBOOKS:
        book = _opened(path, name)
        found = list(_of_workbook(path, name, book))
        found = [*_of_several(found, book), *found]
    elif name != "csv":
        found = [Layout(name, {}, _read(path, name, {}))]
    else:
        found = [_of_text(path)]
    if not found:
        raise WrongUse(Problem("empty_file", path.name))
    return found


def _opened(path: Path, name: str) -> Workbook:
    book: Workbook = import_module(
        _OPENED_BY.get(name, f"pipelines.ingest.readers.{name}")
    ).workbook(path)
    return book


def _of_several(found: Sequence[Layout], book: Workbook) -> Iterator[Layout]:
    """Most sheets of a workbook where they have one header, below each other: one a month, one a
    unit; a sheet of notes or of lists beside them is known and not read."""

    if len(found) < 2 or found[0].reader == "hxl":
        return
    form = Counter(_form(one) for one in found).most_common(1)[0][0]
    several = [one for one in found if _form(one) == form]
    names = set(several[0].table.header)
    others = [set(one.table.header) for one in found if one not in several]
    if len(several) < 2 or any(2 * len(names & other) >= len(names) for other in others):
        return  # one that is nearly alike may be a month with a slip: a person says so
    options = _options_of_several(several, book)
    name = options.get("sheet_name_as", "")
    table = _below([with_column(one.table, name, one.table.sheet) for one in several])
    yield Layout(several[0].reader, options, table, above=several[0].above)


def _form(one: Layout) -> str:
    """What sheets that are read below each other have in common."""
    own = {name: value for name, value in one.options.items() if name not in _OF_ONE_SHEET}
    return repr((one.reader, one.table.header, own))


def _options_of_several(several: Sequence[Layout], book: Workbook) -> dict[str, Any]:
    """All sheets, so that one of the next month is read as well, but those that hold else."""
    read = [one.table.sheet for one in several]
    others = [name for name in book.sheets if name not in read and book.holds_something(name)]
    own = {name: value for name, value in several[0].options.items() if name != "sheet"}
    for name in _TEXTS:
        texts = [text for one in several for text in one.options.get(name, ())]
        own |= {name: sorted(set(texts))} if texts else {}
    own |= {name: True for name in _TOLD if any(one.options.get(name) for one in several)}
    calendars = [one.options["calendar"] for one in several if "calendar" in one.options]
    longest = max(calendars, key=lambda one: len(next(iter(one.values()))), default=None)
    own |= {"calendar": longest} if longest else {}
    known = {"ignore_sheets": [glob.escape(name) for name in others]}
    own |= {"sheet_name_as": called} if (called := _name_of_sheets(several)) else {}
    return {"sheets": "*", **(known if others else {}), **own}


def _name_of_sheets(several: Sequence[Layout]) -> str | None:
    """What a column of the sheets' names is called, where these may tell a place or a unit."""
    header, names = several[0].table.header, [one.table.sheet for one in several]
    if any(_tells_a_month(name) or _NUMBERED_SHEET.fullmatch(name) for name in names):
        return None
    name = "Feuille" if any(map(_FRENCH.search, header)) else "Sheet"
    return None if name in header else name


def below_each_other(path: Path, several: Sequence[Layout]) -> Layout:
    """The sheets that a person names, as one, in the shape of the first of them."""
    first = several[0]
    options = _options_of_several(several, _opened(path, first.reader))
    return replace(first, options=options, table=_read(path, first.reader, options))


def _below(tables: Sequence[SourceTable]) -> SourceTable:
    """The sheets below each other."""
    if len(tables) == 1:
        return tables[0]
    rows = pa.concat_tables([table.rows for table in tables], promote_options="default")
    numbers = pa.concat_arrays([table.row_numbers for table in tables])
    return replace(tables[0], sheet=SEVERAL, rows=rows, row_numbers=numbers)


def _read(path: Path, name: str, options: dict[str, Any]) -> SourceTable:
    return _below(list(reader(name).read(path, options)))


def with_questions(path: Path, one: Layout) -> Layout:
    """An export of a form with each question as one column whose choices alone have columns."""
    name, header = "form_export", set(one.table.header)
    is_form = _PUBLISHED[name] <= header and one.options.keys() <= _OF_FORM
    if not is_form or not (asked := questions_by_choice(one.texts)):
        return one
    options = {**one.options, "select_multiple": asked}
    return replace(one, reader=name, options=options, table=_read(path, name, options))


def in_other_shape(path: Path, layout: Layout, said: Mapping[str, Any]) -> Layout:
    """The sheet as a person says that it is laid out; what they leave open is looked for anew."""
    header = {name: said[name] for name in _HEADER if name in said}
    kept = {name: value for name, value in layout.options.items() if name not in _SHAPES}
    laid = layout
    if any(layout.options.get(name, 1) != value for name, value in header.items()):
        shaped = _shaped(path, layout.reader, {**kept, **header})
        laid = replace(shaped, book=layout.book)
    named = {
        name: [text for text in texts if name == "ditto" or text in laid.table.header]
        for name, texts in said.items()
        if name not in (*_HEADER, "missing")
    }
    if "missing" in said:
        laid = replace(laid, missing=tuple(text for text in MISSING if text in said["missing"]))
    if said.get("missing") and laid.reader in (*WORKBOOKS, "csv"):
        serial = _serial_dates(laid.table, said["missing"])
        named["serial_dates"] = [*laid.options.get("serial_dates", ()), *serial]
    options = {name: value for name, value in {**laid.options, **named}.items() if value != []}
    if options == laid.options:
        return laid
    return replace(laid, options=options, table=_read(path, layout.reader, options))


def _of_workbook(path: Path, name: str, book: Workbook) -> Iterator[Layout]:
    sheets = [(sheet, book.texts(sheet)) for sheet in book.sheets]
    for sheet, texts in sheets:
        options: dict[str, Any] = {"sheet": sheet} if len(sheets) > 1 else {}
        if name == "xlsx" and any(is_tags(cells) for cells in texts[:_HEADER_LOOKED_FOR]):
            yield _of_tags(path, options)
            continue
        row = header_row(texts)
        if row is None:
            continue
        options |= _header_options(texts, row)
        yield replace(_shaped(path, name, options), above=_above(texts, row))


def _labels(above: Cells, names: Sequence[str | None]) -> dict[str, list[str]]:
    """Words above the header that are names of columns, with what stands behind them."""
    there = {folded(name) for name in names if name}
    found = [label for label in labels_told(above) if folded(label) not in there
             and any(reading in all_column_names() for reading in readings(label))]  # fmt: skip
    return {"labels_above": found} if found else {}


def _of_tags(path: Path, options: dict[str, Any]) -> Layout:
    """A tagged sheet, its headers the wording of its tags."""
    above = headers_above(path, options).items()
    book = {tag: Question((header,)) for tag, header in above}
    return Layout("hxl", options, _read(path, "hxl", options), book)


def _shaped(path: Path, name: str, options: dict[str, Any]) -> Layout:
    """The table in the shape that its options give it: each is looked for in what those before
    it leave."""
    shape: dict[str, Any] = {}
    table = _read(path, name, options)
    beside = _blank_beside_dittos(table)
    above = options.get("labels_above", [])
    for option, found_in in _SHAPES.items():
        value = found_in(replace(table, rows=table.rows.drop_columns(above)))
        if option == "fill_down" and beside:
            value = list(dict.fromkeys([*value, *beside]))
        if value:
            before, table = table, _read(path, name, options | shape | {option: value})
            if _is_not_told(option, value, before, table):
                table = before
            else:
                shape[option] = value
    return Layout(name, options | shape, table)


def _is_not_told(option: str, value: Any, before: SourceTable, after: SourceTable) -> bool:
    """Whether nothing tells the year or the month that an option would take."""
    if option == "year_of_file":
        return bool(after.rows.equals(before.rows))
    return option == "calendar" and not _holds_days(after, value)


def _dittos(table: SourceTable) -> list[str]:
    """Texts that stand for the one above, of columns that say something else in their first row."""
    found: set[str] = set()
    for column in table.rows.columns:
        texts = [text.strip() for text in column.to_pylist() if text and text.strip()]
        dittos = {text for text in texts[1:] if folded(text) in _DITTOS or text in _MARKS}
        if dittos and texts[0] not in dittos:
            found |= dittos
    return sorted(found)


def _blank_beside_dittos(table: SourceTable) -> list[str]:
    """Columns of the unit of a row in which some cells say `idem` and others nothing."""
    texts = {name: table.rows[name].to_pylist() for name in table.header}
    units = (name for name in table.header
             if header_likeness("activities", "unit_code", name)[0] >= _SURELY)  # fmt: skip
    return [name for name in units if texts[name] and texts[name][0] and None in texts[name]
            and any(text and folded(text) in _DITTOS for text in texts[name])]  # fmt: skip


def _serial_dates(table: SourceTable, missing: Sequence[str] = ()) -> list[str]:
    """Columns of days, by their name or by the others, whose numbers are all days of this century,
    as a workbook counts. `missing`: what a person calls empty."""
    texts = {name: table.rows[name].drop_null().to_pylist() for name in table.header}
    return [name for name, held in texts.items() if _are_serial(held, _names_a_day(name), missing)]


def holds_serial_days(layout: Layout, header: str) -> bool:
    """Whether a column that a person calls one of days holds those that a workbook counts."""
    is_text = header in layout.table.header and layout.reader in (*WORKBOOKS, "csv")
    return is_text and _are_serial(layout.table.rows[header].drop_null().to_pylist(), True)


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


def _are_serial(texts: Sequence[str], are_named: bool, missing: Sequence[str] = ()) -> bool:
    nothing = {folded(word) for word in (*listed_words("nothing")["yet"], *missing)}
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
    name = "Jour" if any(map(_FRENCH.search, table.header)) else "Day"
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


def _texts_of(table: SourceTable, names: Sequence[str]) -> list[str]:
    return [text for name in names for text in table.rows[name].drop_null().to_pylist()]


def _names_its_month(header: str) -> bool:
    month = header.rpartition(GROUPED)[2].strip()
    return not month.isalpha() and notation.is_day(f"1{'-' if '-' in month else ' '}{month}")


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
    if not _tells_a_month(table.sheet):
        return []
    days = [name for name in table.header[:2] if not _DAY_WORDS.isdisjoint(readings(name))]
    texts = {name: table.rows[name].drop_null().to_pylist() for name in days}
    numbers = {name: [*filter(DAY_NUMBER.fullmatch, map(str.strip, texts[name]))] for name in days}
    return [name for name in days if numbers[name] and len(numbers[name]) >= 0.8 * len(texts[name])]


def _tells_a_month(sheet: str) -> bool:
    told = f"1 {month_told(sheet, '2000')}"
    return bool(sheet) and notation.dates([told], with_time=False).share == 1


def _without_year(table: SourceTable) -> list[str]:
    """Columns of which every text is a month, or a day of one, without its year, perhaps with a
    time of day; below the name of a day also in numbers."""

    def is_day(text: str, name: str) -> bool:
        day, _ = day_and_clock(without_weekday(text))
        if numbers := _DAY_AND_MONTH.fullmatch(day):
            sign = numbers[1] or numbers[2]
            written = notation.dates([f"{day}{sign}2000"], with_time=False)
            is_dated = _names_a_day(name) or bool(year_told(name, ""))
            return is_dated and written.share == 1
        month = _MONTH.fullmatch(day)
        return month is not None and _tells_a_month(f"{month[1]} 2000")

    texts = {name: table.rows[name].drop_null().unique().to_pylist() for name in table.header}
    told = {name: [text for text in held if text not in MISSING] for name, held in texts.items()}
    return [
        name for name, days in told.items() if days and all(is_day(text, name) for text in days)
    ]


def _month_of_whole(table: SourceTable) -> str | None:
    """What a column of the month is called, where the name of the sheet alone tells it."""
    words = listed_words("parts_of_a_day")["month"]
    dated = {folded(word) for word in words} | _DAY_WORDS | _dated_rows()
    is_dated = any("date" in folded(name).split() or not dated.isdisjoint(readings(name))
                   for name in table.header)  # fmt: skip
    if is_dated or not _tells_a_month(table.sheet):
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
        if not is_first and number >= _NAMED_ABOVE:
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
    """The text of a sum with a star for what follows its first words: `Total alerts *`."""
    words = text.split()
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
        for column in table.rows.columns[:_NAMED_ABOVE]
    )


def _is_total(words: Sequence[str]) -> bool:
    """Whether words are those of a sum: `Total patrols`, `S/Total`."""
    first = words[1:] if words[:1] and words[0] in _PARTS_OF_SUMS else words
    return 0 < len(first) <= _MOST_OF_TOTAL and first[0] in total_words()


def _groups(table: SourceTable) -> list[str]:
    """The first columns, where a text stands for the rows below it up to the next text; a number
    of the row may stand before the only day, or before a unit."""
    if of_month := _days_of_month(table):
        return of_month  # of the rows of a day often the first alone tells it
    columns = table.header[_first_of_groups(table) :]
    heads = [*takewhile(partial(_stands_for_more, table), columns[:2])]
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


_SHAPES: dict[str, Callable[[SourceTable], Any]] = {
    "totals": _totals,
    "footnotes": lambda table: footnotes(table) > 0,
    "headings": lambda table: 0 < 2 * sum(headings(table)) <= table.rows.num_rows,
    "marked": _marked,
    "ditto": _dittos,
    "fill_down": _groups,
    "calendar": _calendar,
    "serial_dates": _serial_dates,
    "month_of_sheet": _days_of_month,
    "year_of_file": _without_year,
    "sheet_as": _month_of_whole,
}
"""Options of the shape of a sheet, with what a table shows of each."""


def _header_options(texts: Cells, row: int) -> dict[str, Any]:
    """`header_row`, `header_rows` where a row of groups stands right above it, `labels_above`."""
    options: dict[str, Any] = {} if row == 1 else {"header_row": row}
    if row > 1 and _is_row_of_groups(texts[row - 2], texts[row - 1]):
        options = {"header_row": row - 1, "header_rows": 2}
        if row == 2:
            del options["header_row"]
    elif row < len(texts) and _divides(texts[row], texts[row - 1]):
        options["header_rows"] = 2
    return options | _labels(texts[: options.get("header_row", 1) - 1], texts[row - 1])


def _divides(below: Sequence[str | None], names: Sequence[str | None]) -> bool:
    """Whether the row below the names says what each part of those is that reach over several
    columns (`Date`: `from`, `to`), and hardly anything else (`Time` below an `End`)."""
    gaps = {at for at, text in enumerate(names) if not text and any(names[at:])}
    last = max((at for at, text in enumerate(names) if text), default=0)
    gaps |= {at for at in range(last + 1, len(below)) if below[at]}
    said = {at for at, text in enumerate(below) if text}
    texts = [below[at] or "" for at in said]
    tall = {at for at, text in enumerate(names) if isinstance(text, MergedText) and text.height > 1}
    if len(tall) > 1 and said and said.isdisjoint(tall) and not any(map(_IS_NUMBER.match, texts)):
        return True  # the workbook says that names reach down to where the others are divided
    alone = said - gaps - {at - 1 for at in gaps}
    is_told = bool(gaps) and gaps <= said and 2 * len(alone) <= len(gaps) * (0 not in said)
    return is_told and not any(
        _IS_NUMBER.match(text) for text in texts if not _IS_SPAN.fullmatch(text)
    )


def _is_row_of_groups(above: Sequence[str | None], names: Sequence[str | None]) -> bool:
    """Whether the row above tells names apart that occur twice, or makes known names of more."""
    filled = sum(1 for text in above if text)
    plain = [text for text in names if text]
    if filled < 2:
        return False
    beside = sum(1 for text, name in zip(above, names, strict=False) if text and not name)
    if len(set(plain)) < len(plain) or (beside >= _NAMED_ABOVE and filled > len(plain)):
        return True  # or the row above names columns of which the lower says no more
    joined, alone = _known(joined_names([above, names])), _known(names)
    return joined > alone or (filled < len(plain) and 0 < alone <= 2 * joined)


def _known(names: Sequence[str | None]) -> int:
    """How many are names of a column as they stand."""
    return sum(folded(name) in all_column_names() for name in names if name)


def _of_text(path: Path) -> Layout:
    data = path.read_bytes()
    encoding = _encoding(data)
    text = data.decode(encoding or "utf-8-sig", errors="replace")
    delimiter = _delimiter(text)
    records = list(_records(text, delimiter))
    options: dict[str, Any] = {"encoding": encoding} if encoding else {}
    options |= {"delimiter": delimiter} if delimiter != "," else {}
    if any(is_tags(fields) for _, fields in records[:_HEADER_LOOKED_FOR]):
        return _of_tags(path, options)
    texts = [[field.strip() for field in fields] for _, fields in records]
    found = header_row(texts)
    if found is None:
        raise WrongUse(Problem("empty_file", path.name))
    names = set(texts[found - 1])
    kind = next((name for name, needed in _PUBLISHED.items() if needed <= names), "csv")
    shape = _header_options(texts, found) if kind == "csv" else {"header_row": found}
    line = records[shape.pop("header_row", 1) - 1][0]
    options |= ({"header_row": line} if line != 1 else {}) | shape
    if kind == "csv":
        return replace(_shaped(path, kind, options), above=_above(texts, found))
    return Layout(kind, options, _read(path, kind, options))


def _above(texts: Cells, row: int) -> tuple[str, ...]:
    """The texts above the row of names: a title, a reporting period."""
    return tuple(text for cells in texts[: row - 1] for text in cells if text)


def _encoding(data: bytes) -> str | None:
    """None for UTF-8, which is what a reader takes anyway."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return None
    return min(_OF_ONE_BYTE, key=lambda name: _oddities(data, name))


def _oddities(data: bytes, encoding: str) -> float:
    """How many signs of another alphabet than English are out of place: a capital within a word,
    what no text of people has."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return math.inf
    return sum(
        not (sign.isalpha() or sign in _TYPED)
        or (sign.isupper() and before.isalpha() and (before.islower() or after.islower()))
        for before, sign, after in zip(f" {text}", text, f"{text[1:]} ", strict=False)
        if not sign.isascii()
    )


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """(line, fields) of the first records."""
    found = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    try:
        for fields in found:
            yield line, fields
            line = found.line_num + 1
            if line > _RECORDS_LOOKED_AT:
                return
    except csv.Error:
        return


def _delimiter(text: str) -> str:
    """The sign that cuts most records into the same number of fields, and into most of them."""

    def evenness(sign: str) -> float:
        counts = Counter(len(fields) for _, fields in _records(text, sign) if any(fields))
        if not counts:
            return 0
        fields, records = max(counts.items(), key=lambda entry: (entry[0] > 1, entry[1]))
        return (fields > 1) * records / sum(counts.values()) * min(fields, 10) ** 0.5

    return max(_DELIMITERS, key=evenness)


def header_row(texts: Cells) -> int | None:
    """The row (1-based) that names most columns: words, not numbers, best those we know."""
    best, place, widest = 0.0, None, 0
    for number, row in enumerate(texts[:_HEADER_LOOKED_FOR], start=1):
        others = [*filter(partial(ne, row), texts[: 2 * _HEADER_LOOKED_FOR])]
        score = _header_score(row, texts[number : number + _HEADER_LOOKED_FOR], others, widest)
        widest = max(widest, sum(1 for text in row if text))
        if score > best:
            best, place = score, number
    return place


def _column(rows: Cells, at: int) -> list[str]:
    return [text.strip() for row in rows for text in row[at : at + 1] if text]


def _header_score(row: Sequence[str | None], below: Cells, others: Cells, widest: int) -> float:
    """How well a row names the columns of those below; `others`: all rows but this one, which a
    page may repeat; `widest`: cells of the fullest row above, of which a row of totals has few."""
    there = {at: text.strip() for at, text in enumerate(row) if text and text.strip()}
    cells = [*there.values()]
    is_marked = any(text.casefold() in MARKS for text in cells)  # a cross names nothing
    if not cells or is_marked or not any(any(text for text in entry) for entry in below):
        return 0
    words = [
        text
        for at, text in there.items()
        if not re.fullmatch(r"[\d\s.,:/%+-]+", text)
        or (_DATED.fullmatch(text) and not any(map(_DATED.fullmatch, _column(below, at))))
    ]
    known = sum(any(word in all_column_names() for word in readings(text)) for text in cells)
    width = max(sum(1 for text in entry if text) for entry in below)
    cover = min(1.0, len(cells) / max(width, widest, 1))
    distinct = len(set(cells)) / len(cells)
    named = 1.5 * known / len(cells) * min(1.0, 2 * cover)  # a title alone names no column
    again = sum(text in _column(others, at) for at, text in there.items()) / len(cells)
    named *= 1 - again if again > _MOST_AGAIN else 1  # what other rows have too is a value
    return (len(words) / len(cells)) * cover * (0.5 + 0.5 * distinct) + named
