"""The panel method: models and associations with what grades and sentences need."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from indicators.definitions.indicator import Indicator
from indicators.linkage.finding import PLACEBO, EffectEstimate, Finding, MethodResult
from indicators.linkage.framework.edge_indicators import common_period_type
from indicators.linkage.framework.model import Edge
from indicators.linkage.grading import (
    AREAS_WITHOUT_BOOTSTRAP,
    MIN_AREAS,
    MIN_PERIODS,
    GradingInputs,
)
from indicators.linkage.methods.panel.models import METHOD, EdgeModels, model_edge
from indicators.linkage.methods.panel.rows import INDEPENDENT_SOURCES, read_edge_panel
from indicators.linkage.methods.protocol import Warehouse
from indicators.linkage.panel.association import METHOD as ASSOCIATION
from indicators.linkage.panel.association import associations
from indicators.linkage.panel.edge_panel import EdgePanel
from indicators.linkage.power import (
    TARGET,
    TARGET_RATIO,
    NeedKind,
    Precision,
    Shortfall,
    Supply,
)

MIN_ROUNDS, MIN_RESPONDENTS = 3, 30


@dataclass(frozen=True)
class PanelModels:
    """Activity and outcome by area and period: fixed effects, leads and lags, rank correlations."""

    name: str = METHOD
    table: str | None = "event_study"
    edge_kind: str = "activity"

    def applies(self, edge: Edge, catalogue: Mapping[str, Indicator]) -> bool:
        """Every edge is tried: where the mart has no common values, nothing comes of it."""
        return True

    def read(self, warehouse: Warehouse, edge: Edge) -> EdgePanel | None:
        """The edge's values by area and period."""
        indicators = warehouse.published
        period_type = common_period_type(indicators, edge)
        return read_edge_panel(
            warehouse.connection, warehouse.mission, edge, indicators, period_type
        )

    def evidence(self, inputs: EdgePanel | None, edge: Edge) -> MethodResult:
        """Every test that the edge's values carry, over all areas; none without common values."""
        if inputs is None:
            return MethodResult()
        models = model_edge(inputs)
        effects = [*models.effects, *associations(inputs)]
        speaks = next(_by_precedence(effects), None)
        findings = tuple(
            _finding(effect, edge, inputs, models, effects, effect is speaks) for effect in effects
        )
        return MethodResult(findings, models.event_rows)

    def primary(self, findings: Sequence[Finding]) -> Finding | None:
        """The panel finding fixed beforehand; a correlation by ranks only describes."""
        by_effect = {id(own.effect): own for own in findings if own.effect.method == METHOD}
        first = next(_by_precedence([own.effect for own in by_effect.values()]), None)
        return by_effect[id(first)] if first is not None else None


def _by_precedence(effects: Sequence[EffectEstimate]) -> Iterator[EffectEstimate]:
    """Tests in the order of their models, those that could be estimated first."""
    candidates = [effect for effect in effects if effect.is_test]
    yield from sorted(candidates, key=lambda effect: not effect.is_estimated)


def _finding(
    effect: EffectEstimate,
    edge: Edge,
    panel: EdgePanel,
    models: EdgeModels,
    effects: Iterable[EffectEstimate],
    speaks: bool,
) -> Finding:
    is_association = effect.method == ASSOCIATION
    agreeing, specifications = _signs(effect, effects)
    evidence = GradingInputs(
        "association" if is_association else "continuous",
        q_value=None,
        reason=effect.reason,
        n_areas=effect.n_areas,
        agreeing=agreeing,
        specifications=specifications,
        checks={} if is_association else models.checks,
        ceilings=tuple(_ceilings(effect, edge, panel, models)),
    )
    return Finding(
        effect,
        evidence,
        contrast="ranked" if is_association else models.exposure_unit.name,
        scale=_scale(effect),
        robustness=models.robustness if speaks and not is_association else None,
        outcome_mean=models.outcome_mean,
        exposure_range=models.exposure_range,
        caveats=tuple(_caveats(effect, panel, models)),
        precision=_precision(effect, panel, models),
        shortfalls=() if is_association else tuple(_shortfalls(effect)),
        supplies=() if is_association else tuple(_supplies(panel)),
    )


def _precision(effect: EffectEstimate, panel: EdgePanel, models: EdgeModels) -> Precision | None:
    """By periods: within areas each adds its own variation, as if one did not hang on another."""
    smallest = effect.minimum_detectable_effect
    if smallest is None or effect.method == ASSOCIATION or not effect.is_test:
        return None
    target: float | None = TARGET_RATIO
    if _scale(effect) == "units":
        target = TARGET * abs(models.outcome_mean) if models.outcome_mean else None
    unit: NeedKind = "rounds" if panel.outcome_is_survey else "periods"
    return Precision(smallest, target, unit, effect.n_periods, _months(panel), models.by_area)


def _months(panel: EdgePanel) -> float | None:
    """Over how many months so many periods with both come in: survey rounds lie far apart."""
    periods = np.unique(panel.with_lagged()["period"])
    if len(periods) < 2:
        return None
    pace = (periods[-1] - periods[0]) / (len(periods) - 1)
    return float(len(periods) * pace * panel.months_per_period)


def _shortfalls(effect: EffectEstimate) -> Iterator[Shortfall]:
    if effect.reason is None:
        return
    if effect.n_areas < MIN_AREAS:
        yield Shortfall("areas", MIN_AREAS - effect.n_areas)
    if effect.n_periods < MIN_PERIODS:
        yield Shortfall("periods", MIN_PERIODS - effect.n_periods)


def _supplies(panel: EdgePanel) -> Iterator[Supply]:
    """Missing reports: each would add a row of an area and period to those that are compared."""
    rows = len(panel.with_lagged())
    for area, periods in panel.unreported.items():
        yield Supply("returns", periods, 1 + periods / rows if rows else None, area)
    total = sum(panel.unreported.values())
    if total:
        yield Supply("returns", total, 1 + total / rows if rows else None)


def _scale(effect: EffectEstimate) -> Literal["log_ratio", "units", "correlation"]:
    if effect.method == ASSOCIATION:
        return "correlation"
    # A lead has the unit of the model that it comes from; only its sign and error are read.
    return "log_ratio" if effect.specification.startswith("poisson") else "units"


def _signs(effect: EffectEstimate, effects: Iterable[EffectEstimate]) -> tuple[int, int]:
    """How many of the specifications that were tested share this one's sign, and of how many."""
    signs = [np.sign(other.estimate or 0) for other in effects if other.is_test and other.estimate]
    return sum(1 for sign in signs if sign == np.sign(effect.estimate or 0)), len(signs)


def _ceilings(
    effect: EffectEstimate, edge: Edge, panel: EdgePanel, models: EdgeModels
) -> Iterator[str]:
    if panel.outcome_source not in (*INDEPENDENT_SOURCES, "incidents"):
        yield "same_collector"
    if panel.outcome_is_survey:
        known = panel.rows.dropna(subset=["outcome"])
        if known["period"].nunique() < MIN_ROUNDS:
            yield "few_rounds"
        if not known["n"].astype(float).median() >= MIN_RESPONDENTS:
            yield "few_respondents"
    if effect.n_areas == 1:
        yield "one_area"
    if effect.method != ASSOCIATION:
        if panel.lag == 0:
            yield "same_month"
        if effect.estimate and np.sign(effect.estimate) != edge.expected_sign:
            yield "against_expectation"


def _caveats(effect: EffectEstimate, panel: EdgePanel, models: EdgeModels) -> Iterator[str]:
    if effect.method == PLACEBO:
        yield "placebo"
    elif not effect.is_test:
        yield "descriptive"
    if effect.n_areas < AREAS_WITHOUT_BOOTSTRAP:
        yield "few_areas"
    if panel.rows["is_partial"].any():
        yield "missing_returns"
    if panel.rows["is_redefined"].any():
        yield "definition_changed"
