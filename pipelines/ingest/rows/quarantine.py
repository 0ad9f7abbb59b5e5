"""Rejected rows and warnings: what is kept of them, and the sentence that each becomes."""

import calendar
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from indicators.definitions.contracts import Column, Contract, contracts
from indicators.definitions.mission_profile import Mission
from indicators.foundation.calendar.day_text import day_text
from indicators.foundation.errors import of_kind, similar, suggestion
from indicators.foundation.messages import LANGUAGES, has_message, message
from pipelines.ingest.mapping.apply import FileRows, MappedTable
from pipelines.ingest.mapping.places.suspect_points import RULES
from pipelines.ingest.rows.cast import Check, Notation

_EXAMPLE = datetime(2026, 12, 31, 14, 30)
_IN_FRENCH = {"December": "décembre", "Dec": "déc"}
_MONTH = re.compile("|".join(_IN_FRENCH))
_NEVER = "–"
_ROW = pa.schema([
    *((name, pa.string()) for name in ("file", "file_sha256", "sheet")),
    ("row_number", pa.int64()),
    *((name, pa.string()) for name in ("column_name", "raw_value", "rule", "parameters")),
])  # fmt: skip
OF_NUMBERS = ("type_int", "type_dec", "minimum", "maximum")
"""Rules that a cell breaks which should hold a number, and may hold anything."""
DUPLICATE = "duplicate_of"
"""The rule of a row that a person decided to be a duplicate."""
TO_CORRECT = f"""(rule <> '{DUPLICATE}' AND NOT (rule = 'reference' AND raw_value IN (
  SELECT row_key FROM ops.duplicate_row WHERE table_name = parameters ->> '$.table')))"""
"""SQL: whether a row of the quarantine waits for a correction; not a duplicate, nor a row below."""


@dataclass(frozen=True)
class Delivered:
    """The file that rows come from, as the quarantine names it."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Context:
    """What the parameters of sentences are made from."""

    contract: Contract
    mission: Mission
    notations: Sequence[Mapping[str, Notation]]  # of each part
    known_keys: Mapping[tuple[str, str], list[str]]  # (table, column): values to suggest from
    codes_named: Callable[[str, str, str], Sequence[str]]  # table, column, name: codes of its rows
    names: Mapping[str, Sequence[str]]  # column: texts that its mapping reads, to suggest from too
    counted: Mapping[str, str]  # key of a row that is left out: that of the row that counts


def reject_sentence(
    rule: str, parameters: Mapping[str, Any], value: str | None, language: str
) -> str:
    """What is wrong and how to mend it, from a row of the quarantine (`parameters` from JSON)."""
    key = f"problem.{rule}" if has_message(f"problem.{rule}") else "problem.row_rule"
    if value is None and has_message(without := f"{key}.no_digits"):
        key = without
    key = of_kind(key, parameters)
    hint = parameters.get("hint_key")
    text = message(hint, language, **parameters) + " " if hint else ""
    shown = value if value is not None else _NEVER
    words = {**parameters, "value": shown, "hint": text}
    for name in ("found_en", "found_fr"):  # as an earlier version wrote it
        words.setdefault(name, parameters.get("found", parameters.get("key", "")))
    for name in {"starts_on", "ends_on"} & words.keys():
        words[name] = day_text(date.fromisoformat(words[name]), language)
    if (table := contracts().get(parameters.get("table", ""))) is not None:
        words["table"] = table.title.in_language(language)
    if language == "fr" and "format" in words:  # a month's name is read in either language
        words["format"] = _MONTH.sub(lambda found: _IN_FRENCH[found[0]], words["format"])
    return message(key, language, **words)


def violation_rows(
    file: FileRows,
    delivered: Delivered,
    mapped: MappedTable,
    check: Check,
    violations: pa.Table,
    context: Context,
) -> pa.Table:
    """The quarantine's rows for one broken rule.

    `violations`: position, part, sheet, row_number, text (mapped), found (a rule's values, JSON),
    and first_row of a duplicate. The raw value is what stands in the file, before any recode.
    """
    raw, names = _origin_texts(file, mapped, check.column, violations)
    texts = violations["text"].to_pylist()
    shown = [text if origin is None else origin for origin, text in zip(raw, texts, strict=True)]
    column = context.contract.columns[check.column]
    if check.rule in OF_NUMBERS:
        shown = [_first_digits(text, column) for text in shown]
    made: dict[Any, str] = {}
    parameters = []
    found = violations["found"].to_pylist()
    first = violations["first_row"].to_pylist()
    parts = violations["part"].to_pylist()
    origins = [len(own.get(check.column, ())) for own in mapped.origins]
    for place in zip(parts, shown, texts, found, first, strict=True):
        if place not in made:
            given = _parameters(check, context, *place)
            if (example := given.get("format", "")).count(" ") == origins[place[0]] - 1:
                given["format"] = example.replace(" ", " + ")  # as the columns are named
                if origins[place[0]] > 1 and len((place[1] or "").split()) < origins[place[0]]:
                    given["hint_key"] = "hint.part_blank"
            made[place] = json.dumps(given, ensure_ascii=False, sort_keys=True)
        parameters.append(made[place])
    places = (violations[name].to_pylist() for name in ("sheet", "row_number"))
    length = violations.num_rows
    return _quarantined(
        delivered, zip(*places, names, shown, [check.rule] * length, parameters, strict=True)
    )


def first_digits(column: Column) -> str:
    """Of a cell that should hold a number, the pattern of what cannot name a person.

    Of "3 (Jean M., …)" it is 3. As many digits as the column's range has: the rest of a telephone
    number goes.
    """
    most = max(abs(column.minimum or 0), abs(column.maximum or 0))
    return rf"^-?\d{{1,{len(str(int(most)))}}}"


def _first_digits(text: str | None, column: Column) -> str | None:
    found = re.match(first_digits(column), (text or "").strip())
    return found[0] if found else None


def _origin_texts(
    file: FileRows, mapped: MappedTable, column: str, violations: pa.Table
) -> tuple[list[str | None], list[str]]:
    """The text of the file's own columns for each violation, and their names."""
    texts: list[str | None] = [None] * violations.num_rows
    names = [column] * violations.num_rows
    parts = violations["part"].to_pylist()
    for part in sorted(set(parts)):
        origins = [
            name for name in mapped.origins[part].get(column, ()) if name in file.rows.column_names
        ]
        if not origins:
            continue
        at = [number for number, entry in enumerate(parts) if entry == part]
        positions = violations["position"].take(pa.array(at))
        cells = [file.rows[name].take(positions).to_pylist() for name in origins]
        for number, row in zip(at, zip(*cells, strict=True), strict=True):
            texts[number] = " ".join(cell for cell in row if cell) or None
            names[number] = " + ".join(origins)
    return texts, names


def _parameters(
    check: Check,
    context: Context,
    part: int,
    raw: str | None,
    text: str | None,
    found: str | None,
    first_row: int | None,
) -> dict[str, Any]:
    """What the sentence needs beside the value; `field` is the contract's name of the column."""
    column = context.contract.columns[check.column]
    how = context.notations[part].get(check.column)
    given: dict[str, Any] = {"field": check.column}
    if check.rule in context.contract.row_rules:
        return given | context.contract.row_rule_parameters(check.rule, json.loads(found or "{}"))
    if check.rule == "duplicate_key":
        values, own = json.loads(found or "{}"), context.contract
        keys = {f"found_{one}": own.told(own.key, values, one) for one in LANGUAGES}
        return given | keys | {"first_row": first_row}
    if check.rule == "key_stands_elsewhere":
        return given | json.loads(found or "{}")
    if check.rule == DUPLICATE:
        return duplicate_parameters(check.column, text or "", context.counted[text or ""])
    if check.rule == "required" and re.fullmatch(r"\D*[^\W\d]\D*", raw or ""):
        given["kind"] = "of_text"  # a word that the mapping calls missing
    elif check.rule in ("code", "type_list"):
        known_texts = context.names.get(check.column) or column.allowed_codes or ()
        given["nearest"] = _nearest_code(text or "", tuple(known_texts), how)
    elif check.rule == "reference":
        other = _referenced_column(context.contract, check)
        known = [
            *context.known_keys[check.table or "", other],
            *context.names.get(check.column, ()),
        ]
        given["table"] = check.table
        if named := context.codes_named(check.table or "", other, text or ""):
            given |= {"kind": "of_name", "nearest": ", ".join(named)}
        elif like := similar(text or "", known):
            given |= {"nearest": like, "hint_key": "hint.nearest_row"}
    elif check.rule in ("minimum", "maximum"):
        given[check.rule] = f"{getattr(column, check.rule):.15g}"
    elif check.rule == "pattern":
        given["example"] = column.example
    elif check.rule == "too_far_outside":
        given |= json.loads(found or "{}")
        given["limit"] = f"{context.mission.parameters.reject_outside_km:g}"
    elif check.rule in RULES:
        given |= _point_parameters(json.loads(found or "{}"))
    elif check.rule == "outside_mission":
        given["starts_on"] = context.mission.starts_on.isoformat()
        ends_on = context.mission.ends_on
        given |= {"ends_on": ends_on.isoformat()} if ends_on else {"kind": "without_end"}
    elif check.rule == "type_dec":
        given["example"] = f"12{(how or Notation()).signs.decimal or '.'}5"
    elif check.rule in ("type_date", "type_time"):
        given |= _time_parameters(text or "", check, how)
    return given


def _point_parameters(point: Mapping[str, Any]) -> dict[str, Any]:
    """Of a point that can hardly be right: how it would be, or where it lies and how far away."""
    shown = {name: f"{point[name]:g}" for name in ("latitude", "longitude") if point[name]}
    return shown | {name: point[name] or _NEVER for name in ("area", "km", "limit")}


def duplicate_parameters(column: str, key: str, counted: str) -> dict[str, Any]:
    """What the sentence of a row that is left out needs, and what tells which row it is."""
    return {"field": column, "row_key": key, "counted": counted}


def _nearest_code(text: str, codes: tuple[str, ...], how: Notation | None) -> str:
    members = text.split(how.separator) if how else [text]
    wrong = next((entry.strip() for entry in members if entry.strip() not in codes), text)
    return suggestion(wrong, codes)


def _referenced_column(contract: Contract, check: Check) -> str:
    for name, table, other in contract.references():
        if (name, table) == (check.column, check.table):
            return other
    composite = contract.composite_references
    return next(entry.to_columns[-1] for entry in composite if entry.table == check.table)


def _time_parameters(text: str, check: Check, how: Notation | None) -> dict[str, Any]:
    is_date = check.rule == "type_date"
    formats = (how.formats if how else ()) or ("%Y-%m-%d" if is_date else "%Y-%m-%d %H:%M",)
    given: dict[str, Any] = {"format": _EXAMPLE.strftime(formats[0]), "hint": ""}
    days = _days_of_month(text, (*formats, "%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"))
    if days:
        return given | {"hint_key": "hint.month_days", "days": days}
    if not is_date and _is_local_time(text, formats):
        zone = how.time_zone if how else "UTC"
        return given | {"hint_key": "hint.clock_change", "zone": zone}
    return given


def _is_local_time(text: str, formats: tuple[str, ...]) -> bool:
    """Whether the text can be read and only the zone's clocks speak against it."""
    for entry in (*formats, "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"):
        try:
            datetime.strptime(text, entry)
        except ValueError:
            continue
        return True
    return False


def _days_of_month(text: str, formats: tuple[str, ...]) -> int | None:
    """The month's days where the text is a date but for a day that this month does not have."""
    for entry in formats:
        pattern = re.escape(entry)
        for code, name, digits in (("%d", "d", 2), ("%m", "m", 2), ("%Y", "y", 4)):
            pattern = pattern.replace(re.escape(code), rf"(?P<{name}>\d{{1,{digits}}})", 1)
        pattern = re.sub(r"(\\)?%[A-Za-z]", r"\\d+", pattern)
        match = re.fullmatch(pattern, text)
        if not match or {"d", "m", "y"} - match.groupdict().keys():
            continue
        day, month, year = (int(match[name]) for name in "dmy")
        if 1 <= month <= 12 and year >= 1:
            days = calendar.monthrange(year, month)[1]
            if days < day <= 31:
                return days
    return None


def malformed_rows(file: FileRows, delivered: Delivered, keeps_text: bool) -> pa.Table:
    """The quarantine's rows for records that fit no column.

    `keeps_text`: whether the record may be kept as it stands. Where the mapping leaves columns
    out, it may hold what must not enter the warehouse (a name), and its row number has to do.
    """
    return _quarantined(
        delivered,
        (
            (sheet, entry.row_number, None, entry.text if keeps_text else None, entry.rule,
             json.dumps(dict(entry.parameters), sort_keys=True))
            for sheet, entry in file.malformed
        ),
    )  # fmt: skip


def held_row(delivered: Delivered, rule: str, parameters: Mapping[str, Any]) -> pa.Table:
    """The quarantine's row that says why a whole file is held back."""
    told = json.dumps(parameters, sort_keys=True)
    return _quarantined(delivered, [(None, None, None, None, rule, told)])


def remark_rows(file: FileRows, delivered: Delivered) -> pa.Table:
    """The warnings that a reader itself gives (a row of HXL tags, doubly encoded text)."""
    return _quarantined(
        delivered,
        (
            (sheet, entry.row_number, entry.column, entry.raw_value, entry.rule,
             json.dumps(dict(entry.parameters), ensure_ascii=False, sort_keys=True))
            for sheet, entry in file.remarks
        ),
    )  # fmt: skip


def _quarantined(delivered: Delivered, rows: Iterable[tuple[Any, ...]]) -> pa.Table:
    """Rows of the quarantine: sheet, row number, column, raw value, rule, parameters of each."""
    columns: list[Any] = list(
        zip(*((delivered.name, delivered.sha256, *row) for row in rows), strict=True)
    )
    return pa.table(columns or [[]] * len(_ROW), schema=_ROW)
