"""Whose turn it is to write into a warehouse: runs one after another, in the order they came."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from indicators.foundation.errors import WrongUse
from pipelines.workspace.warehouse.last_state import leave_copy

_LOOK_SECONDS = 0.5
_TICKET, _NEXT = ".ticket", "next.lock"


@contextmanager
def turn(warehouse: Path, told: Callable[[int], None]) -> Iterator[None]:
    """Waits until all who came before are done, then keeps all who come later waiting.

    `told`: how many are before, each time that it is another number. A process that was ended keeps
    nobody waiting. Afterwards the warehouse has a copy to read (`last_state.py`).
    """
    folder = _folder(warehouse)
    folder.mkdir(parents=True, exist_ok=True)
    with _ticket(folder) as number:
        known = 0
        while before := sum(_is_held(one) for one in _tickets(folder) if _number(one) < number):
            if before != known:
                told(before)
                known = before
            time.sleep(_LOOK_SECONDS)
        try:
            yield
        finally:
            with suppress(OSError, WrongUse):  # who reads makes it where the disk was full
                leave_copy(warehouse)


def is_taken(warehouse: Path) -> bool:
    """Whether somebody writes into a warehouse just now, or waits to."""
    folder = _folder(warehouse)
    if not folder.is_dir():
        return False
    with FileLock(folder / _NEXT):  # a ticket that is being made is not looked at half made
        return any(map(_is_held, _tickets(folder)))


def _folder(warehouse: Path) -> Path:
    return warehouse.with_name(f".{warehouse.name}.turns")


@contextmanager
def _ticket(folder: Path) -> Iterator[int]:
    """A number behind all that are there, held as long as this process lives."""
    with FileLock(folder / _NEXT):
        number = max(map(_number, _tickets(folder)), default=0) + 1
        path = folder / f"{number}{_TICKET}"
        held = FileLock(path)
        held.acquire()
    try:
        yield number
    finally:
        held.release()
        path.unlink(missing_ok=True)


def _is_held(path: Path) -> bool:
    """Whether somebody lives who holds the ticket; else it is taken away."""
    try:
        with FileLock(path, timeout=0):
            path.unlink(missing_ok=True)
    except Timeout:
        return True
    return False


def _tickets(folder: Path) -> list[Path]:
    return list(folder.glob(f"*{_TICKET}"))


def _number(path: Path) -> int:
    return int(path.name.removesuffix(_TICKET))
