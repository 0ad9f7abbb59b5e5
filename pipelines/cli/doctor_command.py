"""`poclens doctor`: is everything here that the system needs, and what is wrong with it?"""

import argparse
import shutil
import sys
from collections.abc import Iterable, Iterator

from indicators.foundation.errors import Problem
from indicators.foundation.messages import message
from pipelines.cli.main import show
from pipelines.cli.options import Parser

Finding = tuple[bool, str]


def add_arguments(parser: Parser) -> None:
    """No arguments of its own."""


def run(arguments: argparse.Namespace) -> int:
    """Prints one line a finding; 2 where something needs mending."""
    language = arguments.language
    findings = [
        *_python(language),
        *_profiles(arguments),
        *_space(arguments),
        *_spark(arguments),
        *_workspace(arguments),
    ]
    lines = [f"{'✓' if good else '✗'} {text}" for good, text in findings]
    result = {"findings": [{"good": good, "text": text} for good, text in findings]}
    show(arguments, result, "\n".join(lines))
    return 0 if all(good for good, _ in findings) else 2


def _python(language: str) -> list[Finding]:
    good = (3, 11) <= sys.version_info[:2] <= (3, 13)
    version = ".".join(map(str, sys.version_info[:3]))
    return [(good, message("cli.doctor.python", language, version=version))]


def _profiles(arguments: argparse.Namespace) -> list[Finding]:
    from pipelines.ingest.mapping.profile import profile_problems

    language, findings = arguments.language, []
    for name in arguments.workspace.missions():
        problems = profile_problems(arguments.workspace.profile(name))
        findings += [(False, f"{name}: {problem.sentence(language)}") for problem in problems]
        if not problems:
            findings.append((True, message("cli.doctor.profile", language, name=name)))
    return findings


def _space(arguments: argparse.Namespace) -> list[Finding]:
    home = arguments.workspace.home
    free = shutil.disk_usage(home if home.exists() else ".").free / 1e9
    text = message("cli.doctor.space", arguments.language, free=round(free, 1), home=home)
    return [(True, text)]  # too little of it is told among what is wrong


def _spark(arguments: argparse.Namespace) -> list[Finding]:
    """Only where a mission's profile asks for it: elsewhere nobody needs it."""
    from indicators.definitions.mission_profile import read_mission
    from indicators.engine.spark.session import missing_parts
    from indicators.foundation.errors import PocLensError

    def asks(name: str) -> bool:
        try:
            return read_mission(arguments.workspace.profile(name)).spark_master is not None
        except PocLensError:
            return False  # told among the profiles

    if not any(map(asks, arguments.workspace.missions())):
        return []
    missing = missing_parts()
    if not missing:
        return [(True, message("cli.doctor.spark", arguments.language))]
    return [(False, problem.sentence(arguments.language)) for problem in missing]


def _workspace(arguments: argparse.Namespace) -> Iterator[Finding]:
    from pipelines.upkeep.doctor import folder_problems, release_problems, warehouse_problems

    workspace, language = arguments.workspace, arguments.language
    well = message("cli.doctor.workspace", language, home=workspace.home)
    yield from _told(folder_problems(workspace), well, language)
    for name in workspace.missions():
        well = message("cli.doctor.mission", language, name=name)
        found = [*warehouse_problems(workspace, name), *release_problems(workspace, name)]
        yield from _told(found, well, language)


def _told(problems: Iterable[Problem], well: str, language: str) -> Iterator[Finding]:
    found = [(False, problem.sentence(language)) for problem in problems]
    yield from found or [(True, well)]
