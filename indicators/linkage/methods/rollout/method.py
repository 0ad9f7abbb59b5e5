"""What began in areas at dates: teams, bases and posts, with areas not yet reached beside them.

The estimator stands in `group_times.py` (Callaway and Sant'Anna 2021); here who was reached when,
what is compared, and what the grade looks at. Survey waves are compared in points with the last
wave before the arrival, monthly counts as a ratio to a year that ends three months before it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from indicators.definitions.indicator import Indicator
from indicators.definitions.measures import COUNT_KINDS, SURVEY_KINDS
from indicators.foundation.mart_tables import totals_sql
from indicators.linkage.finding import PLACEBO, EffectEstimate, Finding, MethodResult, Remark
from indicators.linkage.framework.model import Edge
from indicators.linkage.grading import MIN_AREAS, CheckOutcome, GradingInputs
from indicators.linkage.methods.activities import PATROLLING_REPORTERS
from indicators.linkage.methods.protocol import Warehouse
from indicators.linkage.methods.rollout.group_times import (
    CHECK_LEVEL,
    NEVER,
    Effects,
    Figures,
    Observed,
    chance_to_see_drift,
    drift_bound,
    effects,
)
from indicators.linkage.power import TARGET, TARGET_RATIO, Precision

METHOD, PRIMARY = "rollout", "group_time"
BASE_MONTHS, GAP_MONTHS = 12, 3
LEAST_REACHED = 8  # areas, for A
LEAST_CHANCE = 0.5  # that a drift which explains half of the effect would have been seen
LEFT_SHARE = 0.5
MIN_ROUNDS, MIN_RESPONDENTS = 3, 30
_MOST_TIMES = 10.0


@dataclass(frozen=True)
class Reached:
    """Outcomes by area and period with the dates of arrival, and what is known of the outcome.

    `independent`: the same counts as others than patrolling components report them. `respondents`:
    median of those asked in an area, of a survey. `reached`: the areas that were, by code.
    """

    observed: Observed
    months: float
    outcome_mean: float
    is_survey: bool = False
    respondents: float | None = None
    same_collector: bool = False
    independent: Observed | None = None
    reached: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rollout:
    """Areas that something reached beside areas that it had not reached yet."""

    name: str = METHOD
    table: str | None = "event_study"
    edge_kind: str = "rollout"

    def applies(self, edge: Edge, catalogue: Mapping[str, Indicator]) -> bool:
        """The outcome is one that the mission selected."""
        return edge.to_indicator in catalogue

    def read(self, warehouse: Warehouse, edge: Edge) -> Reached | None:
        """Outcomes and dates; None where no area has values."""
        outcome = warehouse.published.get(edge.to_indicator)
        rows = _outcomes(warehouse, edge) if outcome else pd.DataFrame()
        if outcome is None or rows.empty:
            return None
        is_survey = outcome["measure"] in SURVEY_KINDS
        is_count = outcome["measure"] in COUNT_KINDS
        arrivals = _arrivals(warehouse, edge)
        observed = _observed(rows, arrivals, is_count)
        is_incident = outcome["source"] == "incidents"
        return Reached(
            observed,
            months=round(float(observed.ends.max() - observed.starts.min()) / 30.44, 1),
            outcome_mean=float(np.nanmean(observed.outcome)),
            is_survey=is_survey,
            respondents=float(rows["n"].astype(float).median()) if is_survey else None,
            same_collector=not (is_survey or is_incident),
            independent=_independent(warehouse, observed, rows) if is_incident else None,
            reached=tuple(np.unique(rows["area"])[_is_reached(observed)]),
        )

    def evidence(self, inputs: Reached | None, edge: Edge) -> MethodResult:
        """One effect with its checks, and its path by time since arrival."""
        if inputs is None:
            return MethodResult((_untested(edge, None, "no_rows"),))
        observed = inputs.observed
        if len(observed.arrival) < MIN_AREAS:
            return MethodResult((_untested(edge, inputs, "too_few_clusters"),))
        found = effects(observed)
        if found is None:
            return MethodResult((_untested(edge, inputs, "no_period_before"),))
        effect = _effect(PRIMARY, found.whole, inputs)
        effect = replace(effect, p_value=found.p_value, ci_low=found.low, ci_high=found.high)
        checks = dict(_checks(found, inputs))
        whole = _finding(edge, inputs, effect, checks, tuple(_remarks(found, observed)))
        before = [
            _finding(edge, inputs, _effect(name, own, inputs, PLACEBO))
            for name, own in (("before_arrival", found.before), ("just_before", found.lead))
            if own is not None
        ]
        return MethodResult((whole, *before), tuple(_path(found, inputs)))

    def primary(self, findings: Sequence[Finding]) -> Finding | None:
        """The one effect, where there is one."""
        first = findings[0] if findings else None
        return first if first is not None and first.effect.is_estimated else None


# --- what is compared -----------------------------------------------------------------------------


def outcome_sql() -> str:
    """area, period_start, period_end, value, n by month at the level with most areas.

    A count of which a report is missing is not known.
    """
    return f"""WITH valued AS (
  SELECT area, area_level, period_start, period_end, n,
    CASE WHEN method = 'rate' THEN coalesce(numerator, value) ELSE value END AS value
  FROM mart.indicator_value
  WHERE mission = $mission AND indicator = $outcome AND period_type = 'M' AND value IS NOT NULL
    AND area <> $country AND NOT (obs_status = 'P' AND $is_count) AND {totals_sql()}
  QUALIFY indicator_version = max(indicator_version) OVER ()
)
SELECT area, period_start, period_end, value, n FROM valued
WHERE area_level = (SELECT area_level FROM valued GROUP BY area_level
  ORDER BY count(DISTINCT area) DESC, count(*) DESC, area_level LIMIT 1)
ORDER BY area, period_start"""


def _outcomes(warehouse: Warehouse, edge: Edge) -> pd.DataFrame:
    parameters = {
        "mission": warehouse.mission.mission,
        "outcome": edge.to_indicator,
        "country": warehouse.mission.country_area,
        "is_count": warehouse.published[edge.to_indicator]["measure"] in COUNT_KINDS,
    }
    return warehouse.connection.execute(outcome_sql(), parameters).df()


# The first day of each area; figures of a whole year have none.
FIRST_DAYS_SQL = """SELECT up.area, min(from_on)
FROM core.deployments JOIN cube.area_ancestor AS up USING (area_code)
WHERE coalesce(component = $component, $component IS NULL)
  AND coalesce(unit_type = $unit_type, $unit_type IS NULL)
  AND coalesce(unit_code = $unit_code, $unit_code IS NULL)
  AND figure_basis NOT IN ('yearly_mean', 'map_estimate')
GROUP BY up.area ORDER BY up.area"""


def _arrivals(warehouse: Warehouse, edge: Edge) -> dict[str, tuple[str, int]]:
    """Of each area its unit of arrival, and the day; who is named nowhere stands alone."""
    if edge.deployments is not None:
        found = warehouse.connection.execute(FIRST_DAYS_SQL, edge.deployments.model_dump())
        return {area: (area, day.toordinal()) for area, day in found.fetchall()}
    return {
        area: (f"{number}", arrival.on.toordinal() if arrival.on else NEVER)
        for number, arrival in enumerate(edge.arrivals)
        for area in arrival.areas
    }


def _observed(
    rows: pd.DataFrame, arrivals: Mapping[str, tuple[str, int]], is_count: bool
) -> Observed:
    grid = rows.pivot(index="area", columns="period_start", values="value")
    ends = rows.groupby("period_start")["period_end"].first()
    named = [arrivals.get(area, (area, NEVER)) for area in grid.index]
    units = sorted({unit for unit, _ in named})
    day_of: dict[str, int] = dict(named)
    scale: Literal["units", "log_ratio"] = "log_ratio" if is_count else "units"
    return Observed(
        grid.to_numpy(float),
        _ordinals(grid.columns),
        _ordinals(ends),
        np.array([units.index(unit) for unit, _ in named], dtype=np.int64),
        np.array([day_of[unit] for unit in units], dtype=np.int64),
        scale,
        *((BASE_MONTHS, GAP_MONTHS) if is_count else (1, 0)),
    )


def _ordinals(days: Any) -> np.ndarray:
    return np.array([pd.Timestamp(day).toordinal() for day in days], dtype=np.int64)


def _independent(warehouse: Warehouse, observed: Observed, rows: pd.DataFrame) -> Observed:
    """The counts that others than patrolling components report, where the outcome is known."""
    counted = warehouse.connection.execute(
        """SELECT up.area, date_trunc('month', occurred_on) AS period_start, count(*) AS value
        FROM core.incidents JOIN cube.area_ancestor AS up USING (area_code)
        WHERE NOT list_contains($reporters, reported_by) GROUP BY ALL""",
        {"reporters": list(PATROLLING_REPORTERS)},
    ).df()
    known = rows.drop(columns="value").merge(counted, "left", ["area", "period_start"])
    grid = known.assign(value=known["value"].fillna(0.0)).pivot(
        index="area", columns="period_start", values="value"
    )
    return replace(observed, outcome=grid.to_numpy(float))


# --- what is found, and what the grade looks at ---------------------------------------------------


def _counted(inputs: Reached) -> dict[str, Any]:
    is_known = np.isfinite(inputs.observed.outcome)
    return {
        "lag": 0,
        "n_areas": int(is_known.any(axis=1).sum()),
        "n_periods": int(is_known.any(axis=0).sum()),
        "n_events": int(_is_reached(inputs.observed).sum()),
    }


def _is_reached(observed: Observed) -> np.ndarray:
    """Of each area, in the order of codes: a known one that something reached."""
    is_known = np.isfinite(observed.outcome).any(axis=1)
    return np.asarray(is_known & (observed.arrival[observed.unit] < NEVER))


def _effect(
    specification: str, own: Figures, inputs: Reached, method: str = METHOD
) -> EffectEstimate:
    return EffectEstimate(
        method,
        specification,
        estimate=own.estimate,
        se=own.se,
        ci_low=own.estimate - own.reach,
        ci_high=own.estimate + own.reach,
        p_value=own.p_value,
        is_test=method == METHOD,
        **_counted(inputs),
    )


def _checks(found: Effects, inputs: Reached) -> Iterator[tuple[str, CheckOutcome]]:
    whole, observed = found.whole.estimate, inputs.observed
    looked = [own for own in (found.before, found.lead) if own is not None]
    moved = any(own.p_value < CHECK_LEVEL / len(looked) for own in looked)
    is_seeing = chance_to_see_drift(found, observed, 0.5) >= LEAST_CHANCE
    yield "pretrend", "failed" if moved else "passed" if is_seeing else "weak"
    yield "permutation", "passed" if found.p_value < 0.05 else "failed"
    yield "reporting", _reporting(inputs, whole)
    reached = _counted(inputs)["n_events"]
    yield "areas_reached", "passed" if reached >= LEAST_REACHED else "failed"
    kept = found.left_out * np.sign(whole) >= LEFT_SHARE * abs(whole)
    yield "leave_one_out", "passed" if kept.all() else "failed"


def _reporting(inputs: Reached, whole: float) -> CheckOutcome:
    """Surveys do not depend on who patrols; incidents that others report go the same way."""
    if inputs.is_survey:
        return "passed"
    found = effects(inputs.independent) if inputs.independent is not None else None
    if found is None:
        return "not_run"
    agrees = np.sign(found.whole.estimate) == np.sign(whole) and found.p_value < 0.05
    return "passed" if agrees else "failed"


def _remarks(found: Effects, observed: Observed) -> Iterator[Remark]:
    """What the check before could see, and how much drift would leave nothing."""
    if found.before is not None:
        chance = 100 * chance_to_see_drift(found, observed, 0.5)
        yield Remark("drift_seen", {"number": round(chance)})
    else:
        yield Remark("drift_unseen", {})
    low, high = found.low, found.high
    reach = min(abs(found.whole.estimate - limit) for limit in (low, high))
    times = drift_bound(found, observed, reach)
    if times is not None and low * high > 0:
        yield Remark("drift_bound", {"number": round(min(times, _MOST_TIMES), 1)})


def _ceilings(inputs: Reached, edge: Edge, effect: EffectEstimate) -> Iterator[str]:
    if inputs.same_collector:
        yield "same_collector"
    if inputs.is_survey:
        if effect.n_periods < MIN_ROUNDS:
            yield "few_rounds"
        if not (inputs.respondents or 0) >= MIN_RESPONDENTS:
            yield "few_respondents"
    if effect.estimate is not None and effect.estimate * edge.expected_sign < 0:
        yield "against_expectation"


def _finding(
    edge: Edge,
    inputs: Reached,
    effect: EffectEstimate,
    checks: Mapping[str, CheckOutcome] | None = None,
    remarks: tuple[Remark, ...] = (),
) -> Finding:
    grading = GradingInputs(
        "rollout",
        q_value=None,
        reason=effect.reason,
        n_areas=effect.n_areas,
        checks=checks or {},
        ceilings=tuple(_ceilings(inputs, edge, effect)),
    )
    scale = inputs.observed.scale
    return Finding(
        effect,
        grading,
        contrast="rollout",
        scale=scale,
        outcome_mean=inputs.outcome_mean,
        caveats=("placebo",) if effect.method == PLACEBO else (),
        precision=_precision(effect, inputs) if effect.method == METHOD else None,
        remarks=remarks,
    )


def _precision(effect: EffectEstimate, inputs: Reached) -> Precision | None:
    smallest = effect.minimum_detectable_effect
    if smallest is None:
        return None
    is_ratio = inputs.observed.scale == "log_ratio"
    target = TARGET_RATIO if is_ratio else TARGET * abs(inputs.outcome_mean)
    unit: Literal["rounds", "periods"] = "rounds" if inputs.is_survey else "periods"
    # Every area that was reached counts alike; one that was not stands beside them all.
    by_area = dict.fromkeys(inputs.reached, 1 / max(len(inputs.reached), 1))
    return Precision(smallest, target, unit, effect.n_periods, inputs.months, by_area)


def _untested(edge: Edge, inputs: Reached | None, reason: str) -> Finding:
    counted = _counted(inputs) if inputs else {"lag": 0}
    effect = EffectEstimate(METHOD, PRIMARY, reason=reason, **counted)
    if inputs is not None:
        return _finding(edge, inputs, effect)
    grading = GradingInputs("rollout", q_value=None, reason=reason)
    return Finding(effect, grading, contrast="rollout", scale="units")


def _path(found: Effects, inputs: Reached) -> Iterator[dict[str, Any]]:
    """Rows of `mart.event_study`, by waves or months since arrival."""
    for at, own in found.path.items():
        yield {
            "specification": PRIMARY,
            "event_time": at,
            "n_areas": _counted(inputs)["n_areas"],
            "n_periods": _counted(inputs)["n_periods"],
            "estimate": own.estimate,
            "se": own.se,
            "ci_low": own.estimate - own.reach,
            "ci_high": own.estimate + own.reach,
            "p_value": own.p_value,
            "status": "tested",
            "scale": inputs.observed.scale,
            "contrast": "arrived",
        }
