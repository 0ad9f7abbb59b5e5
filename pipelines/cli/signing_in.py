"""Signing in at the terminal: passwords are asked for, or are the next lines that are sent."""

import argparse
import getpass
import sys

from indicators.foundation.messages import message
from pipelines.cli.options import Parser


def add_account(parser: Parser) -> None:
    """The account by which figures are computed or published."""
    parser.add_argument("--as", dest="account", metavar="NAME", default="")


def act_by_account(arguments: argparse.Namespace) -> None:
    """Signs in whom `--as` names; nobody where it names none."""
    name = arguments.account.strip()
    if name:
        from pipelines.release.approval.second_person import act_as

        act_as(arguments.workspace.home, name, *typed_secrets(arguments, name))


def typed_secrets(arguments: argparse.Namespace, name: str) -> tuple[str, str]:
    """Password and, where the account has a second factor, its code; never arguments."""
    from pipelines.release.approval.second_person import has_second_factor

    password = _typed(message("cli.publish.password", arguments.language, name=name))
    if not has_second_factor(arguments.workspace.home, name):
        return password, ""
    return password, _typed(message("cli.publish.code", arguments.language, name=name))


def _typed(prompt: str) -> str:
    return getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
