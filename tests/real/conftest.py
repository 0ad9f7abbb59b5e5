"""Where the real data lie, read in place."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def real_folder(shared_folder: Path) -> Path:
    """The folder of real public data."""
    return shared_folder / "data" / "real"
