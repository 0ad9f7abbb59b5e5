"""`poclens`: finds the command, runs it, and turns what went wrong into a sentence and a code.

Exit codes: 0 done, 1 a blocking check failed, 2 wrong use, 3 a fault of ours. Heavy libraries
are imported by the commands that need them, so that `--help` answers at once.
"""

import argparse
import gc
import importlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from indicators.foundation.errors import PocLensError, Problem, WrongUse
from indicators.foundation.faults import is_disk_full, traceback_of
from indicators.foundation.messages import LANGUAGES, language_of_environment, message
from indicators.foundation.stored.ending import end_at_once
from pipelines.cli.options import Parser, speak
from pipelines.workspace.paths import Workspace

COMMANDS = (
    "demo",
    "init",
    "next",
    "sample",
    "map",
    "profile",
    "ingest",
    "refresh",
    "publish",
    "backfill",
    "serve",
    "dagster",
    "explain",
    "diff",
    "evidence",
    "extract",
    "verify",
    "hq",
    "quality",
    "rejects",
    "duplicates",
    "reconcile",
    "remind",
    "purge",
    "users",
    "tokens",
    "keys",
    "backup",
    "restore",
    "catalogue",
    "templates",
    "doctor",
)


def language_of(argv: Sequence[str]) -> str:
    """What `--language` says, known before the parser is built so that its help speaks it too."""
    for word, following in zip(argv, [*argv[1:], ""], strict=True):
        wish = following if word == "--language" else word.removeprefix("--language=")
        if wish in LANGUAGES and word.startswith("--language"):
            return wish
    return language_of_environment()


def build_parser(language: str, words: Sequence[str] = ()) -> argparse.ArgumentParser:
    """All commands with their help in one language, and the options of the one that is called."""
    called = next((word for word in words if word in COMMANDS), None)
    speak(language)
    parser = Parser(
        prog="poclens",
        description=message("cli.description", language),
        epilog=message("cli.epilog", language),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.language = language
    parser.add_argument("--language", choices=LANGUAGES, default=language)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in COMMANDS:
        help_text = message(f"cli.{name}.help", language)
        subparser = subparsers.add_parser(
            name,
            help=help_text,
            description=help_text,
            epilog=message(f"cli.{name}.example", language),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        subparser.language = language
        subparser.add_argument("--json", action="store_true")
        if name == called:
            command_module(name).add_arguments(subparser)
    return parser


def command_module(name: str) -> ModuleType:
    """The module of a command: `add_arguments(parser)` and `run(arguments)`."""
    return importlib.import_module(f"pipelines.cli.{name}_command")


def command() -> None:
    """The process of one command line."""
    end_at_once(main)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command line and returns its exit code."""
    # Looking for cycles as often as by default is a fifteenth of a refresh, and finds next to none.
    gc.set_threshold(50_000, 20)
    words = sys.argv[1:] if argv is None else list(argv)
    arguments = build_parser(language_of(words), words).parse_args(words)
    arguments.workspace = Workspace.from_environment()
    try:
        return int(command_module(arguments.command).run(arguments))
    except PocLensError as error:
        return _complain(arguments, error)
    except KeyboardInterrupt:
        sys.stderr.write(message("cli.interrupted", arguments.language) + "\n")
        return 130
    except BrokenPipeError:  # `poclens catalogue list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if is_disk_full(error):
            problem = Problem("disk_full", parameters={"home": arguments.workspace.home})
            return _complain(arguments, WrongUse(problem))
        return _fault(arguments, error)


def show(arguments: argparse.Namespace, result: dict[str, Any], text: str) -> None:
    """Prints `result` as one JSON object with `--json`, else the text."""
    if arguments.json:
        print(json.dumps(result, ensure_ascii=False, default=str))
    elif text:
        print(text)


def _complain(arguments: argparse.Namespace, error: PocLensError) -> int:
    sentences = [problem.sentence(arguments.language) for problem in error.problems]
    if arguments.json:
        problems = [
            vars(problem) | {"sentence": sentence}
            for problem, sentence in zip(error.problems, sentences, strict=True)
        ]
        report = getattr(error, "report", None)  # ingest: what became of the other files
        files = [file.as_dict(arguments.language) for file in report.files] if report else []
        print(json.dumps({"files": files, "problems": problems}, ensure_ascii=False, default=str))
    sys.stderr.write("\n".join(sentences) + "\n")
    return error.exit_code


def _fault(arguments: argparse.Namespace, error: Exception) -> int:
    """Keeps the traceback in a file of the workspace and tells the user where it is.

    The file is sent to others: it quotes no row. It lies among the system's temporary ones where
    the workspace takes none.
    """
    path = Path(arguments.workspace.home) / "logs" / f"fault-{os.getpid()}.txt"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(traceback_of(error), encoding="utf-8")
    except OSError:
        import tempfile

        path = Path(tempfile.mkdtemp(prefix="poclens-")) / path.name
        path.write_text(traceback_of(error), encoding="utf-8")
    sys.stderr.write(message("cli.fault", arguments.language, path=path) + "\n")
    return 3


if __name__ == "__main__":
    command()
