"""The sample mission with its files taken in, made once a run of tests for each of its sizes."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

from indicators.definitions.mission_profile import read_mission
from pipelines.cli.demo_history import drop_history, mark_history
from pipelines.ingest.inbox import ingest
from pipelines.orchestration.run import publish, refresh
from pipelines.sample import install
from pipelines.sample.country import AS_OF
from pipelines.workspace.paths import Workspace

QUARTER = "2026-Q3"
SMALL = {"activities": 1500, "incidents": 400, "alerts": 300, "waves": 3, "respondents": 480}


def ingested_sample(factory: pytest.TempPathFactory, name: str, **sizes: int) -> Workspace:
    """A workspace of one's own, its files ingested; without sizes, the whole sample.

    The processes of a run share what is copied: taking the sample in costs 10 to 20 seconds.
    """
    made = _run_folder(factory) / "-".join(
        ["sample", *(f"{key}{sizes[key]}" for key in sorted(sizes))]
    )
    with FileLock(f"{made}.lock"):
        if not made.exists():
            workspace = Workspace(made.with_suffix(".part"))
            install(workspace, **sizes)
            ingest(workspace, read_mission(workspace.profile("sample")))
            workspace.home.rename(made)
    own = factory.mktemp(name) / "workspace"
    shutil.copytree(made, own)
    return Workspace(own)


def _run_folder(factory: pytest.TempPathFactory) -> Path:
    """The folder that all processes of this run see."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def published_sample(factory: pytest.TempPathFactory) -> Workspace:
    """The whole sample with its newest quarter published, made once a run and only read."""
    with published_once(factory) as made:
        if not made.exists():
            workspace = Workspace(made.with_suffix(".part"))
            shutil.copytree(ingested_sample(factory, "published").home, workspace.home)
            refresh(workspace, "sample", AS_OF)
            publish(workspace, "sample", QUARTER)
            workspace.home.rename(made)
    return Workspace(made)


def copied_sample(factory: pytest.TempPathFactory, name: str) -> Workspace:
    """A warehouse of one's own with all that the published sample has taken in, and its profile."""
    home = factory.mktemp(name)
    for part in ("warehouse", "missions"):
        shutil.copytree(published_sample(factory).home / part, home / part)
    return Workspace(home)


@contextmanager
def published_once(factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the published sample of this run lies or is to be made; whoever makes it is alone."""
    made = _run_folder(factory) / "sample-published"
    with FileLock(f"{made}.lock"):
        yield made


def keep_first_release(demonstration: Workspace, made: Path) -> None:
    """Of a workspace of `make demo` what it published first, without what was to come after it."""
    part = made.with_suffix(".part")
    shutil.copytree(demonstration.home, part)
    mark_history(Workspace(part), coming=False)
    drop_history(Workspace(part))
    part.rename(made)
