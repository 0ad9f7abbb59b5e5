"""Whether a file has arrived whole: one rule for ingest, refresh and the sensor of the inbox.

A file that is still being copied must not be taken half. It has arrived when its size and time have
stayed the same for a while and, where its kind has an end that can be seen, the end is there: the
directory at the end of a container (xlsx, zip, ods), the end of the last line of a table of text.
Some files have no such end for good; they are taken once nobody has touched them for longer.
"""

import fnmatch
import os
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

SETTLED_SECONDS = 5.0
UNENDED_FACTOR = 12  # so much longer for a file whose end is not there
_CONTAINERS = (".xlsx", ".xlsm", ".ods", ".zip")
_TABLES = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson")
_LINE_ENDS = (b"\n", b"\r")
_NOT_DELIVERIES = (".*", "~$*", "*.part", "*.tmp", "*.crdownload", "Thumbs.db", "desktop.ini")


class Look(NamedTuple):
    """What changes while a file is being written."""

    size: int
    time_ns: int


def settled_seconds() -> float:
    """For how long a file must stay the same: `POCLENS_SETTLED_SECONDS`, else 5 seconds."""
    return float(os.environ.get("POCLENS_SETTLED_SECONDS", SETTLED_SECONDS))


def deliveries(inbox: Path) -> list[Path]:
    """The files that people dropped into an inbox or a folder of it (a sender may have one), by
    name; not what their programs leave there."""
    return [
        path
        for path in sorted([*inbox.glob("*"), *inbox.glob("[!.]*/*")])
        if path.is_file() and not any(fnmatch.fnmatch(path.name, name) for name in _NOT_DELIVERIES)
    ]


def look(path: Path) -> Look | None:
    """The file's size and time; None where it is not there."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return Look(found.st_size, found.st_mtime_ns)


def waits_for(path: Path, settled: float, unchanged: float = 0) -> str | None:
    """What a file still waits for: `settling`, `container`, `last_line`; None where it is whole.

    `unchanged`: for how many seconds the caller has seen it the same, whatever its time says (the
    clock of a share may be ahead of ours).
    """
    found = look(path)
    age = max(unchanged, time.time() - found.time_ns / 1e9) if found else 0
    if age < settled:
        return "settling"
    if age >= settled * UNENDED_FACTOR:
        return None
    kind = path.suffix.lower()
    if kind in _CONTAINERS and not zipfile.is_zipfile(path):
        return "container"
    return "last_line" if kind in _TABLES and not _is_last_line_closed(path) else None


def _is_last_line_closed(path: Path) -> bool:
    """Whether the file ends with a line end, in encodings of one byte or two."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 2))
        return file.read().strip(b"\0").endswith(_LINE_ENDS)


def wait_for_all(
    paths: Sequence[Path], settled: float, patience: float | None = None
) -> dict[Path, tuple[Look | None, str | None]]:
    """Of each file how it looks and what it waits for.

    Where some were touched just now, this waits until they have settled, for `patience` seconds at
    most (without a number: as long as one file needs to settle).
    """
    patience = settled if patience is None else patience
    before = {path: look(path) for path in paths}
    if patience > 0 and any(waits_for(path, settled) == "settling" for path in paths):
        started, ages = time.monotonic(), [_age(found) for found in before.values() if found]
        time.sleep(min(patience, max(settled - min(ages), 0)))
        unchanged = time.monotonic() - started
    else:
        unchanged = 0
    return {
        path: (found, "settling" if look(path) != found else waits_for(path, settled, unchanged))
        for path, found in before.items()
    }


def _age(found: Look) -> float:
    """Seconds since the file was written; none of a time that is still to come."""
    return max(0, time.time() - found.time_ns / 1e9)
