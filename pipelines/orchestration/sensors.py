"""Sensor: what lies in an inbox starts a refresh of that mission, once for each new content."""

import hashlib
import json
from typing import TYPE_CHECKING

import dagster as dg

from pipelines.workspace import Workspace

if TYPE_CHECKING:  # Dagster does not export the type
    from dagster._core.definitions.unresolved_asset_job_definition import (
        UnresolvedAssetJobDefinition,
    )

SETTLED_SECONDS = 30


def inbox_sensor(
    workspace: Workspace,
    job: "UnresolvedAssetJobDefinition",
) -> dg.SensorDefinition:
    """Looks every half minute; the cursor holds each mission's last seen listing."""

    @dg.sensor(
        name="inbox",
        job=job,
        minimum_interval_seconds=SETTLED_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Refreshes a mission when files are dropped into its inbox",
    )
    def watch_inboxes(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        seen = json.loads(context.cursor or "{}")
        now = {mission: listing(workspace, mission) for mission in workspace.missions()}
        # A listing is acted on when it has stayed the same for one interval, so that a file
        # that is still being copied is not read half.
        settled = {m: text for m, text in now.items() if text and seen.get(m) == text}
        requests = [
            dg.RunRequest(
                run_key=f"{mission}:{text}",
                partition_key=mission,
                tags={"poclens/mission": mission},
            )
            for mission, text in settled.items()
        ]
        return dg.SensorResult(run_requests=requests, cursor=json.dumps(now, sort_keys=True))

    return watch_inboxes


def listing(workspace: Workspace, mission: str) -> str:
    """A hash of names, sizes and times in the inbox; empty text where nothing lies there."""
    inbox = workspace.inbox(mission)
    files = sorted(path for path in inbox.glob("*") if path.is_file())
    if not files:
        return ""
    facts = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]
