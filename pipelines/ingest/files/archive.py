"""The archive of delivered files: as they came, or only the rows' text that may be kept of them.

A table of text of which nothing had to be left out stays as it came. Of every other file the
archive keeps the text of the columns that its mapping reads, row by row with sheet and row number
(`<SHA-256 of the file>.rows.parquet`); no edited copy of the file is made. What a later mapping
wants beyond that has to be asked for again.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from indicators.definitions.contracts import contracts
from indicators.foundation.errors import Problem, WrongUse
from pipelines.ingest.files.delivered_file import Delivery
from pipelines.ingest.mapping.apply import FileRows
from pipelines.ingest.mapping.model import Source
from pipelines.ingest.readers.table import Malformed, ReaderWarning, SourceTable
from pipelines.workspace.durable import sync

ROWS_SUFFIX = ".rows.parquet"
_WHOLE_READERS = ("csv",)  # formats in which nothing stands that no reader shows
_UNREAD_SHEETS = "unread_sheets"
_SHEET, _ROW_NUMBER = "(sheet)", "(row number)"
_FACTS = b"poclens"


class StillChanging(Exception):
    """The file was written to while it was read."""


@dataclass(frozen=True)
class Kept:
    """What the archive keeps of a file: the hash of that, and what was left out (JSON)."""

    sha256: str
    left_out: str | None


def archived_path(archive: Path, sha256: str) -> Path | None:
    """Where the archive keeps the file of this hash, or its rows; None where it has neither."""
    return next(iter(sorted(archive.glob(f"{sha256}.*"))), None)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_protected(source: Source) -> bool:
    """Whether the mapping feeds a table that is protected, in whole or in some of its rows."""
    classes = [contracts()[entry.table].confidentiality for entry in source.tables]
    return any("protected" in (one.total, *one.rows.values()) for one in classes)


def keep(archive: Path, delivery: Delivery, file: FileRows) -> Kept:
    """Puts into the archive what may be kept of the file. Raises StillChanging.

    What the archive had of it before, and what may no longer be kept, is removed.
    """
    archive.mkdir(parents=True, exist_ok=True)
    left_out = _left_out(file)
    is_whole = (
        delivery.source.reader in _WHOLE_READERS
        and not left_out
        and "cleaning_log" not in delivery.source.options  # which lies beside the file
        and not is_protected(delivery.source)
        and not delivery.path.name.endswith(ROWS_SUFFIX)
    )
    suffix = delivery.path.suffix.lower() if is_whole else ROWS_SUFFIX
    target = archive / (delivery.sha256 + suffix)
    coming = archive / f".coming-{os.getpid()}.tmp"
    is_original = delivery.path.parent.resolve() != archive.resolve()
    try:
        if is_whole:
            shutil.copyfile(delivery.path, coming)
            kept = sha256_of(coming)
            is_read = kept == delivery.sha256
        else:
            is_read = not is_original or sha256_of(delivery.path) == delivery.sha256
            write_rows(coming, delivery, file)
            kept = sha256_of(coming)
        if not is_read:
            raise StillChanging
        sync(coming)
        coming.replace(target)
    finally:
        coming.unlink(missing_ok=True)
    for path in archive.glob(f"{delivery.sha256}.*"):
        if path != target:
            path.unlink()
    return Kept(
        kept, json.dumps(left_out, sort_keys=True, ensure_ascii=False) if left_out else None
    )


def remove(archive: Path, sha256: str) -> None:
    """Removes all that the archive keeps of a file."""
    for path in archive.glob(f"{sha256}.*"):
        path.unlink()


def _left_out(file: FileRows) -> dict[str, Any]:
    """Columns by name, sheets by number, rows by reason."""
    rows: dict[str, int] = {}
    for _, _, reason, count in file.not_kept:
        rows[reason] = rows.get(reason, 0) + count
    sheets = sum(remark.rule == _UNREAD_SHEETS for _, remark in file.remarks)
    found = {"columns": sorted(file.columns_not_kept), "rows": rows, "sheets": sheets}
    return {name: value for name, value in found.items() if value}


def write_rows(path: Path, delivery: Delivery, file: FileRows) -> None:
    """The rows of a file with what was said of it, as `read_rows` reads them."""
    facts = {
        "reader": delivery.source.reader,
        "options": _written(delivery.source.options),
        "columns_not_kept": sorted(file.columns_not_kept),
        "mended": sorted(file.mended),
        "not_kept": [list(entry) for entry in file.not_kept],
        "rows_refused": file.rows_refused,
        "malformed": [
            [sheet, entry.row_number, entry.rule, dict(entry.parameters)]
            for sheet, entry in file.malformed
        ],
        "remarks": [
            [sheet, one.row_number, one.rule, one.column, one.raw_value, dict(one.parameters)]
            for sheet, one in file.remarks
        ],
        "sheets": list(dict.fromkeys([*file.sheet.to_pylist(), *(s for s, _ in file.malformed)])),
    }  # fmt: skip
    rows = file.rows.add_column(0, _ROW_NUMBER, file.row_number)
    rows = rows.add_column(0, _SHEET, file.sheet.cast(pa.string()))
    told = json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()
    pq.write_table(rows.replace_schema_metadata({_FACTS: told}), path, compression="zstd")


def is_rows(path: Path) -> bool:
    """Whether the archive keeps rows here, and not the file itself."""
    return path.name.endswith(ROWS_SUFFIX)


def read_rows(delivery: Delivery) -> Iterator[SourceTable]:
    """The sheets as far as they were kept.

    Raises WrongUse (`not_kept_in_archive`) where the mapping wants more than was kept.
    """
    rows = pq.read_table(delivery.path)
    facts = json.loads(rows.schema.metadata[_FACTS])
    _refuse_more(delivery, facts)
    rows = rows.replace_schema_metadata(None)
    for sheet in facts["sheets"] or [""]:
        own = rows.filter(pc.equal(rows[_SHEET], sheet))
        yield SourceTable(
            sheet,
            own.drop_columns([_SHEET, _ROW_NUMBER]),
            own[_ROW_NUMBER].combine_chunks(),
            tuple(
                Malformed(number, "", rule, parameters)
                for of_sheet, number, rule, parameters in facts["malformed"]
                if of_sheet == sheet
            ),
            tuple(
                ReaderWarning(*entry) for of_sheet, *entry in facts["remarks"] if of_sheet == sheet
            ),
        )


def earlier_facts(path: Path) -> Mapping[str, Any]:
    """What was left out when the rows were archived: `columns_not_kept`, `not_kept`."""
    return json.loads(pq.read_schema(path).metadata[_FACTS])


def _refuse_more(delivery: Delivery, facts: Mapping[str, Any]) -> None:
    source = delivery.source
    wanted = sorted(set(facts["columns_not_kept"]) & source.columns_read().keys())
    now = (source.reader, _written(source.options))
    is_otherwise = (facts["reader"], facts["options"]) != now
    if wanted or is_otherwise:
        parameters = {"wanted": ", ".join(wanted) or f"reader: {source.reader}"}
        raise WrongUse(Problem("not_kept_in_archive", delivery.name, parameters=parameters))


def _written(options: Mapping[str, Any]) -> Any:
    """Options as JSON gives them back, so that a tuple equals the list it was written as."""
    return json.loads(json.dumps(dict(options)))


def with_earlier(file: FileRows, path: Path) -> FileRows:
    """The rows of the archive with what is known to have been left out before."""
    facts = earlier_facts(path)
    counts = [(table, month, reason, rows) for table, month, reason, rows in facts["not_kept"]]
    return replace(
        file,
        not_kept=(*counts, *file.not_kept),
        rows_refused=file.rows_refused + facts.get("rows_refused", sum(n for *_, n in counts)),
        columns_not_kept=file.columns_not_kept | set(facts["columns_not_kept"]),
        mended=frozenset((sheet, row) for sheet, row in facts.get("mended", ())),
    )
