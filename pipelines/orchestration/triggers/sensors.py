"""Sensor: what lies in an inbox starts a refresh of that mission, once for each new content."""

import hashlib
import json
from typing import TYPE_CHECKING

import dagster as dg

from pipelines.ingest.files.arriving import deliveries, look, settled_seconds, waits_for
from pipelines.workspace.paths import Workspace

if TYPE_CHECKING:  # Dagster does not export the type
    from dagster._core.definitions.unresolved_asset_job_definition import (
        UnresolvedAssetJobDefinition,
    )

_INTERVAL_SECONDS = 30
Looks = dict[str, list[int]]


def inbox_sensor(
    workspace: Workspace,
    job: "UnresolvedAssetJobDefinition",
) -> dg.SensorDefinition:
    """Looks every half minute; the cursor holds how each mission's files looked last."""

    @dg.sensor(
        name="inbox",
        job=job,
        minimum_interval_seconds=_INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Refreshes a mission when files are dropped into its inbox",
    )
    def watch_inboxes(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        seen = json.loads(context.cursor or "{}")
        now = {mission: looks(workspace, mission) for mission in workspace.missions()}
        requests = [
            dg.RunRequest(
                run_key=f"{mission}:{text}",
                partition_key=mission,
                tags={"poclens/mission": mission},
            )
            for mission, found in now.items()
            if (text := whole(workspace, mission, found, seen.get(mission, {})))
        ]
        return dg.SensorResult(run_requests=requests, cursor=json.dumps(now, sort_keys=True))

    return watch_inboxes


def looks(workspace: Workspace, mission: str) -> Looks:
    """Of each file in the inbox its size and time."""
    inbox = workspace.inbox(mission)
    found = {str(path.relative_to(inbox)): look(path) for path in deliveries(inbox)}
    return {name: list(seen) for name, seen in found.items() if seen}


def whole(workspace: Workspace, mission: str, now: Looks, before: Looks) -> str:
    """A hash of the files that have arrived whole; empty text where there is none.

    A file must have stayed the same for one interval. The rest is the rule of ingest, which itself
    would leave a file that is still being copied.
    """
    settled, inbox = settled_seconds(), workspace.inbox(mission)
    facts = [
        (name, found)
        for name, found in now.items()
        if before.get(name) == found
        and waits_for(inbox / name, settled, unchanged=_INTERVAL_SECONDS) is None
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16] if facts else ""
