"""`poclens sample`: the fictional mission, its profile and its files in the inbox."""

import argparse

from indicators.foundation.messages import message
from pipelines.cli.main import show
from pipelines.cli.options import Parser


def add_arguments(parser: Parser) -> None:
    """Seed and size."""
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--activities", type=int, default=22_000, metavar="N")


def run(arguments: argparse.Namespace) -> int:
    """Installs the sample's profile and writes its files into the inbox."""
    from pipelines.sample import install
    from pipelines.workspace.installation import make_workspace

    make_workspace(arguments.workspace)
    install(arguments.workspace, seed=arguments.seed, activities=arguments.activities)
    inbox = arguments.workspace.inbox("sample")
    files = sorted(path.name for path in inbox.iterdir() if path.is_file())
    text = message("cli.sample.done", arguments.language, count=len(files), inbox=inbox)
    show(arguments, {"mission": "sample", "inbox": str(inbox), "files": files}, text)
    return 0
