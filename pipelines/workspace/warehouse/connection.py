"""Opening a mission's warehouse: one writer at a time, locked down, with all its tables."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.faults import quoting_no_row
from pipelines.workspace.warehouse.ddl import make_tables

_COPIED_SECONDS = 3  # who copies it to read (`last_state.py`) has done so by then
# Below it statements take some milliseconds each: a second thread waits for more than it computes.
_FOR_ONE_THREAD = 256 * 2**20
_WORK = 8  # a byte that comes is looked at as often as some bytes that are there
# Of what is worked on, the rest of the process takes 0.3 to 0.6 GB beside it: a laptop of 8 GB does
# not swap with ten million rows, of which a refresh would take 12 GB where it may.
_MEMORY = 1_800_000_000


@contextmanager
def open_warehouse(path: Path, coming: int = 0) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse's only connection, its tables made; closed and unlocked at the end.

    `coming`: bytes that are about to be written into it. Raises WrongUse (`warehouse_locked`) where
    another process keeps it open, and Fault in place of an error of the work on it whose text may
    quote a row.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with locked(path, _COPIED_SECONDS), opened(path, coming) as connection:
        yield connection


@contextmanager
def opened(path: Path, coming: int = 0) -> Iterator[duckdb.DuckDBPyConnection]:
    """As `open_warehouse`, for who holds the lock already."""
    with quoting_no_row():
        spilled = path.with_name(path.name + ".tmp")
        shutil.rmtree(spilled, ignore_errors=True)  # rows that a killed process left
        connection = duckdb.connect(str(path))
        try:
            if _WORK * coming + path.stat().st_size < _FOR_ONE_THREAD:
                connection.execute("SET threads = 1")
            bound_memory(connection, spilled)
            lock_down(connection)
            make_tables(connection)
            yield connection
        finally:
            connection.close()


@contextmanager
def locked(path: Path, seconds: float = 0) -> Iterator[None]:
    """Holds `<file>.lock`; the system lets go of it when the process ends, however it ends.

    `seconds`: for how long another is waited for."""
    lock = FileLock(path.with_name(path.name + ".lock"), timeout=seconds)
    try:
        lock.acquire()
    except Timeout:
        raise WrongUse(Problem("warehouse_locked", path.name)) from None
    try:
        yield
    finally:
        lock.release()


def bound_memory(connection: duckdb.DuckDBPyConnection, spilled: Path) -> None:
    """What does not fit into the bound lies in the folder while it is worked on; the bound is less
    where DuckDB finds that the machine, or the container, has less."""
    found = "SELECT parse_formatted_bytes(current_setting('memory_limit'))"
    ((there,),) = connection.execute(found).fetchall()
    connection.execute(f"SET memory_limit = '{min(_MEMORY, there)}B'")
    connection.execute("SET temp_directory = ?", [str(spilled)])


def lock_down(connection: duckdb.DuckDBPyConnection) -> None:
    """No network, no foreign files, and nothing that could loosen this later."""
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET autoload_known_extensions = false")
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    # Every file is a transaction of its own: the file is tidied once at the end, not every 16 MB.
    connection.execute("SET checkpoint_threshold = '256MB'")
    # Of what is not committed yet only the last 122,880 rows of a table stay in memory, not five times.
    connection.execute("SET write_buffer_row_group_count = 1")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
