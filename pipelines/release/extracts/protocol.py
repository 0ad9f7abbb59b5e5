"""What an extract is: one file format of a quarter. Its modules are such objects, one a file."""

from pathlib import Path
from typing import Protocol

from pipelines.release.extracts.quarter import Quarter


class Extract(Protocol):
    """One format; the file's name is made of mission, period and suffix."""

    suffix: str

    def write(self, quarter: Quarter, path: Path) -> None:
        """Writes the quarter; equal figures give equal bytes."""
