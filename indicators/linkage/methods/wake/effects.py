"""`mart.wake_effect`: wake analysis of every edge that goes from activities to incidents.

Each window of all activities, and of each kind, is one finding for grading and one row; outer ring,
far ring, false dates and incidents that others reported stand beside it as rows of their own.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from indicators.compiler.derived.functions import functions_sql
from indicators.definitions.indicator import Indicator
from indicators.foundation.errors import PocLensError
from indicators.linkage.finding import ALL_KINDS, EffectEstimate, Finding, MethodResult
from indicators.linkage.framework.model import Edge
from indicators.linkage.grading import EFFECTIVE_B, OVERLAP_MAX, TREATED_MIN, GradingInputs
from indicators.linkage.methods.activities import PATROLLING_REPORTERS, effort, has_events
from indicators.linkage.methods.protocol import Warehouse
from indicators.linkage.methods.wake.events import (
    BESIDE,
    CALLED_OFF_TYPE,
    DEPENDENT,
    OTHER_ACTIVITY,
    TREATED,
    EdgeEvents,
    read_edge_events,
)
from indicators.linkage.methods.wake.evidence import grading_inputs_of
from indicators.linkage.methods.wake.place_times import PLANNED
from indicators.linkage.panel.sensitivity import robustness_value
from indicators.linkage.power import TARGET, Precision, Shortfall
from indicators.linkage.wake import product
from indicators.linkage.wake.events import read_events
from indicators.linkage.wake.request import WakeRequest, checked_request
from indicators.linkage.wake.result import WakeResult

METHOD = "matched_wake"
HOURS = 24
DAYS_OF_MONTH = 365.25 / 12
# Fixed beforehand for every mission: one and two weeks, 10 and 20 km; the first day counts.
TIME_WINDOW, SPACE_WINDOW = (7 * HOURS, 14 * HOURS, 7 * HOURS), (10, 20, 10)
MATCHED_ON = ("area", "risk")
_NO_CONTROLS = {CALLED_OFF_TYPE: "no_control_rows", OTHER_ACTIVITY: "no_other_activity"}
_NO_COMPARISON = (*_NO_CONTROLS.values(), "few_place_times")
_NO_ACTIVITY = ("no_treatment_rows", "no_planned_activity")
_CHECK_ROWS = {
    "outer_ring": "ring",
    "far_ring": "far",
    "reported_by_others": "independent",
    **{f"moved_{days}_days": f"fake_{days}" for days in product.PLACEBO_DAYS},
}


@dataclass(frozen=True)
class _Analysed:
    """What came of one kind of activity: the analysis, or the named reason why there is none."""

    edge: Edge
    kind: str
    request: WakeRequest
    result: WakeResult | None
    reason: str | None
    effort: Mapping[str, float | None]
    caveats: tuple[str, ...]
    months: float


@dataclass(frozen=True)
class MatchedWake:
    """Incidents around activities beside those around other events, window by window."""

    name: str = METHOD
    table: str | None = "wake_effect"

    def applies(self, edge: Edge, catalogue: Mapping[str, Indicator]) -> bool:
        """From single activities to single incidents; nothing else has rows."""
        output, outcome = (catalogue.get(code) for code in (edge.from_indicator, edge.to_indicator))
        return output is not None and outcome is not None and has_events(output, outcome)

    def read(self, warehouse: Warehouse, edge: Edge) -> EdgeEvents:
        """The edge's activities, controls and incidents."""
        for statement in functions_sql(warehouse.mission, warehouse.as_of.isoformat()):
            warehouse.connection.execute(statement)
        catalogue, other = warehouse.catalogue, edge.controls.activity
        return read_edge_events(
            warehouse.connection,
            catalogue[edge.from_indicator],
            catalogue[edge.to_indicator],
            edge.controls.kind,
            catalogue[other] if other else None,
        )

    def evidence(self, inputs: EdgeEvents, edge: Edge) -> MethodResult:
        """Every window, of all activities and by kind.

        Without a credible type of controls, or with nothing to compare: a row and a finding with
        the reason.
        """
        kinds = {ALL_KINDS: inputs.rows, **inputs.by_kind}
        analysed = [_analyse(rows, kind, edge, inputs.caveats) for kind, rows in kinds.items()]
        return MethodResult(
            tuple(finding for own in analysed for finding in _findings(own)),
            tuple(row for own in analysed for row in _mart_rows(own)),
        )

    def primary(self, findings: Sequence[Finding]) -> Finding | None:
        """Of all activities the longest and narrowest window with events enough and apart."""
        usable = [own for own in findings if _is_usable(own)]
        return min(usable, key=_window, default=None)


def _is_usable(finding: Finding) -> bool:
    """Whether a finding passes the gates of grade D that do not look at its estimate."""
    evidence = finding.grading_inputs
    apart = evidence.overlap <= OVERLAP_MAX or evidence.is_robust_overlap
    enough = (evidence.n_treated or 0) >= TREATED_MIN
    return finding.kind == ALL_KINDS and finding.effect.is_estimated and apart and enough


def _window(finding: Finding) -> tuple[float, float]:
    parameters = finding.contrast_parameters
    return -float(parameters["t_window"]), float(parameters["spat_window"])


def edge_request(controls: str) -> WakeRequest:
    """The same windows and matching for every edge, fixed beforehand; its own kind of controls."""
    return checked_request(
        t_window=TIME_WINDOW,
        spat_window=SPACE_WINDOW,
        treatment=("type", TREATED),
        control=("type", controls),
        dependent=("type", DEPENDENT),
        match_columns=MATCHED_ON,
        t_unit="hours",
    )


def _analyse(rows: pd.DataFrame, kind: str, edge: Edge, caveats: tuple[str, ...]) -> _Analysed:
    request = edge_request(edge.controls.kind)
    spent = effort(rows[rows["type"] == TREATED])
    if kind != ALL_KINDS:
        of_kind = edge.controls.kind == CALLED_OFF_TYPE
        caveats = (*caveats, "controls_of_kind" if of_kind else "controls_of_all_kinds")

    def found(result: WakeResult | None, reason: str | None) -> _Analysed:
        return _Analysed(edge, kind, request, result, reason, spent, caveats, _months(rows))

    reason = _nothing_to_compare(rows, edge)
    if reason:
        return found(None, reason)
    try:
        read = read_events(rows, request, keep=("sector", "reported_by", "type"))
    except PocLensError as error:
        # Some were there, so what is missing is what a comparison needs of them.
        return found(None, error.problems[0].rule.removeprefix("wake_").replace("_rows", "_places"))
    own_reports = np.isin(read.covariates["reported_by"], PATROLLING_REPORTERS)
    other_activities = read.covariates["type"] == BESIDE
    return found(product.analyse(read, request, own_reports, other_activities), None)


def _months(rows: pd.DataFrame) -> float:
    """From the first activity to the last."""
    times = pd.to_datetime(rows.loc[rows["type"] == TREATED, "timestamp"])
    return (times.max() - times.min()).days / DAYS_OF_MONTH if len(times) else 0.0


def _nothing_to_compare(rows: pd.DataFrame, edge: Edge) -> str | None:
    """Why there is nothing to compare with whom; None where there are events of both types."""
    kind = edge.controls.kind
    treated, controls = (int((rows["type"] == name).sum()) for name in (TREATED, kind))
    if not treated:
        return "no_planned_activity" if kind == PLANNED else "no_treatment_rows"
    if kind == PLANNED and controls < product.FEW_EVENTS:
        return "few_place_times"
    return None if controls else _NO_CONTROLS[kind]


def _specification(analysed: _Analysed, row: Mapping[str, Any] | None, check: str = "") -> str:
    """As in `14d_10km`, of a kind `14d_10km_police`, with a check `14d_10km_police_outer_ring`."""
    window = f"{row['t_window'] / HOURS:g}d_{row['spat_window']:g}km" if row else "none"
    kind = "" if analysed.kind == ALL_KINDS else analysed.kind
    return "_".join(part for part in (window, kind, check) if part)


def _mart_rows(analysed: _Analysed) -> Iterator[dict[str, Any]]:
    shared: dict[str, Any] = {"t_unit": "hours", **analysed.effort}
    if analysed.result is None:
        reason = f"wake_{analysed.reason}"
        specification = _specification(analysed, None)
        yield shared | {
            "specification": specification,
            "status": "not_estimable",
            "caveats": reason,
        }
        return
    for row in _rows(analysed.result):
        window = shared | {name: row[name] for name in ("t_window", "spat_window")}
        yield window | _own_figures(row, analysed)
        for name, prefix in _CHECK_ROWS.items():
            estimate = row.get(f"{prefix}_estimate")
            yield window | {
                "specification": _specification(analysed, row, name),
                "estimate": estimate,
                "ci_low": row.get(f"{prefix}_ci_low"),
                "ci_high": row.get(f"{prefix}_ci_high"),
                "p_value": row.get(f"{prefix}_p"),
                "status": "not_estimable" if estimate is None else "check",
            }


def _own_figures(row: Mapping[str, Any], analysed: _Analysed) -> dict[str, Any]:
    names = ("estimate", "ci_low", "ci_high", "overlap_share", "smallest_visible", "status")
    counts = ("n_treated", "n_control", "n_eff", "control_mean")
    return {
        "specification": _specification(analysed, row),
        **{name: row[name] for name in (*names, *counts)},
        "se": row["std_error"],
        "p_value": row["pvalue"],
        "q_value": None,
        "p_permutation": row["pvalue_permutation"],
        "caveats": "|".join(_caveats(row, analysed)) or None,
    }


def _caveats(row: Mapping[str, Any], analysed: _Analysed) -> tuple[str, ...]:
    return tuple(f"wake_{name}" for name in dict.fromkeys((*analysed.caveats, *row["caveats"])))


def _rows(result: WakeResult) -> list[dict[str, Any]]:
    """The estimates with None where there is no figure."""
    frame = result.estimates.astype(object)
    return [
        {str(name): _plain(value) for name, value in row.items()}
        for row in frame.to_dict("records")
    ]


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and np.isnan(value) else value


def _findings(analysed: _Analysed) -> Iterator[Finding]:
    if analysed.result is None:
        reason = f"wake_{analysed.reason}"
        effect = EffectEstimate(
            METHOD, _specification(analysed, None), lag=analysed.edge.lag, reason=reason
        )
        window = {"t_window": TIME_WINDOW[1] / HOURS, "spat_window": SPACE_WINDOW[1]}
        yield _finding(analysed, effect, GradingInputs("wake", None, reason=reason), window)
        return
    rows = _rows(analysed.result)
    signs = [np.sign(row["estimate"]) for row in rows if row["estimate"]]
    for row, (wakes, _) in zip(rows, analysed.result.windows, strict=True):
        effect = _effect_of_window(row, analysed)
        evidence = grading_inputs_of(row, signs, wakes, analysed.request)
        yield _finding(analysed, effect, evidence, row)


def _finding(
    analysed: _Analysed, effect: EffectEstimate, evidence: GradingInputs, row: Mapping[str, Any]
) -> Finding:
    window = {
        "t_window": f"{row['t_window'] / HOURS:g}" if "caveats" in row else f"{row['t_window']:g}",
        "spat_window": f"{row['spat_window']:g}",
    }
    return Finding(
        effect,
        evidence,
        contrast=f"wake_{analysed.edge.controls.kind}",
        scale="units",
        kind=analysed.kind,
        contrast_parameters=window,
        robustness=_robustness(effect),
        outcome_mean=row.get("control_mean"),
        caveats=_caveats(row, analysed) if "caveats" in row else (),
        precision=_precision(effect, row.get("control_mean"), analysed.months),
        shortfalls=tuple(_shortfalls(effect, evidence)),
    )


def _precision(
    effect: EffectEstimate, control_mean: float | None, months: float
) -> Precision | None:
    smallest = effect.minimum_detectable_effect
    if smallest is None or effect.n_events is None:
        return None
    target = TARGET * abs(control_mean) if control_mean else None
    return Precision(smallest, target, "activities", effect.n_events, months or None)


def _shortfalls(effect: EffectEstimate, evidence: GradingInputs) -> Iterator[Shortfall]:
    """Matched activities and cases to compare with, up to the least of `grading.md`."""
    reason = (effect.reason or "").removeprefix("wake_")
    treated = 0 if reason in _NO_ACTIVITY else evidence.n_treated
    if treated is not None and treated < TREATED_MIN:
        yield Shortfall("activities", TREATED_MIN - treated)
    controls = 0.0 if reason in _NO_COMPARISON else evidence.n_effective
    if controls is not None and controls < EFFECTIVE_B:
        yield Shortfall("controls", math.ceil(EFFECTIVE_B - controls))


def _robustness(effect: EffectEstimate) -> float | None:
    """See `sensitivity.py`; None without an estimate."""
    if not effect.estimate or not effect.se:
        return None
    return robustness_value(effect.estimate / effect.se, effect.df)


def _effect_of_window(row: Mapping[str, Any], analysed: _Analysed) -> EffectEstimate:
    reason = f"wake_{row['reason']}" if row["reason"] else None
    return EffectEstimate(
        METHOD,
        _specification(analysed, row),
        lag=analysed.edge.lag,
        n_events=row["n_treated"] + row["n_control"],
        n_eff=row["n_eff"],
        estimate=row["estimate"],
        se=row["std_error"],
        ci_low=row["ci_low"],
        ci_high=row["ci_high"],
        p_value=row["pvalue"],
        reason=reason,
        df=float(row["df_residual"]),
    )
