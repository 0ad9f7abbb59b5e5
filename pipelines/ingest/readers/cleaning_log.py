"""A cleaning log applied to a table: each correction with its reason and who reported it, told.

The log is a CSV beside the file: one row a cell that was looked at, or a whole row to remove. A
correction is made where the cell still holds the old value that the log names, or none is named;
otherwise it is not made, and told. A cell that already holds the new value stays as it is.
Option `cleaning_log`, with the keys `file`, `key` (the column that names a row, in file and log),
`column`, `new`, `action` (columns of the log), `changes`, `removes` (texts of `action`; any other
does nothing), and, where the log has them, `old`, `reason`, `reported_by`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from indicators.foundation.errors import Problem, WrongUse, suggestion
from pipelines.ingest.readers.delimited import delimited_table
from pipelines.ingest.readers.table import Options, ReaderWarning, SourceTable

OPTION = "cleaning_log"
_NEEDED = ("file", "key", "column", "new", "action", "changes", "removes")
_OPTIONAL = ("old", "reason", "reported_by")
_COLUMNS = ("key", "column", "new", "action", *_OPTIONAL)


@dataclass(frozen=True)
class _Entry:
    """One row of the log that does something."""

    key: str
    removes: bool
    column: str
    old: str | None
    new: str | None
    told: Mapping[str, str]  # reason and reporter


def corrected(path: Path, table: SourceTable, options: Options) -> SourceTable:
    """The table as the log corrects it; unchanged where the options name none.

    Raises WrongUse for a log that cannot be read or lacks a column that the option names.
    """
    given = options.get(OPTION)
    if not given:
        return table
    _check(path, given)
    entries = list(_entries(path, given))
    key = str(given["key"])
    if key not in table.header:
        parameters = {"nearest": suggestion(key, table.header)}
        raise WrongUse(Problem("log_column", path.name, table.sheet, None, key, None, parameters))
    return _Correction(table, key).apply(entries)


def _check(path: Path, given: Any) -> None:
    known = (*_NEEDED, *_OPTIONAL)
    is_whole = isinstance(given, Mapping) and set(_NEEDED) <= set(given) <= set(known)
    if not is_whole or Path(str(given["file"])).name != given["file"]:
        raise WrongUse(Problem("log_option", path.name, parameters={"keys": ", ".join(known)}))


def _entries(path: Path, given: Mapping[str, Any]) -> Iterator[_Entry]:
    place = path.parent / str(given["file"])
    if not place.is_file():
        raise WrongUse(Problem("log_absent", path.name, value=place.name))
    log = delimited_table(place, {})
    named = {name: str(given[name]) for name in _COLUMNS if name in given}
    for column in named.values():
        if column not in log.header:
            parameters = {"nearest": suggestion(column, log.header)}
            raise WrongUse(Problem("log_column", place.name, None, None, column, None, parameters))
    texts = {name: log.rows[column].to_pylist() for name, column in named.items()}
    changes, removes = (_texts(given[name]) for name in ("changes", "removes"))
    for at, action in enumerate(texts["action"]):
        row = {name: (column[at] or "").strip() for name, column in texts.items()}
        if action in changes or action in removes:
            told = {name: row.get(name) or "–" for name in ("reason", "reported_by")}
            old, new = row.get("old") or None, row["new"] or None
            yield _Entry(row["key"], action in removes, row["column"], old, new, told)


def _texts(value: Any) -> set[str]:
    return {value} if isinstance(value, str) else {str(one) for one in value}


def _same(one: str | None, other: str | None) -> bool:
    """Whether two texts say the same: 45 and 45.0, 0 and False, as logs and exports write them."""
    return _plain(one) == _plain(other)


def _plain(text: str | None) -> str | float | None:
    text = text.strip().lower() if text else None
    if text in ("true", "false"):
        return float(text == "true")
    try:
        return float(text) if text else None
    except ValueError:
        return text


class _Correction:
    """The cells of a table while a log is applied to it."""

    def __init__(self, table: SourceTable, key: str) -> None:
        self.table = table
        self.keys = table.rows[key].to_pylist()
        self.place = {text: at for at, text in enumerate(self.keys)}
        self.numbers = table.row_numbers.to_pylist()
        self.cells: dict[str, list[str | None]] = {}
        self.removed: set[int] = set()
        self.remarks: list[ReaderWarning] = []

    def apply(self, entries: list[_Entry]) -> SourceTable:
        """The table with every entry carried out or told."""
        for entry in entries:
            self._apply(entry)
        rows = self.table.rows
        for name, texts in self.cells.items():
            at = rows.column_names.index(name)
            rows = rows.set_column(at, name, pa.array(texts, pa.string()))
        kept = pa.array([at not in self.removed for at in range(len(self.keys))], pa.bool_())
        return replace(
            self.table,
            rows=rows.filter(kept),
            row_numbers=self.table.row_numbers.filter(kept),
            remarks=(*self.table.remarks, *self.remarks),
        )

    def _apply(self, entry: _Entry) -> None:
        at = self.place.get(entry.key)
        if at is None:
            self._tell(None, "log_row_unknown", None, entry.key, {})
        elif entry.removes:
            if at not in self.removed:
                self._tell(at, "log_row_removed", None, entry.key, entry.told)
            self.removed.add(at)
        elif entry.column not in self.table.header:
            nearest = {"nearest": suggestion(entry.column, self.table.header)}
            self._tell(at, "log_column_unknown", None, entry.column, nearest)
        else:
            self._change(at, entry)

    def _change(self, at: int, entry: _Entry) -> None:
        texts = self.cells.setdefault(entry.column, list(self.table.rows[entry.column].to_pylist()))
        now = texts[at]
        if _same(now, entry.new):
            return
        told = {"new": entry.new or "–", **entry.told}
        if entry.old is not None and not _same(now, entry.old):
            told["old"] = entry.old
            self._tell(at, "log_old_differs", entry.column, now, told)
            return
        texts[at] = entry.new
        self._tell(at, "log_corrected", entry.column, now or "–", told)

    def _tell(
        self, at: int | None, rule: str, column: str | None, value: str | None,
        parameters: Mapping[str, str],
    ) -> None:  # fmt: skip
        number = None if at is None else self.numbers[at]
        self.remarks.append(ReaderWarning(number, rule, column, value, dict(parameters)))
