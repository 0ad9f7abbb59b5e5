"""Statistical disclosure control of an audience's copy of the mart: one call, `suppress`."""

from indicators.disclosure.earlier import EarlierRelease
from indicators.disclosure.policy import Withheld, suppress

__all__ = ["EarlierRelease", "Withheld", "suppress"]
