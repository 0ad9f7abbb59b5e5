"""Dagster's own SQLite files during one run: written without waiting for the disk at each event."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from dagster._core.storage.event_log.sqlite import sqlite_event_log
from sqlalchemy import Engine, event


@contextmanager
def quick_event_log() -> Iterator[None]:
    """Commits of Dagster's events wait for no disk, and its files stay open until the end.

    Dagster opens and closes a connection for each of some 700 events and tables of a refresh, and
    whoever closes SQLite's last connection writes the whole journal back and waits for the disk.
    It also makes an engine for each, which writes the same few statements anew: one a file is kept.
    With `synchronous=NORMAL` a power failure may lose the last events of the log, never the file
    (sqlite.org/pragma.html#pragma_synchronous); what a run made stands in the warehouse.
    """
    held: dict[str, sqlite3.Connection] = {}

    def opened(connection: Any, _record: Any) -> None:
        if not isinstance(connection, sqlite3.Connection):
            return
        connection.execute("PRAGMA synchronous = NORMAL")
        path = str(connection.execute("PRAGMA database_list").fetchone()[2])
        if path and path not in held:
            held[path] = sqlite3.connect(path, check_same_thread=False)
        if path:  # a connection counts as open once it has read
            held[path].execute("SELECT count(*) FROM sqlite_master").fetchone()

    event.listen(Engine, "connect", opened)
    make_engine = sqlite_event_log.create_engine
    sqlite_event_log.create_engine = _one_a_file(make_engine)
    try:
        yield
    finally:
        sqlite_event_log.create_engine = make_engine
        event.remove(Engine, "connect", opened)
        for connection in held.values():
            connection.close()


def _one_a_file(make_engine: Callable[..., Engine]) -> Callable[..., Engine]:
    """Gives one file's engine again; Dagster makes all of them with the same options."""
    made: dict[str, Engine] = {}

    def engine(address: str, **options: Any) -> Engine:
        if address not in made:
            made[address] = make_engine(address, **options)
        return made[address]

    return engine
