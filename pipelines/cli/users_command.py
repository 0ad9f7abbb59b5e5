"""`poclens users`: accounts of those who sign in to the dashboards, and whether they must."""

import argparse
import getpass
import secrets
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.messages import message
from pipelines.cli.main import show
from pipelines.cli.options import Parser
from pipelines.release.approval.second_person import at_terminal
from records.store import Store

_STEPS = ("list", "add", "role", "lock", "unlock", "password", "no-second-factor", "on", "off")
_ROLES = ("viewer", "officer", "assessor", "approver", "administrator")


def add_arguments(parser: Parser) -> None:
    """The step, the name, and what the step needs."""
    parser.add_argument("step", choices=_STEPS)
    parser.add_argument("name", nargs="?")
    parser.add_argument("--role", choices=_ROLES)
    parser.add_argument("--table", type=Path, metavar="FILE")
    parser.add_argument("--area", metavar="A")
    parser.add_argument("--audience", choices=("mission", "hq"))
    parser.add_argument("--mission", metavar="M")
    parser.add_argument("--second-factor", action=argparse.BooleanOptionalAction)
    parser.add_argument("--until", type=date)
    parser.add_argument("--single-sign-on", action="store_true")


def run(arguments: argparse.Namespace) -> int:
    """Does one step and says what holds now."""
    from records.people.accounts import AccountProblem

    if arguments.second_factor is not None and arguments.step != "on":
        raise WrongUse(Problem("users_second_factor"))
    store = Store.of_workspace(arguments.workspace.home)
    if arguments.step == "list":
        return _list(arguments, store)
    if arguments.step == "add" and arguments.table:
        return _add_table(arguments, store)
    try:
        _step(arguments, store)
    except AccountProblem as problem:
        raise WrongUse(Problem(f"users_{problem.reason}", value=arguments.name)) from problem
    language = arguments.language
    lines = []
    if arguments.step not in ("on", "off"):
        lines = [message("cli.users.done", language, name=arguments.name, step=arguments.step)]
    if arguments.step in ("on", "off", "add"):
        lines.append(_state(store, language))
    show(arguments, {"step": arguments.step, "name": arguments.name}, "\n".join(lines))
    return 0


def _state(store: Store, language: str) -> str:
    """Whether people must sign in: the first account makes it so."""
    from records.people import signing_in_asked

    is_asked = signing_in_asked.asked(store).accounts
    return message("cli.users.asked" if is_asked else "cli.users.not_asked", language)


def _add_table(arguments: argparse.Namespace, store: Store) -> int:
    """Adds the people of a table, and prints their first passwords."""
    from indicators.foundation.stored.published_tables import published_areas
    from records.people.people_table import add_people
    from records.store import utc_now

    language, path = arguments.language, arguments.table
    if not path.is_file():
        raise WrongUse(Problem("no_file", str(path)))
    who, areas = at_terminal(), published_areas(arguments.workspace.home)
    added, faults = add_people(store, path.read_bytes(), who, utc_now(), areas)
    if faults:
        raise WrongUse(
            [
                Problem(f"users_{one.reason}", path.name, "", one.row, one.column, one.value)
                for one in faults
            ]
        )
    told = f"{_state(store, language)} {message('page.people.once', language)}"
    lines = [told, *(f"{name}: {first}" for name, first in added)]
    show(arguments, {"accounts": [name for name, _ in added]}, "\n".join(lines))
    return 0


def _step(arguments: argparse.Namespace, store: Store) -> None:
    from records.people import accounts
    from records.store import utc_now

    who, now, step = at_terminal(), utc_now(), arguments.step
    if step in ("on", "off"):
        return accounts.require(store, step == "on", who, now, arguments.second_factor)
    name = _needed(arguments, "name")
    if step in ("lock", "unlock"):
        return accounts.set_locked(store, name, step == "lock", who, now)
    opens = (arguments.audience, arguments.mission)
    if step == "role":
        role = _needed(arguments, "role")
        return accounts.set_role(store, name, role, arguments.area, who, now, *opens)
    if step == "no-second-factor":
        return accounts.set_second_factor(store, name, None, None, who, now)
    if step == "password":
        return accounts.set_password(store, name, _password(arguments), who, now)
    role, area, until = _needed(arguments, "role"), arguments.area, arguments.until
    opens = (arguments.audience or "mission", arguments.mission)
    accounts.add(store, name, role, _password(arguments), who, now, area, until, *opens)
    return None


def _needed(arguments: argparse.Namespace, name: str) -> str:
    found = getattr(arguments, name)
    if not found:
        what = "NAME" if name == "name" else f"--{name}"
        raise WrongUse(Problem("users_needs", parameters={"what": what}))
    return str(found)


def _password(arguments: argparse.Namespace) -> str:
    """Asked for where a person types, else the first line that is sent; never an argument.

    Who signs in elsewhere has one that nobody knows.
    """
    if arguments.single_sign_on:
        return secrets.token_urlsafe(32)
    if sys.stdin.isatty():
        prompt = message("cli.users.password", arguments.language, name=arguments.name)
        return getpass.getpass(prompt)
    return sys.stdin.readline().rstrip("\n")


def _list(arguments: argparse.Namespace, store: Store) -> int:
    from records.people import accounts, signing_in_asked
    from records.store import utc_now

    language, now = arguments.language, utc_now()
    found = accounts.accounts(store)
    asked = signing_in_asked.asked(store)
    rows = [
        {
            "name": one.name,
            "role": one.role,
            "area": one.area,
            "audience": one.audience,
            "mission": one.mission,
            "second_factor": "✓" if one.totp_secret else None,
            "until": one.valid_until,
            "state": "open" if one.is_open(now) else "locked" if one.is_locked else "expired",
        }
        for one in found
    ]
    lines = [_state(store, language)]
    lines += [message("cli.users.two_factors", language)] if asked.second_factor else []
    lines += [_line(row, language) for row in rows] or [message("cli.users.none", language)]
    facts = {"required": asked.accounts, "second_factor": asked.second_factor, "accounts": rows}
    show(arguments, facts, "\n".join(lines))
    return 0


def _line(row: Mapping[str, str | None], language: str) -> str:
    told = {key: value or "–" for key, value in row.items()}
    told["state"] = message(f"cli.state.{row['state']}", language)
    return message("cli.users.line", language, **told)
