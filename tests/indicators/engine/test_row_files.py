"""Rows as files: what the ledger does not name goes, what it named last stays one run longer."""

import json
from pathlib import Path

import duckdb

from indicators.engine.spark.row_files import write_row_files


def test_of_manifests_and_parts_the_last_two_are_kept(tmp_path: Path) -> None:
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA ops; CREATE SCHEMA cube")
    named = []
    for number in range(4):
        connection.execute(f"CREATE OR REPLACE TABLE cube.cells AS SELECT {number} AS n")
        (path,) = write_row_files(connection, [("cube", "cells")], tmp_path)["cube", "cells"]
        named.append(path)
        ((name,),) = connection.execute("FROM ops.row_manifest").fetchall()
        parts = json.loads((tmp_path / name).read_text())["cube.cells"]
        assert [tmp_path / file for file in parts.values()] == [path]
    assert [path.is_file() for path in named] == [False, False, True, True]
    assert len(list(tmp_path.glob("manifest-*"))) == 2
