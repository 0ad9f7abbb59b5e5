"""Runs whose process was killed: closed as failed, for Dagster itself would wait for them for ever.

A run of the command line has no worker that Dagster could watch; while it counts as running, no
other run of its mission is let out of the queue.
"""

import os

import dagster as dg
import psutil

PROCESS_TAG = "poclens/process"
_UNFINISHED = [
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def process_tag() -> dict[str, str]:
    """The tag that says which process a run of the command line lives in."""
    return {PROCESS_TAG: str(os.getpid())}


def close_abandoned(instance: dg.DagsterInstance) -> None:
    """Marks as failed what runs of the command line left unfinished when they were killed."""
    for run in instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED)):
        process = run.tags.get(PROCESS_TAG)
        # Not `os.kill(process, 0)`: on Windows that sends Ctrl+C.
        if process and not psutil.pid_exists(int(process)):
            instance.report_run_failed(run, "The process of this run was ended from outside.")
