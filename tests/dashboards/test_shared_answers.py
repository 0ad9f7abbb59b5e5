"""What one process of the server has made is read by the others, within a number of bytes."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboards.http.finished import Finished, SharedAnswers

PAGE = Finished.of("Séances".encode() * 100, "application/json")


def _never() -> Finished:
    raise AssertionError("made again")


def _in_another_process(act: Callable[[], object]) -> int:
    """Runs it as a process that parted from this one, to its ordinary end."""
    child = os.fork()
    if child == 0:
        try:
            act()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_page_that_another_process_made_is_read() -> None:
    shared = SharedAnswers()
    assert _in_another_process(lambda: shared.get(("/", "fr"), lambda: PAGE)) == 0
    assert shared.get(("/", "fr"), _never) == PAGE
    with pytest.raises(AssertionError):
        shared.get(("/", "en"), _never)


def test_what_was_written_first_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboards.http.finished._LOOKED_EVERY", 1)
    shared = SharedAnswers(most_bytes=1000)
    for number in range(12):
        shared.get(number, lambda: PAGE)
    with pytest.raises(AssertionError):
        shared.get(0, _never)
    assert shared.get(11, _never) == PAGE


def test_a_folder_that_is_gone_stops_no_page(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shared = SharedAnswers()
    monkeypatch.setattr(shared, "_folder", tmp_path / "gone")
    assert shared.get("page", lambda: PAGE) == PAGE


def test_pages_survive_a_cleaned_temporary_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboards.http.finished._LOOKED_EVERY", 1)
    shared = SharedAnswers()
    shared.get("before", lambda: PAGE)
    shutil.rmtree(shared._folder)
    assert shared.get("after", lambda: PAGE) == PAGE
    assert shared.get("after", _never) == PAGE
    assert shared._folder.stat().st_mode & 0o077 == 0
    shutil.rmtree(shared._folder)
    shared._folder.write_text("something else stands there")
    assert shared.get("again", lambda: PAGE) == PAGE
    shared._folder.unlink()
