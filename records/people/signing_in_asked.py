"""Whether people must sign in: a file of the workspace, `accounts.json`, outside the store.

A store that is lost or cannot be read therefore opens nothing. Nobody has decided where the file is
not there: then people must sign in as soon as there is an account, but where the switch of an
earlier version says that they need not.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import select

from records.store import Store
from records.tables import ACCOUNT, SETTING

FILE = "accounts.json"
_EARLIER_SWITCH = "accounts"


@dataclass(frozen=True)
class Asked:
    """`accounts`: people must sign in. `second_factor`: who approves or administers, with two."""

    accounts: bool
    second_factor: bool = False


def asked(store: Store) -> Asked:
    """What was decided; a file that cannot be read asks for accounts."""
    path = _path(store)
    if path is None or not path.is_file():
        return Asked(_was_asked(store))
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return Asked(found["accounts"] is not False, found["second_factor"] is not False)
    except (ValueError, KeyError, TypeError):
        return Asked(True, True)


def decide(store: Store, decided: Asked) -> None:
    """Writes the file, for its owner alone; the whole of it is there or nothing."""
    path = _path(store)
    if path is None:
        raise ValueError("a store without a workspace has no place for what was decided")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{FILE}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(asdict(decided), file)
    draft.replace(path)


def keep(store: Store) -> None:
    """Where accounts are asked for by the store alone, from now on by the file as well."""
    path = _path(store)
    if path is not None and not path.exists() and _was_asked(store):
        decide(store, Asked(accounts=True))


def _path(store: Store) -> Path | None:
    return store.home / FILE if store.home else None


def _was_asked(store: Store) -> bool:
    if not store.exists():
        return False
    with store.reading() as connection:
        found = connection.scalar(select(SETTING.c.value).where(SETTING.c.name == _EARLIER_SWITCH))
        has_accounts = connection.execute(select(ACCOUNT.c.name).limit(1)).first() is not None
    return found == "on" or (found is None and has_accounts)
