"""`poclens init DIR [--profile PATH …]`: a workspace with the missions of the given profiles."""

import argparse
from pathlib import Path

from indicators.foundation.errors import WrongUse
from indicators.foundation.messages import message
from pipelines.cli.main import show
from pipelines.workspace.paths import Workspace


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """The folder and the profiles."""
    parser.add_argument("directory", type=Path, help=message("cli.init.directory", language))
    parser.add_argument(
        "--profile",
        type=Path,
        action="append",
        default=[],
        metavar="PATH",
        help=message("cli.init.profile", language),
    )


def run(arguments: argparse.Namespace) -> int:
    """Makes the folders and installs the profiles; where one has a fault, nothing is written."""
    from pipelines.mapping.profile import profile_problems
    from pipelines.workspace.installation import find_profile, install_profile, make_workspace

    problems = [
        problem
        for profile in arguments.profile
        for problem in profile_problems(find_profile(profile), is_installed=False)
    ]
    if problems:
        raise WrongUse(problems)
    workspace = Workspace(arguments.directory.resolve())
    make_workspace(workspace)
    missions = [install_profile(workspace, profile) for profile in arguments.profile]
    text = message("cli.init.done", arguments.language, home=workspace.home)
    show(arguments, {"home": str(workspace.home), "missions": missions}, text)
    return 0
