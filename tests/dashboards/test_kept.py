"""What is kept is made once, bounded by bytes, and never an error."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboards.reading.kept import Kept


def test_readers_who_ask_at_once_wait_for_one_making() -> None:
    kept: Kept[str] = Kept(100, len)
    made: list[int] = []
    together = threading.Barrier(8)

    def ask(_: int) -> str:
        together.wait()
        return kept.get("page", slowly)

    def slowly() -> str:
        made.append(1)
        time.sleep(0.05)
        return "text"

    with ThreadPoolExecutor(8) as readers:
        assert list(readers.map(ask, range(8))) == ["text"] * 8
    assert len(made) == 1


def test_what_was_asked_for_least_recently_goes_first() -> None:
    kept: Kept[str] = Kept(10, len)
    for key in ("a", "b"):
        kept.get(key, lambda: "xxxx")
    kept.get("a", lambda: "never made")
    kept.get("c", lambda: "xxxx")
    assert kept.bytes == 8
    assert [kept.get(key, lambda: "new!") for key in ("a", "c", "b")] == ["xxxx", "xxxx", "new!"]


def test_what_is_larger_than_all_is_answered_and_not_kept() -> None:
    kept: Kept[str] = Kept(3, len)
    assert kept.get("a", lambda: "xxxxx") == "xxxxx"
    assert kept.bytes == 0


def test_an_error_reaches_who_asked_and_is_not_kept() -> None:
    kept: Kept[str] = Kept(10, len)

    def fails() -> str:
        raise ValueError("no")

    with pytest.raises(ValueError):
        kept.get("a", fails)
    assert kept.get("a", lambda: "x") == "x"
