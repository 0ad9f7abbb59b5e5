"""Options that several commands share, and the check that a mission is there."""

import argparse
import os
import socket
from datetime import date
from functools import partial

from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.messages import message
from pipelines.workspace.paths import Workspace


def add_mission(parser: argparse.ArgumentParser, language: str) -> None:
    """`--mission M`; not needed where the workspace holds one mission only."""
    parser.add_argument("--mission", metavar="M", help=message("cli.option.mission", language))


def add_as_of(parser: argparse.ArgumentParser, language: str) -> None:
    """`--as-of DATE`."""
    parser.add_argument(
        "--as-of",
        type=partial(day_of, language=language),
        metavar="YYYY-MM-DD",
        help=message("cli.option.as_of", language),
    )


def day_of(text: str, language: str) -> date:
    """A day as ISO text. Raises ArgumentTypeError with a sentence for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        sentence = message("cli.option.no_day", language, value=text)
        raise argparse.ArgumentTypeError(sentence) from error


def add_port(parser: argparse.ArgumentParser, language: str, default: int) -> None:
    """`--port N` on 127.0.0.1."""
    help_text = message("cli.option.port", language, port=default)
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
