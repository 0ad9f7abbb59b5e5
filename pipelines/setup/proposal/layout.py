"""How an unknown file is laid out: reader, encoding, delimiter, sheet, header row and its rows."""

import codecs
import csv
import glob
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from importlib import import_module
from io import StringIO
from itertools import pairwise
from operator import ne
from pathlib import Path
from typing import Any

import pyarrow as pa

from indicators.foundation.errors import Problem, WrongUse
from pipelines.ingest.readers import reader, reader_of
from pipelines.ingest.readers.codebook import (
    FORM_SHEETS,
    LABEL_COLUMN,
    Codebook,
    Question,
    codebook_of,
    labels_within,
)
from pipelines.ingest.readers.delimited import refuse_no_text
from pipelines.ingest.readers.ged import NEEDED
from pipelines.ingest.readers.hxl import headers_above, is_tags
from pipelines.ingest.readers.sheet_shape import (
    MARKS,
    MergedText,
    days_told,
    joined_names,
    labels_told,
    with_column,
)
from pipelines.ingest.readers.table import SourceTable
from pipelines.ingest.readers.workbook import Workbook
from pipelines.setup.proposal.matching.columns import questions_by_choice
from pipelines.setup.proposal.matching.survey import Answered, questions
from pipelines.setup.proposal.matching.texts import MISSING, Texts, texts_of
from pipelines.setup.proposal.matching.words import (
    all_column_names,
    column_names,
    folded,
    readings,
    words_for_none,
)
from pipelines.setup.proposal.sheet_options import (
    FRENCH,
    NAMED_ABOVE,
    SHAPES,
    are_serial,
    blank_beside_dittos,
    is_not_told,
    not_missing,
    serial_dates,
    tells_a_month,
)

_TEXTS = ("totals", "ditto")  # texts that stand in one sheet and mean the same in another
_TOLD = ("footnotes", "headings")  # whether a sheet has such rows
_OF_ONE_SHEET = ("sheet", "calendar", *_TOLD, *_TEXTS)
_HEADER = ("header_row", "header_rows")
_HEADER_LOOKED_FOR = 25  # rows from the top
_DELIMITERS = (",", ";", "\t", "|")
_RECORDS_LOOKED_AT = 200
_OF_ONE_BYTE = ("cp1252", "mac_roman", "cp1256", "cp850", "latin-1")  # the first that read alike
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_IN_A_WORD = "’·–—\u200c\u200d"
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
_MOST_AGAIN = 0.3  # share of the names of a header
_IS_NUMBER = re.compile(r"[\d.,:/\s-]*$|\d{4}")
_IS_SPAN = re.compile(r"\d{1,2}\s*[-–]\s*\d{1,2}|[-–<>]\s?\d{1,2}|\d{1,2}\s?\+")  # of ages
_NUMBERED_SHEET = re.compile(r"\W*(?:(?:sheet|feuil(?:le)?|tabelle|hoja)\W*)?\d*\W*", re.IGNORECASE)
_DATED = re.compile(r"(?:\d{1,2}[/.-]){1,2}20\d\d|20\d\d(?:[/.-]\d{1,2}){1,2}")
"""A month or day: above what is none it is the name of a column."""
_LEGEND = re.compile(
    r"(?<!\w)[\"'«“]?(?P<sign>[-–])[\"'»”]? ?(?:=|:|means|signifie) ?(?P<word>\w+)"
)
_LIST_DAYS = (("population", "reference_on"), ("police_census", "listed_on"))
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
    yield replace(several[0], options=options, table=table)


def _form(one: Layout) -> str:
    """What sheets that are read below each other have in common."""
    own = {name: value for name, value in one.options.items() if name not in _OF_ONE_SHEET}
    header = [name for name in one.table.header if name != one.options.get("headings")]
    return repr((one.reader, header, own))


def _options_of_several(several: Sequence[Layout], book: Workbook) -> dict[str, Any]:
    """All sheets, so that one of the next month is read as well, but those that hold else."""
    read = [one.table.sheet for one in several]
    others = [name for name in book.sheets if name not in read and book.holds_something(name)]
    own = {name: value for name, value in several[0].options.items() if name != "sheet"}
    for name in _TEXTS:
        texts = [text for one in several for text in one.options.get(name, ())]
        own |= {name: sorted(set(texts))} if texts else {}
    for name in _TOLD:
        told = next((one.options[name] for one in several if name in one.options), None)
        own |= {name: told} if told else {}
    calendars = [one.options["calendar"] for one in several if "calendar" in one.options]
    longest = max(calendars, key=lambda one: len(next(iter(one.values()))), default=None)
    own |= {"calendar": longest} if longest else {}
    known = {"ignore_sheets": [glob.escape(name) for name in others]}
    own |= {"sheet_name_as": called} if (called := _name_of_sheets(several)) else {}
    return {"sheets": "*", **(known if others else {}), **own}


def _name_of_sheets(several: Sequence[Layout]) -> str | None:
    """What a column of the sheets' names is called, where these may tell a place or a unit."""
    header, names = several[0].table.header, [one.table.sheet for one in several]
    if any(tells_a_month(name) or _NUMBERED_SHEET.fullmatch(name) for name in names):
        return None
    name = "Feuille" if any(map(FRENCH.search, header)) else "Sheet"
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
    kept = {name: value for name, value in layout.options.items() if name not in SHAPES}
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
        serial = serial_dates(laid.table, said["missing"])
        said_or_found = named.get("serial_dates") or laid.options.get("serial_dates", ())
        named["serial_dates"] = list(dict.fromkeys([*said_or_found, *serial]))
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
        yield _below_words(_shaped(path, name, options), _above(texts, row))


def _below_words(layout: Layout, above: tuple[str, ...]) -> Layout:
    """The sheet with what stands above it, which may say that a sign is a number: `- = nil`."""
    zero = words_for_none("zero") | {"0"}
    told = (one for text in above for one in _LEGEND.finditer(text))
    numbers = {one["sign"] for one in told if folded(one["word"]) in zero}
    missing = tuple(text for text in layout.missing if text not in numbers)
    return replace(layout, above=above, missing=missing)


def _labels(above: Cells, names: Sequence[str | None]) -> dict[str, list[str]]:
    """Words above the header that are names of columns, with what stands behind them."""
    there = {folded(name) for name in names if name}
    found = [label for label in labels_told(above) if folded(label) not in there
             and any(reading in all_column_names() for reading in readings(label))]  # fmt: skip
    days = [label for label in days_told(above) if folded(label) in _names_of_list_days()]
    found += [label for label in days if not any(other.endswith(f" {label}") for other in days)]
    return {"labels_above": found} if found else {}


@cache
def _names_of_list_days() -> frozenset[str]:
    """Names of several words for the day for which a whole list counts: `Data as of`."""
    return frozenset(word for day in _LIST_DAYS for word in column_names(*day) if " " in word)


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
    beside = blank_beside_dittos(table)
    above = options.get("labels_above", [])
    for option, found_in in SHAPES.items():
        value = found_in(replace(table, rows=table.rows.drop_columns(above)))
        if option == "fill_down" and beside:
            value = list(dict.fromkeys([*value, *beside]))
        if value:
            before, table = table, _read(path, name, options | shape | {option: value})
            if is_not_told(option, value, before, table):
                table = before
            else:
                shape[option] = value
    said = not_missing(table, shape.get("in_parts", {}))
    missing = tuple(text for text in MISSING if text not in said)
    return Layout(name, options | shape, table, missing=missing)


def holds_serial_days(layout: Layout, header: str) -> bool:
    """Whether a column that a person calls one of days holds those that a workbook counts."""
    is_text = header in layout.table.header and layout.reader in (*WORKBOOKS, "csv")
    return is_text and are_serial(layout.table.rows[header].drop_null().to_pylist(), True)


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
    if said == {0}:
        return False  # `APRIL` above the rows of a month
    texts = [below[at] or "" for at in said]
    tall = {at for at, text in enumerate(names) if isinstance(text, MergedText) and text.height > 1}
    are_numbers = any(_IS_NUMBER.match(text) for text in texts if not _IS_SPAN.fullmatch(text))
    if len(tall) > 1 and said and said.isdisjoint(tall) and not are_numbers:
        return True  # the workbook says that names reach down to where the others are divided
    alone = said - gaps - {at - 1 for at in gaps}
    is_told = bool(gaps) and gaps <= said and 2 * len(alone) <= len(gaps) * (0 not in said)
    return is_told and not are_numbers


def _is_row_of_groups(above: Sequence[str | None], names: Sequence[str | None]) -> bool:
    """Whether the row above tells names apart that occur twice, or makes known names of more."""
    filled = sum(1 for text in above if text)
    plain = [text for text in names if text]
    if filled < 2:
        return False
    there = [text for text, name in zip(above, names, strict=False) if text and not name]
    if any(isinstance(text, MergedText) and text.height > 1 for text in there):
        return True  # the workbook says that it reaches down to the names
    beside = len(there)
    if len(set(plain)) < len(plain) or (beside >= NAMED_ABOVE and filled > len(plain)):
        return True  # or the row above names columns of which the lower says no more
    joined, alone = _known(joined_names([above, names])), _known(names)
    return joined > alone or (filled < len(plain) and 0 < alone <= 2 * joined)


def _known(names: Sequence[str | None]) -> int:
    """How many are names of a column as they stand."""
    return sum(folded(name) in all_column_names() for name in names if name)


def _of_text(path: Path) -> Layout:
    data = path.read_bytes()
    refuse_no_text(path, data)
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
        return _below_words(_shaped(path, kind, options), _above(texts, found))
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
    """How many signs of another alphabet than English are out of place: a capital among small
    letters, a small one among capitals, a quote within a word, an Arabic letter beside a Latin
    one, what no text of people has."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return math.inf
    around = zip(f" {text}", text, f"{text[1:]} ", strict=False)
    return sum(_is_odd(*signs) for signs in around if not signs[1].isascii())


def _is_odd(before: str, sign: str, after: str) -> bool:
    if not sign.isalpha():
        is_within = before.isalpha() and after.isalpha() and sign not in _IN_A_WORD
        return sign not in _TYPED or is_within
    if _ARABIC.match(sign):
        return any(near.isalpha() and not _ARABIC.match(near) for near in (before, after))
    if sign.islower():
        return before.isupper() and after.isupper()
    return sign.isupper() and before.isalpha() and (before.islower() or after.islower())


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


def _has_a_cross(cells: Sequence[str]) -> bool:
    """Whether a row marks something: an `x` beside a `y` is the name of a coordinate."""
    if MARKS.isdisjoint(cells):
        return False
    return cells.count("x") != 1 or {"x", "y"} not in ({*pair} for pair in pairwise(cells))


def _header_score(row: Sequence[str | None], below: Cells, others: Cells, widest: int) -> float:
    """How well a row names the columns of those below; `others`: all rows but this one, which a
    page may repeat; `widest`: cells of the fullest row above, of which a row of totals has few."""
    there = {at: text.strip() for at, text in enumerate(row) if text and text.strip()}
    cells = [*there.values()]
    is_marked = _has_a_cross([*map(str.casefold, cells)])  # it names nothing
    if not cells or is_marked or not any(any(text for text in entry) for entry in below):
        return 0
    words = [
        text
        for at, text in there.items()
        if not (re.fullmatch(r"[\d\s.,:/%+-]+", text) or text in MISSING)
        or (_DATED.fullmatch(text) and not any(map(_DATED.fullmatch, _column(below, at))))
    ]
    said = [text for text in cells if text not in MISSING]
    known = sum(any(word in all_column_names() for word in readings(text)) for text in said)
    width = max(sum(1 for text in entry if text) for entry in below)
    cover = min(1.0, len(cells) / max(width, widest, 1))
    distinct = len(set(cells)) / len(cells)
    named = 1.5 * known / len(cells) * min(1.0, 2 * cover)  # a title alone names no column
    again = sum(text in _column(others, at) for at, text in there.items()) / len(cells)
    named *= 1 - again if again > _MOST_AGAIN else 1  # what other rows have too is a value
    return (len(words) / len(cells)) * cover * (0.5 + 0.5 * distinct) + named
