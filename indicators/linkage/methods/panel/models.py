"""The panel models of one edge with all their checks, for an activity that varies by month.

`model_edge` returns findings, checks and the coefficients for `mart.event_study`; grades and
sentences are made of them elsewhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from indicators.linkage.finding import PLACEBO, EffectEstimate, NotEstimable, figures_of
from indicators.linkage.grading import AREAS_WITHOUT_BOOTSTRAP, MIN_AREAS, MIN_PERIODS, CheckOutcome
from indicators.linkage.methods.panel.rows import INDEPENDENT_SOURCES
from indicators.linkage.panel import placebos
from indicators.linkage.panel.edge_panel import EdgePanel, ExposureUnit
from indicators.linkage.panel.estimation import estimate
from indicators.linkage.panel.fixed_effects import FixedEffects
from indicators.linkage.panel.sensitivity import robustness_value
from indicators.linkage.panel.specification import Corrections, PanelResult, PanelSpec
from indicators.linkage.panel.wild_bootstrap import Drawn, wild_bootstrap

METHOD = "panel"
Family = Literal["gaussian", "poisson"]
_EFFECTS = ("area", "period")
_NOTHING = 1e-9  # of the information


@dataclass(frozen=True)
class EdgeModels:
    """What the panel models say of one edge.

    `findings`: the one fixed beforehand first. `event_rows`: rows of `mart.event_study` without
    mission, edge and area. `robustness`: see `sensitivity.py`. `outcome_mean`: of the rows used.
    `exposure_range`: units between the 10th and 90th percentile of the activity, at least one.
    `by_area`: the share of the information that each area holds.
    """

    exposure_unit: ExposureUnit
    effects: tuple[EffectEstimate, ...]
    checks: Mapping[str, CheckOutcome] = field(default_factory=dict)
    event_rows: tuple[Mapping[str, Any], ...] = ()
    robustness: float | None = None
    outcome_mean: float | None = None
    exposure_range: float = 1.0
    by_area: Mapping[str, float] = field(default_factory=dict)


def model_edge(panel: EdgePanel) -> EdgeModels:
    """Every panel model that the edge's rows carry; one finding with a reason where none do."""
    rows = panel.with_lagged()
    found, spec, result = _fit_effects(panel, rows)
    effects, checks = with_few_areas(found, rows)
    first = _first_estimate(effects)
    if first is None or spec is None or result is None or first.estimate is None:
        return EdgeModels(panel.exposure_unit, tuple(effects), checks)
    outcome, with_leads = placebos.lead_placebo(panel, spec)
    checks |= {"lead": outcome, "reaction": placebos.reverse_direction(panel)}
    checks |= _common_checks(panel, rows, spec, first.estimate)
    others = [*_estimates(effects), *_logged(rows, panel)]
    checks["stability"] = placebos.stability(first.estimate, others)
    placebo = _lead_effect(with_leads, rows, panel)
    return EdgeModels(
        panel.exposure_unit,
        (*effects, *placebo),
        checks,
        tuple(_leads_and_lags(panel, spec)),
        _robustness(first, rows),
        float(rows["outcome"].mean()),
        max(1.0, float(rows["x"].quantile(0.9) - rows["x"].quantile(0.1))),
        _information_by_area(rows, spec.family),
    )


def _information_by_area(rows: pd.DataFrame, family: Family) -> dict[str, float]:
    """Shares of what is left of the activity beside both effects; a count weighs by its mean.

    Known before anybody looks at how activity and outcome go together.
    """
    weights = pd.Series(1.0, rows.index)
    if family == "poisson":
        weights = rows.groupby("area")["outcome"].transform("mean").astype(float)
    rows, weighs = rows[weights > 0], np.asarray(weights[weights > 0], np.float64)
    effects = FixedEffects([pd.factorize(rows[name])[0] for name in _EFFECTS])
    left = effects.without(rows[["x"]].to_numpy(float), weighs)[:, 0]
    own = pd.Series(weighs * left**2).groupby(rows["area"].to_numpy()).sum()
    # What is left of an area in which the activity never changed is rounding.
    own = own[own > _NOTHING * own.sum()]
    return {str(code): float(share) for code, share in (own / own.sum()).items()}


def _families(panel: EdgePanel, rows: pd.DataFrame) -> list[Family]:
    """Counts and rates by Poisson first; all by least squares.

    With few areas least squares only: for it there is a bootstrap, for Poisson there is none.
    """
    many = rows["area"].nunique() >= AREAS_WITHOUT_BOOTSTRAP
    return ["poisson", "gaussian"] if panel.outcome_is_count and many else ["gaussian"]


def _reason(rows: pd.DataFrame) -> str | None:
    if rows.empty:
        return "no_overlap_in_time"
    if rows["x"].nunique() < 2 or rows["outcome"].nunique() < 2:
        return "no_variation"
    if rows["area"].nunique() < MIN_AREAS:
        return "too_few_clusters"
    return "few_periods" if rows["period"].nunique() < MIN_PERIODS else None


def model_of(outcome: str, family: Family) -> PanelSpec:
    """The outcome on `x` with effects of areas and periods; Poisson counts them all (0010)."""
    corrections = Corrections(k_fixef="full" if family == "poisson" else "nonnested")
    return PanelSpec(outcome, ("x",), _EFFECTS, family=family, corrections=corrections)


def _figures(result: PanelResult, term: str) -> dict[str, Any]:
    found = result.term(term)
    return figures_of(found, found.get("df", result.n_clusters - 1))


def _counted(rows: pd.DataFrame, lag: int) -> dict[str, Any]:
    return {
        "lag": lag,
        "n_areas": rows["area"].nunique(),
        "n_periods": rows["period"].nunique(),
    }


def _fit_effects(
    panel: EdgePanel, rows: pd.DataFrame
) -> tuple[list[EffectEstimate], PanelSpec | None, PanelResult | None]:
    """Findings of each family, and model and result of the first that could be estimated."""
    effects: list[EffectEstimate] = []
    chosen: tuple[PanelSpec | None, PanelResult | None] = (None, None)
    months = panel.lag * panel.months_per_period
    counted = _counted(rows, months)
    reason = _reason(rows)
    for family in _families(panel, rows):
        name = "poisson" if family == "poisson" else "twfe"
        if reason:
            effects.append(EffectEstimate(METHOD, name, reason=reason, **counted))
            continue
        spec = model_of("outcome", family)
        try:
            result = estimate(rows, spec)
            effect = EffectEstimate(METHOD, name, **_figures(result, "x"), **counted)
        except NotEstimable as error:
            effects.append(EffectEstimate(METHOD, name, reason=error.reason, **counted))
            continue
        effects.append(effect)
        if chosen[0] is None:
            chosen = (spec, result)
    estimated = [effect for effect in effects if effect.is_estimated]
    rest = [effect for effect in effects if not effect.is_estimated]
    return [*estimated, *rest], *chosen


def with_few_areas(
    effects: Sequence[EffectEstimate], rows: pd.DataFrame
) -> tuple[list[EffectEstimate], dict[str, CheckOutcome]]:
    """Under 20 areas: p and interval of least squares by the wild bootstrap, which is a check.

    Where that of t says less, it stands: with six areas the bootstrap alone finds too much
    (decisions/0010). p is below 5 % where the interval leaves nil out, and only there.
    """
    if not effects or rows.empty or rows["area"].nunique() >= AREAS_WITHOUT_BOOTSTRAP:
        return list(effects), {}
    changed, checks = [], {}
    for effect in effects:
        if effect.is_estimated and effect.specification == "twfe":
            drawn = wild_bootstrap(
                rows["outcome"].to_numpy(float),
                rows["x"].to_numpy(float),
                _dummies(rows),
                pd.factorize(rows["area"], sort=True)[0],
            )
            effect = _widened(effect, drawn)
            assert effect.p_value is not None
            checks["wild_bootstrap"] = _passes(effect.p_value < placebos.PERMUTATION_P)
        changed.append(effect)
    return changed, checks


def _widened(effect: EffectEstimate, drawn: Drawn) -> EffectEstimate:
    """With the p and the interval that say less, those by t or those of the bootstrap."""
    assert effect.estimate is not None and effect.se is not None and effect.p_value is not None
    reach = max(drawn.reach, float(stdtrit(effect.df, 0.975)) * effect.se)
    return replace(
        effect,
        p_value=max(drawn.p_value, effect.p_value),
        ci_low=effect.estimate - reach,
        ci_high=effect.estimate + reach,
    )


def _dummies(rows: pd.DataFrame) -> np.ndarray:
    parts = [pd.get_dummies(rows[name], dtype=float) for name in _EFFECTS]
    return np.asarray(pd.concat(parts, axis=1).to_numpy())


def _passes(holds: bool) -> CheckOutcome:
    return "passed" if holds else "failed"


def _first_estimate(effects: Sequence[EffectEstimate]) -> EffectEstimate | None:
    return next((effect for effect in effects if effect.is_estimated), None)


def _common_checks(
    panel: EdgePanel, rows: pd.DataFrame, spec: PanelSpec, whole: float
) -> dict[str, CheckOutcome]:
    """Permutation, sectors left out, and reporting."""
    share = placebos.permutation_p(rows)
    return {
        "permutation": "not_run" if np.isnan(share) else _passes(share <= placebos.PERMUTATION_P),
        "leave_one_out": placebos.leave_sectors_out(
            rows, whole, lambda part: float(estimate(part, spec).term("x")["estimate"])
        ),
        "reporting": _reporting(panel, rows, whole, spec.family),
    }


def _reporting(panel: EdgePanel, rows: pd.DataFrame, whole: float, family: Family) -> CheckOutcome:
    """Surveys do not depend on who patrols; incidents are looked at from independent sources."""
    if panel.outcome_source in INDEPENDENT_SOURCES:
        return "passed"
    if panel.independent is None:
        return "not_run"
    joined = rows.drop(columns="outcome").merge(panel.independent, on=["area", "period"])
    try:
        figures = _figures(estimate(joined, model_of("independent", family)), "x")
    except NotEstimable:
        return "not_run"
    return placebos.independent_outcome(whole, figures["estimate"], figures["p_value"])


def _other_estimates(rows_by_name: Mapping[str, pd.DataFrame], spec: PanelSpec) -> Iterator[float]:
    """Estimates of neighbouring specifications, those left out that cannot be estimated."""
    for rows in rows_by_name.values():
        try:
            yield float(estimate(rows, spec).term("x")["estimate"])
        except NotEstimable:
            continue


def _robustness(effect: EffectEstimate, rows: pd.DataFrame) -> float | None:
    if not effect.estimate or not effect.se:
        return None
    df = len(rows) - rows["area"].nunique() - rows["period"].nunique()
    return robustness_value(effect.estimate / effect.se, max(df, 1))


def _estimates(effects: Sequence[EffectEstimate]) -> list[float]:
    return [effect.estimate for effect in effects if effect.estimate is not None]


def _lead_effect(
    result: PanelResult | None, rows: pd.DataFrame, panel: EdgePanel
) -> Iterator[EffectEstimate]:
    """The first lead as a row of its own: what activity to come seems to do."""
    if result is None or "lead 1" not in set(result.coefficients["term"]):
        return
    counted = _counted(rows, -panel.months_per_period)
    try:
        yield EffectEstimate(
            PLACEBO, "lead", is_test=False, **_figures(result, "lead 1"), **counted
        )
    except NotEstimable as error:
        yield EffectEstimate(PLACEBO, "lead", is_test=False, reason=error.reason, **counted)


def _leads_and_lags(panel: EdgePanel, spec: PanelSpec) -> Iterator[dict[str, Any]]:
    """Activity of three periods ahead to six back in one model; negative times are leads."""
    from indicators.linkage.panel.edge_panel import shifted

    times = [-lead for lead in reversed(placebos.LEADS)] + list(range(7))
    rows = panel.rows
    columns = {f"at {time}": shifted(rows, "activity", time) for time in times}
    table = rows.assign(**columns).dropna(subset=["outcome", *columns])
    try:
        result = estimate(table, placebos.with_regressors(spec, columns))
    except NotEstimable:
        return
    yield from _event_rows(
        result, "leads_and_lags", "at ", table, _reads_as(spec, panel.exposure_unit)
    )


def _reads_as(spec: PanelSpec, exposure_unit: ExposureUnit) -> dict[str, str]:
    """How the coefficients of a model read."""
    return {
        "scale": "log_ratio" if spec.family == "poisson" else "units",
        "contrast": exposure_unit.name,
    }


def _event_rows(
    result: PanelResult,
    specification: str,
    prefix: str,
    rows: pd.DataFrame,
    reads_as: Mapping[str, str],
) -> Iterator[dict[str, Any]]:
    terms = [str(term) for term in result.coefficients["term"] if str(term).startswith(prefix)]
    for term in terms:
        try:
            figures = {**_figures(result, term), "status": "tested"}
        except NotEstimable:
            figures = {"status": "not_estimable"}
        yield {
            "specification": specification,
            "event_time": int(term.removeprefix(prefix)),
            "n_areas": rows["area"].nunique(),
            "n_periods": rows["period"].nunique(),
            **figures,
            **reads_as,
        }


def _logged(rows: pd.DataFrame, panel: EdgePanel) -> Iterator[float]:
    """Least squares on log(1 + outcome) for counts; on the outcome's ranks for all."""
    spec = model_of("outcome", "gaussian")
    if panel.outcome_is_count:
        yield from _other_estimates({"log": rows.assign(outcome=np.log1p(rows["outcome"]))}, spec)
    ranks = rows.assign(outcome=rows["outcome"].rank())
    yield from _other_estimates({"ranks": ranks}, spec)
