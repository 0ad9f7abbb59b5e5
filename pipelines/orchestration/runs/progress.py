"""Progress of a run: steps report here, and whoever runs the job in this process listens."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Listener = Callable[[str, int, int], None]
_listeners: list[Listener] = []


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Calls `listener(message key, done, total)` for what is reported inside the block."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def report(stage: str, done: int = 0, total: int = 0) -> None:
    """Tells all listeners how far a stage is; `total` 0 where it is not known."""
    for listener in _listeners:
        listener(stage, done, total)
