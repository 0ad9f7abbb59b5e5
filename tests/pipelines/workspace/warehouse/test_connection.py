"""The warehouse has one writer, all its tables, and reaches nothing outside."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from indicators.definitions.contracts import contracts
from indicators.foundation.errors import WrongUse
from indicators.foundation.mart_tables import MART_TABLES
from pipelines.workspace.warehouse.connection import open_warehouse
from pipelines.workspace.warehouse.last_state import open_to_read
from tests.conftest import REPOSITORY

OPEN = """
import sys
from pathlib import Path
from indicators.foundation.errors import WrongUse
from indicators.foundation.mart_tables import MART_TABLES
from pipelines.workspace.warehouse.connection import open_warehouse
try:
    with open_warehouse(Path(sys.argv[1])):
        print("open")
except WrongUse as error:
    print(error)
"""


def test_second_process_is_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "small.duckdb"
    command = [sys.executable, "-c", OPEN, str(path)]
    with open_warehouse(path):
        shut = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, check=True)
    (line,) = shut.stdout.splitlines()
    assert line.startswith("small.duckdb: Another process is writing")
    again = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, check=True)
    assert again.stdout == "open\n"


def test_same_process_may_not_open_it_twice(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    with open_warehouse(path), pytest.raises(WrongUse), open_warehouse(path):
        pass


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM '{folder}/secret.csv'",
        "COPY (SELECT 1) TO '{folder}/out.csv'",
        "ATTACH '{folder}/other.duckdb'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET threads = 7",
    ],
)
def test_nothing_outside_is_reached(tmp_path: Path, statement: str) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    with open_warehouse(tmp_path / "a.duckdb") as connection, pytest.raises(duckdb.Error):
        connection.execute(statement.format(folder=tmp_path)).fetchall()


def test_a_small_warehouse_is_computed_by_one_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def threads(coming: int = 0) -> int:
        with open_warehouse(tmp_path / "a.duckdb", coming) as connection:
            ((found,),) = connection.execute("SELECT current_setting('threads')").fetchall()
        return int(found)

    ((of_machine,),) = duckdb.execute("SELECT current_setting('threads')").fetchall()
    assert threads() == 1
    assert threads(coming=10**9) == of_machine
    monkeypatch.setattr("pipelines.workspace.warehouse.connection._FOR_ONE_THREAD", 1)
    assert threads() == of_machine


def test_every_contract_has_its_tables(tmp_path: Path) -> None:
    with open_warehouse(tmp_path / "a.duckdb") as connection:
        rows = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal"
        ).fetchall()
    for table in contracts():
        assert {("raw", table), ("core", table), ("quarantine", table)} <= set(rows)


def test_a_table_of_the_mart_with_other_columns_is_made_anew(tmp_path: Path) -> None:
    with open_warehouse(tmp_path / "a.duckdb") as connection:
        connection.execute("INSERT INTO mart.base (mission) VALUES ('here')")
        connection.execute("INSERT INTO mart.mission (mission) VALUES ('here')")
        connection.execute("ALTER TABLE mart.mission ADD COLUMN motto VARCHAR")
    with open_warehouse(tmp_path / "a.duckdb") as connection:
        described = connection.execute("DESCRIBE mart.mission").fetchall()
        assert [name for name, *_ in described] == list(MART_TABLES["mission"])
        assert connection.execute("FROM mart.mission").fetchall() == []
        assert len(connection.execute("FROM mart.base").fetchall()) == 1


def test_column_that_a_contract_gains_is_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_warehouse(tmp_path / "a.duckdb") as connection:
        connection.execute("INSERT INTO core.areas (area_code) VALUES ('XX')")
    known = contracts()["areas"]
    more = known.model_copy(update={"columns": known.columns | {"motto": known.columns["name_en"]}})
    monkeypatch.setattr(
        "pipelines.workspace.warehouse.ddl.contracts", lambda: {**contracts(), "areas": more}
    )
    with open_warehouse(tmp_path / "a.duckdb") as connection:
        rows = connection.execute("SELECT area_code, motto FROM core.areas").fetchall()
    assert rows == [("XX", None)]


WORK = """
import signal, sys
from pathlib import Path
from pipelines.workspace.warehouse import connection
connection._MEMORY = 96_000_000
path = Path(sys.argv[1])
with connection.open_warehouse(path) as warehouse:
    warehouse.execute("CREATE TEMP TABLE rows AS SELECT i, hash(i), hash(i + 1) FROM range(9_000_000) t(i)")
    print(sum(file.stat().st_size for file in path.with_name("a.duckdb.tmp").iterdir()), flush=True)
    signal.pause()
"""


def test_rows_beyond_the_bound_lie_beside_the_file_and_a_killed_process_leaves_none(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.duckdb"
    spilled = path.with_name("a.duckdb.tmp")
    script = tmp_path / "work.py"  # of a command by its text DuckDB believes that somebody types it
    script.write_text(WORK)
    command = [sys.executable, script, path]
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as process:
        assert process.stdout is not None
        assert int(process.stdout.readline()) > 50_000_000
        process.kill()
    assert list(spilled.iterdir())
    with open_warehouse(path) as connection:
        assert not spilled.exists()
        ((bound,),) = connection.execute("SELECT current_setting('memory_limit')").fetchall()
    assert bound == "1.6 GiB"  # 1.8 GB
    with open_to_read(path) as connection:
        ((folder,),) = connection.execute("SELECT current_setting('temp_directory')").fetchall()
    assert folder == ""
