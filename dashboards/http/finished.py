"""Answers: finished ones, compressed once and told apart by a tag, and long ones as they come."""

import atexit
import gzip
import hashlib
import json
import os
import shutil
import tempfile
import threading
import zlib
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import chain, islice
from pathlib import Path

from flask import Response, request

_LEVEL = 6
_SHORT = 4  # parts of a text that is sent whole, with its length
# Fonts and pictures are compressed already.
_COMPRESSED = (
    *("text/", "application/json", "application/javascript", "image/svg+xml"),
    "application/vnd.sdmx.",
)


@dataclass(frozen=True)
class Finished:
    """`body`: bytes, compressed by gzip where `is_compressed`; `tag` is of its content."""

    body: bytes
    mimetype: str
    tag: str
    is_compressed: bool
    status: int = 200

    @classmethod
    def of(cls, data: bytes, mimetype: str, status: int = 200) -> "Finished":
        """The answer with this content."""
        tag, is_text = _tag(data), mimetype.startswith(_COMPRESSED)
        body = gzip.compress(data, _LEVEL, mtime=0) if is_text else data
        return cls(body, mimetype, tag, is_text, status)

    @property
    def size(self) -> int:
        """Bytes that it takes in memory, nearly."""
        return len(self.body) + 500

    def response(self) -> Response:
        """The response to the request: 304 without a body where the browser has this content."""
        is_read_packed = self.is_compressed and "gzip" in request.accept_encodings
        body = self.body if is_read_packed or not self.is_compressed else gzip.decompress(self.body)
        response = Response(body, self.status, mimetype=self.mimetype)
        if is_read_packed:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
        response.set_etag(self.tag, weak=True)  # one tag whether packed or not
        return response.make_conditional(request) if self.status == 200 else response


def tag_of(told: object) -> str:
    """The tag of an answer by what it is made of, known before it is made."""
    return _tag(repr(told).encode())


def streamed(parts: Iterable[str]) -> Response:
    """A text as it is made, a long one never whole in memory; packed for who reads that."""
    is_read_packed = "gzip" in request.accept_encodings
    texts = (part.encode() for part in parts)
    sent = _packed(texts) if is_read_packed else texts
    first = list(islice(sent, _SHORT))
    is_short = len(first) < _SHORT
    body: bytes | Iterator[bytes] = b"".join(first) if is_short else chain(first, sent)
    response = Response(body)
    if is_read_packed:
        response.headers["Content-Encoding"] = "gzip"
    return response


def _packed(parts: Iterable[bytes]) -> Iterator[bytes]:
    packing = zlib.compressobj(_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    for part in parts:
        if packed := packing.compress(part):
            yield packed
    yield packing.flush()


def _tag(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


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
