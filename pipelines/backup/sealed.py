"""A stream that is encrypted piece by piece: read or written without ever being whole in memory.

AES-256-GCM in the STREAM construction (Hoang, Reyhanitabar, Rogaway and Vizár 2015): each piece has
its number, and the last one a mark, in its nonce, so that pieces that are changed, left out, put in
another order or cut off at the end are refused. Each file has a key of its own, derived (HKDF) from
the backup key and a random salt.
"""

import os
import struct
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"POCLENS BACKUP 1\n"
_SALT_BYTES, _TAG_BYTES = 32, 16
_PIECE = 1 << 20


class Unreadable(Exception):
    """Not a backup, not of this key, changed, or cut off."""


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt, MAGIC).derive(key))


def _nonce(number: int, is_last: bool) -> bytes:
    return struct.pack(">7xI?", number, is_last)


class Sealing:
    """A file to write into; `close` writes the last piece, without which nothing can be read."""

    def __init__(self, target: BinaryIO, key: bytes) -> None:
        salt = os.urandom(_SALT_BYTES)
        self._target, self._cipher = target, _cipher(key, salt)
        self._waiting, self._number = bytearray(), 0
        target.write(MAGIC + salt)

    def write(self, data: bytes) -> int:
        """Takes bytes; whole pieces are encrypted and written once more is known to come."""
        self._waiting += data
        while len(self._waiting) > _PIECE:
            self._put(bytes(self._waiting[:_PIECE]), False)
            del self._waiting[:_PIECE]
        return len(data)

    def close(self) -> None:
        """Writes what is left as the last piece."""
        self._put(bytes(self._waiting), True)
        self._waiting.clear()

    def _put(self, piece: bytes, is_last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._number, is_last), piece, MAGIC))
        self._number += 1


class Opening:
    """A file to read from. Raises Unreadable, before it gives a byte of a piece that is wrong."""

    def __init__(self, source: BinaryIO, key: bytes) -> None:
        if source.read(len(MAGIC)) != MAGIC:
            raise Unreadable
        self._source, self._cipher = source, _cipher(key, source.read(_SALT_BYTES))
        self._ready, self._number, self._is_done = bytearray(), 0, False
        self._next = source.read(_PIECE + _TAG_BYTES)

    def read(self, size: int = -1) -> bytes:
        """Up to so many bytes, fewer only at the end."""
        while not self._is_done and (size < 0 or len(self._ready) < size):
            self._take()
        wanted = len(self._ready) if size < 0 else size
        found = bytes(self._ready[:wanted])
        del self._ready[:wanted]
        return found

    def _take(self) -> None:
        piece, self._next = self._next, self._source.read(_PIECE + _TAG_BYTES)
        self._is_done = not self._next
        try:
            self._ready += self._cipher.decrypt(_nonce(self._number, self._is_done), piece, MAGIC)
        except InvalidTag:
            raise Unreadable from None
        self._number += 1
