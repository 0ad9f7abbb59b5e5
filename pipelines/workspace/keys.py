"""Keys: read from a file or from the environment, made into files that only their owner reads.

A key is never an argument of a command, never in an error and never in a log: errors name where a
key was looked for, not what stood there.
"""

import base64
import binascii
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from indicators.foundation.errors import Problem, WrongUse

SIGNING_KEY, BACKUP_KEY = "POCLENS_SIGNING_KEY", "POCLENS_BACKUP_KEY"
_PREFIX = "ed25519:"
_BACKUP_BYTES = 32


def new_signing_key(path: Path) -> str:
    """Writes a new private key; returns its public part. Raises WrongUse where the file exists."""
    key = Ed25519PrivateKey.generate()
    _write_new(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return public_text(key.public_key())


def new_backup_key(path: Path) -> None:
    """Writes a new key for backups. Raises WrongUse where the file exists."""
    _write_new(path, base64.b64encode(os.urandom(_BACKUP_BYTES)) + b"\n")


def signing_key() -> Ed25519PrivateKey | None:
    """The key that the environment names, None where it names none.

    Raises WrongUse (`key_unreadable`) where it names one that is no Ed25519 key.
    """
    found = _named(SIGNING_KEY)
    if found is None:
        return None
    return _private_key(*found)


def _private_key(place: str, content: bytes) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(content, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise WrongUse(Problem("key_unreadable", value=place))
    return key


def backup_key() -> bytes:
    """The 32 bytes of the key that the environment names.

    Raises WrongUse where there is none, or it is no such key.
    """
    found = _named(BACKUP_KEY)
    if found is None:
        raise WrongUse(Problem("no_backup_key"))
    place, content = found
    try:
        key = base64.b64decode(content.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _BACKUP_BYTES:
        raise WrongUse(Problem("key_unreadable", value=place))
    return key


def public_text(key: Ed25519PublicKey) -> str:
    """A public key as people exchange it: `ed25519:` and its 32 bytes in base64."""
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return _PREFIX + base64.b64encode(raw).decode()


def public_key(text: str) -> Ed25519PublicKey:
    """A public key from its text. Raises WrongUse (`no_public_key`)."""
    try:
        raw = base64.b64decode(text.strip().removeprefix(_PREFIX), validate=True)
        return Ed25519PublicKey.from_public_bytes(raw)
    except (binascii.Error, ValueError) as error:
        shown = text.strip()[:60] if text.strip().startswith(_PREFIX) else "…"
        raise WrongUse(Problem("no_public_key", value=shown)) from error


def public_text_in(path: Path) -> str:
    """The public key in a file, or the public part of the private key there."""
    content = path.read_bytes()
    if b"PRIVATE KEY" in content:
        return public_text(_private_key(str(path), content).public_key())
    return content.decode("utf-8", "replace").strip()


def is_signed_by(key: Ed25519PublicKey, signature: str, message: bytes) -> bool:
    """Whether the signature (base64) is this key's, of this message."""
    try:
        key.verify(base64.b64decode(signature, validate=True), message)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def _named(name: str) -> tuple[str, bytes] | None:
    """Where the key was found, and its content: `NAME_FILE` before `NAME`."""
    file = os.environ.get(f"{name}_FILE")
    if file:
        try:
            return file, Path(file).read_bytes()
        except OSError as error:
            raise WrongUse(Problem("key_unreadable", value=file)) from error
    text = os.environ.get(name)
    return (name, text.encode()) if text else None


def _write_new(path: Path, content: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise WrongUse(Problem("key_exists", value=str(path))) from None
    except OSError as error:
        raise WrongUse(Problem("not_writable", value=str(path))) from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
