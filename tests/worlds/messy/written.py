"""Rows written in formats that no library of the environment writes, or that several tests need."""

import base64
import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from io import BytesIO, StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import xlsxwriter

Rows = Sequence[Sequence[object]]
# A workbook of Excel 97 with the sheets Patrols and Notes, as the package xlwt writes it.
XLS = zlib.decompress(
    base64.b85decode(
        "c-rk)O-NKx6#nj;c{8KvIGP3;4TF%CnLiU$8=bTtR}I>xkf6rqEkehM=WHw}%Vrq_t%^2+E!tRZ`k{i_wFvBI5d?zP"
        "Dq0l<E!5XJ=e=iY6F5+U@xI}nd(XM|o_p>+=l;xlHB~t?ey?s8E6@QS7OWBkmdF&P5|@d9>Me_lZXTj!d01B{36UcM"
        "Iv$t546+Z|-?Pwg*Z-U-@PX2CoIx@>WW?4GU1CE@u?_9YPqC-rCZ#ZH#jYx$r-W`0dPmwm5xP$#SA@1x+Zok|sYJ4I"
        "uM@||w0fxv6IFO1ecp?t4K;YdaeU#bvfJwDG*71n*I7l>Uxo>gOS_FB!(_e!w@?bC)6JPo^9W%E)#UC8e79o2H+Nq@"
        "i+S?3l`D|^$8ve_5AqN>ai#p4<_AV$om3pmc~l_j=b9jTQaLj_IGjg0hUFmFX&>i|;W_lmLC%Sq?$4$T$_}J*2DM6N"
        "GyNv>eYE9$K<Caj9q7uMu}{LqDTrF*Ev<W6;;r%B6k(>3O2;xrDJzuIB(m%@DVIG~Ml?;Pak)}<T7)Jucl*nm!~H#p"
        "6CxRv8^pe6w(z82;Uf2-&S9zXFVaTou|w!3(Yi^>bwaCYrj$4I)HsDhW76ib)HcvKy993&TbGo#Q91v)_hB^uF|nP>"
        "lijmtt0&(j#!*j8m8Smu8$*+7Qa7$M9wppdIVaMz(AwWlr;rwLY`2`tv;y<I9|@I0ZH`w*EpnQ(RyOA&&gbY-1#~IV"
        "#jEp_tYKTL@bxw82#YSe4QtUIExrO;e4-`bjOr7M*qP@w=2+V~ojtpmIM*V+_iZIXL=~b`-=S6EKHE-*@h_}Jkf=qv"
        "UV}sx3=*EVtSSnvss|4qJb3Wn!NV${<YfrwB?x&L2IL)Qf7h9(wBUUv`EPLqS^DMZFXcfDQEp<SsQB3kUAel{D*L$K"
        "3mHdgbQ1&U7dr-uj$e9EtEKZ<b;rox+d{>Tzfg>w|9JeL@uL%s"
    )
)
_OFFICE = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)


def csv_of(rows: Rows, delimiter: str = ",") -> bytes:
    """Every cell between quotes, a byte-order mark first, as form servers export it."""
    text = StringIO()
    text.write("\ufeff")
    for row in rows:
        text.write(delimiter.join('"' + str(cell).replace('"', '""') + '"' for cell in row) + "\n")
    return text.getvalue().encode()


def xlsx_of(sheets: Mapping[str, Rows], **settings: Any) -> bytes:
    """A workbook; what begins with `=` is a formula, what is a number a number."""
    content = BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, **settings}) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    return content.getvalue()


def ods_of(sheets: Mapping[str, Rows], start: str = "", **parts: bytes) -> bytes:
    """A workbook of LibreOffice with the empty rows to the end that it writes."""
    tables = "".join(_ods_table(name, rows) for name, rows in sheets.items())
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    content = f"{start}<office:document-content {_OFFICE}>{body}</office:document-content>"
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    plain = {"META-INF/manifest.xml": b"<manifest/>", "content.xml": content.encode()}
    return zip_of({"mimetype": kind, **plain, **parts})


def _ods_table(name: str, rows: Rows) -> str:
    lines = "".join(
        f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows
    )
    rest = '<table:table-cell table:number-columns-repeated="16384"/>'
    rest = f'<table:table-row table:number-rows-repeated="1000000">{rest}</table:table-row>'
    return f'<table:table table:name="{name}">{lines}{rest}</table:table>'


def _ods_cell(cell: object) -> str:
    if cell in ("", None):
        return "<table:table-cell/>"
    if isinstance(cell, int | float):
        return (
            f'<table:table-cell office:value-type="float" office:value="{cell}">'
            f"<text:p>{cell}</text:p></table:table-cell>"
        )
    return (
        '<table:table-cell office:value-type="string">'
        f"<text:p>{escape(str(cell))}</text:p></table:table-cell>"
    )


def zip_of(parts: Mapping[str, bytes]) -> bytes:
    """A ZIP of these parts."""
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


def parquet_of(columns: Mapping[str, object]) -> bytes:
    """A Parquet file of typed columns."""
    content = BytesIO()
    pq.write_table(pa.table(dict(columns)), content)
    return content.getvalue()


def jsonl_of(records: Sequence[Mapping[str, object]]) -> bytes:
    """JSON lines."""
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


def labelled_of(kind: str, columns: Mapping[str, object], labels: Mapping[str, object]) -> bytes:
    """A file of SPSS or Stata with value labels."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a"
        write = {"spss": pyreadstat.write_sav, "stata": pyreadstat.write_dta}[kind]
        write(pd.DataFrame(dict(columns)), str(path), variable_value_labels=dict(labels))
        return path.read_bytes()
