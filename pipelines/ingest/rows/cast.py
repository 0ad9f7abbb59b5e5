"""Mapped text to typed columns, and the conditions under which a row breaks a rule, as SQL.

Made from a contract; nothing of a file or a mapping is ever part of the SQL: formats, separators
and zones are parameters. Running it does not belong here (`load_file.py`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from indicators.definitions.contracts import Column, Contract
from indicators.definitions.mission_profile import Mission
from indicators.foundation.calendar.time_zones import seconds_ahead
from indicators.foundation.sql_text import literal, literals, quoted
from pipelines.ingest.mapping.model import ColumnMapping, reads_iso_otherwise
from pipelines.ingest.mapping.places.area_polygons import IN_NO_OUTLINE
from pipelines.ingest.mapping.written.written_dates import digits_of_day
from pipelines.ingest.mapping.written.written_numbers import (
    BLANKS,
    DECIMAL_COMMA,
    DECIMAL_POINT,
    DIGITS,
    MINUS,
    PLAIN,
    POINT_OR_THOUSANDS,
    WHOLE,
    Signs,
)
from pipelines.ingest.readers.table import WITHOUT_VALUE

TRUE_TEXTS = ("true", "yes", "oui", "vrai", "1")
FALSE_TEXTS = ("false", "no", "non", "faux", "0")
FORMULA_FAULTS = ("#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!")
CELL_RULES = {
    "formula_fault": FORMULA_FAULTS,
    "formula_without_value": (WITHOUT_VALUE,),
    "point_in_no_area": (IN_NO_OUTLINE,),
}
"""The texts that stand for a formula that gave nothing, or a point without an area, by the rule
that they break."""
_NO_VALUES = tuple(text for texts in CELL_RULES.values() for text in texts)
_ISO_DATE = r"\d{4}-\d{2}-\d{2}([T ]00:00(:00(\.0+)?)?(Z|[+]00:?00)?)?"  # a midnight is a day
_ISO_TIME = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?"
_ISO_OFFSET = _ISO_TIME + r" ?(Z|[+-]\d{2}(:?\d{2})?)"
_ISO_DAY = r"\d{4}-\d{2}-\d{2}"
_IN_NUMBERS = r"^(\d{1,2})[/. -](\d{1,2})[/. -](\d{4}|\d{2})\b"
_UNDECLARED = Signs()
_FINE = 5  # digits of what is measured finely: coordinates, weights
_LEAST_THOUSAND = 1000  # what the smallest number with thousands would be
_AT_ONCE = r"[+-]?(\d+|0?\.\d*|\d+\.(\d{0,2}|\d{4,}))"  # whatever the signs of the column


@dataclass(frozen=True)
class Cast:
    """How one column's text is read: SQL over `<column>__text`, with its named parameters."""

    expression: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class Check:
    """One rule as a condition (SQL over the typed rows) that is true for a row that breaks it."""

    rule: str
    column: str
    condition: str
    severity: str = "blocking"
    table: str | None = None  # of a reference


@dataclass(frozen=True)
class Notation:
    """What a mapping says of a column's notation; the defaults are ISO and a decimal point."""

    formats: tuple[str, ...] = ()
    time_zone: str = "UTC"
    signs: Signs = _UNDECLARED
    separator: str = ";"
    after: str | None = None
    nights: str | None = None
    day_zone: str = ""  # whose days are meant: the mission's; empty: those of the time zone


def notation(entry: ColumnMapping, time_zone: str, day_zone: str) -> Notation:
    """The notation of one mapped column."""
    return Notation(
        entry.formats,
        entry.time_zone or time_zone,
        entry.signs,
        entry.separator[0],
        entry.after,
        entry.nights,
        day_zone,
    )


def text_column(name: str) -> str:
    """The identifier of a column's text beside its typed value."""
    return quoted(f"{name}__text")


def cast(name: str, column: Column, how: Notation) -> Cast:
    """The typed value of a column: null where the text cannot be one."""
    text = text_column(name)
    kind = column.base_type
    if kind == "text":
        return Cast(text, {})
    if kind == "code":
        codes = literals(column.allowed_codes or ())
        return Cast(f"CASE WHEN {text} IN ({codes}) THEN {text} END", {})
    if kind == "list<code>":
        return _list_cast(name, column, how)
    if kind in ("int", "dec"):
        return _number_cast(name, column, how)
    if kind == "bool":
        return Cast(
            f"CASE WHEN lower({text}) IN ({literals(TRUE_TEXTS)}) THEN true "
            f"WHEN lower({text}) IN ({literals(FALSE_TEXTS)}) THEN false END",
            {},
        )
    return _date_cast(name, how) if kind == "date" else _time_cast(name, how)


def cast_of(name: str, column: Column, how: Notation, texts: pa.ChunkedArray) -> Cast:
    """The same for these texts alone: of a column that is empty, or plain in every row, less is
    asked, as the text of a statement takes longer than the rows of most files."""
    if texts.null_count == len(texts):
        return Cast(f"CAST(NULL AS {column.sql_type})", {})
    form, plain = _plain(name, column, how, texts)
    if form and pc.all(pc.match_substring_regex(texts, f"^({form})$")).as_py():
        return plain
    return cast(name, column, _without_point(texts, column, how))


def _plain(name: str, column: Column, how: Notation, texts: pa.ChunkedArray) -> tuple[str, Cast]:
    """The form that is read at once whatever else the column may hold, and how; none: no form."""
    text, kind = text_column(name), column.base_type
    if kind in ("int", "dec"):
        return _at_once(column), Cast(f"TRY_CAST({text} AS {column.sql_type})", {})
    if reads_iso_otherwise(how.formats) or any("%z" in entry for entry in how.formats):
        return "", Cast("NULL", {})
    if kind == "date":
        return _ISO_DATE, Cast(f"TRY_CAST({text}[:10] AS DATE)", {})
    if kind == "time":
        return _ISO_TIME, _plain_time_cast(name, how, texts)
    return "", Cast("NULL", {})


def _plain_time_cast(name: str, how: Notation, texts: pa.ChunkedArray) -> Cast:
    """Local times as ISO writes them. Where the zone's clock stands still around all of them,
    nothing is asked of each: that takes four conversions a value, and ten times the SQL."""
    local, seconds = f"TRY_CAST({text_column(name)} AS TIMESTAMP)", None
    with suppress(ValueError):  # there is no such day, as the row will say
        ends = (datetime.fromisoformat(end[:10]) for end in pc.min_max(texts).as_py().values())
        seconds = seconds_ahead(how.time_zone, *ends)
    if seconds is None:
        return _utc_cast(name, how, local, "", {})
    return _utc_cast(name, how, "", f"{local} - to_seconds({seconds})", {})


def _list_cast(name: str, column: Column, how: Notation) -> Cast:
    codes = literals(column.allowed_codes or ())
    members = (
        f"list_filter(list_transform(string_split({text_column(name)}, $separator_{name}), "
        "lambda member: trim(member)), lambda member: member <> '')"
    )
    expression = f"CASE WHEN list_has_all([{codes}], {members}) THEN {members} END"
    return Cast(expression, {f"separator_{name}": how.separator})


def _number_cast(name: str, column: Column, how: Notation) -> Cast:
    """Plain numbers at once; others where their signs can be read in one way only."""
    text, signs, is_whole = text_column(name), how.signs, column.base_type == "int"
    parameters = {
        f"grouped_{name}": signs.grouped,
        f"unclear_{name}": signs.unclear(whole=is_whole),
    }
    spaced = f"replace(regexp_replace({text}, {literal(BLANKS)}, ' ', 'g'), '{MINUS}', '-')"
    spaced = f"translate({spaced}, '{DIGITS[0]}', '{DIGITS[1]}')"
    for number, (sign, means) in enumerate(signs.own()):
        spaced = f"replace({spaced}, $sign_{number}_{name}, '{means}')"
        parameters[f"sign_{number}_{name}"] = sign
    read = (  # each part once, under a name: it takes longer to plan than the rows of most files
        f"list_transform([{spaced}], lambda spaced: replace("
        f"CASE WHEN regexp_full_match(spaced, $grouped_{name}) "
        "THEN replace(spaced, regexp_extract(spaced, '[ .,]'), '') "
        f"WHEN NOT regexp_full_match(spaced, $unclear_{name}) THEN spaced END, ',', '.'))"
    )
    form, at_once = WHOLE if is_whole else PLAIN, literal(_at_once(column))
    return Cast(
        f"CASE WHEN regexp_full_match({text}, {at_once}) THEN TRY_CAST({text} AS {column.sql_type})"
        f" ELSE list_transform({read}, lambda read: CASE WHEN regexp_full_match(read, "
        f"{literal(form)}) THEN TRY_CAST(read AS {column.sql_type}) END)[1] END",
        parameters,
    )


def _at_once(column: Column) -> str:
    return r"[+-]?\d+" if column.base_type == "int" else _AT_ONCE


def _without_point(texts: pa.ChunkedArray, column: Column, how: Notation) -> Notation:
    """Where the mapping names no sign, and the column writes a decimal comma or may well write its
    thousands with a point, neither is declared."""
    if column.base_type != "dec" or how.signs.decimal is not None:
        return how

    def writes(pattern: str) -> bool:
        return bool(pc.any(pc.match_substring_regex(texts, f"^({pattern})$")).as_py())

    is_open = writes(DECIMAL_COMMA) or (
        _may_be_thousands(column) and writes(POINT_OR_THOUSANDS) and not writes(DECIMAL_POINT)
    )
    return replace(how, signs=replace(how.signs, decimal="")) if is_open else how


def _may_be_thousands(column: Column) -> bool:
    """Counts and rates may; coordinates and weights, or seven days a week, may not."""
    fits = column.maximum is None or column.maximum >= _LEAST_THOUSAND
    return fits and column.decimal_places < _FINE


def _date_cast(name: str, how: Notation) -> Cast:
    text = text_column(name)
    iso = f"regexp_full_match({text}, {literal(_ISO_DATE)})"
    if reads_iso_otherwise(how.formats):
        iso = "false"
    day = f"WHEN {iso} THEN TRY_CAST({text}[:10] AS DATE)"
    if not how.formats:
        return Cast(f"CASE {day} END", {})
    timed = [entry for entry in how.formats if re.search("%[-]?[HI]", entry)]
    parameters: dict[str, Any] = {f"formats_{name}": _short_years_first(how.formats)}
    whole = _with_whole_day(text, how.formats)
    declared = f"CAST(try_strptime({whole}, $formats_{name}) AS DATE)"
    if timed:
        day_zone = how.day_zone or how.time_zone
        of_day, is_local = f"AT TIME ZONE $day_zone_{name} AS DATE", how.time_zone == day_zone
        is_time = f"regexp_full_match({text}, {literal(_ISO_TIME)})"
        is_offset = f"regexp_full_match({text}, {literal(_ISO_OFFSET)})"
        if is_local:
            day += f" WHEN {is_time} THEN {text}[:10]::DATE"
        else:  # late in the evening it may be the next day in the mission
            instant = f"TRY_CAST({text} AS TIMESTAMP) AT TIME ZONE $zone_{name}"
            day += f" WHEN {is_time} THEN CAST(({instant}) {of_day})"
            parameters[f"zone_{name}"] = how.time_zone
        day += f" WHEN {is_offset} THEN CAST(TRY_CAST({text} AS TIMESTAMPTZ) {of_day})"
        parameters[f"day_zone_{name}"] = day_zone
        offsets = [entry for entry in timed if "%z" in entry]
        locals_ = [] if is_local else [entry for entry in timed if "%z" not in entry]
        for kind, formats in (("offset", offsets), ("local", locals_)):
            if formats:
                read = f"try_strptime({whole}, ${kind}_formats_{name})"
                moment = read if kind == "offset" else f"{read} AT TIME ZONE $zone_{name}"
                day += f" WHEN {read} IS NOT NULL THEN CAST(({moment}) {of_day})"
                parameters[f"{kind}_formats_{name}"] = _short_years_first(formats)
    return Cast(f"CASE {day} ELSE {declared} END", parameters)


def _with_whole_day(text: str, formats: Sequence[str]) -> str:
    """The text, null where a day that is one number lacks digits: DuckDB reads `1126` by `%d%m%y`
    as of 2006."""
    lengths = {digits_of_day(entry) for entry in formats} - {0}
    if not lengths:
        return text
    others = "|".join(rf"\d{{{length}}}" for length in range(3, 9) if length not in lengths)
    return (
        f"CASE WHEN NOT regexp_matches({text}, {literal(f'^({others})([ T]|$)')}) THEN {text} END"
    )


def _short_years_first(formats: Sequence[str]) -> list[str]:
    """`%Y` of DuckDB reads `12/2/26` as of the year 26."""
    return sorted(formats, key=lambda entry: "%y" not in entry)


def _time_cast(name: str, how: Notation) -> Cast:
    """UTC. A local time that never was, or was twice, is null: nobody can tell which was meant.

    A day without a time is midnight only where a declared format is one of days.
    """
    text = text_column(name)
    parameters: dict[str, Any] = {}
    local_formats = [entry for entry in how.formats if "%z" not in entry]
    offset_formats = [entry for entry in how.formats if "%z" in entry]
    takes_days = any(not re.search("%[-]?[HI]", entry) for entry in local_formats)
    iso = f"{_ISO_TIME}|{_ISO_DAY}" if takes_days else _ISO_TIME
    is_iso = f"regexp_full_match({text}, {literal(iso)})"
    is_offset = f"regexp_full_match({text}, {literal(_ISO_OFFSET)})"
    if reads_iso_otherwise(how.formats):
        is_iso = is_offset = "false"
    local = f"WHEN {is_iso} THEN TRY_CAST({text} AS TIMESTAMP)"
    instant = f"WHEN {is_offset} THEN TRY_CAST({text} AS TIMESTAMPTZ)"
    if local_formats:
        whole = _with_whole_day(text, local_formats)
        local += f" ELSE try_strptime({whole}, $formats_{name})"
        parameters[f"formats_{name}"] = _short_years_first(local_formats)
    if offset_formats:
        instant += f" ELSE try_strptime({text}, $offset_formats_{name})"
        parameters[f"offset_formats_{name}"] = offset_formats
    return _utc_cast(
        name, how, f"(CASE {local} END)", f"CASE {instant} END AT TIME ZONE 'UTC'", parameters
    )


def _utc_cast(
    name: str, how: Notation, local: str, instant: str, parameters: Mapping[str, Any]
) -> Cast:
    """By an `instant` in UTC or, without one, by `local` time, of which one may be none; on the day
    after where it has to follow another column's."""
    by_zone = _local_to_utc_sql(local, f"$zone_{name}") if local else ""
    expression = f"coalesce({', '.join(filter(None, (instant, by_zone)))})"
    if how.nights:
        nights = f"coalesce(TRY_CAST({text_column(how.nights)} AS INTEGER), 0)"
        expression = f"({expression}) + {nights} * INTERVAL 24 HOUR"
    if how.after:
        start, day = quoted(how.after), "INTERVAL 24 HOUR"
        is_next = f"({expression}) < {start} AND ({expression}) + {day} > {start}"
        expression = f"({expression}) + CASE WHEN {is_next} THEN {day} ELSE INTERVAL 0 HOUR END"
    zone = {f"zone_{name}": how.time_zone} if local else {}
    return Cast(expression, {**zone, **parameters})


def _local_to_utc_sql(local: str, zone: str) -> str:
    """Local time to UTC, null where the zone's clocks skip or repeat it (by up to an hour)."""
    instant = f"({local} AT TIME ZONE {zone})"
    shown = [f"(({instant} {shift}) AT TIME ZONE {zone})" for shift in _AROUND]
    is_single = f"{shown[0]} = {local} AND {shown[1]} <> {local} AND {shown[2]} <> {local}"
    return f"CASE WHEN {is_single} THEN {instant} AT TIME ZONE 'UTC' END"


_AROUND = ("+ INTERVAL 0 HOUR", "- INTERVAL 1 HOUR", "+ INTERVAL 1 HOUR")


_PLACES = "ordinal, position, part, entry, sheet, row_number, sender, is_by_right"


def typed_rows_sql(contract: Contract, casts: Mapping[str, Cast], entry: int = 0) -> str:
    """The typed rows of one entry in `mapped_rows`, each value beside its text.

    Entry 0 makes the table, the others add to it.
    """
    texts = ",\n".join(f"    {quoted(name)} AS {text_column(name)}" for name in contract.columns)
    values = ",\n".join(
        f"  {casts[name].expression} AS {quoted(name)}" for name in contract.columns
    )
    into = "INSERT INTO typed_rows" if entry else "CREATE OR REPLACE TEMP TABLE typed_rows AS"
    return f"""
{into}
WITH texts AS (
  SELECT {_PLACES},
{texts}
  FROM mapped_rows
  WHERE entry = {entry}
)
SELECT
  {_PLACES},
{", ".join(text_column(name) for name in contract.columns)},
{values}
FROM texts
"""


def row_checks(
    contract: Contract,
    mission: Mission,
    empty: Set[str] = frozenset(),
    kept: Set[tuple[str, str]] = frozenset(),
) -> Iterator[Check]:
    """Every rule that a row can be judged by alone, in the order of `Contract.rules()`.

    Columns that are `empty` in the whole file can break no rule of their own but `required`.
    `kept`: (rule, column) that the texts themselves show to be kept by all rows of the file.
    """
    for name, column in contract.columns.items():
        for check in _column_checks(name, column):
            is_needed = name not in empty or check.rule == "required"
            if is_needed and (check.rule, name) not in kept:
                yield check
    if contract.date_column and contract.date_column not in empty:
        yield _mission_check(contract, mission)
    for rule_name, rule in contract.row_rules.items():
        filled = [name for name in rule.columns if name not in empty]
        sound = [sound_sql(name, contract.columns[name]) for name in filled]
        condition = " AND ".join([f"NOT ({rule.expression})", *sound])
        yield Check(rule_name, rule.columns[0], condition, rule.severity)


def sound_sql(name: str, column: Column) -> str:
    """Whether a cell breaks no rule of its own: only then is it held against other cells.

    One mistake in a cell is so told once.
    """
    faults = " OR ".join(f"({check.condition})" for check in _column_checks(name, column))
    return f"NOT coalesce({faults}, false)"


def _unreadable(name: str) -> str:
    return f"({text_column(name)} IS NOT NULL AND {quoted(name)} IS NULL)"


def _column_checks(name: str, column: Column) -> Iterator[Check]:
    for rule, condition in _column_conditions(name, column):
        yield Check(rule, name, condition, column.severity)


def _column_conditions(name: str, column: Column) -> Iterator[tuple[str, str]]:
    text, value = text_column(name), quoted(name)
    for rule, texts in CELL_RULES.items():
        yield rule, f"{text} IN ({literals(texts)})"
    if column.required:
        yield "required", f"{text} IS NULL"
    is_fault = f"{text} IN ({literals(_NO_VALUES)})"
    if column.unreadable_rule:
        yield column.unreadable_rule, f"{_unreadable(name)} AND NOT {is_fault}"
    if column.minimum is not None:
        yield "minimum", f"{value} < {column.minimum!r}"
    if column.maximum is not None:
        yield "maximum", f"{value} > {column.maximum!r}"
    if column.pattern is not None:
        condition = f"NOT regexp_full_match({value}, {literal(column.pattern)}) AND NOT {is_fault}"
        yield "pattern", condition


def _mission_check(contract: Contract, mission: Mission) -> Check:
    name = contract.date_column
    assert name is not None
    value, starts_on = quoted(name), mission.starts_on
    if contract.columns[name].base_type == "time":
        zone = literal(mission.time_zone)
        value = f"CAST(({value} AT TIME ZONE 'UTC') AT TIME ZONE {zone} AS DATE)"
    if name == "month":  # the first day stands for the month in which the mission began
        starts_on = starts_on.replace(day=1)
    condition = f"{value} < {_date_sql(starts_on)}"
    if mission.ends_on:
        condition = f"({condition} OR {value} > {_date_sql(mission.ends_on)})"
    return Check("outside_mission", name, condition)


def both_ways_sql(name: str) -> str:
    """Whether a column can have date cells beside days written in numbers, `3/6/2026` or
    `13.06.26`; quick to ask."""
    text = text_column(name)
    in_numbers = f"{text}[2] IN ('/', '.', '-', ' ') OR {text}[3] IN ('/', '.', '-', ' ')"
    return f"bool_or({in_numbers}) AND bool_or({text}[5] = '-')"


def exchanged_days_sql(name: str) -> str:
    """The `ordinal` of rows whose date cell has day and month exchanged, as a spreadsheet set to
    the other order leaves a column: what can be a day of a month became one, the rest stayed text.

    So it is where every cell's day is below 13 and that of every text above, and the cells,
    exchanged, lie in the months of the texts: this cell alone, or all of them.
    """
    text = text_column(name)
    return rf"""
WITH parts AS (
  SELECT ordinal, TRY_CAST(regexp_extract({text}, '^{_ISO_DAY}') AS DATE) AS cell,
    TRY_CAST(regexp_extract({text}, '{_IN_NUMBERS}', 1) AS INTEGER) AS one,
    TRY_CAST(regexp_extract({text}, '{_IN_NUMBERS}', 2) AS INTEGER) AS two,
    TRY_CAST(regexp_extract({text}, '{_IN_NUMBERS}', 3) AS INTEGER) AS year
  FROM typed_rows WHERE {text} IS NOT NULL
), texts AS (
  SELECT list(DISTINCT TRY(make_date(year % 100 + 2000, least(one, two), 1))) AS months
  FROM parts WHERE one IS NOT NULL HAVING min(greatest(one, two)) > 12
), cells AS (
  SELECT ordinal, day(cell) AS day, month(cell) AS month,
    list_contains(months, CAST(date_trunc('month', cell) AS DATE)) AS fits,
    coalesce(list_contains(months, TRY(make_date(year(cell), day(cell), 1))), false) AS fits_other
  FROM parts, texts WHERE cell IS NOT NULL
)
SELECT ordinal FROM cells
WHERE day <> month AND fits_other AND (SELECT max(day) FROM cells) <= 12
  AND (NOT fits OR (SELECT bool_and(fits_other) FROM cells))"""


def _date_sql(day: date) -> str:
    return f"DATE '{day.isoformat()}'"


def reference_checks(
    contract: Contract,
) -> Iterator[tuple[Check, tuple[str, ...], tuple[str, ...]]]:
    """(check, own columns, columns of the other table) of each reference; `condition` is empty."""
    for name, table, other in contract.references():
        yield Check("reference", name, "", table=table), (name,), (other,)
    for entry in contract.composite_references:
        check = Check("reference", entry.columns[-1], "", table=entry.table)
        yield check, entry.columns, entry.to_columns
