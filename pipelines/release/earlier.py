"""A published release opened in the tables and columns of this version.

Comparing, publishing and rolling up then need no branch for the age of a release.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from indicators.foundation.published_tables import attach_published
from pipelines.release.snapshot import open_memory


@contextmanager
def opened_release(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Its database behind schema `mart`, read only; `path` is that of `database_of`."""
    with open_memory() as connection:
        attach_published(connection, path)
        yield connection
