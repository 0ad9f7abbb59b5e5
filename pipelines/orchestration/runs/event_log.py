"""Dagster's own SQLite files during one run: opened once, and no event waits for the disk."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import Any

from alembic.script import ScriptDirectory
from dagster._core.storage.event_log.sqlite import sqlite_event_log
from dagster._core.storage.runs.sqlite import sqlite_run_storage
from sqlalchemy import Engine, QueuePool, event

_WRITERS = (sqlite_event_log, sqlite_run_storage)
# Dagster loads its 90 steps of migration anew for each file that it opens, some ten times a run.
_scripts = cache(ScriptDirectory.from_config)


@contextmanager
def quick_event_log() -> Iterator[None]:
    """Commits of Dagster's events wait for no disk, and its files stay open until the end.

    Dagster makes an engine and a connection for each of some 700 events and tables of a refresh,
    which reads the file's layout, writes the same few statements anew, and, as whoever closes
    SQLite's last connection does, writes the whole journal back and waits for the disk: one engine
    a file is kept with its connections.
    With `synchronous=NORMAL` a power failure may lose the last events of the log, never the file
    (sqlite.org/pragma.html#pragma_synchronous); what a run made stands in the warehouse.
    """

    def wait_for_no_disk(connection: Any, _record: Any) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.execute("PRAGMA synchronous = NORMAL")

    made: dict[str, Engine] = {}
    makers = {module: module.create_engine for module in _WRITERS}
    load_scripts = ScriptDirectory.from_config
    event.listen(Engine, "connect", wait_for_no_disk)
    for module, make in makers.items():
        module.create_engine = partial(_one_a_file, made, make)  # type: ignore[attr-defined]
    ScriptDirectory.from_config = _scripts  # type: ignore[method-assign]
    try:
        yield
    finally:
        for module, make in makers.items():
            module.create_engine = make  # type: ignore[attr-defined]
        ScriptDirectory.from_config = load_scripts  # type: ignore[method-assign]
        event.remove(Engine, "connect", wait_for_no_disk)
        for engine in made.values():
            Engine.dispose(engine)


def _one_a_file(
    made: dict[str, Engine], make: Callable[..., Engine], address: str, **options: Any
) -> Engine:
    """Gives one file's engine again; Dagster closes what it holds open after each event."""
    if address not in made:
        engine = made[address] = make(address, **options | {"poolclass": QueuePool})
        engine.dispose = lambda *_, **__: None  # type: ignore[method-assign]
    return made[address]
