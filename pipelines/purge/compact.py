"""Rewriting a database file: what was deleted from its tables stays in its pages until then."""

from pathlib import Path

import duckdb

from pipelines.warehouse.connection import locked
from pipelines.workspace.durable import sync


def compact(path: Path) -> None:
    """Replaces a warehouse by a copy of its living rows, in one rename.

    Cut short, the old file stands and the copy on its way is removed by the next run. Raises
    WrongUse (`warehouse_locked`) where another process has it open.
    """
    fresh = path.with_name(f".{path.name}.fresh")
    with locked(path):
        for leftover in (fresh, fresh.with_name(fresh.name + ".wal")):
            leftover.unlink(missing_ok=True)
        with duckdb.connect(":memory:") as connection:
            before, after = (str(name).replace("'", "''") for name in (path, fresh))
            connection.execute(f"ATTACH '{before}' AS before")
            connection.execute("CHECKPOINT before")
            connection.execute(f"ATTACH '{after}' AS after")
            connection.execute("COPY FROM DATABASE before TO after")
            connection.execute("CHECKPOINT after")
        sync(fresh)
        fresh.replace(path)
        path.with_name(path.name + ".wal").unlink(missing_ok=True)
        sync(path.parent)
