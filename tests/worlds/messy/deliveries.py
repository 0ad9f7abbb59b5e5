"""Messy files of every kind that a mission gets, each with its mapping and its truth.

The truth: rows of a contract's table as they must arrive (named columns, text as the contract
writes it, times in the mission's zone), rows that must be rejected and why, what must be said.
Those of `kinds.py` are written in fifty ways; to them come formats, exports of forms and published
data sets. All made up.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from indicators.definitions.contracts import contracts
from tests.worlds.messy.kinds import WAYS, Messy, Row, messy, plain_rows
from tests.worlds.messy.written import (
    XLS,
    csv_of,
    jsonl_of,
    labelled_of,
    ods_of,
    parquet_of,
    xlsx_of,
    zip_of,
)

Rejected = tuple[int, str, str]
"""Row that a person sees, column of the file, rule."""


@dataclass(frozen=True)
class Delivery:
    """One file. `mapping`: all of its source but `source` and `files`."""

    kind: str
    suffix: str
    content: bytes
    mapping: Mapping[str, Any]
    table: str
    rows: tuple[Row, ...]
    rejected: frozenset[Rejected] = frozenset()
    told: frozenset[str] = frozenset()  # rules of warnings

    @property
    def name(self) -> str:
        """The file's name, by which its source takes it."""
        return f"{self.kind}{self.suffix}"


def deliveries() -> Iterator[Delivery]:
    """All files."""
    for number, (kind, way) in enumerate(WAYS.items()):
        table = "incidents" if kind == "impossible_day" else "activities"
        yield _by_hand(kind, messy(kind, way, table, f"{number:02d}-"))
    for made in (_formats(), _shapes(), _forms(), _data_sets()):
        yield from made


# Files of `kinds.py` under the mapping that a person writes who knows them ------------------------

_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "french_labels_cp1252": {"encoding": "cp1252"},
    "utf_16_tabs": {"encoding": "utf-16", "delimiter": "\t"},
    "semicolons": {"delimiter": ";"},
    "decimal_comma": {"delimiter": ";"},
    "pipes": {"delimiter": "|"},
    "separator_line": {"delimiter": ";", "header_row": "2"},
    "title_lines": {"header_row": "4"},
    "workbook_title_rows": {"header_row": "5"},
    "workbook_two_sheets": {"sheet": "Données", "ignore_sheets": ["Lisez-moi"]},
    "totals_row": {"totals": ["TOTAL"]},
    "groups_filled_down": {"fill_down": ["area_code"]},
}
_FORMATS = {
    "day_dots": ["%d.%m.%Y %H:%M", "%d.%m.%Y"],
    "day_slashes": ["%d/%m/%Y %H:%M", "%d/%m/%Y"],
    "month_first": ["%m/%d/%Y %H:%M", "%m/%d/%Y"],
    "short_year": ["%d.%m.%y %H:%M", "%d.%m.%y"],
    "month_words": ["%d-%b-%Y %H:%M", "%d-%b-%Y"],
    "hours_with_h": ["%d/%m/%Y %Hh%M", "%d/%m/%Y"],
}
_RULES = {"code": "code", "area_code": "reference", "int": "type_int", "date": "type_date"}


def _by_hand(kind: str, file: Messy) -> Delivery:
    columns = {}
    for name, headers in file.names.items():
        entry: dict[str, Any] = {"from": headers[0] if len(headers) == 1 else list(headers)}
        recode = {
            text: code
            for (column, text), code in file.texts.items()
            if column == name and code is not None and code != text
        }
        kind_of = contracts()[file.table].columns[name].base_type
        if kind_of in ("date", "time") and kind in _FORMATS:
            entry["formats"] = _FORMATS[kind]
        if kind_of == "dec" and kind == "decimal_comma":
            entry["decimal"] = ","
        columns[name] = entry | ({"recode": recode} if recode else {})
    suffix = file.file_name.removeprefix(f"{file.table}_march_2026")
    ignored = [name or "(column *)" for name in WAYS[kind].extra]
    mapping = _mapping(file.table, columns, suffix.strip("."), _OPTIONS.get(kind, {}), ignored)
    rejected = {
        (2 + at, file.names[column][0], _RULES[WAYS[kind].faults[at][0]])
        for at, column in file.rejected.items()
    }
    told = {"total_row"} if kind == "totals_row" else set()
    return Delivery(
        kind, suffix, file.content, mapping, file.table, file.rows, frozenset(rejected),
        frozenset(told),
    )  # fmt: skip


def _mapping(
    table: str,
    columns: Mapping[str, Any],
    reader: str = "csv",
    options: Mapping[str, Any] | None = None,
    ignore: Sequence[str] = (),
    **more: Any,
) -> dict[str, Any]:
    entry = {"table": table, "columns": columns} | {
        key: more.pop(key) for key in ("where", "unpivot") if key in more
    }
    return {"reader": reader, "options": dict(options or {}), "ignore": list(ignore)} | {
        "tables": [entry],
        **more,
    }


# Formats ------------------------------------------------------------------------------------------

_NAMES = ("activity_code", "activity_type", "status", "unit_code", "tier", "phase", "area_code",
          "location_precision", "started_at", "personnel_count")  # fmt: skip


def _rows(prefix: str, *names: str) -> list[Row]:
    """Five activities whose keys begin so."""
    wanted = [*_NAMES, *names]
    found = [{name: row[name] for name in wanted} for row in plain_rows("activities")[:5]]
    return [row | {"activity_code": prefix + row["activity_code"]} for row in found]


def _own(names: Sequence[str], **changes: Any) -> dict[str, Any]:
    """Columns of the contract's own names."""
    return {name: {"from": name} for name in names} | changes


def _grid(rows: Sequence[Row]) -> list[list[str]]:
    return [list(rows[0]), *(list(row.values()) for row in rows)]


def _made(
    kind: str,
    suffix: str,
    content: bytes,
    mapping: Mapping[str, Any],
    rows: Sequence[Row],
    rejected: Sequence[Rejected] = (),
    told: Sequence[str] = (),
    table: str = "activities",
) -> Delivery:
    return Delivery(
        kind, suffix, content, mapping, table, tuple(rows), frozenset(rejected), frozenset(told)
    )


def _formats() -> Iterator[Delivery]:
    fixed = {name: {"constant": plain_rows("activities")[1][name]} for name in _NAMES}
    yield _made(
        "excel_97",
        ".xls",
        XLS,
        _mapping(
            "activities",
            fixed | {"activity_code": {"from": "Code"}, "personnel_count": {"from": "Nombre"},
                     "area_code": {"from": "Zone", "recode": {"Bor é": "XX01"}},
                     "started_at": {"from": "Date", "formats": ["%d/%m/%Y"]}},
            "xls", {"sheet": "Patrols", "ignore_sheets": ["Notes"]},
        ),
        [{"activity_code": "A-1", "area_code": "XX01", "personnel_count": "3",
          "started_at": "2026-07-01 00:00"}],
        [(4, "Nombre", "type_int"), (4, "Zone", "required")],
        told=["all_midnight"],
    )  # fmt: skip
    rows = _rows("ods-")
    page = [["Monthly report"], [], *_grid(rows), ["TOTAL", "", "", "", "", "", "", "", "", 40]]
    yield _made(
        "ods_title_and_total", ".ods", ods_of({"Rapport": page, "Notes": [["read me"]]}),
        _mapping("activities", _own(_NAMES), "ods",
                 {"sheet": "Rapport", "header_row": "3", "totals": "Total"}),
        rows, told=["total_row", "sheets_not_read"],
    )  # fmt: skip
    rows = _rows("pq-", "is_long_range", "distance_km", "partner_components")
    typed: dict[str, object] = {name: [row[name] for row in rows] for name in rows[0]}
    typed |= {
        "personnel_count": [int(row["personnel_count"]) for row in rows],
        "distance_km": [float(row["distance_km"]) for row in rows],
        "is_long_range": [row["is_long_range"] == "true" for row in rows],
        "started_at": [datetime.fromisoformat(row["started_at"]) for row in rows],
        "partner_components": [row["partner_components"].split(";") for row in rows],
    }
    yield _made("parquet_typed", ".parquet", parquet_of(typed),
                _mapping("activities", _own(rows[0]), "parquet"), rows)  # fmt: skip
    rows = _rows("json-", "distance_km", "partner_components")
    records = [
        {name: row[name] for name in _NAMES if name not in ("area_code", "personnel_count")}
        | {"place": {"code": row["area_code"]}, "personnel_count": int(row["personnel_count"])}
        | {"km": float(row["distance_km"]), "partners": row["partner_components"].split(";")}
        for row in rows
    ]
    content = jsonl_of(records) + b'{"activity_code": "json-cut\n'
    columns = _own(rows[0], area_code={"from": "place/code"}, distance_km={"from": "km"},
                   partner_components={"from": "partners"})  # fmt: skip
    yield _made("json_lines", ".jsonl", content, _mapping("activities", columns, "jsonl"),
                rows, [(6, "", "row_json")])  # fmt: skip
    for kind, suffix in (("stata", ".dta"), ("spss", ".sav")):
        rows = _rows(f"{kind}-")
        codes = {row["status"]: number for number, row in enumerate(rows, start=1)}
        coded: dict[str, object] = {name: [row[name] for row in rows] for name in _NAMES}
        coded |= {
            "status": [codes[row["status"]] for row in rows],
            "personnel_count": [int(row["personnel_count"]) for row in rows],
        }
        labels = {"status": {number: f"Status: {text}" for text, number in codes.items()}}
        status: dict[str, Any] = {"from": "status", "recode": {str(n): t for t, n in codes.items()}}
        ignored = ["status (label)"]
        if kind == "stata":  # by the labels, which stand beside the codes
            recode = {f"Status: {text}": text for text in codes}
            status, ignored = {"from": "status (label)", "recode": recode}, ["status"]
        yield _made(
            f"{kind}_value_labels", suffix, labelled_of(kind, coded, labels),
            _mapping("activities", _own(_NAMES, status=status), kind, ignore=ignored), rows,
        )  # fmt: skip
    tags = ["#activity+code", "#activity+type", "#status", "#org+unit", "#tier", "#phase",
            "#adm1 +code", "#loc+Precision", "#date+start", "#capacity+num"]  # fmt: skip
    plain = [tag.replace(" ", "").lower() for tag in tags]
    columns = {name: {"from": tag} for name, tag in zip(_NAMES, plain, strict=True)}
    for suffix in (".csv", ".xlsx"):
        rows = _rows(f"hxl{suffix}-")
        cells = [[f"Heading {at}" for at in range(10)], tags, *_grid(rows)[1:]]
        content = csv_of(cells) if suffix == ".csv" else xlsx_of({"Data": cells})
        yield _made(f"hxl_{suffix[1:]}", suffix, content,
                    _mapping("activities", columns, "hxl"), rows)  # fmt: skip


# Shapes of tables ---------------------------------------------------------------------------------


def _shapes() -> Iterator[Delivery]:
    rows = _rows("two-")
    upper = ["Report", "", "", "Who", "What", "", "Where", "", "When", "Who"]
    lower = ["Code", "Type", "Status", "Unit", "Tier", "Phase", "Area", "Precision", "Start", "N"]
    groups = ["Report"] * 3 + ["Who", "What", "What", "Where", "Where", "When", "Who"]
    columns = {
        name: {"from": f"{group} / {own}"}
        for name, group, own in zip(_NAMES, groups, lower, strict=True)
    }
    page: list[Sequence[object]] = [["Monthly report"], upper, lower, *_grid(rows)[1:]]
    options = {"header_row": "2", "header_rows": "2"}
    yield _made("two_header_rows", ".xlsx", xlsx_of({"A": page}),
                _mapping("activities", columns, "xlsx", options), rows)  # fmt: skip
    for is_1904 in (False, True):
        kind = f"serial_dates{'_1904' if is_1904 else ''}"
        rows = _rows(f"{kind}-")
        first = datetime(1904, 1, 1) if is_1904 else datetime(1899, 12, 30)
        page = [list(rows[0])]
        for number, row in enumerate(rows):
            days = (datetime.fromisoformat(row["started_at"]) - first).total_seconds() / 86_400
            shown = row["started_at"] if number == 4 else days  # one of them as text
            page.append([{**row, "started_at": shown}[name] for name in row])
        yield _made(
            kind, ".xlsx", xlsx_of({"A": page}, date_1904=is_1904),
            _mapping("activities", _own(_NAMES), "xlsx", {"serial_dates": ["started_at"]}), rows,
        )  # fmt: skip
    rows = _rows("fault-")
    page = _grid(rows)
    page[2][9], page[3][6] = "=NA()", "=1/0"
    book = _with_faults(page)
    yield _made(
        "formulas_that_failed", ".xlsx", book, _mapping("activities", _own(_NAMES), "xlsx"),
        [rows[0], *rows[3:]],
        [(3, "personnel_count", "formula_fault"), (4, "area_code", "formula_fault")],
    )  # fmt: skip
    rows = _rows("twice-")
    text = "\n".join(",".join(cells) for cells in [*_grid(rows), list(rows[1].values())])
    yield _made("row_twice", ".csv", text.encode() + b"\n", _mapping("activities", _own(_NAMES)),
                rows, [(7, "activity_code", "duplicate_key")])  # fmt: skip
    rows = _rows("torn-")
    lines = [",".join(cells) for cells in _grid(rows)]
    lines[2] += ",more"
    lines[3] = lines[3].rpartition(",")[0]
    lines[4] = lines[4].replace(",", ',"un"closed', 1)
    yield _made(
        "torn_lines", ".csv", "\n".join([lines[0], "", *lines[1:], "", ""]).encode(),
        _mapping("activities", _own(_NAMES)), [rows[0], rows[4]],
        [(4, "", "row_shape"), (5, "", "row_shape"), (6, "", "row_quoting")],
    )  # fmt: skip
    rows = _rows("space-")
    cells = [[f" \u00a0{cell} " for cell in row] for row in _grid(rows)]
    thousands = [str(int(row["personnel_count"]) + 1000) for row in rows]
    for row, number in zip(cells[1:], thousands, strict=True):
        row[9] = f"{number[0]}\u202f{number[1:]}"
    counted = {"personnel_count": {"from": "personnel_count", "thousands": "\u202f"}}
    yield _made(
        "no_break_spaces", ".csv", csv_of(cells),
        _mapping("activities", _own(_NAMES, **counted)),
        [row | {"personnel_count": n} for row, n in zip(rows, thousands, strict=True)],
    )  # fmt: skip
    rows = _rows("007")
    page = _grid(rows)
    page[1][8] = "2026-03-29 02:30"
    zoned = _mapping("activities", _own(_NAMES), time_zone="Europe/Brussels")
    shown = [{n: t for n, t in row.items() if n != "started_at"} for row in rows[1:]]
    yield _made("hour_that_never_was", ".csv", csv_of(page), zoned, shown,
                [(2, "started_at", "type_time")])  # fmt: skip
    rows = _rows("lines-")
    page = [[*cells, "Narrative"] for cells in _grid(rows)[:1]]
    page += [[*row, 'First line;\n"second", third\r\n'] for row in _grid(rows)[1:]]
    yield _made(
        "line_breaks_in_cells", ".csv", csv_of(page, ";"),
        _mapping("activities", _own(_NAMES), "csv", {"delimiter": ";"}, ["Narrative"]), rows,
    )  # fmt: skip


def _with_faults(page: Sequence[Sequence[str]]) -> bytes:
    """A workbook in which formulas hold the value that a failed one has."""
    from io import BytesIO

    import xlsxwriter

    content = BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet("A")
        for row, cells in enumerate(page):
            for column, cell in enumerate(cells):
                if cell.startswith("="):
                    value = "#N/A" if "NA" in cell else "#DIV/0!"
                    sheet.write_formula(row, column, cell, None, value)
                else:
                    sheet.write_string(row, column, cell)
    return content.getvalue()


# Exports of forms ---------------------------------------------------------------------------------


def _form(rows: Sequence[Row], **more: Sequence[str]) -> list[list[str]]:
    """A Kobo export of these rows: questions by their group path, then what Kobo adds."""
    header = [f"report/{name}" for name in rows[0]]
    added = ["_uuid", "_submission_time", "_index", *more]
    lines = [[*header, *added]]
    for number, row in enumerate(rows):
        extra = [texts[number] for texts in more.values()]
        lines.append([*row.values(), f"u-{number}", "2026-04-01T08:00:00", str(number + 1), *extra])
    return lines


_PATHS = {name: {"from": f"report/{name}"} for name in _NAMES}
_ADDED = ("_uuid", "_submission_time", "_index")


def _kobo(kind: str, rows: Sequence[Row], content: bytes, suffix: str = ".csv", **more: Any):
    told = more.pop("told", ())
    columns = _PATHS | more.pop("columns", {})
    ignore = (*_ADDED, *more.pop("ignore", ()))
    options = more.pop("options", {})
    mapping = _mapping("activities", columns, "form_export", options, ignore, **more)
    return _made(kind, suffix, content, mapping, rows, told=told)


def _forms() -> Iterator[Delivery]:
    rows = _rows("kobo-")
    counts = [row["personnel_count"] for row in rows]
    cells = _form([{n: t for n, t in row.items() if n != "personnel_count"} for row in rows],
                  **{"team/number": counts, "vehicles/number": ["1"] * 5})  # fmt: skip
    yield _kobo(
        "kobo_one_name_in_two_groups", rows, csv_of(cells, ";"), ignore=["vehicles/number"],
        columns={"personnel_count": {"from": "team/number"}},
    )  # fmt: skip
    rows = _rows("kobov-")
    versions = {"__version__": ["v1", "v1", "", "", ""], "_version_": ["", "", "v2", "v2", ""],
                "_version__001": ["", "", "", "", "v3"]}  # fmt: skip
    yield _kobo("kobo_versions", rows, csv_of(_form(rows, **versions), ";"),
                ignore=["__version__"], told=["versions_joined"])  # fmt: skip
    rows = _rows("kobot-")
    cells = _form(rows, start=[f"{row['started_at'][:10]}T09:00:00" for row in rows])
    sent = [row | {"started_at": "2026-04-01 08:00"} for row in rows]  # what a mapping must not do
    yield _kobo("kobo_submitted_later", sent, csv_of(cells, ";"),
                ignore=["start", "report/started_at"], told=["submitted_later"],
                columns={"started_at": {"from": "_submission_time"}})  # fmt: skip
    rows = _rows("kobol-")
    cells = _form(rows)  # labels in place of names: two questions of one label
    cells[0][:10] = ["Code", "Type", "Status", "Unit", "Tier", "Phase", "Place", "Place", "Start",
                     "How many?"]  # fmt: skip
    named = dict(zip(_NAMES, [*cells[0][:7], "Place (2)", *cells[0][8:10]], strict=True))
    yield _kobo("kobo_labels_twice", rows, csv_of(cells, ";"),
                columns={name: {"from": label} for name, label in named.items()})  # fmt: skip
    shapes: dict[str, dict[str, list[str]]] = {
        "codes": {"report/partners": ["military justice"] * 5},
        "columns": {"report/partners/military": ["1"] * 5, "report/partners/justice": ["1"] * 5,
                    "report/partners/child_protection": ["0"] * 5},
        "both": {"report/partners": ["military justice"] * 5,
                 "report/partners/military": ["True"] * 5, "report/partners/justice": ["True"] * 5},
        # what a later version of the form no longer offers stays empty for its submissions
        "choice_gone": {"report/partners/military": ["1"] * 5, "report/partners/justice": ["1"] * 5,
                        "report/partners/mine_action": ["0", "0", "", "", ""]},
    }  # fmt: skip
    for shape, more in shapes.items():
        rows = _rows(f"kobo{shape}-")
        yield _kobo(
            f"kobo_select_multiple_{shape}",
            [row | {"partner_components": "military;justice"} for row in rows],
            csv_of(_form(rows, **more), ";"),
            options={"select_multiple": ["report/partners"]},
            columns={"partner_components": {"from": "report/partners", "separator": " "}},
        )
    rows = _rows("kobor-")
    sheets = {"Report": _form(rows[:1], day=["2026-04-01"]), "patrols": _repeat(rows)}
    repeated = {name: {"from": f"patrols/{name}"} for name in _NAMES}
    ignore = ["report/*", "day", "_parent_index", "_parent_table_name"]
    options: dict[str, Any] = {"repeat": "patrols", "repeats": ["patrols", "vehicles"]}
    yield _kobo("kobo_repeat", rows, xlsx_of(sheets), ".xlsx", options=options, ignore=ignore,
                columns=repeated, told=["repeat_absent"])  # fmt: skip
    content = xlsx_of({"Report": sheets["Report"]})
    yield _kobo("kobo_repeat_absent", [], content, ".xlsx", options=options, ignore=ignore,
                columns=repeated, told=["repeat_absent"])  # fmt: skip
    rows = _rows("odk-")
    submission = [["SubmissionDate", "today", "KEY"], ["2026-04-01T10:00:00.000Z", "2026-04-01",
                                                       "uuid:1"]]  # fmt: skip
    lines = [[*_NAMES, "PARENT_KEY", "KEY"]]
    lines += [[*row.values(), "uuid:1", f"uuid:1/patrol[{at}]"] for at, row in enumerate(rows)]
    parts = {"form.csv": csv_of(submission), "form-patrol.csv": csv_of(lines),
             "media/photo.jpg": b"\xff\xd8"}  # fmt: skip
    mapping = _mapping(
        "activities", _own(_NAMES), "form_export", {"repeat": "form-patrol"},
        ["SubmissionDate", "today", "KEY", "PARENT_KEY"],
    )  # fmt: skip
    yield _made("odk_zip", ".zip", zip_of(parts), mapping, rows)


def _repeat(rows: Sequence[Row]) -> list[list[str]]:
    header = [*(f"patrols/{name}" for name in _NAMES), "_index", "_parent_table_name"]
    lines = [[*header, "_parent_index"]]
    for number, row in enumerate(rows, start=1):
        lines.append([*row.values(), str(number), "Report", "1"])
    return lines


# Published data sets, and what other systems export -----------------------------------------------

_INCIDENT = {"against_civilians": {"constant": "true"}, "date_precision": {"constant": "day"},
             "location_precision": {"constant": "near"}, "reported_by": {"constant": "dataset"},
             "verification": {"constant": "reported"}}  # fmt: skip


def _data_sets() -> Iterator[Delivery]:
    cells = [
        ["Incident Number", "Date/Time of Incident (UTC)", "Category", "Region", "Latitude",
         "Longitude", "Civilians Killed", "Description"],
        ["SG-1", "02 Mar 2026 14:30Z", "Killing", "Barkédji", "4.85", "31.6", "2",
         "Shots were heard;\n<p>two dead</p>"],
        ["SG-2", "31 Feb 2026 08:00Z", "Looting", "Konna", "4.9", "31.5", "0", ""],
        ["SG-3", "05 Mar 2026 08:00Z", "Killing", "Konna", "4.9", "31.5", "none", ""],
    ]  # fmt: skip
    columns = _INCIDENT | {
        "incident_code": {"from": "Incident Number"},
        "occurred_on": {"from": "Date/Time of Incident (UTC)", "formats": ["%d %b %Y %H:%MZ"]},
        "incident_type": {"from": "Category", "recode": {"Killing": "killing",
                                                         "Looting": "looting"}},
        "area_code": {"from": "Region", "recode": {"Barkédji": "XX01", "Konna": "XX03"}},
        "latitude": {"from": "Latitude"}, "longitude": {"from": "Longitude"},
        "deaths_civilian": {"from": "Civilians Killed"},
    }  # fmt: skip
    yield _made(
        "incident_database_export", ".csv", csv_of(cells),
        _mapping("incidents", columns, ignore=["Description"]),
        [{"incident_code": "SG-1", "occurred_on": "2026-03-02", "area_code": "XX01",
          "incident_type": "killing", "deaths_civilian": "2", "latitude": "4.85"}],
        [(4, "Date/Time of Incident (UTC)", "type_date"), (5, "Civilians Killed", "type_int")],
        table="incidents",
    )  # fmt: skip
    header = ["id", "date_start", "date_end", "latitude", "longitude", "type_of_violence", "best",
              "where_prec", "date_prec", "adm_1"]  # fmt: skip
    event = ["2026-03-02 00:00:00.000"] * 2 + ["4.85", "31.6", "3", "4", "1", "1", "Konna"]
    cells = [header, ["", "#date+start", "#date+end", "#geo+lat", "#geo+lon", "", "#affected", "",
                      "", "#adm1"], ["901", *event], ["902", *event]]  # fmt: skip
    columns = _INCIDENT | {
        "incident_code": {"from": "id"},
        "incident_type": {"from": "type_of_violence", "recode": {"3": "killing"}},
        "occurred_on": {"from": "date_start", "formats": ["%Y-%m-%d %H:%M:%S.%f"]},
        "area_code": {"from": "adm_1", "recode": {"Konna": "XX03"}},
        "deaths_best": {"from": "best"},
        "possible_duplicate_of": {"from": "resembles"},
    }
    shown = {"incident_type": "killing", "occurred_on": "2026-03-02", "area_code": "XX03",
             "deaths_best": "4"}  # fmt: skip
    yield _made(
        "ucdp_ged_with_hxl_row", ".csv", csv_of(cells),
        _mapping("incidents", columns, "ged", ignore=["*"]),
        [{"incident_code": "901", "possible_duplicate_of": "", **shown},
         {"incident_code": "902", "possible_duplicate_of": "901", **shown}],
        told=["hxl_tags"], table="incidents",
    )  # fmt: skip
    base = {"base_code": {"from": "location"}, "base_name": {"from": "location"},
            "latitude": {"from": "latitude"}, "longitude": {"from": "longitude"},
            "area_code": {"constant": "XX"}, "component": {"constant": "military"},
            "from_on": {"from": "period_from"}, "to_on": {"from": "period_to"},
            "figure_basis": {"constant": "map_estimate"}}  # fmt: skip
    cells = [["Mission", "Source", "year", "month", "location", "latitude", "longitude",
              "No.troops"],
             ["UNX", "Map 1", "2026", "2", "SÃ©gou", "4.8", "31.5", "850"],
             ["UNX", "Map 1", "2026", "2", "Konna", "4.9", "31.6", "NA"]]  # fmt: skip
    columns = base | {
        "deployment_code": {"template": "{Source}-{location}"},
        "personnel_count": {"from": "No.troops"},
    }
    days = {"from_on": "2026-02-01", "to_on": "2026-02-28"}
    yield _made(
        "geopko_maps", ".csv", csv_of(cells),
        _mapping("deployments", columns, "geopko", ignore=["*"]),
        [{"deployment_code": "Map 1-Ségou", "personnel_count": "850", **days},
         {"deployment_code": "Map 1-Konna", "personnel_count": "", **days}],
        told=["doubly_encoded"], table="deployments",
    )  # fmt: skip
    cells = [["mission", "year", "location", "latitude", "longitude", "ave.no.troops"],
             ["UNX", "2025", "Konna", "4.9", "31.6", "158"],
             ["UNX", "2025", "Konna", "4.9", "31.6", "158"]]  # fmt: skip
    columns = base | {
        "deployment_code": {"template": "{year}-{location}"},
        "personnel_count": {"from": "ave.no.troops"},
    }
    yield _made(
        "geopko_years", ".csv", csv_of(cells),
        _mapping("deployments", columns, "geopko", ignore=["*"], where={"configuration": ["1"]}),
        [{"deployment_code": "2025-Konna", "personnel_count": "158", "from_on": "2025-01-01",
          "to_on": "2025-12-31"}],
        table="deployments",
    )  # fmt: skip
    cells = [["mission", "base", "date", "year", "latitude", "longitude", "untrp", "unpol",
              "unmob"], ["UNX", "konna", "2025-03-01", "2025", "4.9", "31.6", "206.1", "1.98",
                         "0"]]  # fmt: skip
    columns = base | {
        "base_code": {"from": "base"}, "base_name": {"from": "base"},
        "deployment_code": {"template": "{base}-{year}"}, "personnel_count": {"from": "untrp"},
        "from_on": {"from": "date"}, "to_on": {"from": "period_to"},
        "figure_basis": {"constant": "yearly_mean"},
    }  # fmt: skip
    yield _made(
        "radpko", ".csv", csv_of(cells),
        _mapping("deployments", columns, "radpko", ignore=["*"]),
        [{"deployment_code": "konna-2025", "personnel_count": "206.1", "from_on": "2025-03-01",
          "to_on": "2025-12-31"}],
        table="deployments",
    )  # fmt: skip
    yield from _populations()


def _populations() -> Iterator[Delivery]:
    """Figures wide by age and sex: names in one row, and in two rows with merged cells."""
    bands = ("Y0T17", "Y18T29")
    figures = {"XX01": (10, 20, 30, 40), "XX02": (11, 21, 31, 41)}
    fixed = {"area_code": {"from": "Area"}, "reference_on": {"constant": "2025-01-01"},
             "population_kind": {"constant": "resident"}}  # fmt: skip
    items = [f"{sex}|{band}" for sex in "FM" for band in bands]
    ages = ("0-17", "18-29")
    headers = {
        kind: [f"{who}{sign}{age}" for who in ("Women", "Men") for age in ages]
        for kind, sign in (("wide", " "), ("merged", " / "))
    }
    pages: dict[str, list[Sequence[object]]] = {
        "wide": [["Area", *headers["wide"], "Total"]],
        "merged": [["Population 2025"], ["Area", "Women", "", "Men", "", ""],
                   ["", "0-17", "18-29", "0-17", "18-29", ""]],
    }  # fmt: skip
    for kind, page in pages.items():
        lines = [[area, *counts, sum(counts)] for area, counts in figures.items()]
        lines.append(["XX03", 5, "n/a", "many", 8, 13])
        total = ["Total", 26, 41, 61, 89, 217]
        content = xlsx_of({"A": [*page, *lines, total]})
        unpivot = {"item": ["sex", "age_group"], "value": "persons",
                   "items": {item: {"from": name}
                             for item, name in zip(items, headers[kind], strict=True)}}  # fmt: skip
        options = {"totals": "total"}
        if kind == "merged":
            options |= {"header_row": "2", "header_rows": "2"}
        columns = fixed | {"estimate_source": {"constant": kind}}
        ignore = ["Total", "(column *)", "Men (*", "Men"]
        mapping = _mapping("population", columns, "xlsx", options, ignore, unpivot=unpivot,
                           missing=["n/a"])  # fmt: skip
        rows = [
            {"area_code": area, "sex": item[0], "age_group": item[2:], "persons": str(count),
             "estimate_source": kind}
            for area, counts in [*figures.items(), ("XX03", (5, None, None, 8))]
            for item, count in zip(items, counts, strict=True)
            if count is not None
        ]  # fmt: skip
        first = len(page) + 1
        rejected = [(first + 2, headers[kind][2], "type_int")]
        yield _made(f"population_{kind}", ".xlsx", content, mapping, rows, rejected,
                    ["total_row"], "population")  # fmt: skip
