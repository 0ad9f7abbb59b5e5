"""Hostile files are refused by name and with a mend, in bounded memory and time."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.ingest.readers import readers
from tests.faults.mutations import mutated
from tests.faults.reading_process import Server, reading_process
from tests.worlds.messy.deliveries import deliveries
from tests.worlds.messy.hostile import Hostile, hostile_files


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with reading_process() as found:
        yield found


def test_hostile_files_are_refused_in_bounded_memory_and_time(
    server: Server, tmp_path: Path
) -> None:
    wrong = []
    for file in hostile_files():
        found = _read(server, file, tmp_path)
        is_right = (found.how, found.what) == ("refused", file.rule)
        if file.rule is None:
            is_right = found.how == "read"
        elif is_right:
            name = f"a.{file.reader}"
            is_right = all(told.startswith(name) and "{" not in told for told in found.sentences)
        if not is_right or found.megabytes > 450:
            wrong.append((file.reader, file.name, file.rule, found))
    assert not wrong, "\n".join(map(str, wrong))


def _read(server: Server, file: Hostile, folder: Path):
    path = folder / f"a.{file.reader}"
    path.write_bytes(file.content)
    return server.read(file.reader, path, megabytes=1500, **file.options)


SAMPLES = {}
for _file in deliveries():
    SAMPLES.setdefault((_file.mapping["reader"], _file.suffix), _file)


def test_each_reader_has_files_to_be_damaged() -> None:
    assert {reader for reader, _ in SAMPLES} == {*readers()}


def fuzzed(server: Server, folder: Path, times: int, first: int = 0) -> list[object]:
    """What was neither read nor refused, of so many damaged files of each reader and format."""
    wrong: list[object] = []
    for (reader, suffix), file in SAMPLES.items():
        path = folder / f"a{suffix}"
        path.write_bytes(file.content)
        options = file.mapping["options"]
        for seed, how, what in server.fuzz(reader, path, range(first, first + times), **options):
            wrong.append((reader, suffix, seed, how, what))
    return wrong


def test_damaged_files_are_read_or_refused(server: Server, tmp_path: Path) -> None:
    wrong = fuzzed(server, tmp_path, 15)
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize(
    ("reader", "suffix", "seed"),
    [("parquet", ".parquet", 1540), ("spss", ".sav", 1711), ("form_export", ".xlsx", 1903)],
)
def test_damages_that_once_ended_in_a_librarys_own_error(
    server: Server, tmp_path: Path, reader: str, suffix: str, seed: int
) -> None:
    """A column's name that is no UTF-8, a variable without a name, XML of an unknown encoding."""
    file = SAMPLES[reader, suffix]
    path = tmp_path / f"a{suffix}"
    path.write_bytes(mutated(file.content, seed))
    assert server.read(reader, path, **file.mapping["options"]).what == "unreadable"


@pytest.mark.soak
def test_very_many_damaged_files_are_read_or_refused(server: Server, tmp_path: Path) -> None:
    wrong = fuzzed(server, tmp_path, 500, first=1000)
    assert not wrong, "\n".join(map(str, wrong))
