"""Evidence grades A to D by rule; nothing and nobody raises one by hand.

The rules of `grading.md` §1 in words and code, thresholds with what changed and
why (`docs/decisions/0010-evidence-grades.md`). A is "the best that the data give", not "proven".

A   tested design (days, interviews or dates of arrival); q < .05 over all that was tested in the
    run; every check of the design passed.
B   as A, with exactly one of the soft conditions missing; or an activity that varies by month whose
    checks all pass, the lead placebo among them: at least 20 areas, or the wild bootstrap agrees.
    Case series by area: hard where q < .05, the sign is as expected, and the estimate keeps its
    sign and half its size with the lead term, without history and on incidents that others
    reported, and incidents that killed civilians or that others than the mission report go the
    same way (90 % interval off nil), where there are any. A with both placebos p >= .10, the lead
    below half of the effect and no area on which half of it hangs; B with exactly one of these
    missing (a placebo may be weak, not failed; of incidents hard to hide there may be too few).
    Interviews by chance before or after: those asked are alike, a false date shows nothing, and the
    difference keeps sign and half its size away from other events; soft: by the same interviewers,
    and over five and ten days.
    Arrivals by date: hard where permuted dates hardly give as much, nothing moved before the
    arrival and other sources agree; soft: that the check before would have seen a drift that makes
    up half of the difference, at least 8 areas reached, and no unit on which half of it hangs.
C   q < .10 and the same sign in two of three specifications, but a check fails or cannot be run,
    or a ceiling holds.
D   all else.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

Design = Literal["continuous", "case_series", "interviews", "rollout", "association"]
# Of these A can be reached; an activity that varies by month ends at B, a correlation at C.
TESTED_DESIGNS = ("case_series", "interviews", "rollout")
# Weak: a placebo with p between .01 and .10, which a case series may have once; a check of what
# came before an arrival that would hardly have seen anything; too few events for a check.
# No source: the mission has nothing to check by, which stands against nothing.
CheckOutcome = Literal["passed", "weak", "failed", "not_run", "no_source"]

Q_TESTED, Q_ASSOCIATION = 0.05, 0.10
AREAS_WITHOUT_BOOTSTRAP = 20
MIN_AREAS, MIN_PERIODS = 6, 3  # with fewer nothing is tested
AGREEING_SHARE = 2 / 3

SOFT_CHECKS = (
    *("stability", "leave_one_out", "lead_size", "area_omission"),
    *("same_interviewers", "areas_reached"),
)
CHECKS: Mapping[Design, tuple[str, ...]] = {
    "case_series": (
        "with_lead",
        "without_history",
        "reporting",
        "corroboration",
        "lead",
        "fake_date",
        "lead_size",
        "area_omission",
    ),
    "continuous": ("lead", "reaction", "permutation", "reporting", "stability", "leave_one_out"),
    "interviews": ("balance", "fake_date", "other_event", "same_interviewers", "stability"),
    "rollout": ("pretrend", "permutation", "reporting", "areas_reached", "leave_one_out"),
    "association": (),
}
# Each of these holds a finding at C, whatever else is passed.
CEILINGS = (
    "same_collector",
    "few_rounds",
    "few_respondents",
    "one_area",
    "same_month",
    "against_expectation",
    "several_settings",
)


@dataclass(frozen=True)
class GradingInputs:
    """What the rules look at for one finding.

    `reason`: why there is no estimate. `agreeing`, `specifications`: how many of the edge's
    specifications share the sign. `ceilings`: names out of CEILINGS. `is_chosen`: the edge's
    primary test leaves room for its other ones.
    """

    design: Design
    q_value: float | None
    reason: str | None = None
    n_areas: int = 0
    agreeing: int = 0
    specifications: int = 0
    checks: Mapping[str, CheckOutcome] = field(default_factory=dict)
    ceilings: tuple[str, ...] = ()
    is_chosen: bool = True

    def check(self, name: str) -> CheckOutcome:
        """What came out of a check; one that nobody ran counts as such."""
        return self.checks.get(name, "not_run")


@dataclass(frozen=True)
class Grade:
    """A letter with the codes of its reasons (`linkage.grade_reason.<code>`), sorted by rule."""

    letter: Literal["A", "B", "C", "D"]
    reasons: tuple[str, ...] = ()


def grade(inputs: GradingInputs) -> Grade:
    """The grade of one finding, with every reason why it is no better."""
    unusable = tuple(_unusable(inputs))
    if unusable:
        return Grade("D", unusable)
    hard, soft, ceilings = (tuple(part(inputs)) for part in (_hard, _soft, _ceilings))
    q = inputs.q_value
    assert q is not None
    late = ("q_not_below_5",) if q >= Q_TESTED else ()
    shortfalls = (*ceilings, *hard, *late)
    if not shortfalls and inputs.design in TESTED_DESIGNS and len(soft) <= 1:
        return Grade("B", soft) if soft else Grade("A")
    if not shortfalls and inputs.design == "continuous" and not soft:
        return Grade("B", ("continuous_activity",))
    reasons = (*shortfalls, *soft)
    if inputs.design == "association":
        reasons = (*reasons, "association_only")
    return Grade("C", reasons)


def _unusable(inputs: GradingInputs) -> Iterator[str]:
    """What leaves nothing to be said: grade D."""
    if inputs.reason is not None:
        yield inputs.reason
        return
    if inputs.q_value is None:
        yield "not_tested" if inputs.is_chosen else "edge_not_chosen"
        return
    if inputs.q_value >= Q_ASSOCIATION:
        yield "q_not_below_10"
    if inputs.agreeing < AGREEING_SHARE * inputs.specifications:
        yield "signs_differ"


def _hard(inputs: GradingInputs) -> Iterator[str]:
    """Conditions of A and B alike that are not met."""
    for name in CHECKS[inputs.design]:
        outcome = inputs.check(name)
        # What a case series cannot check holds it at C; elsewhere a soft check may be missing.
        is_soft = name in SOFT_CHECKS and not (
            inputs.design == "case_series" and outcome == "not_run"
        )
        if outcome not in ("passed", "weak", "no_source") and not is_soft:
            yield f"{name}_{outcome}"
    is_panel = inputs.design == "continuous"
    if is_panel and inputs.n_areas < AREAS_WITHOUT_BOOTSTRAP:
        outcome = inputs.check("wild_bootstrap")
        if outcome != "passed":
            yield f"wild_bootstrap_{outcome}"


def _soft(inputs: GradingInputs) -> Iterator[str]:
    """Conditions of which B may lack one."""
    for name in CHECKS[inputs.design]:
        outcome = inputs.check(name)
        is_missing = inputs.design == "case_series" and outcome == "not_run"
        if outcome == "weak" or (name in SOFT_CHECKS and outcome != "passed" and not is_missing):
            yield f"{name}_{outcome}"


def _ceilings(inputs: GradingInputs) -> Iterator[str]:
    """In the order of CEILINGS; an unknown one is a mistake of ours, not a fact about data."""
    unknown = set(inputs.ceilings) - set(CEILINGS)
    if unknown:
        raise ValueError(f"no such ceiling: {sorted(unknown)}")
    yield from (name for name in CEILINGS if name in inputs.ceilings)
