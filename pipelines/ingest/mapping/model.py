"""The model of `sources/*.yaml`: how the columns of one kind of file become columns of contracts.

Applying a mapping to rows does not belong here (`apply.py`). Reference: docs/mapping.md.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from indicators.definitions.contracts import Contract, Strict, contracts
from indicators.definitions.mission_profile import Zone, resolve_path
from indicators.foundation.errors import Problem, WrongUse, suggestion
from indicators.foundation.reading.model_problems import Unfit, read_model
from indicators.foundation.reading.yaml_loader import StrictLoader
from pipelines.ingest.mapping.files.covered_span import (
    Covers,
    Precision,
    Span,
    declared_span,
    span_of,
)
from pipelines.ingest.mapping.places.gazetteer import Gazetteer, read_lines
from pipelines.ingest.mapping.written.written_numbers import Signs
from pipelines.ingest.readers import reader, readers
from pipelines.ingest.readers.table import sheet_entry

SUM = "+"  # `join`: numbers of several columns are added
_BRACES = re.compile(r"\{([^{}]*)\}")
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TWO_WAYS = datetime(2026, 3, 5)  # a day that is another one with day and month exchanged
_DATE_SIGNS = set("YymbBdjHIMSfpz")
_OPTION_FORMS = {
    "header_row": (r"[1-9]\d*", "mapping_option_number"),
    "header_rows": (r"[1-9]\d*", "mapping_option_number"),
    "largest_mb": (r"[1-9]\d*", "mapping_option_number"),
    "delimiter": (r".", "mapping_option_character"),
    "quote": (r".", "mapping_option_character"),
}


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]
"""One text or a list of texts."""


class Aliased(Strict):
    """A strict model with keys that are words of Python (`from`, `in`)."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class When(Aliased):
    """`value` where the raw text of `column` is one of `in`; the first that fits wins."""

    column: str
    values: Texts = Field(alias="in")
    value: str | None = None


class Band(Strict):
    """`value` for numbers below `below`; a last band without `below` takes the rest."""

    value: str
    below: float | None = None


class Runs(Strict):
    """(number − 1) div `length`, from the digits at the end of `of`: a PSU rebuilt from runs."""

    of: str
    length: int = Field(gt=0)


class ColumnMapping(Aliased):
    """Where the text of one contract column comes from and how it is read."""

    sources: Texts | None = Field(None, alias="from")
    join: str = " "
    part: int | None = Field(None, ge=1, le=2)  # of two coordinates, numbers or days
    units: Texts = ()  # what may stand behind a number
    number_of: Texts = ()  # of several numbers that which stands before one of these words
    begins: Texts = ()  # what a reference begins with, or the word before it and a blank
    constant: str | None = None
    template: str | None = None
    blank_parts: bool = False  # whether columns of a template may be blank
    point: tuple[str, str] | None = None  # columns of longitude and latitude
    outside: str | None = None
    runs: Runs | None = None
    precision_of: str | None = None  # a column of the table with areas: how precise a place is
    when: tuple[When, ...] = ()
    missing: Texts | None = None
    empty: str | None = None
    recode: Mapping[str, str | None] = {}
    otherwise: str | None = None
    unlisted: Literal["warn"] | None = None
    gazetteer: Gazetteer | None = None
    bands: tuple[Band, ...] = ()
    formats: Texts = ()
    time_zone: Zone | None = None
    after: str | None = None  # a time earlier than this one, of the table, is of the day after
    nights: str | None = None  # a count of the table: so many days later than the day of the row
    decimal: str | None = None
    thousands: str | None = None
    separator: Texts = (";",)
    optional: bool = False

    @model_validator(mode="after")
    def _one_origin(self) -> "ColumnMapping":
        origins = ("sources", "constant", "template", "point", "runs", "precision_of")
        named = [name for name in origins if getattr(self, name) is not None]
        if len(named) != 1 and not (not named and self.when):
            raise Unfit("one_origin", known=", ".join(("from", *origins[1:])))
        return self

    @model_validator(mode="after")
    def _unlisted_of_a_list(self) -> "ColumnMapping":
        if self.unlisted and (not self.recode or self.has_otherwise):
            raise Unfit("unlisted")
        return self

    @model_validator(mode="after")
    def _signs_differ(self) -> "ColumnMapping":
        if self.decimal is not None and self.decimal == self.thousands:
            raise Unfit("one_sign", sign=self.decimal)
        return self

    @property
    def signs(self) -> Signs:
        """How numbers of this column are written."""
        return Signs(self.decimal, self.thousands)

    @property
    def has_otherwise(self) -> bool:
        """Whether texts that `recode` does not list become `otherwise` (which may be null)."""
        return "otherwise" in self.model_fields_set

    def origin_columns(self) -> tuple[str, ...]:
        """The columns of the file that the text is made from, without those of `when`."""
        if self.sources is not None:
            return self.sources
        if self.template is not None:
            return tuple(_BRACES.findall(self.template))
        if self.point is not None:
            return tuple(dict.fromkeys(self.point))  # one cell may hold both
        return (self.runs.of,) if self.runs else ()

    def columns_read(self) -> Iterator[str]:
        """All columns of the file that this entry needs."""
        yield from self.origin_columns()
        yield from (entry.column for entry in self.when)
        if self.gazetteer and self.gazetteer.day:
            yield self.gazetteer.day

    def values_given(self) -> Iterator[str]:
        """Every text that this entry itself puts in."""
        given = [self.constant, self.outside, self.empty, self.otherwise]
        given += [entry.value for entry in self.when]
        given += [entry.value for entry in self.bands]
        given += list(self.recode.values())
        yield from (value for value in given if value is not None)


class Unpivot(Strict):
    """One row an item: survey answers from question columns, counts from columns by sex.

    With several `item` columns the names in `items` hold their values separated by `|`. `key`: a
    column whose text the name of the item follows, where it is the same for all of them.
    """

    item: Texts
    value: str
    key: str | None = None
    items: Mapping[str, ColumnMapping]

    @model_validator(mode="after")
    def _names_fit(self) -> "Unpivot":
        wrong = [name for name in self.items if len(name.split("|")) != len(self.item)]
        if wrong:
            raise Unfit("items", names=", ".join(wrong), columns=", ".join(self.item))
        return self


class SenderColumn(Strict):
    """The column of the file whose text says who sends a row."""

    column: str


class TableMapping(Strict):
    """How rows of the file become rows of one contract's table."""

    table: str
    sheet: str | None = None  # of `sheets`: of its rows alone; else of those of all
    where: Mapping[str, Literal["present", "absent"] | Texts] = {}
    where_any: Texts = ()  # rows in which one of these columns has a text
    distinct: bool = False  # rows that are equal in every column count once
    columns: Mapping[str, ColumnMapping]
    unpivot: Unpivot | None = None

    @model_validator(mode="after")
    def _areas_are_mapped(self) -> "TableMapping":
        areas = [one.precision_of for one in self.columns.values() if one.precision_of]
        if unmapped := [name for name in areas if name not in self.columns]:
            raise Unfit("precision_of", names=", ".join(unmapped))
        return self

    def mapped_columns(self) -> dict[str, list[ColumnMapping]]:
        """Contract column: its entries (several only for the value of `unpivot`)."""
        found = {name: [entry] for name, entry in self.columns.items()}
        if self.unpivot:
            found |= {name: [] for name in self.unpivot.item}
            found[self.unpivot.value] = list(self.unpivot.items.values())
        return found


class Source(Strict):
    """One kind of input file of a mission."""

    source: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    files: Texts
    reader: str
    options: Mapping[str, Any] = {}
    ignore: Texts = ()
    renamed: Mapping[str, Texts] = {}  # column that the mapping reads: what it was called before
    missing: Texts = ()
    time_zone: Zone | None = None
    sender: Literal["series", "folder"] | SenderColumn | None = None  # definitions 71
    supersedes: Literal["name", "all", "by_period"] = "name"
    period: Literal["month", "quarter", "year"] = "month"  # of `by_period`
    covers: Covers | None = None
    covers_precision: Precision | None = None
    tables: tuple[TableMapping, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _spans_run_forward(self) -> "Source":
        if self.covers is None or isinstance(self.covers, str):
            return self
        declared = self.covers.values() if isinstance(self.covers, Mapping) else [self.covers]
        for days in declared:
            try:
                span = declared_span(days)
            except ValueError as error:
                written = ", ".join(day for day in days if day)
                raise Unfit("covers_no_day", days=written) from error
            if span.first and span.last and span.first > span.last:
                raise Unfit("covers_backwards", first=str(span.first), last=str(span.last))
        return self

    def span_of(self, name: str, dates: tuple[date, date] | None) -> Span | None:
        """What a file of this name covers (definitions 49); None where nothing says so."""
        return span_of(self.covers, self.covers_precision, name, dates)

    def states(self, table: str) -> bool:
        """Whether its files bring rows of a table."""
        return any(one.table == table for one in self.tables)

    @property
    def kinds_of_sheets(self) -> Mapping[str, Mapping[str, Any]]:
        """Names or patterns of sheets with the options of each, where they are of several kinds."""
        listed = self.options.get("sheets")
        return listed if isinstance(listed, Mapping) else {}

    def of_sheet(self, name: str) -> "Source":
        """The mapping with the tables alone that the rows of a sheet become."""
        kind = sheet_entry(self.kinds_of_sheets, name)
        own = tuple(one for one in self.tables if one.sheet in (None, kind))
        return self.model_copy(update={"tables": own})

    def columns_read(self) -> dict[str, bool]:
        """Column of the file: whether the file must have it."""
        found: dict[str, bool] = {}
        if isinstance(self.sender, SenderColumn):
            found[self.sender.column] = True
        for table in self.tables:
            for name in (*table.where, *table.where_any):
                found[name] = True
            for entries in table.mapped_columns().values():
                for entry in entries:
                    for name in entry.columns_read():
                        found[name] = found.get(name, False) or not entry.optional
        return found

    def number_columns(self) -> frozenset[str]:
        """Columns of the file of which numbers are made."""
        return frozenset(
            name
            for table in self.tables
            for column, entries in table.mapped_columns().items()
            for entry in entries
            for name in entry.origin_columns()
            if entry.point or contracts()[table.table].columns[column].base_type in ("int", "dec")
        )


_KEPT_TAGS = ("tag:yaml.org,2002:null", "tag:yaml.org,2002:merge")


class TextLoader(StrictLoader):
    """Reads every scalar as text, so that `no`, `01` and `5` in a recode stay what they are."""


TextLoader.yaml_implicit_resolvers = {
    first: [entry for entry in entries if entry[0] in _KEPT_TAGS]
    for first, entries in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def load_sources(profile: Path) -> dict[str, Source]:
    """The mappings of a profile by name. Raises WrongUse with everything that is wrong in them."""
    found: dict[str, Source] = {}
    problems: list[Problem] = []
    for path in sorted((profile / "sources").glob("*.yaml")):
        try:
            source = read_source(path)
        except WrongUse as error:
            problems.extend(error.problems)
            continue
        if source.source in found:
            parameters = {"key": source.source}
            problems.append(Problem("source_twice", path.name, parameters=parameters))
        found[source.source] = source
    if problems:
        raise WrongUse(problems)
    return found


def read_source(path: Path) -> Source:
    """One mapping, checked against reader and contracts. Raises WrongUse with all its problems."""
    content = path.read_bytes() if path.is_file() else b""
    return _with_gazetteers(_checked_source(path, content), path.parent.parent)


@lru_cache(maxsize=256)
def _checked_source(path: Path, _content: bytes) -> Source:
    """Read once for each content of its file: a refresh asks five times."""
    source = read_model(path, Source, TextLoader)
    problems = list(_reader_problems(path, source))
    for name in sorted(source.renamed.keys() - source.columns_read().keys()):
        known = sorted(source.columns_read())
        problems.append(_unknown(path, "mapping_unknown_key", f"renamed.{name}", name, known))
    for table in source.tables:
        if table.sheet and table.sheet not in source.kinds_of_sheets:
            key, sheets = f"{table.table}.sheet", source.kinds_of_sheets
            problems.append(_unknown(path, "mapping_unknown_key", key, table.sheet, sheets))
        problems += _table_problems(path, table)
        problems += _period_problems(path, source, table)
    if problems:
        raise WrongUse(problems)
    return source


def _with_gazetteers(source: Source, profile: Path) -> Source:
    """The mapping with the lines of the gazetteers that it names. Raises WrongUse as they do."""
    tables = []
    for table in source.tables:
        columns = {
            name: entry.model_copy(update={"gazetteer": _filled(entry.gazetteer, profile)})
            for name, entry in table.columns.items()
            if entry.gazetteer
        }
        tables.append(table.model_copy(update={"columns": {**table.columns, **columns}}))
    return source.model_copy(update={"tables": tuple(tables)})


def _filled(gazetteer: Gazetteer | None, profile: Path) -> Gazetteer | None:
    if gazetteer is None or gazetteer.file is None:
        return gazetteer
    lines = read_lines(resolve_path(gazetteer.file, profile))
    return gazetteer.model_copy(update={"lines": (*gazetteer.lines, *lines)})


def _unknown(path: Path, rule: str, key: str, name: str, known: Iterable[str]) -> Problem:
    """A problem about a name nobody knows, with the nearest known one or all there are."""
    parameters = {"key": key, "name": name, "nearest": suggestion(name, known)}
    return Problem(rule, path.name, parameters=parameters)


def _reader_problems(path: Path, source: Source) -> Iterator[Problem]:
    if source.reader not in readers():
        yield _unknown(path, "mapping_unknown_reader", "reader", source.reader, readers())
        return
    known = reader(source.reader).options
    kinds = {f"options.sheets.{name}.": own or {} for name, own in source.kinds_of_sheets.items()}
    for place, options in {"options.": source.options, **kinds}.items():
        yield from _option_problems(path, place, options, known)
    if reader(source.reader).has_dates:
        yield from _workbook_problems(path, source)


def _option_problems(
    path: Path, place: str, options: Mapping[str, Any], known: frozenset[str]
) -> Iterator[Problem]:
    for name in sorted(options.keys() - known):
        yield _unknown(path, "mapping_unknown_key", f"{place}{name}", name, sorted(known))
    for name, (form, rule) in _OPTION_FORMS.items():
        value = str(options.get(name, "1"))
        if not re.fullmatch(form, value, re.DOTALL):
            yield Problem(rule, path.name, value=value, parameters={"key": f"{place}{name}"})


def _workbook_problems(path: Path, source: Source) -> Iterator[Problem]:
    """What cells with dates and numbers would be taken for, which come as text."""
    for table in source.tables:
        for name, entries in table.mapped_columns().items():
            if not reader(source.reader).tells_numbers and any(e.thousands == "." for e in entries):
                parameters = {"key": f"{table.table}.{name}.thousands"}
                yield Problem("mapping_workbook_thousands", path.name, parameters=parameters)
            if any(reads_iso_otherwise(entry.formats) for entry in entries):
                parameters = {"key": f"{table.table}.{name}.formats"}
                yield Problem("mapping_workbook_format", path.name, parameters=parameters)


def _table_problems(path: Path, table: TableMapping) -> Iterator[Problem]:
    contract = contracts().get(table.table)
    if contract is None:
        yield _unknown(path, "mapping_unknown_table", "tables.table", table.table, contracts())
        return
    mapped = table.mapped_columns()
    for name in mapped.keys() - contract.columns.keys():
        key = f"{table.table}.{name}"
        yield _unknown(path, "mapping_unknown_column", key, name, contract.columns)
    for name, column in contract.columns.items():
        if column.required and name not in mapped:
            parameters = {"table": table.table, "name": name}
            yield Problem("mapping_required", path.name, parameters=parameters)
    yield from _code_problems(path, contract, mapped)
    yield from _after_problems(path, contract, mapped)
    for name, entries in mapped.items():
        for text in (text for entry in entries for text in entry.formats):
            if not _is_date_format(text):
                parameters = {"key": f"{table.table}.{name}.formats"}
                yield Problem("mapping_format", path.name, value=text, parameters=parameters)


def _after_problems(
    path: Path, contract: Contract, mapped: Mapping[str, list[ColumnMapping]]
) -> Iterator[Problem]:
    """Only a time can come after another one of the row, which stands before it in the table, and
    so many nights later as a count of the row says."""
    times = [name for name, one in contract.columns.items() if one.base_type == "time"]
    for name, entries in mapped.items():
        known = times[: times.index(name)] if name in times else []
        for after in (entry.after for entry in entries if entry.after):
            if after not in known or after not in mapped:
                key = f"{contract.table}.{name}.after"
                yield _unknown(path, "mapping_unknown_column", key, after, known)
        counts = [one for one in mapped if one in contract.columns
                  and contract.columns[one].base_type == "int" and times]  # fmt: skip
        for nights in (entry.nights for entry in entries if entry.nights):
            if nights not in counts or name not in times:
                key = f"{contract.table}.{name}.nights"
                yield _unknown(path, "mapping_unknown_column", key, nights, counts)


def _period_problems(path: Path, source: Source, table: TableMapping) -> Iterator[Problem]:
    """A file can only replace periods of tables that say when a row happened."""
    contract = contracts().get(table.table)
    if source.supersedes == "by_period" and contract and not contract.date_column:
        parameters = {"key": "supersedes", "table": table.table}
        yield Problem("mapping_without_period", path.name, parameters=parameters)


def reads_iso_otherwise(formats: Iterable[str]) -> bool:
    """Whether a format has the form of ISO and another order (`%Y-%d-%m`)."""
    written = (_TWO_WAYS.strftime(entry) for entry in formats)
    return any(_ISO_DAY.match(text) and text[:10] != str(_TWO_WAYS.date()) for text in written)


def _is_date_format(text: str) -> bool:
    """Whether it uses known signs only, each once, and says at least year and month, as nothing is
    guessed."""
    every = re.findall(r"%-?(.?)", text.replace("%%", ""))
    signs = set(every)
    says_month = bool(signs & {"Y", "y"}) and bool(signs & {"m", "b", "B", "j"})
    return signs <= _DATE_SIGNS and len(signs) == len(every) and says_month


def _code_problems(
    path: Path, contract: Contract, mapped: Mapping[str, list[ColumnMapping]]
) -> Iterator[Problem]:
    """Texts that the mapping itself puts into a code column and that are none of its codes."""
    for name, entries in mapped.items():
        column = contract.columns.get(name)
        if column is None or column.allowed_codes is None:
            continue
        for value in (value for entry in entries for value in entry.values_given()):
            if value not in column.allowed_codes and column.base_type == "code":
                key = f"{contract.table}.{name}"
                yield _unknown(path, "mapping_unknown_code", key, value, column.allowed_codes)
