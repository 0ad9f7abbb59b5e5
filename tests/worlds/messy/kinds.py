"""Files as units send them, each with its truth: what every column and text of it means.

Made up: three tables of ten rows, written in forty ways. A way changes names, texts, notation or
the shape of the file, and knows what it changed.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path

import xlsxwriter

from indicators.definitions.contracts import contracts

Row = dict[str, str]
Shown = Callable[[str], str]
TABLES = ("activities", "incidents", "alerts")
PLACES = {
    "XX01": ("Barkedji", "Barkédji"),
    "XX02": ("Old Fangak", "Vieux Fangak"),
    "XX03": ("Konna", "Konna"),
}
UNITS = {"U-1": "FPU Ghana", "U-2": "FPU Nepal"}


@dataclass(frozen=True)
class Messy:
    """One file and its truth.

    `names`: contract column: the headers that hold it. `texts`: (column, text of the file): code,
    None where nothing is meant that anybody could know. `rows`: what must arrive, as canonical
    texts; `rejected`: (row, counted from 0): rules under which it must be rejected.
    """

    kind: str
    table: str
    file_name: str
    content: bytes
    names: Mapping[str, tuple[str, ...]]
    texts: Mapping[tuple[str, str], str | None]
    rows: tuple[Row, ...]
    rejected: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Way:
    """How one kind is written; each field changes one thing of the plain file."""

    names: Callable[[str, str], str] = lambda table, column: column
    shown: Callable[[str, str, str], str] = lambda table, column, text: text
    write: Callable[["Sheet"], tuple[str, bytes]] = lambda sheet: as_csv(sheet)
    splits_time: bool = False
    extra: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[int, tuple[str, str]] = field(default_factory=dict)  # row: (type, text)


@dataclass(frozen=True)
class Sheet:
    """Header and cells before they are written."""

    header: list[str]
    cells: list[list[str]]


def as_csv(
    sheet: Sheet,
    encoding: str = "utf-8",
    delimiter: str = ",",
    above: str = "",
    end: str = "\n",
    quoting: int = csv.QUOTE_MINIMAL,
) -> tuple[str, bytes]:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([sheet.header, *sheet.cells])
    return ".csv", (above + text.getvalue()).encode(encoding)


def as_workbook(
    sheet: Sheet,
    above: int = 0,
    groups: list[str] | None = None,
    others: bool = False,
    with_dates: bool = False,
    is_1904: bool = False,
) -> tuple[str, bytes]:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target, {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"}
    )
    if is_1904:
        book = xlsxwriter.Workbook(
            target, {"date_1904": True, "default_date_format": "yyyy-mm-dd hh:mm"}
        )
    if others:
        book.add_worksheet("Lisez-moi").write(0, 0, "Instructions")
    page = book.add_worksheet("Données")
    for row in range(above):
        page.write(row, 0, f"Monthly report, line {row + 1}")
    if groups:
        for at, name in enumerate(groups):
            if name:
                page.write(above, at, name)
        above += 1
    page.write_row(above, 0, sheet.header)
    for row, cells in enumerate(sheet.cells, start=above + 1):
        for at, text in enumerate(cells):
            if not text:
                continue
            moment = _moment(text) if with_dates else None
            if moment is not None:
                page.write_datetime(row, at, moment)
            elif with_dates and text.replace(".", "", 1).isdigit():
                page.write_number(row, at, float(text))
            else:
                page.write_string(row, at, text)
    book.close()
    return ".xlsx", target.getvalue()


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


_COLUMNS = {
    "activities": (
        "activity_code", "activity_type", "status", "unit_code", "tier", "phase", "area_code",
        "location_precision", "started_at", "personnel_count", "women_personnel_count",
        "partner_components", "patrol_mode", "is_long_range", "distance_km",
    ),
    "incidents": (
        "incident_code", "incident_type", "against_civilians", "occurred_on", "date_precision",
        "area_code", "location_precision", "alleged_actor_type", "deaths_civilian",
        "injured_civilian", "reported_by", "verification",
    ),
    "alerts": (
        "alert_code", "source_type", "threat_type", "level", "area_code", "received_at",
        "confirmed_at", "action_needed", "first_action_at",
    ),
}  # fmt: skip


@cache
def plain_rows(table: str) -> tuple[Row, ...]:
    """Ten rows in the contract's own notation, always the same."""
    return tuple(_row(table, number) for number in range(10))


def _row(table: str, number: int) -> Row:
    row = {}
    for at, name in enumerate(_COLUMNS[table]):
        column = contracts()[table].columns[name]
        kind = column.base_type
        day = date(2026, 3, 2 + 2 * number + 5 * (number > 4))
        codes = [code for code in column.allowed_codes or () if not code.startswith("_")]
        if name == "area_code":
            row[name] = sorted(PLACES)[number % 3]
        elif name == "unit_code":
            row[name] = sorted(UNITS)[number % 2]
        elif kind == "code":
            row[name] = codes[(number + at) % min(len(codes), 3)]
        elif kind == "list<code>":
            row[name] = ";".join(codes[: 1 + number % 2])
        elif kind == "bool":
            row[name] = ("true", "false")[number % 3 == 0]
        elif kind == "int":
            row[name] = str({"women_personnel_count": 2}.get(name, 6 + number))
        elif kind == "dec":
            row[name] = f"{10.5 + number}"
        elif kind == "date":
            row[name] = day.isoformat()
        elif kind == "time":
            hour = {"received_at": 6, "confirmed_at": 8, "first_action_at": 10}.get(name, 9)
            row[name] = f"{day.isoformat()} {hour:02d}:30"
        else:
            row[name] = f"{table[:2].upper()}-{number:03d}"
    return row


def _title(language: str) -> Callable[[str, str], str]:
    return lambda table, column: contracts()[table].columns[column].title.in_language(language)


def _label(language: str, change: Shown = str) -> Callable[[str, str, str], str]:
    from indicators.definitions.vocabularies import vocabularies

    def shown(table: str, name: str, text: str) -> str:
        column = contracts()[table].columns[name]
        if not column.vocabulary:
            return text
        labels = vocabularies()[column.vocabulary].labels
        separator = ";" if ";" in text else None
        parts = text.split(separator) if separator else [text]
        return ";".join(change(labels[part][language]) for part in parts)

    return shown


def _of_type(*kinds: str, change: Shown) -> Callable[[str, str, str], str]:
    def shown(table: str, name: str, text: str) -> str:
        return change(text) if contracts()[table].columns[name].base_type in kinds else text

    return shown


def _dated(pattern: str, clock: str = " %H:%M") -> Callable[[str, str, str], str]:
    def shown(text: str) -> str:
        moment = datetime.fromisoformat(text)
        return moment.strftime(pattern + (clock if ":" in text else ""))

    return _of_type("date", "time", change=shown)


def _place(number: int, change: Shown = str) -> Callable[[str, str, str], str]:
    def shown(table: str, name: str, text: str) -> str:
        if name == "area_code":
            return change(PLACES[text][number])
        return UNITS[text] if name == "unit_code" else text

    return shown


_FIELD_NAMES = {
    "activity_code": "No activité", "activity_type": "Nature de l'activité", "status": "Statut",
    "unit_code": "FPU", "area_code": "Localité", "started_at": "Date et heure",
    "personnel_count": "Effectif", "women_personnel_count": "Dont femmes",
    "distance_km": "Distance parcourue (km)", "incident_code": "No incident",
    "incident_type": "Nature de l'incident", "occurred_on": "Date de l'incident",
    "alleged_actor_type": "Auteur", "deaths_civilian": "Civils tués",
    "injured_civilian": "Civils blessés", "alert_code": "No alerte", "level": "Priorité",
    "received_at": "Reçue le", "threat_type": "Menace", "action_needed": "Action nécessaire",
}  # fmt: skip
_ENGLISH_NAMES = {
    "activity_code": "Activity ID", "activity_type": "Type of activity", "unit_code": "Unit",
    "area_code": "Location", "started_at": "Start time", "personnel_count": "Strength",
    "distance_km": "Km", "incident_code": "Incident number", "incident_type": "Type of incident",
    "occurred_on": "Date of incident", "alleged_actor_type": "Perpetrator",
    "deaths_civilian": "Civilians killed", "alert_code": "Alert ID", "level": "Priority",
    "received_at": "Date received", "threat_type": "Type of threat",
}  # fmt: skip


def _misspelt(text: str) -> str:
    """One letter in the middle of a longer text dropped."""
    return text[: len(text) // 2] + text[len(text) // 2 + 1 :] if len(text) > 7 else text


def _camel(table: str, column: str) -> str:
    first, *rest = column.split("_")
    return first + "".join(word.title() for word in rest)


def _abbreviated(text: str) -> str:
    return {"true": "Y", "false": "N"}[text]


def _with_total(sheet: Sheet) -> tuple[str, bytes]:
    total = ["TOTAL", *[""] * (len(sheet.header) - 2), "99"]
    return as_workbook(replace(sheet, cells=[*sheet.cells, total]))


def _grouped(sheet: Sheet) -> tuple[str, bytes]:
    """The area in the first column, said once for the rows below it."""
    at = sheet.header.index("area_code")
    rows = [[cells[at], *cells[:at], *cells[at + 1 :]] for cells in sheet.cells]
    rows.sort(key=lambda cells: cells[0])
    shown = [
        ["" if number and rows[number - 1][0] == cells[0] else cells[0], *cells[1:]]
        for number, cells in enumerate(rows)
    ]
    header = ["area_code", *sheet.header[:at], *sheet.header[at + 1 :]]
    return as_workbook(Sheet(header, shown))


def _fault(kind: str, text: str) -> Mapping[int, tuple[str, str]]:
    return {3: (kind, text)}


WAYS: Mapping[str, Way] = {
    "plain": Way(),
    "english_titles": Way(names=_title("en")),
    "french_titles": Way(names=_title("fr")),
    "english_labels": Way(names=_title("en"), shown=_label("en")),
    "french_labels_cp1252": Way(
        names=_title("fr"),
        shown=_label("fr", lambda text: text.encode("cp1252", "replace").decode("cp1252")),
        write=lambda sheet: as_csv(sheet, "cp1252", ","),
    ),
    "utf_16_tabs": Way(names=_title("fr"), write=lambda sheet: as_csv(sheet, "utf-16", "\t")),
    "byte_order_mark": Way(write=lambda sheet: as_csv(sheet, "utf-8-sig")),
    "semicolons": Way(write=lambda sheet: as_csv(sheet, delimiter=";")),
    "pipes": Way(write=lambda sheet: as_csv(sheet, delimiter="|")),
    "carriage_returns": Way(write=lambda sheet: as_csv(sheet, end="\r\n")),
    "everything_quoted": Way(write=lambda sheet: as_csv(sheet, quoting=csv.QUOTE_ALL)),
    "separator_line": Way(write=lambda sheet: as_csv(sheet, delimiter=";", above="sep=;\n")),
    "title_lines": Way(write=lambda sheet: as_csv(sheet, above="Monthly report\n\nFPU Ghana\n")),
    "workbook": Way(names=_title("en"), write=as_workbook),
    "workbook_title_rows": Way(names=_title("fr"), write=lambda sheet: as_workbook(sheet, above=4)),
    "workbook_two_sheets": Way(write=lambda sheet: as_workbook(sheet, others=True)),
    "workbook_date_cells": Way(write=lambda sheet: as_workbook(sheet, with_dates=True)),
    "workbook_1904": Way(write=lambda sheet: as_workbook(sheet, with_dates=True, is_1904=True)),
    "totals_row": Way(write=_with_total),
    "groups_filled_down": Way(write=_grouped),
    "day_dots": Way(shown=_dated("%d.%m.%Y")),
    "day_slashes": Way(shown=_dated("%d/%m/%Y")),
    "month_first": Way(shown=_dated("%m/%d/%Y")),
    "short_year": Way(shown=_dated("%d.%m.%y")),
    "month_words": Way(shown=_dated("%d-%b-%Y")),
    "hours_with_h": Way(shown=_dated("%d/%m/%Y", " %Hh%M")),
    "day_and_hour_apart": Way(splits_time=True),
    "decimal_comma": Way(
        shown=_of_type("dec", change=lambda text: text.replace(".", ",")),
        write=lambda sheet: as_csv(sheet, delimiter=";"),
    ),
    "y_and_n": Way(shown=_of_type("bool", change=_abbreviated)),
    "oui_et_non": Way(shown=_of_type("bool", change={"true": "Oui", "false": "Non"}.__getitem__)),
    "field_names_french": Way(names=lambda _, column: _FIELD_NAMES.get(column, column)),
    "field_names_english": Way(names=lambda _, column: _ENGLISH_NAMES.get(column, column)),
    "capital_headers": Way(names=lambda table, column: _title("en")(table, column).upper()),
    "camel_headers": Way(names=_camel),
    "form_group_paths": Way(names=lambda _, column: f"report/{column}"),
    "misspelt_headers": Way(names=lambda table, column: _misspelt(_title("en")(table, column))),
    "misspelt_labels": Way(shown=_label("en", _misspelt)),
    "capital_codes": Way(shown=_of_type("code", change=str.upper)),
    "place_names": Way(shown=_place(0)),
    "place_names_french": Way(shown=_place(1, str.upper)),
    "misspelt_places": Way(shown=_place(0, _misspelt)),
    "personal_columns": Way(
        extra={"Name of commander": "Maj. Example", "Phone": "+211 900 000 000"}
    ),
    "remarks_column": Way(extra={"Remarks": "a long day, nothing to report"}),
    "empty_column": Way(extra={"": ""}),
    "unknown_code": Way(faults=_fault("code", "something else entirely")),
    "unknown_place": Way(faults={3: ("area_code", "Nowhere At All")}),
    "no_number": Way(faults=_fault("int", "a dozen")),
    "impossible_day": Way(faults={3: ("date", "2026-02-31")}),
}


def messy_files() -> Iterator[Messy]:
    """Every way of every table."""
    for kind, way in WAYS.items():
        for table in TABLES:
            yield messy(kind, way, table)


def messy(kind: str, way: Way, table: str, prefix: str = "") -> Messy:
    """One file; `prefix` of the keys of its rows."""
    columns = list(plain_rows(table)[0])
    key = columns[0]
    rows = tuple(row | {key: prefix + row[key]} for row in plain_rows(table))
    names = {column: (way.names(table, column),) for column in columns}
    texts: dict[tuple[str, str], str | None] = {}
    header: list[str] = []
    for column in columns:
        if way.splits_time and contracts()[table].columns[column].base_type == "time":
            names[column] = (f"{column}_date", f"{column}_hour")
        header += names[column]
    cells, rejected = [], {}
    for number, row in enumerate(rows):
        line: list[str] = []
        for column in columns:
            shown = way.shown(table, column, row[column])
            kinds = (column, contracts()[table].columns[column].base_type)
            if number in way.faults and way.faults[number][0] in kinds and number not in rejected:
                shown = way.faults[number][1]
                rejected[number] = column
                texts[column, shown] = None
            else:
                _note(texts, table, column, shown, row[column])
            line += shown.split(" ") if len(names[column]) == 2 else [shown]
        cells.append(line)
    for name, text in way.extra.items():
        header.append(name)
        cells = [[*line, text] for line in cells]
    suffix, content = way.write(Sheet(header, cells))
    kept = tuple(row for number, row in enumerate(rows) if number not in rejected)
    plain = {column: tuple(" ".join(one.split()) for one in held) for column, held in names.items()}
    name = f"{table}_march_2026{suffix}"
    return Messy(kind, table, name, content, plain, texts, kept, rejected)


def _note(
    texts: dict[tuple[str, str], str | None], table: str, column: str, shown: str, meant: str
) -> None:
    """What a text of a column with codes means; of a list each member."""
    kind = contracts()[table].columns[column].base_type
    if kind == "list<code>":
        for one, code in zip(shown.split(";"), meant.split(";"), strict=True):
            texts[column, one] = code
    elif kind in ("code", "bool") or column in ("area_code", "unit_code"):
        texts[column, shown] = meant


def write(file: Messy, folder: Path) -> Path:
    """The file in a folder of its own, for names repeat."""
    path = folder / file.kind / file.file_name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(file.content)
    return path
