"""`poclens restore FILE`: a workspace made again of its backup, every file checked."""

import argparse
from pathlib import Path

from indicators.foundation.messages import message
from pipelines.cli.main import show
from pipelines.cli.options import Parser


def add_arguments(parser: Parser) -> None:
    """The backup; the workspace is that of the environment, which must be empty."""
    parser.add_argument("file", type=Path)


def run(arguments: argparse.Namespace) -> int:
    """Restores and says of when it is."""
    from pipelines.upkeep.backup import restore
    from pipelines.workspace.keys import backup_key
    from records.store import Store

    found = restore(arguments.file, arguments.workspace.home, backup_key())
    words = {"home": arguments.workspace.home, "files": found.files, "made_at": found.made_at}
    lines = [message("cli.restore.done", arguments.language, **words)]
    lost = Store.of_workspace(arguments.workspace.home).lost_heads({"backup": found.audit_log})
    if lost:  # the records are in a database that is not of the backup
        lines.append(message("cli.restore.log_lost", arguments.language, **found.audit_log))
    result = {"home": str(words["home"]), "files": found.files, "made_at": found.made_at}
    show(arguments, result | {"audit_log_lost": bool(lost)}, "\n".join(lines))
    return 1 if lost else 0
