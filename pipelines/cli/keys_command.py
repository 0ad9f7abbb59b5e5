"""`poclens keys signing|backup FILE`: a new key, in a file that only its owner reads."""

import argparse
from pathlib import Path

from indicators.foundation.messages import message
from pipelines.cli.main import show
from pipelines.cli.options import Parser


def add_arguments(parser: Parser) -> None:
    """What the key is for, and its file."""
    parser.add_argument("purpose", choices=("signing", "backup"))
    parser.add_argument("file", type=Path)


def run(arguments: argparse.Namespace) -> int:
    """Writes the key; of a signing key it prints the public part, which others need."""
    from pipelines.workspace.keys import new_backup_key, new_signing_key

    language, path = arguments.language, arguments.file
    if arguments.purpose == "signing":
        public = new_signing_key(path)
        text = message("cli.keys.signing", language, path=path, public=public)
        show(arguments, {"file": str(path), "public_key": public}, text)
    else:
        new_backup_key(path)
        show(arguments, {"file": str(path)}, message("cli.keys.backup", language, path=path))
    return 0
