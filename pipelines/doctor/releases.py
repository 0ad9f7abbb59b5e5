"""A mission's releases: whole, as published, and one of them current."""

import json
from collections.abc import Iterator

from indicators.foundation.errors import Problem
from pipelines.release.manifest import PUBLICATION, changed_files
from pipelines.release.naming import current_name, releases_of
from pipelines.workspace.paths import Workspace

_NAMED = 5


def release_problems(workspace: Workspace, mission: str) -> Iterator[Problem]:
    """Each release whose files differ from its hashes, and a `current` that names none of them."""
    names, folder = releases_of(workspace, mission), workspace.releases(mission)
    for name in names:
        place = (folder / name).relative_to(workspace.home).as_posix()
        try:
            wrong = changed_files(folder / name)
        except (OSError, ValueError, KeyError, json.JSONDecodeError):
            yield Problem("doctor_release_broken", place)
            continue
        if not (folder / name / PUBLICATION).is_file():
            wrong.append(PUBLICATION)
        if wrong:
            paths = ", ".join(wrong[:_NAMED]) + (f" … ({len(wrong)})" if wrong[_NAMED:] else "")
            yield Problem("doctor_release_changed", place, parameters={"paths": paths})
    current = current_name(workspace, mission)
    place = (folder / "current").relative_to(workspace.home).as_posix()
    if current is not None and current not in names:
        yield Problem("doctor_current_unknown", place, value=current)
    elif current is None and names:
        yield Problem("doctor_current_missing", place, parameters={"newest": names[-1]})
