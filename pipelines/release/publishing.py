"""A candidate becomes a release: settled on disk, renamed, made current, in this order.

A process killed before the rename leaves a candidate, which the next one clears; killed after it,
a whole release that is not current. There is no moment at which half a release has a name.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from indicators.definitions.mission_profile import read_mission
from indicators.foundation.errors import InternalFault, Problem, WrongUse
from indicators.foundation.stored.published_tables import MANIFEST, PUBLICATION, current_pointer
from pipelines.release.approval.second_person import who_publishes
from pipelines.release.candidate import build_candidate
from pipelines.release.files import move_folder, settle, sha256_of, write_json
from pipelines.release.naming import (
    CANDIDATE_PREFIX,
    next_name,
    period_of_release,
)
from pipelines.release.signed.manifest import changed_files, publication_files
from pipelines.release.signed.signing import signed
from pipelines.release.signed.verification import read_release_json
from pipelines.workspace.durable import replace_text
from pipelines.workspace.keys import signing_key
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.inspect import Connection


@dataclass(frozen=True)
class Release:
    """A published release: its name and its immutable folder."""

    name: str
    path: Path


def publish(
    workspace: Workspace,
    mission: str,
    period: str,
    connection: Connection,
    partner_approved_by: str = "",
) -> Release:
    """Builds and publishes a quarter in one go; takes and raises what `build_candidate` does."""
    profile = read_mission(workspace.profile(mission))
    build_candidate(connection, workspace, profile, period, partner_approved_by)
    return publish_candidate(workspace, mission, period)


def publish_candidate(
    workspace: Workspace, mission: str, period: str, published_by: str | None = None
) -> Release:
    """Publishes the candidate of a quarter and makes it current.

    Raises WrongUse where there is no whole candidate, InternalFault where its files are not
    those of its manifest.
    """
    candidate = _whole_candidate(workspace, mission, period)
    name = candidate.name.removeprefix(CANDIDATE_PREFIX)
    _write_publication(workspace, mission, candidate, name, published_by)
    settle(candidate)
    target = workspace.releases(mission) / name
    move_folder(candidate, target)
    replace_text(current_pointer(workspace.releases(mission)), f"{name}\n")
    return Release(name, target)


def _whole_candidate(workspace: Workspace, mission: str, period: str) -> Path:
    expected = next_name(workspace, mission, period)
    folder = workspace.releases(mission) / f"{CANDIDATE_PREFIX}{expected}"
    if not (folder / MANIFEST).is_file():
        raise WrongUse(Problem("no_candidate", value=f"{mission} {period}"))
    wrong = changed_files(folder)
    if wrong:
        words = {"paths": ", ".join(wrong)}
        raise InternalFault(Problem("candidate_changed", value=expected, parameters=words))
    return folder


def _write_publication(
    workspace: Workspace, mission: str, candidate: Path, name: str, published_by: str | None
) -> None:
    """Who, when, what is not the same in two equal runs; signed where a key is at hand.

    What the candidate left there of the moment at which it was built stays.
    """
    publication = candidate / PUBLICATION
    told = read_release_json(candidate, PUBLICATION)
    publication.unlink()
    content = {
        "release": name,
        "mission": mission,
        "period": period_of_release(name),
        "published_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "published_by": published_by or who_publishes(),
        "previous_release": told["previous_release"],
        "audit_log": told["audit_log"],
        "manifest_sha256": sha256_of(candidate / MANIFEST),
    } | publication_files(candidate)
    key = signing_key()
    write_json(publication, signed(content, key) if key else content)
