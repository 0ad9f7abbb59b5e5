"""`poclens doctor`: is everything here that the system needs, and are all profiles right?"""

import argparse
import shutil
import sys

from indicators.foundation.messages import message
from pipelines.cli.main import show


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """No arguments of its own."""


def run(arguments: argparse.Namespace) -> int:
    """Prints one line a finding; 2 where something needs mending."""
    findings = [*_python(arguments.language), *_profiles(arguments), *_space(arguments)]
    lines = [f"{'✓' if good else '✗'} {text}" for good, text in findings]
    result = {"findings": [{"good": good, "text": text} for good, text in findings]}
    show(arguments, result, "\n".join(lines))
    return 0 if all(good for good, _ in findings) else 2


def _python(language: str) -> list[tuple[bool, str]]:
    good = (3, 11) <= sys.version_info[:2] <= (3, 13)
    version = ".".join(map(str, sys.version_info[:3]))
    return [(good, message("cli.doctor.python", language, version=version))]


def _profiles(arguments: argparse.Namespace) -> list[tuple[bool, str]]:
    from pipelines.mapping.profile import profile_problems

    language, findings = arguments.language, []
    for name in arguments.workspace.missions():
        problems = profile_problems(arguments.workspace.profile(name))
        findings += [(False, f"{name}: {problem.sentence(language)}") for problem in problems]
        if not problems:
            findings.append((True, message("cli.doctor.profile", language, name=name)))
    return findings


def _space(arguments: argparse.Namespace) -> list[tuple[bool, str]]:
    home = arguments.workspace.home
    free = shutil.disk_usage(home if home.exists() else ".").free / 1e9
    text = message("cli.doctor.space", arguments.language, free=round(free, 1), home=home)
    return [(free > 1, text)]
