"""Names of releases, `2026-Q3-r01`, and which of them is current."""

import re
from pathlib import Path

from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.stored import published_tables
from pipelines.workspace.paths import Workspace

_PERIOD = re.compile(r"^\d{4}-Q[1-4]$")
_RELEASE = re.compile(r"^(?P<period>\d{4}-Q[1-4])-r(?P<counter>\d{2,})$")
CANDIDATE_PREFIX = ".candidate-"


def check_period(period: str) -> None:
    """Raises WrongUse for what is not a calendar quarter such as 2026-Q3."""
    if not _PERIOD.match(period):
        raise WrongUse(Problem("period_form", value=period))


def releases_of(workspace: Workspace, mission: str) -> list[str]:
    """Names of the mission's releases, sorted by quarter and counter."""
    folder = workspace.releases(mission)
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    return sorted(filter(is_release_name, names), key=release_order)


def is_release_name(name: str) -> bool:
    """Whether a text is the name of a release, such as 2026-Q3-r01."""
    return _RELEASE.match(name) is not None


def release_order(name: str) -> tuple[str, int]:
    """By this releases stand in order: quarter, then counter."""
    period, _, counter = name.rpartition("-r")
    return period, int(counter)


def next_name(workspace: Workspace, mission: str, period: str) -> str:
    """The first name that is free for this quarter; that of a current release whose folder is gone
    is not, as others may have it."""
    known = [*releases_of(workspace, mission), current_name(workspace, mission) or ""]
    taken = [name for name in known if is_release_name(name) and name.startswith(period)]
    counters = [int(name.rpartition("-r")[2]) for name in taken]
    return f"{period}-r{max(counters, default=0) + 1:02d}"


def period_of_release(name: str) -> str:
    """The quarter in a release's name."""
    return name.rpartition("-r")[0]


def current_name(workspace: Workspace, mission: str) -> str | None:
    """The name of the release that is shown; None where nothing is published."""
    return published_tables.current_name(workspace.releases(mission))


def release_folder(workspace: Workspace, mission: str, name: str | None = None) -> Path:
    """The folder of a release, of the current one where no name is given.

    Raises WrongUse where there is no such release.
    """
    wanted = name or current_name(workspace, mission)
    if wanted is None:
        raise WrongUse(Problem("no_release", value=mission))
    known = releases_of(workspace, mission)
    if wanted not in known:
        raise WrongUse(
            Problem("unknown_release", value=wanted, parameters={"known": ", ".join(known) or "–"})
        )
    return workspace.releases(mission) / wanted
