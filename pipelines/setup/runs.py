"""A refresh or a publication begun by a page: a process of its own, with its queue and its end.

`runs/<mission>/<number>/` holds `asked.json` (what, by whom, when), `progress.json`, what the
command said (`told.txt`, `problems.txt`) and its exit code (`code`). A run holds the lock of its
folder while it lives: one without a code that nobody holds was killed. `python -m
pipelines.setup.runs FOLDER` is such a process: it waits for those before it, then runs `poclens`.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from pipelines.workspace.paths import Workspace
from records.desk.setup import RunState
from records.rights import LOCAL

BEGUN_BY = "POCLENS_BEGUN_BY"  # whose account began it on a page; empty where nobody signs in
PROGRESS = "POCLENS_PROGRESS"  # `start` sets it: where its command writes how far it is
_KEPT = 20
_LOOK_SECONDS = 0.5
_BEGUN_SECONDS = 60  # a process that is begun takes its lock in this time


@dataclass(frozen=True)
class Run:
    """One run: `place`: how many are before it; `lines`: what it said, or says of its progress."""

    number: int
    kind: str
    state: RunState
    asked: dict[str, Any]
    place: int
    progress: dict[str, Any]
    lines: tuple[str, ...]
    problems: tuple[str, ...]


def start(
    workspace: Workspace, mission: str, kind: str, options: Sequence[str], who: str, language: str
) -> int:
    """Begins `poclens <kind>` for the mission with these options; the run's number."""
    room = workspace.home / "runs" / mission
    room.mkdir(parents=True, exist_ok=True)
    number = max(_numbers(room), default=0)
    while True:
        number += 1
        folder = room / f"{number:06d}"
        with suppress(FileExistsError):  # somebody else began one just now
            folder.mkdir()
            break
    asked = {
        "kind": kind,
        "mission": mission,
        "options": list(options),
        "who": who,
        "language": language,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    (folder / "asked.json").write_text(json.dumps(asked), encoding="utf-8")
    subprocess.Popen(
        [sys.executable, "-m", "pipelines.setup.runs", str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # it outlives the server that began it
    )
    for old in _numbers(room)[:-_KEPT]:
        _forget(room / f"{old:06d}")
    return number


def runs(workspace: Workspace, mission: str) -> list[Run]:
    """The mission's runs, newest first."""
    room = workspace.home / "runs" / mission
    found: list[Run] = []
    before = 0
    for number in _numbers(room):
        folder = room / f"{number:06d}"
        state = _state(folder)
        asked = _json(folder / "asked.json")
        texts = [_lines(folder / name) for name in ("told.txt", "problems.txt")]
        progress = _json(folder / "progress.json")
        found.append(Run(number, asked.get("kind", ""), state, asked, before, progress, *texts))
        before += state in ("queued", "running")
    return found[::-1]


def write_progress(path: Path, stage: str, done: int, total: int) -> None:
    """Leaves how far a run is; a reader sees one state or the next, never a part."""
    coming = path.with_suffix(".coming")
    coming.write_text(json.dumps({"stage": stage, "done": done, "total": total}), encoding="utf-8")
    coming.replace(path)


def _numbers(room: Path) -> list[int]:
    return sorted(int(path.name) for path in room.glob("[0-9]*")) if room.is_dir() else []


def _state(folder: Path) -> RunState:
    code = folder / "code"
    if code.is_file():
        return "done" if code.read_text(encoding="utf-8").strip() == "0" else "failed"
    if _is_alive(folder):
        return "running" if (folder / "begun").exists() else "queued"
    if code.is_file():  # it ended between the two looks
        return _state(folder)
    age = time.time() - folder.stat().st_mtime
    return "queued" if not (folder / "lock").exists() and age < _BEGUN_SECONDS else "killed"


def _is_alive(folder: Path) -> bool:
    lock = folder / "lock"
    if not lock.exists():
        return False
    try:
        with FileLock(lock, timeout=0):
            return False
    except Timeout:
        return True


def _json(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _lines(path: Path) -> tuple[str, ...]:
    """What a command said, its paths from the workspace on: where that lies is the server's own."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ()
    text = text.replace(f"{path.parents[3].resolve()}{os.sep}", "")
    return tuple(line for line in text.splitlines() if line.strip())


def _forget(folder: Path) -> None:
    """An old run's folder, unless it still lives."""
    if _state(folder) in ("queued", "running"):
        return
    for path in folder.iterdir():
        path.unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()


def _wait_for_turn(folder: Path) -> None:
    """Until no run of the mission that was asked for before is alive."""
    number = int(folder.name)
    while any(
        _state(folder.parent / f"{one:06d}") in ("queued", "running")
        for one in _numbers(folder.parent)
        if one < number
    ):
        time.sleep(_LOOK_SECONDS)


def environment(folder: Path, who: str, language: str) -> dict[str, str]:
    """What the command of a run is told beside its options."""
    return {
        **os.environ,
        "POCLENS_HOME": str(folder.parents[2]),
        "POCLENS_LANGUAGE": language,
        PROGRESS: str(folder / "progress.json"),
        BEGUN_BY: "" if who == LOCAL.name else who,
        "PYTHONIOENCODING": "utf-8",
    }


def main(folder: Path) -> int:
    """Waits for its turn, runs the command, leaves what it said and its exit code."""
    asked = _json(folder / "asked.json")
    with FileLock(folder / "lock"):
        _wait_for_turn(folder)
        (folder / "begun").touch()
        command = [sys.executable, "-m", "pipelines.cli.main", asked["kind"]]
        command += ["--mission", asked["mission"], *asked["options"]]
        with (
            (folder / "told.txt").open("wb") as told,
            (folder / "problems.txt").open("wb") as wrong,
        ):
            code = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=wrong,
                env=environment(folder, asked["who"], asked["language"]),
                check=False,
            ).returncode
        (folder / "code").write_text(str(code), encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
