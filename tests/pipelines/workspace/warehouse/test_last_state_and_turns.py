"""Who reads a warehouse waits for nobody, and who writes waits for those who came before."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from indicators.foundation.errors import WrongUse
from pipelines.workspace.warehouse.connection import open_warehouse
from pipelines.workspace.warehouse.last_state import copy_of, open_to_read
from pipelines.workspace.warehouse.turns import turn
from tests.conftest import REPOSITORY
from tests.worlds.mission.delivered import SmallMission

SEQUENCES = "SELECT sequence FROM ops.input_file ORDER BY 1"
WRITES = """
import sys
from pathlib import Path
from pipelines.workspace.warehouse.connection import open_warehouse
with open_warehouse(Path(sys.argv[1])) as connection:
    connection.execute("INSERT INTO ops.input_file (sequence) VALUES (2)")
    print("at work", flush=True)
    sys.stdin.read()
"""
HAS_THE_TURN = """
import sys
from pathlib import Path
from pipelines.workspace.warehouse.turns import turn
with turn(Path(sys.argv[1]), lambda before: None):
    print("at work", flush=True)
    sys.stdin.read()
"""


@contextmanager
def at_work(script: str, path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process, at work until the block ends."""
    command = [sys.executable, "-c", script, str(path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, cwd=REPOSITORY, **pipes) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "at work\n"
        yield process
        process.communicate()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A warehouse of one file."""
    warehouse = tmp_path / "small.duckdb"
    with open_warehouse(warehouse) as connection:
        connection.execute("INSERT INTO ops.input_file (sequence) VALUES (1)")
    return warehouse


def sequences(path: Path) -> list[tuple[int]]:
    with open_to_read(path) as connection:
        return connection.execute(SEQUENCES).fetchall()


def test_a_reader_sees_the_state_before_whoever_writes_and_then_the_new_one(path: Path) -> None:
    assert sequences(path) == [(1,)]
    with at_work(WRITES, path):
        assert sequences(path) == [(1,)]
    assert sequences(path) == [(1,), (2,)]


def test_what_a_killed_writer_had_done_is_seen(path: Path) -> None:
    assert sequences(path) == [(1,)]
    with at_work(WRITES, path) as process:
        os.kill(process.pid, signal.SIGKILL)
    assert sequences(path) == [(1,), (2,)]


def test_only_the_first_writer_of_all_keeps_readers_out(tmp_path: Path) -> None:
    with at_work(WRITES, tmp_path / "small.duckdb"), pytest.raises(WrongUse, match="is writing"):
        sequences(tmp_path / "small.duckdb")


def test_readers_change_nothing_and_keep_nobody_from_writing(path: Path) -> None:
    with open_to_read(path) as first, open_to_read(path) as second:
        for statement in (
            "DELETE FROM ops.input_file",
            "SET threads = 7",
            "COPY (SELECT 1) TO 'a'",
        ):
            with pytest.raises(duckdb.Error):
                first.execute(statement)
        with open_warehouse(path) as connection:
            connection.execute("INSERT INTO ops.input_file (sequence) VALUES (2)")
        assert sequences(path) == [(1,), (2,)]  # while two readers have the state of before
        assert second.execute(SEQUENCES).fetchall() == [(1,)]


def test_a_warehouse_of_an_earlier_version_is_read_in_the_tables_of_this_one(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("DROP TABLE ops.intake_begun")
        connection.execute("DROP TABLE mart.quality_check")
    with open_to_read(path) as connection:
        assert connection.execute("FROM ops.intake_begun").fetchall() == []
        assert connection.execute("FROM mart.quality_check").fetchall() == []


def test_who_comes_later_waits_and_is_told_how_many_are_before(path: Path) -> None:
    told: list[int] = []
    order: list[str] = []
    waits = threading.Event()

    def second() -> None:
        with turn(path, lambda before: (told.append(before), waits.set())):
            order.append("second")

    with at_work(HAS_THE_TURN, path):
        other = threading.Thread(target=second)
        other.start()
        assert waits.wait(60)
        order.append("first")
    other.join(60)
    assert told == [1]
    assert order == ["first", "second"]
    assert copy_of(path).is_file()


def test_a_process_that_was_killed_keeps_nobody_waiting(path: Path) -> None:
    told: list[int] = []
    with at_work(HAS_THE_TURN, path) as process:
        os.kill(process.pid, signal.SIGKILL)
    with turn(path, told.append):
        assert told == []


@pytest.mark.parametrize("command", [("ingest",), ("purge", "--due")])
def test_commands_that_write_wait_their_turn(small: SmallMission, command: tuple[str, ...]) -> None:
    run = [sys.executable, "-m", "pipelines.cli.main", *command]
    home = {"POCLENS_HOME": str(small.workspace.home), "POCLENS_LANGUAGE": "en"}
    with at_work(HAS_THE_TURN, small.workspace.warehouse("small")):
        waits = subprocess.Popen(run, stderr=subprocess.PIPE, text=True, env=os.environ | home)
        assert waits.stderr is not None
        assert "before this one: 1" in waits.stderr.readline()
        assert waits.poll() is None
    _, told = waits.communicate(timeout=120)
    assert waits.returncode == 0, told
