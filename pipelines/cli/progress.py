"""A progress bar on the terminal for a job that runs in this process."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indicators.foundation.messages import message


@contextmanager
def progress_bar(arguments: argparse.Namespace) -> Iterator[None]:
    """Shows the stages that the job reports, the first at once; silent with `--json`, and where no
    terminal reads but for how many runs are waited for. Whoever began the process may ask for them
    in a file."""
    from tqdm import tqdm

    from pipelines.orchestration.runs.progress import listening
    from pipelines.setup.runs import PROGRESS, write_progress

    quiet = arguments.json or not sys.stderr.isatty()
    with tqdm(disable=quiet, leave=False, bar_format="{desc} {bar} {n_fmt}/{total_fmt}") as bar:

        def listener(stage: str, done: int, total: int) -> None:
            if file := os.environ.get(PROGRESS):
                write_progress(Path(file), stage, done, total)
            text = message(f"stage.{stage}", arguments.language, done=done)
            if stage == "queue" and quiet and not arguments.json:
                print(text, file=sys.stderr)
            bar.set_description_str(text)
            bar.total = total or 1
            bar.n = done
            bar.refresh()

        listener("start", 0, 0)  # what a job needs takes a second to load
        with listening(listener):
            yield


@contextmanager
def own_turn(arguments: argparse.Namespace, mission: str) -> Iterator[None]:
    """Waits for the runs of the mission that came before, as jobs do, and says for how many."""
    from pipelines.workspace.warehouse.turns import turn

    def told(before: int) -> None:
        if not arguments.json:
            print(message("stage.queue", arguments.language, done=before), file=sys.stderr)

    with turn(arguments.workspace.warehouse(mission), told):
        yield
