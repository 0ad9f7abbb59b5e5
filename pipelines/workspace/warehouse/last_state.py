"""The copy of a warehouse that everybody reads while its one writer is at work.

Whoever had the turn to write leaves it (`turns.py`). Where nobody writes it is made anew as soon as
the warehouse is another, so that a reader sees what the warehouse holds, and while somebody writes
what it held before.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from filelock import FileLock

from indicators.foundation.errors import WrongUse
from indicators.foundation.faults import quoting_no_row
from pipelines.workspace.warehouse.connection import lock_down, locked, open_warehouse, opened
from pipelines.workspace.warehouse.ddl import lacks_nothing

SUFFIX = ".read"


def copy_of(path: Path) -> Path:
    """Where the copy of a warehouse lies."""
    return path.with_name(path.name + SUFFIX)


def leave_copy(path: Path) -> None:
    """Makes the copy of a warehouse where it has none of its present state.

    Raises WrongUse (`warehouse_locked`) where it is being written.
    """
    copy = copy_of(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(copy.with_name(copy.name + ".lock")):
        if _is_current(path):
            return
        fresh = copy.with_name(f".{copy.name}.tmp")
        with locked(path):
            if not path.is_file() or _log_of(path).exists():
                with opened(path):
                    pass  # what a killed writer left in the log goes into the file
            shutil.copyfile(path, fresh)
            shutil.copystat(path, fresh)
        fresh.replace(copy)


def last_state(path: Path) -> Path:
    """The copy: of the warehouse as it is, or as it was before somebody began to write.

    Raises WrongUse (`warehouse_locked`) where it is being written for the first time.
    """
    try:
        leave_copy(path)
    except WrongUse:
        if not copy_of(path).is_file():
            raise
    return copy_of(path)


@contextmanager
def open_to_read(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the copy of a warehouse, which no statement changes; as `open_warehouse`."""
    with quoting_no_row():
        connection = _attached(last_state(path))
        try:
            if not lacks_nothing(connection):  # an earlier version wrote it
                connection.close()
                with open_warehouse(path):
                    pass
                connection = _attached(last_state(path))
            yield connection
        finally:
            connection.close()


@contextmanager
def open_on_trial(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a warehouse of the last state that may be written and is thrown away; empty
    where there is none yet. Raises as `last_state`."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "trial.duckdb"
        if path.is_file():
            shutil.copyfile(last_state(path), copy)
        with open_warehouse(copy) as connection:
            yield connection


def _attached(copy: Path) -> duckdb.DuckDBPyConnection:
    """Not opened by its own path: a process that has a copy open would get an earlier one again."""
    connection = duckdb.connect(":memory:")
    there = str(copy).replace("'", "''")
    connection.execute(f"ATTACH '{there}' AS warehouse (READ_ONLY)")
    connection.execute("USE warehouse")
    connection.execute("SET temp_directory = ''")  # no rows where the command happens to run
    lock_down(connection)
    return connection


def _is_current(path: Path) -> bool:
    copy = copy_of(path)
    if not path.is_file() or not copy.is_file() or _log_of(path).exists():
        return False
    return _look(path) == _look(copy)


def _look(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + ".wal")
