"""Wrong passwords slow down the pair of a name and the address that they come from.

Nobody is shut out: from another address the name is as open as before, and the longest wait is a
minute. Names are kept as hashes, for a day.
"""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, select

from records.tables import SIGN_IN_ATTEMPT

FREE = 5  # wrong ones in a row before anybody waits
LONGEST_WAIT = 60  # seconds
_FORGOTTEN_AFTER = timedelta(days=1)
_COLUMNS = SIGN_IN_ATTEMPT.c


def wait(connection: Connection, name: str, address: str, now: datetime) -> int:
    """Seconds until the next password of this name from this address is looked at."""
    found = connection.execute(select(SIGN_IN_ATTEMPT).where(_pair(name, address))).first()
    if found is None or found.failed < FREE:
        return 0
    seconds = min(LONGEST_WAIT, 2 ** min(found.failed - FREE + 1, 10))
    ends = datetime.fromisoformat(found.last_at) + timedelta(seconds=seconds)
    return max(0, int((ends - now).total_seconds()))


def note_wrong(connection: Connection, name: str, address: str, now: datetime) -> None:
    """One more wrong password; what is older than a day is forgotten."""
    before = (now - _FORGOTTEN_AFTER).isoformat()
    connection.execute(SIGN_IN_ATTEMPT.delete().where(_COLUMNS.last_at < before))
    pair, at = _pair(name, address), now.isoformat()
    failed = connection.scalar(select(_COLUMNS.failed).where(pair)) or 0
    connection.execute(SIGN_IN_ATTEMPT.delete().where(pair))
    row = {"name_sha256": _hash(name), "address": address[:64], "failed": failed + 1}
    connection.execute(SIGN_IN_ATTEMPT.insert().values(row | {"last_at": at}))


def forget(connection: Connection, name: str, address: str | None = None) -> None:
    """The right password, or an administrator: of one address, or of all."""
    of_name = _COLUMNS.name_sha256 == _hash(name)
    one = of_name if address is None else _pair(name, address)
    connection.execute(SIGN_IN_ATTEMPT.delete().where(one))


def _pair(name: str, address: str) -> ColumnElement[bool]:
    return (_COLUMNS.name_sha256 == _hash(name)) & (_COLUMNS.address == address[:64])


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
