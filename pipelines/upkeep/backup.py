"""Backups: a workspace in one encrypted file, and a workspace made of it."""

import hashlib
import io
import json
import os
import shutil
import sqlite3
import struct
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from indicators.foundation.errors import Problem, WrongUse
from pipelines.release.files import sha256_of
from pipelines.workspace.durable import sync
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import locked
from pipelines.workspace.warehouse.last_state import SUFFIX as LAST_STATE
from records.store import NO_ENTRY, Store

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


LIST = "poclens-backup.json"
# Made anew when needed, or of a process that is running.
_LEFT_OUT_NAMES = (
    ".lock",
    ".ticket",
    LAST_STATE,
    ".wal",
    ".tmp",
    ".part",
    "-wal",
    "-shm",
    "-journal",
)
_LEFT_OUT_FOLDERS = ("logs",)


@dataclass(frozen=True)
class BackupReport:
    """What a backup holds, and the head of the audit log when it was made: with it a log that was
    cut off or written anew since is found."""

    path: Path
    files: int
    bytes: int
    made_at: str
    audit_log: Mapping[str, Any]


def back_up(workspace: Workspace, target: Path, key: bytes) -> BackupReport:
    """Writes the backup beside its name first. Raises WrongUse where the name is taken, there is no
    workspace, or a mission is being written to just now."""
    if not workspace.home.is_dir():
        raise WrongUse(Problem("no_workspace", parameters={"home": workspace.home}))
    if target.exists():
        raise WrongUse(Problem("backup_exists", value=str(target)))
    beside = target.with_name(f".{target.name}.new")
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    head = Store.of_workspace(workspace.home).audit_head()  # before the records are read
    try:
        with _quiet(workspace), _private(beside) as file:
            sealing = Sealing(file, key)
            facts = {"made_at": made_at, "audit_log": head}
            listed = _write_archive(workspace, sealing, beside, facts)
            sealing.close()
        sync(beside)
        beside.replace(target)
        sync(target.parent)
    finally:
        beside.unlink(missing_ok=True)
    total = sum(size for _, size in listed.values())
    return BackupReport(target, len(listed), total, made_at, head)


def restore(source: Path, home: Path, key: bytes) -> BackupReport:
    """Makes the workspace `home` of a backup. Raises WrongUse where it exists and is not empty, the
    backup cannot be read with this key, or a file is not as it was."""
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise WrongUse(Problem("restore_not_empty", value=str(home)))
    home.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{home.name}.restored-", dir=home.parent))
    try:
        try:
            with source.open("rb") as file:
                _extract(Opening(file, key), beside)
        except FileNotFoundError as error:
            raise WrongUse(Problem("no_file", str(source))) from error
        except (Unreadable, tarfile.TarError, EOFError) as error:
            raise WrongUse(Problem("backup_unreadable", value=str(source))) from error
        report = _checked(beside, source)
        if home.exists():
            home.rmdir()
        beside.rename(home)
        sync(home.parent)
    finally:
        _remove(beside)
    return report


@contextmanager
def _quiet(workspace: Workspace) -> Iterator[None]:
    """While it lasts no mission's warehouse is written to; raises WrongUse where one is."""
    with ExitStack() as held:
        for path in sorted((workspace.home / "warehouse").glob("*.duckdb")):
            held.enter_context(locked(path))
        yield


@contextmanager
def _private(path: Path) -> Iterator[Any]:
    """A new file that only its owner reads."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise WrongUse(Problem("not_writable", value=str(path.parent))) from error
    with os.fdopen(descriptor, "wb") as file:
        yield file


def _write_archive(
    workspace: Workspace, sealing: Sealing, own: Path, facts: Mapping[str, Any]
) -> dict[str, tuple[str, int]]:
    listed: dict[str, tuple[str, int]] = {}
    with tarfile.open(
        fileobj=cast(IO[bytes], sealing), mode="w|", format=tarfile.PAX_FORMAT
    ) as tar:
        for path in _files(workspace.home, own):
            name = path.relative_to(workspace.home).as_posix()
            with _as_one_state(path) as stable:
                listed[name] = (sha256_of(stable), stable.stat().st_size)
                tar.add(stable, name, recursive=False)
        content = json.dumps({**facts, "files": listed}, sort_keys=True).encode()
        entry = tarfile.TarInfo(LIST)
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    return listed


def _files(home: Path, own: Path) -> Iterator[Path]:
    """All files of the workspace but those that are made anew, sorted; links are not followed."""
    for path in sorted(home.rglob("*")):
        parts = path.relative_to(home).parts
        is_kept = not path.name.endswith(_LEFT_OUT_NAMES) and parts[0] not in _LEFT_OUT_FOLDERS
        if is_kept and path.is_file() and not path.is_symlink() and path != own:
            yield path


@contextmanager
def _as_one_state(path: Path) -> Iterator[Path]:
    """The file itself; of a SQLite database, which may be written to just now, a copy."""
    with path.open("rb") as file:
        is_sqlite = file.read(16) == b"SQLite format 3\0"
    if not is_sqlite:
        yield path
        return
    with tempfile.TemporaryDirectory() as made:
        copy = Path(made) / path.name
        source, target = sqlite3.connect(path), sqlite3.connect(copy)
        with source, target:
            source.backup(target)
        source.close()
        target.close()
        yield copy


def _extract(opening: Opening, folder: Path) -> None:
    """Unpacks all; the filter refuses links, devices and paths that lead outside."""
    with tarfile.open(fileobj=cast(IO[bytes], opening), mode="r|") as tar:
        for entry in tar:
            if not entry.isfile() or ".." in PurePosixPath(entry.name).parts:
                raise Unreadable
            tar.extract(entry, folder, filter="data")
            (folder / entry.name).chmod(entry.mode & 0o755)  # releases stay closed to writing
    while opening.read(1 << 20):  # to the end: what was cut off there shows only there
        pass


def _checked(folder: Path, source: Path) -> BackupReport:
    try:
        told = json.loads((folder / LIST).read_text(encoding="utf-8"))
    except OSError as error:
        raise WrongUse(Problem("backup_unreadable", value=str(source))) from error
    (folder / LIST).unlink()
    files: dict[str, tuple[str, int]] = told["files"]
    wrong = [name for name, (sha256, _) in files.items() if _hash(folder / name) != sha256]
    if wrong:
        words = {"names": ", ".join(wrong[:5])}
        raise WrongUse(Problem("backup_changed", value=str(source), parameters=words))
    total = sum(size for _, size in files.values())
    head = told.get("audit_log") or NO_ENTRY
    return BackupReport(source, len(files), total, str(told["made_at"]), head)


def _hash(path: Path) -> str:
    return sha256_of(path) if path.is_file() else hashlib.sha256().hexdigest()


def _remove(folder: Path) -> None:
    """Removes what is left of a restore that failed, read-only files too."""
    if folder.exists():
        for path in folder.rglob("*"):
            if path.is_file():
                path.chmod(0o600)
        shutil.rmtree(folder)
