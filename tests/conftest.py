"""Fixtures for all tests: where the shared reference material lies."""

import os
import warnings
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """The folder of shared material: `POCLENS_SHARED`, else `../shared` beside the checkout."""
    folder = Path(os.environ.get("POCLENS_SHARED", REPOSITORY.parent / "shared")).resolve()
    if not folder.is_dir():
        reason = f"POCLENS_SHARED: no folder {folder}; real data and reference figures not tested"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        warnings.warn(reason, stacklevel=1)
        pytest.skip(reason)
    os.environ["POCLENS_SHARED"] = str(folder)
    return folder
