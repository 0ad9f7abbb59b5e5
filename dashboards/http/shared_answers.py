"""Finished answers that the processes of one server share: a file each, in a folder of its own.

Each process keeps what it sent last in memory (`dashboards.kept`); what another process has made is
read from here and not made again. The folder lives as long as the server and holds what its readers
may see anyway; what was written least recently goes first.
"""

import atexit
import hashlib
import json
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Hashable
from dataclasses import asdict
from pathlib import Path

from dashboards.http.finished import Finished

_MOST_MB = 256
_LOOKED_EVERY = 64  # answers written between two looks at how much the folder holds


class SharedAnswers:
    """Answers by key; keys must have the same `repr` in each process."""

    def __init__(self, most_bytes: int = _MOST_MB * 2**20) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="poclens-pages-"))  # its owner's alone
        self._most, self._written = most_bytes, 0
        atexit.register(_remove, self._folder, os.getpid())

    def get(self, key: Hashable, make: Callable[[], Finished]) -> Finished:
        """The answer of a key, made where no process has done so."""
        path = self._folder / hashlib.sha256(repr(key).encode()).hexdigest()
        if not self._is_there():
            return make()
        return _read(path) or self._write(path, make())

    def _is_there(self) -> bool:
        """Makes the folder again where a cleaning took it; one of somebody else's is not used."""
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            return not hasattr(os, "getuid") or self._folder.lstat().st_uid == os.getuid()
        except OSError:
            return False

    def _write(self, path: Path, answer: Finished) -> Finished:
        head = {name: value for name, value in asdict(answer).items() if name != "body"}
        draft = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
        try:
            draft.write_bytes(json.dumps(head).encode() + b"\n" + answer.body)
            draft.replace(path)  # a reader sees the whole file or none
        except OSError:  # the disk is full: the page is sent all the same
            draft.unlink(missing_ok=True)
        self._written += 1
        if self._written % _LOOKED_EVERY == 0:
            self._drop_oldest()
        return answer

    def _drop_oldest(self) -> None:
        found = [(path, stat) for path in self._folder.glob("*") if (stat := _stat(path))]
        over = sum(stat.st_size for _, stat in found) - self._most
        for path, stat in sorted(found, key=lambda entry: entry[1].st_mtime_ns):
            if over <= 0:
                return
            path.unlink(missing_ok=True)
            over -= stat.st_size


def _stat(path: Path) -> os.stat_result | None:
    """None where another process has just dropped it."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _read(path: Path) -> Finished | None:
    try:
        head, _, body = path.read_bytes().partition(b"\n")
    except FileNotFoundError:
        return None
    return Finished(body=body, **json.loads(head))


def _remove(folder: Path, owner: int) -> None:
    """By the process that made it: one that parted from it leaves it to the others."""
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)
