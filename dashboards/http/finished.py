"""Answers: finished ones, compressed once and told apart by a tag, and long ones as they come."""

import gzip
import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

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
