"""A workspace is its owner's alone, also one that an earlier version made."""

from pathlib import Path

from pipelines.workspace.installation import make_workspace
from pipelines.workspace.paths import Workspace


def test_a_workspace_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    made, earlier = Workspace(tmp_path / "made"), Workspace(tmp_path / "earlier")
    earlier.home.mkdir()
    earlier.home.chmod(0o755)
    for workspace in (made, earlier):
        make_workspace(workspace)
        assert workspace.home.stat().st_mode & 0o777 == 0o700
