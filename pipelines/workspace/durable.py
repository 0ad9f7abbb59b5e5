"""What must be on the disk before something else says so."""

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Makes sure that a file's content, or a folder's list of names, is on the disk."""
    if os.name == "nt" and path.is_dir():  # Windows keeps folders' lists itself and opens none
        return
    descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
