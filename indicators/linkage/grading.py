"""Evidence grades A to D by rule; nothing and nobody raises one by hand.

The rules of `reference/linkage/grading.md` §1 in words and code, thresholds with what changed and
why (`docs/decisions/0010-evidence-grades.md`). A is "the best that the data give", not "proven".

A   tested design (areas that begin at different times, or matched wake analysis); q < .05 over all
    that was tested in the run; every check of the design passed; at least 20 areas, or the wild
    bootstrap agrees; for wakes at least 30 treated events and 30 effective controls, at most 10 %
    overlap (or the same sign within one error after deletion).
B   as A, with exactly one of the soft conditions missing (stability, leaving sectors out, overlap
    of 10–25 %, 20–29 effective controls, controls of which it is known why none went); or an
    activity that varies by month whose checks all pass, the lead placebo among them.
C   q < .10 and the same sign in two of three specifications, but a check fails or cannot be run,
    or a cap holds.
D   all else.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

Design = Literal["staggered", "continuous", "wake", "association"]
Outcome = Literal["passed", "failed", "not_run"]

Q_TESTED, Q_ASSOCIATION = 0.05, 0.10
AREAS_WITHOUT_BOOTSTRAP = 20
MIN_AREAS, MIN_PERIODS = 6, 3  # with fewer nothing is tested
TREATED_A, TREATED_MIN = 30, 20
EFFECTIVE_A, EFFECTIVE_B = 30.0, 20.0
OVERLAP_A, OVERLAP_MAX = 0.10, 0.25
AGREEING_SHARE = 2 / 3

SOFT_CHECKS = ("stability", "leave_one_out")
CHECKS: Mapping[Design, tuple[str, ...]] = {
    "staggered": (
        "pretrend",
        "pre_size",
        "lead",
        "fake_date",
        "permutation",
        "reporting",
        *SOFT_CHECKS,
    ),
    "continuous": ("lead", "reaction", "permutation", "reporting", *SOFT_CHECKS),
    "wake": ("pretrend", "fake_date", "far_ring", "permutation", "reporting", *SOFT_CHECKS),
    "association": (),
}
# Each of these holds a finding at C, whatever else is passed.
CAPS = (
    "same_collector",
    "few_rounds",
    "few_respondents",
    "one_area",
    "same_month",
    "against_expectation",
    "several_settings",
)


@dataclass(frozen=True)
class Evidence:
    """What the rules look at for one finding.

    `reason`: why there is no estimate. `agreeing`, `specifications`: how many of the edge's
    specifications share the sign. `overlap`: share of wakes that touch others, `is_robust_overlap`
    that deleting them keeps sign and size. `caps`: names out of CAPS. `weaknesses`: what the design
    lacks, whatever the figures; each counts as a soft condition.
    """

    design: Design
    q_value: float | None
    reason: str | None = None
    n_areas: int = 0
    agreeing: int = 0
    specifications: int = 0
    checks: Mapping[str, Outcome] = field(default_factory=dict)
    caps: tuple[str, ...] = ()
    n_treated: int | None = None
    n_effective: float | None = None
    overlap: float = 0.0
    is_robust_overlap: bool = False
    weaknesses: tuple[str, ...] = ()

    def check(self, name: str) -> Outcome:
        """What came out of a check; one that nobody ran counts as such."""
        return self.checks.get(name, "not_run")


@dataclass(frozen=True)
class Grade:
    """A letter with the codes of its reasons (`linkage.grade_reason.<code>`), sorted by rule."""

    letter: Literal["A", "B", "C", "D"]
    reasons: tuple[str, ...] = ()


def grade(evidence: Evidence) -> Grade:
    """The grade of one finding, with every reason why it is no better."""
    unusable = tuple(_unusable(evidence))
    if unusable:
        return Grade("D", unusable)
    hard, soft, caps = (tuple(part(evidence)) for part in (_hard, _soft, _caps))
    q = evidence.q_value
    assert q is not None
    late = ("q_not_below_5",) if q >= Q_TESTED else ()
    shortfalls = (*caps, *hard, *late)
    if not shortfalls and evidence.design in ("staggered", "wake") and len(soft) <= 1:
        return Grade("B", soft) if soft else Grade("A")
    if not shortfalls and evidence.design == "continuous" and not soft:
        return Grade("B", ("continuous_activity",))
    reasons = (*shortfalls, *soft)
    if evidence.design == "association":
        reasons = (*reasons, "association_only")
    return Grade("C", reasons)


def _unusable(evidence: Evidence) -> Iterator[str]:
    """What leaves nothing to be said: grade D."""
    if evidence.reason is not None:
        yield evidence.reason
        return
    if evidence.q_value is None:
        yield "not_tested"
        return
    if evidence.q_value >= Q_ASSOCIATION:
        yield "q_not_below_10"
    if evidence.agreeing < AGREEING_SHARE * evidence.specifications:
        yield "signs_differ"
    if evidence.design == "wake":
        if (evidence.n_treated or 0) < TREATED_MIN:
            yield "few_treated"
        if evidence.overlap > OVERLAP_MAX and not evidence.is_robust_overlap:
            yield "overlap_above_25"


def _hard(evidence: Evidence) -> Iterator[str]:
    """Conditions of A and B alike that are not met."""
    for name in CHECKS[evidence.design]:
        if name not in SOFT_CHECKS and evidence.check(name) != "passed":
            yield f"{name}_{evidence.check(name)}"
    if evidence.design in ("staggered", "continuous"):
        if evidence.n_areas < AREAS_WITHOUT_BOOTSTRAP:
            outcome = evidence.check("wild_bootstrap")
            if outcome != "passed":
                yield f"wild_bootstrap_{outcome}"
    elif evidence.design == "wake":
        if (evidence.n_treated or 0) < TREATED_A:
            yield "treated_below_30"
        if (evidence.n_effective or 0) < EFFECTIVE_B:
            yield "effective_below_20"


def _soft(evidence: Evidence) -> Iterator[str]:
    """Conditions of which B may lack one."""
    for name in SOFT_CHECKS:
        if name in CHECKS[evidence.design] and evidence.check(name) != "passed":
            yield f"{name}_{evidence.check(name)}"
    if evidence.design == "wake":
        if EFFECTIVE_B <= (evidence.n_effective or 0) < EFFECTIVE_A:
            yield "effective_below_30"
        if evidence.overlap > OVERLAP_A and not evidence.is_robust_overlap:
            yield "overlap_above_10"
    yield from evidence.weaknesses


def _caps(evidence: Evidence) -> Iterator[str]:
    """Caps in the order of CAPS; an unknown one is a mistake of ours, not a fact about data."""
    unknown = set(evidence.caps) - set(CAPS)
    if unknown:
        raise ValueError(f"no such cap: {sorted(unknown)}")
    yield from (name for name in CAPS if name in evidence.caps)
