"""A yes to the question for which a file would be held: it lies beside the file in the inbox.

It holds for these very bytes: another file of the name is asked about anew.
"""

from pathlib import Path


def say_meant(path: Path, sha256: str) -> None:
    """Notes that somebody has seen what the file at this place would do, and wants it."""
    _note(path).write_text(sha256, encoding="utf-8")


def is_meant(path: Path, sha256: str) -> bool:
    """Whether somebody said so of this content."""
    note = _note(path)
    return note.is_file() and note.read_text(encoding="utf-8").strip() == sha256


def forget(path: Path) -> None:
    """Once the file is out of the inbox."""
    _note(path).unlink(missing_ok=True)


def _note(path: Path) -> Path:
    return path.with_name(f".{path.name}.meant")  # hidden: no delivery
