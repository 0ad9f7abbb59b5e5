"""Further counts of product mode: outer ring, far ring, who reported, overlap by the 2R rule.

Incidents in the outer ring, from 2R to 4R, show displacement; those from 50 to 100 km cannot
respond (README 3.4). Two events overlap by the 2R rule where both windows could hold one incident.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from indicators.linkage.wake.counts.counting import PairTally
from indicators.linkage.wake.events import Events
from indicators.linkage.wake.request import WakeRequest
from indicators.linkage.wake.wakes import MoreCounts, tally_around

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
FAR_KM = (50.0, 100.0)
OUTER_RING = (2, 4)  # in radii


def rings(
    events: Events,
    request: WakeRequest,
    own_reports: Bools | None = None,
    other_activities: Bools | None = None,
) -> MoreCounts:
    """Counts by name of a time window: `ring`, `far`, `own` and `independent` before and after.

    `own_reports`: incidents that those who were there reported themselves; without it there are no
    columns `own_…` and `independent_…`. `overlap`: other events by the 2R rule, among them the
    rows `other_activities`, which are compared with nothing but may reach into a wake; also counted
    apart.
    `rise_before`: incidents in the window before an event less those in the window of equal length
    before that.
    """
    before = _tally_before(events, request)
    rings = _tally_rings(events, request)
    others = (
        np.zeros(events.microseconds.size, dtype=bool)
        if other_activities is None
        else other_activities
    )
    overlap = _tally_overlap(events, request, others)
    reports = None if own_reports is None else _tally_reports(events, request, own_reports)

    def of(time: int) -> Mapping[str, Floats]:
        counted = {
            "overlap": _around(overlap, "any", 2 * time - 1),
            "rise_before": 2 * before.before("dependent", time)
            - before.before("dependent", 2 * time + 1),
        }
        if others.any():
            counted["other_activities"] = _around(overlap, "other_activities", 2 * time - 1)
        for side in ("pre", "post"):
            counted |= _ring_counts(rings, request.radii, time, side)
            if reports:
                for mark in ("own", "independent"):
                    counted[f"{mark}_{side}"] = _side(reports, mark, time, side)
        return counted

    return of


def _side(tally: PairTally, mark: str, time: int, side: str) -> Floats:
    return tally.before(mark, time) if side == "pre" else tally.after(mark, time)


def _around(tally: PairTally, mark: str, time: int) -> Floats:
    return tally.before(mark, time) + tally.after(mark, time)


def _tally_rings(events: Events, request: WakeRequest) -> PairTally:
    radii = {times * radius for times in OUTER_RING for radius in request.radii}
    marks = {"dependent": events.is_dependent}
    return tally_around(events, request, marks, radii=sorted(radii | set(FAR_KM)))


def _ring_counts(
    tally: PairTally, radii: Sequence[float], time: int, side: str
) -> dict[str, Floats]:
    counted = _side(tally, "dependent", time, side)

    def between(inner: float, outer: float) -> Floats:
        return counted[tally.radii.index(outer)] - counted[tally.radii.index(inner)]

    near, wide = OUTER_RING
    far = between(*FAR_KM)
    return {
        f"ring_{side}": np.stack([between(near * radius, wide * radius) for radius in radii]),
        f"far_{side}": np.stack([far] * len(radii)),
    }


def _tally_before(events: Events, request: WakeRequest) -> PairTally:
    marks = {"dependent": events.is_dependent}
    return tally_around(events, request, marks, time=2 * max(request.times) + 1)


def _tally_overlap(events: Events, request: WakeRequest, other_activities: Bools) -> PairTally:
    """Other activities within 2R and less than 2T before or after."""
    return tally_around(
        events,
        request,
        {
            "any": events.is_treatment | events.is_control | other_activities,
            "other_activities": other_activities,
        },
        radii=[2 * radius for radius in request.radii],
        time=2 * max(request.times) - 1,
        at_once=True,
    )


def _tally_reports(events: Events, request: WakeRequest, own_reports: Bools) -> PairTally:
    marks = {
        "own": events.is_dependent & own_reports,
        "independent": events.is_dependent & ~own_reports,
    }
    return tally_around(events, request, marks)
