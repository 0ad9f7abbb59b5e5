"""Who reads: the audiences whose releases a server shows. What each may see is in its files."""

from typing import Literal, get_args

Audience = Literal["mission", "hq"]
AUDIENCES: tuple[Audience, ...] = get_args(Audience)
