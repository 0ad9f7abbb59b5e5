"""`poclens profile`: baselines, targets, framework and primary tests as a workbook, and back."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.messages import message
from indicators.foundation.numbers.number_format import value_text
from pipelines.cli.main import show
from pipelines.cli.options import Parser, mission_of

if TYPE_CHECKING:
    from pipelines.documents.profile_workbook import Change


def add_arguments(parser: Parser) -> None:
    """The step, the workbook, and whether what comes back is only looked at."""
    parser.add_argument("--mission", metavar="M")
    parser.add_argument("step", choices=("export", "import"))
    parser.add_argument("file", type=Path)
    parser.add_argument("--check", action="store_true")


def run(arguments: argparse.Namespace) -> int:
    """Writes the workbook, or takes it back and tells what changed."""
    from pipelines.documents.profile_workbook import read_workbook, write_workbook

    language, path = arguments.language, arguments.file
    profile = arguments.workspace.profile(mission_of(arguments))
    if arguments.step == "export":
        write_workbook(profile, path, language)
        show(arguments, {"file": str(path)}, str(path))
        return 0
    if not path.is_file():
        raise WrongUse(Problem("no_file", str(path)))
    changes = read_workbook(profile, path, is_written=not arguments.check)
    lines = [_line(one, language) for one in changes]
    end = "same" if not changes else "checked" if arguments.check else "written"
    lines.append(message(f"cli.profile.{end}", language, number=len(changes)))
    result = {"changes": [asdict(one) for one in changes], "written": end == "written"}
    show(arguments, result, "\n".join(lines))
    return 0


def _line(change: "Change", language: str) -> str:
    kind = "changed" if change.column else "added" if change.after else "removed"
    told = {name: value_text(value, language) or "–" for name, value in asdict(change).items()}
    return message(f"cli.profile.{kind}", language, **told)
