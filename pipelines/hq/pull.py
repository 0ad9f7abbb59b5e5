"""`poclens hq pull`: each mission's newest release, fetched, verified, stored by mission and name.

Missions are asked at the same time and apart from each other: whatever happens at one is told and
never touches another. A release is put together in a folder that nobody reads; only once its
signature, every hash and its tables are right it gets its name, and the mission's `current` moves.
What came stays there for the next attempt, which goes on from it.
"""

import json
import shutil
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

import duckdb
from filelock import FileLock, Timeout

from indicators.foundation.errors import PocLensError, Problem, WrongUse
from indicators.foundation.faults import kind_of
from indicators.foundation.mart_tables import MART_TABLES
from indicators.foundation.stored.published_tables import (
    MANIFEST,
    PUBLICATION,
    current_name,
    current_pointer,
    database_of,
)
from pipelines.hq.settings import Headquarters, Server
from pipelines.hq.transfer import PullFailed, Transfer
from pipelines.release.files import move_folder, settle, sha256_of
from pipelines.release.naming import is_release_name, release_order
from pipelines.release.signed.signing import state_of
from pipelines.release.signed.verification import altered, listed_files, verify
from pipelines.workspace.durable import replace_text
from pipelines.workspace.paths import Workspace

AUDIENCE = "hq"
PULLS = "hq/pulls.json"
_ROUTE = "/api/releases"
_PATIENCE_SECONDS = 900.0
_AT_ONCE = 8
_NEEDED_TABLES = ("indicator", "indicator_value", "mission", "area")


@dataclass(frozen=True)
class Pulled:
    """What became of one mission. `outcome`: fetched, unchanged or failed.

    `rule`, `parameters`: why it failed; `last_good`: release and time of the last that was right.
    """

    mission: str
    outcome: str
    at: str
    release: str | None = None
    manifest_sha256: str | None = None
    key: str | None = None
    rule: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    files: int = 0
    bytes: int = 0
    retries: int = 0
    resumed: int = 0
    seconds: float = 0.0
    last_good: Mapping[str, Any] | None = None

    def problem(self) -> Problem | None:
        """Why it failed, as a sentence can say it."""
        if self.rule is None:
            return None
        parameters = dict(self.parameters)
        value = parameters.pop("value", None)
        return Problem(self.rule, self.mission, value=value, parameters=parameters)


def pull(
    workspace: Workspace,
    settings: Headquarters,
    missions: Sequence[str] = (),
    period: str | None = None,
    patience: float = _PATIENCE_SECONDS,
    pause: float = 0.5,
) -> list[Pulled]:
    """Fetches from every mission's server, or from those named; one result each, by name.

    `period`: the newest release of this quarter, else the newest of all. `patience`: seconds after
    which a mission is given up. Raises WrongUse for a mission without a server, and where another
    pull is running.
    """
    known = {server.mission: server for server in settings.missions}
    unknown = sorted(set(missions) - known.keys())
    if unknown:
        words = {"known": ", ".join(known)}
        raise WrongUse(Problem("no_server", value=", ".join(unknown), parameters=words))
    chosen = [known[name] for name in sorted(missions or known)]
    (workspace.home / "hq").mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(workspace.home / "hq" / "pull.lock", timeout=0):
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                jobs = [
                    pool.submit(_pulled, workspace, server, period, patience, pause)
                    for server in chosen
                ]
                results = [job.result() for job in jobs]
            return _recorded(workspace, results)
    except Timeout:
        raise WrongUse(Problem("pull_running")) from None


def read_pulls(home: Path) -> dict[str, dict[str, Any]]:
    """What the last pull of each mission said, by mission."""
    path = home / PULLS
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _recorded(workspace: Workspace, results: list[Pulled]) -> list[Pulled]:
    """Writes the state of all missions, and gives a failed one its last good release."""
    before = read_pulls(workspace.home)
    told = []
    for result in results:
        last = before.get(result.mission, {}).get("last_good")
        if result.outcome != "failed":
            last = {"release": result.release, "at": result.at}
        told.append(replace(result, last_good=last))
    merged = before | {result.mission: asdict(result) for result in told}
    text = json.dumps(merged, indent=2, sort_keys=True, ensure_ascii=False, default=str)
    replace_text(workspace.home / PULLS, text + "\n")
    return told


def _pulled(
    workspace: Workspace, server: Server, period: str | None, patience: float, pause: float
) -> Pulled:
    """Everything that goes wrong with one mission ends here, as a result."""
    began, at = time.monotonic(), datetime.now(UTC).isoformat(timespec="seconds")
    result = Pulled(server.mission, "failed", at)
    transfer = None
    try:
        transfer = Transfer(server.url, server.token(), began + patience, pause)
        result = replace(result, **_fetch(workspace, server, transfer, period))
    except PocLensError as error:
        first = error.problems[0]
        parameters = first.parameters | ({"value": first.value} if first.value else {})
        result = replace(result, rule=first.rule, parameters=parameters)
    except Exception as error:  # an unforeseen fault of one mission stops no other
        result = replace(result, rule="pull_fault", parameters={"kind": kind_of(error)})
    if transfer is not None:
        result = replace(
            result,
            bytes=transfer.received,
            retries=transfer.retries,
            resumed=transfer.resumed,
        )
    return replace(result, seconds=round(time.monotonic() - began, 2))


def _fetch(
    workspace: Workspace, server: Server, transfer: Transfer, period: str | None
) -> dict[str, Any]:
    """Fetches the release that is wanted; the fields of the result."""
    told = transfer.json(_ROUTE)
    entries = told.get("releases") if isinstance(told, dict) else None
    listed = _wanted(entries, server.mission, period)
    name = listed["release"]
    target = workspace.releases(server.mission) / name
    found = {"release": name, "manifest_sha256": listed["manifest_sha256"]}
    if _is_whole(target):
        if sha256_of(target / MANIFEST) != listed["manifest_sha256"]:
            raise PullFailed("other_content", release=name)
        _make_current(workspace, server.mission, name)
        return found | {"outcome": "unchanged", "key": server.public_key}
    folder = workspace.home / "hq" / "incoming" / server.mission / name
    folder.mkdir(parents=True, exist_ok=True)
    files = _fetch_files(server, transfer, folder, listed)
    _require_right(server, folder, name)
    settle(folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():  # what is there is damaged
        move_folder(target, _fresh(folder.with_name(f".{name}.damaged")))
    move_folder(folder, target)
    _make_current(workspace, server.mission, name)
    return found | {"outcome": "fetched", "files": files, "key": server.public_key}


def _is_whole(folder: Path) -> bool:
    """Whether a release that was fetched before still is what was published."""
    try:
        return not altered(folder, AUDIENCE)
    except WrongUse:  # manifest or publication are gone or cannot be read
        return False


def _fresh(path: Path) -> Path:
    """The path, once nothing stands there any more."""
    shutil.rmtree(path, ignore_errors=True)
    return path


def _wanted(listing: Any, mission: str, period: str | None) -> dict[str, str]:
    """The entry of the newest release, of a quarter where one is named. Raises PullFailed."""
    entries = [
        entry
        for entry in (listing if isinstance(listing, list) else [])
        if isinstance(entry, dict)
        and entry.get("mission") == mission
        and is_release_name(str(entry.get("release")))
        and isinstance(entry.get("manifest_sha256"), str)
        and period in (None, entry.get("period"))
    ]
    if not entries:
        raise PullFailed("no_release", period=period or "–")
    return max(entries, key=lambda entry: release_order(entry["release"]))


def _fetch_files(
    server: Server, transfer: Transfer, folder: Path, listed: Mapping[str, str]
) -> int:
    """Publication and manifest first: nothing else is fetched before their signature is right."""
    name, mission = listed["release"], server.mission
    base = f"{_ROUTE}/{mission}/{name}/files"
    publication = transfer.content(f"{base}/{PUBLICATION}")
    manifest = transfer.content(f"{base}/{MANIFEST}")
    (folder / PUBLICATION).write_bytes(publication)
    (folder / MANIFEST).write_bytes(manifest)
    told, stated = _read(folder, PUBLICATION), _read(folder, MANIFEST)
    _require_signed(server, told)
    is_right = (
        told.get("release") == name
        and told.get("mission") == mission == stated.get("mission")
        and told.get("manifest_sha256") == sha256_of(folder / MANIFEST)
        and told.get("manifest_sha256") == listed["manifest_sha256"]
    )
    if not is_right:
        raise PullFailed("other_content", release=name)
    own = [entry for entry in listed_files(stated, told) if _is_ours(str(entry["path"]))]
    if not own:
        raise PullFailed("no_copy", release=name)
    for entry in own:
        path = str(entry["path"])
        target, address = folder / path, f"{base}/{path}"
        transfer.file(address, target, str(entry["sha256"]), int(entry["bytes"]))
    return len(own)


def _read(folder: Path, name: str) -> dict[str, Any]:
    try:
        found = json.loads((folder / name).read_text(encoding="utf-8"))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise PullFailed("no_json", path=name)
    return found


def _require_signed(server: Server, publication: Mapping[str, Any]) -> None:
    state = state_of(publication, server.public_key)
    if state != "signed":
        raise PullFailed("unsigned" if state == "unsigned" else "wrong_signature")


def _is_ours(path: str) -> bool:
    """Whether a path is headquarters' own. Raises PullFailed for one that leaves the release."""
    parts = PurePosixPath(path).parts
    if PurePosixPath(path).is_absolute() or ".." in parts or "\\" in path or ":" in path:
        raise PullFailed("bad_path", path=path)
    return parts[0] == AUDIENCE and not any(part.startswith(".") for part in parts)


def _require_right(server: Server, folder: Path, name: str) -> None:
    """Everything once more from the disk, and what the pages need. Raises PullFailed."""
    for leftover in folder.rglob("*.part"):
        leftover.unlink()
    found = verify(folder, server.public_key)
    wrong = (*found.changed, *found.added, *found.wrong_statements, *found.differing_tables)
    if not found.is_good or found.signature != "signed":
        raise PullFailed("not_verified", names=", ".join(wrong[:5]))
    lacking = _lacking_columns(folder)
    if lacking:
        raise PullFailed("old_tables", release=name, names=", ".join(lacking[:5]))


def _lacking_columns(folder: Path) -> list[str]:
    """Columns of the tables that are rolled up which this release does not have."""
    with duckdb.connect(str(database_of(folder, AUDIENCE)), read_only=True) as connection:
        rows = connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = 'mart'"
        ).fetchall()
    return [
        f"{table}.{column}"
        for table in _NEEDED_TABLES
        for column in MART_TABLES[table]
        if (table, column) not in set(rows)
    ]


def _make_current(workspace: Workspace, mission: str, name: str) -> None:
    """Moves `current` forward to a newer release, never back."""
    releases = workspace.releases(mission)
    now = current_name(releases)
    if now is None or not is_release_name(now) or release_order(now) < release_order(name):
        replace_text(current_pointer(releases), f"{name}\n")
