"""Publishing by a second person, where the mission's profile asks for it: accounts are compared.

Who computes or publishes signs in with an account; what runs by itself has none, and an account of
the operating system says nothing, since many people may share one.
"""

import getpass
import os
from pathlib import Path

from indicators.definitions.mission_profile import Mission
from indicators.foundation.errors import Problem, WrongUse
from pipelines.setup.runs import BEGUN_BY
from records import publication
from records.cycle import NotAllowed
from records.people import accounts
from records.people.accounts import Account, SecondFactorMissing
from records.store import Store, utc_now

_AT_THE_TERMINAL = "terminal"  # where passwords come from, beside the addresses of browsers
_acting: list[str] = []  # the account of this process, once somebody has signed in


def user() -> str:
    """The account of the machine that runs this; containers may have none with a name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def at_terminal() -> str:
    """How the audit log names who works at the terminal, not signed in by an account."""
    return f"{user()} (poclens)"


def acting() -> str | None:
    """The account by which this process computes or publishes; None: nobody has signed in."""
    return _acting[-1] if _acting else None


def who_publishes() -> str:
    """Who is named as having published: the account signed in here, else the one that began this
    on a page, where it signed in, else that of the machine. It lends no right."""
    return acting() or os.environ.get(BEGUN_BY) or user()


def act_as(home: Path, name: str, password: str, code: str = "") -> None:
    """From here on this process computes and publishes by an account.

    Raises WrongUse where it is not theirs.
    """
    _acting.append(_signed_in(Store.of_workspace(home), name, password, code).name)


def has_second_factor(home: Path, name: str) -> bool:
    """Whether an account signs in with a code as well."""
    found = accounts.account_named(Store.of_workspace(home), name)
    return found is not None and found.totp_secret is not None


def note_computed(home: Path, mission: Mission) -> None:
    """Notes who computed, where a second person must publish."""
    if mission.second_person_publishes:
        store, account = Store.of_workspace(home), acting()
        publication.note_computed(store, user(), account, mission.mission, utc_now())


def approve(
    home: Path, mission: Mission, period: str, name: str, password: str, code: str = ""
) -> None:
    """Notes the approval of a person who signs in. Raises WrongUse where it is not theirs, or who
    publishes has not signed in."""
    publisher = acting()
    if publisher is None:
        raise WrongUse(Problem("approval_without_publisher", value=mission.mission))
    store = Store.of_workspace(home)
    account = _signed_in(store, name, password, code)
    if account.mission not in (None, mission.mission):
        raise WrongUse(Problem("approval_no_right", value=name))
    try:
        publication.approve(store, account.actor, mission.mission, period, publisher, utc_now())
    except NotAllowed as refused:
        rule = f"approval_{refused.reason.replace('no_right.approve_release', 'no_right')}"
        raise WrongUse(Problem(rule, value=name)) from refused


def approval(home: Path, mission: Mission, period: str) -> dict[str, str]:
    """Who approved and who computed; nothing where the profile asks for nobody.

    Raises WrongUse where it asks, and nobody approved what was computed last, or who publishes is
    not the one whose publication was approved. What runs by itself publishes what was approved.
    """
    if not mission.second_person_publishes:
        return {}
    found = publication.approval(Store.of_workspace(home), mission.mission, period)
    if found is None or acting() not in (None, found["published_by"]):
        raise WrongUse(Problem("approval_missing", value=f"{mission.mission} {period}"))
    return found


def _signed_in(store: Store, name: str, password: str, code: str) -> Account:
    try:
        found = accounts.sign_in(store, name, password, utc_now(), _AT_THE_TERMINAL, code)
    except SecondFactorMissing as missing:
        raise WrongUse(Problem("approval_no_second_factor", value=name)) from missing
    if found is None:
        raise WrongUse(Problem("approval_not_signed_in", value=name))
    return found
