"""By how many days activities are put too early, so that what comes out should be empty.

A fixed number echoes a rota: 60 days before is again an "on" month of one that changes every 28.
The number is chosen by exposures and returns alone, before anybody looks at an incident.
"""

import numpy as np

from indicators.linkage.case_series.cells import Floats
from indicators.linkage.case_series.days import (
    Flags,
    Ints,
    Record,
    activities_known,
    exposed_days,
    is_known,
    moved,
)

SHIFTS = range(30, 121)
MOST_ALIKE = 0.3  # an exposure that goes with the true one by more than this is no placebo


def fake_shift(record: Record) -> int | None:
    """The shift whose exposure goes least with the true one; None where all go with it too much."""
    known, returned, exposed = is_known(record), activities_known(record), exposed_days(record)
    begins = np.flatnonzero(np.r_[True, np.diff(record.month // 3) != 0])
    alike = [
        abs(_correlation(exposed, moved(exposed, shift), known & moved(returned, shift), begins))
        for shift in SHIFTS
    ]
    least = int(np.argmin(alike))
    return SHIFTS[least] if alike[least] < MOST_ALIKE else None


def _correlation(exposed: Flags, shifted: Flags, known: Flags, begins: Ints) -> float:
    """Of true and fake exposure, within the quarters of each area that the model compares."""
    true, fake = (_within_quarters(flags, known, begins) for flags in (exposed, shifted))
    spread = float(np.sqrt((true**2).sum() * (fake**2).sum()))
    return float((true * fake).sum()) / spread if spread > 0 else 1.0


def _within_quarters(flags: Flags, known: Flags, begins: Ints) -> Floats:
    """Less the share of the known days of its quarter; 0 on days that are not known."""
    counted, days = (
        np.add.reduceat(values.astype(float), begins, axis=1) for values in (flags & known, known)
    )
    lengths = np.diff(np.r_[begins, flags.shape[1]])
    share = np.repeat(counted / np.maximum(days, 1), lengths, axis=1)
    return np.where(known, flags - share, 0.0)
