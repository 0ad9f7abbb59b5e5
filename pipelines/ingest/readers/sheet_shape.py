"""The shape that people give a sheet, undone: two rows of header, groups filled down, totals.

Options: `header_rows` (1: rows of the header from `header_row` on; names of several rows are joined
by ` / `, and an upper cell without a name takes the one left of it, as merged cells do; where the
workbook says which cells are merged, those alone),
`fill_down` (columns in which an empty cell stands for the text above it), `totals` (texts such as
`Total`: a row with a cell that is one of them is set aside and told; of `Total alerts *` a row that
leaves half of its cells empty, whatever stands for the star), `serial_dates` (columns whose
numbers are dates that lost their format: days since 30 December 1899, or since 1 January 1904 in a
workbook that says so; numbers before March 1900 stay, as Excel counts a 29 February 1900),
`prefilled` (columns that a template came with filled in: a row that has nothing else is empty),
`ditto` (texts such as `idem` that stand for the text above them), `footnotes` (`true`: rows at the
end of which one cell alone is filled are set aside and told), `headings` (`true`: the same between
other rows, names of groups such as `Region North`, in a first column that the others fill; name of
a column: it holds for each row the group that it stands below),
`month_of_sheet` (columns whose
numbers are days of the month that the sheet's name tells: `3` of the sheet `Février` in a file of
2026 is read as `3 Février 2026`), `sheet_as` (a column of this name holds that of the sheet, with
the year of the file where it names none), `sheet_name_as` (the same, as it stands), `year_of_file`
(columns of months and days without a year, `Avril`, `6 juillet`, `03/08`: that of the names of
sheet or file, or of what stands above the header: `above`, which the readers of formats give),
`labels_above` (what stands above the header behind these words, `Course: SGBV`, `Data as of 30
June 2026`, is a column of their name), `marked` (name of a column: columns that it takes the place
of, in which a cross says that their name holds for the row; with several crosses it has them all),
`calendar` (name of a column: columns that are days, or their numbers in the month that the title or
the sheet tells; each cross is a row of its day; or columns that are months, whose cells list days:
`1, 8 et 20`, `9-12`),
`in_parts` (columns whose cells tell a status with its day and its reason, `R 18/02`, `NA (road)`:
the names of the three columns that take the place of each).
Below the header a text over merged rows is that of each.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import dropwhile
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from indicators.foundation.errors import Problem, WrongUse, suggestion
from pipelines.ingest.readers.table import Malformed, Options, ReaderWarning, SourceTable

SHAPE_OPTIONS = frozenset(
    {"header_rows", "fill_down", "totals", "serial_dates", "prefilled", "ditto", "footnotes"}
    | {"headings"}
    | {"month_of_sheet", "sheet_as", "sheet_name_as", "year_of_file", "marked", "labels_above"}
    | {"calendar", "in_parts"}
)
OF_ABOVE = ("year_of_file", "labels_above", "calendar")
"""Options for which a reader gives what stands above the header: `above`, rows of cells."""
MARKS = frozenset({"x", "✓", "✔", "✗", "*", "•"})
BETWEEN_MARKED = ";"
MONTH_OF_LIST = re.compile(r"[^\W\d_]+\.?[ -]+(?:20)?\d\d")
_DAYS_OF_LIST = re.compile(
    r"(?:du |from )?(\d{1,2})(?:\s*(?:-|–|au|to|à)\s*(\d{1,2}))?", re.IGNORECASE
)
_DAY_BEHIND = re.compile(
    r"(?P<words>.*[^\W\d_])\s+(?P<day>\d{1,2}(?:er|st)?[ ./-]+[^\W\d_]+\.?[ ./-]+20\d\d"
    r"|\d{1,2}[./-]\d{1,2}[./-]20\d\d|20\d\d-\d\d-\d\d)[).]?"
)
_BETWEEN_DAYS, _MOST_DAYS = re.compile(r"\s*(?:[,;&]|\bet\b|\band\b)\s*", re.IGNORECASE), 31
_DAY_IN_CELL = (
    r"\d{4}-\d\d-\d\d|\d{1,2}[/.-]\d{1,2}(?:[/.-](?:20)?\d\d)?"
    r"|\d{1,2}(?:er|st)?[ .-]?[^\W\d_]{3,9}\.?(?:[ -](?:20)?\d\d)?"
)
_IN_PARTS = re.compile(  # words, a day, and what stands in brackets, behind a sign or `NA-`
    r"((?:[^\W\d_]|[✓✔✗])(?:[^\d()]*?[^\s\d()])??)"
    rf"(?:[ :,.–-]*(?:\b(?:le|on|du) )?\(?({_DAY_IN_CELL})\)?)?"
    r"(?:\s*(?:\(|\s[-–—]|[–—:;,]|(?<=[A-Z])(?<!\bNO)(?<!\bNON)(?<!\bNOT)[-–])\s*"
    r"([^\W\d_][^()]*)\)?)?"
)
_LONGEST_IN_PARTS = 100
_NAMED_IN, _NEARLY_ALL = 2, 0.9  # first columns; share of the rows
_AROUND_NAMES = " =-–—:*#>"
EPOCH, EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
_FIRST_SERIAL, _LAST_SERIAL = 61, 2_958_465  # 1 March 1900, 31 December 9999
_NUMBER = re.compile(r"-?[\d.]+")
_DAY_ALONE = re.compile(r"\s*(?:[^\W\d_]+\.?,? )?\d{1,2}\s*")  # `2`, `ven 02`
DAY_NUMBER, _LATE_DAYS = re.compile(r"0?[1-9]|[12]\d|3[01]"), {"29", "30", "31"}
_MONTH_AND_YEAR = re.compile(r"[^\W\d_]+\.? +20\d\d(?!\d)")
_YEARS = re.compile(r"(?<!\d)(?:19|20)(\d\d)\s*[-/–_]\s*(?:20)?(\d\d)(?!\d)")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
# `Mon 2/3`, `1-Jan`
_WITH_SIGN = re.compile(  # `mar. 3/4`, `05-06/04`
    r"(?:[^\W\d_]+\.?,? +|\d{1,2} ?[-–] ?(?=\d{1,2}/))?"
    r"\d{1,2}(?:([/.-])\d{1,2}|([/.-])[^\W\d_]+)"
)
# `08-10 Jul`, be it of a year
DAYS_OF_MONTH = re.compile(r"\d{1,2}\s*[-–]\s*\d{1,2}[\s-]*[^\W\d_]{3,}\.?(?:[\s-]*\d{2,4})?")
_CLOCK = r"\d{1,2} ?[:.h] ?(?:\d{2}[^\s–-]*)?(?: ?[ap]\.?m\.?| ?hrs?)?"
_CLOCK_BEHIND = re.compile(
    rf"(?:,| +(?:à|at|vers|de|from|-|–))? +(?:{_CLOCK}|\d{{4}} ?hrs?"
    r"|(?:(?<=\d[-/.]\d )|(?<=\d[-/.]\d\d )|(?<=[-/.][^\W\d]{3} )|(?<=[-/.][^\W\d]{4} ))\d{4}"
    r"|(?!20[12]\d(?:\D+(?:20)?[12]\d$| à \d\d? ?[:h]))"  # a year: `3 juin 2026 à 06:27`
    rf"(?:{_CLOCK}|\d{{4}})\s*(?:-|–|à|to)\s*(?:{_CLOCK}|\d{{4}}))$",
    re.IGNORECASE,
)


class MergedText(str):
    """The text of a cell that reaches over `width` columns and `height` rows."""

    width = height = 1


def joined_names(rows: Sequence[Sequence[str | None]]) -> list[str | None]:
    """The names of a header of several rows, the lowest last."""
    *groups, names = rows
    upper = [_filled_right(row) for row in groups]
    joined = []
    for at, name in enumerate(names):
        parts = [row[at] for row in upper if at < len(row)] + [name]
        said = list(dict.fromkeys(part.strip() for part in parts if part and part.strip()))
        joined.append(" / ".join(said) or None)
    return joined


def fill_merged(body: Sequence[list[str | None]]) -> None:
    """Each row below a header with the texts of cells that reach over it; a number stays where it
    stands, as it may be that of all these rows together."""
    merged = (at for at, row in enumerate(body) if MergedText in map(type, row))
    for at in merged:
        for column, text in enumerate(body[at]):
            if isinstance(text, MergedText) and text.width == 1 and not _NUMBER.fullmatch(text):
                for below in body[at + 1 : at + text.height]:
                    below[column] = below[column] or str(text)


def _filled_right(row: Sequence[str | None]) -> list[str | None]:
    filled: list[str | None] = []
    is_merged = any(isinstance(text, MergedText) for text in row)
    last = 0
    for at, text in enumerate(row):
        if text:
            width = text.width if isinstance(text, MergedText) else 1
            last = at + width if is_merged else len(row)
        filled.append(text or (filled[-1] if at < last else None))
    return filled


def in_shape(
    table: SourceTable, options: Options, file: str, epoch: datetime = EPOCH
) -> SourceTable:
    """The table without rows of totals, with groups filled down and numbers of days as dates.

    `epoch`: day 0 of these numbers. Raises WrongUse (`fill_down_column`) where a column that the
    options name is not there.
    """
    table = _without_prefilled(_without_totals(table, options), options)
    table = _without_headings(_without_footnotes(table, options), options)
    table = _with_marked(table, options, file)
    table = _filled_down(_without_ditto(table, options), options, file)
    table = _in_parts(table, options, file)
    table = _by_day(table, options, file)
    table = _with_dates(table, options, file, epoch)
    return _with_name(_with_months(_with_labels(table, options), options, file), options, file)


def _texts(value: object) -> list[str]:
    return [value] if isinstance(value, str) else [str(one) for one in value or ()]  # type: ignore[attr-defined]


def _without_totals(table: SourceTable, options: Options) -> SourceTable:
    words = {word.strip().casefold() for word in _texts(options.get("totals"))}
    if not words or not table.rows.num_rows:
        return table
    lowered = pa.array(sorted(words), pa.string())
    begun = [  # `total patrols *`, `wk * total`
        re.escape(word.removesuffix("*")).replace(r"\*", r"\d+") + "$" * (word[-1] != "*")
        for word in words
        if "*" in word
    ]
    is_total = _begin_so(table, begun) if begun else pa.array([False] * table.rows.num_rows)
    for column in table.rows.columns:
        plain = pc.utf8_lower(pc.utf8_trim_whitespace(pc.fill_null(column, "")))
        is_total = pc.or_(is_total, pc.is_in(plain, value_set=lowered))
    if isinstance(is_total, pa.ChunkedArray):
        is_total = is_total.combine_chunks()
    return _set_aside(table, is_total, "total_row")


def _begin_so(table: SourceTable, begun: Sequence[str]) -> pa.Array:
    """Rows with a cell that begins with one of these patterns, which leave half of theirs empty."""
    begins = re.compile("|".join(begun), re.IGNORECASE)
    rows = zip(*(column.to_pylist() for column in table.rows.columns), strict=True)
    held = ([text for text in row if text is not None] for row in rows)
    found = [
        2 * len(texts) <= table.rows.num_columns
        and any(begins.match(text.strip()) for text in texts)
        for texts in held
    ]
    return pa.array(found, pa.bool_())


def _set_aside(table: SourceTable, is_one: pa.Array, rule: str) -> SourceTable:
    """The table without some of its rows, of each of which is told."""
    numbers = table.row_numbers.filter(is_one).to_pylist()
    told = tuple(ReaderWarning(number, rule) for number in numbers)
    kept = pc.invert(is_one)
    return replace(
        table,
        rows=table.rows.filter(kept),
        row_numbers=table.row_numbers.filter(kept),
        remarks=(*table.remarks, *told),
    )


def footnotes(table: SourceTable) -> int:
    """How many rows at the end have one filled cell alone, where the rows above have more."""
    counts = _filled_cells(table) if table.rows.num_columns > 2 else []
    rest = list(dropwhile(lambda count: count <= 1, reversed(counts)))
    return len(counts) - len(rest) + len(_lines_below(table)) if rest else 0


def _filled_cells(table: SourceTable) -> list[int]:
    """Of each row."""
    columns = (column.is_valid().to_pylist() for column in table.rows.columns)
    return [sum(row) for row in zip(*columns, strict=True)]


def headings(table: SourceTable) -> list[bool]:
    """Which rows, between others with more, have one filled cell alone, in one of the first columns
    that nearly all others fill: where they do not, it is filled down."""
    counts = _filled_cells(table) if table.rows.num_columns > 2 else []
    alone = [count == 1 for count in counts]
    found = [False] * table.rows.num_rows
    for column in table.rows.columns[:_NAMED_IN]:
        is_there = column.is_valid().to_pylist()
        others = [there for there, is_one in zip(is_there, alone, strict=False) if not is_one]
        if sum(others) >= _NEARLY_ALL * len(others) > 0:
            found = [
                one or (is_one and there)
                for one, is_one, there in zip(found, alone, is_there, strict=True)
            ]
    return found


def _without_headings(table: SourceTable, options: Options) -> SourceTable:
    """Without names of groups, which a column may hold."""
    name = str(options.get("headings") or "")
    if not name:
        return table
    found, lines = headings(table), lines_between(table)
    if name.lower() != "true":
        table = _with_groups(table, name, found, lines)
    table = _without_lines(table, lines, "heading_row")
    return _set_aside(table, pa.array(found, pa.bool_()), "heading_row") if any(found) else table


def _with_groups(
    table: SourceTable, name: str, found: Sequence[bool], lines: Sequence[Malformed]
) -> SourceTable:
    """The table with the name of the group above each row."""
    told = {one.row_number: one.text for one in lines}
    firsts = [*map(_first_text, table.rows.select(range(_NAMED_IN)).to_pylist())]
    numbers = table.row_numbers.to_pylist()
    told |= {n: text for n, text, is_so in zip(numbers, firsts, found, strict=True) if is_so}
    groups, above, at = sorted(told), list[str | None](), 0
    for number in numbers:
        at += sum(one <= number for one in groups[at:])
        above.append(told[groups[at - 1]].strip(_AROUND_NAMES) if at else None)
    return replace(table, rows=table.rows.append_column(name, pa.array(above, pa.string())))


def _first_text(row: Mapping[str, str | None]) -> str:
    return next(filter(None, row.values()), "")


def lines_between(table: SourceTable) -> list[Malformed]:
    """Lines of text alone between the rows of a delimited file, of which none is torn."""
    alone = [one for one in table.malformed if one.parameters.get("fields") == 1]
    below = _lines_below(table)
    is_torn = len(alone) < len(table.malformed)
    return [] if is_torn else [one for one in alone if one not in below]


def _lines_below(table: SourceTable) -> list[Malformed]:
    """Lines of text alone below the last row of a delimited file."""
    last = table.row_numbers[-1].as_py() if len(table.row_numbers) else 0
    is_alone = [one.row_number > last and one.parameters.get("fields") == 1
                for one in table.malformed]  # fmt: skip
    return [one for one, is_so in zip(table.malformed, is_alone, strict=True) if is_so]


def _without_lines(table: SourceTable, lines: Sequence[Malformed], rule: str) -> SourceTable:
    """The table without lines that are no rows, of each of which is told."""
    return replace(
        table,
        malformed=tuple(one for one in table.malformed if one not in lines),
        remarks=(*table.remarks, *(ReaderWarning(one.row_number, rule) for one in lines)),
    )


def _without_footnotes(table: SourceTable, options: Options) -> SourceTable:
    length = table.rows.num_rows
    number = footnotes(table) if str(options.get("footnotes", "")).lower() == "true" else 0
    if not number:
        return table
    below = _lines_below(table)
    number -= len(below)
    table = _without_lines(table, below, "footnote")
    return _set_aside(table, pa.array([at >= length - number for at in range(length)]), "footnote")


def _without_ditto(table: SourceTable, options: Options) -> SourceTable:
    words = pa.array(
        [word.strip().casefold() for word in _texts(options.get("ditto"))], pa.string()
    )
    rows = table.rows
    for at, name in enumerate(rows.column_names if len(words) else ()):
        plain = pc.utf8_lower(pc.utf8_trim_whitespace(rows[name]))
        is_ditto = pc.fill_null(pc.is_in(plain, value_set=words), False)
        if pc.any(is_ditto).as_py():
            rows = rows.set_column(at, name, _text_above(rows[name], is_ditto))
    return replace(table, rows=rows)


def _text_above(column: pa.ChunkedArray, is_ditto: pa.ChunkedArray) -> pa.Array:
    """The column with the text above in the place of each ditto, be that text empty."""
    found: list[str | None] = []
    for text, is_one in zip(column.to_pylist(), is_ditto.to_pylist(), strict=True):
        found.append((found[-1] if found else text) if is_one else text)
    return pa.array(found, pa.string())


def _without_prefilled(table: SourceTable, options: Options) -> SourceTable:
    given = _texts(options.get("prefilled"))
    others = [name for name in table.rows.column_names if name not in given]
    if not given or not others or not table.rows.num_rows:
        return table
    is_filled = pc.is_valid(table.rows[others[0]])
    for name in others[1:]:
        is_filled = pc.or_(is_filled, pc.is_valid(table.rows[name]))
    is_filled = is_filled.combine_chunks()
    return replace(
        table,
        rows=table.rows.filter(is_filled),
        row_numbers=table.row_numbers.filter(is_filled),
    )


def _filled_down(table: SourceTable, options: Options, file: str) -> SourceTable:
    rows = table.rows
    for name in _columns(table, options, file, "fill_down"):
        at = rows.column_names.index(name)
        rows = rows.set_column(at, name, pc.fill_null_forward(rows[name]))
    return replace(table, rows=rows)


def _columns(table: SourceTable, options: Options, file: str, option: str) -> list[str]:
    """The columns that an option names. Raises WrongUse for one that is not there."""
    names = _texts(options.get(option))
    for name in names:
        if name not in table.header:
            parameters = {"option": option, "nearest": suggestion(name, table.header)}
            raise WrongUse(
                Problem("fill_down_column", file, table.sheet, None, name, None, parameters)
            )
    return names


def _with_dates(table: SourceTable, options: Options, file: str, epoch: datetime) -> SourceTable:
    rows = table.rows
    for name in _columns(table, options, file, "serial_dates"):
        texts = [_date(text, epoch) for text in rows[name].to_pylist()]
        rows = rows.set_column(rows.column_names.index(name), name, pa.array(texts, pa.string()))
    return replace(table, rows=rows)


def _date(text: str | None, epoch: datetime) -> str | None:
    """The date of a number of days, to the second; any other text as it is."""
    try:
        days = float(text or "")
    except ValueError:
        return text
    if not _FIRST_SERIAL <= days < _LAST_SERIAL:
        return text
    found = epoch + timedelta(seconds=round(days * 86_400))
    return found.date().isoformat() if days.is_integer() else found.isoformat(" ")


def _with_months(table: SourceTable, options: Options, file: str) -> SourceTable:
    rows, month = table.rows, month_told(table.sheet, str(options.get("file", file)))
    for name in _columns(table, options, file, "month_of_sheet"):
        texts = [
            f"{text.strip()} {month}" if text and _DAY_ALONE.fullmatch(text) else text
            for text in rows[name].to_pylist()
        ]
        rows = rows.set_column(rows.column_names.index(name), name, pa.array(texts, pa.string()))
    year = year_told(table.sheet, str(options.get("file", file)))
    cells = (text for row in _above(options) for text in row if text)
    year = year or year_told(" ".join(cells), "")
    for name in _columns(table, options, file, "year_of_file"):
        own = year_told(name, "") or year  # `December 2026 / Visit`
        if not own:
            continue
        texts = [text and with_year(text, own) for text in rows[name].to_pylist()]
        rows = rows.set_column(rows.column_names.index(name), name, pa.array(texts, pa.string()))
    return replace(table, rows=rows)


def with_year(text: str, year: str) -> str:
    """A day or month with the year behind it, where it has none; a mere sign stays as it is."""
    if not re.search(r"\w", text):
        return text
    day, clock = day_and_clock(text)
    if parts := _WITH_SIGN.fullmatch(day):
        return f"{day}{parts[1] or parts[2]}{year}{clock}"
    is_whole = re.search(r"\d{4}|\d\D+\d", day) and not DAYS_OF_MONTH.fullmatch(day)
    return text if is_whole else f"{day} {year}{clock}"


def day_and_clock(text: str) -> tuple[str, str]:
    """A text without the time of day behind it, and that time with what leads to it (`1 mars`,
    ` à 5h45`)."""
    day = _CLOCK_BEHIND.sub("", text.strip())
    return day, text.strip().removeprefix(day)


def _with_name(table: SourceTable, options: Options, file: str) -> SourceTable:
    told = month_told(table.sheet, str(options.get("file", file)))
    dated = with_column(table, str(options.get("sheet_as", "")), told)
    return with_column(dated, str(options.get("sheet_name_as", "")), table.sheet)


def _above(options: Options) -> Sequence[Sequence[str | None]]:
    found: Sequence[Sequence[str | None]] = options.get("above") or ()
    return found


def _with_labels(table: SourceTable, options: Options) -> SourceTable:
    above = _above(options)
    told = {**days_told(above), **labels_told(above)}
    for label in _texts(options.get("labels_above")):
        table = with_column(table, label, told.get(label))
    return table


def labels_told(rows: Sequence[Sequence[str | None]]) -> dict[str, str]:
    """What stands behind words with a colon, in their cell or in the next that is filled."""
    found: dict[str, str] = {}
    for row in rows:
        cells = [text.strip() for text in row if text and text.strip()]
        for at, text in enumerate(cells):
            label, colon, value = (part.strip() for part in text.partition(":"))
            value = value or next(iter(cells[at + 1 : at + 2]), "")
            if colon and value and not label[-1:].isdigit() and not value.endswith(":"):
                found.setdefault(label, value)
    return found


def days_told(rows: Sequence[Sequence[str | None]]) -> dict[str, str]:
    """The day at the end of a cell behind the words that lead to it, each number of them: `Data as
    of` and `as of` of `Data as of 30 June 2026`."""
    found: dict[str, str] = {}
    for text in (text for row in rows for text in row if text):
        if told := _DAY_BEHIND.fullmatch(text.strip()):
            words = told["words"].split()
            labels = (" ".join(words[-number:]) for number in range(1, len(words) + 1))
            found = {**dict.fromkeys(labels, told["day"]), **found}
    return found


def _with_marked(table: SourceTable, options: Options, file: str) -> SourceTable:
    marked = options.get("marked") or {}
    for name, headers in marked.items():
        held = _columns(table, {"marked": headers}, file, "marked")
        parts = [header.removeprefix(f"{name} / ") for header in held]
        lines = zip(*(table.rows[header].to_pylist() for header in held), strict=True)
        texts = [_marks_of(parts, cells) for cells in lines]
        at = table.rows.column_names.index(held[0])
        rows = table.rows.drop_columns(held).add_column(at, name, pa.array(texts, pa.string()))
        table = replace(table, rows=rows)
    return table


def _marks_of(parts: Sequence[str], cells: Sequence[str | None]) -> str | None:
    """The names that are marked; of a cell with another text this too, which no rule lets pass."""
    told = [
        part if text.casefold() in MARKS else f"{part}: {text}"
        for part, text in zip(parts, cells, strict=True)
        if text
    ]
    return BETWEEN_MARKED.join(told) or None


def _in_parts(table: SourceTable, options: Options, file: str) -> SourceTable:
    """Three columns in the place of each whose cells tell a status with its day and its reason."""
    for name, parts in (options.get("in_parts") or {}).items():
        _columns(table, {"in_parts": name}, file, "in_parts")
        cells = [parts_told(text) or (text, None, None) for text in table.rows[name].to_pylist()]
        at, rows = table.rows.column_names.index(name), table.rows.drop_columns([name])
        for number, part in enumerate(parts):
            texts = pa.array([cell[number] for cell in cells], pa.string())
            rows = rows.add_column(at + number, part, texts)
        table = replace(table, rows=rows)
    return table


def parts_told(text: str | None) -> tuple[str | None, ...] | None:
    """The status, the day and the reason of a cell (`R 18/02`, `Reçu le 05/03`, `NA-road`); None
    where it is written otherwise, and no part of it may be lost."""
    plain = (text or "").strip()
    found = _IN_PARTS.fullmatch(plain) if len(plain) <= _LONGEST_IN_PARTS else None
    return found.groups() if found else None


def _by_day(table: SourceTable, options: Options, file: str) -> SourceTable:
    """A row for each cross below a day, and for each day of a list below a month; one for any other
    text there too, which is no day. A row of numbers alone, which counts the crosses, is set aside
    and told."""
    for name, headers in (options.get("calendar") or {}).items():
        there = [one for one in headers if one in table.header or one not in _LATE_DAYS]
        held = _columns(table, {"calendar": there}, file, "calendar")
        last = [one.rpartition(" / ")[2] for one in held]
        are_lists = all(map(MONTH_OF_LIST.fullmatch, last))
        lines = [*zip(*(table.rows[one].to_pylist() for one in held), strict=True)]
        are_counts = [not are_lists and _are_counts(line) for line in lines]
        table = _set_aside(table, pa.array(are_counts, pa.bool_()), "total_row")
        month = _month_above(options) or month_told(table.sheet, str(options.get("file", file)))
        days = [f"{one} {month}" if DAY_NUMBER.fullmatch(one) else one for one in last]
        days_in = _listed_days if are_lists else _crossed_day
        crossed = (line for line, is_sum in zip(lines, are_counts, strict=True) if not is_sum)
        told = [
            (at, one)
            for at, line in enumerate(crossed)
            for day, text in zip(days, line, strict=True)
            for one in (days_in(text, day) if text else ())
        ]
        places = pa.array([at for at, _ in told], pa.int64())
        column = pa.array([text for _, text in told], pa.string())
        at = table.rows.column_names.index(held[0])
        rows = table.rows.drop_columns(held).take(places).add_column(at, name, column)
        table = replace(table, rows=rows, row_numbers=table.row_numbers.take(places))
    return table


def _crossed_day(text: str, day: str) -> list[str]:
    return [day if text.strip().casefold() in MARKS else f"{day}: {text}"]


def _listed_days(text: str, month: str) -> list[str]:
    days = days_listed(text)
    return [day_of_month(day, month) for day in days] if days else [f"{month}: {text}"]


def day_of_month(day: int, month: str) -> str:
    """A day of a month in the writing of its name: `1 Octobre 2026`, `1-Nov-26`."""
    return f"{day}{'-' if '-' in month else ' '}{month}"


def days_listed(text: str) -> list[int]:
    """The numbers of days that a cell lists, `1, 8 et 20`, `du 9 au 12`; none of any other text."""
    parts = [_DAYS_OF_LIST.fullmatch(part) for part in _BETWEEN_DAYS.split(text.strip())]
    spans = [(int(one[1]), int(one[2] or one[1])) for one in parts if one]
    days = [day for first, last in spans for day in range(first, last + 1)]
    return days if all(parts) and all(1 <= day <= _MOST_DAYS for day in days) else []


def _are_counts(line: Sequence[str | None]) -> bool:
    """Whether the cells of a row below days are numbers alone, and several."""
    texts = [text for text in line if text]
    return len(texts) > 1 and all(map(_NUMBER.fullmatch, texts))


def _month_above(options: Options) -> str | None:
    """The one month with its year that stands above the header."""
    cells = (text for row in _above(options) for text in row if text)
    found = {month for text in cells for month in _MONTH_AND_YEAR.findall(text)}
    return found.pop() if len(found) == 1 else None


def with_column(table: SourceTable, name: str, text: str | None) -> SourceTable:
    """The table with a column of this name more, that has this text in each row."""
    if not name or name in table.header:
        return table
    column = pa.array([text] * table.rows.num_rows, pa.string())
    return replace(table, rows=table.rows.append_column(name, column))


def month_told(sheet: str, file: str) -> str:
    """The words of a sheet's name with its year at the end, as dates are written; of a name without
    numbers the year is that of the file, where its name has one alone."""
    words = re.split(r"[\s_./-]+", _YEAR.sub(" ", sheet))
    return " ".join(filter(None, [*words, year_told(sheet, file)]))


def year_told(sheet: str, file: str) -> str | None:
    """The one year that a sheet's name tells, or where that has no number the file's; of a budget
    year (`2026-27`) it is not known which of the two."""
    named = sheet if any(sign.isdigit() for sign in sheet) else Path(file).stem
    years, spans = {*_YEAR.findall(named)}, _YEARS.findall(named)
    is_span = any(int(second) == (int(first) + 1) % 100 for first, second in spans)
    return years.pop() if len(years) == 1 and not is_span else None
