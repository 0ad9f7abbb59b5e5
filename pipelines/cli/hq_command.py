"""`poclens hq pull|rollup`: releases of many missions, and the mart over all of them."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING

from indicators.foundation.messages import message
from pipelines.cli.main import show
from pipelines.cli.options import Parser

if TYPE_CHECKING:
    from pipelines.hq.pull import Pulled


def add_arguments(parser: Parser) -> None:
    """The step, and what narrows a pull."""
    parser.add_argument("step", choices=("pull", "rollup"))
    parser.add_argument("--mission", action="append", default=[], metavar="M")
    parser.add_argument("--period", metavar="2026-Q3")
    parser.add_argument("--patience", type=float, default=900.0, metavar="SECONDS")


def run(arguments: argparse.Namespace) -> int:
    """Pulls (1 where a mission failed) or rolls up."""
    return _pull(arguments) if arguments.step == "pull" else _rollup(arguments)


def _pull(arguments: argparse.Namespace) -> int:
    from pipelines.hq.pull import pull
    from pipelines.hq.settings import read_settings
    from pipelines.release.naming import check_period

    if arguments.period:
        check_period(arguments.period)
    settings = read_settings(arguments.workspace)
    found = pull(
        arguments.workspace, settings, arguments.mission, arguments.period, arguments.patience
    )
    text = "\n".join(_line(result, arguments.language) for result in found)
    problems = {one.mission: one.problem() for one in found}
    rows = [
        asdict(one) | {"sentence": problem.sentence(arguments.language) if problem else None}
        for one in found
        for problem in [problems[one.mission]]
    ]
    show(arguments, {"missions": rows}, text)
    return 1 if any(one.outcome == "failed" for one in found) else 0


def _line(result: Pulled, language: str) -> str:
    problem = result.problem()
    if problem is not None:
        last = (result.last_good or {}).get("release")
        key = "last_good" if last else "never"
        kept = message(f"cli.hq.{key}", language, release=last)
        return f"✗ {problem.sentence(language)} {kept}"
    words = {
        "mission": result.mission,
        "release": result.release,
        "files": result.files,
        "megabytes": round(result.bytes / 1e6, 1),
        "seconds": result.seconds,
        "retries": result.retries,
        "resumed": result.resumed,
    }
    return "✓ " + message(f"cli.hq.{result.outcome}", language, **words)


def _rollup(arguments: argparse.Namespace) -> int:
    from pipelines.hq.rollup import rollup

    found = rollup(arguments.workspace)
    result = asdict(found) | {"path": str(found.path)}
    words = result | {"missions": ", ".join(found.missions)}
    show(arguments, result, message("cli.hq.rolled_up", arguments.language, **words))
    return 0
