"""A mart table as Parquet, the same bytes for the same rows whatever the threads."""

from pathlib import Path

from pipelines.workspace.warehouse.inspect import Connection

ROW_GROUP_SIZE = 122_880


def write_parquet(connection: Connection, table: str, path: Path) -> None:
    """Writes `mart.<table>` in the order of its columns, which begins with its key.

    The connection must run on one thread: with more, row groups may fall otherwise.
    """
    ordered = connection.sql(f'SELECT * FROM mart."{table}" ORDER BY ALL')
    ordered.write_parquet(str(path), compression="zstd", row_group_size=ROW_GROUP_SIZE)
