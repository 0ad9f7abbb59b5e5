"""Files that wait in `uploads/` of the workspace between the look at them and the taking in.

For an hour at most: nobody knows yet what of them may be kept.
"""

import re
import secrets
import shutil
import time
import unicodedata
from pathlib import Path

from werkzeug.datastructures import FileStorage

LARGEST_MB = 50
_KEPT_SECONDS = 3600
_LONGEST_NAME = 60  # signs, of four bytes at most
_TOKEN = re.compile(r"[0-9a-f]{32}")


def waiting_room(home: Path) -> Path:
    """The folder, without what nobody took in within an hour."""
    folder = home / "uploads"
    _clear(folder)
    return folder


def safe_name(text: str) -> str:
    """The file's own name without path, hidden start or signs that no one could read."""
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", text)[-1])
    name = "".join(sign for sign in name if sign.isprintable() and sign not in '<>:"|?*')
    stem, dot, suffix = name.strip(" .").rpartition(".")
    ending = (dot + suffix)[:_LONGEST_NAME]
    return stem[: _LONGEST_NAME - len(ending)] + ending


def hold(folder: Path, sent: FileStorage) -> Path | None:
    """Keeps a file that was sent; None where it has no name."""
    name = safe_name(sent.filename or "")
    if not name:
        return None
    own = folder / secrets.token_hex(16)
    own.mkdir(parents=True, mode=0o700)
    sent.save(own / name)
    return own / name


def hold_form(path: Path, sent: FileStorage) -> None:
    """Keeps the form that a file was collected with, in a folder of its own beside the file."""
    name = safe_name(sent.filename or "")
    if name:
        (path.parent / "form").mkdir(mode=0o700)
        sent.save(path.parent / "form" / name)


def held(folder: Path, token: str) -> Path | None:
    """The file that waits under a token; None where there is none any more."""
    if not _TOKEN.fullmatch(token) or not (folder / token).is_dir():
        return None
    return next((path for path in (folder / token).iterdir() if path.is_file()), None)


def _clear(folder: Path) -> None:
    """What nobody took in within an hour is gone."""
    for own in folder.glob("*"):
        if time.time() - own.stat().st_mtime > _KEPT_SECONDS:
            shutil.rmtree(own, ignore_errors=True)
