"""By how many days activities are put too early, so that what comes out should be empty.

A fixed number echoes a rota: 60 days before is again an "on" month of one that changes every 28.
The number is chosen by exposures and returns alone, before anybody looks at an incident.
"""

import numpy as np

from indicators.linkage.methods.case_series.days import (
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
    """Of true and fake exposure, within the quarters of each area that the model compares.

    Flags less the share of the known days of their quarter: their sums follow from counts.
    """
    true, fake = exposed & known, shifted & known
    days, of_true, of_fake, of_both = (
        np.add.reduceat(flags, begins, axis=1, dtype=np.int64)
        for flags in (known, true, fake, true & fake)
    )
    compared = np.maximum(days, 1)
    spread = float(
        np.sqrt((of_true - of_true**2 / compared).sum() * (of_fake - of_fake**2 / compared).sum())
    )
    return float((of_both - of_true * of_fake / compared).sum()) / spread if spread > 0 else 1.0
