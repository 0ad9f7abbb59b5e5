"""The smallest change that can be seen, and how much more of what would show a quarter.

Known before anybody looks at a result. Information adds up over incidents, months, areas and
respondents of one kind, and a standard error falls with its square root (Bloom 1995, minimum
detectable effects; Musonda, Farrington and Whitaker 2006 for self-controlled case series). Months
to come are taken to be like those on record, and degrees of freedom to stay as they are, so that a
figure is a little too careful. What a method counts does not belong here.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from scipy.special import ndtri, stdtrit

# The chance with which the smallest visible change would have been seen, and at which level.
POWER, LEVEL = 0.8, 0.05
TARGET = 0.25  # the change that should be visible, as a share of the outcome
TARGET_RATIO = -math.log1p(-TARGET)  # a fall by it, as a log ratio without sign
MONTHS_AHEAD = (6, 12)

# What there can be more of (`linkage.need.<kind>`).
NeedKind = Literal[
    "incidents",
    "alerts",
    "periods",
    "activities",
    "respondents",
    "months",
    "areas_with_contrast",
    "areas",
    "sampling_units",
    "events",
    "rounds",
    "returns",
    "day_dates",
    "survey_item",
]


@dataclass(frozen=True)
class Precision:
    """What the smallest visible change of a finding rests on, whether or not it has an estimate.

    `smallest`, `target`: in the scale of the estimate, without sign; `target`: a quarter of the
    outcome, None where its level is not known. `count` of `unit`: how much there is; `months`: over
    how many it came in, None where it comes at no rate. `by_area`: the share of the information
    that each area holds, by its code; without those that hold none, empty where it is not known.
    """

    smallest: float
    target: float | None
    unit: NeedKind
    count: float
    months: float | None = None
    by_area: Mapping[str, float] = field(default_factory=dict)

    def with_information(self, times: float) -> float:
        """The smallest visible change with so many times the information."""
        return self.smallest / math.sqrt(times)

    def after(self, months: float) -> float | None:
        """The smallest visible change with so many more months at today's rate."""
        return self.with_information(1 + months / self.months) if self.months else None

    def alone(self, months: float, share: float = 1.0) -> float | None:
        """The smallest visible change of so many months by themselves, and of a share of them."""
        return self.with_information(share * months / self.months) if self.months else None

    @property
    def times_for_target(self) -> float | None:
        """How many times today's information would show the target; at most 1: it shows now."""
        return None if not self.target else (self.smallest / self.target) ** 2


@dataclass(frozen=True)
class Shortfall:
    """What is short of a rule's least, without which nothing is tested: `quantity` more of it."""

    kind: NeedKind
    quantity: int


@dataclass(frozen=True)
class Supply:
    """What the mission could add to today's record: `times` the information that it has.

    `area`: whose returns are missing; empty for the whole mission.
    """

    kind: NeedKind
    quantity: int
    times: float | None = None
    area: str = ""


@dataclass(frozen=True)
class Need:
    """`quantity` more of `kind`, so that a test is possible or the target visible.

    Needs of a test are needed together; of those for the target each is enough by itself.
    """

    kind: NeedKind
    quantity: int
    purpose: Literal["test", "target"]


def smallest_visible(se: float, df: float, half_interval: float = 0.0) -> float:
    """The smallest change seen with 80 % chance at the 5 % level: (t.975 + t.80) × SE.

    `half_interval`: of a 95 % interval that asks for more than t.975 × SE (bootstrap, clusters).
    """
    chances = (1 - LEVEL / 2, POWER)
    is_t = math.isfinite(df) and df > 0
    sure, seen = (float(stdtrit(df, chance) if is_t else ndtri(chance)) for chance in chances)
    return max(sure * se, half_interval) + seen * se


def needs(precision: Precision | None, shortfalls: Sequence[Shortfall] = ()) -> tuple[Need, ...]:
    """What is missing: what keeps a test from being made, else what would show the target.

    Empty where the target is visible already, or where nothing tells how much would be enough.
    """
    if shortfalls:
        return tuple(Need(short.kind, short.quantity, "test") for short in shortfalls)
    return tuple(_for_target(precision)) if precision else ()


def _for_target(precision: Precision) -> Iterator[Need]:
    times = precision.times_for_target
    if times is None or times <= 1:
        return
    if precision.unit != "periods" or not precision.months:
        yield Need(precision.unit, more(precision.count, times), "target")
    if precision.months:
        yield Need("months", more(precision.months, times), "target")


def more(count: float, times: float) -> int:
    """How many more make `times` as many, rounded up."""
    return math.ceil(count * (times - 1) - 1e-9)
