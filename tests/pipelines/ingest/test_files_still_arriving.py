"""A file that is still being copied waits, whoever asks for it, and is taken whole later."""

import io
import os
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest import inbox
from pipelines.ingest.file_report import FileReport
from pipelines.ingest.files.arriving import settled_seconds, waits_for
from tests.worlds.mission.delivered import SmallMission

HEADER = "area,day,sex,persons\n"
ROWS = [f"XX01,20{20 + n % 6}-{1 + n // 6 % 12:02d}-{1 + n // 72:02d},F,{n}\n" for n in range(400)]
HALF, WHOLE = HEADER + "".join(ROWS[:190]), HEADER + "".join(ROWS)
LONG = 3600.0


def aged(path: Path, seconds: float) -> Path:
    """The same file as if nobody had written to it for so long."""
    then = time.time() - seconds
    os.utime(path, (then, then))
    return path


def test_half_a_file_waits_and_the_whole_comes_later(small: SmallMission) -> None:
    path = small.drop("population.csv", HALF)
    before = small.query("FROM ops.input_file")
    growing = small.ingest(settled=LONG, patience=0).files
    assert [(file.name, file.status, file.waits_for) for file in growing] == [
        ("population.csv", "waiting", "settling")
    ]
    assert path.is_file()
    assert small.query("FROM ops.input_file") == before
    path.write_text(WHOLE)
    (report,) = small.ingest(settled=5, patience=0, files=[aged(path, 10)]).files
    assert (report.status, report.rows_loaded) == ("loaded", 400)
    assert not path.exists()


def test_other_files_do_not_wait_for_it(small: SmallMission) -> None:
    small.drop("population_a.csv", HALF)
    aged(small.drop("population_b.csv", HEADER + "XX02,2024-01-01,F,5\n"), 2 * LONG)
    statuses = {file.name: file.status for file in small.ingest(settled=LONG, patience=0).files}
    assert statuses == {"population_a.csv": "waiting", "population_b.csv": "loaded"}


def test_ingest_itself_waits_a_little_for_a_file_that_was_just_dropped(small: SmallMission) -> None:
    small.drop("population.csv", WHOLE)
    (report,) = small.ingest(settled=0.5, patience=1).files
    assert (report.status, report.rows_loaded) == ("loaded", 400)


@pytest.mark.parametrize("age", [10, 30])
def test_table_whose_last_line_is_open_waits_longer(small: SmallMission, age: int) -> None:
    path = aged(small.drop("population.csv", HALF + "XX01,2024-0"), age)
    (report,) = small.ingest(settled=5, patience=0).files
    assert (report.status, report.waits_for) == ("waiting", "last_line")
    assert path.is_file()


def test_table_that_has_no_last_line_end_comes_once_it_is_left_alone(small: SmallMission) -> None:
    aged(small.drop("population.csv", WHOLE.rstrip("\n")), 61)
    (report,) = small.ingest(settled=5, patience=0).files
    assert (report.status, report.rows_loaded) == ("loaded", 400)


def archive() -> bytes:
    """A container with one member."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as opened:
        opened.writestr("a.xml", "x" * 5000)
    return content.getvalue()


@pytest.mark.parametrize("suffix", [".xlsx", ".zip", ".ods"])
def test_container_without_its_directory_waits(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"book{suffix}"
    path.write_bytes(archive()[:-30])
    assert waits_for(aged(path, 20), settled=5) == "container"
    assert waits_for(aged(path, 70), settled=5) is None  # broken for good: the reader says so
    path.write_bytes(archive())
    assert waits_for(aged(path, 20), settled=5) is None


def test_space_that_is_reserved_but_not_filled_waits(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(archive()[:400] + b"\0" * 8000)
    assert waits_for(aged(path, 20), settled=5) == "container"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_closed_last_line_in_any_encoding(tmp_path: Path, encoding: str, end: str) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(("a,b" + end + "1,é" + end).encode(encoding))
    assert waits_for(aged(path, 6), settled=5) is None
    path.write_bytes(("a,b" + end + "1,é").encode(encoding))
    assert waits_for(aged(path, 6), settled=5) == "last_line"


def test_time_in_the_future_is_judged_by_looking_twice(small: SmallMission) -> None:
    """The clock of a share may be ahead: the file would wait for ever."""
    aged(small.drop("population.csv", WHOLE), -5000)
    (report,) = small.ingest(settled=0.5, patience=1).files
    assert report.status == "loaded"


def test_file_that_changed_while_it_was_read_stays_for_the_next_run(
    small: SmallMission, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, original = small.drop("population.csv", HALF), inbox.load_file

    def load_while_the_rest_comes(*given: Any) -> FileReport:
        with path.open("a") as file:
            file.write("".join(ROWS[190:]))
        return original(*given)

    monkeypatch.setattr(inbox, "load_file", load_while_the_rest_comes)
    assert [(file.status, file.rows_loaded) for file in small.ingest().files] == [("waiting", 0)]
    monkeypatch.undo()
    assert path.is_file()
    kept = [entry.read_text() for entry in small.workspace.archive("small").iterdir()]
    assert not any(text.startswith(HALF[:100]) for text in kept)
    assert [file.rows_loaded for file in small.ingest().files] == [400]
    assert len(small.query("FROM core.population")) == 400


def test_waiting_time_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POCLENS_SETTLED_SECONDS", "12")
    assert settled_seconds() == 12
    monkeypatch.delenv("POCLENS_SETTLED_SECONDS")
    assert settled_seconds() > 0
