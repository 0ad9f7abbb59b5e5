"""`poclens next`: the steps to the next release, each with its state, what is missing, its command.

The same list as on the first page.
"""

import argparse

from indicators.foundation.messages import message
from pipelines.cli.main import show
from pipelines.cli.options import Parser, mission_of

_MARKS = {"done": "✓", "open": "→", "later": "·", "running": "…"}


def add_arguments(parser: Parser) -> None:
    """The mission."""
    parser.add_argument("--mission", metavar="M")


def run(arguments: argparse.Namespace) -> int:
    """Prints the steps; 0 whatever is missing."""
    from pipelines.setup.steps import steps

    language, workspace = arguments.language, arguments.workspace
    mission = mission_of(arguments) if workspace.missions() or arguments.mission else None
    lines, found = [], []
    for step in steps(workspace, mission):
        title, sentence = message(f"next.{step.name}.title", language), step.sentence(language)
        mark = _MARKS[step.state]
        lines.append(message("next.line", language, mark=mark, title=title, sentence=sentence))
        facts = {"home": workspace.home, "mission": mission, "quarter": ""} | step.facts
        is_there = workspace.home.is_dir() or step.name != "mission"
        name = step.name if is_there else "workspace"
        command = message(f"next.{name}.command", language, **facts)
        if step.state == "open":
            lines.append(message("next.command", language, command=command))
        found.append(
            {"step": step.name, "state": step.state, "sentence": sentence, "command": command}
        )
    show(arguments, {"mission": mission, "steps": found}, "\n".join(lines))
    return 0
