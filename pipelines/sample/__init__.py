"""The fictional mission: `install` puts it into a workspace, `generate` writes its files."""

import os
import time

from pipelines.sample.country import MISSION
from pipelines.sample.generation import Progress, Truth, generate
from pipelines.workspace.installation import install_profile
from pipelines.workspace.paths import Workspace

__all__ = ["Truth", "generate", "install"]


def install(
    workspace: Workspace,
    seed: int = 2026,
    activities: int = 22_000,
    progress: Progress | None = None,
    **sizes: int,
) -> Truth:
    """The sample's profile in the workspace, its files in the inbox, the truth in `sample/`.

    `sample/` below the workspace's home holds `truth.json`, `bad_rows.csv` and `later/`, files to
    drop into the inbox afterwards. `sizes`: the others of `generate` (incidents, waves …).
    """
    install_profile(workspace, MISSION)
    truth = generate(
        workspace.inbox(MISSION),
        seed=seed,
        activities=activities,
        beside=workspace.home / "sample",
        progress=progress,
        **sizes,
    )
    hour_ago = time.time() - 3600  # they are whole: nobody need wait to see them unchanged
    for path in workspace.inbox(MISSION).iterdir():
        os.utime(path, (hour_ago, hour_ago))
    return truth
