"""The mart's tables as Parquet, the same bytes for the same rows whatever the threads."""

from collections.abc import Iterable
from pathlib import Path

from pipelines.workspace.warehouse.inspect import Connection

ROW_GROUP_SIZE = 122_880


def write_parquet(connection: Connection, tables: Iterable[str], folder: Path) -> None:
    """Writes `<table>.parquet` of these tables of a release's database, in their order there.

    The connection must run on one thread: with more, row groups may fall otherwise.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in tables:
        rows = connection.sql(f'SELECT * FROM stored."{name}"')  # without the release's name
        path = str(folder / f"{name}.parquet")
        rows.write_parquet(path, compression="zstd", row_group_size=ROW_GROUP_SIZE)
