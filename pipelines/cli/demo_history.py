"""The earlier quarters of the demonstration, made beside it and handed over when they are whole.

The workspace shows its newest quarter first. Meanwhile the same mission is taken through its
quarters in a workspace of its own, `.history`, each with the files of its day. Then its releases,
its warehouse, whose ledger knows which file came when, and the newest quarter's files that it has
not taken in take their places. What is done is not done again, wherever it was cut short.
"""

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from indicators.foundation.errors import WrongUse
from indicators.foundation.stored.published_tables import HISTORY_COMING
from pipelines.workspace.paths import Workspace

SAMPLE = "sample"


@dataclass(frozen=True)
class Quarter:
    """A quarter, the last day of which its files tell, and the day as of which it is computed."""

    period: str
    until: date | None
    as_of: date


# The second brings late reports and a corrected log, the third a definition that was changed.
QUARTERS = (
    Quarter("2026-Q1", date(2026, 3, 31), date(2026, 4, 15)),
    Quarter("2026-Q2", date(2026, 6, 30), date(2026, 7, 15)),
    Quarter("2026-Q3", None, date(2026, 10, 15)),
)
NEWEST = QUARTERS[-1]


def is_published(workspace: Workspace, quarter: Quarter) -> bool:
    """Whether the quarter has a release."""
    return bool(_published(workspace, quarter))


def _published(workspace: Workspace, quarter: Quarter) -> list[str]:
    from pipelines.release.naming import period_of_release, releases_of

    names = releases_of(workspace, SAMPLE)
    return [name for name in names if period_of_release(name) == quarter.period]


def is_coming(workspace: Workspace) -> bool:
    """Whether earlier quarters are still to come."""
    return _mark(workspace).is_file()


def mark_history(workspace: Workspace, coming: bool) -> None:
    """Leaves for the pages whether earlier quarters are still to come."""
    mark = _mark(workspace)
    if coming:
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
    else:
        mark.unlink(missing_ok=True)


def _mark(workspace: Workspace) -> Path:
    return workspace.releases(SAMPLE) / HISTORY_COMING


def history_of(workspace: Workspace) -> Workspace:
    """The workspace beside it, in which the earlier quarters are made."""
    return Workspace(workspace.home / ".history")


def drop_history(workspace: Workspace) -> None:
    """Removes the workspace beside it."""
    shutil.rmtree(history_of(workspace).home, ignore_errors=True)


def hand_over(workspace: Workspace) -> bool:
    """Puts releases, files and warehouse of the history in their places; False where the workspace
    has taken in files since it was published, which count for more than its history."""
    from pipelines.orchestration.runs.unchanged import forget, is_untouched
    from pipelines.release.files import move_folder
    from pipelines.workspace.warehouse.connection import locked

    history = history_of(workspace)
    for quarter in QUARTERS[:-1]:
        for name in _published(history, quarter):
            move_folder(history.releases(SAMPLE) / name, workspace.releases(SAMPLE) / name)
    made, own = history.warehouse(SAMPLE), workspace.warehouse(SAMPLE)
    if not made.is_file():  # handed over before, perhaps without the last of the files
        _move_files(history.inbox(SAMPLE), workspace.inbox(SAMPLE))
        return True
    if not is_untouched(workspace, SAMPLE):
        return False
    _add_files(history.archive(SAMPLE), workspace.archive(SAMPLE))
    try:
        with locked(own):
            forget(workspace, SAMPLE)
            made.replace(own)
    except WrongUse:  # another command has it open
        return False
    _move_files(history.inbox(SAMPLE), workspace.inbox(SAMPLE))
    return True


def _move_files(source: Path, target: Path) -> None:
    for path in source.glob("*"):
        path.replace(target / path.name)


def _add_files(source: Path, target: Path) -> None:
    for path in source.iterdir():
        if not (target / path.name).exists():
            shutil.copy2(path, target / path.name)
