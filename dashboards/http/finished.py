"""A finished answer: compressed once, told apart by its tag, and sent as it is to whoever asks."""

import gzip
import hashlib
from dataclasses import dataclass

from flask import Response, request

_LEVEL = 6
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
        tag, is_text = hashlib.sha256(data).hexdigest()[:32], mimetype.startswith(_COMPRESSED)
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
