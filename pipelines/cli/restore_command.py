"""`poclens restore FILE`: a workspace made again of its backup, every file checked."""

import argparse
from pathlib import Path

from indicators.foundation.messages import message
from pipelines.cli.main import show


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """The backup; the workspace is that of the environment, which must be empty."""
    parser.add_argument("file", type=Path, help=message("cli.restore.file", language))


def run(arguments: argparse.Namespace) -> int:
    """Restores and says of when it is."""
    from pipelines.backup.backup import restore
    from pipelines.workspace.keys import backup_key

    found = restore(arguments.file, arguments.workspace.home, backup_key())
    words = {"home": arguments.workspace.home, "files": found.files, "made_at": found.made_at}
    text = message("cli.restore.done", arguments.language, **words)
    show(
        arguments,
        {"home": str(words["home"]), "files": found.files, "made_at": found.made_at},
        text,
    )
    return 0
