"""A finding with everything that grade and sentence need: what each method hands over.

Panel models (`models.py`), the matched wake analysis and interviews all give rows of this
shape; q-values are taken over all of them together (`evidence.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from indicators.linkage.finding import ALL_KINDS, Finding
from indicators.linkage.grading import Evidence


@dataclass(frozen=True)
class Tested:
    """One finding of one edge in one area.

    `contrast`: the message `linkage.contrast.<name>` with its `contrast_parameters`, what is
    compared. `scale`: how the estimate reads: a log ratio, units of the outcome, or a correlation.
    `span`: how many steps lie between little and much of the activity (10th to 90th percentile).
    `kind`: of which activities (`logged_activities.ACTIVITY_KINDS`); what is found of a kind never
    speaks for the edge. `evidence`: without its q-value. `is_headline`: the one fixed beforehand to
    speak for the edge.
    """

    __test__ = False  # what was tested, and no test: pytest collects by names that begin so

    edge: str
    area: str
    finding: Finding
    evidence: Evidence
    contrast: str
    scale: Literal["log_ratio", "units", "correlation"]
    contrast_parameters: Mapping[str, Any] = field(default_factory=dict)
    robustness: float | None = None
    outcome_mean: float | None = None
    span: float = 1.0
    kind: str = ALL_KINDS
    caveats: tuple[str, ...] = ()
    is_headline: bool = False


@dataclass(frozen=True)
class EdgeResult:
    """What one method gives for one edge: its findings, and the rows of its own mart table.

    `rows`: of `mart.event_study` (without edge and area), `wake_effect` or `interview_effect`.
    """

    tested: tuple[Tested, ...] = ()
    rows: tuple[Mapping[str, Any], ...] = ()
