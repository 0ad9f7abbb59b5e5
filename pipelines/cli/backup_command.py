"""`poclens backup --to FILE`: the whole workspace in one encrypted file."""

import argparse
from pathlib import Path

from indicators.foundation.messages import message
from pipelines.cli.main import show
from pipelines.cli.options import Parser


def add_arguments(parser: Parser) -> None:
    """Where the backup goes; its key comes from a file or the environment."""
    parser.add_argument("--to", type=Path, required=True, metavar="FILE")


def run(arguments: argparse.Namespace) -> int:
    """Writes the backup and says what is in it, and what is not."""
    import os

    from pipelines.upkeep.backup import back_up
    from pipelines.workspace.keys import backup_key

    made = back_up(arguments.workspace, arguments.to.resolve(), backup_key())
    words = {"path": made.path, "files": made.files, "megabytes": round(made.bytes / 1e6, 1)}
    lines = [message("cli.backup.done", arguments.language, **words)]
    if made.audit_log["number"]:
        lines.append(message("cli.backup.audit_log", arguments.language, **made.audit_log))
    is_elsewhere = bool(os.environ.get("POCLENS_DATABASE_URL"))
    if is_elsewhere:
        lines.append(message("cli.backup.records_elsewhere", arguments.language))
    result = {"path": str(made.path), "files": made.files, "bytes": made.bytes}
    result["audit_log"] = dict(made.audit_log)
    show(arguments, result | {"records_elsewhere": is_elsewhere}, "\n".join(lines))
    return 0
