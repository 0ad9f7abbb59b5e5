"""`mart.wake_effect`: wake analysis of every edge that goes from activities to incidents.

Each window of all activities, and of each kind, is one finding for grading (`tested.py`) and one
row; outer ring, far ring, false dates and incidents that others reported stand beside it as rows of
their own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from indicators.compiler.derived.functions import functions_sql
from indicators.definitions.indicator import Indicator
from indicators.definitions.mission_profile import Mission
from indicators.foundation.errors import PocLensError
from indicators.foundation.mart_tables import store_rows
from indicators.incremental.result_cache import kept_results
from indicators.linkage.finding import ALL_KINDS, Finding
from indicators.linkage.framework.model import Edge, Framework
from indicators.linkage.grading import Evidence
from indicators.linkage.methods.activities import effort
from indicators.linkage.methods.panel.rows import PATROLLING_REPORTERS
from indicators.linkage.methods.wake.events import (
    BESIDE,
    CALLED_OFF_TYPE,
    DEPENDENT,
    OTHER_ACTIVITY,
    TREATED,
    EdgeEvents,
    has_events,
    read_edge_events,
)
from indicators.linkage.methods.wake.evidence import evidence_of
from indicators.linkage.methods.wake.place_times import PLANNED
from indicators.linkage.panel.sensitivity import robustness_value
from indicators.linkage.tested import EdgeResult, Tested
from indicators.linkage.wake import product
from indicators.linkage.wake.events import read_events
from indicators.linkage.wake.request import WakeRequest, checked_request
from indicators.linkage.wake.result import WakeResult

METHOD = "matched_wake"
HOURS = 24
# Fixed beforehand for every mission: one and two weeks, 10 and 20 km; the first day counts.
TIME_WINDOW, SPACE_WINDOW = (7 * HOURS, 14 * HOURS, 7 * HOURS), (10, 20, 10)
MATCHED_ON = ("area", "risk")
_NO_CONTROLS = {CALLED_OFF_TYPE: "no_control_rows", OTHER_ACTIVITY: "no_other_activity"}
_CHECK_ROWS = {
    "outer_ring": "ring",
    "far_ring": "far",
    "reported_by_others": "independent",
    **{f"moved_{days}_days": f"fake_{days}" for days in product.FAKE_DAYS},
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


def wake_effects(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    framework: Framework | None,
    catalogue: Mapping[str, Indicator],
) -> list[Tested]:
    """Fill `mart.wake_effect` of this mission anew; the findings, to be graded with all others.

    An edge without single activities and incidents has no rows, nor has one whose indicators the
    mission did not select; one without a credible control
    type, or with nothing to compare, has a row and a finding with the reason. q-values are over
    all tests of the run and come later (`store_q_values`).
    """
    chosen = {entry.code for entry in mission.indicators}
    edges = [
        edge
        for edge in (framework.edges if framework else ())
        if {edge.from_indicator, edge.to_indicator} <= chosen
        and has_events(catalogue[edge.from_indicator], catalogue[edge.to_indicator])
    ]
    if edges:
        _make_functions(connection, mission)
    found: list[Tested] = []
    rows: list[Mapping[str, Any]] = []
    with kept_results(connection, mission.mission, METHOD) as kept:
        for edge in edges:
            pair = catalogue[edge.from_indicator], catalogue[edge.to_indicator]
            other = edge.controls.activity and catalogue[edge.controls.activity]
            events = read_edge_events(connection, *pair, edge.controls.kind, other or None)
            result = kept.result(
                edge.id, EdgeResult, wakes_of_edge, events, edge, mission.country_area
            )
            rows += result.rows
            found += result.tested
    store_rows(connection, mission.mission, "wake_effect", rows)
    return found


def store_q_values(connection: duckdb.DuckDBPyConnection, mission: Mission) -> None:
    """Copy the q-values of `mart.result_link`, which are over everything that was tested."""
    connection.execute(
        """
        UPDATE mart.wake_effect SET q_value = graded.q_value
        FROM mart.result_link AS graded
        WHERE graded.mission = $mission AND graded.method = $method
          AND wake_effect.mission = graded.mission AND wake_effect.edge = graded.edge
          AND wake_effect.area = graded.area AND wake_effect.specification = graded.specification
        """,
        {"mission": mission.mission, "method": METHOD},
    )


def _make_functions(connection: duckdb.DuckDBPyConnection, mission: Mission) -> None:
    """What derived columns are made with; the as-of day is that of the mart."""
    row = connection.execute(
        "SELECT any_value(as_of) FROM mart.mission WHERE mission = ?", [mission.mission]
    ).fetchone()
    as_of = row[0] if row and row[0] else mission.ends_on or mission.starts_on
    for statement in functions_sql(mission, as_of.isoformat()):
        connection.execute(statement)


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


def wakes_of_edge(events: EdgeEvents, edge: Edge, country_area: str) -> EdgeResult:
    """Every window of one edge, of all activities and by kind: findings and rows of the mart."""
    kinds = {ALL_KINDS: events.rows, **events.by_kind}
    analysed = [_analyse(rows, kind, edge, events.caveats) for kind, rows in kinds.items()]
    return EdgeResult(
        tuple(finding for own in analysed for finding in _findings(own, country_area)),
        tuple(row for own in analysed for row in _mart_rows(own, country_area)),
    )


def _analyse(rows: pd.DataFrame, kind: str, edge: Edge, caveats: tuple[str, ...]) -> _Analysed:
    request = edge_request(edge.controls.kind)
    spent = effort(rows[rows["type"] == TREATED])
    if kind != ALL_KINDS:
        of_kind = edge.controls.kind == CALLED_OFF_TYPE
        caveats = (*caveats, "controls_of_kind" if of_kind else "controls_of_all_kinds")

    def found(result: WakeResult | None, reason: str | None) -> _Analysed:
        return _Analysed(edge, kind, request, result, reason, spent, caveats)

    reason = _nothing_to_compare(rows, edge)
    if reason:
        return found(None, reason)
    try:
        read = read_events(rows, request, keep=("sector", "reported_by", "type"))
    except PocLensError as error:
        # Some were there, so what is missing is what a comparison needs of them.
        return found(None, error.problems[0].rule.removeprefix("wake_").replace("_rows", "_places"))
    own_reports = np.isin(read.covariates["reported_by"], PATROLLING_REPORTERS)
    beside = read.covariates["type"] == BESIDE
    return found(product.analyse(read, request, own_reports, beside), None)


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


def _mart_rows(analysed: _Analysed, country_area: str) -> Iterator[dict[str, Any]]:
    shared: dict[str, Any] = {"edge": analysed.edge.id, "area": country_area}
    shared |= {"t_unit": "hours", **analysed.effort}
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


def _findings(analysed: _Analysed, country_area: str) -> Iterator[Tested]:
    if analysed.result is None:
        reason = f"wake_{analysed.reason}"
        finding = Finding(
            METHOD, _specification(analysed, None), lag=analysed.edge.lag, reason=reason
        )
        window = {"t_window": TIME_WINDOW[1] / HOURS, "spat_window": SPACE_WINDOW[1]}
        yield _tested(
            analysed, country_area, finding, Evidence("wake", None, reason=reason), window
        )
        return
    rows = _rows(analysed.result)
    signs = [np.sign(row["estimate"]) for row in rows if row["estimate"]]
    for row, (wakes, _) in zip(rows, analysed.result.windows, strict=True):
        finding = _finding(row, analysed)
        evidence = evidence_of(row, signs, wakes, analysed.request)
        yield _tested(analysed, country_area, finding, evidence, row)


def _tested(
    analysed: _Analysed,
    country_area: str,
    finding: Finding,
    evidence: Evidence,
    row: Mapping[str, Any],
) -> Tested:
    window = {
        "t_window": f"{row['t_window'] / HOURS:g}" if "caveats" in row else f"{row['t_window']:g}",
        "spat_window": f"{row['spat_window']:g}",
    }
    return Tested(
        analysed.edge.id,
        country_area,
        finding,
        evidence,
        contrast=f"wake_{analysed.edge.controls.kind}",
        scale="units",
        kind=analysed.kind,
        contrast_parameters=window,
        robustness=_robustness(finding),
        outcome_mean=row.get("control_mean"),
        caveats=_caveats(row, analysed) if "caveats" in row else (),
    )


def _robustness(finding: Finding) -> float | None:
    """See `sensitivity.py`; None without an estimate."""
    if not finding.estimate or not finding.se:
        return None
    return robustness_value(finding.estimate / finding.se, finding.df)


def _finding(row: Mapping[str, Any], analysed: _Analysed) -> Finding:
    reason = f"wake_{row['reason']}" if row["reason"] else None
    return Finding(
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
