"""A score of what a source gave: what share came, in time, was accepted, contradicts nothing.

Four shares, and their product: of what was owed, how much can be used as it should be. The four are
dimensions of the World Health Organization's Data Quality Review (2017: completeness, timeliness,
internal consistency) with the acceptance of rows; a product of independent shares, as in the
perfect order index of the SCOR model, needs no weights, and no good share makes up for a bad one.
A share of which nothing is known is left out, and named as such by being absent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

PARTS = ("completeness", "timeliness", "validity", "consistency")


@dataclass(frozen=True)
class QualityCounts:
    """What the shares are made of: returns owed and sent, rows; None: not told."""

    returns_due: int
    returns_received: int
    returns_dated: int
    returns_in_time: int
    rows_accepted: int | None = None
    rows_rejected: int | None = None
    rows_flagged: int | None = None


@dataclass(frozen=True)
class Mend:
    """The part to mend first, and the score once nothing of it is amiss."""

    part: str
    score: float


def quality_parts(counts: QualityCounts) -> dict[str, float]:
    """The shares that are known, 0 to 1, in the order of `PARTS`.

    Completeness: received of due returns. Timeliness: received in time, of those with a date.
    Validity: accepted of accepted and rejected rows. Consistency: accepted rows that break no
    warning rule and hold no outlier. Empty where nothing was due.
    """
    accepted, rejected = counts.rows_accepted or 0, counts.rows_rejected or 0
    of = {
        "completeness": (counts.returns_received, counts.returns_due),
        "timeliness": (counts.returns_in_time, counts.returns_dated),
        "validity": (accepted, accepted + rejected),
        "consistency": (accepted - (counts.rows_flagged or 0), accepted),
    }
    if not counts.returns_due:
        return {}
    return {name: part / whole for name, (part, whole) in of.items() if whole}


def quality_score(parts: Mapping[str, float]) -> float | None:
    """The product of the parts; None where nothing was expected."""
    return prod(parts.values()) if parts else None


def first_mend(parts: Mapping[str, float]) -> Mend | None:
    """The part whose mending raises the score most: the lowest; None where all are whole."""
    if not parts or min(parts.values()) >= 1:
        return None
    worst = min(parts, key=lambda name: (parts[name], PARTS.index(name)))
    others = {name: share for name, share in parts.items() if name != worst}
    return Mend(worst, prod(others.values()))
