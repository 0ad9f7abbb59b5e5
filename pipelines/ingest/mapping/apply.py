"""Applying a mapping: rows of a file to text in the columns of a contract.

Judging that text does not belong here (`cast.py`); nothing here rejects a row.
"""

import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from indicators.definitions.contracts import contracts
from pipelines.ingest.mapping.model import SUM, ColumnMapping, Source, TableMapping, When
from pipelines.ingest.mapping.places.area_polygons import IN_NO_OUTLINE, Outlines
from pipelines.ingest.mapping.places.gazetteer import Gazetteer
from pipelines.ingest.mapping.written.written_dates import (
    bare_day,
    day_of_span,
    in_english,
    is_read_by,
    names_months,
    with_all_digits,
)
from pipelines.ingest.mapping.written.written_numbers import (
    PLAIN_DIGITS,
    ZERO,
    Signs,
    number_of,
    number_of_cell,
    number_text,
    numbers_in_cell,
    without_unit,
)
from pipelines.ingest.mapping.written.written_places import SIDES, decimal_degrees, part_of_pair
from pipelines.ingest.mapping.written.written_times import (
    USUAL,
    as_read,
    day_part,
    has_hours,
    says_no_hour,
    takes_any_writing,
    without_unknown_hour,
)
from pipelines.ingest.readers.table import Malformed, ReaderWarning, SourceTable

Column: TypeAlias = pa.Array | pa.ChunkedArray
_MIDNIGHT = r"^(\d{4}-\d{2}-\d{2})[ T]00:00(?::00(?:\.0+)?)?(?:Z|[+]00:?00)?$"
_PLAIN = r"^[0-9/.,:TZ +-]*$"  # days and times without a word, in our digits
_OF_SEVERAL_DAYS = "ended_on"  # of what is of one day there is none
_COARSE = ("country", "admin1", "admin2")  # levels that are named as the precision is
_NAMED = "near"
_TRAILING_DIGITS = re.compile(r"(\d+)$")


@dataclass(frozen=True)
class FileRows:
    """All sheets of a file under each other.

    `rows`: string columns; `sheet`, `row_number`: the place of each row; `malformed`: (sheet,
    record) of what could not be a row; `remarks`: (sheet, remark) of what the reader did.
    `not_kept`: (table, month, reason, count) of rows that were taken out before anything else,
    whole (`rows_refused` of them) or for one table alone (`refused`: by table its rows);
    `columns_not_kept`: names of columns that the mapping does not read. `mended`: sheet and number
    of rows that a person has corrected since the file came.
    """

    rows: pa.Table
    sheet: pa.Array
    row_number: pa.Array
    malformed: tuple[tuple[str, Malformed], ...]
    remarks: tuple[tuple[str, ReaderWarning], ...] = ()
    not_kept: tuple[tuple[str, str | None, str, int], ...] = ()
    columns_not_kept: frozenset[str] = frozenset()
    mended: frozenset[tuple[str, int]] = frozenset()
    rows_refused: int = 0
    refused: Mapping[str, np.ndarray] = field(default_factory=dict)

    @property
    def rows_read(self) -> int:
        """Data rows of the file."""
        return self.rows.num_rows + len(self.malformed) + self.rows_refused


@dataclass(frozen=True)
class MappedTable:
    """Rows for one contract table as text.

    `rows`: the mapped contract columns and `position` (row of FileRows), `part` (index into
    `origins`: 0, or the item of an unpivot). `origins`: for each part, contract column to the
    columns of the file that its text came from.
    """

    rows: pa.Table
    origins: tuple[Mapping[str, tuple[str, ...]], ...]


def stacked(tables: list[SourceTable]) -> FileRows:
    """The sheets of one file as one table; a column that a sheet lacks is empty there."""
    sheets = [pa.repeat(pa.scalar(table.sheet), table.rows.num_rows) for table in tables]
    return FileRows(
        pa.concat_tables([table.rows for table in tables], promote_options="default"),
        pa.concat_arrays(sheets),
        pa.concat_arrays([table.row_numbers for table in tables]),
        tuple((table.sheet, entry) for table in tables for entry in table.malformed),
        tuple((table.sheet, entry) for table in tables for entry in table.remarks),
    )


def map_rows(
    file: FileRows,
    mapping: TableMapping,
    source: Source,
    outlines: Callable[[], Outlines],
    levels: Callable[[], Mapping[str, str]] = dict,
) -> MappedTable:
    """The rows of the file that `mapping` takes, as text of the contract's columns.

    `levels`: the level of each area that is known, by its code.
    """
    taken = taken_positions(file, mapping, source)
    is_all = len(taken) == file.rows.num_rows
    rows = file.rows if is_all else file.rows.take(taken)
    kinds = {name: one.base_type for name, one in contracts()[mapping.table].columns.items()}
    days = [entry.sources for name, entry in mapping.columns.items() if kinds.get(name) == "date"]
    begun = [one.sources for one in mapping.columns.values() if one.part == 1 and one.sources]
    applied = partial(_Applied, rows, source, outlines, mapping.table, days=days, begun=begun)
    plain = {name: applied(name).column(entry) for name, entry in mapping.columns.items()}
    for name, entry in mapping.columns.items():
        if entry.precision_of:
            plain[name] = _precision(plain[entry.precision_of], levels())
    origins = {name: entry.origin_columns() for name, entry in mapping.columns.items()}
    parts: list[tuple[dict[str, Column], dict[str, tuple[str, ...]]]] = [(plain, origins)]
    if mapping.unpivot:
        unpivot = mapping.unpivot
        parts = [
            (
                plain
                | _items(unpivot.item, name, len(taken))
                | _keyed(plain, unpivot.key, name)
                | {unpivot.value: applied(unpivot.value).text(entry)},
                origins | {unpivot.value: entry.origin_columns()},
            )
            for name, entry in unpivot.items.items()
        ]
    tables = [_part(columns, taken, number, mapping) for number, (columns, _) in enumerate(parts)]
    rows = pa.concat_tables(tables)
    if len(tables) > 1:
        rows = rows.sort_by([("position", "ascending"), ("part", "ascending")])
    return MappedTable(rows, tuple(origin for _, origin in parts))


def _precision(areas: Column, levels: Mapping[str, str]) -> Column:
    """How precise the place of a row is that is known by its area alone. Of an area that nobody
    knows the rule of references speaks."""
    return _remapped(areas, lambda area: levels[area] if levels.get(area) in _COARSE else _NAMED)


def _items(columns: tuple[str, ...], name: str, length: int) -> dict[str, Column]:
    values = name.split("|")
    return {
        column: pa.repeat(pa.scalar(value), length)
        for column, value in zip(columns, values, strict=True)
    }


def _keyed(plain: Mapping[str, Column], key: str | None, name: str) -> dict[str, Column]:
    """The key of an item's rows: that of the row, and the item."""
    if key is None or key not in plain:
        return {}
    joined = pc.binary_join_element_wise(plain[key], name, " ", null_handling="emit_null")
    return {key: joined}


def _part(
    columns: Mapping[str, Column], taken: pa.Array, number: int, mapping: TableMapping
) -> pa.Table:
    """The rows of one item; a row without a value (the question was not in the form) is none, nor
    is `0` where the table counts from one."""
    part = pa.repeat(pa.scalar(number, pa.int32()), len(taken))
    table = pa.table({**columns, "position": taken, "part": part})
    if mapping.unpivot:
        table = table.filter(pc.is_valid(table[mapping.unpivot.value]))
        if contracts()[mapping.table].columns[mapping.unpivot.value].counts_from_one:
            is_none = pc.match_substring_regex(table[mapping.unpivot.value], f"^{ZERO}$")
            table = table.filter(pc.invert(is_none))
    return table


def taken_positions(file: FileRows, mapping: TableMapping, source: Source) -> pa.Array:
    """Positions of the rows of its sheet that fulfil every condition of `where`, and in which a
    column of `where_any` has a text."""
    keep = np.ones(file.rows.num_rows, dtype=bool)
    if mapping.sheet:
        sheets = pc.unique(file.sheet).to_pylist()
        own = [one for one in sheets if mapping in source.of_sheet(one).tables]
        keep &= pc.is_in(file.sheet, value_set=pa.array(own, pa.string())).to_numpy(
            zero_copy_only=False
        )
    for name, wanted in mapping.where.items():
        text = cleaned(file.rows[name], source.missing)
        if isinstance(wanted, tuple):
            matches = pc.is_in(text, value_set=pa.array(wanted, pa.string()))
        else:
            matches = pc.is_valid(text) if wanted == "present" else pc.is_null(text)
        keep &= matches.to_numpy(zero_copy_only=False)
    if mapping.where_any:
        texts = [cleaned(file.rows[name], source.missing) for name in mapping.where_any]
        keep &= pc.is_valid(pc.coalesce(*texts)).to_numpy(zero_copy_only=False)
    if mapping.table in file.refused:
        keep &= ~file.refused[mapping.table]
    return pa.array(np.flatnonzero(keep), type=pa.int64())


def cleaned(column: Column, missing: tuple[str, ...]) -> Column:
    """The text without outer blanks; null where nothing stays or it means that nothing is."""
    if column.null_count == len(column):
        return column
    trimmed = pc.utf8_trim_whitespace(column)
    nothing = pc.is_in(trimmed, value_set=pa.array(["", *missing], pa.string()))
    if not pc.any(nothing).as_py():
        return trimmed
    return pc.if_else(nothing, pa.scalar(None, pa.string()), trimmed)


def _remapped(column: Column, change: Callable[[str], str | None]) -> Column:
    """`change` applied once to each distinct text."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = whole.dictionary_encode()
    changed = [change(text) for text in encoded.dictionary.to_pylist()]
    return pa.array(changed, pa.string()).take(encoded.indices)


def _are_all(column: Column, pattern: str) -> bool:
    """Whether every text fits a pattern."""
    return bool(pc.all(pc.match_substring_regex(column, pattern)).as_py())


def _in_degrees(column: Column, axis: str) -> Column:
    return _remapped(column, lambda value: decimal_degrees(value, SIDES[axis]))


class _Applied:
    """One contract column of a mapping over a set of rows."""

    def __init__(
        self,
        rows: pa.Table,
        source: Source,
        outlines: Callable[[], Outlines],
        table: str,
        name: str,
        days: Sequence[object] = (),  # columns of the file that give the row a day
        begun: Sequence[tuple[str, ...]] = (),  # of the file, of which the first day or hour is one
    ) -> None:
        self.days = days
        self.begun = begun
        self.rows = rows
        self.table = table
        self.source = source
        self.outlines = outlines
        self.name = name

    def column(self, entry: ColumnMapping) -> Column:
        """The text of the column; of a coordinate in decimal degrees."""
        text = self.text(entry)
        return _in_degrees(text, self.name) if self.name in SIDES else text

    def text(self, entry: ColumnMapping) -> Column:
        """What an entry makes of the rows."""
        text = self.origin(entry)
        if entry.formats:
            text = self._dated(text, entry)
        if entry.recode or entry.has_otherwise or len(entry.separator) > 1:
            text = _remapped(text, lambda value: _recoded(value, entry))
        if entry.bands:
            text = _remapped(text, lambda value: _band(value, entry))
        if entry.gazetteer:
            text = self._looked_up(text, entry.gazetteer)
        if entry.empty is not None:
            text = pc.fill_null(text, entry.empty)
        for rule in reversed(entry.when):
            text = self._when(text, rule)
        return text

    def _dated(self, text: Column, entry: ColumnMapping) -> Column:
        """Days and times of day in the writing that a format reads: their digits, the names of
        their months, their hours; without a day of the week, or that the hour is not known."""
        forms = entry.formats
        if not _are_all(text, _PLAIN):
            text = _remapped(text, lambda value: self._plain(value, forms))
        is_told = self._may_lack_hour and entry.sources in self.days
        if is_told and all(map(has_hours, forms)) and not _are_all(text, USUAL):
            days = {day_part(form) for form in forms}  # without its hour it says no more
            text = _remapped(text, lambda value: None if _is_day(value, days) else value)
        if takes_any_writing(forms) and not _are_all(text, USUAL):
            read = partial(as_read, forms=forms, is_after=bool(entry.after), nights=entry.nights)
            text = _remapped(text, read)
        if names_months(forms):
            text = _remapped(text, lambda value: in_english(value, forms))
        if any(form.startswith(("%d%m", "%m%d")) for form in forms):
            text = _remapped(text, lambda value: with_all_digits(value, forms))
        return text

    def _plain(self, value: str, forms: tuple[str, ...]) -> str | None:
        """A day and time without words beside it; a time whose hour is not known is not known."""
        plain = value.translate(PLAIN_DIGITS)
        if not any("%a" in form.lower() for form in forms):
            plain = bare_day(plain)
        if not says_no_hour(plain):
            return plain
        is_time = contracts()[self.table].columns[self.name].base_type == "time"
        return None if is_time else without_unknown_hour(plain)

    @property
    def _is_required(self) -> bool:
        own = contracts()[self.table].columns.get(self.name)
        return own is not None and own.required

    @property
    def _may_lack_hour(self) -> bool:
        """Whether it is a time that a row of the table need not have."""
        own = contracts()[self.table].columns.get(self.name) if self.table else None
        return own is not None and own.base_type == "time" and not own.required

    def origin(self, entry: ColumnMapping) -> Column:
        """The texts that it is made from, before any recode."""
        if entry.constant is not None:
            return pa.repeat(pa.scalar(entry.constant), self.rows.num_rows)
        if entry.sources is not None:
            parts = [self._column(name, entry) for name in entry.sources]
            if len(parts) == 1:
                return _both_added(parts[0], entry.signs) if entry.join == SUM else parts[0]
            if entry.formats:  # of days and hours, as a recode is of the whole
                parts = [_without(part, entry.recode) for part in parts]
            joined = _joined(parts, entry.join)
            if entry.join == SUM:
                return _remapped(joined, lambda value: _summed(value, entry.signs))
            if entry.after:  # an end without its hour is not known: its day is that of the start
                return pc.if_else(pc.is_valid(parts[-1]), joined, pa.scalar(None, pa.string()))
            return self._with_hours(joined, parts[-1], entry)
        if entry.template is not None:
            return self._filled(entry.template, entry)
        if entry.point is not None:
            return self._located(entry)
        if entry.runs is not None:
            length = entry.runs.length
            text = self._column(entry.runs.of, entry)
            return _remapped(text, lambda value: _run(value, length))
        return pa.nulls(self.rows.num_rows, pa.string())

    def _with_hours(self, joined: Column, clock: Column, entry: ColumnMapping) -> Column:
        """Joined days and hours; where a table may lack the time, none of a day whose hour is
        blank."""
        if not self._may_lack_hour or not clock.null_count:
            return joined

        def told(text: str) -> str | None:
            read = as_read(text, entry.formats)
            return text if any(is_read_by(read, form) for form in entry.formats) else None

        return pc.if_else(pc.is_valid(clock), joined, _remapped(joined, told))

    def _column(self, name: str, entry: ColumnMapping) -> Column:
        if name not in self.rows.column_names:  # `optional`: checked before
            return pa.nulls(self.rows.num_rows, pa.string())
        missing = self.source.missing if entry.missing is None else entry.missing
        text = cleaned(self.rows[name], tuple(one for one in missing if one not in entry.recode))
        of_days = bool(entry.formats)
        if (part := entry.part) and not (of_days and self._is_own_hour(name, entry)):
            text = _remapped(text, lambda value: self._part(value, part, of_days))
        if entry.number_of:
            text = _remapped(text, lambda value: number_of(value, entry.number_of, entry.units))
        elif entry.units:
            text = _remapped(text, lambda value: without_unit(value, entry.units))
        if entry.begins:
            text = _remapped(text, lambda value: _begun(value, entry.begins))
        return text

    def _is_own_hour(self, name: str, entry: ColumnMapping) -> bool:
        """Whether a column has the hour of an end, where the days alone are two (`08-10 Jul`):
        the start has its hour from another."""
        day, *hours = entry.sources or (name,)
        own = (one for one in self.begun if one[0] == day and one != entry.sources)
        return entry.part == 2 and name in hours and any(own)

    def _part(self, value: str, part: int, of_days: bool) -> str | None:
        """One of two coordinates, days or numbers in a cell."""
        if self.name in SIDES:
            return part_of_pair(value, part) or value
        if of_days:
            day, is_last = day_of_span(value, part), part > 1 and self.name == _OF_SEVERAL_DAYS
            return None if is_last and day == day_of_span(value, 1) else day or None
        return number_of_cell(value, part)

    def _filled(self, template: str, entry: ColumnMapping) -> Column:
        pieces = re.split(r"\{([^{}]*)\}", template)
        parts = [
            self._column(piece, entry) if number % 2 else pa.scalar(piece)
            for number, piece in enumerate(pieces)
            if piece
        ]
        blanks = "replace" if entry.blank_parts else "emit_null"
        return pc.binary_join_element_wise(*parts, "", null_handling=blanks)

    def _looked_up(self, text: Column, gazetteer: Gazetteer) -> Column:
        """The area codes of names; what the gazetteer does not know stays, and the rules speak."""
        nothing = pa.nulls(self.rows.num_rows, pa.string())
        days = self.rows[gazetteer.day] if gazetteer.day in self.rows.column_names else nothing
        pairs = list(zip(text.to_pylist(), days.to_pylist(), strict=True))
        codes = {pair: gazetteer.area_code(*pair) or pair[0] for pair in set(pairs) if pair[0]}
        return pa.array([codes.get(pair) for pair in pairs], pa.string())

    def _located(self, entry: ColumnMapping) -> Column:
        assert entry.point is not None
        longitude, latitude = (
            _numbers(_in_degrees(self._side(name, axis, entry), axis), entry.signs)
            for name, axis in zip(entry.point, ("longitude", "latitude"), strict=True)
        )
        found = self.outlines().locate(longitude, latitude)
        says_more = entry.empty is not None or entry.has_otherwise
        told = IN_NO_OUTLINE if self._is_required and not says_more else None
        outside = told if entry.outside is None else entry.outside
        if outside is not None:
            known = np.isfinite(longitude) & np.isfinite(latitude)
            found[known & (found == None)] = outside  # noqa: E711 (elementwise)
        return pa.array(found, pa.string())

    def _side(self, name: str, axis: str, entry: ColumnMapping) -> Column:
        """One coordinate of a point; where both stand in a cell, `part` is that of the latitude."""
        text = self._column(name, entry.model_copy(update={"part": None}))
        if entry.part is None:
            return text
        number = entry.part if axis == "latitude" else 3 - entry.part
        return _remapped(text, lambda value: part_of_pair(value, number) or value)

    def _when(self, text: Column, rule: When) -> Column:
        if rule.column not in self.rows.column_names:  # `optional`: checked before
            return text
        condition = pc.utf8_trim_whitespace(pc.fill_null(self.rows[rule.column], ""))
        matches = pc.is_in(condition, value_set=pa.array(rule.values, pa.string()))
        return pc.if_else(matches, pa.scalar(rule.value, pa.string()), text)


def origin_texts(
    file: FileRows, positions: pa.Array, name: str, entry: ColumnMapping, source: Source
) -> Column:
    """The texts of the file that a column is made from, before any recode; no `point`."""
    return _Applied(file.rows.take(positions), source, _no_outlines, "", name).origin(entry)


def _no_outlines() -> Outlines:
    raise LookupError("outlines are not needed here")


def _joined(parts: list[Column], separator: str) -> Column:
    """The parts that are there, joined; null where there is none.

    A day that comes before another part, its clock, leaves out a midnight of its own.
    """
    # Arrow's null_handling="skip" leaves out rows in which every part is null
    text, *others = [pc.replace_substring_regex(part, _MIDNIGHT, r"\1") for part in parts[:-1]]
    others.append(parts[-1])
    for part in others:
        joined = pc.binary_join_element_wise(text, part, separator, null_handling="emit_null")
        text = pc.coalesce(joined, text, part)
    return text


def _without(part: Column, recode: Mapping[str, str | None]) -> Column:
    """A part of a text without those that say that there is none of it: `not confirmed`."""
    none = [text for text, code in recode.items() if code is None]
    if not none:
        return part
    is_none = pc.is_in(part, value_set=pa.array(none, pa.string()))
    return pc.if_else(is_none, pa.scalar(None, pa.string()), part)


def _is_day(text: str, forms: Collection[str]) -> bool:
    return any(is_read_by(text, form) for form in forms)


def _begun(value: str, begins: Sequence[str]) -> str | None:
    """A reference that begins so, without a word that stands before it; none of any other."""
    begun = next((one for one in begins if value.startswith(one)), None)
    return None if begun is None else value.removeprefix(begun if begun.endswith(" ") else "")


def _both_added(text: Column, signs: Signs) -> Column:
    """Of a cell `14/1` the sum; of several columns none of a cell is taken apart."""
    return _remapped(text, lambda value: _summed(SUM.join(numbers_in_cell(value)), signs))


def _summed(value: str, signs: Signs) -> str:
    """The sum of the numbers of a row; where one is none the texts, which read as no number."""
    is_whole = signs.decimal is None
    numbers = [number_text(text, signs, whole=is_whole) for text in value.split(SUM)]
    if any(number is None for number in numbers):
        return value
    return str(sum(map(Decimal, filter(None, numbers))))


def _recoded(value: str, entry: ColumnMapping) -> str | None:
    """The recode of a text; of a list of codes, of each of its members, a code once, with the
    first of its signs between them."""
    if value in entry.recode:
        return entry.recode[value]
    if any(sign in value for sign in entry.separator):
        between = "|".join(map(re.escape, entry.separator))
        members = [member.strip() for member in re.split(between, value)]
        if len(entry.separator) > 1 or any(member in entry.recode for member in members):
            recoded = [_recoded(member, entry) for member in members if member]
            return entry.separator[0].join(dict.fromkeys(filter(None, recoded))) or None
    return entry.otherwise if entry.has_otherwise else value


def _band(value: str, entry: ColumnMapping) -> str:
    """The first band that the number lies below; text that is no number stays as it is."""
    number = _number(value, entry.signs)
    if math.isnan(number):
        return value
    bands = entry.bands
    return next((band.value for band in bands if band.below is None or number < band.below), value)


def _run(value: str, length: int) -> str | None:
    digits = _TRAILING_DIGITS.search(value)
    return str((int(digits[1]) - 1) // length) if digits else None


def _number(value: str | None, signs: Signs) -> float:
    plain = number_text(value, signs) if value else None
    return float(plain) if plain is not None else math.nan


def _numbers(column: Column, signs: Signs) -> np.ndarray:
    return np.array([_number(value, signs) for value in column.to_pylist()], dtype=float)
