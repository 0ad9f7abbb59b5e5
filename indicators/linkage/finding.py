"""What one method says of one edge: figures of a row of `mart.result_link`, with all beside them.

Grade and sentence come later (`grading.py`, `sentences/findings.py`) and are not part of it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from scipy.special import stdtr, stdtrit

from indicators.linkage.grading import GradingInputs
from indicators.linkage.power import LEVEL, Precision, Shortfall, Supply, smallest_visible

ALL_KINDS = "all"  # of activities
PLACEBO = "placebo"  # the method of what should come out empty; no finding


@dataclass(frozen=True)
class EffectEstimate:
    """Estimate with cluster-robust error and 95% interval, or the reason why there is none.

    `estimate`: a correlation (association), log ratio (Poisson) or difference in units of the
    outcome (least squares), for one `edge_panel.ExposureUnit`. `is_test`: its p-value is one of the
    family over which q-values are taken; placebos are no findings.
    """

    method: str
    specification: str
    lag: int
    n_areas: int = 0
    n_periods: int = 0
    n_events: int | None = None
    n_eff: float | None = None
    estimate: float | None = None
    se: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    p_value: float | None = None
    reason: str | None = None
    is_test: bool = True
    df: float = math.inf

    @property
    def is_estimated(self) -> bool:
        """Whether there is a figure at all."""
        return self.estimate is not None and self.reason is None

    @property
    def minimum_detectable_effect(self) -> float | None:
        """The smallest change seen with 80% chance at the 5% level.

        With few areas the bootstrap asks for more than t.975 × SE; the interval then says how much.
        """
        if self.se is None or not math.isfinite(self.se):
            return None
        is_known = self.ci_low is not None and self.ci_high is not None
        half = (self.ci_high - self.ci_low) / 2 if is_known else 0.0  # type: ignore[operator]
        return smallest_visible(self.se, self.df, half)

    def lies_within(self, low: float, high: float) -> bool:
        """Whether the 95% interval lies inside a margin fixed beforehand."""
        if self.ci_low is None or self.ci_high is None:
            return False
        return low <= self.ci_low and self.ci_high <= high


def figures_of(term: Mapping[str, Any], df: float) -> dict[str, Any]:
    """A model's term under the names of a Finding, with p and 95% interval by t with `df`.

    Poisson too: its normal statistics reject 6.5% in place of 5% with 60 areas (decisions/0010).
    Raises NotEstimable where the term has no error: it rests on too few areas.
    """
    estimate, se = float(term["estimate"]), float(term["std_error"])
    if not se > 0:
        raise NotEstimable("too_few_clusters")
    reach = float(stdtrit(df, 1 - LEVEL / 2)) * se
    return {
        "estimate": estimate,
        "se": se,
        "ci_low": estimate - reach,
        "ci_high": estimate + reach,
        "p_value": float(2 * stdtr(df, -abs(estimate) / se)),
        "df": df,
    }


REASONS = (
    "no_rows",
    "no_variation_outcome",
    "no_variation_regressor",
    "too_few_clusters",
    "no_residual_variation",
    "collinear",
    "separated",
    "negative_counts",
    "not_converged",
    "no_period_before",
    "unknown_column",
    "unknown_model",
    "few_contrasts",
    "no_known_days",
)


class NotEstimable(ValueError):
    """The data do not hold what the model asks; `reason` is one of REASONS."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        if reason not in REASONS:
            raise KeyError(reason)
        self.reason = reason


@dataclass(frozen=True)
class Remark:
    """What a sentence adds of a finding: the message `linkage.remark.<code>` with its numbers."""

    code: str
    numbers: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """One finding of one edge over all areas.

    `contrast`: the message `linkage.contrast.<name>` with its `contrast_parameters`, what is
    compared. `scale`: how the estimate reads: a log ratio, units of the outcome, or a correlation.
    `exposure_range`: units between little and much of the activity (10th to 90th percentile).
    `kind`: of which activities (`activities.ACTIVITY_KINDS`); what is found of a kind never speaks
    for the edge. `grading_inputs`: without their q-value. `precision`: what the smallest visible
    change rests on; `shortfalls`: what keeps it from being tested; `supplies`: what the mission
    could add.
    """

    effect: EffectEstimate
    grading_inputs: GradingInputs
    contrast: str
    scale: Literal["log_ratio", "units", "correlation"]
    contrast_parameters: Mapping[str, Any] = field(default_factory=dict)
    robustness: float | None = None
    outcome_mean: float | None = None
    exposure_range: float = 1.0
    kind: str = ALL_KINDS
    caveats: tuple[str, ...] = ()
    precision: Precision | None = None
    shortfalls: tuple[Shortfall, ...] = ()
    supplies: tuple[Supply, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def smallest_change(self) -> float | None:
        """The smallest visible change in the scale of the estimate, also where there is none."""
        if self.precision is not None:
            return self.precision.smallest
        return self.effect.minimum_detectable_effect


@dataclass(frozen=True)
class MethodResult:
    """What one method gives for one edge: its findings, and the rows of its own mart table.

    `rows`: without mission, edge and area. One that names `q_value` is given that of the finding
    of its `specification`.
    """

    findings: tuple[Finding, ...] = ()
    rows: tuple[Mapping[str, Any], ...] = ()
