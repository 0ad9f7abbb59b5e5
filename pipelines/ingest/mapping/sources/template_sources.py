"""The mappings of filled templates: every column of a contract under its own name.

Part of the system, not of a profile, like those of the records: a template comes back as it went
out, and is known by its own mark whatever people call the file.
"""

import re
import textwrap
import zipfile
from functools import cache
from pathlib import Path
from typing import Literal

from indicators.definitions.contracts import Contract, contracts
from indicators.foundation.messages import LANGUAGES, message
from pipelines.ingest.mapping.model import ColumnMapping, SenderColumn, Source, TableMapping
from pipelines.ingest.mapping.sources.written_sources import ALONE as WRITTEN

MARK = "poclens_template"  # a name that the workbook defines for its first cell
OWN_SHEETS = tuple(
    message(f"template.sheet_{sheet}", language)
    for sheet in ("codes", "notes")
    for language in LANGUAGES
)
"""Sheets that every template has beside that of its rows, in both languages."""
_HEADER_ROW = "2"  # row 1 holds titles for people
_LARGEST_LIST = 2**20  # bytes of a workbook's list of sheets and names
_LONGEST_NAME = 31  # of a sheet
_MARKED = re.compile(rf"name=\"{MARK}\"[^>]*>\s*'?([^'!<]+)")


@cache
def template_sources() -> dict[str, Source]:
    """By name: the source of each contract's template."""
    return {f"template_{table}": _source(table) for table in contracts() if table not in WRITTEN}


def template_of(path: Path) -> Source | None:
    """The source of a filled template; None for any other file."""
    if path.suffix.lower() != ".xlsx":
        return None
    try:
        with zipfile.ZipFile(path) as parts:
            listed = parts.getinfo("xl/workbook.xml")
            if listed.file_size >= _LARGEST_LIST:
                return None
            found = _MARKED.search(parts.read(listed).decode("utf-8", "replace"))
    except (OSError, KeyError, zipfile.BadZipFile):
        return None
    sheet = found[1] if found else ""
    known = template_sources().values()
    return next((one for one in known if sheet in one.options["sheets"]), None)


def sheet_name(contract: Contract, language: str) -> str:
    """The sheet of a template's rows: the table's own name, in French its title."""
    if language == "en":
        return contract.table
    title = contract.title.in_language(language)
    return textwrap.shorten(title, _LONGEST_NAME, placeholder="…")


def prefilled_columns(contract: Contract) -> list[str]:
    """The columns that a template may come with filled in: whose report it is, of which month."""
    return [
        name
        for name, column in contract.columns.items()
        if (name == "unit_code" and column.reference) or name == "month"
    ]


def _sender(contract: Contract) -> SenderColumn | Literal["series"]:
    """The unit that a row names as its own, else the series of the files."""
    unit = contract.columns.get("unit_code")
    is_own = unit is not None and unit.required and unit.reference == "units.unit_code"
    return SenderColumn(column="unit_code") if is_own else "series"


def _source(table: str) -> Source:
    columns = {
        name: ColumnMapping.model_validate({"from": name, "optional": not column.required})
        for name, column in contracts()[table].columns.items()
    }
    return Source(
        source=f"template_{table}",
        files=(f"{table}.xlsx",),
        reader="xlsx",
        options={
            "sheets": [sheet_name(contracts()[table], language) for language in LANGUAGES],
            "ignore_sheets": OWN_SHEETS,
            "header_row": _HEADER_ROW,
            "prefilled": prefilled_columns(contracts()[table]),
        },
        sender=_sender(contracts()[table]),
        tables=(TableMapping(table=table, columns=columns),),
    )
