"""How many to ask in an area in the next wave, so that a change since this one would be seen.

Two independent waves of one design: the difference has the variance of both, and the one to come
has the design effect of this one (Kish 1965, Survey Sampling, §8.2; Lohr, Sampling: Design and
Analysis, 3rd ed., §7.4). A change of `points` is seen with 80 % power at the 5 % level where the
standard error of the difference is at most points / 2.80.
"""

import math

from scipy import special

POWER, LEVEL = 0.8, 0.05
_REACH = float(special.ndtri(1 - LEVEL / 2) + special.ndtri(POWER))


def answers_needed(points: float, share: float, se: float, deff: float) -> int | None:
    """Answers of the next wave in an area; None where this wave's error alone hides the change.

    `points`, `share`, `se`: percentage points of this wave's figure. `deff`: its design effect, at
    least that of a simple sample.
    """
    left = (points / _REACH) ** 2 - se**2
    if left <= 0:
        return None
    # At the share, half of the change on: the less favourable of up and down lies nearer to 50.
    nearer = share + math.copysign(points / 2, 50 - share) if share != 50 else share
    return math.ceil(max(deff, 1.0) * nearer * (100 - nearer) / left)


def change_seen(share: float, se: float, deff: float, answers: int) -> float | None:
    """The smallest change in points that so many answers of the next wave would show.

    None where no share can change by as much.
    """
    variance = max(deff, 1.0) * share * (100 - share) / max(answers, 1)
    points = _REACH * math.sqrt(se**2 + variance)
    return points if points <= max(share, 100 - share) else None


def error_of(share: float, deff: float, answers: int) -> float:
    """The standard error in points by a design effect of the level, not of the area alone."""
    inside = min(max(share, 100 / (answers + 2)), 100 - 100 / (answers + 2))
    return math.sqrt(max(deff, 1.0) * inside * (100 - inside) / answers)
