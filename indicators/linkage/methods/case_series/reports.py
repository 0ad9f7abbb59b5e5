"""Whose reports count: all, unless UN police and others part after an activity (decision 0042)."""

import numpy as np
from scipy.special import chdtrc

from indicators.linkage.methods.case_series.analysis import MODELS, fit
from indicators.linkage.methods.case_series.cells import MONTHS_OF_A_QUARTER
from indicators.linkage.methods.case_series.days import KnownDays

PARTED_P = 0.20  # lenient: parting that is missed costs more than reports left out


def counts_others(days: KnownDays, is_named: bool) -> bool:
    """Whether only what others reported counts.

    Where the mission named it (`is_named`), and where the two part and others' reports are enough
    for a figure.
    """
    if is_named:
        return True
    p_value = parted(days)
    if p_value is None or p_value >= PARTED_P:
        return False
    return not fit(days, MODELS["independent"]).unfit_for_a_grade


def parted(days: KnownDays) -> float | None:
    """p of the same split of incidents between UN police and others on days after an activity.

    Mantel and Haenszel (1959) over areas and quarters, without continuity correction; None where
    there is nothing to compare. A change in what happens leaves the split as it is; one in what UN
    police record does not.
    """
    stratum = np.unique(
        days.area.astype(np.int64) * 100_000 + days.month // MONTHS_OF_A_QUARTER,
        return_inverse=True,
    )[1]
    after, own = days.state > 0, days.incidents - days.independent
    cells = [
        np.bincount(stratum, counts * when)
        for counts in (own, days.independent)
        for when in (after, ~after)
    ]
    own_after, own_else, others_after, others_else = cells
    total = own_after + own_else + others_after + others_else
    of_own, of_after = own_after + own_else, own_after + others_after
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = of_own * of_after / total
        variance = expected * (total - of_own) * (total - of_after) / (total * (total - 1))
    is_compared = total > 1
    whole = float(variance[is_compared].sum())
    if not whole > 0:
        return None
    score = float((own_after - expected)[is_compared].sum())
    return float(chdtrc(1, score**2 / whole))
