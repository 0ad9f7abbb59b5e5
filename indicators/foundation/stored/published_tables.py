"""Where a published release lies, and its database in the tables and columns of this version.

What an earlier version did not publish is there without rows, or as nulls: that release does not
say. Who reads a release so needs no branch for its age.
"""

from pathlib import Path

import duckdb

from indicators.foundation.mart_tables import MART_TABLES

MANIFEST, PUBLICATION = "manifest.json", "publication.json"
HISTORY_COMING = "history-coming"
"""A file beside `current` while a demonstration still publishes its earlier quarters."""


def current_pointer(releases: Path) -> Path:
    """The file that names which of a mission's releases is shown."""
    return releases / "current"


def current_name(releases: Path) -> str | None:
    """The name of that release; None where nothing is published."""
    pointer = current_pointer(releases)
    return pointer.read_text(encoding="utf-8").strip() if pointer.is_file() else None


def database_of(release: Path, audience: str) -> Path:
    """An audience's database in the folder of a release."""
    return release / audience / "poclens.duckdb"


def attach_published(connection: duckdb.DuckDBPyConnection, path: Path, name: str = "") -> None:
    """Puts the database at `path`, read only, behind schema `mart` of an empty connection; with a
    name behind that of a database of this name, which a cursor has to `USE`."""
    there, published = str(path).replace("'", "''"), f"published{name}"
    connection.execute(f"ATTACH '{there}' AS {published} (READ_ONLY)")
    known = _columns(connection, published)
    if name:
        connection.execute(f"ATTACH ':memory:' AS {name}; USE {name}")
    connection.execute("CREATE SCHEMA mart")
    views = (
        f'CREATE VIEW mart."{table}" AS {_rows(published, table, known.get(table))};'
        for table in sorted({*known, *MART_TABLES})
    )
    connection.execute("".join(views))


def published_areas(home: Path) -> dict[str, set[str]]:
    """The codes of the areas in each mission's current release."""
    found = {}
    for releases in home.glob("releases/*"):
        database = database_of(releases / (current_name(releases) or ""), "mission")
        if database.is_file():
            with duckdb.connect() as connection:
                attach_published(connection, database)
                rows = connection.execute("SELECT area_code FROM mart.area").fetchall()
            found[releases.name] = {code for (code,) in rows}
    return found


def _columns(connection: duckdb.DuckDBPyConnection, published: str) -> dict[str, set[str]]:
    """The columns of each table that the release has."""
    rows = connection.execute(
        "SELECT table_name, column_name FROM duckdb_columns() "
        "WHERE database_name = ? AND schema_name = 'mart'",
        [published],
    ).fetchall()
    found: dict[str, set[str]] = {}
    for table, column in rows:
        found.setdefault(table, set()).add(column)
    return found


def _rows(published: str, table: str, there: set[str] | None) -> str:
    lacking = {
        name: kind for name, kind in MART_TABLES.get(table, {}).items() if name not in (there or ())
    }
    nulls = [f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in lacking.items()]
    if there is None:
        return f"SELECT {', '.join(nulls)} WHERE false"
    return f'SELECT {", ".join(["*", *nulls])} FROM {published}.mart."{table}"'
