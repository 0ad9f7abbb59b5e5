"""What an audience already has: the values of the mission's earlier releases."""

import duckdb

from indicators.disclosure.earlier import EARLIER_COLUMNS, EarlierRelease
from pipelines.release.naming import database_of, releases_of
from pipelines.workspace import Workspace


def earlier_releases(workspace: Workspace, mission: str, audience: str) -> list[EarlierRelease]:
    """The audience's copy of every published release of the mission, by quarter and counter.

    Releases from before the profile had this audience hold nothing for it.
    """
    folders = [workspace.releases(mission) / name for name in releases_of(workspace, mission)]
    databases = [database_of(folder, audience) for folder in folders]
    return [_read(str(path)) for path in databases if path.is_file()]


def _read(database: str) -> EarlierRelease:
    columns = ", ".join(EARLIER_COLUMNS)
    with duckdb.connect(database, read_only=True) as connection:
        (as_of,) = connection.execute("SELECT max(as_of) FROM mart.release").fetchall()[0]
        values = connection.sql(f"SELECT {columns} FROM mart.indicator_value").to_arrow_table()
    return EarlierRelease(as_of, values)
