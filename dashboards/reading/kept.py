"""What holds for good is made once, by one thread, and kept in memory up to a number of bytes.

A release never changes, so what was read or rendered of it does not either. What is asked for least
recently goes first. Errors are not kept.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """Values by key; `size` gives the bytes of one, `most` all that may be kept."""

    def __init__(self, most: int, size: Callable[[Value], int]) -> None:
        self._most, self._size = most, size
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._awaited: dict[Hashable, Future[Value]] = {}
        self._lock = threading.Lock()
        self.bytes = 0

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of a key; where it is not kept, who asks first makes it and others wait."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
            awaited = self._awaited.get(key)
            if awaited is None:
                own = self._awaited[key] = Future()
        return awaited.result() if awaited else self._make(key, make, own)

    def _make(self, key: Hashable, make: Callable[[], Value], own: Future[Value]) -> Value:
        try:
            value = make()
        except BaseException as error:
            with self._lock:
                del self._awaited[key]
            own.set_exception(error)
            raise
        with self._lock:
            del self._awaited[key]
            self._keep(key, value)
        own.set_result(value)
        return value

    def _keep(self, key: Hashable, value: Value) -> None:
        self._values[key] = value
        self.bytes += self._size(value)
        while self.bytes > self._most:
            _, dropped = self._values.popitem(last=False)
            self.bytes -= self._size(dropped)
