"""All tests of one edge: association and panel models with what grades and sentences need."""

from collections.abc import Iterable, Iterator
from typing import Literal

import numpy as np

from indicators.linkage.finding import Finding
from indicators.linkage.framework.model import Edge
from indicators.linkage.grading import AREAS_WITHOUT_BOOTSTRAP, Evidence
from indicators.linkage.methods.panel.models import PLACEBO, EdgeModels, model_edge
from indicators.linkage.methods.panel.rows import INDEPENDENT_SOURCES
from indicators.linkage.panel.association import METHOD as ASSOCIATION
from indicators.linkage.panel.association import associations
from indicators.linkage.panel.edge_panel import EdgePanel
from indicators.linkage.tested import EdgeResult, Tested

MIN_ROUNDS, MIN_RESPONDENTS = 3, 30


def tests_of_edge(panel: EdgePanel | None, edge: Edge, country_area: str) -> EdgeResult:
    """Every test that the edge's values carry, over all areas; none without common values."""
    if panel is None:
        return EdgeResult()
    models = model_edge(panel)
    findings = [*models.findings, *associations(panel)]
    headline = _headline(findings)
    tested = tuple(
        _tested(finding, edge, country_area, panel, models, findings, finding is headline)
        for finding in findings
    )
    return EdgeResult(tested, models.event_rows)


def _headline(findings: Iterable[Finding]) -> Finding | None:
    """The panel finding fixed beforehand; where none was possible, the partial correlation."""
    candidates = [finding for finding in findings if finding.is_test]
    estimated = [finding for finding in candidates if finding.is_estimated]
    return next(iter([*estimated, *candidates]), None)


def _tested(
    finding: Finding,
    edge: Edge,
    country_area: str,
    panel: EdgePanel,
    models: EdgeModels,
    findings: Iterable[Finding],
    is_headline: bool,
) -> Tested:
    is_association = finding.method == ASSOCIATION
    agreeing, specifications = _signs(finding, findings)
    evidence = Evidence(
        "association" if is_association else models.design,
        q_value=None,
        reason=finding.reason,
        n_areas=finding.n_areas,
        agreeing=agreeing,
        specifications=specifications,
        checks={} if is_association else models.checks,
        caps=tuple(_caps(finding, edge, panel, models)),
    )
    return Tested(
        edge.id,
        country_area,
        finding,
        evidence,
        contrast="ranked" if is_association else models.step.name,
        scale=_scale(finding),
        robustness=models.robustness if is_headline and not is_association else None,
        outcome_mean=models.outcome_mean,
        span=models.span,
        caveats=tuple(_caveats(finding, panel, models)),
        is_headline=is_headline,
    )


def _scale(finding: Finding) -> Literal["log_ratio", "units", "correlation"]:
    if finding.method == ASSOCIATION:
        return "correlation"
    # A lead has the unit of the model that it comes from; only its sign and error are read.
    return "log_ratio" if finding.specification.startswith("poisson") else "units"


def _signs(finding: Finding, findings: Iterable[Finding]) -> tuple[int, int]:
    """How many of the specifications that were tested share this one's sign, and of how many."""
    signs = [np.sign(other.estimate or 0) for other in findings if other.is_test and other.estimate]
    return sum(1 for sign in signs if sign == np.sign(finding.estimate or 0)), len(signs)


def _caps(finding: Finding, edge: Edge, panel: EdgePanel, models: EdgeModels) -> Iterator[str]:
    if panel.outcome_source not in (*INDEPENDENT_SOURCES, "incidents"):
        yield "same_collector"
    if panel.outcome_is_survey:
        known = panel.rows.dropna(subset=["outcome"])
        if known["period"].nunique() < MIN_ROUNDS:
            yield "few_rounds"
        if not known["n"].astype(float).median() >= MIN_RESPONDENTS:
            yield "few_respondents"
    if finding.n_areas == 1:
        yield "one_area"
    if models.design == "continuous" and finding.method != ASSOCIATION:
        if panel.lag == 0:
            yield "same_month"
        if finding.estimate and np.sign(finding.estimate) != edge.expected_sign:
            yield "against_expectation"


def _caveats(finding: Finding, panel: EdgePanel, models: EdgeModels) -> Iterator[str]:
    if finding.method == PLACEBO:
        yield "placebo"
    elif not finding.is_test:
        yield "descriptive"
    if finding.n_areas < AREAS_WITHOUT_BOOTSTRAP:
        yield "few_areas"
    if models.left_out and finding.method != ASSOCIATION:
        yield "areas_left_out"
    if panel.rows["is_partial"].any():
        yield "missing_returns"
    if panel.rows["is_redefined"].any():
        yield "definition_changed"
