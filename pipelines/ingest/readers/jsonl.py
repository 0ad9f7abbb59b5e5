"""JSON lines: each line an object, its members columns; an object in it gives `outer/inner`.

A list of plain values is joined by `;`, any other list stays as JSON. A member that a line lacks
is empty there; columns stand in the order in which they first occur.
Options: `encoding` (utf-8), `largest_mb` (256).
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from indicators.foundation.errors import Problem, WrongUse
from pipelines.ingest.readers.protocol import Reader
from pipelines.ingest.readers.table import (
    LONGEST_CELL,
    Malformed,
    Options,
    SourceTable,
    refuse_many_columns,
    refuse_odd_cells,
    source_table,
    without_blank_rows,
)

LARGEST_MB = 256
_SHOWN = 500
_DEEPEST = 20
_LONGEST_LINE = 16 * LONGEST_CELL


def read(path: Path, options: Options) -> Iterator[SourceTable]:
    """The one table. Raises WrongUse for a file that is no text, has no object or is too large."""
    size, limit = path.stat().st_size, int(options.get("largest_mb", LARGEST_MB))
    if size > limit << 20:
        parameters = {"size": f"{size / (1 << 20):.1f}", "limit": limit}
        raise WrongUse(Problem("file_too_large", path.name, parameters=parameters))
    columns: dict[str, None] = {}
    found: list[dict[str, str | None]] = []
    numbers: list[int] = []
    malformed: list[Malformed] = []
    for number, line in _lines(path, options.get("encoding", "utf-8")):
        try:
            record = _flat(line)
        except (ValueError, RecursionError):
            malformed.append(Malformed(number, line[:_SHOWN], "row_json"))
            continue
        columns.update(dict.fromkeys(record))
        refuse_many_columns(path, len(columns))
        found.append(record)
        numbers.append(number)
    if not columns:
        raise WrongUse(Problem("no_json_lines" if malformed else "empty_file", path.name))
    header = list(columns)
    records = [[record.get(name) for name in header] for record in found]
    table = source_table("", header, records, numbers, malformed)
    refuse_odd_cells(path, table)
    yield without_blank_rows(table)


def _lines(path: Path, encoding: str) -> Iterator[tuple[int, str]]:
    """(line, text) of each line that holds something. Raises WrongUse for what is no text."""
    number = 0
    try:
        with path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding) as file:
            while line := file.readline(_LONGEST_LINE):
                number += 1
                if len(line) == _LONGEST_LINE:
                    longest = {"longest": _LONGEST_LINE}
                    raise WrongUse(Problem("huge_line", path.name, row=number, parameters=longest))
                if line.strip():
                    yield number, line.strip()
    except LookupError:
        unknown = {"encoding": encoding}
        raise WrongUse(Problem("unknown_encoding", path.name, parameters=unknown)) from None
    except UnicodeDecodeError as error:
        byte = f"0x{error.object[error.start]:02X}"
        where = {"encoding": encoding, "byte": byte, "position": error.start + 1}
        problem = Problem("encoding", path.name, row=number + 1, parameters=where)
        raise WrongUse(problem) from None


def _flat(line: str) -> dict[str, str | None]:
    """One object as columns. Raises ValueError for what is no object, or names a member twice."""
    parsed = json.loads(line, object_pairs_hook=_once, parse_float=str, parse_int=str)
    if not isinstance(parsed, dict):
        raise ValueError("no object")
    found: dict[str, str | None] = {}
    _add(found, "", parsed, 0)
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a member occurs twice")
    return members


def _add(found: dict[str, str | None], path: str, value: Any, depth: int) -> None:
    if depth > _DEEPEST:
        raise ValueError("too deep")
    if isinstance(value, dict):
        for name, inner in value.items():
            _add(found, f"{path}/{name}" if path else name, inner, depth + 1)
    elif path in found:
        raise ValueError("a column occurs twice")
    else:
        found[path] = _text(value)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ";".join(value) or None
    return json.dumps(value, ensure_ascii=False)


READER = Reader(
    "jsonl", frozenset({"encoding", "largest_mb"}), read, suffixes=(".jsonl", ".ndjson")
)
