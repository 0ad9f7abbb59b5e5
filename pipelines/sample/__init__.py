"""The fictional mission: `install` puts it into a workspace, `generate` writes its files."""

import hashlib
import os
import time
from datetime import date
from typing import Any

from pipelines.sample.country import MISSION
from pipelines.sample.cycle import write_cycle
from pipelines.sample.files.writing import Truth
from pipelines.sample.generation import generate
from pipelines.workspace.installation import install_profile
from pipelines.workspace.paths import Workspace

__all__ = ["Truth", "deliver_what_is_new", "generate", "install"]


def install(
    workspace: Workspace, seed: int = 2026, until: date | None = None, **sizes: int
) -> Truth:
    """The sample's profile in the workspace, its files in the inbox, the truth in `sample/`.

    `sample/` below the workspace's home holds `truth.json`, `bad_rows.csv` and `later/`, files to
    drop into the inbox afterwards. `until`: the files as they were sent after that day. `sizes`:
    those of `generate` (activities, incidents, waves …).
    """
    install_profile(workspace, MISSION)
    write_cycle(workspace.home, seed)
    return deliver(workspace, until, seed=seed, **sizes)


def deliver(workspace: Workspace, until: date | None = None, **options: Any) -> Truth:
    """The sample's files in the inbox as they were sent after that day; options of `generate`."""
    inbox = workspace.inbox(MISSION)
    truth = generate(inbox, until=until, beside=workspace.home / "sample", **options)
    hour_ago = time.time() - 3600  # they are whole: nobody need wait to see them unchanged
    for path in inbox.iterdir():
        os.utime(path, (hour_ago, hour_ago))
    return truth


def deliver_what_is_new(workspace: Workspace, until: date | None, **options: Any) -> None:
    """Of the files as they were sent after that day, those that were not taken in before."""
    deliver(workspace, until, **options)
    for path in workspace.inbox(MISSION).iterdir():
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        if any(workspace.archive(MISSION).glob(f"{sha256}.*")):
            path.unlink()
