"""Making a workspace and installing mission profiles in it.

A profile is only YAML and GeoJSON; it is checked before anything of it is copied.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from indicators.definitions.mission_profile import read_mission
from indicators.foundation.data_folder import data_folder
from indicators.foundation.errors import Problem, WrongUse
from pipelines.workspace.paths import Workspace

_NO_LOGS = """\
# Nothing is printed by a step but its progress, which is for the terminal and comes there at once.
compute_logs:
  module: dagster.core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
"""
_DAGSTER_YAML = f"""\
telemetry:
  enabled: false
# No window that asks for an e-mail address and points to other machines.
nux:
  enabled: false
{_NO_LOGS}# A run whose process died is begun once more; one that failed is not: somebody must look at it.
run_retries:
  enabled: true
  max_retries: 1
  retry_on_asset_or_op_failure: false
# One run at a time a mission; runs of different missions do not wait for each other.
run_coordinator:
  module: dagster.core.run_coordinator
  class: QueuedRunCoordinator
  config:
    tag_concurrency_limits:
      - key: "dagster/partition"
        value: {{applyLimitPerUniqueValue: true}}
        limit: 1
      - key: "poclens/mission"
        value: {{applyLimitPerUniqueValue: true}}
        limit: 1
"""


def make_workspace(workspace: Workspace) -> None:
    """The folders of an empty workspace, for its owner alone; what is already there stays."""
    workspace.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if is_open_to_others(workspace.home):
        with suppress(PermissionError):  # of another owner: `poclens doctor` says so
            workspace.home.chmod(0o700)
    for name in ("missions", "inbox", "archive", "warehouse", "releases", "dagster"):
        (workspace.home / name).mkdir(parents=True, exist_ok=True)
    settings = workspace.dagster_home / "dagster.yaml"
    made_before = _DAGSTER_YAML.replace(_NO_LOGS, "")  # and changed by nobody since
    if not settings.exists() or settings.read_text(encoding="utf-8") == made_before:
        settings.write_text(_DAGSTER_YAML, encoding="utf-8")


def is_open_to_others(home: Path) -> bool:
    """Whether other users of the machine can look into the workspace; Windows says nothing here."""
    return os.name != "nt" and bool(home.stat().st_mode & 0o077)


def find_profile(text: str | Path) -> Path:
    """A folder with a mission.yaml: the path given, else the profile of that name in `data/`."""
    for candidate in (Path(text), data_folder() / "missions" / Path(text).name):
        if (candidate / "mission.yaml").is_file():
            return candidate
    known = sorted(path.parent.name for path in data_folder().glob("missions/*/mission.yaml"))
    raise WrongUse(Problem("no_profile", value=str(text), parameters={"known": ", ".join(known)}))


def install_profile(workspace: Workspace, path: str | Path) -> str:
    """Copies a checked profile into the workspace and returns its mission's name.

    An installed profile is replaced whole; files outside it (inbox, warehouse) are not touched.
    """
    profile = find_profile(path)
    mission = read_mission(profile)
    make_workspace(workspace)
    target = workspace.profile(mission.mission)
    if profile.resolve() != target.resolve():
        _replace_folder(profile, target)
    workspace.inbox(mission.mission).mkdir(parents=True, exist_ok=True)
    return mission.mission


def _replace_folder(source: Path, target: Path) -> None:
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    old = target.with_name(f".{target.name}.old.{os.getpid()}")
    shutil.copytree(source, fresh)
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)
