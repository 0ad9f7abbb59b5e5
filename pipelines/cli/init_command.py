"""`poclens init DIR [--profile PATH …]`: a workspace with the missions of the given profiles.

Without a profile it holds one to fill in.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.messages import message
from pipelines.cli.main import show
from pipelines.cli.options import Parser
from pipelines.workspace.paths import Workspace

_SCAFFOLD = "my_mission"


def add_arguments(parser: Parser) -> None:
    """The folder, the profiles, and lists of areas and units of a single one."""
    parser.add_argument("directory", type=Path)
    parser.add_argument("--profile", type=Path, action="append", default=[], metavar="PATH")
    for table in ("areas", "units"):
        parser.add_argument(f"--{table}", type=Path, metavar="FILE")


def run(arguments: argparse.Namespace) -> int:
    """Makes the folders and installs the profiles; where one has a fault, nothing is written."""
    from pipelines.workspace.installation import make_workspace

    lists = {name: path for name in ("areas", "units") if (path := getattr(arguments, name))}
    for path in lists.values():
        if not path.is_file():
            raise WrongUse(Problem("no_file", str(path)))
    if lists and len(arguments.profile) != 1:
        raise WrongUse(Problem("init_lists"))
    workspace = Workspace(arguments.directory.resolve())
    with tempfile.TemporaryDirectory() as room:
        missions, remarks = _installed(workspace, arguments.profile, lists, Path(room))
    make_workspace(workspace)
    told = [one.sentence(arguments.language) for one in remarks]
    text = message("cli.init.done", arguments.language, home=workspace.home)
    lines = [*told, text]
    if not workspace.missions():
        lines.append(_with_scaffold(workspace, arguments.language))
    facts = {"home": str(workspace.home), "missions": missions, "remarks": told}
    show(arguments, facts, "\n".join(lines))
    return 0


def _installed(
    workspace: Workspace, profiles: list[Path], lists: dict[str, Path], room: Path
) -> tuple[list[str], list[Problem]]:
    """The missions of the profiles, once all of these are found sound; what is to be known."""
    from pipelines.setup.new_mission import checked, installed
    from pipelines.workspace.installation import find_profile

    if not profiles:
        return [], []
    copies = []
    for number, profile in enumerate(profiles):  # a mapping of a list is written beside it
        found = find_profile(profile)
        copies.append(room / str(number) / found.resolve().name)
        shutil.copytree(found, copies[-1])
    looked_at = [checked(copy, lists, room) for copy in copies]
    problems = [problem for one in looked_at for problem in one.problems]
    if problems:
        raise WrongUse(problems)
    pairs = zip(copies, looked_at, strict=True)
    missions = [installed(workspace, copy, one.lists) for copy, one in pairs]
    return missions, [remark for one in looked_at for remark in one.remarks]


def _with_scaffold(workspace: Workspace, language: str) -> str:
    """What to do in a workspace without a mission; a profile to fill in lies in it."""
    from pipelines.setup.desk import write_scaffold

    folder = workspace.home / _SCAFFOLD
    write_scaffold(folder, language)
    return message("cli.init.scaffold", language, folder=folder, home=workspace.home)
