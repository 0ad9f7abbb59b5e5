"""Who reads: the audience whose releases a server shows, and the mission that who asks may read.

What an audience may see is in its files. Whose mission a request is for is decided once, at the
gate; nothing that a server finds of other missions exists for it.
"""

from contextvars import ContextVar
from typing import Literal, get_args

Audience = Literal["mission", "hq"]
AUDIENCES: tuple[Audience, ...] = get_args(Audience)
_ONLY: ContextVar[str | None] = ContextVar("only_mission", default=None)


def narrow_to(mission: str | None) -> None:
    """From here on, in this thread: this mission alone, or all (None)."""
    _ONLY.set(mission)


def only_mission() -> str | None:
    """The one mission that may be read; None: all."""
    return _ONLY.get()


def opens(mission: str) -> bool:
    """Whether this mission may be read."""
    return _ONLY.get() in (None, mission)
