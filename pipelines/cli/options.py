"""How commands ask for options, those that several share, and whether a mission is there."""

import argparse
import os
import socket
import sys
from datetime import date
from functools import partial
from typing import Any, NoReturn

from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.messages import message, message_catalogue
from pipelines.workspace.paths import Workspace

# Words of the library, which it asks gettext for one by one, and our messages that say them.
_OF_ARGPARSE = (
    "cli.argparse.usage",
    "cli.argparse.positional",
    "cli.argparse.options",
    "cli.argparse.help",
    "cli.argparse.argument",
    "cli.argparse.required",
    "cli.argparse.unrecognized",
    "cli.argparse.ambiguous",
    "cli.argparse.one_of",
    "cli.argparse.not_with",
    "cli.argparse.one_expected",
    "cli.argparse.some_expected",
    "cli.argparse.none_expected",
    "cli.argparse.no_value",
    "cli.argparse.no_choice",
)


def speak(language: str) -> None:
    """From here on `argparse` speaks a language in what it says itself: its lookup is replaced."""
    words = {message(key, "en"): message(key, language) for key in _OF_ARGPARSE}
    argparse._ = lambda text: words.get(text, text)  # type: ignore[attr-defined]


class Parser(argparse.ArgumentParser):
    """A parser in a language: help is found by an option's name, a date is ISO text."""

    language = "en"

    def add_argument(self, *names: str, **options: Any) -> argparse.Action:
        """With the help `cli.<command>.<option>`, or `cli.option.<option>` of all commands."""
        if "help" not in options:
            own = f"cli.{self.prog.split()[-1]}"
            called = {names[0].lstrip("-").replace("-", "_"): None, options.get("dest"): None}
            keys = [f"{room}.{name}" for room in (own, "cli.option") for name in called]
            key = next((key for key in keys if key in message_catalogue()), keys[0])
            options["help"] = message(key, self.language)
        if options.get("type") is date:
            day = partial(day_of, language=self.language)
            options |= {"type": day, "metavar": "YYYY-MM-DD"}
        return super().add_argument(*names, **options)

    def error(self, text: str) -> NoReturn:
        """Exits with 2: one line that says where to read on."""
        line = message("cli.wrong_arguments", self.language, command=self.prog, reason=text)
        sys.stderr.write(line + "\n")
        sys.exit(2)


def day_of(text: str, language: str) -> date:
    """A day as ISO text. Raises ArgumentTypeError with a sentence for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        sentence = message("cli.option.no_day", language, value=text)
        raise argparse.ArgumentTypeError(sentence) from error


def add_port(parser: Parser, default: int) -> None:
    """`--port N` on 127.0.0.1."""
    help_text = message("cli.option.port", parser.language, port=default)
    parser.add_argument("--port", type=int, default=default, help=help_text)


def mission_of(arguments: argparse.Namespace) -> str:
    """The mission that is meant. Raises WrongUse where there is none, or several to choose from."""
    workspace: Workspace = arguments.workspace
    known = workspace.missions()
    if arguments.mission in known:
        return str(arguments.mission)
    if not known:
        raise WrongUse(Problem("no_workspace", parameters={"home": workspace.home}))
    if arguments.mission is None and len(known) == 1:
        return known[0]
    raise WrongUse(
        Problem("unknown_mission", value=arguments.mission, parameters={"known": ", ".join(known)})
    )


def require_free_port(port: int) -> None:
    """Raises WrongUse where the port of 127.0.0.1 is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise WrongUse(
                Problem("port_taken", parameters={"port": port, "other": port + 1})
            ) from error


def clean_environment() -> dict[str, str]:
    """The environment for a server of ours: telemetry of every library off."""
    return os.environ | {"DAGSTER_DISABLE_TELEMETRY": "1", "GX_ANALYTICS_ENABLED": "False"}
