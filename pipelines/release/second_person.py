"""Publishing by a second person, where the mission's profile asks for it."""

import getpass
from pathlib import Path

from indicators.definitions.mission_profile import Mission
from indicators.foundation.errors import Problem, WrongUse
from records import accounts, publication
from records.cycle import NotAllowed
from records.store import Store, utc_now


def user() -> str:
    """The account of the machine that runs this; containers may have none with a name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def note_computed(home: Path, mission: Mission) -> None:
    """Notes who computed, where a second person must publish."""
    if mission.second_person_publishes:
        store = Store.of_workspace(home)
        publication.note_computed(store, user(), mission.mission, utc_now())


def approve(home: Path, mission: Mission, period: str, name: str, password: str) -> None:
    """Notes the approval of a person who signs in. Raises WrongUse where it is not theirs."""
    store, now = Store.of_workspace(home), utc_now()
    account = accounts.sign_in(store, name, password, now)
    if account is None:
        raise WrongUse(Problem("approval_not_signed_in", value=name))
    try:
        publication.approve(store, account.actor, mission.mission, period, user(), now)
    except NotAllowed as refused:
        rule = f"approval_{refused.reason.replace('no_right.approve', 'no_right')}"
        raise WrongUse(Problem(rule, value=name)) from refused


def approval(home: Path, mission: Mission, period: str) -> dict[str, str]:
    """Who approved and who computed; nothing where the profile asks for nobody.

    Raises WrongUse where it asks, and nobody approved what was computed last.
    """
    if not mission.second_person_publishes:
        return {}
    found = publication.approval(Store.of_workspace(home), mission.mission, period)
    if found is None or found["published_by"] != user():
        raise WrongUse(Problem("approval_missing", value=f"{mission.mission} {period}"))
    return found
