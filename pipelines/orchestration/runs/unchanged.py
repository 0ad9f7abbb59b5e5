"""Whether a refresh would find anything new: told from files, before Dagster or pandas is loaded.

A refresh that ends well leaves a stamp beside the warehouse: a hash of all that its figures follow
from, and what it answered. It is gone as soon as the next one begins, so that what follows a failed
or killed refresh never counts as unchanged. Avoid importing anything heavy here.
"""

import hashlib
import json
import platform
import sysconfig
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from indicators.definitions.mission_profile import SHARED, read_mission, resolve_path
from indicators.foundation.data_folder import data_folder
from indicators.foundation.reading.yaml_files import read_yaml
from pipelines.ingest.files.arriving import deliveries
from pipelines.ingest.written_records import written_text
from pipelines.release.files import code_sha256, sha256_of_tree
from pipelines.workspace.durable import replace_text
from pipelines.workspace.paths import Workspace

_NOTHING_READ = {"status": "unchanged", "seconds": {}, "files": [], "sources": []}
_SETTLED = ("loaded", "unchanged")  # statuses of files that the next refresh has no reason to open


def unchanged_result(
    workspace: Workspace, mission: str, as_of: date | None
) -> dict[str, Any] | None:
    """What a refresh answers that would find nothing new; None where it might find something."""
    path = _stamp(workspace, mission)
    if not path.is_file() or deliveries(workspace.inbox(mission)):
        return None
    stamp = json.loads(path.read_text(encoding="utf-8"))
    day = read_mission(workspace.profile(mission)).as_of_day(as_of)
    now = [origin_of(workspace, mission, day), _warehouse_state(workspace, mission)]
    return stamp["result"] | _NOTHING_READ if [stamp["origin"], stamp["warehouse"]] == now else None


def is_untouched(workspace: Workspace, mission: str) -> bool:
    """Whether no file waits, and nothing has written into the warehouse since the last refresh
    that ended well and what was published of it."""
    path = _stamp(workspace, mission)
    if not path.is_file() or deliveries(workspace.inbox(mission)):
        return False
    stamp = json.loads(path.read_text(encoding="utf-8"))
    return bool(stamp["warehouse"] == _warehouse_state(workspace, mission))


def forget(workspace: Workspace, mission: str) -> None:
    """The mission counts as changed until a refresh has ended well."""
    _stamp(workspace, mission).unlink(missing_ok=True)


def remember(workspace: Workspace, mission: str, origin: str, result: Mapping[str, Any]) -> None:
    """Leaves the stamp of a refresh that ended well.

    `origin`: taken before it began, as what changed meanwhile is for the next one. A file that
    waits, or could not be read, is looked at each time: then there is no stamp.
    """
    if {file["status"] for file in result["files"]} <= set(_SETTLED):
        state = _warehouse_state(workspace, mission)
        stamp = {"origin": origin, "warehouse": state, "result": result}
        replace_text(_stamp(workspace, mission), json.dumps(stamp, default=str))


@contextmanager
def stamp_kept(workspace: Workspace, mission: str) -> Iterator[None]:
    """Around a publication, which writes into the warehouse the checks that are there already."""
    path = _stamp(workspace, mission)
    stamp = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    is_good = stamp.get("warehouse") == _warehouse_state(workspace, mission)
    yield
    if is_good:
        stamp["warehouse"] = _warehouse_state(workspace, mission)
        replace_text(path, json.dumps(stamp))


def origin_of(workspace: Workspace, mission: str, as_of: date) -> str:
    """One SHA-256 over what figures follow from beside the warehouse and the inbox."""
    profile = workspace.profile(mission)
    data = (path for path in data_folder().iterdir() if path.name != "missions")
    facts = [
        as_of.isoformat(),
        code_sha256(),
        platform.python_version(),
        sorted(path.name for path in Path(sysconfig.get_path("purelib")).glob("*.dist-info")),
        sorted((path.name, sha256_of_tree(path)) for path in data),
        sha256_of_tree(profile),
        [[str(path), *_file_state(path)] for path in _read_in_place(profile)],
        written_text(workspace.home, mission),
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _stamp(workspace: Workspace, mission: str) -> Path:
    return workspace.warehouse(mission).with_suffix(".refreshed.json")


def _warehouse_state(workspace: Workspace, mission: str) -> list[list[int]]:
    """Of the warehouse, and of what a killed writer leaves beside it: no one has written since."""
    warehouse = workspace.warehouse(mission)
    found = (warehouse, warehouse.with_name(f"{warehouse.name}.wal"))
    return [_file_state(path) for path in found if path.exists()]


def _read_in_place(profile: Path) -> list[Path]:
    """The files outside the profile that any text of it names."""
    found: set[Path] = set()
    for file in profile.rglob("*.yaml"):
        for text in _texts(read_yaml(file)):
            if text.startswith((SHARED, "../", "/")):
                named = resolve_path(text, profile)
                found |= set(named.parent.glob(named.name))
    return sorted(found)


def _texts(content: Any) -> Iterator[str]:
    """All texts in what a YAML file holds."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        for value in content.values():
            yield from _texts(value)
    elif isinstance(content, list):
        for value in content:
            yield from _texts(value)


def _file_state(path: Path) -> list[int]:
    """Size, times and place on the disk: another content has others, whoever sets its date back."""
    found = path.stat()
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]
