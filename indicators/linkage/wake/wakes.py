"""The wakes of one window: counts before and after each event whose record is long enough."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indicators.linkage.wake.counting import Tally, tally_around
from indicators.linkage.wake.events import Bools, Events, Floats, Integers
from indicators.linkage.wake.request import WakeRequest


@dataclass(frozen=True)
class Wakes:
    """One row an event of one window; `event` is its position among the sorted events."""

    time: int
    radius: float
    event: Integers
    is_treatment: Bools
    columns: Mapping[str, Floats]  # dependent_pre, dependent_post, dependent_trend and overlaps
    covariates: Mapping[str, NDArray[Any]]

    def __len__(self) -> int:
        return int(self.event.size)

    def column(self, name: str) -> NDArray[Any]:
        """A column by the name that formulas use."""
        if name == "treatment":
            return self.is_treatment.astype(float)
        return self.columns[name] if name in self.columns else self.covariates[name]

    def keep(self, rows: Bools) -> "Wakes":
        """The same with some of the rows."""
        return replace(
            self,
            event=self.event[rows],
            is_treatment=self.is_treatment[rows],
            columns={name: values[rows] for name, values in self.columns.items()},
            covariates={name: values[rows] for name, values in self.covariates.items()},
        )


def complete_wakes(events: Events, request: WakeRequest) -> Iterator[Wakes]:
    """The complete wakes of every window, times first: those with a long enough record (1.3)."""
    tally = _tally(events, request)
    at = events.interventions
    for time in request.times:
        counted = _counted(tally, events.is_treatment[at], time)
        complete = has_full_follow_up(events, at, time, request.unit_microseconds)
        for place, radius in enumerate(request.radii):
            columns = {name: values[place][complete] for name, values in counted.items()}
            event = at[complete]
            covariates = {name: values[event] for name, values in events.covariates.items()}
            yield Wakes(time, radius, event, events.is_treatment[event], columns, covariates)


def _tally(events: Events, request: WakeRequest) -> Tally:
    marks = {
        "dependent": events.is_dependent,
        "treatment": events.is_treatment,
        "control": events.is_control,
    }
    return tally_around(events, request.radii, max(request.times), request.unit_microseconds, marks)


def _counted(tally: Tally, is_treatment: Bools, time: int) -> dict[str, Floats]:
    """Each count as radii × events; overlaps by whether the other is of the same type."""
    before = {name: tally.before(name, time) for name in tally.counts}
    after = {name: tally.after(name, time) for name in tally.counts}
    same = [np.where(is_treatment, side["treatment"], side["control"]) for side in (before, after)]
    other = [np.where(is_treatment, side["control"], side["treatment"]) for side in (before, after)]
    return {
        "dependent_pre": before["dependent"],
        "dependent_trend": tally.trend("dependent", time),
        "SO_pre": same[0],
        "MO_pre": other[0],
        "dependent_post": after["dependent"],
        "SO_post": same[1],
        "MO_post": other[1],
    }


def has_full_follow_up(events: Events, at: Integers, time: int, unit: int) -> Bools:
    """Whether some row lies more than `time` units before and some more than that after."""
    moments = events.microseconds
    before = (moments[at] - moments[0]) // unit > time
    after = (moments[-1] - moments[at]) // unit > time
    return np.asarray(before & after)
