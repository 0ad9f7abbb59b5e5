"""Files that would harm who opens them: they fill the memory, run for ever or lead elsewhere."""

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import numpy as np
import pyarrow as pa

from tests.worlds.messy.written import (
    XLS,
    labelled_of,
    ods_of,
    parquet_of,
    xlsx_of,
    zip_of,
)

MB = 1 << 20
PLAIN = [["a", "b"], ["x", "y"]]


@dataclass(frozen=True)
class Hostile:
    """One file and the rule under which it is refused; None where it is read and does no harm."""

    name: str
    reader: str
    content: bytes
    rule: str | None
    options: Mapping[str, Any] = field(default_factory=dict)


def hostile_files() -> Iterator[Hostile]:
    """All of them."""
    for made in (_texts(), _workbooks(), _old_and_open_workbooks(), _packed(), _typed()):
        yield from made


def _texts() -> Iterator[Hostile]:
    many = ",".join(f"c{at}" for at in range(20_000))
    giant = b"x" * (40 * MB)
    deep = b'{"a": ' * 3000 + b"1" + b"}" * 3000
    yield Hostile("many_columns", "csv", f"{many}\n1\n".encode(), "too_many_columns")
    yield Hostile("giant_cell", "csv", b"a,b\n1," + giant + b"\n", "huge_cell")
    yield Hostile("giant_quoted_cell", "csv", b'a,b\n1,"' + giant + b'"\n', "huge_cell")
    yield Hostile("giant_header", "csv", b"a," + giant + b"\n1,2\n", "huge_cell")
    yield Hostile("nul", "csv", b"a,b\n1,\0\n", "nul_bytes")
    yield Hostile("larger_than_allowed", "csv", b"a,b\n" + b"1,2\n" * MB, "file_too_large",
                  {"largest_mb": "2"})  # fmt: skip
    yield Hostile("unclosed_quotes", "csv", b"a,b\n" + b'1,"x\n' * 20_000, None)
    yield Hostile("giant_line", "jsonl", b'{"a": "' + giant + b'"}\n', "huge_line")
    yield Hostile("giant_member", "jsonl", b'{"a": "' + b"x" * 2 * MB + b'"}\n', "huge_cell")
    yield Hostile("deep", "jsonl", deep, "no_json_lines")
    yield Hostile("nul_member", "jsonl", b'{"a": "\\u0000"}\n', "nul_in_cell")
    yield Hostile("nul_tags", "hxl", b"a,b\n#x,#y\n1,\0\n", "nul_bytes")
    yield Hostile("many_tags", "hxl", f"{many}\n1\n".encode(), "too_many_columns")
    for reader in ("ged", "geopko", "radpko"):
        yield Hostile("many_columns", reader, f"{many}\n1\n".encode(), "too_many_columns")


_WORKSHEET = "xl/worksheets/sheet1.xml"
_SHEET = (
    '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
    'main"><sheetData>{}</sheetData></worksheet>'
)


def workbook(sheet: str | bytes, **parts: bytes) -> bytes:
    """A workbook whose only sheet is this XML."""
    with zipfile.ZipFile(BytesIO(xlsx_of({"A": PLAIN}))) as plain:
        found = {name: plain.read(name) for name in plain.namelist()}
    content = sheet.encode() if isinstance(sheet, str) else sheet
    return zip_of({**found, _WORKSHEET: content, **parts})


def _cells(*cells: str) -> str:
    return _SHEET.format("".join(cells))


def _text(place: str, text: str, sign: str = '"', prefix: str = "") -> str:
    cell = f"<{prefix}c r={sign}{place}{sign} t={sign}inlineStr{sign}>"
    return f"{cell}<{prefix}is><{prefix}t>{text}</{prefix}t></{prefix}is></{prefix}c>"


def _workbooks() -> Iterator[Hostile]:
    first = f'<row r="1">{_text("A1", "a")}</row><row r="2">{_text("A2", "x")}</row>'
    yield Hostile("zip_bomb", "xlsx", workbook(_cells(first) + " " * (20 * MB)),
                  "workbook_too_large", {"largest_mb": "8"})  # fmt: skip
    far = _text("XFD1048576", "x")
    single = _text("XFD1048576", "x", "'")
    yield Hostile("far_cell", "xlsx", workbook(_cells(first, f'<row r="1048576">{far}</row>')),
                  "sheet_too_wide")  # fmt: skip
    yield Hostile("far_cell_single_quotes", "xlsx",
                  workbook(_cells(first, f"<row r='1048576'>{single}</row>")),
                  "sheet_too_wide")  # fmt: skip
    spaced = far.replace('r="', 'r = "')
    yield Hostile("far_cell_spaced", "xlsx",
                  workbook(_cells(first, f'<row r = "1048576">{spaced}</row>')),
                  "sheet_too_wide")  # fmt: skip
    for name, own in (("far_cell_styled", "0"), ("far_cell_behind_much", ">" + "0" * 500)):
        styled = far.replace("<c ", f'<c s="{own}"\t')
        yield Hostile(name, "xlsx",
                      workbook(_cells(first, f'<row spans="1:1" r="1048576">{styled}</row>')),
                      "sheet_too_wide")  # fmt: skip
    many = f"<row>{'<c><v>1</v></c>' * 5000}</row>"
    yield Hostile(
        "far_row_of_cells_without_place",
        "xlsx",
        workbook(_cells(many, '<row r="1048575"/>', many)),
        "sheet_too_wide",
    )
    for name, own in (("far_cell_prefixed", "x"), ("far_cell_odd_prefix", "a-far.cell" * 50)):
        near, there = (_text(at, "x", prefix=f"{own}:") for at in ("A1", "XFD1048576"))
        rows = f"<{own}:row r='1'>{near}</{own}:row><{own}:row r='1048576'>{there}</{own}:row>"
        prefixed = _cells(rows).replace("worksheet xmlns=", f"{own}:worksheet xmlns:{own}=")
        prefixed = prefixed.replace("sheetData", f"{own}:sheetData")
        prefixed = prefixed.replace("</worksheet", f"</{own}:worksheet")
        yield Hostile(name, "xlsx", workbook(prefixed), "sheet_too_wide")
    yield Hostile("rows_without_end", "xlsx", workbook(_cells(first) + "<row " * 200_000),
                  "unreadable")  # fmt: skip
    open_faults = _cells(first, '<row r="3">', '<c t="e" r="A3">' * 100_000, "</row>")
    yield Hostile("faults_without_value", "xlsx", workbook(open_faults), "unreadable")
    yield Hostile("giant_cell", "xlsx",
                  workbook(_cells(first, f'<row r="3">{_text("A3", "x" * 2 * MB)}</row>')),
                  "huge_cell")  # fmt: skip
    yield Hostile("nul_in_cell", "xlsx",
                  workbook(_cells(first, f'<row r="3">{_text("A3", "_x0000_")}</row>')),
                  "nul_in_cell")  # fmt: skip
    entities = '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]>'
    hidden = f'<?xml version="1.0"?><!--{"x" * 5000}-->{entities}'
    bomb = _cells(first).replace('<?xml version="1.0"?>', hidden)
    yield Hostile("entities_behind_a_comment", "xlsx", workbook(bomb), "xml_entities")
    yield Hostile("macros", "xlsx", workbook(_cells(first), **{"xl/vbaProject.bin": b"\0"}),
                  "workbook_macros")  # fmt: skip
    yield Hostile("macros_elsewhere", "xlsx",
                  workbook(_cells(first), **{"xl/other/VBAPROJECT.BIN": b"\0"}),
                  "workbook_macros")  # fmt: skip
    yield Hostile("formula_that_calls_a_program", "xlsx",
                  xlsx_of({"A": [["a"], ["=cmd|'/c calc'!A0"]]}), None)  # fmt: skip
    sheets = {f"S{at}": PLAIN for at in range(1500)}
    yield Hostile("many_sheets", "xlsx", xlsx_of(sheets), "too_many_sheets", {"sheet": "S1"})
    yield Hostile("many_parts", "xlsx",
                  workbook(_cells(first), **{f"p{at}": b"" for at in range(20_000)}),
                  None)  # fmt: skip
    yield Hostile("overlapping_parts", "xlsx", overlapping(), "workbook_too_large")


def overlapping() -> bytes:
    """A ZIP whose directory names one packed part of 10 MB three hundred times."""
    packed = zip_of({"xl/workbook.xml": b" " * (10 * MB)})
    start = packed.index(b"PK\x01\x02")
    end = packed.index(b"PK\x05\x06")
    entry, tail = packed[start:end], bytearray(packed[end:])
    count = 300
    tail[8:10] = tail[10:12] = count.to_bytes(2, "little")
    tail[12:16] = (len(entry) * count).to_bytes(4, "little")
    return packed[:start] + entry * count + bytes(tail)


def _old_and_open_workbooks() -> Iterator[Hostile]:
    yield Hostile("macros", "xls", XLS + "_VBA_PROJECT_CUR".encode("utf-16-le"),
                  "workbook_macros", {"sheet": "Patrols"})  # fmt: skip
    yield Hostile("too_large", "xls", XLS + b"\0" * (3 * MB), "workbook_too_large",
                  {"sheet": "Patrols", "largest_mb": "2"})  # fmt: skip
    sheets = {"A": PLAIN}
    laughs = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    bomb = f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>'
    yield Hostile("entities", "ods", ods_of(sheets, bomb), "xml_entities")
    hidden = f"<!--{'x' * 70_000}-->{bomb}"
    yield Hostile("entities_behind_a_comment", "ods", ods_of(sheets, hidden), "xml_entities")
    plain = ods_of(sheets)
    yield Hostile("repeated", "ods", _edited(plain, b'repeated="16384"/>',
                  b'repeated="16384" office:value-type="float" office:value="1"/>'),
                  "sheet_too_wide")  # fmt: skip
    yield Hostile("repeated_no_number", "ods", _edited(plain, b'"1000000"', b'"many"'),
                  "unreadable")  # fmt: skip
    yield Hostile("repeated_below_zero", "ods", _edited(plain, b'"1000000"', b'"-7"'), "unreadable")
    yield Hostile("macros", "ods", ods_of(sheets, **{"Basic/Standard/M.xml": b"<a/>"}),
                  "workbook_macros")  # fmt: skip
    yield Hostile("zip_bomb", "ods", ods_of(sheets, **{"big.bin": b"\0" * (20 * MB)}),
                  "workbook_too_large", {"largest_mb": "8"})  # fmt: skip
    yield Hostile("giant_cell", "ods", ods_of({"A": [["a"], ["x" * 2 * MB]]}), "huge_cell")


def _edited(content: bytes, old: bytes, new: bytes) -> bytes:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts["content.xml"]
    return zip_of(parts | {"content.xml": parts["content.xml"].replace(old, new)})


def _packed() -> Iterator[Hostile]:
    form = b"_uuid,a\nu-1,x\n"
    yield Hostile("path_above", "form_export", zip_of({"../form.csv": form}), "zip_path")
    yield Hostile("path_of_the_root", "form_export", zip_of({"/etc/form.csv": form}), "zip_path")
    yield Hostile("path_of_a_drive", "form_export", zip_of({"C:\\form.csv": form}), "zip_path")
    yield Hostile("path_with_backslashes", "form_export", zip_of({"a\\..\\..\\b.csv": form}),
                  "zip_path")  # fmt: skip
    yield Hostile("zip_bomb", "form_export", zip_of({"a.csv": form + b" \n" * (10 * MB)}),
                  "workbook_too_large", {"largest_mb": "8"})  # fmt: skip
    yield Hostile("giant_cell", "form_export", zip_of({"a.csv": b"_uuid,a\nu," + b"x" * 3 * MB}),
                  "huge_cell")  # fmt: skip
    yield Hostile("many_parts", "form_export", zip_of({f"{n}.csv": b"" for n in range(1001)}),
                  "zip_many_parts")  # fmt: skip
    yield Hostile("overlapping_parts", "form_export", overlapping(), "workbook_too_large")
    drop = b'_uuid,"a""; DROP TABLE core.areas; --"\nu-1,x\n'
    yield Hostile("sql_in_names", "form_export", zip_of({"'; DROP TABLE x;--.csv": drop}), None)


def _typed() -> Iterator[Hostile]:
    yield Hostile("many_columns", "parquet", parquet_of({f"c{n}": [1] for n in range(16_385)}),
                  "too_many_columns")  # fmt: skip
    yield Hostile("one_value_often", "parquet",
                  parquet_of({"a": pa.array(np.zeros(51_000_000, np.int8))}),
                  "file_too_large")  # fmt: skip
    yield Hostile("long_text_often", "parquet",
                  parquet_of({"a": pa.array(["x" * 500_000]).take(pa.array([0] * 100))}),
                  "file_too_large", {"largest_mb": "8"})  # fmt: skip
    yield Hostile("giant_cell", "parquet", parquet_of({"a": ["x" * 2 * MB]}), "huge_cell")
    yield Hostile("nul_in_cell", "parquet", parquet_of({"a": ["x\0"]}), "nul_in_cell")
    for kind, at in (("spss", 80), ("stata", 0)):
        data = bytearray(labelled_of(kind, {"a": [1.0, 2.0]}, {}))
        if kind == "spss":  # the number of cases in the header of the format
            data[at : at + 4] = (2_000_000_000).to_bytes(4, "little")
            yield Hostile("cases_that_are_not_there", kind, bytes(data), None)
        else:
            at = data.index(b"<N>") + 3
            data[at : at + 8] = (10**15).to_bytes(8, "little")
            yield Hostile("cases_that_are_not_there", kind, bytes(data), "unreadable")
